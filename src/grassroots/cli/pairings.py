"""``pairings`` plans who should look after whom, says why, and proposes it."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from grassroots.cli.opening import desk_of, place_of
from grassroots.cli.output import DONE, HELD_BACK, Output
from grassroots.cli.parser import Command, Parser

if TYPE_CHECKING:
    from grassroots.usecases.matching import LeftOut, PairingsTold, ProposalTold, Wanted


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
                "next_full": one.next_full,
                "bars": [bar.value for bar in one.bars],
                "instead_of": one.instead_of,
            }
            for one in plan.proposals
        ],
        "left_out": [
            {
                "recipient": one.recipient,
                "fitting": one.fitting,
                "bars": {bar.value: count for bar, count in one.bars},
                "compound": one.compound,
                "remedy": one.remedy.value,
                "wanted": {
                    "compound": one.wanted.compound,
                    "station": one.wanted.station,
                    "languages": list(one.wanted.languages),
                    "sex": one.wanted.sex and one.wanted.sex.value,
                    "skills": list(one.wanted.skills),
                    "ages": one.wanted.ages,
                },
                "full": list(one.full),
                "places": list(one.places),
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
                _why(one, output),
                one.score,
                _next_best(one, names, output),
            )
            for one in plan.proposals
        ),
    )
    for one in plan.left_out:
        _left_out(one, names, output)


def _why(one: ProposalTold, output: Output) -> list[str]:
    reasons = [output.label("reason", reason) for reason, _ in one.reasons]
    if not one.kept:
        return reasons
    return [output.word("cli-pairings-kept"), *reasons, *(output.label("bar-code", bar) for bar in one.bars)]


def _next_best(one: ProposalTold, names: Mapping[str, str], output: Output) -> str | None:
    if one.next_best is None:
        return None
    code = "cli-pairings-next-full" if one.next_full else "cli-pairings-next"
    return output.word(code, name=names.get(one.next_best, one.next_best), score=one.next_score)


SHOWN = 5
"""How many names of a list are shown; the JSON has all of them."""


def _left_out(one: LeftOut, names: Mapping[str, str], output: Output) -> None:
    """Which rule stops somebody, and what would help."""
    from grassroots.usecases.matching import Remedy

    name = names.get(one.recipient)
    if one.fitting:
        full = [names.get(id_, id_) for id_ in one.full[:SHOWN]]
        output.say("cli-pairings-full", name=name, count=one.fitting, full=full)
    elif one.bars:
        bars = [f"{output.label('bar-code', bar)} ({count})" for bar, count in one.bars]
        output.say("cli-pairings-none", name=name, bars=bars)
    else:
        output.say("cli-pairings-nobody", name=name)
    wanted = _wanted(one.wanted, names, output)
    if one.remedy in (Remedy.ROOM, Remedy.SUPPORTER) and wanted:
        output.say(f"cli-pairings-help-{one.remedy.value}", wanted=wanted)
        others = [names.get(place, place) for place in one.places if place != one.compound][:SHOWN]
        if others:
            output.say("cli-pairings-help-places", places=others)
    else:
        output.say("cli-pairings-help", remedy=output.label("remedy", one.remedy))


def _wanted(wanted: Wanted, names: Mapping[str, str], output: Output) -> list[str]:
    place = wanted.compound or wanted.station
    parts: tuple[tuple[str, Any], ...] = (
        ("in", None if place is None else names.get(place, place)),
        ("ages", wanted.ages),
        ("sex", None if wanted.sex is None else output.label("sex", wanted.sex)),
        ("speaks", list(wanted.languages)),
        ("able", list(wanted.skills)),
    )
    return [output.word(f"cli-pairings-wanted-{part}", what=what) for part, what in parts if what]


COMMANDS: tuple[Command, ...] = (Command("pairings", _add, _pairings),)
