"""A form on paper: which columns stand on which page, how wide and how high, and how many lines a page holds.

Paper is A4, landscape. A form for pens (one with blank lines) fills its page at full size, for hands of
seventy: text of 12 points, lines of more than 10 mm. A form that is too wide goes on over a second page, the
back of the first when printed on both sides; its leading columns (up to the first that must be filled in) are
printed again there, so that one sees whose line it is. What is already filled in may be shrunk to 70 %, never
more. Pure arithmetic. A computer without the usual font (Calibri, Carlito) prints columns up to a third
wider: the sheet is then shrunk to the same pages, and the room left here still leaves about 10 points.

Widths are in characters of the usual font (as in :class:`Column`), heights in points, pages from 0.
"""

from __future__ import annotations

import bisect
import unicodedata
from typing import Final, final

import attrs

from grassroots.contracts.tables import Column, Form

PEN_FONT: Final = 12
"""Points: the size of the text on a form for pens."""
LINE: Final = 30.75
"""Points (10.8 mm): how high a line must be to be written on by hand."""
TITLE: Final = 30.0
LABEL: Final = 26.25
"""Points: a line of the block of a form for pens."""
MARGIN_SIDE: Final = 0.5
MARGIN_TOP: Final = 0.6
"""Inches, also at the bottom: the page's header and footer stand within."""

_INCH = 25.4
_A4 = (297.0, 210.0)
PAGE: Final = int((_A4[0] / _INCH - 2 * MARGIN_SIDE) * 96)
"""Pixels between the margins, at 96 per inch."""
_WIDE = int(PAGE * 0.9)  # leaves room for wider fonts
_HIGH = (_A4[1] / _INCH - 2 * MARGIN_TOP) * 72 - 6
_SMALLEST = 0.7
_SQUEEZE = 1.1  # columns give way by this much before a second page is begun
_NARROW = 10  # columns of numbers and signs stay as they are
_TEXT = 16.0  # points of one line of text, with what is between the lines


@final
@attrs.frozen(kw_only=True)
class Setting:
    """How a form is set on paper.

    ``pages`` are the first and last column of each page side by side; ``repeated`` how many leading columns
    the later ones repeat; ``scale`` per cent. ``lines`` is how many blank lines the first page holds below
    what is above the table, with the footer below them (at least one).
    """

    widths: tuple[float, ...]
    pages: tuple[tuple[int, int], ...]
    repeated: int
    scale: int
    header: float
    footer: tuple[float, ...]
    lines: int

    @property
    def text_from(self) -> int:
        """Where title, block and footer begin: what stands in repeated columns is printed twice."""
        first, last = self.pages[0]
        return self.repeated if len(self.pages) > 1 and last > self.repeated else first

    def page_width(self, page: int) -> int:
        """Pixels at 96 per inch and full size, with the columns that are repeated."""
        first, last = self.pages[page]
        again = range(self.repeated) if page else range(0)
        return sum(pixels(self.widths[number]) for number in (*again, *range(first, last + 1)))


def set_out(form: Form) -> Setting:
    """The form on A4 landscape; with blank lines it is for pens."""
    pens = form.blank > 0
    room = _WIDE if pens else int(PAGE / _SMALLEST)
    wished = [min(_wished(column, pens), _characters(room)) for column in form.columns]
    repeated = next((n for n, column in enumerate(form.columns, 1) if column.wanted), 0)
    again = sum(map(pixels, wished[:repeated]))
    if again > room / 3:
        repeated = again = 0
    wished[repeated:] = [min(width, _characters(room - again)) for width in wished[repeated:]]
    pages = _pages([pixels(width) for width in wished], repeated, int(room * _SQUEEZE) if pens else room)
    if len(pages) == 1:
        repeated = 0
    widths = _filled(form, wished, pages, repeated) if pens else wished
    made = Setting(
        widths=tuple(widths),
        pages=pages,
        repeated=repeated,
        scale=100,
        header=max(_TEXT * lines_of(c.header, w) for c, w in zip(form.columns, widths, strict=True)) + 5,
        footer=(),
        lines=1,
    )
    widest = max(made.page_width(number) for number in range(len(pages)))
    scale = min(100, 100 * PAGE // widest)
    _, last = pages[0]
    across = sum(widths[made.text_from : last + 1])
    footer = tuple(_TEXT * lines_of(line, across) + 5 for line in form.footer)
    above = (TITLE if form.title else 0) + LABEL * block_lines(form) + made.header
    lines = max(1, int((_HIGH - above - sum(footer)) // LINE))
    return attrs.evolve(made, scale=scale, footer=footer, lines=lines)


def block_lines(form: Form) -> int:
    """How many lines the block takes: one for each label, or half as many where :func:`in_pairs`."""
    return (len(form.block) + 1) // 2 if in_pairs(form) else len(form.block)


def in_pairs(form: Form) -> bool:
    """Whether two labels stand side by side: a longer block would take the lines off the page."""
    return len(form.block) > 2 and len(form.columns) >= 6


def pixels(width: float) -> int:
    """A column's width at 96 per inch; a character of the usual font has 7, and the column 5 beside it."""
    return int(7 * width + 5)


def lines_of(text: str, width: float) -> int:
    """How many lines a text takes in a column, in bold letters; words of letters are not broken."""
    lines, used = 1, 0.0
    for word in _words(text):
        long = _long(word)
        if used and used + long > width - 1:
            lines, used = lines + 1, 0.0
        if word != " " or used:
            used += long
        while used > width - 1 > 0:  # a word longer than a line goes on in the next
            lines, used = lines + 1, used - (width - 1)
    return lines


def _characters(room: int) -> float:
    return (room - 5) / 7


def _wished(column: Column, pens: bool) -> float:
    """At least as wide as the header's longest word; a pen needs a little more than a printer."""
    longest = max((_long(word) for word in _words(column.header)), default=0.0)
    return max(column.width, longest + 1.5, 7.0 if pens else 0.0)


def _words(text: str) -> list[str]:
    """What is not broken at the end of a line: words of letters, single Han characters, blanks."""
    words: list[str] = []
    for letter in text:
        apart = letter == " " or _is_wide(letter)
        if apart or not words or words[-1] == " " or _is_wide(words[-1]):
            words.append(letter)
        else:
            words[-1] += letter
    return words


def _is_wide(word: str) -> bool:
    return unicodedata.east_asian_width(word[-1]) in "WF"


def _long(word: str) -> float:
    return sum(2.35 if _is_wide(letter) else 1.25 for letter in word)


def _pages(wide: list[int], repeated: int, room: int) -> tuple[tuple[int, int], ...]:
    """As few pages as hold the columns, and then as equal as can be."""
    again = sum(wide[:repeated])
    fewest = len(_broken(wide, repeated, room))
    least = max([again, *wide[:1], *(again + one for one in wide[repeated:])])
    tried = range(min(least, room), room + 1)
    best = bisect.bisect_left(tried, True, key=lambda most: len(_broken(wide, repeated, most)) <= fewest)
    return tuple(_broken(wide, repeated, tried[min(best, len(tried) - 1)]))


def _broken(wide: list[int], repeated: int, room: int) -> list[tuple[int, int]]:
    pages: list[tuple[int, int]] = []
    first, used = 0, 0
    for number, one in enumerate(wide):
        if number > max(first, repeated - 1) and used + one > room:
            pages.append((first, number - 1))
            first, used = number, sum(wide[:repeated])
        used += one
    return [*pages, (first, len(wide) - 1)]


def _filled(
    form: Form, wished: list[float], pages: tuple[tuple[int, int], ...], repeated: int
) -> list[float]:
    """Widths with which each page is full: wide columns share what is left over, or give way."""
    widths = list(wished)
    for number, (first, last) in enumerate(pages):
        own = range(max(first, repeated), last + 1)
        fixed = sum(pixels(wished[n]) for n in (range(repeated) if number or repeated > first else ()))
        fixed += sum(pixels(wished[n]) for n in own if form.columns[n].width < _NARROW)
        free = [n for n in own if form.columns[n].width >= _NARROW]
        shared = _WIDE - fixed - 6 * len(free)
        for n in free:
            widths[n] = max(7.0, int(shared * wished[n] / sum(wished[m] for m in free) / 7 * 10) / 10)
    return widths
