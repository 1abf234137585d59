"""State machines as tables, and what can be made from a table.

A table is ``{state: {verb: state after}}``. A verb that would lead to where the record already is changes
nothing; a verb that the table does not allow is refused with what would be allowed.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from grassroots.errors import Refused

State = TypeVar("State", bound=StrEnum)

Table = Mapping[State, Mapping[str, State]]


class WrongState(Refused):
    """The record is in a state in which this cannot be done; the facts say what could be done now."""

    code = "wrong-state"


def turn(table: Table[State], state: State, verb: str, *, kind: str, id: str) -> State | None:
    """The state after ``verb``; None if the record is already there; WrongState if the table says no."""
    after = table[state].get(verb)
    if after is not None:
        return None if after is state else after
    if any(row.get(verb) is state for row in table.values()):
        return None
    raise WrongState(
        verb=verb, kind=kind, id=id, state=state.value, possible=tuple(sorted(set(table[state]) - {verb}))
    )


def diagram(table: Table[State]) -> str:
    """The table as a Mermaid state diagram: the docs show this and nothing drawn by hand."""
    lines = ["stateDiagram-v2"]
    first = next(iter(table))
    lines.append(f"    [*] --> {first.value}")
    for state, row in table.items():
        for verb, after in row.items():
            lines.append(f"    {state.value} --> {after.value}: {verb}")
        if not row:
            lines.append(f"    {state.value} --> [*]")
    return "\n".join(lines)
