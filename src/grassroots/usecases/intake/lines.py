"""The lines of one sheet: the row record under which each stands, and the held-back rows that it mends.

A line that was held back is mended in its own sheet, or in the file of returned rows, where the column 来源
says where it stood. Either way the row that stands there now speaks for what was held back: that is held back
no more, and the first sheet handed in once again does not hold it back anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import count
from typing import Final, final

import attrs

from grassroots.contracts.storage import Condition, Is, Query, walk
from grassroots.domain.form import Origin, Recognised
from grassroots.domain.intake import RowStatus, SheetRow
from grassroots.usecases.intake.row import Row
from grassroots.usecases.intake.rows import Skipped, rows
from grassroots.workspace.office import Office
from grassroots.workspace.work import Work

_LOOKED_AT: Final = 50
"""So many rows of a file tell whether another file is a later one of the same, or only has its name."""


@final
@attrs.frozen(kw_only=True)
class Line:
    """A row with what tells it apart. ``id`` is its row record's; None until a returned row is placed."""

    row: Row
    natural: tuple[str, ...]
    digest: str
    nth: int = 0
    id: str = ""


@final
class Lines:
    """All lines of a sheet, in order. ``nth`` counts a file's rows with the same words."""

    def __init__(self, office: Office, recognised: Recognised, file: str, nth: Callable[..., int]) -> None:
        self._office = office
        self._form = recognised.layout.code
        found = list(rows(recognised, file))
        digests = {one.number: one.digest(office.salt) for one in found if isinstance(one, Row)}
        self.digests = frozenset(digests.values())
        self._returned = [
            one
            for one in self._stored(Is("file", file[:255]), Is("form", self._form), Is("returned", True))
            if (one.file, one.sheet) == (file, recognised.sheet.name)
        ]
        self._ids: set[str] = set()
        self._spent: set[tuple[str, str]] = set()
        elsewhere = {one.id: one for one in self._returned if self._stands_mended(one)}
        self.all = [
            one if isinstance(one, Skipped) else self._line(one, digests[one.number], elsewhere, nth)
            for one in found
        ]

    def _line(self, row: Row, digest: str, elsewhere: dict[str, SheetRow], nth: Callable[..., int]) -> Line:
        line = Line(row=row, natural=(self._form, *row.natural()), digest=digest)
        if row.returned is not None:
            return line
        while True:
            # Per file: a corrected file brings the same rows again, not further ones.
            number = nth(*line.natural)
            id_ = self._id(line, number)
            other = elsewhere.get(id_)
            if other is None or other.speaks_for(digest):
                self._ids.add(id_)
                return attrs.evolve(line, nth=number, id=id_)

    def _stands_mended(self, one: SheetRow) -> bool:
        """Whether the line for which a row speaks stands here as it was: the row is that line's."""
        return one.digest not in self.digests and any(map(one.speaks_for, self.digests))

    def placed(self, line: Line, work: Work) -> Line:
        """The line with its row record: for a returned row, the one of the place that it came from.

        Where its words were changed it is a row of its own, and never another one that has the same words.
        """
        if line.id:
            return line
        there = sorted(self._at(line, work), key=lambda one: (one.digest != line.digest, one.nth))
        for one in there:
            if one.id not in self._ids and one.id == self._id(line, one.nth):
                return self._taken(line, one.nth)
        free = (
            number
            for number in count()
            if (id_ := self._id(line, number)) not in self._ids and work.peek(SheetRow, id_) is None
        )
        return self._taken(line, next(free))

    def _taken(self, line: Line, nth: int) -> Line:
        id_ = self._id(line, nth)
        self._ids.add(id_)
        return attrs.evolve(line, nth=nth, id=id_)

    def mended(self, line: Line, work: Work) -> bool:
        """Whether this very line was held back before and another row speaks for it now."""
        own = work.peek(SheetRow, line.id)
        if own is not None and own.status is RowStatus.HELD_BACK and own.digest == line.digest:
            return False
        for one in (own, *(self._at(line, work) if line.row.returned else self._returned)):
            if one is None or (one.id, line.digest) in self._spent:
                continue
            now = work.peek(SheetRow, one.id) if one.speaks_for(line.digest) else None
            if now is not None and now.speaks_for(line.digest):
                # It speaks for one line; an equal one beside it is another.
                self._spent.add((one.id, line.digest))
                return True
        return False

    def stood(self, line: Line, work: Work) -> list[SheetRow]:
        """The rows held back or mended at the place of this line that do not stand in its sheet any more."""
        if line.row.returned is not None:
            there: Iterable[SheetRow] = self._at(line, work)
        else:
            there = [one for one in self._returned if one.origin == line.row.origin and self._same_file(one)]
        gone = [
            one
            for one in there
            if one.id != line.id and one.id not in self._ids and one.digest not in self.digests
        ]
        found = (work.peek(SheetRow, one.id) for one in gone)
        return [one for one in found if one is not None and (one.mends or one.status is RowStatus.HELD_BACK)]

    def _same_file(self, one: SheetRow) -> bool:
        """Whether this is a later file of the one in which a row stood, by the rows that were taken from it.

        Two offices hand in files of one name; and where every row was wrong, only the name is left to go by.
        """
        where = (Is("intake", one.intake), Is("form", self._form), Is("status", RowStatus.TAKEN.value))
        others = [
            other
            for other in self._stored(*where, limit=_LOOKED_AT)
            if other.sheet == one.sheet and other.id != one.id
        ]
        return not others or any(other.id in self._ids or other.digest in self.digests for other in others)

    def _at(self, line: Line, work: Work) -> list[SheetRow]:
        origin: Origin = line.row.origin
        where = (Is("form", self._form), Is("file", origin.file[:255]), Is("number", origin.number))
        return [one for one in work.find(SheetRow, *where) if one.origin == origin]

    def _stored(self, *where: Condition, limit: int | None = None) -> list[SheetRow]:
        """What is known before the sheet begins. What is decided on it is looked at again in the work."""
        office = self._office
        spec = office.kinds.of(SheetRow)
        found: dict[str, SheetRow] = {}
        for asked in office.asked(spec, where):
            query = Query(spec.name, asked, limit=limit)
            stored = walk(office.storage, query) if limit is None else office.storage.find(query)
            found.update((one.ref.id, office.decode(spec, one).record) for one in stored)
        return [one for one in found.values() if office.meant(spec, where, one)]

    def _id(self, line: Line, nth: int) -> str:
        return self._office.derived_id("row", *line.natural, str(nth), at=line.row.when)
