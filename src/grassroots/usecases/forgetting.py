"""Forgetting records: erased whole, or emptied of what is sensitive, with their former values.

Called by the rooms of rights and retention, inside their acts. What is left names nobody and every count
stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import attrs

from grassroots.contracts.storage import Includes, Is, Key, Ref
from grassroots.domain.fields import blanked
from grassroots.domain.history import History
from grassroots.domain.member import Member, MemberStatus
from grassroots.domain.retention import Fate, RecordForgotten
from grassroots.domain.step import Event, Step
from grassroots.workspace.kindspec import KindSpec
from grassroots.workspace.reading import Reading
from grassroots.workspace.work import Work

WHOLE: Final = frozenset({"tie", "screening", "history", "reach", "restriction"})
"""What is nothing without whom it is about: erased whole."""

KEPT: Final = frozenset({"consent", "request", "access", "grant", "hold"})
"""What proves later that things were in order: ids and codes stay, words go."""

PAGE: Final = 100
"""Records of one act: with their former values they have to fit into one batch."""


_KEYS: Final = {
    "pairing": ("supporter", "recipient"),
    "contact": ("supporter", "recipient"),
    "tie": ("one", "other"),
    **dict.fromkeys(("consent", "screening", "request", "grant", "restriction", "hold"), ("member",)),
    **dict.fromkeys(("attendance", "membership", "participation", "appointment"), ("member",)),
    **dict.fromkeys(("award", "submission", "leave", "wish"), ("member",)),
    "history": ("about",),
    "access": ("people",),
}  # fmt: skip
"""Kinds whose keys name everybody whom a record is about; all others are walked from end to end."""


def records_about(reading: Reading, member: str) -> Iterator[tuple[KindSpec[Any], Any]]:
    """Every record that names a member as one whom it is about, kind by kind, as this viewer may see it."""
    for spec in reading.office.kinds:
        if not (spec.about_people or spec.name in ("restriction", "hold")) or not reading.seat.lists(spec):
            continue
        seen: set[str] = set()
        for record in _asked(reading, spec, member):
            named = {*spec.people(record), getattr(record, "member", None)}
            if member in named and record.id not in seen:
                seen.add(record.id)
                yield spec, record


def _asked(reading: Reading, spec: KindSpec[Any], member: str) -> Iterator[Any]:
    if spec.name == "member":
        # Not by walking the register: a look at one person is none at everybody else.
        found = reading.peek(spec.record, member)
        yield from () if found is None else (found,)
    elif spec.name in _KEYS:
        for key in _KEYS[spec.name]:
            value = f"member/{member}" if key == "about" else member
            where = Includes(key, value) if spec.keys[key] is Key.TEXTS else Is(key, value)
            yield from reading.walk(spec.record, where)
    else:
        yield from reading.walk(spec.record)


def belongs_to(spec: KindSpec[Any], record: Any, member: str) -> bool:
    """Whether a record is somebody's own, so that forgetting them empties it."""
    if spec.name == "member":
        return bool(record.id == member)
    owner = spec.person_of(record)
    return owner == member if owner is not None else member in set(spec.people(record))


def forget_record(work: Work, spec: KindSpec[Any], id_: str, fate: Fate, rule: str) -> int:
    """Erase or empty one record, and erase its former values; how many records were touched."""
    record = work.peek(spec.record, id_)
    if record is None:
        return 0
    touched = 0
    for history in work.find(History, Is("about", f"{spec.name}/{id_}")):
        work.drop(history, RecordForgotten(fate=Fate.ERASE, rule=rule))
        touched += 1
    if fate is Fate.ERASE:
        work.drop(record, RecordForgotten(fate=fate, rule=rule))
        return touched + 1
    empty = emptied(record)
    if empty == record:
        return touched
    event: Event = RecordForgotten(fate=fate, rule=rule)
    work.seat.may_write(spec, record, empty)
    # Not kept with the usual history: that would be a new copy of what is to be forgotten.
    work.note(Step(empty, (event,)), Ref(spec.name, id_))
    return touched + 1


def emptied(record: Any) -> Any:
    """A record without anything sensitive; of a person also the number under which they are known."""
    empty = blanked(record)
    if isinstance(empty, Member):
        gone = MemberStatus.LEFT if empty.status is not MemberStatus.DECEASED else empty.status
        status = empty.status if empty.status is MemberStatus.MERGED else gone
        return attrs.evolve(empty, volunteer_number=None, skills=(), status=status)
    return empty
