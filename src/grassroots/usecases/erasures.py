"""The ledger of erasures: a small file outside the database, and its replay after a restore.

A backup that is older than an erasure brings the person back. So every erasure is written down outside as
well, without a name: which id, when, on which ground, which keys. Each line carries the hash of the line
before it, and in a sealed network a keyed mark, so that a line that was changed or taken out is seen.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final, final

import attrs

from grassroots.contracts.storage import Entry, Ref
from grassroots.domain.erasure import PersonErased
from grassroots.domain.member import Member
from grassroots.errors import BadInput
from grassroots.usecases.erasing import erase_person
from grassroots.values.ids import MemberId
from grassroots.workspace.office import Office, Seat

FIRST: Final = "0" * 64
"""What stands before the first line."""


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


def record_erasures(seat: Seat, path: Path) -> int:
    """Write down what the journal knows and the ledger does not; gives how many lines were added."""
    known = read_ledger(path, seat)
    have = {(one.person, one.at) for one in known}
    before = known[-1].hash if known else FIRST
    added = 0
    try:
        with path.open("ab") as file:
            for person, at, event in _erased(seat.office):
                if (person, at) in have:
                    continue
                draft = Erasure(person=person, at=at, ground=event.ground, keys=event.keys, before=before)
                line = attrs.evolve(draft, mark=_mark(seat.office, draft))
                file.write(line.line())
                before, added = line.hash, added + 1
    except OSError as error:
        raise BadInput("erasures-cannot-write", file=str(path), problem=error.strerror) from error
    return added


def replay_erasures(seat: Seat, path: Path) -> tuple[str, ...]:
    """Erase again whom an older backup brought back; gives their ids.

    Somebody whom this network does not know needs no erasing, and nobody is erased twice.
    """
    spec = seat.office.kinds.of(Member)
    done: list[str] = []
    for one in read_ledger(path, seat):
        there = seat.office.storage.read((Ref(spec.name, one.person),))
        told = any(at >= one.at for _, at, _ in _erased(seat.office, one.person))
        if there and not told:
            erase_person(seat, MemberId(one.person), ground=one.ground, keys=one.keys)
            done.append(one.person)
    return tuple(done)


def _erased(office: Office, person: str | None = None) -> Iterator[tuple[str, str, PersonErased]]:
    spec = office.kinds.of(Member)
    about = None if person is None else Ref(spec.name, person)
    after = 0
    while page := office.storage.journal(after=after, limit=1000, about=about):
        for entry in page:
            if _maybe(entry):
                happened = office.codec.decode_fact(entry)
                if isinstance(happened.event, PersonErased) and happened.about:
                    yield happened.about[0].id, happened.at.isoformat(), happened.event
        after = page[-1].position


def _maybe(entry: Entry) -> bool:
    # Few entries of very many: those that cannot be one are not parsed.
    return b'"person-erased"' in entry.fact.body


def _mark(office: Office, one: Erasure) -> str:
    return "" if office.sealing is None else office.sealing.digest(b"erasure\0" + one.told)
