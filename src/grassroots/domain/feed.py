"""A feed is an address under which a calendar program reads the duties of a person or a station.

Whoever has the address reads without logging in: it holds a *token*, chance that nobody can guess. Only the
token's hash is kept, so that nobody who reads the database learns an address; a lost address is revoked and a
new one given.
"""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import Final, Self, final

import attrs

from grassroots.domain.states import Table, turn
from grassroots.domain.step import Event, Step
from grassroots.errors import BadInput
from grassroots.values.ids import ALPHABET, FeedId, MemberId, StationId

TOKEN_BYTES: Final = 20
"""How much chance a token holds (160 bits)."""


class FeedStatus(StrEnum):
    """Whether the address answers."""

    GIVEN = "given"
    REVOKED = "revoked"


TRANSITIONS: Table[FeedStatus] = {
    FeedStatus.GIVEN: {"revoke": FeedStatus.REVOKED},
    FeedStatus.REVOKED: {},
}


@final
@attrs.frozen(kw_only=True)
class FeedGiven(Event):
    """An address was given out, for one person or one station."""

    member: MemberId | None = None
    station: StationId | None = None


@final
@attrs.frozen(kw_only=True)
class FeedRevoked(Event):
    """The address answers no more."""


@final
@attrs.frozen(kw_only=True)
class Feed:
    """One address: of a member's duties and activities, or of a station's. ``digest`` is the token's hash."""

    id: FeedId
    digest: str
    member: MemberId | None = None
    station: StationId | None = None
    status: FeedStatus = FeedStatus.GIVEN

    def __attrs_post_init__(self) -> None:
        if (self.member is None) == (self.station is None):
            raise BadInput("feed-of-whom", id=self.id)

    @classmethod
    def give(
        cls,
        *,
        id: FeedId,
        token: str,
        member: MemberId | None = None,
        station: StationId | None = None,
    ) -> Step[Self]:
        """Give an address out; only the hash of its token stays."""
        feed = cls(id=id, digest=digest_of(token), member=member, station=station)
        return Step(feed, (FeedGiven(member=member, station=station),))

    def revoke(self) -> Step[Self]:
        """Take it back."""
        status = turn(TRANSITIONS, self.status, "revoke", kind="feed", id=self.id)
        if status is None:
            return Step(self)
        return Step(attrs.evolve(self, status=status), (FeedRevoked(),))


def new_token(chance: bytes) -> str:
    """The token of these bytes of chance, in letters and digits that survive being read out."""
    if len(chance) != TOKEN_BYTES:
        raise ValueError(f"a token needs {TOKEN_BYTES} bytes of chance")
    number = int.from_bytes(chance, "big")
    return "".join(ALPHABET[number >> shift & 31] for shift in range(8 * TOKEN_BYTES - 5, -1, -5))


def digest_of(token: str) -> str:
    """What is kept of a token: SHA-256 in hex. Small letters and look-alikes are read as they are meant."""
    plain = token.strip().upper().replace("O", "0").replace("I", "1").replace("L", "1")
    return hashlib.sha256(plain.encode()).hexdigest()
