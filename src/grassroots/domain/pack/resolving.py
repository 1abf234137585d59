"""Several packs together: which rule answers on a day, and which pack it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, final

import attrs

from grassroots.domain.pack.checking import check
from grassroots.domain.pack.model import BadPack, Finding, Force, Pack, Rule, Source
from grassroots.domain.pack.shapes import TABLES
from grassroots.errors import Missing


class NoRule(Missing):
    """No active pack has such a rule in force on that day; facts: table, rule, on."""

    code = "rule-missing"


@final
@attrs.frozen(kw_only=True)
class Answer:
    """A rule as it holds on a day, and where it comes from.

    ``value`` maps column to value; whole numbers carry their unit at the end of the name.
    """

    table: str
    id: str
    value: Mapping[str, Any]
    pack: str
    version: str
    source: Source
    force: Force

    @property
    def cited(self) -> str:
        """How a fact or a figure names the pack: "cn-national@1"."""
        return f"{self.pack}@{self.version}"

    def label(self, language: str) -> str:
        """The label for people ("zh" or "en"); the id if the rule has none."""
        return str(self.value.get(f"label_{language}", self.id))


@final
@attrs.frozen
class Packs:
    """The packs that a network has active, the most general first; later ones override earlier, by rule id.

    Raises BadPack when a pack is not sound, stands twice for the same days, extends a pack that is not
    active before it, or refers to a rule that none of them has.
    """

    active: tuple[Pack, ...] = ()

    def __attrs_post_init__(self) -> None:
        for pack in self.active:
            found = check(pack)
            if found:
                raise BadPack(pack.name or "?", found)
        together = tuple(self._together())
        if together:
            raise BadPack(", ".join(pack.name for pack in self.active), together)

    def rule(self, table: str, rule: str, on: date) -> Answer:
        """The rule with this id as it holds on a day; NoRule if none does, or a later pack took it away."""
        for pack in reversed(self.active):
            found = pack.table(table).get(rule)
            if found is None or not pack.in_force(on) or not found.in_force(on):
                continue
            if found.off:
                break
            return _answer(pack, found)
        raise NoRule(NoRule.code, table=table, rule=rule, on=on.isoformat())

    def table(self, table: str, on: date) -> Mapping[str, Answer]:
        """The rules of a table by id as they hold on a day; a rule keeps the place where it first stood."""
        merged: dict[str, Answer] = {}
        for pack in self.active:
            if not pack.in_force(on):
                continue
            for rule in pack.table(table).values():
                if not rule.in_force(on):
                    continue
                if rule.off:
                    merged.pop(rule.id, None)
                else:
                    merged[rule.id] = _answer(pack, rule)
        return merged

    def _together(self) -> Iterator[Finding]:
        before: list[Pack] = []
        for pack in self.active:
            for other in before:
                if other.name == pack.name and _overlap(other, pack):
                    yield Finding("pack-twice", pack.name, {"versions": (other.version, pack.version)})
            for name in pack.extends:
                if all(other.name != name for other in before):
                    yield Finding("pack-extends-missing", pack.name, {"extends": name})
            before.append(pack)
        for pack in self.active:
            for rule in pack.rules:
                yield from self._dangling(pack, rule)

    def _dangling(self, pack: Pack, rule: Rule) -> Iterator[Finding]:
        shape = TABLES.get(rule.table)
        if shape is None or rule.off:
            return
        for name, column in shape.columns.items():
            if not column.refers or name not in rule.values:
                continue
            named = rule.values[name]
            for id_ in named if isinstance(named, tuple) else (named,):
                if not self._stands(column.refers, id_):
                    facts = {"field": name, "table": column.refers, "value": id_}
                    yield Finding("pack-refers-nowhere", f"{pack.name}: {rule.where}", facts)

    def _stands(self, table: str, rule: str) -> bool:
        """Whether a rule stands at some time: the last pack that speaks of it did not take it away."""
        spoken = [pack.table(table)[rule] for pack in self.active if rule in pack.table(table)]
        return bool(spoken) and not spoken[-1].off


def _answer(pack: Pack, rule: Rule) -> Answer:
    return Answer(
        table=rule.table,
        id=rule.id,
        value=rule.values,
        pack=pack.name,
        version=pack.version,
        source=pack.sources[rule.source],
        force=pack.force_of(rule),
    )


def _overlap(one: Pack, other: Pack) -> bool:
    one_ends = one.effective_to or date.max
    other_ends = other.effective_to or date.max
    return one.effective_from <= other_ends and other.effective_from <= one_ends
