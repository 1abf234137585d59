"""What the registers of pairings, contacts and medals become: each on its own day, under its own rules."""

from __future__ import annotations

from datetime import date

import pytest
from tests.usecases.intake.desk_sheets import acts, book, codes, only, take

from grassroots.contracts.tables import Book, CellValue
from grassroots.desk import Desk
from grassroots.domain.honour import AwardStatus
from grassroots.domain.member import Affiliation, Dated
from grassroots.domain.pairing import Contact, ContactOutcome, EndReason, Medium, Pairing, PairingStatus
from grassroots.domain.station import StationKind
from grassroots.locale import catalogue
from grassroots.values.dates import PartialDate
from grassroots.values.ids import MemberId, SchemeId, StationId

LOW_HIGH, NEED = "“低龄+高龄”互助", "“党代表+困难群众”结对"
STATION = "A社区工作站"
SUPPORTER, OTHER, ELDERS = "周岚", "石林", ("卫东升", "何佳音", "吕望", "施宁", "孔德", "曹安")
START = date(2021, 1, 4)


@pytest.fixture
def station(desk: Desk) -> StationId:
    hub = desk.stations.found(kind=StationKind.HUB, name="示范区老党员之家").id
    return desk.stations.found(kind=StationKind.STATION, name=STATION, parent=hub).id


@pytest.fixture
def people(desk: Desk, station: StationId) -> dict[str, MemberId]:
    def born(name: str, year: str) -> MemberId:
        return desk.members.register(name=name, born=Dated(PartialDate.parse(year))).id

    young = {name: born(name, "1956-03-01") for name in (SUPPORTER, OTHER)}
    return young | {name: born(name, "1935-03-01") for name in ELDERS}


# -- pairings ---------------------------------------------------------------------------------------------
PAIR_HEADERS = ("结对方案", "帮扶人", "帮扶对象", "所属站点", "结对时间", "结束时间", "结束原因")
PAIR_KEYS = ("scheme", "supporter", "recipient", "place", "started", "ended", "reason")


def pair(recipient: str = ELDERS[0], started: CellValue = START, **told: CellValue) -> tuple[CellValue, ...]:
    plain = {"scheme": LOW_HIGH, "supporter": SUPPORTER, "place": STATION, **told}
    assert set(told) <= set(PAIR_KEYS)
    return tuple({**plain, "recipient": recipient, "started": started}.get(key) for key in PAIR_KEYS)


def pairs(*lines: tuple[CellValue, ...]) -> Book:
    return book("结对帮扶台账", PAIR_HEADERS, *lines)


def standing(desk: Desk) -> list[Pairing]:
    return desk.pairings.all(status=None)


def test_a_row_is_a_pairing_from_its_first_day(
    desk: Desk, station: StationId, people: dict[str, MemberId]
) -> None:
    sheet = pairs(pair(), pair(ELDERS[1], ended="2021-05-31", reason="生病"))
    assert acts(take(desk, sheet)) == ["create", "create"]
    first, second = sorted(standing(desk), key=lambda one: one.status)
    assert (first.scheme, first.supporter, first.recipient, first.station) == (
        "young-old-oldest-old", people[SUPPORTER], people[ELDERS[0]], station,
    )  # fmt: skip
    assert (first.status, first.started) == (PairingStatus.ACTIVE, START)
    assert (second.status, second.ended, second.end_reason) == (
        PairingStatus.ENDED, date(2021, 5, 31), EndReason.ILLNESS,
    )  # fmt: skip
    again = desk.intake.plan(sheet)
    assert (acts(again), again.batches) == (["same", "same"], ())


def test_a_later_sheet_ends_the_pairing_and_never_opens_it_again(
    desk: Desk, people: dict[str, MemberId]
) -> None:
    take(desk, pairs(pair()))
    ended = pair(ended="2021-06-30", reason="搬迁")
    assert acts(take(desk, pairs(ended))) == ["change"]
    (found,) = standing(desk)
    assert (found.status, found.end_reason) == (PairingStatus.ENDED, EndReason.MOVED)
    take(desk, pairs(pair(ended="2021-06-29", reason="期满")))
    (found,) = standing(desk)
    assert (found.ended, found.end_reason) == (date(2021, 6, 29), EndReason.PLANNED)
    take(desk, pairs(pair()))
    assert standing(desk) == [found], "a blank never wipes the end"
    assert acts(take(desk, pairs(pair(), pair(started=date(2021, 7, 1))))) == ["same", "create"]
    assert len(standing(desk)) == 2


def test_a_proposal_of_the_desk_is_begun_by_its_row(desk: Desk, people: dict[str, MemberId]) -> None:
    proposed = desk.pairings.propose(
        scheme=SchemeId("young-old-oldest-old"), supporter=people[SUPPORTER], recipient=people[ELDERS[0]]
    )
    assert acts(take(desk, pairs(pair()))) == ["change"]
    assert [(one.id, one.status, one.started) for one in standing(desk)] == [
        (proposed.id, PairingStatus.ACTIVE, START)
    ]


def test_a_first_day_that_was_corrected_is_the_same_pairing(desk: Desk, people: dict[str, MemberId]) -> None:
    take(desk, pairs(pair()))
    assert acts(take(desk, pairs(pair(started="2021年1月11日")))) == ["change"]
    assert [one.started for one in standing(desk)] == [date(2021, 1, 11)]
    assert acts(take(desk, pairs(pair()))) == ["change"]
    assert [one.started for one in standing(desk)] == [START]


def test_the_same_two_are_not_paired_twice_at_a_time(desk: Desk, people: dict[str, MemberId]) -> None:
    plan = take(desk, pairs(pair(), pair(started=date(2021, 3, 1))))
    assert codes(plan) == [("already-paired", None)]
    overlapping = pairs(
        pair(ELDERS[1], ended="2021-05-31", reason="期满"), pair(ELDERS[1], started="2021-05-31")
    )
    assert codes(take(desk, overlapping)) == [("already-paired", None)]


def test_an_earlier_time_with_the_same_person_is_seen_on_any_day(
    desk: Desk, people: dict[str, MemberId]
) -> None:
    short = pair(ELDERS[0], ended="2021-01-31", reason="期满")
    others = [pair(name, started=date(2021, 3, 1)) for name in ELDERS[1:3]]
    plan = take(desk, pairs(short, *others, pair(ELDERS[0], started=date(2021, 1, 10))))
    assert codes(plan) == [("already-paired", None)]


def test_a_new_list_without_those_that_ended_does_not_change_them(
    desk: Desk, people: dict[str, MemberId]
) -> None:
    take(desk, pairs(pair(ended="2021-03-31", reason="期满")))
    assert acts(take(desk, pairs(pair(started=date(2021, 6, 1))))) == ["create"]
    assert sorted((one.started, one.ended) for one in standing(desk) if one.started) == [
        (START, date(2021, 3, 31)),
        (date(2021, 6, 1), None),
    ]


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4, 5), (5, 4, 3, 2, 1, 0), (1, 0, 2, 5, 3, 4)])
def test_nobody_looks_after_more_than_the_scheme_allows_whatever_the_order_of_the_rows(
    desk: Desk, people: dict[str, MemberId], order: tuple[int, ...]
) -> None:
    rows = [pair(name, started=date(2021, 1, 4 + number)) for number, name in enumerate(ELDERS)]
    plan = take(desk, pairs(*(rows[number] for number in order)))
    assert codes(plan) == [("supporter-full", None)]
    assert plan.problems[0].problems[0].facts["most"] == 5
    assert len(standing(desk)) == 5


@pytest.mark.parametrize("first", [True, False])
def test_a_pairing_that_was_over_before_the_next_began_takes_no_place(
    desk: Desk, people: dict[str, MemberId], first: bool
) -> None:
    over = pair(ELDERS[0], ended="2021-05-31", reason="期满")
    later = [pair(name, started=date(2021, 6, 1)) for name in ELDERS[1:]]
    plan = take(desk, pairs(over, *later) if first else pairs(*later, over))
    assert plan.problems == ()
    at_once = pair(ELDERS[0], ended="2021-06-01", reason="期满", started=date(2021, 5, 31), supporter=OTHER)
    full = [pair(name, started=date(2021, 6, 1), supporter=OTHER) for name in ELDERS[1:]]
    assert codes(take(desk, pairs(*full, at_once))) == [("supporter-full", None)]


def test_who_died_afterwards_was_there_then(desk: Desk, people: dict[str, MemberId]) -> None:
    desk.members.record_death(people[ELDERS[0]], on=date(2021, 5, 20))
    assert codes(take(desk, pairs(pair()))) == [("pairing-not-taking-part", None)]
    take(desk, pairs(pair(ended="2021-05-20", reason="去世")))
    (found,) = standing(desk)
    assert (found.ended, found.end_reason) == (date(2021, 5, 20), EndReason.DEATH)


def test_an_end_that_is_still_to_come_is_said_and_not_kept(desk: Desk, people: dict[str, MemberId]) -> None:
    plan = take(desk, pairs(pair(ended="2021-12-31", reason="期满")))
    assert "cell-note-end-to-come" in only(plan).notes
    assert [one.status for one in standing(desk)] == [PairingStatus.ACTIVE]


@pytest.mark.parametrize(
    ("told", "code", "column"),
    [
        ({"scheme": "互助结对"}, "pairing-scheme-unknown", "scheme"),
        ({"scheme": None}, "cell-missing", "scheme"),
        ({"recipient": "没有的人"}, "member-unknown", "recipient"),
        ({"recipient": OTHER}, "pairing-wrong-age", None),
        ({"recipient": SUPPORTER}, "paired-with-oneself", None),
        ({"started": None}, "cell-missing", "started"),
        ({"started": date(2021, 7, 3)}, "day-to-come", "started"),
        ({"ended": "2021-05-31"}, "cell-missing", "end_reason"),
        ({"reason": "搬迁"}, "cell-missing", "ended"),
        ({"ended": "2021-01-03", "reason": "搬迁"}, "span-backwards", "ended"),
        ({"place": "没有的站"}, "station-unknown", "station"),
    ],
)
def test_a_pairing_that_cannot_be_is_told_with_its_column(
    desk: Desk, people: dict[str, MemberId], told: dict[str, CellValue], code: str, column: str | None
) -> None:
    told = {"recipient": ELDERS[0], "started": START, **told}
    assert codes(take(desk, pairs(pair(**told)))) == [(code, column)]  # type: ignore[arg-type]
    assert standing(desk) == []


# -- contacts ---------------------------------------------------------------------------------------------
def contact(day: CellValue = date(2021, 3, 1), **told: CellValue) -> tuple[CellValue, ...]:
    keys = ("on", "supporter", "recipient", "medium", "minutes", "outcome", "note")
    assert set(told) <= set(keys)
    plain = {"on": day, "supporter": SUPPORTER, "recipient": ELDERS[0], "medium": "上门", **told}
    return tuple(plain.get(key) for key in keys)


def contacts(*lines: tuple[CellValue, ...]) -> Book:
    return book(
        "帮扶联系记录", ("日期", "帮扶人", "帮扶对象", "方式", "时长（分钟）", "结果", "内容"), *lines
    )


def recorded(desk: Desk) -> list[Contact]:
    return [one for pairing in standing(desk) for one in desk.pairings.contacts(pairing.id)]


@pytest.fixture
def paired(desk: Desk, people: dict[str, MemberId]) -> Pairing:
    take(desk, pairs(pair(), pair(ELDERS[1], ended="2021-05-31", reason="生病")))
    return next(one for one in standing(desk) if one.recipient == people[ELDERS[0]])


def test_a_row_is_a_contact_of_the_pairing_of_that_day(desk: Desk, paired: Pairing) -> None:
    sheet = contacts(
        contact(minutes=40, outcome="已联系", note="送药"),
        contact(date(2021, 3, 4), medium="电话", outcome="未联系上", note="无人接听"),
    )
    assert acts(take(desk, sheet)) == ["create", "create"]
    first, second = recorded(desk)
    assert (first.pairing, first.medium, first.outcome, first.minutes, first.note) == (
        paired.id, Medium.VISIT, ContactOutcome.MADE, 40, "送药",
    )  # fmt: skip
    assert (second.medium, second.outcome, second.minutes) == (Medium.PHONE, ContactOutcome.ATTEMPTED, None)
    again = desk.intake.plan(sheet)
    assert (acts(again), again.batches) == (["same", "same"], ())


@pytest.mark.parametrize(
    "changed",
    [{"minutes": 50}, {"note": "送药、量血压"}, {"medium": "电话"}, {"outcome": "不在家", "minutes": None}],
    ids=lambda told: next(iter(told)),
)
def test_a_corrected_row_sets_its_contact_right_and_makes_no_second_one(
    desk: Desk, paired: Pairing, changed: dict[str, CellValue]
) -> None:
    plain: dict[str, CellValue] = {"minutes": 40, "note": "送药"}
    take(desk, contacts(contact(**plain)))
    assert acts(take(desk, contacts(contact(**{**plain, **changed})))) == ["change"]
    (found,) = recorded(desk)
    assert acts(desk.intake.plan(contacts(contact(**{**plain, **changed})))) == ["same"]
    assert acts(take(desk, contacts(contact(**plain)))) == ["change"], "and back again"
    (back,) = recorded(desk)
    assert (back.note, back.medium) == ("送药", Medium.VISIT)
    if "outcome" in changed:
        assert (found.outcome, found.minutes) == (ContactOutcome.ATTEMPTED, None)


def test_a_contact_entered_at_a_desk_is_not_counted_twice(desk: Desk, paired: Pairing) -> None:
    entered = desk.pairings.record_contact(paired.id, medium=Medium.VISIT, on=date(2021, 3, 1), note="送药")
    take(desk, contacts(contact(minutes=40)))
    (found,) = recorded(desk)
    assert (found.id, found.minutes, found.note) == (entered.id, 40, "送药")


def test_two_calls_of_a_day_are_two_contacts_and_that_is_said(desk: Desk, paired: Pairing) -> None:
    calls = [contact(medium="电话", note=note) for note in ("问安", "提醒吃药")]
    plan = take(desk, contacts(*calls))
    assert {one.note for one in recorded(desk)} == {"问安", "提醒吃药"}
    assert ["cell-note-contact-again" in row.notes for row in plan.rows] == [False, True]
    first = contact(medium="电话", note="送菜")
    assert acts(take(desk, contacts(first, *calls))) == ["create", "same", "same"], "one put in above them"
    assert len(recorded(desk)) == 3


@pytest.mark.parametrize(
    ("told", "code", "column"),
    [
        ({"day": date(2021, 1, 3)}, "contact-without-pairing", "recipient"),
        ({"day": date(2021, 6, 1), "recipient": ELDERS[1]}, "contact-without-pairing", "recipient"),
        ({"supporter": OTHER}, "contact-without-pairing", "recipient"),
        ({"day": date(2021, 7, 3)}, "day-to-come", "on"),
        ({"medium": None}, "cell-missing", "medium"),
        ({"medium": "鸿雁"}, "choice-unknown", "medium"),
        ({"outcome": "未联系上", "minutes": 5}, "contact-minutes", None),
    ],
)
def test_a_contact_outside_a_pairing_or_without_its_means_is_told(
    desk: Desk, paired: Pairing, told: dict[str, CellValue], code: str, column: str | None
) -> None:
    assert codes(take(desk, contacts(contact(**told)))) == [(code, column)]
    assert recorded(desk) == []


def test_of_two_pairings_at_a_time_the_contact_is_not_given_to_either(desk: Desk, paired: Pairing) -> None:
    take(desk, pairs(pair(scheme=NEED)))
    assert codes(take(desk, contacts(contact()))) == [("contact-pairing-open", "recipient")]


# -- medals -----------------------------------------------------------------------------------------------
def medal(name: str, on: CellValue = date(2021, 7, 1), **told: CellValue) -> tuple[CellValue, ...]:
    keys = ("name", "place", "joined", "full", "on")
    assert set(told) <= set(keys)
    return tuple({"name": name, "place": STATION, "on": on, **told}.get(key) for key in keys)


def medals(*lines: tuple[CellValue, ...]) -> Book:
    return book("在党50年纪念章台账", ("姓名", "所属站点", "入党时间", "转正时间", "颁发日期"), *lines)


def veteran(desk: Desk, name: str, full: str, joined: str | None = None) -> MemberId:
    return desk.members.register(
        name=name,
        affiliation=Affiliation.FULL,
        full_member=Dated(PartialDate.parse(full)),
        joined_party=Dated(PartialDate.parse(joined)) if joined else None,
    ).id


def test_a_row_is_a_medal_given_and_who_lacks_a_day_comes_back_with_the_reason(
    desk: Desk, station: StationId
) -> None:
    given = veteran(desk, "周岚", "1971-07-01")
    veteran(desk, "石林", "1971-07-02")
    sheet = medals(medal("周岚", full="1971-07-01"), medal("石林", full="1971-07-02"))
    plan = take(desk, sheet)
    assert acts(plan) == ["create", "problem"]
    assert codes(plan) == [("honour-too-early", None)]
    assert plan.problems[0].problems[0].facts["missing_days"] == 1
    (award,) = desk.honours.all()
    assert (award.member, award.status, award.awarded_on, award.reference, award.station) == (
        given, AwardStatus.AWARDED, date(2021, 7, 1), date(2021, 7, 1), station,
    )  # fmt: skip
    again = desk.intake.plan(sheet)
    assert (acts(again), again.batches) == (["same", "problem"], ())


def test_an_award_on_its_way_at_the_desk_is_the_one_that_was_given(desk: Desk, station: StationId) -> None:
    award = desk.honours.survey("fifty-years", veteran(desk, "周岚", "1970"))
    desk.honours.recommend(award.id)
    assert acts(take(desk, medals(medal("周岚")))) == ["change"]
    assert [(one.id, one.status) for one in desk.honours.all()] == [(award.id, AwardStatus.AWARDED)]


@pytest.mark.parametrize(
    ("told", "column"),
    [({"full": "1971.8"}, "full_member"), ({"joined": "1969"}, "joined_party")],
)
def test_dates_that_exclude_those_of_the_record_are_for_a_person_to_look_at(
    desk: Desk, station: StationId, told: dict[str, CellValue], column: str
) -> None:
    veteran(desk, "周岚", "1971-06-30", "1970-06")
    plan = take(desk, medals(medal("周岚", **told)))
    assert codes(plan) == [("party-date-differs", column)]
    assert desk.honours.all() == []


def test_a_date_that_is_only_less_exact_does_not_differ(desk: Desk, station: StationId) -> None:
    veteran(desk, "周岚", "1971-06-30", "1970-06")
    assert acts(take(desk, medals(medal("周岚", full="1971", joined="1970年6月")))) == ["create"]


def test_a_month_that_decides_is_not_decided_by_the_sheet(desk: Desk, station: StationId) -> None:
    veteran(desk, "周岚", "1971-07")
    assert codes(take(desk, medals(medal("周岚", full="1971-07-01")))) == [("honour-date-decides", None)]


def test_a_day_that_was_corrected_is_the_same_medal_and_another_row_is_not(
    desk: Desk, station: StationId
) -> None:
    veteran(desk, "周岚", "1965")
    take(desk, medals(medal("周岚")))
    assert acts(take(desk, medals(medal("周岚", date(2021, 7, 2))))) == ["change"]
    assert [one.awarded_on for one in desk.honours.all()] == [date(2021, 7, 2)]
    twice = take(desk, medals(medal("周岚", date(2021, 7, 2)), medal("周岚")))
    assert codes(twice) == [("honour-already-awarded", None)]
    assert [one.awarded_on for one in desk.honours.all()] == [date(2021, 7, 2)]


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        (medal("没有的人"), "member-unknown", "name"),
        (medal("周岚", None), "cell-missing", "awarded_on"),
        (medal("周岚", date(2021, 7, 3)), "day-to-come", "awarded_on"),
        (medal("周岚", date(2021, 6, 30)), "award-day-wrong", None),
        (medal("周岚", date(2020, 7, 1)), "honour-not-yet-founded", None),
    ],
)
def test_a_medal_that_cannot_have_been_given_is_told(
    desk: Desk, station: StationId, row: tuple[CellValue, ...], code: str, column: str | None
) -> None:
    veteran(desk, "周岚", "1965")
    assert codes(take(desk, medals(row))) == [(code, column)]
    assert desk.honours.all() == []


def test_every_problem_and_note_of_these_sheets_has_words_in_both_languages() -> None:
    told = {
        "pairing-scheme-unknown", "contact-without-pairing", "contact-pairing-open", "party-date-differs",
        "cell-note-end-to-come", "cell-note-contact-again", "span-backwards",
    }  # fmt: skip
    for language in ("zh", "en"):
        assert told <= set(catalogue(language))
