"""A model as plain rows: whole-number variables, linear rows, linear goals. Solvers are fed from it.

A row may belong to hard rules of the problem; who asks which rules clash switches such rows by their rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import final

import attrs

from grassroots.contracts.planning import Rule


@final
@attrs.frozen
class Row:
    """``low <= sum of factors times variables <= high``; None: no such side. It holds if all its rules do."""

    columns: tuple[int, ...]
    factors: tuple[int, ...]
    low: int | None
    high: int | None
    rules: tuple[Rule, ...] = ()


@final
@attrs.define
class Sum:
    """A linear expression; a variable may stand in it several times."""

    columns: list[int] = attrs.field(factory=list)
    factors: list[int] = attrs.field(factory=list)
    constant: int = 0

    def add(self, column: int, factor: int = 1) -> None:
        """Add a variable times a factor."""
        self.columns.append(column)
        self.factors.append(factor)

    def plus(self, other: Sum, factor: int = 1) -> None:
        """Add another sum times a factor."""
        self.columns.extend(other.columns)
        self.factors.extend(factor * one for one in other.factors)
        self.constant += factor * other.constant

    def value(self, values: Sequence[int]) -> int:
        """What it comes to."""
        return self.constant + sum(
            factor * values[column] for column, factor in zip(self.columns, self.factors, strict=True)
        )


@final
@attrs.define
class Rows:
    """Variables by number, each from ``lows`` to ``highs``, and the rows."""

    lows: list[int] = attrs.field(factory=list)
    highs: list[int] = attrs.field(factory=list)
    rows: list[Row] = attrs.field(factory=list)

    def variable(self, low: int = 0, high: int = 1) -> int:
        """A new variable."""
        self.lows.append(low)
        self.highs.append(high)
        return len(self.lows) - 1

    def at_most(self, columns: Iterable[int], high: int, rules: tuple[Rule, ...] = ()) -> None:
        """The sum of these variables is at most so much. What cannot be more is left out."""
        found = tuple(columns)
        if sum(self.highs[column] for column in found) > high:
            self.rows.append(Row(found, (1,) * len(found), None, high, rules))

    def at_least(self, columns: Iterable[int], low: int, rules: tuple[Rule, ...] = ()) -> None:
        """The sum of these variables is at least so much (a row without variables included)."""
        found = tuple(columns)
        if low > 0:
            self.rows.append(Row(found, (1,) * len(found), low, None, rules))

    def between(self, sum_: Sum, low: int | None, high: int | None, rules: tuple[Rule, ...] = ()) -> None:
        """A sum lies between; its constant is moved to the other side."""
        self.rows.append(
            Row(
                tuple(sum_.columns),
                tuple(sum_.factors),
                None if low is None else low - sum_.constant,
                None if high is None else high - sum_.constant,
                rules,
            )
        )
