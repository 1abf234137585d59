"""Rows become a worksheet: title, notes, header in the second or third row, totals, merged cells, 同上."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from year_maker import mess
from year_maker.model import STATIONS, Row
from year_maker.writing import Grid


@dataclass(frozen=True, slots=True)
class Column:
    """A header as it is printed, the field behind it, and the kind of value that decides its mess."""

    header: str
    field: str
    kind: str = "text"
    unit: str = ""


def columns(*specs: str) -> tuple[Column, ...]:
    """``header=field:kind:unit`` for each; the kind is text if it is not said."""
    made = []
    for spec in specs:
        header, _, rest = spec.partition("=")
        field, kind, unit = (*rest.split(":"), "", "")[:3]
        made.append(Column(header.replace("|", "\n"), field, kind or "text", unit))
    return tuple(made)


def cell(column: Column, row: Row, seed: int, *, text: bool) -> Any:
    """The cell of one column for one row, in whatever form the throw of the dice gives."""
    if column.field in row.get("_raw", {}):
        return row["_raw"][column.field]
    value: Any = row.get(column.field)
    throw = mess.dice(seed, row["_key"], column.field)
    match column.kind:
        case "day":
            return mess.day_cell(value, throw, text=text)
        case "partial":
            return mess.partial_cell(value, throw)
        case "name":
            return mess.name_cell(value, throw) if value else None
        case "names":
            return mess.names_cell(value, throw) if value else None
        case "time":
            return mess.time_cell(value, throw)
        case "whole":
            return mess.whole_cell(value, throw, column.unit)
        case "phone":
            return mess.phone_cell(value or "", throw)
        case "sex":
            return value + " " if throw < 10 else value
        case "made":
            return mess.made_cell(value)
        case "station":
            return mess.station_cell(STATIONS[value], throw)
        case "period":
            return mess.period_cell(row["start"], row["end"], throw)
        case "weekday":
            return "星期" + mess.WEEKDAYS[row["on"].weekday()]
        case _:
            return value


def lay(
    name: str,
    shown: Sequence[Column],
    rows: Sequence[Row],
    *,
    seed: int,
    title: str = "",
    note: str = "",
    block: Sequence[Sequence[Any]] = (),
    hints: Sequence[str] = (),
    ditto: Sequence[str] = (),
    total: Sequence[str] = (),
    merge: tuple[str, Sequence[str]] | None = None,
    gap: bool = False,
    text: bool = False,
) -> Grid:
    """Lay rows out below their header.

    ``block`` are lines of labels and values above the header; ``hints`` a hidden row below it; ``ditto`` and
    ``merge`` (a field that says what belongs together, and the fields to merge) leave out what repeats.
    """
    grid = Grid(name)
    width = len(shown)
    for line in (title, note):
        if line:
            grid.merged.append((len(grid.rows), 0, len(grid.rows), width - 1))
            grid.rows.append([line])
    grid.rows += [list(line) for line in block]
    grid.heads.add(len(grid.rows))
    grid.rows.append([column.header for column in shown])
    if hints:
        grid.hidden.add(len(grid.rows))
        grid.rows.append(list(hints))
    before: Row = {}
    first_of_group: dict[str, int] = {}
    for number, row in enumerate(rows, 1):
        if gap and number == len(rows) // 2:
            grid.rows.append([])
            before = {}
        cells: list[Any] = []
        joined = merge is not None and before != {} and row[merge[0]] == before[merge[0]]
        for column in shown:
            if column.kind == "row":
                cells.append(number)
            elif merge and joined and column.field in merge[1]:
                cells.append(None)
            elif column.field in ditto and before and _same(column.field, row, before):
                throw = mess.dice(seed, row["_key"], column.field, "ditto")
                cells.append(("同上", "〃")[throw % 2] if throw < 40 else cell(column, row, seed, text=text))
            else:
                cells.append(cell(column, row, seed, text=text))
        if merge:
            _extend(grid, shown, merge, first_of_group, joined)
        grid.rows.append(cells)
        before = row
    if merge:
        _close(grid, shown, merge, first_of_group)
    if total:
        sums = {field: sum(row.get(field) or 0 for row in rows) for field in total}
        grid.rows.append(["合计", *(sums.get(column.field) for column in shown[1:])])
    return grid


def _same(field: str, row: Row, before: Row) -> bool:
    raw = {**row.get("_raw", {}), **before.get("_raw", {})}
    return field not in raw and bool(row.get(field)) and row.get(field) == before.get(field)


def _extend(
    grid: Grid, shown: Sequence[Column], merge: tuple[str, Sequence[str]], start: dict[str, int], joined: bool
) -> None:
    if not joined:
        _close(grid, shown, merge, start)
        start["row"] = len(grid.rows)


def _close(
    grid: Grid, shown: Sequence[Column], merge: tuple[str, Sequence[str]], start: dict[str, int]
) -> None:
    first, last = start.get("row"), len(grid.rows) - 1
    if first is not None and last > first:
        for place, column in enumerate(shown):
            if column.field in merge[1]:
                grid.merged.append((first, place, last, place))
