"""Figures at a desk: computed from records, never typed, each able to list what it counted.

A figure asks the storage by keys; its evidence asks the very same question. Both look at the journal's head:
when something was written in between, the evidence says so instead of listing other records.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, final

import attrs

from grassroots.contracts.storage import Position
from grassroots.data import text
from grassroots.domain.figure import Definition, Measure, Value, parse_figures
from grassroots.domain.pack import Pack
from grassroots.domain.smallcounts import large_groups
from grassroots.errors import Conflict, Missing
from grassroots.usecases.counting import Question, Questions
from grassroots.usecases.differencing import check_apart
from grassroots.usecases.measures import MEASURES, Counted
from grassroots.values.counts import Rate
from grassroots.values.dates import Period
from grassroots.workspace.acts import Room, look
from grassroots.workspace.reading import Reading


@final
@attrs.frozen
class Evidence:
    """One record behind a figure: what and which; its day and its place (a station's id), if it has them."""

    kind: str
    id: str
    day: str | None = None
    place: str | None = None


@final
@attrs.frozen(kw_only=True)
class Figure:
    """A computed figure. ``parts`` are the figures it is made of (a rate's two, a total's summands).

    ``packs`` names the packs that defined it; ``missing`` the days, weeks or months that fell short;
    ``groups`` the value per group where the definition says ``by``; ``left_out`` how many records could not
    be counted because what is asked is not known of them (an age without a birth date).
    """

    definition: Definition
    value: Value
    period: Period | None = None
    place: str | None = None
    packs: tuple[str, ...] = ()
    head: Position = 0
    parts: tuple[Figure, ...] = ()
    missing: tuple[str, ...] = ()
    groups: Mapping[str, int] = attrs.field(factory=dict)
    left_out: int = 0
    _list: Callable[[bool], Iterable[Evidence]] = attrs.field(repr=False, eq=False)
    _least: int | None = attrs.field(default=None, repr=False, eq=False)

    @property
    def id(self) -> str:
        """The id of the definition."""
        return self.definition.id

    def evidence(self) -> list[Evidence]:
        """Exactly the records that were counted, each once; Conflict if something was written since.

        Only those that this viewer may list: whoever may count only is told how many (:attr:`records`), and
        not which. Denied if they may list none at all.
        """
        return self.each(shown=True)

    @property
    def records(self) -> int:
        """How many records were counted, also those that this viewer may not list."""
        return len(self.each(shown=False))

    @property
    def places(self) -> Mapping[str, int]:
        """How many records were counted at each place (a station's id; "" where the record names none).

        Where only large groups may be told, places with fewer are left out.
        """
        found = Counter(one.place or "" for one in self.each(shown=False))
        return found if self._least is None else large_groups(found, self._least)

    def each(self, *, shown: bool) -> list[Evidence]:
        """The records behind it, each once: those that this viewer may list, or all, to be counted."""
        found: dict[tuple[str, str], Evidence] = {}
        for one in self._list(shown):
            found.setdefault((one.kind, one.id), one)
        return list(found.values())

    def bears_out(self) -> bool:
        """Whether the evidence bears the value out: as many records as are counted, or some for a sum."""
        records = self.records
        if self.definition.measure is Measure.RECORDS:
            return records == self.value
        return records > 0 or self.value in (0, Rate(0, 0)) or all(part.bears_out() for part in self.parts)


@final
class Figures(Room):
    """The room ``desk.figures``."""

    @look
    def definitions(self, reading: Reading) -> dict[str, Definition]:
        """The definitions in force: those of the packs, later packs replacing earlier ones by id."""
        return definitions(reading.office.packs.active)

    @look
    def compute(
        self,
        reading: Reading,
        figure: str | Definition,
        *,
        period: Period | None = None,
        place: str | None = None,
        where: Mapping[str, Any] | None = None,
        extra: Mapping[str, Definition] | None = None,
    ) -> Figure:
        """One figure for a period (None: all time) and a place (a station's id, with all below it).

        ``where`` narrows the definition; ``extra`` brings definitions that stand in no pack. By guarded
        fields some viewers are told large numbers only (Denied ``count-too-small``), and of questions of
        their own none that tells a small one beside another (``count-too-close``, ``count-age-step``).
        """
        menu = definitions(reading.office.packs.active)
        known = {**menu, **(extra or {})}
        definition = known.get(figure) if isinstance(figure, str) else figure
        if definition is None:
            raise Missing("figure-unknown", kind="figure", id=str(figure))
        return _Computer(reading, known, menu).compute(definition, period, place, where or {})


def definitions(packs: Iterable[Pack]) -> dict[str, Definition]:
    """The figure definitions by id: the standard ones, replaced or taken away by the packs in order."""
    found = dict(standard_definitions())
    for pack in packs:
        for id_, rule in pack.table("figure").items():
            if rule.off:
                found.pop(id_, None)
            else:
                found[id_] = Definition.parse(id_, rule.values, f"{pack.name}@{pack.version}")
    return found


@cache
def standard_definitions() -> Mapping[str, Definition]:
    """The definitions that ship with grassroots."""
    return parse_figures(text("figures"))


class _Computer:
    """Computes one figure and those it is made of, on one reading."""

    def __init__(
        self, reading: Reading, known: Mapping[str, Definition], menu: Mapping[str, Definition]
    ) -> None:
        self.reading = reading
        self.known = known
        self.menu = menu
        self.questions = Questions(reading)

    def compute(
        self, definition: Definition, period: Period | None, place: str | None, where: Mapping[str, Any]
    ) -> Figure:
        if definition.measure in (Measure.RATE, Measure.TOTAL):
            return self._composed(definition, period, place, where)
        head = self.reading.head()
        question = self.questions.ask(definition, period, place, where)
        counted = MEASURES[definition.measure](question)
        least = None
        if not question.whole:
            # Guarded fields decide what was counted: a small number would single somebody out, and so
            # would nought.
            self.reading.large_enough(question.guarded_kind, _people(counted))
            self._leaves_enough(question, counted, where)
            if where or self.menu.get(definition.id) != definition:
                check_apart(self.questions, question, where, self.menu)
            least = self.reading.office.smallest_count(self.reading.today)
            counted = attrs.evolve(counted, left_out=0)
        return Figure(
            definition=definition,
            value=counted.value,
            period=period,
            place=place,
            packs=(definition.pack,) if definition.pack else (),
            head=head,
            missing=counted.missing,
            groups=counted.groups,
            left_out=counted.left_out,
            list=_lister(self.reading, question, counted, head),
            least=least,
        )

    def _leaves_enough(self, question: Question, counted: Counted, where: Mapping[str, Any]) -> None:
        """Denied ``count-too-small`` if what is not counted is itself a small number.

        "All but one of them" tells of that one, and "all of them" of each. So does a number at one place
        beside the number of a place above it, or of all: what is over elsewhere is looked at too.
        """
        definition = question.definition
        if definition.measure is Measure.LIKENESSES:
            return
        number, among = _rows(counted), question.among()
        if definition.measure is not Measure.MEAN or question.guarded:
            self.reading.large_enough(question.guarded_kind, among - number)
        for above in () if question.place is None else (*self.questions.above(question.place), None):
            wider = self.questions.ask(definition, question.period, above, where)
            elsewhere = wider.among() - among
            if elsewhere:
                left = _rows(MEASURES[definition.measure](wider)) - number
                self.reading.large_enough(question.guarded_kind, left)
                if question.guarded:  # "all of them over there" tells of each
                    self.reading.large_enough(question.guarded_kind, elsewhere - left)

    def _composed(
        self, definition: Definition, period: Period | None, place: str | None, where: Mapping[str, Any]
    ) -> Figure:
        names = definition.parts or (str(definition.of), str(definition.over))
        parts = tuple(self.compute(self._named(name), period, place, where) for name in names)
        numbers = [part.value for part in parts if isinstance(part.value, int)]
        value = MEASURES_OF_PARTS[definition.measure](numbers)
        packs = {pack for part in parts for pack in part.packs} | ({definition.pack} - {""})
        return Figure(
            definition=definition,
            value=value,
            period=period,
            place=place,
            packs=tuple(sorted(packs)),
            head=min(part.head for part in parts),
            parts=parts,
            list=lambda shown: (one for part in parts for one in part.each(shown=shown)),
        )

    def _named(self, name: str) -> Definition:
        if name not in self.known:
            raise Missing("figure-unknown", kind="figure", id=name)
        return self.known[name]


def _rows(counted: Counted) -> int:
    return sum(1 for _ in counted.rows())


def _people(counted: Counted) -> int:
    """How many records a value stands for, whatever it measures; of groups the smallest counts."""
    smallest = min((number for number in counted.groups.values()), default=None)
    number = counted.value if isinstance(counted.value, int) else sum(1 for _ in counted.rows())
    return number if smallest is None else min(number, smallest)


def _lister(
    reading: Reading, question: Question, counted: Counted, head: Position
) -> Callable[[bool], Iterator[Evidence]]:
    def listed(shown: bool) -> Iterator[Evidence]:
        if reading.head() != head:
            raise Conflict
        definition = question.definition
        rows = counted.rows()
        for row in reading.listed(rows, question.guards) if shown else rows:
            yield Evidence(
                row.ref.kind,
                row.ref.id,
                _text(row.keys.get(definition.day or "")),
                _text(row.keys.get(definition.place or "")),
            )
        if reading.head() != head:  # written while this was walking: some of it may belong to another number
            raise Conflict

    return listed


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _rate(numbers: list[int]) -> Value:
    return Rate(numbers[0], numbers[1])


MEASURES_OF_PARTS: Mapping[Measure, Callable[[list[int]], Value]] = {
    Measure.RATE: _rate,
    Measure.TOTAL: sum,
}
