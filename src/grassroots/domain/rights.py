"""The rights of a person over what is kept about them (个人信息保护法 art. 44 to 50), and what stands
against.

Terms. A *request* is what somebody asked for: a copy, a correction, that use stops, that they be forgotten.
They ask for themselves, for a child whose guardian they are, or for a near relative who died (art. 49). It
is done or refused, and a refusal gives its reason (art. 50). A *restriction* stops use while the records
lie there (art. 47). A *hold* keeps records that somebody would have to erase: a complaint, a court, an
audit.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import Self, final

import attrs

from grassroots.domain.checks import is_code, short_code
from grassroots.domain.fields import CASE, HIDDEN, guarded
from grassroots.domain.member import Member
from grassroots.domain.states import Table, turn
from grassroots.domain.step import Event, Step
from grassroots.errors import Refused
from grassroots.values.ids import HoldId, MemberId, RequestId, RestrictionId


class RequestKind(StrEnum):
    """What somebody may ask for."""

    COPY = "copy"  # see and take along (art. 45)
    CORRECT = "correct"  # art. 46
    ERASE = "erase"  # art. 47
    RESTRICT = "restrict"  # stop the use (art. 44)
    OBJECT = "object"  # against one purpose (art. 44)
    EXPLAIN = "explain"  # why and by which rule (art. 48)


class Standing(StrEnum):
    """As whom somebody asks."""

    SELF = "self"
    GUARDIAN = "guardian"  # for a child, or somebody who cannot
    RELATIVE = "relative"  # for a near relative who died (art. 49)


class RequestStatus(StrEnum):
    """Where a request stands."""

    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"  # with a reason


TRANSITIONS: Table[RequestStatus] = {
    RequestStatus.OPEN: {"fulfil": RequestStatus.DONE, "refuse": RequestStatus.REFUSED},
    RequestStatus.DONE: {},
    RequestStatus.REFUSED: {},
}


# -- events -----------------------------------------------------------------------------------------------
@final
@attrs.frozen(kw_only=True)
class RightsAsked(Event):
    """Somebody asked for something; ``due`` is the day by which they get an answer."""

    kind: RequestKind
    standing: Standing
    due: date | None = None


@final
@attrs.frozen(kw_only=True)
class RightsAnswered(Event):
    """It was done or refused; ``reason`` is a code."""

    status: RequestStatus
    reason: str | None = None


@final
@attrs.frozen(kw_only=True)
class UseRestricted(Event):
    """The use of somebody's records stopped: for these purposes, or for all."""

    purposes: tuple[str, ...] = ()
    reason: str


@final
@attrs.frozen(kw_only=True)
class UseResumed(Event):
    """The restriction was lifted."""


@final
@attrs.frozen(kw_only=True)
class HoldPlaced(Event):
    """Nothing about somebody may be erased for now."""

    reason: str


@final
@attrs.frozen(kw_only=True)
class HoldLifted(Event):
    """The hold is over."""


# -- refusals ---------------------------------------------------------------------------------------------
class NotTheirs(Refused):
    """Whoever asks is neither the person, nor their guardian, nor a near relative of somebody who died."""

    code = "rights-not-theirs"


class RelativesOfTheLiving(Refused):
    """Relatives speak for somebody who died; the living speak for themselves."""

    code = "rights-person-lives"


class UnderHold(Refused):
    """A hold keeps these records; it is lifted first."""

    code = "rights-under-hold"


class Forgotten(Refused):
    """Somebody who was erased: what is left is no record of anybody. Who comes back is registered anew."""

    code = "rights-forgotten"


def remembered(person: Member) -> Member:
    """The person, if they were not erased; Forgotten if they were."""
    if person.name == HIDDEN:
        raise Forgotten(member=person.id)
    return person


class KeptByLaw(Refused):
    """A law asks that this be kept for longer: its use can be restricted, it cannot be erased yet."""

    code = "rights-kept-by-law"


# -- records ----------------------------------------------------------------------------------------------
@guarded
@final
@attrs.frozen(kw_only=True)
class RightsRequest:
    """One request. ``by`` is who asked if not the person; ``words`` what they said; ``due`` the day of
    answer.
    """

    id: RequestId
    member: MemberId
    kind: RequestKind
    on: date
    standing: Standing = Standing.SELF
    by: MemberId | None = None
    due: date | None = None
    status: RequestStatus = RequestStatus.OPEN
    answered: date | None = None
    reason: str | None = attrs.field(default=None, validator=is_code)
    words: str | None = attrs.field(default=None, metadata=CASE)

    @classmethod
    def ask(
        cls,
        *,
        id: RequestId,
        member: MemberId,
        kind: RequestKind,
        on: date,
        standing: Standing,
        by: MemberId | None,
        words: str | None,
        answer_days: int | None,
        died: bool,
        guardians: tuple[MemberId, ...],
        kin: tuple[MemberId, ...],
    ) -> Step[RightsRequest]:
        """Write a request down. ``guardians`` and ``kin`` are the person's, from their recorded ties."""
        entitled(standing, by, member=member, died=died, guardians=guardians, kin=kin)
        due = None if answer_days is None else on + timedelta(days=answer_days)
        made = cls(id=id, member=member, kind=kind, on=on, standing=standing, by=by, due=due, words=words)
        return Step(made, (RightsAsked(kind=kind, standing=standing, due=due),))

    def fulfil(self, on: date) -> Step[Self]:
        """It was done."""
        return self._turn("fulfil", on, None)

    def refuse(self, on: date, reason: str) -> Step[Self]:
        """It is not done, and this is why (a short code)."""
        return self._turn("refuse", on, short_code(reason, "reason"))

    def _turn(self, verb: str, on: date, reason: str | None) -> Step[Self]:
        status = turn(TRANSITIONS, self.status, verb, kind="request", id=self.id)
        if status is None:
            return Step(self)
        after = attrs.evolve(self, status=status, answered=on, reason=reason)
        return Step(after, (RightsAnswered(status=status, reason=reason),))


def entitled(
    standing: Standing,
    by: MemberId | None,
    *,
    member: MemberId,
    died: bool,
    guardians: tuple[MemberId, ...],
    kin: tuple[MemberId, ...],
) -> None:
    """Whether somebody may exercise a person's rights."""
    if standing is Standing.SELF:
        if by not in (None, member):
            raise NotTheirs(member=member, by=by)
    elif standing is Standing.GUARDIAN:
        if by not in guardians:
            raise NotTheirs(member=member, by=by)
    elif not died:
        raise RelativesOfTheLiving(member=member)
    elif by not in kin:
        raise NotTheirs(member=member, by=by)


@final
@attrs.frozen(kw_only=True)
class Restriction:
    """Use stopped, from a day on: for these purposes, or for every one (none named)."""

    id: RestrictionId
    member: MemberId
    since: date
    reason: str = attrs.field(validator=is_code)
    purposes: tuple[str, ...] = ()
    lifted: date | None = None

    @classmethod
    def impose(
        cls, *, id: RestrictionId, member: MemberId, since: date, reason: str, purposes: tuple[str, ...] = ()
    ) -> Step[Restriction]:
        """Stop the use."""
        made = cls(id=id, member=member, since=since, reason=reason, purposes=purposes)
        return Step(made, (UseRestricted(purposes=purposes, reason=reason),))

    def lift(self, on: date) -> Step[Self]:
        """Let it be used again; lifting twice changes nothing."""
        if self.lifted is not None:
            return Step(self)
        return Step(attrs.evolve(self, lifted=on), (UseResumed(),))


@final
@attrs.frozen(kw_only=True)
class Hold:
    """Nothing about this member is erased while it stands; ``reason`` is a short code."""

    id: HoldId
    member: MemberId
    since: date
    reason: str = attrs.field(validator=is_code)
    lifted: date | None = None

    @classmethod
    def place(cls, *, id: HoldId, member: MemberId, since: date, reason: str) -> Step[Hold]:
        """Keep what somebody would have to erase."""
        return Step(cls(id=id, member=member, since=since, reason=reason), (HoldPlaced(reason=reason),))

    def lift(self, on: date) -> Step[Self]:
        """It is over; lifting twice changes nothing."""
        if self.lifted is not None:
            return Step(self)
        return Step(attrs.evolve(self, lifted=on), (HoldLifted(),))
