from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from grassroots.domain.duty import (
    TRANSITIONS,
    Duty,
    DutyArrived,
    DutyCancelledLate,
    DutyHindered,
    DutyMemberAway,
    DutyOverlaps,
    DutyStatus,
    LogEntry,
    NilReturnWithEntries,
    Shift,
    ShiftFull,
    ShiftNotBegun,
    ShiftNotOpen,
    ShiftStatus,
)
from grassroots.domain.member import Limit, Member, MemberStatus
from grassroots.domain.rosters import RosterGapKind, roster_gaps
from grassroots.domain.states import WrongState
from grassroots.domain.step import Step
from grassroots.errors import BadInput
from grassroots.values.ids import DutyId, MemberId, RoleId, ShiftId, StationId

ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2021, 7, 2)
POST = StationId("POST")
NOON = datetime(2021, 7, 2, 4, 0, tzinfo=UTC)


def shift(id: str = "S1", day: date = DAY, starts: int = 8, ends: int = 11, **fields: object) -> Shift:
    return Shift.post(
        id=ShiftId(id), station=POST, day=day, starts=time(starts % 24), ends=time(ends % 24), **fields
    ).after


def member(id: str = "M1", **fields: object) -> Member:
    return Member(id=MemberId(id), name="周岚", **fields)  # type: ignore[arg-type]


def duty(of: Shift | None = None, who: Member | None = None, id: str = "D1", **fields: object) -> Duty:
    given = Duty.assign(of or shift(), who or member(), id=DutyId(id), zone=ZONE, **fields)  # type: ignore[arg-type]
    return given.after


# -- the shift --------------------------------------------------------------------------------------------
def test_a_log_with_entries_and_a_nil_return_exclude_each_other() -> None:
    logged = shift().log([LogEntry(text="路灯不亮")], on=DAY).after
    with pytest.raises(NilReturnWithEntries):
        logged.report_nothing(on=DAY)
    nothing = shift().report_nothing(on=DAY).after
    with pytest.raises(NilReturnWithEntries):
        nothing.log([LogEntry(text="路灯不亮")], on=DAY)
    with pytest.raises(NilReturnWithEntries):
        shift(nil_return=True, entries=(LogEntry(text="路灯不亮"),))


def test_an_empty_log_is_refused_because_a_nil_return_has_to_be_said() -> None:
    with pytest.raises(BadInput, match="nil return"):
        shift().log([], on=DAY)


def test_the_same_entry_twice_is_one_entry() -> None:
    first = shift().log([LogEntry(text="路灯不亮")], on=DAY).after
    again = first.log([LogEntry(text=" 路灯不亮\n")], on=DAY)
    assert again == Step(first)
    more = first.log([LogEntry(text="路灯不亮"), LogEntry(text="井盖松动")], on=DAY).after
    assert [entry.text for entry in more.entries] == ["路灯不亮", "井盖松动"]


def test_a_log_keeps_who_wrote_it_first() -> None:
    first = shift().log([LogEntry(text="路灯不亮")], on=DAY, by=MemberId("M1")).after
    later = first.log([LogEntry(text="井盖松动")], on=DAY + timedelta(days=1), by=MemberId("M2")).after
    assert (later.logged_by, later.logged_on, later.status) == ("M1", DAY, ShiftStatus.LOGGED)


def test_no_log_is_dated_before_its_shift() -> None:
    with pytest.raises(BadInput):
        shift().report_nothing(on=DAY - timedelta(days=1))


def test_a_called_off_shift_takes_no_log_until_it_is_reopened() -> None:
    off = shift().call_off("heat").after
    with pytest.raises(WrongState):
        off.report_nothing(on=DAY)
    with pytest.raises(ShiftNotOpen):
        off.hand_over("钥匙在门卫处")
    assert off.reopen("wrong-entry").after.report_nothing(on=DAY).after.nil_return


def test_a_reopened_shift_has_no_log_left() -> None:
    again = shift().report_nothing(on=DAY, by=MemberId("M1")).after.reopen("wrong-entry").after
    assert (again.status, again.nil_return, again.logged_by) == (ShiftStatus.OPEN, False, None)


def test_correcting_the_entries_never_leaves_an_empty_log() -> None:
    logged = shift().log([LogEntry(text="路灯不亮")], on=DAY).after
    assert logged.correct(entries=[LogEntry(text="路灯闪烁")]).after.entries[0].text == "路灯闪烁"
    with pytest.raises(BadInput):
        logged.correct(entries=[])
    with pytest.raises(BadInput):
        shift().correct(entries=[LogEntry(text="路灯闪烁")])


def test_a_reason_with_words_in_it_never_reaches_the_journal() -> None:
    with pytest.raises(BadInput):
        shift().call_off("太热了")


def test_a_shift_without_length_is_a_slip_of_the_pen() -> None:
    with pytest.raises(BadInput):
        shift(starts=8, ends=8)


def test_a_night_shift_ends_on_the_next_day() -> None:
    night = shift(starts=22, ends=2)
    begins, ends = night.window(ZONE)
    assert (ends - begins, night.minutes(ZONE)) == (timedelta(hours=4), 240)
    assert night.moment(time(21, 50), ZONE).astimezone(ZONE).date() == DAY
    assert night.moment(time(1, 30), ZONE).astimezone(ZONE).date() == DAY + timedelta(days=1)


def test_a_night_in_which_the_clocks_go_forward_is_an_hour_shorter() -> None:
    # 28 March 2021, Berlin: 02:00 becomes 03:00.
    night = shift(day=date(2021, 3, 27), starts=22, ends=6)
    assert night.minutes(ZoneInfo("Europe/Berlin")) == 7 * 60


@given(st.integers(0, 23), st.integers(1, 23), st.integers(-2, 2), st.integers(0, 23), st.integers(1, 23))
def test_two_shifts_clash_exactly_when_they_share_an_hour(
    starts: int, hours: int, days: int, other_starts: int, other_hours: int
) -> None:
    one = shift(starts=starts, ends=starts + hours)
    other = shift("S2", DAY + timedelta(days=days), other_starts, other_starts + other_hours)
    mine = set(range(starts, starts + hours))
    theirs = {days * 24 + hour for hour in range(other_starts, other_starts + other_hours)}
    assert one.clashes(other, ZONE) is bool(mine & theirs)
    assert other.clashes(one, ZONE) is one.clashes(other, ZONE)


# -- the duty ---------------------------------------------------------------------------------------------
def test_a_member_stands_in_one_place_at_a_time_and_the_refusal_names_the_other_duty() -> None:
    night = shift("S0", DAY - timedelta(days=1), starts=22, ends=9)
    standing = duty(night, id="D0")
    with pytest.raises(DutyOverlaps) as refused:
        duty(shift(), others=[(standing, night)])
    assert refused.value.facts["duty"] == "D0"
    assert duty(shift(starts=9, ends=11), others=[(standing, night)]).binding


def test_an_excused_duty_is_in_nobodys_way() -> None:
    other = shift("S0")
    excused = duty(other, id="D0").excuse(NOON).after
    assert duty(shift(), others=[(excused, other)]).binding


def test_work_that_does_not_fit_the_body_is_refused_and_the_refusal_does_not_say_why() -> None:
    frail = member(limits=(Limit.STANDING,))
    with pytest.raises(DutyHindered) as refused:
        duty(shift(role=RoleId("patrol")), frail, demands=(Limit.STANDING, Limit.HEAT))
    assert "standing" not in str(refused.value.facts)


def test_whoever_overrides_a_refusal_gives_a_name_and_the_event_does_not_tell() -> None:
    step = Duty.assign(
        shift(),
        member(limits=(Limit.HEAT,)),
        id=DutyId("D1"),
        demands=(Limit.HEAT,),
        zone=ZONE,
        despite="clerk-li",
    )
    assert step.after.despite == "clerk-li"
    assert "clerk-li" not in str(step.happened)


def test_a_name_given_without_need_is_not_kept() -> None:
    assert duty(despite="clerk-li").despite is None


@pytest.mark.parametrize("status", [MemberStatus.DECEASED, MemberStatus.MERGED])
def test_nobody_can_put_the_dead_on_the_roster(status: MemberStatus) -> None:
    with pytest.raises(DutyMemberAway):
        duty(who=member(status=status), despite="clerk-li")


def test_a_member_who_is_away_needs_somebody_who_answers_for_it() -> None:
    away = member(status=MemberStatus.PAUSED)
    with pytest.raises(DutyMemberAway):
        duty(who=away)
    assert duty(who=away, despite="clerk-li").despite == "clerk-li"


def test_nobody_is_assigned_to_a_shift_that_was_called_off() -> None:
    with pytest.raises(ShiftNotOpen):
        duty(shift().call_off("rainstorm").after)


def test_minutes_are_whole_and_unknown_when_half_of_the_sheet_is_empty() -> None:
    came = duty().arrive(NOON).after
    assert came.minutes is None
    assert came.leave(NOON + timedelta(minutes=179, seconds=59)).after.minutes == 179
    assert duty().confirm().after.minutes is None


def test_signing_out_before_signing_in_is_refused() -> None:
    with pytest.raises(BadInput):
        duty().arrive(NOON).after.leave(NOON - timedelta(minutes=1))


def test_signing_in_twice_keeps_the_first_moment() -> None:
    came = duty().arrive(NOON).after
    assert came.arrive(NOON + timedelta(hours=1)) == Step(came)


def test_nobody_is_a_no_show_before_the_shift_has_begun() -> None:
    begins, _ = shift().window(ZONE)
    with pytest.raises(ShiftNotBegun):
        duty().mark_no_show(at=begins - timedelta(minutes=1), begins=begins)
    assert duty().mark_no_show(at=begins, begins=begins).after.status is DutyStatus.NO_SHOW


def test_a_no_show_who_told_us_afterwards_is_excused_and_the_hour_of_the_notice_stays() -> None:
    begins, _ = shift().window(ZONE)
    missed = duty().mark_no_show(at=begins, begins=begins).after
    excused = missed.excuse(NOON, "ill").after
    assert (excused.status, excused.notice_at, excused.reason) == (DutyStatus.EXCUSED, NOON, "ill")


def test_nobody_covers_for_themselves() -> None:
    with pytest.raises(BadInput):
        duty(covers=MemberId("M1"))


class DutyLife(RuleBasedStateMachine):
    """Any order of verbs: only the table's arrows are walked, and a verb twice changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.duty = duty()

    def try_(self, verb: str, step: object) -> None:
        before = self.duty
        allowed = TRANSITIONS[before.status].get(verb)
        try:
            done = step()  # type: ignore[operator]
        except WrongState:
            assert allowed is None
            return
        if done.happened:
            assert done.after.status is allowed
        else:
            assert done.after is before
            assert any(row.get(verb) is before.status for row in TRANSITIONS.values())
        self.duty = done.after

    @rule(minutes=st.integers(0, 60))
    def arrive(self, minutes: int) -> None:
        self.try_("arrive", lambda: self.duty.arrive(NOON + timedelta(minutes=minutes)))

    @rule(minutes=st.integers(60, 200))
    def leave(self, minutes: int) -> None:
        self.try_("leave", lambda: self.duty.leave(NOON + timedelta(minutes=minutes)))

    @rule()
    def confirm(self) -> None:
        self.try_("confirm", lambda: self.duty.confirm())

    @rule()
    def excuse(self) -> None:
        self.try_("excuse", lambda: self.duty.excuse(NOON, "ill"))

    @rule()
    def mark_no_show(self) -> None:
        self.try_("mark_no_show", lambda: self.duty.mark_no_show(at=NOON, begins=NOON))

    @rule()
    def call_off(self) -> None:
        self.try_("call_off", lambda: self.duty.call_off("heat"))

    @rule()
    def accept(self) -> None:
        self.try_("accept", lambda: self.duty.accept(NOON))

    @rule()
    def decline(self) -> None:
        self.try_("decline", lambda: self.duty.decline(NOON, "busy"))

    @rule()
    def hand_on(self) -> None:
        self.try_("hand_on", lambda: self.duty.hand_on(MemberId("M9")))

    @rule()
    def retract(self) -> None:
        self.try_("retract", lambda: self.duty.retract("wrong-entry"))

    @invariant()
    def what_is_written_fits_the_state(self) -> None:
        one = self.duty
        if one.status in (DutyStatus.ASSIGNED, DutyStatus.NO_SHOW, DutyStatus.CALLED_OFF):
            assert one.arrived is None
            assert one.left is None
        if one.status is DutyStatus.ARRIVED:
            assert one.arrived is not None
        if one.status is DutyStatus.EXCUSED:
            assert one.notice_at is not None
        if one.status is DutyStatus.ASSIGNED:
            assert (one.reason, one.answered_at, one.sick) == (None, None, False)
        if one.status in (DutyStatus.ACCEPTED, DutyStatus.DECLINED):
            assert one.answered_at is not None


TestDutyLife = DutyLife.TestCase


@pytest.mark.parametrize(
    ("told", "late"),
    [
        (NOON - timedelta(hours=25), None),
        (NOON - timedelta(hours=23), 23 * 60),
        (NOON + timedelta(minutes=5), -5),
    ],
)
def test_an_absence_told_late_is_a_fact_for_the_lead(told: datetime, late: int | None) -> None:
    step = duty().excuse(told, sick=True, begins=NOON, late_within=timedelta(hours=24))
    facts = [one.minutes_before for one in step.happened if isinstance(one, DutyCancelledLate)]
    assert facts == ([] if late is None else [late])
    assert step.after.status is DutyStatus.EXCUSED
    assert step.after.sick
    assert "sick" not in str(step.happened)  # an illness never reaches the journal


def test_a_no_show_who_tells_afterwards_is_no_late_cancellation() -> None:
    missed = duty().mark_no_show(at=NOON, begins=NOON).after
    step = missed.excuse(NOON + timedelta(hours=3), sick=True, begins=NOON, late_within=timedelta(hours=24))
    assert step.after.status is DutyStatus.EXCUSED
    assert not any(isinstance(one, DutyCancelledLate) for one in step.happened)


def test_a_shift_takes_no_more_than_its_most_unless_somebody_answers_for_it() -> None:
    full = shift("S1", maximum=2, minimum=1)
    with pytest.raises(ShiftFull) as refused:
        Duty.assign(full, member("M1"), id=DutyId("D9"), zone=ZONE, have=2)
    assert refused.value.facts["most"] == 2
    assert Duty.assign(full, member("M1"), id=DutyId("D9"), zone=ZONE, have=2, despite="li").after.despite
    with pytest.raises(BadInput):
        shift("S1", maximum=1, minimum=2)


def test_arriving_is_said_with_its_moment() -> None:
    assert duty().arrive(NOON).happened == (DutyArrived(at=NOON),)


# -- the roster -------------------------------------------------------------------------------------------
def test_a_roster_tells_days_without_a_shift_missing_people_and_missing_sheets() -> None:
    days = [DAY + timedelta(days=n) for n in range(4)]
    thin = shift("S1", days[0], minimum=2)
    off = shift("S2", days[2]).call_off("heat").after
    nil = shift("S3", days[3]).report_nothing(on=days[3]).after
    duties = [duty(thin), duty(nil, id="D3").confirm().after]
    gaps = roster_gaps(days, [thin, off, nil], duties, on=days[3] + timedelta(days=1))
    assert [(gap.day, gap.kind, gap.lacking) for gap in gaps] == [
        (days[0], RosterGapKind.SHORT_HANDED, 1),
        (days[0], RosterGapKind.UNCONFIRMED, 1),
        (days[0], RosterGapKind.NO_LOG, 0),
        (days[1], RosterGapKind.DAY_WITHOUT_SHIFT, 0),
    ]


def test_the_sheet_of_today_is_not_missing_yet() -> None:
    assert roster_gaps([DAY], [shift()], [duty()], on=DAY) == []


def test_one_member_twice_on_a_shift_is_one_person() -> None:
    two = shift(minimum=2)
    gaps = roster_gaps([DAY], [two], [duty(two, id="D1"), duty(two, id="D2")], on=DAY)
    assert [gap.kind for gap in gaps] == [RosterGapKind.SHORT_HANDED]
