"""The people who may be on duty in a period, read once, with all that speaks for and against each of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import TypeVar, final

from grassroots.contracts.storage import Between, Condition, Is
from grassroots.domain.appointment import Appointment, AppointmentState
from grassroots.domain.availability import Availability, Leave, ToldStatus, Wish, standing
from grassroots.domain.duty import Duty, Shift
from grassroots.domain.member import Member, MemberStatus
from grassroots.domain.role import Role
from grassroots.domain.rota import Caps, Load, Obstacle, When, WorkLimit, loads, obstacles
from grassroots.domain.safeguarding import Screening, screening_findings
from grassroots.usecases.places import days_between, duty_rules
from grassroots.usecases.safeguarding import safeguards
from grassroots.values.dates import Period
from grassroots.values.ids import MemberId, RoleId, ShiftId
from grassroots.workspace.reading import Reading

SEASON_MONTHS = 12
"""How far counts are carried over where the packs say nothing (``duty_policy.changes.season_months``)."""

VOLUNTEERS = frozenset({"volunteer", "veteran-volunteer"})
"""Categories of members who stand on duty; a recipient is not asked because they are in the register."""


@final
class Crew:
    """Everybody who may be on duty in a period.

    ``among`` names them; otherwise it is every active member who is a volunteer by category, holds a role,
    told us when they can come, or was on duty in the season before.
    """

    def __init__(
        self,
        reading: Reading,
        period: Period,
        *,
        among: Iterable[MemberId] | None = None,
    ) -> None:
        self.reading, self.period = reading, period
        self.safe = safeguards(reading.office.packs, period.first)
        self._screenings: dict[MemberId, list[Screening]] = {}
        self.zone = reading.office.zone
        packs = reading.office.packs
        self.rules = duty_rules(packs, "limits", period.first)
        self.changes = duty_rules(packs, "changes", period.first)
        self.limits = tuple(
            WorkLimit.from_rules(code, answer.value)
            for code, answer in packs.table("duty_limit", period.first).items()
        )
        months = int(self.changes.get("season_months", SEASON_MONTHS))
        self.season = Period(_months_before(period.first, months), period.first - timedelta(days=1))
        self.roles: Mapping[RoleId, Role] = {role.id: role for role in reading.list(Role)}
        self.given = _by_member(reading.walk(Availability, _GIVEN, *_touching(period)))
        self.leaves = _by_member(reading.walk(Leave, _GIVEN, *_touching(period)))
        self.wishes = _by_member(reading.walk(Wish, _GIVEN, *_touching(period)))
        self._holders = self._appointments()
        self._duties = self._standing()
        self.members: dict[MemberId, Member] = self._members(among)

    # -- reading once -------------------------------------------------------------------------------------
    def _appointments(self) -> Mapping[RoleId, list[Appointment]]:
        found: dict[RoleId, list[Appointment]] = defaultdict(list)
        first, last = self.period.first.isoformat(), self.period.last.isoformat()
        for one in self.reading.walk(Appointment, Between("first", None, last + "~"), Between("last", first)):
            found[one.role].append(one)
        return found

    def _standing(self) -> Mapping[MemberId, list[tuple[Duty, Shift]]]:
        # The season before, and the week and month in which the period begins and ends.
        last = max(_end_of_month(self.period.last), self.period.last + timedelta(days=7))
        span = Period(min(self.season.first, self.period.first - timedelta(days=7)), last)
        shifts: dict[ShiftId, Shift] = {
            shift.id: shift for shift in self.reading.walk(Shift, days_between(span))
        }
        found: dict[MemberId, list[tuple[Duty, Shift]]] = defaultdict(list)
        for duty in self.reading.walk(Duty, days_between(span)):
            if duty.binding and duty.shift in shifts:
                found[duty.member].append((duty, shifts[duty.shift]))
        return found

    def _members(self, among: Iterable[MemberId] | None) -> dict[MemberId, Member]:
        if among is not None:
            wanted = self.reading.get_all(Member, list(among))
            return {member.id: member for _, member in sorted(wanted.items())}
        near = {one.member for holders in self._holders.values() for one in holders}
        near |= set(self.given) | set(self._duties)
        active = self.reading.walk(Member, Is("status", MemberStatus.ACTIVE.value))
        return {
            member.id: member
            for member in active
            if member.id in near or not VOLUNTEERS.isdisjoint(member.categories)
        }

    # -- asking -------------------------------------------------------------------------------------------
    def holds(self, member: MemberId, role: RoleId, day: date) -> bool:
        """Whether a member holds a role on a day."""
        return any(
            one.member == member and one.state_on(day) is AppointmentState.CURRENT
            for one in self._holders.get(role, ())
        )

    def word(self, member: MemberId, day: date) -> Availability | None:
        """What the member told us for a day; None if nobody asked."""
        return standing(self.given.get(member, ()), day)

    def obstacles(self, shift: Shift, member: Member) -> tuple[Obstacle, ...]:
        """What stands against a member in a shift, other duties and caps apart."""
        role = self.roles.get(shift.role) if shift.role is not None else None
        return obstacles(
            shift,
            member,
            limits=self.limits,
            demands=() if role is None else role.demands,
            given=self.given.get(member.id, ()),
            leaves=self.leaves.get(member.id, ()),
            appointed=shift.role is None or self.holds(member.id, shift.role, shift.day),
            screened=not self.with_minors(shift) or self._screened(member.id, shift.day),
        )

    def with_minors(self, shift: Shift) -> bool:
        """Whether children are there: it says so, or its role is one of those that the packs name."""
        return shift.minors or (self.safe is not None and shift.role in self.safe.roles)

    def _screened(self, member: MemberId, day: date) -> bool:
        if self.safe is None:
            return True
        if member not in self._screenings:
            self._screenings[member] = self.reading.list(Screening, Is("member", member))
        return not any(screening_findings(member, self._screenings[member], day, self.safe))

    def duties_of(self, member: MemberId) -> Sequence[tuple[Duty, Shift]]:
        """The binding duties of a member in the season before, in the period, and around it."""
        return self._duties.get(member, ())

    def caps_of(self, member: MemberId) -> Caps:
        """The caps of the packs, made smaller by what the member told us for the first day of the period."""
        caps = Caps.from_rules(self.rules)
        word = self.word(member, self.period.first) or next(
            (one for one in reversed(self.given.get(member, ()))), None
        )
        return caps if word is None else caps.with_own(word.most_per_week, word.most_per_month)

    def must_be_apart(self, one: MemberId, other: MemberId) -> bool:
        """Whether either of two told us that they must not stand together."""
        mine, theirs = self.given.get(one, ()), self.given.get(other, ())
        return any(other in word.apart for word in mine) or any(one in word.apart for word in theirs)

    def season_loads(self) -> Mapping[MemberId, Load]:
        """How much everybody carried in the season before the period: counted from the duties."""
        before = [
            pair for pairs in self._duties.values() for pair in pairs if self.season.contains(pair[0].day)
        ]
        return loads(before, self.at_night)

    def at_night(self, shift: Shift) -> bool:
        """Whether a shift counts as one at night, by the rule packs."""
        return any(limit.when is When.NIGHT and limit.applies(shift) for limit in self.limits)


_GIVEN = Is("status", ToldStatus.GIVEN.value)


def _touching(period: Period) -> tuple[Condition, ...]:
    return Between("first", None, period.last.isoformat() + "~"), Between("last", period.first.isoformat())


T = TypeVar("T", Availability, Leave, Wish)


def _by_member(records: Iterator[T]) -> Mapping[MemberId, list[T]]:
    found: dict[MemberId, list[T]] = defaultdict(list)
    for record in records:
        found[record.member].append(record)
    return found


def _months_before(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, 1)


def _end_of_month(day: date) -> date:
    year, month = divmod(day.year * 12 + day.month, 12)
    return date(year, month + 1, 1) - timedelta(days=1)
