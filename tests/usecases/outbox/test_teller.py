"""The seam of the outbox: what the plain teller answers, and ids that a repeated plan gives again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from grassroots.contracts.notice import Notice, Route
from grassroots.desk import Desk
from grassroots.usecases.outbox.teller import Admission, Teller, Telling
from grassroots.workspace.reading import Reading

AT = datetime(2021, 7, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def telling(desk: Desk) -> Telling:
    return Telling(reading=Reading(desk.seat), now=AT, make_id=desk.seat.office.derived_id)


def test_the_plain_teller_plans_nothing_and_keeps_the_newer(desk: Desk, telling: Telling) -> None:
    desk.members.register(name="卯大山")
    teller = Teller()
    for happened in telling.reading.trail():
        assert list(teller.plan(happened, telling)) == []
    old, new = Notice(id="a", key="k"), Notice(id="b", key="k")
    assert teller.gather(old, new) is new
    assert teller.admit(new, Route("sms"), telling) == Admission.now()


def test_the_plain_teller_words_a_notice_without_losing_anything(telling: Telling) -> None:
    notice = Notice(id="a", key="not-in-the-catalogue", values={"station": "灵溪站"}, expires=AT)
    message = Teller().word(notice, Route("sms", "14400000001"), telling)
    assert (message.notice, message.to, message.expires) == ("a", "14400000001", AT)
    assert "灵溪站" in message.text


@pytest.mark.in_clear(reason="counts entries of the journal, and sealing begins with one")
def test_the_same_entry_and_words_always_give_the_same_id(desk: Desk, telling: Telling) -> None:
    desk.members.register(name="卯大山")
    desk.members.register(name="辰小溪")
    _, first, second = telling.reading.trail()
    again = telling.notice_id(first, "M1", "welcome")
    assert telling.notice_id(first, "M1", "welcome") == again
    others = [telling.notice_id(first, "M2", "welcome"), telling.notice_id(second, "M1", "welcome")]
    assert again not in others


def test_ids_sort_by_the_moment_at_which_a_notice_is_due(desk: Desk, telling: Telling) -> None:
    desk.members.register(name="卯大山")
    happened = telling.reading.trail()[-1]
    ids = [telling.notice_id(happened, "M1", at=AT + timedelta(hours=h)) for h in (9, 1, 5)]
    assert sorted(ids) == [ids[1], ids[2], ids[0]]
