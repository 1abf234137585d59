"""Reading: what a viewer may look at, and how much of it."""

from __future__ import annotations

import grassroots
from grassroots.domain.member import Member
from grassroots.workspace.reading import Reading


def test_a_limit_is_how_many_records_come_back_from_either_end() -> None:
    desk = grassroots.open("memory://").desk("steward:office")
    ids = [desk.members.register(name=name).id for name in ("甲一", "乙二", "丙三")]
    reading = Reading(desk.seat)
    assert [one.id for one in reading.list(Member, limit=2)] == ids[:2]
    assert [one.id for one in reading.list(Member, limit=1, backwards=True)] == ids[-1:]
    assert [one.id for one in reading.list(Member)] == ids
