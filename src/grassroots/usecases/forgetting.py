"""Forgetting records: erased whole, or emptied of what is sensitive, with their former values.

Called by the rooms of rights and retention, inside their acts. What is left names nobody and every count
stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import attrs

from grassroots.contracts.storage import Is, Ref
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


def records_about(reading: Reading, member: str) -> Iterator[tuple[KindSpec[Any], Any]]:
    """Every record that names a member as one whom it is about, kind by kind, as this viewer may see it."""
    for spec in reading.office.kinds:
        if not spec.about_people and spec.name not in ("restriction", "hold"):
            continue
        if not reading.seat.lists(spec):
            continue
        for record in reading.walk(spec.record, *_narrowed(spec, member)):
            if member in {*spec.people(record), getattr(record, "member", None)}:
                yield spec, record


def _narrowed(spec: KindSpec[Any], member: str) -> Iterable[Is]:
    # Most kinds have a key for their one person; the others are walked.
    return (Is("member", member),) if "member" in spec.keys and spec.name != "duty" else ()


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
