"""A post office of a few lines: what the outbox promises, without leases and crashes, for tests of a teller.

It follows the journal, keeps what waits, gathers and withdraws by collapse key, and sends what is due at a
moment. The real outbox has its own proofs; one test here goes through it.
"""

from __future__ import annotations

from datetime import datetime

import attrs

from grassroots.contracts.notice import Message, Notice, Withdrawal
from grassroots.domain.policy import Actor, Posture
from grassroots.network import Network
from grassroots.usecases.outbox.teller import Telling
from grassroots.usecases.telling import NetworkTeller
from grassroots.workspace.office import Seat
from grassroots.workspace.reading import Reading


@attrs.frozen
class Sent:
    at: datetime
    notice: Notice
    message: Message

    @property
    def key(self) -> str:
        return self.notice.key

    @property
    def to(self) -> str:
        return self.notice.to

    @property
    def channel(self) -> str:
        return self.notice.routes[0].channel


@attrs.define
class Post:
    network: Network
    teller: NetworkTeller = attrs.field(factory=NetworkTeller)
    position: int = 0
    waiting: dict[str, Notice] = attrs.field(factory=dict)
    sent: list[Sent] = attrs.field(factory=list)
    dropped: list[tuple[str, str]] = attrs.field(factory=list)

    def reading(self) -> Reading:
        office = self.network.desk("system:outbox").seat.office
        return Reading(Seat(office=office, actor=Actor("outbox", Posture.SYSTEM)))

    def telling(self) -> Telling:
        reading = self.reading()
        return Telling(reading=reading, now=reading.now, make_id=reading.office.derived_id)

    def follow(self) -> None:
        """Plan everything that happened since the last time."""
        while entries := self.reading().trail(after=self.position, limit=500):
            for happened in entries:
                for one in self.teller.plan(happened, self.telling()):
                    self._take(one)
                self.position = happened.position

    def _take(self, one: Notice | Withdrawal) -> None:
        same = [id_ for id_, kept in self.waiting.items() if one.collapse and kept.collapse == one.collapse]
        if isinstance(one, Withdrawal):
            for id_ in same:
                self.dropped.append((self.waiting.pop(id_).key, one.reason))
        elif same:
            made = self.teller.gather(self.waiting.pop(same[0]), one)
            self.waiting[made.id] = made
        elif one.id not in self.waiting and all(one.id != gone.notice.id for gone in self.sent):
            self.waiting[one.id] = one

    def deliver(self) -> list[Sent]:
        """Send what is due now; gives what went out."""
        self.follow()
        now, went = self.reading().now, []
        for notice in sorted(self.waiting.values(), key=lambda one: one.id):
            if notice.expires is not None and notice.expires <= now:
                self.dropped.append((self.waiting.pop(notice.id).key, "expired"))
            elif notice.not_before is None or notice.not_before <= now:
                answer = self.teller.admit(notice, notice.routes[0], self.telling())
                if answer.drop:
                    self.dropped.append((self.waiting.pop(notice.id).key, answer.drop))
                elif answer.hold_until is not None:
                    self.waiting[notice.id] = attrs.evolve(notice, not_before=answer.hold_until)
                else:
                    message = self.teller.word(notice, notice.routes[0], self.telling())
                    went.append(Sent(now, self.waiting.pop(notice.id), message))
        self.sent += went
        return went
