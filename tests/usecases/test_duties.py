from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest

from grassroots.contracts.policy import Actor, Posture
from grassroots.desk import Desk
from grassroots.domain.duty import (
    Duty,
    DutyHindered,
    DutyOverlaps,
    DutyStatus,
    LogEntry,
    NilReturnWithEntries,
    Shift,
    ShiftNotBegun,
    ShiftStatus,
)
from grassroots.domain.member import Limit
from grassroots.domain.rosters import RosterGapKind
from grassroots.domain.station import StationKind
from grassroots.errors import Denied, Missing
from grassroots.network import Network
from grassroots.values.dates import Period
from grassroots.values.ids import RoleId, StationId

FRIDAY = date(2021, 7, 2)
JULY = Period.month(2021, 7)


@pytest.fixture
def post(desk: Desk) -> StationId:
    hub = desk.stations.found(kind=StationKind.HUB, name="示范区老党员之家")
    return desk.stations.found(kind=StationKind.POST, name="A社区驿站", parent=hub.id).id


def shift(desk: Desk, post: StationId, day: date = FRIDAY, starts: int = 9, ends: int = 11) -> Shift:
    return desk.duties.post(station=post, day=day, starts=time(starts), ends=time(ends), minimum=1)


def on_duty(desk: Desk, post: StationId, name: str = "周岚", **where: Any) -> tuple[Shift, Duty]:
    posted = shift(desk, post, **where)
    return posted, desk.duties.assign(posted.id, desk.members.register(name=name).id)


def test_a_shift_needs_as_many_people_as_the_rule_packs_say(desk: Desk, post: StationId) -> None:
    posted = desk.duties.post(station=post, day=FRIDAY, starts=time(9), ends=time(11))
    assert posted.minimum == 2
    event = desk.seat.office.codec.decode_fact(
        desk.seat.office.storage.journal(after=desk.seat.office.storage.head() - 1, limit=1)[0]
    )
    assert event.packs


def test_the_same_line_of_the_roster_posted_twice_is_one_shift(desk: Desk, post: StationId) -> None:
    days = [date(2021, 7, 1 + n) for n in range(31)]
    first = desk.duties.post_days(station=post, days=days, starts=time(9), ends=time(11), minimum=1)
    again = desk.duties.post_days(station=post, days=days, starts=time(9), ends=time(11), minimum=1)
    assert [one.id for one in first] == [one.id for one in again]
    assert len(desk.duties.roster(JULY, station=post)) == 31


def test_a_shift_needs_a_station_that_exists(desk: Desk) -> None:
    with pytest.raises(Missing):
        shift(desk, StationId("nowhere"))


def test_assigning_twice_is_one_duty(desk: Desk, post: StationId) -> None:
    posted, duty = on_duty(desk, post)
    assert desk.duties.assign(posted.id, duty.member).id == duty.id
    assert [len(duties) for _, duties in desk.duties.roster(JULY)] == [1]


def test_the_night_shift_of_the_day_before_is_in_the_way(desk: Desk, post: StationId) -> None:
    night = desk.duties.post(station=post, day=date(2021, 7, 1), starts=time(22), ends=time(10), minimum=1)
    member = desk.members.register(name="周岚").id
    standing = desk.duties.assign(night.id, member)
    morning = shift(desk, post)
    with pytest.raises(DutyOverlaps) as refused:
        desk.duties.assign(morning.id, member)
    assert refused.value.facts["duty"] == standing.id
    assert desk.duties.assign(morning.id, member, despite="clerk-li").despite == "clerk-li"


def test_the_demands_of_the_role_keep_the_frail_from_the_street(desk: Desk, post: StationId) -> None:
    patrol = RoleId("patrol")
    desk.roles.define(id=patrol, label_zh="巡逻员", label_en="patrol", family="six", demands=(Limit.WALKING,))
    street = desk.duties.post(station=post, day=FRIDAY, starts=time(9), ends=time(11), minimum=1, role=patrol)
    frail = desk.members.register(name="贺敏", limits=(Limit.WALKING,)).id
    with pytest.raises(DutyHindered):
        desk.duties.assign(street.id, frail)
    assert desk.duties.assign(shift(desk, post, starts=14, ends=16).id, frail).binding


def test_a_cover_excuses_one_and_assigns_the_other(desk: Desk, post: StationId) -> None:
    posted, duty = on_duty(desk, post)
    other = desk.members.register(name="贺敏").id
    covering = desk.duties.cover(duty.id, other, reason="ill")
    assert (covering.member, covering.covers) == (other, duty.member)
    assert desk.duties.get(duty.id).status is DutyStatus.EXCUSED
    assert desk.duties.cover(duty.id, other, reason="ill").id == covering.id
    assert desk.duties.gaps(Period(FRIDAY, FRIDAY), station=post) == []
    assert posted.id == covering.shift


def test_a_refused_cover_excuses_nobody(desk: Desk, post: StationId) -> None:
    _, duty = on_duty(desk, post)
    busy = desk.members.register(name="贺敏").id
    desk.duties.assign(shift(desk, post, starts=10, ends=12).id, busy)
    with pytest.raises(DutyOverlaps):
        desk.duties.cover(duty.id, busy)
    assert desk.duties.get(duty.id).status is DutyStatus.ASSIGNED


def test_the_times_of_the_sheet_are_times_on_the_wall(desk: Desk, post: StationId) -> None:
    _, duty = on_duty(desk, post)
    done = desk.duties.confirm(duty.id, arrived=time(8, 50), left=time(11))
    assert (done.status, done.minutes) == (DutyStatus.DONE, 130)
    assert done.arrived is not None
    assert done.arrived.isoformat() == "2021-07-02T00:50:00+00:00"


def test_signing_in_and_out_takes_the_moment_from_the_clock(desk: Desk, post: StationId, clock: Any) -> None:
    _, duty = on_duty(desk, post)
    desk.duties.arrive(duty.id)
    clock.go_to(FRIDAY, 11)
    assert desk.duties.leave(duty.id).minutes == 120


def test_a_no_show_is_marked_when_the_shift_has_begun(desk: Desk, post: StationId, clock: Any) -> None:
    clock.go_to(FRIDAY, 8)
    _, duty = on_duty(desk, post)
    with pytest.raises(ShiftNotBegun):
        desk.duties.mark_no_show(duty.id)
    clock.go_to(FRIDAY, 9)
    assert desk.duties.mark_no_show(duty.id).status is DutyStatus.NO_SHOW


def test_what_was_retracted_may_not_clash_with_what_came_after(desk: Desk, post: StationId) -> None:
    _, duty = on_duty(desk, post)
    desk.duties.excuse(duty.id, reason="family")
    desk.duties.assign(shift(desk, post, starts=10, ends=12).id, duty.member)
    with pytest.raises(DutyOverlaps):
        desk.duties.retract(duty.id, reason="wrong-entry")
    assert desk.duties.get(duty.id).status is DutyStatus.EXCUSED


def test_new_times_of_a_shift_may_not_put_its_people_in_two_places(desk: Desk, post: StationId) -> None:
    posted, duty = on_duty(desk, post)
    desk.duties.assign(shift(desk, post, starts=14, ends=16).id, duty.member)
    with pytest.raises(DutyOverlaps):
        desk.duties.correct_shift(posted.id, ends=time(15))
    assert desk.duties.shift(posted.id).ends == time(11)


def test_calling_off_a_shift_calls_off_who_was_to_come(desk: Desk, post: StationId) -> None:
    posted, duty = on_duty(desk, post)
    desk.duties.call_off_shift(posted.id, reason="heat")
    assert desk.duties.get(duty.id).status is DutyStatus.CALLED_OFF
    assert desk.duties.reopen_shift(posted.id, reason="wrong-entry").status is ShiftStatus.OPEN
    assert desk.duties.assign(posted.id, duty.member).id != duty.id


def test_a_day_with_nothing_to_tell_has_a_nil_return_and_a_day_without_a_sheet_shows(
    desk: Desk, post: StationId, clock: Any
) -> None:
    told, quiet, silent = (on_duty(desk, post, name, day=day) for name, day in _three_days())
    for duty in (told[1], quiet[1], silent[1]):
        desk.duties.confirm(duty.id)
    clock.go_to(date(2021, 7, 6))
    desk.duties.log(told[0].id, ["三号楼楼道灯不亮"], by=told[1].member)
    desk.duties.report_nothing(quiet[0].id, by=quiet[1].member)
    gaps = desk.duties.gaps(Period(FRIDAY, date(2021, 7, 4)), station=post)
    assert [(gap.shift, gap.kind) for gap in gaps] == [(silent[0].id, RosterGapKind.NO_LOG)]
    with pytest.raises(NilReturnWithEntries):
        desk.duties.report_nothing(told[0].id)


def _three_days() -> list[tuple[str, date]]:
    return [("周岚", date(2021, 7, 2)), ("贺敏", date(2021, 7, 3)), ("唐启", date(2021, 7, 4))]


def test_the_log_and_its_former_words_stay_out_of_the_journal(desk: Desk, post: StationId) -> None:
    posted, duty = on_duty(desk, post)
    desk.duties.log(posted.id, ["三号楼漏水"], by=duty.member)
    desk.duties.correct_shift(posted.id, entries=[LogEntry(text="三号楼顶层漏水")])
    desk.duties.hand_over(posted.id, "钥匙在门卫处")
    journal = desk.seat.office.storage.journal(after=0, limit=1000)
    assert not any("漏水" in entry.fact.body.decode() for entry in journal)
    assert not any("钥匙" in entry.fact.body.decode() for entry in journal)


def test_a_member_sees_the_duties_of_a_period_by_day(desk: Desk, post: StationId) -> None:
    later = on_duty(desk, post, day=date(2021, 7, 9))[1]
    sooner = desk.duties.assign(shift(desk, post, date(2021, 7, 8)).id, later.member)
    desk.duties.assign(shift(desk, post, date(2021, 8, 1)).id, later.member)
    assert desk.duties.of_member(later.member, JULY) == [sooner, later]


def test_an_auditor_sees_that_something_came_in_and_not_what(
    desk: Desk, network: Network, post: StationId
) -> None:
    posted, _ = on_duty(desk, post)
    desk.duties.log(posted.id, ["三号楼漏水"])
    assert [entry.text for entry in network.desk("auditor:tang").duties.shift(posted.id).entries] == [""]
    with pytest.raises(Denied):
        network.desk("partner:firm").duties.shift(posted.id)


def test_whoever_is_on_duty_may_write_the_log(desk: Desk, network: Network, post: StationId) -> None:
    posted, duty = on_duty(desk, post)
    there = network.desk(Actor("zhou", Posture.VOLUNTEER, member=duty.member))
    reported = there.duties.report_nothing(posted.id)
    assert (reported.nil_return, reported.logged_by) == (True, duty.member)


def test_whoever_was_not_there_writes_only_as_the_declared_proxy_of_somebody_who_was(
    desk: Desk, network: Network, post: StationId
) -> None:
    posted, duty = on_duty(desk, post)
    other = desk.members.register(name="郑一").id
    stranger = Actor("zheng", Posture.VOLUNTEER, member=other)
    for own in (network.desk(stranger), network.desk("volunteer:nobody")):
        with pytest.raises(Denied):
            own.duties.report_nothing(posted.id)
        with pytest.raises(Denied):
            own.duties.arrive(duty.id)
    typing = network.desk(stranger, proxy_for=duty.member, sheet="12")
    assert typing.duties.arrive(duty.id).arrived is not None


def test_two_desks_never_put_one_member_in_two_places_at_once(
    network: Network, desk: Desk, post: StationId
) -> None:
    """The second desk decides between the first one's question and its commit."""
    member = desk.members.register(name="周岚").id
    early, late = shift(desk, post, starts=9, ends=11), shift(desk, post, starts=10, ends=12)
    other = network.desk("clerk:li")
    storage = desk.seat.office.storage
    commit, sent = storage.commit, list[str]()

    def in_between(batch: Any) -> Any:
        if not sent:
            sent.append(batch.id)
            other.duties.assign(late.id, member)
        return commit(batch)

    storage.commit = in_between  # type: ignore[method-assign]
    try:
        with pytest.raises(DutyOverlaps):
            desk.duties.assign(early.id, member)
    finally:
        storage.commit = commit  # type: ignore[method-assign]
    assert [duty.shift for duty in desk.duties.of_member(member, JULY)] == [late.id]
