"""``rota post``: the shifts of a period are posted, so that there is something to plan."""

from __future__ import annotations

import re
from argparse import Namespace

from grassroots.cli.opening import desk_of, period_of, place_of
from grassroots.cli.output import DONE, Output
from grassroots.cli.parser import Parser
from grassroots.cli.reach import hours_of
from grassroots.errors import BadInput

_PEOPLE = re.compile(r"([0-9]{1,3})(?:\s*[-–—~至]\s*([0-9]{1,3}))?")


def add_post(parser: Parser) -> None:
    """The options that only ``post`` takes."""
    parser.take("--hours", metavar="HH:MM-HH:MM", told="rota-hours")
    parser.take("--people", metavar="N", told="rota-people")


def post(options: Namespace, output: Output) -> int:
    """The same shift on every day of the period, at each place. What is posted already stays one shift."""
    if options.hours is None:
        raise BadInput("cli-rota-hours")
    starts, ends = hours_of(options.hours)
    least, most = (None, None) if options.people is None else _people(options.people)
    period = period_of(options)
    if period is None:
        raise BadInput("cli-rota-period", what=options.do)
    if not options.place:
        raise BadInput("cli-rota-place", what=options.do)
    posted = []
    with desk_of(options) as desk:
        places = [place_of(Namespace(place=name, json=options.json), desk) for name in options.place]
        for place in filter(None, places):
            posted += desk.duties.post_days(
                station=place, days=period.days(), starts=starts, ends=ends, minimum=least, maximum=most
            )
    output.give({"shifts": [shift.id for shift in posted]})
    output.say("cli-rota-posted", count=len(posted), hours=f"{starts:%H:%M}–{ends:%H:%M}", period=period.iso)
    return DONE


def _people(text: str) -> tuple[int, int]:
    """``2`` is two and no more, ``2-3`` is two at least and three at most."""
    found = _PEOPLE.fullmatch(text.strip())
    least, most = (0, 0) if found is None else (int(found[1]), int(found[2] or found[1]))
    if not 1 <= least <= most:
        raise BadInput("cli-rota-how-many", what=text)
    return least, most
