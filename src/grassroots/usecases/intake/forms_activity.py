"""Landing the record of activities and the sign-in sheets: what took place, with how many people, who came.

Whose title is known belongs to that series; otherwise a title at a station is a series of its own. An
occurrence is known again by its series, day, place and hour, so that what was planned at a desk is held by
the sheet, and a sheet that comes again, corrected, corrects.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, time
from typing import Any, Final

import attrs

from grassroots.contracts.storage import Is
from grassroots.domain.activity import (
    Activity,
    Attendance,
    AttendanceStatus,
    Evidence,
    HeadCount,
    Material,
    Occurrence,
    OccurrenceStatus,
)
from grassroots.domain.correction import corrected
from grassroots.domain.form import header_key
from grassroots.domain.member import Member
from grassroots.domain.organization import Organization
from grassroots.domain.station import Station
from grassroots.domain.team import Team
from grassroots.usecases.activities import attendance_id
from grassroots.usecases.intake.again import contradicting, name_of, take_over
from grassroots.usecases.intake.cells import happened, not_kept, told
from grassroots.usecases.intake.headcounts import read_headcounts
from grassroots.usecases.intake.labels import labelled
from grassroots.usecases.intake.landing import Lander, Landing
from grassroots.usecases.intake.occasions import (
    SHEET,
    TABLE,
    Place,
    held_at,
    occurrence_meant,
    on_day,
    planned_on,
    series_of,
)
from grassroots.values.ids import MemberId, OrganizationId, StationId, TeamId

LEAFLETS: Final = "leaflets"
"""The item under which what the column of leaflets counts is kept."""

_COUNTED_AS: Final = frozenset({"kind", "station", "team"})
"""Where and as what those who came are counted."""

_EARLY: Final = 30
"""Minutes by which people come before the beginning, where two occurrences of a day are told apart."""


# -- the record of activities -----------------------------------------------------------------------------
def land_activity(landing: Landing) -> None:
    """A row of the record: one occurrence, held (in the future: planned) with its people and leaflets.

    Where nobody was counted and the remark says so (the form has the words), it was called off.
    """
    row, today = landing.row, landing.work.today
    title, day = row.need("title", told(row, "title")), row.need("day", row.day("day"))
    starts, ends, topic = row.time("starts"), row.time("ends"), told(row, "topic")
    heads, leaflets = read_headcounts(row), row.whole("materials")
    speakers, team = landing.members("speakers", needed=False), _team(landing)
    kind = labelled(landing, "kind", TABLE, day, "activity-kind-unknown")
    place = _place(landing, team)
    if day is not None and day > today and heads:
        # What is expected is no head count: nobody has been there yet.
        row.problem("headcount-to-come", "people", day=day.isoformat(), today=today.isoformat())
    row.check()
    if title is None or day is None:
        return
    activity = series_of(landing, title, place, kind, team)
    found = occurrence_meant(landing, activity, day, starts, place, topic)
    minutes = _minutes(landing, starts or (found.starts if found else activity.starts), ends)
    row.check()
    said: dict[str, Any] = {
        "starts": starts,
        "minutes": minutes,
        "topic": topic,
        "speakers": speakers,
        "station": place.station,
        "team": team,
        "venue": place.venue,
    }
    said = {name: value for name, value in said.items() if value not in (None, ())}
    if found is not None:
        _unopposed(landing, found, heads, minutes)
        row.check()
        take_over(landing, found)
    called_off = _called_off(landing, heads)
    occurrence = found or planned_on(landing, activity, day, **said)
    before = occurrence
    occurrence = _reinstated(landing, occurrence, called_off=called_off)
    if called_off:
        row.notes.append("cell-note-called-off")
        occurrence = landing.keep(occurrence.correct(SHEET, **said))
        occurrence = landing.keep(occurrence.call_off())
    elif day > today:
        occurrence = landing.keep(occurrence.correct(SHEET, **said))
    else:
        told_now = {**said, **_counted(occurrence, heads, leaflets)}
        occurrence = landing.keep(occurrence.hold(today, **told_now))
    _follow(landing, activity, before, occurrence)
    if not called_off:
        not_kept(row, "remark")


def _team(landing: Landing) -> TeamId | None:
    """The team; a community or another body that stands in its column is no team, which is said in a note."""
    words = told(landing.row, "team")
    if words is None:
        return None
    if team := landing.book.named(landing.work, Team, words):
        return TeamId(team)
    if any(landing.book.named(landing.work, kind, words) for kind in (Station, Organization)):
        landing.row.notes.append("cell-note-team-is-a-body")
    else:
        landing.row.problem("team-unknown", "team", name=words)
    return None


def _place(landing: Landing, team: TeamId | None) -> Place:
    """The place of the row; in the house of an outside body it counts for the station of its team."""
    if told(landing.row, "station") is None:
        return Place()
    station, venue = landing.place("station")
    if venue is not None and team is not None:
        station = landing.work.load(Team, team).station
    return Place(
        station=StationId(station) if station else None,
        venue=OrganizationId(venue) if venue else None,
    )


def _minutes(landing: Landing, starts: time | None, ends: time | None) -> int | None:
    if ends is None:
        return None
    if starts is None:
        landing.row.notes.append("cell-note-ends-alone")
        return None
    minutes = (ends.hour - starts.hour) * 60 + ends.minute - starts.minute
    if minutes <= 0:
        landing.row.problem("ends-before-starts", "ends", starts=f"{starts:%H:%M}", ends=f"{ends:%H:%M}")
        return None
    return minutes


def _called_off(landing: Landing, heads: Iterable[HeadCount]) -> bool:
    words = told(landing.row, "remark")
    if words is None or any(one.people for one in heads):
        return False
    listed = landing.row.layout.column("remark").choices.get("called-off", ())
    return any(header_key(one) in header_key(words) for one in listed)


def _counted(occurrence: Occurrence, heads: tuple[HeadCount, ...], leaflets: int | None) -> dict[str, Any]:
    """What was counted; leaflets replace leaflets and leave other items as they are."""
    counted: dict[str, Any] = {"headcounts": heads} if heads else {}
    if leaflets is not None:
        others = tuple(one for one in occurrence.materials if one.item != LEAFLETS)
        counted["materials"] = (*others, *([Material(LEAFLETS, leaflets)] if leaflets else []))
    return counted


def _reinstated(landing: Landing, occurrence: Occurrence, *, called_off: bool) -> Occurrence:
    """What this very row said before it may take back: held, or called off."""
    other = OccurrenceStatus.HELD if called_off else OccurrenceStatus.CALLED_OFF
    if occurrence.status is other and name_of(landing, occurrence) in landing.before:
        return landing.keep(occurrence.reinstate())
    return occurrence


def _unopposed(
    landing: Landing, found: Occurrence, heads: tuple[HeadCount, ...], minutes: int | None
) -> None:
    """The problem ``activity-twice`` if another row that still stands counted otherwise: neither wins."""
    differs = (heads and found.headcounts and set(heads) != set(found.headcounts)) or (
        minutes is not None and found.minutes not in (None, minutes)
    )
    if differs and (other := contradicting(landing, found)) is not None:
        landing.row.problem(
            "activity-twice", "title", file=other.file, sheet=other.sheet, number=other.number
        )


def _follow(landing: Landing, activity: Activity, before: Occurrence, after: Occurrence) -> None:
    """Who came is counted where and as what the occurrence is."""
    if after.kind != activity.kind:
        after = landing.keep(
            corrected(after, attrs.evolve(after, kind=activity.kind), SHEET, said=_COUNTED_AS)
        )
    kind, station, team = after.kind, after.station, after.team
    if (kind, station, team) != (before.kind, before.station, before.team):
        for one in landing.work.find(Attendance, Is("occurrence", after.id)):
            moved = attrs.evolve(one, kind=kind, station=station, team=team)
            landing.work.keep(corrected(one, moved, SHEET, said=_COUNTED_AS))


# -- the sign-in sheet ------------------------------------------------------------------------------------
def land_sign_in(landing: Landing) -> None:
    """A line of a sign-in sheet: somebody came. A printed name without time and signature did not."""
    row = landing.row
    if all(told(row, key) is None for key in ("arrived", "left", "signature")):
        row.notes.append("cell-note-not-signed-in")
        return
    title, day = row.need("activity", told(row, "activity")), row.need("day", happened(landing, "day"))
    member = landing.member("name", phone=row.phone("phone"))
    arrived, left = row.time("arrived"), row.time("left")
    if arrived is not None and left is not None and left < arrived:
        row.problem("left-before-arrived", "left", arrived=f"{arrived:%H:%M}", left=f"{left:%H:%M}")
    place = _place(landing, None)
    row.check()
    if title is None or day is None or member is None:
        return
    activity = series_of(landing, title, place, None)
    occurrence = _signed_for(landing, activity, day, place, arrived, left)
    row.check()
    if occurrence is None:
        return
    _attended(landing, occurrence, member, arrived, left)
    landing.made_by(occurrence)
    not_kept(row, "remark")


def _signed_for(
    landing: Landing, activity: Activity, day: date, place: Place, arrived: time | None, left: time | None
) -> Occurrence | None:
    """The occurrence of the sheet; a signed sheet shows that it was held, known before or not."""
    work = landing.work
    there = [one for one in on_day(landing, activity, day) if held_at(one, place)]
    there = [one for one in there if one.status is not OccurrenceStatus.CALLED_OFF] or there
    if len(there) > 1:
        stay = _stay(arrived, left)
        during = [one for one in there if _meet(stay, _hours(one))]
        during = during or [one for one in there if _meet(stay, _hours(one, _EARLY))]
        if len(during) != 1:
            times = tuple(f"{one.starts:%H:%M}" if one.starts else "?" for one in there)
            landing.row.problem("sign-in-open", "activity", day=day.isoformat(), times=times)
            return None
        there = during
    if not there:
        fields = {"station": place.station, "venue": place.venue}
        said = {name: value for name, value in fields.items() if value is not None}
        there = [planned_on(landing, activity, day, **said)]
    if there[0].status is OccurrenceStatus.PLANNED:
        return work.keep(there[0].hold(work.today))
    return there[0]


def _attended(
    landing: Landing, occurrence: Occurrence, member: MemberId, arrived: time | None, left: time | None
) -> None:
    row, work = landing.row, landing.work
    id_ = attendance_id(work, occurrence.id, member)
    before = work.peek(Attendance, id_)
    if before is not None and before.status is AttendanceStatus.ATTENDED:
        other_times = (arrived or before.arrived, left or before.left) != (before.arrived, before.left)
        if other_times and (other := contradicting(landing, before)) is not None:
            row.problem("signed-in-twice", "name", sheet=other.sheet, number=other.number)
    for one in work.find(Attendance, Is("member", member), Is("day", occurrence.day.isoformat())):
        if one.id == id_ or one.status is not AttendanceStatus.ATTENDED:
            continue
        if _meet(_stay(arrived, left), _stay(one.arrived, one.left)):
            title = work.load(Occurrence, one.occurrence).title
            row.problem("attendance-overlaps", "arrived", title=title, hours=_said(one.arrived, one.left))
    row.check()
    if before is not None:
        take_over(landing, before)
    landing.keep(
        Attendance.attend(
            occurrence,
            work.load(Member, member),
            id=id_,
            today=work.today,
            evidence=Evidence.SHEET,
            before=before,
            arrived=arrived,
            left=left,
        )
    )


_Stay = tuple[int, int]
"""From the first minute of a day to the one after the last."""


def _stay(arrived: time | None, left: time | None) -> _Stay | None:
    """Of somebody who only arrived, that one minute is known; nothing of who only left."""
    if arrived is None:
        return None
    first = arrived.hour * 60 + arrived.minute
    return first, max(first + 1, left.hour * 60 + left.minute if left else 0)


def _hours(one: Occurrence, early: int = 0) -> _Stay | None:
    if one.starts is None:
        return None
    first = one.starts.hour * 60 + one.starts.minute
    return first - early, first + (one.minutes or 1)


def _meet(one: _Stay | None, other: _Stay | None) -> bool:
    """Whether the two have a minute in common."""
    return one is not None and other is not None and one[0] < other[1] and other[0] < one[1]


def _said(first: time | None, last: time | None) -> str:
    return "-".join(f"{one:%H:%M}" if one else "?" for one in (first, last))


LANDERS: Mapping[str, Lander] = {
    "activities": land_activity,
    "sign-in": land_sign_in,
}
"""Which form is landed by which function."""
