"""``packs`` lists, shows and checks rule packs; ``plugins`` says what became of each plugin."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grassroots.cli import verify_storage
from grassroots.cli.opening import desk_of, read_text
from grassroots.cli.output import DONE, HELD_BACK, Output, plain_error
from grassroots.cli.parser import Command, Parser
from grassroots.errors import BadInput, Missing

if TYPE_CHECKING:
    from grassroots.desk import Desk
    from grassroots.domain.pack import Finding, Pack, Rule


def known_packs() -> dict[str, str]:
    """The texts of all packs that a network may name: the shipped ones and those that plugins offer."""
    from grassroots.discovery import pack_offers
    from grassroots.packs import shipped, text

    return {**{offer.name: offer.text() for offer in pack_offers()}, **{one: text(one) for one in shipped()}}


def own_packs(desk: Desk) -> dict[str, str]:
    """The texts of the packs that a network adopted: they stand before others of the same name."""
    from grassroots.domain.local_pack import LocalPack
    from grassroots.workspace.reading import Reading

    return {pack.id: pack.text for pack in Reading(desk.seat).list(LocalPack)}


def _add_packs(parser: Parser) -> None:
    parser.take("action", nargs="?", choices=("list", "show", "check"), default="list", told="pack-action")
    parser.take("which", nargs="?", metavar="NAME|FILE", told="pack-which")


def _packs(options: Namespace, output: Output) -> int:
    if options.action != "list" and options.which is None:
        raise BadInput("cli-pack-which", what=options.action)
    if options.action == "check":
        return _check(options.which, output)
    own: dict[str, str] = {}
    in_force: tuple[str, ...] | None = None
    if options.network is not None:
        with desk_of(options) as desk:
            own, in_force = own_packs(desk), desk.charter.get().packs
    return _list(own, in_force, output) if options.action == "list" else _show(options.which, own, output)


def _list(own: Mapping[str, str], in_force: tuple[str, ...] | None, output: Output) -> int:
    from grassroots.domain.pack import parse_pack
    from grassroots.packs import shipped

    found = [(name, parse_pack(text)) for name, text in sorted({**known_packs(), **own}.items())]
    come = {
        name: "network" if name in own else "shipped" if name in shipped() else "plugin" for name, _ in found
    }
    holds = {name: None if in_force is None else name in in_force for name, _ in found}
    output.give(
        {
            "packs": [
                {
                    **_header(pack),
                    "shipped": come[name] == "shipped",
                    "from": come[name],
                    "in_force": holds[name],
                }
                for name, pack in found
            ]
        }
    )
    columns = ("pack", "version", "title", "jurisdiction", "since", "rules", "from")
    output.table(
        columns if in_force is None else (*columns, "in-force"),
        (
            (
                name,
                pack.version,
                _title(pack, output),
                pack.jurisdiction,
                pack.effective_from,
                len(pack.rules),
                output.label("pack-from", come[name]),
                *(() if in_force is None else (holds[name],)),
            )
            for name, pack in found
        ),
    )
    return DONE


def _show(name: str, own: Mapping[str, str], output: Output) -> int:
    from grassroots.domain.pack import parse_pack

    texts = {**known_packs(), **own}
    if name not in texts:
        raise Missing("pack-unknown", what=name, kind="pack", id=name, known=tuple(sorted(texts)))
    pack = parse_pack(texts[name])
    rules = [
        {
            "table": rule.table,
            "id": rule.id,
            "values": dict(rule.values),
            "off": rule.off,
            "source": rule.source,
            "force": pack.force_of(rule),
        }
        for rule in pack.rules
    ]
    sources = [
        {"key": s.key, "title": s.title, "where": s.where, "kind": s.kind, "sure": s.sure, "read": s.read}
        for s in pack.sources.values()
    ]
    output.give({**_header(pack), "sources": sources, "rules": rules})
    output.line(f"{pack.name} {pack.version} · {_title(pack, output)}")
    output.line()
    output.table(
        ("source", "title", "where", "source-kind", "sure"),
        (
            (
                source.key,
                source.title,
                source.where,
                output.label("source-kind", source.kind),
                output.label("sure", source.sure),
            )
            for source in pack.sources.values()
        ),
    )
    output.line()
    output.table(
        ("rule", "values", "source", "force"),
        (
            (
                rule.where,
                _values(rule, output),
                rule.source,
                output.label("force", pack.force_of(rule)),
            )
            for rule in pack.rules
        ),
    )
    return DONE


def _check(file: str, output: Output) -> int:
    from grassroots.domain.pack import BadPack, check, parse_pack

    text = read_text(Path(file))
    findings: tuple[Finding, ...]
    try:
        pack = parse_pack(text)
        name, findings = pack.name, check(pack)
    except BadPack as bad:
        name, findings = "", bad.findings
    output.give(
        {
            "pack": name,
            "sound": not findings,
            "findings": [
                {"code": one.code, "where": one.where, "facts": dict(one.facts)} for one in findings
            ],
        }
    )
    if not findings:
        output.say("cli-pack-sound", pack=name)
        return DONE
    output.say("cli-pack-findings", file=Path(file).name, count=len(findings))
    output.table(("where", "problem"), ((one.where, output.word(one.code, one.facts)) for one in findings))
    return HELD_BACK


def _values(rule: Rule, output: Output) -> str:
    if rule.off:
        return output.word("cli-rule-off")
    return "; ".join(f"{name} = {value}" for name, value in rule.values.items())


def _header(pack: Pack) -> dict[str, Any]:
    return {
        "name": pack.name,
        "version": pack.version,
        "title_zh": pack.title_zh,
        "title_en": pack.title_en,
        "jurisdiction": pack.jurisdiction,
        "effective_from": pack.effective_from,
        "effective_to": pack.effective_to,
        "extends": pack.extends,
    }


def _title(pack: Pack, output: Output) -> str:
    return pack.title_zh if output.language == "zh" else pack.title_en


def _plugins(options: Namespace, output: Output) -> int:
    if options.action == "verify":
        return verify_storage.verify(options, output)
    from grassroots import __version__
    from grassroots.discovery import load_plugins

    records = load_plugins().records
    output.give(
        {
            "plugins": [
                {
                    "name": one.name,
                    "distribution": one.distribution,
                    "version": one.version,
                    "status": one.status,
                    "offers": one.offers,
                    "error": None if one.problem is None else plain_error(one.problem),
                }
                for one in records
            ]
        }
    )
    output.table(
        ("plugin", "distribution", "version", "status", "offers", "problem"),
        (
            (
                one.name,
                one.distribution,
                one.version or (__version__ if one.distribution == "grassroots" else ""),
                output.word(f"cli-plugin-{one.status}"),
                one.offers,
                output.word(one.problem.code, one.problem.facts) if one.problem else None,
            )
            for one in records
        ),
    )
    return DONE


COMMANDS: tuple[Command, ...] = (
    Command("packs", _add_packs, _packs),
    Command("plugins", verify_storage.add_arguments, _plugins),
)
