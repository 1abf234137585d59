"""The concern itself: what was told, where it lies, what came of it, and when the resident heard of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Self, final

import attrs

from grassroots.contracts.calendar import WorkingDays
from grassroots.domain.checks import catalogue_code, one_of, short_code
from grassroots.domain.concern.events import (
    ConcernAccepted,
    ConcernAssigned,
    ConcernClosed,
    ConcernCorrected,
    ConcernDeclined,
    ConcernExplained,
    ConcernExtended,
    ConcernMerged,
    ConcernRated,
    ConcernReferred,
    ConcernReopened,
    ConcernReplied,
    ConcernResolved,
    ConcernTabled,
    ConcernTaken,
    ExtensionTooLate,
    MergedWithItself,
)
from grassroots.domain.concern.states import (
    OPEN,
    TRANSITIONS,
    Channel,
    ConcernKind,
    ConcernOutcome,
    ConcernStatus,
    ReplyMedium,
    Satisfaction,
)
from grassroots.domain.fields import CASE, CONTACT, IDENTITY, guarded
from grassroots.domain.states import turn
from grassroots.domain.step import Event, Step
from grassroots.errors import BadInput
from grassroots.values.ids import (
    ConcernId,
    MeetingId,
    MemberId,
    OrganizationId,
    ShiftId,
    StationId,
)
from grassroots.values.names import tidy_name
from grassroots.values.texts import tidy_text


def _medium(value: ReplyMedium | str) -> ReplyMedium:
    return one_of(ReplyMedium, value)


def _channel(value: Channel | str) -> Channel:
    return one_of(Channel, value)


def _kind(value: ConcernKind | str) -> ConcernKind:
    return one_of(ConcernKind, value)


@final
@attrs.frozen(kw_only=True)
class Tabling:
    """Discussed at this meeting, on this day."""

    meeting: MeetingId
    on: date


@guarded
@final
@attrs.frozen(kw_only=True)
class Reply:
    """The resident was told, on this day, in this way."""

    on: date
    medium: ReplyMedium = attrs.field(converter=_medium)
    text: str = attrs.field(default="", metadata=CASE, converter=tidy_text)


CORRECTABLE = frozenset(
    {
        "number", "taken_on", "taken_by", "shift", "channel", "raiser_name", "raiser_phone", "raiser_member",
        "compound", "anonymous", "text", "kind", "category",
    }
)  # fmt: skip


@guarded
@final
@attrs.frozen(kw_only=True)
class Concern:
    """One concern. ``number`` is that of the paper slip; ``taken_on`` the day it was heard.

    ``kind`` may be None until somebody classifies it (an old ledger often has none); ``category`` is a code
    of the rule packs. ``due`` is the last day (included) on which an outcome is promised; ``extended`` are
    the former due days. ``owner`` is the member who sees to it, ``unit`` the outside body where it lies.
    """

    id: ConcernId
    station: StationId
    taken_on: date
    text: str = attrs.field(metadata=CASE, converter=tidy_text)
    number: str | None = None
    taken_by: MemberId | None = None
    shift: ShiftId | None = None
    channel: Channel = attrs.field(default=Channel.IN_PERSON, converter=_channel)
    raiser_name: str | None = attrs.field(
        default=None, metadata=IDENTITY, converter=attrs.converters.optional(tidy_name)
    )
    raiser_phone: str | None = attrs.field(default=None, metadata=CONTACT)
    raiser_member: MemberId | None = attrs.field(default=None, metadata=IDENTITY)
    compound: OrganizationId | None = None
    anonymous: bool = False
    kind: ConcernKind | None = attrs.field(default=None, converter=attrs.converters.optional(_kind))
    category: str | None = attrs.field(default=None, converter=attrs.converters.optional(catalogue_code))
    status: ConcernStatus = ConcernStatus.RECORDED
    outcome: ConcernOutcome | None = None
    decided_on: date | None = None
    due: date | None = None
    extended: tuple[date, ...] = ()
    owner: MemberId | None = None
    unit: OrganizationId | None = None
    tabled: tuple[Tabling, ...] = ()
    replies: tuple[Reply, ...] = ()
    closed_on: date | None = None
    rating: Satisfaction | None = None
    merged_into: ConcernId | None = None

    def __attrs_post_init__(self) -> None:
        if not self.text:
            raise BadInput("concern-without-text", id=self.id)
        if self.anonymous and (self.raiser_name or self.raiser_phone or self.raiser_member):
            # Who asked not to be named must not be findable in the record either.
            raise BadInput("concern-anonymous-named", id=self.id)
        days = [*(t.on for t in self.tabled), *(r.on for r in self.replies), self.decided_on, self.closed_on]
        if self.due is not None:
            days.append(self.due)
        early = [day for day in days if day is not None and day < self.taken_on]
        if early:
            raise BadInput(
                "concern-before-taken", id=self.id, what=min(early).isoformat(), day=self.taken_on.isoformat()
            )

    @classmethod
    def take(
        cls, *, id: ConcernId, station: StationId, taken_on: date, text: str, **fields: Any
    ) -> Step[Self]:
        """Write down what a resident told."""
        concern = cls(id=id, station=station, taken_on=taken_on, text=text, **fields)
        told = ConcernTaken(
            station=station,
            taken_on=taken_on,
            channel=concern.channel,
            kind=concern.kind,
            shift=concern.shift,
        )
        return Step(concern, (told,))

    # -- who sees to it, and until when -------------------------------------------------------------------
    def accept(self, due: date | None = None) -> Step[Self]:
        """Promise to deal with it, until a day."""
        return self._turn("accept", ConcernAccepted(due=due), due=due or self.due)

    def assign(self, owner: MemberId | None, due: date | None = None) -> Step[Self]:
        """Give it to somebody of the network; to another person later as well."""
        due = due or self.due
        return self._turn("assign", ConcernAssigned(owner=owner, due=due), owner=owner, unit=None, due=due)

    def refer(self, unit: OrganizationId | None, due: date | None = None) -> Step[Self]:
        """Hand it to an outside body; the owner stays the one who keeps asking there (首接负责)."""
        due = due or self.due
        return self._turn("refer", ConcernReferred(unit=unit, due=due), unit=unit, due=due)

    def extend(self, due: date, *, on: date, reason: str) -> Step[Self]:
        """Move the due day, before it is over, with a reason that the resident is told."""
        if self.due is None or self.status not in OPEN:
            raise BadInput("nothing-to-extend", id=self.id, state=self.status.value)
        if due == self.due:
            return Step(self)
        if on > self.due:
            raise ExtensionTooLate(id=self.id, due=self.due.isoformat(), on=on.isoformat())
        if due < self.due:
            raise BadInput("extension-backwards", what=due.isoformat(), due=self.due.isoformat())
        told = ConcernExtended(former=self.due, due=due, reason=short_code(reason, "reason"))
        return Step(attrs.evolve(self, due=due, extended=(*self.extended, self.due)), (told,))

    # -- the outcome --------------------------------------------------------------------------------------
    def resolve(self, on: date) -> Step[Self]:
        """Solved."""
        return self._decide("resolve", ConcernOutcome.RESOLVED, ConcernResolved(on=on), on)

    def explain(self, on: date, reason: str | None = None) -> Step[Self]:
        """It cannot be solved; ``reason`` is a short code, the words go into the reply."""
        if reason is not None:
            short_code(reason, "reason")
        return self._decide("explain", ConcernOutcome.EXPLAINED, ConcernExplained(on=on, reason=reason), on)

    def decline(self, on: date, reason: str) -> Step[Self]:
        """Not a matter for the network; ``reason`` is a short code ("court", "emergency", "not-ours")."""
        told = ConcernDeclined(on=on, reason=short_code(reason, "reason"))
        return self._decide("decline", ConcernOutcome.DECLINED, told, on)

    def _decide(self, verb: str, outcome: ConcernOutcome, event: Event, on: date) -> Step[Self]:
        return self._turn(verb, event, outcome=outcome, decided_on=on)

    def merge(self, into: Concern) -> Step[Self]:
        """The same matter as ``into``, which goes on."""
        if into.id == self.id or into.status is ConcernStatus.MERGED:
            raise MergedWithItself(id=self.id, into=into.id)
        if self.merged_into not in (None, into.id):
            raise MergedWithItself(id=self.id, into=into.id)
        return self._turn("merge", ConcernMerged(into=into.id), merged_into=into.id)

    def reply(self, on: date, medium: ReplyMedium | str, text: str = "") -> Step[Self]:
        """Tell the resident the outcome; a second answer on the same matter is another reply."""
        reply = Reply(on=on, medium=medium, text=text)
        stands = reply in self.replies
        if stands and self.status in (ConcernStatus.REPLIED, ConcernStatus.CLOSED):
            return Step(self)
        # Taken up again and answered in the same words on the same day: one reply, and replied again.
        replies = self.replies if stands else (*self.replies, reply)
        return self._turn("reply", ConcernReplied(on=on, medium=reply.medium), replies=replies)

    def rate(self, rating: Satisfaction | str, on: date) -> Step[Self]:
        """What the resident says of it when asked; a later call-back takes the place of an earlier one."""
        if self.status not in (ConcernStatus.REPLIED, ConcernStatus.CLOSED):
            turn(TRANSITIONS, self.status, "rate", kind="concern", id=self.id)
        rating = one_of(Satisfaction, rating)
        if rating is self.rating:
            return Step(self)
        return Step(attrs.evolve(self, rating=rating), (ConcernRated(rating=rating, on=on),))

    def close(self, on: date) -> Step[Self]:
        """Nothing left to do. Only what has been replied can be closed."""
        return self._turn("close", ConcernClosed(on=on), closed_on=on)

    def reopen(self, on: date, reason: str) -> Step[Self]:
        """Take it up again (not content, new facts). The replies stay, the rating is asked for anew."""
        if self.status in OPEN:
            return Step(self)
        short_code(reason, "reason")
        if self.outcome is None:
            turn(TRANSITIONS, self.status, "reopen", kind="concern", id=self.id)
            raise AssertionError("unreachable: only what has an outcome is reopened")  # pragma: no cover
        told = ConcernReopened(on=on, outcome=self.outcome, reason=reason)
        return self._turn("reopen", told, outcome=None, decided_on=None, closed_on=None, rating=None)

    # -- meetings and corrections -------------------------------------------------------------------------
    def table(self, meeting: MeetingId, on: date) -> Step[Self]:
        """Discussed at a meeting; once per meeting."""
        if any(tabling.meeting == meeting for tabling in self.tabled):
            return Step(self)
        after = attrs.evolve(self, tabled=(*self.tabled, Tabling(meeting=meeting, on=on)))
        return Step(after, (ConcernTabled(meeting=meeting, on=on),))

    def correct(self, reason: str | None = None, **fields: Any) -> Step[Self]:
        """Set right what was written down; the former values go into the history."""
        if wrong := set(fields) - CORRECTABLE:
            raise BadInput("field-not-correctable", kind="concern", fields=tuple(sorted(wrong)))
        if reason is not None:
            short_code(reason, "reason")
        after = attrs.evolve(self, **fields)
        changed = tuple(sorted(name for name in fields if getattr(after, name) != getattr(self, name)))
        return Step(after, (ConcernCorrected(fields=changed, reason=reason),)) if changed else Step(self)

    def _turn(self, verb: str, event: Event, **fields: Any) -> Step[Self]:
        status = turn(TRANSITIONS, self.status, verb, kind="concern", id=self.id)
        loops = TRANSITIONS[self.status].get(verb) is self.status
        if status is None and not loops:
            return Step(self)
        after = attrs.evolve(self, status=status or self.status, **fields)
        return Step(self) if after == self else Step(after, (event,))

    # -- computed -----------------------------------------------------------------------------------------
    @property
    def open(self) -> bool:
        """Whether it has no outcome yet."""
        return self.status in OPEN

    @property
    def replied(self) -> bool:
        """Whether the resident has ever been told (回复率 counts these)."""
        return bool(self.replies)

    def overdue(self, on: date) -> bool:
        """Whether the promised day is over and there is still no outcome."""
        return self.open and self.due is not None and self.due < on

    def tabled_late(self, within_days: int, on: date) -> bool:
        """Whether no meeting discussed it within so many days of its being heard, as known on ``on``."""
        after = self.tabled_after_days
        if after is None:
            # Settled at the desk before any meeting had to look at it: nothing to table.
            return self.open and (on - self.taken_on).days > within_days
        return after > within_days

    @property
    def tabled_after_days(self) -> int | None:
        """Days from hearing it to the first meeting that discussed it; None if none has."""
        if not self.tabled:
            return None
        return (min(tabling.on for tabling in self.tabled) - self.taken_on).days


def due_day(taken_on: date, rule: Mapping[str, Any], days: WorkingDays | None = None) -> date:
    """The last day of a term of the table ``concern_due`` (hours, days or working days) from ``taken_on``.

    The day of hearing does not count (民法典 art. 201). A term in hours ends on the day on which its last
    hour can fall. ``days`` says which days are worked; a term of working days without it is a mistake of
    the program. Raises BadInput ``term-unreadable``, or ``working-days-unknown`` for a year without notice.
    """
    if "due_days" in rule:
        return taken_on + timedelta(days=int(rule["due_days"]))
    if "due_hours" in rule:
        return taken_on + timedelta(days=int(rule["due_hours"]) // 24)
    if "due_working_days" not in rule:
        raise BadInput("term-unreadable", what=tuple(sorted(rule)))
    count = int(rule["due_working_days"])
    if count == 0:
        return taken_on
    if days is None:
        raise ValueError("a term of working days needs a calendar")
    return days.after(taken_on, count)
