"""What stands of somebody's availability in words, written so that it is read back the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from grassroots.domain.availability import Window
from grassroots.domain.recurrence import Weekday
from grassroots.locale import label, say
from grassroots.values.dates import Span


def week_in_words(windows: Iterable[Window], language: str) -> str:
    """Windows as a sentence that is read back the same: 星期三 06:00-12:30; 星期五 全天."""
    hours = hours_by_weekday(windows, language)
    if not hours:
        return say("availability-never", language=language)
    return "; ".join(f"{label('weekday', day.value, language)} {told}" for day, told in hours.items())


def hours_by_weekday(windows: Iterable[Window], language: str) -> Mapping[Weekday, str]:
    """The hours of each weekday that has any: 06:00-12:30, or the word for all day."""
    found: dict[Weekday, list[str]] = defaultdict(list)
    for one in windows:
        if one.starts is None or one.ends is None:
            found[one.weekday].append(say("availability-whole-day", language=language))
        else:
            found[one.weekday].append(f"{one.starts:%H:%M}-{one.ends:%H:%M}")
    return {day: ", ".join(found[day]) for day in Weekday if day in found}


def span_in_words(span: Span, language: str) -> str:
    """Days away: 2021-07-03至2021-07-10, 2021-07-03起, or the one day."""
    if span.last is None:
        return say("availability-away-from", {"first": span.first.isoformat()}, language)
    if span.first == span.last:
        return span.first.isoformat()
    facts = {"first": span.first.isoformat(), "last": span.last.isoformat()}
    return say("availability-away-span", facts, language)
