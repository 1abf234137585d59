"""A register that is printed, written on and handed in again says the same."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from attrs import evolve

import grassroots
from grassroots.contracts.tables import Book, Form
from grassroots.desk import Desk
from grassroots.domain.appointment import Route
from grassroots.domain.form import recognise
from grassroots.domain.member import (
    Affiliation,
    Dated,
    Limit,
    MemberStatus,
    Retirement,
    ToldAge,
)
from grassroots.domain.paper import LABEL, LINE, MARGIN_TOP, PAGE, PEN_FONT, TITLE, block_lines, set_out
from grassroots.domain.station import StationKind
from grassroots.errors import Missing
from grassroots.locale import say
from grassroots.network import Network
from grassroots.sheets.reading import read_book
from grassroots.sheets.writing import write_forms
from grassroots.usecases.intake import RowAct, standard_forms
from grassroots.usecases.registers.rows import WRITERS
from grassroots.values.dates import PartialDate, Period
from grassroots.values.ids import RoleId, StationId
from grassroots.values.names import Sex
from grassroots.workspace.reading import Reading

JULY = Period.month(2021, 7)


def printed(*forms: Form) -> Book:
    target = BytesIO()
    write_forms(target, forms)
    return read_book(target.getvalue(), name="register.xlsx")


@pytest.fixture
def filled(desk: Desk) -> Desk:
    hub = desk.stations.found(kind=StationKind.HUB, name="老党员之家", name_en="Home")
    station = desk.stations.found(kind=StationKind.STATION, name="灵溪站", name_en="Lingxi", parent=hub.id)
    desk.roles.adopt()
    one = desk.members.register(
        name="卯大山",
        sex=Sex.MALE,
        born=Dated(PartialDate(1940, 7)),
        affiliation=Affiliation.FULL,
        joined_party=Dated(PartialDate(1966)),
        full_member=Dated(PartialDate(1967, 7, 1)),
        id_number="11010519491231002X",
        phone="13800000001",
        address="东门1号",
        volunteer_number="V-7",
        retirement=Retirement.VETERAN,
        war_veteran=True,
        skills=("书法", "调解"),
        limits=(Limit.STANDING, Limit.HEAT),
        categories=("veteran-volunteer",),
        station=station.id,
        joined=PartialDate(2019, 5),
        remark="多才多艺",
    )
    desk.members.correct(one.id, id_number=None)
    other = desk.members.register(
        name="辰小川", phone="13800000002", station=hub.id, born=Dated(PartialDate(1950))
    )
    known = desk.members.register(name="巳三四", status=MemberStatus.APPLIED, born=Dated(PartialDate(1944)))
    desk.members.correct(known.id, told_ages=(ToldAge(77, date(2021, 7, 1)),), categories=("resident",))
    desk.appointments.appoint(
        member=one.id, role=RoleId("community-mediator"), station=station.id, route=Route.ELECTED
    )
    team = desk.teams.found(name="宣讲团", name_en="Speakers", station=station.id)
    desk.teams.join(team.id, one.id)
    joined = desk.teams.join(team.id, other.id, first=date(2021, 5, 1))
    desk.teams.leave(joined.id, on=date(2021, 6, 30))
    lectures = desk.teams.define_programme(title="红色讲堂", code="red-lectures")
    desk.teams.take_part(lectures.id, one.id)
    return desk


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("code", ["members", "walk-ins", "teams", "appointments", "participations"])
def test_a_register_that_comes_back_unchanged_changes_nothing(filled: Desk, code: str, language: str) -> None:
    book = printed(filled.registers.filled(code, language=language))
    plan = filled.intake.plan(book)
    assert [sheet.form for sheet in plan.sheets if not sheet.hidden] == [code]
    assert plan.sheets[0].unread == ()
    assert [row.problems for row in plan.rows if row.problems] == []
    assert {row.act for row in plan.rows} == {RowAct.SAME}
    before = {
        kind: snapshot(filled, kind) for kind in ("member", "appointment", "membership", "participation")
    }
    filled.intake.apply(plan)
    assert {kind: snapshot(filled, kind) for kind in before} == before


def test_an_end_that_a_roster_leaves_blank_stays_as_it_is_recorded(filled: Desk) -> None:
    form = filled.registers.filled("teams")
    place = [column.key for column in form.columns].index("last")
    blank = tuple((*row[:place], None, *row[place + 1 :]) for row in form.rows)
    before = snapshot(filled, "membership")
    plan = filled.intake.plan(printed(evolve(form, rows=blank)))
    assert {row.act for row in plan.rows} == {RowAct.SAME}
    filled.intake.apply(plan)
    assert snapshot(filled, "membership") == before
    assert any(one.span.last for one in before.values())


def snapshot(desk: Desk, kind: str) -> dict[str, Any]:
    record = desk.seat.office.kinds.named(kind).record
    return {one.id: one for one in Reading(desk.seat).walk(record)}


def test_a_register_brings_everybody_into_an_empty_network(filled: Desk) -> None:
    book = printed(filled.registers.filled("members"))
    with grassroots.open("memory://", zone="Asia/Shanghai") as network:
        desk = network.desk("steward:office")
        for station in reversed(filled.stations.all()):
            desk.stations.found(kind=station.kind, name=station.name)
        desk.intake.apply(desk.intake.plan(book))
        mine = {one.name: one for one in desk.members.all(status=None)}
        theirs = {one.name: one for one in filled.members.all(status=None)}
        assert set(mine) == set(theirs)
        for name, one in mine.items():
            other = theirs[name]
            for field in (
                "sex",
                "born",
                "phone",
                "address",
                "skills",
                "limits",
                "joined",
                "status",
                "remark",
            ):
                assert getattr(one, field) == getattr(other, field), (name, field)


def test_what_is_written_on_a_register_is_set_right(filled: Desk) -> None:
    form = filled.registers.filled("members")
    place = [column.key for column in form.columns].index("remark")
    rows = [list(row) for row in form.rows]
    rows[1][place] = "会唱花鼓戏"
    plan = filled.intake.plan(printed(evolve(form, rows=tuple(tuple(row) for row in rows))))
    assert [row.act.value for row in plan.rows] == ["same", "change", "same"]
    filled.intake.apply(plan)
    assert filled.members.named("辰小川")[0].remark == "会唱花鼓戏"


def test_a_register_shows_a_viewer_what_they_may_read(network: Network, filled: Desk) -> None:
    form = network.desk("auditor:wang").registers.filled("members")
    keys = [column.key for column in form.columns]
    told = [dict(zip(keys, row, strict=True)) for row in form.rows]
    assert len(told) == 3
    for row in told:
        assert "大山" not in str(row["name"])
        assert "小川" not in str(row["name"])
        assert (row["phone"], row["address"], row["limits"], row["remark"]) == (None, None, None, None)
    assert str(told[0]["name"]).startswith("卯")
    appointments = network.desk("auditor:wang").registers.filled("appointments")
    assert "卯大山" not in str(appointments.rows)
    assert "13800000001" not in str(appointments.rows)
    volunteer = network.desk("volunteer:li").registers.filled("members")
    assert all(not row[keys.index("name")] for row in volunteer.rows)


def test_a_register_is_that_of_a_place_with_all_below_it(filled: Desk) -> None:
    stations = {one.name: one.id for one in filled.stations.all()}
    assert len(filled.registers.filled("members", place=stations["老党员之家"]).rows) == 2
    assert len(filled.registers.filled("members", place=stations["灵溪站"]).rows) == 1
    with pytest.raises(Missing):
        filled.registers.filled("members", place=StationId("nowhere"))


def test_a_register_of_a_period_has_what_touches_it(filled: Desk) -> None:
    assert len(filled.registers.filled("appointments", period=JULY).rows) == 1
    assert filled.registers.filled("appointments", period=Period.year(2020)).rows == ()
    assert len(filled.registers.filled("walk-ins", period=JULY).rows) == 1
    assert filled.registers.filled("walk-ins", period=Period.year(2020)).rows == ()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("code", sorted(WRITERS))
def test_every_register_and_every_blank_form_can_be_printed(filled: Desk, code: str, language: str) -> None:
    assert code in filled.registers.codes()
    blank = filled.registers.blank(code, lines=5, language=language)
    assert blank.blank == 5
    assert any(value == blank.sheet_number for _, value in blank.block)
    book = printed(filled.registers.filled(code, language=language, period=JULY), blank)
    assert len([sheet for sheet in book.sheets if not sheet.hidden]) == 2
    found = [sheet.form for sheet in filled.intake.plan(book).sheets if not sheet.hidden]
    assert found == [code, code]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("code", sorted(WRITERS))
def test_a_blank_form_is_for_pens_on_one_sheet_of_a4(desk: Desk, code: str, language: str) -> None:
    form = desk.registers.blank(code, language=language)
    setting = set_out(form)
    assert setting.scale == 100
    assert PEN_FONT >= 10
    assert LINE * 25.4 / 72 >= 9
    assert len(setting.pages) <= 2, "front and back"
    assert all(0.8 * PAGE < setting.page_width(page) <= PAGE for page in range(len(setting.pages)))
    assert min(setting.widths) >= 7
    assert form.blank == setting.lines >= 10
    above = TITLE + LABEL * block_lines(form) + setting.header
    high = 210 / 25.4 * 72 - 2 * MARGIN_TOP * 72
    rest = high - above - sum(setting.footer) - LINE * form.blank
    assert 0 <= rest < LINE + 6.5, "the page is full, and no line spills onto another"


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("code", sorted(WRITERS))
def test_a_blank_form_tells_what_red_means_and_that_is_not_taken_for_a_row(
    desk: Desk, code: str, language: str
) -> None:
    form = desk.registers.blank(code, language=language)
    assert form.footer == (say("form-legend", language=language),)
    plan = desk.intake.plan(printed(form))
    assert [sheet.form for sheet in plan.sheets if not sheet.hidden] == [code]
    assert plan.sheets[0].unread == ()
    assert [(row.act, row.code) for row in plan.rows] == [(RowAct.SKIPPED, "row-footer")]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_blank_form_brings_its_sheet_number_and_block_back(desk: Desk, language: str) -> None:
    form = desk.registers.blank("sign-in", language=language, block={"activity": "秋日讲堂"})
    sheet = printed(form).sheets[0]
    found = recognise(sheet, standard_forms())
    assert found is not None
    # A label side by side with an empty one is not taken for its value.
    assert found.block == {"activity": "秋日讲堂", "sheet_number": form.sheet_number}


def test_a_blank_member_register_that_was_written_on_comes_in(desk: Desk) -> None:
    form = desk.registers.blank("members", lines=3)
    keys = [column.key for column in form.columns]
    assert "volunteer_number" not in keys
    assert "limits" in keys
    told = {"name": "卯大山", "born": "1940-07", "limits": "不能久站", "remark": "多才多艺"}
    row = tuple(told.get(key) for key in keys)
    plan = desk.intake.plan(printed(evolve(form, rows=(row,))))
    assert [row.act for row in plan.rows] == [RowAct.CREATE, RowAct.SKIPPED]
    desk.intake.apply(plan)
    [one] = desk.members.all(status=None)
    assert (one.name, one.limits, one.remark) == ("卯大山", (Limit.STANDING,), "多才多艺")


@pytest.mark.parametrize("code", sorted(WRITERS))
def test_a_register_is_never_shrunk_below_seventy_per_cent(filled: Desk, code: str) -> None:
    form = filled.registers.filled(code)
    assert set_out(form).scale >= 70
    assert len(form.columns) > len(filled.registers.blank(code).columns) or all(
        column.pen for f in standard_forms() if f.code == code for column in f.columns
    )


def test_every_form_that_ships_has_a_register(desk: Desk) -> None:
    assert set(desk.registers.codes()) == set(WRITERS)


def test_two_blank_forms_have_two_numbers(desk: Desk) -> None:
    numbers = {desk.registers.blank("concerns").sheet_number for _ in range(3)}
    assert len(numbers) == 3


def test_a_form_that_nobody_knows_is_named(desk: Desk) -> None:
    with pytest.raises(Missing) as refused:
        desk.registers.filled("recipes")
    assert refused.value.code == "form-unknown"
    assert "members" in str(refused.value.facts["known"])


def test_headers_of_somebody_elses_sheet_are_understood(desk: Desk) -> None:
    known = desk.registers.recogniser("members")
    assert [known(header) for header in ("姓 名", "手机号码", "出生\n日期", "血型", "")] == [
        "name",
        "phone",
        "born",
        None,
        None,
    ]
