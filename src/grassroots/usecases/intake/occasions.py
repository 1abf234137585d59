"""Which series a title means, and which occurrence of it a row means.

A title that is known belongs to that series; otherwise a title at a station is a series of its own, with an
id that is made from the two, so that the order of the rows does not matter.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from itertools import count
from typing import Any, Final, final

import attrs

from grassroots.contracts.storage import Includes, Is
from grassroots.domain.activity import Activity, ActivityStatus, Occurrence, OccurrenceStatus
from grassroots.domain.checks import in_catalogue
from grassroots.domain.team import Team
from grassroots.usecases.activities import occurrence_id
from grassroots.usecases.intake.again import other_rows, superseded
from grassroots.usecases.intake.landing import Landing
from grassroots.values.ids import ActivityId, OrganizationId, StationId, TeamId
from grassroots.values.names import name_key

SHEET: Final = "sheet"
"""The reason that goes with what a sheet set right."""

TABLE: Final = "activity_kind"
"""The catalogue of the rule packs in which the kinds stand."""

OTHER: Final = "other"
"""The kind of a series that is only known from a sign-in sheet, which does not tell a kind."""


@final
@attrs.frozen(kw_only=True)
class Place:
    """Where it was: at a station, or in the house of an outside body."""

    station: StationId | None = None
    venue: OrganizationId | None = None


def series_of(
    landing: Landing, title: str, place: Place, kind: str | None, team: TeamId | None = None
) -> Activity:
    """The series of a title: the one at this station, or the only one that no sheet made for another."""
    row, work = landing.row, landing.work
    named = work.find(Activity, Includes("titles", name_key(title)))
    here = [one for one in named if place.station is not None and one.station == place.station]
    own = work.peek(Activity, _series_id(landing, title, place.station))
    if own is not None and own not in here:
        # Made from this title at this station, and called otherwise since.
        here.append(own)
    general = [one for one in named if one.id != _series_id(landing, title, one.station)]
    known = here or (named if place.station is None and len(named) == 1 else general)
    fitting = [one for one in known if kind in (None, one.kind)]
    if known and not fitting and len(known) == 1 and _unkinded(landing, title, known[0]):
        return work.keep(known[0].correct(SHEET, kind=kind))
    if known and not fitting:
        row.problem("activity-kind-differs", "kind", known=tuple(sorted({one.kind for one in known})))
    running = [one for one in fitting if one.status is ActivityStatus.RUNNING] or fitting
    if len(running) == 1:
        return running[0]
    if running and (here or place.station is None):
        row.problem("activity-several", _key(landing, "title", "activity"), title=title, found=len(running))
    row.check()
    return _started(landing, title, place, kind, team)


def _series_id(landing: Landing, title: str, station: StationId | None) -> ActivityId:
    return ActivityId(landing.id("activity", name_key(title), station or ""))


def _unkinded(landing: Landing, title: str, activity: Activity) -> bool:
    """Whether a sign-in sheet made the series, which does not tell its kind."""
    return activity.kind == OTHER and activity.id == _series_id(landing, title, activity.station)


def _started(landing: Landing, title: str, place: Place, kind: str | None, team: TeamId | None) -> Activity:
    row, work = landing.row, landing.work
    station = place.station
    if station is None and team is not None:
        station = work.load(Team, team).station
    if station is None and place.venue is None:
        row.need("station", None)
    if "kind" in {column.key for column in row.layout.columns}:
        row.need("kind", kind)
    row.check()
    kind = kind or OTHER
    in_catalogue(kind, work.office.packs.table(TABLE, work.today), "kind")
    row.notes.append("cell-note-activity-new")
    id_ = _series_id(landing, title, place.station)
    return landing.keep(Activity.start(id=id_, kind=kind, title=title, station=station, team=team))


def _key(landing: Landing, *keys: str) -> str:
    """The first of these columns that the form has."""
    has = {column.key for column in (*landing.row.layout.columns, *landing.row.layout.block)}
    return next(key for key in keys if key in has)


def on_day(landing: Landing, activity: Activity, day: date) -> list[Occurrence]:
    """The occurrences of a series on a day, wherever."""
    return landing.work.find(Occurrence, Is("activity", activity.id), Is("day", day.isoformat()))


def held_at(one: Occurrence, place: Place) -> bool:
    """Whether an occurrence may have been at this place, as far as both say."""
    return (place.station is None or one.station in (None, place.station)) and (
        place.venue is None or one.venue in (None, place.venue)
    )


def occurrence_meant(
    landing: Landing, activity: Activity, day: date, starts: time | None, place: Place, topic: str | None
) -> Occurrence | None:
    """The occurrence that this row means, from the surest sign to the weakest; None if it is a new one."""
    for name in landing.before:
        kind, _, id_ = name.partition("/")
        if kind == "occurrence" and (again := landing.work.peek(Occurrence, id_)) is not None:
            return again
    everywhere = on_day(landing, activity, day)
    there = [one for one in everywhere if held_at(one, place)]
    open_ = [one for one in everywhere if _awaited(landing, one)]

    def about(one: Occurrence) -> bool:
        return None in (starts, one.starts) and (None in (topic, one.topic) or topic == one.topic)

    signs: tuple[Callable[[], list[Occurrence]], ...] = (
        lambda: [one for one in there if starts is not None and one.starts == starts],
        lambda: [one for one in open_ if one in there],
        lambda: open_ if len(open_) == 1 and open_[0].station == activity.station else [],
        lambda: [one for one in there if about(one)],
        lambda: [one for one in there if superseded(landing, one)],
    )
    for sign in signs:
        if found := sign():
            return min(found, key=lambda one: (one.topic != topic, one.number))
    return None


def _awaited(landing: Landing, one: Occurrence) -> bool:
    """Whether no row has told of it yet: it is planned, or known from a sign-in sheet alone."""
    if one.status is OccurrenceStatus.CALLED_OFF or other_rows(landing, one, "activities"):
        return False
    return one.status is OccurrenceStatus.PLANNED or bool(
        not one.headcounts and other_rows(landing, one, "sign-in")
    )


def planned_on(landing: Landing, activity: Activity, day: date, **fields: Any) -> Occurrence:
    """A further occurrence of a series on a day, planned."""
    work = landing.work
    number = next(
        n for n in count(1) if work.peek(Occurrence, occurrence_id(work, activity.id, day, n)) is None
    )
    id_ = occurrence_id(work, activity.id, day, number)
    return landing.keep(Occurrence.plan(activity, id=id_, planned=day, number=number, **fields))
