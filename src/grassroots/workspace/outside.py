"""An outside policy, heard with care: it answers in time and in words that are understood, or it is a no.

The judge runs in a thread of its own for as long as it may think; one that hangs is left behind and never
waited for again by that inquiry. Whoever has not answered in time is left in peace for as long again: a page
of a thousand records is closed after one wait, and not after a thousand. What went wrong is kept (the last
hundred), and every look that was closed by it leaves an access record, so that a service that is down shows
in the report and not as an empty register.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, final

import attrs

from grassroots.contracts.policy import Effect, Inquiry, PolicyOffer, Voice
from grassroots.domain.fields import FieldGroup
from grassroots.domain.policy import Effects

MOST_REMEMBERED: Final = 100
_CLOSED: Final = Effects(dict.fromkeys(FieldGroup, Effect.DENY))
_RANK: Final = {Effect.DENY: 0, Effect.MASK: 1, Effect.ALLOW: 2}


@final
@attrs.frozen(kw_only=True)
class Failure:
    """An inquiry that got no answer. ``problem`` is timeout, error or nonsense; ``what`` an error's class."""

    at: datetime
    policy: str
    problem: str
    what: str
    kind: str
    id: str | None


@final
class Outside:
    """One outside policy of an open network."""

    def __init__(self, offer: PolicyOffer, clock: Any) -> None:
        self._offer = offer
        self._clock = clock
        self._failures: deque[Failure] = deque(maxlen=MOST_REMEMBERED)
        self.failed = 0
        # Real seconds, as those of the judge: a network's own clock may be told.
        self._rests_until = 0.0

    @property
    def decides(self) -> bool:
        """Whether it answers alone."""
        return self._offer.voice is Voice.DECIDE

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The last inquiries without an answer, oldest first."""
        return tuple(self._failures)

    def answer(self, inquiry: Inquiry, table: Mapping[FieldGroup, Effect]) -> Mapping[FieldGroup, Effect]:
        """The effects that count: those of the table narrowed by its answer, or its answer alone."""
        if not self.decides and all(effect is Effect.DENY for effect in table.values()):
            return table  # nothing is open that it could close
        said = self._ask(inquiry)
        masks = table.masks if isinstance(table, Effects) else {}
        if self.decides:
            return Effects(said, masks)
        lower = {group: min(effect, said[group], key=_RANK.__getitem__) for group, effect in table.items()}
        return Effects(lower, masks)

    def _ask(self, inquiry: Inquiry) -> Mapping[FieldGroup, Effect]:
        if time.monotonic() < self._rests_until:
            return self._closed(inquiry, "timeout", "")
        box: list[Any] = []
        thread = threading.Thread(target=self._think, args=(inquiry, box), daemon=True)
        thread.start()
        thread.join(self._offer.seconds)
        if not box:
            self._rests_until = time.monotonic() + self._offer.seconds
            return self._closed(inquiry, "timeout", "")
        verdict = box[0]
        if isinstance(verdict, _Raised):
            return self._closed(inquiry, "error", verdict.name)
        try:
            return _understood(verdict)
        except (ValueError, TypeError, AttributeError):
            return self._closed(inquiry, "nonsense", type(verdict).__name__)

    def _think(self, inquiry: Inquiry, box: list[Any]) -> None:
        try:
            box.append(self._offer.judge(inquiry))
        except BaseException as error:  # a judge that ends the thread has not said yes
            box.append(_Raised(type(error).__name__))

    def _closed(self, inquiry: Inquiry, problem: str, what: str) -> Mapping[FieldGroup, Effect]:
        self.failed += 1
        self._failures.append(
            Failure(
                at=self._clock(),
                policy=self._offer.name,
                problem=problem,
                what=what,
                kind=inquiry.kind,
                id=inquiry.id,
            )
        )
        return _CLOSED


@final
@attrs.frozen
class _Raised:
    name: str


def _understood(verdict: Any) -> Mapping[FieldGroup, Effect]:
    if isinstance(verdict, str):
        return dict.fromkeys(FieldGroup, Effect(verdict))
    if not isinstance(verdict, Mapping):
        raise TypeError(type(verdict).__name__)
    said = {FieldGroup(group): Effect(effect) for group, effect in verdict.items()}
    return {group: said.get(group, Effect.DENY) for group in FieldGroup}
