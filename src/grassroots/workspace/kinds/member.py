"""How members are stored and searched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grassroots.contracts.storage import Key
from grassroots.domain.erasure import PersonErased, RecordsBlanked
from grassroots.domain.fields import FieldGroup
from grassroots.domain.history import History, by_group
from grassroots.domain.member import (
    CORRECTABLE,
    Affiliation,
    Member,
    MemberCorrected,
    MemberRegistered,
    MembersMerged,
    MemberStatus,
    MemberStatusChanged,
)
from grassroots.values.names import name_key, surname
from grassroots.workspace.kindspec import Hidden, IdOf, KeyValue, KindSpec


def _member_keys(member: Member) -> Mapping[str, KeyValue]:
    return {
        "status": member.status.value,
        "names": tuple(sorted({name_key(name) for name in (member.name, *member.also_known)})),
        "surname": surname(member.name),
        "phone": member.phone,
        "volunteer_number": member.volunteer_number,
        "categories": member.categories,
        "station": member.station,
        "affiliation": member.affiliation.value,
        "merged_into": member.merged_into,
    }


def _by_group(fields: dict[str, Any]) -> dict[str, Any]:
    """Version 1 kept all former values together, guarded like health: each goes to its field's group."""
    from grassroots.workspace.kinds import standard_kinds

    kind, _, _ = str(fields["about"]).partition("/")
    spec = next((one for one in standard_kinds() if one.name == kind), None)
    former = fields.pop("former")
    # What a room of an app once kept stays as guarded as it was.
    groups = dict.fromkeys(former, FieldGroup.HEALTH) if spec is None else spec.sealed
    return {**fields, **by_group(former, groups)}


KINDS = (
    KindSpec(
        name="member",
        record=Member,
        keys={
            "status": Key.TEXT,
            "names": Key.TEXTS,
            "surname": Key.TEXT,
            "phone": Key.TEXT,
            "volunteer_number": Key.TEXT,
            "categories": Key.TEXTS,
            "station": Key.TEXT,
            "affiliation": Key.TEXT,
            "merged_into": Key.TEXT,
        },
        choices={
            "status": MemberStatus,
            "station": IdOf("station"),
            "affiliation": Affiliation,
        },
        keys_of=_member_keys,
        hidden={
            "names": Hidden(name="name", bits=16),
            # Few surnames, and some very common: so few bits that many share each of them.
            "surname": Hidden(name="surname", bits=5),
            "phone": Hidden(name="phone", bits=16),
            "volunteer_number": Hidden(name="volunteer-number", bits=16),
        },
        events=(
            MemberRegistered,
            MemberStatusChanged,
            MemberCorrected,
            MembersMerged,
            PersonErased,
            RecordsBlanked,
        ),
        people=lambda member: (member.id,),
        place=lambda member: member.station,
        guards={
            "names": FieldGroup.IDENTITY,
            "surname": FieldGroup.IDENTITY,
            "phone": FieldGroup.CONTACT,
            "volunteer_number": FieldGroup.IDENTITY,
        },
        history=CORRECTABLE,
    ),
    KindSpec(
        name="history",
        record=History,
        version=2,
        upcasters={1: _by_group},
        # A former value of the office's own words is one of them still.
        private=frozenset({"general"}),
        keys={"about": Key.TEXT},
        keys_of=lambda history: {"about": history.about},
        people=lambda history: (
            (history.about.removeprefix("member/"),) if history.about.startswith("member/") else ()
        ),
    ),
)
