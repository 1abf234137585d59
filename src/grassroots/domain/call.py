"""A call is a notice that a person has to pass on: by telephone, or on paper on the board; with its result.

Terms. The *medium* is phone or paper. Somebody was *reached* themselves; *word was left* with whoever
answered, or on the machine; they were *not reached*, and may be tried again; a sheet was *posted* on a day.
A call is *dropped* when what it says no longer holds.

For many of eighty this is the channel that works (rules-cn B.9: telephone tree, notice board, paper slip), so
it has a result like any other, and nobody is told by "somebody will ring them".
"""

from __future__ import annotations

import json
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, Self, final

import attrs

from grassroots.domain.checks import at_least, one_of, short_code
from grassroots.domain.fields import CASE, CONTACT, coded
from grassroots.domain.states import turn
from grassroots.domain.step import Event, Step
from grassroots.errors import BadInput, Refused
from grassroots.values.ids import CallId, MemberId, StationId
from grassroots.values.texts import tidy_text


class CallMedium(StrEnum):
    """By what a person passes it on."""

    PHONE = "phone"  # somebody is rung up
    PAPER = "paper"  # a sheet on the board, or a slip through the door


class CallState(StrEnum):
    """What became of it."""

    OPEN = "open"  # nobody has done it yet
    REACHED = "reached"  # they know, from the caller's own mouth
    LEFT_WORD = "left-word"  # somebody else, or a machine, will tell them
    NOT_REACHED = "not-reached"  # tried in vain; may be tried again
    POSTED = "posted"  # the sheet hangs, or the slip was put through the door
    DROPPED = "dropped"  # no longer to be told


CALL_STATES = {
    CallState.OPEN: {
        "reach": CallState.REACHED,
        "leave_word": CallState.LEFT_WORD,
        "miss": CallState.NOT_REACHED,
        "post": CallState.POSTED,
        "drop": CallState.DROPPED,
    },
    CallState.REACHED: {},
    CallState.LEFT_WORD: {"reach": CallState.REACHED},
    CallState.NOT_REACHED: {
        "reach": CallState.REACHED,
        "leave_word": CallState.LEFT_WORD,
        "drop": CallState.DROPPED,
    },
    CallState.POSTED: {},
    CallState.DROPPED: {},
}
"""What may be done with a call, and where it stands then. A further try in vain stays ``not-reached``."""

_OF_PHONE = frozenset({"reach", "leave_word", "miss"})


@final
@attrs.frozen(kw_only=True)
class CallAsked(Event):
    """Somebody is to be told by a person."""

    medium: CallMedium
    member: MemberId | None = None


@final
@attrs.frozen(kw_only=True)
class CallTaken(Event):
    """Somebody will do it."""

    member: MemberId


@final
@attrs.frozen(kw_only=True)
class CallReached(Event):
    """They were told themselves."""

    on: date


@final
@attrs.frozen(kw_only=True)
class CallLeftWord(Event):
    """Word was left for them."""

    on: date


@final
@attrs.frozen(kw_only=True)
class CallMissed(Event):
    """They were tried in vain, for the so manieth time."""

    on: date
    tries: int


@final
@attrs.frozen(kw_only=True)
class CallPosted(Event):
    """The sheet was posted."""

    on: date


@final
@attrs.frozen(kw_only=True)
class CallDropped(Event):
    """It is not to be told any more."""

    reason: str


class WrongMedium(Refused):
    """A sheet of paper is not reached by telephone, and a telephone is not posted."""

    code = "call-wrong-medium"


SAYS_THE_SAME: Final = frozenset({"duty-assigned", "duty-reminder"})
"""Kinds of notices that tell the same of one thing, when and where somebody is expected: once is enough."""


def twins(collapse: str | None) -> tuple[str, ...]:
    """The collapse keys under which the same stands for the same person in other words."""
    kind, slash, rest = (collapse or "").partition("/")
    if not slash or kind not in SAYS_THE_SAME:
        return ()
    return tuple(f"{other}/{rest}" for other in sorted(SAYS_THE_SAME - {kind}))


def lines_of(values: str) -> tuple[str, ...]:
    """The pieces of news in the values (JSON) of a digest, each as it was kept; none in other values."""
    try:
        found = json.loads(values)["lines"]
    except (ValueError, TypeError, KeyError):
        return ()  # no digest, or its values were erased
    return tuple(one for one in found if isinstance(one, str)) if isinstance(found, list) else ()


def expected_in(line: str) -> str:
    """The duty of which a line of a digest says when and where somebody is expected; "" if it does not."""
    try:
        key, told = json.loads(line)
        return str(told["duty"]) if key in SAYS_THE_SAME else ""
    except (ValueError, TypeError, KeyError):
        return ""  # an app's own digests may have lines of any form


def _medium(value: CallMedium | str) -> CallMedium:
    return one_of(CallMedium, value)


@final
@attrs.frozen(kw_only=True)
class Call:
    """One notice for one person (or board), to be passed on by a person. The id is that of the notice.

    ``member`` is who is to be told, None for a board; ``address`` the number or the name of the board;
    ``text`` what to say. ``key`` and ``values`` (JSON) are what the words of a digest were made from, while
    it waits and can still be changed. ``because`` is a short code: why another way did not do. ``by`` is the
    member who does it. ``tries`` counts the calls in vain.
    ``asked_at`` and ``expires`` are moments (UTC), ``on`` the day of the last result on the network's wall.
    """

    id: CallId
    medium: CallMedium = attrs.field(converter=_medium)
    member: MemberId | None = attrs.field(default=None, metadata=CASE)
    station: StationId | None = None
    address: str = attrs.field(default="", metadata=CONTACT, converter=tidy_text)
    title: str = attrs.field(default="", metadata=CASE, converter=tidy_text)
    text: str = attrs.field(metadata=CASE, converter=tidy_text)
    key: str = ""
    values: str = attrs.field(default="{}", metadata=CASE)
    language: str = "zh"
    about: tuple[str, ...] = attrs.field(default=(), metadata=CASE)
    collapse: str | None = attrs.field(default=None, metadata=CASE)
    urgent: bool = False
    asked_at: datetime
    expires: datetime | None = None
    by: MemberId | None = None
    state: CallState = CallState.OPEN
    tries: int = attrs.field(default=0, validator=at_least(0))
    on: date | None = None
    because: str = attrs.field(default="", metadata=coded("parcel-reason"))

    def __attrs_post_init__(self) -> None:
        if not self.text:
            raise BadInput("call-without-text", id=self.id)

    @classmethod
    def ask(
        cls, *, id: CallId, medium: CallMedium | str, text: str, asked_at: datetime, **fields: Any
    ) -> Step[Self]:
        """Ask for it to be passed on."""
        call = cls(id=id, medium=medium, text=text, asked_at=asked_at, **fields)
        return Step(call, (CallAsked(medium=call.medium, member=call.member),))

    @property
    def waits(self) -> bool:
        """Whether somebody still has to do something about it."""
        return self.state in (CallState.OPEN, CallState.NOT_REACHED)

    @property
    def expects(self) -> str:
        """The duty of which this alone says when and where somebody is expected; "" if it does not."""
        return (self.collapse or "").split("/")[1] if twins(self.collapse) else ""

    def take(self, by: MemberId) -> Step[Self]:
        """A member says that they will do it (or takes it over from another)."""
        if self.by == by:
            return Step(self)
        return Step(attrs.evolve(self, by=by), (CallTaken(member=by),))

    def reach(self, on: date) -> Step[Self]:
        """They were told themselves."""
        return self._result("reach", on, CallReached(on=on))

    def leave_word(self, on: date) -> Step[Self]:
        """Word was left."""
        return self._result("leave_word", on, CallLeftWord(on=on))

    def miss(self, on: date) -> Step[Self]:
        """Tried in vain; each call is counted, and it stays open."""
        told = CallMissed(on=on, tries=self.tries + 1)
        if self.state is CallState.NOT_REACHED:
            return Step(attrs.evolve(self, on=on, tries=self.tries + 1), (told,))
        step = self._result("miss", on, told)
        return Step(attrs.evolve(step.after, tries=self.tries + 1), step.happened) if step.happened else step

    def post(self, on: date) -> Step[Self]:
        """The sheet hangs since this day."""
        return self._result("post", on, CallPosted(on=on))

    def drop(self, reason: str) -> Step[Self]:
        """It is not to be told any more. What was told already stays told."""
        if not self.waits:
            return Step(self)
        short_code(reason, "reason")
        turn(CALL_STATES, self.state, "drop", kind="call", id=self.id)
        after = attrs.evolve(self, state=CallState.DROPPED, collapse=None, values="{}")
        return Step(after, (CallDropped(reason=reason),))

    def _result(self, verb: str, on: date, told: Event) -> Step[Self]:
        if (verb in _OF_PHONE) is not (self.medium is CallMedium.PHONE):
            raise WrongMedium(id=self.id, medium=self.medium.value, verb=verb)
        after = turn(CALL_STATES, self.state, verb, kind="call", id=self.id)
        if after is None:
            return Step(self)
        step = attrs.evolve(self, state=after, on=on)
        return Step(step if step.waits else attrs.evolve(step, collapse=None, values="{}"), (told,))
