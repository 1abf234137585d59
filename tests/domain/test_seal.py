"""Seals: the bytes that are hashed, the code on the notice board, and the word at the end."""

from __future__ import annotations

import hashlib
import struct
from datetime import UTC, datetime

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grassroots.contracts.storage import Entry, Fact, Ref
from grassroots.domain.seal import (
    ALPHABET,
    Anchor,
    Finding,
    Level,
    Seal,
    SealHash,
    SealKeyWanted,
    Verification,
    Word,
    code_of,
    seal_id,
)
from grassroots.errors import BadInput

AT = datetime(2021, 7, 2, 1, 0, tzinfo=UTC)
HASHES = st.binary(min_size=32, max_size=32).map(bytes.hex)
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=12)
REFS = st.builds(Ref, st.sampled_from(["member", "station", "m"]), TEXTS)
FACTS = st.builds(Fact, st.lists(REFS, max_size=3), st.binary(max_size=20))
JOURNALS = st.lists(st.tuples(TEXTS, FACTS), max_size=6)


def entries(journal: list[tuple[str, Fact]]) -> list[Entry]:
    return [Entry(position, batch, fact) for position, (batch, fact) in enumerate(journal, 1)]


def hashed(journal: list[tuple[str, Fact]], *, pages: int = 100) -> str:
    made = SealHash(None, number=1, first=1, last=max(1, len(journal)))
    every = entries(journal)
    for start in range(0, len(every), pages):
        made.add(every[start : start + pages])
    return made.hex


def seal(number: int = 1, hash: str = "ab" * 32, **fields: object) -> Seal:
    made = Seal(id=seal_id(number), number=number, first=1, last=4, hash=hash, sealed_at=AT)
    return attrs.evolve(made, **fields)


def test_the_hash_is_over_the_bytes_that_its_page_describes() -> None:
    fact = Fact((Ref("member", "M1"), Ref("station", "站")), b'{"t":"x"}')
    made = SealHash("cd" * 32, number=2, first=8, last=8)
    made.add([Entry(8, "act", fact)])
    about = b"member\0M1\0station\0\xe7\xab\x99"
    told = b"grassroots-seal-1\0" + b"\xcd" * 32 + struct.pack(">QQQ", 2, 8, 8)
    told += struct.pack(">QIII", 8, 3, len(about), 9) + b"act" + about + b'{"t":"x"}'
    assert made.hex == hashlib.sha256(told).hexdigest()


@given(JOURNALS, JOURNALS)
def test_two_journals_never_give_the_same_bytes_to_hash(
    one: list[tuple[str, Fact]], other: list[tuple[str, Fact]]
) -> None:
    assert (hashed(one) == hashed(other)) == (one == other)


@given(JOURNALS, st.integers(1, 4))
def test_how_the_journal_is_paged_does_not_matter(journal: list[tuple[str, Fact]], pages: int) -> None:
    assert hashed(journal, pages=pages) == hashed(journal)


@given(TEXTS, TEXTS)
def test_what_moves_from_one_field_to_the_next_is_seen(batch: str, rest: str) -> None:
    assert hashed([(batch + rest, Fact((), b""))]) != hashed([(batch, Fact((), rest.encode()))])
    assert hashed([("b", Fact((Ref("m", batch + rest),)))]) != hashed([("b", Fact((Ref("m", batch),)))])


@given(HASHES, st.integers(1, 99999))
def test_a_code_is_found_again_however_somebody_types_it(hash: str, number: int) -> None:
    stands = seal(number, hash)
    for text in (
        stands.code,
        stands.code.lower(),
        stands.code.replace("-", ""),
        stands.code.replace("-", " — "),
    ):
        assert Anchor.parse(text).fits(stands), text
    assert Anchor.parse(code_of(hash)).fits(stands)
    assert Anchor.parse(hash.upper()).fits(stands)
    assert not Anchor.parse(seal(number + 1, hash).code).fits(stands)


@given(HASHES, st.integers(0, 79))
def test_a_code_tells_80_bits_apart_in_letters_that_nobody_mistakes(hash: str, bit: int) -> None:
    other = f"{int(hash, 16) ^ (1 << (255 - bit)):064x}"
    assert code_of(hash) != code_of(other)
    assert set(code_of(hash)) <= set(ALPHABET) | {"-"}
    assert not set("01OI") & set(ALPHABET)
    assert [len(group) for group in code_of(hash).split("-")] == [4, 4, 4, 4]


@pytest.mark.parametrize(
    "text", ["", "7", "7-ABCD-EFGH-JKLM", "7-ABCD-EFGH-JKLM-NPQ0", "x-ABCD-EFGH-JKLM-NPQR"]
)
def test_what_is_no_code_is_refused(text: str) -> None:
    with pytest.raises(BadInput) as told:
        Anchor.parse(text)
    assert told.value.code == "seal-anchor-unreadable"


def test_a_seal_follows_the_one_before_it() -> None:
    first = Seal.make(None, last=4, hash="ab" * 32, at=AT).after
    step = Seal.make(first, last=9, hash="cd" * 32, at=AT)
    assert (step.after.number, step.after.first, step.after.last) == (2, 5, 9)
    (event,) = step.happened
    assert attrs.asdict(event) == {"number": 2, "first": 5, "last": 9, "hash": "cd" * 32}


def test_a_network_that_signs_goes_on_signing() -> None:
    signed = Seal.make(
        None, last=4, hash="ab" * 32, at=AT, public_key="k", sign=lambda told: told.hex()
    ).after
    assert bytes.fromhex(signed.signature) == signed.message
    with pytest.raises(SealKeyWanted):
        Seal.make(signed, last=9, hash="cd" * 32, at=AT)


@pytest.mark.parametrize(
    "wrong",
    [
        {"number": 0, "id": seal_id(0)},
        {"first": 0},
        {"last": 0},
        {"first": 9},
        {"hash": "AB" * 32},
        {"hash": "ab"},
        {"id": "1"},
        {"signature": "ab"},
        {"public_key": "ab"},
    ],
)
def test_a_seal_that_cannot_be_one_does_not_exist(wrong: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        seal(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("changed", [{"number": 2}, {"last": 5}, {"first": 2}, {"hash": "cd" * 32}])
def test_a_signature_covers_the_whole_seal(changed: dict[str, object]) -> None:
    number = int(str(changed.get("number", 1)))
    assert seal(1).message != attrs.evolve(seal(number), **changed).message
    assert seal(1).message != seal(1, sealed_at=AT.replace(hour=2)).message


FACTS_OF = {"head": 9}


@pytest.mark.parametrize(
    ("found", "word", "position"),
    [
        ([], Word.INTACT, 9),
        ([Finding("seal-finding-record", 7), Finding("seal-finding-gap", 3)], Word.CHANGED, 3),
        ([Finding("seal-finding-tail", 6)], Word.SHORTENED, 6),
        # A record whose last version lies behind the cut looks changed before it.
        ([Finding("seal-finding-tail", 6), Finding("seal-finding-deleted", 2)], Word.SHORTENED, 6),
        ([Finding("seal-finding-tail", 6), Finding("seal-finding-hash", 2)], Word.CHANGED, 2),
        ([Finding("seal-finding-anchor-ahead", 6), Finding("seal-finding-record", 2)], Word.CHANGED, 2),
    ],
)
def test_the_word_is_the_earliest_thing_that_is_wrong(
    found: list[Finding], word: Word, position: int
) -> None:
    ended = Verification.of(found, FACTS_OF, Level.CHAIN)
    assert (ended.word, ended.position) == (word, position)


def test_nothing_found_and_nothing_that_vouches_is_not_provable() -> None:
    assert Verification.of([], FACTS_OF, Level.NONE).word is Word.NOT_PROVABLE
