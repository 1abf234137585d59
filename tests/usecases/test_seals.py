"""What sealing promises: an honest network is intact, and no edit goes unseen where it must not."""

from __future__ import annotations

import sqlite3
from datetime import date
from pathlib import Path
from random import Random
from threading import Event, Thread

import attrs
import pytest
from tests.usecases.seal_forging import (
    CLASSES,
    Forged,
    World,
    act_at_random,
    cut_cleanly,
    recompute,
    rewrite,
    world,
)
from tests.usecases.second_verifier import holds

import grassroots
from grassroots.contracts.storage import Ref
from grassroots.contracts.tables import Book, Sheet
from grassroots.desk import Desk
from grassroots.domain.seal import Level, SealKeyWanted, Verification, Word
from grassroots.domain.station import StationKind
from grassroots.errors import BadInput, Denied, GrassrootsError, Missing
from grassroots.workspace.signing import Signer
from grassroots.workspace.verifying import verifier

KEY, OTHER = "5e" * 32, "07" * 32
SEEDS = range(4)
pytest.importorskip("cryptography")


@pytest.fixture(scope="module")
def worlds() -> list[World]:
    return [world(seed) for seed in SEEDS]


@pytest.fixture(scope="module")
def signed() -> list[World]:
    return [world(seed, key=KEY) for seed in SEEDS]


def verified(told: World, storage: Forged, **asked: object) -> Verification:
    return told.desk(storage).seals.verify(**asked)  # type: ignore[arg-type]


def kinds(told: World) -> list[str]:
    return [spec.name for spec in told.seat.office.kinds]


def second(
    told: World, storage: Forged, *, keys: tuple[str, ...] = (), anchors: tuple[str, ...] = ()
) -> bool:
    return holds(storage, kinds(told), set(keys), set(anchors))


# -- sealing ----------------------------------------------------------------------------------------------
def test_sealing_nothing_new_writes_nothing(desk: Desk) -> None:
    desk.members.register(name="甲")
    first = desk.seals.seal()
    head = desk.seat.office.storage.head()
    assert desk.seals.seal() == first
    assert desk.seat.office.storage.head() == head
    desk.members.register(name="乙")
    second_ = desk.seals.seal()
    assert first is not None
    assert second_ is not None
    assert (second_.number, second_.first) == (2, first.last + 1)
    assert desk.seals.all() == [first, second_]
    assert desk.seals.latest() == second_


def test_a_seal_is_for_the_office_and_its_jobs(desk: Desk, network: grassroots.Network) -> None:
    for who in ("clerk:li", "volunteer:wang", "auditor:committee"):
        with pytest.raises(Denied):
            network.desk(who).seals.seal()
    assert network.desk("system:nightly").seals.seal() is not None
    assert network.desk("auditor:committee").seals.verify().word is Word.INTACT


def test_a_network_that_signs_is_not_sealed_without_a_key(desk: Desk) -> None:
    desk.seals.seal(KEY)
    desk.members.register(name="甲")
    with pytest.raises(SealKeyWanted):
        desk.seals.seal()
    desk.seals.seal(KEY)
    assert desk.seals.verify(public_keys=[desk.seals.all()[0].public_key]).word is Word.INTACT


def test_a_key_may_change_if_both_are_known(desk: Desk) -> None:
    one = desk.seals.seal(KEY)
    desk.members.register(name="甲")
    other = desk.seals.seal(OTHER)
    assert one is not None
    assert other is not None
    assert desk.seals.verify(public_keys=[one.public_key, other.public_key]).word is Word.INTACT
    assert desk.seals.verify(public_keys=[one.public_key]).word is Word.CHANGED


def test_what_cannot_be_read_is_refused_and_never_repeats_the_key(desk: Desk) -> None:
    with pytest.raises(BadInput) as told:
        desk.seals.seal("not a key")
    assert "not a key" not in str(told.value)
    with pytest.raises(BadInput):
        desk.seals.verify(anchors=["0-OOPS"])
    with pytest.raises(Missing):
        desk.seals.verify(since=7)


def test_a_network_without_a_seal_or_without_the_asked_signature_is_not_provable(desk: Desk) -> None:
    assert desk.seals.verify().word is Word.NOT_PROVABLE
    desk.seals.seal()
    assert desk.seals.verify().word is Word.INTACT
    assert desk.seals.verify(public_keys=["ab" * 32]).word is Word.NOT_PROVABLE


def test_two_who_seal_at_once_make_two_seals_or_one_and_never_a_fork(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/n.db"
    with grassroots.open(url) as network:
        desk = network.desk("steward:office")

        def work() -> None:
            for _ in range(8):
                desk.members.register(name="甲")
                desk.seals.seal()

        threads = [Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seals = desk.seals.all()
        assert [one.number for one in seals] == list(range(1, len(seals) + 1))
        assert desk.seals.verify(anchors=[one.code for one in seals]).word is Word.INTACT


# -- an honest network is intact --------------------------------------------------------------------------
@pytest.mark.parametrize("seed", range(100, 112))
def test_an_honest_network_is_always_intact(seed: int) -> None:
    chance = Random(seed)
    key = KEY if chance.random() < 0.5 else None
    with grassroots.open("memory:", entropy=chance.randbytes) as network:
        desk = network.desk("steward:office")
        desk.stations.found(kind=StationKind.POST, name="驿站")
        anchors: list[str] = []
        for _ in range(25):
            act_at_random(desk, chance)
            if chance.random() < 0.25:
                seal = desk.seals.seal(key)
                assert seal is not None
                anchors.append(chance.choice([seal.code, seal.hash, seal.code.lower()]))
                keys = [seal.public_key] if key else []
                ended = desk.seals.verify(anchors=anchors, public_keys=keys)
                assert (ended.word, ended.level) == (Word.INTACT, Level.ANCHORED), ended
                since = chance.randrange(1, seal.number + 1)
                assert desk.seals.verify(since=since, anchors=anchors, public_keys=keys).word is Word.INTACT
            assert desk.seals.verify().word is (Word.INTACT if anchors else Word.NOT_PROVABLE)


def test_an_imported_network_is_intact(desk: Desk) -> None:
    header = ("姓名", "性别", "出生年月", "联系电话")
    rows = tuple((f"林小{chr(0x4E00 + number)}", "女", "1952-07", "") for number in range(300))
    book = Book(
        name="people.csv",
        digest="ab" * 32,
        form="csv",
        sheets=(Sheet(name="人员花名册", rows=(header, *rows)),),
    )
    plan = desk.intake.plan(book)
    assert desk.intake.apply(plan) > 0
    desk.seals.seal()
    ended = desk.seals.verify()
    assert ended.word is Word.INTACT
    assert ended.facts["records"] > 600


def test_a_network_that_is_written_while_it_is_verified_is_intact(tmp_path: Path) -> None:
    with grassroots.open(f"sqlite:///{tmp_path}/n.db") as network:
        desk = network.desk("steward:office")
        desk.stations.found(kind=StationKind.POST, name="驿站")
        for number in range(60):
            act_at_random(desk, Random(number))
        done, trouble = Event(), []

        def work(seed: int) -> None:
            chance = Random(seed)
            while not done.is_set():
                try:
                    act_at_random(desk, chance)
                    if chance.random() < 0.1:
                        desk.seals.seal()
                except GrassrootsError:
                    pass  # two withdrew the same patrol
                except Exception as error:
                    trouble.append(error)
                    return

        threads = [Thread(target=work, args=(seed,)) for seed in (1, 2, 3)]
        for thread in threads:
            thread.start()
        before = desk.seat.office.storage.head()
        try:
            runs = 0
            while not trouble and (runs < 25 or desk.seat.office.storage.head() < before + 100):
                ended = desk.seals.verify()
                assert not ended.findings, ended
                runs += 1
        finally:
            done.set()
            for thread in threads:
                thread.join()
        assert not trouble


def test_memory_is_shared_out_and_every_share_finds_its_own(
    worlds: list[World], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifier, "AT_ONCE", 7)
    told = worlds[0]
    assert verified(told, told.copy()).word is Word.INTACT
    for ref in told.records:
        forged = told.copy()
        del forged.records[ref]
        assert verified(told, forged).word is Word.CHANGED, ref


# -- no edit goes unseen ----------------------------------------------------------------------------------
def sweep(told: World, name: str, edits: int, seed: int) -> None:
    chance = Random(f"{name}/{seed}")
    for number in range(edits):
        forged = told.copy()
        CLASSES[name](told, forged, chance)
        ended = verified(told, forged)
        assert ended.word in (Word.CHANGED, Word.SHORTENED), (name, number, ended)
        assert ended.level is Level.CHAIN
        assert 0 <= ended.position <= len(told.entries) + 1
        # The second verifier reads bytes alone and knows no kind: keys are beyond it.
        assert second(told, forged) is (name == "rekey"), (name, number)


@pytest.mark.in_clear(reason="verifies forged storages under an office of its own, without keys")
@pytest.mark.parametrize("name", CLASSES)
def test_every_edit_is_seen_by_the_chain_alone(name: str, worlds: list[World]) -> None:
    for seed, told in enumerate(worlds):
        assert verified(told, told.copy()).word is Word.INTACT
        assert second(told, told.copy())
        sweep(told, name, 100, seed)


@pytest.mark.slow
@pytest.mark.parametrize("name", CLASSES)
def test_every_one_of_many_edits_is_seen_by_the_chain_alone(name: str) -> None:
    for seed in range(20, 30):
        sweep(world(seed, acts=18), name, 150, seed)


def forge_everything(unsigned: World, signed: World, chance: Random) -> None:
    """The forger who computes everything anew: unseen by the chain, seen by signature and by anchor."""
    forged = unsigned.copy()
    recompute(unsigned, forged, chance)
    ended = verified(unsigned, forged)
    assert (ended.word, ended.level) == (Word.INTACT, Level.CHAIN)
    assert second(unsigned, forged)
    anchor = unsigned.seals[-1]
    for text in (anchor.code, anchor.hash, anchor.code.partition("-")[2]):
        ended = verified(unsigned, forged, anchors=[text])
        assert ended.word in (Word.CHANGED, Word.SHORTENED)
        assert ended.level is Level.ANCHORED
    assert not second(unsigned, forged, anchors=(anchor.hash,))

    public_key = signed.seals[0].public_key
    for own in (None, Signer.read(OTHER)):
        forged = signed.copy()
        recompute(signed, forged, chance, own)
        assert verified(signed, forged).word is Word.INTACT
        ended = verified(signed, forged, public_keys=[public_key])
        assert ended.word is not Word.INTACT
        assert not second(signed, forged, keys=(public_key,))
        assert verified(signed, forged, anchors=[signed.seals[-1].code]).word is Word.CHANGED


@pytest.mark.in_clear(reason="verifies forged storages under an office of its own, without keys")
def test_who_computes_everything_anew_is_seen_by_a_signature_and_by_an_anchor_and_not_before(
    worlds: list[World], signed: list[World]
) -> None:
    chance = Random(1)
    for _ in range(25):
        for one, other in zip(worlds, signed, strict=True):
            forge_everything(one, other, chance)


@pytest.mark.slow
def test_many_who_compute_everything_anew_are_seen(worlds: list[World], signed: list[World]) -> None:
    chance = Random(2)
    for _ in range(350):
        for one, other in zip(worlds, signed, strict=True):
            forge_everything(one, other, chance)


def test_a_clean_cut_is_seen_by_an_anchor_alone(signed: list[World]) -> None:
    chance = Random(3)
    for _ in range(20):
        for told in signed:
            forged = told.copy()
            left = cut_cleanly(told, forged, chance)
            keys = [told.seals[0].public_key]
            assert verified(told, forged, public_keys=keys).word is Word.INTACT
            older = [one.code for one in told.seals[:left]]
            assert verified(told, forged, anchors=older).word is Word.INTACT
            ended = verified(told, forged, anchors=[told.seals[-1].code], public_keys=keys)
            assert (ended.word, ended.position) == (Word.SHORTENED, told.seals[left - 1].last)
            assert ended.level is Level.ANCHORED


def test_a_wrong_signature_is_seen_also_when_nobody_gave_a_key(signed: list[World]) -> None:
    told = signed[0]
    seal = attrs.evolve(told.seals[-1], signature="ab" * 64)
    office = told.seat.office
    forged = told.copy()
    body = office.codec.encode(office.kinds.of(type(seal)), seal, bytes(16), {})
    rewrite(forged, Ref("seal", seal.id), body)
    ended = verified(told, forged)
    assert (ended.word, ended.level) == (Word.CHANGED, Level.SIGNED)


def test_a_signature_that_was_left_away_is_seen(signed: list[World]) -> None:
    for told in signed:
        seal = attrs.evolve(told.seals[-1], public_key="", signature="")
        office = told.seat.office
        forged = told.copy()
        rewrite(
            forged,
            Ref("seal", seal.id),
            office.codec.encode(office.kinds.of(type(seal)), seal, bytes(16), {}),
        )
        for keys in ([], [told.seals[0].public_key]):
            ended = verified(told, forged, public_keys=keys)
            assert (ended.word, ended.position, ended.level) == (Word.CHANGED, seal.first, Level.SIGNED)


# -- in the file itself -----------------------------------------------------------------------------------
FILE_EDITS = (
    "UPDATE journal SET body = CAST(replace(body, 'member', 'nember') AS BLOB) WHERE position = 4",
    "UPDATE journal SET body = 'text' WHERE position = 4",
    'UPDATE journal SET about = \'[["member","X"]]\' WHERE position = 4',
    "UPDATE journal SET about = 'rubbish' WHERE position = 4",
    "UPDATE journal SET batch = CAST(x'ff' AS TEXT) WHERE position = 4",
    "UPDATE journal SET position = 400 WHERE position = 4",
    "DELETE FROM journal WHERE position = 4",
    "DELETE FROM journal WHERE position > 4",
    "UPDATE network SET head = 4",
    "UPDATE network SET head = head + 1",
    "UPDATE r_member SET body = CAST('{}' AS BLOB) WHERE rowid = 1",
    "UPDATE r_member SET body = 'text' WHERE rowid = 1",
    "UPDATE r_member SET revision = 'text' WHERE rowid = 1",
    "UPDATE r_member SET revision = revision + 1 WHERE rowid = 1",
    "UPDATE r_member SET revision = 1000 WHERE rowid = 1",
    "UPDATE r_member SET id = CAST(x'ff' AS TEXT) WHERE rowid = 1",
    "UPDATE r_member SET id = 'another' WHERE rowid = 1",
    "DELETE FROM r_member WHERE rowid = 1",
    "UPDATE r_member SET k_status = 'left' WHERE rowid = 2",
    "UPDATE r_member SET k_phone = NULL",
    "UPDATE r_member SET k_names = '[]' WHERE rowid = 3",
    "DELETE FROM r_seal WHERE id = '0000000001'",
    "DELETE FROM r_seal",
    "UPDATE r_seal SET body = CAST('{' AS BLOB)",
    "UPDATE r_seal SET id = CAST(x'ff' AS TEXT) WHERE rowid = 1",
)


@pytest.mark.in_clear(reason="edits stored entries by their number")
@pytest.mark.parametrize("edit", FILE_EDITS)
def test_an_edit_with_sql_is_seen_and_breaks_nothing(edit: str, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/n.db"
    with grassroots.open(url) as network:
        desk = network.desk("steward:office")
        for name in "甲乙丙丁":
            desk.members.register(name=name, born=None)
            desk.seals.seal()
        desk.members.correct(desk.members.named("甲")[0].id, joined=None, phone="14400000001")
        assert desk.seals.verify().word is Word.INTACT
    raw = sqlite3.connect(tmp_path / "n.db")
    raw.execute(edit)
    raw.commit()
    raw.close()
    with grassroots.open(url) as network:
        ended = network.desk("steward:office").seals.verify()
    assert ended.word in (Word.CHANGED, Word.SHORTENED), ended
    assert ended.findings


def test_what_was_erased_stays_provable_and_gone(desk: Desk) -> None:
    station = desk.stations.found(kind=StationKind.POST, name="驿站").id
    patrol = desk.interventions.record(
        kind="illegal-parking", station=station, outcome="stopped", day=date(2021, 7, 2)
    )
    seal = desk.seals.seal()
    assert seal is not None
    desk.interventions.withdraw(patrol.id, reason="typed-twice")
    desk.seals.seal()
    assert desk.seals.verify(anchors=[seal.code]).word is Word.INTACT
    trail = desk.seat.office.storage.journal(after=0, limit=1000, about=Ref("intervention", patrol.id))
    assert f'"intervention/{patrol.id}":""'.encode() in trail[-1].fact.body
