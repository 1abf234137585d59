"""What people are told about a call-out: come; you are counted on; you are not needed any more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import attrs

from grassroots.contracts.notice import Notice, Value
from grassroots.contracts.storage import Is, Ref
from grassroots.domain.call_out import CallOut, CallOutAnswer, CallOutAnswered, CallOutStatus, Said, answer_id
from grassroots.usecases.telling.scene import Reader, Scene, Told
from grassroots.values.ids import MemberId
from grassroots.workspace.codec import Happened

CALL = "call-out"
TAKEN = "call-out-taken"
OVER = "call-out-over"

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def gathered(waiting: Notice, new: Notice) -> Notice:
    """The call still waits and nobody is needed any more: nothing goes out. Otherwise the newer counts."""
    if waiting.key == CALL and new.key == OVER:
        return attrs.evolve(new, expires=_LONG_AGO)
    return new


def opened(scene: Scene, happened: Happened) -> Iterator[Told]:
    """Everybody who was asked and has not answered is called."""
    call_out = _call_out(scene, happened)
    rule = scene.rule(CALL)
    if call_out is None or rule is None or call_out.status is not CallOutStatus.OPEN:
        return
    answered = {one.member for one in scene.walk(CallOutAnswer, Is("call_out", call_out.id))}
    about = (Ref("call_out", call_out.id),)
    for member in call_out.asked:
        if member not in answered:
            yield from scene.tell(
                happened, rule, Reader(member=member), values=_values(scene, call_out),
                collapse=f"{CALL}/{call_out.id}", expires=call_out.starts, about=about,
            )  # fmt: skip


def answered(scene: Scene, happened: Happened) -> Iterator[Told]:
    """Whoever said yes hears whether they are counted on; whoever answered is not called any more."""
    event, call_out = happened.event, _call_out(scene, happened)
    if call_out is None or not isinstance(event, CallOutAnswered):
        return
    yield scene.withdraw(f"{CALL}/{call_out.id}", event.member, "answered")
    rule = scene.rule(OVER if event.spare else TAKEN)
    if event.said is Said.YES and rule is not None:
        yield from scene.tell(
            happened, rule, Reader(member=event.member), values=_values(scene, call_out),
            collapse=f"{TAKEN}/{call_out.id}", expires=call_out.starts, about=(Ref("call_out", call_out.id),),
        )  # fmt: skip


def over(scene: Scene, happened: Happened) -> Iterator[Told]:
    """Enough have said yes, or it does not take place: who did not answer need not come, nor wait.

    These go under the key of the call itself: where the call still waits, both are let go (``gathered``).
    """
    call_out = _call_out(scene, happened)
    rule = scene.rule(OVER)
    if call_out is None or rule is None:
        return
    answers = {one.member: one for one in scene.walk(CallOutAnswer, Is("call_out", call_out.id))}
    for member in call_out.asked:
        answer = answers.get(member)
        off = call_out.status is CallOutStatus.CALLED_OFF
        if answer is None or (off and answer.said is Said.YES):
            yield from scene.tell(
                happened, rule, Reader(member=member), values=_values(scene, call_out),
                collapse=f"{CALL}/{call_out.id}", expires=call_out.starts,
                about=(Ref("call_out", call_out.id),),
            )  # fmt: skip


def still(scene: Scene, values: Mapping[str, Value], key: str, to: str) -> bool:
    """Whether it is so now."""
    call_out = scene.peek(CallOut, str(values.get("call_out", "")))
    if call_out is None:
        return False
    answer = scene.peek(CallOutAnswer, answer_id(call_out.id, MemberId(to)))
    if key == CALL:
        return call_out.status is CallOutStatus.OPEN and answer is None
    if key == TAKEN:
        going = call_out.status not in (CallOutStatus.CALLED_OFF, CallOutStatus.CLOSED)
        return going and answer is not None and answer.counts
    return call_out.status is not CallOutStatus.OPEN or (answer is not None and answer.spare)


def _call_out(scene: Scene, happened: Happened) -> CallOut | None:
    return scene.peek(CallOut, next((ref.id for ref in happened.about if ref.kind == "call_out"), None))


def _values(scene: Scene, call_out: CallOut) -> dict[str, Value]:
    begins = call_out.starts.astimezone(scene.zone)
    return {
        "call_out": call_out.id,
        "station": call_out.station,
        "what": call_out.what,
        "place": call_out.place,
        "day": begins.date().isoformat(),
        "starts": begins.time().isoformat("minutes"),
    }
