"""Matching at a desk: what people told us for being paired, who suits whom, and a plan for a whole scheme.

A plan reads and writes nothing; each proposal says why these two and what would have been next best, and for
everybody left out which rules stop them and what would help.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any, final

import attrs

from grassroots.contracts.planning import Effort, PairingPlanner, ask_for_pairs, explain_pairs
from grassroots.domain.matching import Match, Profile
from grassroots.domain.member import Member
from grassroots.domain.organization import Organization
from grassroots.domain.pairing import PairedWithOneself, Pairing, PairingStatus
from grassroots.domain.station import Station
from grassroots.errors import BadInput
from grassroots.usecases.matching.circle import Circle
from grassroots.usecases.matching.told import LeftOut, PairingsTold, ProposalTold, Remedy, Wanted
from grassroots.usecases.pairings import propose_pair
from grassroots.values.ids import MemberId, SchemeId, StationId
from grassroots.workspace.acts import Room, act, look
from grassroots.workspace.reading import Reading
from grassroots.workspace.work import Work

__all__ = ["LeftOut", "Matching", "PairingsTold", "ProposalTold", "Remedy", "Wanted"]

USUAL = "optimal"

TOLD = frozenset(field.name for field in attrs.fields(Profile)) - {"id"}
"""What a profile has."""


@final
class Matching(Room):
    """The room ``desk.matching``."""

    @act
    def tell(self, work: Work, /, member: MemberId, **fields: Any) -> Profile:
        """Write down what somebody told us for being paired; ``fields`` are those of :class:`Profile`."""
        if strange := set(fields) - TOLD:
            raise BadInput("field-not-correctable", kind="profile", fields=tuple(sorted(strange)))
        work.load(Member, member)
        compounds = [fields.get("compound"), *(walk.compound for walk in fields.get("walks", ()))]
        for compound in compounds:
            if compound is not None:
                work.load(Organization, compound)
        for other in fields.get("apart", ()):
            work.load(Member, other)
        known = work.peek(Profile, member)
        if known is None:
            return work.keep(Profile.give(id=member, **fields))
        return work.keep(known.set(**fields))

    @look
    def profile(self, reading: Reading, member: MemberId) -> Profile | None:
        """What somebody told us; None if nobody asked."""
        return reading.peek(Profile, member)

    @look
    def between(self, reading: Reading, scheme: SchemeId, supporter: MemberId, recipient: MemberId) -> Match:
        """Two people held against each other under a scheme: what bars them, or why they suit."""
        if supporter == recipient:
            raise PairedWithOneself(member=supporter)
        circle = Circle(reading, scheme, reading.today)
        return circle.match(reading.get(Member, supporter), reading.get(Member, recipient))

    @look
    def plan(
        self,
        reading: Reading,
        scheme: SchemeId,
        *,
        station: StationId | None = None,
        planner: str | PairingPlanner = USUAL,
        seconds: float | None = 30.0,
    ) -> PairingsTold:
        """Who should look after whom, under a scheme. Nothing is written.

        Everybody who seeks somebody (or has somebody) takes part, and everybody who offers to look after
        somebody (or does). Goals in order: cover everyone, keep pairings that work, suitability, spread.
        ``station`` narrows both sides to one station.
        """
        if station is not None:
            reading.get(Station, station)
        circle = Circle(reading, scheme, reading.today, station)
        if isinstance(planner, str):
            from grassroots.discovery import find_pairing_planner

            name, planner = planner, find_pairing_planner(planner)
        else:
            name = "given"
        problem = circle.problem()
        plan = ask_for_pairs(planner, problem, Effort(seconds=seconds))
        explained = explain_pairs(problem, plan)
        proposals = (circle.proposal(one) for one in explained.chosen)
        left_out = tuple(circle.left_out(one) for one in explained.left_out)
        return PairingsTold(
            scheme=scheme,
            planner=name,
            answer=plan.answer,
            proposals=tuple(sorted(proposals, key=lambda one: one.recipient)),
            left_out=left_out,
            loads=Counter(MemberId(pair.supporter) for pair in plan.pairs),
            rooms=circle.rooms,
            goals=plan.goals,
            names=circle.names(),
        )

    @act
    def propose(self, work: Work, plan: PairingsTold, *, on: date | None = None) -> list[Pairing]:
        """Propose every new pair of a plan, all or none; what has changed since is refused by its rule.

        A pairing that the plan gives up for the sake of a new one is handed over: it ends, and the new one
        names it.
        """
        day = on or work.today
        for one in plan.new:
            if one.instead_of is not None:
                old = work.load(Pairing, one.instead_of)
                if old.status is not PairingStatus.ENDED:
                    work.keep(old.hand_over(day, one.supporter))
        return [
            propose_pair(work, plan.scheme, one.supporter, one.recipient, on=on, succeeds=one.instead_of)
            for one in plan.new
        ]
