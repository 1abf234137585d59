"""The sheets about people: what a cell says is set right, what it leaves open stays."""

from __future__ import annotations

from datetime import date

import pytest
from tests.usecases.intake.desk_sheets import acts, book, take

from grassroots.contracts.tables import Book, CellValue
from grassroots.desk import Desk
from grassroots.domain.appointment import Appointment
from grassroots.domain.form import parse_forms
from grassroots.domain.member import Affiliation, Member, Retirement
from grassroots.domain.station import StationKind
from grassroots.usecases.intake.landing import LandedForm, Landing
from grassroots.values.ids import RoleId
from grassroots.workspace.reading import Reading

HEADER = ("姓名", "出生年月", "参战老兵", "政治面貌", "离退休类别")


def person(*cells: CellValue) -> Book:
    return book("人员花名册", HEADER, ("卯大山", "1950-01", *cells))


def known(desk: Desk) -> tuple[bool, Affiliation, Retirement]:
    (one,) = desk.members.all()
    return one.war_veteran, one.affiliation, one.retirement


def test_an_empty_cell_wipes_no_flag_and_no_affiliation(desk: Desk) -> None:
    take(desk, person("是", "党员", "离休"))
    assert known(desk) == (True, Affiliation.FULL, Retirement.VETERAN)
    assert acts(take(desk, person(None, "", "-"))) == ["same"]
    assert known(desk) == (True, Affiliation.FULL, Retirement.VETERAN)
    take(desk, book("人员花名册", HEADER[:2], ("卯大山", "1950-01")))
    assert known(desk) == (True, Affiliation.FULL, Retirement.VETERAN)


def test_what_people_write_for_nothing_is_no_choice(desk: Desk) -> None:
    sheet = book("人员花名册", ("姓名", "出生年月", "身体状况"), ("卯大山", "1950-01", "无"))
    assert acts(take(desk, sheet)) == ["create"]
    assert desk.members.all()[0].limits == ()


def test_a_cell_that_says_no_takes_the_flag_away(desk: Desk) -> None:
    take(desk, person("是", "党员", "离休"))
    assert acts(take(desk, person("否", "群众", "在职"))) == ["change"]
    assert known(desk) == (False, Affiliation.MASSES, Retirement.NONE)


def test_a_form_of_an_app_can_take_a_flag_back_to_what_nobody_has_to_say(desk: Desk) -> None:
    (form,) = parse_forms(
        """
[form.veterans]
title_zh = "老兵"
title_en = "Veterans"
natural = ["name"]
[[form.veterans.column]]
key = "name"
header_zh = "姓名"
header_en = "Name"
wanted = true
[[form.veterans.column]]
key = "war"
header_zh = "参战"
header_en = "War"
kind = "flag"
wanted = true
"""
    )

    def land(landing: Landing) -> None:
        name, war = str(landing.row.text("name")), bool(landing.row.flag("war"))
        (found,) = landing.known(name)
        landing.settle(
            found,
            lambda: Member.register(id=found.id, name=name, war_veteran=war),
            landing.row.said(war_veteran="war"),
        )

    desk.members.register(name="卯大山", war_veteran=True)
    own = {"forms": [form], "landers": [LandedForm("veterans", land, makes=("member",))]}
    for word, act, expected in ((None, "same", True), ("否", "change", False), ("是", "change", True)):
        sheet = book("老兵", ("姓名", "参战"), ("卯大山", word))
        assert acts(take(desk, sheet, **own)) == [act]
        assert desk.members.all()[0].war_veteran is expected


def test_an_appointment_keeps_what_its_row_leaves_open(desk: Desk) -> None:
    station = desk.stations.found(kind=StationKind.STATION, name="灵溪站").id
    desk.roles.define(id=RoleId("mediator"), label_zh="调解员", label_en="Mediator", family="six")
    desk.members.register(name="卯大山")
    header = ("岗位", "姓名", "所属站点", "任职时间", "届满时间", "产生方式")
    row = ("调解员", "卯大山", "灵溪站", "2021-03-01", "2022-02-28", "选聘")
    take(desk, book("选聘名册", header, row))
    take(desk, book("选聘名册", header, (*row[:4], None, None)))
    (one,) = Reading(desk.seat).list(Appointment)
    assert (one.station, one.span.last, one.route) == (station, date(2022, 2, 28), "selected")
    take(desk, book("选聘名册", header, (*row[:5], "推荐")))
    (one,) = Reading(desk.seat).list(Appointment)
    assert one.route == "recommended"


@pytest.mark.parametrize("home", ["新站", None])
def test_a_membership_keeps_the_home_that_its_team_had(desk: Desk, home: str | None) -> None:
    first = desk.stations.found(kind=StationKind.STATION, name="灵溪站").id
    team = desk.teams.found(name="宣讲团", station=first)
    desk.members.register(name="卯大山")
    roster = book("队伍名册", ("队伍", "姓名", "加入时间"), ("宣讲团", "卯大山", "2021-03-01"))
    take(desk, roster)
    if home is not None:
        desk.teams.correct(team.id, station=desk.stations.found(kind=StationKind.STATION, name=home).id)
    sworn = book(
        "队伍名册", ("队伍", "姓名", "加入时间", "宣誓时间"), ("宣讲团", "卯大山", "2021-03-01", "2021-03-05")
    )
    take(desk, sworn)
    (one,) = desk.teams.memberships()
    assert (one.station, one.oath_on) == (first, date(2021, 3, 5))
