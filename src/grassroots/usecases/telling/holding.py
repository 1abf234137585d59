"""Whether what a notice says still holds, right before it is sent."""

from __future__ import annotations

from collections.abc import Mapping

from grassroots.contracts.notice import Notice, Value
from grassroots.usecases.telling import access, activities, callouts, concerns, duties, pairings
from grassroots.usecases.telling.digests import as_line, gathers, lines
from grassroots.usecases.telling.scene import Scene


def holds(scene: Scene, notice: Notice, key: str, values: Mapping[str, Value]) -> bool:
    """Whether one piece of news still holds for the reader of a notice. What nobody can check, holds."""
    if key.startswith("duty-"):
        return duties.still(scene, values, key)
    if key.startswith("contact-"):
        return pairings.still(scene, values, key)
    if key.startswith("concern-"):
        return concerns.still(scene, values, key)
    if key.startswith("activity-"):
        return activities.still(scene, values, key)
    if key == access.KEY:
        return access.still(scene, values)
    if key.startswith("callout"):
        return callouts.still(scene, values, key, notice.to)
    return True


def holding(scene: Scene, notice: Notice) -> tuple[str, ...]:
    """The lines of a digest that still hold."""
    return tuple(as_line(key, values) for key, values in lines(notice) if holds(scene, notice, key, values))


def worth_sending(scene: Scene, notice: Notice) -> bool:
    """Whether a notice, or any line of a digest, still holds."""
    if gathers(notice):
        return any(holds(scene, notice, key, values) for key, values in lines(notice))
    return holds(scene, notice, notice.key, notice.values)
