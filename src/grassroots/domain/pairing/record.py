"""The pairing itself: proposed, begun, paused, resumed, ended."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any, Self, final

import attrs

from grassroots.domain.fields import CASE, IDENTITY, guarded
from grassroots.domain.member import Member, MemberStatus
from grassroots.domain.pairing.events import (
    AlreadyPaired,
    HandedToOneself,
    NotTakingPart,
    PairedWithOneself,
    PairingAccepted,
    PairingBegun,
    PairingEnded,
    PairingNotTheirs,
    PairingPaused,
    PairingProposed,
    PairingResumed,
    PairingReviewed,
    PairingTried,
    ReviewOutcome,
    SupporterFull,
    WrongAgeBand,
)
from grassroots.domain.pairing.scheme import AgeBand, Fit, Scheme
from grassroots.domain.states import Table, WrongState, turn
from grassroots.domain.step import Event, Step
from grassroots.errors import BadInput, Refused
from grassroots.values.dates import Span
from grassroots.values.ids import MemberId, PairingId, SchemeId, StationId


class PairingStatus(StrEnum):
    """Where a pairing stands."""

    PROPOSED = "proposed"  # asked for; both have still to agree
    AGREED = "agreed"  # both said yes; it has not begun
    TRIAL = "trial"  # kept up, to see whether it suits both
    ACTIVE = "active"  # kept up
    PAUSED = "paused"  # for a while nobody is expected: hospital, a visit to the children
    ENDED = "ended"  # over for good, or never came about


TRANSITIONS: Table[PairingStatus] = {
    PairingStatus.PROPOSED: {
        "accept": PairingStatus.AGREED,
        "try_out": PairingStatus.TRIAL,
        "begin": PairingStatus.ACTIVE,
        "end": PairingStatus.ENDED,
    },
    PairingStatus.AGREED: {
        "try_out": PairingStatus.TRIAL,
        "begin": PairingStatus.ACTIVE,
        "end": PairingStatus.ENDED,
    },
    PairingStatus.TRIAL: {
        "begin": PairingStatus.ACTIVE,
        "pause": PairingStatus.PAUSED,
        "end": PairingStatus.ENDED,
    },
    PairingStatus.ACTIVE: {"pause": PairingStatus.PAUSED, "end": PairingStatus.ENDED},
    PairingStatus.PAUSED: {"resume": PairingStatus.ACTIVE, "end": PairingStatus.ENDED},
    PairingStatus.ENDED: {},
}

KEPT_UP = frozenset({PairingStatus.TRIAL, PairingStatus.ACTIVE, PairingStatus.PAUSED})
"""The states of a pairing that has begun and goes on."""

NOT_BEGUN = frozenset({PairingStatus.PROPOSED, PairingStatus.AGREED})
"""The states before the first day."""


class EndReason(StrEnum):
    """Why a pairing ended: kept with the case, never in the journal."""

    PLANNED = "planned"  # as agreed
    MOVED = "moved"  # one of them moved away
    ILLNESS = "illness"
    DEATH = "death"
    BREAKDOWN = "breakdown"  # they did not get on, or one did not want it
    SAFEGUARDING = "safeguarding"  # ended to protect one of them
    HANDED_OVER = "handed-over"  # somebody else looks after the same person now
    WRONG_ENTRY = "wrong-entry"  # never was; figures leave it out


@final
@attrs.frozen(kw_only=True)
class Review:
    """Somebody looked at a pairing with both of them; ``again`` is when to look next."""

    on: date
    outcome: ReviewOutcome
    again: date | None = None


# -- records ----------------------------------------------------------------------------------------------
@guarded
@final
@attrs.frozen(kw_only=True)
class Pairing:
    """One supporter, one recipient, from the proposal to the end.

    ``started`` is the first day (of the trial, if there was one), ``ended`` the last; ``pauses`` are in
    order and apart from each other, the last one open while the pairing is paused. ``agreed`` are those of
    the two who said yes, ``trial_until`` when a trial is looked at, ``succeeds`` the pairing of the same
    recipient that was handed over.
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
    agreed: tuple[MemberId, ...] = ()
    trial_until: date | None = None
    reviews: tuple[Review, ...] = ()
    succeeds: PairingId | None = None

    def __attrs_post_init__(self) -> None:
        if self.supporter == self.recipient:
            raise PairedWithOneself(member=self.supporter)
        if not self._sound():
            raise BadInput("pairing-unsound", id=self.id, status=self.status.value)

    def _sound(self) -> bool:
        over, paused = self.status is PairingStatus.ENDED, self.status is PairingStatus.PAUSED
        if over != (self.ended is not None) or paused != any(pause.open for pause in self.pauses):
            return False
        if self.status in NOT_BEGUN and self.started is not None:
            return False
        if self.started is None:
            # Only a proposal, and one that was not taken up, has no first day.
            return not self.pauses and (over or self.status in NOT_BEGUN)
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
        succeeds: PairingId | None = None,
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
            succeeds=succeeds,
        )
        event = PairingProposed(
            scheme=scheme.code,
            supporter=supporter.id,
            recipient=recipient.id,
            unchecked=unchecked(scheme, supporter, recipient, on),
            overridden=(*(refusal.code for refusal in beyond), *answered),
            succeeds=succeeds,
        )
        return Step(pairing, (event,))

    def accept(self, by: MemberId, on: date) -> Step[Self]:
        """One of the two says yes; when both have, it is agreed."""
        if by not in self.members:
            raise PairingNotTheirs(pairing=self.id, member=by)
        if by in self.agreed:
            return Step(self)
        both = bool(self.agreed)
        event = PairingAccepted(by=by, on=on, both=both)
        if both:
            return self._turn("accept", event, agreed=(*self.agreed, by))
        if turn(TRANSITIONS, self.status, "accept", kind="pairing", id=self.id) is None:
            return Step(self)
        return Step(attrs.evolve(self, agreed=(by,)), (event,))

    def try_out(self, on: date, until: date) -> Step[Self]:
        """Begin with a trial: ``on`` is its first day, ``until`` when it is looked at with both."""
        if until <= on:
            raise BadInput("span-backwards", first=on.isoformat(), last=until.isoformat())
        return self._turn("try_out", PairingTried(on=on, until=until), started=on, trial_until=until)

    def begin(self, on: date) -> Step[Self]:
        """It begins, or its trial went well; the first day of a trial stays the first day."""
        return self._turn("begin", PairingBegun(on=on), started=self.started or on)

    def review(
        self, on: date, outcome: ReviewOutcome, again: date | None = None, *, today: date | None = None
    ) -> Step[Self]:
        """Somebody looked at it with both of them; the same words of a day again change nothing.

        BadInput ``day-to-come`` for a day after ``today``: what is still to come was not looked at.
        """
        if self.status not in KEPT_UP:
            raise WrongState(
                verb="look_at",
                kind="pairing",
                id=self.id,
                state=self.status.value,
                possible=tuple(sorted(TRANSITIONS[self.status])),
            )
        if today is not None and on > today:
            raise BadInput("day-to-come", day=on.isoformat(), today=today.isoformat())
        if again is not None and again <= on:
            raise BadInput("span-backwards", first=on.isoformat(), last=again.isoformat())
        seen = Review(on=on, outcome=outcome, again=again)
        if seen in self.reviews:
            return Step(self)
        if self.started is not None and on < self.started:
            first = self.started.isoformat()
            raise BadInput("pairing-day-too-early", id=self.id, on=on.isoformat(), first=first)
        after = attrs.evolve(self, reviews=(*self.reviews, seen))
        return Step(after, (PairingReviewed(on=on, outcome=outcome, again=again),))

    def review_due(self, every_months: int | None) -> date | None:
        """When somebody should look at it next; None if nothing says when, or nobody is expected."""
        if self.status not in (PairingStatus.TRIAL, PairingStatus.ACTIVE) or self.started is None:
            return None
        last = max(self.reviews, key=lambda one: one.on, default=None)
        if last is not None and last.again is not None:
            return last.again
        if self.status is PairingStatus.TRIAL and last is None:
            return self.trial_until
        if every_months is None:
            return None
        return _months_after(self.started if last is None else last.on, every_months)

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

    def hand_over(self, on: date, to: MemberId) -> Step[Self]:
        """End it because somebody else (``to``) looks after the same person from now on."""
        if to == self.supporter:
            raise HandedToOneself(pairing=self.id, member=to)
        return self.end(on, EndReason.HANDED_OVER)

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


def _months_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


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
