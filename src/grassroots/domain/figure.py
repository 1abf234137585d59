"""A figure is a number with its definition, its period, its place and the records that it counts.

A definition is data (a table ``figure`` of a rule pack, or of a claims file)::

    [figure.concerns-recorded]
    kind = "concern"            # which records
    measure = "records"         # how they become a number, see Measure
    day = "taken_on"            # the key that a period is applied to
    place = "station"           # the key that a place (a station and all below it) is applied to
    where = { channel = "in-person", kind = ["complaint", "report"] }

Only keys can be asked (and a few values that are computed for a day: DERIVED), so a figure is a question to
the storage, and its evidence is the very same question. ``within`` keeps the records that another kind names
(the members of a team). Attendances and distinct people are two measures
and never mixed. Rates keep numerator and denominator.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, final

import attrs

from grassroots.errors import BadInput
from grassroots.values.counts import ApproxCount, Rate


class Measure(StrEnum):
    """How records become a number."""

    RECORDS = "records"  # how many records
    SUM = "sum"  # the sum of a whole-number key: ``of``
    DISTINCT = "distinct"  # how many different values of a key: ``of``; people are counted once
    MEAN = "mean"  # the mean of a computed value: ``of`` (age); the partial dates give it a range
    MOST = "most"  # the largest number of records that share one value of ``of``
    RATE = "rate"  # figure ``of`` over figure ``over``
    TOTAL = "total"  # figures ``parts`` added up: parts that cannot overlap
    BUCKETS = "buckets"  # in how many days, weeks or months of the period there are ``least`` records
    WITHOUT = "without"  # records of this kind whose id no record of ``other`` names
    DEVIATIONS = "deviations"  # from the network's template
    LIKENESSES = "likenesses"  # pairs of members that may be one person


class Bucket(StrEnum):
    """The calendar units that a measure of buckets counts."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@final
@attrs.frozen(kw_only=True)
class Other:
    """Records of another kind whose ``key`` names the id of ours (a pairing's recipient, say).

    With ``day`` (and ``from_day`` for spans) the figure's period is applied to them as well.
    """

    kind: str
    key: str
    where: Mapping[str, Any] = attrs.field(factory=dict)
    day: str | None = None
    from_day: str | None = None


@final
@attrs.frozen(kw_only=True)
class Definition:
    """One figure's definition. ``pack`` is where it stands, as ``name@version``."""

    id: str
    measure: Measure
    kind: str | None = None
    title_zh: str = ""
    title_en: str = ""
    unit: str = "record"
    where: Mapping[str, Any] = attrs.field(factory=dict)
    of: str | None = None
    over: str | None = None
    parts: tuple[str, ...] = ()
    day: str | None = None
    from_day: str | None = None
    place: str | None = None
    by: str | None = None
    bucket: Bucket | None = None
    least: int = 1
    each: str | None = None
    among: tuple[str, ...] = ()
    other: Other | None = None
    within: Other | None = None
    pack: str = ""

    @classmethod
    def parse(cls, id: str, table: Mapping[str, Any], pack: str = "") -> Definition:
        """A definition from its table; BadInput names the figure and what is wrong with it."""
        known = {field.name for field in attrs.fields(cls)} - {"id", "pack"}
        fields = {name: value for name, value in table.items() if name != "source"}
        if unknown := set(fields) - known:
            raise BadInput("figure-unknown-field", figure=id, fields=tuple(sorted(unknown)))
        try:
            fields["measure"] = Measure(fields.get("measure", ""))
            if "bucket" in fields:
                fields["bucket"] = Bucket(fields["bucket"])
        except ValueError as error:
            raise BadInput("figure-unknown-measure", figure=id, problem=str(error)) from error
        for name in ("other", "within"):
            if name in fields:
                fields[name] = _other(id, name, fields[name])
        for name in ("parts", "among"):
            fields[name] = tuple(fields.get(name, ()))
        made = cls(id=id, pack=pack, **fields)
        if missing := [name for name in _NEEDS[made.measure] if not getattr(made, name)]:
            raise BadInput("figure-incomplete", figure=id, fields=tuple(missing))
        return made

    def title(self, language: str) -> str:
        """The title in a language; the id where none was given."""
        return (self.title_zh if language == "zh" else self.title_en) or self.id


def _other(figure: str, name: str, table: Any) -> Other:
    try:
        return Other(**table)
    except TypeError as error:
        raise BadInput("figure-other-wrong", figure=figure, field=name, problem=str(error)) from error


_NEEDS: Mapping[Measure, tuple[str, ...]] = {
    Measure.RECORDS: ("kind",),
    Measure.SUM: ("kind", "of"),
    Measure.DISTINCT: ("kind", "of"),
    Measure.MEAN: ("kind", "of"),
    Measure.MOST: ("kind", "of"),
    Measure.RATE: ("of", "over"),
    Measure.TOTAL: ("parts",),
    Measure.BUCKETS: ("kind", "bucket", "day"),
    Measure.WITHOUT: ("kind", "other"),
    Measure.DEVIATIONS: (),
    Measure.LIKENESSES: (),
}


def parse_figures(text: str) -> Mapping[str, Definition]:
    """The definitions of a TOML text with ``[figures] name, version`` and tables ``[figure.ID]``."""
    try:
        tables = tomllib.loads(text)
        head = tables.get("figures", {})
        cited = f"{head['name']}@{head['version']}"
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise BadInput("figures-unreadable", problem=str(error)) from error
    return {id_: Definition.parse(id_, table, cited) for id_, table in tables.get("figure", {}).items()}


@final
@attrs.frozen
class Mean:
    """A mean of values that may be known only as a range: sums of the lowest and highest, over a number."""

    low_total: int
    high_total: int
    number: int

    def rounded(self) -> int | None:
        """The mean, rounded half up, if the range leaves only one answer; None otherwise (or of nothing)."""
        if not self.number:
            return None
        low, high = (
            (2 * total + self.number) // (2 * self.number) for total in (self.low_total, self.high_total)
        )
        return low if low == high else None

    @property
    def middle(self) -> float | None:
        """The middle of the range, for showing."""
        return (self.low_total + self.high_total) / (2 * self.number) if self.number else None


Value = int | Rate | Mean


def plain(value: Value) -> int | str | float | None:
    """A value for tables and JSON: a whole number, "k/n", or a mean with one digit."""
    if isinstance(value, Rate):
        return f"{value.numerator}/{value.denominator}"
    if isinstance(value, Mean):
        return None if value.middle is None else round(value.middle, 1)
    return value


def agrees(value: Value, expected: str) -> bool:
    """Whether a computed value agrees with what is expected or was published.

    ``expected`` is an approximate count ("31", "100余", "上千", ">20", ">=2"), or "all" for a rate that is
    complete, or "k/n" for exactly that rate, or "1..15/15" for a rate within bounds; "<=5" for at most.
    Raises BadInput ``expectation-unreadable`` or what :meth:`ApproxCount.parse` raises.
    """
    try:
        return _agrees(value, expected)
    except BadInput:
        raise
    except ValueError as error:
        raise BadInput("expectation-unreadable", what=expected) from error


def _agrees(value: Value, expected: str) -> bool:
    if expected.startswith("<=") and isinstance(value, int):
        return value <= int(expected.removeprefix("<="))
    if isinstance(value, Rate):
        if expected == "all":
            return value.denominator > 0 and value.numerator == value.denominator
        top, _, base = expected.partition("/")
        low, _, high = top.partition("..")
        return value.denominator == int(base) and int(low) <= value.numerator <= int(high or low)
    if isinstance(value, Mean):
        rounded = value.rounded()
        return rounded is not None and ApproxCount.parse(expected).admits(rounded)
    return ApproxCount.parse(expected).admits(value)
