"""Reading names, telephone numbers, sex and ID numbers."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Final

from grassroots.errors import BadInput
from grassroots.values.messy.cells import Cell, CellValue, Problem, blank_word, entered, shown, trouble
from grassroots.values.names import IdNumber, NameKind, Sex, mask_id_number, name_kind, tidy_name
from grassroots.values.texts import words

_MALE: Final = words("男 男性 男士 m male")
_FEMALE: Final = words("女 女性 女士 f female")

_MOST_EXACT: Final = 10**15
_SCIENTIFIC: Final = re.compile(r"[0-9](?:\.[0-9]+)?e\+?[0-9]{1,2}")
_LABEL: Final = re.compile("(?:tel|phone|mobile|(?:联系)?电话|手机|座机|固话)(?:号码?)?[.:]*")
_MOBILE: Final = re.compile("(?:(?:00|[+])?86-?)?(1[3-9][0-9]{9})")
_DOTTED: Final = re.compile("1[3-9][0-9][.·・][0-9]{4}[.·・][0-9]{4}")
# Area codes of two (after the 0) for the largest cities, of three for all others.
_AREA: Final = "(?:10|2[0-9]|[3-9][0-9]{2})"
_SUBSCRIBER: Final = "[)]?-?([2-9][0-9]{6,7})(?:(?:[-转x#*]|分机|ext[.:]?)+([0-9]{1,5}))?"
_LANDLINE: Final = re.compile(f"(?:(?:[+]|00)86-?)?[(]?(0{_AREA}){_SUBSCRIBER}")
_FROM_ABROAD: Final = re.compile(f"(?:(?:[+]|00)86-?|86-)[(]?({_AREA}){_SUBSCRIBER}")
_LOCAL: Final = re.compile("[2-9][0-9]{6,7}")
_HOTLINE: Final = re.compile("1[0-9]{2}|1[0-9]{4}|9[0-9]{4,5}|[48]00-?[0-9]{3}-?[0-9]{4}")
# 00 and a mobile is a slip, and not a number of another continent.
_ABROAD: Final = re.compile("(?:[+]|00(?!1[3-9][0-9]{9}$))(?!86)([1-9][0-9]{6,14})")


def read_phone(cell: CellValue) -> Cell[str]:
    """One telephone number: a mobile as 11 digits, a landline as 0731-28812345(-8), a hotline as digits.

    One of another country begins with +. A number of eleven digits that a spreadsheet cut to 1.38E+10 is
    ``phone-destroyed``; two numbers in one cell are ``phone-several``; a number with words beside it (whose
    it is) is ``phone-words``.
    """
    found = entered(cell)
    if isinstance(found, Cell):
        return found
    if isinstance(found, bool) or found is None or isinstance(found, (date, time)):
        return Cell(problem=trouble("phone-form", cell))
    if isinstance(found, (int, float)):
        # 13800000000.0 is what is left of a number that was saved while shown as 1.38E+10.
        if found >= 10**10 and found % 10**6 == 0:
            return Cell(problem=trouble("phone-destroyed", cell))
        if found != int(found) or found < 0:
            return Cell(problem=trouble("phone-form", cell))
        return _phone_from_text(cell, str(int(found)))
    return blank_word(found) or _phone_from_text(cell, found)


def _phone_from_text(cell: CellValue, text: str) -> Cell[str]:
    text = re.sub("[—–‐−]", "-", text.lower().strip("'`’,;、。"))
    compact = _LABEL.sub("", "".join(text.split()), count=1)
    compact = re.sub("^[(]((?:[+]|00)?86)[)]", r"\1", compact)
    if _SCIENTIFIC.fullmatch(compact):
        return Cell(problem=trouble("phone-destroyed", cell))
    if _DOTTED.fullmatch(compact):
        compact = re.sub("[.·・]", "", compact)
    compact = re.sub("^([0-9]+)[.]0+$", r"\1", compact)  # a spreadsheet's 14400000001.0
    if abroad := _ABROAD.fullmatch(re.sub("[(]0[)]|[-.()]", "", compact)):
        return Cell(value="+" + abroad[1])
    if mobile := _MOBILE.fullmatch(compact.replace("-", "")):
        return Cell(value=mobile[1])
    if landline := _LANDLINE.fullmatch(compact):
        return Cell(value="-".join(part for part in landline.groups() if part))
    if landline := _FROM_ABROAD.fullmatch(compact):
        return Cell(value="0" + "-".join(part for part in landline.groups() if part))
    if _LOCAL.fullmatch(compact.replace("-", "")) or _HOTLINE.fullmatch(compact):
        return Cell(value=compact.replace("-", ""))
    parts = [part for part in re.split(r"[\s、,;/|]+|或", text) if re.search("[0-9]{7}", part)]
    if len(parts) > 1:
        return Cell(problem=trouble("phone-several", cell))
    if re.search("[0-9]{7}", compact) and any(one.isalpha() for one in compact):
        return Cell(problem=trouble("phone-words", cell))
    return Cell(problem=trouble("phone-form", cell, digits=sum(c in "0123456789" for c in compact)))


def read_sex(cell: CellValue) -> Cell[Sex]:
    """男 or 女, with whatever blanks around and inside."""
    found = entered(cell)
    if isinstance(found, Cell):
        return found
    if isinstance(found, str):
        word = "".join(found.split()).lower()
        if word in _MALE or word in _FEMALE:
            return Cell(value=Sex.MALE if word in _MALE else Sex.FEMALE)
        empty = blank_word(found)
        if empty is not None:
            return empty
    return Cell(problem=trouble("sex-unreadable", cell))


def read_id_number(cell: CellValue) -> Cell[IdNumber]:
    """An ID number (GB 11643). Any number of 16 digits and more is ``id-number-destroyed``: a spreadsheet
    keeps fifteen. Facts and sentences never hold the number itself.
    """
    found = entered(cell)
    if isinstance(found, Cell):
        return found
    if isinstance(found, bool) or found is None or isinstance(found, (date, time)):
        return Cell(problem=Problem("id-number-form", {"what": "***", "length": len(str(cell))}))
    if isinstance(found, (int, float)):
        if abs(found) >= _MOST_EXACT:
            return Cell(problem=Problem("id-number-destroyed", {"what": mask_id_number(str(int(found)))}))
        found = str(int(found)) if found == int(found) else str(found)
    elif (empty := blank_word(found)) is not None:
        return empty
    try:
        number = IdNumber.check(found)
    except BadInput as error:
        return Cell(problem=Problem.of(error))
    if len("".join(found.split())) == 15:
        return Cell(value=number, note="cell-note-id-number-old")
    return Cell(value=number, note="cell-note-id-number-000" if number.text.endswith("000") else None)


_BETWEEN_NAMES: Final = re.compile(r"[、,;/|&\n\r\t，；]+")
_AND_OTHERS: Final = re.compile("等(?:[0-9一二三四五六七八九十]*(?:人|名|位|同志)?)?$")
_NOT_IN_NAMES: Final = re.compile(r"[0-9()\[\]【】{}<>:=+@#$%^_\\\"“”?!]")
_LONGEST: Final = 60


def read_name(cell: CellValue) -> Cell[str]:
    """One name, tidy; several in the cell are the problem ``name-several``."""
    read = read_names(cell)
    if read.value is None:
        return Cell(problem=read.problem, note=read.note)
    if len(read.value) > 1:
        return Cell(problem=trouble("name-several", cell))
    return Cell(value=read.value[0], note=read.note)


def read_names(cell: CellValue) -> Cell[tuple[str, ...]]:
    """The names in one cell, in their order, each once: separated by 、 , ; / a line, or blanks.

    Blanks also stand inside names (张 三). Where both are possible (张 三 李四) it is ``names-ambiguous``.
    "等" behind the last name is dropped with a note: the list is not complete.
    """
    found = entered(cell)
    if isinstance(found, Cell):
        return found
    if not isinstance(found, str):
        return Cell(problem=trouble("name-form", cell))
    empty = blank_word(found)
    if empty is not None:
        return empty
    note = None
    others = _AND_OTHERS.search(found)
    if others is not None and (others[0] != "等" or len(found) > 3):
        found, note = found[: others.start()], "cell-note-names-incomplete"
    names: list[str] = []
    for part in _BETWEEN_NAMES.split(found):
        split = _split_at_blanks(part)
        if split is None:
            return Cell(problem=trouble("names-ambiguous", cell))
        names.extend(split)
    if not names or any(_NOT_IN_NAMES.search(name) or len(name) > _LONGEST for name in names):
        return Cell(problem=trouble("name-form", cell))
    once = tuple(dict.fromkeys(names))
    if len(once) < len(names):
        note = note or "cell-note-names-repeated"
    elif once == (tidy_name(found),) and once[0] != shown(cell):
        note = note or "cell-note-name-tidied"
    return Cell(value=once, note=note)


def _split_at_blanks(part: str) -> list[str] | None:
    """The names in a text without other separators; None if it can be read in two ways."""
    pieces = part.split()
    if len(pieces) < 2:
        return [tidy_name(part)] if pieces else []
    if any(piece.isascii() for piece in pieces):
        # Ann Lee: in other scripts blanks stand inside names.
        return [tidy_name(part)]
    if len(pieces) == 2 and len(pieces[0]) == 1 and len(pieces[1]) <= 2:
        return [tidy_name(part)]  # 张 三, 张 小明: one character alone is no full name
    if all(len(piece) == 1 for piece in pieces):
        return [tidy_name(part)] if len(pieces) <= 3 else None
    kinds = [name_kind(piece) for piece in pieces]
    if len(pieces) == 2 and kinds[0] is NameKind.SURNAME_ONLY and len(pieces[1]) == 1:
        return [tidy_name(part)]  # 欧阳 修
    if NameKind.SURNAME_ONLY in kinds or NameKind.UNKNOWN in kinds:
        return None
    return [tidy_name(piece) for piece in pieces]
