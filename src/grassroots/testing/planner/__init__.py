"""The promises of a planner as tests. An author says which planners there are and gets them all::

    from grassroots.testing.planner import PlannerConformance

    class TestAcme(PlannerConformance):
        pairs = AcmePairs()
        rota = AcmeRota()

Whoever offers only one of the two leaves the other out. Nothing is asked that takes a clever planner: plans
have to be sound, and what a planner *says* of its plans has to be true. ``FOUND`` with an honest bound is
always allowed; ``PROVEN`` and ``IMPOSSIBLE`` are held against trying everything.
"""

from grassroots.testing.planner.communities import community, crowd
from grassroots.testing.planner.conformance import PlannerConformance
from grassroots.testing.planner.reference import ShortestPaths, TryAll

__all__ = ["PlannerConformance", "ShortestPaths", "TryAll", "community", "crowd"]
