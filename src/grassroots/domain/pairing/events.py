"""What happens to pairings, and what refuses them."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import final

import attrs

from grassroots.domain.fields import FieldGroup
from grassroots.domain.step import Event
from grassroots.errors import Refused
from grassroots.values.ids import MemberId, PairingId, SchemeId


class ReviewOutcome(StrEnum):
    """What those who looked at a pairing found."""

    GOES_ON = "goes-on"
    CHANGE = "change"  # it goes on, and something has to change
    END_IT = "end-it"  # it should end, or be handed over


# -- events -----------------------------------------------------------------------------------------------
@final
@attrs.frozen(kw_only=True)
class PairingProposed(Event):
    """Two people were proposed to each other.

    ``unchecked`` are the codes of what the records leave open, ``overridden`` the codes of the refusals
    that somebody went beyond; who it was stands in the record, which can be erased.
    """

    scheme: SchemeId
    supporter: MemberId
    recipient: MemberId
    unchecked: tuple[str, ...] = ()
    overridden: tuple[str, ...] = ()
    succeeds: PairingId | None = None


@final
@attrs.frozen(kw_only=True)
class PairingAccepted(Event):
    """One of the two said yes; ``both`` says that now both have."""

    by: MemberId
    on: date
    both: bool


@final
@attrs.frozen(kw_only=True)
class PairingTried(Event):
    """A trial began on this day; it is looked at again on ``until``."""

    on: date
    until: date


@final
@attrs.frozen(kw_only=True)
class PairingReviewed(Event):
    """Somebody looked at it with both of them. What was said stays with them."""

    on: date
    outcome: ReviewOutcome
    again: date | None = None


@final
@attrs.frozen(kw_only=True)
class PairingBegun(Event):
    """It began on this day."""

    on: date


@final
@attrs.frozen(kw_only=True)
class PairingPaused(Event):
    """From this day on nobody is expected."""

    on: date


@final
@attrs.frozen(kw_only=True)
class PairingResumed(Event):
    """From this day on it is kept up again."""

    on: date


@final
@attrs.frozen(kw_only=True)
class PairingEnded(Event):
    """It ended on this day. The reason stays in the record: it may tell of an illness."""

    on: date


# -- refusals ---------------------------------------------------------------------------------------------
class PairedWithOneself(Refused):
    """Nobody looks after themselves."""

    code = "paired-with-oneself"


class NotTakingPart(Refused):
    """A person who died, left, or whose record was merged cannot be paired."""

    code = "pairing-not-taking-part"


class SupporterFull(Refused):
    """The scheme says how many people one supporter can look after; may be overridden by name."""

    code = "supporter-full"


class WrongAgeBand(Refused):
    """The scheme asks for another age, and the records leave no doubt; may be overridden by name."""

    code = "pairing-wrong-age"
    reveals = FieldGroup.IDENTITY.value


class PairingNotTheirs(Refused):
    """Only the two whom it is about can say yes to a pairing."""

    code = "pairing-not-theirs"


class HandedToOneself(Refused):
    """A pairing is handed over to somebody else, not to who has it."""

    code = "pairing-handed-to-oneself"


class AlreadyPaired(Refused):
    """These two have a live pairing of this scheme."""

    code = "already-paired"
