"""A key that is made of a guarded field is asked by nobody who may not read that field.

Found by changing each guarded field of every stored sample: what moves with it has to stand in ``guards``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import attrs
import pytest
from tests.samples.make import HERE

import grassroots
from grassroots.domain.concern import Channel
from grassroots.domain.fields import FieldGroup, blanked
from grassroots.domain.figure import Definition
from grassroots.domain.reach import Kinship
from grassroots.errors import BadInput, Denied
from grassroots.workspace.codec import Codec
from grassroots.workspace.kinds import outbox_kinds, standard_kinds
from grassroots.workspace.kindspec import Kinds, KindSpec

KINDS = Kinds((*standard_kinds(), *outbox_kinds()))
CODEC = Codec(KINDS)


def samples(spec: KindSpec[Any]) -> Iterator[Any]:
    for path in sorted(HERE.glob(f"{spec.name}-{spec.version}-*.json")):
        body = json.loads(path.read_text("utf-8"))["body"]
        yield CODEC.decode(spec, json.dumps(body).encode()).record


def others(record: Any, name: str) -> Iterator[Any]:
    """The record with another value in one field, made past the validators: only its keys are looked at."""
    default = attrs.fields_dict(type(record))[name].default
    usual = default.factory() if isinstance(default, attrs.Factory) else default  # type: ignore[arg-type]
    former = getattr(record, name)
    for value in (usual, "别的" if isinstance(former, str) and type(former) is str else None):
        twin = object.__new__(type(record))
        for field in attrs.fields(type(record)):
            object.__setattr__(twin, field.name, getattr(record, field.name))
        object.__setattr__(twin, name, value)
        if value is not attrs.NOTHING:
            yield twin


def moved(spec: KindSpec[Any], record: Any, twin: Any) -> set[str]:
    try:
        keys = spec.keys_of(twin)
    except (AttributeError, TypeError):  # no such record can be: a value that must be there is gone
        return set()
    return {key for key, value in spec.keys_of(record).items() if keys[key] != value}


@pytest.mark.parametrize("spec", list(KINDS), ids=lambda spec: spec.name)
def test_a_key_that_moves_with_a_guarded_field_is_guarded(spec: KindSpec[Any]) -> None:
    for record in samples(spec):
        for name in spec.groups:
            if spec.groups[name] is FieldGroup.GENERAL or name == "id":
                continue
            for twin in others(record, name):
                assert moved(spec, record, twin) <= set(spec.guards), name
        if spec.name != "network":  # a network without its salt is none
            assert moved(spec, record, blanked(record)) <= set(spec.guards)


def test_every_guard_guards_something() -> None:
    for spec in KINDS:
        assert set(spec.guards) <= set(spec.keys)
        assert FieldGroup.GENERAL not in spec.guards.values()


@pytest.mark.parametrize(
    ("kind", "where"),
    [
        ("concern", {"raiser": "MEMBER"}),
        ("concern", {"raiser_phone": "14400000009"}),
        ("concern", {"raiser_phone": "14400000008"}),
        ("member", {"volunteer_number": "430123"}),
        ("member", {"volunteer_number": "430124"}),
        ("reach", {"copies": "MEMBER"}),
    ],
)
def test_who_may_only_count_cannot_ask_whether_somebody_is_the_one(kind: str, where: dict[str, str]) -> None:
    """A count of one by a telephone number says that its owner complained; so would a count of none."""
    with grassroots.open("memory://", network="guards") as network:
        desk = network.desk("steward:office")
        member = desk.members.register(name="卯大山", volunteer_number="430123").id
        other = desk.members.register(name="辰小川").id
        station = desk.stations.found(kind="post", name="灵溪驿站").id  # type: ignore[arg-type]
        desk.concerns.take(
            station=station, text="路灯不亮", raiser_phone="14400000009", raiser_member=member,
            channel=Channel.PHONE,
        )  # fmt: skip
        desk.reach.copy_to(other, member, kinship=Kinship.CHILD)
        asked = {name: value.replace("MEMBER", member) for name, value in where.items()}
        table = {"kind": kind, "measure": "records", "title_zh": "数", "title_en": "Count", "unit": "people"}
        definition = Definition.parse("asked", {**table, "where": asked}, "test@1")
        assert desk.figures.compute(definition).value in (0, 1)
        for viewer in ("partner:school", "auditor:tang", "lead:he"):
            with pytest.raises(Denied) as refused:
                network.desk(viewer).figures.compute(definition)
            assert refused.value.code == "count-too-small"
        with pytest.raises((Denied, BadInput)):
            network.desk("partner:school").figures.compute(attrs.evolve(definition, where={}, by="raiser"))
