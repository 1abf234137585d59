"""Wall clocks of recipients: quiet hours, the next morning, the evening before.

Everything is asked with a moment (aware) and a zone and answered with a moment in UTC. A time of day that
the spring change leaves out is read as the moment at which the clock jumps over it; of one that the autumn
change has twice, the first that lies ahead counts.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from grassroots.domain.wording.kinds import Hours


def wall(day: date, at: time, zone: tzinfo) -> datetime:
    """The moment (UTC) at which the clock shows ``at`` on that day for the first time."""
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)


def day_of(moment: datetime, zone: tzinfo) -> date:
    """The day on the wall of that zone."""
    return moment.astimezone(zone).date()


def is_quiet(moment: datetime, hours: Hours, zone: tzinfo) -> bool:
    """Whether the clock shows a quiet hour. The last minute of quiet is the one before ``until``."""
    at = moment.astimezone(zone).time()
    if hours.quiet_from == hours.quiet_until:
        return False
    if hours.quiet_from < hours.quiet_until:
        return hours.quiet_from <= at < hours.quiet_until
    return at >= hours.quiet_from or at < hours.quiet_until


def quiet_until(moment: datetime, hours: Hours, zone: tzinfo) -> datetime | None:
    """When the quiet that reigns at this moment is over (UTC); None if none reigns."""
    if not is_quiet(moment, hours, zone):
        return None
    over = next_at(moment, hours.quiet_until, zone)
    # Where the clock is set back, quiet can end and begin again. Two steps
    # are enough for every change of the clock there is; the bound is against a wrong zone.
    for _ in range(4):
        if not is_quiet(over, hours, zone):
            break
        over = next_at(over, hours.quiet_until, zone)
    return over


def next_at(moment: datetime, at: time, zone: tzinfo) -> datetime:
    """The first moment after this one at which the clock shows ``at`` (UTC)."""
    day = day_of(moment, zone)
    for later in range(3):
        for fold in (0, 1):
            shown = datetime.combine(day + timedelta(days=later), at.replace(fold=fold), tzinfo=zone)
            found = shown.astimezone(UTC)
            if found > moment:
                return found
    raise AssertionError("a day has every time of day")  # pragma: no cover


def reminder_at(begins: datetime, before_days: int, at: time, zone: tzinfo) -> datetime:
    """So many days before the day of this beginning, at this time of day, on the recipient's wall (UTC)."""
    return wall(day_of(begins, zone) - timedelta(days=before_days), at, zone)
