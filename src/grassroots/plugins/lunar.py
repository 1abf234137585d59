"""The built-in lunar calendar, from borax (MIT, tables of the years 1900-2100); the extra ``calendar``.

borax agrees with lunar_python on every day of 1949-2099. Other libraries do not: lunardate has wrong
months in 1954 and 1978, and ICU (also the browser's ``Intl``) is wrong around 2027-02-06 and 2030-02-02,
so a page never computes a lunar date itself.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, final

from grassroots.contracts.calendar import Calendar, LunarDay, lunar_day_unknown, solar_day_unknown
from grassroots.contracts.hooks import CalendarOffer, hookimpl
from grassroots.errors import need
from grassroots.values.dates import Period

KNOWN = Period(date(1900, 1, 31), date(2101, 1, 28))
"""The first day of the lunar year 1900 to the last of 2100, the reach of borax's tables."""


def _lunar_date() -> Any:
    # Imported where it is used: grassroots is whole without the extra.
    try:
        from borax.calendars.lunardate import LunarDate
    except ImportError as error:
        raise need("calendar", "borax") from error
    return LunarDate


@final
class LunarCalendar(Calendar):
    """The calendar ``lunar``."""

    def __init__(self) -> None:
        self._lunar_date = _lunar_date()

    @property
    def known(self) -> Period:
        """1900-01-31 to 2101-01-28."""
        return KNOWN

    def lunar_to_solar(self, year: int, month: int, day: int, leap: bool = False) -> date:
        """The solar day of an existing lunar day."""
        LunarDay(year, month, day, leap)  # borax takes a day 0
        try:
            found = self._lunar_date(year, month, day, int(leap)).to_solar_date()
        except ValueError as error:
            raise lunar_day_unknown(year, month, day, leap) from error
        return date(found.year, found.month, found.day)

    def solar_to_lunar(self, day: date) -> LunarDay:
        """The lunar day of a solar day that borax's tables reach."""
        if isinstance(day, datetime):
            raise TypeError("a lunar day belongs to a date, not to a moment")
        if not KNOWN.first <= day <= KNOWN.last:
            raise solar_day_unknown(day, KNOWN)
        found = self._lunar_date.from_solar(day)
        return LunarDay(found.year, found.month, found.day, bool(found.leap))


@hookimpl
def grassroots_calendars() -> Iterable[CalendarOffer]:
    """Offer the calendar ``lunar``."""
    return [CalendarOffer("lunar", LunarCalendar)]
