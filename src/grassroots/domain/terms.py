"""How patient the outbox is: how often something is tried, how long is waited, when a channel has to rest."""

from __future__ import annotations

from math import isfinite
from typing import Any, final

import attrs

from grassroots.errors import BadInput


def _from(least: int) -> Any:
    """A whole number from ``least`` on; BadInput ``outbox-terms``."""

    def check(_: Any, field: attrs.Attribute[Any], value: Any) -> None:
        if type(value) is not int or value < least:
            raise BadInput("outbox-terms", field=field.name, what=str(value), least=least)

    return check


def seconds(field: str, value: Any) -> float:
    """So many seconds; BadInput ``outbox-seconds`` for what is none, endless, or not more than nothing."""
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not isfinite(value) or value <= 0:
        raise BadInput("outbox-seconds", field=field, what=str(value))
    return value


def _seconds(_: Any, field: attrs.Attribute[Any], value: Any) -> None:
    seconds(field.name, value)


@final
@attrs.frozen(kw_only=True)
class Terms:
    """How patient the outbox is. Choices of this library (docs/decisions/outbox.md), not rules of the field.

    ``tries`` on one route, of which ``hangs`` may end without an answer; between them ``first_wait`` seconds,
    doubled each time up to ``longest_wait``, and of that a random share (full jitter). ``lease`` seconds a
    worker has. A channel on which ``trip_after`` different parcels fail in a row rests for ``first_rest``
    seconds, doubled up to ``longest_rest``; what expires within ``hand_over`` seconds goes its next way then,
    and what never expires once it has waited for ``longest_stay`` seconds.
    """

    tries: int = attrs.field(default=6, validator=_from(1))
    hangs: int = attrs.field(default=2, validator=_from(1))
    first_wait: float = attrs.field(default=8.0, validator=_seconds)
    longest_wait: float = attrs.field(default=3600.0, validator=_seconds)
    lease: float = attrs.field(default=60.0, validator=_seconds)
    trip_after: int = attrs.field(default=5, validator=_from(1))
    first_rest: float = attrs.field(default=30.0, validator=_seconds)
    longest_rest: float = attrs.field(default=900.0, validator=_seconds)
    hand_over: float = attrs.field(default=14_400.0, validator=_seconds)
    longest_stay: float = attrs.field(default=86_400.0, validator=_seconds)


def full_jitter(tried: int, chance: float, first: float, longest: float) -> float:
    """Seconds to wait after so many tries: a share ``chance`` (0 to 1) of first, doubled with each try."""
    return chance * min(longest, first * 2.0 ** min(tried - 1, 40))
