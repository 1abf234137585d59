"""``availability`` prints slips for volunteers to tick, writes down what one of them said, and shows it."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grassroots.cli.opening import day_of, desk_of, place_of, write_text
from grassroots.cli.output import DONE, Output
from grassroots.cli.parser import Command, Parser
from grassroots.cli.targets import check_target
from grassroots.errors import BadInput, Missing

if TYPE_CHECKING:
    from grassroots.desk import Desk
    from grassroots.values.ids import MemberId


def _add(parser: Parser) -> None:
    parser.take("do", choices=("page", "tell", "show"), told="availability-do")
    parser.take("who", metavar="MEMBER", nargs="?", told="availability-who")
    parser.take("--when", metavar="WORDS", told="availability-when")
    parser.take("--away", metavar="WORDS", told="availability-away")
    parser.take("--written", metavar="DAY", told="availability-written")
    parser.take("--week", metavar="N", type=int, told="availability-week")
    parser.take("--month", metavar="N", type=int, told="availability-month")
    parser.take("--place", metavar="STATION", told="place")
    parser.take("--blank", metavar="N", type=int, told="availability-blank")
    parser.take("--out", metavar="FILE.html", type=Path, told="availability-out")
    parser.take("--force", action="store_true", told="force")


def _availability(options: Namespace, output: Output) -> int:
    return {"page": _page, "tell": _tell, "show": _show}[options.do](options, output)


def _page(options: Namespace, output: Output) -> int:
    from grassroots.pages.availability import render_slips

    if options.out is None:
        raise BadInput("cli-availability-out")
    check_target(options, options.out, ".html", ".htm")
    with desk_of(options) as desk:
        place = place_of(options, desk)
        blank = options.blank if options.blank is not None else int(place is None)
        sheet = desk.availability.slips(station=place, blank=blank)
    write_text(options.out, render_slips(sheet, output.language))
    output.give({"file": str(options.out), "pages": len(sheet.slips)})
    output.say("cli-availability-written", file=str(options.out), count=len(sheet.slips))
    return DONE


def _tell(options: Namespace, output: Output) -> int:
    if options.when is None and options.away is None:
        raise BadInput("cli-availability-nothing")
    written = day_of(options.written)
    with desk_of(options) as desk:
        member = _member(options, desk)
        if options.when is not None:
            desk.availability.give_in_words(
                member,
                options.when,
                first=written,
                most_per_week=options.week,
                most_per_month=options.month,
            )
        if options.away is not None:
            desk.availability.give_leaves_in_words(member, options.away, written=written)
        return _told(desk, member, output)


def _show(options: Namespace, output: Output) -> int:
    with desk_of(options) as desk:
        return _told(desk, _member(options, desk), output)


def _told(desk: Desk, member: MemberId, output: Output) -> int:
    """What stands, in words in which it could be told again."""
    from grassroots.domain.availability import ToldStatus
    from grassroots.usecases.availability_words import span_in_words, week_in_words

    given = [one for one in desk.availability.of_member(member) if one.status is ToldStatus.GIVEN]
    away = desk.availability.leaves_of(member)
    rows = [
        {
            "first": one.span.first,
            "last": one.span.last,
            "when": week_in_words(one.windows, output.language),
            "most_per_week": one.most_per_week,
            "most_per_month": one.most_per_month,
        }
        for one in given
    ]
    days = [span_in_words(one.span, output.language) for one in away]
    output.give({"member": member, "told": rows, "away": days})
    if rows:
        output.table(
            ("first", "last", "when", "most-week", "most-month"), (list(row.values()) for row in rows)
        )
    else:
        output.say("cli-availability-unasked")
    if days:
        output.say("cli-availability-away", days=days)
    return DONE


def _member(options: Namespace, desk: Desk) -> Any:
    """The member who is meant, by id or by name; Missing if nobody is, or more than one."""
    if options.who is None:
        raise BadInput("cli-availability-whom", what=options.do)
    from grassroots.values.ids import MemberId

    named = desk.members.named(options.who)
    if len(named) == 1:
        return named[0].id
    if named:
        raise BadInput(
            "cli-availability-namesakes", name=options.who, known=tuple(str(one.id) for one in named)
        )
    try:
        return desk.members.get(MemberId(options.who)).id
    except Missing:
        raise Missing("cli-availability-unknown", kind="member", id=options.who) from None


COMMANDS: tuple[Command, ...] = (Command("availability", _add, _availability),)
