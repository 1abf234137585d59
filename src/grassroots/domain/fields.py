"""Field groups: which parts of a record are sensitive, said once, on the record itself.

A field without a group is *general*. The policy table decides per group; the codec may seal a group.
The groups follow PIPL art. 28 (health, minors), art. 6 (the minimum necessary) and ordinary practice.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import attrs


class FieldGroup(StrEnum):
    """The groups that a policy speaks of."""

    GENERAL = "general"  # what everybody in the network may know
    IDENTITY = "identity"  # names, birth, document numbers
    CONTACT = "contact"  # telephone, address
    HEALTH = "health"  # limits, care needs, illness
    HOUSEHOLD = "household"  # living arrangement, kin, means
    CASE = "case"  # what somebody confided: concerns, notes of visits
    MINOR = "minor"  # anything about a named child


def _group(group: FieldGroup) -> Mapping[str, Any]:
    return MappingProxyType({"group": group})


IDENTITY = _group(FieldGroup.IDENTITY)
CONTACT = _group(FieldGroup.CONTACT)
HEALTH = _group(FieldGroup.HEALTH)
HOUSEHOLD = _group(FieldGroup.HOUSEHOLD)
CASE = _group(FieldGroup.CASE)
MINOR = _group(FieldGroup.MINOR)


def groups_of(record: type) -> Mapping[str, FieldGroup]:
    """The group of every field of a record class."""
    return {
        field.name: FieldGroup(field.metadata.get("group", FieldGroup.GENERAL))
        for field in attrs.fields(record)
    }
