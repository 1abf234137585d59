"""The storage against an oracle of dicts, over any order of acts a machine can think of.

The oracle answers by its own few lines, not by ``Query.admits``, so that a mistake there is seen too.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from grassroots.contracts.storage import (
    AnyOf,
    Batch,
    Between,
    Condition,
    Entry,
    Erase,
    Fact,
    Includes,
    Is,
    Key,
    KeyValue,
    Kind,
    Put,
    Query,
    Ref,
    Seen,
    Storage,
    Tally,
    walk,
)
from grassroots.errors import ActReused, Conflict
from grassroots.testing.storage.base import StorageBase

KIND = Kind(
    "kit_thing",
    {"text": Key.TEXT, "whole": Key.WHOLE, "flag": Key.FLAG, "texts": Key.TEXTS, "wholes": Key.WHOLES},
    (("text", "whole"),),
    (("text",), ("flag", "text"), ("text", "whole", "flag")),
)
OTHER = Kind("kit_other", {"text": Key.TEXT})

# Few values, so that they meet; odd ones, so that they are confused where they can be.
IDS = st.sampled_from(["1", "01", "a", "A", "a ", "王", "𠮷", "\uffff"])
TEXTS = st.sampled_from(["", "1", "01", "a", "A", "王", "𠮷", "\uffff", "None"])
WHOLES = st.sampled_from([-(2**63), -1, 0, 1, 2**53, 2**53 + 1, 2**63 - 1])
KEYS = st.fixed_dictionaries(
    {},
    optional={
        "text": st.none() | TEXTS,
        "whole": st.none() | WHOLES,
        "flag": st.none() | st.booleans(),
        "texts": st.lists(TEXTS, max_size=3).map(tuple),
        "wholes": st.lists(WHOLES, max_size=3).map(tuple),
    },
)
CONDITIONS: st.SearchStrategy[Condition] = st.one_of(
    st.builds(Is, st.just("text"), st.none() | TEXTS),
    st.builds(Is, st.just("whole"), st.none() | WHOLES),
    st.builds(Is, st.just("flag"), st.none() | st.booleans()),
    st.builds(AnyOf, st.just("text"), st.lists(st.none() | TEXTS, max_size=4)),
    st.builds(AnyOf, st.just("whole"), st.lists(st.none() | WHOLES, max_size=20)),
    st.builds(Between, st.just("text"), st.none() | TEXTS, st.none() | TEXTS),
    st.builds(Between, st.just("whole"), st.none() | WHOLES, st.none() | WHOLES),
    st.builds(Includes, st.just("texts"), TEXTS),
    st.builds(Includes, st.just("wholes"), WHOLES),
)
QUERIES = st.builds(
    Query,
    st.just("kit_thing"),
    st.lists(CONDITIONS, max_size=3),
    st.none() | IDS,
    st.none() | st.integers(1, 4),
    st.booleans(),
)

Row = tuple[int, dict[str, KeyValue], bytes]
BLANK: dict[str, KeyValue] = {"text": None, "whole": None, "flag": None, "texts": (), "wholes": ()}


def meets(keys: dict[str, KeyValue], condition: Condition) -> bool:
    """What a condition means, in the words of the contract."""
    value = keys[condition.key]
    match condition:
        case Is():
            return repr(value) == repr(condition.value)
        case AnyOf():
            return repr(value) in {repr(one) for one in condition.values}
        case Between():
            ends = (condition.low, condition.high)
            low, high = (end.encode("utf-32-be") if isinstance(end, str) else end for end in ends)
            mine = value.encode("utf-32-be") if isinstance(value, str) else value
            return mine is not None and (low is None or low <= mine) and (high is None or mine < high)  # type: ignore[operator]
        case Includes():
            return repr(condition.value) in {repr(one) for one in value}  # type: ignore[union-attr]


class Oracle:
    """One network, as plainly as it can be said."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self.entries: list[Entry] = []
        self.acts: dict[str, tuple[int, str]] = {}

    def find(self, query: Query) -> list[tuple[str, Row]]:
        found = sorted(self.rows.items(), key=lambda one: one[0].encode("utf-32-be"))
        if query.backwards:
            found.reverse()
        if query.after is not None:
            edge = query.after.encode("utf-32-be")
            found = [
                (id, row)
                for id, row in found
                if (id.encode("utf-32-be") < edge if query.backwards else id.encode("utf-32-be") > edge)
            ]
        found = [(id, row) for id, row in found if all(meets(row[1], one) for one in query.where)]
        return found[: query.limit]

    def shown(self, query: Query) -> tuple[tuple[str, int], ...]:
        return tuple((id, row[0]) for id, row in self.find(query))


class StorageMachine(RuleBasedStateMachine):
    """Two handles on one network, a second network beside it, and the oracle."""

    kit: StorageBase

    def __init__(self) -> None:
        super().__init__()
        self.location = Path(tempfile.mkdtemp())
        self.handles = [self.open(), self.open()]
        self.neighbour = self.open("neighbour")
        thing = Ref("kit_thing", "a")
        self.neighbour.commit(Batch("act0", [Fact()], {thing: 0}, (), [Put(thing, {"text": "a"})]))
        self.oracle = Oracle()
        self.seen: list[Seen] = []
        self.stale: dict[str, int] = {}
        self.batches: list[Batch] = []
        self.acts = 0

    def open(self, network: str = "street") -> Storage:
        storage = self.kit.open(self.location, network)
        storage.prepare([KIND, OTHER])
        return storage

    def teardown(self) -> None:
        assert self.neighbour.head() == 1
        assert [one.revision for one in self.neighbour.find(Query("kit_thing"))] == [1]
        for storage in [*self.handles, self.neighbour]:
            storage.close()
        self.kit.tidy(self.location)
        shutil.rmtree(self.location)

    @rule(
        which=st.integers(0, 1),
        puts=st.dictionaries(IDS, st.none() | st.tuples(KEYS, st.binary(max_size=4)), max_size=4),
        extra=st.sets(IDS, max_size=2),
        stale=st.sets(IDS, max_size=1),
        facts=st.integers(1, 3),
        use_seen=st.integers(0, 2),
    )
    def commit(
        self,
        which: int,
        puts: dict[str, tuple[dict[str, KeyValue], bytes] | None],
        extra: set[str],
        stale: set[str],
        facts: int,
        use_seen: int,
    ) -> None:
        """A batch with right bases, sometimes an old one, sometimes resting on old answers."""
        writes: list[Put | Erase] = []
        for id, record in puts.items():
            ref = Ref("kit_thing", id)
            writes.append(Erase(ref) if record is None else Put(ref, *record))
        bases = {}
        for id in {*puts, *extra}:
            now = self.oracle.rows[id][0] if id in self.oracle.rows else 0
            bases[Ref("kit_thing", id)] = self.stale.get(id, 0) if id in stale else now
        seen = self.seen[-use_seen:] if use_seen else []
        about = [Ref("kit_thing", id) for id in sorted({*puts, *extra})]
        self.acts += 1
        batch = Batch(
            f"act{self.acts}",
            [Fact(about, b"%d" % number) for number in range(facts)],
            bases,
            seen,
            writes,
            f"digest{self.acts}",
        )
        moved = {
            ref
            for ref, base in bases.items()
            if base != (self.oracle.rows[ref.id][0] if ref.id in self.oracle.rows else 0)
        }
        queries = tuple(one.query for one in seen if self.oracle.shown(one.query) != one.rows)
        if moved or queries:
            note(f"moved {moved} {queries}")
            with pytest.raises(Conflict) as refused:
                self.handles[which].commit(batch)
            assert (refused.value.moved, refused.value.queries) == (frozenset(moved), queries)
            return
        position = len(self.oracle.entries) + facts
        assert self.handles[which].commit(batch) == position
        self.batches.append(batch)
        self.oracle.acts[batch.id] = (position, batch.digest)
        for fact in batch.facts:
            self.oracle.entries.append(Entry(len(self.oracle.entries) + 1, batch.id, fact))
        for id, record in puts.items():
            if id in self.oracle.rows:
                self.stale[id] = self.oracle.rows[id][0]
            if record is None:
                self.oracle.rows.pop(id, None)
            else:
                self.oracle.rows[id] = (position, {**BLANK, **record[0]}, record[1])

    @rule(which=st.integers(0, 1), number=st.integers(0, 50), same=st.booleans())
    def repeat(self, which: int, number: int, same: bool) -> None:
        """An act that is known already, as it was or as something else."""
        if not self.batches:
            return
        batch = self.batches[number % len(self.batches)]
        if same:
            assert self.handles[which].commit(batch) == self.oracle.acts[batch.id][0]
        else:
            with pytest.raises(ActReused):
                self.handles[which].commit(Batch(batch.id, [Fact()], digest="something else"))

    @rule(which=st.integers(0, 1), query=QUERIES)
    def find(self, which: int, query: Query) -> None:
        found = self.handles[which].find(query)
        wanted = self.oracle.find(query)
        assert [(one.ref.id, one.revision, dict(one.keys), one.body) for one in found] == [
            (id, *row) for id, row in wanted
        ]
        for one in found:
            assert repr(dict(one.keys)) == repr({name: one.keys[name] for name in KIND.keys})
            assert type(one.keys["flag"]) in (bool, type(None))
        assert [tuple(row) for row in self.handles[which].bodies(query)] == [
            (id, body) for id, (_, _, body) in wanted
        ]
        self.seen.append(Seen.of(query, found))

    @rule(
        which=st.integers(0, 1),
        where=st.lists(CONDITIONS, max_size=2),
        by=st.lists(st.sampled_from(["text", "whole", "flag"]), max_size=3, unique=True),
        of=st.sampled_from([None, "whole"]),
        backwards=st.booleans(),
    )
    def tally(
        self, which: int, where: list[Condition], by: list[str], of: str | None, backwards: bool
    ) -> None:
        query = Query("kit_thing", where, backwards=backwards)
        rows: Counter[str] = Counter()
        totals: Counter[str] = Counter()
        for _, (_, keys, _) in self.oracle.find(query):
            group = repr(tuple(keys[name] for name in by))
            amount = keys[of] if of else 0
            rows[group] += 1
            totals[group] += amount if isinstance(amount, int) else 0
        found = self.handles[which].tally(query, by=by, of=of)
        assert {repr(group): tally for group, tally in found.items()} == {
            group: Tally(count, totals[group]) for group, count in rows.items()
        }
        assert found == Storage.tally(self.handles[which], query, by=by, of=of)

    @rule(which=st.integers(0, 1), after=st.integers(0, 30), limit=st.integers(1, 5), about=st.none() | IDS)
    def journal(self, which: int, after: int, limit: int, about: str | None) -> None:
        ref = None if about is None else Ref("kit_thing", about)
        found = self.handles[which].journal(after=after, limit=limit, about=ref)
        entries = self.oracle.entries[after:]
        wanted = [one for one in entries if ref is None or ref in one.fact.about][:limit]
        assert list(found) == wanted

    @rule(which=st.integers(0, 1))
    def reopen(self, which: int) -> None:
        self.handles[which].close()
        self.handles[which] = self.open()

    @rule(which=st.integers(0, 1), ids=st.lists(IDS, max_size=4))
    def read(self, which: int, ids: list[str]) -> None:
        found = self.handles[which].read([Ref("kit_thing", id) for id in ids] + [Ref("kit_other", "a")])
        assert {ref.id: (one.revision, dict(one.keys), one.body) for ref, one in found.items()} == {
            id: self.oracle.rows[id] for id in ids if id in self.oracle.rows
        }

    @invariant()
    def everything_is_as_the_oracle_says(self) -> None:
        for storage in self.handles:
            assert storage.head() == len(self.oracle.entries)
        found = {
            one.ref.id: (one.revision, dict(one.keys), one.body)
            for one in islice(walk(storage, Query("kit_thing")), 99)
        }
        assert found == self.oracle.rows


class MachinePromise(StorageBase):
    """What holds over any order of acts."""

    examples: ClassVar[int] = 30
    """How many orders of acts are tried, each of up to thirty; always the same ones."""

    shrinks: ClassVar[bool] = True
    """Whether a wrong order of acts is made as short as possible before it is told."""

    def test_no_order_of_acts_makes_a_storage_differ_from_a_dict(self) -> None:
        class Machine(StorageMachine):
            kit = self

        run_state_machine_as_test(
            Machine,
            settings=settings(
                max_examples=self.examples,
                stateful_step_count=30,
                deadline=None,
                derandomize=True,
                database=None,
                print_blob=False,
                report_multiple_bugs=False,
                phases=(Phase.generate, Phase.shrink) if self.shrinks else (Phase.generate,),
                suppress_health_check=list(HealthCheck),
            ),
        )
