"""The ledger of erasures: a small file outside the database, and its replay after a restore.

A backup that is older than an erasure brings the person back. So every erasure is written down outside as
well, without a name: which id, when, on which ground, which keys. Each line carries the hash of the line
before it, and in a sealed network a keyed mark, so that a line that was changed or taken out is seen.

Whoever opens a network with its ledger (``grassroots.open(..., erasures=...)``) need not think of it: it
is written with each erasure and replayed at opening. What is restored opens with its ledger alone
(workspace/ledger).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, final

import attrs

from grassroots.contracts.storage import Batch, Entry, Fact, Position, Ref, Storage
from grassroots.domain.erasure import LedgerSettled, PersonErased
from grassroots.domain.member import Member
from grassroots.errors import BadInput, Conflict
from grassroots.usecases.erasing import erase_person
from grassroots.values.ids import MemberId
from grassroots.workspace.acts import TRIES, commit, jitter
from grassroots.workspace.ledger import FIRST, KEPT, LEDGER, Place, awaited, place
from grassroots.workspace.office import Office, Seat
from grassroots.workspace.turning import NETWORK

OFTEN: Final = 10_000
"""Entries of the journal after which the network notes anew how far it was looked through."""


@final
@attrs.frozen(kw_only=True)
class Erasure:
    """A line of the ledger. ``before`` is the hash of the line before it; ``mark`` is keyed, or empty."""

    person: str
    at: str
    ground: str
    keys: tuple[str, ...]
    before: str
    mark: str = ""

    @property
    def told(self) -> bytes:
        """What hash and mark are made over."""
        return json.dumps(
            [self.person, self.at, self.ground, list(self.keys), self.before], separators=(",", ":")
        ).encode()

    @property
    def hash(self) -> str:
        """What the next line names."""
        return hashlib.sha256(self.told).hexdigest()

    def line(self) -> bytes:
        """As it stands in the file."""
        data = {**attrs.asdict(self), "keys": list(self.keys)}
        return json.dumps(data, separators=(",", ":")).encode() + b"\n"


def read_ledger(path: Path, seat: Seat | None = None) -> list[Erasure]:
    """All lines, checked; none if there is no file. BadInput ``erasures-damaged`` names the line.

    With a seat in a sealed network, the marks are checked too.
    """
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise BadInput("erasures-cannot-read", file=str(path), problem=error.strerror) from error
    found: list[Erasure] = []
    before = FIRST
    for number, line in enumerate(lines, 1):
        try:
            data = json.loads(line)
            one = Erasure(**{**data, "keys": tuple(data["keys"])})
        except (ValueError, TypeError, LookupError):
            raise BadInput("erasures-damaged", file=str(path), line=number) from None
        marked = seat is None or hmac.compare_digest(one.mark, _mark(seat.office, one))
        if one.before != before or not marked:
            raise BadInput("erasures-damaged", file=str(path), line=number)
        before = one.hash
        found.append(one)
    return found


@final
@attrs.frozen(kw_only=True)
class Settled:
    """What was done so that network and ledger say the same: lines ``added``, people ``erased`` again."""

    added: int = 0
    erased: tuple[str, ...] = ()


def settle_erasures(seat: Seat, path: Path) -> Settled:
    """Bring a network and its ledger together, in both directions; a second time nothing is left to do.

    Whom an older backup brought back is erased again, and erasures that the ledger does not know are written
    into it. Somebody whom this network does not know needs no erasing, and nobody is erased twice. Only what
    is new on either side is looked at: the network remembers how far it knows the ledger.

    Raises BadInput ``erasures-damaged``, ``erasures-cannot-read``, ``erasures-cannot-write``;
    ``erasures-missing`` for a restored network whose ledger is not there, ``erasures-other`` for a ledger
    that is older than what this network knows of it, or another one.
    """
    storage = seat.office.storage
    kept, wanted = place(storage, KEPT), awaited(storage)
    if wanted is not None and not path.exists():
        raise BadInput("erasures-missing", file=str(path), lines=wanted.lines)
    with _alone(path):
        known = read_ledger(path, seat)
        for said in filter(None, (kept, wanted)):
            if len(known) < said.lines or (said.lines and known[said.lines - 1].hash != said.hash):
                raise BadInput("erasures-other", file=str(path), lines=said.lines, found=len(known))
        begin = Place() if kept is None else kept
        erased = tuple(_again(seat, known[begin.lines :]))
        added, now = _written_down(seat, path, known, begin.position)
    if kept is None or kept.lines != now.lines or now.position - kept.position >= OFTEN:
        _keep_in(seat, storage, now)
    return Settled(added=added, erased=erased)


def carry_place(seat: Seat, there: Storage) -> None:
    """Let a network that was moved there know the ledger as far as this one does: both hold the same."""
    known = place(seat.office.storage, KEPT)
    if known is not None:
        there.prepare([LEDGER])
        _keep_in(seat, there, known)


def _again(seat: Seat, lines: Iterable[Erasure]) -> Iterator[str]:
    office = attrs.evolve(seat.office, ledger=None)  # it is being read, and written to afterwards
    spec = office.kinds.of(Member)
    for one in lines:
        there = office.storage.read((Ref(spec.name, one.person),))
        told = any(id_ == one.person and at >= one.at for id_, at, _ in _erased(office, person=one.person))
        if there and not told:
            ground, keys = one.ground, one.keys
            erase_person(attrs.evolve(seat, office=office), MemberId(one.person), ground=ground, keys=keys)
            yield one.person


def _written_down(seat: Seat, path: Path, known: list[Erasure], after: Position) -> tuple[int, Place]:
    """How many lines were added, and where network and ledger are then."""
    office = seat.office
    head = office.storage.head()
    have = {(one.person, one.at) for one in known}
    before = known[-1].hash if known else FIRST
    new: list[bytes] = []
    for person, at, event in _erased(office, after=after):
        if (person, at) not in have:
            draft = Erasure(person=person, at=at, ground=event.ground, keys=event.keys, before=before)
            line = attrs.evolve(draft, mark=_mark(office, draft))
            new.append(line.line())
            before = line.hash
    if new or not path.exists():
        _append(path, new)
    return len(new), Place(lines=len(known) + len(new), hash=before, position=head)


def _append(path: Path, lines: list[bytes]) -> None:
    try:
        with path.open("ab") as file:
            file.write(b"".join(lines))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise BadInput("erasures-cannot-write", file=str(path), problem=error.strerror) from error


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One process at a time writes a ledger; what waits reads what the other one wrote."""
    try:
        import fcntl
    except ImportError:  # pragma: no cover (Windows: two that write at once are found by the next reading)
        yield
        return
    try:
        handle = os.open(path.parent, os.O_RDONLY)
    except OSError as error:
        raise BadInput("erasures-cannot-read", file=str(path), problem=error.strerror) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _keep_in(seat: Seat, storage: Storage, now: Place) -> None:
    office = seat.office
    moment = office.clock()
    told = {"at": moment.isoformat().replace("+00:00", "Z"), "by": seat.actor.name_of_record}
    fact = Fact((NETWORK,), office.codec.encode_fact(LedgerSettled(lines=now.lines), told))
    for tried in range(1, TRIES + 1):
        stands = storage.read((KEPT,)).get(KEPT)
        bases = {KEPT: 0 if stands is None else stands.revision}
        try:
            batch = Batch(office.ids(moment), (fact,), bases, (), (now.put(KEPT),))
            commit(attrs.evolve(seat, office=attrs.evolve(office, storage=storage)), batch)
            return
        except Conflict:
            if tried == TRIES:
                raise
            office.pause(jitter(seat, tried))


def _erased(
    office: Office, *, person: str | None = None, after: Position = 0
) -> Iterator[tuple[str, str, PersonErased]]:
    spec = office.kinds.of(Member)
    about = None if person is None else Ref(spec.name, person)
    while page := office.storage.journal(after=after, limit=1000, about=about):
        for entry in page:
            if _maybe(entry):
                happened = office.codec.decode_fact(entry)
                if isinstance(happened.event, PersonErased):
                    # Each record that stood for the person: an older backup may not know that they are one.
                    for ref in happened.about:
                        yield ref.id, happened.at.isoformat(), happened.event
        after = page[-1].position


def _maybe(entry: Entry) -> bool:
    # Few entries of very many: those that cannot be one are not parsed.
    return b'"person-erased"' in entry.fact.body


def _mark(office: Office, one: Erasure) -> str:
    return "" if office.sealing is None else office.sealing.digest(b"erasure\0" + one.told)
