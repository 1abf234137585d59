"""Organizations at a desk: the outside bodies that records speak of."""

from __future__ import annotations

from typing import Any, final

from grassroots.contracts.storage import Condition, Includes, Is
from grassroots.domain.organization import Organization, OrganizationStatus
from grassroots.values.ids import OrganizationId
from grassroots.values.names import name_key
from grassroots.workspace.acts import Room, act, look
from grassroots.workspace.reading import Reading
from grassroots.workspace.work import Work


@final
class Organizations(Room):
    """The room ``desk.organizations``."""

    @act
    def register(
        self,
        work: Work,
        /,
        *,
        kind: str,
        name: str,
        parent: OrganizationId | None = None,
        **fields: Any,
    ) -> Organization:
        """Write a body down; ``kind`` is a code, ``fields`` are those of :class:`Organization`."""
        if parent is not None:
            work.load(Organization, parent)
        id_ = OrganizationId(work.new_id())
        return work.keep(Organization.register(id=id_, kind=kind, name=name, parent=parent, **fields))

    @act
    def correct(
        self, work: Work, /, id: OrganizationId, *, reason: str | None = None, **fields: Any
    ) -> Organization:
        """Set fields right."""
        return work.keep(work.load(Organization, id).correct(reason, **fields))

    @act
    def move(self, work: Work, id: OrganizationId, *, parent: OrganizationId | None) -> Organization:
        """Put it under another body, or at the top (None)."""
        wanted = None if parent is None else work.load(Organization, parent)
        return work.keep(work.load(Organization, id).move(wanted, _above(work, wanted)))

    @act
    def close(self, work: Work, id: OrganizationId) -> Organization:
        """It was dissolved."""
        return work.keep(work.load(Organization, id).close())

    @act
    def reopen(self, work: Work, id: OrganizationId) -> Organization:
        """It exists still, or again."""
        return work.keep(work.load(Organization, id).reopen())

    @look
    def get(self, reading: Reading, id: OrganizationId) -> Organization:
        """The body with this id."""
        return reading.get(Organization, id)

    @look
    def named(self, reading: Reading, name: str) -> list[Organization]:
        """The bodies known by exactly this name, in whatever language (width, case and blanks aside)."""
        return reading.list(Organization, Includes("names", name_key(name)))

    @look
    def all(
        self,
        reading: Reading,
        *,
        kind: str | None = None,
        parent: OrganizationId | None = None,
        status: OrganizationStatus | None = OrganizationStatus.ACTIVE,
    ) -> list[Organization]:
        """The bodies of a kind, under a body, by status (None: all), in order of entry."""
        where: list[Condition] = [] if status is None else [Is("status", status.value)]
        if kind is not None:
            where.append(Is("kind", kind))
        if parent is not None:
            where.append(Is("parent", parent))
        return reading.list(Organization, *where)


def _above(work: Work, body: Organization | None) -> dict[OrganizationId, Organization]:
    found: dict[OrganizationId, Organization] = {}
    while body is not None and body.id not in found:
        found[body.id] = body
        body = None if body.parent is None else work.peek(Organization, body.parent)
    return found
