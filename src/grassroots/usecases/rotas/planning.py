"""Asking a planner: from records to a problem, and from its answer to what people read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from grassroots.contracts.planning import (
    Answer,
    Assignment,
    Effort,
    Finding,
    RotaPlan,
    RotaPlanner,
    RotaProblem,
    ask_for_rota,
    rota_doubts,
)
from grassroots.contracts.storage import Is
from grassroots.domain.duty import Duty, Shift, ShiftStatus
from grassroots.domain.member import Member
from grassroots.domain.role import Role
from grassroots.domain.rota import GIVEN_UP, RotaLine
from grassroots.domain.station import Station
from grassroots.errors import BadInput
from grassroots.usecases.crew import Crew
from grassroots.usecases.places import days_between
from grassroots.usecases.rotas.mapping import ALL, Wanted
from grassroots.usecases.rotas.model import PlanTold, Repair, ShareTold, ShiftTold
from grassroots.values.dates import Period
from grassroots.values.ids import MemberId, ShiftId, StationId
from grassroots.workspace.reading import Reading


def wanted_of(
    reading: Reading, stations: Sequence[StationId], period: Period, among: Iterable[MemberId] | None
) -> Wanted:
    """The shifts of some stations in a period, who stands in them, and the people."""
    shifts: list[Shift] = []
    standing: list[Duty] = []
    given_up: set[tuple[MemberId, ShiftId]] = set()
    for station in dict.fromkeys(stations):
        reading.get(Station, station)
        where = (Is("station", station), days_between(period))
        shifts.extend(reading.walk(Shift, *where))
        for duty in reading.walk(Duty, *where):
            if duty.binding:
                standing.append(duty)
            elif duty.status in GIVEN_UP:
                given_up.add((duty.member, duty.shift))
    shifts = [shift for shift in shifts if shift.status is not ShiftStatus.CALLED_OFF]
    if not shifts:
        raise BadInput("rota-no-shifts", period=period.iso)
    shifts.sort(key=lambda shift: (shift.day, shift.starts, shift.station, shift.id))
    named = None if among is None else list(among)
    for member in named or ():
        reading.get(Member, member)
    crew = Crew(reading, period, among=named)
    return Wanted(crew=crew, shifts=shifts, standing=standing, given_up=given_up)


def solve(problem: RotaProblem, planner: str | RotaPlanner, seconds: float | None) -> RotaPlan:
    """The answer of a planner, by its name or itself; PlanRefused if the checker finds it wrong."""
    if isinstance(planner, str):
        from grassroots.discovery import find_rota_planner

        planner = find_rota_planner(planner)
    return ask_for_rota(planner, problem, Effort(seconds=seconds))


def told(
    reading: Reading,
    wanted: Wanted,
    stations: Sequence[StationId],
    problem: RotaProblem,
    planner: str | RotaPlanner,
    seconds: float | None,
) -> PlanTold:
    """Solve a problem and say what came out, for people."""
    plan = solve(problem, planner, seconds)
    return told_of(wanted, stations, problem, plan, planner, rota_doubts(problem))


def told_of(
    wanted: Wanted,
    stations: Sequence[StationId],
    problem: RotaProblem,
    plan: RotaPlan,
    planner: str | RotaPlanner,
    doubts: Sequence[Finding],
) -> PlanTold:
    """What an answer says, for people."""
    have = Counter(one.slot for one in plan.assignments)
    nights = {slot.id for slot in problem.slots if slot.kind == "night"}
    ends = {slot.id for slot in problem.slots if problem.weekend_of(slot.day) is not None}
    of = Counter(one.person for one in plan.assignments)
    of_night = Counter(one.person for one in plan.assignments if one.slot in nights)
    of_end = Counter(one.person for one in plan.assignments if one.slot in ends)
    targets = dict(next((one.targets for one in problem.fairness if one.code == ALL), ()))
    season = wanted.crew.season_loads()
    places = {station.id: station for station in wanted.crew.reading.list(Station)}
    roles = wanted.crew.reading.list(Role)
    people = [*wanted.crew.members.values(), *wanted.extra]
    return PlanTold(
        stations=tuple(dict.fromkeys(stations)),
        period=wanted.crew.period,
        planner=planner if isinstance(planner, str) else "given",
        answer=plan.answer,
        lines=tuple(sorted(RotaLine(ShiftId(one.slot), MemberId(one.person)) for one in plan.assignments)),
        shifts=tuple(
            ShiftTold(
                id=shift.id,
                station=shift.station,
                day=shift.day,
                starts=shift.starts,
                ends=shift.ends,
                wanted=shift.minimum,
                have=have[shift.id],
                night=shift.id in nights,
            )
            for shift in wanted.shifts
        ),
        shares=tuple(
            ShareTold(
                member=member.id,
                name=member.name,
                duties=of[member.id],
                nights=of_night[member.id],
                weekends=of_end[member.id],
                target=targets.get(member.id, 0),
                carried=season[member.id].duties if member.id in season else 0,
                asked=bool(wanted.crew.given.get(member.id)),
            )
            for member in people
        ),
        goals=plan.goals,
        clash=plan.clash,
        minimal=plan.minimal,
        smallest=plan.smallest,
        forced=plan.forced,
        doubts=tuple(doubts),
        names={
            **{role.id: role.label_zh for role in roles},
            **{member.id: member.name for member in people},
            **{shift.id: _shift_name(shift, places) for shift in wanted.shifts},
        },
        names_en={role.id: role.label_en for role in roles},
    )


def _shift_name(shift: Shift, places: Mapping[StationId, Station]) -> str:
    place = places[shift.station].name if shift.station in places else shift.station
    return f"{shift.day:%m-%d} {shift.starts:%H:%M}–{shift.ends:%H:%M} {place}"


def as_it_stands(standing: Iterable[Assignment]) -> RotaPlan:
    """The rota as it stands, as if a planner had answered it."""
    return RotaPlan(answer=Answer.FOUND, assignments=tuple(sorted(standing)))


def repair_of(
    wanted: Wanted,
    stations: Sequence[StationId],
    problem: RotaProblem,
    plan: RotaPlan,
    standing: Sequence[Assignment],
    planner: str | RotaPlanner,
    *,
    within: bool,
) -> Repair:
    """What a new answer changes in the rota that stands."""
    told = told_of(wanted, stations, problem, plan, planner, rota_doubts(problem))
    if plan.answer in (Answer.IMPOSSIBLE, Answer.NOTHING):
        return Repair(plan=told, within=within)
    before, after = set(standing), set(plan.assignments)
    put, take = after - before, before - after
    return Repair(
        plan=told,
        put=tuple(sorted(RotaLine(ShiftId(one.slot), MemberId(one.person)) for one in put)),
        take=tuple(sorted(RotaLine(ShiftId(one.slot), MemberId(one.person)) for one in take)),
        moved=tuple(sorted({MemberId(one.person) for one in take})),
        within=within,
    )
