"""Erased is erased: of five hundred marked values none is left in any file, nor in what is dumped later."""

from __future__ import annotations

from pathlib import Path

from grassroots.contracts.storage import Batch, Erase, Fact, Key, Kind, Put, Ref
from grassroots.plugins.sqlite import open_network
from grassroots.usecases.archive import ArchivedKind, dump

MARKS = 500
KIND = Kind(
    "person", {"name": Key.TEXT, "names": Key.TEXTS, "phone": Key.TEXT}, together=(("name", "phone"),)
)


def marked(number: int) -> str:
    return f"marked{number:04d}value"


def found_in(folder: Path) -> set[str]:
    content = b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())
    utf16 = content.replace(b"\0", b"")
    return {marked(n) for n in range(MARKS) if marked(n).encode() in content or marked(n).encode() in utf16}


def test_no_marked_value_is_left_in_any_file(tmp_path: Path) -> None:
    storage = open_network(f"sqlite:///{tmp_path}/net.db", "street")
    storage.prepare([KIND])
    refs = [Ref("person", f"p{number:04d}") for number in range(MARKS)]
    puts = [
        Put(
            ref,
            {"name": marked(number), "names": (marked(number), "x"), "phone": marked(number)},
            f'{{"name":"{marked(number)}","long":"{marked(number) * 40}"}}'.encode(),
        )
        for number, ref in enumerate(refs)
    ]
    storage.commit(Batch("in", [Fact(refs)], dict.fromkeys(refs, 0), writes=puts))
    # Written a second time, so that older copies of the rows have been left behind as well.
    storage.commit(Batch("again", [Fact(refs)], dict.fromkeys(refs, 1), writes=puts))
    assert len(found_in(tmp_path)) == MARKS
    storage.commit(Batch("out", [Fact(refs)], dict.fromkeys(refs, 2), writes=[Erase(ref) for ref in refs]))
    assert found_in(tmp_path) == set()  # while it is open: in the file, the log and its index
    with (tmp_path / "later.jsonl").open("wb") as out:
        dump(storage, out, kinds=[ArchivedKind(KIND)], network="street", zone="UTC", program="test")
    storage.close()
    assert found_in(tmp_path) == set()
