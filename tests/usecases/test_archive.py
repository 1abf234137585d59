"""An archive is one committed moment, comes back the same in any storage, and hides no damage."""

from __future__ import annotations

import io
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import grassroots
from grassroots.contracts.storage import (
    Batch,
    Entry,
    Erase,
    Fact,
    Key,
    Kind,
    Put,
    Query,
    Ref,
    Storage,
    Stored,
    walk,
)
from grassroots.desk import Desk
from grassroots.domain.concern import Concern
from grassroots.domain.station import StationKind
from grassroots.errors import ActReused, Conflict, Corrupt, Denied, Full
from grassroots.plugins import memory, sqlite
from grassroots.usecases.archive import (
    ArchivedKind,
    BadArchive,
    Manifest,
    check_same,
    dump,
    load,
    verify,
    writing,
)
from grassroots.workspace.arriving import ARRIVING, MARK, arriving, check_whole

PERSON = Kind(
    "person",
    {"name": Key.TEXT, "age": Key.WHOLE, "active": Key.FLAG, "tags": Key.TEXTS, "ranks": Key.WHOLES},
    (("name", "age"),),
)
VISIT = Kind("visit", {"day": Key.TEXT})
KINDS = (ArchivedKind(PERSON, 2), ArchivedKind(VISIT))
SHELF = memory.Shelf()
dump_street = partial(dump, network="street", zone="Asia/Shanghai", program="1")


def fresh(path: Path | None = None) -> Storage:
    """An empty storage: in memory, or in a file."""
    if path is None:
        storage = memory.Shelf().open("memory:", "street")
    else:
        storage = sqlite.open_network(f"sqlite:///{path}", "street")
    storage.prepare([PERSON, VISIT])
    return storage


def act(storage: Storage, id: str, *writes: Put | Erase, facts: int = 1) -> int:
    """One batch with the right bases."""
    now = storage.read([one.ref for one in writes])
    bases = {one.ref: now[one.ref].revision if one.ref in now else 0 for one in writes}
    about = tuple(one.ref for one in writes)
    return storage.commit(Batch(id, [Fact(about, b"%d" % n) for n in range(facts)], bases, (), writes))


def person(id: str, body: bytes = b"{}", **keys: Any) -> Put:
    return Put(Ref("person", id), keys, body)


def archive(storage: Storage) -> bytes:
    out = io.BytesIO()
    dump_street(storage, out, kinds=KINDS)
    return out.getvalue()


def kept(storage: Storage, path: Path) -> Path:
    path.write_bytes(archive(storage))
    return path


def everything(storage: Storage) -> tuple[list[Stored], list[Entry]]:
    """All that a storage holds, asked without the archive's own code."""
    rows = [one for kind in (PERSON, VISIT) for one in walk(storage, Query(kind.name))]
    return rows, list(storage.journal(after=0, limit=10_000))


@pytest.fixture
def lively() -> Storage:
    """A network with all that can stand in one: every type of key, odd texts, bytes, erased and changed."""
    storage = fresh()
    act(
        storage,
        "first",
        person("a", name="王秀英", age=2**63 - 1, active=False, tags=("x", "𠮷"), ranks=(0,)),
    )
    act(
        storage,
        "second",
        person("b", b"\xff\x00\n"),
        person("a\n\u2028 /", '{"n":"一\u0000"}'.encode()),
        facts=3,
    )
    act(storage, "third", person("b", b"", name=""), Put(Ref("visit", "1"), {"day": "2021-07-01"}, b"{}"))
    act(storage, "fourth", Erase(Ref("visit", "1")), Put(Ref("visit", "2"), {}, b"[]"))
    act(storage, "fifth", facts=2)
    return storage


# -- there and back ---------------------------------------------------------------------------------------
def test_memory_to_a_file_and_back_to_memory_gives_the_same_archive(lively: Storage, tmp_path: Path) -> None:
    first = kept(lively, tmp_path / "1.jsonl")
    there = fresh(tmp_path / "there.db")
    load(first, there)
    second = kept(there, tmp_path / "2.jsonl")
    back = fresh()
    load(second, back)
    assert archive(back) == second.read_bytes() == first.read_bytes()
    assert everything(back) == everything(there) == everything(lively)
    there.close()


def test_numbers_of_acts_are_taken_along_so_that_nothing_is_done_twice(
    lively: Storage, tmp_path: Path
) -> None:
    target = fresh()
    load(kept(lively, tmp_path / "a"), target)
    assert target.commit(Batch("second", [Fact()])) == 4
    assert target.head() == lively.head()


def test_a_network_goes_on_after_it_was_loaded(lively: Storage, tmp_path: Path) -> None:
    target = fresh()
    load(kept(lively, tmp_path / "a"), target)
    assert act(target, "sixth", person("a", b"new")) == act(lively, "sixth", person("a", b"new"))
    assert archive(target) == archive(lively)


def test_what_a_kind_keeps_counted_travels_along_and_older_archives_have_none(tmp_path: Path) -> None:
    counted = Kind("visit", {"day": Key.TEXT, "place": Key.TEXT}, totals=(("day", "place"), ("day",)))
    path = tmp_path / "town.jsonl"
    for kind, told in ((counted, True), (VISIT, False)):
        out = io.BytesIO()
        manifest = dump_street(fresh(), out, kinds=(ArchivedKind(kind),))
        assert (b'"totals"' in out.getvalue()) is told
        path.write_bytes(out.getvalue())
        assert verify(path) == manifest
        assert verify(path).kinds[0].kind.totals == kind.totals


def test_an_empty_network_is_an_archive_too(tmp_path: Path) -> None:
    target = fresh()
    assert load(kept(fresh(), tmp_path / "a"), target).head == 0
    assert target.head() == 0


def test_the_lines_are_as_the_reference_says(lively: Storage) -> None:
    lines = archive(lively).splitlines()
    head, end = json.loads(lines[0]), json.loads(lines[-1])
    assert next(iter(head)) == "grassroots-archive"
    assert head["head"] == end["end"] == lively.head() == 8
    assert head["kinds"][0]["version"] == 2
    assert end["records"] == {"person": 3, "visit": 1}
    records = [json.loads(line) for line in lines[1:-1] if line.startswith(b'{"record":')]
    assert [(one["record"], one["revision"]) for one in records] == [
        (["person", "a"], 1),
        (["person", "a\n\u2028 /"], 4),
        (["person", "b"], 5),
        (["visit", "2"], 6),
    ]
    assert [json.loads(line)["entry"] for line in lines[5:-1]] == list(range(1, 9))


_IDS = st.sampled_from(["a", "b", "c", "d", "á", "\U0010ffff", "\t", '"', "\\u0000"])
_TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
_PUTS = st.builds(
    lambda id, body, name, age, active, tags, ranks: Put(
        Ref("person", id), {"name": name, "age": age, "active": active, "tags": tags, "ranks": ranks}, body
    ),
    _IDS,
    st.one_of(st.binary(max_size=20), st.text(max_size=8).map(lambda text: text.encode("utf-8", "replace"))),
    st.none() | _TEXTS,
    st.none() | st.integers(-(2**63), 2**63 - 1),
    st.none() | st.booleans(),
    st.lists(_TEXTS, max_size=3).map(tuple),
    st.lists(st.integers(-(2**63), 2**63 - 1), max_size=3).map(tuple),
)
_VISITS = st.builds(lambda id, body: Put(Ref("visit", id), {}, body), _IDS, st.binary(max_size=4))
_ERASED = st.builds(Erase, st.builds(Ref, st.sampled_from(["person", "visit"]), _IDS))
_ACTS = st.tuples(
    st.lists(st.one_of(_PUTS, _VISITS, _ERASED), max_size=4, unique_by=lambda one: one.ref), st.integers(1, 3)
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_ACTS, max_size=12))
def test_any_history_comes_back_the_same(history: list[tuple[list[Put | Erase], int]]) -> None:
    source = fresh()
    for number, (writes, facts) in enumerate(history):
        act(source, f"act/{number}", *writes, facts=facts)
    with tempfile.TemporaryDirectory() as folder:
        first = kept(source, Path(folder) / "a")
        with fresh(Path(folder) / "b.db") as there:
            load(first, there)
            assert everything(there) == everything(source)
            assert archive(there) == first.read_bytes()


def test_a_large_network_is_sorted_outside_of_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from grassroots.usecases.archive import spool

    whole = fresh()
    for number in range(300):
        act(whole, f"act/{number}", person(f"{number * 7919 % 300:03}", b"x" * 50))
    told = archive(whole)
    monkeypatch.setattr(spool, "_RUN", 1_000)
    monkeypatch.setattr(spool, "_CHUNK", 37)
    assert archive(whole) == told


# -- one moment, while others write -----------------------------------------------------------------------
@attrs.define
class Watched(Storage):
    """A storage where something happens just before its n-th call: the worst moment, each in its turn."""

    inner: Storage
    strokes: list[int]
    number: int = 0
    written: int = 0

    def _stroke(self) -> None:
        self.number += 1
        if self.number in self.strokes:
            self.written += 1
            turn = self.written
            ref = Ref("person", f"{turn % 2}")
            stands = ref in self.inner.read([ref])
            change: Put | Erase = Erase(ref) if stands and turn % 3 == 0 else Put(ref, {}, b"%d" % turn)
            act(self.inner, f"stroke/{turn}", change, Put(Ref("visit", f"{turn:03}"), {}, b""))

    def prepare(self, kinds: Any) -> None:
        self.inner.prepare(kinds)

    def read(self, refs: Any) -> Any:
        self._stroke()
        return self.inner.read(refs)

    def find(self, query: Query) -> Any:
        self._stroke()
        return self.inner.find(query)

    def commit(self, batch: Batch) -> int:
        return self.inner.commit(batch)

    def journal(self, *, after: int, limit: int, about: Ref | None = None) -> Any:
        self._stroke()
        return self.inner.journal(after=after, limit=limit, about=about)

    def head(self) -> int:
        self._stroke()
        return self.inner.head()

    def tally(self, query: Query, *, by: Any = (), of: Any = None) -> Any:
        return self.inner.tally(query, by=by, of=of)

    def close(self) -> None:
        self.inner.close()


def as_of(history: list[Batch], head: int) -> bytes:
    """The archive of the network that only ever saw the batches up to a position."""
    storage = fresh()
    for batch in history:
        if storage.head() == head:
            break
        storage.commit(batch)
    assert storage.head() == head
    return archive(storage)


@attrs.define
class Recorded(Storage):
    """A storage that keeps every batch it accepted."""

    inner: Storage
    history: list[Batch] = attrs.Factory(list)

    def commit(self, batch: Batch) -> int:
        position = self.inner.commit(batch)
        self.history.append(batch)
        return position

    def prepare(self, kinds: Any) -> None:
        self.inner.prepare(kinds)

    def read(self, refs: Any) -> Any:
        return self.inner.read(refs)

    def find(self, query: Query) -> Any:
        return self.inner.find(query)

    def journal(self, *, after: int, limit: int, about: Ref | None = None) -> Any:
        return self.inner.journal(after=after, limit=limit, about=about)

    def head(self) -> int:
        return self.inner.head()

    def close(self) -> None:
        self.inner.close()


def restored(told: bytes, path: Path) -> bytes:
    path.write_bytes(told)
    verify(path)
    target = fresh()
    load(path, target)
    return archive(target)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(1, 40), max_size=25, unique=True))
def test_whenever_others_write_the_archive_is_one_committed_moment(strokes: list[int]) -> None:
    recorded = Recorded(fresh())
    for number in range(6):
        act(recorded, f"before/{number}", person(f"{number}"))
    told = archive(Watched(recorded, strokes))
    head = json.loads(told.splitlines()[0])["head"]
    assert told == as_of(recorded.history, head)


def test_a_record_that_a_fact_only_vouches_for_is_read_again_too() -> None:
    recorded = Recorded(fresh())
    act(recorded, "before", person("a"), Put(Ref("visit", "1"), {}, b"old"))

    class Late(Watched):
        def _stroke(self) -> None:
            # The third kind of call: both kinds are walked, and the head is asked for once more.
            self.number += 1
            if self.number == 5:
                vouched = Fact((), b'{"w":{"visit/1":"","odd":"","Odd/1":""}}')
                ref = Ref("visit", "1")
                self.inner.commit(Batch("late", [vouched], {ref: 1}, (), [Put(ref, {}, b"new")]))

    told = archive(Late(recorded, []))
    assert told == as_of(recorded.history, 2)
    assert b"new" in told


def test_twenty_backups_under_load_are_each_some_committed_state(tmp_path: Path) -> None:
    recorded = Recorded(fresh(tmp_path / "busy.db"))
    for start in range(0, 2_000, 500):
        act(recorded, f"many/{start}", *(person(f"p{start + n:05}", b"{}") for n in range(500)))
    over = threading.Event()
    failed: list[BaseException] = []

    def keep_writing() -> None:
        chance, number = random.Random(7), 0
        try:
            while not over.is_set():
                number += 1
                ref = Ref("person", f"p{chance.randrange(2_050):05}")
                change: Put | Erase = Erase(ref) if chance.random() < 0.3 else Put(ref, {}, b"%d" % number)
                act(recorded, f"busy/{number}", change, Put(Ref("visit", "hot"), {}, b"%d" % number))
        except BaseException as error:
            failed.append(error)

    writer = threading.Thread(target=keep_writing, daemon=True)
    writer.start()
    try:
        backups = [archive(recorded) for _ in range(20)]
    finally:
        over.set()
        writer.join(30)
    assert not failed
    heads = [json.loads(told.splitlines()[0])["head"] for told in backups]
    assert heads == sorted(heads)
    assert len(set(heads)) > 10, "the writer stood still, so this shows nothing"
    replay, position = fresh(), iter(recorded.history)
    for number, (told, head) in enumerate(zip(backups, heads, strict=True)):
        while replay.head() < head:
            replay.commit(next(position))
        assert archive(replay) == told == restored(told, tmp_path / f"{number}.jsonl")
    recorded.close()


def test_where_others_never_leave_a_gap_it_says_so_and_writes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from grassroots.usecases.archive import moment

    class Hectic(Recorded):
        def read(self, refs: Any) -> Any:
            for ref in refs:
                act(self.inner, f"hectic/{self.inner.head()}", Put(ref, {}, b""))
            return self.inner.read(refs)

        def find(self, query: Query) -> Any:
            act(self.inner, f"hectic/{self.inner.head()}", person("hot"))
            return self.inner.find(query)

    monkeypatch.setattr(moment, "_ROUNDS", 20)
    out = io.BytesIO()
    with pytest.raises(Conflict):
        dump_street(Hectic(fresh()), out, kinds=KINDS)
    assert out.getvalue() == b""


def test_what_an_app_keeps_of_its_own_is_not_left_out_in_silence(lively: Storage) -> None:
    with pytest.raises(BadArchive) as told:
        dump_street(lively, io.BytesIO(), kinds=KINDS[:1])
    assert (told.value.code, told.value.facts["kind"]) == ("archive-kind-unknown", "visit")


def test_memory_does_not_grow_with_the_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from grassroots.usecases.archive import spool

    monkeypatch.setattr(spool, "_RUN", 200_000)

    def most(records: int) -> int:
        storage = fresh(tmp_path / f"{records}.db")
        for start in range(0, records, 500):
            act(storage, f"{start}", *(person(f"{start + n:06}", b"x" * 1_000) for n in range(500)))
        path = tmp_path / f"{records}.jsonl"
        with path.open("wb") as out, fresh(tmp_path / f"{records}-there.db") as there:
            tracemalloc.start()
            dump_street(storage, out, kinds=KINDS)
            out.flush()
            load(path, there)
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        storage.close()
        return peak

    small, large = most(2_000), most(8_000)
    assert large < small * 1.5, (small, large)


# -- damage -----------------------------------------------------------------------------------------------
def test_every_one_of_300_flipped_bits_is_found_and_nothing_is_written(
    lively: Storage, tmp_path: Path
) -> None:
    sound = archive(lively)
    chance, path = random.Random(20210702), tmp_path / "flipped"
    for _ in range(300):
        damaged = bytearray(sound)
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        target = fresh()
        with pytest.raises(BadArchive):
            load(path, target)
        assert target.head() == 0


def test_an_archive_that_is_cut_off_anywhere_is_refused(lively: Storage, tmp_path: Path) -> None:
    sound, path = archive(lively), tmp_path / "cut"
    for length in range(len(sound)):
        path.write_bytes(sound[:length])
        with pytest.raises(BadArchive):
            verify(path)
    path.write_bytes(sound[: sound.rindex(b'{"end"')])
    with pytest.raises(BadArchive) as told:
        verify(path)
    assert told.value.code == "archive-cut-off"


@pytest.mark.parametrize("added", [b"\n", b"x", b"{}\n", b'{"end":8}\n'])
def test_nothing_may_stand_behind_the_end(lively: Storage, tmp_path: Path, added: bytes) -> None:
    path = tmp_path / "more"
    path.write_bytes(archive(lively) + added)
    with pytest.raises(BadArchive):
        verify(path)


def forged(told: bytes, old: bytes, new: bytes) -> bytes:
    """An archive with a part replaced and all hashes set right: what no hash finds."""
    import hashlib

    *lines, end = told.replace(old, new).splitlines(keepends=True)
    data = json.loads(end)
    data["content"] = hashlib.sha256(
        b"".join(one for one in lines[1:] if not one.startswith(b'{"act"'))
    ).hexdigest()
    data["sha256"] = hashlib.sha256(b"".join(lines)).hexdigest()
    return b"".join([*lines, json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"])


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b'"revision":5', b'"revision":3', "archive-record"),  # no batch ended there
        (b'"revision":5', b'"revision":9', "archive-record"),
        (b'"entry":4', b'"entry":5', "archive-line"),
        (b'"record":["visit","2"]', b'"record":["visits","2"]', "archive-damaged"),  # a kind without a head
        (b'"record":["visit","2"]', b'"record":["Visit","2"]', "archive-line"),
        (b'"records":{"person":3', b'"records":{"person":2', "archive-damaged"),
        (b'"head":8', b'"head":7', "archive-damaged"),
        (b'"base64":"', b'"base64":"!', "archive-line"),
    ],
)
def test_lines_that_contradict_each_other_are_refused_though_the_hashes_are_right(
    tmp_path: Path, old: bytes, new: bytes, code: str
) -> None:
    source = fresh()
    act(source, "first", person("a"))
    act(source, "second", person("b"), facts=3)
    act(source, "third", person("b", b"\xff"), person("c"))
    act(source, "fourth", Put(Ref("visit", "2"), {}, b""), facts=3)
    told = archive(source)
    assert old in told
    path = tmp_path / "forged"
    path.write_bytes(forged(told, b"", b""))
    verify(path)
    path.write_bytes(forged(told, old, new))
    with pytest.raises(BadArchive) as found:
        verify(path)
    assert found.value.code == code


def test_a_newer_format_is_told_and_other_files_are_left_alone(lively: Storage, tmp_path: Path) -> None:
    path = tmp_path / "file"
    for content, code in (
        (archive(lively).replace(b'archive":2', b'archive":4'), "archive-newer"),
        (archive(lively).replace(b'archive":2', b'archive":"2"'), "archive-line"),
        (b"", "archive-not-one"),
        (b"SQLite format 3\0" * 100, "archive-not-one"),
        (archive(lively).splitlines(keepends=True)[0], "archive-cut-off"),
    ):
        path.write_bytes(content)
        with pytest.raises(BadArchive) as told:
            verify(path)
        assert told.value.code == code
    with pytest.raises(BadArchive) as told:
        verify(tmp_path / "nowhere")
    assert told.value.code == "archive-not-found"


@pytest.mark.parametrize(
    "line",
    [
        b'{"act":"second","last":3,"digest":"d"}\n',
        b'{"act":"other","last":4,"digest":"d"}\n',
        b'{"act":"second","last":"4","digest":"d"}\n',
        b'{"act":"second","last":4,"digest":"d"}\n{"act":"first","last":1,"digest":"d"}\n',
    ],
)
def test_a_digest_belongs_to_a_batch_that_is_there(line: bytes, tmp_path: Path) -> None:
    source = fresh()
    act(source, "first", person("a"))
    act(source, "second", person("b"), facts=3)
    source.commit(Batch("third", [Fact()], digest="what was asked"))
    told, path = archive(source), tmp_path / "forged"
    asked = b'{"act":"third","last":5,"digest":"what was asked"}\n'
    assert asked in told
    path.write_bytes(forged(told, asked, b'{"act":"second","last":4,"digest":"d"}\n'))
    verify(path)
    path.write_bytes(forged(told, asked, line))
    with pytest.raises(BadArchive) as found:
        verify(path)
    assert found.value.code == "archive-line"


@pytest.mark.in_clear(reason="an archive has no keys in it: tests/cli/test_keys.py restores both")
def test_an_act_that_is_repeated_after_a_move_is_known_there(tmp_path: Path) -> None:
    def take(desk: Desk) -> Concern:
        return desk.once("sheet-17").concerns.take(station=desk.stations.all()[0].id, text="井盖松动")

    path = tmp_path / "a"
    with grassroots.open("memory:", network="here") as network:
        desk = network.desk("steward:office")
        desk.stations.found(kind=StationKind.POST, name="驿站")
        concern = take(desk)
        assert take(desk) == concern
        desk.archive.dump(path, program="test")
    url = f"sqlite:///{tmp_path}/there.db"
    with sqlite.open_network(url, "here") as storage:
        check_same(storage, load(path, storage))
    with grassroots.open(url, network="here") as network:
        desk = network.desk("steward:office")
        head = desk.seat.office.storage.head()
        assert take(desk) == concern
        assert desk.seat.office.storage.head() == head
        with pytest.raises(ActReused):
            desk.once("sheet-17").concerns.take(station=concern.station, text="路灯不亮")


# -- loading ----------------------------------------------------------------------------------------------
def test_a_network_where_something_happened_is_never_loaded_over(lively: Storage, tmp_path: Path) -> None:
    path, target = kept(lively, tmp_path / "a"), fresh()
    act(target, "mine", person("mine"))
    with pytest.raises(BadArchive) as told:
        load(path, target)
    assert told.value.code == "archive-target-not-empty"
    assert target.head() == 1
    finished = fresh()
    load(path, finished)
    with pytest.raises(BadArchive):
        load(path, finished)


@attrs.define
class Breaking(Recorded):
    """A storage that fails before its n-th batch."""

    left: int = 0

    def commit(self, batch: Batch) -> int:
        if self.left == 0:
            raise Full()
        self.left -= 1
        return self.inner.commit(batch)


@pytest.mark.parametrize("batches", [1, 2, 3, 4])
def test_a_load_that_is_broken_off_is_no_network_and_goes_on_later(
    lively: Storage, tmp_path: Path, batches: int
) -> None:
    path, target = kept(lively, tmp_path / "a"), fresh()
    with pytest.raises(Full):
        load(path, Breaking(target, left=batches))
    with pytest.raises(Corrupt) as told:
        check_whole(target, "street")
    assert told.value.code == "archive-unfinished"
    other = fresh()
    act(other, "first", person("a"))
    with pytest.raises(BadArchive):  # another archive does not go on from there
        load(kept(other, tmp_path / "b"), target)
    load(path, target)
    check_whole(target, "street")
    assert archive(target) == path.read_bytes()


@pytest.mark.in_clear(reason="an archive has no keys in it: tests/cli/test_keys.py restores both")
def test_a_load_that_is_killed_in_the_middle_is_refused_by_open_and_finished_by_the_same_load(
    tmp_path: Path,
) -> None:
    with grassroots.open("memory:", network="town") as source:
        desk = source.desk("steward:office")
        for number in range(40):
            desk.members.register(name=f"张{number}")
        path = tmp_path / "town.jsonl"
        told = desk.archive.dump(path, program="1")
    url = f"sqlite:///{tmp_path / 'town.db'}"
    code = f"""
import os, pathlib
from grassroots.plugins import sqlite
from grassroots.usecases.archive import load
def tick(done, of):
    if done > of // 2:
        os.kill(os.getpid(), 9)
load(pathlib.Path({str(path)!r}), sqlite.open_network({url!r}, "town"), tick)
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, check=False, capture_output=True)
    assert done.returncode < 0, done.stderr
    with pytest.raises(Corrupt) as refused:
        grassroots.open(url, network="town")
    assert refused.value.code == "archive-unfinished"
    with sqlite.open_network(url, "town") as target:
        load(path, target)
        check_same(target, told)
    with grassroots.open(url, network="town") as again:
        assert len(again.desk("steward:office").members.all()) == 40


def test_somebody_who_writes_into_the_target_is_noticed(lively: Storage, tmp_path: Path) -> None:
    path, target = kept(lively, tmp_path / "a"), fresh()

    class Joined(Recorded):
        def commit(self, batch: Batch) -> int:
            if batch.id == "third":
                act(self.inner, "stranger", person("stranger"))
            return self.inner.commit(batch)

    with pytest.raises(BadArchive) as told:
        load(path, Joined(target))
    assert told.value.code == "archive-target-moved"


def test_a_load_does_not_go_on_behind_somebody_else(lively: Storage, tmp_path: Path) -> None:
    path, target = kept(lively, tmp_path / "a"), fresh()
    with pytest.raises(Full):
        load(path, Breaking(target, left=1))
    act(target, "stranger", facts=3)  # as many facts as the act that would have come
    with pytest.raises(BadArchive) as told:
        load(path, target)
    assert told.value.code == "archive-target-not-empty"
    assert target.head() == 4


def test_a_crowded_storage_is_asked_again(lively: Storage, tmp_path: Path) -> None:
    class Crowded(Recorded):
        def commit(self, batch: Batch) -> int:
            if len(self.history) % 2 == 0:
                self.history.append(batch)
                raise Conflict
            return super().commit(batch)

    target = fresh()
    load(kept(lively, tmp_path / "a"), Crowded(target))
    assert archive(target) == archive(lively)


def test_a_first_act_without_room_for_the_mark_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    source, target = fresh(), fresh()
    act(source, "all", *(person(f"{n:04}") for n in range(1_000)))
    with pytest.raises(BadArchive) as told:
        load(kept(source, tmp_path / "a"), target)
    assert told.value.code == "archive-first-act-full"
    assert target.head() == 0


def test_what_came_out_different_is_found_when_it_is_read_back(lively: Storage, tmp_path: Path) -> None:
    target = fresh()
    told = load(kept(lively, tmp_path / "a"), target)
    check_same(target, told)
    act(target, "later", person("later"))
    with pytest.raises(Corrupt) as found:
        check_same(target, told)
    assert found.value.code == "archive-differs"


def test_the_mark_names_its_archive_and_is_in_no_archive(lively: Storage, tmp_path: Path) -> None:
    target = fresh()
    told = load(kept(lively, tmp_path / "a"), target)
    mark = arriving(target)
    assert mark is not None
    assert (mark.sha256, mark.head) == (told.sha256, 8)
    assert ARRIVING.name.encode() not in archive(target)
    target.commit(Batch("rubbish", [Fact()], {MARK: 1}, (), [Put(MARK, {}, b"[]")]))
    with pytest.raises(Corrupt):
        arriving(target)


# -- files ------------------------------------------------------------------------------------------------
@pytest.fixture
def town() -> Iterator[grassroots.Network]:
    with grassroots.open("memory:", network="town") as network:
        network.desk("steward:office").members.register(name="张春华")
        yield network


@pytest.mark.in_clear(reason="an archive has no keys in it: tests/cli/test_keys.py restores both")
def test_a_backup_verifies_and_restores_what_the_desks_saw(town: grassroots.Network, tmp_path: Path) -> None:
    desk = town.desk("system:nightly")
    told = desk.archive.backup(tmp_path / "town.jsonl", program="1")
    assert verify(tmp_path / "town.jsonl") == told
    assert (told.network, told.zone, told.records["member"]) == ("town", "Asia/Shanghai", 1)
    url = f"sqlite:///{tmp_path / 'new.db'}"
    with sqlite.open_network(url, "town") as target:
        load(tmp_path / "town.jsonl", target)
    with grassroots.open(url, network="town", zone="Asia/Shanghai") as again:
        there, here = again.desk("steward:office"), town.desk("steward:office")
        assert there.members.all() == here.members.all()
        assert there.charter.get() == here.charter.get()
    assert [path.name for path in tmp_path.glob(".*")] == []


def test_a_backup_is_for_its_owner_alone_and_the_earlier_one_stands_until_the_new_one_verified(
    town: grassroots.Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "town.jsonl"
    desk = town.desk("steward:office")
    desk.archive.backup(path, program="1")
    assert os.name == "nt" or path.stat().st_mode & 0o077 == 0
    earlier = path.read_bytes()
    desk.members.register(name="李秋实")

    def forgetful(manifest: Manifest) -> bytes:
        return b""

    monkeypatch.setattr(writing, "end_line", forgetful)
    with pytest.raises(BadArchive):
        desk.archive.backup(path, program="1")
    assert path.read_bytes() == earlier
    assert [one.name for one in tmp_path.iterdir()] == ["town.jsonl"]


@pytest.mark.in_clear(reason="an archive has no keys in it: tests/cli/test_keys.py restores both")
def test_the_example_goes_to_a_file_and_back_to_memory_and_is_the_same(tmp_path: Path) -> None:
    charter = Path(__file__).parents[2] / "examples" / "district_year" / "charter.toml"
    with grassroots.open("memory:", network="year") as source:
        desk = source.desk("steward:office")
        desk.charter.found(charter.read_text("utf-8"))
        first = desk.archive.backup(tmp_path / "1.jsonl", program="1")
        stations = desk.stations.all()
    for number, url in ((1, f"sqlite:///{tmp_path / 'year.db'}"), (2, "memory:///year-of-the-archive-test")):
        offer = {"sqlite": sqlite.open_network}.get(url.partition(":")[0], SHELF.open)
        with offer(url, "year") as target:
            load(tmp_path / f"{number}.jsonl", target)
            check_same(target, first)
        with closing(offer(url, "year")) as target:
            target.prepare([one.kind for one in first.kinds])
            with (tmp_path / f"{number + 1}.jsonl").open("wb") as out:
                dump(target, out, kinds=first.kinds, network="year", zone=first.zone, program="1")
    assert (tmp_path / "1.jsonl").read_bytes() == (tmp_path / "3.jsonl").read_bytes()
    with grassroots.open(f"sqlite:///{tmp_path / 'year.db'}", network="year") as again:
        assert again.desk("steward:office").stations.all() == stations
        assert sum(first.records.values()) > 100


@pytest.mark.in_clear(reason="an archive has no keys in it: tests/cli/test_keys.py restores both")
def test_what_was_sealed_is_still_intact_after_a_restore(town: grassroots.Network, tmp_path: Path) -> None:
    desk = town.desk("steward:office")
    code = desk.seals.seal()
    desk.archive.backup(tmp_path / "town.jsonl", program="1")
    url = f"sqlite:///{tmp_path / 'new.db'}"
    with sqlite.open_network(url, "town") as target:
        load(tmp_path / "town.jsonl", target)
    with grassroots.open(url, network="town") as again:
        there = again.desk("steward:office").seals
        assert there.verify() == desk.seals.verify()
        assert there.seal() == code


@pytest.mark.parametrize("actor", ["clerk:li", "lead:he", "volunteer:lin", "auditor:xu", "partner:charity"])
def test_only_the_office_and_its_jobs_take_the_whole_network_out(
    town: grassroots.Network, tmp_path: Path, actor: str
) -> None:
    with pytest.raises(Denied):
        town.desk(actor).archive.backup(tmp_path / "a", program="1")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full is needed")
def test_a_full_disk_is_told_as_such(lively: Storage) -> None:
    with pytest.raises(Full), open("/dev/full", "wb", buffering=0) as out:
        dump_street(lively, out, kinds=KINDS)


def test_a_folder_that_is_not_there_is_told_in_words(town: grassroots.Network, tmp_path: Path) -> None:
    with pytest.raises(BadArchive) as told:
        town.desk("steward:office").archive.dump(tmp_path / "no" / "a", program="1")
    assert told.value.code == "archive-no-folder"


def test_progress_ends_where_it_said(lively: Storage, tmp_path: Path) -> None:
    for told in (writing_progress(lively), loading_progress(lively, tmp_path)):
        assert told[-1][0] == told[-1][1] > 0
        assert [done for done, _ in told] == sorted(done for done, _ in told)


def writing_progress(storage: Storage) -> list[tuple[int, int]]:
    told: list[tuple[int, int]] = []
    dump_street(storage, io.BytesIO(), kinds=KINDS, progress=lambda done, of: told.append((done, of)))
    return told


def loading_progress(storage: Storage, folder: Path) -> list[tuple[int, int]]:
    told: list[tuple[int, int]] = []
    load(kept(storage, folder / "a"), fresh(), lambda done, of: told.append((done, of)))
    return told
