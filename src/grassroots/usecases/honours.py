"""Honours at a desk: the yearly survey, the steps of an award, and who has what."""

from __future__ import annotations

from datetime import date
from typing import final

import attrs

from grassroots.contracts.storage import Is
from grassroots.domain.fields import FieldGroup
from grassroots.domain.honour import Award, AwardStatus
from grassroots.domain.member import Member
from grassroots.domain.smallcounts import told
from grassroots.domain.standing import (
    Eligibility,
    HonourDefinition,
    Standing,
    StandingTable,
    candidates,
    eligible,
    standing,
)
from grassroots.usecases.consents import publishable
from grassroots.values.ids import AwardId, MemberId, OccurrenceId, StationId
from grassroots.workspace.acts import Room, act, look
from grassroots.workspace.reading import Reading
from grassroots.workspace.work import Work


@final
@attrs.frozen(kw_only=True)
class RollLine:
    """Somebody who agreed to stand on the roll; ``photo``: to be shown as well."""

    member: MemberId
    name: str
    awarded_on: date | None
    photo: bool


@final
@attrs.frozen(kw_only=True)
class Roll:
    """An honour roll for everybody's eyes; ``others`` did not agree (None: too few to be told)."""

    honour: str
    lines: tuple[RollLine, ...]
    others: int | None


@final
class Honours(Room):
    """The room ``desk.honours``. An honour is named by its code in the rule packs (``fifty-years``)."""

    @act
    def survey(
        self,
        work: Work,
        honour: str,
        member: MemberId,
        *,
        on: date | None = None,
        station: StationId | None = None,
    ) -> Award:
        """Put somebody on the list; ``on`` is the reference day (default: this year's, by the rule pack)."""
        return _surveyed(
            work, honour, member, on or _definition(work, honour).reference_day(work.today.year), station
        )

    @act
    def recommend(self, work: Work, id: AwardId) -> Award:
        """The higher committee recommends it."""
        award = work.load(Award, id)
        return work.keep(award.recommend(_definition(work, award.honour)))

    @act
    def review(self, work: Work, id: AwardId) -> Award:
        """The organisation department has reviewed it."""
        award = work.load(Award, id)
        return work.keep(award.review(_definition(work, award.honour)))

    @act
    def clear(self, work: Work, id: AwardId) -> Award:
        """Discipline and law enforcement were consulted, and nothing stands against it."""
        award = work.load(Award, id)
        return work.keep(award.clear(_definition(work, award.honour)))

    @act
    def award(
        self,
        work: Work,
        id: AwardId,
        *,
        on: date | None = None,
        occasion: OccurrenceId | None = None,
        checked_by: str | None = None,
    ) -> Award:
        """Hand it over; ``checked_by`` names who looked up what the recorded dates leave open."""
        return _awarded(work, work.load(Award, id), on or work.today, occasion, checked_by)

    @act
    def record(
        self,
        work: Work,
        honour: str,
        member: MemberId,
        *,
        awarded_on: date,
        on: date | None = None,
        station: StationId | None = None,
        occasion: OccurrenceId | None = None,
        checked_by: str | None = None,
    ) -> Award:
        """Enter, from paper, an award that was given already; the conditions must be met all the same.

        ``on`` is the reference day (default: that of the year in which it was given).
        """
        return award_given(
            work,
            honour,
            member,
            awarded_on=awarded_on,
            on=on,
            station=station,
            occasion=occasion,
            checked_by=checked_by,
        )

    @act
    def refuse(self, work: Work, id: AwardId, *, reason: str) -> Award:
        """Not this time; ``reason`` is a short code and stays in the record, out of the journal."""
        return work.keep(work.load(Award, id).refuse(reason))

    @act
    def reconsider(self, work: Work, id: AwardId) -> Award:
        """Take a refused one up again, from the beginning."""
        return work.keep(work.load(Award, id).reconsider())

    # -- looks --------------------------------------------------------------------------------------------
    @look
    def roll(self, reading: Reading, honour: str, *, year: int | None = None) -> Roll:
        """The honour roll for a wall or the press: by name only who agreed to be published.

        The others are told as a number, if it is not so small that it singles somebody out.
        """
        where = [Is("honour", honour), Is("status", AwardStatus.AWARDED.value)]
        if year is not None:
            where.append(Is("year", f"{year:04d}"))
        given = reading.list(Award, *where)
        named = publishable(reading, [one.member for one in given], "publish")
        shown = publishable(reading, named, "publish-photo")
        people = reading.get_all(Member, sorted(named))
        lines = [
            RollLine(
                member=one.member,
                name=people[one.member].name,
                awarded_on=one.awarded_on,
                photo=one.member in shown,
            )
            for one in given
            if one.member in people
        ]
        others = len({one.member for one in given} - set(people))
        return Roll(
            honour=honour,
            lines=tuple(sorted(lines, key=lambda line: (line.awarded_on or date.min, line.member))),
            others=told(others, reading.office.smallest_count(reading.today)) if others else 0,
        )

    @look
    def candidates(self, reading: Reading, honour: str, *, on: date | None = None) -> list[Eligibility]:
        """The survey: everybody to whom the honour is open or may be, who does not have it yet.

        Computed from what this viewer may see: dates hidden from them read as not recorded.
        """
        definition, table = _rules_on(reading, honour)
        day = on or definition.reference_day(reading.today.year)
        given = Is("status", AwardStatus.AWARDED.value)
        have = {award.member for award in reading.walk(Award, Is("honour", honour), given)}
        return [
            one for one in candidates(reading.walk(Member), definition, day, table) if one.member not in have
        ]

    @look
    def eligible(
        self, reading: Reading, honour: str, member: MemberId, *, on: date | None = None
    ) -> Eligibility:
        """Whether the honour is open to one person on a reference day, and why (not)."""
        definition, table = _rules_on(reading, honour)
        day = on or definition.reference_day(reading.today.year)
        return eligible(reading.get(Member, member), definition, day, table)

    @look
    def standing(self, reading: Reading, member: MemberId) -> Standing:
        """When somebody's Party standing began, as far as the recorded dates tell."""
        return standing(reading.get(Member, member), _table_on(reading))

    @look
    def get(self, reading: Reading, id: AwardId) -> Award:
        """One award."""
        return reading.get(Award, id)

    @look
    def all(
        self,
        reading: Reading,
        *,
        honour: str | None = None,
        year: int | None = None,
        status: AwardStatus | None = None,
        station: StationId | None = None,
    ) -> list[Award]:
        """The awards by honour, year of the reference day, status and station."""
        asked = {
            "honour": honour,
            "year": None if year is None else f"{year:04d}",
            "status": status and status.value,
            "station": station,
        }
        return reading.list(Award, *(Is(key, value) for key, value in asked.items() if value is not None))

    @look
    def of_member(self, reading: Reading, member: MemberId) -> list[Award]:
        """What one person was honoured with, or may be."""
        return reading.list(Award, Is("member", member))


# -- helpers ----------------------------------------------------------------------------------------------
def award_given(
    work: Work,
    honour: str,
    member: MemberId,
    *,
    awarded_on: date,
    on: date | None = None,
    station: StationId | None = None,
    occasion: OccurrenceId | None = None,
    checked_by: str | None = None,
) -> Award:
    """Enter an award that was given already, inside any act; see :meth:`Honours.record`."""
    reference = on or _definition(work, honour).reference_day(awarded_on.year)
    award = _surveyed(work, honour, member, reference, station)
    return _awarded(work, award, awarded_on, occasion, checked_by, afterwards=True)


def _surveyed(work: Work, honour: str, member: MemberId, on: date, station: StationId | None) -> Award:
    # One list per reference day: the same person is not put on it twice.
    words = ("award", honour, member, on.isoformat())
    id_ = AwardId(work.office.derived_id(*words, at=on))
    standing_ = work.peek(Award, id_)
    if standing_ is not None:
        return standing_
    person = work.load(Member, member)
    # Whether somebody is eligible tells of when they joined: who may not read that may not ask either.
    work.ask_about(person, FieldGroup.IDENTITY)
    definition = _definition(work, honour)
    step = Award.survey(
        id=id_,
        definition=definition,
        member=person,
        eligibility=eligible(person, definition, on, _table(work)),
        others=work.find(Award, Is("honour", honour), Is("member", member)),
        station=station,
    )
    return work.keep(step)


def _awarded(
    work: Work,
    award: Award,
    on: date,
    occasion: OccurrenceId | None,
    checked_by: str | None,
    *,
    afterwards: bool = False,
) -> Award:
    definition = _definition(work, award.honour)
    # Decided anew: a date may have been corrected, or a death recorded, since the survey.
    person = work.load(Member, award.member)
    step = award.award(
        definition,
        eligible(person, definition, award.reference, _table(work)),
        work.find(Award, Is("honour", award.honour), Is("member", award.member)),
        on=on,
        today=work.today,
        occasion=occasion,
        checked_by=checked_by,
        afterwards=afterwards,
    )
    return work.keep(step)


def _definition(work: Work, honour: str) -> HonourDefinition:
    return HonourDefinition.from_rules(honour, work.rules("medal", honour))


def _table(work: Work) -> StandingTable:
    # Row by row through the work, so that the fact says which packs decided.
    rows = work.office.packs.table("party_standing", work.today)
    return StandingTable.from_rules([work.rules("party_standing", row) for row in rows])


def _rules_on(reading: Reading, honour: str) -> tuple[HonourDefinition, StandingTable]:
    rules = reading.office.packs.rule("medal", honour, reading.today).value
    return HonourDefinition.from_rules(honour, rules), _table_on(reading)


def _table_on(reading: Reading) -> StandingTable:
    rows = reading.office.packs.table("party_standing", reading.today)
    return StandingTable.from_rules(row.value for row in rows.values())
