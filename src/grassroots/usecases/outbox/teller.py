"""The seam between what happened and what is sent: a teller plans, gathers, admits and words notices.

The outbox asks a teller four things, in this order, and does the rest itself::

    plan(happened, telling)        an entry of the journal in; notices and withdrawals out
    gather(waiting, new)           two notices of one collapse key, of which one waits: what goes out
    admit(notice, route, telling)  right before it is sent: now, later, or not at all
    word(notice, route, telling)   the words for this route

:class:`Teller` answers all four plainly (nothing is planned, the newer notice replaces the one that waits,
everything is admitted, words come from the catalogue under ``notice-<key>``). Subclass it, or give any object
with these methods to :func:`grassroots.delivery.deliver`::

    class Reminders(Teller):
        def plan(self, happened, telling):
            if isinstance(happened.event, DutyAssigned):
                duty = telling.reading.get(Duty, happened.about[0].id)
                id = telling.notice_id(happened, duty.member, "duty-tomorrow")
                yield Notice(id=id, to=duty.member, key="duty-tomorrow", ...)

What a teller may rely on:

- ``plan`` gets every entry of the journal once it is committed, in order, and again after a crash in the
  middle: the same entry must give the same ids, and ``Telling.notice_id`` does. It may yield as many notices
  as it likes; they are taken in portions, and a few thousand cost no memory. The world it reads is that of
  now, not that of the entry.
- A ``plan`` that raises does not stop the journal: the entry is set down as a dead letter that can be
  replayed. A ``word`` or ``admit`` that raises kills that one notice, with its reason.
- ``plan`` may be asked about entries that calls (``grassroots.domain.call``) brought; a teller that plans
  another call for a call that failed must find an end.
- Nothing here may send, write, or keep anything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol, final

import attrs

from grassroots.contracts.notice import Message, Notice, Route, Withdrawal
from grassroots.locale import say
from grassroots.values.ids import ENTROPY_BYTES, sortable_id
from grassroots.workspace.codec import Happened
from grassroots.workspace.reading import Reading


@final
@attrs.frozen(kw_only=True)
class Admission:
    """The answer right before sending: now; not before a moment; by another route; or never.

    Why not is a short code.
    """

    hold_until: datetime | None = None
    drop: str | None = None
    pass_by: str | None = None

    @classmethod
    def now(cls) -> Admission:
        """Send it."""
        return cls()

    @classmethod
    def later(cls, until: datetime) -> Admission:
        """Not before this moment (aware): quiet hours, a digest that is due in the morning."""
        return cls(hold_until=until)

    @classmethod
    def elsewhere(cls, reason: str) -> Admission:
        """Not by this route: the next one is taken (an address that is none)."""
        return cls(pass_by=reason)

    @classmethod
    def never(cls, reason: str) -> Admission:
        """Not at all: opted out, called off, no longer true."""
        return cls(drop=reason)


@final
@attrs.frozen(kw_only=True)
class Telling:
    """What a teller works with: a look at the network, the moment, and a maker of ids.

    ``reading`` sees as the job ``system:outbox`` sees; whoever words a notice passes what they read through
    the policy of its recipient. ``salt`` is that of the network.
    """

    reading: Reading
    now: datetime
    make_id: Callable[..., str]

    def notice_id(self, happened: Happened, *words: str, at: datetime | None = None) -> str:
        """The id that this entry and these words (to whom, which key) always give.

        It begins with the moment ``at`` (when the notice is due; default: when the thing happened), so that
        the outbox sends in that order.
        """
        words_of_it = self.make_id("notice", str(happened.position), *words)
        chance = hashlib.sha256(words_of_it.encode()).digest()[:ENTROPY_BYTES]
        return sortable_id(at or happened.at, chance)


class Tells(Protocol):
    """What the outbox asks of a teller."""

    def plan(self, happened: Happened, telling: Telling) -> Iterable[Notice | Withdrawal]:
        """What is to be told because of this; nothing, mostly."""
        ...

    def gather(self, waiting: Notice, new: Notice) -> Notice:
        """One notice out of two; its id, routes and moments count from now on."""
        ...

    def admit(self, notice: Notice, route: Route, telling: Telling) -> Admission:
        """Whether it may be sent now by this route."""
        ...

    def word(self, notice: Notice, route: Route, telling: Telling) -> Message:
        """The notice in words for this route, in its language."""
        ...


class Teller:
    """A teller that plans nothing and words plainly: a base to build on."""

    def plan(self, happened: Happened, telling: Telling) -> Iterable[Notice | Withdrawal]:
        """Nothing."""
        return ()

    def gather(self, waiting: Notice, new: Notice) -> Notice:
        """The newer one takes the place of the one that waits."""
        return new

    def admit(self, notice: Notice, route: Route, telling: Telling) -> Admission:
        """Now."""
        return Admission.now()

    def word(self, notice: Notice, route: Route, telling: Telling) -> Message:
        """The sentence ``notice-<key>`` of the catalogue with the values filled in."""
        text = say(f"notice-{notice.key}", dict(notice.values), notice.language)
        return Message(
            notice=notice.id,
            to=route.address,
            text=text,
            language=notice.language,
            urgency=notice.urgency,
            key=notice.key,
            values=notice.values,
            expires=notice.expires,
        )
