"""Rotas at a desk: plan, look at it, change it, publish it; repair a published one; ask what if.

Planning reads and writes nothing; only what somebody keeps becomes a draft. A published rota is repaired with
as little change as can be: first the empty places alone, and only if that does not do, with everybody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import final

import attrs

from grassroots.contracts.planning import (
    CHANGES,
    COVER,
    FAIRNESS,
    WISHES,
    Answer,
    Assignment,
    RotaPlanner,
)
from grassroots.contracts.storage import Is
from grassroots.domain.duty import (
    EXPECTED,
    Duty,
    DutyHindered,
    DutyMemberAway,
    DutyOnLeave,
    DutyOverlaps,
    DutyRefused,
    Shift,
)
from grassroots.domain.member import Member
from grassroots.domain.rota import (
    GoalTold,
    Obstacle,
    ObstacleCode,
    Rota,
    RotaLine,
    RotaStatus,
    RotaUnsound,
)
from grassroots.domain.safeguarding import SafeguardingRefused
from grassroots.domain.station import Station
from grassroots.errors import BadInput, Refused
from grassroots.usecases.crew import Crew
from grassroots.usecases.places import assign_duty
from grassroots.usecases.rotas.board import Board, BoardDay, BoardShift, board_of
from grassroots.usecases.rotas.mapping import as_set, only, problem_of
from grassroots.usecases.rotas.model import PlanTold, Repair, ShareTold, ShiftTold, WhatIf, in_words
from grassroots.usecases.rotas.planning import (
    as_it_stands,
    repair_of,
    solve,
    told,
    told_of,
    wanted_of,
)
from grassroots.values.dates import Period
from grassroots.values.ids import MemberId, RotaId, ShiftId, StationId
from grassroots.workspace.acts import Room, act, look
from grassroots.workspace.reading import Reading
from grassroots.workspace.work import Work

__all__ = [
    "Board", "BoardDay", "BoardShift", "PlanTold", "Repair", "Rotas", "ShareTold", "ShiftTold", "WhatIf",
    "in_words",
]  # fmt: skip

USUAL = "optimal"
"""The planner that is asked if nobody names another one."""

IMAGINED = "imagined-"
"""How the ids of people begin who are only imagined in a *what if*."""

_IN_THE_WAY: Mapping[type[Refused], ObstacleCode] = {
    SafeguardingRefused: ObstacleCode.NOT_SCREENED,
    DutyOverlaps: ObstacleCode.BUSY,
    DutyOnLeave: ObstacleCode.ON_LEAVE,
    DutyHindered: ObstacleCode.UNFIT,
    DutyMemberAway: ObstacleCode.AWAY,
}


@final
class Rotas(Room):
    """The room ``desk.rotas``."""

    # -- planning -----------------------------------------------------------------------------------------
    @look
    def plan(
        self,
        reading: Reading,
        stations: Sequence[StationId],
        period: Period,
        *,
        planner: str | RotaPlanner = USUAL,
        seconds: float | None = 30.0,
        among: Iterable[MemberId] | None = None,
    ) -> PlanTold:
        """Plan the posted shifts of some stations together. Nothing is written.

        What stands already is kept. ``planner`` is the name of a plugin's planner, or a planner; whatever it
        answers passes the checker first (PlanRefused with findings otherwise). ``seconds`` is how long it
        may try (None: until everything is proven), ``among`` narrows the people.
        """
        wanted = wanted_of(reading, stations, period, among)
        return told(reading, wanted, stations, problem_of(wanted), planner, seconds)

    @look
    def what_if(
        self,
        reading: Reading,
        stations: Sequence[StationId],
        period: Period,
        *,
        more: int = 0,
        skills: Sequence[str] = (),
        rules: Mapping[str, int] | None = None,
        planner: str | RotaPlanner = USUAL,
        seconds: float | None = 30.0,
    ) -> WhatIf:
        """The same days with ``more`` people, or with other numbers in ``duty_policy.limits``, side by side.

        The people are imagined: free at any time, holding every role that the shifts ask for, with these
        ``skills``. ``rules`` are columns such as ``most_per_month_count``. Nothing is written.
        """
        if more < 0 or (more == 0 and not rules):
            raise BadInput("what-if-nothing", more=more)
        unknown = tuple(sorted(set(rules or ()) - _COLUMNS))
        if unknown:
            raise BadInput("what-if-rule", what=unknown, known=tuple(sorted(_COLUMNS)))
        wanted = wanted_of(reading, stations, period, None)
        roles = {f"role:{shift.role}" for shift in wanted.shifts if shift.role is not None}
        able = (*sorted(roles), *(f"skill:{skill}" for skill in skills))
        extra = tuple(
            Member(id=MemberId(f"{IMAGINED}{number}"), name=f"+{number}", skills=able)
            for number in range(1, more + 1)
        )
        more_people = attrs.evolve(wanted, extra=extra)
        return WhatIf(
            now=told(reading, wanted, stations, problem_of(wanted), planner, seconds),
            then=told(reading, more_people, stations, problem_of(more_people, rules or {}), planner, seconds),
        )

    @look
    def repair(
        self,
        reading: Reading,
        stations: Sequence[StationId],
        period: Period,
        *,
        planner: str | RotaPlanner = USUAL,
        seconds: float | None = 10.0,
    ) -> Repair:
        """Fill what fell out of a published rota, and change nobody else's shifts unless it must.

        First only the empty places are planned, with everybody else where they are. If some stay empty that
        a larger change could fill, the whole period is planned with *cover* first and *as few changes as can
        be* second. Nothing is written: :meth:`amend` does it.
        """
        wanted = wanted_of(reading, stations, period, None)
        standing = [
            Assignment(duty.member, duty.shift)
            for duty in wanted.standing
            if duty.binding and duty.member in wanted.crew.members
        ]
        problem = problem_of(wanted)
        have = Counter(one.slot for one in standing)
        lacking = [slot for slot in problem.slots if have[slot.id] < slot.needs[0].wanted]
        if not lacking:
            plan = told_of(wanted, stations, problem, as_it_stands(standing), planner, ())
            return Repair(plan=plan)
        small = only(problem, [ShiftId(slot.id) for slot in lacking], standing)
        answer = solve(small, planner, seconds)
        got = Counter(one.slot for one in answer.assignments)
        if answer.answer is not Answer.IMPOSSIBLE and all(
            got[slot.id] >= slot.needs[0].wanted for slot in lacking
        ):
            # Kept slots and filled ones together are the rota that now stands.
            whole = attrs.evolve(
                answer, assignments=tuple(sorted({*standing, *answer.assignments})), goals=answer.goals
            )
            return repair_of(wanted, stations, problem, whole, standing, planner, within=True)
        free = {(duty.member, duty.shift) for duty in wanted.standing if duty.status in EXPECTED}
        large = attrs.evolve(
            problem,
            # What has happened stays; what is only planned may move, at the price of a change.
            fixed=tuple(one for one in problem.fixed if (one.person, one.slot) not in free),
            standing=as_set(standing),
            levels=((COVER,), (CHANGES,), (FAIRNESS, WISHES)),
        )
        return repair_of(
            wanted, stations, problem, solve(large, planner, seconds), standing, planner, within=False
        )

    # -- drafts -------------------------------------------------------------------------------------------
    @act
    def keep(self, work: Work, plan: PlanTold) -> list[Rota]:
        """Keep a plan as drafts, one for each station. An answer without a plan cannot be kept."""
        if plan.answer in (Answer.IMPOSSIBLE, Answer.NOTHING):
            raise BadInput("rota-no-plan", answer=plan.answer.value)
        where = {shift.id: shift.station for shift in plan.shifts}
        if any(line.member.startswith(IMAGINED) for line in plan.lines):
            raise BadInput("rota-imagined", count=len(plan.lines))
        goals = tuple(GoalTold(goal.name, goal.value, goal.bound) for goal in plan.goals)
        return [
            _draft(
                work,
                station,
                plan.period,
                [line for line in plan.lines if where[line.shift] == station],
                planner=plan.planner,
                answer=plan.answer.value,
                goals=goals,
            )
            for station in plan.stations
        ]

    @act
    def draft(self, work: Work, station: StationId, period: Period, lines: Sequence[RotaLine] = ()) -> Rota:
        """Write a rota by hand."""
        return _draft(work, station, period, lines)

    @act
    def change(
        self, work: Work, id: RotaId, *, put: Sequence[RotaLine] = (), take: Sequence[RotaLine] = ()
    ) -> Rota:
        """Put lines into a draft and take lines out."""
        rota = work.load(Rota, id)
        _known(work, rota.station, rota.period, put)
        return work.keep(rota.change(put=put, take=take))

    @act
    def propose(self, work: Work, id: RotaId) -> Rota:
        """Show it to those who have to agree."""
        return work.keep(work.load(Rota, id).propose())

    @act
    def revise(self, work: Work, id: RotaId) -> Rota:
        """Take it back to the desk."""
        return work.keep(work.load(Rota, id).revise())

    @act
    def withdraw(self, work: Work, id: RotaId, *, reason: str) -> Rota:
        """Drop it."""
        return work.keep(work.load(Rota, id).withdraw(reason))

    @act
    def publish(self, work: Work, id: RotaId, *, despite: str | None = None) -> Rota:
        """Make it count: every line becomes a duty, all or none.

        What has changed since it was planned (a leave, another duty) is found here: the refusal
        ``rota-unsound`` counts the lines and names the first; ``despite`` names who answers for all of them.
        """
        rota = work.load(Rota, id)
        if rota.status is RotaStatus.PUBLISHED:
            return rota
        step = rota.publish(work.today)
        wrong: list[tuple[RotaLine, Shift, Refused]] = []
        for line in rota.lines:
            shift = work.load(Shift, line.shift)
            try:
                assign_duty(work, shift, line.member, despite=despite)
            except (DutyRefused, SafeguardingRefused) as refused:
                wrong.append((line, shift, refused))
        if wrong:
            line, shift, first = min(wrong, key=lambda one: (one[1].day, one[0]))
            raise RotaUnsound(
                count=len(wrong),
                day=shift.day.isoformat(),
                member=line.member,
                obstacle=_IN_THE_WAY.get(type(first), ObstacleCode.BUSY).value,
                override="despite",
            )
        return work.keep(step)

    @act
    def amend(
        self,
        work: Work,
        *,
        put: Sequence[RotaLine] = (),
        take: Sequence[RotaLine] = (),
        reason: str = "rota-changed",
        despite: str | None = None,
    ) -> list[Duty]:
        """Change a published rota as :meth:`repair` proposes; gives the new duties."""
        for line in take:
            for duty in work.find(Duty, Is("shift", line.shift), Is("member", line.member)):
                if duty.status in EXPECTED:
                    work.keep(duty.call_off(reason))
        return [assign_duty(work, work.load(Shift, line.shift), line.member, despite=despite) for line in put]

    # -- looking ------------------------------------------------------------------------------------------
    @look
    def get(self, reading: Reading, id: RotaId) -> Rota:
        """One rota."""
        return reading.get(Rota, id)

    @look
    def all(
        self, reading: Reading, *, station: StationId | None = None, status: RotaStatus | None = None
    ) -> list[Rota]:
        """The rotas by station and status, by first day."""
        asked = {"station": station, "status": status and status.value}
        found = reading.list(Rota, *(Is(key, value) for key, value in asked.items() if value is not None))
        return sorted(found, key=lambda rota: (rota.first, rota.station, rota.id))

    @look
    def board(self, reading: Reading, station: StationId, period: Period) -> Board:
        """The rota of a station as it hangs on the wall: days, shifts, names, what is missing."""
        return board_of(reading, station, period)

    @look
    def review(self, reading: Reading, id: RotaId) -> list[tuple[RotaLine, tuple[Obstacle, ...]]]:
        """The lines of a rota against which something stands now, with what it is."""
        rota = reading.get(Rota, id)
        crew = Crew(reading, rota.period, among={line.member for line in rota.lines})
        shifts = reading.get_all(Shift, [line.shift for line in rota.lines])
        found: list[tuple[RotaLine, tuple[Obstacle, ...]]] = []
        for line in rota.lines:
            member, shift = crew.members.get(line.member), shifts.get(line.shift)
            if member is None or shift is None:
                found.append((line, (Obstacle(ObstacleCode.AWAY),)))
            elif stands := crew.obstacles(shift, member):
                found.append((line, stands))
        return found


_COLUMNS = frozenset(
    {
        "least_rest_hours",
        "most_per_day_count",
        "most_per_week_count",
        "most_per_month_count",
        "most_days_running_count",
        "most_weekends_count",
    }
)


# -- drafts -----------------------------------------------------------------------------------------------
def _draft(
    work: Work,
    station: StationId,
    period: Period,
    lines: Sequence[RotaLine],
    *,
    planner: str | None = None,
    answer: str | None = None,
    goals: tuple[GoalTold, ...] = (),
) -> Rota:
    work.load(Station, station)
    _known(work, station, period, lines)
    step = Rota.draft(
        id=RotaId(work.new_id()),
        station=station,
        period=period,
        lines=lines,
        on=work.today,
        planner=planner,
        answer=answer,
        goals=goals,
    )
    return work.keep(step)


def _known(work: Work, station: StationId, period: Period, lines: Iterable[RotaLine]) -> None:
    for line in lines:
        shift = work.load(Shift, line.shift)
        work.load(Member, line.member)
        if shift.station != station or not period.contains(shift.day):
            raise BadInput("rota-line-elsewhere", shift=shift.id, day=shift.day.isoformat())
