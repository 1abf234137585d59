"""Erasing a person: nothing of them is left in any file, the counts hold, and no backup brings them back."""

from __future__ import annotations

import secrets
from datetime import date
from pathlib import Path

import pytest
from tests.sealed import OLD, bodies, files_of, hits, keys

import grassroots
from grassroots.desk import Desk
from grassroots.domain.charter import STANDARD_PACKS
from grassroots.domain.erasure import PersonErased
from grassroots.domain.member import Dated, Limit, MemberStatus
from grassroots.errors import BadInput, Denied, Locked, Missing
from grassroots.network import Network
from grassroots.usecases.erasing import erase_person, plan_erasure
from grassroots.usecases.erasures import Settled, read_ledger, settle_erasures
from grassroots.usecases.keys import restore_keys
from grassroots.values.dates import PartialDate
from grassroots.values.ids import MemberId
from grassroots.workspace.codec import Codec
from grassroots.workspace.kinds import standard_kinds
from grassroots.workspace.kindspec import Kinds

OPEN = pytest.mark.in_clear(reason="an open network on purpose")

MARKS = [
    "欧阳密春", "密春姐", "14477778888", "14477779999", "密山小区7栋", "密病在身", "密言一句", "密话里外",
    "密访所见", "密策一条", "密记旧名",
]  # fmt: skip
"""What only this person's records say."""


PACKS = (*STANDARD_PACKS, "befriending-generic")


def opened(path: Path, sealed: bool = True) -> Network:
    return grassroots.open(f"sqlite:///{path}", network="test", packs=PACKS, keys=keys() if sealed else None)


def lived(desk: Desk) -> tuple[MemberId, MemberId]:
    """Somebody who is in every room, and somebody beside them who stays."""
    station = desk.stations.found(kind="station", name="灵溪站")
    stays = desk.members.register(name="卯大山", phone="14411110000", categories=("volunteer",))
    goes = desk.members.register(
        name="密记旧名", also_known=("密春姐",), phone="14477778888", address="密山小区7栋",
        born=Dated(PartialDate(1941, 7, 3)), limits=(Limit.STAIRS,), health_note="密病在身",
        categories=("recipient",), station=station.id, remark="密言一句",
    )  # fmt: skip
    desk.members.correct(goes.id, name="欧阳密春")
    desk.members.correct(goes.id, phone="14477779999")
    mine = desk.concerns.take(
        station=station.id, taken_on=date(2021, 7, 1), text="密话里外", raiser_member=goes.id
    )
    desk.concerns.correct(mine.id, text="密话里外，再说一次")
    desk.concerns.take(
        station=station.id, taken_on=date(2021, 7, 1), text="密话里外又", raiser_phone="14477779999"
    )
    desk.concerns.take(station=station.id, taken_on=date(2021, 7, 1), text="路灯不亮", raiser_member=stays.id)
    pairing = desk.pairings.propose(scheme="befriending", supporter=stays.id, recipient=goes.id)
    desk.pairings.begin(pairing.id, on=date(2021, 7, 1))
    contact = desk.pairings.record_contact(pairing.id, on=date(2021, 7, 2), medium="visit", note="密访所见")
    desk.pairings.correct_contact(contact.id, note="密访所见，改过")
    return goes.id, stays.id


def kept(desk: Desk, stays: MemberId) -> None:
    assert desk.members.get(stays).phone == "14411110000"
    texts = {concern.text for concern in desk.concerns.all()}
    assert "路灯不亮" in texts
    assert len(desk.concerns.all()) == 3
    assert [member.id for member in desk.members.named("卯大山")] == [stays]


@pytest.mark.parametrize("sealed", [True, pytest.param(False, marks=OPEN)], ids=["sealed", "open"])
def test_nothing_of_an_erased_person_is_left_in_any_file(tmp_path: Path, sealed: bool) -> None:
    home = tmp_path / "home"
    home.mkdir()
    with opened(home / "town.db", sealed) as network:
        desk = network.desk("steward:office")
        goes, stays = lived(desk)
        before = len(desk.seat.office.storage.journal(after=0, limit=1000))
        if not sealed:
            assert hits(MARKS, files_of(home))
        plan = plan_erasure(desk.seat, goes)
        assert plan.counts["history"] >= 4
        assert plan.counts["concern"] == 2
        told = erase_person(desk.seat, goes, ground="asked-by-person")
        assert told.records == len(plan.blanked) + len(plan.erased)
        kept(desk, stays)
        gone = desk.members.get(goes)
        assert (gone.name, gone.status, gone.born, gone.station) == ("***", MemberStatus.LEFT, None, None)
        assert desk.members.named("欧阳密春") == []
        assert desk.members.history(goes) == []
        assert desk.seals.verify().findings == ()
        assert len(desk.seat.office.storage.journal(after=0, limit=1000)) > before
        desk.archive.dump(home / "later.jsonl", program="test")
        again = erase_person(desk.seat, goes, ground="another-ground")
        assert again.ground == "asked-by-person"
        left = plan_erasure(desk.seat, goes)
        assert (left.blanked, left.erased) == ((), ())
    assert hits(MARKS, files_of(home)) == []


def test_whoever_erased_somebody_still_reads_every_page(tmp_path: Path) -> None:
    """What is emptied and belongs to nobody any more must not hang on a key that goes with the person."""
    with opened(tmp_path / "town.db") as network:
        desk = network.desk("steward:office")
        goes, stays = lived(desk)
        network.desk("steward:office", purpose="emergency").access.break_glass(
            goes, reason="fall", words="密话里外", tell=("clerk:a", "clerk:b")
        )
        assert desk.rights.erase(goes) > 5
        kept(desk, stays)
        office = desk.seat.office
        read = [office.decode(spec, stored).record for spec, stored in bodies(office)]
        assert [one.id for one in read if one.id == goes] == [goes]
        assert desk.rights.erase(goes) == 0


def test_an_erasure_that_is_broken_off_at_any_batch_is_finished_by_the_next(tmp_path: Path) -> None:
    import attrs
    from tests.workspace.sealing.test_turning import Failing, Killed

    from grassroots.usecases import erasing

    broken = 0
    for at in range(1, 30):
        with (
            grassroots.open("memory://", network="test", packs=PACKS, keys=keys()) as network,
            pytest.MonkeyPatch.context() as patch,
        ):
            patch.setattr(erasing, "AT_ONCE", 2)
            desk = network.desk("steward:office")
            goes, stays = lived(desk)
            failing = Failing(desk.seat.office.storage, at, after=at % 2 == 0)
            hurt = attrs.evolve(desk.seat, office=attrs.evolve(desk.seat.office, storage=failing))
            try:
                erase_person(hurt, goes, ground="asked")
            except Killed:
                broken += 1
                erase_person(desk.seat, goes, ground="asked")
            kept(desk, stays)
            plan = plan_erasure(desk.seat, goes)
            assert (plan.blanked, plan.erased) == ((), ())
            assert desk.members.get(goes).name == "***"
            from tests.sealed import everything

            names = [spec.name for spec in desk.seat.office.kinds]
            assert hits(MARKS, everything(desk.seat.office.storage, names)) == []
            if failing.count < at:
                break
    assert broken >= 4


def test_an_earlier_archive_cannot_be_read_any_more_where_the_keys_are_gone(tmp_path: Path) -> None:
    with opened(tmp_path / "town.db") as network:
        desk = network.desk("steward:office")
        goes, stays = lived(desk)
        desk.archive.dump(tmp_path / "before.jsonl", program="test")
        erase_person(desk.seat, goes, ground="asked")
        desk.keys.backup(tmp_path / "keys.jsonl")  # taken before a ledger is kept: with one nobody gets in
        settle_erasures(desk.seat, tmp_path / "erasures.jsonl")
    assert hits(MARKS, (tmp_path / "before.jsonl").read_bytes()) == []
    restored = restore(tmp_path, "before.jsonl", "keys.jsonl", "back.db")
    with opened(restored) as network:
        desk = network.desk("steward:office")
        assert desk.members.get(stays).phone == "14411110000"
        with pytest.raises(Locked) as refused:
            desk.members.get(goes)
        assert refused.value.code in ("key-destroyed", "key-lost")
        # What cannot be read can still be erased, so that the pages of the registers open again.
        assert settle_erasures(desk.seat, tmp_path / "erasures.jsonl").erased == (goes,)
        assert desk.members.get(goes).name == "***"
        kept(desk, stays)


def restore(folder: Path, archive: str, ring: str, to: str) -> Path:
    from grassroots.discovery import find_storage
    from grassroots.usecases.archive import load

    url = f"sqlite:///{folder / to}"
    with find_storage(url).open(url, "test") as storage:
        load(folder / archive, storage)
        restore_keys(
            storage, folder / ring, keys(), codec=Codec(Kinds(standard_kinds())),
            nonces=secrets.token_bytes, told={"at": "2021-07-03T00:00:00Z", "by": "steward:office"},
        )  # fmt: skip
    return folder / to


def test_an_older_backup_with_its_older_keys_is_erased_again_from_the_ledger(tmp_path: Path) -> None:
    with opened(tmp_path / "town.db") as network:
        desk = network.desk("steward:office")
        goes, stays = lived(desk)
        desk.archive.dump(tmp_path / "before.jsonl", program="test")
        desk.keys.backup(tmp_path / "keys.jsonl")
        erase_person(desk.seat, goes, ground="asked")
        assert settle_erasures(desk.seat, tmp_path / "erasures.jsonl") == Settled(added=1)
        assert settle_erasures(desk.seat, tmp_path / "erasures.jsonl") == Settled()
    assert hits(MARKS, (tmp_path / "erasures.jsonl").read_bytes()) == []
    folder = tmp_path / "restored"
    folder.mkdir()
    restored = restore(tmp_path, "before.jsonl", "keys.jsonl", "restored/back.db")
    with opened(restored) as network:
        desk = network.desk("steward:office")
        assert desk.members.get(goes).name == "欧阳密春"  # the older backup brought the person back
        assert settle_erasures(desk.seat, tmp_path / "erasures.jsonl").erased == (goes,)
        assert settle_erasures(desk.seat, tmp_path / "erasures.jsonl") == Settled()
        assert desk.members.get(goes).name == "***"
        kept(desk, stays)
        assert desk.seals.verify().findings == ()
        desk.keys.backup(folder / "keys.jsonl")
        desk.archive.dump(folder / "later.jsonl", program="test")
    assert hits(MARKS, files_of(folder)) == []


def test_the_trail_tells_of_an_erasure_and_not_of_the_person(tmp_path: Path) -> None:
    with opened(tmp_path / "town.db") as network:
        desk = network.desk("steward:office")
        goes, _ = lived(desk)
        erase_person(desk.seat, goes, ground="period-over")
        entries = desk.seat.office.storage.journal(after=0, limit=1000)
        events = [desk.seat.office.codec.decode_fact(entry).event for entry in entries]
        (told,) = [event for event in events if isinstance(event, PersonErased)]
        assert told.ground == "period-over"
        assert told.keys


def test_a_ledger_with_a_changed_or_missing_line_is_refused(tmp_path: Path) -> None:
    ledger = tmp_path / "erasures.jsonl"
    with opened(tmp_path / "town.db") as network:
        desk = network.desk("steward:office")
        people = [desk.members.register(name=f"卯{number}") for number in range(3)]
        for person in people:
            erase_person(desk.seat, person.id, ground="asked")
        settle_erasures(desk.seat, ledger)
        lines = ledger.read_bytes().splitlines(keepends=True)
        assert len(read_ledger(ledger, desk.seat)) == 3
        for bad in (
            [lines[0], lines[2]],
            [lines[1], lines[0], lines[2]],
            [lines[0].replace(b"asked", b"other"), *lines[1:]],
            [
                *lines[:2],
                lines[2].replace(b"asked", b"other"),
            ],  # the last has no line behind it: its mark tells
            [*lines, b"rubbish\n"],
        ):
            ledger.write_bytes(b"".join(bad))
            with pytest.raises(BadInput) as refused:
                settle_erasures(desk.seat, ledger)
            assert refused.value.code == "erasures-damaged"
        assert read_ledger(tmp_path / "none.jsonl", desk.seat) == []


def test_merged_records_of_one_person_go_together(tmp_path: Path) -> None:
    with opened(tmp_path / "town.db") as network:
        desk = network.desk("steward:office")
        kept_, gone = desk.members.register(name="欧阳密春"), desk.members.register(name="密春姐")
        desk.members.merge(kept_.id, gone.id)
        assert set(plan_erasure(desk.seat, gone.id).people) == {kept_.id, gone.id}
        erase_person(desk.seat, gone.id, ground="asked")
        assert desk.members.get(gone.id).name == "***"
        assert desk.members.named("密春姐") == []


def test_who_may_not_write_a_person_may_not_erase_them(tmp_path: Path) -> None:
    with opened(tmp_path / "town.db") as network:
        member = network.desk("steward:office").members.register(name="卯大山")
        with pytest.raises(Denied):
            erase_person(network.desk("auditor:wu").seat, member.id, ground="asked")
        with pytest.raises(Missing):
            erase_person(network.desk("steward:office").seat, MemberId("nobody"), ground="asked")
        assert network.desk("steward:office").members.get(member.id).name == "卯大山"


def test_whoever_has_the_key_file_alone_or_the_archive_alone_has_nothing(tmp_path: Path) -> None:
    with opened(tmp_path / "town.db") as network:
        desk = network.desk("steward:office")
        lived(desk)
        desk.keys.backup(tmp_path / "keys.jsonl")
        desk.archive.dump(tmp_path / "all.jsonl", program="test")
    assert hits([*MARKS, OLD], (tmp_path / "keys.jsonl").read_bytes()) == []
    assert b"keyring" not in (tmp_path / "all.jsonl").read_bytes()
    assert hits(MARKS, (tmp_path / "all.jsonl").read_bytes()) == []


def test_an_older_backup_of_the_keys_does_not_bring_destroyed_keys_back(tmp_path: Path) -> None:
    """The records of after the erasure with the keys of before: what the journal says is gone stays gone."""
    with opened(tmp_path / "town.db") as network:
        desk = network.desk("steward:office")
        goes, stays = lived(desk)
        desk.keys.backup(tmp_path / "keys.jsonl")
        told = erase_person(desk.seat, goes, ground="asked")
        assert len(told.keys) >= 2
        desk.archive.dump(tmp_path / "after.jsonl", program="test")
        desk.keys.backup(tmp_path / "later-keys.jsonl")
    restored = restore(tmp_path, "after.jsonl", "keys.jsonl", "back.db")
    from grassroots.discovery import find_storage
    from grassroots.workspace.sealing.rings import GONE, KeyRef, key_at, ring_ref

    with find_storage("sqlite:").open(f"sqlite:///{restored}", "test") as storage:
        restore_keys(
            storage, tmp_path / "later-keys.jsonl", keys(), codec=Codec(Kinds(standard_kinds())),
            nonces=secrets.token_bytes, told={"at": "2021-07-03T00:00:00Z", "by": "steward:office"},
        )  # fmt: skip
    with opened(restored) as network:
        desk = network.desk("steward:office")
        kept(desk, stays)
        office = desk.seat.office
        assert office.sealing is not None
        for text in told.keys:
            key = KeyRef.parse(text)
            for stored in office.storage.read([ring_ref(key.ring)]).values():
                assert key_at(office.sealing.unwrap_ring(stored), key.place) in (GONE, b"")
