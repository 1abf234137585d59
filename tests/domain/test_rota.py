from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from grassroots.domain.availability import Availability, Leave, Willing, Window
from grassroots.domain.duty import Duty, Shift
from grassroots.domain.member import Dated, Limit, Member, MemberStatus
from grassroots.domain.pack import parse_pack
from grassroots.domain.recurrence import Weekday
from grassroots.domain.rota import (
    ASK_TRANSITIONS,
    STANDBY_TRANSITIONS,
    SWAP_TRANSITIONS,
    TRANSITIONS,
    Ask,
    Caps,
    Helper,
    Load,
    Obstacle,
    ObstacleCode,
    Rota,
    RotaLine,
    RotaLineTwice,
    RotaStatus,
    Standby,
    StandbyKind,
    Swap,
    SwapNotTheirs,
    SwapOvertaken,
    SwapTooLate,
    SwapTwice,
    WorkLimit,
    among_others,
    loads,
    obstacles,
    ranked,
    ring_with,
    rings,
    without_caps,
)
from grassroots.domain.states import WrongState
from grassroots.domain.step import Step
from grassroots.errors import BadInput
from grassroots.packs import text
from grassroots.values.dates import Period, Span
from grassroots.values.ids import (
    AskId,
    AvailabilityId,
    DutyId,
    LeaveId,
    MemberId,
    RotaId,
    ShiftId,
    StandbyId,
    StationId,
    SwapId,
)

ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 7, 6)  # a Monday
NOON = datetime(2026, 7, 6, 4, 0, tzinfo=UTC)
LIMITS = tuple(
    WorkLimit.from_rules(code, one.values)
    for code, one in parse_pack(text("cn-national")).table("duty_limit").items()
)


def shift(id_: str = "F1", day: date = DAY, starts: int = 8, ends: int = 11, **fields: Any) -> Shift:
    return Shift(
        id=ShiftId(id_), station=StationId("S1"), day=day, starts=time(starts), ends=time(ends), **fields
    )


def duty(id_: str = "D1", of: Shift | None = None, member: str = "M1") -> Duty:
    one = of or shift()
    return Duty(id=DutyId(id_), shift=one.id, station=one.station, day=one.day, member=MemberId(member))


def person(id_: str = "M1", born: str | None = None, **fields: Any) -> Member:
    told = None if born is None else Dated.parse(born)
    return Member(id=MemberId(id_), name="林小满", born=told, **fields)


# -- the life of each record: the table is the truth -------------------------------------------------------
class Life(RuleBasedStateMachine):
    """Any verb at any time does what the table says, and doing it twice changes nothing."""

    table: ClassVar[Mapping[Any, Mapping[str, Any]]]
    verbs: ClassVar[Mapping[str, Callable[[Any], Step[Any]]]]
    record: Any

    def turn(self, verb: str) -> None:
        before = self.record
        allowed = self.table[before.status].get(verb)
        try:
            step = self.verbs[verb](before)
        except (WrongState, SwapNotTheirs):
            assert allowed is None
            return
        if step.happened:
            assert step.after.status is allowed
            assert self.verbs[verb](step.after).happened == ()
        else:
            assert step.after is before
        self.record = step.after

    @rule(data=st.data())
    def any_verb(self, data: st.DataObject) -> None:
        self.turn(data.draw(st.sampled_from(sorted(self.verbs))))

    @invariant()
    def it_stands_in_the_table(self) -> None:
        assert not hasattr(self, "record") or self.record.status in self.table


class RotaLife(Life):
    table = TRANSITIONS
    verbs: ClassVar = {
        "propose": lambda one: one.propose(),
        "revise": lambda one: one.revise(),
        "publish": lambda one: one.publish(DAY),
        "withdraw": lambda one: one.withdraw("new-plan"),
    }

    @initialize()
    def begin(self) -> None:
        self.record = draft()


class SwapLife(Life):
    table = SWAP_TRANSITIONS
    verbs: ClassVar = {
        "agree": lambda one: one.agree(MemberId("M2")),
        "settle": lambda one: one.settle(MemberId("M2")),
        "decline": lambda one: one.decline(),
        "withdraw": lambda one: one.withdraw(),
    }

    @initialize()
    def begin(self) -> None:
        self.record = swap("W1", "D1", "M1")

    @invariant()
    def who_took_it_is_known_once_it_is_done(self) -> None:
        one = getattr(self, "record", None)
        assert one is None or one.status.value not in ("agreed", "done") or one.taker == "M2"


class AskLife(Life):
    table = ASK_TRANSITIONS
    verbs: ClassVar = {
        "agree": lambda one: one.agree(NOON),
        "decline": lambda one: one.decline(NOON),
    }

    @initialize()
    def begin(self) -> None:
        self.record = Ask.ask(shift(), MemberId("M1"), id=AskId("A1"), at=NOON).after


class StandbyLife(Life):
    table = STANDBY_TRANSITIONS
    verbs: ClassVar = {"call_up": lambda one: one.call_up(), "leave": lambda one: one.leave()}

    @initialize()
    def begin(self) -> None:
        step = Standby.join(shift(), MemberId("M1"), id=StandbyId("B1"), kind=StandbyKind.WAITING)
        self.record = step.after


TestRotaLife = RotaLife.TestCase
TestSwapLife = SwapLife.TestCase
TestAskLife = AskLife.TestCase
TestStandbyLife = StandbyLife.TestCase


def test_who_answered_keeps_their_answer_when_the_others_are_told_to_rest() -> None:
    asked = Ask.ask(shift(), MemberId("M1"), id=AskId("A1"), at=NOON).after
    assert asked.withdraw().after.status.value == "not-needed"
    refused = asked.decline(NOON).after
    assert refused.withdraw().happened == ()
    assert refused.agree(NOON).after.status.value == "yes"  # thought better of it


# -- the rota ---------------------------------------------------------------------------------------------
def draft(*lines: RotaLine) -> Rota:
    return Rota.draft(
        id=RotaId("R1"),
        station=StationId("S1"),
        period=Period.month(2026, 7),
        lines=lines,
        on=date(2026, 6, 20),
    ).after


def line(of: str = "F1", member: str = "M1") -> RotaLine:
    return RotaLine(ShiftId(of), MemberId(member))


def test_lines_are_changed_in_a_draft_and_nowhere_else() -> None:
    rota = draft(line())
    changed = rota.change(put=[line("F2")], take=[line()]).after
    assert changed.lines == (line("F2"),)
    assert changed.change(put=[line("F2")]).happened == ()
    with pytest.raises(WrongState):
        changed.propose().after.change(put=[line("F3")])
    with pytest.raises(RotaLineTwice):
        draft(line(), line())


def test_publishing_says_how_many_days_ahead() -> None:
    (event,) = draft(line()).publish(date(2026, 6, 25)).happened
    assert event.days_ahead == 6  # type: ignore[attr-defined]
    assert draft().publish(date(2026, 6, 25)).after.status is RotaStatus.PUBLISHED


# -- swaps ------------------------------------------------------------------------------------------------
def swap(id_: str, of: str, giver: str, to: str | None = None, wanted: str | None = None) -> Swap:
    return Swap(
        id=SwapId(id_),
        duty=DutyId(of),
        station=StationId("S1"),
        day=DAY,
        giver=MemberId(giver),
        to=None if to is None else MemberId(to),
        wanted=None if wanted is None else DutyId(wanted),
        asked_at=NOON,
    )


def ask(mine: Duty, **fields: Any) -> Swap:
    given_: dict[str, Any] = {"id": SwapId("W9"), "at": NOON, "begins": NOON + timedelta(hours=1), **fields}
    return Swap.ask(mine, **given_).after


def test_a_swap_needs_a_duty_that_is_awaited_before_its_shift_and_is_asked_once() -> None:
    mine, theirs = duty(), duty("D2", shift("F2"), "M2")
    assert ask(mine, wanted=theirs).to == "M2"
    with pytest.raises(SwapOvertaken):
        ask(mine.confirm().after)
    with pytest.raises(SwapTooLate):
        ask(mine, begins=NOON)
    with pytest.raises(SwapTwice):
        ask(mine, live=[swap("W1", "D1", "M1")])
    with pytest.raises(SwapNotTheirs):
        ask(mine, to=MemberId("M1"))
    with pytest.raises(SwapNotTheirs):
        ask(mine, to=MemberId("M3"), wanted=theirs)


def test_an_offer_to_one_person_can_be_taken_by_nobody_else_and_only_once() -> None:
    to_one = swap("W1", "D1", "M1", to="M2")
    with pytest.raises(SwapNotTheirs):
        to_one.agree(MemberId("M3"))
    anybody = swap("W1", "D1", "M1").agree(MemberId("M2")).after
    with pytest.raises(WrongState):
        anybody.agree(MemberId("M3"))


def test_three_who_want_each_others_duties_are_one_ring() -> None:
    ring = [
        swap("W1", "D1", "M1", to="M2", wanted="D2"),
        swap("W2", "D2", "M2", to="M3", wanted="D3"),
        swap("W3", "D3", "M3", to="M1", wanted="D1"),
    ]
    aside = swap("W4", "D4", "M4", to="M1", wanted="D1")
    (found,) = rings([aside, *ring])
    assert [one.id for one in found] == ["W1", "W2", "W3"]
    assert ring_with(ring[1], [aside, *ring]) == found
    assert ring_with(aside, [aside, *ring]) is None


@given(st.lists(st.integers(0, 7), min_size=8, max_size=8))
def test_rings_are_exactly_the_cycles_of_who_wants_what(wants: list[int]) -> None:
    swaps = [
        swap(f"W{n}", f"D{n}", f"M{n}", to=f"M{want}", wanted=f"D{want}")
        for n, want in enumerate(wants)
        if want != n
    ]
    edges = {n: want for n, want in enumerate(wants) if want != n}

    def comes_back(start: int) -> bool:
        here: int | None = edges.get(start)
        for _ in range(9):
            if here is None or here == start:
                return here == start
            here = edges.get(here)
        return False

    in_rings = sorted(int(one.duty[1:]) for ring in rings(swaps) for one in ring)
    assert in_rings == [n for n in range(8) if n in edges and comes_back(n)]


# -- limits -----------------------------------------------------------------------------------------------
def codes(of: Shift, who: Member, **fields: Any) -> set[str]:
    return {one.code.value for one in obstacles(of, who, limits=LIMITS, **fields)}


def test_old_people_are_asked_before_the_night_and_nobody_is_refused_by_age_alone() -> None:
    night = shift(starts=20, ends=23)
    old = person(born="1950")
    assert codes(night, old) == {"ask-first"}
    assert codes(shift(), old) == set()
    willing = Availability(
        id=AvailabilityId("A1"),
        member=MemberId("M1"),
        span=Span(DAY),
        windows=(Window(Weekday.MONDAY),),
        willing=(Willing.NIGHT,),
    )
    assert codes(night, old, given=[willing]) == set()
    assert codes(night, person(born="1970")) == set()
    assert codes(night, person()) == set()  # nobody knows: nothing to ask


@pytest.mark.parametrize(
    ("starts", "ends", "night"),
    [(18, 21, False), (18, 22, True), (22, 2, True), (5, 8, True), (6, 9, False), (0, 3, True)],
)
def test_a_shift_is_at_night_if_any_of_it_lies_in_the_hours_of_the_rule(
    starts: int, ends: int, night: bool
) -> None:
    assert ("ask-first" in codes(shift(starts=starts, ends=ends), person(born="1940"))) is night


def test_heat_is_outdoors_at_noon_in_summer() -> None:
    hot = shift(starts=13, ends=15, outdoor=True)
    assert "unfit" in codes(hot, person(limits=(Limit.HEAT,)))
    for cool in (
        shift(starts=13, ends=15),
        shift(starts=8, ends=10, outdoor=True),
        shift(day=date(2026, 1, 5), starts=13, ends=15, outdoor=True),
    ):
        assert codes(cool, person(limits=(Limit.HEAT,))) == set()


def test_every_obstacle_has_its_code_and_none_names_an_illness() -> None:
    away = person(status=MemberStatus.PAUSED, limits=(Limit.WALKING,))
    leave = Leave(id=LeaveId("L1"), member=MemberId("M1"), span=Span(DAY, DAY))
    found = obstacles(
        shift(minors=True),
        away,
        demands=(Limit.WALKING,),
        leaves=[leave],
        given=[Availability(id=AvailabilityId("A1"), member=MemberId("M1"), span=Span(DAY))],
        appointed=False,
        screened=False,
    )
    assert {one.code.value for one in found} == {
        "away",
        "on-leave",
        "not-free",
        "not-appointed",
        "not-screened",
        "unfit",
    }
    assert "walking" not in str(found)


def test_a_limit_with_half_its_hours_is_refused() -> None:
    with pytest.raises(BadInput):
        WorkLimit.from_rules("x", {"when": "night", "from_minutes": 60})


# -- cover ------------------------------------------------------------------------------------------------
def test_who_is_asked_first() -> None:
    old, new = NOON - timedelta(days=30), NOON - timedelta(days=1)
    order = [
        Helper(member=MemberId("on-call"), on_call=True, asked_at=new, load=9),
        Helper(member=MemberId("never-asked"), load=9),
        Helper(member=MemberId("long-ago"), asked_at=old, load=5),
        Helper(member=MemberId("light"), asked_at=new, load=1, far=2),
        Helper(member=MemberId("near"), asked_at=new, load=2, far=0),
        Helper(member=MemberId("far"), asked_at=new, load=2, far=1),
        Helper(member=MemberId("busy"), obstacles=(Obstacle(ObstacleCode.BUSY),)),
    ]
    assert [one.member for one in ranked(reversed(order))] == [one.member for one in order]


def test_other_duties_stand_in_the_way_by_time_rest_and_count() -> None:
    wanted = shift("F9", starts=8, ends=11)
    caps = Caps(per_day=1, per_week=2, per_month=3, rest=timedelta(hours=12))
    night = shift("F1", DAY - timedelta(days=1), 22, 2)
    assert {one.code.value for one in among_others(wanted, [(duty("D1", night), night)], caps, ZONE)} == {
        "rest"
    }
    same = shift("F2", starts=10, ends=12)
    assert {one.code.value for one in among_others(wanted, [(duty("D2", same), same)], caps, ZONE)} == {
        "busy",
        "most-per-day",
    }
    days = [shift(f"F{n}", DAY + timedelta(days=n)) for n in (2, 4)]
    full = among_others(wanted, [(duty(f"D{n}", one), one) for n, one in enumerate(days)], caps, ZONE)
    assert {one.code.value for one in full} == {"most-per-week"}
    assert without_caps(full) == ()


def test_counts_come_from_the_duties_and_leave_out_what_fell_out() -> None:
    sunday = shift("F2", date(2026, 7, 5), 21, 23)
    kept, night = duty(), duty("D2", sunday)
    gone = duty("D3", shift("F3")).call_off("heat").after
    found = loads([(kept, shift()), (night, sunday), (gone, shift("F3"))], lambda one: one.starts.hour >= 21)
    assert found == {"M1": Load(duties=2, nights=1, weekends=1)}


def test_the_smaller_cap_counts() -> None:
    caps = Caps.from_rules({"most_per_week_count": 3, "least_rest_hours": 12})
    assert caps.with_own(5, 4) == Caps(per_day=1, per_week=3, per_month=4, rest=timedelta(hours=12))
