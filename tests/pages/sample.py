"""A made-up network with a year behind it, written through desks: what the report tests look at.

2021 as seen on 5 January 2022. Everybody and every place is invented. Numbers that tests rely on stand here.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import grassroots
from grassroots.desk import Desk
from grassroots.domain.activity import HeadCount, Material
from grassroots.domain.intake import RowStatus, SheetRow
from grassroots.domain.member import Dated
from grassroots.domain.pairing import Medium
from grassroots.domain.role import Quota
from grassroots.domain.station import StationKind, StationStatus
from grassroots.domain.step import Step
from grassroots.network import Network
from grassroots.values.dates import PartialDate, Period
from grassroots.values.ids import ActivityId, IntakeId, MemberId, RoleId, SchemeId, StationId
from grassroots.workspace.acts import perform

YEAR = Period.year(2021)
NOW = datetime(2022, 1, 5, 2, 30, tzinfo=UTC)
MEDIATOR = RoleId("community-mediator")
SPEAKER = RoleId("policy-speaker")

CONCERNS_A_MONTH = (9, 6, 14, 17, 21, 19, 26, 24, 18, 15, 12, 16)
ACTIVITIES_A_MONTH = (4, 2, 6, 8, 9, 10, 13, 9, 8, 7, 6, 5)
UNANSWERED = 8
"""On the last day of the year; one of them was answered in the next, before the report was made."""
OVERDUE = 2
SECRET = "三号楼王阿婆家漏水"
"""What a resident said: must stand on no page."""

CLAIMS = """
[claims]
name = "sample-2021"
version = "1"
period = "2021"
[[claim]]
id = "S-1"
published_zh = "全年收集记录民意100余条"
published_en = "more than 100 concerns written down in the year"
[[claim.check]]
figure = "concerns-recorded"
expect = "100余"
[[claim]]
id = "S-2"
published_zh = "开展各类活动80余场"
published_en = "more than 80 activities"
[[claim.check]]
figure = "activities-held"
expect = "80余"
[[claim]]
id = "S-3"
published_zh = "在结对3对，走访联系上百次"
published_en = "three live pairings, and a hundred contacts and more"
[[claim.check]]
figure = "pairings-live"
period = "all"
expect = "3"
[[claim.check]]
figure = "contacts-made"
expect = "上百"
"""


def empty_network() -> Network:
    """A network that was founded this morning."""
    network = grassroots.open("memory://", network="sample", clock=lambda: NOW)
    desk = network.desk("steward:office")
    desk.charter.amend(
        name="青溪示范区老党员志愿服务网络",
        name_en="Veteran members' volunteer network of Qingxi Model District",
    )
    return network


def busy_network() -> Network:
    """The same with a year of work in its books."""
    network = empty_network()
    desk = network.desk("steward:office")
    places = _stations(desk)
    people = _people(desk, places)
    _roles(desk, places, people)
    activity = _activities(desk, places)
    _months(desk, places, people, activity)
    _pairings(desk, places)
    _rest(desk, places, people)
    return network


def _stations(desk: Desk) -> list[StationId]:
    def found(
        kind: StationKind, name: str, name_en: str, parent: StationId | None, **fields: object
    ) -> StationId:
        made = desk.stations.found(kind=kind, name=name, name_en=name_en, parent=parent, **fields)
        return made.id

    hub = found(StationKind.HUB, "“金色溪岸”老党员之家", "Golden Banks home of veteran members", None)
    learning = {"functions": ("learning", "recreation", "health")}
    one = found(
        StationKind.STATION,
        "柳湾社区国学讲堂",
        "Willow Bend classics hall",
        hub,
        theme="国学传家",
        **learning,
    )
    two = found(
        StationKind.STATION, "桥东社区睦邻工作室", "Bridge East good-neighbour studio", hub, **learning
    )
    three = found(StationKind.STATION, "塘下社区银龄互助站", "Pond Lane silver-age mutual-aid station", hub)
    return [
        hub,
        one,
        two,
        three,
        found(StationKind.NETWORK, "柳湾一里互助服务网络", "Willow Bend One mutual-aid network", one),
        found(StationKind.NETWORK, "柳湾二里互助服务网络", "Willow Bend Two mutual-aid network", one),
        found(StationKind.NETWORK, "桥东家园互助服务网络", "Bridge East Gardens mutual-aid network", two),
        found(
            StationKind.NETWORK, "塘下新村互助服务网络", "Pond Lane New Village mutual-aid network", three,
            status=StationStatus.PLANNED,
        ),
        found(StationKind.POST, "柳湾365驿站", "Willow Bend 365 post", one),
    ]  # fmt: skip


def _people(desk: Desk, places: list[StationId]) -> list[MemberId]:
    surnames, given = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨", ("建国", "秀兰", "志明")
    names = [one + two for two in given for one in surnames][:40]
    return [
        desk.members.register(
            name=name,
            born=Dated(PartialDate(1940 + number % 18, 1 + number % 12, 1 + number % 28)),
            categories=("volunteer", "veteran-volunteer"),
            station=places[1 + number % 3],
        ).id
        for number, name in enumerate(names)
    ]


def _roles(desk: Desk, places: list[StationId], people: list[MemberId]) -> None:
    desk.roles.adopt()
    desk.roles.set_quota(MEDIATOR, Quota(unit=places[3], minimum=1))
    desk.roles.set_quota(MEDIATOR, Quota(unit=places[8], minimum=2))
    for number, person in enumerate(people[:18]):
        role, place = (MEDIATOR, places[1 + number % 2]) if number < 10 else (SPEAKER, places[number % 3])
        last = date(2022, 2, 1) if number in (4, 5) else None
        desk.appointments.appoint(member=person, role=role, station=place, first=date(2021, 1, 4), last=last)
    desk.appointments.appoint(member=people[0], role=SPEAKER, station=places[8], first=date(2021, 3, 1))


def _activities(desk: Desk, places: list[StationId]) -> list[ActivityId]:
    kinds = ("outreach-talk", "classics-course", "health-lecture")
    titles = ("政策宣讲", "国学课堂", "健康讲座")
    return [
        desk.activities.start(kind=kind, title=title, station=place).id
        for kind, title, place in zip(kinds, titles, places[1:4], strict=True)
    ]


def _months(
    desk: Desk, places: list[StationId], people: list[MemberId], activities: list[ActivityId]
) -> None:
    left_open = UNANSWERED - 1
    for month, (held, heard) in enumerate(zip(ACTIVITIES_A_MONTH, CONCERNS_A_MONTH, strict=True), 1):
        for number in range(held):
            desk.activities.record(
                activities[number % 3], date(2021, month, 2 + number * 2),
                minutes=90,
                headcounts=[HeadCount("residents", 12 + number * 7), HeadCount("students", 6, minors=True)],
                materials=[Material("leaflet", 20)],
            )  # fmt: skip
        for number in range(heard):
            concern = desk.concerns.take(
                station=places[(1, 8, 2, 1, 6)[number % 5]],
                taken_on=date(2021, month, 1 + number),
                text=SECRET,
                number=f"{month:02}-{number + 1:03}",
                raiser_name="王桂花",
            )
            if month > 9 and number % 6 == 0 and left_open:
                left_open -= 1
                continue
            # The last one of the year is answered in the next.
            last = (month, number + 1) == (12, CONCERNS_A_MONTH[-1])
            answered = date(2022, 1, 4) if last else concern.taken_on + timedelta(days=4)
            desk.concerns.resolve(concern.id, on=answered)
            desk.concerns.reply(concern.id, medium="phone", on=answered)
        desk.interventions.record(
            kind="illegal-parking", station=places[1 + month % 3], outcome="stopped",
            day=date(2021, month, 11), incidents=3 + month % 5, by=(people[month],),
        )  # fmt: skip
        meeting = desk.meetings.plan(station=places[1], day=date(2021, month, 6))
        desk.meetings.hold(meeting.id, attendees=people[:3])
        shift = desk.duties.post(
            station=places[8], day=date(2021, month, 8), starts=time(9), ends=time(11), minimum=1
        )
        desk.duties.assign(shift.id, people[month])
        desk.duties.report_nothing(shift.id, by=people[month])
    assert left_open == 0


def _pairings(desk: Desk, places: list[StationId]) -> None:
    for number in range(3):
        young = desk.members.register(name="孔秀英许国强何玉梅"[number * 3 :][:3], born=_born(1955))
        old = desk.members.register(name="吕凤仙施根宝张阿毛"[number * 3 :][:3], born=_born(1936 - number))
        pairing = desk.pairings.propose(
            scheme=SchemeId("young-old-oldest-old"),
            supporter=young.id,
            recipient=old.id,
            station=places[1 + number],
        )
        desk.pairings.begin(pairing.id, on=date(2021, 2, 1))
        # The first is kept up to the end; the others stop in autumn.
        last = date(2021, 12, 30) if number == 0 else date(2021, 10 + number, 3)
        day = date(2021, 2, 3)
        while day <= last:
            desk.pairings.record_contact(pairing.id, medium=Medium.PHONE, on=day)
            day += timedelta(days=3)


def _born(year: int) -> Dated:
    return Dated(PartialDate(year, 5, 1))


def _rest(desk: Desk, places: list[StationId], people: list[MemberId]) -> None:
    campaign = desk.suggestions.open_campaign(title="金点子", opened=date(2021, 5, 1))
    paper = desk.suggestions.hand_in(
        campaign=campaign.id, member=people[7], items=["增设路灯", "修整花坛"], pages=2, on=date(2021, 5, 9)
    )
    desk.suggestions.reply(paper.id, 1, outcome="adopted", on=date(2021, 6, 1))
    for number, code in enumerate(("cell-missing", "cell-missing", "cell-error-value")):
        _hold_back(desk, number, code)


def _hold_back(desk: Desk, number: int, code: str) -> None:
    row = SheetRow(
        id=f"row-{number}", intake=IntakeId("intake-1"), form="members", file="名册.xlsx", sheet="Sheet1",
        number=number + 2, digest="0" * 64, status=RowStatus.HELD_BACK, code=code,
    )  # fmt: skip
    perform(desk.seat, lambda work: work.keep(Step(row, (row.happened(),))), None)
