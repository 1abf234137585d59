"""The rights of a person at a desk: what is kept about them, requests, stopping the use, and being forgotten.

The desk opens this room for the purpose ``rights``: what may only lie there is still reached from here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, final

import attrs

from grassroots.contracts.storage import Is
from grassroots.domain.call import Call
from grassroots.domain.checks import short_code
from grassroots.domain.consent import Basis, Consent
from grassroots.domain.fields import FieldGroup
from grassroots.domain.history import History
from grassroots.domain.kin import TieKind
from grassroots.domain.member import Member, MemberStatus
from grassroots.domain.policy import Effect, Effects, mask_fields
from grassroots.domain.retention import Fate, KeepRule
from grassroots.domain.rights import (
    Hold,
    KeptByLaw,
    RequestKind,
    RequestStatus,
    Restriction,
    RightsRequest,
    Standing,
    UnderHold,
    remembered,
)
from grassroots.errors import Denied
from grassroots.usecases.choices import code_groups, labels
from grassroots.usecases.consents import basis_of
from grassroots.usecases.erasing import erase_person, plan_erasure
from grassroots.usecases.forgetting import KEPT, PAGE, WHOLE, belongs_to, forget_record, records_about
from grassroots.usecases.kin import ties_of
from grassroots.usecases.people import about_somebody
from grassroots.usecases.reports.model import Words
from grassroots.values.dates import PartialDate
from grassroots.values.ids import HoldId, MemberId, RequestId, RestrictionId
from grassroots.workspace.acts import Room, act, look
from grassroots.workspace.codec import unstructure
from grassroots.workspace.reading import Reading
from grassroots.workspace.work import Work


@final
@attrs.frozen(kw_only=True)
class Kept:
    """One record about a person: its kind, id, and fields as plain data; others in it only by what they
    did.
    """

    kind: str
    id: str
    fields: Mapping[str, Any]


@final
@attrs.frozen(kw_only=True)
class PersonFile:
    """Everything that is kept about one person.

    ``names`` are masked names of others whom the records name; ``words`` the words of codes and ids of closed
    sets, ``groups`` for each kind the groups in which the labels of its other codes stand.
    """

    member: Member
    made: datetime
    records: tuple[Kept, ...]
    history: tuple[History, ...]
    consents: tuple[Consent, ...]
    looks: tuple[Kept, ...]
    names: Mapping[str, str]
    purposes: Mapping[str, Basis]
    words: Mapping[tuple[str, str, str], Words]
    groups: Mapping[str, Mapping[str, str]]


@final
class Rights(Room):
    """The room ``desk.rights``."""

    # -- requests -----------------------------------------------------------------------------------------
    @act
    def ask(
        self,
        work: Work,
        member: MemberId,
        kind: RequestKind,
        *,
        standing: Standing = Standing.SELF,
        by: MemberId | None = None,
        words: str | None = None,
        on: date | None = None,
    ) -> RightsRequest:
        """Write down what somebody asked for; ``by`` is a guardian, or a near relative of somebody who
        died.
        """
        person, ties = remembered(work.load(Member, member)), ties_of(work, member)
        day = on or work.today
        days = work.office.packs.table("rights_request", day).get("usual")
        step = RightsRequest.ask(
            id=RequestId(work.new_id()),
            member=member,
            kind=kind,
            on=day,
            standing=standing,
            by=by,
            words=words,
            answer_days=None if days is None else int(days.value["answer_days"]),
            died=person.status is MemberStatus.DECEASED,
            guardians=tuple(
                t.one for t in ties if t.kind is TieKind.GUARDIAN and t.other == member and t.span.covers(day)
            ),
            # Ties of the dead count as they were: a household does not end with a death.
            kin=tuple(t.one if t.other == member else t.other for t in ties),
        )
        return work.keep(step)

    @act
    def fulfil(self, work: Work, id: RequestId) -> RightsRequest:
        """It was done."""
        return work.keep(work.load(RightsRequest, id).fulfil(work.today))

    @act
    def refuse(self, work: Work, id: RequestId, *, reason: str) -> RightsRequest:
        """It is not done; ``reason`` is a short code, and the person is told."""
        return work.keep(work.load(RightsRequest, id).refuse(work.today, reason))

    @look
    def requests(
        self, reading: Reading, *, status: RequestStatus | None = RequestStatus.OPEN
    ) -> list[RightsRequest]:
        """Requests by status (None: all), the earliest answer first."""
        found = reading.list(RightsRequest, *([] if status is None else [Is("status", status.value)]))
        return sorted(found, key=lambda one: (one.due or date.max, one.id))

    # -- stopping the use, and holding --------------------------------------------------------------------
    @act
    def restrict(
        self, work: Work, member: MemberId, *, reason: str, purposes: Sequence[str] = ()
    ) -> Restriction:
        """Stop the use of somebody's records, for these purposes or for all: they only lie there."""
        work.load(Member, member)
        for purpose in purposes:
            basis_of(work.office.packs, purpose, work.today)
        step = Restriction.impose(
            id=RestrictionId(work.new_id()),
            member=member,
            since=work.today,
            reason=reason,
            purposes=tuple(purposes),
        )
        return work.keep(step)

    @act
    def lift(self, work: Work, id: RestrictionId) -> Restriction:
        """They may be used again."""
        return work.keep(work.load(Restriction, id).lift(work.today))

    @act
    def hold(self, work: Work, member: MemberId, *, reason: str) -> Hold:
        """Nothing about somebody is erased for now: a complaint, a court, an audit."""
        work.load(Member, member)
        step = Hold.place(id=HoldId(work.new_id()), member=member, since=work.today, reason=reason)
        return work.keep(step)

    @act
    def lift_hold(self, work: Work, id: HoldId) -> Hold:
        """The hold is over."""
        return work.keep(work.load(Hold, id).lift(work.today))

    @look
    def restrictions(self, reading: Reading, member: MemberId) -> list[Restriction]:
        """The restrictions of one person, lifted ones as well; Missing for nobody."""
        return about_somebody(reading, member, reading.list(Restriction, Is("member", member)))

    @look
    def holds(self, reading: Reading, member: MemberId) -> list[Hold]:
        """The holds on one person's records, lifted ones as well; Missing for nobody."""
        return about_somebody(reading, member, reading.list(Hold, Is("member", member)))

    # -- seeing it all ------------------------------------------------------------------------------------
    @look
    def about(self, reading: Reading, member: MemberId) -> PersonFile:
        """Everything that is kept about one person, as this viewer may see it.

        Third persons stand with masked names; who looked at the person's records is in it too.
        """
        person = reading.get(Member, member)
        found = [(spec, record) for spec, record in records_about(reading, member) if spec.name != "history"]
        others = {
            id_
            for spec, record in found
            for id_ in (*spec.people(record), *spec.authors(record), *spec.on_case(record))
            if id_ is not None and id_ != member
        }
        history = [
            one
            for spec, record in found
            for one in reading.walk(History, Is("about", f"{spec.name}/{record.id}"))
        ]
        today = reading.today
        return PersonFile(
            member=person,
            made=reading.now.astimezone(reading.office.zone),
            records=tuple(kept(spec.name, r) for spec, r in found if spec.name not in ("access", "grant")),
            history=tuple(sorted(history, key=lambda one: (one.at, one.id))),
            consents=tuple(record for spec, record in found if spec.name == "consent"),
            looks=tuple(kept(spec.name, r) for spec, r in found if spec.name in ("access", "grant")),
            names=_masked_names(reading, others),
            purposes={
                id_: Basis(answer.value["basis"])
                for id_, answer in reading.office.packs.table("purpose", today).items()
            },
            words=_words(reading, {spec.name for spec, _ in found}),
            groups={spec.name: code_groups(spec.record) for spec in reading.office.kinds},
        )

    # -- forgetting ---------------------------------------------------------------------------------------
    def erase(self, member: MemberId, *, reason: str = "asked") -> int:
        """Forget a person: their sensitive fields, former values, ties, screenings and keys. Counts stay.

        What others did (a duty, a visit) keeps its place with an id that leads to nobody. What waits to be
        told to them, or names them in its words, is erased from outbox and call lists. Refused while a hold
        stands, or where the law asks for longer keeping. Gives how many records were touched; a second
        time gives 0. Large files are forgotten page by page: broken off in the middle, it goes on when
        called again.
        """
        self._may_forget(member)
        total = 0
        while touched := self._forget_page(member, reason):
            total += touched
        plan = plan_erasure(self._seat, member)
        if not (total or plan.blanked or plan.erased):
            return 0
        return total + erase_person(self._seat, member, ground=short_code(reason, "reason")).records

    @act
    def _may_forget(self, work: Work, member: MemberId) -> None:
        work.load(Member, member)
        may_forget(work, member)

    @act
    def _forget_page(self, work: Work, member: MemberId, reason: str) -> int:
        """What names the person without belonging to them alone, and what is nothing without them."""
        rule = short_code(reason, "reason")
        reading = Reading(work.seat)
        touched = 0
        for spec, record in records_about(reading, member):
            if spec.name == "member" or (spec.name in KEPT and spec.name not in ("request", "grant")):
                continue
            if not belongs_to(spec, record, member) and spec.name not in WHOLE:
                continue
            # Who should still be rung up for somebody who is forgotten?
            whole = spec.name in WHOLE or (isinstance(record, Call) and record.waits)
            fate = Fate.ERASE if whole else Fate.BLANK
            touched += forget_record(work, spec, record.id, fate, rule)
            if touched >= PAGE:
                break
        return touched


def may_forget(work: Work, member: MemberId) -> None:
    """Refuse to forget somebody under a hold, or whose records the law still asks for."""
    for hold in work.find(Hold, Is("member", member), Is("standing", True)):
        raise UnderHold(member=member, reason=hold.reason)
    lawful = [
        KeepRule.from_rule(id_, answer.value)
        for id_, answer in work.office.packs.table("keep", work.today).items()
        if answer.value["ground"] == "law"
    ]
    if not lawful:
        return
    reading = Reading(work.seat)
    for spec, record in records_about(reading, member):
        for rule in lawful:
            over = rule.over_on(record) if spec.name in rule.kinds else None
            if over is not None and over > work.today and belongs_to(spec, record, member):
                raise KeptByLaw(member=member, rule=rule.id, until=over.isoformat())


def kept(kind: str, record: Any) -> Kept:
    """A record as plain data for the file of whom it is about, what is empty left out."""
    told = _plain(record)
    return Kept(kind=kind, id=record.id, fields={name: value for name, value in told.items() if name != "id"})


def _plain(value: Any) -> Any:
    """A value as plain data, what is empty left out; a masked record too, which need not be a sound one."""
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    if attrs.has(type(value)) and not isinstance(value, PartialDate):
        fields = ((field.name, getattr(value, field.name)) for field in attrs.fields(type(value)))
        return {name: _plain(one) for name, one in fields if one not in (None, (), "", "unknown")}
    return None if value is None else unstructure(value)


def _words(reading: Reading, kinds: set[str]) -> dict[tuple[str, str, str], Words]:
    """The words for the codes and ids of closed sets that these kinds hold, in both languages."""
    found: dict[tuple[str, str, str], Words] = {}
    for kind in sorted(kinds):
        for field in reading.office.kinds.named(kind).choices:
            try:
                english = labels(reading, kind, field, "en")
                chinese = labels(reading, kind, field, "zh")
            except Denied:
                continue  # who may not list the stations reads their ids
            for code, word in chinese.items():
                found[(kind, field, code)] = Words(word, english.get(code, code))
    return found


def _masked_names(reading: Reading, ids: set[str]) -> dict[str, str]:
    """Others in somebody's file stand with masked names, whoever looks: it is that person's file."""
    masked = Effects(
        {group: Effect.MASK if group is FieldGroup.IDENTITY else Effect.DENY for group in FieldGroup},
        reading.office.policy.masks,
    )
    people = reading.get_all(Member, sorted(ids))
    return {str(id_): mask_fields(person, masked).name for id_, person in people.items()}
