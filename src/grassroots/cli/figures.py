"""``figures``, the records behind them (``evidence``), and what was published (``claims``)."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grassroots.cli.opening import desk_of, period_of, place_of, read_text, station_names
from grassroots.cli.output import DONE, FALSE, Output, plain_error
from grassroots.cli.parser import Command, Parser
from grassroots.errors import BadInput, Missing
from grassroots.locale import label

if TYPE_CHECKING:
    from grassroots.desk import Desk
    from grassroots.domain.figure import Definition
    from grassroots.usecases.claims import CheckResult, ClaimResult
    from grassroots.usecases.figures import Figure
    from grassroots.values.dates import Period
    from grassroots.values.ids import StationId


def _add_figures(parser: Parser) -> None:
    parser.take("figure", nargs="*", metavar="ID", told="figures")
    _add_question(parser)


def _add_evidence(parser: Parser) -> None:
    parser.take("figure", metavar="ID", told="figure")
    _add_question(parser)


def _add_question(parser: Parser) -> None:
    parser.take("--period", told="period")
    parser.take("--place", metavar="STATION", told="place")
    parser.take("--where", metavar="KEY=VALUE", nargs="+", action="extend", default=[], told="where")


def _figures(options: Namespace, output: Output) -> int:
    period = period_of(options)
    with desk_of(options) as desk:
        place = place_of(options, desk)
        known = desk.figures.definitions()
        rows: list[dict[str, Any]] = []
        asked = options.figure or list(known)
        with output.progress("figures", len(asked)) as tick:
            for number, id_ in enumerate(asked, 1):
                where = _where(options.where, id_, known, desk, output)
                try:
                    figure = _compute(desk, id_, period, place, where, output)
                    rows.append(_plain(figure))
                except BadInput as error:
                    # Among all figures some need a period, or have no place: the others are still told.
                    if options.figure:
                        raise
                    rows.append({**_defined(known[id_]), "error": plain_error(error)})
                tick(number)
    output.give({"period": period.iso if period else None, "place": place, "figures": rows})
    output.table(
        ("figure", "title", "value", "unit", "records"),
        (
            (
                row["id"],
                row[f"title_{output.language}"] or row["id"],
                _told(row, output),
                output.label("cli-unit", row["unit"]),
                row.get("records"),
            )
            for row in rows
        ),
    )
    for row in rows if options.figure else ():
        _particulars(row, output)
    return DONE


def _told(row: Mapping[str, Any], output: Output) -> object:
    """The value, a rate with its percentage; or why there is none."""
    if "error" in row:
        return output.word(row["error"]["code"], row["error"]["facts"])
    return f"{row['value']} ({row['percent']} %)" if row["percent"] else row["value"]


def _particulars(row: Mapping[str, Any], output: Output) -> None:
    """What one figure tells beside its value."""
    if row["packs"]:
        output.say("cli-figure-packs", figure=row["id"], packs=row["packs"])
    if row["missing"]:
        output.say("cli-figure-missing", figure=row["id"], missing=row["missing"])
    if row["left_out"]:
        output.say("cli-figure-left-out", figure=row["id"], count=row["left_out"])
    if row["groups"]:
        output.table(("group", "value"), row["groups"].items())


def _evidence(options: Namespace, output: Output) -> int:
    from grassroots.contracts.storage import Ref

    period = period_of(options)
    with desk_of(options) as desk:
        place = place_of(options, desk)
        where = _where(options.where, options.figure, desk.figures.definitions(), desk, output)
        figure = _compute(desk, options.figure, period, place, where, output)
        found = figure.evidence()
        rows: list[dict[str, Any]] = []
        with output.progress("evidence", len(found)) as tick:
            for number, one in enumerate(found, 1):
                sources = desk.intake.sources(Ref(one.kind, one.id))
                told = [{"file": s.file, "sheet": s.sheet, "row": s.number} for s in sources]
                rows.append(
                    {"kind": one.kind, "id": one.id, "day": one.day, "place": one.place, "rows": told}
                )
                tick(number)
        names = station_names(desk, output.language)
    output.give({**_plain(figure, len(found)), "evidence": rows})
    definition = figure.definition
    output.say(
        "cli-evidence",
        title=definition.title(output.language),
        value=_plain(figure, len(found))["value"],
        count=len(found),
    )
    output.table(
        ("kind", "id", "day", "station", "sheet-rows"),
        (
            (
                label("kind", row["kind"], output.language),
                row["id"],
                row["day"],
                names.get(row["place"], row["place"]),
                [output.word("cli-sheet-row", source) for source in row["rows"]],
            )
            for row in rows
        ),
    )
    return DONE


def _defined(definition: Definition) -> dict[str, Any]:
    return {
        "id": definition.id,
        "title_zh": definition.title_zh,
        "title_en": definition.title_en,
        "unit": definition.unit,
    }


def _plain(figure: Figure, records: int | None = None) -> dict[str, Any]:
    from grassroots.domain.figure import plain
    from grassroots.values.counts import Rate

    return {
        **_defined(figure.definition),
        "value": plain(figure.value),
        "percent": figure.value.percent() if isinstance(figure.value, Rate) else None,
        "records": figure.records if records is None else records,
        "period": figure.period.iso if figure.period else None,
        "place": figure.place,
        "packs": figure.packs,
        "groups": dict(figure.groups),
        "missing": figure.missing,
        "left_out": figure.left_out,
    }


def _where(
    texts: Sequence[str], figure: str, known: Mapping[str, Definition], desk: Desk, output: Output
) -> dict[str, Any]:
    """``key=value`` words as conditions, each read as the type of its key; a comma separates several."""
    if not texts:
        return {}
    if figure not in known:
        raise Missing("figure-unknown", kind="figure", id=figure)
    definition = _counted(known[figure], known)
    return dict(_condition(text, definition, desk, output) for text in texts)


def _counted(definition: Definition, known: Mapping[str, Definition]) -> Definition:
    """The definition that counts records: a rate's or a total's first part."""
    first = (*definition.parts, definition.of or "")[0]
    return _counted(known[first], known) if definition.kind is None and first in known else definition


def _condition(text: str, definition: Definition, desk: Desk, output: Output) -> tuple[str, Any]:
    from grassroots.contracts.storage import Key
    from grassroots.usecases.counting import DERIVED

    name, equals, value = text.partition("=")
    if not equals or not name or not value:
        raise BadInput("cli-where", what=text)
    if definition.kind is None:
        return name, _flag(value, text) if value in _FLAGS else value
    if (definition.kind, name) in DERIVED:
        return name, _bounds(value, text)
    key = desk.seat.office.kinds.named(definition.kind).keys.get(name)
    if key is Key.FLAG:
        return name, _flag(value, text)
    if key in (Key.WHOLE, Key.WHOLES):
        return name, _whole(value, text)
    several = re.split("[,，、]", value) if key is Key.TEXT else [value]
    codes = _codes(several, definition.kind, name, desk, output) if key is not None else several
    return name, codes if len(codes) > 1 else codes[0]


def _codes(words: Sequence[str], kind: str, key: str, desk: Desk, output: Output) -> list[str]:
    """Words as codes: what is said in the reader's language is as good as the code."""
    from grassroots.domain.form import header_key
    from grassroots.usecases.choices import labels
    from grassroots.workspace.reading import Reading

    known = labels(Reading(desk.seat), kind, key, output.language)
    spelled = {header_key(label): code for code, label in known.items()}
    return [word if word in known else spelled.get(header_key(word), word) for word in words]


def _compute(
    desk: Desk,
    id_: str,
    period: Period | None,
    place: StationId | None,
    where: Mapping[str, Any],
    output: Output,
) -> Figure:
    """One figure. What a condition could have said is told to a reader with its labels."""
    from grassroots.usecases.choices import labels
    from grassroots.workspace.reading import Reading

    try:
        return desk.figures.compute(id_, period=period, place=place, where=where)
    except BadInput as error:
        if error.code != "figure-unknown-value" or output.as_json:
            raise
        kind, key = str(error.facts["kind"]), str(error.facts["key"])
        known = labels(Reading(desk.seat), kind, key, output.language)
        told = tuple(
            f"{label} ({code})" if label != code and len(code) < _LONG else label
            for code, label in known.items()
        )
        raise BadInput("cli-where-value", key=key, what=error.facts["what"], known=told) from error


_LONG = 26
"""So long are ids that were made: nobody types them, the name beside them says it."""


_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def _flag(value: str, text: str) -> bool:
    if value not in _FLAGS:
        raise BadInput("cli-where", what=text)
    return _FLAGS[value]


def _whole(value: str, text: str) -> int:
    try:
        return int(value)
    except ValueError as error:
        raise BadInput("cli-where", what=text) from error


def _bounds(value: str, text: str) -> dict[str, int]:
    low, dots, high = value.partition("..")
    told = {"at_least": low, "at_most": high if dots else low}
    return {name: _whole(number, text) for name, number in told.items() if number}


def _add_claims(parser: Parser) -> None:
    parser.take("file", metavar="FILE", type=Path, told="claims-file")


def _claims(options: Namespace, output: Output) -> int:
    text = read_text(options.file)
    with desk_of(options) as desk:
        results = desk.claims.hold(text)
        rows = [plain_claim(one) for one in results]
    output.give({"claims": rows})
    tell_claims(results, output)
    return DONE if all(row["holds"] for row in rows) else FALSE


def plain_claim(result: ClaimResult) -> dict[str, Any]:
    """One statement for a program; ``published`` in the words in which it was published."""
    return {
        "id": result.claim.id,
        "published": result.claim.published_zh,
        "computed": result.computed,
        "records": result.records,
        "holds": result.holds,
        "checks": [
            {
                "title_zh": one.title_zh,
                "title_en": one.title_en,
                "computed": one.computed,
                "expected": one.expected,
                "holds": one.holds,
            }
            for one in result.checks
        ],
    }


def tell_claims(results: Sequence[ClaimResult], output: Output) -> None:
    """The table published / computed / records / holds, and for what does not hold the checks that fail."""
    output.table(
        ("claim", "published", "computed", "records", "holds"),
        (
            (
                one.claim.id,
                one.claim.published(output.language),
                list(dict.fromkeys(_line(check, output) for check in one.checks)),
                one.records,
                one.holds,
            )
            for one in results
        ),
    )
    for one in results:
        for check in () if one.holds else one.checks:
            if not check.holds:
                output.say(
                    "cli-claim-fails",
                    claim=one.claim.id,
                    figure=check.title(output.language),
                    computed=_computed(check, output),
                    expected=check.expected,
                )


def _line(check: CheckResult, output: Output) -> str:
    """What was counted and what came out, in one line."""
    return output.word("claim-line", title=check.title(output.language), told=_computed(check, output))


def _computed(check: CheckResult, output: Output) -> object:
    if check.rounded is None:
        return check.computed
    return output.word("claim-rounded", value=check.computed, rounded=check.rounded)


COMMANDS: tuple[Command, ...] = (
    Command("figures", _add_figures, _figures),
    Command("evidence", _add_evidence, _evidence),
    Command("claims", _add_claims, _claims),
)
