"""A claim is a published statement with numbers in it, held against figures computed from records.

A claims file (TOML) names each statement and what would have to be true::

    [claims]
    name = "district-2021"
    version = "1"
    period = "2021"

    [[claim]]
    id = "ACC-08"
    published_zh = "每月定期开展法制宣传活动2场，发放各类宣传资料上千份"
    published_en = "two legal-education events every month; a thousand leaflets and more"
    [[claim.check]]
    figure = "months-with-two-activities"
    place = "lingxi"
    where = { kind = "legal-publicity" }
    expect = "all"
    [[claim.check]]
    figure = "materials-handed-out"
    place = "lingxi"
    expect = "上千份"

``[figure.ID]`` tables in the same file define figures of its own. Approximate counts agree as the field
reads them: 100余 is more than 100 and less than 200, 上千 is a thousand or more (values/counts).
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar, final

import attrs

from grassroots.domain.figure import Definition
from grassroots.errors import BadInput
from grassroots.values.dates import Period

ALL_TIME = "all"
"""The period of a check that asks about everything ever recorded."""


@final
@attrs.frozen(kw_only=True)
class Check:
    """One thing that has to be true: a figure that agrees with what is expected.

    ``agree`` names figures whose values have to be equal (by role and by place); ``contains`` what has to
    be among a figure's groups; ``evidence`` asks that every figure of all claims can show its records.
    """

    figure: str | None = None
    expect: str | None = None
    period: str | None = None
    place: str | None = None
    where: Mapping[str, Any] = attrs.field(factory=dict)
    agree: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()
    evidence: bool = False
    note: str = ""

    def during(self, standard: Period) -> Period | None:
        """The period to ask: the check's own, or that of the claims; None for all time."""
        if self.period is None:
            return standard
        return None if self.period == ALL_TIME else Period.parse(self.period)


@final
@attrs.frozen(kw_only=True)
class Claim:
    """One published statement and the checks that it consists of."""

    id: str
    published_zh: str
    published_en: str
    checks: tuple[Check, ...]
    source: str = ""

    def published(self, language: str) -> str:
        """The statement in a language."""
        return self.published_zh if language == "zh" else self.published_en


@final
@attrs.frozen(kw_only=True)
class Claims:
    """The statements of one publication. ``figures`` are definitions that stand in the same file."""

    name: str
    version: str
    period: Period
    claims: tuple[Claim, ...]
    figures: Mapping[str, Definition] = attrs.field(factory=dict)


@final
class BadClaims(BadInput):
    """Several mistakes in one claims file; ``mistakes`` says each, with the claim and the field."""

    def __init__(self, mistakes: tuple[BadInput, ...]) -> None:
        super().__init__("claims-wrong", count=len(mistakes))
        self.mistakes = mistakes


_HEAD = ("name", "version", "period")
_CLAIM = {"id", "published_zh", "published_en", "source", "check"}
_WANTED = ("id", "published_zh", "published_en")
_TEXTS = ("figure", "expect", "period", "place", "note")


def parse_claims(text: str) -> Claims:
    """The claims of a TOML text; BadInput says what is wrong and in which claim, BadClaims if several are."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput("claims-unreadable", problem=str(error)) from error
    mistakes: list[BadInput] = []
    head = _table(tables.get("claims"))
    mistakes.extend(
        BadInput("claims-head-missing", field=name) for name in _HEAD if not isinstance(head.get(name), str)
    )
    if mistakes and not head:
        raise BadInput("claims-head-missing", field="[claims]")
    period = _tried(mistakes, lambda: Period.parse(head["period"])) if "period" in head else None
    cited = f"{head.get('name')}@{head.get('version')}"
    figures = {
        id_: _tried(mistakes, partial(Definition.parse, id_, _table(one), cited))
        for id_, one in _table(tables.get("figure")).items()
    }
    given = tables.get("claim", [])
    if not isinstance(given, list) or not given:
        mistakes.append(BadInput("claims-none"))
        given = []
    claims = [_claim(_table(one), number, mistakes) for number, one in enumerate(given, 1)]
    if mistakes:
        raise mistakes[0] if len(mistakes) == 1 else BadClaims(tuple(mistakes))
    assert period is not None
    return Claims(
        name=head["name"],
        version=head["version"],
        period=period,
        claims=tuple(one for one in claims if one is not None),
        figures={id_: one for id_, one in figures.items() if one is not None},
    )


T = TypeVar("T")


def _tried(mistakes: list[BadInput], make: Callable[[], T]) -> T | None:
    try:
        return make()
    except BadInput as error:
        mistakes.append(error)
    except (TypeError, AttributeError) as error:
        mistakes.append(BadInput("claims-unreadable", problem=str(error)))
    return None


def _table(given: object) -> Mapping[str, Any]:
    return given if isinstance(given, dict) else {}


def _claim(table: Mapping[str, Any], number: int, mistakes: list[BadInput]) -> Claim | None:
    """One claim; what is wrong with it is added to the mistakes, by its id or, without one, its number."""
    id_ = table.get("id")
    told = id_ if isinstance(id_, str) and id_ else str(number)
    before = len(mistakes)
    for name in _WANTED:
        if not isinstance(table.get(name), str) or not table[name]:
            mistakes.append(BadInput("claim-missing-field", claim=told, field=name))
    if unknown := set(table) - _CLAIM:
        mistakes.append(
            BadInput(
                "claim-unknown-field",
                claim=told,
                fields=tuple(sorted(unknown)),
                known=tuple(sorted(_CLAIM)),
            )
        )
    given = table.get("check")
    if not isinstance(given, list) or not given:
        mistakes.append(BadInput("claim-without-check", claim=told))
        given = []
    checks = [_tried(mistakes, partial(_check, told, _table(one))) for one in given]
    if len(mistakes) > before:
        return None
    fields = {name: value for name, value in table.items() if name != "check"}
    return Claim(checks=tuple(one for one in checks if one is not None), **fields)


def _check(claim: str, table: Mapping[str, Any]) -> Check:
    fields = dict(table)
    known = {field.name for field in attrs.fields(Check)}
    if unknown := set(fields) - known:
        raise BadInput(
            "claim-unknown-field",
            claim=claim,
            fields=tuple(sorted(unknown)),
            known=tuple(sorted(known)),
        )
    for name in _TEXTS:
        if name in fields and not isinstance(fields[name], str):
            raise BadInput("claim-not-text", claim=claim, field=name, what=str(fields[name]))
    for name in ("agree", "contains"):
        fields[name] = tuple(fields.get(name, ()))
    check = Check(**fields)
    if not (check.agree or check.evidence or (check.figure and (check.expect or check.contains))):
        raise BadInput("claim-check-empty", claim=claim)
    return check
