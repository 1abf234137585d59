"""The teller of a network: which entry of the journal makes which notices, and a last look before sending."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final, final

import attrs

from grassroots.contracts.notice import Attachment, Message, Notice, Route, Urgency, Withdrawal
from grassroots.domain.topics import Topic
from grassroots.domain.wording import quiet_until
from grassroots.usecases.outbox.teller import Admission, Teller, Telling
from grassroots.usecases.telling import (
    access,
    activities,
    callouts,
    concerns,
    digests,
    duties,
    listed,
    pairings,
)
from grassroots.usecases.telling.holding import worth_sending
from grassroots.usecases.telling.scene import DIGEST, Scene, Told
from grassroots.usecases.telling.words import word
from grassroots.values.ids import MemberId
from grassroots.workspace.codec import Happened

Planner = Callable[[Scene, Happened], Iterator[Told]]

PLANNERS: Final[Mapping[str, tuple[Planner, ...]]] = MappingProxyType(
    {
        "glass-broken": (access.broken,),
        "call-asked": (listed.doubled,),
        "duty-assigned": (duties.assigned,),
        "duty-retracted": (duties.assigned,),
        "duty-accepted": (duties.answered,),
        "duty-arrived": (duties.off,),
        "duty-done": (duties.off,),
        "duty-handed-on": (duties.off,),
        "duty-called-off": (duties.called_off,),
        "duty-excused": (duties.cannot_come,),
        "duty-declined": (duties.cannot_come,),
        "shift-corrected": (duties.shift_corrected,),
        "pairing-begun": (pairings.moved_on,),
        "pairing-resumed": (pairings.moved_on,),
        "pairing-paused": (pairings.stopped,),
        "pairing-ended": (pairings.stopped,),
        "contact-recorded": (pairings.moved_on,),
        "contact-corrected": (pairings.moved_on,),
        "concern-assigned": (concerns.assigned,),
        "concern-extended": (concerns.due_moved,),
        "concern-resolved": (concerns.decided,),
        "concern-explained": (concerns.decided,),
        "concern-declined": (concerns.decided,),
        "concern-replied": (concerns.told,),
        "concern-closed": (concerns.told,),
        "concern-reopened": (concerns.due_moved,),
        "signed-up": (activities.signed_up,),
        "sign-up-withdrawn": (activities.withdrawn,),
        "occurrence-moved": (activities.moved,),
        "occurrence-called-off": (activities.called_off,),
        "callout-opened": (callouts.opened,),
        "callout-widened": (callouts.opened,),
        "callout-fell-short": (callouts.called_again,),
        "callout-answered": (callouts.answered,),
        "callout-met": (callouts.over,),
        "callout-called-off": (callouts.over,),
    }
)
"""Which events are told of, by their code in the trail."""

Attach = Callable[[Notice], Iterable[Attachment]]


def _nothing(_: Notice) -> Iterable[Attachment]:
    return ()


@final
class NetworkTeller(Teller):
    """Tells people what concerns them: on the roster, tomorrow's duty, a contact that is due, a callout.

    ``channels`` are the names of the channels that the deployment has (None: not known, all are tried);
    ``language`` is used for whoever said nothing about it; ``planners`` adds events of an app's own rooms;
    ``attach`` gives files that go with a notice (an .ics beside a mail).
    """

    def __init__(
        self,
        *,
        channels: Collection[str] | None = None,
        language: str = "zh",
        planners: Mapping[str, tuple[Planner, ...]] = MappingProxyType({}),
        attach: Attach = _nothing,
    ) -> None:
        self._channels = None if channels is None else frozenset(channels)
        self._language = language
        self._planners = dict(PLANNERS)
        for code, more in planners.items():
            self._planners[code] = (*self._planners.get(code, ()), *more)
        self._attach = attach

    def plan(self, happened: Happened, telling: Telling) -> Iterable[Notice | Withdrawal]:
        """What is to be told because of this entry."""
        planners = self._planners.get(happened.code)
        if planners is None:
            return
        scene = self._scene(telling)
        readers: set[str] = set()
        for planner in planners:
            for told in planner(scene, happened):
                if isinstance(told, Withdrawal):
                    readers.add(told.collapse.rpartition("/")[2])
                yield told
        if readers:
            yield from listed.renewed(scene, happened, frozenset(readers))

    def gather(self, waiting: Notice, new: Notice) -> Notice:
        """News of one topic becomes one digest; of anything else the newer one counts."""
        if waiting.key == new.key and digests.gathers(waiting) and digests.gathers(new):
            return digests.gathered(waiting, new)
        return callouts.gathered(waiting, new)

    def admit(self, notice: Notice, route: Route, telling: Telling) -> Admission:
        """Not to whoever has died or refused it, not what does not hold any more, not at night.

        Not by a route whose address is none either, as it may stand in an old record: then the next one is
        taken, in the end the telephone list.
        """
        scene = self._scene(telling)
        if notice.to:
            if scene.person(notice.to) is None:
                return Admission.never("recipient-gone")
            topic = self._topic(scene, notice)
            if topic is not None and topic in scene.reach(MemberId(notice.to)).refused:
                return Admission.never("refused")
        if not worth_sending(scene, notice):
            return Admission.never("no-longer-so")
        if not scene.addressing.usable(route.channel, route.address):
            return Admission.elsewhere("no-address")
        if notice.urgency is Urgency.URGENT or not notice.to:
            return Admission.now()
        until = quiet_until(telling.now, scene.hours_of(notice.to), scene.zone_of(notice.to))
        return Admission.now() if until is None else Admission.later(until)

    def word(self, notice: Notice, route: Route, telling: Telling) -> Message:
        """The words, in the reader's language and view, for this route."""
        message = word(self._scene(telling), notice, route)
        files = tuple(self._attach(notice))
        return attrs.evolve(message, attachments=files) if files else message

    def _scene(self, telling: Telling) -> Scene:
        return Scene(telling, self._channels, self._language)

    def _topic(self, scene: Scene, notice: Notice) -> Topic | None:
        if notice.key == DIGEST:
            return Topic(str(notice.values["topic"]))
        rule = scene.rule(notice.key)
        return None if rule is None else rule.topic
