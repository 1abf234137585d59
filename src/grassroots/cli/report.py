"""``report`` writes the report page: one file that can be opened, sent and printed."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from grassroots.cli.opening import desk_of, period_of, place_of, read_text, write_text
from grassroots.cli.output import DONE, Output
from grassroots.cli.parser import Command, Parser
from grassroots.cli.targets import check_target


def _add(parser: Parser) -> None:
    parser.take("--period", required=True, told="period")
    parser.take("--place", metavar="STATION", told="place")
    parser.take("--claims", metavar="FILE", type=Path, told="report-claims")
    parser.take("--published", action="store_true", told="published")
    parser.take("--out", metavar="FILE.html", type=Path, required=True, told="out-report")
    parser.take("--force", action="store_true", told="force")


def _report(options: Namespace, output: Output) -> int:
    from grassroots.pages.report import render_report

    period = period_of(options)
    assert period is not None
    check_target(options, options.out, ".html", ".htm")
    claims = None if options.claims is None else read_text(options.claims)
    with desk_of(options) as desk:
        place = place_of(options, desk)
        results = desk.claims.hold(claims) if claims is not None else []
        report = desk.reports.yearly(period, place=place, claims=results, published=options.published)
    write_text(options.out, render_report(report, output.language))
    output.give({"file": str(options.out), "period": period.iso, "place": place})
    output.say("cli-written", file=str(options.out))
    return DONE


COMMANDS: tuple[Command, ...] = (Command("report", _add, _report),)
