"""Planning problems as plain data: who looks after whom, and who is on duty when.

Four pieces that know nothing of each other's insides: the **problem** (who, what, which rules, which wishes),
the **plan** (the answer, what each goal came to and what is proven about it), the **checker**, which reads a
problem and a plan and finds what is wrong, and the **planner**, which is a plugin. No plan is used that the
checker has not passed, whoever made it: :func:`ask_for_pairs` and :func:`ask_for_rota` see to that.

Hard rules are never broken: where they cannot be kept, the answer is a *clash*, the rules that cannot all
hold. Wishes are weighed, and a plan says what it left unmet. Ids are texts and mean nothing here; weights
and counts are whole numbers; minutes run from midnight of the first day on one clock without jumps.
"""

from grassroots.contracts.planning.answer import (
    Answer,
    Assignment,
    Finding,
    Forced,
    Goal,
    Pair,
    PairingPlan,
    PairingValues,
    RotaPlan,
    Rule,
)
from grassroots.contracts.planning.checking_pairs import check_pairs, value_pairs
from grassroots.contracts.planning.checking_rota import check_rota, value_rota
from grassroots.contracts.planning.doubts import pairing_doubts, rota_doubts
from grassroots.contracts.planning.explaining import Chosen, Explained, LeftAlone, explain_pairs
from grassroots.contracts.planning.fair import fair_targets, reach
from grassroots.contracts.planning.pairs import Candidate, Candidates, PairingProblem, Recipient, Supporter
from grassroots.contracts.planning.port import (
    Effort,
    PairingPlanner,
    PlanRefused,
    RotaPlanner,
    ask_for_pairs,
    ask_for_rota,
)
from grassroots.contracts.planning.rota import (
    CHANGES,
    COVER,
    FAIRNESS,
    WISHES,
    Apart,
    Away,
    Barred,
    Company,
    DayOff,
    Done,
    Fairness,
    Fixed,
    Limits,
    Need,
    Person,
    RotaProblem,
    Slot,
    Wish,
)
from grassroots.contracts.planning.rules import keeping, rules_of

__all__ = [
    "CHANGES",
    "COVER",
    "FAIRNESS",
    "WISHES",
    "Answer",
    "Apart",
    "Assignment",
    "Away",
    "Barred",
    "Candidate",
    "Candidates",
    "Chosen",
    "Company",
    "DayOff",
    "Done",
    "Effort",
    "Explained",
    "Fairness",
    "Finding",
    "Fixed",
    "Forced",
    "Goal",
    "LeftAlone",
    "Limits",
    "Need",
    "Pair",
    "PairingPlan",
    "PairingPlanner",
    "PairingProblem",
    "PairingValues",
    "Person",
    "PlanRefused",
    "Recipient",
    "RotaPlan",
    "RotaPlanner",
    "RotaProblem",
    "Rule",
    "Slot",
    "Supporter",
    "Wish",
    "ask_for_pairs",
    "ask_for_rota",
    "check_pairs",
    "check_rota",
    "explain_pairs",
    "fair_targets",
    "keeping",
    "pairing_doubts",
    "reach",
    "rota_doubts",
    "rules_of",
    "value_pairs",
    "value_rota",
]
