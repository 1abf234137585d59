"""Calls at a desk: who is to be rung up, what is to be posted, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import final

from grassroots.contracts.notice import Message, Urgency
from grassroots.contracts.storage import Condition, Is, Ref
from grassroots.domain.call import Call, CallMedium, CallState, lines_of, twins
from grassroots.domain.checks import one_of
from grassroots.domain.member import Member
from grassroots.domain.outbox import Parcel
from grassroots.usecases.call_sheets import CallSheet, call_sheet
from grassroots.values.ids import CallId, MemberId, StationId
from grassroots.workspace.acts import Room, act, look
from grassroots.workspace.reading import Reading
from grassroots.workspace.work import Work


@final
class Calls(Room):
    """The room ``desk.calls``."""

    @act
    def ask(
        self,
        work: Work,
        *,
        medium: CallMedium | str,
        text: str,
        member: MemberId | None = None,
        address: str = "",
        title: str = "",
        station: StationId | None = None,
        urgent: bool = False,
    ) -> Call:
        """Ask for something to be passed on by a person, outside any notice."""
        if member is not None:
            work.load(Member, member)
        step = Call.ask(
            id=CallId(work.new_id()),
            medium=medium,
            text=text,
            asked_at=work.now,
            member=member,
            address=address,
            title=title,
            station=station,
            urgent=urgent,
        )
        return work.keep(step, *_about(member, station))

    @act
    def ask_for(self, work: Work, parcel: Parcel, message: Message, medium: str) -> Call:
        """The call for a notice of the outbox; its id is that of the notice, so that twice is once."""
        standing = work.peek(Call, parcel.id)
        if standing is not None:
            return standing
        member = MemberId(parcel.to) if parcel.to else None
        stations = [ref for ref in parcel.about if ref.startswith("station/")]
        station = StationId(stations[0].removeprefix("station/")) if stations else None
        gathers = isinstance(parcel.notice.values.get("lines"), tuple)
        values = _worded(parcel, message) if gathers else "{}"
        because = (parcel.reason or "") if parcel.way else ""
        if gathers and not because:  # what is left of a digest came to this list as the digest did
            because = str(parcel.notice.values.get("because", ""))
        step = Call.ask(
            id=CallId(parcel.id),
            medium=medium,
            # A sheet hangs where everybody reads it: only what is said at the telephone has names in full.
            text=(message.spoken if medium == CallMedium.PHONE else "") or message.text,
            asked_at=work.now,
            member=member,
            station=station,
            address=message.to,
            title=message.title,
            key=parcel.key if gathers else "",
            values=values,
            language=message.language,
            about=parcel.about,
            collapse=parcel.collapse,
            urgent=message.urgency is Urgency.URGENT,
            expires=parcel.expires,
            because=because,
        )
        for call in _said_by(work, step.after, parcel.collapse):
            work.keep(call.drop("superseded"))
        return work.keep(step, *_about(member, station))

    @act
    def take(self, work: Work, id: CallId, by: MemberId) -> Call:
        """A member says that they will do it."""
        work.load(Member, by)
        return work.keep(work.load(Call, id).take(by), Ref("member", by))

    # -- results ------------------------------------------------------------------------------------------
    @act
    def reached(self, work: Work, id: CallId, *, on: date | None = None) -> Call:
        """They were told themselves."""
        return work.keep(work.load(Call, id).reach(on or work.today))

    @act
    def left_word(self, work: Work, id: CallId, *, on: date | None = None) -> Call:
        """Word was left with somebody, or on a machine."""
        return work.keep(work.load(Call, id).leave_word(on or work.today))

    @act
    def not_reached(self, work: Work, id: CallId, *, on: date | None = None) -> Call:
        """Tried in vain; the call stays on the list."""
        return work.keep(work.load(Call, id).miss(on or work.today))

    @act
    def posted(self, work: Work, id: CallId, *, on: date | None = None) -> Call:
        """The sheet hangs on the board since this day."""
        return work.keep(work.load(Call, id).post(on or work.today))

    @act
    def drop(self, work: Work, id: CallId, *, reason: str = "not-needed") -> Call:
        """It is not to be told any more."""
        return work.keep(work.load(Call, id).drop(reason))

    @act
    def withdraw(self, work: Work, collapse: str, reason: str) -> list[Call]:
        """Drop every call that waits under a collapse key; the ones that were made stay made."""
        waiting = work.find(Call, Is("collapse", collapse))
        return [work.keep(call.drop(reason)) for call in waiting if call.waits]

    # -- looking ------------------------------------------------------------------------------------------
    @look
    def get(self, reading: Reading, id: CallId) -> Call:
        """One call."""
        return reading.get(Call, id)

    @look
    def waiting(
        self,
        reading: Reading,
        *,
        medium: CallMedium | str | None = None,
        station: StationId | None = None,
        by: MemberId | None = None,
    ) -> list[Call]:
        """The list for today: what is of use still, urgent ones first, then as they were asked."""
        where = _where(medium, station, by)
        found = [
            call
            for state in (CallState.OPEN, CallState.NOT_REACHED)
            for call in reading.walk(Call, Is("state", state.value), *where)
            if call.expires is None or call.expires > reading.now
        ]
        return sorted(found, key=lambda call: (not call.urgent, call.asked_at, call.id))

    @look
    def sheet(
        self, reading: Reading, medium: CallMedium | str, *, station: StationId | None = None
    ) -> CallSheet:
        """What waits, as a list to print (:mod:`grassroots.pages.calls`): who, which number, what to say.

        Names and numbers as this viewer may see them; a sheet for the board has none of its own.
        """
        wanted = one_of(CallMedium, medium)
        waiting = self.waiting(medium=wanted, station=station)
        return call_sheet(reading, waiting, wanted, station)

    @look
    def all(
        self,
        reading: Reading,
        *,
        state: CallState | str | None = None,
        medium: CallMedium | str | None = None,
        station: StationId | None = None,
        member: MemberId | None = None,
    ) -> list[Call]:
        """Calls in the order of their ids."""
        where = list(_where(medium, station, None))
        if state is not None:
            where.append(Is("state", CallState(state).value))
        if member is not None:
            where.append(Is("member", member))
        return reading.list(Call, *where)


def _said_by(work: Work, new: Call, collapse: str | None) -> Iterable[Call]:
    """Calls on the same list that say nothing beyond what a new one says."""
    # Whoever is put on the roster an hour before the reminder is rung up once.
    for other in twins(collapse):
        yield from (call for call in work.find(Call, Is("collapse", other)) if _gives_way(call, new))
    if collapse is not None and (left := set(lines_of(new.values))):
        # What is left of a digest takes its place. Other news under the same key leaves it where it is.
        for call in work.find(Call, Is("collapse", collapse)):
            if left <= set(lines_of(call.values)) and _gives_way(call, new):
                yield call


def _gives_way(call: Call, new: Call) -> bool:
    return call.waits and call.medium is new.medium


def _worded(parcel: Parcel, message: Message) -> str:
    """The values of a digest with the lines that its words have: others held no longer."""
    lines = message.values.get("lines", ())
    if not isinstance(lines, tuple) or not lines:
        return parcel.values
    told = {**json.loads(parcel.values), "lines": lines}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def _about(member: MemberId | None, station: StationId | None) -> Iterable[Ref]:
    if member is not None:
        yield Ref("member", member)
    if station is not None:
        yield Ref("station", station)


def _where(
    medium: CallMedium | str | None, station: StationId | None, by: MemberId | None
) -> Iterable[Condition]:
    if medium is not None:
        yield Is("medium", CallMedium(medium).value)
    if station is not None:
        yield Is("station", station)
    if by is not None:
        yield Is("by", by)
