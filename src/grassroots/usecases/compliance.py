"""Compliance at a desk: the pages that an office owes, computed from what is there and never written by hand.

The processing record (个人信息保护法 art. 55, 56; kept for three years), the impact assessment as a form
with everything filled in that the network knows, and the yearly audit of minors' data (未成年人网络保护条例
art. 37).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from typing import final

import attrs

from grassroots.contracts.policy import Action, Effect, Posture
from grassroots.contracts.storage import Is
from grassroots.domain.access import Ground
from grassroots.domain.charter import CHARTER_ID, Charter
from grassroots.domain.consent import Basis, Consent, needed
from grassroots.domain.fields import FieldGroup
from grassroots.domain.kin import Tie, TieKind
from grassroots.domain.member import Member, MemberStatus
from grassroots.domain.retention import KeepRule
from grassroots.domain.safeguarding import Safeguards, younger_than
from grassroots.usecases.access import AccessReport, access_report
from grassroots.usecases.reports.model import PackLine, Words
from grassroots.usecases.retention import keep_rules
from grassroots.usecases.safeguarding import MINOR_CARE, safeguards
from grassroots.values.dates import Period
from grassroots.workspace.acts import Room, look
from grassroots.workspace.reading import Reading


@final
@attrs.frozen(kw_only=True)
class PurposeLine:
    """One purpose, the ground it rests on, and how many consents for it stand."""

    id: str
    title: Words
    basis: Basis
    consents: int | None


@final
@attrs.frozen(kw_only=True)
class KindLine:
    """One kind of record that holds guarded fields.

    ``readers`` are the postures that may read a group of some record; ``open_to`` those that may of every
    one.
    """

    kind: str
    records: int
    groups: tuple[FieldGroup, ...]
    readers: Mapping[FieldGroup, tuple[Posture, ...]]
    open_to: Mapping[FieldGroup, tuple[Posture, ...]]
    rules: tuple[KeepRule, ...]


@final
@attrs.frozen(kw_only=True)
class ProcessingRecord:
    """What is kept, for what, on which ground, who may see it, and for how long."""

    network: Words
    made: datetime
    purposes: tuple[PurposeLine, ...]
    kinds: tuple[KindLine, ...]
    sealed: bool
    looks_remembered: bool
    packs: tuple[PackLine, ...]


@final
@attrs.frozen(kw_only=True)
class ImpactAssessment:
    """The form of an assessment: what the network knows is filled in, the rest is for people and pens.

    ``people`` are those in the register, ``children`` those who may be under the packs' ages.
    """

    record: ProcessingRecord
    people: int
    children: int
    youngest_guarded: int
    holds: int
    open_requests: int


@final
@attrs.frozen(kw_only=True)
class MinorsAudit:
    """The yearly audit of children's data: counts, findings by id, and the looks of the year."""

    network: Words
    year: int
    made: datetime
    ages: Mapping[str, int]
    without_guardian: tuple[str, ...]
    without_consent: tuple[str, ...]
    looks: AccessReport
    emergency_looks: int
    looks_remembered: bool
    rules: Safeguards | None


@final
class Compliance(Room):
    """The room ``desk.compliance``."""

    @look
    def processing_record(self, reading: Reading) -> ProcessingRecord:
        """The processing record as of now."""
        return _record(reading)

    @look
    def impact_assessment(self, reading: Reading) -> ImpactAssessment:
        """The form of an impact assessment, filled in as far as the network knows."""
        limit = max((age for age, _ in _ages(reading)), default=0)
        people = [one for one in reading.walk(Member) if one.status is not MemberStatus.MERGED]
        return ImpactAssessment(
            record=_record(reading),
            people=len(people),
            children=sum(younger_than(limit, one, reading.today) for one in people),
            youngest_guarded=limit,
            holds=sum(one.rows for one in reading.tally("hold", Is("standing", True)).values()),
            open_requests=sum(one.rows for one in reading.tally("request", Is("status", "open")).values()),
        )

    @look
    def minors(self, reading: Reading, year: int) -> MinorsAudit:
        """The audit of a year: children as they are today, looks as they were."""
        period = Period.parse(f"{year:04}")
        on = min(period.last, reading.today)
        rules = safeguards(reading.office.packs, on)
        bands = _ages(reading)
        limit = max((age for age, _ in bands), default=0)
        children = [
            one
            for one in reading.walk(Member)
            if one.status is not MemberStatus.MERGED and younger_than(limit, one, on)
        ]
        guarded = max((age for age, guardian in bands if guardian), default=0)
        young = [one for one in children if younger_than(guarded, one, on)]
        looks = access_report(reading, period)
        return MinorsAudit(
            network=_network(reading),
            year=year,
            made=reading.now.astimezone(reading.office.zone),
            ages=_by_age(reading, children, on),
            without_guardian=tuple(one.id for one in young if not _has_guardian(reading, one.id, on)),
            without_consent=tuple(
                one.id
                for one in young
                if not any(c.holds(MINOR_CARE, on) for c in reading.walk(Consent, Is("member", one.id)))
            ),
            looks=attrs.evolve(
                looks, accesses=tuple(one for one in looks.accesses if one.ground is Ground.MINOR)
            ),
            emergency_looks=looks.by_ground.get(Ground.EMERGENCY, 0),
            looks_remembered=_looks_remembered(reading),
            rules=rules,
        )


def _network(reading: Reading) -> Words:
    charter = reading.get(Charter, CHARTER_ID)
    return Words.given(charter.name, charter.name_en, reading.office.network)


def _record(reading: Reading) -> ProcessingRecord:
    packs, today = reading.office.packs, reading.today
    active = [pack for pack in packs.active if pack.in_force(today)]
    return ProcessingRecord(
        network=_network(reading),
        made=reading.now.astimezone(reading.office.zone),
        purposes=tuple(_purposes(reading)),
        kinds=tuple(_kinds(reading)),
        sealed=reading.office.sealing is not None,
        looks_remembered=_looks_remembered(reading),
        packs=tuple(
            PackLine(one.name, one.version, Words.given(one.title_zh, one.title_en, one.name))
            for one in active
        ),
    )


def _purposes(reading: Reading) -> list[PurposeLine]:
    standing = Counter(one.purpose for one in reading.walk(Consent, Is("standing", True)))
    found = []
    for id_, answer in reading.office.packs.table("purpose", reading.today).items():
        basis = Basis(answer.value["basis"])
        found.append(
            PurposeLine(
                id=id_,
                title=Words(answer.label("zh"), answer.label("en")),
                basis=basis,
                consents=standing[id_] if needed(basis) else None,
            )
        )
    return found


def _kinds(reading: Reading) -> list[KindLine]:
    rules, policy, purpose = keep_rules(reading), reading.office.policy, reading.seat.purpose
    found = []
    for spec in reading.office.kinds:
        groups = tuple(dict.fromkeys(spec.sealed.values()))
        if not groups:
            continue
        readers: dict[FieldGroup, tuple[Posture, ...]] = {}
        open_to: dict[FieldGroup, tuple[Posture, ...]] = {}
        for group in groups:
            some, every = [], []
            for posture in Posture:
                ties = policy.ties(posture, spec.name, Action.READ, purpose)
                asked = (frozenset(), *(frozenset({tie}) for tie in ties))
                effects = [
                    policy.effects(posture, tied, spec.name, Action.READ, purpose)[group] for tied in asked
                ]
                if any(effect is not Effect.DENY for effect in effects):
                    some.append(posture)
                if effects[0] is not Effect.DENY:
                    every.append(posture)
            readers[group], open_to[group] = tuple(some), tuple(every)
        found.append(
            KindLine(
                kind=spec.name,
                records=sum(one.rows for one in reading.tally(spec.name).values()),
                groups=groups,
                readers=readers,
                open_to=open_to,
                rules=tuple(rule for rule in rules if spec.name in rule.kinds),
            )
        )
    return found


def _ages(reading: Reading) -> list[tuple[int, bool]]:
    """The ages under which somebody is guarded, and whether a guardian speaks for them."""
    table = reading.office.packs.table("minor", reading.today).values()
    return [(int(one.value["under_age_years"]), bool(one.value.get("guardian_consent"))) for one in table]


def _by_age(reading: Reading, children: list[Member], on: date) -> dict[str, int]:
    """Head-counts by the packs' ages: "14" are those who may be under fourteen, "18" the others under
    eighteen.
    """
    counted: dict[str, int] = {}
    left = list(children)
    for age in sorted({age for age, _ in _ages(reading)}):
        under = [one for one in left if younger_than(age, one, on)]
        counted[str(age)] = len(under)
        left = [one for one in left if one not in under]
    return counted


def _has_guardian(reading: Reading, member: str, on: date) -> bool:
    ties = reading.walk(Tie, Is("other", member), Is("kind", TieKind.GUARDIAN.value))
    return any(tie.span.covers(on) for tie in ties)


def _looks_remembered(reading: Reading) -> bool:
    table = reading.office.packs.table("minor", reading.today).values()
    return any(one.value.get("access_logged") for one in table)
