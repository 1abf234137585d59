"""Reading cells as several sheets do: what says nothing, days that are over, what is not kept."""

from __future__ import annotations

from datetime import date

from grassroots.usecases.intake.landing import Landing
from grassroots.usecases.intake.row import Row
from grassroots.values.messy import is_blank


def told(row: Row, key: str) -> str | None:
    """Free text; None where the cell says nothing (无, -, /)."""
    return None if is_blank(row.raw(key)) else row.text(key)


def happened(landing: Landing, key: str) -> date | None:
    """A day on which something took place; the problem ``day-to-come`` if it is not over yet."""
    day = landing.row.day(key)
    if day is not None and day > landing.work.today:
        landing.row.problem("day-to-come", key, day=day.isoformat(), today=landing.work.today.isoformat())
    return day


def not_kept(row: Row, key: str) -> None:
    """Say that what stands in this cell has no place in the record (the sheet keeps it)."""
    if told(row, key) is not None:
        row.notes.append(f"cell-note-{key}-not-kept")
