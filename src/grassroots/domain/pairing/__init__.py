"""A pairing is the promise of one person to look after another one, and contacts are how it is kept.

Terms. A *scheme* is what kind of pairing it is ("low-age with high-age", "delegate with person in need");
its limits are rule-pack data. The *supporter* looks after, the *recipient* is looked after. A *contact* is a
visit, call or message, made or only attempted. A pairing that has ended is never re-opened: who start again
start a new one, so that each has one beginning and one end.
"""

from grassroots.domain.pairing.contact import (
    CONTACT_CORRECTABLE,
    Contact,
    ContactCorrected,
    ContactOutcome,
    ContactRecorded,
    Medium,
    OutsidePairing,
)
from grassroots.domain.pairing.events import (
    AlreadyPaired,
    HandedToOneself,
    NotTakingPart,
    PairedWithOneself,
    PairingAccepted,
    PairingBegun,
    PairingEnded,
    PairingNotTheirs,
    PairingPaused,
    PairingProposed,
    PairingResumed,
    PairingReviewed,
    PairingTried,
    ReviewOutcome,
    SupporterFull,
    WrongAgeBand,
)
from grassroots.domain.pairing.record import (
    KEPT_UP,
    NOT_BEGUN,
    TRANSITIONS,
    EndReason,
    Pairing,
    PairingStatus,
    Review,
    unchecked,
)
from grassroots.domain.pairing.scheme import (
    AgeBand,
    Fit,
    Scheme,
)

__all__ = [
    "CONTACT_CORRECTABLE",
    "KEPT_UP",
    "NOT_BEGUN",
    "TRANSITIONS",
    "AgeBand",
    "AlreadyPaired",
    "Contact",
    "ContactCorrected",
    "ContactOutcome",
    "ContactRecorded",
    "EndReason",
    "Fit",
    "HandedToOneself",
    "Medium",
    "NotTakingPart",
    "OutsidePairing",
    "PairedWithOneself",
    "Pairing",
    "PairingAccepted",
    "PairingBegun",
    "PairingEnded",
    "PairingNotTheirs",
    "PairingPaused",
    "PairingProposed",
    "PairingResumed",
    "PairingReviewed",
    "PairingStatus",
    "PairingTried",
    "Review",
    "ReviewOutcome",
    "Scheme",
    "SupporterFull",
    "WrongAgeBand",
    "unchecked",
]
