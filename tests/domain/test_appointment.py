"""What an appointment promises: who may hold what, where, for how long."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import count

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grassroots.domain.appointment import (
    Appointed,
    Appointment,
    AppointmentBegun,
    AppointmentEnd,
    AppointmentEnded,
    AppointmentExtended,
    AppointmentHindered,
    AppointmentNotLonger,
    AppointmentOutside,
    AppointmentOver,
    AppointmentOverQuota,
    AppointmentPlaceClosed,
    AppointmentRoleRetired,
    AppointmentState,
    AppointmentTwice,
    AppointmentUnavailable,
    Route,
    Withdrawal,
    holders,
    most_heads,
)
from grassroots.domain.fields import FieldGroup, groups_of
from grassroots.domain.member import Limit, Member, MemberStatus
from grassroots.domain.organization import Organization, OrganizationStatus
from grassroots.domain.role import Quota, Role
from grassroots.domain.station import Station, StationKind, StationStatus
from grassroots.values.dates import Span
from grassroots.values.ids import AppointmentId, MemberId, OrganizationId, RoleId, StationId

DAY = date(2021, 3, 1)
_numbers = count(1)


def member(number: int = 1, **fields: object) -> Member:
    return Member(id=MemberId(f"M{number}"), name=f"成员{'甲乙丙丁戊己庚辛壬癸'[number % 10]}", **fields)  # type: ignore[arg-type]


def role(**fields: object) -> Role:
    return Role(id=RoleId("mediator"), label_zh="调解员", label_en="mediator", family="six", **fields)  # type: ignore[arg-type]


def station(id_: str = "S1", kind: StationKind = StationKind.STATION, **fields: object) -> Station:
    return Station(id=StationId(id_), kind=kind, name=f"站点{id_}", **fields)  # type: ignore[arg-type]


def appoint(
    who: Member | None = None,
    what: Role | None = None,
    *,
    first: date = DAY,
    last: date | None = None,
    others: Iterable[Appointment] = (),
    **fields: object,
) -> Appointment:
    return Appointment.appoint(
        id=AppointmentId(f"A{next(_numbers)}"),
        member=who or member(),
        role=what or role(),
        span=Span(first, last),
        others=others,
        **fields,  # type: ignore[arg-type]
    ).after


def test_an_appointment_says_who_what_where_and_how_they_came_to_it() -> None:
    step = Appointment.appoint(
        id=AppointmentId("A"),
        member=member(),
        role=role(),
        span=Span(DAY),
        station=station(),
        route=Route.SELECTED,
    )
    assert step.after.family == "six"
    expected = Appointed(
        member=MemberId("M1"),
        role=RoleId("mediator"),
        first=DAY,
        last=None,
        station=StationId("S1"),
        route=Route.SELECTED,
    )
    assert step.happened == (expected,)


@pytest.mark.parametrize("status", [s for s in MemberStatus if s is not MemberStatus.ACTIVE])
def test_only_who_takes_part_is_appointed(status: MemberStatus) -> None:
    with pytest.raises(AppointmentUnavailable) as refused:
        appoint(member(status=status))
    assert refused.value.facts == {"member": "M1", "status": status.value}


def test_what_somebody_held_before_they_died_may_still_be_written_down() -> None:
    late = member(status=MemberStatus.DECEASED, died=date(2020, 5, 4))
    appoint(late, first=date(2019, 1, 1), last=date(2020, 5, 4))
    with pytest.raises(AppointmentUnavailable):
        appoint(late, first=date(2019, 1, 1), last=date(2020, 5, 5))
    with pytest.raises(AppointmentUnavailable):
        appoint(late, first=date(2019, 1, 1))


def test_nobody_new_is_appointed_to_a_retired_role() -> None:
    with pytest.raises(AppointmentRoleRetired):
        appoint(what=role().retire().after)


def test_nobody_is_appointed_at_a_place_that_does_not_stand_any_more() -> None:
    gone = station(status=StationStatus.CLOSED, opened=date(2018, 1, 1), closed=date(2020, 12, 31))
    with pytest.raises(AppointmentPlaceClosed):
        appoint(station=gone)
    appoint(station=gone, first=date(2019, 1, 1), last=date(2020, 12, 31))
    body = Organization(
        id=OrganizationId("O"), kind="new_economic", name="某公司", status=OrganizationStatus.CLOSED
    )
    with pytest.raises(AppointmentPlaceClosed):
        appoint(body=body)


def test_work_that_does_not_fit_the_body_is_refused_unless_somebody_answers_for_it_by_name() -> None:
    stiff = member(limits=(Limit.WALKING, Limit.RIGHT_HAND))
    patrol = role(demands=(Limit.WALKING, Limit.NIGHT))
    with pytest.raises(AppointmentHindered) as refused:
        appoint(stiff, patrol)
    assert refused.value.facts["demands"] == ("walking",)
    assert appoint(stiff, patrol, despite="steward:li").despite == "steward:li"


def test_an_override_without_need_leaves_no_trace_and_one_with_need_is_health_data() -> None:
    assert appoint(despite="steward:li").despite is None
    assert groups_of(Appointment)["despite"] is FieldGroup.HEALTH
    assert "despite" not in {field.name for field in attrs.fields(Appointed)}


def test_the_same_role_at_the_same_place_is_not_held_twice_at_a_time() -> None:
    here = appoint(station=station(), last=date(2021, 12, 31))
    with pytest.raises(AppointmentTwice) as refused:
        appoint(station=station(), first=date(2021, 12, 31), others=[here])
    assert refused.value.facts["appointment"] == here.id
    appoint(station=station(), first=date(2022, 1, 1), others=[here])
    appoint(station=station("S2"), others=[here])
    appoint(member(2), station=station(), others=[here])


def test_one_person_may_advise_several_bodies_in_the_same_role() -> None:
    first = Organization(id=OrganizationId("O1"), kind="new_economic", name="甲公司")
    second = Organization(id=OrganizationId("O2"), kind="new_economic", name="乙公司")
    held = appoint(body=first)
    appoint(body=second, others=[held])
    with pytest.raises(AppointmentTwice):
        appoint(body=first, others=[held])


def test_the_eleventh_of_ten_is_refused_with_the_quota_that_says_so() -> None:
    ten = role(quotas=(Quota(target=10, maximum=10),))
    held = [appoint(member(n), ten, last=date(2021, 12, 31)) for n in range(10)]
    with pytest.raises(AppointmentOverQuota) as refused:
        appoint(member(10), ten, first=date(2021, 12, 31), others=held)
    facts = refused.value.facts
    assert (facts["unit"], facts["maximum"], facts["heads"]) == ("network", 10, 11)
    appoint(member(10), ten, first=date(2022, 1, 1), others=held)


def test_people_are_counted_not_appointments() -> None:
    one = role(quotas=(Quota(maximum=1),))
    held = appoint(member(1), one, station=station("S1"))
    appoint(member(1), one, station=station("S2"), others=[held])
    with pytest.raises(AppointmentOverQuota):
        appoint(member(2), one, station=station("S2"), others=[held])


def test_an_acting_holder_neither_fills_a_post_nor_is_kept_out_by_a_full_one() -> None:
    one = role(quotas=(Quota(maximum=1),))
    acting = appoint(member(1), one, acting=True)
    held = appoint(member(2), one, others=[acting])
    appoint(member(3), one, acting=True, others=[acting, held])
    with pytest.raises(AppointmentOverQuota):
        appoint(member(4), one, others=[acting, held])


def test_somebody_may_stand_in_where_a_lowered_quota_has_too_many_holders_already() -> None:
    held = [appoint(member(1)), appoint(member(2))]
    none_any_more = role(quotas=(Quota(maximum=1),))
    assert appoint(member(3), none_any_more, acting=True, others=held).acting


def test_a_quota_of_a_kind_counts_every_station_for_itself() -> None:
    each = role(quotas=(Quota(unit="station", maximum=1), Quota(unit="S9", maximum=2)))
    held = appoint(member(1), each, station=station("S1"))
    appoint(member(2), each, station=station("S2"), others=[held])
    appoint(member(3), each, station=station("H", StationKind.HUB), others=[held])
    with pytest.raises(AppointmentOverQuota) as refused:
        appoint(member(4), each, station=station("S1"), others=[held])
    assert refused.value.facts["station"] == "S1"


def test_a_term_is_extended_and_its_former_last_day_is_kept() -> None:
    held = appoint(last=date(2021, 12, 31))
    step = held.extend(date(2022, 12, 31), role(), None, [held])
    assert step.happened == (AppointmentExtended(former=date(2021, 12, 31), last=date(2022, 12, 31)),)
    assert step.after.extended == (date(2021, 12, 31),)
    assert step.after.extend(date(2022, 12, 31), role(), None, [step.after]).happened == ()


def test_an_extension_goes_forward_only_and_never_over_a_quota_or_the_next_term() -> None:
    one = role(quotas=(Quota(maximum=1),))
    held = appoint(member(1), one, last=date(2021, 12, 31))
    successor = appoint(member(2), one, first=date(2022, 1, 1), others=[held])
    for until in (date(2021, 12, 31), date(2021, 6, 1)):
        with pytest.raises(AppointmentNotLonger):
            held.extend(until, one, None, [])
    with pytest.raises(AppointmentOverQuota):
        held.extend(date(2022, 1, 1), one, None, [held, successor])
    again = appoint(member(1), first=date(2022, 6, 1))
    with pytest.raises(AppointmentTwice):
        held.extend(date(2022, 6, 1), role(), None, [held, again])
    with pytest.raises(AppointmentNotLonger):
        appoint().extend(date(2030, 1, 1), role(), None, [])


def test_an_appointment_ends_on_a_day_of_it_and_once() -> None:
    held = appoint(last=date(2021, 12, 31))
    step = held.end(date(2021, 6, 30), AppointmentEnd.RESIGNED)
    assert step.happened == (AppointmentEnded(on=date(2021, 6, 30), reason=AppointmentEnd.RESIGNED),)
    assert step.after.end(date(2021, 6, 30), AppointmentEnd.RESIGNED).happened == ()
    with pytest.raises(AppointmentOver):
        step.after.end(date(2021, 5, 31), AppointmentEnd.RESIGNED)
    with pytest.raises(AppointmentOver):
        step.after.extend(date(2022, 1, 1), role(), None, [])
    for outside in (date(2021, 2, 28), date(2022, 1, 1)):
        with pytest.raises(AppointmentOutside):
            held.end(outside, AppointmentEnd.EXPIRED)


def test_ending_on_the_last_day_of_the_term_is_still_an_end_with_its_reason() -> None:
    held = appoint(last=date(2021, 12, 31))
    assert held.end(date(2021, 12, 31), AppointmentEnd.EXPIRED).after.end_reason is AppointmentEnd.EXPIRED


def test_what_never_began_or_never_was_is_withdrawn_and_what_began_is_not() -> None:
    held = appoint()
    assert held.withdraw(DAY - timedelta(days=1), Withdrawal.NOT_TAKEN_UP).member == "M1"
    with pytest.raises(AppointmentBegun):
        held.withdraw(DAY, Withdrawal.NOT_TAKEN_UP)
    assert held.withdraw(DAY, Withdrawal.WRONG_ENTRY).reason is Withdrawal.WRONG_ENTRY


def test_planned_current_and_ended_follow_from_the_day() -> None:
    held = appoint(last=date(2021, 12, 31))
    assert held.state_on(DAY - timedelta(days=1)) is AppointmentState.PLANNED
    assert held.state_on(DAY) is AppointmentState.CURRENT
    assert held.state_on(date(2021, 12, 31)) is AppointmentState.CURRENT
    assert held.state_on(date(2022, 1, 1)) is AppointmentState.ENDED


_spans = st.builds(
    lambda first, days: Span(
        DAY + timedelta(days=first), None if days is None else DAY + timedelta(days=first + days)
    ),
    st.integers(0, 30),
    st.none() | st.integers(0, 20),
)


@given(st.lists(st.tuples(st.integers(0, 4), _spans, st.booleans()), max_size=8), _spans)
def test_the_most_heads_at_once_are_those_of_the_fullest_day(
    rows: list[tuple[int, Span, bool]], span: Span
) -> None:
    known = [attrs.evolve(appoint(member(number)), span=held, acting=acting) for number, held, acting in rows]
    last = span.last or DAY + timedelta(days=60)
    days = [span.first + timedelta(days=n) for n in range((last - span.first).days + 1)]
    assert most_heads(known, span) == max(len(holders(known, day)) for day in days)


@given(st.lists(st.tuples(st.integers(0, 6), st.sampled_from(["S1", "S2"]), _spans), max_size=12))
def test_whatever_is_asked_for_in_whatever_order_no_day_is_ever_over_the_maximum(
    asked: list[tuple[int, str, Span]],
) -> None:
    full = role(quotas=(Quota(maximum=3), Quota(unit="station", maximum=2)))
    held: list[Appointment] = []
    for number, place, span in asked:
        try:
            held.append(
                appoint(
                    member(number),
                    full,
                    first=span.first,
                    last=span.last,
                    station=station(place),
                    others=held,
                )
            )
        except (AppointmentOverQuota, AppointmentTwice):
            continue
    for n in range(60):
        day = DAY + timedelta(days=n)
        assert len(holders(held, day)) <= 3
        for place in ("S1", "S2"):
            here = [a for a in held if a.station == place]
            assert len(holders(here, day)) <= 2
            assert len([a for a in here if a.span.covers(day)]) == len(holders(here, day))
