from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from grassroots.domain.duplicates import Likeness, LikenessReason, likenesses
from grassroots.domain.member import Dated, Member, ToldAge
from grassroots.values.dates import PartialDate
from grassroots.values.ids import MemberId
from grassroots.values.names import Sex


def member(id: str, name: str, *, year: str | None = None, **fields: Any) -> Member:
    born = Dated(PartialDate.parse(year)) if year else None
    return Member(id=MemberId(id), name=name, born=born, **fields)


def reasons(*members: Member) -> list[tuple[str, str, str]]:
    return [(one.one, one.other, one.reason.value) for one in likenesses(members)]


def test_one_document_number_is_the_strongest_reason() -> None:
    one = member("A", "卯大山", id_number="11010519491231002X", phone="13800000001")
    other = member("B", "卯大山", id_number="11010519491231002X", phone="13800000001")
    assert reasons(one, other) == [("A", "B", "same-document")]


def test_a_former_name_counts_like_the_name() -> None:
    assert reasons(member("A", "卯大山"), member("B", "辰小川", also_known=("卯 大山",))) == [
        ("A", "B", "same-name")
    ]


def test_a_shared_telephone_says_nothing_about_a_man_and_a_woman() -> None:
    his = member("A", "卯大山", phone="13800000001", sex=Sex.MALE)
    hers = member("B", "辰小川", phone="13800000001", sex=Sex.FEMALE)
    unknown = member("C", "巳三", phone="13800000001")
    assert reasons(his, hers) == []
    assert reasons(his, unknown) == [("A", "C", "same-phone")]


def test_a_courtesy_title_may_be_somebody_of_the_register_of_about_that_age() -> None:
    full = member("A", "卯大山", year="1940")
    assert reasons(full, member("B", "卯爷爷")) == [("A", "B", "same-surname")]
    assert reasons(full, member("B", "卯爷爷", year="1943")) == [("A", "B", "same-surname")]
    assert reasons(full, member("B", "卯爷爷", year="1950")) == []
    assert reasons(full, member("B", "卯奶奶", sex=Sex.FEMALE)) == [("A", "B", "same-surname")]
    assert reasons(member("A", "卯大山", sex=Sex.MALE), member("B", "卯奶奶", sex=Sex.FEMALE)) == []


def test_two_whole_names_of_one_family_are_two_people() -> None:
    assert reasons(member("A", "卯大山"), member("B", "卯小川")) == []


def test_the_same_name_with_birth_dates_that_exclude_each_other_is_told_as_a_conflict() -> None:
    told = (ToldAge(81, date(2021, 7, 2)),)
    found = likenesses([member("A", "卯大山", year="1945-01"), member("B", "卯大山", told_ages=told)])
    assert found == [
        Likeness(one=MemberId("A"), other=MemberId("B"), reason=LikenessReason.SAME_NAME, age_conflict=True)
    ]
    (agreeing,) = likenesses([member("A", "卯大山", year="1940"), member("B", "卯大山", told_ages=told)])
    assert not agreeing.age_conflict


def test_two_sexes_under_one_name_are_told_as_a_conflict() -> None:
    (found,) = likenesses([member("A", "卯大山", sex=Sex.MALE), member("B", "卯大山", sex=Sex.FEMALE)])
    assert found.sex_conflict


def test_a_pair_comes_once_with_its_strongest_reason_whichever_stands_first() -> None:
    whole = member("A", "卯大山", phone="13800000001")
    part = member("B", "卯爷爷", phone="13800000001")
    assert reasons(whole, part) == [("A", "B", "same-phone")]
    assert reasons(part, whole) == [("B", "A", "same-phone")]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["卯大山", "卯爷爷", "卯", "辰小川", "辰奶奶"]),
            st.sampled_from([None, "13800000001", "13800000002"]),
            st.sampled_from([None, *Sex]),
            st.sampled_from([None, "1940", "1941-05", "1960"]),
        ),
        max_size=7,
    )
)
def test_every_pair_comes_at_most_once_in_the_order_of_the_records(rows: list[Any]) -> None:
    known = [
        member(f"M{n}", name, phone=phone, sex=sex, year=year)
        for n, (name, phone, sex, year) in enumerate(rows)
    ]
    pairs = [(one.one, one.other) for one in likenesses(known)]
    assert all(one < other for one, other in pairs)
    assert pairs == sorted(set(pairs))
    turned = {frozenset((one.one, one.other)) for one in likenesses(reversed(known))}
    assert turned == {frozenset(pair) for pair in pairs}
