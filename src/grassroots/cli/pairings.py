"""``pairings`` plans who should look after whom, says why, and proposes it."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from grassroots.cli.opening import desk_of, place_of
from grassroots.cli.output import DONE, HELD_BACK, Output
from grassroots.cli.parser import Command, Parser

if TYPE_CHECKING:
    from grassroots.usecases.matching import PairingsTold


def _add(parser: Parser) -> None:
    parser.take("do", choices=("plan",), told="pairings-do")
    parser.take("--scheme", metavar="CODE", required=True, told="pairings-scheme")
    parser.take("--place", metavar="STATION", told="place")
    parser.take("--planner", default="optimal", told="planner")
    parser.take("--seconds", type=float, default=30.0, told="seconds")
    parser.take("--propose", action="store_true", told="pairings-propose")


def _pairings(options: Namespace, output: Output) -> int:
    from grassroots.values.ids import SchemeId

    with desk_of(options) as desk:
        place = place_of(options, desk)
        plan = desk.matching.plan(
            SchemeId(options.scheme), station=place, planner=options.planner, seconds=options.seconds
        )
        proposed = desk.matching.propose(plan) if options.propose else []
    output.give({**_json(plan), "proposed": [one.id for one in proposed]})
    _tell(plan, output)
    if options.propose:
        output.say("cli-pairings-proposed", count=len(proposed))
    return DONE if not plan.left_out else HELD_BACK


def _json(plan: PairingsTold) -> dict[str, Any]:
    return {
        "scheme": plan.scheme,
        "planner": plan.planner,
        "answer": plan.answer.value,
        "goals": [{"goal": one.name, "value": one.value, "bound": one.bound} for one in plan.goals],
        "proposals": [
            {
                "supporter": one.supporter,
                "recipient": one.recipient,
                "score": one.score,
                "reasons": {reason.value: points for reason, points in one.reasons},
                "kept": one.kept,
                "next_best": one.next_best,
                "next_score": one.next_score,
            }
            for one in plan.proposals
        ],
        "left_out": [
            {
                "recipient": one.recipient,
                "fitting": one.fitting,
                "bars": {bar.value: count for bar, count in one.bars},
                "compound": one.compound,
            }
            for one in plan.left_out
        ],
    }


def _tell(plan: PairingsTold, output: Output) -> None:
    names = plan.names
    output.say(
        "cli-pairings-plan",
        answer=plan.answer.value,
        pairs=len(plan.proposals),
        new=len(plan.new),
        left=len(plan.left_out),
    )
    output.table(
        ("recipient", "supporter", "why", "score", "next-best"),
        (
            (
                names.get(one.recipient),
                names.get(one.supporter),
                [output.word("cli-pairings-kept")]
                if one.kept
                else [output.label("reason", reason) for reason, _ in one.reasons],
                one.score,
                None if one.next_best is None else f"{names.get(one.next_best)} ({one.next_score})",
            )
            for one in plan.proposals
        ),
    )
    for one in plan.left_out:
        place = names.get(one.compound) if one.compound is not None else None
        if one.fitting:
            code = "cli-pairings-full" if place is None else "cli-pairings-full-there"
            output.say(code, name=names.get(one.recipient), count=one.fitting, place=place)
        else:
            bars = [f"{output.label('bar-code', bar)} ({count})" for bar, count in one.bars]
            code = "cli-pairings-none" if place is None else "cli-pairings-none-there"
            output.say(code, name=names.get(one.recipient), bars=bars, place=place)


COMMANDS: tuple[Command, ...] = (Command("pairings", _add, _pairings),)
