"""The measures: how the rows of a question become a value, and which rows those were."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import Any, final

import attrs

from grassroots.contracts.storage import Stored
from grassroots.domain.duplicates import Likeness, likenesses
from grassroots.domain.figure import Bucket, Mean, Measure, Value
from grassroots.domain.member import Member, MemberStatus
from grassroots.errors import BadInput
from grassroots.usecases.conformity import deviations
from grassroots.usecases.counting import Question
from grassroots.values.counts import Rate
from grassroots.values.dates import Period


@final
@attrs.frozen(kw_only=True, eq=False)
class Counted:
    """A value and the rows behind it."""

    value: Value
    rows: Callable[[], Iterable[Stored]]
    missing: tuple[str, ...] = ()
    groups: Mapping[str, int] = attrs.field(factory=dict)
    left_out: int = 0


def _records(question: Question) -> Counted:
    by = question.definition.by
    # A record with several values of a key stands in several groups, and is one record nevertheless.
    value = sum(one.rows for one in question.tally().values())
    groups = _group(question, by, lambda row: 1) if by else {}
    return Counted(value=value, rows=question.rows, groups=groups)


def _sum(question: Question) -> Counted:
    of, by = str(question.definition.of), question.definition.by
    found = question.tally(*([by] if by else []), of=of)
    groups = {_name(group[0]): one.total for group, one in found.items()} if by else {}
    value = sum(one.total for one in found.values())
    return Counted(value=value, rows=lambda: (r for r in question.rows() if r.keys[of]), groups=groups)


def _distinct(question: Question) -> Counted:
    of = str(question.definition.of)
    groups = _people(question, _group(question, of, lambda row: 1))
    # A row that names nobody cannot be one more person; it is left out and said to be.
    left_out = groups.pop("", 0)
    return Counted(
        value=len(groups),
        rows=lambda: (row for row in question.rows() if row.keys[of] not in (None, ())),
        groups=groups,
        left_out=left_out,
    )


def _people(question: Question, groups: dict[str, int]) -> dict[str, int]:
    """Groups by id, with two records of one person (a merge) as the one person that they are."""
    found: Counter[str] = Counter()
    for id_, number in groups.items():
        found[question.questions.kept(id_)] += number
    return dict(found)


def _group(question: Question, key: str, amount: Callable[[Stored], int]) -> dict[str, int]:
    if not question.many(key):
        return {_name(group[0]): one.rows for group, one in question.tally(key).items()}
    if key in question.reading.office.kinds.named(question.kind).hidden:
        # As a tally has it: whoever may count may not list who goes by which name or number.
        raise BadInput("key-hidden", kind=question.kind, what=key)
    found: Counter[str] = Counter()
    for row in question.rows():
        values = row.keys[key] or ("",)
        for value in values if isinstance(values, tuple) else (values,):
            found[str(value)] += amount(row)
    return dict(found)


def _name(value: Any) -> str:
    # Records that name no group are a group of their own.
    return "" if value is None else str(value)


def _mean(question: Question) -> Counted:
    of = str(question.definition.of)
    low = high = number = left_out = 0
    counted = []
    for row in question.rows():
        value = question.computed(row, of)
        if value is None:
            left_out += 1
            continue
        low, high, number = low + value[0], high + value[1], number + 1
        counted.append(row)
    return Counted(value=Mean(low, high, number), rows=lambda: counted, left_out=left_out)


def _most(question: Question) -> Counted:
    of = str(question.definition.of)
    groups = _people(question, _group(question, of, lambda row: 1))
    groups.pop("", None)
    value = max(groups.values(), default=0)
    top = {name for name, number in groups.items() if number == value}
    return Counted(
        value=value,
        rows=lambda: (row for row in question.rows() if top.intersection(question.questions.named(row, of))),
        groups=groups,
    )


def _buckets(question: Question) -> Counted:
    definition = question.definition
    if question.period is None:
        raise BadInput("figure-needs-period", figure=definition.id)
    day, each = str(definition.day), definition.each
    buckets = _calendar(definition.bucket, question.period)
    found: Counter[tuple[str, str]] = Counter()
    for group, tally in question.tally(day, *([each] if each else [])).items():
        name = _bucket(definition.bucket, date.fromisoformat(str(group[0])))
        found[(name, str(group[1]) if each else "")] += tally.rows
    among = definition.among or (tuple(sorted({one for _, one in found})) if each else ("",))
    missing = [
        f"{bucket} {one}".strip()
        for one in among
        for bucket in buckets
        if found[(bucket, one)] < definition.least
    ]
    total = len(buckets) * len(among)
    inside = set(buckets)

    def rows() -> Iterable[Stored]:
        for row in question.rows():
            if _bucket(definition.bucket, date.fromisoformat(str(row.keys[day]))) in inside:
                yield row

    return Counted(value=Rate(total - len(missing), total), rows=rows, missing=tuple(missing))


def _calendar(bucket: Bucket | None, period: Period) -> list[str]:
    if bucket is Bucket.DAY:
        return [day.isoformat() for day in period.days()]
    if bucket is Bucket.MONTH:
        return [f"{year:04}-{month:02}" for year, month in period.months()]
    # A week that the period cuts cannot be asked to be complete: only whole weeks are counted.
    whole = [m for m in period.weeks() if m >= period.first and m + timedelta(days=6) <= period.last]
    return [monday.isoformat() for monday in whole]


def _bucket(bucket: Bucket | None, day: date) -> str:
    if bucket is Bucket.DAY:
        return day.isoformat()
    if bucket is Bucket.MONTH:
        return day.isoformat()[:7]
    return (day - timedelta(days=day.weekday())).isoformat()


def _without(question: Question) -> Counted:
    other = question.definition.other
    if other is None:
        raise BadInput("figure-incomplete", figure=question.definition.id, fields=("other",))
    rows = question.reading.rows(other.kind, *question.other)
    named = {id_ for row in rows for id_ in question.questions.named(row, other.key)}
    missing = [row for row in question.rows() if row.ref.id not in named]
    return Counted(value=len(missing), rows=lambda: missing)


def _deviations(question: Question) -> Counted:
    found = deviations(question.reading, question.on)
    concerned = {one.station for one in found if one.station}

    def rows() -> Iterable[Stored]:
        # Nothing deviates: the evidence is the whole tree that was held against the template.
        return (r for r in question.reading.rows("station") if not concerned or r.ref.id in concerned)

    return Counted(value=len(found), rows=rows, missing=tuple(one.code for one in found))


def _likenesses(question: Question) -> Counted:
    # From the stored rows, as every figure: a viewer who sees masks must not get another number.
    rows = (row for row in question.reading.rows("member") if row.keys["status"] != MemberStatus.MERGED.value)
    members: list[Member] = [question.record(row) for row in rows]
    wanted = question.flags
    known = tuple(sorted(attrs.fields_dict(Likeness)))
    if wrong := [name for name in wanted if name not in known]:
        raise BadInput(
            "figure-unknown-key", figure=question.definition.id, kind="likeness", key=wrong[0], known=known
        )
    found = [one for one in likenesses(members) if all(_flag(one, n) == v for n, v in wanted.items())]
    ids = {id_ for one in found for id_ in (one.one, one.other)}
    return Counted(
        value=len(found), rows=lambda: (r for r in question.reading.rows("member") if r.ref.id in ids)
    )


def _flag(likeness: Any, name: str) -> Any:
    value = getattr(likeness, name)
    return getattr(value, "value", value)


MEASURES: Mapping[Measure, Callable[[Question], Counted]] = {
    Measure.RECORDS: _records,
    Measure.SUM: _sum,
    Measure.DISTINCT: _distinct,
    Measure.MEAN: _mean,
    Measure.MOST: _most,
    Measure.BUCKETS: _buckets,
    Measure.WITHOUT: _without,
    Measure.DEVIATIONS: _deviations,
    Measure.LIKENESSES: _likenesses,
}
