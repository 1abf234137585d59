"""What people are told about activities that they signed up for: tomorrow, moved, called off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta

from grassroots.contracts.notice import Urgency, Value
from grassroots.contracts.storage import Is, Ref
from grassroots.domain.activity import Attendance, AttendanceStatus, Occurrence, OccurrenceStatus
from grassroots.domain.wording import reminder_at, wall
from grassroots.usecases.telling.scene import Reader, Scene, Told
from grassroots.workspace.codec import Happened

REMINDER = "activity-reminder"


def signed_up(scene: Scene, happened: Happened) -> Iterator[Told]:
    """They are reminded the day before."""
    attendance = scene.peek(Attendance, _id_of(happened, "attendance"))
    occurrence = scene.peek(Occurrence, attendance.occurrence) if attendance is not None else None
    if attendance is not None and occurrence is not None:
        yield from _remind(scene, happened, attendance, occurrence)


def _remind(
    scene: Scene, happened: Happened, attendance: Attendance, occurrence: Occurrence
) -> Iterator[Told]:
    rule = scene.rule(REMINDER)
    if rule is None or occurrence.status is not OccurrenceStatus.PLANNED:
        return
    begins = _begins(scene, occurrence)
    zone = scene.zone_of(attendance.member)
    at = reminder_at(begins, rule.before_days, rule.send_at or scene.usual_hours.digest_at, zone)
    if at > scene.now:
        yield from scene.tell(
            happened, rule, Reader(member=attendance.member), values=_values(attendance, occurrence),
            collapse=f"{REMINDER}/{occurrence.id}", at=at, expires=begins, about=_about(occurrence),
        )  # fmt: skip


def withdrawn(scene: Scene, happened: Happened) -> Iterator[Told]:
    """They do not come."""
    attendance = scene.peek(Attendance, _id_of(happened, "attendance"))
    if attendance is not None:
        yield scene.withdraw(f"{REMINDER}/{attendance.occurrence}", attendance.member, "withdrawn")


def moved(scene: Scene, happened: Happened) -> Iterator[Told]:
    """It takes place on another day: everybody who signed up is told, and reminded of that day."""
    occurrence = scene.peek(Occurrence, _id_of(happened, "occurrence"))
    if occurrence is None or occurrence.status is not OccurrenceStatus.PLANNED:
        return
    begins = _begins(scene, occurrence)
    rule = scene.rule("activity-moved")
    if begins <= scene.now:
        return
    for attendance in _signed_up(scene, occurrence):
        yield scene.withdraw(f"{REMINDER}/{occurrence.id}", attendance.member, "moved")
        if rule is not None:
            yield from scene.tell(
                happened, rule, Reader(member=attendance.member), values=_values(attendance, occurrence),
                collapse=f"activity-moved/{occurrence.id}", expires=begins, about=_about(occurrence),
            )  # fmt: skip
        yield from _remind(scene, happened, attendance, occurrence)


def called_off(scene: Scene, happened: Happened) -> Iterator[Told]:
    """It does not take place."""
    occurrence = scene.peek(Occurrence, _id_of(happened, "occurrence"))
    rule = scene.rule("activity-called-off")
    if occurrence is None:
        return
    begins = _begins(scene, occurrence)
    near = rule is not None and begins - scene.now <= timedelta(hours=rule.within_hours or 0)
    for attendance in _signed_up(scene, occurrence):
        yield scene.withdraw(f"{REMINDER}/{occurrence.id}", attendance.member, "called-off")
        if rule is not None and begins > scene.now:
            yield from scene.tell(
                happened, rule, Reader(member=attendance.member), values=_values(attendance, occurrence),
                collapse=f"activity-called-off/{occurrence.id}", expires=begins, about=_about(occurrence),
                urgency=Urgency.URGENT if near else None,
            )  # fmt: skip


def still(scene: Scene, values: Mapping[str, Value], key: str) -> bool:
    """Whether it is so now."""
    occurrence = scene.peek(Occurrence, str(values.get("occurrence", "")))
    if occurrence is None:
        return False
    if key == "activity-called-off":
        return occurrence.status is OccurrenceStatus.CALLED_OFF
    attendance = scene.peek(Attendance, str(values.get("attendance", "")))
    coming = attendance is not None and attendance.status is AttendanceStatus.SIGNED_UP
    return coming and occurrence.status is OccurrenceStatus.PLANNED and _said(occurrence) == values.get("day")


def _signed_up(scene: Scene, occurrence: Occurrence) -> Iterator[Attendance]:
    return (
        one
        for one in scene.walk(Attendance, Is("occurrence", occurrence.id))
        if one.status is AttendanceStatus.SIGNED_UP
    )


def _begins(scene: Scene, occurrence: Occurrence) -> datetime:
    # Without a time it may begin in the morning: a reminder that is early is better than one that is late.
    return wall(occurrence.day, occurrence.starts or time(8, 0), scene.zone)


def _said(occurrence: Occurrence) -> str:
    return occurrence.day.isoformat()


def _values(attendance: Attendance, occurrence: Occurrence) -> dict[str, Value]:
    told: dict[str, Value] = {
        "occurrence": occurrence.id,
        "attendance": attendance.id,
        "title": occurrence.title,
        "day": _said(occurrence),
    }
    if occurrence.starts is not None:
        told["starts"] = occurrence.starts.isoformat("minutes")
    if occurrence.station is not None:
        told["station"] = occurrence.station
    return told


def _about(occurrence: Occurrence) -> tuple[Ref, ...]:
    return (Ref("occurrence", occurrence.id),)


def _id_of(happened: Happened, kind: str) -> str | None:
    return next((ref.id for ref in happened.about if ref.kind == kind), None)
