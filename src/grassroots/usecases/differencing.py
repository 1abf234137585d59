"""Questions that somebody makes up, held against those beside them: what two numbers tell together is told by
neither.

"Members over eighty: 11" and "active members over eighty: 10" are large numbers, and their difference is one
person. Whoever may only count in large groups (policy effect ``mask``) gets the figures of the packs as they
stand; a question of their own is refused where one of its conditions more or less, a figure of the packs, the
month beside it or the next step of age would leave a small number over. Whether it is refused rests on how
many there are on each side, nought included, so that the refusal tells no more than "few or nearly all".

No budget is kept: what takes three questions of one's own to work out, or the same question on another day,
is not found (docs/explanation/who-learns-what.md).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Final, final

import attrs

from grassroots.contracts.storage import AnyOf, Condition
from grassroots.domain.figure import Definition, Measure
from grassroots.errors import Denied
from grassroots.usecases.counting import COMPUTED_FROM, DERIVED, Question, Questions
from grassroots.usecases.measures import MEASURES
from grassroots.values.dates import Period

_STEP: Final = 5
"""Years of age, where no pack in force says ``age_step_years``."""
_SETS: Final = (Measure.RECORDS, Measure.DISTINCT, Measure.SUM, Measure.MEAN)
"""Measures that tell of a set of records, whatever the period."""


@final
@attrs.frozen
class _Sets:
    """Whom a question chose among by open fields, and whom it counted."""

    among: frozenset[str]
    counted: frozenset[str]

    @classmethod
    def of(cls, question: Question) -> _Sets:
        guards = question.reading.office.kinds.named(question.guarded_kind).guards
        plain = tuple(one for one in question.conditions if one.key not in guards)
        among = frozenset(row.ref.id for row in question.reading.rows(question.guarded_kind, *plain))
        rows = MEASURES[question.definition.measure](question).rows()
        return cls(among, frozenset(row.ref.id for row in rows))


def check_apart(
    questions: Questions,
    question: Question,
    where: Mapping[str, Any],
    menu: Mapping[str, Definition],
) -> None:
    """Denied ``count-too-close`` for a question of one's own that tells a small number beside another one;
    ``count-age-step`` for an age between the steps, or as of a day that is no year's end.

    ``where`` is what was asked beyond the definition, ``menu`` the figures that everybody who counts is told.
    """
    if question.definition.measure is Measure.LIKENESSES:
        return
    reading, guarded = question.reading, question.guarded
    rules = reading.office.packs.table("publishing", reading.today).get("small-counts")
    step = int(rules.value.get("age_step_years", _STEP)) if rules is not None else _STEP
    _check_steps(question, where, step)
    mine = _Sets.of(question)
    least = reading.office.smallest_count(reading.today)
    for other in _beside(questions, question, where, step, menu):
        theirs = _Sets.of(other)
        for large, small in ((theirs, mine), (mine, theirs)):
            if _leaves_few(large, small, least, guarded):
                raise Denied("count-too-close", kind=question.guarded_kind, least=least, ask="steward")


def _leaves_few(large: _Sets, small: _Sets, least: int, guarded: bool) -> bool:
    """Whether the one less the other is a small number, of the counted or of the others."""
    if not (small.among <= large.among and small.counted <= large.counted):
        return False
    over = len(large.counted - small.counted)
    if large.among == small.among:
        # The same people, another bound: whoever lies between the two.
        return 0 < over < least
    return over < least or (guarded and len(large.among - small.among) - over < least)


def _beside(
    questions: Questions,
    question: Question,
    where: Mapping[str, Any],
    step: int,
    menu: Mapping[str, Definition],
) -> Iterator[Question]:
    """What else could be asked, one step away."""
    definition, period, place = question.definition, question.period, question.place
    guards = question.reading.office.kinds.named(question.guarded_kind).guards
    for left_out in question.conditions:
        if left_out.key not in guards:
            fewer = tuple(one for one in question.conditions if one is not left_out)
            yield attrs.evolve(question, conditions=fewer)
            for values in _one_less(left_out) if left_out.key != definition.place or place is None else ():
                yield attrs.evolve(question, conditions=(*fewer, values))
    asked = {**definition.where, **where}
    for name, value in asked.items():
        if (definition.kind, name) in DERIVED:
            for other in _steps(value, step):
                whole = attrs.evolve(definition, where={**asked, name: other})
                yield questions.ask(whole, period, place, {})
    if period is not None and (definition.day is not None or definition.from_day is not None):
        for other_period in _months_beside(period):
            yield questions.ask(definition, other_period, place, where)
    closed = _closed(definition, asked, guards)
    for one in menu.values():
        # By open fields alone a figure of another measure tells nothing of what is guarded.
        told = one.measure in _SETS and (bool(closed) or one.measure is definition.measure)
        if (
            told
            and one.kind == definition.kind
            and _closed(one, one.where, guards) == closed
            and one.within == definition.within
        ):
            yield questions.ask(one, period, place if one.place is not None else None, {})


def _one_less(condition: Condition) -> Iterator[Condition]:
    """The same with each of several values left out. Of a place those above it are looked at instead."""
    if isinstance(condition, AnyOf) and len(condition.values) > 1:
        for value in condition.values:
            yield AnyOf(condition.key, tuple(one for one in condition.values if one != value))


def _closed(definition: Definition, asked: Mapping[str, Any], guards: Collection[str]) -> dict[str, Any]:
    """What is asked of guarded fields: only numbers by the same can be taken from one another."""
    kind = str(definition.kind)
    return {name: asked[name] for name in asked if name in guards or (kind, name) in COMPUTED_FROM}


def _steps(bounds: Mapping[str, int], step: int) -> Iterator[Mapping[str, int]]:
    for name, value in bounds.items():
        for other in (value - step, value + step):
            if other >= 0:
                yield {**bounds, name: other}


def _check_steps(question: Question, where: Mapping[str, Any], step: int) -> None:
    definition = question.definition
    bounds = [
        value for name, value in {**definition.where, **where}.items() if (definition.kind, name) in DERIVED
    ]
    if not bounds:
        return
    on, today = question.on, question.reading.today
    between = any((value + (name == "at_most")) % step for one in bounds for name, value in one.items())
    if between or (on != today and (on.month, on.day) != (12, 31)):
        raise Denied("count-age-step", kind=question.guarded_kind, step=step, ask="steward")


def _months_beside(period: Period) -> Iterator[Period]:
    """The period with a month more or less at either end, as far as something is left."""
    first, last = period.first, period.last
    before = date(first.year, first.month, 1) - timedelta(days=1)
    after = _month_after(last)
    ends = [(date(before.year, before.month, 1), last), (first, _month_after(after) - timedelta(days=1))]
    ends += [(_month_after(first), last), (first, date(last.year, last.month, 1) - timedelta(days=1))]
    yield from (Period(start, end) for start, end in ends if start <= end)


def _month_after(day: date) -> date:
    """The first day of the month after that of a day."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
