"""What the desk promises about pairings: the packs decide, and nobody is left alone unnoticed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

import grassroots
from grassroots.desk import Desk
from grassroots.domain.member import Dated
from grassroots.domain.pairing import (
    AlreadyPaired,
    ContactOutcome,
    EndReason,
    Medium,
    Pairing,
    PairingStatus,
    SupporterFull,
)
from grassroots.values.dates import PartialDate, Period
from grassroots.values.ids import MemberId, SchemeId
from grassroots.workspace.reading import Reading

NOW = datetime(2021, 10, 20, 2, tzinfo=UTC)
SCHEME = SchemeId("young-old-oldest-old")


def trail(desk: Desk) -> Reading:
    return Reading(desk.seat)


@pytest.fixture
def desk() -> Iterator[Desk]:
    network = grassroots.open("memory://", clock=lambda: NOW)
    yield network.desk("steward:office")
    network.close()


def person(desk: Desk, name: str, born: str) -> MemberId:
    return desk.members.register(name=name, born=Dated(PartialDate.parse(born))).id


def begun(desk: Desk, on: date = date(2021, 10, 1)) -> Pairing:
    young, old = person(desk, "成员甲", "1956-05-01"), person(desk, "成员乙", "1935-05-01")
    proposed = desk.pairings.propose(scheme=SCHEME, supporter=young, recipient=old)
    return desk.pairings.begin(proposed.id, on=on)


def test_the_ratio_of_the_rule_pack_is_the_limit(desk: Desk) -> None:
    young = person(desk, "成员甲", "1956-05-01")
    elders = [person(desk, f"长者{n}", "1935-01-01") for n in "一二三四五六"]
    for elder in elders[:5]:
        desk.pairings.propose(scheme=SCHEME, supporter=young, recipient=elder)
    with pytest.raises(SupporterFull):
        desk.pairings.propose(scheme=SCHEME, supporter=young, recipient=elders[5])
    assert desk.pairings.propose(scheme=SCHEME, supporter=young, recipient=elders[5], despite="站长").despite
    assert len(desk.pairings.of_member(young)) == 6


def test_the_fact_of_a_proposal_says_which_packs_decided(desk: Desk) -> None:
    begun(desk)
    proposed = next(fact for fact in trail(desk).trail() if fact.code == "pairing-proposed")
    assert any(pack.startswith("cn-national@") for pack in proposed.packs)


def test_two_who_ended_may_begin_anew_and_two_who_are_paired_may_not(desk: Desk) -> None:
    first = begun(desk)
    with pytest.raises(AlreadyPaired):
        desk.pairings.propose(scheme=SCHEME, supporter=first.supporter, recipient=first.recipient)
    desk.pairings.end(first.id, reason=EndReason.MOVED)
    again = desk.pairings.propose(scheme=SCHEME, supporter=first.supporter, recipient=first.recipient)
    assert again.id != first.id
    assert desk.pairings.get(first.id).status is PairingStatus.ENDED


def test_two_contacts_a_week_are_asked_for_and_an_attempt_is_none(desk: Desk) -> None:
    pairing = begun(desk)
    assert [due.pairing for due in desk.pairings.overdue()] == [pairing.id]
    for day, outcome in ((15, ContactOutcome.MADE), (18, ContactOutcome.ATTEMPTED)):
        desk.pairings.record_contact(pairing.id, medium=Medium.PHONE, on=date(2021, 10, day), outcome=outcome)
    assert len(desk.pairings.overdue()) == 1
    desk.pairings.record_contact(pairing.id, medium=Medium.VISIT, on=date(2021, 10, 19), minutes=40)
    assert desk.pairings.overdue() == []
    assert len(desk.pairings.overdue(on=date(2021, 10, 23))) == 1
    assert desk.pairings.overdue(on=date(2021, 10, 23), tier="key") == []


def test_nobody_is_expected_during_a_pause(desk: Desk) -> None:
    pairing = begun(desk)
    desk.pairings.pause(pairing.id, on=date(2021, 10, 3))
    assert desk.pairings.overdue() == []


def test_the_longest_wait_comes_first(desk: Desk) -> None:
    late, later = begun(desk, date(2021, 10, 5)), begun(desk, date(2021, 9, 5))
    assert [due.pairing for due in desk.pairings.overdue()] == [later.id, late.id]


def test_a_pairing_with_somebody_who_died_asks_for_its_end_and_not_for_a_visit(desk: Desk) -> None:
    pairing = begun(desk)
    desk.members.record_death(pairing.recipient, on=date(2021, 10, 10))
    assert desk.pairings.overdue() == []
    assert [one.id for one in desk.pairings.to_end()] == [pairing.id]
    desk.pairings.end(pairing.id, on=date(2021, 10, 10), reason=EndReason.DEATH)
    assert desk.pairings.to_end() == []


def test_a_contact_is_corrected_and_listed_by_its_day(desk: Desk) -> None:
    pairing = begun(desk)
    later = desk.pairings.record_contact(pairing.id, medium=Medium.PHONE, on=date(2021, 10, 19))
    first = desk.pairings.record_contact(pairing.id, medium=Medium.PHONE, on=date(2021, 10, 18))
    desk.pairings.correct_contact(first.id, medium=Medium.VIDEO)
    found = desk.pairings.contacts(pairing.id, Period.month(2021, 10))
    assert [(one.id, one.medium) for one in found] == [
        (first.id, Medium.VIDEO),
        (later.id, Medium.PHONE),
    ]
    assert desk.pairings.contacts(pairing.id, Period.month(2021, 9)) == []


def test_an_open_age_is_told_until_the_birth_date_is_known(desk: Desk) -> None:
    young, old = person(desk, "成员甲", "1956-05-01"), person(desk, "成员乙", "1941")
    pairing = desk.pairings.propose(scheme=SCHEME, supporter=young, recipient=old)
    assert desk.pairings.unchecked(pairing.id) == ("recipient-age",)
    desk.members.correct(old, born=Dated(PartialDate.parse("1941-03-08")))
    assert desk.pairings.unchecked(pairing.id) == ()
