"""The pairing itself: proposed, begun, paused, resumed, ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any, Self, final

import attrs

from grassroots.domain.fields import CASE, IDENTITY, FieldGroup, guarded
from grassroots.domain.member import Member, MemberStatus
from grassroots.domain.pairing.scheme import AgeBand, Fit, Scheme
from grassroots.domain.states import Table, turn
from grassroots.domain.step import Event, Step
from grassroots.errors import BadInput, Refused
from grassroots.values.dates import Span
from grassroots.values.ids import MemberId, PairingId, SchemeId, StationId


class PairingStatus(StrEnum):
    """Where a pairing stands."""

    PROPOSED = "proposed"  # asked for; both have still to agree
    ACTIVE = "active"  # kept up
    PAUSED = "paused"  # for a while nobody is expected: hospital, a visit to the children
    ENDED = "ended"  # over for good, or never came about


TRANSITIONS: Table[PairingStatus] = {
    PairingStatus.PROPOSED: {"begin": PairingStatus.ACTIVE, "end": PairingStatus.ENDED},
    PairingStatus.ACTIVE: {"pause": PairingStatus.PAUSED, "end": PairingStatus.ENDED},
    PairingStatus.PAUSED: {"resume": PairingStatus.ACTIVE, "end": PairingStatus.ENDED},
    PairingStatus.ENDED: {},
}


class EndReason(StrEnum):
    """Why a pairing ended: kept with the case, never in the journal."""

    PLANNED = "planned"  # as agreed
    MOVED = "moved"  # one of them moved away
    ILLNESS = "illness"
    DEATH = "death"
    BREAKDOWN = "breakdown"  # they did not get on, or one did not want it
    SAFEGUARDING = "safeguarding"  # ended to protect one of them
    WRONG_ENTRY = "wrong-entry"  # never was; figures leave it out


# -- events -----------------------------------------------------------------------------------------------
@final
@attrs.frozen(kw_only=True)
class PairingProposed(Event):
    """Two people were proposed to each other.

    ``unchecked`` are the codes of what the records leave open, ``overridden`` the codes of the refusals
    that somebody went beyond; who it was stands in the record, which can be erased.
    """

    scheme: SchemeId
    supporter: MemberId
    recipient: MemberId
    unchecked: tuple[str, ...] = ()
    overridden: tuple[str, ...] = ()


@final
@attrs.frozen(kw_only=True)
class PairingBegun(Event):
    """It began on this day."""

    on: date


@final
@attrs.frozen(kw_only=True)
class PairingPaused(Event):
    """From this day on nobody is expected."""

    on: date


@final
@attrs.frozen(kw_only=True)
class PairingResumed(Event):
    """From this day on it is kept up again."""

    on: date


@final
@attrs.frozen(kw_only=True)
class PairingEnded(Event):
    """It ended on this day. The reason stays in the record: it may tell of an illness."""

    on: date


# -- refusals ---------------------------------------------------------------------------------------------
class PairedWithOneself(Refused):
    """Nobody looks after themselves."""

    code = "paired-with-oneself"


class NotTakingPart(Refused):
    """A person who died, left, or whose record was merged cannot be paired."""

    code = "pairing-not-taking-part"


class SupporterFull(Refused):
    """The scheme says how many people one supporter can look after; may be overridden by name."""

    code = "supporter-full"


class WrongAgeBand(Refused):
    """The scheme asks for another age, and the records leave no doubt; may be overridden by name."""

    code = "pairing-wrong-age"
    reveals = FieldGroup.IDENTITY.value


class AlreadyPaired(Refused):
    """These two have a live pairing of this scheme."""

    code = "already-paired"


# -- records ----------------------------------------------------------------------------------------------
@guarded
@final
@attrs.frozen(kw_only=True)
class Pairing:
    """One supporter, one recipient, from the proposal to the end.

    ``started`` is the first day, ``ended`` the last; ``pauses`` are in order and apart from each other,
    the last one open while the pairing is paused.
    """

    id: PairingId
    scheme: SchemeId
    supporter: MemberId
    recipient: MemberId
    station: StationId | None = None
    status: PairingStatus = PairingStatus.PROPOSED
    started: date | None = None
    pauses: tuple[Span, ...] = ()
    ended: date | None = None
    end_reason: EndReason | None = attrs.field(default=None, metadata=CASE)
    despite: str | None = attrs.field(default=None, metadata=IDENTITY)

    def __attrs_post_init__(self) -> None:
        if self.supporter == self.recipient:
            raise PairedWithOneself(member=self.supporter)
        if not self._sound():
            raise BadInput("pairing-unsound", id=self.id, status=self.status.value)

    def _sound(self) -> bool:
        over, paused = self.status is PairingStatus.ENDED, self.status is PairingStatus.PAUSED
        if over != (self.ended is not None) or paused != any(pause.open for pause in self.pauses):
            return False
        if self.status is PairingStatus.PROPOSED and self.started is not None:
            return False
        if self.started is None:
            # Only a proposal, and one that was not taken up, has no first day.
            return not self.pauses and self.status in (PairingStatus.PROPOSED, PairingStatus.ENDED)
        edges = [day for pause in self.pauses for day in (pause.first, pause.last)]
        line = [day for day in (self.started, *edges, self.ended) if day is not None]
        # In order, and no two pauses share a day: the last of one lies before the first of the next.
        apart = all(one.last and one.last < other.first for one, other in pairwise(self.pauses))
        return line == sorted(line) and apart

    @classmethod
    def propose(
        cls,
        *,
        id: PairingId,
        scheme: Scheme,
        supporter: Member,
        recipient: Member,
        live: Iterable[Pairing],
        on: date,
        station: StationId | None = None,
        despite: str | None = None,
        answered: tuple[str, ...] = (),
    ) -> Step[Pairing]:
        """Propose two people to each other. ``live`` are the pairings of either that have not ended.

        ``despite`` names who answers for going beyond the scheme's maximum or ages, and for what other rules
        had to say (``answered``: their codes).
        """
        if supporter.id == recipient.id:
            raise PairedWithOneself(member=supporter.id)
        for person in (supporter, recipient):
            _taking_part(person)
        others = [pairing for pairing in live if pairing.status is not PairingStatus.ENDED]
        _not_twice(scheme, supporter, recipient, others)
        beyond = [*_room_left(scheme, supporter, others), *_right_ages(scheme, supporter, recipient, on)]
        if beyond and despite is None:
            raise beyond[0]
        pairing = cls(
            id=id,
            scheme=scheme.code,
            supporter=supporter.id,
            recipient=recipient.id,
            station=station,
            despite=despite if beyond or answered else None,
        )
        event = PairingProposed(
            scheme=scheme.code,
            supporter=supporter.id,
            recipient=recipient.id,
            unchecked=unchecked(scheme, supporter, recipient, on),
            overridden=(*(refusal.code for refusal in beyond), *answered),
        )
        return Step(pairing, (event,))

    def begin(self, on: date) -> Step[Self]:
        """Both agreed: this is the first day."""
        return self._turn("begin", PairingBegun(on=on), started=on)

    def pause(self, on: date) -> Step[Self]:
        """From this day on nobody is expected, until it is resumed."""
        return self._turn("pause", PairingPaused(on=on), pauses=(*self.pauses, Span(on)))

    def resume(self, on: date) -> Step[Self]:
        """From this day on it is kept up again; a pause that had no whole day leaves no trace."""
        return self._turn("resume", PairingResumed(on=on), pauses=self._pauses_until(on - timedelta(days=1)))

    def end(self, on: date, reason: EndReason) -> Step[Self]:
        """End it; ``on`` is the last day. A proposal that is not taken up ends too."""
        return self._turn(
            "end", PairingEnded(on=on), ended=on, end_reason=reason, pauses=self._pauses_until(on)
        )

    def _pauses_until(self, last: date) -> tuple[Span, ...]:
        closed = []
        for pause in self.pauses:
            if not pause.open:
                closed.append(pause)
            elif pause.first <= last:
                closed.append(pause.until(last))
        return tuple(closed)

    def _turn(self, verb: str, event: Event, **fields: Any) -> Step[Self]:
        status = turn(TRANSITIONS, self.status, verb, kind="pairing", id=self.id)
        if status is None:
            return Step(self)
        on: date = event.on  # type: ignore[attr-defined]  # every event of a turn has its day
        if (after := self._earliest(verb)) is not None and on < after:
            raise BadInput("pairing-day-too-early", id=self.id, on=on.isoformat(), first=after.isoformat())
        return Step(attrs.evolve(self, status=status, **fields), (event,))

    def _earliest(self, verb: str) -> date | None:
        # The first day on which a verb can take effect: not before what happened last.
        if not self.pauses:
            return self.started
        pause = self.pauses[-1]
        if pause.last is None:
            return pause.first
        return pause.last + timedelta(days=1 if verb == "pause" else 0)

    @property
    def members(self) -> tuple[MemberId, MemberId]:
        """The two people."""
        return self.supporter, self.recipient

    def live_on(self, day: date) -> bool:
        """Whether it had begun and not yet ended on a day, pauses included."""
        return self.started is not None and Span(self.started, self.ended).covers(day)


# -- rules ------------------------------------------------------------------------------------------------
def unchecked(scheme: Scheme, supporter: Member, recipient: Member, on: date) -> tuple[str, ...]:
    """What the records leave open and somebody should look up: ``supporter-age``, ``recipient-age``."""
    return tuple(
        code
        for code, band, person in _bands(scheme, supporter, recipient)
        if band.fit(person.ages(on)) is Fit.OPEN
    )


def _bands(
    scheme: Scheme, supporter: Member, recipient: Member
) -> tuple[tuple[str, AgeBand, Member], tuple[str, AgeBand, Member]]:
    return (
        ("supporter-age", scheme.supporter_ages, supporter),
        ("recipient-age", scheme.recipient_ages, recipient),
    )


def _taking_part(person: Member) -> None:
    gone = (MemberStatus.DECEASED, MemberStatus.LEFT, MemberStatus.MERGED)
    if person.status in gone:
        raise NotTakingPart(member=person.id, status=person.status.value)


def _not_twice(scheme: Scheme, supporter: Member, recipient: Member, live: Sequence[Pairing]) -> None:
    for other in live:
        if (other.scheme, other.supporter, other.recipient) == (scheme.code, supporter.id, recipient.id):
            raise AlreadyPaired(pairing=other.id, scheme=scheme.code)


def _room_left(scheme: Scheme, supporter: Member, live: Sequence[Pairing]) -> Iterator[Refused]:
    has = sum(other.scheme == scheme.code and other.supporter == supporter.id for other in live)
    if scheme.most is not None and has >= scheme.most:
        yield SupporterFull(
            supporter=supporter.id, scheme=scheme.code, has=has, most=scheme.most, override="despite"
        )


def _right_ages(scheme: Scheme, supporter: Member, recipient: Member, on: date) -> Iterator[Refused]:
    for code, band, person in _bands(scheme, supporter, recipient):
        ages = person.ages(on)
        if ages is not None and band.fit(ages) is Fit.OUT:
            yield WrongAgeBand(
                problem=code,
                member=person.id,
                scheme=scheme.code,
                age=str(ages.low) if ages.exact else f"{ages.low}–{ages.high}",
                band=band.said,
                override="despite",
            )
