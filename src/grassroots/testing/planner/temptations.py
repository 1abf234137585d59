"""For each kind of hard rule a small rota in which breaking it would pay."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from grassroots.contracts.planning import (
    CHANGES,
    COVER,
    FAIRNESS,
    WISHES,
    Apart,
    Assignment,
    Away,
    Barred,
    Company,
    DayOff,
    Done,
    Fairness,
    Fixed,
    Limits,
    Need,
    Person,
    RotaProblem,
    Slot,
    Wish,
)

_DAY = 24 * 60
_FRIDAY = date(2026, 3, 6)


def _slot(day: int, kind: str = "early", hour: int = 8, hours: int = 3, **more: Any) -> Slot:
    starts = day * _DAY + hour * 60
    return Slot(id=f"{kind}-{day}", day=day, starts=starts, ends=starts + hours * 60, kind=kind, **more)


def _rota(*slots: Slot, lin: Person | None = None, alone: bool = True, **more: Any) -> RotaProblem:
    people = (lin or Person(id="lin"),) if alone else (lin or Person(id="lin"), Person(id="mao"))
    return RotaProblem(first=_FRIDAY, days=6, people=people, slots=slots, **{"levels": ((COVER,),), **more})


def _limited(**limits: Any) -> Person:
    return Person(id="lin", limits=Limits(**limits))


_ROW = tuple(_slot(day) for day in range(6))
_TWO = (Need(wanted=2),)
_NONE = (Need(wanted=0, over=1),)
_UNWANTED = tuple(_slot(day, needs=_NONE) for day in range(6))

TEMPTATIONS: Final[dict[str, RotaProblem]] = {
    "requires": _rota(_slot(0, requires={"first-aid"})),
    "day-off": _rota(_slot(0), lin=Person(id="lin", days_off=(DayOff(0),))),
    "barred": _rota(_slot(0), lin=Person(id="lin", barred=(Barred("early-0", "night-age"),))),
    "away": _rota(_slot(0), lin=Person(id="lin", away=(Away(600, 660, "leave"),))),
    "done": _rota(_slot(0), lin=Person(id="lin", done=(Done(0, 600, 660),), limits=Limits(most_per_day=2))),
    "rest": _rota(_slot(0, "night", 22, 8), _slot(1, hour=12), lin=_limited(rest_minutes=8 * 60)),
    "succession": _rota(_slot(0, "late"), _slot(1), successions={("late", "early")}),
    "most-of-kind": _rota(*_ROW[:3], lin=_limited(most_of_kind=(("early", 2),))),
    "most-minutes": _rota(*_ROW[:3], lin=_limited(most_minutes=400)),
    "least-minutes": _rota(*_UNWANTED[:3], lin=_limited(least_minutes=200)),
    "most-slots": _rota(*_ROW[:3], lin=_limited(most_slots=2)),
    "least-slots": _rota(*_UNWANTED[:3], lin=_limited(least_slots=2)),
    "most-per-day": _rota(_slot(0), _slot(0, "late", 15)),
    "most-per-week": _rota(*_ROW[:4], lin=_limited(most_per_week=2)),
    "most-per-month": _rota(*_ROW[:3], lin=_limited(most_per_month=2)),
    "most-days-running": _rota(*_ROW, lin=_limited(most_days_running=2)),
    "least-days-running": _rota(_slot(2), *_UNWANTED[3:4], lin=_limited(least_days_running=2)),
    "least-days-off-running": _rota(
        _slot(1), *_UNWANTED[2:3], _slot(3), lin=_limited(least_days_off_running=2)
    ),
    "most-weekends": _rota(*_ROW, lin=_limited(most_weekends=0)),
    "cover-least": _rota(*(_slot(day, needs=(Need(least=1, over=1),)) for day in range(2))),
    "cover-most": _rota(
        _slot(0, needs=(Need(wanted=2, under=5, most=1),)),
        _slot(0, "desk", needs=(Need(wanted=2),)),
        alone=False,
    ),
    "fixed": _rota(*_UNWANTED[:2], fixed=(Fixed("lin", "early-1"),)),
    "fixed-off": _rota(*_ROW[:2], fixed=(Fixed("lin", "early-1", False),)),
    "company": _rota(
        _slot(0, needs=(Need(wanted=1, over=1),)),
        lin=Person(id="lin"),
        alone=False,
        company=(Company(code="new", those={"lin", "mao"}, others={"lin", "mao"}),),
    ),
    "apart": _rota(
        _slot(0, needs=_TWO, crew="hall"),
        _slot(0, "door", crew="hall"),
        alone=False,
        apart=(Apart(code="kin", people={"lin", "mao"}),),
    ),
}
"""By the code of the rule."""

_EACH: Final = ((COVER,), (FAIRNESS,), (WISHES,))

CHOICES: Final = (
    # Nothing to choose by: any one of the two will do, but always the same one.
    _rota(_slot(0), alone=False),
    # Wishes decide.
    _rota(
        _slot(0),
        _slot(1),
        alone=False,
        levels=_EACH,
        wishes=(Wish("lin", "early-0"), Wish("mao", "early-0", False)),
    ),
    _rota(
        _slot(0),
        _slot(1),
        alone=False,
        levels=_EACH,
        wishes=(Wish("mao", "early-0"), Wish("lin", "early-0", False)),
    ),
    # A fair share against a wish.
    _rota(
        *_ROW[:3],
        alone=False,
        levels=_EACH,
        fairness=(Fairness(targets=(("lin", 0), ("mao", 3_000))),),
        wishes=tuple(Wish("lin", f"early-{day}", weight=9) for day in range(3)),
    ),
    # What was published against a fair share.
    _rota(
        *_ROW[:3],
        alone=False,
        levels=((COVER,), (CHANGES,), (FAIRNESS,)),
        standing={Assignment("lin", f"early-{day}") for day in range(2)},
        fairness=(Fairness(targets=(("lin", 0), ("mao", 3_000))),),
    ),
)
"""Small rotas with something to choose, in which each goal has its say."""
