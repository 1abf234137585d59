"""What is sensitive prints nowhere: every record class of the domain is looked at, and some by example."""

from __future__ import annotations

import copy
import importlib
import pickle
import pkgutil
import traceback
from collections.abc import Iterator
from datetime import date

import attrs
import pytest

import grassroots.domain
from grassroots.domain.concern import Concern
from grassroots.domain.concern.record import Reply, ReplyMedium
from grassroots.domain.duty import Shift
from grassroots.domain.fields import (
    HEALTH,
    IDENTITY,
    FieldGroup,
    blanked,
    groups_of,
    guard_all,
    guarded,
    sealed_groups,
)
from grassroots.domain.member import Limit, Member
from grassroots.errors import Denied
from grassroots.values.ids import ConcernId, MemberId, StationId

MEMBER = Member(
    id=MemberId("M1"),
    name="欧阳春华",
    also_known=("春华姐",),
    phone="14412345678",
    id_number="430211195007031234",
    address="阳光小区3栋501",
    volunteer_number="430211000123",
    limits=(Limit.STAIRS,),
    health_note="糖尿病",
    remark="夜里打过电话",
)
SECRETS = ("春华", "姐", "12345678", "4302", "3栋", "000123", "stairs", "糖尿病", "夜里")


def records() -> Iterator[type]:
    """Every record class of the domain."""
    for module in pkgutil.walk_packages(grassroots.domain.__path__, "grassroots.domain."):
        for one in vars(importlib.import_module(module.name)).values():
            if isinstance(one, type) and attrs.has(one) and one.__module__ == module.name:
                yield one


def test_every_record_with_a_sensitive_field_is_guarded() -> None:
    sensitive = [one for one in records() if set(groups_of(one).values()) - {FieldGroup.GENERAL}]
    assert len(sensitive) > 15
    assert [one.__name__ for one in sensitive if "__guarded__" not in one.__dict__] == []


@pytest.mark.parametrize("said", [repr, str, "{}".format, "{!r:>5}".format])
def test_a_person_prints_as_a_mask(said) -> None:  # type: ignore[no-untyped-def]
    text = said(MEMBER)
    assert [secret for secret in SECRETS if secret in text] == []
    assert "'欧阳**'" in text
    assert "'144****5678'" in text
    assert "'4****************4'" in text
    assert "'阳光小区***'" in text
    assert "health_note=***" in text
    assert "born=None" in text


def test_a_traceback_that_shows_its_locals_shows_masks() -> None:
    try:
        person = MEMBER
        raise RuntimeError(person)
    except RuntimeError as error:
        told = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    assert "欧阳**" in told
    assert [secret for secret in SECRETS if secret in told] == []


def test_a_person_is_not_pickled_and_is_its_own_copy() -> None:
    with pytest.raises(Denied) as refused:
        pickle.dumps([MEMBER])
    assert "pickle" in str(refused.value)
    assert copy.copy(MEMBER) is MEMBER
    assert copy.deepcopy((MEMBER,))[0] is MEMBER


def test_a_record_without_anything_sensitive_is_left_alone() -> None:
    @attrs.frozen
    class Plain:
        name: str

    assert guarded(Plain) is Plain
    assert repr(Plain("张春华")).endswith("Plain(name='张春华')")
    assert pickle.dumps(attrs.asdict(Plain("张春华")))


def test_records_inside_records_of_an_app_are_guarded_with_them() -> None:
    guard_all(_Outer)
    shown = repr(_Outer("V1", (_Part("张春华", "糖尿病"),)))
    assert "_Part(name='张**', ill=***)" in shown


def test_what_is_sensitive_inside_a_field_makes_the_whole_field_sensitive() -> None:
    assert sealed_groups(Concern)["replies"] is FieldGroup.CASE
    assert sealed_groups(Shift)["entries"] is FieldGroup.CASE
    assert "status" not in sealed_groups(Concern)


def test_of_several_groups_inside_a_field_the_strictest_counts() -> None:
    assert sealed_groups(_Outer) == {"parts": FieldGroup.HEALTH}


@attrs.frozen
class _Part:
    name: str = attrs.field(metadata=IDENTITY)
    ill: str = attrs.field(metadata=HEALTH)


@attrs.frozen
class _Outer:
    id: str
    parts: tuple[_Part, ...] = ()


def test_a_blanked_concern_keeps_its_replies_and_loses_their_words() -> None:
    concern = Concern(
        id=ConcernId("C1"),
        station=StationId("S1"),
        taken_on=date(2021, 7, 1),
        text="楼道灯不亮",
        raiser_name="张春华",
        raiser_phone="14412345678",
        replies=(Reply(on=date(2021, 7, 2), medium=ReplyMedium.PHONE, text="明天来修"),),
    )
    after = blanked(concern)
    assert after.text == "***"
    assert (after.raiser_name, after.raiser_phone) == (None, None)
    assert after.replies == (Reply(on=date(2021, 7, 2), medium=ReplyMedium.PHONE),)
    assert blanked(after) is after or blanked(after) == after
