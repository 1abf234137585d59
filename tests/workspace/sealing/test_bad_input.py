"""What goes wrong with keys is said in words, in a program and at a terminal: no trace, and no blank."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.sealed import NEW, OLD, keys

import grassroots
from grassroots.cli import main
from grassroots.contracts.keys import KeyService, Wrapped
from grassroots.contracts.storage import Query, walk
from grassroots.errors import BadInput, Corrupt, GrassrootsError, Locked, Unreachable
from grassroots.locale import LANGUAGES, say
from grassroots.network import Network
from grassroots.workspace.sealing import HEADER, Header


@pytest.fixture
def town(tmp_path: Path) -> Path:
    path = tmp_path / "town.db"
    with opened(path) as network:
        network.desk("steward:o").members.register(name="卯大山", phone="14400000001")
    (tmp_path / "town.keys").write_text(f"k1:{OLD}")
    return path


def opened(path: Path, service: Any = None) -> Network:
    return grassroots.open(f"sqlite:///{path}", keys=service or keys(), network="default")


def change(path: Path, kind: str, id_: str | None, make: Callable[[bytes], bytes | None]) -> None:
    """Somebody with a tool for databases was here."""
    with sqlite3.connect(path) as there:
        rows = there.execute(f"SELECT id, body FROM r_{kind}").fetchall()
        for one, body in rows:
            if id_ in (None, one) and not (id_ is None and kind == "keyring" and one == "header"):
                new = make(bytes(body))
                if new is None:
                    there.execute(f"DELETE FROM r_{kind} WHERE id = ?", (one,))
                else:
                    there.execute(f"UPDATE r_{kind} SET body = ? WHERE id = ?", (new, one))
    there.close()


def said(error: GrassrootsError) -> str:
    """Both sentences; neither quotes a name or a key."""
    told = " ".join(say(error.code, error.facts, language) for language in LANGUAGES)
    assert "卯" not in told
    assert OLD not in told
    assert "Traceback" not in told
    return told


def edited(**fields: Any) -> Callable[[bytes], bytes]:
    return lambda body: json.dumps({**json.loads(body), **fields}).encode()


BAD_HEADERS: dict[str, Callable[[bytes], bytes | None]] = {
    "gone": lambda _: None,
    "empty": lambda _: b"",
    "cut off": lambda body: body[: len(body) // 2],
    "no JSON": lambda _: b"\xff\xfe",
    "a list": lambda _: b"[]",
    "a newer format": edited(f=99),
    "another master in use": edited(master="7"),
    "another index in use": edited(index="7"),
    "another former index": edited(former="7"),
    "no masters": edited(masters={}),
    "masters without names": edited(masters={"1": {}}),
    "masters that are no numbers": lambda body: body.replace(b'"1":{', b'"x":{'),
    "an empty box": edited(box=""),
    "a box of another": edited(box="AAAA" * 20),
    "another network's name": edited(uid="0" * 32),
}


@pytest.mark.parametrize("how", BAD_HEADERS)
def test_a_header_that_is_none_is_said_in_words(town: Path, how: str) -> None:
    change(town, "keyring", HEADER.id, BAD_HEADERS[how])
    with pytest.raises((Corrupt, Locked)) as refused:
        opened(town)
    assert said(refused.value)


BAD_RINGS: dict[str, Callable[[bytes], bytes | None]] = {
    "gone": lambda _: None,
    "empty": lambda _: b"",
    "cut off": lambda body: body[: len(body) // 2],
    "no JSON": lambda _: b"\x00",
    "a newer format": edited(f=99),
    "another master": edited(m="9"),
    "rubbish inside": edited(w="AAAA"),
    "nothing inside": edited(w=""),
    "no base64": edited(w="***"),
    "a number inside": edited(w=7),
}


@pytest.mark.parametrize("how", BAD_RINGS)
def test_a_ring_that_is_none_is_said_in_words_and_hides_no_other(town: Path, how: str) -> None:
    change(town, "keyring", None, BAD_RINGS[how])
    with pytest.raises((Corrupt, Locked)) as refused, opened(town) as network:
        network.desk("steward:o").members.all()
    assert said(refused.value)


BAD_BODIES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "cut off": lambda e: {**e, "c": e["c"][:-8]},
    "cut off to nothing": lambda e: {**e, "c": ""},
    "one letter changed": lambda e: {**e, "c": ("B" if e["c"][0] != "B" else "C") + e["c"][1:]},
    "no base64": lambda e: {**e, "c": "密"},
    "a number": lambda e: {**e, "c": 7},
    "nothing sealed": lambda e: {name: value for name, value in e.items() if name != "c"},
    "no groups": lambda e: {**e, "g": None},
    "groups are a list": lambda e: {**e, "g": []},
    "groups are empty": lambda e: {**e, "g": {}},
    "no key": lambda e: {name: value for name, value in e.items() if name != "u"},
    "a key of no ring": lambda e: {**e, "u": "nowhere.0"},
    "a place beyond the ring": lambda e: {**e, "u": e["u"].partition(".")[0] + ".99999"},
    "a place below the ring": lambda e: {**e, "u": e["u"].partition(".")[0] + ".-1"},
    "a key that is none": lambda e: {**e, "u": "k"},
    "a text": lambda _: "密",
}


@pytest.mark.parametrize("how", BAD_BODIES)
def test_a_body_that_does_not_open_is_said_in_words_and_never_a_blank(town: Path, how: str) -> None:
    def bad(body: bytes) -> bytes:
        data = json.loads(body)
        return json.dumps({"e": BAD_BODIES[how](data.pop("e")), **data}, separators=(",", ":")).encode()

    change(town, "member", None, bad)
    with opened(town) as network:
        desk = network.desk("steward:o")
        (id_,) = [row.ref.id for row in walk(desk.seat.office.storage, Query("member"))]
        for ask in (
            lambda: desk.members.get(id_),
            desk.members.all,
            lambda: desk.members.correct(id_, phone=None),
        ):  # type: ignore[arg-type]
            with pytest.raises((Corrupt, Locked)) as refused:
                ask()
            assert "member" in said(refused.value)


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("vault://secret/town", "No plugin knows"),
        ("file:", "not the key itself"),
        ("file:{}/nothing", "There is no key file"),
        ("file:{}", "cannot be read"),
        ("file:{}/binary", "no text"),
        ("file:{}/empty", "no key"),
        ("file:{}/short", "is no key"),
        ("file:{}/twice", "is no key"),
        ("file:{}/other", "not the one"),
        ("file:{}/missing", "k1"),
        ("env:", "not the key itself"),
        ("env:NOT_SET_AT_ALL", "empty or not set"),
        ("k1:" + OLD, "not the key itself"),
        (OLD, "not the key itself"),
        (":", "not the key itself"),
    ],
)
def test_a_source_of_keys_that_gives_none_is_said_at_a_terminal(
    town: Path, source: str, word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, content in {
        "binary": b"\xff\xfe\x00\x01", "empty": b"# nothing\n", "short": b"k1:aa",
        "twice": f"k1:{OLD}\nk1:{NEW}".encode(), "other": f"k1:{NEW}".encode(),
        "missing": f"k2:{NEW}".encode(),
    }.items():  # fmt: skip
        (town.parent / name).write_bytes(content)
    for language in LANGUAGES:
        words = ["keys", "check", "--network", f"sqlite:///{town}", "--language", language]
        assert main([*words, "--keys", source.format(town.parent)]) == 2
        told = capsys.readouterr()
        assert "Traceback" not in told.err + told.out
        assert OLD not in told.err + told.out
        assert language != "en" or word in told.err


@pytest.mark.parametrize("what", ["header", "ring", "body"])
def test_damage_is_said_at_a_terminal_and_nothing_is_written(
    town: Path, what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kind, id_ = {"header": ("keyring", HEADER.id), "ring": ("keyring", None), "body": ("member", None)}[what]
    change(
        town,
        kind,
        id_,
        lambda body: body.replace(b'"c":"', b'"c":"AAAA') if what == "body" else body[:-9],
    )
    out = tmp_path / "out.csv"
    words = ["register", "members", "--out", str(out), "--network", f"sqlite:///{town}", "--language", "en"]
    assert main([*words, "--keys", f"file:{town.parent / 'town.keys'}"]) == 2
    told = capsys.readouterr()
    assert "Traceback" not in told.err
    assert told.err.strip()
    assert not out.exists()


class Service(KeyService):
    """A key service of a plugin, which may misbehave."""

    def __init__(self, secret: object) -> None:
        self.secret, self.good = secret, keys()

    current = "k1"

    def known(self) -> tuple[str, ...]:
        return ("k1",)

    def wrap(self, secret: bytes, bound_to: bytes) -> Wrapped:
        return self.good.wrap(secret, bound_to)

    def unwrap(self, wrapped: Wrapped, bound_to: bytes) -> bytes:
        if isinstance(self.secret, BaseException):
            raise self.secret
        return self.secret  # type: ignore[return-value]


@pytest.mark.parametrize("gives", [b"", bytes(31), bytes(32), None, "text"])
def test_a_service_that_gives_something_else_is_said_in_words(town: Path, gives: object) -> None:
    with pytest.raises((Corrupt, Locked, BadInput)) as refused:
        opened(town, Service(gives))
    assert said(refused.value)


def test_a_service_that_cannot_be_asked_says_so(town: Path) -> None:
    with pytest.raises(Unreachable):
        opened(town, Service(Unreachable()))


def test_a_header_of_this_version_is_read() -> None:
    """So that the others are refused for what is wrong with them and for nothing else."""
    with grassroots.open("memory://", keys=keys()) as network:
        storage = network.desk("steward:o").seat.office.storage
        body = storage.read((HEADER,))[HEADER].body
        assert Header.read(body).put().body == body
