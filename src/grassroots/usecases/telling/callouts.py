"""What people are told about a callout: come; you are counted on; you are not needed any more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import attrs

from grassroots.contracts.notice import Notice, Value
from grassroots.contracts.storage import Is, Ref
from grassroots.domain.callout import Callout, CalloutAnswer, CalloutAnswered, CalloutStatus, Said, answer_id
from grassroots.usecases.telling.scene import Reader, Scene, Told
from grassroots.values.ids import MemberId
from grassroots.workspace.codec import Happened

CALL = "callout"
TAKEN = "callout-taken"
OVER = "callout-over"

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def gathered(waiting: Notice, new: Notice) -> Notice:
    """The call still waits and nobody is needed any more: nothing goes out. Otherwise the newer counts."""
    if waiting.key == CALL and new.key == OVER:
        return attrs.evolve(new, expires=_LONG_AGO)
    return new


def opened(scene: Scene, happened: Happened) -> Iterator[Told]:
    """Everybody who was asked and has not answered is called, once however often more are asked.

    Also when enough have said yes meanwhile: such a call is let go right before it is sent, or together with
    the word that nobody is needed (:func:`gathered`), so that nobody gets the second without the first.
    """
    callout = _callout(scene, happened)
    if callout is not None:
        yield from _call(scene, attrs.evolve(happened, position=0, at=_LONG_AGO), callout)


def called_again(scene: Scene, happened: Happened) -> Iterator[Told]:
    """Somebody took a yes back, and people are short again: whoever is silent is called once more."""
    callout = _callout(scene, happened)
    if callout is not None:
        yield from _call(scene, happened, callout)


def _call(scene: Scene, happened: Happened, callout: Callout) -> Iterator[Told]:
    rule = scene.rule(CALL)
    answered = {one.member for one in scene.walk(CalloutAnswer, Is("callout", callout.id))}
    for member in callout.asked:
        if rule is not None and member not in answered:
            yield from scene.tell(
                happened, rule, Reader(member=member), values=_values(scene, callout),
                collapse=f"{CALL}/{callout.id}", expires=callout.starts, about=(Ref("callout", callout.id),),
            )  # fmt: skip


def answered(scene: Scene, happened: Happened) -> Iterator[Told]:
    """Whoever said yes hears whether they are counted on; whoever answered is not called any more."""
    event, callout = happened.event, _callout(scene, happened)
    if callout is None or not isinstance(event, CalloutAnswered):
        return
    yield scene.withdraw(f"{CALL}/{callout.id}", event.member, "answered")
    rule = scene.rule(OVER if event.spare else TAKEN)
    if event.said is Said.YES and rule is not None:
        yield from scene.tell(
            happened, rule, Reader(member=event.member), values=_values(scene, callout),
            collapse=f"{TAKEN}/{callout.id}", expires=callout.starts, about=(Ref("callout", callout.id),),
        )  # fmt: skip


def over(scene: Scene, happened: Happened) -> Iterator[Told]:
    """Enough have said yes, or it does not take place: who did not answer need not come, nor wait.

    These go under the key of the call itself: where the call still waits, both are let go (``gathered``).
    """
    callout = _callout(scene, happened)
    rule = scene.rule(OVER)
    if callout is None or rule is None:
        return
    answers = {one.member: one for one in scene.walk(CalloutAnswer, Is("callout", callout.id))}
    for member in callout.asked:
        answer = answers.get(member)
        off = callout.status is CalloutStatus.CALLED_OFF
        if answer is None or (off and answer.said is Said.YES):
            yield from scene.tell(
                happened, rule, Reader(member=member), values=_values(scene, callout),
                collapse=f"{CALL}/{callout.id}", expires=callout.starts,
                about=(Ref("callout", callout.id),),
            )  # fmt: skip


def still(scene: Scene, values: Mapping[str, Value], key: str, to: str) -> bool:
    """Whether it is so now."""
    callout = scene.peek(Callout, str(values.get("callout", "")))
    if callout is None:
        return False
    answer = scene.peek(CalloutAnswer, answer_id(callout.id, MemberId(to)))
    if key == CALL:
        return callout.status is CalloutStatus.OPEN and answer is None
    if key == TAKEN:
        going = callout.status not in (CalloutStatus.CALLED_OFF, CalloutStatus.CLOSED)
        return going and answer is not None and answer.counts
    return callout.status is not CalloutStatus.OPEN or (answer is not None and answer.spare)


def _callout(scene: Scene, happened: Happened) -> Callout | None:
    return scene.peek(Callout, next((ref.id for ref in happened.about if ref.kind == "callout"), None))


def _values(scene: Scene, callout: Callout) -> dict[str, Value]:
    begins = callout.starts.astimezone(scene.zone)
    return {
        "callout": callout.id,
        "station": callout.station,
        "what": callout.what,
        "place": callout.place,
        "day": begins.date().isoformat(),
        "starts": begins.time().isoformat("minutes"),
    }
