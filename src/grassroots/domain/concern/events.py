"""What happens to a concern, and what is refused. References, days and codes only: never a word of it."""

from __future__ import annotations

from datetime import date
from typing import final

import attrs

from grassroots.domain.concern.states import (
    Channel,
    ConcernKind,
    ConcernOutcome,
    ReplyMedium,
    Satisfaction,
)
from grassroots.domain.step import Event
from grassroots.errors import Refused
from grassroots.values.ids import ConcernId, MeetingId, MemberId, OrganizationId, ShiftId, StationId


@final
@attrs.frozen(kw_only=True)
class ConcernTaken(Event):
    """A concern was heard and written down."""

    station: StationId
    taken_on: date
    channel: Channel
    kind: ConcernKind | None = None
    shift: ShiftId | None = None


@final
@attrs.frozen(kw_only=True)
class ConcernAccepted(Event):
    """It will be dealt with, until ``due`` if a day was promised."""

    due: date | None = None


@final
@attrs.frozen(kw_only=True)
class ConcernAssigned(Event):
    """Somebody of the network sees to it."""

    owner: MemberId | None
    due: date | None = None


@final
@attrs.frozen(kw_only=True)
class ConcernReferred(Event):
    """It lies with an outside body (None: one that the register does not know)."""

    unit: OrganizationId | None
    due: date | None = None


@final
@attrs.frozen(kw_only=True)
class ConcernExtended(Event):
    """The due day was moved, with a reason that the resident has been told."""

    former: date
    due: date
    reason: str


@final
@attrs.frozen(kw_only=True)
class ConcernResolved(Event):
    """Solved."""

    on: date


@final
@attrs.frozen(kw_only=True)
class ConcernExplained(Event):
    """Cannot be solved; ``reason`` is the code of why."""

    on: date
    reason: str | None = None


@final
@attrs.frozen(kw_only=True)
class ConcernDeclined(Event):
    """Not a matter for the network."""

    on: date
    reason: str


@final
@attrs.frozen(kw_only=True)
class ConcernReplied(Event):
    """The resident was told."""

    on: date
    medium: ReplyMedium


@final
@attrs.frozen(kw_only=True)
class ConcernRated(Event):
    """The resident was asked how content they are."""

    rating: Satisfaction
    on: date


@final
@attrs.frozen(kw_only=True)
class ConcernClosed(Event):
    """Told, and nothing left to do."""

    on: date


@final
@attrs.frozen(kw_only=True)
class ConcernReopened(Event):
    """Taken up again; ``outcome`` is the one that did not hold."""

    on: date
    outcome: ConcernOutcome
    reason: str


@final
@attrs.frozen(kw_only=True)
class ConcernMerged(Event):
    """The same matter as another concern, which goes on."""

    into: ConcernId


@final
@attrs.frozen(kw_only=True)
class ConcernTabled(Event):
    """Discussed at a review meeting."""

    meeting: MeetingId
    on: date


@final
@attrs.frozen(kw_only=True)
class ConcernCorrected(Event):
    """Fields were set right; the former values are in the history."""

    fields: tuple[str, ...]
    reason: str | None = None


class ExtensionTooLate(Refused):
    """An extension is asked for before the due day is over (a city's rule, see rules-cn B.4)."""

    code = "extension-too-late"


class MergedWithItself(Refused):
    """A concern cannot be merged with itself, nor with one that was merged itself."""

    code = "concern-merge-nowhere"


class ConcernNumberTaken(Refused):
    """Another concern of the station has this number: the slip was typed before."""

    code = "concern-number-taken"
