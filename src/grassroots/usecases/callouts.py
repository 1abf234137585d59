"""Callouts at a desk: call everybody who fits, count the answers, stop when enough have said yes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import final

import attrs

from grassroots.contracts.storage import Is, Ref
from grassroots.domain.callout import (
    Callout,
    CalloutAnswer,
    CalloutStatus,
    Ring,
    Said,
    Standing,
    answer_id,
    stations_of,
    unfit,
)
from grassroots.domain.checks import one_of
from grassroots.domain.matching import Profile
from grassroots.domain.member import Limit, Member, MemberStatus
from grassroots.domain.organization import Organization
from grassroots.domain.policy import Action, Actor, Posture
from grassroots.domain.station import Station
from grassroots.values.ids import CalloutId, MemberId, OrganizationId, StationId
from grassroots.workspace.acts import Room, act, look
from grassroots.workspace.reading import Reading
from grassroots.workspace.work import Work


@final
class Callouts(Room):
    """The room ``desk.callouts``."""

    def open(
        self,
        *,
        station: StationId,
        what: str,
        starts: datetime,
        needed: int,
        place: str = "",
        skills: Iterable[str] = (),
        demands: Iterable[Limit | str] = (),
        ring: Ring | str = Ring.STATION,
        compound: OrganizationId | None = None,
        within_minutes: int | None = None,
        also: Iterable[MemberId] = (),
    ) -> Callout:
        """Call out everybody who fits, and whoever is named in ``also``.

        With ``compound`` and ``within_minutes``, whoever is known to live so near on foot is asked, whatever
        station they belong to, and nobody who is known to live further; ``ring`` counts for the others.

        Whether somebody fits is decided by all that is known of them, and never shown: a caller who may not
        see what a body cannot do sees only who was asked. ``starts`` is aware.
        """
        skilled, limits = tuple(skills), tuple(one_of(Limit, one) for one in demands)
        walk = None if compound is None or within_minutes is None else (compound, within_minutes)
        asked = (*self._fitting(station, one_of(Ring, ring), skilled, limits, walk), *also)
        return self._open(
            station=station, what=what, starts=starts, needed=needed, place=place, skills=skilled,
            demands=limits, ring=one_of(Ring, ring), compound=compound, within_minutes=within_minutes,
            asked=asked,
        )  # fmt: skip

    @act
    def _open(
        self,
        work: Work,
        *,
        station: StationId,
        what: str,
        starts: datetime,
        needed: int,
        place: str,
        skills: tuple[str, ...],
        demands: tuple[Limit, ...],
        ring: Ring,
        compound: OrganizationId | None,
        within_minutes: int | None,
        asked: tuple[MemberId, ...],
    ) -> Callout:
        work.load(Station, station)
        if compound is not None:
            work.load(Organization, compound)
        step = Callout.open(
            id=CalloutId(work.new_id()), station=station, what=what, starts=starts, needed=needed,
            place=place, skills=skills, demands=demands, ring=ring, compound=compound,
            within_minutes=within_minutes, asked=asked, now=work.now,
        )  # fmt: skip
        return work.keep(step)

    def widen(
        self,
        id: CalloutId,
        *,
        ring: Ring | str | None = None,
        within_minutes: int | None = None,
        also: Iterable[MemberId] = (),
    ) -> Callout:
        """Ask further away, or whoever is named; nobody is asked twice."""
        callout = self.get(id)
        wide = callout.ring if ring is None else one_of(Ring, ring)
        within = callout.within_minutes if within_minutes is None else within_minutes
        walk = None if callout.compound is None or within is None else (callout.compound, within)
        found = self._fitting(callout.station, wide, callout.skills, callout.demands, walk)
        return self._widen(id, wide, within_minutes, (*found, *also))

    @act
    def _widen(
        self, work: Work, id: CalloutId, ring: Ring, within_minutes: int | None, asked: tuple[MemberId, ...]
    ) -> Callout:
        return work.keep(work.load(Callout, id).widen(ring, asked, within_minutes))

    @act
    def answer(self, work: Work, id: CalloutId, member: MemberId, said: Said | str) -> CalloutAnswer:
        """Somebody answers, at the desk, by telephone or on their own; saying the same again changes nothing.

        When enough have said yes, the callout is met in the same act. When a yes is taken back, whoever was
        spare the longest moves up; if nobody is, people are asked again.
        """
        callout = work.load(Callout, id)
        standing = [one for one in work.find(CalloutAnswer, Is("callout", id)) if one.member != member]
        counted = [one for one in standing if one.counts]
        former = work.peek(CalloutAnswer, answer_id(id, member))
        step = CalloutAnswer.give(callout, member, said, former=former, yes=len(counted))
        given = work.keep(step, Ref("callout", id))
        spare = [one for one in standing if one.spare]
        up = spare[: max(0, callout.needed - len(counted) - given.counts)]
        for one in up:
            work.keep(one.move_up(), Ref("callout", id))
        work.keep(callout.count(len(counted) + given.counts + len(up)))
        return given

    @act
    def close(self, work: Work, id: CalloutId) -> Callout:
        """It is over."""
        counted = work.find(CalloutAnswer, Is("callout", id), Is("counts", True))
        return work.keep(work.load(Callout, id).close(len(counted)))

    @act
    def call_off(self, work: Work, id: CalloutId, *, reason: str) -> Callout:
        """It does not take place."""
        return work.keep(work.load(Callout, id).call_off(reason))

    # -- looks --------------------------------------------------------------------------------------------
    @look
    def get(self, reading: Reading, id: CalloutId) -> Callout:
        """One callout."""
        return reading.get(Callout, id)

    @look
    def all(
        self,
        reading: Reading,
        *,
        status: CalloutStatus | None = CalloutStatus.OPEN,
        station: StationId | None = None,
    ) -> list[Callout]:
        """The callouts by status (None: all) and station, in order of entry."""
        where = [Is("status", status.value)] if status else []
        if station is not None:
            where.append(Is("station", station))
        return reading.list(Callout, *where)

    @look
    def answers(self, reading: Reading, id: CalloutId) -> list[CalloutAnswer]:
        """What people answered, in the order of their ids."""
        return reading.list(CalloutAnswer, Is("callout", id))

    @look
    def standing(self, reading: Reading, id: CalloutId) -> Standing:
        """How it stands at this moment, counted from the answers."""
        return Standing.of(reading.get(Callout, id), reading.walk(CalloutAnswer, Is("callout", id)))

    # -- who fits -----------------------------------------------------------------------------------------
    @look
    def _fitting(
        self,
        reading: Reading,
        station: StationId,
        ring: Ring,
        skills: tuple[str, ...],
        demands: tuple[Limit, ...],
        walk: tuple[OrganizationId, int] | None,
    ) -> tuple[MemberId, ...]:
        """The ids of whoever fits, decided by all that is known; for those who may call people out at all."""
        reading.seat.may(reading.office.kinds.of(Callout), Action.WRITE)
        reading = Reading(attrs.evolve(reading.seat, actor=Actor("callout", Posture.SYSTEM)))
        parents = {one.id: one.parent for one in reading.walk(Station)}
        places = stations_of(ring, station, parents)
        active = Is("status", MemberStatus.ACTIVE.value)
        if places is None or walk is not None:
            people: Iterable[Member] = reading.walk(Member, active)
        else:
            people = (
                one for place in sorted(places) for one in reading.walk(Member, Is("station", place), active)
            )
        if walk is not None:
            homes = {one.id: one for one in reading.walk(Profile)}
            people = (one for one in people if _near(one, homes.get(one.id), places, *walk))
        return tuple(one.id for one in people if not unfit(one, skills, demands))


def _near(
    member: Member,
    home: Profile | None,
    places: Collection[StationId] | None,
    compound: OrganizationId,
    within_minutes: int,
) -> bool:
    """Whether somebody lives near enough on foot; by their station where nobody knows how far it is."""
    minutes = None if home is None else home.minutes.get(compound)
    if minutes is not None:
        return minutes <= within_minutes
    return places is None or member.station in places
