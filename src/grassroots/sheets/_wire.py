"""How cells travel from the child process to us: JSON lines, never pickle.

A line is a list of cells; text, whole numbers, decimals, yes/no and empty are JSON's own, dates and times
are one-entry objects. Nothing on the wire can name a class or be executed.
"""

import math
from datetime import date, datetime, time, timedelta

from grassroots.contracts.tables import CellValue

WireCell = str | int | float | bool | dict[str, str] | None

LOST_DIGITS = 1e15
"""From here on a spreadsheet's number has lost digits: it stays a float, so that readers can tell."""


def cell_from_library(value: object) -> CellValue:
    """A cell as calamine or openpyxl gives it, in our six kinds.

    Whole floats become int below 1e15. A length of time (``[h]:mm``) becomes text such as ``26:30``, because
    no kind of cell holds more than a day. Anything unknown becomes its text.
    """
    if value is None or value == "":
        return None
    if isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            return str(value)
        return int(value) if value.is_integer() and abs(value) < LOST_DIGITS else value
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, (date, time)):
        return value
    if isinstance(value, timedelta):
        return _length(value)
    return str(value)


def _length(value: timedelta) -> str:
    seconds = round(value.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    text = f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}"
    return f"{text}:{seconds % 60:02}" if seconds % 60 else text


def to_wire(value: CellValue) -> WireCell:
    """The cell as JSON can carry it. A datetime is asked for first: it is a date, too."""
    if isinstance(value, datetime):
        return {"at": value.isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    if isinstance(value, time):
        return {"time": value.isoformat()}
    return value


def from_wire(value: WireCell) -> CellValue:
    """The cell that :func:`to_wire` was given. ValueError for anything that it would never have sent."""
    if not isinstance(value, dict):
        if value is None or isinstance(value, (str, int, float)):
            return value
        raise ValueError("not a cell")
    [(kind, text)] = value.items()
    if kind == "at":
        return datetime.fromisoformat(text)
    if kind == "day":
        return date.fromisoformat(text)
    if kind == "time":
        return time.fromisoformat(text)
    raise ValueError("not a cell")
