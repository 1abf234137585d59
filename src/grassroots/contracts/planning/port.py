"""What is asked of planners, and how an answer is taken: never without the checker."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from math import inf
from typing import Any, final

import attrs

from grassroots.contracts.planning.answer import Finding, PairingPlan, RotaPlan
from grassroots.contracts.planning.checking_pairs import check_pairs
from grassroots.contracts.planning.checking_rota import check_rota
from grassroots.contracts.planning.pairs import PairingProblem
from grassroots.contracts.planning.rota import RotaProblem
from grassroots.errors import BadInput, PluginError


def _seconds(_: Any, __: attrs.Attribute[Any], value: Any) -> None:
    if value is None:
        return
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not 0 < value < inf:
        raise BadInput("planning-seconds", what=str(value))


def _cores(_: Any, __: attrs.Attribute[Any], value: Any) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise BadInput("planning-cores", what=str(value))


@final
@attrs.frozen(kw_only=True)
class Effort:
    """How hard to try: seconds on the clock (about; None: until it is proven), and how many processor cores.

    The same problem, effort and ``seed`` give the same plan as long as the time suffices for a proof of
    every goal; what a planner finds when the time runs out may differ from run to run. BadInput
    ``planning-seconds`` (no number, or none above 0) and ``planning-cores``.
    """

    seconds: float | None = attrs.field(default=30.0, validator=_seconds)
    cores: int = attrs.field(default=2, validator=_cores)
    seed: int = 1


class PairingPlanner(ABC):
    """Proposes who should look after whom."""

    @abstractmethod
    def pair(self, problem: PairingProblem, effort: Effort) -> PairingPlan:
        """A plan. Capacity and candidates are hard; goals, in order: cover, keep, suitability, spread.

        Never raises because of the problem: an empty one has an empty plan. MissingExtra when a library is
        not installed.
        """


class RotaPlanner(ABC):
    """Proposes who should be on duty when."""

    @abstractmethod
    def roster(self, problem: RotaProblem, effort: Effort) -> RotaPlan:
        """A plan that breaks no hard rule, best in the goals of each level in order; or the clash of rules.

        Never raises because of the problem. MissingExtra when a library is not installed.
        """


class PlanRefused(PluginError):
    """A planner gave a plan that the checker does not pass; ``findings`` say what is wrong with it."""

    code = "plan-refused"

    def __init__(self, planner: str, findings: Sequence[Finding]) -> None:
        super().__init__("plan-refused", planner=planner, count=len(findings), first=findings[0].code)
        self.findings = tuple(findings)


def ask_for_pairs(
    planner: PairingPlanner, problem: PairingProblem, effort: Effort | None = None
) -> PairingPlan:
    """The plan of this planner, checked. Raises PlanRefused with the findings if it is not sound."""
    plan = planner.pair(problem, effort or Effort())
    if findings := check_pairs(problem, plan):
        raise PlanRefused(type(planner).__name__, findings)
    return plan


def ask_for_rota(planner: RotaPlanner, problem: RotaProblem, effort: Effort | None = None) -> RotaPlan:
    """The plan of this planner, checked. Raises PlanRefused with the findings if it is not sound."""
    plan = planner.roster(problem, effort or Effort())
    if findings := check_rota(problem, plan):
        raise PlanRefused(type(planner).__name__, findings)
    return plan
