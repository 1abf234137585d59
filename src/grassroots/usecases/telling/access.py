"""What those hear who are to know that somebody opened protected records in an emergency.

They are named as the trail names actors. Whoever of them is a member gets the notice by their own ways; for
anybody else it stands on the office's telephone list, which is looked through every day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from grassroots.contracts.notice import Value
from grassroots.contracts.storage import Ref
from grassroots.domain.access import Grant
from grassroots.domain.wording import day_of
from grassroots.usecases.telling.scene import Reader, Scene, Told
from grassroots.values.ids import MemberId
from grassroots.workspace.codec import Happened

KEY = "emergency-access"


def broken(scene: Scene, happened: Happened) -> Iterator[Told]:
    """The glass was broken: everybody who was named is told, and nothing of whom it concerns."""
    grant = scene.peek(Grant, next((ref.id for ref in happened.about if ref.kind == "grant"), None))
    rule = scene.rule(KEY)
    if grant is None or rule is None:
        return
    for number, actor in enumerate(grant.told):
        person = scene.person(actor.partition(":")[2])
        values: dict[str, Value] = {
            "day": day_of(grant.opened, scene.zone).isoformat(),
            "grant": grant.id,
            "number": number,
        }
        yield from scene.tell(
            happened, rule, None if person is None else Reader(member=MemberId(person.id)), values=values,
            collapse=f"{KEY}/{grant.id}/{number}", about=(Ref("grant", grant.id),),
        )  # fmt: skip


def still(scene: Scene, values: Mapping[str, Value]) -> bool:
    """Whether they have not seen it yet."""
    grant, number = scene.peek(Grant, str(values.get("grant", ""))), values.get("number")
    if grant is None or not isinstance(number, int) or number >= len(grant.told):
        return False
    return grant.told[number] not in grant.seen
