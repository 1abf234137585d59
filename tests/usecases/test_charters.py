"""What the desk promises about founding a network from one file, and about setting it right later."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest

import grassroots
from grassroots.contracts.storage import Ref
from grassroots.desk import Desk
from grassroots.domain.recurrence import LunarYearly, Monthly, Weekday, Weekly
from grassroots.errors import BadInput, Denied, Missing
from grassroots.network import Network
from grassroots.usecases.charters import Founded
from grassroots.values.ids import ActivityId, RoleId, StationId
from grassroots.workspace.reading import Reading

CHARTER = """
[network]
name = "灵溪网络"
name_en = "Lingxi network"
zone = "Asia/Shanghai"
reference_day = 2021-12-31

[[station]]
code = "lingxi-post"
kind = "post"
name = "灵溪驿站"
parent = "lingxi"

[[station]]
code = "lingxi"
kind = "station"
name = "灵溪站"
functions = ["learning"]
parent = "hub"

[[station]]
code = "hub"
kind = "hub"
name = "老党员之家"

[[role]]
code = "lamp-keeper"
label_zh = "掌灯员"
label_en = "Lamp keeper"
family = "post"
quotas = [{ unit = "network", minimum = 1 }]

[[organization]]
code = "community"
kind = "community"
name = "灵溪社区"

[[team]]
code = "speakers"
name = "宣讲团"

[[programme]]
code = "red-lectures"
title = "红色讲堂"

[[campaign]]
code = "advice-2021"
title = "我为社区献一策"
opened = 2021-04-01

[[activity]]
code = "calligraphy"
kind = "class"
title = "书法课"
station = "lingxi"
starts = 09:30:00
minutes = 90
recurrence = { weekly = { weekdays = ["tuesday"] } }

[[activity]]
code = "double-ninth"
kind = "opera-show"
title = "重阳戏"
recurrence = { lunar_yearly = { month = 9, day = 9 } }

[[activity]]
code = "party-day"
kind = "themed-party-day"
title = "主题党日"
recurrence = { monthly = { month_days = [5] } }
"""


def test_a_network_is_founded_from_one_file_in_whatever_order_it_is_written(desk: Desk) -> None:
    found = desk.charter.found(CHARTER)
    assert found.made == {
        "organization": 1, "role": 1, "station": 3, "team": 1, "programme": 1, "campaign": 1, "activity": 3,
    }  # fmt: skip
    assert set(found.changed.values()) == {0}
    charter = desk.charter.get()
    assert (charter.name, charter.name_en, charter.reference_day) == (
        "灵溪网络",
        "Lingxi network",
        date(2021, 12, 31),
    )
    assert [one.id for one in desk.stations.below(StationId("hub"))] == ["hub", "lingxi", "lingxi-post"]
    assert desk.roles.get(RoleId("lamp-keeper")).quotas[0].minimum == 1


def test_recurrences_are_written_by_their_name(desk: Desk) -> None:
    desk.charter.found(CHARTER)
    rules = {
        code: desk.activities.get(ActivityId(code)) for code in ("calligraphy", "double-ninth", "party-day")
    }
    assert rules["calligraphy"].recurrence == Weekly((Weekday.TUESDAY,))
    assert rules["calligraphy"].starts == time(9, 30)
    assert rules["double-ninth"].recurrence == LunarYearly(9, 9)
    assert rules["party-day"].recurrence == Monthly((5,))


def test_reading_the_same_charter_again_changes_nothing(desk: Desk) -> None:
    desk.charter.found(CHARTER)
    head = desk.seat.office.storage.head()
    again = desk.charter.found(CHARTER)
    assert {*again.made.values(), *again.changed.values()} == {0}
    assert desk.seat.office.storage.head() == head


def test_a_changed_line_is_set_right_and_what_a_line_does_not_say_stays(desk: Desk) -> None:
    desk.charter.found(CHARTER)
    desk.stations.correct(StationId("lingxi"), theme="opera")
    again = desk.charter.found(CHARTER.replace('"灵溪站"', '"灵溪总站"'))
    assert isinstance(again, Founded)
    assert (again.changed["station"], sum(again.made.values())) == (1, 0)
    station = desk.stations.get(StationId("lingxi"))
    assert (station.name, station.theme, station.parent) == ("灵溪总站", "opera", "hub")
    trail = Reading(desk.seat).trail(Ref("station", "lingxi"))
    assert [one.code for one in trail] == ["station-founded", "station-corrected", "record-corrected"]


def test_the_example_district_is_founded_and_conforms_to_its_template(desk: Desk) -> None:
    text = Path("examples/district_year/charter.toml").read_text("utf-8")
    with grassroots.open("memory://", zone="Asia/Shanghai") as network:
        other = network.desk("steward:office")
        assert sum(other.charter.found(text).made.values()) > 20
        again = other.charter.found(text)
        assert {*again.made.values(), *again.changed.values()} == {0}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[network", "charter-unreadable"),
        ("[[stations]]\ncode = 'x'\n", "charter-unknown-section"),
        ("[network]\nnmae = 'x'\n", "charter-unknown-field"),
        ("[network]\nzone = 'Europe/Berlin'\n", "zone-differs"),
        ("[network]\npacks = ['nobody-has-it']\n", "pack-unknown"),
        ("[[station]]\nkind = 'hub'\nname = 'x'\n", "charter-without-code"),
        ("[[station]]\ncode = 'x'\nkind = 'hub'\nname = 'x'\ncolour = 'red'\n", "charter-unknown-field"),
        ("[[station]]\ncode = 'x'\nkind = 'castle'\nname = 'x'\n", "charter-entry-wrong"),
        (
            "[[station]]\ncode = 'x'\nkind = 'hub'\nname = 'x'\nfunctions = 'learning'\n",
            "charter-entry-wrong",
        ),
        ("[[station]]\ncode = 'x'\nkind = 'hub'\nname = 3\n", "charter-entry-wrong"),
        ("[[activity]]\ncode = 'x'\nkind = 'class'\ntitle = 'x'\nrecurrence = 3\n", "charter-entry-wrong"),
        (
            "[[station]]\ncode = 'a'\nkind = 'hub'\nname = 'a'\nparent = 'b'\n"
            "[[station]]\ncode = 'b'\nkind = 'hub'\nname = 'b'\nparent = 'a'\n",
            "charter-circle",
        ),
    ],
)
def test_a_charter_that_is_wrong_says_what_and_founds_nothing(desk: Desk, text: str, code: str) -> None:
    with pytest.raises(BadInput) as wrong:
        desk.charter.found(text)
    assert wrong.value.code == code
    assert desk.stations.all(status=None) == []


def test_two_charters_never_build_a_circle_together(desk: Desk) -> None:
    line = "[[station]]\ncode = '{}'\nkind = 'station'\nname = '{}'\nparent = '{}'\n"
    desk.charter.found("[[station]]\ncode = 'a'\nkind = 'station'\nname = 'a'\n" + line.format("b", "b", "a"))
    with pytest.raises(BadInput) as wrong:
        desk.charter.found(line.format("a", "a", "b"))
    assert wrong.value.code == "charter-circle"
    assert desk.stations.get(StationId("a")).parent is None


def test_a_pack_that_cannot_be_found_never_locks_a_network(desk: Desk) -> None:
    with pytest.raises(BadInput):
        desk.charter.amend(packs=("cn-national", "nobody-has-it"))
    assert "nobody-has-it" not in desk.charter.get().packs


def test_a_charter_is_amended_by_the_office_alone(network: Network) -> None:
    assert network.desk("steward:office").charter.amend(name="新名").name == "新名"
    for other in ("volunteer:li", "partner:school", "auditor:wang"):
        with pytest.raises((Denied, Missing)):
            network.desk(other).charter.amend(name="别名")
    assert network.desk("steward:office").charter.get().name == "新名"


def test_a_line_of_the_charter_may_go_back_to_what_it_would_not_have_to_say(desk: Desk) -> None:
    station = '[[station]]\ncode = "lingxi"\nkind = "station"\nname = "灵溪站"\n'
    desk.charter.found(station + 'status = "planned"\n')
    desk.charter.found(station)
    assert desk.stations.get(StationId("lingxi")).status == "planned"
    founded = desk.charter.found(station + 'status = "open"\n')
    assert founded.changed["station"] == 1
    assert desk.stations.get(StationId("lingxi")).status == "open"
