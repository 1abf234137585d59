"""Schemes: the limits of one kind of pairing, and whether an age that is partly known lies within a band."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Self, final

import attrs

from grassroots.values.dates import Ages
from grassroots.values.ids import SchemeId


class Fit(StrEnum):
    """Whether an age lies within a band: a partial birth date may leave it open."""

    IN = "in"
    OUT = "out"
    OPEN = "open"


@final
@attrs.frozen
class AgeBand:
    """Completed years from ``low`` to ``high``, both included; None is open."""

    low: int | None = None
    high: int | None = None

    @classmethod
    def from_rules(cls, rules: Mapping[str, Any]) -> Self:
        """Read a rule of the pack table ``age_band``."""
        return cls(rules.get("first_age_years"), rules.get("last_age_years"))

    @property
    def said(self) -> str:
        """The band in figures: "60–69", "80+"."""
        if self.high is None:
            return f"{self.low or 0}+"
        return f"{self.low or 0}–{self.high}"

    def fit(self, ages: Ages | None) -> Fit:
        """Whether somebody whose age is in this range (None: unknown) is certainly in, out, or neither."""
        if self.low is None and self.high is None:
            return Fit.IN
        if ages is None:
            return Fit.OPEN
        if (self.low is not None and ages.high < self.low) or (
            self.high is not None and ages.low > self.high
        ):
            return Fit.OUT
        inside = (self.low is None or self.low <= ages.low) and (self.high is None or ages.high <= self.high)
        return Fit.IN if inside else Fit.OPEN


@final
@attrs.frozen(kw_only=True)
class Scheme:
    """The limits of one kind of pairing; ``most`` recipients for one supporter (None: any number)."""

    code: SchemeId
    most: int | None = None
    supporter_ages: AgeBand = AgeBand()
    recipient_ages: AgeBand = AgeBand()

    @classmethod
    def from_rules(
        cls, code: SchemeId, rules: Mapping[str, Any], bands: Mapping[str, Mapping[str, Any]]
    ) -> Self:
        """Read a rule of the pack table ``pairing_scheme``; ``bands`` are those of ``age_band`` it names."""

        def band(column: str) -> AgeBand:
            name = rules.get(column)
            return AgeBand() if name is None else AgeBand.from_rules(bands[name])

        return cls(
            code=code,
            most=rules.get("recipients_per_supporter_count"),
            supporter_ages=band("supporter_age_band"),
            recipient_ages=band("recipient_age_band"),
        )
