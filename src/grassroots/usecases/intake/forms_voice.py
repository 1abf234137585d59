"""Landing the concern register (社情民意台账): what residents told, and what became of it.

A register says in one row what happened to a concern over weeks. The row is landed as the verbs of the
concern, in their order and with the days of the row. What the register has no column for is taken as at the
desk of a post: heard and answered in person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final, final

import attrs

from grassroots.contracts.storage import Is
from grassroots.domain.concern import (
    Concern,
    ConcernKind,
    ConcernNumberTaken,
    ConcernOutcome,
    ConcernStatus,
    ReplyMedium,
)
from grassroots.domain.correction import corrected
from grassroots.domain.form import header_key
from grassroots.domain.organization import Organization
from grassroots.usecases.intake.cells import happened, not_kept, told
from grassroots.usecases.intake.forms_desk import shifts_of
from grassroots.usecases.intake.landing import Lander, Landing
from grassroots.usecases.intake.row import Row
from grassroots.values.ids import ConcernId, MemberId, OrganizationId, ShiftId, StationId
from grassroots.values.texts import plain

_SHEET: Final = "sheet"
"""The reason that goes with what a sheet set right."""

_NUMBER: Final = re.compile(
    r"([0-9A-Za-z][0-9A-Za-z-]*)\s*号|(?:no\.?|#|编号)\s*([0-9A-Za-z][0-9A-Za-z-]*)", re.I
)
"""A concern named in free text: 与12号重复, same as No. 12."""

_DECIDED: Final = {
    ConcernOutcome.RESOLVED: ConcernStatus.RESOLVED,
    ConcernOutcome.EXPLAINED: ConcernStatus.EXPLAINED,
    ConcernOutcome.DECLINED: ConcernStatus.DECLINED,
}


_OUTCOME: Final = frozenset({"outcome", "decided_on", "status"})
_REPLY: Final = frozenset({"replies", "closed_on"})
"""What the cells of an outcome, and of a reply, say."""


# -- the register -----------------------------------------------------------------------------------------
@final
@attrs.frozen(kw_only=True)
class _Course:
    """What a row says became of the concern. ``came`` is a code of the form's column ``outcome``."""

    owner: MemberId | None
    unit: OrganizationId | None
    due: date | None
    came: str | None
    settled_on: date | None
    replied_on: date | None
    rating: str | None


def land_concern(landing: Landing) -> None:
    """A row of the register: the concern as it was heard, and what became of it.

    The number tells the concerns of a station and year apart. The same number with the same words is the
    same concern, set right; with other words it is another slip, and refused, unless this row wrote those.
    """
    row = landing.row
    number, text = row.need("number", number_of(row)), row.need("text", told(row, "text"))
    taken_on, taken_by = row.need("taken_on", happened(landing, "taken_on")), landing.member("taken_by")
    station = landing.station("station", needed=False)
    slip, course = _slip(landing, taken_on), _course(landing)
    row.check()
    if number is None or text is None or taken_on is None or taken_by is None:
        return
    place, shift = _desk(landing, StationId(station) if station else None, taken_on, taken_by)
    row.check()
    if place is None:
        return
    slip |= {"number": number, "taken_by": taken_by, "shift": shift}
    found = _same(landing, place, number, taken_on, text)
    into = None
    if course.came == "merged" and (found is None or found.merged_into is None):
        into = merged_into(landing, place, taken_on, number)
        row.check()
    if found is None:
        id_ = ConcernId(landing.id("concern", place, number, taken_on.isoformat(), at=taken_on))
        concern = landing.keep(Concern.take(id=id_, station=place, taken_on=taken_on, text=text, **slip))
    else:
        named = {key: value for key, value in slip.items() if value is not None}
        if slip.get("anonymous"):
            # Who asks afterwards not to be named is not named any more.
            named |= {"raiser_name": None, "raiser_phone": None, "raiser_member": None}
        concern = landing.keep(found.correct(_SHEET, taken_on=taken_on, text=text, **named))
    concern = _hand_on(landing, concern, course)
    concern = _settle(landing, concern, course, into)
    _answer(landing, concern, course)
    if course.came != "merged":
        not_kept(row, "remark")


def _slip(landing: Landing, day: date | None) -> dict[str, Any]:
    """Who raised it, where, and of which kind, as far as the row says."""
    row = landing.row
    raiser, phone = told(row, "raiser"), row.phone("raiser_phone")
    anonymous = raiser is not None and row.layout.column("raiser").choice(raiser) == "anonymous"
    name = None if anonymous else raiser
    kind, category = _kind(landing, day)
    slip: dict[str, Any] = {
        "raiser_phone": phone,
        "compound": _compound(landing),
        "kind": kind,
        "category": category,
    }
    if raiser is not None:
        member = _raiser(landing, name, phone)
        slip |= {"raiser_name": name, "raiser_member": member, "anonymous": anonymous}
    return slip


def _raiser(landing: Landing, name: str | None, phone: str | None) -> MemberId | None:
    """The member who raised it: only by name and telephone together, never by the name alone."""
    if name is None or phone is None:
        return None
    same = [member.id for member in landing.known(name) if member.phone == phone]
    return same[0] if len(same) == 1 else None


def _kind(landing: Landing, day: date | None) -> tuple[ConcernKind | None, str | None]:
    """The column holds one of the five kinds, or a category of the rule packs: both are in use."""
    row = landing.row
    words = told(row, "kind")
    if words is None:
        return None, None
    if code := row.layout.column("kind").choice(words):
        return ConcernKind(code), None
    table = landing.work.office.packs.table("concern_category", day or landing.work.today)
    names = {
        code: [code, *(str(one.value[label]) for label in ("label_zh", "label_en") if label in one.value)]
        for code, one in table.items()
    }
    asked = header_key(words)
    for code, labels in names.items():
        if asked in map(header_key, labels):
            return None, code
    kinds = [one[0] for one in row.layout.column("kind").choices.values()]
    known = (*kinds, *(labels[1] for labels in names.values()))
    row.problem("choice-unknown", "kind", what=words, known=known)
    return None, None


def _compound(landing: Landing) -> OrganizationId | None:
    """The compound whose name stands before the number of the building."""
    words = told(landing.row, "compound")
    if words is None:
        return None
    for name in (words, re.split(r"[0-9０-９/／]", words, maxsplit=1)[0]):
        if name.strip() and (found := landing.book.named(landing.work, Organization, name.strip())):
            return OrganizationId(found)
    landing.row.notes.append("cell-note-compound-unknown")
    return None


def _course(landing: Landing) -> _Course:
    row = landing.row
    owner = landing.member("owner", needed=False)
    # A unit of the network itself (a community's station) sees to it by its owner: that is no referral.
    _, unit = landing.place("unit")
    due, came, rating = row.day("due"), row.choice("outcome"), row.choice("rating")
    settled_on, replied_on = happened(landing, "closed_on"), happened(landing, "replied_on")
    open_ = came in ("in-work", "merged")
    if settled_on is not None or replied_on is not None:
        row.need("outcome", came)
    if settled_on is not None and came == "in-work":
        row.problem("settled-in-work", "closed_on", day=settled_on.isoformat())
    if replied_on is not None and open_:
        row.problem("reply-before-outcome", "replied_on", day=replied_on.isoformat())
    if rating is not None:
        row.need("replied_on", replied_on)
    if came in ("resolved", "explained") and settled_on is None:
        settled_on = row.need("closed_on", replied_on, "replied_on")
    return _Course(
        owner=owner,
        unit=OrganizationId(unit) if unit else None,
        due=due,
        came=came,
        settled_on=settled_on,
        replied_on=replied_on,
        rating=rating,
    )


def _desk(
    landing: Landing, station: StationId | None, day: date, taker: MemberId
) -> tuple[StationId | None, ShiftId | None]:
    """Where it was heard, and in which shift: that of the only duty of who heard it on that day."""
    own = [one for one in shifts_of(landing, day, (taker,)) if station in (None, one.station)]
    if len(own) == 1:
        return own[0].station, own[0].id
    if station is None:
        landing.row.problem("concern-without-place", "station", day=day.isoformat())
    return station, None


def _same(landing: Landing, station: StationId, number: str, day: date, text: str) -> Concern | None:
    """The concern of this number that the row is about. A register begins anew with every year.

    The same words, or a row that told of it before: it is set right. Other words under the same number are
    another slip, and refused: taken for the first, they would wipe what the first resident said.
    """
    for other in landing.work.find(Concern, Is("station", station), Is("number", number)):
        if other.taken_on.year != day.year:
            continue
        if other.text != text and f"concern/{other.id}" not in landing.before:
            raise ConcernNumberTaken(number=number, id=other.id)
        return other
    return None


def _hand_on(landing: Landing, concern: Concern, course: _Course) -> Concern:
    """Who sees to it, where it lies, until when."""
    owner, unit = course.owner or concern.owner, course.unit or concern.unit
    due = course.due or concern.due
    if not concern.open:
        after = attrs.evolve(concern, owner=owner, unit=unit, due=due)
        said = landing.row.said(owner="owner", unit="unit", due="due")
        return landing.keep(corrected(concern, after, _SHEET, said=said))
    idle = concern.status in (ConcernStatus.RECORDED, ConcernStatus.ACCEPTED)
    if owner is not None and (idle or (owner, due) != (concern.owner, concern.due)):
        concern = landing.keep(concern.assign(owner, due))
    there = concern.status is ConcernStatus.REFERRED and (unit, due) == (concern.unit, concern.due)
    if (unit is not None or course.came == "referred") and not there:
        concern = landing.keep(concern.refer(unit, due))
    if due is not None and concern.status is ConcernStatus.RECORDED:
        concern = landing.keep(concern.accept(due))
    return concern


def _settle(landing: Landing, concern: Concern, course: _Course, into: Concern | None) -> Concern:
    """The outcome. Referred and settled is no solution: the resident was told who has it (explained)."""
    on = course.settled_on or course.replied_on
    if course.came == "merged" and into is not None:
        return landing.keep(concern.merge(into))
    if course.came in (None, "in-work", "merged") or (course.came == "referred" and on is None):
        return concern
    outcome = ConcernOutcome.EXPLAINED if course.came == "referred" else ConcernOutcome(course.came)
    if concern.outcome is not None:
        status = _DECIDED[outcome] if concern.status in _DECIDED.values() else concern.status
        after = attrs.evolve(concern, outcome=outcome, decided_on=on or concern.decided_on, status=status)
        return landing.keep(corrected(concern, after, _SHEET, said=_OUTCOME))
    # Refused at the desk without a day of its own: refused when it was heard.
    day = on or concern.taken_on
    match outcome:
        case ConcernOutcome.RESOLVED:
            return landing.keep(concern.resolve(day))
        case ConcernOutcome.EXPLAINED:
            return landing.keep(concern.explain(day, "referred" if course.came == "referred" else None))
        case ConcernOutcome.DECLINED:
            return landing.keep(concern.decline(day, "not-ours"))


def _answer(landing: Landing, concern: Concern, course: _Course) -> None:
    """Told the resident, asked them how content they are, closed."""
    on = course.replied_on
    if on is None:
        return
    if all(reply.on != on for reply in concern.replies):
        if f"concern/{concern.id}" in landing.before and len(concern.replies) == 1:
            moved = (attrs.evolve(concern.replies[0], on=on),)
            # What this row closed with its reply moves with it; a closing of the desk's own stays.
            closed_on = on if concern.closed_on == concern.replies[0].on else concern.closed_on
            after = attrs.evolve(concern, replies=moved, closed_on=closed_on)
            concern = landing.keep(corrected(concern, after, _SHEET, said=_REPLY))
        else:
            concern = landing.keep(concern.reply(on, ReplyMedium.IN_PERSON))
    if course.rating is not None:
        concern = landing.keep(concern.rate(course.rating, on))
        landing.keep(concern.close(on))


def number_of(row: Row) -> str | None:
    """The number of a concern as a cell has it; full-width digits are digits."""
    words = told(row, "number")
    return None if words is None else plain(words)


def merged_into(landing: Landing, station: StationId, day: date, own: str) -> Concern | None:
    """The concern that this one was merged into, named in the remark (与12号重复)."""
    number = next((one for one in _numbers(landing.row) if one != own), None)
    if number is None:
        landing.row.problem("merge-without-number", "remark")
        return None
    return numbered(landing, station, number, day, "remark")


def _numbers(row: Row) -> Iterable[str]:
    for one in _NUMBER.finditer(plain(told(row, "remark") or "")):
        yield one[1] or one[2]


def numbered(landing: Landing, station: StationId, number: str, day: date, key: str) -> Concern | None:
    """The concern of a station with this number that was heard until a day."""
    found = landing.work.find(Concern, Is("station", station), Is("number", number))
    heard = [concern for concern in found if concern.taken_on <= day]
    if not heard:
        landing.row.problem("concern-unknown", key, number=number, station=station, day=day.isoformat())
        return None
    return max(heard, key=lambda concern: concern.taken_on)


LANDERS: Mapping[str, Lander] = {"concerns": land_concern}
"""Which form is landed by which function."""
