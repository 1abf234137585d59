"""A parcel is one notice in the outbox: on its way, by one of its routes, until somebody has it or none can.

Terms. A parcel is *leased* to a worker for a while; what a worker that died had in its hands comes back when
the lease is over. It is *due* at a moment, or at once. A route is tried several times, then the next one;
when no route is left, the parcel is a *dead letter*, with the reason. It is *uncertain* when nobody can say
whether it was sent: a worker died, or a connection broke, between sending and marking, and the provider takes
no key by which it would know the notice again.

::

    new ──lease──► leased ──send──► sent
                   leased ──fail──► failed ──lease──► leased ...
                   leased ──bury──► dead        leased ──doubt──► uncertain

Contents and addresses are kept until the parcel is sent, called off or of no use any more, and go then; when
it was sent, by which channel and how it ended stays.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, Self, final

import attrs

from grassroots.contracts.notice import Doubt, Notice, Route, Urgency, Value
from grassroots.contracts.storage import Ref
from grassroots.domain.fields import CASE, CONTACT
from grassroots.domain.states import turn
from grassroots.domain.step import Event, Step
from grassroots.domain.terms import Terms
from grassroots.errors import BadInput, Refused
from grassroots.values.evolving import evolved, made
from grassroots.values.ids import ALPHABET


class ParcelState(StrEnum):
    """Where a parcel stands."""

    NEW = "new"  # waits, not tried yet (or a person sent it on its way again)
    LEASED = "leased"  # a worker has it in its hands
    SENT = "sent"  # the provider, or a person's list, has it
    FAILED = "failed"  # certainly not sent; it will be tried again
    DEAD = "dead"  # no way is left; a person may replay it
    UNCERTAIN = "uncertain"  # it may have been sent; a person, or its kind, decides
    CANCELLED = "cancelled"  # no longer to be told
    EXPIRED = "expired"  # of no use any more


PARCEL_STATES = {
    ParcelState.NEW: {
        "lease": ParcelState.LEASED,
        "bury": ParcelState.DEAD,
        "cancel": ParcelState.CANCELLED,
        "expire": ParcelState.EXPIRED,
    },
    ParcelState.LEASED: {
        "send": ParcelState.SENT,
        "fail": ParcelState.FAILED,
        "release": ParcelState.NEW,
        "bury": ParcelState.DEAD,
        "doubt": ParcelState.UNCERTAIN,
        "cancel": ParcelState.CANCELLED,
        "expire": ParcelState.EXPIRED,
    },
    ParcelState.SENT: {},
    ParcelState.FAILED: {
        "lease": ParcelState.LEASED,
        "bury": ParcelState.DEAD,
        "cancel": ParcelState.CANCELLED,
        "expire": ParcelState.EXPIRED,
    },
    ParcelState.DEAD: {"replay": ParcelState.NEW, "cancel": ParcelState.CANCELLED},
    ParcelState.UNCERTAIN: {
        "replay": ParcelState.NEW,
        "settle": ParcelState.SENT,
        "cancel": ParcelState.CANCELLED,
    },
    ParcelState.CANCELLED: {},
    ParcelState.EXPIRED: {},
}
"""What may be done to a parcel, and where it stands then."""

WAITING: Final = frozenset({ParcelState.NEW, ParcelState.FAILED})
_OPEN: Final = WAITING | {ParcelState.LEASED}
_OVER: Final = frozenset({ParcelState.SENT, ParcelState.CANCELLED, ParcelState.EXPIRED})


@final
@attrs.frozen(kw_only=True)
class ParcelMoved(Event):
    """Something was done to one parcel; ``reason`` is a short code."""

    verb: str
    reason: str | None = None


@final
@attrs.frozen(kw_only=True)
class ParcelsMoved(Event):
    """A worker did its round: how many parcels each verb was done to, as "send:180"."""

    verbs: tuple[str, ...]


class LeaseLost(Refused):
    """The lease was over and another worker has the parcel: what this one knows comes too late."""

    code = "parcel-lease-lost"


@final
@attrs.frozen(kw_only=True)
class Parcel:
    """One notice on its way. ``way`` is the place of the route that is tried; ``attempts`` count on it.

    ``values`` is JSON text; ``about`` are records as "kind/id". ``due``: not before this moment. ``doubts``
    counts how often nobody knew whether it was sent, ``hangs`` how often the channel of this route gave no
    answer in time. ``recalled``: called off while a worker has it.
    """

    id: str
    to: str = attrs.field(default="", metadata=CASE)
    about: tuple[str, ...] = attrs.field(default=(), metadata=CASE)
    key: str = attrs.field(metadata=CASE)
    values: str = attrs.field(default="{}", metadata=CASE)
    routes: tuple[Route, ...] = attrs.field(default=(), metadata=CONTACT)
    language: str = "zh"
    urgency: Urgency = Urgency.NORMAL
    collapse: str | None = attrs.field(default=None, metadata=CASE)
    not_before: datetime | None = None
    expires: datetime | None = None
    doubt: Doubt = Doubt.RESEND
    queued_at: datetime
    state: ParcelState = ParcelState.NEW
    way: int = 0
    attempts: int = 0
    due: datetime | None = None
    holder: str | None = None
    until: datetime | None = None
    reason: str | None = None
    doubts: int = 0
    recalled: str | None = None
    sent_at: datetime | None = None
    sent_by: str | None = None
    reference: str = ""
    hangs: int = 0

    @classmethod
    def queue(cls, notice: Notice, now: datetime) -> Step[Self]:
        """Take a notice in; it is due at once, or not before its moment."""
        later = notice.not_before if notice.not_before is not None and notice.not_before > now else None
        parcel = cls(
            id=notice.id,
            to=notice.to,
            about=tuple(str(ref) for ref in notice.about),
            key=notice.key,
            values=json.dumps(dict(notice.values), ensure_ascii=False, separators=(",", ":")),
            routes=notice.routes,
            language=notice.language,
            urgency=notice.urgency,
            collapse=notice.collapse,
            not_before=notice.not_before,
            expires=notice.expires,
            doubt=notice.doubt,
            queued_at=now,
            due=later,
        )
        return Step(parcel, (ParcelMoved(verb="queue"),))

    # -- what it is -----------------------------------------------------------------------------------------
    @property
    def notice(self) -> Notice:
        """The notice again (without contents once it is over). It was judged when it was queued."""
        return made(
            Notice,
            id=self.id,
            to=self.to,
            about=tuple([Ref(*ref.split("/", 1)) for ref in self.about]),
            key=self.key,
            values=MappingProxyType(_filled(self.values)),
            language=self.language,
            urgency=self.urgency,
            routes=self.routes,
            collapse=self.collapse,
            not_before=self.not_before,
            expires=self.expires,
            doubt=self.doubt,
        )

    @property
    def route(self) -> Route | None:
        """The route that is tried now; None if there is none (any more)."""
        return self.routes[self.way] if self.way < len(self.routes) else None

    @property
    def channel(self) -> str:
        """The channel of that route, or nothing."""
        return "" if self.route is None else self.route.channel

    @property
    def waits(self) -> bool:
        """Whether it is still to be sent and no worker has it."""
        return self.state in WAITING

    def useless(self, now: datetime) -> bool:
        """Whether nobody needs it any more at this moment."""
        return self.expires is not None and self.expires <= now

    # -- what a worker does ----------------------------------------------------------------------------------
    def lease(self, holder: str, until: datetime) -> Step[Self]:
        """A worker takes it in its hands until a moment; that is a try."""
        return self._go("lease", holder=holder, until=until, attempts=self.attempts + 1, due=None)

    def send(self, now: datetime, reference: str = "") -> Step[Self]:
        """Somebody else has it now."""
        return self._go("send", sent_at=now, sent_by=self.channel, reference=reference, reason=None)

    def fail(self, reason: str, due: datetime, terms: Terms) -> Step[Self]:
        """Certainly not sent: again at a moment; by the next route when this one was tried often enough.

        By the next one too when nobody needs it any more at that moment: a provider may say "in six hours".
        """
        if self.recalled is not None:
            return self._go("cancel", reason=self.recalled)
        if self.attempts >= terms.tries or (self.useless(due) and self.way + 1 < len(self.routes)):
            return self.divert(reason)
        return self._go("fail", reason=reason, due=due)

    def divert(self, reason: str, known: frozenset[str] | None = None) -> Step[Self]:
        """The route will never do: take the next one (of the known channels); buried if none is left."""
        if self.recalled is not None:
            return self._go("cancel", reason=self.recalled)
        for way in range(self.way + 1, len(self.routes)):
            if known is None or self.routes[way].channel in known:
                if self.state is ParcelState.LEASED:
                    return self._go("fail", reason=reason, way=way, attempts=0, hangs=0, due=None)
                return Step(
                    attrs.evolve(self, reason=reason, way=way, attempts=0, hangs=0, due=None),
                    (ParcelMoved(verb="divert", reason=reason),),
                )
        return self._go("bury", reason=reason)

    def release(self) -> Step[Self]:
        """It was not tried after all: as if it had not been leased."""
        if self.recalled is not None:
            return self._go("cancel", reason=self.recalled)
        return self._go("release", attempts=max(0, self.attempts - 1))

    def hold(self, until: datetime) -> Step[Self]:
        """Not now (quiet hours): not before this moment, and that was no try."""
        if self.state is ParcelState.LEASED:
            step = self.release()
            if step.after.state is not ParcelState.NEW:
                return step
            return Step(attrs.evolve(step.after, due=until), (ParcelMoved(verb="hold"),))
        return Step(attrs.evolve(self, due=until), (ParcelMoved(verb="hold"),))

    def doubt_it(self, reason: str, due: datetime, terms: Terms) -> Step[Self]:
        """Nobody knows whether it was sent. Kinds that may be sent twice go on; others wait for a person."""
        step = self._go("doubt", reason=reason, doubts=self.doubts + 1)
        uncertain = step.after
        if self.doubt is Doubt.HOLD or self.recalled is not None:
            return step
        if self.attempts >= terms.tries:
            return step
        again = uncertain._go("replay", due=due)
        return Step(again.after, (*step.happened, *again.happened))

    def hang(self, reason: str, due: datetime, terms: Terms, *, known: bool) -> Step[Self]:
        """The channel gave no answer in time; ``known``: it would know the notice again by its id.

        A notice that makes its channel hang costs everybody else there the patience of the host, each time:
        after ``terms.hangs`` of them the route is given up, however many tries are left. Where nobody knows
        whether it was sent, a kind that may be told twice goes on to the next route; the others, and those
        that have no further one, wait for a person.
        """
        hangs, last = self.hangs + 1, self.way + 1 >= len(self.routes)
        if hangs < terms.hangs:
            step = self.fail(reason, due, terms) if known else self.doubt_it(reason, due, terms)
            counted = hangs if step.after.way == self.way else 0
            return Step(evolved(step.after, hangs=counted), step.happened)
        if known:
            return self.divert(reason)
        step = self._go("doubt", reason=reason, doubts=self.doubts + 1)
        if self.doubt is Doubt.HOLD or self.recalled is not None or last:
            return step
        on = step.after._go("replay", way=self.way + 1, attempts=0, hangs=0, due=None)
        return Step(on.after, (*step.happened, *on.happened))

    def drop(self, reason: str) -> Step[Self]:
        """Whoever was asked right before sending says that it is not to be told."""
        return self._go("cancel", reason=reason)

    def bury(self, reason: str) -> Step[Self]:
        """No way is left."""
        return self._go("bury", reason=reason)

    def expire(self) -> Step[Self]:
        """Nobody needs it any more."""
        return self._go("expire", reason="expired")

    # -- what a person or an event does --------------------------------------------------------------------
    def cancel(self, reason: str) -> Step[Self]:
        """It is not to be told. In a worker's hands it cannot be stopped, only kept from a second try."""
        if self.state is ParcelState.LEASED:
            if self.recalled is not None:
                return Step(self)
            return Step(attrs.evolve(self, recalled=reason), (ParcelMoved(verb="recall", reason=reason),))
        return self._go("cancel", reason=reason)

    def replay(self, now: datetime) -> Step[Self]:
        """A dead letter, or an uncertain one, goes on its way again, from its first route."""
        if self.useless(now):
            return self._go("cancel", reason="expired")
        return self._go("replay", way=0, attempts=0, hangs=0, due=None, reason=None)

    def settle(self, now: datetime) -> Step[Self]:
        """A person found out that an uncertain one arrived."""
        return self._go("settle", sent_at=now, sent_by=self.channel, reason="settled")

    def held_by(self, holder: str) -> None:
        """Whether this worker still has it; LeaseLost if not."""
        if self.state is not ParcelState.LEASED or self.holder != holder:
            raise LeaseLost(id=self.id, state=self.state.value)

    def _go(self, verb: str, **fields: Any) -> Step[Self]:
        after = turn(PARCEL_STATES, self.state, verb, kind="parcel", id=self.id)
        if after is None:
            return Step(self)
        if after is not ParcelState.LEASED:
            fields |= {"holder": None, "until": None}
        if after not in _OPEN:
            fields |= {"recalled": None, "collapse": None}
        if after in _OVER:
            fields |= {"values": "{}", "routes": (), "way": 0, "due": None}
        told = ParcelMoved(verb=verb, reason=fields.get("reason"))
        # No field of a parcel has a rule of its own, and a worker does this twice for each that it sends.
        return Step(evolved(self, state=after, **fields), (told,))


def _filled(text: str) -> dict[str, Value]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise BadInput("bad-input", what="values") from error
    return {name: tuple(one) if isinstance(one, list) else one for name, one in found.items()}


SIGN_LETTERS: Final = 4
"""Of 32 letters: two notices of one day with the same sign are one in a million."""


def visible_sign(id: str) -> str:
    """The short sign of a notice, by which people recognise a repetition: four letters, never misread."""
    digest = hashlib.sha256(id.encode()).digest()
    return "".join([ALPHABET[byte & 31] for byte in digest[:SIGN_LETTERS]])


# -- where a parcel is looked for ---------------------------------------------------------------------------
PLAN_FAILED: Final = "plan-failed"
"""The key of what stands for an entry of the journal that could not be planned."""

REPLAN: Final = "~plan"


def lane(parcel: Parcel) -> str:
    """The one key by which workers and people find it: every question of the outbox is one of these.

    ``sms`` is ready for the channel sms, ``sms#`` urgently; ``sms@2021-07-02T01:00:00.000Z`` is due then,
    ``sms~2021-...`` for a further try; ``sms!2021-...`` is leased until then; ``=dead`` and so on are no
    longer on their way, and in no lane that a worker asks for, so that their number costs nothing. ``~plan``
    is an entry of the journal that could not be planned, and is to be planned again.
    """
    if parcel.key == PLAN_FAILED and parcel.state in WAITING:
        return REPLAN
    if parcel.state is ParcelState.LEASED and parcel.until is not None:
        return f"{parcel.channel}!{stamp(parcel.until)}"
    if parcel.state in WAITING:
        if parcel.due is not None:
            return f"{parcel.channel}{'~' if parcel.attempts else '@'}{stamp(parcel.due)}"
        return f"{parcel.channel}#" if parcel.urgency is Urgency.URGENT else parcel.channel
    return f"={parcel.state.value}"


@lru_cache(maxsize=256)  # a portion is leased until one moment
def stamp(moment: datetime) -> str:
    """A moment as text that sorts by time: UTC to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def later(now: datetime, seconds: float) -> datetime:
    """So many seconds after a moment."""
    return now + timedelta(seconds=seconds)
