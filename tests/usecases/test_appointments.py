"""Appointments at a desk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread

import pytest

import grassroots
from grassroots.contracts.storage import Ref
from grassroots.desk import Desk
from grassroots.domain.appointment import (
    AppointmentEnd,
    AppointmentHindered,
    AppointmentOverQuota,
    AppointmentTwice,
    AppointmentWithdrawn,
    Withdrawal,
)
from grassroots.domain.member import Limit, Member
from grassroots.domain.role import Quota, Role
from grassroots.domain.staffing import GapCode
from grassroots.domain.station import StationKind
from grassroots.errors import GrassrootsError, Missing
from grassroots.locale import LANGUAGES, catalogue, say
from grassroots.network import Network
from grassroots.values.dates import Period
from grassroots.values.ids import RoleId
from grassroots.workspace.reading import Reading

NOON = datetime(2021, 3, 1, 4, tzinfo=UTC)
TODAY = date(2021, 3, 1)
MEDIATOR = RoleId("mediator")
NAMES = "甲乙丙丁戊己庚辛壬癸子丑"


@pytest.fixture
def network() -> Iterator[Network]:
    with grassroots.open("memory://", zone="Asia/Shanghai", clock=lambda: NOON) as network:
        yield network


@pytest.fixture
def desk(network: Network) -> Desk:
    return network.desk("steward:office")


def member(desk: Desk, number: int = 0, **fields: object) -> Member:
    return desk.members.register(name=f"成员{NAMES[number]}", **fields)


def define(desk: Desk, *quotas: Quota, **fields: object) -> Role:
    return desk.roles.define(
        id=MEDIATOR,
        label_zh="调解员",
        label_en="mediator",
        family="six",
        quotas=quotas,
        **fields,
    )


def test_an_appointment_begins_today_and_runs_for_the_term_of_the_role(desk: Desk) -> None:
    define(desk, term_months=36)
    made = desk.appointments.appoint(member=member(desk).id, role=MEDIATOR)
    assert (made.span.first, made.span.last) == (TODAY, date(2024, 2, 29))
    assert desk.appointments.current() == [made]
    assert desk.appointments.current(on=date(2024, 3, 1)) == []
    assert desk.appointments.current(on=TODAY - timedelta(days=1)) == []


def test_who_holds_what_is_found_by_person_role_family_and_place(desk: Desk) -> None:
    define(desk)
    hub = desk.stations.found(kind=StationKind.HUB, name="中心")
    firm = desk.organizations.register(kind="new-economic", name="甲公司")
    who = member(desk)
    here = desk.appointments.appoint(member=who.id, role=MEDIATOR, station=hub.id)
    there = desk.appointments.appoint(member=who.id, role=MEDIATOR, body=firm.id)
    assert desk.appointments.current(member=who.id) == [here, there]
    assert desk.appointments.current(station=hub.id) == [here]
    assert desk.appointments.current(body=firm.id, family="six", role=MEDIATOR) == [there]
    assert desk.appointments.of_member(who.id) == [here, there]
    assert desk.appointments.beginning(Period.month(2021, 3), role=MEDIATOR) == [here, there]
    assert desk.appointments.beginning(Period.month(2021, 2)) == []


def test_the_same_role_is_not_held_twice_and_a_full_one_takes_nobody(desk: Desk) -> None:
    define(desk, Quota(maximum=1))
    held = desk.appointments.appoint(member=member(desk).id, role=MEDIATOR, last=date(2021, 12, 31))
    with pytest.raises(AppointmentTwice):
        desk.appointments.appoint(member=held.member, role=MEDIATOR)
    with pytest.raises(AppointmentOverQuota):
        desk.appointments.appoint(member=member(desk, 1).id, role=MEDIATOR)
    desk.appointments.appoint(member=member(desk, 2).id, role=MEDIATOR, first=date(2022, 1, 1))
    with pytest.raises(AppointmentOverQuota):
        desk.appointments.extend(held.id, until=date(2022, 1, 31))


def test_two_desks_cannot_fill_the_last_post_twice(network: Network) -> None:
    office = network.desk("steward:office")
    define(office, Quota(maximum=1))
    people = [member(office, number).id for number in range(6)]
    together = Barrier(len(people))
    answers: list[str] = []

    def ask(number: int) -> None:
        desk = network.desk(f"clerk:desk {number}")
        together.wait()
        try:
            answers.append(desk.appointments.appoint(member=people[number], role=MEDIATOR).id)
        except GrassrootsError as error:
            answers.append(error.code)

    threads = [Thread(target=ask, args=(number,)) for number in range(len(people))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(office.appointments.current()) == 1
    assert answers.count("appointment-over-quota") == len(people) - 1


def test_a_hindrance_is_overridden_by_name_and_the_journal_does_not_tell_of_it(desk: Desk) -> None:
    define(desk, demands=(Limit.STAIRS,))
    who = member(desk, limits=(Limit.STAIRS,))
    with pytest.raises(AppointmentHindered):
        desk.appointments.appoint(member=who.id, role=MEDIATOR)
    made = desk.appointments.appoint(member=who.id, role=MEDIATOR, despite="steward:li")
    assert made.despite == "steward:li"
    (told,) = Reading(desk.seat).trail(Ref("appointment", made.id))
    assert "li" not in str(told.event)


def test_everything_that_somebody_holds_ends_in_one_act(desk: Desk) -> None:
    define(desk)
    who = member(desk)
    hub = desk.stations.found(kind=StationKind.HUB, name="中心")
    desk.appointments.appoint(member=who.id, role=MEDIATOR)
    desk.appointments.appoint(member=who.id, role=MEDIATOR, station=hub.id)
    ended = desk.appointments.end_all(who.id, reason=AppointmentEnd.MOVED, on=date(2021, 4, 1))
    assert {one.span.last for one in ended} == {date(2021, 4, 1)}
    assert desk.appointments.end_all(who.id, reason=AppointmentEnd.MOVED, on=date(2021, 4, 1)) == []
    assert desk.appointments.current(on=date(2021, 4, 2)) == []


def test_a_wrong_entry_is_gone_from_the_register_and_stays_in_the_trail(desk: Desk) -> None:
    define(desk)
    made = desk.appointments.appoint(member=member(desk).id, role=MEDIATOR)
    desk.appointments.withdraw(made.id, reason=Withdrawal.WRONG_ENTRY)
    with pytest.raises(Missing):
        desk.appointments.get(made.id)
    trail = Reading(desk.seat).trail(Ref("appointment", made.id))
    assert isinstance(trail[-1].event, AppointmentWithdrawn)


def test_an_extension_and_an_end_are_read_back_as_they_were_made(desk: Desk) -> None:
    define(desk)
    made = desk.appointments.appoint(member=member(desk).id, role=MEDIATOR, last=date(2021, 12, 31))
    desk.appointments.extend(made.id, until=date(2022, 6, 30))
    desk.appointments.end(made.id, on=date(2022, 3, 1), reason=AppointmentEnd.RESIGNED)
    found = desk.appointments.get(made.id)
    assert (found.extended, found.span.last) == ((date(2021, 12, 31),), date(2022, 3, 1))


def test_gaps_tell_of_vacancies_short_terms_and_of_holders_who_have_died(desk: Desk) -> None:
    define(desk, Quota(minimum=1, target=2))
    assert [gap.code for gap in desk.appointments.gaps()] == [GapCode.VACANT]
    first, second = member(desk, 0), member(desk, 1)
    desk.appointments.appoint(member=first.id, role=MEDIATOR)
    desk.appointments.appoint(member=second.id, role=MEDIATOR, last=date(2021, 3, 31))
    assert [gap.code for gap in desk.appointments.gaps()] == [GapCode.ENDING]
    assert desk.appointments.gaps(ending_within_days=10) == []
    desk.members.record_death(first.id, on=TODAY)
    found = desk.appointments.gaps(ending_within_days=10)
    assert [gap.code for gap in found] == [
        GapCode.BELOW_TARGET,
        GapCode.SINGLE_HOLDER,
        GapCode.HOLDER_AWAY,
    ]


def test_sixty_appointments_of_six_roles_are_ten_each_and_leave_no_gap(desk: Desk) -> None:
    desk.roles.adopt()
    people = [member(desk, number) for number in range(10)]
    for role in desk.roles.all(family="six"):
        for person in people:
            desk.appointments.appoint(member=person.id, role=role.id)
    current = desk.appointments.current(family="six")
    assert len(current) == 60
    assert len({one.member for one in current}) == 10
    assert desk.appointments.gaps() == []
    assert len(desk.appointments.gaps(most_roles=5)) == 10


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_is_said_whole_in_the_language_of_its_reader(desk: Desk, language: str) -> None:
    define(desk, Quota(maximum=0))
    with pytest.raises(AppointmentOverQuota) as refused:
        desk.appointments.appoint(member=member(desk).id, role=MEDIATOR)
    sentence = say(refused.value.code, refused.value.facts, language)
    assert "mediator" in sentence
    assert "$" not in sentence
    assert refused.value.code in catalogue(language)
