"""The limits in the guide to channels are those that the outbox keeps."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import grassroots
from grassroots.contracts.notice import Limits
from grassroots.usecases.outbox.limits import known_limits

GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "channels.md"
ROW = re.compile(r"^\| `([a-z-]+)` \| (\S+) \| (\S+) \| (\S+) \| (\S+) \|$", re.MULTILINE)


def test_the_guide_names_every_limit_of_the_packs_and_no_other() -> None:
    today = date(2026, 7, 1)
    with grassroots.open("memory:") as network:
        packs = network.desk("steward:office").seat.office.packs
    told = {
        service: tuple(None if one == "–" else int(one) for one in numbers)
        for service, *numbers in ROW.findall(GUIDE.read_text("utf-8"))
    }
    services = {
        str(name).replace("_", "-")
        for answer in packs.table("channel_limit", today).values()
        for name in answer.value["services"]
    }
    assert told.keys() == services
    for service, numbers in told.items():
        kept = known_limits(packs, today, service, Limits())
        assert numbers == (kept.per_minute, kept.per_second, kept.text_bytes, kept.text_characters), service
