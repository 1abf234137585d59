"""The programs that meet in the schedules, and the anomalies by their names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import ClassVar, Final

import pytest

from grassroots.contracts.storage import Between, Condition, Includes, Is, KeyValue
from grassroots.testing.storage.base import StorageBase
from grassroots.testing.storage.schedules import KIND, Hand, Program, Script, explore


def nothing(hand: Hand) -> Iterator[None]:
    """Before: no record."""
    return iter(())


def amounts(**told: int) -> Program:
    """Before: these records with these amounts."""

    def program(hand: Hand) -> Iterator[None]:
        for id, amount in told.items():
            hand.put(id, amount, who=id, day=amount, open=True, tags=("t", id))
        yield
        hand.commit()

    return program


def add(id: str, more: int) -> Program:
    """Read an amount, write a larger one."""

    def program(hand: Hand) -> Iterator[None]:
        yield
        (amount,) = hand.load(id)
        hand.put(id, amount + more, who=id, day=amount + more, open=True)
        yield
        hand.commit()

    return program


def move(giver: str, taker: str, much: int) -> Program:
    """Read two amounts one after the other, move some from one to the other."""

    def program(hand: Hand) -> Iterator[None]:
        yield
        (left,) = hand.load(giver)
        yield
        (right,) = hand.load(taker)
        hand.put(giver, left - much, day=left - much)
        hand.put(taker, right + much, day=right + much)
        yield
        hand.commit()

    return program


def write_both(amount: int) -> Program:
    """Write two records after reading them."""

    def program(hand: Hand) -> Iterator[None]:
        yield
        hand.load("a", "b")
        hand.put("a", amount)
        hand.put("b", amount)
        yield
        hand.commit()

    return program


def note_sum(id: str, *ids: str) -> Program:
    """Read some records one after the other, write their sum into another that is new."""

    def program(hand: Hand) -> Iterator[None]:
        total = 0
        for one in ids:
            yield
            total += hand.load(one)[0]
        hand.put(id, total)
        yield
        hand.commit()

    return program


def note_found(id: str, *where: Condition, twice: bool = False) -> Program:
    """Ask once or twice, write down how many there were."""

    def program(hand: Hand) -> Iterator[None]:
        yield
        found = hand.find(*where)
        if twice:
            yield
            found += hand.find(*where)
        hand.put(id, len(found))
        yield
        hand.commit()

    return program


def leave_one(mine: str, *others: str) -> Program:
    """Go off duty if the others still hold the post: reads all, writes only its own record."""

    def program(hand: Hand) -> Iterator[None]:
        yield
        own, *rest = hand.load(mine, *others)
        if own and any(rest):
            hand.put(mine, 0, who=mine, open=False)
        yield
        hand.commit()

    return program


def book(id: str, *where: Condition, most: int = 0, **keys: KeyValue) -> Program:
    """Write a new record if no more than ``most`` meet the conditions."""

    def program(hand: Hand) -> Iterator[None]:
        yield
        if len(hand.find(*where)) <= most:
            hand.put(id, 1, **keys)
        yield
        hand.commit()

    return program


def blind(id: str, **keys: KeyValue) -> Program:
    """Write a new record without asking anything."""

    def program(hand: Hand) -> Iterator[None]:
        hand.put(id, 1, **keys)
        yield
        hand.commit()

    return program


def remove(id: str) -> Program:
    """Erase a record that is there."""

    def program(hand: Hand) -> Iterator[None]:
        yield
        if hand.load(id) != [0]:
            hand.erase(id)
        yield
        hand.commit()

    return program


def remake(id: str, amount: int) -> Program:
    """Write a record if it is not there."""

    def program(hand: Hand) -> Iterator[None]:
        yield
        if hand.load(id) == [0]:
            hand.put(id, amount, who=id, day=amount, open=True, tags=("t", id))
        yield
        hand.commit()

    return program


def guarded(id: str, *, first: bool, bump: bool) -> Program:
    """Book a place at the gate under a guard record that is loaded first or last, and written or not."""

    def program(hand: Hand) -> Iterator[None]:
        turn = 0
        if first:
            yield
            (turn,) = hand.load("guard")
        yield
        found = hand.find(*_GATE)
        if not first:
            yield
            (turn,) = hand.load("guard")
        if not found:
            hand.put(id, 1, who="gate", day=3)
        if bump:
            hand.put("guard", turn + 1)
        yield
        hand.commit()

    return program


def latest(id: str, day: int) -> Program:
    """Take the number after the largest id that is there."""

    def program(hand: Hand) -> Iterator[None]:
        yield
        found = hand.find(limit=1, backwards=True)
        hand.put(f"{id}{len(found)}", day, day=day)
        yield
        hand.commit()

    return program


_GATE = (Is("who", "gate"), Between("day", 1, 8))

SCRIPTS: Final = (
    Script("G0 dirty write", (write_both(1), write_both(2)), amounts(a=5, b=5)),
    Script("G1a aborted read", (write_both(1), note_sum("n", "a", "b")), amounts(a=5, b=5)),
    Script("G1b intermediate read", (add("a", 1), note_sum("n", "a", "a")), amounts(a=5)),
    Script("G1c circular information flow", (note_sum("b", "a"), note_sum("a", "b")), nothing),
    Script("OTV observed transaction vanishes", (write_both(1), note_sum("n", "b", "a")), amounts(a=5, b=5)),
    Script(
        "PMP predicate many preceders",
        (note_found("n", *_GATE, twice=True), blind("x", who="gate", day=3)),
        nothing,
    ),
    Script("P4 lost update", (add("a", 1), add("a", 10)), amounts(a=5)),
    Script("P4 lost update of a new record", (add("a", 1), add("a", 10)), nothing),
    Script("G-single read skew", (move("a", "b", 3), note_sum("n", "a", "b")), amounts(a=5, b=5)),
    Script("G2-item write skew", (leave_one("a", "b"), leave_one("b", "a")), amounts(a=1, b=1)),
    Script(
        "G2 two empty answers",
        (book("x", *_GATE, who="gate", day=3), book("y", *_GATE, who="gate", day=4)),
        nothing,
    ),
    Script(
        "phantom against a blind writer",
        (book("x", *_GATE, who="gate", day=3), blind("y", who="gate", day=4)),
        nothing,
    ),
    Script("phantom by a flag", (note_found("n", Is("open", True)), leave_one("a", "b")), amounts(a=1, b=1)),
    Script("phantom by a tuple", (note_found("n", Includes("tags", "t")), remove("a")), amounts(a=5, b=5)),
    Script("phantom by nothing", (book("x", Is("day", None)), book("y", Is("day", None))), nothing),
    Script(
        "a place for two",
        (book("x", *_GATE, most=1, who="gate", day=3), book("y", *_GATE, most=1, who="gate", day=4)),
        amounts(gate=2),
    ),
    Script("erased while it is read", (remove("a"), add("a", 1)), amounts(a=5)),
    Script("erased, made again, and read before", (remove("a"), remake("a", 7), add("a", 1)), amounts(a=5)),
    Script("a move and a move back", (move("a", "b", 3), move("b", "a", 2)), amounts(a=5, b=5)),
    Script("the latest and the next", (latest("m", 1), latest("m", 2)), nothing),
    Script(
        "three on duty, one stays",
        (leave_one("a", "b", "c"), leave_one("b", "c", "a"), leave_one("c", "a", "b")),
        amounts(a=1, b=1, c=1),
    ),
    Script("three for one place", tuple(book(id, *_GATE, who="gate", day=3) for id in "xyz"), nothing),
    Script("a circle of three", (note_sum("b", "a"), note_sum("c", "b"), note_sum("a", "c")), nothing),
)
"""What every storage must bring to the end of some order of whole programs."""

_GATE_BOOK = book("y", *_GATE, who="gate", day=3)

RIGHT_GUARD: Final = Script(
    "a guard, loaded first and written",
    (guarded("x", first=True, bump=True), guarded("y", first=True, bump=True)),
    amounts(guard=1),
    shown=False,
)

WRONG_PROGRAMS: Final = (
    Script("no guard", (book("x", *_GATE, who="gate", day=3), _GATE_BOOK), nothing, shown=False),
    Script(
        "a guard that is only read",
        (guarded("x", first=True, bump=False), guarded("y", first=True, bump=False)),
        amounts(guard=1),
        shown=False,
    ),
    Script(
        "a guard that is loaded after the question",
        (guarded("x", first=False, bump=True), guarded("y", first=False, bump=True)),
        amounts(guard=1),
        shown=False,
    ),
    Script(
        "a guard that a colleague does not know",
        (guarded("x", first=True, bump=True), _GATE_BOOK),
        amounts(guard=1),
        shown=False,
    ),
    Script(
        "write skew: what was merely read is not said",
        (leave_one("a", "b"), leave_one("b", "a")),
        amounts(a=1, b=1),
        merely_read=False,
    ),
)
"""Programs that go wrong on a right storage: the schedules must see it, or they prove nothing."""


class SchedulePromises(StorageBase):
    """Programs that meet are as programs one after the other."""

    scripts: ClassVar[Mapping[str, Script]] = {one.name: one for one in (*SCRIPTS, RIGHT_GUARD)}

    @pytest.mark.parametrize("script", list(scripts))
    def test_programs_that_meet_are_as_programs_one_after_the_other(
        self, location: Path, script: str
    ) -> None:
        """Every order of their calls; the name says which anomaly would show if it were not so."""
        wanted = self.scripts[script]
        handles = [self.opened(location, "street", (KIND,)) for _ in wanted.programs]
        try:
            schedules, wrong = explore(wanted, handles, count(1))
        finally:
            for handle in handles:
                handle.close()
        assert schedules > 1
        assert not wrong, f"{len(wrong)} of {schedules} orders went wrong, as {wrong[0]}"
