"""What is on somebody's list already, and says something that no longer holds.

A digest that a channel sent is out. One that waits for a person to pass it on (the telephone list, the sheet
for the board) is changed as long as it waits: without the line that fell away, or taken off whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import attrs

from grassroots.contracts.notice import Notice, Route, Urgency, Withdrawal
from grassroots.contracts.storage import Is, Ref
from grassroots.domain.call import Call, CallMedium
from grassroots.domain.duty import Duty
from grassroots.usecases.telling.digests import as_line, lines
from grassroots.usecases.telling.holding import holds
from grassroots.usecases.telling.scene import Scene, Told
from grassroots.workspace.codec import Happened


def renewed(scene: Scene, happened: Happened, readers: frozenset[str]) -> Iterator[Told]:
    """Digests on a list with a line that fell away because of this entry; ``readers`` are those concerned."""
    for call in _waiting(scene, happened, readers):
        notice = _again(scene, happened, call)
        pieces = lines(notice)
        kept = tuple(as_line(key, values) for key, values in pieces if holds(scene, notice, key, values))
        if len(kept) == len(pieces):
            continue
        if kept:
            yield attrs.evolve(notice, values={**notice.values, "lines": kept})
        else:
            yield Withdrawal(collapse=notice.collapse or "", reason="no-longer-so")


def _waiting(scene: Scene, happened: Happened, readers: frozenset[str]) -> Iterator[Call]:
    for reader in sorted(readers):
        yield from _digests(scene, Is("member", reader))
    for ref in happened.about:
        duty = scene.peek(Duty, ref.id) if ref.kind == "duty" else None
        if duty is not None:
            yield from _digests(scene, Is("station", duty.station), Is("medium", CallMedium.PAPER.value))


def _digests(scene: Scene, *where: Is) -> Iterator[Call]:
    return (call for call in scene.walk(Call, *where) if call.waits and call.key and call.collapse)


def _again(scene: Scene, happened: Happened, call: Call) -> Notice:
    """The notice that a call was made for, to go by the same way once more."""
    values = {
        name: tuple(one) if isinstance(one, list) else one for name, one in json.loads(call.values).items()
    }
    return Notice(
        id=scene.telling.notice_id(happened, call.key, call.id),
        to=call.member or "",
        about=tuple(Ref(*ref.split("/", 1)) for ref in call.about),
        key=call.key,
        values=values,
        language=call.language,
        urgency=Urgency.URGENT if call.urgent else Urgency.LOW,
        routes=(Route(call.medium.value, call.address),),
        collapse=call.collapse,
        expires=call.expires,
    )
