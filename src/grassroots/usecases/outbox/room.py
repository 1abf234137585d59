"""The outbox at a desk: what waits, what died and why, and sending it on its way again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import final

import attrs

from grassroots.contracts.notice import Notice, Withdrawal
from grassroots.contracts.storage import Condition, Is, Ref
from grassroots.domain.addressing import TELEPHONE_LIST, Addressing
from grassroots.domain.channel import Channel
from grassroots.domain.outbox import Parcel, ParcelMoved, ParcelState
from grassroots.domain.policy import Action
from grassroots.errors import BadInput, Conflict, Missing
from grassroots.usecases.calls import Calls
from grassroots.usecases.outbox.box import JOURNAL, Box, outbox_office
from grassroots.usecases.outbox.filling import Filling
from grassroots.usecases.outbox.forgetting import forget_parcels
from grassroots.usecases.outbox.teller import Teller, Tells
from grassroots.workspace.acts import Room, act, look
from grassroots.workspace.kinds.outbox import Cursor
from grassroots.workspace.office import Seat
from grassroots.workspace.reading import Reading
from grassroots.workspace.work import Work

_TRIES = 20


@final
@attrs.frozen(kw_only=True)
class Standing:
    """How the outbox stands: parcels by state; channels; entries of the journal that wait to be planned."""

    states: dict[str, int]
    waiting: dict[str, int]
    channels: tuple[Channel, ...]
    unplanned: int | None


@final
class Outbox(Room):
    """The room ``desk.outbox``. What it shows passes the viewer's policy: contents are case work."""

    def __init__(self, seat: Seat) -> None:
        self._network = seat
        super().__init__(attrs.evolve(seat, office=outbox_office(seat.office)))

    def add(self, *notices: Notice | Withdrawal, teller: Tells | None = None) -> int:
        """Put notices in that follow from nothing in the journal (an app's own); how many are new.

        A notice whose id stands already is left alone, so that adding twice is adding once. Needs the right
        to write parcels. BadInput says what is wrong with an address that its channel, as the packs know it,
        cannot use; ``facts`` name the notice and the channel.
        """
        _judge(self._network, notices)
        box = Box(self._network.office)
        calls = Calls(self._network)
        ids = [one.id for one in notices if isinstance(one, Notice)]
        for tried in range(1, _TRIES + 1):
            new = len(set(ids)) - self._standing_of(ids)
            filling = Filling(box, teller or Teller(), calls.withdraw)
            try:
                filling.take(notices)
                filling.flush()
            except Conflict:
                if tried == _TRIES:
                    raise
                continue
            return new
        raise AssertionError("unreachable")  # pragma: no cover

    @look
    def _standing_of(self, reading: Reading, ids: list[str]) -> int:
        """How many of these stand already, for somebody who may write parcels."""
        reading.seat.may(reading.office.kinds.of(Parcel), Action.WRITE)
        read = reading.office.storage.read
        return sum(len(read([Ref("parcel", id_) for id_ in part])) for part in _parts(ids))

    # -- what a person decides ----------------------------------------------------------------------------
    @act
    def replay(self, work: Work, id: str) -> Parcel:
        """Send a dead letter, or an uncertain one, on its way again, from its first route."""
        return work.keep(work.load(Parcel, id).replay(work.now))

    @act
    def cancel(self, work: Work, id: str, *, reason: str = "by-hand") -> Parcel:
        """It is not to be told."""
        return work.keep(work.load(Parcel, id).cancel(reason))

    @act
    def settle(self, work: Work, id: str) -> Parcel:
        """An uncertain one arrived, as somebody found out."""
        return work.keep(work.load(Parcel, id).settle(work.now))

    def replay_all(self, *, reason: str | None = None) -> int:
        """Every dead letter (with this reason) on its way again; how many."""
        dead = [one.id for one in self.all(state=ParcelState.DEAD) if reason in (None, one.reason)]
        return sum(self.replay(id).state is ParcelState.NEW for id in dead)

    def forget(self, to: str) -> int:
        """Erase everything that was ever to be told to this member; how many parcels.

        Erasing a person does it too. Needs the right to write parcels.
        """
        self._may_write()
        return forget_parcels(self._network.office, (to,))

    @look
    def _may_write(self, reading: Reading) -> None:
        reading.seat.may(reading.office.kinds.of(Parcel), Action.WRITE)

    # -- looking ------------------------------------------------------------------------------------------
    @look
    def get(self, reading: Reading, id: str) -> Parcel:
        """One parcel."""
        return reading.get(Parcel, id)

    @look
    def all(
        self,
        reading: Reading,
        *,
        state: ParcelState | str | None = None,
        to: str | None = None,
        limit: int | None = None,
    ) -> list[Parcel]:
        """Parcels by id. Those that are no longer on their way are found by their state directly."""
        wanted = None if state is None else _state(state)
        where: list[Condition] = []
        if to is not None:
            where.append(Is("to", to))
        if wanted is not None and wanted not in (ParcelState.NEW, ParcelState.LEASED, ParcelState.FAILED):
            where.append(Is("lane", f"={wanted.value}"))
            return reading.list(Parcel, *where, limit=limit)
        found = (one for one in reading.walk(Parcel, *where) if wanted in (None, one.state))
        return [one for one, _ in zip(found, range(limit), strict=False)] if limit else list(found)

    @look
    def standing(self, reading: Reading) -> Standing:
        """Counts; a look at the whole, for people and not for every second."""
        states: dict[str, int] = dict.fromkeys((state.value for state in ParcelState), 0)
        waiting: dict[str, int] = {}
        for (lane,), tally in reading.tally("parcel", by=("lane",)).items():
            state, channel = _of_lane(str(lane))
            states[state] += tally.rows
            if channel:
                waiting[channel] = waiting.get(channel, 0) + tally.rows
        cursor = reading.peek(Cursor, JOURNAL)
        head = self._network.office.storage.head()
        return Standing(
            states=states,
            waiting=waiting,
            channels=tuple(reading.list(Channel)),
            unplanned=None if cursor is None else head - cursor.position,
        )

    @look
    def trail(self, reading: Reading, id: str) -> list[tuple[str, str, str | None]]:
        """What was done to one parcel by itself: when (UTC), what, why; portions are not told one by one."""
        if reading.peek(Parcel, id) is None:
            raise Missing("missing", kind="parcel", id=id)
        told = reading.trail(Ref("parcel", id))
        return [
            (one.at.isoformat(), one.event.verb, one.event.reason)
            for one in told
            if isinstance(one.event, ParcelMoved)
        ]


def _judge(seat: Seat, notices: Iterable[Notice | Withdrawal]) -> None:
    today = seat.office.clock().astimezone(seat.office.zone).date()
    known = Addressing.of(seat.office.packs, today)
    for one in (one for one in notices if isinstance(one, Notice)):
        for route in one.routes:
            if route.channel == TELEPHONE_LIST:
                continue  # a person reads it, and looks up what is wrong
            try:
                known.address(route.channel, route.address)
            except BadInput as error:
                named = {"notice": one.id, "channel": route.channel}
                raise BadInput(error.code, **{**error.facts, **named}) from None


def _state(value: ParcelState | str) -> ParcelState:
    try:
        return ParcelState(value)
    except ValueError:
        raise BadInput(
            "not-one-of", what=str(value), set="ParcelState", possible=tuple(ParcelState)
        ) from None


def _of_lane(lane: str) -> tuple[str, str]:
    """The state of a lane, and the channel for which it waits."""
    if lane.startswith("="):
        return lane[1:], ""
    for mark, state in (("!", ParcelState.LEASED), ("~", ParcelState.FAILED), ("@", ParcelState.NEW)):
        channel, found, _ = lane.partition(mark)
        if found:
            return state.value, channel
    return ParcelState.NEW.value, lane.removesuffix("#")


def _parts(ids: list[str]) -> Iterable[list[str]]:
    unique = sorted(set(ids))
    return (unique[start : start + 500] for start in range(0, len(unique), 500))
