"""By what somebody is known wherever it stands: names, numbers and addresses, of now and of before."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import attrs

from grassroots.contracts.storage import Is, Query, Ref, Stored, walk
from grassroots.domain.fields import HIDDEN
from grassroots.domain.history import History
from grassroots.domain.member import Member
from grassroots.domain.reach import Reach
from grassroots.errors import Locked
from grassroots.usecases.outbox.forgetting import KEY_GONE
from grassroots.values.mentions import Mentions
from grassroots.values.names import NameKind, name_kind
from grassroots.workspace.kindspec import KindSpec
from grassroots.workspace.office import Office


def mentions_of(office: Office, people: Iterable[str]) -> Mentions:
    """What names them wherever it stands: their names and their telephone numbers."""
    names: set[str] = set()
    numbers: set[str] = set()
    for one in _members(office, people):
        names.update((one.name, *one.also_known))
        numbers.add(one.phone or "")
        for former in _former(office, one.id):
            # A courtesy title that was completed since (王老师) is many people's.
            names.update(name for name in former["name"] if name_kind(name) is NameKind.FULL)
            numbers.update(former["phone"])
    ids = frozenset(people)
    return Mentions(names - {HIDDEN}, numbers, lambda: _names_of_others(office, ids))


def _former(office: Office, member: str) -> Iterator[Mapping[str, list[str]]]:
    """What they were called before, and under which numbers they were reached."""
    spec = office.kinds.of(History)
    for row in walk(office.storage, Query(spec.name, (Is("about", f"member/{member}"),))):
        told = opened(office, spec, row).former
        values = {name: json.loads(told.get(name, "null")) for name in ("name", "phone")}
        yield {name: [value] if isinstance(value, str) else [] for name, value in values.items()}


def _members(office: Office, people: Iterable[str]) -> Iterator[Member]:
    spec = office.kinds.of(Member)
    for stored in office.storage.read([Ref(spec.name, id_) for id_ in people]).values():
        yield opened(office, spec, stored)


def _names_of_others(office: Office, people: Collection[str]) -> Iterator[str]:
    spec = office.kinds.of(Member)
    for stored in walk(office.storage, Query(spec.name)):
        if stored.ref.id not in people:
            one = opened(office, spec, stored)
            yield from (one.name, *one.also_known)


def addresses_of(office: Office, people: Iterable[str]) -> frozenset[str]:
    """Where they are reached: by telephone, and in the channels that they named."""
    spec = office.kinds.of(Reach)
    found = {one.phone for one in _members(office, people) if one.phone}
    for stored in office.storage.read([Ref(spec.name, id_) for id_ in people]).values():
        found.update(way.address for way in opened(office, spec, stored).ways)
    return frozenset(found - {"", HIDDEN})


def opened(office: Office, spec: KindSpec[Any], stored: Stored) -> Any:
    """The record; where its key is gone (an older backup was restored) with stars for what it must have."""
    try:
        return office.decode(spec, stored).record
    except Locked as error:
        if error.code not in KEY_GONE:
            raise
        needed = {
            field.name: HIDDEN
            for field in attrs.fields(spec.record)
            if field.name in spec.sealing and field.default is attrs.NOTHING
        }
        return office.codec.decode(spec, stored.body, lambda _, __: needed).record
