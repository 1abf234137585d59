"""Party standing (党龄) and whom an honour is open to, computed from dates that may only partly be known.

Standing is counted from the day somebody became a full member. Registers often hold only the day (or month)
of joining, and whether there was a probation, and how long, changed with the years: so the start of standing
comes from a historical table, handed in as data (rule pack table ``party_standing``). The answer is a range
of days. Where the range decides, the answer is *needs check*, never a guess.

Sources: rules-pack ``cn-national``, tables ``party_standing``, ``standing_rule`` and ``medal``. A standing
that was lengthened (an extended probation) shows in the full-membership date; one that was not interrupted
(留党察看 with rights restored) needs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Self, final

import attrs

from grassroots.domain.member import Affiliation, Background, Member, MemberStatus
from grassroots.errors import BadInput, Fact
from grassroots.values.dates import Ages, PartialDate, anniversary
from grassroots.values.ids import MemberId

_GROUPS: Mapping[Background, str] = {
    Background.WORKER: "worker",
    Background.STAFF: "middle",
    Background.OTHER: "other",
}
"""How a rule pack names the backgrounds that set the length of probation."""


@final
@attrs.frozen(kw_only=True)
class StandingRow:
    """Who joined from ``first`` to ``last`` (None: until today) had so many months of probation.

    ``months`` by background; ``any`` stands for every one; empty means that there was none.
    """

    first: date
    last: date | None = None
    months: Mapping[str, int] = attrs.field(factory=dict)

    @classmethod
    def from_rules(cls, rules: Mapping[str, Any]) -> Self:
        """Read a rule of the pack table ``party_standing``."""
        months = dict(rules.get("probation_months", {})) if rules["probation"] else {}
        if rules["probation"] and not months:
            raise BadInput("standing-row-without-months", first=rules["joined_first_day"].isoformat())
        return cls(first=rules["joined_first_day"], last=rules.get("joined_last_day"), months=months)

    def probation(self, background: Background | None) -> tuple[int, int]:
        """The shortest and longest probation, in months, that somebody of this background can have had."""
        if not self.months:
            return 0, 0
        named = None if background is None else self.months.get(_GROUPS[background])
        found = (named,) if named is not None else tuple(self.months.values())
        return min(found), max(found)


@final
@attrs.frozen
class StandingTable:
    """The rows, in order of their first days and without overlap."""

    rows: tuple[StandingRow, ...]

    def __attrs_post_init__(self) -> None:
        for one, other in zip(self.rows, self.rows[1:], strict=False):
            if one.last is None or one.last >= other.first:
                raise BadInput("standing-rows-overlap", first=other.first.isoformat())

    @classmethod
    def from_rules(cls, rules: Iterable[Mapping[str, Any]]) -> Self:
        """Read all rules of the pack table ``party_standing``."""
        rows = (StandingRow.from_rules(row) for row in rules)
        return cls(tuple(sorted(rows, key=lambda row: row.first)))

    def start(self, joined: PartialDate, background: Background | None = None) -> tuple[date, date] | None:
        """The days between which the standing of somebody who joined then began; None before the table."""
        ends: list[date] = []
        for row in self.rows:
            first = max(joined.earliest, row.first)
            last = joined.latest if row.last is None else min(joined.latest, row.last)
            if first > last:
                continue
            shortest, longest = row.probation(background)
            # The later of two joining days never has the earlier end of the same probation.
            ends += [_months_later(first, shortest), _months_later(last, longest)]
        return (min(ends), max(ends)) if ends else None


class Basis(StrEnum):
    """What a standing was computed from."""

    FULL_MEMBER = "full-member"  # the recorded day of full membership
    JOINED = "joined"  # the day of joining and the historical table
    NONE = "none"  # not a full member of the Party
    UNKNOWN = "unknown"  # neither date is recorded, or it lies before the table


@final
@attrs.frozen(kw_only=True)
class Standing:
    """When standing began: between ``earliest`` and ``latest``; both None if there is none or it is unknown.

    ``disagree``: the recorded day of full membership lies before what the day of joining allows.
    """

    basis: Basis
    earliest: date | None = None
    latest: date | None = None
    disagree: bool = False

    def years(self, on: date) -> Ages | None:
        """Completed years on a day; None if it is unknown. Who has no standing has none of it: 0."""
        if self.basis is Basis.NONE:
            return Ages(0, 0)
        if self.earliest is None or self.latest is None:
            return None
        return Ages(_completed(self.latest, on), _completed(self.earliest, on))


def standing(member: Member, table: StandingTable) -> Standing:
    """The Party standing of a member; a full-membership date goes before what follows from joining."""
    if member.affiliation in (Affiliation.PROBATIONARY, Affiliation.LEAGUE, Affiliation.MASSES):
        return Standing(basis=Basis.NONE)
    joined = None if member.joined_party is None else member.joined_party.date
    from_joining = None if joined is None else table.start(joined, member.background)
    if member.full_member is not None:
        return _from_full(member.full_member.date, from_joining)
    if from_joining is None:
        return Standing(basis=Basis.UNKNOWN)
    return Standing(basis=Basis.JOINED, earliest=from_joining[0], latest=from_joining[1])


def _from_full(full: PartialDate, from_joining: tuple[date, date] | None) -> Standing:
    earliest, latest = full.earliest, full.latest
    disagree = from_joining is not None and latest < from_joining[0]
    if from_joining is not None and not disagree:
        # A month of full membership and a day of joining may together give the day. Only the earliest end
        # can be trusted: a probation may have been extended, so full membership may well be later.
        earliest = max(earliest, from_joining[0])
    return Standing(basis=Basis.FULL_MEMBER, earliest=earliest, latest=latest, disagree=disagree)


# -- honours ----------------------------------------------------------------------------------------------
class Verdict(StrEnum):
    """Whether an honour is open to somebody."""

    YES = "yes"
    NO = "no"
    NEEDS_CHECK = "needs-check"  # what is recorded leaves it open: somebody has to look it up


@final
@attrs.frozen(kw_only=True)
class HonourDefinition:
    """What an honour asks for.

    ``years`` of standing completed by ``reference`` (month, day) of the year of the award;
    ``reference_counts``: also if they are completed on that very day. ``steps`` are codes of award states
    that may not be skipped. A ``years`` of None asks for no standing: then only a decision opens it.
    """

    code: str
    years: int | None = None
    reference: tuple[int, int] = (7, 1)
    reference_counts: bool = True
    first_year: int | None = None
    living: bool = True
    steps: tuple[str, ...] = ("surveyed", "recommended", "reviewed", "cleared", "awarded")

    @classmethod
    def from_rules(cls, code: str, rules: Mapping[str, Any]) -> Self:
        """Read a rule of the pack table ``medal``."""
        month, day = rules["reference_day"].split("-")
        return cls(
            code=code,
            years=rules.get("standing_years"),
            reference=(int(month), int(day)),
            reference_counts=rules["reference_day_counts"],
            first_year=rules.get("first_award_year"),
            living=rules.get("living_only", True),
            steps=tuple(rules["steps"]),
        )

    def reference_day(self, year: int) -> date:
        """The day of a year by which the years must be completed; 29 February falls on 1 March."""
        return anniversary(date(2000, *self.reference), year - 2000)


@final
@attrs.frozen(kw_only=True)
class Eligibility:
    """Whether an honour is open to a member on a reference day, with the reason as a code and its facts."""

    member: MemberId
    honour: str
    on: date
    verdict: Verdict
    code: str
    facts: Mapping[str, Fact] = attrs.field(factory=dict)


def eligible(member: Member, definition: HonourDefinition, on: date, table: StandingTable) -> Eligibility:
    """Whether the honour is open to this member on a reference day, and why (not)."""

    def answer(verdict: Verdict, code: str, **facts: Fact) -> Eligibility:
        return Eligibility(
            member=member.id,
            honour=definition.code,
            on=on,
            verdict=verdict,
            code=code,
            facts={"on": on.isoformat(), **facts},
        )

    if member.status is MemberStatus.MERGED:
        return answer(Verdict.NO, "honour-record-merged")
    if definition.living and member.status is MemberStatus.DECEASED:
        if member.died is None:
            return answer(Verdict.NEEDS_CHECK, "honour-day-of-death-unknown")
        if member.died < on:
            return answer(Verdict.NO, "honour-only-for-the-living", died=member.died.isoformat())
    if definition.first_year is not None and on.year < definition.first_year:
        return answer(Verdict.NO, "honour-not-yet-founded", first=definition.first_year)
    if definition.years is None:
        return answer(Verdict.YES, "honour-by-decision")
    found = standing(member, table)
    if found.basis is Basis.NONE:
        return answer(Verdict.NO, "honour-no-standing", affiliation=member.affiliation.value)
    if found.earliest is None or found.latest is None:
        return answer(Verdict.NEEDS_CHECK, "honour-standing-unknown")
    soonest, surest = (anniversary(day, definition.years) for day in (found.earliest, found.latest))
    facts: dict[str, Fact] = {
        "needed": definition.years,
        "years": _said(found.years(on)),
        "reached": _range(soonest, surest),
        "basis": found.basis.value,
    }
    if not _by(soonest, on, definition):
        missing = (soonest - on).days + (0 if definition.reference_counts else 1)
        verdict = Verdict.NEEDS_CHECK if found.disagree else Verdict.NO
        return answer(verdict, "honour-too-early", missing_days=missing, **facts)
    if not _by(surest, on, definition):
        return answer(Verdict.NEEDS_CHECK, "honour-date-decides", **facts)
    if found.disagree:
        return answer(Verdict.NEEDS_CHECK, "honour-dates-disagree", **facts)
    return answer(Verdict.YES, "honour-reached", **facts)


def candidates(
    members: Iterable[Member], definition: HonourDefinition, on: date, table: StandingTable
) -> list[Eligibility]:
    """Everybody to whom the honour is open or may be, with the reason; nobody else is named.

    Somebody of whom nothing is recorded is out of the question unless they are known as a full member.
    """
    found = []
    for member in members:
        answer = eligible(member, definition, on, table)
        unknown = answer.code == "honour-standing-unknown" and member.affiliation is not Affiliation.FULL
        if answer.verdict is not Verdict.NO and not unknown:
            found.append(answer)
    return found


def _by(reached: date, on: date, definition: HonourDefinition) -> bool:
    return reached <= on if definition.reference_counts else reached < on


def _completed(start: date, on: date) -> int:
    return max(0, on.year - start.year - ((on.month, on.day) < (start.month, start.day)))


def _said(years: Ages | None) -> str | None:
    if years is None:
        return None
    return str(years.low) if years.exact else f"{years.low}–{years.high}"


def _range(first: date, last: date) -> str:
    return first.isoformat() if first == last else f"{first.isoformat()}..{last.isoformat()}"


def _months_later(day: date, months: int) -> date:
    """So many months completed; a day that the month lacks is the first of the next, as in anniversary."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    try:
        return date(year, month + 1, day.day)
    except ValueError:
        # Only the last days of a month can be missing, and never those of December.
        return date(year, month + 2, 1)
