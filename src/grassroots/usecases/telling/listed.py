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
from grassroots.domain.call import Call, CallMedium, expected_in, lines_of
from grassroots.domain.duty import Duty, Shift
from grassroots.usecases.telling.digests import lines
from grassroots.usecases.telling.holding import holding
from grassroots.usecases.telling.scene import Scene, Told
from grassroots.workspace.codec import Happened


def renewed(scene: Scene, happened: Happened, readers: frozenset[str]) -> Iterator[Told]:
    """Digests on a list with a line that fell away because of this entry; ``readers`` are those concerned."""
    for call in _waiting(scene, happened, readers):
        notice = _again(scene, happened, call)
        kept = holding(scene, notice)
        if len(kept) < len(lines(notice)):
            yield from _left(scene, happened, call, kept, "no-longer-so")


def doubled(scene: Scene, happened: Happened) -> Iterator[Told]:
    """A call was asked for: one duty is one line for one reader.

    The call for one duty (its reminder) stays, since it is on the list of its station and goes when it is too
    late; the digest gives its line up.
    """
    asked = scene.peek(Call, next((ref.id for ref in happened.about if ref.kind == "call"), None))
    if (
        asked is None
        or asked.member is None
        or not (asked.expects or any(map(expected_in, lines_of(asked.values))))
    ):
        return
    waiting = [call for call in scene.walk(Call, Is("member", asked.member)) if call.waits]
    alone = {(call.medium, call.expects) for call in waiting if call.expects}
    for call in waiting:
        told = lines_of(call.values)
        kept = tuple(line for line in told if (call.medium, expected_in(line)) not in alone)
        if call.key and call.collapse and len(kept) < len(told):
            yield from _left(scene, happened, call, kept, "superseded")


def _left(scene: Scene, happened: Happened, call: Call, kept: tuple[str, ...], reason: str) -> Iterator[Told]:
    """What is left of a digest on a list, to take its place there."""
    if kept:
        notice = _again(scene, happened, call)
        yield attrs.evolve(notice, values={**notice.values, "lines": kept})
    else:
        yield Withdrawal(collapse=call.collapse or "", reason=reason)


def _waiting(scene: Scene, happened: Happened, readers: frozenset[str]) -> Iterator[Call]:
    for reader in sorted(readers):
        yield from _digests(scene, Is("member", reader))
    stations = set()
    for ref in happened.about:
        if ref.kind == "duty" and (duty := scene.peek(Duty, ref.id)) is not None:
            stations.add(duty.station)
        if ref.kind == "shift" and (shift := scene.peek(Shift, ref.id)) is not None:
            stations.add(shift.station)
    for station in sorted(stations):
        yield from _digests(scene, Is("station", station), Is("medium", CallMedium.PAPER.value))


def _digests(scene: Scene, *where: Is) -> Iterator[Call]:
    return (call for call in scene.walk(Call, *where) if call.waits and call.key and call.collapse)


def _again(scene: Scene, happened: Happened, call: Call) -> Notice:
    """The notice that a call was made for, to go by the same way once more."""
    values = {
        name: tuple(one) if isinstance(one, list) else one for name, one in json.loads(call.values).items()
    }
    if call.because:
        values["because"] = call.because  # why it came to this list holds for what is left of it
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
