"""Two workers, one or both dying at every moment there is: nothing is lost, nothing is told twice unseen.

A moment is right before or right after any commit, right before a message is handed over, and right after it
(the provider has it, the worker does not know). Whatever the dead left is taken up by a third worker once the
leases are over.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import islice, product
from random import Random

import pytest
from tests.usecases.outbox.stage import Died, Fate, Hand, Provider, Stage, Welcome, staged

from grassroots.contracts.notice import Doubt
from grassroots.domain.outbox import ParcelState

NOTICES = 3
OVER = {ParcelState.SENT, ParcelState.DEAD}

KINDS = {
    "takes-key": (True, Doubt.RESEND),
    "no-key-resend": (False, Doubt.RESEND),
    "no-key-hold": (False, Doubt.HOLD),
}
"""A provider that knows a notice again; one that does not, and what to do when nobody knows."""

ORDERS = ("first-then-second", "turn-about", "second-then-first")


def moments(kind: str) -> int:
    """How many moments a worker of this kind lives through when it does all the work alone."""
    takes_key, doubt = KINDS[kind]
    fate = Fate()
    stage = acted(doubt)
    for _ in stage.worker(Hand(Provider(takes_key)), fate):
        continue
    return len(fate.met)


def acted(doubt: Doubt) -> Stage:
    return town(doubt).again()


@cache
def town(doubt: Doubt) -> Stage:
    """Three people were registered; a fourth registration was refused, and a fifth never committed."""
    stage = staged(Welcome(doubt=doubt))
    for number in range(NOTICES):
        stage.desk.members.register(name=f"卯{'一二三'[number]}")
    with pytest.raises(ValueError, match="name"):
        stage.desk.members.register(name="")
    storage = stage.seat.office.storage
    commit = storage.commit
    storage.commit = lambda batch: (_ for _ in ()).throw(Died())  # type: ignore[method-assign]
    try:
        stage.desk.members.register(name="卯四")
    except Died:
        pass
    finally:
        storage.commit = commit  # type: ignore[method-assign]
    return stage


def played(workers: list[Iterator[str]], order: str) -> int:
    """Let workers go on in this order until all are done or dead; how many died."""
    deaths = 0
    turn = Random(7) if order == "turn-about" else None
    waiting = list(reversed(workers)) if order == "second-then-first" else list(workers)
    while waiting:
        worker = waiting[turn.randrange(len(waiting))] if turn else waiting[0]
        try:
            next(worker)
        except StopIteration:
            waiting.remove(worker)
        except Died:
            deaths += 1
            waiting.remove(worker)
    return deaths


def recovered(stage: Stage, hand: Hand) -> None:
    """A worker comes round until nothing is on its way."""
    for _ in range(12):
        stage.clock.go(61)
        stage.work(hand)
        if not {"new", "leased", "failed"} & stage.states().keys():
            return
    raise AssertionError(stage.states())


def checked(stage: Stage, provider: Provider, crashes: int, doubt: Doubt) -> None:
    parcels = stage.parcels()
    assert len(parcels) == NOTICES, (
        "a notice was forgotten, planned twice, or planned for what did not happen"
    )
    seen = provider.seen
    assert seen.keys() <= {parcel.id for parcel in parcels}
    twice = sum(seen.values()) - len(seen)
    assert twice <= crashes
    for parcel in parcels:
        if parcel.state is ParcelState.UNCERTAIN:
            assert (provider.takes_key, doubt, parcel.doubts) == (False, Doubt.HOLD, 1)
            assert seen[parcel.id] <= 1
        else:
            assert parcel.state is ParcelState.SENT
            assert seen[parcel.id] >= 1, "lost"
            if seen[parcel.id] > 1:
                assert parcel.doubts == seen[parcel.id] - 1, "told twice, and nobody was in doubt"
    assert sum(parcel.doubts for parcel in parcels) <= crashes


def schedules() -> Iterator[tuple[str, int | None, int | None, str]]:
    for kind in KINDS:
        some: list[int | None] = [None, *range(moments(kind))]
        for first, second in product(some, some):
            for order in ORDERS if first is not None or second is not None else ORDERS[:2]:
                yield kind, first, second, order


def run(kind: str, first: int | None, second: int | None, order: str) -> tuple[int, int]:
    """Deaths and repetitions of one schedule."""
    takes_key, doubt = KINDS[kind]
    stage = acted(doubt)
    provider = Provider(takes_key)
    hand = Hand(provider)
    workers = [stage.worker(hand, Fate(first)), stage.worker(hand, Fate(second))]
    crashes = played(workers, order)
    recovered(stage, hand)
    checked(stage, provider, crashes, doubt)
    return crashes, sum(provider.seen.values()) - NOTICES


@pytest.mark.parametrize(
    ("stride", "least"), [(5, 400), pytest.param(1, 2_000, marks=pytest.mark.slow)], ids=["some", "all"]
)
def test_no_crash_of_two_workers_loses_anything_or_repeats_it_unseen(stride: int, least: int) -> None:
    tried = died = 0
    for schedule in islice(schedules(), 0, None, stride):
        try:
            crashes, _ = run(*schedule)
        except BaseException as error:
            error.add_note(f"in the schedule {schedule}")
            raise
        tried += 1
        died += crashes
    assert tried >= least
    assert died >= tried, "most schedules have a death in them"


def test_without_a_crash_two_workers_send_each_once() -> None:
    for kind, order in product(KINDS, ORDERS):
        assert run(kind, None, None, order)[0] == 0
