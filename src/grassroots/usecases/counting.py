"""From a definition to a question: period, place and conditions as keys that a storage can answer.

What no key can hold, because it depends on the day (an age), is computed from the record: DERIVED.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, final

import attrs

from grassroots.contracts.storage import AnyOf, Between, Condition, Includes, Is, Key, Scalar, Stored, Tally
from grassroots.domain.figure import Definition
from grassroots.domain.member import Member, MemberStatus, birth_range
from grassroots.errors import BadInput, Missing
from grassroots.values.dates import Period
from grassroots.values.names import name_key
from grassroots.workspace.reading import Reading

Range = tuple[int, int]


def _age(member: Any, on: date) -> Range | None:
    ages = member.ages(on)
    if ages is not None:
        return ages.low, ages.high
    born = birth_range(member)
    if born is None:
        return None
    return _years(born[1], on), _years(born[0], on)


def _years(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


DERIVED: Mapping[tuple[str, str], Callable[[Any, date], Range | None]] = {("member", "age"): _age}
"""What is computed from a record for a day: the lowest and highest value it can have, None if unknown."""


@final
@attrs.frozen(kw_only=True, eq=False)
class Question:
    """A definition made ready for one period and place."""

    reading: Reading
    definition: Definition
    period: Period | None
    conditions: tuple[Condition, ...] = ()
    bounds: Mapping[str, tuple[int | None, int | None]] = attrs.field(factory=dict)
    other: tuple[Condition, ...] = ()
    flags: Mapping[str, Any] = attrs.field(factory=dict)

    @property
    def kind(self) -> str:
        """The kind that is asked."""
        return str(self.definition.kind)

    @property
    def on(self) -> date:
        """The day for which computed values are computed: the last of the period, or today."""
        return self.period.last if self.period else self.reading.today

    def rows(self) -> Iterator[Stored]:
        """The rows that answer, by id."""
        found = self.reading.rows(self.kind, *self.conditions)
        return found if not self.bounds else (row for row in found if self._within(row))

    def tally(self, *by: str, of: str | None = None) -> Mapping[tuple[Scalar, ...], Tally]:
        """Counted by the storage where keys say it all, and row by row where something is computed."""
        if not self.bounds:
            return self.reading.tally(self.kind, *self.conditions, by=by, of=of)
        found: dict[tuple[Scalar, ...], Tally] = {}
        for row in self.rows():
            group = tuple(_scalar(row.keys[key]) for key in by)
            before = found.get(group, Tally(0, 0))
            amount = row.keys[of] if of else 0
            found[group] = Tally(before.rows + 1, before.total + (amount if isinstance(amount, int) else 0))
        return found

    def computed(self, row: Stored, name: str) -> Range | None:
        """A computed value of a row; None if what it is computed from is not recorded."""
        office = self.reading.office
        record = office.codec.decode(office.kinds.named(self.kind), row.body).record
        return DERIVED[(self.kind, name)](record, self.on)

    def many(self, key: str) -> bool:
        """Whether a key holds several values."""
        return self.reading.office.kinds.named(self.kind).keys[key] in (Key.TEXTS, Key.WHOLES)

    def _within(self, row: Stored) -> bool:
        for name, (least, most) in self.bounds.items():
            value = self.computed(row, name)
            # A range that straddles the bound is not counted: what is not certain is not claimed.
            if (
                value is None
                or (least is not None and value[0] < least)
                or (most is not None and value[1] > most)
            ):
                return False
        return True


@final
class Questions:
    """Makes questions; keeps the network tree and the names that one computation asks for."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self._tree: dict[str | None, list[str]] | None = None

    def ask(
        self, definition: Definition, period: Period | None, place: str | None, where: Mapping[str, Any]
    ) -> Question:
        """The question that a definition becomes for a period, a place and narrower conditions."""
        conditions: list[Condition] = []
        bounds: dict[str, tuple[int | None, int | None]] = {}
        flags: dict[str, Any] = {}
        for name, value in {**definition.where, **where}.items():
            if definition.kind is None:
                flags[name] = value
            elif (definition.kind, name) in DERIVED:
                bounds[name] = (value.get("at_least"), value.get("at_most"))
            else:
                conditions.append(self._condition(definition, definition.kind, name, value))
        if period is not None:
            conditions.extend(_during(definition, period))
        if place is not None:
            if definition.place is None:
                raise BadInput("figure-without-place", figure=definition.id)
            conditions.append(AnyOf(definition.place, self.below(place)))
        other: tuple[Condition, ...] = ()
        if definition.other is not None:
            asked = definition.other
            other = tuple(self._condition(definition, asked.kind, n, v) for n, v in asked.where.items())
        return Question(
            reading=self.reading,
            definition=definition,
            period=period,
            conditions=tuple(conditions),
            bounds=bounds,
            other=other,
            flags=flags,
        )

    def below(self, place: str) -> tuple[str, ...]:
        """A station and all below it in the network's tree; Missing if there is no such station."""
        if self._tree is None:
            self._tree = {}
            for row in self.reading.rows("station"):
                parent = row.keys["parent"]
                self._tree.setdefault(parent if isinstance(parent, str) else None, []).append(row.ref.id)
        known = {id_ for ids in self._tree.values() for id_ in ids}
        if place not in known:
            raise Missing("missing", kind="station", id=place)
        found = [place]
        for id_ in found:
            found.extend(self._tree.get(id_, ()))
        return tuple(found)

    def _condition(self, definition: Definition, kind: str, name: str, value: Any) -> Condition:
        keys = self.reading.office.kinds.named(kind).keys
        if name not in keys:
            raise BadInput("figure-unknown-key", figure=definition.id, kind=kind, key=name)
        if isinstance(value, Mapping):
            if "member" in value:
                value = self._member(str(value["member"]))
            elif "below" in value:
                value = list(self.below(str(value["below"])))
            else:
                return Between(name, value.get("from"), value.get("to"))
        if keys[name] in (Key.TEXTS, Key.WHOLES):
            return Includes(name, value)
        if isinstance(value, Sequence) and not isinstance(value, str):
            return AnyOf(name, tuple(value))
        return Is(name, value)

    def _member(self, name: str) -> str:
        for member in self.reading.walk(Member, Includes("names", name_key(name))):
            if member.status is not MemberStatus.MERGED:
                return member.id
        raise Missing("missing", kind="member", id=name)


def _during(definition: Definition, period: Period) -> list[Condition]:
    if definition.day is None:
        return []
    after = (period.last + timedelta(days=1)).isoformat()
    if definition.from_day is None:
        return [Between(definition.day, period.first.isoformat(), after)]
    # A span counts when it touches the period: it begins no later than the end, and ends no earlier.
    return [
        Between(definition.from_day, None, after),
        Between(definition.day, period.first.isoformat(), None),
    ]


def _scalar(value: Any) -> Scalar:
    if isinstance(value, tuple):
        raise BadInput("storage-tally-key", kind="", what=str(value))
    return value  # type: ignore[no-any-return]
