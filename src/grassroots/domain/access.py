"""Access that leaves a trace: who opened what, when and why; and the glass that may be broken for an
emergency.

Terms. A *grant* is broken glass: one actor may look at one person's records for a while, with a reason, and
two others are told at once. An *access* is one look that has to be remembered: at a child, through a grant,
at sealed values, or one that an outside policy failed to judge. Both hold ids and codes; the words of a
reason stand in the grant, which can be erased.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Self, final

import attrs

from grassroots.domain.checks import short_code
from grassroots.domain.fields import CASE, guarded
from grassroots.domain.step import Event, Step
from grassroots.errors import BadInput, Refused
from grassroots.values.ids import AccessId, GrantId, MemberId
from grassroots.values.texts import tidy_text

EMERGENCY: Final = "emergency"
"""The purpose of a desk at which broken glass counts; at every other desk it stays closed."""

MOST_NAMED: Final = 100
"""How many records one access names: a key of a storage holds no more values."""

LONGEST_REASON: Final = 500
"""Characters of the words of a reason."""


class Ground(StrEnum):
    """Why a look is remembered."""

    MINOR = "minor"  # it showed a child's guarded fields
    EMERGENCY = "emergency"  # it went through broken glass
    OPENED = "opened"  # it opened sealed values
    POLICY_FAILED = "policy-failed"  # an outside policy gave no answer, so it was closed


# -- events -----------------------------------------------------------------------------------------------
@final
@attrs.frozen(kw_only=True)
class GlassBroken(Event):
    """Somebody may look at a person's records until a moment (UTC); ``reason`` is a code."""

    reason: str
    until: datetime


@final
@attrs.frozen(kw_only=True)
class GlassClosed(Event):
    """The look is over before its time."""


@final
@attrs.frozen(kw_only=True)
class GlassSeen(Event):
    """One of those who were told has seen it; ``count`` of them have by now."""

    count: int


@final
@attrs.frozen(kw_only=True)
class RecordsAccessed(Event):
    """A look that is remembered: on which ground, for what, about how many people."""

    ground: Ground
    purpose: str
    people: int


# -- refusals ---------------------------------------------------------------------------------------------
class TooFewTold(Refused):
    """Breaking the glass tells others at once; too few, or nobody else, were named."""

    code = "glass-too-few-told"


class GlassTooLong(Refused):
    """The rule packs say how long the glass stays open."""

    code = "glass-too-long"


# -- records ----------------------------------------------------------------------------------------------
@guarded
@final
@attrs.frozen(kw_only=True)
class Grant:
    """Broken glass. ``by`` and ``told`` name actors as the trail does ("lead:li"); moments are aware.

    ``seen`` are those of ``told`` who have looked at the notice.
    """

    id: GrantId
    by: str
    member: MemberId
    reason: str
    words: str = attrs.field(metadata=CASE, converter=tidy_text)
    opened: datetime
    until: datetime
    told: tuple[str, ...]
    seen: tuple[str, ...] = ()
    closed: datetime | None = None

    def __attrs_post_init__(self) -> None:
        short_code(self.reason, "reason")
        if not self.words or len(self.words) > LONGEST_REASON:
            raise BadInput("glass-reason", longest=LONGEST_REASON)
        for moment in (self.opened, self.until, self.closed):
            if moment is not None and moment.tzinfo is None:
                raise BadInput("moment-without-zone", what=moment.isoformat())

    @classmethod
    def open(
        cls,
        *,
        id: GrantId,
        by: str,
        member: MemberId,
        reason: str,
        words: str,
        told: tuple[str, ...],
        now: datetime,
        minutes: int,
        most_minutes: int,
        least_told: int,
    ) -> Step[Grant]:
        """Break the glass for so many minutes. ``most_minutes`` and ``least_told`` are those of the packs."""
        others = tuple(dict.fromkeys(name for name in told if name.strip() and name != by))
        if len(others) < least_told:
            raise TooFewTold(have=len(others), want=least_told)
        if not 1 <= minutes <= most_minutes:
            raise GlassTooLong(minutes=minutes, most=most_minutes)
        until = now + timedelta(minutes=minutes)
        made = cls(
            id=id, by=by, member=member, reason=reason, words=words, opened=now, until=until, told=others
        )
        return Step(made, (GlassBroken(reason=reason, until=until),))

    def close(self, now: datetime) -> Step[Self]:
        """Done before its time; what is over stays as it is."""
        if self.closed is not None or now >= self.until:
            return Step(self)
        return Step(attrs.evolve(self, closed=now), (GlassClosed(),))

    def see(self, by: str) -> Step[Self]:
        """One of those who were told has seen it."""
        if by not in self.told or by in self.seen:
            return Step(self)
        seen = (*self.seen, by)
        return Step(attrs.evolve(self, seen=seen), (GlassSeen(count=len(seen)),))


def grant_holds(keys: Mapping[str, Any], now: datetime) -> bool:
    """Whether a grant, told by its keys, lets its actor look at a moment (aware)."""
    return not keys["closed"] and str(keys["until"]) > utc_text(now)


def utc_text(moment: datetime) -> str:
    """A moment as text that sorts by time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


@final
@attrs.frozen(kw_only=True)
class Access:
    """One look that is remembered. ``people`` are whom it showed, ``records`` what it showed, as "kind/id".

    A longer page is remembered as several.
    """

    id: AccessId
    by: str
    at: datetime
    purpose: str
    ground: Ground
    people: tuple[MemberId, ...] = ()
    records: tuple[str, ...] = ()
    grant: GrantId | None = None
    sheet: str | None = None

    @classmethod
    def remember(
        cls,
        *,
        id: AccessId,
        by: str,
        at: datetime,
        purpose: str,
        ground: Ground,
        people: tuple[MemberId, ...],
        records: tuple[str, ...],
        grant: GrantId | None = None,
        sheet: str | None = None,
    ) -> Step[Access]:
        """Remember a look."""
        made = cls(
            id=id,
            by=by,
            at=at,
            purpose=purpose,
            ground=ground,
            people=people,
            records=records,
            grant=grant,
            sheet=sheet,
        )
        return Step(made, (RecordsAccessed(ground=ground, purpose=purpose, people=len(people)),))
