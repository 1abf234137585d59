"""A callout is an urgent call to everybody who fits; it ends when enough have said yes.

Terms. Somebody *fits* who takes part, has the skills asked for, and whose body can do what is demanded
(志愿服务条例 art. 15). The *ring* is how far one asks: the station, those around it, the whole network. Where
the compound is named at which help is needed, whoever is known to live so many minutes on foot from it is
asked, and the ring decides for those of whom nobody knows how far they have it. A callout may be *widened*.
*Enough* is ``needed`` people who said yes; whoever says yes later is *spare* and told so, so that nobody
stands about in the rain for nothing. Who gave no answer in the end is told that they are not needed any more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Self, final

import attrs

from grassroots.domain.checks import at_least, one_of, short_code
from grassroots.domain.fields import CASE
from grassroots.domain.member import Limit, Member, MemberStatus
from grassroots.domain.states import Table, turn
from grassroots.domain.step import Event, Step
from grassroots.errors import BadInput, Refused
from grassroots.values.ids import CalloutAnswerId, CalloutId, MemberId, OrganizationId, StationId
from grassroots.values.texts import tidy_text

MOST_ASKED = 5_000
"""People of one callout: their ids stand in its record."""


class CalloutStatus(StrEnum):
    """Where a callout stands."""

    OPEN = "open"  # people are being asked
    MET = "met"  # enough have said yes
    CLOSED = "closed"  # over: it took place, or with fewer
    CALLED_OFF = "called-off"  # it does not take place


CALLOUT_STATES: Table[CalloutStatus] = {
    CalloutStatus.OPEN: {
        "meet": CalloutStatus.MET,
        "close": CalloutStatus.CLOSED,
        "call_off": CalloutStatus.CALLED_OFF,
    },
    CalloutStatus.MET: {
        "fall_short": CalloutStatus.OPEN,
        "close": CalloutStatus.CLOSED,
        "call_off": CalloutStatus.CALLED_OFF,
    },
    CalloutStatus.CLOSED: {},
    CalloutStatus.CALLED_OFF: {},
}


class Ring(StrEnum):
    """How far one asks."""

    STATION = "station"  # whoever belongs to the station, or to one below it
    AROUND = "around"  # the stations under the same parent as well
    NETWORK = "network"  # everybody


class Said(StrEnum):
    """What somebody answered."""

    YES = "yes"
    NO = "no"


@final
@attrs.frozen(kw_only=True)
class CalloutOpened(Event):
    """People are asked."""

    station: StationId
    needed: int
    asked: int
    ring: Ring


@final
@attrs.frozen(kw_only=True)
class CalloutWidened(Event):
    """More people are asked."""

    asked: int
    ring: Ring


@final
@attrs.frozen(kw_only=True)
class CalloutAnswered(Event):
    """Somebody answered; ``spare`` if enough had said yes before."""

    member: MemberId
    said: Said
    spare: bool = False


@final
@attrs.frozen(kw_only=True)
class CalloutMet(Event):
    """Enough have said yes."""

    yes: int


@final
@attrs.frozen(kw_only=True)
class CalloutFellShort(Event):
    """Somebody took a yes back: people are asked again."""

    yes: int


@final
@attrs.frozen(kw_only=True)
class CalloutClosed(Event):
    """It is over."""

    yes: int


@final
@attrs.frozen(kw_only=True)
class CalloutCalledOff(Event):
    """It does not take place."""

    reason: str


class NotAsked(Refused):
    """Only whoever was asked can answer; ask them first (widen the callout, or name them)."""

    code = "callout-not-asked"


class CalloutOver(Refused):
    """Nobody can answer any more."""

    code = "callout-over"


def _ring(value: Ring | str) -> Ring:
    return one_of(Ring, value)


def _said(value: Said | str) -> Said:
    return one_of(Said, value)


def _words(value: str) -> str:
    return tidy_text(value)


@final
@attrs.frozen(kw_only=True)
class Callout:
    """One urgent call. ``what`` is what there is to do, ``place`` where to come, ``starts`` when (aware).

    ``asked`` are the members who were asked, in the order of asking; answers are records of their own.
    ``compound`` is where help is needed, ``within_minutes`` how long a walk to it may be; one with the other.
    """

    id: CalloutId
    station: StationId
    what: str = attrs.field(converter=_words)
    place: str = attrs.field(default="", converter=_words)
    starts: datetime
    needed: int = attrs.field(validator=at_least(1))
    skills: tuple[str, ...] = ()
    demands: tuple[Limit, ...] = ()
    ring: Ring = attrs.field(default=Ring.STATION, converter=_ring)
    compound: OrganizationId | None = None
    within_minutes: int | None = attrs.field(default=None, validator=at_least(0))
    asked: tuple[MemberId, ...] = ()
    status: CalloutStatus = CalloutStatus.OPEN
    reason: str | None = attrs.field(default=None, metadata=CASE)

    def __attrs_post_init__(self) -> None:
        if not self.what:
            raise BadInput("callout-without-words", id=self.id)
        if self.starts.tzinfo is None:
            raise BadInput("moment-without-zone", what=self.starts.isoformat(), field="starts")
        if (self.compound is None) is not (self.within_minutes is None):
            raise BadInput("callout-walk", id=self.id)
        if len(self.asked) > MOST_ASKED:
            raise BadInput("callout-too-many", found=len(self.asked), most=MOST_ASKED)

    @classmethod
    def open(
        cls,
        *,
        id: CalloutId,
        station: StationId,
        what: str,
        starts: datetime,
        needed: int,
        now: datetime,
        asked: Iterable[MemberId] = (),
        place: str = "",
        skills: Iterable[str] = (),
        demands: Iterable[Limit | str] = (),
        ring: Ring | str = Ring.STATION,
        compound: OrganizationId | None = None,
        within_minutes: int | None = None,
    ) -> Step[Self]:
        """Call people out. BadInput ``callout-past`` if it has begun already."""
        made = cls(
            id=id,
            station=station,
            what=what,
            place=place,
            starts=starts,
            needed=needed,
            skills=tuple(short_code(one, "skills") if one.isascii() else one for one in skills),
            demands=tuple(one_of(Limit, one) for one in demands),
            ring=ring,
            compound=compound,
            within_minutes=within_minutes,
            asked=tuple(dict.fromkeys(asked)),
        )
        if starts <= now:
            raise BadInput("callout-past", what=starts.isoformat())
        told = CalloutOpened(station=station, needed=needed, asked=len(made.asked), ring=made.ring)
        return Step(made, (told,))

    def widen(
        self, ring: Ring | str, asked: Iterable[MemberId], within_minutes: int | None = None
    ) -> Step[Self]:
        """Ask more people; those who were asked before are not asked twice."""
        if self.status is not CalloutStatus.OPEN:
            raise CalloutOver(id=self.id, status=self.status.value)
        ring = one_of(Ring, ring)
        new = tuple(one for one in dict.fromkeys(asked) if one not in set(self.asked))
        within = self.within_minutes if within_minutes is None else within_minutes
        if not new and ring is self.ring and within == self.within_minutes:
            return Step(self)
        after = attrs.evolve(self, ring=ring, within_minutes=within, asked=(*self.asked, *new))
        return Step(after, (CalloutWidened(asked=len(new), ring=ring),))

    def count(self, yes: int) -> Step[Self]:
        """So many have said yes now: met, or short again."""
        if self.status is CalloutStatus.OPEN and yes >= self.needed:
            return Step(attrs.evolve(self, status=CalloutStatus.MET), (CalloutMet(yes=yes),))
        if self.status is CalloutStatus.MET and yes < self.needed:
            return Step(attrs.evolve(self, status=CalloutStatus.OPEN), (CalloutFellShort(yes=yes),))
        return Step(self)

    def close(self, yes: int) -> Step[Self]:
        """It is over."""
        status = turn(CALLOUT_STATES, self.status, "close", kind="callout", id=self.id)
        return (
            Step(self)
            if status is None
            else Step(attrs.evolve(self, status=status), (CalloutClosed(yes=yes),))
        )

    def call_off(self, reason: str) -> Step[Self]:
        """It does not take place; everybody who was asked is told."""
        status = turn(CALLOUT_STATES, self.status, "call_off", kind="callout", id=self.id)
        if status is None:
            return Step(self)
        short_code(reason, "reason")
        return Step(attrs.evolve(self, status=status, reason=reason), (CalloutCalledOff(reason=reason),))


@final
@attrs.frozen(kw_only=True)
class CalloutAnswer:
    """What one member answered. ``spare`` is a yes beyond what was needed, counted when it was given."""

    id: CalloutAnswerId
    callout: CalloutId
    member: MemberId
    station: StationId
    said: Said = attrs.field(converter=_said)
    spare: bool = False

    @classmethod
    def give(
        cls, callout: Callout, member: MemberId, said: Said | str, *, former: CalloutAnswer | None, yes: int
    ) -> Step[CalloutAnswer]:
        """Answer, or answer otherwise; ``yes`` is how many others are counted on so far.

        Raises CalloutOver and NotAsked.
        """
        if callout.status not in (CalloutStatus.OPEN, CalloutStatus.MET):
            raise CalloutOver(id=callout.id, status=callout.status.value)
        if member not in callout.asked:
            raise NotAsked(id=callout.id, member=member)
        said = one_of(Said, said)
        if former is not None and former.said is said:
            return Step(former)
        spare = said is Said.YES and yes >= callout.needed
        given = CalloutAnswer(
            id=answer_id(callout.id, member),
            callout=callout.id,
            member=member,
            station=callout.station,
            said=said,
            spare=spare,
        )
        return Step(given, (CalloutAnswered(member=member, said=said, spare=spare),))

    def move_up(self) -> Step[CalloutAnswer]:
        """Somebody else took their yes back: whoever was spare is counted on now."""
        if not self.spare:
            return Step(self)
        return Step(attrs.evolve(self, spare=False), (CalloutAnswered(member=self.member, said=self.said),))

    @property
    def counts(self) -> bool:
        """Whether somebody is counted on."""
        return self.said is Said.YES and not self.spare


def answer_id(callout: CalloutId, member: MemberId) -> CalloutAnswerId:
    """One answer for each person asked."""
    return CalloutAnswerId(f"{callout}-{member}")


@final
@attrs.frozen(kw_only=True)
class Standing:
    """How a callout stands at this moment: how many were asked, said yes (and are spare), no, nothing."""

    needed: int
    asked: int
    yes: int
    spare: int
    no: int

    @property
    def silent(self) -> int:
        """Who has not answered."""
        return self.asked - self.yes - self.spare - self.no

    @property
    def short(self) -> int:
        """How many are still needed."""
        return max(0, self.needed - self.yes)

    @classmethod
    def of(cls, callout: Callout, answers: Iterable[CalloutAnswer]) -> Self:
        """Counted from the answers."""
        kinds = Counter("spare" if one.spare else one.said.value for one in answers)
        return cls(
            needed=callout.needed,
            asked=len(callout.asked),
            yes=kinds["yes"],
            spare=kinds["spare"],
            no=kinds["no"],
        )


def unfit(member: Member, skills: Collection[str], demands: tuple[Limit, ...]) -> tuple[str, ...]:
    """Why somebody is not asked, as codes; empty if they fit. The codes are not for everybody's eyes."""
    found = []
    if member.status is not MemberStatus.ACTIVE:
        found.append("not-taking-part")
    if not set(skills) <= set(member.skills):
        found.append("skill")
    if member.hindered(demands):
        found.append("hindered")
    return tuple(found)


def stations_of(
    ring: Ring, station: StationId, parents: Mapping[StationId, StationId | None]
) -> frozenset[StationId] | None:
    """The stations whose people are asked in a ring; None means everybody, wherever they belong.

    ``parents`` is the tree. A ring holds whatever lies below its stations.
    """
    if ring is Ring.NETWORK:
        return None
    above = parents.get(station) if ring is Ring.AROUND else None
    if above is None:
        return frozenset(_below({station}, parents))
    beside = {one for one, parent in parents.items() if parent == above}
    return frozenset(_below(beside, parents) | {above})


def _below(roots: Iterable[StationId], parents: Mapping[StationId, StationId | None]) -> set[StationId]:
    found = set(roots)
    grew = True
    while grew:
        more = {one for one, parent in parents.items() if parent in found} - found
        found |= more
        grew = bool(more)
    return found
