"""Two and three programs, call by call, in every order in which their calls can meet.

Each program reads, decides and commits through :class:`Hand`, which keeps what it was shown as a
workspace does. Any order of calls must leave what some order of whole programs would have left: those that
committed count, those that met a Conflict must have left no trace. So no anomaly needs an assertion of its
own; they are here by their names because that is how people look for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import permutations
from typing import Final, final

from attrs import Factory, define, field, frozen

from grassroots.contracts.storage import (
    Batch,
    Condition,
    Erase,
    Fact,
    Is,
    Key,
    KeyValue,
    Kind,
    Position,
    Put,
    Query,
    Ref,
    Seen,
    Storage,
)
from grassroots.errors import Conflict

KIND: Final = Kind(
    "kit_row", {"scope": Key.TEXT, "who": Key.TEXT, "day": Key.WHOLE, "open": Key.FLAG, "tags": Key.TEXTS}
)


@define
class Hand:
    """One program's hold on the storage: what it was shown, what it wants to write.

    ``shown`` says whether answers go into the batch, ``merely_read`` whether records that are not
    written do. Both off are programs that somebody wrote carelessly: the wrong programs of the kit.
    """

    storage: Storage
    scope: str
    name: str
    shown: bool = True
    merely_read: bool = True
    told: list[object] = Factory(list)
    _bases: dict[Ref, Position] = field(factory=dict, init=False)
    _seen: list[Seen] = field(factory=list, init=False)
    _writes: dict[Ref, Put | Erase] = field(factory=dict, init=False)

    def ref(self, id: str) -> Ref:
        """A record of this schedule alone."""
        return Ref(KIND.name, f"{self.scope}.{id}")

    def load(self, *ids: str) -> list[int]:
        """The amounts of these records, as of one moment; 0 for one that does not exist."""
        refs = [self.ref(id) for id in ids]
        found = self.storage.read(refs)
        for ref in refs:
            self._bases.setdefault(ref, found[ref].revision if ref in found else 0)
        amounts = [int(found[ref].body) if ref in found else 0 for ref in refs]
        self.told.append(amounts)
        return amounts

    def find(self, *where: Condition, limit: int | None = None, backwards: bool = False) -> list[str]:
        """The ids of the records of this schedule that meet the conditions."""
        query = Query(KIND.name, (Is("scope", self.scope), *where), limit=limit, backwards=backwards)
        found = self.storage.find(query)
        self._seen.append(Seen.of(query, found))
        ids = [one.ref.id.partition(".")[2] for one in found]
        self.told.append([(id, one.body) for id, one in zip(ids, found, strict=True)])
        return ids

    def put(self, id: str, amount: int = 0, **keys: KeyValue) -> None:
        """To be written; a record that was not loaded is taken to be new."""
        ref = self.ref(id)
        self._bases.setdefault(ref, 0)
        self._writes[ref] = Put(ref, {"scope": self.scope, **keys}, b"%d" % amount)

    def erase(self, id: str) -> None:
        """To be erased."""
        self._bases.setdefault(self.ref(id), 0)
        self._writes[self.ref(id)] = Erase(self.ref(id))

    def commit(self) -> None:
        """Write all of it, or raise Conflict."""
        bases = {ref: base for ref, base in self._bases.items() if self.merely_read or ref in self._writes}
        self.storage.commit(
            Batch(
                f"{self.scope}.{self.name}",
                [Fact(tuple(self._writes))],
                bases,
                self._seen if self.shown else (),
                tuple(self._writes.values()),
            )
        )


Program = Callable[[Hand], Iterator[None]]
"""Yields before each call to the storage, so that another program may go first."""


@final
@frozen
class Script:
    """Programs that meet, and what stands there before."""

    name: str
    programs: tuple[Program, ...]
    before: Program
    shown: bool = True
    merely_read: bool = True


def _orders(lengths: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Every order in which this many calls of each program can meet."""
    if not any(lengths):
        yield ()
    for which, left in enumerate(lengths):
        if left:
            rest = [one - (place == which) for place, one in enumerate(lengths)]
            for order in _orders(rest):
                yield (which, *order)


def _whole(hand: Hand, program: Program) -> int:
    """Run a program to its end; how many calls it made."""
    return sum(1 for _ in program(hand))


Left = tuple[tuple[object, ...], ...]


def _left(storage: Storage, scope: str) -> Left:
    found = storage.find(Query(KIND.name, (Is("scope", scope),)))
    return tuple((one.ref.id.partition(".")[2], tuple(one.keys.items())[1:], one.body) for one in found)


def explore(script: Script, handles: Sequence[Storage], numbers: Iterator[int]) -> tuple[int, list[str]]:
    """Every order of the calls: how many there are, and those that no order of whole programs explains.

    ``handles`` are as many handles of one network as there are programs; ``numbers`` gives a new number
    for each schedule. Serial orders are run on the same storage, which the other promises have tried.
    """
    programs = script.programs

    def hands() -> list[Hand]:
        scope = f"s{next(numbers)}"
        _whole(Hand(handles[0], scope, "before"), script.before)
        return [
            Hand(handle, scope, f"p{place}", script.shown, script.merely_read)
            for place, handle in zip(range(len(programs)), handles, strict=True)
        ]

    known: dict[tuple[int, ...], tuple[Left, Mapping[int, object]]] = {}

    def serial(order: tuple[int, ...]) -> tuple[Left, Mapping[int, object]]:
        if order not in known:
            alone = hands()
            for place in order:
                _whole(alone[place], programs[place])
            told = {place: alone[place].told for place in order}
            known[order] = _left(handles[0], alone[0].scope), told
        return known[order]

    lengths = [_whole(hand, program) for program in programs for hand in hands()[:1]]
    schedules, wrong = 0, []
    for order in _orders(lengths):
        schedules += 1
        mine = hands()
        running = [program(hand) for program, hand in zip(programs, mine, strict=True)]
        for one in running:
            next(one)
        refused: set[int] = set()
        for place in order:
            try:
                if place not in refused:
                    next(running[place], None)
            except Conflict:
                refused.add(place)
        done = [place for place in range(len(programs)) if place not in refused]
        left, told = _left(handles[-1], mine[0].scope), {place: mine[place].told for place in done}
        if not done:
            wrong.append(f"{script.name} {order}: everybody was refused")
        elif not any((left, told) == serial(one) for one in permutations(done)):
            wrong.append(f"{script.name} {order}: {done} left {left}, were told {told}")
    return schedules, wrong
