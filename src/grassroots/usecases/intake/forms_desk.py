"""Landing the sheets of the post: the duty roster and the duty log.

The roster says who is to come, the log says who was there and what came in. A log is confirmation for those
whom it names and for nobody else: a partner on the roster whom the log does not name stays assigned.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date

from grassroots.contracts.storage import Includes, Is
from grassroots.domain.duty import EXPECTED, OFF_ROSTER, Duty, DutyStatus, LogEntry, Shift, ShiftStatus
from grassroots.domain.intake import SheetRow
from grassroots.usecases.intake.cells import happened, not_kept, told
from grassroots.usecases.intake.landing import Lander, Landing
from grassroots.usecases.intake.row import Row
from grassroots.usecases.intake.spans import Span, read_spans
from grassroots.usecases.places import assign_duty, least_people
from grassroots.values.ids import DutyId, MemberId, ShiftId, StationId
from grassroots.values.messy import is_blank, read_day

_SHEET = "sheet"
"""The reason that goes with what a sheet set right."""

_MATTERS = re.compile(r"[;；\n]+")
"""What stands between two matters in one cell of a log."""


# -- the roster -------------------------------------------------------------------------------------------
def land_roster(landing: Landing) -> None:
    """A row of the roster: its shift (or shifts), and a duty for everybody named.

    A row that comes again with other names takes those whom it named before off the roster, unless they came
    meanwhile or another row names them. A duty that was excused or missed is not assigned anew.
    """
    row = landing.row
    day = row.need("day", row.day("day"))
    spans = read_spans(row, "shift")
    holders = landing.members("holders", phone=row.phone("phone"))
    station = landing.station("station")
    _right_weekday(row, day)
    row.check()
    if day is None or station is None:
        return
    named = {
        _on_roster(landing, shift, member).id
        for shift in [_posted(landing, StationId(station), day, span) for span in spans]
        for member in holders
    }
    _take_off(landing, named)
    not_kept(row, "remark")


def _right_weekday(row: Row, day: date | None) -> None:
    words = told(row, "weekday")
    if day is None or words is None:
        return
    found = read_day(f"{day.isoformat()} {words}").problem
    if found is not None and found.code == "date-wrong-weekday":
        # Neither wins by itself: a roster is often last month's with new names.
        row.problem(found.code, "weekday", what=f"{day.isoformat()} {words}")


def _posted(landing: Landing, station: StationId, day: date, span: Span) -> Shift:
    work, (starts, ends) = landing.work, span
    standing = [
        shift
        for shift in work.find(Shift, Is("station", station), Is("day", day.isoformat()))
        if (shift.starts, shift.ends) == (starts, ends)
    ]
    if standing:
        # One that takes place comes first; if all are called off, assigning to it is refused.
        return landing.made_by(min(standing, key=lambda one: one.status is ShiftStatus.CALLED_OFF))
    times = (starts.isoformat("minutes"), ends.isoformat("minutes"))
    return landing.keep(
        Shift.post(
            id=ShiftId(landing.id("shift", station, day.isoformat(), *times, at=day)),
            station=station,
            day=day,
            starts=starts,
            ends=ends,
            minimum=least_people(work, day),
        )
    )


def _on_roster(landing: Landing, shift: Shift, member: MemberId) -> Duty:
    mine = landing.work.find(Duty, Is("shift", shift.id), Is("member", member))
    standing = [duty for duty in mine if duty.status not in OFF_ROSTER]
    if standing:
        return landing.made_by(min(standing, key=lambda duty: not duty.binding))
    return _assigned(landing, shift, member, len(mine))


def _assigned(
    landing: Landing, shift: Shift, member: MemberId, nth: int, covers: MemberId | None = None
) -> Duty:
    id_ = DutyId(landing.id("duty", shift.id, member, str(nth), at=shift.day))
    return landing.made_by(assign_duty(landing.work, shift, member, id=id_, covers=covers))


def _take_off(landing: Landing, named: set[DutyId]) -> None:
    """Those whom this very row named before, and no row names now."""
    work = landing.work
    for one in landing.before:
        kind, _, id_ = one.partition("/")
        duty = work.peek(Duty, id_) if kind == "duty" and id_ not in named else None
        if duty is None or duty.status not in EXPECTED:
            continue
        if len(work.find(SheetRow, Includes("made", one), limit=2)) < 2:
            work.keep(duty.call_off("roster-changed"))


# -- the log ----------------------------------------------------------------------------------------------
def land_duty_log(landing: Landing) -> None:
    """A row of the log: what came in or that nothing did, what the next shift has to know, who was there.

    Whoever is named was there (without times: the sheet has none). Somebody who is not on the roster of the
    shift gets a duty of their own; they *cover* somebody if exactly one duty of the shift is excused and
    nobody covers it yet, otherwise they stand beside the others.
    """
    row = landing.row
    day = row.need("day", happened(landing, "day"))
    holders = landing.members("holders")
    station = landing.station("station", needed=False)
    (entries, nil), weather, handover = _entries(row), _weather(row), told(row, "handover")
    row.check()
    if day is None:
        return
    shift = _shift_of(landing, StationId(station) if station else None, day, holders)
    row.check()
    if shift is None:
        return
    for member in holders:
        _was_there(landing, shift, member)
    shift = _logged(landing, shift, entries, nil, holders[0], weather)
    if handover is not None:
        shift = landing.keep(shift.hand_over(handover))
    landing.made_by(shift)
    not_kept(row, "remark")


def _entries(row: Row) -> tuple[tuple[LogEntry, ...], bool]:
    """The matters, each with what was done about it; or the nil return. An empty cell is neither."""
    words = row.text("visits")
    if words is not None and row.layout.column("visits").choice(words.rstrip("。.!！ ") or words) == "nil":
        not_kept(row, "handling")
        return (), True
    matters = [one.strip() for one in _MATTERS.split(words or "") if not is_blank(one)]
    if not matters:
        row.need("visits", None)
        return (), False
    done = told(row, "handling")
    # What was done stands once in the row, for all of it.
    texts = [f"{matter} → {done}" if done else matter for matter in matters]
    return tuple(LogEntry(text=text) for text in dict.fromkeys(texts)), False


def _weather(row: Row) -> str | None:
    words = told(row, "weather")
    if words is None:
        return None
    code = row.layout.column("weather").choice(words)
    if code is None:
        # Nobody is held back for 晴转多云; that it was not understood is said.
        row.notes.append("cell-note-weather-unread")
    return code


def _shift_of(
    landing: Landing, station: StationId | None, day: date, holders: Iterable[MemberId]
) -> Shift | None:
    """The shift that a row of a log is about: the only one there, or the only one of those named."""
    row, work = landing.row, landing.work
    own = shifts_of(landing, day, holders)
    if station is None:
        if len(own) != 1:
            code = "log-place-open" if own else "log-without-place"
            row.problem(code, "station", day=day.isoformat(), found=len(own))
            return None
        return own[0]
    there = [
        shift
        for shift in work.find(Shift, Is("station", station), Is("day", day.isoformat()))
        if shift.status is not ShiftStatus.CALLED_OFF
    ]
    if len(there) <= 1:
        if not there:
            row.problem("shift-unknown", "day", day=day.isoformat(), station=station)
        return there[0] if there else None
    theirs = [shift for shift in there if shift in own]
    if len(theirs) != 1:
        times = tuple(f"{one.starts:%H:%M}-{one.ends:%H:%M}" for one in there)
        row.problem("shift-open", "holders", day=day.isoformat(), times=times)
        return None
    return theirs[0]


def shifts_of(landing: Landing, day: date, members: Iterable[MemberId]) -> list[Shift]:
    """The shifts of a day in which any of these members has a duty that binds."""
    work = landing.work
    ids = {
        duty.shift
        for member in members
        for duty in work.find(Duty, Is("member", member), Is("day", day.isoformat()))
        if duty.binding
    }
    return [work.load(Shift, id_) for id_ in sorted(ids)]


def _was_there(landing: Landing, shift: Shift, member: MemberId) -> None:
    mine = landing.work.find(Duty, Is("shift", shift.id), Is("member", member))
    standing = [duty for duty in mine if duty.status not in OFF_ROSTER]
    if standing:
        # Excused or missed, and named in the log all the same: confirm refuses, and a person has to look.
        duty = min(standing, key=lambda one: not one.binding)
    else:
        duty = _assigned(landing, shift, member, len(mine), _covered(landing, shift))
    landing.keep(duty.confirm())


def _covered(landing: Landing, shift: Shift) -> MemberId | None:
    duties = landing.work.find(Duty, Is("shift", shift.id))
    covered = {duty.covers for duty in duties if duty.binding}
    left = [duty.member for duty in duties if duty.status is DutyStatus.EXCUSED]
    open_ = [member for member in left if member not in covered]
    return open_[0] if len(open_) == 1 else None


def _logged(
    landing: Landing,
    shift: Shift,
    entries: tuple[LogEntry, ...],
    nil: bool,
    by: MemberId,
    weather: str | None,
) -> Shift:
    """The shift with this log. A row that comes again replaces what it said, another one adds to it."""
    if _alone_again(landing, shift) and shift.status is ShiftStatus.LOGGED:
        if nil is not shift.nil_return:
            shift = landing.keep(shift.reopen(_SHEET))
        elif entries:
            shift = landing.keep(shift.correct(_SHEET, entries=entries))
    if nil:
        shift = landing.keep(shift.report_nothing(on=shift.day, by=by, weather=weather))
    else:
        shift = landing.keep(shift.log(entries, on=shift.day, by=by, weather=weather))
    return landing.keep(shift.correct(_SHEET, weather=weather)) if weather else shift


def _alone_again(landing: Landing, shift: Shift) -> bool:
    """Whether this row told of the shift before, and no other row of a log does."""
    name = f"shift/{shift.id}"
    if name not in landing.before:
        return False
    return len(landing.work.find(SheetRow, Includes("made", name), Is("form", "duty-log"), limit=2)) < 2


LANDERS: Mapping[str, Lander] = {
    "roster": land_roster,
    "duty-log": land_duty_log,
}
"""Which form is landed by which function."""
