"""Whether there is somebody: an empty list about a person says that nothing is kept, and not that the id is
wrong.
"""

from __future__ import annotations

from typing import TypeVar

from grassroots.contracts.policy import Action
from grassroots.domain.member import Member
from grassroots.values.ids import MemberId
from grassroots.workspace.reading import Reading

T = TypeVar("T")


def somebody(reading: Reading, member: MemberId) -> None:
    """Missing if there is nobody of that id, or this viewer may not know of them. It is no look at them."""
    reading.judged(reading.office.kinds.of(Member).name, member, Action.READ)


def about_somebody(reading: Reading, member: MemberId, found: list[T]) -> list[T]:
    """What was found about a person; if that is nothing, there has to be such a person."""
    if not found:
        somebody(reading, member)
    return found
