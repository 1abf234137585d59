"""Knowing a row again whose own words were corrected, so that what it said before is set right, not doubled.

A row is known by its natural key (see the form). Where a cell of that key is corrected, the row is new and
the old one is gone from the sheet: then what the old one made is what the new one means.
"""

from __future__ import annotations

from grassroots.contracts.storage import Includes, Is
from grassroots.domain.intake import SheetRow
from grassroots.usecases.intake.landing import Landing
from grassroots.usecases.intake.row import Row
from grassroots.usecases.intake.rows import rows
from grassroots.workspace.kindspec import Record


def name_of(landing: Landing, record: Record) -> str:
    """How rows name a record: ``kind/id``."""
    return f"{landing.work.office.kinds.of(type(record)).name}/{record.id}"


def other_rows(landing: Landing, record: Record, form: str | None = None) -> list[SheetRow]:
    """The rows of a form (this row's own) that a record stands in, without this very row."""
    where = (Includes("made", name_of(landing, record)), Is("form", form or landing.row.layout.code))
    own = _own_id(landing)
    return [one for one in landing.work.find(SheetRow, *where) if one.id != own]


def beside(landing: Landing, other: SheetRow) -> bool:
    """Whether a row stands beside this one in the same sheet; a line may have come back divided into two."""
    origin = landing.row.origin
    if (other.file, other.sheet) != (origin.file, origin.sheet):
        return False
    if other.number != origin.number:
        return True
    return other.id != _own_id(landing) and other.digest in _digests(landing)


def _own_id(landing: Landing) -> str:
    row = landing.row
    return landing.id("row", row.layout.code, *row.natural(), str(landing.nth), at=row.when)


def contradicting(landing: Landing, record: Record) -> SheetRow | None:
    """Another row that the record stands in, still in its sheet; None if this row may speak for it."""
    return next((one for one in other_rows(landing, record) if not _gone(landing, one)), None)


def superseded(landing: Landing, record: Record) -> bool:
    """Whether the record stands only in rows that this sheet held before and does not hold any more."""
    others = other_rows(landing, record)
    return bool(others) and all(_gone(landing, one) for one in others)


def take_over(landing: Landing, record: Record) -> None:
    """Let go of the rows that spoke for a record before: if such a line comes back, it is read anew."""
    for other in other_rows(landing, record):
        if _gone(landing, other):
            landing.work.keep(other.replace())


def _gone(landing: Landing, other: SheetRow) -> bool:
    row = landing.row
    if (other.file, other.sheet) != (row.origin.file, row.origin.sheet):
        return False
    if row.returned is not None and other.number != row.origin.number:
        return False  # the lines that stayed in the sheet of a returned row are not gone from it
    # A line that was mended elsewhere still stands in its sheet as it was.
    return not {other.digest, *other.mends} & _digests(landing)


def _digests(landing: Landing) -> frozenset[str]:
    """The digests of all rows of this sheet, computed once a sheet and only if somebody asks."""
    recognised, file = landing.row.recognised, landing.row.file
    known = landing.book.digests
    if id(recognised) not in known:
        salt = landing.work.office.salt
        found = (row.digest(salt) for row in rows(recognised, file) if isinstance(row, Row))
        known[id(recognised)] = frozenset(found)
    return known[id(recognised)]
