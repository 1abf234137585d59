"""What every reader gives back, and the cells that hold no value of their own."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Final, Generic, Never, TypeVar, final

import attrs

from grassroots.errors import BadInput, Fact
from grassroots.values.texts import odd_digit, plain, sound, tidy_text, words

T_co = TypeVar("T_co", covariant=True)

CellValue = str | int | float | bool | date | datetime | time | None
"""What one cell can hold. ``None`` is an empty cell; datetimes are naive wall-clock, as the file has them."""

_SHOWN: Final = 40


@final
@attrs.frozen
class Problem:
    """Why a cell cannot be read: a code whose sentence says what is wrong and suggests what to do."""

    code: str
    facts: Mapping[str, Fact] = attrs.field(factory=dict, hash=False)

    @classmethod
    def of(cls, error: BadInput) -> Problem:
        """The same as the error says."""
        return cls(error.code, error.facts)


@final
@attrs.frozen(kw_only=True)
class Cell(Generic[T_co]):
    """What was read from one cell: a value, or a problem, or (for an empty cell) neither.

    ``note`` is the code of a sentence about something harmless that was done in reading (``cell-note-...``),
    so that nothing is changed in silence.
    """

    value: T_co | None = None
    problem: Problem | None = None
    note: str | None = None

    def __attrs_post_init__(self) -> None:
        if self.value is not None and self.problem is not None:
            raise ValueError("a cell with a problem has no value")

    @property
    def empty(self) -> bool:
        """Whether there was nothing to read."""
        return self.value is None and self.problem is None


_BLANKS: Final = words("- -- --- — —— – / \\ 无 没有 不详 未知 空 暂无 n/a na none null nil")
_DITTOS: Final = words("同上 上同 同前 〃 〞 ” “ \" '' ′′ ↑ ditto do do. id. idem")
_ERROR_VALUE: Final = re.compile("#(?:REF!|DIV/0!|VALUE!|NAME[?]|NUM!|N/A|NULL!|SPILL!|CALC!|#+)")
_TOTAL: Final = re.compile(
    "(?:本页|本月|本季度?|本年|全年|全月|年度|月度)?"
    "(?:合计|小计|总计|共计|累计|汇总|总数|总和|sub-?total|grandtotal|total|sum)"
    "(?:人数|次数|时长|数量)?[:=]?[0-9.,]*(?:人次|人|次|份|场|个|件|小时|分钟|元|分)?"
)


def is_blank(cell: CellValue) -> bool:
    """Whether the cell holds nothing, or only what people write for nothing (-, /, 无, 不详)."""
    return cell is None or (isinstance(cell, str) and (not plain(cell) or _is_blank_word(cell)))


def is_ditto(cell: CellValue) -> bool:
    """Whether the cell only points at the one above (同上, 〃)."""
    return isinstance(cell, str) and "".join(plain(cell).split()).lower() in _DITTOS


def is_total(cell: CellValue) -> bool:
    """Whether the cell marks a row of totals (合计, 小计, 总计, perhaps with the number behind it).

    Such a row is no record: our own totals are counted.
    """
    if not isinstance(cell, str):
        return False
    return _TOTAL.fullmatch("".join(plain(cell).lower().split())) is not None


def read_text(cell: CellValue) -> Cell[str]:
    """Free text; a number or a day that stands in a column of text is kept as it reads."""
    if isinstance(cell, bool):
        return Cell(value="TRUE" if cell else "FALSE")
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return Cell(value=str(int(cell)))
    if isinstance(cell, datetime):
        return Cell(value=cell.isoformat(" "))
    if isinstance(cell, (date, time)):
        return Cell(value=cell.isoformat())
    if _unreal(cell):
        return Cell(problem=Problem("number-broken", {"what": "…"}))
    try:
        return Cell(value=None if cell is None else tidy_text(str(cell)) or None)
    except BadInput as error:
        return Cell(problem=Problem.of(error))


# What follows is for the readers beside this module.


def shown(cell: CellValue) -> str:
    """The cell for a sentence: short, and fit to be shown."""
    text = " ".join(str(cell).replace("\x00", " ").encode("utf-8", "replace").decode("utf-8").split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def trouble(code: str, cell: CellValue, **facts: Fact) -> Problem:
    """The problem with this cell, which the sentence calls ``what``."""
    return Problem(code, {"what": shown(cell), **facts})


def entered(cell: CellValue) -> CellValue | Cell[Never]:
    """The cell ready to be read (text plain and not empty, numbers finite), or what is to be given back."""
    if cell is None:
        return Cell()
    if _unreal(cell):
        return Cell(problem=Problem("number-broken", {"what": "…"}))
    if not isinstance(cell, str):
        return cell
    try:
        text = plain(sound(cell))
    except BadInput as error:
        return Cell(problem=Problem.of(error))
    if not text:
        return Cell()
    if _ERROR_VALUE.fullmatch(text):
        return Cell(problem=trouble("cell-error-value", cell))
    if is_ditto(text):
        return Cell(problem=trouble("cell-ditto", cell))
    if (odd := odd_digit(cell)) is not None:
        return Cell(problem=Problem("cell-odd-digit", {"what": odd}))
    return text


def _unreal(cell: CellValue) -> bool:
    # No spreadsheet holds such numbers, but a made-up file can; Python refuses to write out the longest.
    if isinstance(cell, float):
        return not math.isfinite(cell)
    return isinstance(cell, int) and abs(cell) > 10**300


def blank_word(text: str) -> Cell[Never] | None:
    """The empty cell, with a note, for what people write for nothing; None for anything else."""
    return Cell(note="cell-note-blank-word") if _is_blank_word(text) else None


def _is_blank_word(text: str) -> bool:
    return "".join(plain(text).split()).lower() in _BLANKS
