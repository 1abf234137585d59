"""Retention at a desk: first the plan, which somebody looks at, then the same plan carried out.

Rules may speak of parcels too, which stand in the outbox beside the network: those that are over, or dead.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Final, final

import attrs

from grassroots.contracts.storage import Is, Query, walk
from grassroots.domain.call import Call
from grassroots.domain.outbox import Parcel
from grassroots.domain.policy import Action
from grassroots.domain.retention import Due, Fate, KeepRule, PlanMoved, RetentionPlan
from grassroots.domain.rights import Hold
from grassroots.usecases.forgetting import PAGE, emptied, forget_record
from grassroots.usecases.outbox.box import Box, outbox_office
from grassroots.usecases.outbox.forgetting import erase_parcels
from grassroots.workspace.acts import Room, act, look
from grassroots.workspace.fitting import as_asked
from grassroots.workspace.reading import Reading
from grassroots.workspace.work import Work


@final
@attrs.frozen
class Page:
    """Some of what is due, in one act."""

    due: tuple[Due, ...]


@final
class Retention(Room):
    """The room ``desk.retention``."""

    @look
    def rules(self, reading: Reading) -> list[KeepRule]:
        """The rules in force."""
        return keep_rules(reading)

    @look
    def plan(self, reading: Reading, *, on: date | None = None) -> RetentionPlan:
        """What is over on a day (today), by which rule, and what would become of it. Nothing is done."""
        return _plan(reading, on or reading.today)

    def apply(self, plan: RetentionPlan) -> int:
        """Carry a plan out as it was seen: how many records were touched.

        PlanMoved if anything it names has changed its fate meanwhile, BadInput for what is no plan; nothing
        is done then. Broken off in the middle, a new plan names what is left.
        """
        plan = as_asked("plan", RetentionPlan, plan)
        if self.plan(on=plan.on).fingerprint != plan.fingerprint:
            raise PlanMoved(plan=plan.fingerprint)
        due = tuple(one for one in plan.due if one.kind != PARCEL)
        parcels = [one.id for one in plan.due if one.kind == PARCEL]
        touched = sum(self._carry_out(Page(due[start : start + PAGE])) for start in range(0, len(due), PAGE))
        return touched + self._erase_parcels(parcels)

    @look
    def _erase_parcels(self, reading: Reading, ids: list[str]) -> int:
        """Those of the outbox, which has batches of its own, for somebody who may write them."""
        if not ids:
            return 0
        reading.seat.may(outbox_office(reading.office).kinds.of(Parcel), Action.WRITE)
        return erase_parcels(Box(reading.office), ids)

    @act
    def _carry_out(self, work: Work, page: Page) -> int:
        kinds = work.office.kinds
        return sum(forget_record(work, kinds.named(one.kind), one.id, one.fate, one.rule) for one in page.due)


PARCEL: Final = "parcel"
_DONE_WITH: Final = ("=sent", "=cancelled", "=expired", "=dead")
"""The lanes of parcels that nobody will send."""


def keep_rules(reading: Reading) -> list[KeepRule]:
    """The retention rules of the packs in force, those that ask to keep left out."""
    table = reading.office.packs.table("keep", reading.today)
    return [
        KeepRule.from_rule(id_, answer.value)
        for id_, answer in table.items()
        if answer.value["ground"] != "law"
    ]


def _plan(reading: Reading, on: date) -> RetentionPlan:
    held_people = {hold.member for hold in reading.walk(Hold, Is("standing", True))}
    due: dict[tuple[str, str], Due] = {}
    held = 0
    for rule in keep_rules(reading):
        for kind in rule.kinds:
            for record, people in _records(reading, kind):
                fate = Fate.ERASE if _pointless(record) else rule.fate
                over = rule.over_on(record)
                if over is None or over > on or (fate is Fate.BLANK and emptied(record) == record):
                    continue
                if held_people.intersection(people):
                    held += 1
                    continue
                found = Due(kind=kind, id=record.id, rule=rule.id, fate=fate, over=over)
                due.setdefault((kind, record.id), found)
    return RetentionPlan(on=on, due=tuple(due[key] for key in sorted(due)), held=held)


def _pointless(record: Any) -> bool:
    """Whether a record tells nothing once it is emptied: a parcel, and a call that nobody has made."""
    return isinstance(record, Parcel) or (isinstance(record, Call) and record.waits)


def _records(reading: Reading, kind: str) -> Iterator[tuple[Any, set[str]]]:
    """The records of a kind, each with those whom it is about."""
    if kind == PARCEL:
        box = Box(reading.office)
        for lane in _DONE_WITH:
            for stored in walk(box.office.storage, Query(PARCEL, (Is("lane", lane),))):
                parcel = box.parcel(stored).record
                yield parcel, {parcel.to} - {""}
    elif kind in reading.office.kinds:
        spec = reading.office.kinds.named(kind)
        for record in reading.walk(spec.record):
            yield record, {one for one in spec.people(record) if one is not None}
