"""The limits of a service as the rule packs know them, laid over what its notifier says."""

from __future__ import annotations

from datetime import date
from typing import Any

from grassroots.contracts.notice import Limits
from grassroots.domain.pack import Packs


def known_limits(packs: Packs, on: date, service: str, own: Limits) -> Limits:
    """The stricter of the two for each limit: what the packs in force say of the service, and its notifier.

    The table ``channel_limit`` has one rule for each service, which names the services it speaks of (a URL
    scheme, or what the notifier calls the service behind it).
    """
    found: Any = {}
    for answer in packs.table("channel_limit", on).values():
        if service.replace("_", "-") in answer.value["services"]:
            found = answer.value
    return Limits(
        per_minute=_least(own.per_minute, found.get("per_minute_count")),
        per_second=_least(own.per_second, found.get("per_second_count")),
        text_bytes=_least(own.text_bytes, found.get("text_bytes_count")),
        text_characters=_least(own.text_characters, found.get("text_characters_count")),
    )


def _least(one: int | None, other: int | None) -> int | None:
    return min((value for value in (one, other) if value is not None), default=None)
