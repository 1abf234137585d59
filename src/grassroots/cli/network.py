"""``init`` founds a network from a charter; ``conforms`` holds it against its template."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

from grassroots.cli.catalogue import known_packs, own_packs
from grassroots.cli.opening import (
    day_of,
    desk_of,
    erasures_of,
    is_there,
    keys_of,
    read_text,
    sealing_bar,
    shown,
    station_names,
    toml_of,
    url_of,
)
from grassroots.cli.output import DONE, HELD_BACK, Output
from grassroots.cli.parser import Command, Parser
from grassroots.errors import BadInput

if TYPE_CHECKING:
    from grassroots.desk import Desk
    from grassroots.domain.template import Deviation


def _add_init(parser: Parser) -> None:
    parser.take("--charter", metavar="FILE", type=Path, told="charter")
    parser.take("--pack", metavar="FILE", type=Path, nargs="+", action="extend", default=[], told="pack")
    parser.take("--zone", told="zone")


def _init(options: Namespace, output: Output) -> int:
    charter = None if options.charter is None else read_text(options.charter)
    with sealing_bar(options) as bar:
        answer = found(
            url_of(options),
            name=options.name,
            actor=options.actor,
            charter=charter,
            packs=[read_text(path) for path in options.pack],
            zone=options.zone,
            keys=keys_of(options),
            erasures=erasures_of(options),
            progress=bar,
        )
    output.give(answer)
    told = answer["network"]
    output.say(
        "cli-founded" if answer["founded"] else "cli-stands",
        name=told["name"],
        where=told["storage"],
        zone=told["zone"],
    )
    output.say("cli-packs-in-force", packs=told["packs"])
    if any(answer["made"].values()) or any(answer["changed"].values()):
        output.table(
            ("section", "made", "changed"),
            (
                (output.word(f"cli-section-{section}"), answer["made"][section], answer["changed"][section])
                for section in answer["made"]
            ),
        )
    elif not answer["founded"]:
        output.say("cli-nothing-changed")
    return DONE


def found(
    url: str,
    *,
    name: str = "default",
    actor: str = "steward:office",
    charter: str | None = None,
    packs: Sequence[str] = (),
    zone: str | None = None,
    keys: str | None = None,
    erasures: Path | None = None,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> dict[str, Any]:
    """Found a network (or set it right) from the texts of a charter and of packs; the answer for programs.

    What is wrong with them is found before anything is written. Without a charter the catalogue gets the
    roles that the packs list.
    """
    import grassroots
    from grassroots.domain.policy import Actor

    who = Actor.parse(actor)
    table = {} if charter is None else toml_of(charter, "charter-unreadable").get("network", {})
    named = tuple(str(one) for one in table.get("packs", ()))
    local = _sound(packs)
    fresh = not is_there(url, name)
    if fresh:
        _fit((), named, local)
        _rehearse(charter, local, zone or table.get("zone"))
    opened = partial(grassroots.open, url, network=name, keys=keys, erasures=erasures, progress=progress)
    with opened(zone=zone or table.get("zone")) as network:
        desk = network.desk(who)
        if not fresh:
            _fit(desk.charter.get().packs, named, {**own_packs(desk), **local})
        for pack, text in local.items():
            desk.charter.adopt_pack(pack, text)
        done = None if charter is None else desk.charter.found(charter)
    # Packs hold from the next opening on; this one also shows that it can be opened again.
    with opened() as network:
        desk = network.desk(who)
        roles = desk.roles.adopt() if charter is None else []
        stands = desk.charter.get()
    return {
        "network": {
            "name": name,
            "title": stands.name,
            "storage": shown(url),
            "zone": stands.zone,
            "packs": list(stands.packs),
        },
        "founded": fresh,
        "adopted": sorted(local),
        "made": dict(done.made) if done else {"role": len(roles)},
        "changed": dict(done.changed) if done else {"role": 0},
    }


def _rehearse(charter: str | None, packs: Mapping[str, str], zone: str | None) -> None:
    """Found it in memory first: a charter with a mistake in its last line leaves no half network behind."""
    import grassroots

    with grassroots.open("memory:", zone=zone) as network:
        desk = network.desk("steward:rehearsal")
        for pack, text in packs.items():
            desk.charter.adopt_pack(pack, text)
        if charter is not None:
            desk.charter.found(charter)


def _sound(texts: Sequence[str]) -> dict[str, str]:
    """The texts of packs by the names that they give themselves; BadPack for one that is not sound."""
    from grassroots.domain.pack import BadPack, check, parse_pack

    by_name: dict[str, str] = {}
    for text in texts:
        pack = parse_pack(text)
        if findings := check(pack):
            raise BadPack(pack.name or "?", findings)
        by_name[pack.name] = text
    return by_name


def _fit(active: Sequence[str], named: Sequence[str], own: Mapping[str, str]) -> None:
    """BadInput or BadPack unless all packs are known and fit together: such a network could not be opened."""
    from grassroots.domain.charter import STANDARD_PACKS
    from grassroots.domain.pack import Packs, parse_pack

    texts = {**known_packs(), **own}
    wanted = dict.fromkeys((*(active or STANDARD_PACKS), *own, *named))
    for one in wanted:
        if one not in texts:
            raise BadInput("pack-unknown", what=one, known=tuple(sorted(texts)))
    Packs(tuple(parse_pack(texts[one]) for one in wanted))


def _add_conforms(parser: Parser) -> None:
    parser.take("--on", metavar="DAY", told="on")


def _conforms(options: Namespace, output: Output) -> int:
    asked = day_of(options.on)
    with desk_of(options) as desk:
        office = desk.seat.office
        day = asked or desk.charter.get().reference_day or office.clock().astimezone(office.zone).date()
        found = desk.stations.conforms(on=day)
        names = station_names(desk, output.language)
        words = _Words(desk, output, day) if found else None
    output.give(
        {
            "on": day,
            "conforms": not found,
            "deviations": [{"code": one.code, "station": one.station, **one.facts} for one in found],
        }
    )
    if words is None:
        output.say("cli-conforms", on=day)
        return DONE
    output.say("cli-deviates", on=day, count=len(found))
    output.table(
        ("station", "deviation"),
        ((names.get(str(one.station)), words.sentence(one, names)) for one in found),
    )
    return HELD_BACK


@final
class _Words:
    """Deviations as sentences, with the labels of roles and functions; made while the network is open."""

    def __init__(self, desk: Desk, output: Output, day: date) -> None:
        self._output = output
        chinese = output.language == "zh"
        roles = desk.roles.all(status=None)
        self._roles = {str(role.id): role.label_zh if chinese else role.label_en for role in roles}
        functions = desk.seat.office.packs.table("network_function", day)
        self._functions = {code: answer.label(output.language) for code, answer in functions.items()}

    def sentence(self, one: Deviation, names: Mapping[str, str]) -> str:
        labels = {"role": self._roles, "function": self._functions, "parent": names}
        facts: dict[str, object] = {
            name: labels[name].get(str(value), value) if name in labels else value
            for name, value in one.facts.items()
        }
        if "kind" in facts:
            facts["kind"] = self._kind(facts["kind"])
        allowed = one.facts.get("allowed")
        if isinstance(allowed, tuple):
            facts["allowed"] = [self._kind(kind) for kind in allowed] or [self._output.word("cli-nothing")]
        return self._output.word(f"cli-deviation-{one.code}", facts)

    def _kind(self, code: object) -> str:
        return self._output.label("station-kind", str(code))


COMMANDS: tuple[Command, ...] = (
    Command("init", _add_init, _init),
    Command("conforms", _add_conforms, _conforms),
)
