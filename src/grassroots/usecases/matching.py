"""Matching at a desk: what people told us for being paired, who suits whom, and a plan for a whole scheme.

A plan reads and writes nothing; each proposal says why these two and what would have been next best, and for
everybody left out which rules stop them and what would help.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, final

import attrs

from grassroots.contracts.planning import (
    Answer,
    Candidate,
    Effort,
    Goal,
    PairingPlanner,
    PairingProblem,
    Recipient,
    Supporter,
    ask_for_pairs,
)
from grassroots.contracts.storage import Is
from grassroots.domain.consent import Consent
from grassroots.domain.kin import Tie
from grassroots.domain.matching import BarCode, Match, MatchRules, Profile, Reason, match
from grassroots.domain.member import Member, MemberStatus
from grassroots.domain.organization import Organization
from grassroots.domain.pairing import Pairing, PairingStatus
from grassroots.domain.safeguarding import (
    FindingCode,
    Safeguards,
    Screening,
    pairing_findings,
    younger_than,
)
from grassroots.usecases.pairings import propose_pair, scheme_on
from grassroots.usecases.safeguarding import MINOR_CARE, safeguards
from grassroots.values.ids import MemberId, OrganizationId, PairingId, SchemeId, StationId
from grassroots.workspace.acts import Room, act, look
from grassroots.workspace.reading import Reading
from grassroots.workspace.work import Work

USUAL = "optimal"
DEFAULT_ROOM = 5
"""How many people one supporter looks after where neither the scheme nor they say anything (1 : 5)."""

_LIVE = tuple(status.value for status in PairingStatus if status is not PairingStatus.ENDED)


@final
@attrs.frozen(kw_only=True)
class ProposalTold:
    """One pair of a plan. ``kept``: they are paired already (``pairing``), and stay together.

    ``next_best`` is whom the recipient would have had otherwise, with that match's score; None: nobody.
    """

    supporter: MemberId
    recipient: MemberId
    score: int
    reasons: tuple[tuple[Reason, int], ...] = ()
    kept: bool = False
    pairing: PairingId | None = None
    next_best: MemberId | None = None
    next_score: int = 0


@final
@attrs.frozen(kw_only=True)
class LeftOut:
    """Somebody whom the plan gives nobody.

    ``fitting`` is how many supporters may look after them (all of them full, if there are any), ``bars`` how
    many supporters each rule keeps away, the most frequent first; ``compound`` where one more would help.
    """

    recipient: MemberId
    fitting: int
    bars: tuple[tuple[BarCode, int], ...] = ()
    compound: OrganizationId | None = None


@final
@attrs.frozen(kw_only=True)
class PairingsTold:
    """A plan of pairings for one scheme, with names for people and places."""

    scheme: SchemeId
    planner: str
    answer: Answer
    proposals: tuple[ProposalTold, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    loads: Mapping[MemberId, int] = attrs.field(factory=dict)
    rooms: Mapping[MemberId, int] = attrs.field(factory=dict)
    goals: tuple[Goal, ...] = ()
    names: Mapping[str, str] = attrs.field(factory=dict)

    @property
    def new(self) -> tuple[ProposalTold, ...]:
        """The proposals that are not pairings already."""
        return tuple(one for one in self.proposals if not one.kept)


@final
class Matching(Room):
    """The room ``desk.matching``."""

    @act
    def tell(self, work: Work, /, member: MemberId, **fields: Any) -> Profile:
        """Write down what somebody told us for being paired; ``fields`` are those of :class:`Profile`."""
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
        circle = _Circle(reading, scheme, reading.today)
        people = reading.get(Member, supporter), reading.get(Member, recipient)
        return circle.match(*people)

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
        circle = _Circle(reading, scheme, reading.today, station)
        if isinstance(planner, str):
            from grassroots.discovery import find_pairing_planner

            name, planner = planner, find_pairing_planner(planner)
        else:
            name = "given"
        problem = circle.problem()
        plan = ask_for_pairs(planner, problem, Effort(seconds=seconds))
        chosen = {MemberId(pair.recipient): MemberId(pair.supporter) for pair in plan.pairs}
        return PairingsTold(
            scheme=scheme,
            planner=name,
            answer=plan.answer,
            proposals=tuple(circle.proposal(who, by) for who, by in sorted(chosen.items())),
            left_out=tuple(circle.left_out(one.id) for one in circle.recipients if one.id not in chosen),
            loads=Counter(chosen.values()),
            rooms={one.id: circle.room(one) for one in circle.supporters},
            goals=plan.goals,
            names=circle.names(),
        )

    @act
    def propose(self, work: Work, plan: PairingsTold, *, on: date | None = None) -> list[Pairing]:
        """Propose every new pair of a plan, all or none; what has changed since is refused by its rule."""
        return [propose_pair(work, plan.scheme, one.supporter, one.recipient, on=on) for one in plan.new]


class _Circle:
    """Everybody of a scheme on a day, read once; matches are worked out as they are asked for."""

    def __init__(
        self, reading: Reading, scheme: SchemeId, on: date, station: StationId | None = None
    ) -> None:
        self.reading, self.on, self.code = reading, on, scheme
        packs = reading.office.packs
        rules = packs.rule("pairing_scheme", scheme, on).value
        weights = packs.table("pairing_weight", on)
        self.rules = MatchRules(
            scheme=scheme_on(packs, scheme, on),
            on=on,
            most_minutes=rules.get("most_walking_minutes"),
            weights={code: int(answer.value["weight_points"]) for code, answer in weights.items()},
        )
        self.safe: Safeguards | None = safeguards(packs, on)
        self.profiles = {one.id: one for one in reading.walk(Profile)}
        every = reading.list(Pairing, Is("scheme", scheme))
        self.live = [one for one in every if one.status.value in _LIVE]
        self.before: dict[frozenset[MemberId], list[Pairing]] = defaultdict(list)
        for one in every:
            if one.status is PairingStatus.ENDED:
                self.before[frozenset(one.members)].append(one)
        self.ties: dict[MemberId, list[Tie]] = defaultdict(list)
        for tie in reading.walk(Tie):
            self.ties[tie.one].append(tie)
            self.ties[tie.other].append(tie)
        offering = {one.id for one in self.profiles.values() if one.offering}
        seeking = {one.id for one in self.profiles.values() if one.seeking}
        lookers = sorted(offering | {one.supporter for one in self.live})
        looked = sorted(seeking | {one.recipient for one in self.live})
        people = reading.get_all(Member, [*lookers, *looked])
        self.people: dict[MemberId, Member] = {MemberId(id_): one for id_, one in people.items()}
        at = (lambda one: True) if station is None else (lambda one: one.station == station)
        self.supporters = [
            self.people[id_]
            for id_ in lookers
            if id_ in self.people
            and at(self.people[id_])
            # Who seeks somebody now looks after nobody new; who is away is asked of nothing.
            and (id_ in offering or id_ not in seeking)
        ]
        gone = (MemberStatus.DECEASED, MemberStatus.LEFT, MemberStatus.MERGED)
        self.recipients = [
            self.people[id_]
            for id_ in looked
            if id_ in self.people and at(self.people[id_]) and self.people[id_].status not in gone
        ]
        stepping_aside = {one.id for one in self.profiles.values() if one.seeking and not one.offering}
        # A pairing that works is one of somebody who still looks after people.
        self.kept = {
            one.recipient: one
            for one in self.live
            if one.supporter not in stepping_aside and self._active(one.supporter)
        }
        self._screenings: dict[MemberId, list[Screening]] = {}
        self._matches: dict[tuple[MemberId, MemberId], Match] = {}

    def _active(self, member: MemberId) -> bool:
        return member in self.people and self.people[member].status is MemberStatus.ACTIVE

    # -- matches ------------------------------------------------------------------------------------------
    def match(self, supporter: Member, recipient: Member) -> Match:
        """The match of two people, worked out once."""
        key = (supporter.id, recipient.id)
        if key not in self._matches:
            self._matches[key] = match(
                supporter,
                recipient,
                self.profiles.get(supporter.id, Profile(id=supporter.id)),
                self.profiles.get(recipient.id, Profile(id=recipient.id)),
                self.rules,
                ties=[*self.ties.get(supporter.id, ()), *self.ties.get(recipient.id, ())],
                unsafe=self._unsafe(supporter, recipient),
                before=self.before.get(frozenset(key), ()),
            )
        return self._matches[key]

    def _unsafe(self, supporter: Member, recipient: Member) -> bool:
        if self.safe is None:
            return False
        if supporter.id not in self._screenings:
            known = self.reading.list(Screening, Is("member", supporter.id))
            self._screenings[supporter.id] = known
        consents = self.reading.list(Consent, Is("member", recipient.id)) if self._child(recipient) else []
        found = pairing_findings(
            supporter,
            recipient,
            scheme=self.code,
            screenings=self._screenings[supporter.id],
            ties=(),
            consented=any(one.holds(MINOR_CARE, self.on) for one in consents),
            on=self.on,
            rules=self.safe,
        )
        return any(one.code is not FindingCode.CONFLICT_OF_INTEREST for one in found)

    def _child(self, recipient: Member) -> bool:
        return self.safe is not None and younger_than(self.safe.minor_under, recipient, self.on)

    # -- the problem --------------------------------------------------------------------------------------
    def room(self, supporter: Member) -> int:
        """How many people one supporter can look after in this scheme, those they have included."""
        own = self.profiles[supporter.id].room if supporter.id in self.profiles else None
        most = self.rules.scheme.most
        known = [count for count in (own, most) if count is not None]
        have = sum(one.supporter == supporter.id for one in self.kept.values())
        # Nobody loses a pairing because a rule came to be stricter than it was.
        return max(min(known) if known else DEFAULT_ROOM, have)

    def problem(self) -> PairingProblem:
        """The planning problem: who may, how suitably, and which pairs work already."""
        candidates = []
        for recipient in self.recipients:
            kept = self.kept.get(recipient.id)
            for supporter in self.supporters:
                held = self.match(supporter, recipient)
                stays = kept is not None and kept.supporter == supporter.id
                if stays or not held.bars:
                    candidates.append(Candidate(supporter.id, recipient.id, held.score, stays))
        return PairingProblem.of(
            [Supporter(id=one.id, room=self.room(one)) for one in self.supporters],
            [Recipient(id=one.id) for one in self.recipients],
            candidates,
        )

    # -- in words -----------------------------------------------------------------------------------------
    def proposal(self, recipient: MemberId, supporter: MemberId) -> ProposalTold:
        """Why these two, and what would have been next best."""
        who = self.people[recipient]
        held = self.match(self.people[supporter], who)
        others = [self.match(one, who) for one in self.supporters if one.id != supporter]
        best = max(
            (one for one in others if not one.bars),
            key=lambda one: (one.score, one.supporter),
            default=None,
        )
        kept = self.kept.get(recipient)
        stays = kept is not None and kept.supporter == supporter
        return ProposalTold(
            supporter=supporter,
            recipient=recipient,
            score=held.score,
            reasons=held.reasons,
            kept=stays,
            pairing=kept.id if kept is not None and stays else None,
            next_best=None if best is None else best.supporter,
            next_score=0 if best is None else best.score,
        )

    def left_out(self, recipient: MemberId) -> LeftOut:
        """Which rules stop somebody, and where one more supporter would help."""
        who = self.people[recipient]
        held = [self.match(one, who) for one in self.supporters]
        bars = Counter(bar for one in held for bar in one.bars)
        profile = self.profiles.get(recipient)
        return LeftOut(
            recipient=recipient,
            fitting=sum(not one.bars for one in held),
            bars=tuple(sorted(bars.items(), key=lambda one: (-one[1], one[0].value))),
            compound=None if profile is None else profile.compound,
        )

    def names(self) -> Mapping[str, str]:
        """The names of everybody, and of the compounds."""
        compounds = {one.compound for one in self.profiles.values() if one.compound is not None}
        places: Sequence[Organization] = list(self.reading.get_all(Organization, sorted(compounds)).values())
        return {
            **{one.id: one.name for one in self.people.values()},
            **{place.id: place.name for place in places},
        }
