"""What a station promises: its life, its tree, and that a place that is gone keeps its past."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from grassroots.domain.states import WrongState
from grassroots.domain.station import (
    TRANSITIONS,
    Station,
    StationCircle,
    StationCorrected,
    StationDates,
    StationFounded,
    StationKind,
    StationMoved,
    StationNotEmpty,
    StationParentClosed,
    StationStatus,
    StationStatusChanged,
    ancestors,
    subtree,
)
from grassroots.errors import BadInput
from grassroots.values.ids import StationId

DAY = date(2021, 3, 1)


def station(id_: str = "S1", parent: str | None = None, **fields: object) -> Station:
    fields.setdefault("kind", StationKind.STATION)
    fields.setdefault("name", f"站点{id_}")
    above = None if parent is None else StationId(parent)
    return Station(id=StationId(id_), parent=above, **fields)  # type: ignore[arg-type]


def test_a_place_is_founded_with_its_name_tidied_and_codes_as_every_room_spells_them() -> None:
    step = Station.found(
        id=StationId("S"), kind=StationKind.HUB, name=" 老党员之家 ", functions=("health_care",)
    )
    assert (step.after.name, step.after.functions) == ("老党员之家", ("health-care",))
    assert step.happened == (StationFounded(kind=StationKind.HUB, status=StationStatus.OPEN),)


def test_a_place_without_a_name_or_with_days_the_wrong_way_round_does_not_exist() -> None:
    with pytest.raises(BadInput) as refused:
        station(name=" ")
    assert refused.value.code == "station-name-missing"
    with pytest.raises(StationDates):
        station(status=StationStatus.CLOSED, opened=DAY, closed=DAY - timedelta(days=1))
    with pytest.raises(BadInput):
        station(status=StationStatus.OPEN, closed=DAY)


def test_a_planned_station_stands_from_the_day_it_is_opened() -> None:
    planned = station(status=StationStatus.PLANNED)
    assert not planned.stands_on(DAY)
    opened = planned.open(DAY).after
    assert not opened.stands_on(DAY - timedelta(days=1))
    assert opened.stands_on(DAY)


def test_a_plan_that_is_given_up_never_stood() -> None:
    given_up = station(status=StationStatus.PLANNED).close(DAY).after
    assert given_up.status is StationStatus.CLOSED
    assert not given_up.stands_on(DAY - timedelta(days=1))
    assert not given_up.stands_on(DAY)


def test_a_closed_station_stands_in_its_past_for_the_figures_of_that_time() -> None:
    step = station(opened=date(2019, 1, 1)).close(DAY, "merged", into=StationId("S2"))
    gone = step.after
    assert (gone.stands_on(DAY), gone.stands_on(DAY + timedelta(days=1))) == (True, False)
    assert gone.joined_to == "S2"
    expected = StationStatusChanged(
        status=StationStatus.CLOSED, on=DAY, reason="merged", into=StationId("S2")
    )
    assert step.happened == (expected,)


def test_a_suspended_station_still_stands_and_cannot_be_opened_only_resumed() -> None:
    paused = station().suspend(DAY).after
    assert paused.stands_on(DAY)
    with pytest.raises(WrongState) as refused:
        paused.open(DAY)
    assert refused.value.facts["possible"] == ("close", "resume")


def test_a_station_is_not_closed_over_the_heads_of_those_below_it() -> None:
    hub = station("H", kind=StationKind.HUB)
    below = [station("S1", "H"), station("S2", "H", status=StationStatus.CLOSED)]
    with pytest.raises(StationNotEmpty) as refused:
        hub.close(DAY, below=below)
    assert refused.value.facts["below"] == ("S1",)
    assert hub.close(DAY, below=below[1:]).after.status is StationStatus.CLOSED


def test_a_station_is_not_joined_to_itself() -> None:
    with pytest.raises(StationCircle):
        station("S1").close(DAY, into=StationId("S1"))


def test_moving_says_from_where_to_where_and_moving_to_the_same_place_says_nothing() -> None:
    hub = station("H", kind=StationKind.HUB)
    step = station("S1", "X").move(hub, {hub.id: hub})
    assert step.happened == (StationMoved(former=StationId("X"), parent=hub.id),)
    assert step.after.move(hub, {hub.id: hub}).happened == ()
    assert step.after.move(None, {}).after.parent is None


def test_nothing_moves_under_what_is_closed_or_under_its_own() -> None:
    closed = station("H", status=StationStatus.CLOSED, closed=DAY)
    with pytest.raises(StationParentClosed):
        station("S1").move(closed, {closed.id: closed})
    top, middle, low = station("A"), station("B", "A"), station("C", "B")
    tree = {s.id: s for s in (top, middle, low)}
    for under in (top, middle, low):
        with pytest.raises(StationCircle):
            top.move(under, tree)


def test_a_correction_names_the_fields_and_never_the_parent() -> None:
    step = station().correct("typing-error", name="新名", functions=("learning",))
    assert step.happened == (StationCorrected(fields=("functions", "name"), reason="typing-error"),)
    assert step.after.correct(name="新名").happened == ()
    with pytest.raises(BadInput):
        station().correct(parent="H")


def _tree(parents: list[int | None]) -> dict[StationId, Station]:
    made = {}
    for number, parent in enumerate(parents):
        above = None if parent is None or parent == number else f"S{parent}"
        made[StationId(f"S{number}")] = station(f"S{number}", above)
    return made


_parents = st.lists(st.none() | st.integers(0, 7), min_size=8, max_size=8)


@given(_parents)
def test_the_way_up_and_the_way_down_end_even_in_a_broken_tree(parents: list[int | None]) -> None:
    tree = _tree(parents)
    for one in tree.values():
        up = ancestors(one, tree)
        assert len(set(up)) == len(up)
        assert one.id not in up
        down = subtree(one.id, tree.values())
        assert down[0] == one.id
        assert len(set(down)) == len(down)
        assert all(one.id in ancestors(tree[below], tree) for below in down[1:])


@given(st.lists(st.tuples(st.integers(0, 7), st.none() | st.integers(0, 7)), max_size=20))
def test_no_row_of_moves_ever_makes_a_circle(moves: list[tuple[int, int | None]]) -> None:
    tree = _tree([None] * 8)
    for number, under in moves:
        parent = None if under is None else tree[StationId(f"S{under}")]
        try:
            moved = tree[StationId(f"S{number}")].move(parent, tree).after
        except StationCircle:
            continue
        tree[moved.id] = moved
    for one in tree.values():
        top = tree[(one.id, *ancestors(one, tree))[-1]]
        assert top.parent is None


class StationLife(RuleBasedStateMachine):
    """Whatever order of verbs: the table decides, twice is once, and what is closed stays closed."""

    @initialize(status=st.sampled_from([StationStatus.PLANNED, StationStatus.OPEN]))
    def begin(self, status: StationStatus) -> None:
        self.station = station(status=status, opened=DAY if status is StationStatus.OPEN else None)
        self.day = DAY

    @rule(verb=st.sampled_from(["open", "suspend", "resume", "close"]), days=st.integers(0, 40))
    def act(self, verb: str, days: int) -> None:
        self.day += timedelta(days=days)
        before = self.station
        allowed = TRANSITIONS[before.status].get(verb)
        already = any(row.get(verb) is before.status for row in TRANSITIONS.values())
        if allowed is None and not already:
            with pytest.raises(WrongState):
                getattr(before, verb)(self.day)
            return
        step = getattr(before, verb)(self.day)
        self.station = step.after
        assert self.station.status is (before.status if allowed is None else allowed)
        assert bool(step.happened) == (allowed is not None)
        assert getattr(self.station, verb)(self.day + timedelta(days=1)).happened == ()

    @invariant()
    def a_last_day_means_closed_and_standing_follows_the_days(self) -> None:
        if not hasattr(self, "station"):
            return
        if self.station.closed is not None:
            assert self.station.status is StationStatus.CLOSED
            assert not self.station.stands_on(self.station.closed + timedelta(days=1))
        if self.station.status in (StationStatus.OPEN, StationStatus.SUSPENDED):
            assert self.station.stands_on(self.day)


TestStationLife = StationLife.TestCase
