"""Acts and looks: how a room's method becomes one batch, and how its answer passes the viewer's policy.

``@act`` gives a method a fresh :class:`Work`, commits what it kept, and repeats the whole method when
something it rested on moved meanwhile (full-jitter backoff, ten tries). ``@look`` gives a
:class:`Reading`, which cannot commit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from functools import cache, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast, get_args, get_type_hints

import attrs

from grassroots.contracts.storage import Batch, Fact, Ref, limits
from grassroots.domain.access import Access
from grassroots.domain.fields import FieldGroup
from grassroots.domain.policy import Action
from grassroots.domain.step import Step
from grassroots.errors import BadInput, Conflict, Denied, Locked, NotAssignable, Refused, Unavailable
from grassroots.workspace.codec import compact, unstructure
from grassroots.workspace.fitting import fitted
from grassroots.workspace.kindspec import KindSpec
from grassroots.workspace.office import Seat
from grassroots.workspace.reading import Reading
from grassroots.workspace.sealing.header import HEADER
from grassroots.workspace.work import Work

NEVER = 2**62
"""A revision that no journal reaches."""

S = TypeVar("S", bound="Room")
P = ParamSpec("P")
T = TypeVar("T")

TRIES = 10
LONGEST_PAUSE = 0.06
"""Seconds. Jitter between 0 and 60 ms doubled the rate on one hot record (design/contract, section 1)."""


class Room:
    """A desk's room: one class per aggregate, made by the desk, never kept beyond it."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat


def act(method: Callable[Concatenate[S, Work, P], T]) -> Callable[Concatenate[S, P], T]:
    """Make a method one act: one batch, whole or not at all.

    Whoever may never write what the method gives is refused before any rule is asked: a rule's refusal tells
    something of the records that it rests on.
    """

    @wraps(method)
    def run(self: S, /, *args: P.args, **kwargs: P.kwargs) -> T:
        seat = self._seat
        args, kwargs = fitted(method, args, kwargs)
        asked = (method.__qualname__, args, kwargs)
        for spec in _gives(method, seat):
            seat.may(spec, Action.BULK if seat.bulk else Action.WRITE)
        try:
            return perform(seat, lambda work: method(self, work, *args, **kwargs), asked, frozenset(kwargs))
        except (Refused, BadInput) as refusal:
            # An act sent twice may be refused the second time because of what it did the first time.
            if seat.act_id is not None and (stands := _done_before(seat, method, asked)) is not None:
                return cast("T", _as_shown(seat, stands))
            if (hidden := unexplained(seat, refusal)) is not None:
                raise hidden from None
            raise

    return cast("Callable[Concatenate[S, P], T]", run)


def look(method: Callable[Concatenate[S, Reading, P], T]) -> Callable[Concatenate[S, P], T]:
    """Make a method one look: it may read, count and walk, and writes nothing of the field.

    What has to be remembered of it (a child was looked at, broken glass was used) is written when it is over,
    before anybody gets the answer. A look inside a look is part of that one.
    """

    @wraps(method)
    def run(self: S, /, *args: P.args, **kwargs: P.kwargs) -> T:
        reading = Reading(self._seat)
        with reading.remembered(_remember):
            args, kwargs = fitted(method, args, kwargs)
            return method(self, reading, *args, **kwargs)

    return cast("Callable[Concatenate[S, P], T]", run)


def _remember(seat: Seat, noted: Iterable[Step[Access]]) -> None:
    """Write down the looks that are to be remembered: one batch, which asks no policy and rests on
    nothing.
    """
    seat = attrs.evolve(seat, office=seat.office.at_home)
    work = Work(seat, seat.office.ids(seat.office.clock()))
    for step in noted:
        work.note(step)
    batch = work.batch()
    if batch is not None:
        commit(seat, batch)


def _gives(method: Callable[..., Any], seat: Seat) -> Iterator[KindSpec[Any]]:
    """The kinds of the records that a method gives, alone or in a list."""
    classes = seat.office.kinds.classes
    for given in _given(method):
        if given in classes:
            yield classes[given]


@cache
def _given(method: Callable[..., Any]) -> tuple[Any, ...]:
    given = get_type_hints(method).get("return")
    return (given, *get_args(given))


def unexplained(seat: Seat, refusal: Exception) -> NotAssignable | None:
    """What a viewer is told instead of a refusal that would tell them what they may not read; None if
    they may.
    """
    if not isinstance(refusal, Refused) or refusal.reveals is None:
        return None
    group, about = FieldGroup(refusal.reveals), refusal.facts.get("member")
    seat = seat.fresh()
    spec = seat.office.kinds.named("member")
    person = Work(seat, "look").peek(spec.record, str(about)) if about else None
    if seat.reads(spec, person, group):
        return None
    return NotAssignable(member=about, ask="lead")


def perform(seat: Seat, do: Callable[[Work], T], asked: Any, fields: frozenset[str] = frozenset()) -> T:
    """Run one act to its end: decide, commit, and decide anew when the ground has moved.

    ``fields`` are the names that were given: who may not write one of them is refused, changed by it or not.
    """
    office = seat.office
    act_id = seat.act_id or office.ids(office.clock())
    digest = _digest(seat, asked) if seat.act_id else ""
    for tried in range(1, TRIES + 1):
        work = Work(seat, act_id, derived=seat.act_id is not None, asked=fields)
        work.stand_as_viewer()
        answer = do(work)
        batch = work.batch(digest)
        if batch is None:
            break
        try:
            before = office.storage.head()
            position = commit(seat, batch)
        except Conflict:
            if tried == TRIES:
                raise
            office.pause(jitter(seat, tried))
            continue
        if position <= before:
            # This very act was done before (the same id and question): give what stands, not a draft.
            return cast("T", _as_shown(seat, _reload(seat, answer)))
        break
    return cast("T", _as_shown(seat, answer))


def commit(seat: Seat, batch: Any) -> int:
    """Commit; when the outcome is unknown, send the same batch again before deciding anything anew."""
    office = seat.office
    for tried in range(1, TRIES + 1):
        try:
            return office.storage.commit(batch)
        except Conflict as conflict:
            sealing_it = any(write.ref == HEADER for write in batch.writes)
            if HEADER in conflict.moved and office.sealing is None and not sealing_it:
                # Somebody has sealed the network meanwhile: without its keys nothing is written any more.
                # Whoever was about to seal it has keys, and looks at what stands now.
                raise Locked("keys-wanted") from conflict
            if office.sealing is not None:
                office.sealing.moved(office.storage, conflict.moved)
            raise
        except Unavailable:
            if tried == TRIES:
                raise
            office.pause(jitter(seat, tried))
    raise AssertionError("unreachable")  # pragma: no cover


def _done_before(seat: Seat, method: Callable[..., Any], asked: Any) -> Any:
    """What stands of the record that this numbered act gave; None if it was not done before.

    ActReused if the number was used for something else. The storage is asked by a batch that can never be
    written: it rests on a revision that no journal reaches, but a known act is answered before that.
    """
    office, act_id = seat.office, str(seat.act_id)
    spec = office.kinds.classes.get(get_type_hints(method).get("return", object))
    if spec is None:
        return None
    never = {Ref(spec.name, "never"): NEVER}
    try:
        position = office.storage.commit(
            Batch(act_id, (Fact(),), based_on=never, digest=_digest(seat, asked))
        )
    except Conflict:
        return None
    entries = office.storage.journal(after=max(0, position - limits.BATCH_FACTS), limit=limits.BATCH_FACTS)
    refs = (ref for entry in entries if entry.batch == act_id for ref in entry.fact.about)
    first = next((ref for ref in refs if ref.kind == spec.name), None)
    return None if first is None else Work(seat, "reload").peek(spec.record, first.id)


def jitter(seat: Seat, tried: int) -> float:
    """Seconds to wait before the next try."""
    share = int.from_bytes(seat.office.entropy(2), "big") / 65536
    return share * LONGEST_PAUSE * min(1.0, tried / 4)


def _digest(seat: Seat, asked: Any) -> str:
    told = compact(_plain(asked))
    # Of a name and a number a bare hash is soon guessed: a sealed network hashes with its own key.
    sealing = seat.office.sealing
    return hashlib.sha256(told).hexdigest() if sealing is None else sealing.digest(told)


def _plain(value: Any) -> Any:
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(name): _plain(item) for name, item in sorted(value.items())}
    if value is None or isinstance(value, (str, int, bool, float)):
        return value
    return unstructure(value) if attrs.has(type(value)) else str(value)


def _reload(seat: Seat, answer: Any) -> Any:
    if attrs.has(type(answer)) and type(answer) in seat.office.kinds.classes:
        return Work(seat, "reload").load(type(answer), answer.id)
    return answer


def _as_shown(seat: Seat, answer: Any) -> Any:
    """What an act gives back passes the viewer's policy like anything else that they read."""
    kinds = seat.office.kinds
    if seat.circle is None:
        seat = seat.fresh()
    if isinstance(answer, (list, tuple)):
        return type(answer)(_as_shown(seat, item) for item in answer)
    if type(answer) not in kinds.classes:
        return answer
    spec = kinds.of(type(answer))
    shown = seat.shown(spec, answer)
    if shown is None:
        raise Denied("denied", action=Action.READ.value, kind=spec.name, group="general", ask="steward")
    return shown
