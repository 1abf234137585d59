"""An organization is a body outside the network that its records speak of.

Communities, compounds, schools, authorities, partners, the two kinds of new organizations (两新), Party
branches, owners' committees: whatever the rule packs list as kinds. Organizations form a tree too (a general
branch and its branches). A person who serves in one holds an appointment there.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final, Self, final

import attrs

from grassroots.domain.checks import catalogue_code
from grassroots.domain.step import Event, Step
from grassroots.errors import BadInput, Refused
from grassroots.values.ids import OrganizationId


class OrganizationStatus(StrEnum):
    """Whether it still exists."""

    ACTIVE = "active"
    CLOSED = "closed"  # dissolved; kept for the records that name it


@final
@attrs.frozen(kw_only=True)
class OrganizationRegistered(Event):
    """A body became known to the network."""

    kind: str
    parent: OrganizationId | None = None


@final
@attrs.frozen(kw_only=True)
class OrganizationStatusChanged(Event):
    """A body was dissolved, or turned out to exist still."""

    status: OrganizationStatus


@final
@attrs.frozen(kw_only=True)
class OrganizationMoved(Event):
    """A body came under another one."""

    former: OrganizationId | None
    parent: OrganizationId | None


@final
@attrs.frozen(kw_only=True)
class OrganizationCorrected(Event):
    """Fields were set right; their former values are in the history record of the same batch."""

    fields: tuple[str, ...]
    reason: str | None = None


class OrganizationCircle(Refused):
    """A body cannot stand under itself, nor under one of its own."""

    code = "organization-circle"


CORRECTABLE: Final = frozenset({"kind", "name", "name_en", "aliases"})


@final
@attrs.frozen(kw_only=True)
class Organization:
    """One body. ``kind`` is a code of the rule packs ("community", "new-economic"), with hyphens."""

    id: OrganizationId
    kind: str = attrs.field(converter=catalogue_code)
    name: str
    name_en: str | None = None
    aliases: tuple[str, ...] = ()
    parent: OrganizationId | None = None
    status: OrganizationStatus = OrganizationStatus.ACTIVE

    def __attrs_post_init__(self) -> None:
        if not self.name.strip():
            raise BadInput("organization-name-missing", id=self.id)
        if self.parent == self.id:
            raise OrganizationCircle(id=self.id, parent=self.id)

    @classmethod
    def register(cls, *, id: OrganizationId, kind: str, name: str, **fields: Any) -> Step[Self]:
        """Write a body down."""
        body = cls(id=id, kind=kind, name=name.strip(), **fields)
        return Step(body, (OrganizationRegistered(kind=body.kind, parent=body.parent),))

    def close(self) -> Step[Self]:
        """It was dissolved."""
        return self._become(OrganizationStatus.CLOSED)

    def reopen(self) -> Step[Self]:
        """It exists still, or again."""
        return self._become(OrganizationStatus.ACTIVE)

    def _become(self, status: OrganizationStatus) -> Step[Self]:
        if self.status is status:
            return Step(self)
        return Step(attrs.evolve(self, status=status), (OrganizationStatusChanged(status=status),))

    def move(self, parent: Organization | None, tree: Mapping[OrganizationId, Organization]) -> Step[Self]:
        """Put it under another body. ``tree`` holds at least the bodies above ``parent``."""
        wanted = None if parent is None else parent.id
        if wanted == self.parent:
            return Step(self)
        above, seen = parent, set[OrganizationId]()
        while above is not None and above.id not in seen:
            if above.id == self.id:
                raise OrganizationCircle(id=self.id, parent=wanted)
            seen.add(above.id)
            above = None if above.parent is None else tree.get(above.parent)
        after = attrs.evolve(self, parent=wanted)
        return Step(after, (OrganizationMoved(former=self.parent, parent=wanted),))

    def correct(self, reason: str | None = None, **fields: Any) -> Step[Self]:
        """Set fields right; the former values go into history. The parent is changed by :meth:`move`."""
        if wrong := set(fields) - CORRECTABLE:
            raise BadInput("field-not-correctable", kind="organization", fields=tuple(sorted(wrong)))
        if "kind" in fields:
            fields["kind"] = catalogue_code(fields["kind"])
        changed = {name: value for name, value in fields.items() if getattr(self, name) != value}
        if not changed:
            return Step(self)
        after = attrs.evolve(self, **changed)
        return Step(after, (OrganizationCorrected(fields=tuple(sorted(changed)), reason=reason),))
