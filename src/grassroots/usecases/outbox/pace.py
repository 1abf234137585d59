"""How fast a channel goes, and from that how much is leased and handed over at once."""

from __future__ import annotations

from datetime import datetime
from math import inf
from typing import Final, final

MOST: Final = 200
"""Parcels leased at once where the channel takes a key."""

LOTS: Final = 3
"""Lots that the notifier has at once: while it sends them, the courier leases, words and marks others."""

_FIRST: Final = 50
_FIRST_LOT: Final = 4
_LOTS_OF_A_PORTION: Final = 8
_OF_A_LOT: Final = 0.015
"""Seconds that a lot should take."""


@final
class Pace:
    """Counts answers between two leases. ``most`` is what the line takes in a lot; ``lease`` in seconds.

    ``ahead``: the next portion is leased before the last one is answered, so that the answers between two
    leases say nothing of how fast it goes. There a lot is a part of a portion, and may end before.
    """

    def __init__(self, most: int, lease: float, now: datetime, *, ahead: bool = False) -> None:
        self.lot = min(_FIRST_LOT, most)
        """Messages of the next lot."""
        self.size = _FIRST
        """Parcels of the next portion: what can be sent in a quarter of a lease, twice the last at most."""
        self.answered = 0
        """Answers since the last lease."""
        self._most = most
        self._ahead = ahead
        self._lease = lease
        self._since = now

    def leased(self, now: datetime) -> None:
        """A portion was leased: what was answered since the last one says how the next goes."""
        seconds = (now - self._since).total_seconds()
        if self.answered:
            rate = self.answered / seconds if seconds > 0 else inf
            self.size = int(max(1, min(MOST, rate * self._lease / 4, self.size * 2)))
            self.lot = int(max(1, min(self._most, rate * _OF_A_LOT)))
        if self._ahead:
            self.lot = max(1, min(self._most, self.size // _LOTS_OF_A_PORTION))
        self.answered, self._since = 0, now
