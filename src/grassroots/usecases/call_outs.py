"""Call-outs at a desk: call everybody who fits, count the answers, stop when enough have said yes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import final

import attrs

from grassroots.contracts.storage import Is, Ref
from grassroots.domain.call_out import (
    CallOut,
    CallOutAnswer,
    CallOutStatus,
    Ring,
    Said,
    Standing,
    answer_id,
    stations_of,
    unfit,
)
from grassroots.domain.checks import one_of
from grassroots.domain.member import Limit, Member, MemberStatus
from grassroots.domain.policy import Actor, Posture
from grassroots.domain.station import Station
from grassroots.values.ids import CallOutId, MemberId, StationId
from grassroots.workspace.acts import Room, act, look
from grassroots.workspace.reading import Reading
from grassroots.workspace.work import Work


@final
class CallOuts(Room):
    """The room ``desk.call_outs``."""

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
        also: Iterable[MemberId] = (),
    ) -> CallOut:
        """Call out everybody who fits, and whoever is named in ``also``.

        Whether somebody fits is decided by all that is known of them, and never shown: a caller who may not
        see what a body cannot do sees only who was asked. ``starts`` is aware.
        """
        skilled, limits = tuple(skills), tuple(one_of(Limit, one) for one in demands)
        asked = (*self._fitting(station, one_of(Ring, ring), skilled, limits), *also)
        return self._open(
            station=station, what=what, starts=starts, needed=needed, place=place, skills=skilled,
            demands=limits, ring=one_of(Ring, ring), asked=asked,
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
        asked: tuple[MemberId, ...],
    ) -> CallOut:
        work.load(Station, station)
        step = CallOut.open(
            id=CallOutId(work.new_id()), station=station, what=what, starts=starts, needed=needed,
            place=place, skills=skills, demands=demands, ring=ring, asked=asked, now=work.now,
        )  # fmt: skip
        return work.keep(step)

    def widen(self, id: CallOutId, *, ring: Ring | str, also: Iterable[MemberId] = ()) -> CallOut:
        """Ask further away, or whoever is named; nobody is asked twice."""
        call_out = self._looking().get(CallOut, id)
        found = self._fitting(call_out.station, one_of(Ring, ring), call_out.skills, call_out.demands)
        return self._widen(id, one_of(Ring, ring), (*found, *also))

    @act
    def _widen(self, work: Work, id: CallOutId, ring: Ring, asked: tuple[MemberId, ...]) -> CallOut:
        return work.keep(work.load(CallOut, id).widen(ring, asked))

    @act
    def answer(self, work: Work, id: CallOutId, member: MemberId, said: Said | str) -> CallOutAnswer:
        """Somebody answers, at the desk, by telephone or on their own; saying the same again changes nothing.

        When enough have said yes, the call-out is met in the same act. When a yes is taken back, whoever was
        spare the longest moves up; if nobody is, people are asked again.
        """
        call_out = work.load(CallOut, id)
        standing = [one for one in work.find(CallOutAnswer, Is("call_out", id)) if one.member != member]
        counted = [one for one in standing if one.counts]
        former = work.peek(CallOutAnswer, answer_id(id, member))
        step = CallOutAnswer.give(call_out, member, said, former=former, yes=len(counted))
        given = work.keep(step, Ref("call_out", id))
        spare = [one for one in standing if one.spare]
        up = spare[: max(0, call_out.needed - len(counted) - given.counts)]
        for one in up:
            work.keep(one.move_up(), Ref("call_out", id))
        work.keep(call_out.count(len(counted) + given.counts + len(up)))
        return given

    @act
    def close(self, work: Work, id: CallOutId) -> CallOut:
        """It is over."""
        counted = work.find(CallOutAnswer, Is("call_out", id), Is("counts", True))
        return work.keep(work.load(CallOut, id).close(len(counted)))

    @act
    def call_off(self, work: Work, id: CallOutId, *, reason: str) -> CallOut:
        """It does not take place."""
        return work.keep(work.load(CallOut, id).call_off(reason))

    # -- looks --------------------------------------------------------------------------------------------
    @look
    def get(self, reading: Reading, id: CallOutId) -> CallOut:
        """One call-out."""
        return reading.get(CallOut, id)

    @look
    def all(
        self,
        reading: Reading,
        *,
        status: CallOutStatus | None = CallOutStatus.OPEN,
        station: StationId | None = None,
    ) -> list[CallOut]:
        """The call-outs by status (None: all) and station, in order of entry."""
        where = [Is("status", status.value)] if status else []
        if station is not None:
            where.append(Is("station", station))
        return reading.list(CallOut, *where)

    @look
    def answers(self, reading: Reading, id: CallOutId) -> list[CallOutAnswer]:
        """What people answered, in the order of their ids."""
        return reading.list(CallOutAnswer, Is("call_out", id))

    @look
    def standing(self, reading: Reading, id: CallOutId) -> Standing:
        """How it stands at this moment, counted from the answers."""
        return Standing.of(reading.get(CallOut, id), reading.walk(CallOutAnswer, Is("call_out", id)))

    # -- who fits -----------------------------------------------------------------------------------------
    def _looking(self) -> Reading:
        return Reading(attrs.evolve(self._seat, actor=Actor("call-out", Posture.SYSTEM)))

    def _fitting(
        self, station: StationId, ring: Ring, skills: tuple[str, ...], demands: tuple[Limit, ...]
    ) -> tuple[MemberId, ...]:
        reading = self._looking()
        parents = {one.id: one.parent for one in reading.walk(Station)}
        places = stations_of(ring, station, parents)
        active = Is("status", MemberStatus.ACTIVE.value)
        if places is None:
            people: Iterable[Member] = reading.walk(Member, active)
        else:
            people = (
                one for place in sorted(places) for one in reading.walk(Member, Is("station", place), active)
            )
        return tuple(one.id for one in people if not unfit(one, skills, demands))
