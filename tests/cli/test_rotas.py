from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from tests.cli.conftest import Run

import grassroots
from grassroots.domain.member import Dated
from grassroots.domain.station import StationKind
from grassroots.values.dates import Period

# The days after these: what a calendar shows depends on today, and the command line has no clock to set.
FIRST = datetime.now(UTC).date() + timedelta(days=7 - datetime.now(UTC).weekday())
WEEK = f"{FIRST}..{FIRST + timedelta(days=6)}"


@pytest.fixture
def filled(run: Run) -> Run:
    run("init")
    with grassroots.open("sqlite:///grassroots.db") as network:
        desk = network.desk("steward:office")
        hub = desk.stations.found(kind=StationKind.HUB, name="青禾中心")
        for name in ("林小满", "贺兰山", "方知远"):
            desk.members.register(name=name, categories=("volunteer",))
        desk.duties.post_days(
            station=hub.id, days=Period.parse(WEEK).days(), starts=time(9), ends=time(11), minimum=1
        )
    return run


def test_a_week_from_the_plan_to_the_wall_and_into_a_calendar(filled: Run) -> None:
    planned = filled("rota", "plan", "--place", "青禾中心", "--period", WEEK, "--keep", "--json")
    assert planned.code == 0
    told = planned.json
    assert (told["answer"], told["lacking"], len(told["lines"])) == ("proven", 0, 7)
    (rota,) = told["kept"]
    assert filled("rota", "show", rota).code == 0
    assert any(rota in row for row in filled("rota", "show").table)
    assert filled("rota", "publish", rota, "--json").json["status"] == "published"
    poster = ("--place", "青禾中心", "--period", WEEK, "--out", "wall.html", "--paper", "A3")
    assert filled("rota", "poster", *poster).code == 0
    assert "青禾中心" in Path("wall.html").read_text("utf-8")
    assert filled("feeds", "write", "--place", "青禾中心", "--out", "duty.ics", "--json").json["events"] == 7
    assert b"BEGIN:VTIMEZONE" in Path("duty.ics").read_bytes()


def test_shifts_are_posted_once_and_then_planned(filled: Run) -> None:
    words = ("post", "--place", "青禾中心", "--period", WEEK, "--hours", "14：00-16:00", "--people", "1-2")
    first = filled("rota", *words, "--json").json["shifts"]
    assert len(first) == 7
    assert filled("rota", *words, "--json").json["shifts"] == first  # a shift that stands is not made twice
    assert "14:00–16:00" in filled("rota", *words, "--language", "zh").out
    told = filled("rota", "plan", "--place", "青禾中心", "--period", WEEK, "--json").json
    assert len(told["shifts"]) == 14


def test_a_plan_reads_well_in_both_languages(filled: Run) -> None:
    for language, word in (("zh", "空位"), ("en", "places stay empty")):
        done = filled("rota", "plan", "--place", "青禾中心", "--period", WEEK, "--language", language)
        assert word in done.out
        assert "林小满" in done.out
        assert "$" not in done.out


def test_an_illness_is_repaired(filled: Run) -> None:
    told = filled("rota", "plan", "--place", "青禾中心", "--period", WEEK, "--keep", "--json").json
    filled("rota", "publish", told["kept"][0])
    with grassroots.open("sqlite:///grassroots.db") as network:
        desk = network.desk("steward:office")
        sick = desk.duties.roster(Period.parse(WEEK))[0][1][0]
        desk.duties.excuse(sick.id, sick=True)
        desk.availability.give_leave(sick.member, sick.day, sick.day)
    done = filled("rota", "repair", "--place", "青禾中心", "--period", WEEK, "--keep", "--json").json
    assert (len(done["put"]), done["take"], done["moved"], done["done"]) == (1, [], [], True)


def test_what_if_stands_side_by_side(filled: Run) -> None:
    told = filled(
        "rota", "plan", "--place", "青禾中心", "--period", WEEK, "--more", "2", "--rule",
        "most_per_week_count=1", "--json",
    ).json  # fmt: skip
    assert (told["now"]["lacking"], told["then"]["lacking"]) == (0, 2)
    shown = filled("rota", "plan", "--place", "青禾中心", "--period", WEEK, "--more", "2")
    assert shown.table[0][1:] == ["now", "then"]


@pytest.mark.parametrize(
    "words",
    [
        ("plan", "--period", WEEK),
        ("plan", "--place", "青禾中心"),
        ("plan", "--place", "青禾中心", "--period", "2011-01"),
        ("plan", "--place", "nowhere", "--period", WEEK),
        ("plan", "--place", "青禾中心", "--period", WEEK, "--planner", "oracle"),
        ("plan", "--place", "青禾中心", "--period", WEEK, "--rule", "many"),
        ("plan", "--place", "青禾中心", "--period", WEEK, "--more", "1", "--keep"),
        ("publish",),
        ("publish", "nothing"),
        ("post", "--place", "青禾中心", "--period", WEEK),
        ("post", "--place", "青禾中心", "--hours", "9:00-11:00"),
        ("post", "--period", WEEK, "--hours", "9:00-11:00"),
        ("post", "--place", "nowhere", "--period", WEEK, "--hours", "9:00-11:00"),
        ("post", "--place", "青禾中心", "--period", WEEK, "--hours", "上午"),
        ("post", "--place", "青禾中心", "--period", WEEK, "--hours", "11:00-9:00", "--people", "3-2"),
        ("poster", "--place", "青禾中心", "--period", WEEK),
        ("poster", "--place", "青禾中心", "--period", "2011-01", "--out", "wall.html"),
    ],
)
def test_what_cannot_be_meant_is_said_in_words(filled: Run, words: tuple[str, ...]) -> None:
    done = filled("rota", *words)
    assert done.code == 2
    assert done.err.strip()
    assert "Traceback" not in done.err


def test_feeds_are_given_once_and_taken_back(filled: Run) -> None:
    given = filled("feeds", "give", "--place", "青禾中心", "--json").json
    assert len(given["token"]) == 32
    listed = filled("feeds", "list", "--json")
    assert given["token"] not in listed.out
    assert filled("feeds", "revoke", given["id"], "--json").json["status"] == "revoked"
    assert filled("feeds", "write", "--member", "林小满", "--out", "lin.ics", "--json").json["events"] == 0
    assert "王" in filled("feeds", "give", "--member", "王").err
    for words in (("give",), ("revoke",), ("write", "--place", "青禾中心")):
        assert filled("feeds", *words).code == 2


def test_pairings_are_planned_explained_and_proposed(filled: Run) -> None:
    with grassroots.open("sqlite:///grassroots.db") as network:
        desk = network.desk("steward:office")
        east = desk.organizations.register(kind="compound", name="东苑").id
        today = datetime.now(UTC).date()
        young = Dated.parse(f"{today.year - 65}-01-01")
        helper = desk.members.register(name="丁禾", born=young, categories=("volunteer",)).id
        desk.matching.tell(helper, offering=True, compound=east, room=1)
        for name in ("卯奶奶", "辰奶奶"):
            elder = desk.members.register(name=name, born=Dated.parse(f"{today.year - 85}-01-01")).id
            desk.matching.tell(elder, seeking=True, compound=east)
    scheme = "young-old-oldest-old"
    done = filled("pairings", "plan", "--scheme", scheme)
    assert done.code == 3
    assert "One more place with one of these would help: 丁禾." in done.out
    assert "So would one more supporter: in 东苑, aged 60–69." in done.out
    said = filled("pairings", "plan", "--scheme", scheme, "--language", "zh").out
    assert "同一小区" in said
    assert "再多一位帮扶人：住在东苑、60–69岁。" in said
    told = filled("pairings", "plan", "--scheme", scheme, "--propose", "--json").json
    assert (len(told["proposals"]), len(told["left_out"]), len(told["proposed"])) == (1, 1, 1)
    again = filled("pairings", "plan", "--scheme", scheme, "--json").json
    assert again["proposals"][0]["kept"]
    assert filled("pairings", "plan", "--scheme", "nothing").code == 2


def test_availability_is_printed_told_and_shown_in_both_languages(filled: Run) -> None:
    with grassroots.open("sqlite:///grassroots.db") as network:
        desk = network.desk("steward:office")
        desk.members.register(name="丁禾", categories=("volunteer",))
        for _ in range(2):
            desk.members.register(name="石林")
    made = filled(
        "availability", "page", "--place", "青禾中心", "--blank", "2", "--out", "slips.html", "--json"
    )
    assert made.json["pages"] >= 2
    told = filled(
        "availability", "tell", "丁禾", "--when", "每周三上午；周六 8:30-11:30", "--away", "2026-07-03至10日"
    )
    assert told.code == 0
    assert "Wednesday 06:00-12:30; Saturday 08:30-11:30" in told.out
    assert "Away: 2026-07-03 to 2026-07-10." in told.out
    shown = filled("availability", "show", "丁禾", "--language", "zh").out
    assert filled("availability", "show", "丁禾").table[0] == [
        "first day", "last day", "when", "most a week", "most a month"
    ]  # fmt: skip
    assert filled("availability", "show", "林小满").table == []  # nobody asked yet: one sentence says so
    assert "星期三 06:00-12:30; 星期六 08:30-11:30" in shown
    assert "不在的日子：2026-07-03至2026-07-10。" in shown


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("page",), "--out FILE.html"),
        (("tell", "丁禾"), "--when"),
        (("tell", "--when", "周三"), "by name or id"),
        (("tell", "无名氏", "--when", "周三"), "Nobody is called"),
        (("tell", "丁禾", "--when", "隔周三"), "not every week"),
        (("tell", "丁禾", "--away", "国庆"), "festival"),
        (("tell", "丁禾", "--when", "周三", "--written", "2026-13-01"), "no day"),
        (("page", "--blank", "1000", "--out", "x.html"), "0 to 200"),
    ],
)
def test_availability_that_cannot_be_meant_is_said_in_words(
    filled: Run, words: tuple[str, ...], said: str
) -> None:
    with grassroots.open("sqlite:///grassroots.db") as network:
        network.desk("steward:office").members.register(name="丁禾")
    done = filled("availability", *words)
    assert done.code == 2
    assert said in done.err
    assert "Traceback" not in done.err
