"""The built-in planners under the name ``optimal``, on OR-Tools (Apache-2.0); the extra ``planning``.

Pairings are a flow of least cost, rotas a constraint model; both come back with a proof. Nothing heavy is
imported before somebody plans: the constraint solver alone takes half a second to load.
"""

from __future__ import annotations

from collections.abc import Iterable

from grassroots.contracts.hooks import PlannerOffer, hookimpl
from grassroots.contracts.planning import PairingPlanner, RotaPlanner


def _pairs() -> PairingPlanner:
    from grassroots.plugins.planning.flow import FlowPlanner

    return FlowPlanner()


def _rota() -> RotaPlanner:
    from grassroots.plugins.planning.rota import CpSatPlanner

    return CpSatPlanner()


@hookimpl
def grassroots_planners() -> Iterable[PlannerOffer]:
    """Offer the planner ``optimal``."""
    return [PlannerOffer(name="optimal", pairs=_pairs, rota=_rota)]
