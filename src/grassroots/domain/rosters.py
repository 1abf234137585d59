"""What a roster lacks: days without a shift, shifts without enough people, sheets that nobody brought in.

A finding, never a refusal: a rota is written and repaired as a whole, and a gap is for somebody to fill.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import final

import attrs

from grassroots.domain.duty import EXPECTED, Duty, Shift, ShiftStatus
from grassroots.values.ids import ShiftId


class RosterGapKind(StrEnum):
    """What is missing."""

    DAY_WITHOUT_SHIFT = "day-without-shift"  # nobody is planned to be there at all
    SHORT_HANDED = "short-handed"  # fewer people than the shift needs
    UNCONFIRMED = "unconfirmed"  # the day is over and nobody said who came
    NO_LOG = "no-log"  # the day is over, and there is neither a log nor a nil return


@final
@attrs.frozen(kw_only=True)
class RosterGap:
    """One gap. ``lacking`` is how many people are missing or unconfirmed (0 where it is not about people)."""

    day: date
    kind: RosterGapKind
    shift: ShiftId | None = None
    lacking: int = 0


def roster_gaps(
    days: Iterable[date], shifts: Iterable[Shift], duties: Iterable[Duty], on: date
) -> list[RosterGap]:
    """The gaps of these days, in order, as they stand on ``on`` (a sheet is due the day after its shift).

    A shift that was called off is no gap, and neither is its day: somebody decided that nobody should stand
    in the heat.
    """
    by_day: dict[date, list[Shift]] = defaultdict(list)
    for shift in shifts:
        by_day[shift.day].append(shift)
    by_shift: dict[ShiftId, list[Duty]] = defaultdict(list)
    for duty in duties:
        by_shift[duty.shift].append(duty)
    found: list[RosterGap] = []
    for day in sorted(set(days)):
        if not by_day[day]:
            found.append(RosterGap(day=day, kind=RosterGapKind.DAY_WITHOUT_SHIFT))
        for shift in sorted(by_day[day], key=lambda one: (one.starts, one.id)):
            if shift.status is not ShiftStatus.CALLED_OFF:
                found.extend(_gaps_of(shift, by_shift[shift.id], on))
    return found


def _gaps_of(shift: Shift, duties: list[Duty], on: date) -> Iterable[RosterGap]:
    lacking = shift.minimum - len({duty.member for duty in duties if duty.binding})
    if lacking > 0:
        yield RosterGap(day=shift.day, kind=RosterGapKind.SHORT_HANDED, shift=shift.id, lacking=lacking)
    if shift.day >= on:
        return
    unconfirmed = sum(duty.status in EXPECTED for duty in duties)
    if unconfirmed:
        yield RosterGap(day=shift.day, kind=RosterGapKind.UNCONFIRMED, shift=shift.id, lacking=unconfirmed)
    if shift.status is ShiftStatus.OPEN:
        yield RosterGap(day=shift.day, kind=RosterGapKind.NO_LOG, shift=shift.id)
