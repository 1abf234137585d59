from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from enum import Enum
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.workspace.records import any_of

from grassroots.contracts.storage import Entry, Fact, Ref
from grassroots.domain.intake import Intake, IntakeStatus
from grassroots.domain.member import Limit, Member, MemberStatus, MemberStatusChanged
from grassroots.domain.step import Event
from grassroots.errors import Corrupt
from grassroots.values.ids import IntakeId, MemberId
from grassroots.workspace.codec import Codec, UnknownEvent, commitment, event_code, structure, unstructure
from grassroots.workspace.kinds import standard_kinds
from grassroots.workspace.kindspec import Kinds, KindSpec

KINDS = Kinds(standard_kinds())
CODEC = Codec(KINDS)
SPECS = list(KINDS)
EVENTS = sorted({event for spec in SPECS for event in spec.events}, key=lambda event: event.__name__)
MEMBER = KINDS.named("member")
SALT = b"\x07" * 16
EASY = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow, HealthCheck.data_too_large],
)


def body(**fields: Any) -> bytes:
    told = {"id": "M1", "name": "卯大山", **fields}
    return json.dumps({"k": "member", "v": 1, "s": "", "r": told}).encode()


def classes(value: Any) -> Any:
    """The classes of everything inside: a text for an enum would compare equal, and be no enum."""
    if isinstance(value, Enum):
        return type(value)
    if attrs.has(type(value)):
        fields = attrs.fields(type(value))
        return type(value), tuple(classes(getattr(value, field.name)) for field in fields)
    if isinstance(value, tuple):
        return tuple(classes(one) for one in value)
    return type(value)


# -- every kind -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
@given(data=st.data())
@EASY
def test_every_record_comes_back_as_it_was_stored(spec: KindSpec[Any], data: st.DataObject) -> None:
    record = data.draw(any_of(spec.record))
    stored = CODEC.encode(spec, record, SALT, {})
    decoded = CODEC.decode(spec, stored)
    assert decoded.record == record
    assert classes(decoded.record) == classes(record)
    assert decoded.unknown == {}
    assert CODEC.encode(spec, decoded.record, SALT, {}) == stored


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
@given(data=st.data())
@EASY
def test_the_keys_of_every_record_are_those_that_its_kind_declares(
    spec: KindSpec[Any], data: st.DataObject
) -> None:
    kind = spec.stored_kind()
    keys = spec.keys_of(data.draw(any_of(spec.record)))
    assert set(keys) == set(spec.keys)
    kind.settle(keys)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
@given(data=st.data())
@EASY
def test_every_event_comes_back_as_it_happened(event: type[Event], data: st.DataObject) -> None:
    happened = data.draw(any_of(event))
    told = CODEC.encode_fact(happened, {"at": "2021-07-02T01:00:00Z", "by": "steward:office"})
    back = CODEC.decode_fact(Entry(1, "B1", Fact((Ref("member", "M1"),), told)))
    assert back.event == happened
    assert classes(back.event) == classes(happened)


# -- strictness -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "fields",
    [
        {"skills": [None]},
        {"skills": "书法"},
        {"skills": [1]},
        {"war_veteran": "false"},
        {"war_veteran": 0},
        {"name": None},
        {"name": 7},
        {"name": ""},
        {"status": "asleep"},
        {"limits": ["flying"]},
        {"born": "1952"},
        {"born": {"date": "1952-13"}},
        {"born": {"date": 1952}},
        {"died": "yesterday"},
        {"told_ages": [{"years": True, "on": "2021-07-02"}]},
        {"told_ages": [{"years": 200, "on": "2021-07-02"}]},
    ],
)
def test_nothing_is_bent_into_shape(fields: dict[str, Any]) -> None:
    with pytest.raises(Corrupt) as refused:
        CODEC.decode(MEMBER, body(**fields))
    assert refused.value.facts["where"] == "member"


@pytest.mark.parametrize(
    "rubbish",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"null",
        b'"text"',
        b"{}",
        b'{"k":"member","v":1}',
        b'{"k":"member","v":1,"r":7}',
        b'{"k":"member","v":1,"r":null}',
        b'{"k":"member","v":"1","r":{"id":"M1","name":"x"}}',
        b'{"k":"station","v":1,"r":{"id":"M1","name":"x"}}',
        b'{"k":"member","v":0,"r":{"id":"M1","name":"x"}}',
    ],
)
def test_rubbish_is_told_to_be_corrupt(rubbish: bytes) -> None:
    with pytest.raises(Corrupt):
        CODEC.decode(MEMBER, rubbish)


def test_a_record_that_breaks_its_own_rules_is_corrupt() -> None:
    spec = KINDS.named("pairing")
    with pytest.raises(Corrupt):
        CODEC.decode(
            spec,
            b'{"k":"pairing","v":1,"r":{"id":"P","scheme":"x","supporter":"M1","recipient":"M1"}}',
        )


def test_what_a_newer_program_stored_is_not_taken_for_ours() -> None:
    with pytest.raises(Corrupt) as refused:
        CODEC.decode(MEMBER, body().replace(b'"v": 1', b'"v": 2'))
    assert refused.value.code == "stored-by-newer"


INTAKE = Intake(
    id=IntakeId("I1"), file="a.xlsx", digest="d", begun=datetime(2021, 7, 2, 1, tzinfo=UTC), rows=3
)


def test_a_moment_without_a_zone_is_neither_stored_nor_read() -> None:
    spec = KINDS.named("intake")
    naive = attrs.evolve(INTAKE, begun=datetime(2021, 7, 2))  # noqa: DTZ001 - that is the point
    with pytest.raises(TypeError):
        CODEC.encode(spec, naive, SALT, {})
    stored = CODEC.encode(spec, INTAKE, SALT, {})
    assert b'"2021-07-02T01:00:00Z"' in stored
    with pytest.raises(Corrupt):
        CODEC.decode(spec, stored.replace(b"01:00:00Z", b"01:00:00"))


def test_an_enum_comes_back_as_that_very_member() -> None:
    found = CODEC.decode(MEMBER, body(status="paused", limits=["heat"])).record
    assert found.status is MemberStatus.PAUSED
    assert found.limits[0] is Limit.HEAT
    assert CODEC.decode(
        KINDS.named("intake"), CODEC.encode(KINDS.named("intake"), INTAKE, SALT, {})
    ).record.status is (IntakeStatus.APPLYING)


# -- the form of what is stored -----------------------------------------------------------------------------
def test_what_equals_its_default_is_not_stored() -> None:
    stored = json.loads(CODEC.encode(MEMBER, Member(id=MemberId("M1"), name="卯大山"), SALT, {}))
    assert stored == {"k": "member", "v": 1, "s": "07" * 16, "r": {"id": "M1", "name": "卯大山"}}


def test_fields_that_we_do_not_know_are_kept_and_written_back() -> None:
    decoded = CODEC.decode(MEMBER, body(favourite_opera="花鼓戏", phone="13800000001"))
    assert decoded.unknown == {"favourite_opera": "花鼓戏"}
    changed = attrs.evolve(decoded.record, phone="13800000002")
    again = json.loads(CODEC.encode(MEMBER, changed, SALT, decoded.unknown))["r"]
    assert (again["favourite_opera"], again["phone"]) == ("花鼓戏", "13800000002")


def test_a_field_of_ours_is_never_overruled_by_what_was_unknown() -> None:
    again = CODEC.encode(MEMBER, Member(id=MemberId("M1"), name="卯大山"), SALT, {"name": "旧名"})
    assert json.loads(again)["r"]["name"] == "卯大山"


def test_the_salt_makes_a_commitment_unguessable_and_the_body_proves_it() -> None:
    one = Member(id=MemberId("M1"), name="卯大山")
    first, second = (CODEC.encode(MEMBER, one, salt, {}) for salt in (b"a" * 16, b"b" * 16))
    assert commitment(first) != commitment(second)
    assert re.fullmatch("[0-9a-f]{64}", commitment(first))


def test_an_older_form_is_read_by_its_upcasters_in_order() -> None:
    def split(fields: dict[str, Any]) -> dict[str, Any]:
        return {**fields, "name": fields["full_name"].strip()}

    def mark(fields: dict[str, Any]) -> dict[str, Any]:
        return {**fields, "name": fields["name"] + "!", "remark": "3"}

    spec = attrs.evolve(MEMBER, version=3, upcasters={1: split, 2: mark})
    codec = Codec(Kinds((spec,)))
    old = b'{"k":"member","v":1,"s":"","r":{"id":"M1","full_name":" x "}}'
    found = codec.decode(spec, old).record
    assert (found.name, found.remark) == ("x!", "3")
    assert json.loads(codec.encode(spec, found, SALT, {}))["v"] == 3
    with pytest.raises(Corrupt):
        codec.decode(spec, old.replace(b"full_name", b"no_name"))


# -- the trail --------------------------------------------------------------------------------------------
def entry(told: dict[str, Any]) -> Entry:
    return Entry(5, "B1", Fact((Ref("member", "M1"),), json.dumps(told).encode()))


def test_an_event_that_we_do_not_know_is_kept_as_it_stands() -> None:
    told = {"t": "member-sang", "at": "2021-07-02T01:00:00Z", "by": "steward:x", "d": {"song": "7"}}
    happened = CODEC.decode_fact(entry(told))
    assert happened.event == UnknownEvent("member-sang", {"song": "7"})
    assert (happened.position, happened.code, happened.by) == (5, "member-sang", "steward:x")


@pytest.mark.parametrize(
    "told",
    [
        {},
        [],
        {"t": "member-status-changed", "at": "2021-07-02T01:00:00Z", "by": "x", "d": {"status": "asleep"}},
        {"t": "member-status-changed", "at": "whenever", "by": "x", "d": {"status": "left"}},
    ],
)
def test_a_line_of_the_trail_that_cannot_be_is_told_with_its_place(told: Any) -> None:
    with pytest.raises(Corrupt) as refused:
        CODEC.decode_fact(entry(told))
    assert refused.value.facts["where"] == "journal/5"


def test_an_events_code_is_its_name_in_small_letters() -> None:
    assert event_code(MemberStatusChanged.__name__) == "member-status-changed"


def test_two_events_of_one_code_are_an_error_of_the_kinds_table() -> None:
    @attrs.frozen
    class MemberRegistered(Event):
        """Another one."""

    spec = attrs.evolve(KINDS.named("station"), events=(MemberRegistered,))
    with pytest.raises(ValueError, match="member-registered"):
        Codec(Kinds((MEMBER, spec)))


def test_a_kind_or_class_stands_once_in_the_kinds_table() -> None:
    with pytest.raises(ValueError, match="twice"):
        Kinds((MEMBER, MEMBER))
    with pytest.raises(ValueError, match="twice"):
        Kinds((MEMBER, attrs.evolve(MEMBER, name="person")))


@given(st.data())
@EASY
def test_plain_data_of_any_value_is_json(data: st.DataObject) -> None:
    spec = data.draw(st.sampled_from(SPECS))
    record = data.draw(any_of(spec.record))
    plain = json.loads(json.dumps(unstructure(record)))
    assert structure(plain, spec.record) == record
