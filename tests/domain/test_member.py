from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from grassroots.domain.member import (
    CORRECTABLE,
    TRANSITIONS,
    Affiliation,
    Dated,
    DateSource,
    Limit,
    Living,
    Member,
    MemberCorrected,
    MemberRegistered,
    MembersMerged,
    MemberStatus,
    MemberStatusChanged,
    SamePerson,
    ToldAge,
    birth_range,
    merge,
    told_range,
)
from grassroots.domain.states import WrongState
from grassroots.domain.step import Step
from grassroots.errors import BadInput
from grassroots.values.dates import Ages, PartialDate, age_on
from grassroots.values.ids import MemberId, StationId
from grassroots.values.names import NameKind, Sex

DAY = date(2021, 7, 2)


def member(id: str = "M1", name: str = "卯大山", **fields: Any) -> Member:
    return Member(id=MemberId(id), name=name, **fields)


def born(iso: str) -> Dated:
    return Dated(PartialDate.parse(iso))


# -- registering ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("raw", "kept", "kind"),
    [
        ("卯 大山", "卯大山", NameKind.FULL),
        ("卯爷爷", "卯爷爷", NameKind.COURTESY),
        ("卯", "卯", NameKind.SURNAME_ONLY),
    ],
)
def test_an_incomplete_name_is_recorded_as_it_stands(raw: str, kept: str, kind: NameKind) -> None:
    step = Member.register(id=MemberId("M1"), name=raw)
    assert (step.after.name, step.after.name_kind) == (kept, kind)
    assert step.happened == (MemberRegistered(status=MemberStatus.ACTIVE, name_kind=kind),)


def test_nobody_is_recorded_without_any_name() -> None:
    for name in ("", "  "):
        with pytest.raises(BadInput) as wrong:
            Member.register(id=MemberId("M1"), name=name)
        assert wrong.value.code == "name-missing"


def test_the_trail_of_a_registration_holds_no_name() -> None:
    (event,) = Member.register(id=MemberId("M1"), name="卯大山", phone="13800000000").happened
    assert "卯" not in repr(event)
    assert "138" not in repr(event)


# -- correcting -------------------------------------------------------------------------------------------
def test_a_correction_names_its_fields_and_the_same_again_is_none() -> None:
    step = member().correct("typing-error", name="卯 大川", phone="13800000001")
    assert step.after.name == "卯大川"
    assert step.happened == (MemberCorrected(fields=("name", "phone"), reason="typing-error"),)
    again = step.after.correct(name="卯大川", phone="13800000001")
    assert again == Step(step.after)


def test_only_what_is_said_to_be_correctable_can_be_corrected() -> None:
    for field in ("id", "status", "merged_into", "died", "left", "nothing_like_it"):
        with pytest.raises(BadInput) as wrong:
            member().correct(**{field: "x"})
        assert wrong.value.facts["fields"] == (field,)


def test_what_no_verb_sets_is_what_corrections_leave_alone() -> None:
    fields = {field.name for field in attrs.fields(Member)}
    assert fields - CORRECTABLE == {"id", "status", "left", "died", "merged_into"}


def test_a_name_cannot_be_corrected_away() -> None:
    with pytest.raises(BadInput):
        member().correct(name=" ")


# -- the life-cycle ---------------------------------------------------------------------------------------
def test_who_left_may_come_back_and_the_day_of_leaving_goes() -> None:
    gone = member().leave(DAY, "moved-away").after
    assert (gone.status, gone.left) == (MemberStatus.LEFT, DAY)
    back = gone.admit(DAY + timedelta(days=30))
    assert (back.after.status, back.after.left) == (MemberStatus.ACTIVE, None)
    assert back.happened == (
        MemberStatusChanged(status=MemberStatus.ACTIVE, on=DAY + timedelta(days=30), reason=None),
    )


def test_the_dead_neither_pause_nor_leave_nor_come_back() -> None:
    dead = member().record_death(DAY).after
    assert (dead.status, dead.died) == (MemberStatus.DECEASED, DAY)
    for verb in (dead.pause, dead.resume, dead.leave, dead.admit):
        with pytest.raises(WrongState):
            verb(DAY)
    assert dead.record_death(DAY + timedelta(days=1)) == Step(dead)


class MemberLife(RuleBasedStateMachine):
    """Any order of verbs walks only the table's arrows, and the dates fit the state."""

    def __init__(self) -> None:
        super().__init__()
        self.member = member(status=MemberStatus.APPLIED)
        self.on = DAY

    def try_(self, verb: str) -> None:
        before = self.member
        allowed = TRANSITIONS[before.status].get(verb)
        try:
            step = getattr(before, verb)(self.on)
        except WrongState:
            assert allowed is None
            return
        if step.happened:
            assert step.after.status is allowed
        else:
            assert step.after is before
        assert getattr(step.after, verb)(self.on) == Step(step.after)
        self.member = step.after

    @rule(days=st.integers(1, 400))
    def time_goes_by(self, days: int) -> None:
        self.on += timedelta(days=days)

    @rule(verb=st.sampled_from(["admit", "pause", "resume", "leave", "record_death"]))
    def live(self, verb: str) -> None:
        self.try_(verb)

    @rule()
    def merge(self) -> None:
        before = self.member
        other = member("M2", "卯爷爷")
        if before.status is MemberStatus.MERGED:
            with pytest.raises(WrongState):
                merge(other, before)
            return
        _, signpost = merge(member("M0"), before)
        self.member = signpost.after
        assert self.member.merged_into == "M0"

    @invariant()
    def the_dates_fit_the_state(self) -> None:
        one = self.member
        assert (one.left is not None) or one.status is not MemberStatus.LEFT
        assert (one.died is not None) or one.status is not MemberStatus.DECEASED
        assert (one.merged_into is not None) == (one.status is MemberStatus.MERGED)
        assert one.left is None or one.status is not MemberStatus.ACTIVE


TestMemberLife = MemberLife.TestCase
TestMemberLife.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)


# -- merging ----------------------------------------------------------------------------------------------
def test_a_merge_fills_what_is_blank_and_wipes_nothing() -> None:
    kept = member(phone="13800000001", living=Living.ALONE, categories=("volunteer",))
    gone = member(
        "M2",
        "卯爷爷",
        phone="13800000002",
        address="东门1号",
        living=Living.UNKNOWN,
        sex=Sex.MALE,
        categories=("recipient", "volunteer"),
    )
    first, second = merge(kept, gone)
    assert (first.after.phone, first.after.address, first.after.sex) == ("13800000001", "东门1号", Sex.MALE)
    assert first.after.living is Living.ALONE
    assert first.after.categories == ("volunteer", "recipient")
    assert (second.after.status, second.after.merged_into) == (MemberStatus.MERGED, "M1")


def test_a_field_is_taken_from_the_other_record_only_when_it_is_named() -> None:
    kept, gone = member("M1", "卯爷爷", phone="13800000001"), member("M2", "卯大山", phone="13800000002")
    first, _ = merge(kept, gone, frozenset({"name"}))
    assert (first.after.name, first.after.phone) == ("卯大山", "13800000001")
    assert first.after.also_known == ("卯爷爷",)
    event = first.happened[0]
    assert isinstance(event, MembersMerged)
    assert set(event.taken) == {"name", "also_known"}
    with pytest.raises(BadInput):
        merge(kept, gone, frozenset({"nmae"}))


def test_both_names_stay_findable_whichever_is_kept() -> None:
    first, _ = merge(member("M1", "卯大山", also_known=("老卯",)), member("M2", "卯爷爷"))
    assert {first.after.name, *first.after.also_known} == {"卯大山", "老卯", "卯爷爷"}


def test_merging_the_same_two_again_changes_nothing() -> None:
    first, second = merge(member(), member("M2", "卯爷爷"))
    assert merge(first.after, second.after) == (Step(first.after), Step(second.after))


def test_signposts_never_point_in_a_circle() -> None:
    kept, gone = (step.after for step in merge(member("A"), member("B", "卯爷爷")))
    with pytest.raises(WrongState):
        merge(gone, kept)
    with pytest.raises(WrongState):
        merge(gone, member("C", "卯老师"))
    with pytest.raises(WrongState):
        merge(member("C", "卯老师"), gone)
    with pytest.raises(SamePerson):
        merge(kept, kept)


def test_a_death_in_either_record_stays_known() -> None:
    dead = member("M2", "卯爷爷").record_death(DAY).after
    kept = merge(member(), dead)[0].after
    assert (kept.status, kept.died) == (MemberStatus.DECEASED, DAY)
    other = merge(member().record_death(DAY).after, member("M2", "卯爷爷"))[0].after
    assert (other.status, other.died) == (MemberStatus.DECEASED, DAY)


SOME: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "phone": st.sampled_from([None, "13800000001", "13800000002"]),
        "address": st.sampled_from([None, "东门1号"]),
        "sex": st.sampled_from([None, *Sex]),
        "born": st.sampled_from([None, born("1950"), born("1950-03-04")]),
        "affiliation": st.sampled_from(Affiliation),
        "living": st.sampled_from(Living),
        "limits": st.lists(st.sampled_from(Limit), unique=True, max_size=3).map(tuple),
        "skills": st.lists(st.sampled_from(["书法", "调解"]), unique=True).map(tuple),
        "war_veteran": st.booleans(),
        "station": st.sampled_from([None, StationId("S1"), StationId("S2")]),
        "remark": st.sampled_from([None, "多才多艺"]),
    },
)


@given(SOME, SOME, st.sets(st.sampled_from(sorted(CORRECTABLE - {"name", "also_known"}))))
def test_no_merge_loses_a_value_unless_the_other_one_was_asked_for(
    mine: dict[str, Any], theirs: dict[str, Any], take: set[str]
) -> None:
    kept, gone = member("A", **mine), member("B", "卯爷爷", **theirs)
    after = merge(kept, gone, frozenset(take))[0].after
    for name in CORRECTABLE - {"name", "also_known"}:
        old, new, other = getattr(kept, name), getattr(after, name), getattr(gone, name)
        blank = attrs.fields_dict(Member)[name].default
        if isinstance(old, tuple):
            assert set(new) == {*old, *other}
        elif other in (None, blank):
            assert new == old
        elif old in (None, blank) or name in take:
            assert new == other
        else:
            assert new == old


# -- ages -------------------------------------------------------------------------------------------------
def test_an_age_is_a_range_where_the_birth_date_is_partly_known() -> None:
    assert member(born=born("1952")).ages(DAY) == Ages(68, 69)
    assert member(born=born("1952-07-03")).ages(DAY) == Ages(68, 68)
    assert member().ages(DAY) is None


@given(
    st.dates(date(1905, 1, 1), date(2000, 12, 31)),
    st.dates(date(2001, 1, 1), date(2030, 12, 31)),
)
def test_whoever_is_so_old_that_day_was_born_within_the_told_range(birth: date, on: date) -> None:
    first, last = told_range(ToldAge(age_on(PartialDate.of(birth), on).low, on))
    assert first <= birth <= last
    for outside in (first - timedelta(days=1), last + timedelta(days=1)):
        age = age_on(PartialDate.of(birth), on).low
        assert outside > on or age_on(PartialDate.of(outside), on).low != age


def test_several_told_ages_narrow_the_birth_date_together() -> None:
    told = (ToldAge(81, date(2021, 7, 2)), ToldAge(82, date(2021, 9, 1)))
    assert birth_range(member(told_ages=told)) == (date(1939, 7, 3), date(1939, 9, 1))
    assert birth_range(member(told_ages=told, born=born("1939"))) == (date(1939, 1, 1), date(1939, 12, 31))
    assert birth_range(member()) is None


@pytest.mark.parametrize("years", [-1, 131])
def test_a_told_age_is_that_of_a_human_being(years: int) -> None:
    with pytest.raises(ValueError, match="must be"):
        ToldAge(years, DAY)


def test_a_date_says_where_it_comes_from() -> None:
    assert Dated(PartialDate(1952)).source is DateSource.REGISTER


def test_limits_speak_only_where_a_role_demands_what_they_forbid() -> None:
    one = member(limits=(Limit.STANDING, Limit.HEAT))
    assert one.hindered((Limit.HEAT, Limit.NIGHT)) == (Limit.HEAT,)
    assert one.hindered(()) == ()
