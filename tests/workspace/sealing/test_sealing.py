"""A sealed network: a storage sees nothing that is sensitive, and a desk sees everything as before."""

from __future__ import annotations

import hmac
import json
import secrets
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sealed import NEW, OLD, bodies, everything, hits, keep, keys, plant, planted

import grassroots
from grassroots.contracts.keys import Wrapped
from grassroots.contracts.storage import (
    AnyOf,
    Batch,
    Erase,
    Fact,
    Includes,
    Is,
    Put,
    Query,
    Ref,
    Stored,
    walk,
)
from grassroots.domain.concern import Concern
from grassroots.domain.fields import FieldGroup
from grassroots.domain.member import Member
from grassroots.domain.pairing import Contact
from grassroots.errors import BadInput, Conflict, Corrupt, Locked
from grassroots.network import Network
from grassroots.usecases.outbox.box import outbox_office
from grassroots.workspace.kindspec import Hidden, KindSpec
from grassroots.workspace.office import Office
from grassroots.workspace.sealing import HEADER
from grassroots.workspace.sealing.header import FORMAT
from grassroots.workspace.sealing.rings import KeyRef
from grassroots.workspace.sealing.sealing import Sealing, aes_gcm, key_of

pytestmark = pytest.mark.in_clear(reason="seals its networks itself, and says with which keys")

NOON = datetime(2021, 7, 2, 4, tzinfo=UTC)


def opened(where: str = "memory://", keys_: object = None, **more: object) -> Network:
    return grassroots.open(
        where,
        network="test",
        zone="Asia/Shanghai",
        keys=keys_,
        clock=lambda: NOON,
        **more,  # type: ignore[arg-type]
    )


@pytest.fixture
def sealed() -> Iterator[Network]:
    with opened(keys_=keys()) as network:
        yield network


def names(network: Network) -> list[str]:
    return [spec.name for spec in network.desk("steward:o").seat.office.kinds]


# -- what a storage sees ----------------------------------------------------------------------------------
def test_a_storage_sees_none_of_the_marks_that_were_put_into_every_sensitive_text(sealed: Network) -> None:
    seat = sealed.desk("steward:office").seat
    marks = [mark for number in range(20) for some in plant(seat, number).values() for mark in some]
    assert len(marks) >= 500
    seen = everything(seat.office.storage, names(sealed))
    assert hits(marks, seen) == []
    salt = sealed.desk("steward:o").charter.get().salt
    assert salt == seat.office.salt.hex()
    assert salt.encode() not in seen


def test_an_open_network_shows_the_same_marks_so_the_search_can_fail() -> None:
    with opened() as network:
        seat = network.desk("steward:office").seat
        marks = [mark for some in plant(seat, 1).values() for mark in some]
        found = hits(marks, everything(seat.office.storage, names(network)))
        assert {one.partition(" ")[0] for one in found} == set(marks)


def test_every_kind_comes_back_as_it_was(sealed: Network) -> None:
    seat = sealed.desk("steward:office").seat
    for spec in seat.office.kinds:
        if spec.name not in ("network", "seal"):
            record, _ = planted(spec, 3)
            keep(seat, spec, record)
            (stored,) = seat.office.storage.read([Ref(spec.name, record.id)]).values()
            assert seat.office.decode(spec, stored).record == record
            assert (key_of(stored.body) is not None) == bool(spec.sealing)


def test_which_sensitive_fields_a_record_has_is_not_seen_from_outside(sealed: Network) -> None:
    seat = sealed.desk("steward:office").seat
    plant(seat, 1)
    (stored,) = seat.office.storage.read([Ref("member", "member-1")]).values()
    body = json.loads(stored.body)
    assert set(body["e"]) == {"u", "x", "c"}
    assert set(body["r"]) & {"name", "phone", "limits", "living", "remark"} == set()


def in_groups(office: Office, spec: KindSpec[Any], stored: Stored) -> bytes:
    """The same body as it was once written: each group sealed by itself."""
    body, key = json.loads(stored.body), key_of(stored.body)
    assert office.sealing is not None
    assert key is not None
    secret = office.sealing.key(office.storage, key, stored.ref)
    bound = f"grassroots\x00{FORMAT}\x00{office.sealing.header.uid}\x00"
    fields = office.sealing.open(office.storage, stored.ref, body["v"], body["e"])
    groups: dict[str, dict[str, Any]] = {}
    for name, value in fields.items():
        groups.setdefault(spec.sealing[name].value, {})[name] = value
    made = {}
    for group, of_it in groups.items():
        tied = f"{bound}{stored.ref.kind}\0{stored.ref.id}\0{body['v']}\0{group}".encode()
        nonce = secrets.token_bytes(12)
        text = json.dumps(of_it, ensure_ascii=False)[1:-1].encode()
        made[group] = b64encode(nonce + aes_gcm()(secret).encrypt(nonce, text, tied)).decode()
    part = {"u": body["e"]["u"], "x": body["e"]["x"], "g": made}
    return json.dumps({**body, "e": part}, separators=(",", ":")).encode()


def test_bodies_whose_groups_were_sealed_one_by_one_are_read_alone_and_among_others(sealed: Network) -> None:
    """As a network has them that was sealed before: old ones among new ones, in every order."""
    seat = sealed.desk("steward:office").seat
    plant(seat, 1)
    office = seat.office
    read = 0
    for spec, stored in list(bodies(office)):
        if key_of(stored.body) is None:
            continue
        old = in_groups(office, spec, stored)
        assert old != stored.body
        record = office.decode(spec, stored).record
        assert office.decode(spec, attrs.evolve(stored, body=old)).record == record
        id_ = stored.ref.id
        for some in ([old], [old, stored.body], [stored.body, old], [stored.body, stored.body]):
            assert list(office.records(spec, [(id_, body) for body in some])) == [record] * len(some)
        read += 1
    assert read > 10


def test_a_page_of_sealed_bodies_is_opened_together_and_gives_what_each_gives_alone(
    sealed: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = sealed.desk("steward:office").seat.office
    for number in range(3):
        plant(sealed.desk("steward:office").seat, number)
    spec = office.kinds.of(Member)
    rows = [(stored.ref.id, stored) for _, stored in bodies(office, "member")]
    alone = [office.decode(spec, stored).record for _, stored in rows]
    monkeypatch.setattr(Sealing, "open", None)  # who opens one by one here has missed the short way
    assert list(office.records(spec, [(id_, stored.body) for id_, stored in rows])) == alone


def test_one_bad_body_of_a_page_is_named_and_those_before_it_are_well(sealed: Network) -> None:
    office = sealed.desk("steward:office").seat.office
    for number in range(4):
        plant(sealed.desk("steward:office").seat, number)
    spec = office.kinds.of(Member)
    found = [stored for _, stored in bodies(office, "member")]
    flipped = found[2].body.replace(b'"c":"', b'"c":"////', 1)
    rows = [(one.ref.id, flipped if one is found[2] else one.body) for one in found]
    given = office.records(spec, rows)
    assert [next(given).id, next(given).id] == [found[0].ref.id, found[1].ref.id]
    with pytest.raises(Corrupt) as refused:
        next(given)
    assert refused.value.facts["where"] == str(found[2].ref)


def test_nonces_never_come_twice_whatever_chance_a_test_gives() -> None:
    with opened(keys_=keys(), entropy=lambda size: bytes(size)) as network:
        desk = network.desk("steward:o")
        member = desk.members.register(name="卯大山", phone="14400000001")
        for number in range(2, 30):
            desk.members.correct(member.id, phone=f"144000000{number:02d}")
        office = desk.seat.office
        seen = [
            json.loads(stored.body)["e"]["c"][:16] for _, stored in bodies(office, "member", "history")
            if key_of(stored.body) is not None
        ]  # fmt: skip
        assert len(seen) == len(set(seen)) == 29, "one body for the member, and one for each former value"


def test_what_a_newer_version_stored_is_sealed_too_and_written_back(sealed: Network) -> None:
    office = sealed.desk("steward:o").seat.office
    desk = sealed.desk("steward:o")
    member = desk.members.register(name="卯大山")
    spec = office.kinds.of(Member)
    ref = Ref("member", member.id)
    (stored,) = office.storage.read([ref]).values()
    key = key_of(stored.body)
    assert key is not None
    assert office.sealing is not None
    secret = office.sealing.key(office.storage, key, ref)
    sealed_part = office.sealing.seal(
        ref, 1, key, secret, {"identity": '{"name":"卯大山","nickname":"山子"}'}
    )
    part = json.loads(sealed_part)
    body = json.dumps(
        {"e": part, "k": "member", "v": 1, "s": "00", "r": {"id": member.id}}, separators=(",", ":")
    )
    put = Put(ref, stored.keys, body.encode())
    office.storage.commit(Batch("x", (Fact(),), {ref: stored.revision}, (), (put,)))
    desk.members.correct(member.id, phone="14400000002")
    (after,) = office.storage.read([ref]).values()
    assert "山子".encode() not in after.body
    decoded = office.decode(spec, after)
    assert decoded.unknown == {"nickname": "山子"}
    assert decoded.record.phone == "14400000002"


# -- whose key --------------------------------------------------------------------------------------------
def key(network: Network, kind: str, id_: str) -> KeyRef | None:
    (stored,) = network.desk("steward:o").seat.office.storage.read([Ref(kind, id_)]).values()
    return key_of(stored.body)


def test_a_record_of_a_person_is_sealed_with_their_key_and_keeps_it(sealed: Network) -> None:
    desk = sealed.desk("steward:office")
    station = desk.stations.found(kind="station", name="灵溪站")
    one, other = (desk.members.register(name=name) for name in ("卯大山", "欧阳小山"))
    mine = desk.concerns.take(station=station.id, taken_on=date(2021, 7, 1), text="灯", raiser_member=one.id)
    nobodys = desk.concerns.take(station=station.id, taken_on=date(2021, 7, 1), text="水")
    assert key(sealed, "concern", mine.id) == key(sealed, "member", one.id)
    own = key(sealed, "concern", nobodys.id)
    assert own not in (key(sealed, "member", one.id), key(sealed, "member", other.id), None)
    # Its own key stays, so that destroying it reaches every older copy; another person's has to go.
    desk.concerns.correct(nobodys.id, raiser_member=one.id)
    assert key(sealed, "concern", nobodys.id) == own
    desk.concerns.correct(mine.id, raiser_member=other.id)
    assert key(sealed, "concern", mine.id) == key(sealed, "member", other.id)


def test_a_history_is_sealed_with_the_key_of_what_it_tells_of(sealed: Network) -> None:
    desk = sealed.desk("steward:office")
    member = desk.members.register(name="卯大山", phone="14400000001")
    desk.members.correct(member.id, phone="14400000002")
    (history,) = desk.members.history(member.id)
    assert history.former == {"phone": '"14400000001"'}
    assert key(sealed, "history", history.id) == key(sealed, "member", member.id)


def test_a_page_of_people_that_came_together_needs_one_ring(sealed: Network) -> None:
    seat = sealed.desk("steward:office").seat
    from grassroots.workspace.acts import perform

    def many(work) -> None:  # type: ignore[no-untyped-def]
        for number in range(50):
            work.keep(Member.register(id=work.new_id(), name=f"卯{number}"))

    perform(seat, many, None)
    rings = [stored for stored in walk(seat.office.storage, Query("keyring")) if stored.ref != HEADER]
    assert len(rings) == 2  # that of the charter, and that of the fifty
    assert len(sealed.desk("steward:o").members.all()) == 50


# -- search -----------------------------------------------------------------------------------------------
NAMES = st.sampled_from(
    ["卯大山", "卯爷爷", "欧阳春华", "欧阳", "张三", "张 三", "张春华", "Anna Berg", "王老师"]
)
PHONES = st.sampled_from([None, "14400000001", "14400000002", "14400000003"])


@settings(max_examples=30, deadline=None)
@given(people=st.lists(st.tuples(NAMES, PHONES), max_size=12), asked=NAMES, phone=PHONES)
def test_a_sealed_network_finds_what_an_open_one_finds(
    people: list[tuple[str, str | None]], asked: str, phone: str | None
) -> None:
    found = []
    for given_ in (None, keys()):
        with opened(keys_=given_) as network:
            desk = network.desk("steward:office")
            made = [desk.members.register(name=name, phone=number).id for name, number in people]
            place = made.index
            named = [place(one.id) for one in desk.members.named(asked)]
            alike = {(place(a.one), place(a.other), a.reason) for a in desk.members.possible_duplicates()}
            from grassroots.workspace.reading import Reading
            from grassroots.workspace.work import Work

            work, reading = Work(desk.seat, "w"), Reading(desk.seat)
            by_phone = [place(m.id) for m in reading.walk(Member, Is("phone", phone))]
            either = sorted(place(m.id) for m in work.find(Member, AnyOf("phone", ("14400000001", phone))))
            last = [place(m.id) for m in work.find(Member, Is("phone", phone), limit=1, backwards=True)]
            by_surname = [place(m.id) for m in reading.walk(Member, Is("surname", "欧阳"))]
            count = reading.tally("member", Is("phone", phone), by=("status",))
            rows = [place(row.ref.id) for row in reading.rows("member", Is("phone", phone))]
            found.append((named, alike, by_phone, either, last, by_surname, dict(count), rows))
    assert found[0] == found[1]


def test_own_pending_records_are_found_by_name(sealed: Network) -> None:
    from grassroots.workspace.work import Work

    work = Work(sealed.desk("steward:o").seat, "w")
    work.keep(Member.register(id=work.new_id(), name="卯大山"))  # type: ignore[arg-type]
    assert [m.name for m in work.find(Member, Includes("names", "卯大山"))] == ["卯大山"]
    assert work.find(Member, Includes("names", "卯小山")) == []


def test_hashes_are_cut_so_short_that_they_collide_and_search_is_still_exact() -> None:
    @attrs.frozen(kw_only=True)
    class Visitor:
        id: str
        name: str = attrs.field(metadata={"group": FieldGroup.IDENTITY})

    from grassroots.contracts.storage import Key
    from grassroots.domain.step import Event, Step
    from grassroots.workspace.acts import perform
    from grassroots.workspace.reading import Reading

    @attrs.frozen
    class VisitorSeen(Event):
        pass

    spec = KindSpec(
        name="visitor", record=Visitor, keys={"name": Key.TEXT}, keys_of=lambda one: {"name": one.name},
        hidden={"name": Hidden(name="visitor", bits=2)}, events=(VisitorSeen,),
    )  # fmt: skip
    with opened(keys_=keys(), kinds=(spec,)) as network:
        seat = network.desk("steward:o").seat
        for number in range(40):
            one = Visitor(id=f"v{number:02d}", name=f"客{number}")
            perform(seat, lambda work, one=one: work.keep(Step(one, (VisitorSeen(),))) and None, None)  # type: ignore[misc]
        stored = {row.keys["name"] for row in walk(seat.office.storage, Query("visitor"))}
        assert len(stored) <= 4
        assert [v.name for v in Reading(seat).walk(Visitor, Is("name", "客7"))] == ["客7"]


@given(value=st.text(max_size=90), key_=st.binary(min_size=32, max_size=32))
def test_a_search_value_is_the_hmac_of_its_name_and_text(value: str, key_: bytes) -> None:
    from grassroots.workspace.sealing.sealing import _begun

    inner, outer = (half.copy() for half in _begun(key_))
    inner.update(value.encode("utf-8", "surrogatepass"))
    outer.update(inner.digest())
    assert outer.digest() == hmac.digest(key_, value.encode("utf-8", "surrogatepass"), "sha256")


def test_nothing_is_grouped_by_what_is_sensitive_sealed_or_not(sealed: Network) -> None:
    from grassroots.workspace.reading import Reading

    with opened() as open_:
        for network in (sealed, open_):
            with pytest.raises(BadInput) as refused:
                Reading(network.desk("steward:o").seat).tally("member", by=("phone",))
            assert refused.value.code == "key-hidden"


def test_who_is_named_by_a_hidden_key_is_counted_as_in_an_open_network(sealed: Network) -> None:
    """Those without a concern of their own: the storage knows whose it is as a hash alone."""
    from grassroots.domain.figure import Definition

    table = {
        "kind": "member", "measure": "without", "other": {"kind": "concern", "key": "raiser"},
        "title_zh": "数", "title_en": "Count", "unit": "people",
    }  # fmt: skip
    asked = Definition.parse("asked", table, "test@1")
    counts = []
    with opened() as open_:
        for network in (open_, sealed):
            desk = network.desk("steward:office")
            station = desk.stations.found(kind="station", name="灵溪站")
            people = [desk.members.register(name=f"卯大{number}").id for number in "甲乙丙丁"]
            desk.concerns.take(station=station.id, text="灯", raiser_member=people[0], channel="phone")
            counts.append(desk.figures.compute(asked).value)
    assert counts == [3, 3]


def test_a_number_of_an_act_is_hashed_with_the_networks_key() -> None:
    """The digest of what was asked would else be a bare hash of a name and a number: soon guessed."""
    from grassroots.workspace.acts import _digest

    told = ("Members.register", (), {"name": "卯大山", "phone": "14400000001"})
    with opened(keys_=keys()) as one, opened(keys_=keys()) as other, opened() as bare:
        digests = {_digest(network.desk("steward:o").seat, told) for network in (one, other, bare)}
        assert len(digests) == 3
        desk = one.desk("steward:o")
        first = desk.once("A-1").members.register(name="卯大山", phone="14400000001")
        assert desk.once("A-1").members.register(name="卯大山", phone="14400000001").id == first.id


# -- what does not open -----------------------------------------------------------------------------------
def test_a_thousand_moved_ciphertexts_are_all_refused(sealed: Network) -> None:
    """Between records, kinds and versions, with the key that they were sealed with; as old ones also between
    field groups, and as one part where a group was."""
    seat = sealed.desk("steward:office").seat
    for number in range(6):
        plant(seat, number)
    office = seat.office
    places = [
        (spec, stored, json.loads(stored.body), json.loads(in_groups(office, spec, stored)))
        for spec, stored in bodies(office)
        if key_of(stored.body) is not None
    ]
    moved = 0

    def refuse(spec: KindSpec[Any], stored: Stored, body: Any, part: Any) -> None:
        nonlocal moved
        with pytest.raises(Corrupt) as refused:
            office.decode(spec, attrs.evolve(stored, body=json.dumps({**body, "e": part}).encode()))
        assert refused.value.code == "sealed-damaged"
        assert refused.value.facts["where"] == str(stored.ref)
        moved += 1

    for spec, stored, body, own in places:
        for group, text in own["e"]["g"].items():
            refuse(spec, stored, body, {**body["e"], "c": text})
            refuse(spec, stored, body, {**own["e"], "g": {group: body["e"]["c"]}})
        for _, other, from_, of_it in places:
            key = {"u": from_["e"]["u"]}
            if stored.ref != other.ref:
                refuse(spec, stored, body, {**body["e"], **key, "c": from_["e"]["c"]})
            for group, text in of_it["e"]["g"].items():
                for target in own["e"]["g"] if moved < 3000 else ():
                    if (stored.ref, target) != (other.ref, group):
                        refuse(spec, stored, body, {**own["e"], **key, "g": {target: text}})
    assert moved >= 3000


@pytest.mark.parametrize("cut", [0, 1, 11, 12, 27, -1])
def test_a_cut_off_or_flipped_ciphertext_is_said_in_words(sealed: Network, cut: int) -> None:
    desk = sealed.desk("steward:office")
    member = desk.members.register(name="卯大山")
    office, spec = desk.seat.office, desk.seat.office.kinds.of(Member)
    (stored,) = office.storage.read([Ref("member", member.id)]).values()
    body = json.loads(stored.body)
    text = body["e"]["c"]
    for bad in (text[:cut], text[:5] + ("A" if text[5] != "A" else "B") + text[6:], "not base64 ***", None):
        fake = json.dumps({**body, "e": {**body["e"], "c": bad}}).encode()
        with pytest.raises(Corrupt) as refused:
            office.decode(spec, attrs.evolve(stored, body=fake))
        assert "moved here from another record" in str(refused.value)
        assert "卯大山" not in str(refused.value)


def test_the_version_of_a_body_cannot_be_changed(sealed: Network) -> None:
    desk = sealed.desk("steward:office")
    member = desk.members.register(name="卯大山")
    desk.members.correct(member.id, phone="14400000001")
    spec = desk.seat.office.kinds.named("history")
    (stored,) = walk(desk.seat.office.storage, Query("history"))
    fake = stored.body.replace(b'"v":2', b'"v":1')
    assert fake != stored.body
    with pytest.raises(Corrupt):
        desk.seat.office.decode(spec, attrs.evolve(stored, body=fake))


def test_lost_wrong_and_missing_keys_are_said_in_words(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'town.db'}"
    with opened(url, keys()) as network:
        network.desk("steward:o").members.register(name="卯大山")
    for given_, code, word in (
        (None, "keys-wanted", "sealed"),
        (keys(f"k1:{NEW}"), "key-wrong", "not the one"),
        (keys(f"k2:{OLD}"), "key-missing", "k1"),
    ):
        with pytest.raises(Locked) as refused:
            opened(url, given_)
        assert refused.value.code == code
        assert word in str(refused.value)
        assert OLD not in str(refused.value)
    with opened(url, keys(f"k2:{NEW} k1:{OLD}")) as network:
        assert [m.name for m in network.desk("steward:o").members.all()] == ["卯大山"]


def test_a_lost_ring_and_a_lost_header_are_said_in_words(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'town.db'}"
    with opened(url, keys()) as network:
        desk = network.desk("steward:o")
        member = desk.members.register(name="卯大山")
        storage = desk.seat.office.storage
        used = key(network, "member", member.id)
        assert used is not None
        assert desk.seat.office.sealing is not None
        ring = Ref("keyring", used.ring)
        (stored,) = storage.read([ring]).values()
        storage.commit(Batch("lose", (Fact(),), {ring: stored.revision}, (), (Erase(ring),)))
        desk.seat.office.sealing.unwrapped.clear()
        with pytest.raises(Locked) as refused:
            desk.members.get(member.id)
        assert refused.value.code == "key-lost"
        (header,) = storage.read([HEADER]).values()
        storage.commit(Batch("lose2", (Fact(),), {HEADER: header.revision}, (), (Erase(HEADER),)))
    for given_ in (keys(), None):
        with pytest.raises(Locked) as refused:
            opened(url, given_)
        assert refused.value.code == "keyring-missing"


def test_a_ring_does_not_open_under_another_name(sealed: Network) -> None:
    desk = sealed.desk("steward:o")
    one, other = (desk.members.register(name=name) for name in ("卯大山", "卯小山"))
    office = desk.seat.office
    first, second = (key(sealed, "member", m.id) for m in (one, other))
    assert first
    assert second
    assert first.ring != second.ring
    assert office.sealing
    (a,), (b,) = (office.storage.read([Ref("keyring", k.ring)]).values() for k in (first, second))
    with pytest.raises(Corrupt):
        office.sealing.unwrap_ring(attrs.evolve(a, body=b.body))


# -- two processes ----------------------------------------------------------------------------------------
def test_a_process_without_keys_writes_nothing_once_the_network_is_sealed(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'town.db'}"
    with opened(url) as bare:
        bare.desk("steward:o").members.register(name="卯大山")
        with opened(url, keys()) as network:
            with pytest.raises(Locked) as refused:
                bare.desk("steward:o").members.register(name="卯小山")
            assert refused.value.code == "keys-wanted"
            assert [m.name for m in network.desk("steward:o").members.all()] == ["卯大山"]


@pytest.mark.parametrize("outbox", [False, True])
def test_whoever_seals_second_by_a_moment_takes_the_header_that_stands(
    outbox: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The network when it is opened, its outbox when somebody first looks for it."""
    url, service = f"sqlite:///{tmp_path}/n.db", keys()

    def look() -> str:
        with grassroots.open(url, keys=service) as network:
            office = network.desk("steward:office").seat.office
            if outbox:
                office = outbox_office(office)
            assert office.sealing is not None
            return office.sealing.header.uid

    if outbox:
        with grassroots.open(url, keys=service):
            pass
    made, first = Sealing.fresh, []

    def between(*given: Any, **more: Any) -> Any:
        monkeypatch.setattr(Sealing, "fresh", made)
        first.append(look())
        return made(*given, **more)

    monkeypatch.setattr(Sealing, "fresh", between)
    assert [look()] == first


def test_two_who_seal_at_once_agree_on_one_header(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'town.db'}"
    with opened(url, keys()) as one, opened(url, keys()) as other:
        member = one.desk("steward:o").members.register(name="卯大山")
        assert other.desk("steward:o").members.get(member.id).name == "卯大山"


def test_who_writes_with_a_ring_rests_on_it(sealed: Network) -> None:
    """Were its key destroyed in between, what is written now could never be read again."""
    from grassroots.workspace.work import Work

    desk = sealed.desk("steward:o")
    one, other = (desk.members.register(name=name) for name in ("卯大山", "卯小山"))
    work = Work(desk.seat, "note")
    work.keep(attrs.evolve(work.load(Member, one.id)).correct(phone="14400000001"))
    batch = work.batch()
    assert batch is not None
    used = key(sealed, "member", one.id)
    assert used is not None
    ring = Ref("keyring", used.ring)
    assert batch.based_on[ring] > 0
    (stored,) = desk.seat.office.storage.read([ring]).values()
    desk.seat.office.storage.commit(
        Batch("t", (Fact(),), {ring: stored.revision}, (), (Put(ring, stored.keys, stored.body),))
    )
    with pytest.raises(Conflict):
        desk.seat.office.storage.commit(batch)
    assert other.name == "卯小山"


def test_keys_print_nothing() -> None:
    shown = repr(keys()) + repr(Wrapped("k1", b"\x07" * 40)) + str(keys())
    with opened(keys_=keys()) as network:
        office = network.desk("steward:o").seat.office
        assert office.sealing is not None
        shown += repr(office.sealing) + repr(office.sealing.header) + repr(office.sealing._opened)
    assert OLD not in shown
    assert "\\x07" not in shown
    assert "lasting=" not in shown


def test_unwrapped_rings_are_kept_within_a_bound() -> None:
    from grassroots.workspace.sealing.rings import Unwrapped

    some = Unwrapped(most=1000)
    for number in range(100):
        some.keep(f"r{number}", b"%d" % number, bytes(100))
    assert sum(some.view().values()) <= 1000
    assert some.get("r99") == bytes(100)
    assert some.get("r0") is None
    some.keep("r99", b"new", bytes(32))
    assert some.same("r99", b"99") is None
    some.forget(["r99"])
    assert some.get("r99") is None


def test_concern_and_contact_have_the_persons_they_say() -> None:
    with opened() as network:
        kinds = network.desk("steward:o").seat.office.kinds
        assert kinds.of(Contact).person == "recipient"
        assert kinds.of(Concern).person == "raiser"
        for spec in kinds:
            assert spec.person is None or spec.person in spec.keys
            assert set(spec.hidden) <= set(spec.keys)
            # What is about one member is sealed with their key, and forgotten with them.
            assert not (spec.sealed and "member" in spec.keys) or spec.person == "member", spec.name
