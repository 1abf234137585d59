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
from collections.abc import Mapping
from typing import Any, final

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


def parse_claims(text: str) -> Claims:
    """The claims of a TOML text; BadInput says what is wrong and in which claim."""
    try:
        tables = tomllib.loads(text)
        head = tables["claims"]
        cited = f"{head['name']}@{head['version']}"
        figures = {id_: Definition.parse(id_, one, cited) for id_, one in tables.get("figure", {}).items()}
        claims = tuple(_claim(one) for one in tables["claim"])
        return Claims(
            name=head["name"],
            version=head["version"],
            period=Period.parse(head["period"]),
            claims=claims,
            figures=figures,
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise BadInput("claims-unreadable", problem=str(error)) from error


def _claim(table: Mapping[str, Any]) -> Claim:
    fields = dict(table)
    checks = tuple(_check(str(fields.get("id")), one) for one in fields.pop("check", ()))
    if not checks:
        raise BadInput("claim-without-check", claim=str(fields.get("id")))
    return Claim(checks=checks, **fields)


def _check(claim: str, table: Mapping[str, Any]) -> Check:
    fields = dict(table)
    known = {field.name for field in attrs.fields(Check)}
    if unknown := set(fields) - known:
        raise BadInput("claim-unknown-field", claim=claim, fields=tuple(sorted(unknown)))
    for name in ("agree", "contains"):
        fields[name] = tuple(fields.get(name, ()))
    check = Check(**fields)
    if not (check.agree or check.evidence or (check.figure and (check.expect or check.contains))):
        raise BadInput("claim-check-empty", claim=claim)
    return check
