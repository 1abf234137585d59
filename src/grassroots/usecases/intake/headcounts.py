"""Reading who listened: 学生20、家长8、党员5, or only so many people of whom so many are minors.

The total beside it must be the sum. Students and children are minors unless the column of the minors says
otherwise; whatever the cells leave open is a problem, never a guess.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from grassroots.domain.activity import HeadCount
from grassroots.usecases.intake.row import Row
from grassroots.values.messy import is_blank
from grassroots.values.texts import plain

_UNIT: Final = "(?:人|名|位|个)?"
_PART: Final = re.compile(
    rf"(?P<word>[^0-9]+?):?\(?(?P<number>[0-9]+){_UNIT}\)?|(?P<first>[0-9]+){_UNIT}(?P<behind>[^0-9]+)"
)
_BETWEEN: Final = re.compile("[、,;/\n+。]+")
_ABOUT: Final = re.compile("[0-9]+(?:余|多|几|来)|[约近][0-9]|左右|若干|以上|至少|其中")
"""What makes a number no number: 100余, 约30, 若干; and 其中, which counts the same people again."""

STUDENTS, MINORS, RESIDENTS, OTHERS = "students", "minors", "residents", "others"
_TOTAL: Final = "total"


def read_headcounts(row: Row) -> tuple[HeadCount, ...]:
    """The heads of a row by category; empty if nobody counted.

    Problems: ``audience-unreadable`` (a part without a whole number), ``headcount-disagrees`` (the parts and
    the total, or the minors, do not agree). A word that the form does not know counts under others; that is
    said in a note.
    """
    people, minors = row.whole("people"), row.whole("minors")
    if row.unreadable("people", "minors"):
        return ()
    parts = _parts(row)
    if parts is None:
        return ()
    if not parts:
        return _undivided(row, people, minors)
    total = sum(parts.values())
    if people is not None and people != total:
        row.problem("headcount-disagrees", "people", told=people, sum=total)
        return ()
    return _divided(row, parts, minors)


def _parts(row: Row) -> Counter[str] | None:
    """The parts by category; None if any of them cannot be read."""
    if is_blank(row.raw("audience")):
        return Counter()
    found: Counter[str] = Counter()
    unknown = False
    totals = []
    for part in _BETWEEN.split(plain(row.text("audience") or "")):
        words = "".join(part.split())
        if not words:
            continue
        read = None if _ABOUT.search(words) else _PART.fullmatch(words)
        if read is None:
            row.problem("audience-unreadable", "audience", what=words)
            return None
        number = int(read["number"] or read["first"])
        code = row.layout.column("audience").choice(read["word"] or read["behind"])
        if code == _TOTAL:
            totals.append(number)
            continue
        unknown = unknown or code is None
        found[code or OTHERS] += number
    if unknown:
        row.notes.append("cell-note-audience-others")
    if totals and not found:
        found[RESIDENTS] = totals[0]
    if any(one != sum(found.values()) for one in totals):
        row.problem("headcount-disagrees", "audience", told=totals[0], sum=sum(found.values()))
        return None
    return found


def _undivided(row: Row, people: int | None, minors: int | None) -> tuple[HeadCount, ...]:
    if people is None:
        if minors:
            row.need("people", None)
        return ()
    if minors is not None and minors > people:
        row.problem("headcount-disagrees", "minors", told=minors, sum=people)
        return ()
    young = minors or 0
    # Nobody came is a count as well: it is kept, and is not the same as nobody having counted.
    adults = [HeadCount(RESIDENTS, people - young)] if people > young or not people else []
    return (*adults, *([HeadCount(MINORS, young, minors=True)] if young else []))


def _divided(row: Row, parts: Counter[str], minors: int | None) -> tuple[HeadCount, ...]:
    """The parts, each divided into minors and others where the column of the minors asks for it."""
    children, students = parts[MINORS], parts[STUDENTS]
    young = children + students if minors is None else minors
    # Members of the Party, parents and the old are no minors; a resident may well be one.
    most = children + students + parts[RESIDENTS]
    if not children <= young <= most:
        row.problem("headcount-disagrees", "minors", told=young, sum=children + students)
        return ()
    pupils = min(students, young - children)
    of_minors = {MINORS: children, STUDENTS: pupils, RESIDENTS: young - children - pupils}
    counts = []
    for category, people in parts.items():
        there = of_minors.get(category, 0)
        if there:
            counts.append(HeadCount(category, there, minors=True))
        if people > there:
            counts.append(HeadCount(category, people - there))
    return tuple(counts) or (HeadCount(RESIDENTS, 0),)
