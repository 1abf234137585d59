"""The report page: one self-contained HTML file for a screen, a phone, and A4 paper on a wall.

No script, no font, no picture and no style is loaded from anywhere; a policy in the page forbids it as well.
All words come from locale/, all texts of the network are escaped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from grassroots.pages.environment import environment
from grassroots.pages.wording import Wording
from grassroots.usecases.reports import Report, Series

if TYPE_CHECKING:
    pass

MOST_LINES = 40
"""How many lines a list of findings prints before it says how many more there are."""

SHORT = frozenset({"vacant", "short", "below-target", "over"})
"""The findings about roles that are told one by one; all others are counted."""


def render_report(report: Report, language: str = "zh") -> str:
    """The page of a report in Chinese ("zh") or English ("en").

    Raises MissingExtra if Jinja2 is not installed.
    """
    words = Wording(report, language)
    return (
        environment()
        .get_template("report.html")
        .render(
            report=report,
            w=words,
            t=words.say,
            lang="zh-CN" if language == "zh" else "en",
            groups=_groups(report),
            headline=[line for line in report.figures if line.headline],
            months=[_chart(words, series, words.month_bar) for series in report.months],
            by_station=[_chart(words, series, words.station_bar) for series in report.by_station],
            tree=_tree(report),
            short=[gap for gap in report.gaps if gap.code in SHORT],
            reminders=_counted((gap.code, gap.role) for gap in report.gaps if gap.code not in SHORT),
            overdue=_overdue(report),
            most=MOST_LINES,
        )
    )


def _groups(report: Report) -> list[tuple[str, list[Any]]]:
    """The figures by group, both in the order of the report."""
    found: dict[str, list[Any]] = {}
    for line in report.figures:
        found.setdefault(line.group, []).append(line)
    return list(found.items())


def _chart(words: Wording, series: Series, bar: Callable[[Any, Any], Any]) -> dict[str, Any]:
    from markupsafe import Markup  # comes with Jinja2

    from grassroots.pages import charts

    bars = [bar(series, point) for point in series.points]
    title = words.of(series.title)
    told = words.say("report-chart-told", title=title, values=[f"{one.name} {one.printed}" for one in bars])
    return {
        "series": series,
        "records": sum(point.records for point in series.points),
        "columns": Markup(charts.columns(bars, told)) if charts.stands_in_columns(bars) else None,
        "rows": [
            (one, point, Markup(charts.lying(share, one.told)))
            for one, point, share in zip(bars, series.points, charts.shares(bars), strict=True)
        ],
    }


def _tree(report: Report) -> list[dict[str, Any]]:
    """The stations as a tree; what hangs on nothing that is shown stands at the top, each exactly once."""
    known = {node.id for node in report.stations}
    placed: set[str] = set()

    def branch(node: Any) -> dict[str, Any]:
        placed.add(node.id)
        below = [one for one in report.stations if one.parent == node.id and one.id not in placed]
        return {"node": node, "below": [branch(one) for one in below if one.id not in placed]}

    tops = [branch(node) for node in report.stations if node.parent not in known]
    # A circle has no top: what is left begins anywhere.
    return tops + [branch(node) for node in report.stations if node.id not in placed]


def _counted(keys: Iterable[tuple[str, str | None]]) -> list[tuple[str, str | None, int]]:
    found: dict[tuple[str, str | None], int] = {}
    for key in keys:
        found[key] = found.get(key, 0) + 1
    return [(code, role, number) for (code, role), number in found.items()]


def _overdue(report: Report) -> Sequence[tuple[str, str | None, int, int]]:
    """Overdue pairings by scheme and station: how many, and the longest delay. Nobody is singled out."""
    found: dict[tuple[str, str | None], list[int]] = {}
    for line in report.overdue:
        found.setdefault((line.scheme, line.station), []).append(line.late)
    rows = [(scheme, station, len(late), max(late)) for (scheme, station), late in found.items()]
    return sorted(rows, key=lambda row: (-row[2], -row[3]))
