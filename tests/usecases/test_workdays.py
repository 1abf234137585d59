from __future__ import annotations

from datetime import date
from typing import Any

import pytest

import grassroots
from grassroots.contracts.calendar import DayKind
from grassroots.desk import Desk
from grassroots.domain.concern import ConcernKind
from grassroots.domain.station import StationKind
from grassroots.errors import BadInput
from grassroots.values.dates import Period


def test_a_month_is_told_day_by_day_with_the_names_of_its_holidays(desk: Desk) -> None:
    told = {one.day.day: one for one in desk.workdays.days(Period.month(2021, 2))}
    assert (told[7].kind, told[7].label_zh) == (DayKind.MAKE_UP, "春节")
    assert (told[11].kind, told[11].label_en) == (DayKind.HOLIDAY, "Spring Festival")
    assert (told[21].kind, told[21].holiday) == (DayKind.WEEKEND, None)


def test_days_that_nobody_announced_have_no_kind(desk: Desk) -> None:
    told = desk.workdays.days(Period(date(2026, 12, 31), date(2027, 1, 1)))
    assert [one.kind for one in told] == [DayKind.WORKING, None]
    assert desk.workdays.known_years() == (2020, 2021, 2022, 2023, 2024, 2025, 2026)
    with pytest.raises(BadInput):
        desk.workdays.kind_of(date(2027, 1, 1))


def test_festivals_of_a_solar_year_stand_in_order(desk: Desk) -> None:
    found = desk.workdays.festivals(2026)
    assert [one.code for one in found] == [
        "new-years-eve",
        "lantern",
        "dragon-boat",
        "mid-autumn",
        "double-ninth",
    ]
    assert found[0].day == date(2026, 2, 16)


def test_a_promise_in_working_days_goes_over_the_holidays(desk: Desk, clock: Any) -> None:
    clock.go_to(date(2021, 9, 29))
    hub = desk.stations.found(kind=StationKind.HUB, name="示范区老党员之家")
    taken = desk.concerns.take(station=hub.id, text="几时办理老年证", kind=ConcernKind.ENQUIRY)
    # Three working days from Wednesday 29 September 2021: the 30th, then the 8th and (worked) the 9th.
    accepted = desk.concerns.accept(taken.id)
    assert accepted.due == date(2021, 10, 9)
    happened = desk.seat.office.storage.journal(after=desk.seat.office.storage.head() - 1, limit=1)
    packs = desk.seat.office.codec.decode_fact(happened[0]).packs
    assert "cn-holidays@2026" in packs


def test_a_promise_into_an_unknown_year_is_made_by_a_person(desk: Desk, clock: Any) -> None:
    clock.go_to(date(2027, 3, 1))
    hub = desk.stations.found(kind=StationKind.HUB, name="示范区老党员之家")
    taken = desk.concerns.take(station=hub.id, text="几时办理老年证", kind=ConcernKind.ENQUIRY)
    with pytest.raises(BadInput) as refused:
        desk.concerns.accept(taken.id)
    assert refused.value.code == "working-days-unknown"
    assert desk.concerns.accept(taken.id, due=date(2027, 3, 4)).due == date(2027, 3, 4)


def test_a_network_founded_before_holidays_were_known_keeps_its_packs_and_counts_weeks() -> None:
    packs = ("cn-national", "network-1-3-n", "policy")
    with grassroots.open("memory://", network="old", packs=packs) as network:
        desk = network.desk("steward:office")
        assert desk.workdays.known_years() is None
        assert desk.workdays.after(date(2031, 10, 3), 1) == date(2031, 10, 6)
