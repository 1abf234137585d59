"""A template says how a network should be built ("1+3+N"), as data of a rule pack; and what differs from it.

A template forbids nothing: a network that stands is described as it is, and every deviation is explained.
Of a kind of station that it does not name a template says nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, Final, Self, final

import attrs

from grassroots.domain.appointment import Appointment
from grassroots.domain.checks import catalogue_code
from grassroots.domain.station import Station, StationKind, StationStatus, ancestors
from grassroots.errors import BadInput, Fact
from grassroots.values.ids import RoleId, StationId

TABLE: Final = "network_node"
"""The table of the rule packs that holds a template: one rule per kind of station."""


@final
@attrs.frozen(kw_only=True)
class NodeRule:
    """What a template says of one kind: how many (None: any number), under what, with what.

    No ``parents`` means that it stands at the top.
    """

    kind: StationKind
    least: int = 0
    most: int | None = None
    parents: tuple[StationKind, ...] = ()
    functions: tuple[str, ...] = ()
    roles: tuple[RoleId, ...] = ()


@final
@attrs.frozen
class Template:
    """What a network should be built of; each kind stands once."""

    rules: tuple[NodeRule, ...] = ()

    @classmethod
    def of(cls, table: Mapping[str, Mapping[str, Any]]) -> Self:
        """Read the table ``network_node`` of a rule pack: kind to its columns.

        Columns: ``nodes_least_count``, ``nodes_most_count``, ``parents``, ``functions_required``,
        ``roles_required``. Raises BadInput ``template-kind`` for a kind of station that does not exist.
        """
        return cls(tuple(_rule(kind, values) for kind, values in table.items()))

    def for_kind(self, kind: StationKind) -> NodeRule | None:
        """What it says of a kind; None if nothing."""
        return next((rule for rule in self.rules if rule.kind is kind), None)


def _rule(kind: str, values: Mapping[str, Any]) -> NodeRule:
    return NodeRule(
        kind=_kind(kind),
        least=values.get("nodes_least_count", 0),
        most=values.get("nodes_most_count"),
        parents=tuple(_kind(parent) for parent in values.get("parents", ())),
        functions=tuple(catalogue_code(code) for code in values.get("functions_required", ())),
        roles=tuple(RoleId(catalogue_code(role)) for role in values.get("roles_required", ())),
    )


def _kind(code: str) -> StationKind:
    try:
        return StationKind(code)
    except ValueError:
        raise BadInput("template-kind", what=code, known=tuple(StationKind)) from None


class DeviationCode(StrEnum):
    """How a network differs from its template."""

    TOO_FEW = "too-few"  # fewer of a kind than there should be
    TOO_MANY = "too-many"
    SUSPENDED = "suspended"  # it counts, but is closed for a while
    NO_PARENT = "no-parent"  # it stands at the top and should not
    PARENT_KIND = "parent-kind"  # it stands under something of the wrong kind, or should stand at the top
    PARENT_GONE = "parent-gone"  # it stands under something that is closed, or not known
    CIRCLE = "circle"  # it stands under itself
    FUNCTION_MISSING = "function-missing"
    ROLE_MISSING = "role-missing"  # nobody holds a role that it needs (an acting holder is told of)


@final
@attrs.frozen
class Deviation:
    """One difference: of which station (None: of the network), and the facts that explain it."""

    code: DeviationCode
    station: StationId | None
    facts: Mapping[str, Fact]


def conforms(
    template: Template, stations: Iterable[Station], appointments: Iterable[Appointment], on: date
) -> list[Deviation]:
    """Every deviation of the network on a day; an empty list means that it is built as it should be."""
    tree = {station.id: station for station in stations}
    standing = sorted((s for s in tree.values() if s.stands_on(on)), key=lambda s: s.id)
    current = [a for a in appointments if a.span.covers(on)]
    found = list(_counts(template, standing))
    for station in standing:
        found.extend(_of_station(template.for_kind(station.kind), station, tree, current, on))
    return found


def _counts(template: Template, standing: Sequence[Station]) -> Iterator[Deviation]:
    heads = Counter(station.kind for station in standing)
    for rule in template.rules:
        have = heads[rule.kind]
        facts: dict[str, Fact] = {"kind": rule.kind.value, "have": have}
        if have < rule.least:
            yield Deviation(DeviationCode.TOO_FEW, None, {**facts, "want": rule.least})
        if rule.most is not None and have > rule.most:
            yield Deviation(DeviationCode.TOO_MANY, None, {**facts, "want": rule.most})


def _of_station(
    rule: NodeRule | None,
    station: Station,
    tree: Mapping[StationId, Station],
    current: Sequence[Appointment],
    on: date,
) -> Iterator[Deviation]:
    if rule is not None and station.status is StationStatus.SUSPENDED:
        yield Deviation(DeviationCode.SUSPENDED, station.id, {"kind": station.kind.value})
    yield from _of_parent(rule, station, tree, on)
    for function in () if rule is None else rule.functions:
        if function not in station.functions:
            yield Deviation(DeviationCode.FUNCTION_MISSING, station.id, {"function": function})
    wanted = (*(() if rule is None else rule.roles), *station.required_roles)
    for role in dict.fromkeys(wanted):
        here = [a for a in current if a.station == station.id and a.role == role]
        if all(a.acting for a in here):
            facts: dict[str, Fact] = {"role": role, "acting": tuple(sorted(a.id for a in here))}
            yield Deviation(DeviationCode.ROLE_MISSING, station.id, facts)


def _of_parent(
    rule: NodeRule | None, station: Station, tree: Mapping[StationId, Station], on: date
) -> Iterator[Deviation]:
    if station.parent is None:
        if rule is not None and rule.parents:
            yield Deviation(DeviationCode.NO_PARENT, station.id, {"allowed": _codes(rule.parents)})
        return
    if _in_circle(station, tree):
        yield Deviation(DeviationCode.CIRCLE, station.id, {"parent": station.parent})
        return
    parent = tree.get(station.parent)
    if parent is None or not parent.stands_on(on):
        yield Deviation(DeviationCode.PARENT_GONE, station.id, {"parent": station.parent})
    elif rule is not None and parent.kind not in rule.parents:
        facts: dict[str, Fact] = {
            "parent": parent.id,
            "kind": parent.kind.value,
            "allowed": _codes(rule.parents),
        }
        yield Deviation(DeviationCode.PARENT_KIND, station.id, facts)


def _in_circle(station: Station, tree: Mapping[StationId, Station]) -> bool:
    above = ancestors(station, tree)
    top = tree.get(above[-1])
    # The way up ends where it would come to a station a second time: only a circle has no top.
    return top is not None and top.parent is not None and top.parent in (station.id, *above)


def _codes(kinds: tuple[StationKind, ...]) -> tuple[str, ...]:
    return tuple(kind.value for kind in kinds)
