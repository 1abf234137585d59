"""A stage for the outbox: a provider that notes what it gets, workers that can die, a clock on a string."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs

import grassroots
from grassroots.contracts.notice import Delivery, Doubt, Limits, Message, Notice, Route, Withdrawal
from grassroots.desk import Desk
from grassroots.discovery import find_storage
from grassroots.domain.member import MemberRegistered
from grassroots.domain.outbox import Parcel
from grassroots.domain.terms import Terms
from grassroots.network import Network
from grassroots.usecases.outbox.box import ACTOR, Box
from grassroots.usecases.outbox.courier import Courier
from grassroots.usecases.outbox.following import Follower
from grassroots.usecases.outbox.sending import Lot
from grassroots.usecases.outbox.teller import Teller, Telling
from grassroots.workspace.codec import Happened
from grassroots.workspace.office import Seat


@attrs.define
class Clock:
    """Stands still until somebody moves it."""

    now: datetime = datetime(2021, 7, 2, 1, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def go(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Died(BaseException):
    """The process is gone at this very moment."""


@attrs.define
class Provider:
    """Somebody outside: what was handed over, in order, and what people see of it."""

    takes_key: bool = True
    got: list[str] = attrs.field(factory=list)
    messages: list[Message] = attrs.field(factory=list)

    def take(self, message: Message) -> None:
        self.got.append(message.notice)
        self.messages.append(message)

    @property
    def seen(self) -> Counter[str]:
        """How often people see each: once, where the provider knows it again."""
        return Counter(set(self.got)) if self.takes_key else Counter(self.got)


Answer = Callable[[Message], Delivery]


@attrs.define
class Hand:
    """A line without threads, so that one thread can play two workers."""

    provider: Provider
    channel: str = "sms"
    limits: Limits = attrs.field(factory=Limits)
    patience: float = 20.0
    answer: Answer | None = None
    fate: Fate | None = None
    noted: list[tuple[str, str]] = attrs.field(factory=list)

    @property
    def takes_key(self) -> bool:
        return self.provider.takes_key

    most: int = 1
    in_lots: bool = False

    def begin(self, messages: Sequence[Message]) -> Lot:
        return Lot(messages)

    def end(self, lot: Lot) -> list[Delivery]:
        while (message := lot.take()) is not None:
            lot.answered(self.send(message))
        return lot.answers

    def send(self, message: Message) -> Delivery:
        if self.fate is not None:
            self.fate.meet("before-send")
        delivery = self.answer(message) if self.answer is not None else Delivery.delivered()
        if delivery.outcome.value in ("delivered", "accepted"):
            self.provider.take(message)
        if self.fate is not None:
            self.fate.meet("after-send")
        return delivery

    def note(self, code: str, what: str = "") -> None:
        self.noted.append((code, what))


@attrs.define
class Fate:
    """Says at which of its moments a worker dies: the number of the moment, counted over its life."""

    dies_at: int | None = None
    moment: int = 0
    met: list[str] = attrs.field(factory=list)

    def meet(self, what: str) -> None:
        self.met.append(what)
        self.moment += 1
        if self.dies_at == self.moment - 1:
            raise Died(what)


class Mortal:
    """The storage as a mortal worker has it: it may die right before a commit, or right after one."""

    def __init__(self, storage: Any, fate: Fate) -> None:
        self._storage = storage
        self._fate = fate

    def __getattr__(self, name: str) -> Any:
        return getattr(self._storage, name)

    def commit(self, batch: Any) -> int:
        self._fate.meet("before-commit")
        position: int = self._storage.commit(batch)
        self._fate.meet("after-commit")
        return position


@attrs.define
class MortalAnnex:
    annex: Any
    fate: Fate

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        return make()

    def storage(self, name: str, kinds: Any) -> Mortal:
        return Mortal(self.annex.storage(name, kinds), self.fate)


class Welcome(Teller):
    """Whoever is registered is to be told so."""

    def __init__(
        self, *, channels: Iterable[str] = ("sms",), doubt: Doubt = Doubt.RESEND, **fields: Any
    ) -> None:
        self.routes = tuple(Route(channel, "14400000001") for channel in channels)
        self.doubt = doubt
        self.fields = fields

    def plan(self, happened: Happened, telling: Telling) -> Iterable[Notice | Withdrawal]:
        if isinstance(happened.event, MemberRegistered):
            member = happened.about[0].id
            id_ = telling.notice_id(happened, member, "welcome")
            yield Notice(
                id=id_, to=member, key="welcome", routes=self.routes, doubt=self.doubt, **self.fields
            )

    def word(self, notice: Notice, route: Route, telling: Telling) -> Message:
        return Message(notice=notice.id, to=route.address, text="欢迎您加入。", language="zh")


@attrs.define
class EmptyAnnex:
    """An outbox of its own for a network that others look at too."""

    opened: Any = None

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        return make()

    def storage(self, name: str, kinds: Any) -> Any:
        if self.opened is None:
            self.opened = find_storage("memory:").open("memory:", name)
            self.opened.prepare(kinds)
        return self.opened


@attrs.define
class Stage:
    """One network with its outbox, and whoever works on it."""

    network: Network
    clock: Clock
    teller: Teller = attrs.field(factory=Welcome)
    terms: Terms = attrs.field(factory=lambda: Terms(first_wait=1, longest_wait=5))

    annex: EmptyAnnex | None = None

    @property
    def desk(self) -> Desk:
        return Desk(self._here(self.network.desk("steward:office").seat))

    @property
    def seat(self) -> Seat:
        return self._here(self.network.desk(ACTOR).seat)

    def _here(self, seat: Seat) -> Seat:
        if self.annex is None:
            return seat
        return attrs.evolve(seat, office=attrs.evolve(seat.office, annex=self.annex))  # type: ignore[arg-type]

    def again(self) -> Stage:
        """The same network and journal with an outbox that has only begun, from the first entry on."""
        stage = attrs.evolve(self, clock=self.clock, annex=EmptyAnnex())
        self.clock.now = Clock().now
        stage.follower(stage.box()).begin(0)
        return stage

    def box(self, fate: Fate | None = None) -> Box:
        office = self.seat.office
        if fate is not None:
            office = attrs.evolve(office, annex=MortalAnnex(office.annex, fate))  # type: ignore[arg-type]
        return Box(office)

    def follower(self, box: Box) -> Follower:
        calls = self.network.desk(ACTOR).calls
        return Follower(self.seat, box, self.teller, calls.withdraw)

    def courier(self, hand: Hand, box: Box | None = None) -> Courier:
        box = box or self.box()
        calls = self.network.desk(ACTOR).calls
        return Courier(
            box,
            hand,  # type: ignore[arg-type]
            self.teller,
            self.follower(box).telling,
            lambda parcel, message, medium: calls.ask_for(parcel, message, medium).id,
            terms=self.terms,
        )

    def worker(self, hand: Hand, fate: Fate | None = None) -> Iterator[str]:
        """Plans and sends once, stopping wherever another may go on; dies where its fate says."""
        hand = attrs.evolve(hand, fate=fate, noted=hand.noted)
        box = self.box(fate)
        while self.follower(box).step():
            yield "planned"
        for point in self.courier(hand, box).round():
            yield point.value

    def work(self, hand: Hand) -> Courier:
        """Plan and send until nothing is due."""
        box = self.box()
        while self.follower(box).step():
            continue
        courier = self.courier(hand, box)
        for _ in courier.round():
            continue
        return courier

    def begin(self) -> None:
        self.follower(self.box()).begin()

    def parcels(self) -> list[Parcel]:
        return self.desk.outbox.all()

    def one(self) -> Parcel:
        (parcel,) = self.parcels()
        return parcel

    def states(self) -> dict[str, int]:
        return dict(Counter(parcel.state.value for parcel in self.parcels()))


def staged(teller: Teller | None = None) -> Stage:
    """A new network in memory whose outbox has begun."""
    clock = Clock()
    chance = Chance()
    network = grassroots.open(
        "memory://", network="test", clock=clock, entropy=chance, pause=lambda seconds: None
    )
    stage = Stage(network, clock, teller or Welcome())
    stage.begin()
    return stage


@attrs.define
class Chance:
    """Bytes that look like chance and are always the same."""

    state: int = 20_261_126

    def __call__(self, size: int) -> bytes:
        self.state = self.state * 6364136223846793005 + 1442695040888963407 & (1 << 64) - 1
        return (self.state.to_bytes(8, "big") * (size // 8 + 1))[:size]
