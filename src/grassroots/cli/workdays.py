"""``workdays`` says which days of a period are worked, which are off, and where the festivals fall."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from grassroots.cli.opening import desk_of, period_of
from grassroots.cli.output import DONE, HELD_BACK, Output
from grassroots.cli.parser import Command, Parser


def _add(parser: Parser) -> None:
    parser.take("--period", required=True, told="period")


def _workdays(options: Namespace, output: Output) -> int:
    from grassroots.contracts.calendar import DayKind

    period = period_of(options)
    assert period is not None
    with desk_of(options) as desk:
        days = desk.workdays.days(period)
        years = range(period.first.year, period.last.year + 1)
        festivals = [one for year in years for one in desk.workdays.festivals(year)]
        known = desk.workdays.known_years()
    festivals = [one for one in festivals if period.contains(one.day)]
    unknown = sum(one.kind is None for one in days)
    worked = sum(one.kind in (DayKind.WORKING, DayKind.MAKE_UP) for one in days)
    output.give(
        {
            "period": period.iso,
            "known_years": None if known is None else list(known),
            "worked": worked,
            "unknown": unknown,
            "days": [{"day": one.day, "kind": one.kind, "holiday": one.holiday} for one in days],
            "festivals": [{"day": one.day, "festival": one.code} for one in festivals],
        }
    )

    def title(one: Any) -> str:
        return str(one.label_zh if output.language == "zh" else one.label_en)

    rows = [
        (one.day.isoformat(), output.label("day-kind", one.kind), title(one))
        for one in days
        if one.holiday is not None and one.kind is not None
    ]
    rows += [(one.day.isoformat(), output.word("cli-festival"), title(one)) for one in festivals]
    output.table(("day", "kind", "title"), sorted(rows))
    output.say("cli-workdays", period=period.iso, worked=worked)
    if unknown:
        output.say("cli-workdays-unknown", unknown=unknown, known=[str(year) for year in known or ()])
        return HELD_BACK
    return DONE


COMMANDS: tuple[Command, ...] = (Command("workdays", _add, _workdays),)
