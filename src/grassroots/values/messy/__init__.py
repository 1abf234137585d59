"""Reading the cells of real spreadsheets, without ever guessing.

Every ``read_*`` takes a cell as it was found and gives a :class:`Cell`: a value, or a problem that names
what is wrong and what to do, or neither for an empty cell. Where two readings are possible ("3/4/50", a
number 1952.1 that was January or October) it is a problem. Nothing here raises for what a cell holds.
"""

from grassroots.values.messy.amounts import BareNumber, read_flag, read_minutes, read_whole
from grassroots.values.messy.away import read_away
from grassroots.values.messy.cells import (
    Cell,
    CellValue,
    Problem,
    is_blank,
    is_ditto,
    is_total,
    read_text,
)
from grassroots.values.messy.days import read_day, read_partial_date
from grassroots.values.messy.hours import read_time
from grassroots.values.messy.people import (
    read_id_number,
    read_name,
    read_names,
    read_phone,
    read_sex,
)
from grassroots.values.messy.weekly import DayPart, Weekly, read_day_parts, read_weekly

__all__ = [
    "BareNumber",
    "Cell",
    "CellValue",
    "DayPart",
    "Problem",
    "Weekly",
    "is_blank",
    "is_ditto",
    "is_total",
    "read_away",
    "read_day",
    "read_day_parts",
    "read_flag",
    "read_id_number",
    "read_minutes",
    "read_name",
    "read_names",
    "read_partial_date",
    "read_phone",
    "read_sex",
    "read_text",
    "read_time",
    "read_weekly",
    "read_whole",
]
