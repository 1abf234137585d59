"""Who may look after whom, and how well the two suit each other: rules and weights, and no solver.

Terms. A *profile* is what a member told us for being paired: languages, the compound, how far they can walk,
what is asked of the other one. A *bar* is a rule that stands between two people; it has a code, and names no
illness and no quarrel. *Suitability* is a sum of weights of the pack table ``pairing_weight``, each with its
reason. A *crowd* is everybody who may look after somebody, asked all at once.
"""

from grassroots.domain.matching.crowd import Crowd, Held, each
from grassroots.domain.matching.profile import BarCode, Profile, ProfileGiven, Reason, Walk
from grassroots.domain.matching.rules import GONE, Match, MatchRules, Side, match, reasons

__all__ = [
    "GONE",
    "BarCode",
    "Crowd",
    "Held",
    "Match",
    "MatchRules",
    "Profile",
    "ProfileGiven",
    "Reason",
    "Side",
    "Walk",
    "each",
    "match",
    "reasons",
]
