"""A role is one thing that people are appointed to do, written down once for the whole network.

The six roles of a network are rows of a catalogue like any other: a network may add its own. Terms. A
*family* groups roles ("six": the six volunteer roles; "post": offices in outside bodies such as branch
secretary). A *quota* says how many people a unit should have in the role. *Demands* are what the work asks
of a body (志愿服务条例 art. 15: work must fit the volunteer). A *term* is counted in whole months.
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final, Self, final

import attrs

from grassroots.domain.checks import catalogue_code
from grassroots.domain.member import Limit
from grassroots.domain.step import Event, Step
from grassroots.errors import BadInput, Refused
from grassroots.values.dates import Span
from grassroots.values.ids import RoleId, StationId


class RoleStatus(StrEnum):
    """Whether people are still appointed to it."""

    CURRENT = "current"
    RETIRED = "retired"  # nobody new; who holds it keeps it to the end of the term


WHOLE_NETWORK: Final = "network"
"""The unit of a quota that speaks of the network as a whole."""

EACH_KIND: Final = {
    "hub": "hub",
    "station": "station",
    "post": "post",
    "mutual-aid-network": "network",
}
"""Units that mean every station of a kind, and the kind they mean. A mutual-aid network (the N of 1+3+N)
is a kind of station as well, so that its unit cannot be called "network"."""


@final
@attrs.frozen(kw_only=True)
class Quota:
    """How many people a unit should have: at least, aimed at, at most (None: no such number).

    ``unit`` is "network" (all of it), a unit of :data:`EACH_KIND` (every station of that kind for itself)
    or the id of one station. People are counted, not appointments; acting holders are not counted.
    Raises BadInput ``quota-order`` unless minimum <= target <= maximum.
    """

    unit: str = WHOLE_NETWORK
    minimum: int = 0
    target: int | None = None
    maximum: int | None = None

    def __attrs_post_init__(self) -> None:
        known = [n for n in (self.minimum, self.target, self.maximum) if n is not None]
        if not self.unit or self.minimum < 0 or known != sorted(known):
            raise BadInput(
                "quota-order",
                unit=self.unit,
                minimum=self.minimum,
                target=self.target,
                maximum=self.maximum,
            )

    @property
    def whole(self) -> bool:
        """Whether it speaks of the network as a whole."""
        return self.unit == WHOLE_NETWORK

    def speaks_of(self, kind: str, station: StationId) -> bool:
        """Whether it speaks of this station, by its kind or by its id."""
        return not self.whole and (EACH_KIND.get(self.unit) == kind or self.unit == station)


@final
@attrs.frozen(kw_only=True)
class RoleDefined(Event):
    """A role was written into the catalogue."""

    family: str


@final
@attrs.frozen(kw_only=True)
class RoleCorrected(Event):
    """Fields of a role were set anew; their former values are in the history record of the same batch."""

    fields: tuple[str, ...]
    reason: str | None = None


@final
@attrs.frozen(kw_only=True)
class RoleStatusChanged(Event):
    """A role was retired or taken up again."""

    status: RoleStatus


class RoleKnown(Refused):
    """The catalogue has a role with this code already."""

    code = "role-known"


CORRECTABLE: Final = frozenset(
    {"label_zh", "label_en", "aliases", "duties_zh", "duties_en", "quotas", "demands", "term_months"}
)
"""Not the family: appointments carry it, and a figure by family must not change behind a published one."""


def _role_id(code: str) -> RoleId:
    return RoleId(catalogue_code(code))


def _one_quota_per_unit(_: object, __: attrs.Attribute[Any], value: tuple[Quota, ...]) -> None:
    units = [quota.unit for quota in value]
    for unit in units:
        if units.count(unit) > 1:
            raise BadInput("quota-twice", unit=unit)


@final
@attrs.frozen(kw_only=True)
class Role:
    """One row of the catalogue. ``id`` is a code ("community-mediator"), the same in every language.

    Codes are kept with hyphens, also where a rule pack spells them with underscores.

    ``term_months`` is the length of a term in whole months; None: for an indefinite time.
    """

    id: RoleId = attrs.field(converter=_role_id)
    label_zh: str
    label_en: str
    family: str = attrs.field(converter=catalogue_code)
    aliases: tuple[str, ...] = ()
    duties_zh: str = ""
    duties_en: str = ""
    quotas: tuple[Quota, ...] = attrs.field(default=(), validator=_one_quota_per_unit)
    demands: tuple[Limit, ...] = ()
    term_months: int | None = attrs.field(
        default=None, validator=attrs.validators.optional([attrs.validators.ge(1), attrs.validators.le(600)])
    )
    status: RoleStatus = RoleStatus.CURRENT

    def __attrs_post_init__(self) -> None:
        if not self.label_zh.strip() or not self.label_en.strip():
            raise BadInput("role-label-missing", role=self.id)

    @classmethod
    def define(cls, *, id: RoleId, label_zh: str, label_en: str, family: str, **fields: Any) -> Step[Self]:
        """Write a role into the catalogue."""
        role = cls(id=id, label_zh=label_zh, label_en=label_en, family=family, **fields)
        return Step(role, (RoleDefined(family=role.family),))

    def correct(self, reason: str | None = None, **fields: Any) -> Step[Self]:
        """Set labels, duties, quotas, demands or the term anew. Appointments made before stay as they are."""
        if wrong := set(fields) - CORRECTABLE:
            raise BadInput("field-not-correctable", kind="role", fields=tuple(sorted(wrong)))
        changed = {name: value for name, value in fields.items() if getattr(self, name) != value}
        if not changed:
            return Step(self)
        after = attrs.evolve(self, **changed)
        return Step(after, (RoleCorrected(fields=tuple(sorted(changed)), reason=reason),))

    def set_quota(self, quota: Quota) -> Step[Self]:
        """Set the quota of one unit, in place of the one it has."""
        others = tuple(known for known in self.quotas if known.unit != quota.unit)
        if quota in self.quotas:
            return Step(self)
        return self.correct(quotas=(*others, quota))

    def retire(self) -> Step[Self]:
        """Appoint nobody new to it."""
        return self._become(RoleStatus.RETIRED)

    def restore(self) -> Step[Self]:
        """Take it up again."""
        return self._become(RoleStatus.CURRENT)

    def _become(self, status: RoleStatus) -> Step[Self]:
        if self.status is status:
            return Step(self)
        return Step(attrs.evolve(self, status=status), (RoleStatusChanged(status=status),))

    def term_from(self, first: date) -> Span:
        """The term that begins on a day: its last day is the eve of the same day so many months later."""
        if self.term_months is None:
            return Span(first)
        return Span(first, _months_later(first, self.term_months) - timedelta(days=1))


def _months_later(day: date, months: int) -> date:
    """The same day of the month; where that month has none, the first of the next (as on 29 February)."""
    number = day.year * 12 + day.month - 1 + months
    year, month = divmod(number, 12)
    if day.day <= calendar.monthrange(year, month + 1)[1]:
        return date(year, month + 1, day.day)
    year, month = divmod(number + 1, 12)
    return date(year, month + 1, 1)
