"""Ids: one type per aggregate, all time-ordered text of 26 characters (Crockford base 32, as in ULID).

The first ten characters are the moment (milliseconds since 1970 in UTC), the other sixteen are chance,
so that sorting by id is sorting by time of entry, and nobody can guess a neighbour's id. No moment and no
chance is read here: both are passed in.
"""

from __future__ import annotations

import hmac
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import NewType, Protocol, final

from grassroots.errors import BadInput

MemberId = NewType("MemberId", str)
RoleId = NewType("RoleId", str)
AppointmentId = NewType("AppointmentId", str)
StationId = NewType("StationId", str)
SchemeId = NewType("SchemeId", str)
PairingId = NewType("PairingId", str)
ContactId = NewType("ContactId", str)
ActivityId = NewType("ActivityId", str)
OccurrenceId = NewType("OccurrenceId", str)
AttendanceId = NewType("AttendanceId", str)
ShiftId = NewType("ShiftId", str)
DutyId = NewType("DutyId", str)
RotaId = NewType("RotaId", str)
SwapId = NewType("SwapId", str)
AskId = NewType("AskId", str)
StandbyId = NewType("StandbyId", str)
AvailabilityId = NewType("AvailabilityId", str)
LeaveId = NewType("LeaveId", str)
WishId = NewType("WishId", str)
FeedId = NewType("FeedId", str)
ConcernId = NewType("ConcernId", str)
MeetingId = NewType("MeetingId", str)
InterventionId = NewType("InterventionId", str)
CampaignId = NewType("CampaignId", str)
SubmissionId = NewType("SubmissionId", str)
OrganizationId = NewType("OrganizationId", str)
TeamId = NewType("TeamId", str)
MembershipId = NewType("MembershipId", str)
ProgrammeId = NewType("ProgrammeId", str)
ParticipationId = NewType("ParticipationId", str)
AwardId = NewType("AwardId", str)
IntakeId = NewType("IntakeId", str)
CalloutId = NewType("CalloutId", str)
CalloutAnswerId = NewType("CalloutAnswerId", str)
TieId = NewType("TieId", str)
ScreeningId = NewType("ScreeningId", str)
ConsentId = NewType("ConsentId", str)
GrantId = NewType("GrantId", str)
AccessId = NewType("AccessId", str)
RequestId = NewType("RequestId", str)
RestrictionId = NewType("RestrictionId", str)
HoldId = NewType("HoldId", str)
CallId = NewType("CallId", str)

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U, so that an id read out from paper is not misheard."""

_PAIRS = tuple(first + second for first in ALPHABET for second in ALPHABET)

ENTROPY_BYTES = 10
"""How many bytes of chance an id holds (80 bits)."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CHANCE_BITS = ENTROPY_BYTES * 8
_LENGTH = 26


class IdMaker(Protocol):
    """Whatever gives a new id for a moment: :class:`Ids`, or a counter in a test."""

    def __call__(self, at: datetime, /) -> str:
        """A new id, never given before."""
        ...


def sortable_id(at: datetime, entropy: bytes) -> str:
    """The id of a moment (aware) and ten bytes of chance; later moments sort later.

    Raises BadInput ``moment-before-1970`` for a clock that was never set, and ValueError for a naive
    datetime or another number of bytes (mistakes in a program, not in data).
    """
    return _spelled(_milliseconds(at) << _CHANCE_BITS | _chance(entropy))


@final
class Ids:
    """Makes ids that strictly increase within this instance; may be shared by threads.

    Within one millisecond, or when the clock was set back, the next id is the last one plus one: order
    of entry is worth more than the exact moment, which the journal holds anyway.
    """

    def __init__(self, entropy: Callable[[int], bytes]) -> None:
        """``entropy(n)`` gives n bytes of chance: ``secrets.token_bytes``, or a seeded one in tests."""
        self._entropy = entropy
        self._last = -1
        self._lock = threading.Lock()

    def __call__(self, at: datetime, /) -> str:
        """A new id for a moment (aware); greater than every id that this instance gave before."""
        moment = _milliseconds(at)
        with self._lock:
            if moment > self._last >> _CHANCE_BITS:
                self._last = moment << _CHANCE_BITS | _chance(self._entropy(ENTROPY_BYTES))
            else:
                self._last += 1
            return _spelled(self._last)


def derived_id(salt: bytes, *words: str, at: date | None = None) -> str:
    """The same id for the same words under the same salt: for a row that is read in a second time.

    It is an HMAC-SHA256 of the words (each joined with its length, so that "ab","c" is not "a","bc").
    Without the salt nobody can test whether a known name or number made it. With ``at`` the time part is
    midnight UTC of that day, so that derived ids still sort by day; days before 1970 all sort first.
    """
    parts = [word.encode("utf-8", "surrogatepass") for word in words]
    parts.append(b"" if at is None else at.isoformat().encode("ascii"))
    joined = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    digest = int.from_bytes(hmac.digest(salt, joined, "sha256")[:16], "big")
    if at is None:
        return _spelled(digest)
    midnight = datetime.combine(at, time.min, tzinfo=UTC)
    moment = max(midnight, _EPOCH)
    return _spelled(_milliseconds(moment) << _CHANCE_BITS | digest & ((1 << _CHANCE_BITS) - 1))


def _milliseconds(at: datetime) -> int:
    if at.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    moment = (at - _EPOCH) // timedelta(milliseconds=1)
    if moment < 0:
        raise BadInput("moment-before-1970", what=at.isoformat())
    return moment


def _chance(entropy: bytes) -> int:
    if len(entropy) != ENTROPY_BYTES:
        raise ValueError(f"an id needs {ENTROPY_BYTES} bytes of chance, not {len(entropy)}")
    return int.from_bytes(entropy, "big")


def _spelled(number: int) -> str:
    # Two letters at a time: an import makes hundreds of thousands of ids.
    pairs = [_PAIRS[number >> shift & 1023] for shift in range(10 * (_LENGTH // 2 - 1), -1, -10)]
    return "".join(pairs)
