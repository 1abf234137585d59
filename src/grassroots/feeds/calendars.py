"""Timetables as iCalendar (RFC 5545), written with the library icalendar (BSD-2); the extra ``feeds``.

A file has METHOD:PUBLISH, one VTIMEZONE for every zone it names, and for every event its UID, SEQUENCE,
DTSTAMP, LAST-MODIFIED and STATUS. A series is one event with its dates (RDATE), and one more for each
occurrence that was moved or called off (RECURRENCE-ID); nothing that was called off is left out.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from grassroots.errors import need
from grassroots.usecases.feeds import EventStatus, Timetable, TimetableEvent

PRODUCT = "-//grassroots//duty and activities//ZH"
REFRESH = timedelta(hours=4)


def to_ical(timetable: Timetable, language: str = "zh") -> bytes:
    """The timetable as the bytes of an .ics file. Raises MissingExtra if icalendar is not installed."""
    try:
        from icalendar import Calendar
    except ImportError as error:
        raise need("feeds", "icalendar") from error
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    name = timetable.name_zh if language == "zh" else timetable.name_en
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for event in timetable.events:
        calendar.add_component(_event(event, timetable, language))
    calendar.add_missing_timezones()
    text: bytes = calendar.to_ical()
    return text


def _event(event: TimetableEvent, timetable: Timetable, language: str) -> Any:
    from icalendar import Event

    made = Event()
    made.add("uid", event.uid)
    made.add("sequence", event.sequence)
    made.add("dtstamp", timetable.made_at)
    made.add("last-modified", event.changed_at)
    made.add("status", event.status.value.upper())
    zone = ZoneInfo(timetable.zone)

    def when(moment: Any) -> Any:
        local = moment.astimezone(zone)
        return local.date() if event.all_day else local

    made.add("dtstart", when(event.starts))
    made.add("dtend", when(event.starts) + timedelta(days=1) if event.all_day else when(event.ends))
    if event.instead_of is not None:
        made.add("recurrence-id", when(event.instead_of))
    if event.also:
        parameters = {"VALUE": "DATE"} if event.all_day else {}
        made.add("rdate", [when(one) for one in event.also], parameters=parameters)
    made.add("summary", event.title_zh if language == "zh" else event.title_en)
    place = event.place_zh if language == "zh" else event.place_en
    if place:
        made.add("location", place)
    # What is called off or not agreed to yet does not make anybody busy.
    made.add("transp", "OPAQUE" if event.status is EventStatus.CONFIRMED else "TRANSPARENT")
    return made
