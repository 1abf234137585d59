"""Everybody of a scheme on a day, read once: the planning problem, and a plan told in words of the field."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from grassroots.contracts.planning import (
    Candidates,
    Chosen,
    LeftAlone,
    PairingProblem,
    Recipient,
    Supporter,
)
from grassroots.contracts.storage import Is
from grassroots.domain.consent import Consent
from grassroots.domain.kin import Tie
from grassroots.domain.matching import (
    GONE,
    BarCode,
    Crowd,
    Held,
    Match,
    MatchRules,
    Profile,
    Side,
    each,
    match,
    reasons,
)
from grassroots.domain.member import Member, MemberStatus
from grassroots.domain.organization import Organization
from grassroots.domain.pairing import NOT_BEGUN, AgeBand, Fit, Pairing, PairingStatus
from grassroots.domain.safeguarding import (
    FindingCode,
    Safeguards,
    Screening,
    pairing_findings,
    younger_than,
)
from grassroots.domain.station import Station
from grassroots.usecases.matching.told import LeftOut, ProposalTold, Remedy, Wanted
from grassroots.usecases.safeguarding import MINOR_CARE, safeguards
from grassroots.usecases.schemes import practice, scheme_on
from grassroots.values.ids import MemberId, SchemeId, StationId
from grassroots.workspace.reading import Reading

_LIVE = tuple(status.value for status in PairingStatus if status is not PairingStatus.ENDED)


class Circle:
    """Who takes part in a scheme on a day, and how each is held against the others."""

    def __init__(
        self, reading: Reading, scheme: SchemeId, on: date, station: StationId | None = None
    ) -> None:
        self.reading, self.on, self.code = reading, on, scheme
        self.rules = _rules(reading, scheme, on)
        usual = practice(reading.office.packs, on).get("recipients_per_supporter_count")
        # Where no pack says anything, nobody is given more people than one.
        self.usual = 1 if usual is None else int(usual)
        self.safe: Safeguards | None = safeguards(reading.office.packs, on)
        self.profiles = {one.id: one for one in reading.walk(Profile)}
        every = reading.list(Pairing, Is("scheme", scheme))
        live = [one for one in every if one.status.value in _LIVE]
        self.before: dict[MemberId, dict[MemberId, list[Pairing]]] = defaultdict(lambda: defaultdict(list))
        for one in every:
            if one.status is PairingStatus.ENDED:
                # Who got on got on, whoever looked after whom.
                self.before[one.recipient][one.supporter].append(one)
                self.before[one.supporter][one.recipient].append(one)
        self.ties: dict[MemberId, list[Tie]] = defaultdict(list)
        for tie in reading.walk(Tie):
            self.ties[tie.one].append(tie)
            self.ties[tie.other].append(tie)
        offering = {one.id for one in self.profiles.values() if one.offering}
        seeking = {one.id for one in self.profiles.values() if one.seeking}
        lookers = sorted(offering | {one.supporter for one in live})
        looked = sorted(seeking | {one.recipient for one in live})
        people = reading.get_all(Member, [*lookers, *looked])
        self.people: dict[MemberId, Member] = {MemberId(id_): one for id_, one in people.items()}
        here = {id_ for id_, one in self.people.items() if station is None or one.station == station}
        # Who seeks somebody now looks after nobody new; who is away is asked of nothing.
        self.supporters = [
            self.people[id_] for id_ in lookers if id_ in here and (id_ in offering or id_ not in seeking)
        ]
        self.recipients = [
            self.people[id_] for id_ in looked if id_ in here and self.people[id_].status not in GONE
        ]
        self.had = _standing(live)
        stepping_aside = seeking - offering
        # A pairing that works is one of somebody who still looks after people.
        self.kept = {
            recipient: one
            for recipient, one in self.had.items()
            if one.supporter not in stepping_aside and self._active(one.supporter)
        }
        self.rooms = self._rooms(live)
        self.crowd = Crowd([self._side(one) for one in self.supporters], self.rules)
        self._unsafe_sets: dict[tuple[bool, bool, bool], int] = {}
        self._screenings: dict[MemberId, list[Screening]] | None = None

    def _active(self, member: MemberId) -> bool:
        return member in self.people and self.people[member].status is MemberStatus.ACTIVE

    def _side(self, member: Member) -> Side:
        return Side.of(member, self.profiles.get(member.id, Profile(id=member.id)), self.on)

    def _rooms(self, live: Iterable[Pairing]) -> dict[MemberId, int]:
        """How many of the people of this plan each supporter can look after, those they have included."""
        planned = {one.id for one in self.recipients}
        have: Counter[MemberId] = Counter()
        elsewhere: Counter[MemberId] = Counter()
        for one in live:
            if one.recipient in planned and self.had[one.recipient].id == one.id:
                have[one.supporter] += 1
            else:
                # Somebody of another station, or somebody who has two: no plan frees that place.
                elsewhere[one.supporter] += 1
        rooms = {}
        for supporter in self.supporters:
            profile = self.profiles.get(supporter.id)
            own, most = None if profile is None else profile.room, self.rules.scheme.most
            known = [count for count in (own, most) if count is not None]
            room = (min(known) if known else self.usual) - elsewhere[supporter.id]
            # Nobody loses a pairing because a rule came to be stricter than it was.
            rooms[supporter.id] = max(room, have[supporter.id])
        return rooms

    # -- two people ---------------------------------------------------------------------------------------
    def match(self, supporter: Member, recipient: Member) -> Match:
        """Two people held against each other."""
        alone = Crowd([self._side(supporter)], self.rules)
        return match(
            supporter,
            recipient,
            self._side(supporter).profile,
            self._side(recipient).profile,
            self.rules,
            ties=[*self.ties.get(supporter.id, ()), *self.ties.get(recipient.id, ())],
            unsafe=bool(self._unsafe(recipient, alone, {})),
            before=self._former(recipient.id).get(supporter.id, ()),
        )

    def _former(self, recipient: MemberId) -> Mapping[MemberId, list[Pairing]]:
        return self.before.get(recipient, {})

    # -- one against all ----------------------------------------------------------------------------------
    def held(self, seeks: Side) -> Held:
        """One recipient held against every supporter."""
        id_ = seeks.member.id
        kin = [
            tie.other if tie.one == id_ else tie.one
            for tie in self.ties.get(id_, ())
            if tie.span.covers(self.on)
        ]
        unsafe = self._unsafe(seeks.member, self.crowd, self._unsafe_sets)
        return self.crowd.held(seeks, kin=kin, unsafe=unsafe)

    def _unsafe(self, recipient: Member, crowd: Crowd, known: dict[tuple[bool, bool, bool], int]) -> int:
        """Whom a rule that protects children keeps away, as a set.

        The rules look at the recipient in three ways only (a child, a child for whom a guardian answers,
        whether that guardian agreed): whoever is alike in these is kept from the same supporters.
        """
        if self.safe is None:
            return 0
        child = younger_than(self.safe.minor_under, recipient, self.on)
        if not child and self.code not in self.safe.schemes:
            return 0
        guarded = younger_than(self.safe.guardian_under, recipient, self.on)
        consents = self.reading.list(Consent, Is("member", recipient.id)) if child else []
        consented = any(one.holds(MINOR_CARE, self.on) for one in consents)
        key = (child, guarded, consented)
        if key not in known:
            safe = self.safe
            known[key] = crowd.who(
                lambda one: self._kept_away(one.member, recipient, safe, consented=consented)
            )
        return known[key]

    def _kept_away(self, supporter: Member, recipient: Member, safe: Safeguards, *, consented: bool) -> bool:
        if self._screenings is None:
            self._screenings = defaultdict(list)
            for one in self.reading.walk(Screening):
                self._screenings[one.member].append(one)
        found = pairing_findings(
            supporter,
            recipient,
            scheme=self.code,
            screenings=self._screenings.get(supporter.id, ()),
            ties=(),
            consented=consented,
            on=self.on,
            rules=safe,
        )
        return any(one.code is not FindingCode.CONFLICT_OF_INTEREST for one in found)

    # -- the problem --------------------------------------------------------------------------------------
    def problem(self) -> PairingProblem:
        """The planning problem: who may, how suitably, and which pairs work already."""
        columns = array("i"), array("i"), array("i"), array("b")
        helpers, rules = self.crowd.helpers, self.rules
        for row, recipient in enumerate(self.recipients):
            seeks = self._side(recipient)
            former = self._former(recipient.id)
            fitting = list(each(self.held(seeks).fitting))
            kept = self.kept.get(recipient.id)
            stays = None if kept is None else self.crowd.place.get(kept.supporter)
            scores = [
                sum(
                    points
                    for _, points in reasons(
                        helpers[number], seeks, rules, former.get(helpers[number].member.id, ())
                    )
                )
                for number in fitting
            ]
            if stays is not None and stays not in fitting:
                # What works stays possible, whatever rule came to speak against it.
                place = sum(number < stays for number in fitting)
                fitting.insert(place, stays)
                scores.insert(place, 0)
            columns[0].extend(fitting)
            columns[1].extend([row] * len(fitting))
            columns[2].extend(scores)
            columns[3].extend(number == stays for number in fitting)
        return PairingProblem(
            supporters=tuple(Supporter(id=one.id, room=self.rooms[one.id]) for one in self.supporters),
            recipients=tuple(Recipient(id=one.id) for one in self.recipients),
            candidates=Candidates(*columns),
        )

    # -- in words -----------------------------------------------------------------------------------------
    def proposal(self, chosen: Chosen) -> ProposalTold:
        """Why these two, and what would have been next best."""
        supporter, recipient = MemberId(chosen.pair.supporter), MemberId(chosen.pair.recipient)
        seeks, number = self._side(self.people[recipient]), self.crowd.place[supporter]
        bars: tuple[BarCode, ...] = ()
        if chosen.kept:
            held = self.held(seeks)
            bars = tuple(code for code, who in held.bars.items() if who >> number & 1)
        why = (
            ()
            if bars
            else reasons(
                self.crowd.helpers[number], seeks, self.rules, self._former(recipient).get(supporter, ())
            )
        )
        had = self.had.get(recipient)
        return ProposalTold(
            supporter=supporter,
            recipient=recipient,
            score=chosen.score,
            reasons=why,
            kept=chosen.kept,
            pairing=had.id if had is not None and chosen.kept else None,
            bars=bars,
            next_best=None if chosen.next_best is None else MemberId(chosen.next_best),
            next_score=chosen.next_score,
            next_full=chosen.next_full,
            instead_of=had.id if had is not None and not chosen.kept else None,
        )

    def left_out(self, alone: LeftAlone) -> LeftOut:
        """Which rules stop somebody, and what would help."""
        recipient = MemberId(alone.recipient)
        seeks = self._side(self.people[recipient])
        held, asked = self.held(seeks), seeks.profile
        counts = held.counts
        places = (self.profiles.get(MemberId(one)) for one in alone.circle)
        ages = self.rules.scheme.supporter_ages
        return LeftOut(
            recipient=recipient,
            fitting=alone.candidates,
            bars=tuple(sorted(counts.items(), key=lambda one: (-one[1], one[0].value))),
            compound=asked.compound,
            remedy=self._remedy(seeks, alone, counts),
            wanted=Wanted(
                compound=asked.compound,
                station=seeks.member.station if asked.compound is None else None,
                languages=asked.languages,
                sex=asked.wants_sex,
                skills=asked.needs,
                ages=None if ages == AgeBand() else ages.said,
            ),
            full=tuple(MemberId(one) for one in alone.full),
            places=tuple(dict.fromkeys(one.compound for one in places if one and one.compound is not None)),
        )

    def _remedy(self, seeks: Side, alone: LeftAlone, counts: Mapping[BarCode, int]) -> Remedy:
        if alone.candidates:
            return Remedy.ROOM
        if self.rules.scheme.recipient_ages.fit(seeks.ages) is Fit.OUT:
            return Remedy.OTHER_SCHEME
        nowhere = seeks.profile.compound is None and seeks.member.station is None
        if nowhere and self.rules.most_minutes is not None:
            return Remedy.PLACE
        if counts.get(BarCode.SAFEGUARDING, 0) == len(self.supporters) > 0:
            return Remedy.SAFEGUARDING
        return Remedy.SUPPORTER

    def names(self) -> Mapping[str, str]:
        """The names of everybody, and of the compounds and stations."""
        compounds = {one.compound for one in self.profiles.values() if one.compound is not None}
        stations = {one.station for one in self.recipients if one.station is not None}
        places: list[Organization | Station] = [
            *self.reading.get_all(Organization, sorted(compounds)).values(),
            *self.reading.get_all(Station, sorted(stations)).values(),
        ]
        return {
            **{one.id: one.name for one in self.people.values()},
            **{place.id: place.name for place in places},
        }


def _rules(reading: Reading, scheme: SchemeId, on: date) -> MatchRules:
    packs = reading.office.packs
    weights = packs.table("pairing_weight", on)
    young = weights.get("young-enough")
    return MatchRules(
        scheme=scheme_on(packs, scheme, on),
        on=on,
        most_minutes=packs.rule("pairing_scheme", scheme, on).value.get("most_walking_minutes"),
        weights={code: int(answer.value["weight_points"]) for code, answer in weights.items()},
        younger_years=None if young is None else young.value.get("younger_years"),
    )


def _standing(live: Iterable[Pairing]) -> dict[MemberId, Pairing]:
    """The pairing of each recipient that a plan counts with: one that has begun first, then the oldest."""
    found: dict[MemberId, Pairing] = {}
    for one in sorted(live, key=lambda pairing: (pairing.status in NOT_BEGUN, pairing.id)):
        found.setdefault(one.recipient, one)
    return found
