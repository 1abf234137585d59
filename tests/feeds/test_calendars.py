"""What a calendar program reads, held against the library's own reader and the wording of RFC 5545."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from grassroots.feeds.calendars import to_ical
from grassroots.usecases.feeds import EventStatus, Timetable, TimetableEvent

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 7, 1, 1, 0, tzinfo=UTC)
START = datetime(2026, 7, 6, 22, 0, tzinfo=ZONE)


def event(**fields: object) -> TimetableEvent:
    given_: dict[str, object] = {
        "uid": "duty-1@home.grassroots",
        "sequence": 3,
        "status": EventStatus.CONFIRMED,
        "starts": START,
        "ends": START + timedelta(hours=4),
        "title_zh": "值班（社区矛盾调解员）",
        "title_en": "Duty (community mediator)",
        "changed_at": NOW,
        **fields,
    }
    return TimetableEvent(**given_)  # type: ignore[arg-type]


def table(*events: TimetableEvent) -> Timetable:
    return Timetable(
        name_zh="南苑驿站", name_en="Nanyuan Post", zone="Asia/Shanghai", made_at=NOW, events=events
    )


def test_an_event_has_what_a_calendar_needs_to_change_it_later() -> None:
    text = to_ical(table(event(place_zh="南苑驿站"))).decode()
    for line in (
        "METHOD:PUBLISH",
        "UID:duty-1@home.grassroots",
        "SEQUENCE:3",
        "DTSTAMP:20260701T010000Z",
        "STATUS:CONFIRMED",
        "DTSTART;TZID=Asia/Shanghai:20260706T220000",
        "DTEND;TZID=Asia/Shanghai:20260707T020000",
        "SUMMARY:值班（社区矛盾调解员）",
        "LOCATION:南苑驿站",
        "BEGIN:VTIMEZONE",
        "TZID:Asia/Shanghai",
    ):
        assert line in text.splitlines(), line
    assert text.count("BEGIN:VTIMEZONE") == 1


def test_what_was_called_off_stays_and_says_so() -> None:
    text = to_ical(table(event(status=EventStatus.CANCELLED, sequence=4))).decode()
    assert "STATUS:CANCELLED" in text
    assert "SEQUENCE:4" in text
    assert "TRANSP:TRANSPARENT" in text


def test_a_series_and_what_was_moved_share_a_uid() -> None:
    week = timedelta(days=7)
    master = event(uid="activity-1@h", also=(START + week, START + 2 * week))
    moved = event(uid="activity-1@h", starts=START + week + timedelta(days=1), instead_of=START + week)
    read = Calendar.from_ical(to_ical(table(master, moved)))
    first, second = read.walk("VEVENT")
    assert first["UID"] == second["UID"]
    assert [one.dt for one in first["RDATE"].dts] == [START + week, START + 2 * week]
    assert second["RECURRENCE-ID"].dt == START + week


def test_a_day_without_hours_is_a_whole_day() -> None:
    midnight = START.replace(hour=0)
    text = to_ical(
        table(event(all_day=True, starts=midnight, ends=midnight, also=(midnight + timedelta(1),)))
    )
    assert b"DTSTART;VALUE=DATE:20260706" in text
    assert b"DTEND;VALUE=DATE:20260707" in text
    assert b"RDATE;VALUE=DATE:20260707" in text


def test_both_languages() -> None:
    assert "Duty (community mediator)" in to_ical(table(event()), "en").decode()
    assert "X-WR-CALNAME:Nanyuan Post" in to_ical(table(), "en").decode()


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=120))
def test_any_title_comes_back_and_no_line_is_longer_than_75_bytes(title: str) -> None:
    told = to_ical(table(event(title_zh=title)))
    assert all(len(line) <= 75 for line in told.split(b"\r\n"))
    (read,) = Calendar.from_ical(told).walk("VEVENT")
    assert str(read["SUMMARY"]) == title
    assert date(2026, 7, 6) == read["DTSTART"].dt.date()
