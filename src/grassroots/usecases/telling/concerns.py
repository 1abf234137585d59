"""What people are told about concerns that lie with them. Never a word of the concern itself.

A telephone lies on the table with its screen up: a notice says that there is something, and where to look.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from grassroots.contracts.notice import Value
from grassroots.contracts.storage import Ref
from grassroots.domain.concern import Concern
from grassroots.domain.wording import wall
from grassroots.usecases.telling.scene import Reader, Scene, Told
from grassroots.workspace.codec import Happened

DUE = "concern-due"
TO_ANSWER = "concern-to-answer"


def assigned(scene: Scene, happened: Happened) -> Iterator[Told]:
    """Somebody sees to it from now on, until a day."""
    concern = _concern(scene, happened)
    if concern is None or concern.owner is None or not concern.open:
        return
    if rule := scene.rule("concern-assigned"):
        yield from scene.tell(
            happened, rule, Reader(member=concern.owner), values=_values(concern),
            collapse=f"concern-assigned/{concern.id}", about=_about(concern),
        )  # fmt: skip
    yield from due_moved(scene, happened)


def due_moved(scene: Scene, happened: Happened) -> Iterator[Told]:
    """It is due on another day: the reminder moves with it."""
    concern = _concern(scene, happened)
    rule = scene.rule(DUE)
    if concern is None or concern.owner is None or rule is None or not concern.open:
        return
    yield scene.withdraw(f"{DUE}/{concern.id}", concern.owner, "due-moved")
    if concern.due is None or concern.due < scene.today:
        return
    zone = scene.zone_of(concern.owner)
    day = concern.due - timedelta(days=rule.before_days)
    at = max(scene.now, wall(day, rule.send_at or scene.usual_hours.digest_at, zone))
    yield from scene.tell(
        happened, rule, Reader(member=concern.owner), values=_values(concern),
        collapse=f"{DUE}/{concern.id}", at=at, about=_about(concern),
    )  # fmt: skip


def decided(scene: Scene, happened: Happened) -> Iterator[Told]:
    """There is an outcome: whoever has it, or took it, is to tell the resident."""
    concern = _concern(scene, happened)
    if concern is None:
        return
    yield from settled(scene, happened)
    rule = scene.rule(TO_ANSWER)
    if rule is None or concern.replied:
        return
    reader = concern.owner or concern.taken_by
    readers = (Reader(member=reader),) if reader is not None else scene.heads(concern.station)
    for one in readers or (None,):
        yield from scene.tell(
            happened, rule, one, values=_values(concern), collapse=f"{TO_ANSWER}/{concern.id}",
            about=_about(concern),
        )  # fmt: skip


def settled(scene: Scene, happened: Happened) -> Iterator[Told]:
    """Nothing is due any more."""
    concern = _concern(scene, happened)
    if concern is not None and concern.owner is not None:
        yield scene.withdraw(f"{DUE}/{concern.id}", concern.owner, "decided")


def told(scene: Scene, happened: Happened) -> Iterator[Told]:
    """The resident knows."""
    concern = _concern(scene, happened)
    if concern is None:
        return
    for reader in (concern.owner, concern.taken_by):
        if reader is not None:
            yield scene.withdraw(f"{TO_ANSWER}/{concern.id}", reader, "replied")
    yield from settled(scene, happened)


def still(scene: Scene, values: Mapping[str, Value], key: str) -> bool:
    """Whether it still waits for what the notice asks."""
    concern = scene.peek(Concern, str(values.get("concern", "")))
    if concern is None:
        return False
    if key == TO_ANSWER:
        return not concern.replied
    return concern.open


def _concern(scene: Scene, happened: Happened) -> Concern | None:
    return scene.peek(Concern, next((ref.id for ref in happened.about if ref.kind == "concern"), None))


def _values(concern: Concern) -> dict[str, Value]:
    told: dict[str, Value] = {"concern": concern.id, "station": concern.station}
    if concern.number:
        told["number"] = concern.number
    if concern.due is not None:
        told["day"] = concern.due.isoformat()
    return told


def _about(concern: Concern) -> tuple[Ref, ...]:
    return (Ref("concern", concern.id),)
