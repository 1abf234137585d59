"""The rota as it hangs on the wall: days with what they are, shifts with who stands there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import final

import attrs

from grassroots.contracts.calendar import DayKind
from grassroots.contracts.storage import Is
from grassroots.domain.charter import CHARTER_ID, Charter
from grassroots.domain.duty import Duty, Shift, ShiftStatus
from grassroots.domain.member import Member
from grassroots.domain.role import Role
from grassroots.domain.station import Station
from grassroots.usecases.places import days_between
from grassroots.usecases.workdays import noticed_days
from grassroots.values.dates import Period
from grassroots.values.ids import MemberId, ShiftId, StationId
from grassroots.workspace.reading import Reading


@final
@attrs.frozen(kw_only=True)
class BoardShift:
    """One shift on the board. ``names`` are those who stand there; ``lacking`` how many are missing."""

    id: ShiftId
    station: StationId
    starts: time
    ends: time
    role_zh: str | None = None
    role_en: str | None = None
    names: tuple[str, ...] = ()
    lacking: int = 0
    called_off: bool = False


@final
@attrs.frozen(kw_only=True)
class BoardDay:
    """One day; ``kind`` is None where nobody announced the year. Labels are those of its holiday."""

    day: date
    kind: DayKind | None
    holiday_zh: str | None = None
    holiday_en: str | None = None
    shifts: tuple[BoardShift, ...] = ()


@final
@attrs.frozen(kw_only=True)
class Board:
    """The rota of one station and period for the wall, as it stood at ``made_at``."""

    station: StationId
    name_zh: str
    name_en: str
    network_zh: str
    network_en: str
    period: Period
    days: tuple[BoardDay, ...]
    made_at: datetime

    @property
    def lacking(self) -> int:
        """How many people are missing on all days together."""
        return sum(shift.lacking for day in self.days for shift in day.shifts)


def board_of(reading: Reading, station: StationId, period: Period) -> Board:
    """Read the board of a station; days without a shift stand there empty."""
    place = reading.get(Station, station)
    charter = reading.peek(Charter, CHARTER_ID)
    where = (Is("station", station), days_between(period))
    duties: dict[ShiftId, list[Duty]] = defaultdict(list)
    for duty in reading.walk(Duty, *where):
        if duty.binding:
            duties[duty.shift].append(duty)
    names = _names(reading, (duty.member for held in duties.values() for duty in held))
    roles = {role.id: role for role in reading.list(Role)}
    by_day: dict[date, list[BoardShift]] = defaultdict(list)
    for shift in sorted(reading.walk(Shift, *where), key=lambda one: (one.day, one.starts, one.id)):
        role = roles.get(shift.role) if shift.role is not None else None
        held = [names.get(duty.member, "") for duty in duties[shift.id]]
        off = shift.status is ShiftStatus.CALLED_OFF
        by_day[shift.day].append(
            BoardShift(
                id=shift.id,
                station=shift.station,
                starts=shift.starts,
                ends=shift.ends,
                role_zh=None if role is None else role.label_zh,
                role_en=None if role is None else role.label_en,
                names=tuple(name for name in held if name),
                lacking=0 if off else max(0, shift.minimum - len(held)),
                called_off=off,
            )
        )
    return Board(
        station=station,
        name_zh=place.name,
        name_en=place.name_en or place.name,
        network_zh=charter.name if charter is not None else "",
        network_en=(charter.name_en or charter.name) if charter is not None else "",
        period=period,
        days=tuple(_days(reading, period, by_day)),
        made_at=reading.now.astimezone(reading.office.zone),
    )


def _names(reading: Reading, members: Iterable[MemberId]) -> dict[str, str]:
    found = reading.get_all(Member, sorted(set(members)))
    return {member.id: member.name for member in found.values()}


def _days(reading: Reading, period: Period, by_day: dict[date, list[BoardShift]]) -> Iterable[BoardDay]:
    packs = reading.office.packs
    known, table = noticed_days(packs, reading.today), packs.table("holiday", reading.today)
    for day in period.days():
        told = known.years is None or day.year in known.years
        code = known.because_of(day) if told else None
        labels = table[code].value if code is not None else {}
        yield BoardDay(
            day=day,
            kind=known.kind_of(day) if told else None,
            holiday_zh=labels.get("label_zh"),
            holiday_en=labels.get("label_en"),
            shifts=tuple(by_day[day]),
        )
