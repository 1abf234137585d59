"""``forms`` writes blank forms, ``register`` what is stored, ``fill`` an office's own form."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from grassroots.cli.importing import near_words
from grassroots.cli.opening import desk_of, period_of, place_of
from grassroots.cli.output import DONE, Output
from grassroots.cli.parser import Command, Parser
from grassroots.cli.targets import check_target, same
from grassroots.errors import BadInput

if TYPE_CHECKING:
    from grassroots.domain.form import FormLayout

_MOST_LINES = 2000


def _add_forms(parser: Parser) -> None:
    parser.take("code", nargs="*", metavar="CODE", told="form-codes")
    parser.take("--out", metavar="FILE.xlsx", type=Path, told="out-forms")
    parser.take("--force", action="store_true", told="force")
    parser.take("--lines", metavar="N", type=int, told="lines")


def _forms(options: Namespace, output: Output) -> int:
    from grassroots.usecases.intake import standard_forms

    known = {form.code: form for form in standard_forms()}
    codes = options.code or [code for code, form in known.items() if form.printed]
    if options.out is None:
        return _list([_layout(code, known, output) for code in codes], output)
    check_target(options, options.out, ".xlsx")
    if options.lines is not None and not 0 <= options.lines <= _MOST_LINES:
        raise BadInput("cli-lines", what=options.lines, most=_MOST_LINES)
    from grassroots.sheets.writing import write_forms

    with desk_of(options) as desk:
        forms = [desk.registers.blank(code, lines=options.lines, language=output.language) for code in codes]
    write_forms(options.out, forms)
    output.give(
        {
            "file": str(options.out),
            "forms": [{"code": one.code, "title": one.title, "number": one.sheet_number} for one in forms],
        }
    )
    output.table(("code", "title", "sheet-number"), ((f.code, f.title, f.sheet_number) for f in forms))
    output.say("cli-written", file=str(options.out))
    return DONE


def _layout(code: str, known: dict[str, FormLayout], output: Output) -> FormLayout:
    if code not in known:
        told = tuple(f"{one.code} ({one.title(output.language)})" for one in known.values())
        raise BadInput("form-unknown", kind="form", id=code, known=tuple(known) if output.as_json else told)
    return known[code]


def _list(layouts: list[FormLayout], output: Output) -> int:
    output.give(
        {
            "forms": [
                {
                    "code": one.code,
                    "title_zh": one.title_zh,
                    "title_en": one.title_en,
                    "columns": [column.key for column in one.columns],
                }
                for one in layouts
            ]
        }
    )
    output.table(
        ("code", "title", "headers"),
        (
            (one.code, one.title(output.language), [c.header(output.language) for c in one.columns])
            for one in layouts
        ),
    )
    return DONE


def _add_register(parser: Parser) -> None:
    parser.take("code", metavar="CODE", told="form-code")
    parser.take("--out", metavar="FILE", type=Path, required=True, told="out-register")
    parser.take("--force", action="store_true", told="force")
    _add_part(parser)


def _add_part(parser: Parser) -> None:
    parser.take("--period", told="period")
    parser.take("--place", metavar="STATION", told="place")


def _register(options: Namespace, output: Output) -> int:
    from grassroots.sheets.writing import write_csv, write_forms

    suffix = check_target(options, options.out, ".xlsx", ".csv")
    period = period_of(options)
    with desk_of(options) as desk:
        place = place_of(options, desk)
        form = desk.registers.filled(options.code, period=period, place=place, language=output.language)
    if suffix == ".csv":
        write_csv(options.out, form)
    else:
        write_forms(options.out, [form])
    output.give({"file": str(options.out), "form": form.code, "title": form.title, "rows": len(form.rows)})
    output.say("cli-register-written", file=str(options.out), title=form.title, count=len(form.rows))
    return DONE


def _add_fill(parser: Parser) -> None:
    parser.take("form_file", metavar="FORM.xlsx", type=Path, told="form-file")
    parser.take("--form", metavar="CODE", told="form-code")
    parser.take("--out", metavar="OUT.xlsx", type=Path, required=True, told="out-fill")
    parser.take("--force", action="store_true", told="force")
    _add_part(parser)


def _fill(options: Namespace, output: Output) -> int:
    from grassroots.sheets.filling import fill_form
    from grassroots.usecases.intake import standard_forms

    if same(options.out, options.form_file):
        raise BadInput("cli-same-file", file=options.out.name)
    check_target(options, options.out, ".xlsx")
    period = period_of(options)
    known = {form.code: form for form in standard_forms()}
    with desk_of(options) as desk:
        place = place_of(options, desk)
        if options.form is not None:
            layout, sheet = _layout(options.form, known, output), None
        else:
            layout, sheet = _recognised(options.form_file, output)
        rows = desk.registers.rows(layout.code, period=period, place=place, language=output.language)
        filled = fill_form(
            options.form_file,
            options.out,
            recognise=desk.registers.recogniser(layout.code),
            rows=rows,
            sheet=sheet,
        )
    output.give(
        {
            "file": str(options.out),
            "form": layout.code,
            "sheet": filled.sheet,
            "rows": filled.rows,
            "columns": [
                {"column": one.column + 1, "header": one.header, "key": one.key, "state": one.state}
                for one in filled.columns
            ],
            "left_over": filled.left_over,
            "notes": [{"code": note.code, "facts": dict(note.facts)} for note in filled.notes],
        }
    )
    output.table(
        ("header", "recognised", "state"),
        (
            (
                one.header,
                layout.column(one.key).header(output.language) if one.key else None,
                output.label("sheet-column", one.state),
            )
            for one in filled.columns
        ),
    )
    if filled.left_over:
        left = [layout.column(key).header(output.language) for key in filled.left_over]
        output.say("cli-fill-left-over", columns=left)
    for note in filled.notes:
        output.line(output.word(note.code, dict(note.facts)))
    output.say("cli-filled", file=str(options.out), title=layout.title(output.language), count=filled.rows)
    return DONE


def _recognised(path: Path, output: Output) -> tuple[FormLayout, str]:
    """Which form an office's own form is, and on which sheet; BadInput if its headers do not tell."""
    from grassroots.domain.form import nearest, recognise
    from grassroots.sheets.filling import FORM_LIMITS
    from grassroots.sheets.reading import read_book
    from grassroots.usecases.intake import standard_forms

    book = read_book(path, limits=FORM_LIMITS)
    found = [recognise(sheet, standard_forms()) for sheet in book.sheets if not sheet.hidden]
    best = max((one for one in found if one), key=lambda one: len(one.columns), default=None)
    if best is None:
        plainly = output.as_json  # for a program codes, for a reader words
        known = tuple(
            form.code if plainly else f"{form.code} ({form.title(output.language)})"
            for form in standard_forms()
        )
        nears = [nearest(sheet, standard_forms()) for sheet in book.sheets if not sheet.hidden]
        near = min((one for one in nears if one), key=lambda one: len(one.missing), default=None)
        if near is None:
            raise BadInput("cli-form-not-recognised", file=book.name, known=known)
        raise BadInput(
            "cli-form-nearly",
            file=book.name,
            form=near.layout.code,
            missing=tuple(one.key for one in near.missing),
            near="" if plainly else near_words(near, output),
            known=known,
        )
    return best.layout, best.sheet.name


COMMANDS: tuple[Command, ...] = (
    Command("forms", _add_forms, _forms),
    Command("register", _add_register, _register),
    Command("fill", _add_fill, _fill),
)
