"""Finding cover at a desk: whom to ask, who said yes, who is on call, who waits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import final

from grassroots.contracts.storage import Between, Is, Ref
from grassroots.domain.duty import Duty, Shift
from grassroots.domain.member import Member, MemberStatus
from grassroots.domain.rota import (
    GIVEN_UP,
    Ask,
    AskStatus,
    CoverFilled,
    Helper,
    Obstacle,
    ObstacleCode,
    Standby,
    StandbyKind,
    StandbyStatus,
    among_others,
    ranked,
    without_caps,
)
from grassroots.domain.station import Station, ancestors
from grassroots.usecases.crew import Crew
from grassroots.usecases.places import assign_duty, hours, move_up
from grassroots.values.dates import Period
from grassroots.values.ids import AskId, DutyId, MemberId, ShiftId, StandbyId, StationId
from grassroots.workspace.acts import Room, act, look
from grassroots.workspace.reading import Reading
from grassroots.workspace.work import Work

_READY = Is("status", StandbyStatus.READY.value)


@final
class Covers(Room):
    """The room ``desk.covers``."""

    @look
    def find(
        self, reading: Reading, shift: ShiftId, *, among: Iterable[MemberId] | None = None
    ) -> list[Helper]:
        """Whom to ask for a place in a shift, the first to ask first; then who cannot, with the reasons.

        On call before others, then who was asked least recently, who carried least this season, who is near.
        Limits that share duty out (per day, week, month, rest) are lifted for a shift that lacks people
        ``duty_policy.changes.caps_lifted_hours`` before it begins; limits that protect somebody never are.
        ``among`` narrows the people (all active members otherwise).
        """
        wanted = reading.get(Shift, shift)
        people = Crew(reading, Period(wanted.day, wanted.day), among=among)
        duties = reading.list(Duty, Is("shift", shift))
        there = [duty for duty in duties if duty.binding]
        refused = _refused(reading, shift, duties)
        lists = reading.list(Standby, Is("shift", shift), _READY)
        on_call = {one.member for one in lists if one.kind is StandbyKind.ON_CALL}
        lifted = _lifted(reading, wanted, there)
        season = people.season_loads()
        near = _nearness(reading.list(Station), wanted.station)
        asked = _last_asked(reading, people)
        helpers = []
        for member in people.members.values():
            if member.status is not MemberStatus.ACTIVE or any(duty.member == member.id for duty in there):
                continue
            found = (
                *people.obstacles(wanted, member),
                *among_others(wanted, people.duties_of(member.id), people.caps_of(member.id), people.zone),
                *_apart(people, member.id, there),
                *((Obstacle(ObstacleCode.SAID_NO),) if member.id in refused else ()),
            )
            helpers.append(
                Helper(
                    member=member.id,
                    obstacles=without_caps(found) if lifted else found,
                    on_call=member.id in on_call,
                    asked_at=asked.get(member.id),
                    load=season[member.id].duties if member.id in season else 0,
                    far=near.get(member.station, 2),
                )
            )
        return ranked(helpers)

    @act
    def ask(
        self, work: Work, shift: ShiftId, members: Sequence[MemberId], *, duty: DutyId | None = None
    ) -> list[Ask]:
        """Ask people whether they can take a place; who was asked already is not asked twice.

        ``duty`` is the one that fell out. Each ask is a fact that notices (or a call list) follow.
        """
        wanted = work.load(Shift, shift)
        if duty is not None:
            work.load(Duty, duty)
        known = {one.member: one for one in work.find(Ask, Is("shift", shift))}
        asks = []
        for member in members:
            work.load(Member, member)
            if member not in known:
                step = Ask.ask(wanted, member, id=AskId(work.new_id()), at=work.now, duty=duty)
                known[member] = work.keep(step, Ref("shift", shift), Ref("member", member))
            asks.append(known[member])
        return asks

    @act
    def agree(self, work: Work, id: AskId, *, despite: str | None = None) -> Duty:
        """Somebody takes the place. When the shift has enough people, the others are told they can rest.

        Refused with ``cover-filled`` if the shift has enough already: nobody comes for nothing.
        """
        ask = work.load(Ask, id)
        shift = work.load(Shift, ask.shift)
        there = [duty for duty in work.find(Duty, Is("shift", shift.id)) if duty.binding]
        mine = [duty for duty in there if duty.member == ask.member]
        if mine:
            return mine[0]
        if len(there) >= (shift.maximum or shift.minimum):
            raise CoverFilled(shift=shift.id, day=shift.day.isoformat(), member=ask.member)
        covered = None if ask.duty is None else work.load(Duty, ask.duty).member
        duty = assign_duty(work, shift, ask.member, despite=despite, covers=covered)
        work.keep(ask.agree(work.now))
        taken = work.keep(duty.accept(work.now))
        if len(there) + 1 >= shift.minimum:
            for other in work.find(Ask, Is("shift", shift.id), Is("status", AskStatus.ASKED.value)):
                work.keep(other.withdraw())
        return taken

    @act
    def decline(self, work: Work, id: AskId) -> Ask:
        """They cannot."""
        return work.keep(work.load(Ask, id).decline(work.now))

    # -- lists --------------------------------------------------------------------------------------------
    @act
    def sign_up(self, work: Work, shift: ShiftId, member: MemberId) -> Duty | Standby:
        """A member wants a shift: they get the place if there is one, else they wait and move up in turn."""
        wanted = work.load(Shift, shift)
        there = [duty for duty in work.find(Duty, Is("shift", shift)) if duty.binding]
        full = wanted.maximum is not None and len(there) >= wanted.maximum
        if full and all(duty.member != member for duty in there):
            return _join(work, wanted, member, StandbyKind.WAITING)
        return work.keep(assign_duty(work, wanted, member).accept(work.now))

    @act
    def stand_by(self, work: Work, shift: ShiftId, member: MemberId) -> Standby:
        """A member may be called for a shift: :meth:`find` names them first."""
        return _join(work, work.load(Shift, shift), member, StandbyKind.ON_CALL)

    @act
    def leave(self, work: Work, id: StandbyId) -> Standby:
        """They do not wait any more."""
        return work.keep(work.load(Standby, id).leave())

    @act
    def fill(self, work: Work, shift: ShiftId) -> list[Duty]:
        """Let those who wait move up, as many as the shift can take (after its maximum was raised)."""
        wanted = work.load(Shift, shift)
        moved = []
        while (duty := move_up(work, wanted)) is not None:
            moved.append(duty)
        return moved

    @look
    def lists(self, reading: Reading, shift: ShiftId) -> list[Standby]:
        """Who waits or is on call for a shift, in order."""
        return reading.list(Standby, Is("shift", shift), _READY)

    @look
    def asked(self, reading: Reading, shift: ShiftId) -> list[Ask]:
        """Who was asked about a shift, and what they said, in order."""
        return reading.list(Ask, Is("shift", shift))


def _join(work: Work, shift: Shift, member: MemberId, kind: StandbyKind) -> Standby:
    work.load(Member, member)
    for known in work.find(Standby, Is("shift", shift.id), Is("member", member), _READY):
        if known.kind is kind:
            return known
    step = Standby.join(shift, member, id=StandbyId(work.new_id()), kind=kind)
    return work.keep(step, Ref("shift", shift.id), Ref("member", member))


def _lifted(reading: Reading, shift: Shift, there: Sequence[Duty]) -> bool:
    before = hours(reading.office.packs, "caps_lifted_hours", reading.today)
    begins, _ = shift.window(reading.office.zone)
    return before is not None and len(there) < shift.minimum and begins - reading.now <= before


def _refused(reading: Reading, shift: ShiftId, duties: Sequence[Duty]) -> set[MemberId]:
    """Who told us that they cannot come to this shift: nobody asks them for it again."""
    gone = {duty.member for duty in duties if duty.status in GIVEN_UP}
    said = {ask.member for ask in reading.list(Ask, Is("shift", shift)) if ask.status is AskStatus.NO}
    return gone | said


def _last_asked(reading: Reading, people: Crew) -> dict[MemberId, datetime]:
    found: dict[MemberId, datetime] = {}
    for ask in reading.walk(Ask, Between("day", people.season.first.isoformat())):
        if ask.member in people.members:
            found[ask.member] = max(ask.asked_at, found.get(ask.member, ask.asked_at))
    return found


def _nearness(stations: Iterable[Station], here: StationId) -> dict[StationId | None, int]:
    tree = {station.id: station for station in stations}
    home = tree.get(here)
    above = set() if home is None else set(ancestors(home, tree)[:1])
    near: dict[StationId | None, int] = {}
    for station in tree.values():
        beside = station.parent is not None and station.parent in above
        if station.id in above or station.parent == here or beside:
            near[station.id] = 1
    return {**near, here: 0}


def _apart(people: Crew, member: MemberId, there: Sequence[Duty]) -> tuple[Obstacle, ...]:
    apart = any(people.must_be_apart(member, duty.member) for duty in there)
    return (Obstacle(ObstacleCode.APART),) if apart else ()
