"""A channel's own state: when it last sent (for its limits), and whether it rests because it does not work.

Terms. A channel has an *allowance*: how many messages it may take now. It *rests* when several different
parcels failed on it in a row (a circuit breaker): nobody waits for a dead channel, and a dead channel is not
shouted at. After the rest one parcel is tried; if that one works too, the channel is as before.

The state is kept beside the parcels, so that two workers, or one that is started every minute, count
together.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final, Self, final

import attrs

from grassroots.contracts.notice import Limits
from grassroots.domain.terms import Terms, full_jitter

_MINUTE: Final = 60_000
_SECOND: Final = 1_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@final
@attrs.frozen
class Allowance:
    """How many messages may go now (None: as many as one likes), and if none, after how many seconds one."""

    count: int | None
    wait: float = 0.0


@final
@attrs.frozen(kw_only=True)
class Channel:
    """One channel of the deployment, by its name. ``recent`` are moments of sending (ms since 1970, UTC).

    ``failing`` are the parcels that failed one after the other; ``trips`` how often it has had to rest since
    it last worked.
    """

    id: str
    recent: tuple[int, ...] = ()
    failing: tuple[str, ...] = ()
    trips: int = 0
    rests_until: datetime | None = None

    def allowance(self, limits: Limits, now: datetime) -> Allowance:
        """What its limits leave of the last minute and second."""
        if not limits.rated:
            return Allowance(None)
        moment = milliseconds(now)
        least, wait = _MINUTE, 0
        for most, span in ((limits.per_minute, _MINUTE), (limits.per_second, _SECOND)):
            if most is None:
                continue
            # A clock that was set back must not lock the channel: what lies ahead counts as just now.
            inside = [min(at, moment) for at in self.recent if min(at, moment) > moment - span]
            if len(inside) >= most:
                wait = max(wait, sorted(inside)[len(inside) - most] + span - moment)
            least = min(least, most - len(inside))
        return Allowance(max(0, least), wait / 1000)

    def took(self, now: datetime) -> Self:
        """One message goes now."""
        moment = milliseconds(now)
        kept = tuple(min(at, moment) for at in self.recent if at > moment - _MINUTE)
        return attrs.evolve(self, recent=(*kept, moment))

    def resting(self, now: datetime) -> bool:
        """Whether nothing is tried on it now."""
        return self.rests_until is not None and now < self.rests_until

    @property
    def on_trial(self) -> bool:
        """Whether it has rested and has not worked since: one parcel at a time."""
        return self.trips > 0

    def failed(self, parcel: str, now: datetime, chance: float, terms: Terms) -> Self:
        """A parcel failed on it, through no fault of its own that one could see.

        Only different parcels in a row make it rest: one poisoned notice must not close a channel.
        """
        failing = self.failing if parcel in self.failing else (*self.failing, parcel)
        if len(failing) < terms.trip_after and not self.on_trial:
            return attrs.evolve(self, failing=failing)
        if self.on_trial and parcel in self.failing and len(failing) < terms.trip_after:
            return attrs.evolve(self, failing=failing)
        # At least half of the rest: with full jitter a dead channel would now and then be tried at once.
        longest = full_jitter(self.trips + 1, 1.0, terms.first_rest, terms.longest_rest)
        rest = timedelta(seconds=longest * (0.5 + chance / 2))
        kept = failing[max(0, len(failing) - terms.trip_after + 1) :]
        return attrs.evolve(self, failing=kept, trips=self.trips + 1, rests_until=now + rest)

    def worked(self) -> Self:
        """A parcel went through: all is well."""
        if not self.failing and not self.trips and self.rests_until is None:
            return self
        return attrs.evolve(self, failing=(), trips=0, rests_until=None)


def milliseconds(moment: datetime) -> int:
    """Since 1970 in UTC."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)
