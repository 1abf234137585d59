"""What the search for gaps promises."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from grassroots.domain.appointment import Appointment
from grassroots.domain.role import Quota, Role, RoleStatus
from grassroots.domain.staffing import Gap, GapCode, gaps
from grassroots.domain.station import Station, StationKind, StationStatus
from grassroots.values.dates import Span
from grassroots.values.ids import AppointmentId, MemberId, RoleId, StationId

DAY = date(2021, 3, 1)
_numbers = count(1)


def role(code: str = "mediator", *quotas: Quota, **fields: object) -> Role:
    return Role(
        id=RoleId(code),
        label_zh="职务",
        label_en="role",
        family="six",
        quotas=quotas,
        **fields,  # type: ignore[arg-type]
    )


def held(
    member: int,
    code: str = "mediator",
    *,
    place: str | None = None,
    first: date = DAY,
    last: date | None = None,
    acting: bool = False,
) -> Appointment:
    return Appointment(
        id=AppointmentId(f"A{next(_numbers):04}"),
        member=MemberId(f"M{member}"),
        role=RoleId(code),
        family="six",
        span=Span(first, last),
        station=None if place is None else StationId(place),
        acting=acting,
    )


def station(id_: str, kind: StationKind = StationKind.STATION, **fields: object) -> Station:
    return Station(id=StationId(id_), kind=kind, name=id_, **fields)  # type: ignore[arg-type]


def codes(found: list[Gap]) -> list[GapCode]:
    return [gap.code for gap in found]


def test_ten_of_ten_is_no_finding_and_nine_is_below_target() -> None:
    ten = role("mediator", Quota(target=10))
    nine = [held(n) for n in range(9)]
    assert gaps(DAY, [ten], [], [*nine, held(9)]) == []
    (gap,) = gaps(DAY, [ten], [], nine)
    assert (gap.code, gap.have, gap.want, len(gap.appointments)) == (GapCode.BELOW_TARGET, 9, 10, 9)


def test_an_empty_role_is_vacant_once_and_not_short_as_well() -> None:
    assert codes(gaps(DAY, [role("mediator", Quota(minimum=2, target=5))], [], [])) == [GapCode.VACANT]


def test_an_acting_holder_is_told_of_and_leaves_the_post_vacant() -> None:
    (gap,) = gaps(DAY, [role("mediator", Quota(target=1))], [], [held(1, acting=True)])
    assert (gap.code, gap.have, gap.acting) == (GapCode.VACANT, 0, 1)


def test_a_single_holder_is_a_finding_only_where_several_are_asked_for() -> None:
    several = gaps(DAY, [role("mediator", Quota(minimum=1, target=3))], [], [held(1)])
    assert codes(several) == [GapCode.BELOW_TARGET, GapCode.SINGLE_HOLDER]
    assert gaps(DAY, [role("secretary", Quota(target=1))], [], [held(1, "secretary")]) == []


def test_one_person_at_three_stations_is_one_head() -> None:
    everywhere = [held(1, place=place) for place in ("S1", "S2", "S3")]
    places = [station(id_) for id_ in ("S1", "S2", "S3")]
    (short, single) = gaps(DAY, [role("mediator", Quota(minimum=2))], places, everywhere)
    assert (short.code, short.have, single.code) == (GapCode.SHORT, 1, GapCode.SINGLE_HOLDER)


def test_over_the_maximum_is_said_with_the_appointments_behind_it() -> None:
    two = [held(1), held(2)]
    (gap,) = gaps(DAY, [role("mediator", Quota(maximum=1))], [], two)
    assert (gap.code, gap.have, gap.want) == (GapCode.OVER, 2, 1)
    assert gap.appointments == tuple(a.id for a in two)


def test_every_standing_station_of_the_kind_is_asked_for_itself() -> None:
    each = role("mediator", Quota(unit="station", minimum=1))
    places = [
        station("S1"),
        station("S2"),
        station("S3", status=StationStatus.PLANNED),
        station("S4", status=StationStatus.CLOSED, closed=DAY - timedelta(days=1)),
        station("H", StationKind.HUB),
    ]
    (gap,) = gaps(DAY, [each], places, [held(1, place="S1")])
    assert (gap.code, gap.station, gap.unit) == (GapCode.VACANT, "S2", "station")


def test_the_mutual_aid_networks_have_a_unit_of_their_own() -> None:
    each = role("coach", Quota(unit="mutual-aid-network", minimum=1))
    places = [station("N1", StationKind.NETWORK), station("S1")]
    assert [gap.station for gap in gaps(DAY, [each], places, [])] == ["N1"]


def test_a_retired_role_wants_nobody() -> None:
    assert gaps(DAY, [role("mediator", Quota(target=10), status=RoleStatus.RETIRED)], [], []) == []


def test_too_many_roles_are_counted_as_roles_not_as_places() -> None:
    places = [station("S1"), station("S2"), station("S3")]
    everywhere = [held(2, "a", place=place.id) for place in places]
    busy = [held(1, "a"), held(1, "b"), held(1, "c"), *everywhere]
    (gap,) = gaps(DAY, [], places, busy, most_roles=2)
    assert (gap.code, gap.member, gap.have, gap.want) == (GapCode.TOO_MANY_ROLES, "M1", 3, 2)
    assert gaps(DAY, [], places, busy) == []


def test_a_term_that_ends_within_the_days_asked_for_is_told_and_one_day_later_is_not() -> None:
    on_the_edge = held(1, last=DAY + timedelta(days=60))
    beyond = held(2, last=DAY + timedelta(days=61))
    (gap,) = gaps(DAY, [], [], [on_the_edge, beyond])
    assert (gap.code, gap.member, gap.last) == (GapCode.ENDING, "M1", DAY + timedelta(days=60))


def test_a_term_that_the_same_person_continues_without_a_day_between_is_not_ending() -> None:
    ending = held(1, last=DAY + timedelta(days=10))
    following = held(1, first=DAY + timedelta(days=11))
    late = held(1, first=DAY + timedelta(days=12))
    assert gaps(DAY, [], [], [ending, following]) == []
    assert codes(gaps(DAY, [], [], [ending, late])) == [GapCode.ENDING]


def test_who_is_away_is_not_counted_as_being_there_and_is_named() -> None:
    found = gaps(DAY, [role("mediator", Quota(target=1))], [], [held(1)], away=[MemberId("M1")])
    assert codes(found) == [GapCode.VACANT, GapCode.HOLDER_AWAY]


def test_what_is_held_at_a_closed_place_is_told() -> None:
    gone = station("S1", status=StationStatus.CLOSED, closed=DAY - timedelta(days=1))
    (gap,) = gaps(DAY, [], [gone], [held(1, place="S1")])
    assert (gap.code, gap.station) == (GapCode.PLACE_CLOSED, "S1")


_rows = st.lists(
    st.builds(
        held,
        st.integers(0, 5),
        st.sampled_from(["a", "b"]),
        place=st.sampled_from([None, "S1", "S2"]),
        first=st.integers(-5, 5).map(lambda n: DAY + timedelta(days=n)),
        acting=st.booleans(),
    ),
    max_size=10,
)


@given(_rows, st.integers(0, 4), st.integers(0, 4))
def test_a_role_is_vacant_short_or_below_target_but_never_two_of_them_and_never_without_need(
    rows: list[Appointment], minimum: int, more: int
) -> None:
    quota = Quota(minimum=minimum, target=minimum + more)
    found = gaps(DAY, [role("a", quota)], [station("S1"), station("S2")], rows)
    lacking = [g for g in found if g.code in (GapCode.VACANT, GapCode.SHORT, GapCode.BELOW_TARGET)]
    heads = {a.member for a in rows if a.role == "a" and not a.acting and a.span.covers(DAY)}
    assert len(lacking) == (len(heads) < minimum + more)
    assert all(gap.have == len(heads) < gap.want for gap in lacking)


@given(_rows, st.randoms())
def test_findings_do_not_depend_on_the_order_of_the_records(rows: list[Appointment], chance: object) -> None:
    roles = [role("a", Quota(target=2)), role("b", Quota(unit="station", minimum=1, maximum=1))]
    places = [station("S1"), station("S2")]
    shuffled = list(rows)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert gaps(DAY, roles, places, rows, most_roles=1) == gaps(
        DAY, roles, places[::-1], shuffled, most_roles=1
    )
