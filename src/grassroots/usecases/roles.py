"""Roles at a desk: the catalogue, its quotas, and taking it over from the rule packs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, final

from grassroots.contracts.storage import Condition, Is
from grassroots.domain.checks import catalogue_code
from grassroots.domain.role import Quota, Role, RoleKnown, RoleStatus
from grassroots.domain.step import Step
from grassroots.values.ids import RoleId
from grassroots.workspace.acts import Room, act, look
from grassroots.workspace.reading import Reading
from grassroots.workspace.work import Work

TABLE = "role"
"""The table of the rule packs that lists roles."""


@final
class Roles(Room):
    """The room ``desk.roles``."""

    @act
    def define(
        self, work: Work, /, *, id: RoleId, label_zh: str, label_en: str, family: str, **fields: Any
    ) -> Role:
        """Write a role into the catalogue; ``fields`` are those of :class:`Role`."""
        made = Role.define(id=id, label_zh=label_zh, label_en=label_en, family=family, **fields)
        if work.peek(Role, made.after.id) is not None:
            raise RoleKnown(role=made.after.id)
        return work.keep(made)

    @act
    def adopt(self, work: Work) -> list[Role]:
        """Write down the roles that the rule packs list and the catalogue lacks; gives back those.

        What the network has set for itself stays as it is.
        """
        listed = work.office.packs.table(TABLE, work.today)
        return [
            work.keep(_from_pack(code, work.rules(TABLE, code)))
            for code in listed
            if work.peek(Role, catalogue_code(code)) is None
        ]

    @act
    def correct(self, work: Work, /, id: RoleId, *, reason: str | None = None, **fields: Any) -> Role:
        """Set labels, duties, quotas, demands or the term anew."""
        return work.keep(work.load(Role, id).correct(reason, **fields))

    @act
    def set_quota(self, work: Work, id: RoleId, quota: Quota) -> Role:
        """Set the quota of one unit."""
        return work.keep(work.load(Role, id).set_quota(quota))

    @act
    def retire(self, work: Work, id: RoleId) -> Role:
        """Appoint nobody new to it."""
        return work.keep(work.load(Role, id).retire())

    @act
    def restore(self, work: Work, id: RoleId) -> Role:
        """Take it up again."""
        return work.keep(work.load(Role, id).restore())

    @look
    def get(self, reading: Reading, id: RoleId) -> Role:
        """The role with this code."""
        return reading.get(Role, id)

    @look
    def all(
        self, reading: Reading, *, family: str | None = None, status: RoleStatus | None = RoleStatus.CURRENT
    ) -> list[Role]:
        """The catalogue: by family and status (None: all), by code."""
        where: list[Condition] = [] if status is None else [Is("status", status.value)]
        if family is not None:
            where.append(Is("family", family))
        return reading.list(Role, *where)


def _from_pack(code: str, columns: Mapping[str, Any]) -> Step[Role]:
    target = columns.get("people_target_count")
    return Role.define(
        id=RoleId(code),
        label_zh=columns["label_zh"],
        label_en=columns["label_en"],
        family=columns["family"],
        duties_zh=columns.get("duties_zh", ""),
        duties_en=columns.get("duties_en", ""),
        quotas=() if target is None else (Quota(target=target),),
    )
