"""``rota`` plans, shows, publishes and prints a rota; ``feeds`` gives calendar addresses and writes files."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grassroots.cli.opening import desk_of, period_of, place_of, write_text
from grassroots.cli.output import DONE, HELD_BACK, Output
from grassroots.cli.parser import Command, Parser
from grassroots.cli.posting import add_post, post
from grassroots.cli.reach import member_named
from grassroots.cli.targets import check_target
from grassroots.errors import BadInput, Missing

if TYPE_CHECKING:
    from grassroots.desk import Desk
    from grassroots.domain.rota import Rota
    from grassroots.usecases.rotas import PlanTold
    from grassroots.values.ids import StationId


def _add_rota(parser: Parser) -> None:
    parser.take("do", choices=("post", "plan", "show", "publish", "repair", "poster"), told="rota-do")
    parser.take("which", metavar="ROTA", nargs="?", told="rota-which")
    parser.take("--place", metavar="STATION", action="append", default=[], told="rota-place")
    parser.take("--period", told="period")
    add_post(parser)
    parser.take("--planner", default="optimal", told="planner")
    parser.take("--seconds", type=float, default=30.0, told="seconds")
    parser.take("--more", metavar="N", type=int, default=0, told="rota-more")
    parser.take("--rule", metavar="NAME=N", action="append", default=[], told="rota-rule")
    parser.take("--keep", action="store_true", told="rota-keep")
    parser.take("--despite", metavar="NAME", told="rota-despite")
    parser.take("--paper", type=str.lower, choices=("a4", "a3"), default="a4", told="rota-paper")
    parser.take("--out", metavar="FILE.html", type=Path, told="rota-out")
    parser.take("--force", action="store_true", told="force")


def _rota(options: Namespace, output: Output) -> int:
    do = {"plan": _plan, "show": _show, "publish": _publish, "repair": _repair, "poster": _poster}
    return (do | {"post": post})[options.do](options, output)


def _places(options: Namespace, desk: Desk) -> list[StationId]:
    found = []
    for name in options.place:
        place = place_of(Namespace(place=name, json=options.json), desk)
        if place is not None:
            found.append(place)
    if not found:
        raise BadInput("cli-rota-place", what=options.do)
    return found


def _asked(options: Namespace, desk: Desk) -> tuple[list[StationId], Any]:
    period = period_of(options)
    if period is None:
        raise BadInput("cli-rota-period", what=options.do)
    return _places(options, desk), period


# -- plan -------------------------------------------------------------------------------------------------
def _plan(options: Namespace, output: Output) -> int:
    with desk_of(options) as desk:
        places, period = _asked(options, desk)
        rules = _rules(options.rule)
        if options.more or rules:
            return _what_if(options, desk, places, period, rules, output)
        plan = desk.rotas.plan(places, period, planner=options.planner, seconds=options.seconds)
        kept = desk.rotas.keep(plan) if options.keep and plan.answer.value in ("proven", "found") else []
    output.give({**_plan_json(plan, output.language), "kept": [rota.id for rota in kept]})
    _tell_plan(plan, output)
    for rota in kept:
        output.say("cli-rota-kept", rota=rota.id, first=rota.first, last=rota.last, lines=len(rota.lines))
    return DONE if plan.lacking == 0 and not plan.clash else HELD_BACK


def _what_if(
    options: Namespace,
    desk: Desk,
    places: Sequence[StationId],
    period: Any,
    rules: Mapping[str, int],
    output: Output,
) -> int:
    if options.keep:
        raise BadInput("cli-rota-keep-if")
    told = desk.rotas.what_if(
        places, period, more=options.more, rules=rules, planner=options.planner, seconds=options.seconds
    )
    output.give(
        {"now": _plan_json(told.now, output.language), "then": _plan_json(told.then, output.language)}
    )
    output.table(
        ("what", "now", "then"),
        (
            (
                output.word("cli-rota-answer"),
                output.label("answer", told.now.answer),
                output.label("answer", told.then.answer),
            ),
            (output.word("cli-rota-lacking"), told.now.lacking, told.then.lacking),
            (output.word("cli-rota-people"), len(told.now.shares), len(told.then.shares)),
            (output.word("cli-rota-spread"), told.now.spread, told.then.spread),
            (output.word("cli-rota-most"), _most(told.now), _most(told.then)),
        ),
    )
    for sentence in told.now.clash_in_words(output.language):
        output.line(sentence)
    return DONE


def _most(plan: PlanTold) -> int:
    return max((share.duties for share in plan.shares), default=0)


def _rules(given: Sequence[str]) -> dict[str, int]:
    found = {}
    for text in given:
        name, equals, number = text.partition("=")
        if not equals or not number.strip().isdecimal():
            raise BadInput("cli-rota-rule", what=text)
        found[name.strip()] = int(number)
    return found


def _plan_json(plan: PlanTold, language: str) -> dict[str, Any]:
    return {
        "stations": list(plan.stations),
        "period": plan.period.iso,
        "planner": plan.planner,
        "answer": plan.answer.value,
        "lacking": plan.lacking,
        "spread": plan.spread,
        "lines": [{"shift": line.shift, "member": line.member} for line in plan.lines],
        "shifts": [
            {
                "id": one.id,
                "station": one.station,
                "day": one.day,
                "starts": one.starts.isoformat("minutes"),
                "ends": one.ends.isoformat("minutes"),
                "wanted": one.wanted,
                "have": one.have,
            }
            for one in plan.shifts
        ],
        "shares": [
            {
                "member": one.member,
                "duties": one.duties,
                "nights": one.nights,
                "weekends": one.weekends,
                "target": one.target / 1000,
                "carried": one.carried,
                "asked": one.asked,
            }
            for one in plan.shares
        ],
        "goals": [{"goal": one.name, "value": one.value, "bound": one.bound} for one in plan.goals],
        "clash": [
            {"rule": one.code, "person": one.person, "slot": one.slot, "name": one.name} for one in plan.clash
        ],
        "told": [
            *plan.clash_in_words(language),
            *plan.goals_in_words(language),
            *plan.forced_in_words(language),
            *(plan.in_words(doubt, language) for doubt in plan.doubts),
        ],
    }


def _tell_plan(plan: PlanTold, output: Output) -> None:
    output.say("cli-rota-plan", period=plan.period.iso, answer=plan.answer.value, lacking=plan.lacking)
    if plan.clash:
        output.say("cli-rota-clash", count=len(plan.clash))
        for sentence in plan.clash_in_words(output.language):
            output.line(f"- {sentence}")
        return
    there: dict[str, list[str]] = {}
    for line in plan.lines:
        there.setdefault(line.shift, []).append(plan.names.get(line.member, line.member))
    output.table(
        ("shift", "people", "lacking"),
        ((plan.names.get(one.id, one.id), there.get(one.id, []), one.lacking or None) for one in plan.shifts),
    )
    output.table(
        ("name", "duties", "nights", "weekends", "share", "carried"),
        (
            (one.name, one.duties, one.nights, one.weekends, f"{one.target / 1000:.1f}", one.carried)
            for one in sorted(plan.shares, key=lambda one: (-one.duties, one.name))
        ),
    )
    for sentence in (*plan.goals_in_words(output.language), *plan.forced_in_words(output.language)):
        output.line(sentence)
    for doubt in plan.doubts:
        output.line(plan.in_words(doubt, output.language))
    unasked = [one.name for one in plan.shares if not one.asked]
    if unasked:
        output.say("cli-rota-unasked", count=len(unasked), names=unasked)


# -- what became of a plan --------------------------------------------------------------------------------
def _chosen(options: Namespace, desk: Desk) -> Rota:
    from grassroots.values.ids import RotaId

    if options.which is None:
        raise BadInput("cli-rota-which", what=options.do)
    return desk.rotas.get(RotaId(options.which))


def _show(options: Namespace, output: Output) -> int:
    with desk_of(options) as desk:
        if options.which is None:
            rotas = desk.rotas.all()
            names = {station.id: station.name for station in desk.stations.all()}
            output.give({"rotas": [_rota_json(rota) for rota in rotas]})
            output.table(
                ("id", "station", "first", "last", "lines", "state"),
                (
                    (
                        one.id,
                        names.get(one.station, one.station),
                        one.first,
                        one.last,
                        len(one.lines),
                        output.label("rota-status", one.status),
                    )
                    for one in rotas
                ),
            )
            return DONE
        rota = _chosen(options, desk)
        against = desk.rotas.review(rota.id)
        output.give(
            {
                **_rota_json(rota),
                "lines": [{"shift": line.shift, "member": line.member} for line in rota.lines],
                "against": [
                    {
                        "shift": line.shift,
                        "member": line.member,
                        "obstacles": [one.code.value for one in found],
                    }
                    for line, found in against
                ],
            }
        )
        output.say(
            "cli-rota-shown", rota=rota.id, first=rota.first, last=rota.last, status=rota.status.value,
            lines=len(rota.lines),
        )  # fmt: skip
        people = {line.member: desk.members.get(line.member).name for line, _ in against}
        days = {line.shift: desk.duties.shift(line.shift).day for line, _ in against}
        output.table(
            ("day", "name", "against"),
            (
                (
                    days[line.shift],
                    people[line.member],
                    [output.label("obstacle-code", one.code) for one in found],
                )
                for line, found in against
            ),
        )
    return HELD_BACK if against else DONE


def _rota_json(rota: Rota) -> dict[str, Any]:
    return {
        "id": rota.id,
        "station": rota.station,
        "first": rota.first,
        "last": rota.last,
        "status": rota.status.value,
        "planner": rota.planner,
        "answer": rota.answer,
    }


def _publish(options: Namespace, output: Output) -> int:
    with desk_of(options) as desk:
        rota = desk.rotas.publish(_chosen(options, desk).id, despite=options.despite)
    output.give(_rota_json(rota))
    output.say("cli-rota-published", rota=rota.id, lines=len(rota.lines))
    return DONE


def _repair(options: Namespace, output: Output) -> int:
    with desk_of(options) as desk:
        places, period = _asked(options, desk)
        repair = desk.rotas.repair(places, period, planner=options.planner, seconds=options.seconds)
        if options.keep and (repair.put or repair.take):
            desk.rotas.amend(put=repair.put, take=repair.take, despite=options.despite)
    names = repair.plan.names
    output.give(
        {
            "put": [{"shift": one.shift, "member": one.member} for one in repair.put],
            "take": [{"shift": one.shift, "member": one.member} for one in repair.take],
            "moved": list(repair.moved),
            "lacking": repair.plan.lacking,
            "done": bool(options.keep),
        }
    )
    rows = [(output.word("cli-rota-put"), names.get(one.shift), names.get(one.member)) for one in repair.put]
    rows += [
        (output.word("cli-rota-take"), names.get(one.shift), names.get(one.member)) for one in repair.take
    ]
    output.table(("what", "shift", "name"), rows)
    output.say("cli-rota-repair", put=len(repair.put), moved=len(repair.moved), lacking=repair.plan.lacking)
    return DONE if repair.plan.lacking == 0 else HELD_BACK


def _poster(options: Namespace, output: Output) -> int:
    from grassroots.pages.poster import render_poster

    if options.out is None:
        raise BadInput("cli-rota-out")
    check_target(options, options.out, ".html", ".htm")
    with desk_of(options) as desk:
        (place, *more), period = _asked(options, desk)
        if more:
            raise BadInput("cli-rota-one-place")
        board = desk.rotas.board(place, period)
    if not any(day.shifts for day in board.days):
        raise BadInput("rota-no-shifts", period=period.iso)
    write_text(options.out, render_poster(board, output.language, options.paper))
    output.give({"file": str(options.out), "lacking": board.lacking})
    output.say("cli-written", file=str(options.out))
    return DONE


# -- feeds ------------------------------------------------------------------------------------------------
def _add_feeds(parser: Parser) -> None:
    parser.take("do", choices=("give", "revoke", "list", "write"), told="feeds-do")
    parser.take("which", metavar="FEED", nargs="?", told="feeds-which")
    parser.take("--member", metavar="MEMBER", told="feeds-member")
    parser.take("--place", metavar="STATION", told="feeds-place")
    parser.take("--out", metavar="FILE.ics", type=Path, told="feeds-out")
    parser.take("--force", action="store_true", told="force")


def _feeds(options: Namespace, output: Output) -> int:
    from grassroots.values.ids import FeedId

    with desk_of(options) as desk:
        member = None if options.member is None else member_named(desk, options.member)
        place = place_of(options, desk)
        if options.do == "list":
            feeds = desk.feeds.all(member=member, station=place)
            output.give({"feeds": [_feed_json(one) for one in feeds]})
            output.table(
                ("id", "name", "station", "state"),
                ((one.id, one.member, one.station, output.label("feed-status", one.status)) for one in feeds),
            )
            return DONE
        if options.do == "revoke":
            if options.which is None:
                raise BadInput("cli-feed-which")
            feed = desk.feeds.revoke(FeedId(options.which))
            output.give(_feed_json(feed))
            output.say("cli-feed-revoked", feed=feed.id)
            return DONE
        if (member is None) == (place is None):
            raise BadInput("cli-feed-of-whom", what=options.do)
        if options.do == "give":
            given = desk.feeds.give(member=member, station=place)
            output.give({**_feed_json(given.feed), "token": given.token})
            output.say("cli-feed-given", feed=given.feed.id, token=given.token)
            return DONE
        return _write(options, desk, member, place, output)


def _write(options: Namespace, desk: Desk, member: Any, place: Any, output: Output) -> int:
    from grassroots.feeds.calendars import to_ical
    from grassroots.sheets.writing import put

    if options.out is None:
        raise Missing("cli-feed-out", kind="feed", id="-")
    check_target(options, options.out, ".ics")
    table = desk.feeds.of_member(member) if member is not None else desk.feeds.of_station(place)
    put(options.out, to_ical(table, output.language))
    output.give({"file": str(options.out), "events": len(table.events)})
    output.say("cli-written", file=str(options.out))
    return DONE


def _feed_json(feed: Any) -> dict[str, Any]:
    return {"id": feed.id, "member": feed.member, "station": feed.station, "status": feed.status.value}


COMMANDS: tuple[Command, ...] = (
    Command("rota", _add_rota, _rota),
    Command("feeds", _add_feeds, _feeds),
)
