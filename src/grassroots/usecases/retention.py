"""Retention at a desk: first the plan, which somebody looks at, then the same plan carried out."""

from __future__ import annotations

from datetime import date
from typing import final

import attrs

from grassroots.contracts.storage import Is
from grassroots.domain.retention import Due, KeepRule, PlanMoved, RetentionPlan
from grassroots.domain.rights import Hold
from grassroots.usecases.forgetting import PAGE, emptied, forget_record
from grassroots.workspace.acts import Room, act, look
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

        PlanMoved if anything it names has changed its fate meanwhile; nothing is done then. Broken off in the
        middle, a new plan names what is left.
        """
        if self.plan(on=plan.on).fingerprint != plan.fingerprint:
            raise PlanMoved(plan=plan.fingerprint)
        return sum(
            self._carry_out(Page(plan.due[start : start + PAGE])) for start in range(0, len(plan.due), PAGE)
        )

    @act
    def _carry_out(self, work: Work, page: Page) -> int:
        kinds = work.office.kinds
        return sum(forget_record(work, kinds.named(one.kind), one.id, one.fate, one.rule) for one in page.due)


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
            if kind not in reading.office.kinds:
                continue
            spec = reading.office.kinds.named(kind)
            for record in reading.walk(spec.record):
                over = rule.over_on(record)
                if over is None or over > on or (rule.fate == "blank" and emptied(record) == record):
                    continue
                if held_people.intersection(one for one in spec.people(record) if one is not None):
                    held += 1
                    continue
                due.setdefault(
                    (kind, record.id),
                    Due(kind=kind, id=record.id, rule=rule.id, fate=rule.fate, over=over),
                )
    return RetentionPlan(on=on, due=tuple(due[key] for key in sorted(due)), held=held)
