"""How much somebody has carried: duties over a season, counted from the records and never stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import final

import attrs

from grassroots.domain.duty import BINDING, Duty, Shift
from grassroots.values.ids import MemberId


@final
@attrs.frozen(kw_only=True)
class Load:
    """Duties of one member: all of them, those at night, those on Saturdays and Sundays."""

    duties: int = 0
    nights: int = 0
    weekends: int = 0


def loads(standing: Iterable[tuple[Duty, Shift]], night: Callable[[Shift], bool]) -> Mapping[MemberId, Load]:
    """The load of everybody in these duties: done, or still to be done; what fell out counts for nobody."""
    found: dict[MemberId, Load] = defaultdict(Load)
    for duty, shift in standing:
        if duty.status not in BINDING:
            continue
        had = found[duty.member]
        found[duty.member] = Load(
            duties=had.duties + 1,
            nights=had.nights + night(shift),
            weekends=had.weekends + (shift.day.weekday() >= 5),
        )
    return dict(found)


@final
@attrs.frozen(kw_only=True)
class Caps:
    """How much one person should have at most, and how long they should rest between two duties.

    From the pack table ``duty_policy`` (rule ``limits``), made smaller by what the person told us.
    """

    per_day: int | None = 1
    per_week: int | None = None
    per_month: int | None = None
    rest: timedelta = timedelta(0)
    days_running: int | None = None
    weekends: int | None = None

    @classmethod
    def from_rules(cls, rules: Mapping[str, int]) -> Caps:
        """Read the rule ``limits`` of the pack table ``duty_policy``; what it does not say is no limit."""
        return cls(
            per_day=rules.get("most_per_day_count", 1),
            per_week=rules.get("most_per_week_count"),
            per_month=rules.get("most_per_month_count"),
            rest=timedelta(hours=rules.get("least_rest_hours", 0)),
            days_running=rules.get("most_days_running_count"),
            weekends=rules.get("most_weekends_count"),
        )

    def with_own(self, per_week: int | None, per_month: int | None) -> Caps:
        """The caps with the person's own maxima; the smaller one counts."""
        return attrs.evolve(
            self, per_week=_least(self.per_week, per_week), per_month=_least(self.per_month, per_month)
        )


def _least(one: int | None, other: int | None) -> int | None:
    known = [count for count in (one, other) if count is not None]
    return min(known) if known else None
