"""From a definition to a question: period, place and conditions as keys that a storage can answer.

What no key can hold, because it depends on the day (an age), is computed from the record: DERIVED.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, final

import attrs

from grassroots.contracts.storage import AnyOf, Between, Condition, Includes, Is, Key, Scalar, Stored, Tally
from grassroots.domain.fields import FieldGroup
from grassroots.domain.figure import Definition, Measure, Other
from grassroots.domain.member import Member, MemberStatus, birth_range
from grassroots.domain.role import Role
from grassroots.errors import BadInput, Missing
from grassroots.usecases.choices import check_values
from grassroots.values.dates import Period
from grassroots.values.names import name_key
from grassroots.workspace.reading import Reading

Range = tuple[int, int]


def _age(member: Any, on: date) -> Range | None:
    born = birth_range(member)
    # Told ages may contradict each other, and last year's figure may meet somebody born since: both unknown.
    if born is None or born[0] > born[1] or born[0] > on:
        return None
    return max(0, _years(born[1], on)), _years(born[0], on)


def _years(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


DERIVED: Mapping[tuple[str, str], Callable[[Any, date], Range | None]] = {("member", "age"): _age}
"""What is computed from a record for a day: the lowest and highest value it can have, None if unknown."""

COMPUTED_FROM: Mapping[tuple[str, str], FieldGroup] = {
    ("member", "age"): FieldGroup.IDENTITY,
    ("member", "hindered_for"): FieldGroup.HEALTH,
}
"""The field group that a computed condition rests on: asking by it asks for that group."""

HINDERED = "hindered_for"
"""A condition on members: those whom their limits keep from a role (a role's id)."""

Test = Callable[[Stored], bool]


@final
@attrs.frozen(kw_only=True, eq=False)
class Question:
    """A definition made ready for one period and place."""

    reading: Reading
    questions: Questions
    definition: Definition
    period: Period | None
    place: str | None = None
    conditions: tuple[Condition, ...] = ()
    tests: tuple[Test, ...] = ()
    other: tuple[Condition, ...] = ()
    flags: Mapping[str, Any] = attrs.field(factory=dict)
    computed_from: frozenset[FieldGroup] = frozenset()

    @property
    def guarded_kind(self) -> str:
        """The kind whose guarded fields are counted by: that which is asked, or members where none is."""
        return self.definition.kind or "member"

    @property
    def whole(self) -> bool:
        """Whether this viewer may be told whatever comes out; Denied if nothing of it.

        False where guarded fields decide what is counted and only large groups may be told.
        """
        reading, definition = self.reading, self.definition
        keys = [*(condition.key for condition in self.conditions), *_asked_by(definition)]
        whole = reading.counts_whole(self.guarded_kind, keys, self.computed_from)
        for other in self.named_by:
            # Who is named by records of another kind ("who raised a concern") is asked by those records.
            whole &= reading.counts_whole(other.kind, (other.key, *other.where, *_days(other)))
        return whole

    @property
    def named_by(self) -> tuple[Other, ...]:
        """The records of other kinds by which this one is asked."""
        return tuple(one for one in (self.definition.other, self.definition.within) if one is not None)

    @property
    def guards(self) -> frozenset[FieldGroup]:
        """The field groups of members by which was asked: a hit tells of them."""
        guards = self.reading.office.kinds.named(self.guarded_kind).guards
        keys = (*(one.key for one in self.conditions), *_asked_by(self.definition))
        return self.computed_from | {guards[key] for key in keys if key in guards}

    @property
    def guarded(self) -> bool:
        """Whether guarded fields choose among records, and do not only give the number (a mean age)."""
        guards = self.reading.office.kinds.named(self.guarded_kind).guards
        return bool(self.tests) or any(one.key in guards for one in self.conditions)

    def among(self) -> int:
        """Among how many records was chosen by guarded fields: those that the others leave."""
        guards = self.reading.office.kinds.named(self.guarded_kind).guards
        plain = tuple(one for one in self.conditions if one.key not in guards)
        return sum(one.rows for one in self.reading.tally(self.guarded_kind, *plain).values())

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
        return found if not self.tests else (row for row in found if all(test(row) for test in self.tests))

    def tally(self, *by: str, of: str | None = None) -> Mapping[tuple[Scalar, ...], Tally]:
        """Counted by the storage where keys say it all, and row by row where something is computed."""
        if not self.tests:
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
        return DERIVED[(self.kind, name)](_record(self.reading, row), self.on)

    def record(self, row: Stored) -> Any:
        """The whole record of a row, unmasked: for computing, never for showing."""
        return _record(self.reading, row)

    def many(self, key: str) -> bool:
        """Whether a key holds several values."""
        return self.reading.office.kinds.named(self.kind).keys[key] in (Key.TEXTS, Key.WHOLES)


@final
class Questions:
    """Makes questions; keeps the network tree and the names that one computation asks for."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self._tree: dict[str | None, list[str]] | None = None
        self._kept: Mapping[str, str] | None = None

    def ask(
        self, definition: Definition, period: Period | None, place: str | None, where: Mapping[str, Any]
    ) -> Question:
        """The question that a definition becomes for a period, a place and narrower conditions."""
        conditions: list[Condition] = []
        tests: list[Test] = []
        flags: dict[str, Any] = {}
        computed = set(_computed_from(definition))
        on = period.last if period else self.reading.today
        self._check_keys(definition)
        for name, value in {**definition.where, **where}.items():
            if (group := COMPUTED_FROM.get((str(definition.kind), name))) is not None:
                computed.add(group)
            if definition.kind is None:
                flags[name] = value
            elif (definition.kind, name) in DERIVED:
                tests.append(self._bound(definition.kind, name, value, on))
            elif (definition.kind, name) == ("member", HINDERED):
                tests.append(self._hindered(str(value)))
            else:
                conditions.append(self._condition(definition, definition.kind, name, value))
        if period is not None:
            conditions.extend(_during(definition.day, definition.from_day, period))
        if place is not None:
            if definition.place is None:
                raise BadInput("figure-without-place", figure=definition.id)
            conditions.append(AnyOf(definition.place, self.below(place)))
        if definition.within is not None:
            tests.append(self._named_by(definition, definition.within, period))
        return Question(
            reading=self.reading,
            questions=self,
            definition=definition,
            period=period,
            place=place,
            conditions=tuple(conditions),
            tests=tuple(tests),
            other=self._elsewhere(definition, definition.other, period),
            flags=flags,
            computed_from=frozenset(computed),
        )

    def _check_keys(self, definition: Definition) -> None:
        """Raise BadInput for a definition that groups, sums or dates by what its kind does not have."""
        if definition.kind is None:
            return
        if definition.kind not in self.reading.office.kinds:
            known = tuple(sorted(spec.name for spec in self.reading.office.kinds))
            raise BadInput("kind-unknown", what=definition.kind, known=known)
        keys = self.reading.office.kinds.named(definition.kind).keys
        for name in (*_asked_by(definition), definition.place):
            if name is not None and name not in keys and (definition.kind, name) not in DERIVED:
                raise self._unknown(definition, definition.kind, name)

    def _unknown(self, definition: Definition, kind: str, name: str) -> BadInput:
        keys = self.reading.office.kinds.named(kind).keys
        more = [derived for of, derived in DERIVED if of == kind] + ([HINDERED] if kind == "member" else [])
        known = tuple(sorted([*keys, *more]))
        return BadInput("figure-unknown-key", figure=definition.id, kind=kind, key=name, known=known)

    def _elsewhere(
        self, definition: Definition, other: Other | None, period: Period | None
    ) -> tuple[Condition, ...]:
        if other is None:
            return ()
        asked = [self._condition(definition, other.kind, n, v) for n, v in other.where.items()]
        return (*asked, *(_during(other.day, other.from_day, period) if period else ()))

    def _named_by(self, definition: Definition, other: Other, period: Period | None) -> Test:
        rows = self.reading.rows(other.kind, *self._elsewhere(definition, other, period))
        named = {id_ for row in rows for id_ in self.named(row, other.key)}
        return lambda row: row.ref.id in named

    def named(self, row: Stored, key: str) -> tuple[str, ...]:
        """The values of a key as texts; an id of a merged record as that of the record that was kept."""
        found, office = row.keys[key], self.reading.office
        spec = office.kinds.named(row.ref.kind)
        if office.sealing is not None and key in spec.hidden:
            # A storage has the hash of it alone, and no id is a hash.
            found = spec.keys_of(office.decode(spec, row).record)[key]
        values = found if isinstance(found, tuple) else (found,)
        return tuple(self.kept(str(value)) for value in values if value is not None)

    def kept(self, id_: str) -> str:
        """The id of the record that was kept, for that of a merged member; any other id as it is."""
        if self._kept is None:
            rows = self.reading.rows("member", Is("status", MemberStatus.MERGED.value))
            self._kept = {row.ref.id: str(row.keys["merged_into"]) for row in rows}
        while id_ in self._kept:
            id_ = self._kept[id_]
        return id_

    def _bound(self, kind: str, name: str, value: Mapping[str, int], on: date) -> Test:
        least, most = value.get("at_least"), value.get("at_most")

        def test(row: Stored) -> bool:
            # A range that straddles a bound is not counted: what is not certain is not claimed.
            found = DERIVED[(kind, name)](_record(self.reading, row), on)
            if found is None or (least is not None and found[0] < least):
                return False
            return most is None or found[1] <= most

        return test

    def _hindered(self, role: str) -> Test:
        demands = self.reading.get(Role, role).demands
        return lambda row: bool(_record(self.reading, row).hindered(demands))

    def above(self, place: str) -> tuple[str, ...]:
        """The stations above one in the network's tree, the nearest first."""
        self.below(place)
        parent = {id_: one for one, ids in (self._tree or {}).items() if one for id_ in ids}
        found: list[str] = []
        while (place := parent.get(place, "")) and place not in found:
            found.append(place)
        return tuple(found)

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
        found = {place: None}
        left = [place]
        while left:
            below = [id_ for id_ in self._tree.get(left.pop(0), ()) if id_ not in found]
            found.update(dict.fromkeys(below))
            left.extend(below)
        return tuple(found)

    def _condition(self, definition: Definition, kind: str, name: str, value: Any) -> Condition:
        keys = self.reading.office.kinds.named(kind).keys
        if name not in keys:
            raise self._unknown(definition, kind, name)
        if isinstance(value, Mapping):
            if "member" in value:
                value = self._member(str(value["member"]))
            elif "below" in value:
                value = list(self.below(str(value["below"])))
            else:
                return Between(name, value.get("from"), value.get("to"))
        many = isinstance(value, Sequence) and not isinstance(value, str)
        check_values(self.reading, definition.id, kind, name, value if many else (value,))
        if keys[name] in (Key.TEXTS, Key.WHOLES):
            return Includes(name, value)
        return AnyOf(name, tuple(value)) if many else Is(name, value)

    def _member(self, name: str) -> str:
        for member in self.reading.walk(Member, Includes("names", name_key(name))):
            if member.status is not MemberStatus.MERGED:
                return member.id
        raise Missing("missing", kind="member", id=name)


def _record(reading: Reading, row: Stored) -> Any:
    office = reading.office
    return office.decode(office.kinds.named(row.ref.kind), row).record


def _computed_from(definition: Definition) -> Iterator[FieldGroup]:
    """What a measure itself rests on: a mean age on birth dates, likenesses on names."""
    if (group := COMPUTED_FROM.get((str(definition.kind), str(definition.of)))) is not None:
        yield group
    if definition.measure is Measure.LIKENESSES:
        yield FieldGroup.IDENTITY


def _asked_by(definition: Definition) -> tuple[str, ...]:
    """The keys that a definition itself groups, sums, counts or dates by."""
    names = (definition.by, definition.of, definition.each, *_days(definition))
    composed = definition.measure in (Measure.RATE, Measure.TOTAL)
    return () if composed else tuple(name for name in names if name is not None)


def _days(asked: Definition | Other) -> tuple[str, ...]:
    return tuple(name for name in (asked.day, asked.from_day) if name is not None)


def _during(day: str | None, from_day: str | None, period: Period) -> list[Condition]:
    if day is None:
        return []
    after = (period.last + timedelta(days=1)).isoformat()
    if from_day is None:
        return [Between(day, period.first.isoformat(), after)]
    # A span counts when it touches the period: it begins no later than the end, and ends no earlier.
    return [Between(from_day, None, after), Between(day, period.first.isoformat(), None)]


def _scalar(value: Any) -> Scalar:
    if isinstance(value, tuple):
        raise BadInput("storage-tally-key", kind="", what=str(value))
    return value  # type: ignore[no-any-return]
