from __future__ import annotations

from datetime import date
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grassroots.domain.kin import Tie, TieKind
from grassroots.domain.matching import (
    BarCode,
    Crowd,
    Match,
    MatchRules,
    Profile,
    Reason,
    Side,
    Walk,
    each,
    match,
)
from grassroots.domain.member import Dated, Member, MemberStatus
from grassroots.domain.pack import parse_pack
from grassroots.domain.pairing import EndReason, Pairing, Scheme
from grassroots.errors import BadInput
from grassroots.packs import text
from grassroots.values.dates import Span
from grassroots.values.ids import MemberId, OrganizationId, PairingId, SchemeId, StationId, TieId
from grassroots.values.names import Sex

ON = date(2021, 9, 1)
PACK = parse_pack(text("cn-national"))
EAST, WEST, FAR = OrganizationId("east"), OrganizationId("west"), OrganizationId("far")
SCHEME = Scheme.from_rules(
    SchemeId("young-old-oldest-old"),
    PACK.table("pairing_scheme")["young-old-oldest-old"].values,
    {name: rule.values for name, rule in PACK.table("age_band").items()},
)
RULES = MatchRules(
    scheme=SCHEME,
    on=ON,
    most_minutes=20,
    weights={code: rule.values["weight_points"] for code, rule in PACK.table("pairing_weight").items()},
    younger_years=PACK.table("pairing_weight")["young-enough"].values["younger_years"],
)


def person(id_: str, born: str, **fields: Any) -> Member:
    return Member(id=MemberId(id_), name="林小满", born=Dated.parse(born), **fields)


HELPER = person("helper", "1956", station=StationId("S1"), sex=Sex.FEMALE, skills=("急救",))
ELDER = person("elder", "1936", station=StationId("S1"))
HELPS = Profile(id=HELPER.id, offering=True, compound=EAST, languages=("湘语",), walks=(Walk(WEST, 8),))
SEEKS = Profile(id=ELDER.id, seeking=True, compound=EAST, languages=("湘语", "粤语"))


def held(helper: Member = HELPER, helps: Profile = HELPS, seeks: Profile = SEEKS, **more: Any) -> Match:
    return match(helper, ELDER, helps, seeks, RULES, **more)


def test_two_who_fit_are_told_why() -> None:
    found = held()
    assert found.bars == ()
    assert [reason for reason, _ in found.reasons] == [
        Reason.SAME_COMPOUND,
        Reason.SAME_STATION,
        Reason.DIALECT,
        Reason.YOUNG_ENOUGH,
    ]
    assert found.score == sum(points for _, points in found.reasons) == 40 + 15 + 25 + 5


@pytest.mark.parametrize(
    ("change", "bar"),
    [
        ({"helper": person("helper", "1940")}, BarCode.SUPPORTER_AGE),
        ({"helper": attrs.evolve(HELPER, status=MemberStatus.PAUSED)}, BarCode.AWAY),
        ({"seeks": attrs.evolve(SEEKS, compound=FAR)}, BarCode.TOO_FAR),
        ({"seeks": attrs.evolve(SEEKS, languages=("粤语",))}, BarCode.LANGUAGE),
        ({"seeks": attrs.evolve(SEEKS, wants_sex=Sex.MALE)}, BarCode.SEX),
        ({"seeks": attrs.evolve(SEEKS, needs=("陪诊",))}, BarCode.SKILL),
        ({"seeks": attrs.evolve(SEEKS, apart=(HELPER.id,))}, BarCode.BLOCKED),
        ({"helps": attrs.evolve(HELPS, apart=(ELDER.id,))}, BarCode.BLOCKED),
        ({"unsafe": True}, BarCode.SAFEGUARDING),
        (
            {"ties": [Tie(id=TieId("T"), one=ELDER.id, other=HELPER.id, kind=TieKind.KIN, span=Span(ON))]},
            BarCode.FAMILY,
        ),
    ],
)
def test_each_rule_bars_by_its_own_code(change: dict[str, Any], bar: BarCode) -> None:
    found = held(**change)
    assert bar in found.bars
    assert set(found.bars) - {bar} <= {BarCode.AWAY}
    assert found.score == 0


def test_a_walk_that_is_known_counts_and_a_short_one_is_a_reason() -> None:
    near = held(seeks=attrs.evolve(SEEKS, compound=WEST))
    assert near.bars == ()
    assert Reason.NEAR in dict(near.reasons)
    assert Reason.SAME_COMPOUND not in dict(near.reasons)


def test_where_no_compound_is_written_down_the_same_station_will_do() -> None:
    assert held(helps=attrs.evolve(HELPS, compound=None)).bars == ()
    elsewhere = attrs.evolve(HELPER, station=StationId("S2"))
    assert BarCode.TOO_FAR in held(elsewhere, helps=attrs.evolve(HELPS, compound=None)).bars


def test_an_age_that_the_records_leave_open_is_no_bar() -> None:
    assert held(attrs.evolve(HELPER, born=None)).bars == ()


def test_who_got_on_before_suits_and_who_did_not_does_not() -> None:
    former = Pairing(id=PairingId("P"), scheme=SCHEME.code, supporter=HELPER.id, recipient=ELDER.id)
    went_well = former.begin(ON).after.end(ON, EndReason.MOVED).after
    broke = former.begin(ON).after.end(ON, EndReason.BREAKDOWN).after
    assert Reason.KNOWN in dict(held(before=[went_well]).reasons)
    assert Reason.KNOWN not in dict(held(before=[broke]).reasons)


def test_a_profile_says_the_same_once_and_nobody_keeps_away_from_themselves() -> None:
    told = Profile.give(id=HELPER.id, languages=("湘语", " 湘语 ")).after
    assert told.languages == ("湘语",)
    assert told.set(languages=("湘语",)).happened == ()
    assert told.set(room=2).happened[0].fields == ("room",)  # type: ignore[attr-defined]
    with pytest.raises(BadInput):
        told.set(apart=(HELPER.id,))


def test_every_reason_has_a_weight_in_the_pack_and_the_other_way_round() -> None:
    assert set(PACK.table("pairing_weight")) == {reason.value for reason in Reason}


# -- a crowd ----------------------------------------------------------------------------------------------
_PLACES = st.sampled_from([None, EAST, WEST, FAR])
_STATIONS = st.sampled_from([None, StationId("S1"), StationId("S2")])
_SOME_WORDS = st.lists(st.sampled_from(["湘语", "粤语", "普通话"]), max_size=2, unique=True).map(tuple)
_SKILLS = st.lists(st.sampled_from(["急救", "陪诊"]), max_size=2, unique=True).map(tuple)


@st.composite
def crowds(draw: st.DrawFn) -> list[tuple[Member, Profile]]:
    """A few people, each with what they offer and what they ask; some keep away from others."""
    ids = [MemberId(f"m{number}") for number in range(draw(st.integers(1, 6)))]
    found = []
    for id_ in ids:
        member = Member(
            id=id_,
            name="林小满",
            born=draw(st.sampled_from([None, Dated.parse("1936"), Dated.parse("1956"), Dated.parse("1990")])),
            station=draw(_STATIONS),
            sex=draw(st.sampled_from([None, *Sex])),
            skills=draw(_SKILLS),
            status=draw(st.sampled_from([MemberStatus.ACTIVE, MemberStatus.ACTIVE, MemberStatus.PAUSED])),
        )
        walks = draw(st.lists(st.sampled_from([EAST, WEST, FAR]), max_size=2, unique=True))
        profile = Profile(
            id=id_,
            languages=draw(_SOME_WORDS),
            compound=draw(_PLACES),
            walks=tuple(Walk(place, draw(st.integers(0, 30))) for place in walks),
            wants_sex=draw(st.sampled_from([None, None, *Sex])),
            needs=draw(_SKILLS),
            interests=draw(_SOME_WORDS),
            apart=tuple(draw(st.sets(st.sampled_from(ids), max_size=1)) - {id_}),
        )
        found.append((member, profile))
    return found


@given(crowds(), st.sampled_from([None, 10, 20]), st.data())
def test_a_crowd_says_of_one_and_all_what_the_rules_say_of_two(
    people: list[tuple[Member, Profile]], most: int | None, data: st.DataObject
) -> None:
    rules = attrs.evolve(RULES, most_minutes=most)
    crowd = Crowd([Side.of(member, profile, ON) for member, profile in people], rules)
    for member, profile in people:
        kin = data.draw(st.sets(st.sampled_from([other.id for other, _ in people]), max_size=1)) - {member.id}
        unsafe = data.draw(st.sets(st.sampled_from(range(len(people))), max_size=1))
        ties = [
            Tie(id=TieId(other), one=member.id, other=other, kind=TieKind.KIN, span=Span(ON)) for other in kin
        ]
        held_ = crowd.held(Side.of(member, profile, ON), kin=kin, unsafe=sum(1 << one for one in unsafe))
        one_by_one = [
            match(helper, member, helps, profile, rules, ties=ties, unsafe=number in unsafe)
            for number, (helper, helps) in enumerate(people)
        ]
        assert list(each(held_.fitting)) == [n for n, one in enumerate(one_by_one) if not one.bars]
        for code in BarCode:
            barred = [n for n, one in enumerate(one_by_one) if code in one.bars]
            assert list(each(held_.bars.get(code, 0))) == barred, code
