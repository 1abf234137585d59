"""A seal: a hash over a stretch of the journal, chained to the seal before it.

Whoever changes, inserts, swaps or removes an entry below a seal makes its hash wrong. Whoever recomputes all
hashes as well is stopped by a signature (a key outside the database) or by an *anchor*: the short code of a
seal that hangs on the notice board, or its whole hash. docs/explanation/what-seals-prove.md says which level
stops whom.

The hash is SHA-256 over these bytes, numbers being big-endian: ``grassroots-seal-1`` and a zero byte; the
hash of the seal before (32 bytes, zeros for the first); number, first and last position (8 bytes each); then
for each entry its position (8 bytes), the lengths of batch id, references and body (4 bytes each), and these
three as they are stored: UTF-8, the references as ``kind NUL id NUL kind NUL id`` (neither can hold a NUL).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from enum import StrEnum
from struct import Struct
from typing import Any, Self, final

import attrs

from grassroots.contracts.storage import Entry
from grassroots.domain.step import Event, Step
from grassroots.errors import BadInput, Refused

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""32 letters that are not mistaken for each other on paper: no 0 and O, no 1 and I."""

CODE_LETTERS = 16
"""80 bits: to find another journal with the same code takes 2**80 tries; short enough to copy by hand."""

_LABEL = b"grassroots-seal-1\0"
_RANGE = Struct(">QQQ")
_ENTRY = Struct(">QIII")
_HEX = re.compile(r"[0-9a-f]{64}")


@final
@attrs.frozen(kw_only=True)
class Sealed(Event):
    """The journal was sealed from ``first`` to ``last``."""

    number: int
    first: int
    last: int
    hash: str


@final
class SealKeyWanted(Refused):
    """The last seal is signed: an unsigned one after it would look like a forged one."""

    code = "seal-key-wanted"


def _at_least_one(_: object, field: attrs.Attribute[int], value: int) -> None:
    if value < 1:
        raise BadInput("seal-wrong", what=field.name)


def _hash_text(_: object, field: attrs.Attribute[str], value: str) -> None:
    if not _HEX.fullmatch(value):
        raise BadInput("seal-wrong", what=field.name)


@final
@attrs.frozen(kw_only=True)
class Seal:
    """One seal. ``sealed_at`` is aware; hash, key and signature are lower-case hex; unsigned: both empty."""

    id: str
    number: int = attrs.field(validator=_at_least_one)
    first: int = attrs.field(validator=_at_least_one)
    last: int = attrs.field(validator=_at_least_one)
    hash: str = attrs.field(validator=_hash_text)
    sealed_at: datetime
    public_key: str = ""
    signature: str = ""

    def __attrs_post_init__(self) -> None:
        if self.last < self.first or self.id != seal_id(self.number):
            raise BadInput("seal-wrong", what="last" if self.last < self.first else "id")
        if bool(self.public_key) != bool(self.signature):
            raise BadInput("seal-wrong", what="signature")

    @property
    def code(self) -> str:
        """What to print for the notice board: the number and 80 bits of the hash, in groups of four."""
        return f"{self.number}-{code_of(self.hash)}"

    @property
    def message(self) -> bytes:
        """What is signed."""
        moment = self.sealed_at.astimezone(UTC).isoformat()
        return f"grassroots-seal-1 {self.number} {self.first} {self.last} {self.hash} {moment}".encode()

    @classmethod
    def make(
        cls,
        previous: Self | None,
        *,
        last: int,
        hash: str,
        at: datetime,
        public_key: str = "",
        sign: Callable[[bytes], str] | None = None,
    ) -> Step[Self]:
        """The seal after ``previous``. SealKeyWanted if that one is signed and this one would not be."""
        if previous is not None and previous.signature and sign is None:
            raise SealKeyWanted(seal=previous.number)
        number = 1 if previous is None else previous.number + 1
        first = 1 if previous is None else previous.last + 1
        seal = cls(id=seal_id(number), number=number, first=first, last=last, hash=hash, sealed_at=at)
        if sign is not None:
            seal = attrs.evolve(seal, public_key=public_key, signature=sign(seal.message))
        return Step(seal, (Sealed(number=number, first=first, last=last, hash=hash),))


def seal_id(number: int) -> str:
    """The id of a seal: its number, of one width so that ids sort by it; two sealers cannot both take it."""
    return f"{number:010d}"


def code_of(hash: str) -> str:
    """The first 80 bits of a hash as 16 letters, in groups of four."""
    bits = int(hash[: CODE_LETTERS * 5 // 4], 16)
    letters = "".join(ALPHABET[(bits >> 5 * place) & 31] for place in reversed(range(CODE_LETTERS)))
    return "-".join(letters[start : start + 4] for start in range(0, CODE_LETTERS, 4))


@final
class SealHash:
    """The hash of one seal in the making: entries are added in order, and memory does not grow."""

    def __init__(self, previous: str | None, *, number: int, first: int, last: int) -> None:
        self._hash = hashlib.sha256(_LABEL + bytes.fromhex(previous or "00" * 32))
        self._hash.update(_RANGE.pack(number, first, last))

    def add(self, entries: Iterable[Entry]) -> None:
        """Add entries as they are stored."""
        pack = _ENTRY.pack
        parts: list[bytes] = []
        for entry in entries:
            fact = entry.fact
            batch, body, refs = entry.batch.encode(), fact.body, fact.about
            if len(refs) == 1:  # most facts are about one record
                about = f"{refs[0].kind}\0{refs[0].id}".encode()
            else:
                about = "\0".join([word for ref in refs for word in (ref.kind, ref.id)]).encode()
            parts += (pack(entry.position, len(batch), len(about), len(body)), batch, about, body)
        self._hash.update(b"".join(parts))

    @property
    def hex(self) -> str:
        """The hash over all that was added."""
        return self._hash.hexdigest()


@final
@attrs.frozen
class Anchor:
    """What was kept outside of a seal: its code or whole hash, and its number if that was written down."""

    number: int | None
    code: str

    @classmethod
    def parse(cls, text: str) -> Anchor:
        """Read "7-ABCD-EFGH-JKLM-NPQR" as somebody types it, or the hash; BadInput if it is neither."""
        plain = re.sub(r"[\s\-_‐‑‒–—－]", "", text)
        if _HEX.fullmatch(plain.lower()):
            return cls(None, plain.lower())
        number, letters = plain[:-CODE_LETTERS], plain[-CODE_LETTERS:].upper()
        if len(letters) < CODE_LETTERS or set(letters) - set(ALPHABET) or (number and not number.isdecimal()):
            raise BadInput("seal-anchor-unreadable", what=text)
        grouped = "-".join(letters[start : start + 4] for start in range(0, CODE_LETTERS, 4))
        return cls(int(number) if number else None, grouped)

    def fits(self, seal: Seal) -> bool:
        """Whether it was taken from this very seal."""
        if self.number not in (None, seal.number):
            return False
        return self.code in (seal.hash, code_of(seal.hash))


class Word(StrEnum):
    """How a verification ends."""

    INTACT = "intact"  # all that the level promises was checked and holds
    CHANGED = "changed"  # at a position something is not what was written
    SHORTENED = "shortened"  # after a position something is missing
    NOT_PROVABLE = "not-provable"  # nothing contradicts, and nothing vouches: no seal, or none signed


class Level(StrEnum):
    """What stands behind the word: who would have had to take part in a forgery."""

    NONE = "none"  # nobody: no seal vouches for anything
    CHAIN = "chain"  # hashes alone: stops accidents and careless edits, not who recomputes them
    SIGNED = "signed"  # also a key outside the database
    ANCHORED = "anchored"  # also codes outside of the house


SHORTENING = frozenset({"seal-finding-tail", "seal-finding-ahead", "seal-finding-anchor-ahead"})
"""Findings that say that the end is missing; all others say that something was changed."""

_OF_RECORDS = frozenset(
    f"seal-finding-{one}"
    for one in ("deleted", "record", "erased", "unknown", "unreadable", "keys", "counts")
)

LEVELS = {
    "seal-finding-unsigned": Level.SIGNED,
    "seal-finding-signature": Level.SIGNED,
    "seal-finding-key": Level.SIGNED,
    "seal-finding-anchor": Level.ANCHORED,
    "seal-finding-anchor-ahead": Level.ANCHORED,
}
"""The level on which a finding is made; all others on the chain alone."""


@final
@attrs.frozen
class Finding:
    """One thing that does not hold: a code, the position in the journal, and what it is about."""

    code: str
    position: int
    about: str = ""


@final
@attrs.frozen(kw_only=True)
class Verification:
    """How it ended. ``position``: where it was changed, after which it was shortened, else the head.

    ``facts`` count what was checked: head, entries, records, seals, and up to which position the journal is
    sealed, signed (by a key that was given) and anchored; 0 is not at all. ``findings`` are the first ones.
    """

    word: Word
    position: int
    level: Level
    facts: dict[str, Any]
    findings: tuple[Finding, ...] = ()

    @classmethod
    def of(cls, findings: Iterable[Finding], facts: dict[str, Any], reached: Level) -> Verification:
        """The word for what was found; ``reached`` is the level that was checked to the end."""
        found = sorted(findings, key=lambda one: (one.position, one.code, one.about))
        facts = {**facts, "findings": len(found)}
        if not found:
            word = Word.NOT_PROVABLE if reached is Level.NONE else Word.INTACT
            return cls(word=word, position=facts["head"], level=reached, facts=facts)
        first = next((one for one in found if one.code not in SHORTENING), found[0])
        cut = next((one for one in found if one.code in SHORTENING), None)
        if cut is not None and LEVELS.get(cut.code) is None:
            # Records that were written or erased after the cut look changed before it: only what is wrong
            # in the journal itself counts there.
            first = next((one for one in found if one.code not in SHORTENING | _OF_RECORDS), cut)
            first = cut if cut.position < first.position else first
        word = Word.SHORTENED if first.code in SHORTENING else Word.CHANGED
        level = LEVELS.get(first.code, Level.CHAIN)
        return cls(word=word, position=first.position, level=level, facts=facts, findings=tuple(found[:20]))
