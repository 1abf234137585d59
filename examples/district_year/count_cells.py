"""Reading the sheets for the oracle: rows by header, and plain ways to clear what stands in cells.

It shares no code with the generator or with grassroots.
"""

from __future__ import annotations

import csv
import re
import unicodedata
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from openpyxl import load_workbook

PLACES = {"365": "365", "湘湾": "湘湾", "国学院": "湘湾", "新塘": "新塘", "睦邻": "新塘", "小湖塘": "小湖塘",
          "银龄": "小湖塘", "尚格": "尚格", "菱溪": "菱溪", "家园": "家园", "长征": "长征",
          "老党员之家": "老党员之家"}  # fmt: skip

Record = dict[str, Any]


def plain(cell: Any) -> str:
    """Half width, no blanks: good for names, headers and numbers."""
    return "" if cell is None else "".join(unicodedata.normalize("NFKC", str(cell)).split())


def key(header: Any) -> str:
    return re.sub(r"[(].*?[)]|[/:]", "", plain(header))


def grids(path: Path) -> Iterator[list[list[Any]]]:
    """The worksheets of a file; merged cells below one another all get the value of the first."""
    if path.suffix == ".csv":
        with path.open(encoding="gb18030", newline="") as lines:
            yield [[cell or None for cell in row] for row in csv.reader(lines)]
    elif path.suffix == ".ods":
        yield from _ods(path)
    else:
        for sheet in load_workbook(path).worksheets:
            rows = [list(row) for row in sheet.iter_rows(values_only=True)]
            for block in sheet.merged_cells.ranges:
                if block.min_col == block.max_col:
                    for number in range(block.min_row, block.max_row):
                        rows[number][block.min_col - 1] = rows[block.min_row - 1][block.min_col - 1]
            yield rows


def _ods(path: Path) -> Iterator[list[list[Any]]]:
    spaces = {
        "t": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
        "o": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    }
    office = "{" + spaces["o"] + "}"
    root = ElementTree.fromstring(ZipFile(path).read("content.xml"))
    for table in root.iter("{" + spaces["t"] + "}table"):
        rows = []
        for line in table.findall("t:table-row", spaces):
            row: list[Any] = []
            for cell in line:
                kind = cell.get(office + "value-type")
                text = "".join(cell.itertext()) or None
                if kind == "float":
                    row.append(float(cell.get(office + "value", "0")))
                else:
                    row.append(cell.get(office + "date-value") if kind == "date" else text)
            rows.append(row)
        yield rows


def records(folder: Path, number: str, *wanted: str) -> Iterator[Record]:
    """The rows of all worksheets of all files whose names begin with the number, by header."""
    for path in sorted(folder.glob(f"{number} *")):
        for rows in grids(path):
            start = next((n for n, r in enumerate(rows) if set(wanted) <= {key(c) for c in r}), None)
            if start is None:
                continue
            headers = [key(cell) for cell in rows[start]]
            block = {key(r[n]): r[n + 1] for r in rows[:start] for n in range(len(r) - 1) if r[n] is not None}
            above: Record = {}
            for row in rows[start + 1 :]:
                found = dict(zip(headers, row, strict=False))
                if not any(cell not in (None, "") for cell in row) or plain(row[0]) == "合计":
                    continue
                if any(plain(cell).startswith("必填") for cell in row):
                    continue
                for name, cell in found.items():
                    if plain(cell) in ("同上", "〃"):
                        found[name] = above.get(name)
                above = found
                yield {**found, "block": block}


def day(cell: Any) -> date | None:
    """A whole day, or None."""
    year, month, number = partial(cell) or (0, None, None)
    if not (year and month and number):
        return None
    try:
        return date(year, month, number)
    except ValueError:
        return None


def partial(cell: Any) -> tuple[int, int | None, int | None] | None:
    """Year, month, day, as far as known."""
    if isinstance(cell, (date, datetime)):
        return cell.year, cell.month, cell.day
    if isinstance(cell, (int, float)) and 10_000 < cell < 80_000:
        serial = date(1899, 12, 30) + timedelta(days=int(cell))
        return serial.year, serial.month, serial.day
    text = plain(cell).removesuffix(".0")
    if re.fullmatch("[0-9]{8}", text):
        return int(text[:4]), int(text[4:6]), int(text[6:])
    numbers = [int(part) for part in re.findall("[0-9]+", text.partition("(")[0])]
    if not numbers or not 1900 < numbers[0] < 2100:
        return None
    return numbers[0], numbers[1] if len(numbers) > 1 else None, numbers[2] if len(numbers) > 2 else None


def number(cell: Any) -> int | None:
    found = re.fullmatch("([0-9]+)([.]0)?[人份起岁]?", plain(cell))
    return int(found[1]) if found else None


def clock(cell: Any) -> time | None:
    if isinstance(cell, time):
        return cell
    numbers = [int(part) for part in re.findall("[0-9]+", plain(cell))]
    if not numbers:
        return None
    hour = numbers[0] + (12 if "下午" in plain(cell) and numbers[0] < 12 else 0)
    return time(hour, numbers[1] if len(numbers) > 1 else 0)


def names(cell: Any) -> list[str]:
    return [name for part in re.split("[、，,/\n]", str(cell or "")) if (name := plain(part))]


def place(cell: Any) -> str:
    """The community (or the post, or the hub) that the words mean; the first that stands in them."""
    return next((short for word, short in PLACES.items() if word in plain(cell)), plain(cell))


def full_years(since: tuple[int, int | None, int | None], on: date) -> tuple[int, int]:
    """The fewest and the most full years that the known part of the date allows."""
    year, month, number = since
    early = (month or 1, number or 1)
    late = (month or 12, number or 31)
    return on.year - year - ((on.month, on.day) < late), on.year - year - ((on.month, on.day) < early)
