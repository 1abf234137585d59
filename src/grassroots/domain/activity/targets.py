"""What is expected of an activity without a date ("two a month", "once in July"), held against what was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import final

import attrs

from grassroots.domain.activity.occurrence import Occurrence, OccurrenceStatus
from grassroots.domain.activity.series import Activity
from grassroots.domain.recurrence import Yearly
from grassroots.values.dates import Period
from grassroots.values.ids import ActivityId


@final
@attrs.frozen(kw_only=True)
class Shortfall:
    """A month in which fewer were held than expected."""

    activity: ActivityId
    month: tuple[int, int]
    expected: int
    held: int


def shortfalls(activity: Activity, occurrences: Iterable[Occurrence], period: Period) -> list[Shortfall]:
    """The whole months of the period that fell short of the activity's target, in order.

    A month that only partly lies in the period is left out: nobody has failed before the month is over.
    An activity without a target falls short of nothing.
    """
    held = Counter(
        (one.day.year, one.day.month)
        for one in occurrences
        if one.activity == activity.id and one.status is OccurrenceStatus.HELD
    )
    found = []
    for year, month in period.months():
        whole = Period.month(year, month)
        expected = _expected(activity, month)
        if whole.first < period.first or period.last < whole.last or held[year, month] >= expected:
            continue
        found.append(
            Shortfall(activity=activity.id, month=(year, month), expected=expected, held=held[year, month])
        )
    return found


def _expected(activity: Activity, month: int) -> int:
    expected = activity.monthly_target or 0
    rule = activity.recurrence
    if isinstance(rule, Yearly) and rule.day is None and rule.month == month:
        return max(1, expected)
    return expected
