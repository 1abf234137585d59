"""What is written: one act as one batch, with the facts of it and all that it rested on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import final

from attrs import field, frozen

from grassroots.contracts.storage import limits
from grassroots.contracts.storage.keys import Erase, Position, Put, Ref
from grassroots.contracts.storage.query import Seen
from grassroots.errors import BadInput

Write = Put | Erase


def _most(what: str, found: int, most: int) -> None:
    if found > most:
        raise BadInput("storage-too-many", what=what, found=found, most=most)


def _refs(about: Iterable[Ref]) -> tuple[Ref, ...]:
    return tuple(about)


@final
@frozen
class Fact:
    """One thing that happened: the records it is about (at most 1,000) and an opaque body.

    Bodies of facts carry references, whole numbers and short codes, never a person's name: the journal
    is never rewritten.
    """

    about: tuple[Ref, ...] = field(default=(), converter=_refs)
    body: bytes = field(default=b"", converter=limits.body_bytes)

    def __attrs_post_init__(self) -> None:
        _most("about", len(self.about), limits.FACT_ABOUT)


@final
@frozen
class Entry:
    """A fact in the journal, with its position and the id of the batch that brought it."""

    position: Position
    batch: str
    fact: Fact


def _facts(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    return tuple(facts)


def _seen(seen: Iterable[Seen]) -> tuple[Seen, ...]:
    return tuple(seen)


def _writes(writes: Iterable[Write]) -> tuple[Write, ...]:
    return tuple(writes)


def _act(id: str) -> str:
    return limits.identifier(id, limits.BATCH_ID_CHARACTERS, "storage-batch-id")


def _digest(digest: str) -> str:
    return limits.sound(digest, limits.BATCH_ID_CHARACTERS, "storage-batch-id")


def _bases(based_on: Mapping[Ref, Position]) -> Mapping[Ref, Position]:
    _most("based_on", len(based_on), limits.BATCH_BASES)
    for ref, base in based_on.items():
        if type(base) is not int or base < 0:
            raise BadInput("storage-base", ref=str(ref), what=str(base))
    return MappingProxyType(dict(based_on))


@final
@frozen
class Batch:
    """One act, written whole or not at all.

    ``id`` names the act (a form, a paper sheet), not the attempt; ``digest`` says what was asked, so that
    the same id for another thing is refused. ``based_on`` names every record the decision rested on,
    written or merely read, with the revision that was seen (0: it did not exist); ``seen`` every question.

    Limits: 1-1,000 facts, at most 1,000 writes, one write a record, every written record in ``based_on``,
    8 MiB of bodies together, and at most 10,000 bases, seen rows and references of facts.
    """

    id: str = field(converter=_act)
    facts: tuple[Fact, ...] = field(converter=_facts)
    based_on: Mapping[Ref, Position] = field(factory=dict, converter=_bases, hash=False)
    seen: tuple[Seen, ...] = field(default=(), converter=_seen)
    writes: tuple[Write, ...] = field(default=(), converter=_writes)
    digest: str = field(default="", converter=_digest)

    def __attrs_post_init__(self) -> None:
        if not self.facts:
            raise BadInput("storage-no-fact", what=self.id)
        _most("facts", len(self.facts), limits.BATCH_FACTS)
        _most("writes", len(self.writes), limits.BATCH_WRITES)
        _most("seen", sum([len(seen.rows) for seen in self.seen]), limits.BATCH_BASES)
        _most("about", sum([len(fact.about) for fact in self.facts]), limits.BATCH_ABOUT)
        written = self._written(self.writes)
        size = sum([len(fact.body) for fact in self.facts])
        size += sum([len(write.body) for write in self.writes if isinstance(write, Put)])
        _most("bytes", size, limits.BATCH_BYTES)
        for ref in written:
            if ref not in self.based_on:
                raise BadInput("storage-no-base", ref=str(ref))

    @staticmethod
    def _written(writes: Iterable[Write]) -> set[Ref]:
        found: set[Ref] = set()
        for write in writes:
            if write.ref in found:
                raise BadInput("storage-written-twice", ref=str(write.ref))
            found.add(write.ref)
        return found
