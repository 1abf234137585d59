"""What people are told about duty: on the roster, tomorrow, moved, called off; and who has to find cover."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from grassroots.contracts.notice import Notice, Route, Urgency, Value
from grassroots.contracts.storage import Is, Ref
from grassroots.domain.duty import BINDING, Duty, DutyStatus, Shift, ShiftCorrected
from grassroots.domain.station import Station
from grassroots.domain.wording import NoticeRule, day_of, quiet_until, reminder_at
from grassroots.usecases.telling.digests import as_line
from grassroots.usecases.telling.scene import Reader, Scene, Told
from grassroots.workspace.codec import Happened

PAPER = "paper"
"""The channel whose delivery is a sheet that somebody posts."""

REMINDER = "duty-reminder"
UNCONFIRMED = "duty-unconfirmed"
EXPECTED = BINDING - {DutyStatus.ARRIVED, DutyStatus.DONE}
"""The states in which somebody is awaited."""

_TIMES = frozenset({"starts", "ends"})
_WHEN = _TIMES | {"day"}


def assigned(scene: Scene, happened: Happened) -> Iterator[Told]:
    """Somebody is on the roster: told soon, reminded the day before, and asked for if they do not answer."""
    duty = scene.peek(Duty, _id_of(happened, "duty"))
    if duty is None or duty.status not in EXPECTED:
        return
    shift = scene.peek(Shift, duty.shift)
    if shift is None:
        return
    yield from _upcoming(scene, happened, duty, shift)


def _upcoming(scene: Scene, happened: Happened, duty: Duty, shift: Shift) -> Iterator[Told]:
    begins, _ = shift.window(scene.zone)
    if begins <= scene.now:
        return  # a roster of last month, typed in afterwards: nothing is to be told
    values, about = _values(duty, shift), _about(duty)
    if rule := scene.rule("duty-assigned"):
        near = begins - scene.now <= timedelta(hours=rule.within_hours or 0)
        yield from scene.tell(
            happened, rule, Reader(member=duty.member), values=values, collapse=f"duty-assigned/{duty.id}",
            expires=begins, urgency=Urgency.NORMAL if near else None, digest=False if near else None,
            about=about,
        )  # fmt: skip
    yield from _ahead(scene, happened, duty, values, begins)


def _ahead(
    scene: Scene, happened: Happened, duty: Duty, values: Mapping[str, Value], begins: datetime
) -> Iterator[Told]:
    """What is told shortly before: on the board, to the holder, and to the head if nobody says yes."""
    about = _about(duty)
    yield from _on_board(scene, happened, duty, values, begins)
    rule = scene.rule(REMINDER)
    if rule is None:
        return
    due = _reminder(scene, rule, duty, begins)
    if due > scene.now:
        yield from scene.tell(
            happened, rule, Reader(member=duty.member), values=values, collapse=f"{REMINDER}/{duty.id}",
            at=due, expires=begins, about=about,
        )  # fmt: skip
    if duty.status is DutyStatus.ASSIGNED:
        yield from _asked_for(scene, happened, duty, values, max(due, scene.now), begins)


def _on_board(
    scene: Scene, happened: Happened, duty: Duty, values: Mapping[str, Value], begins: datetime
) -> Iterator[Told]:
    """One line of the sheet that hangs on the board on the day before, with names behind masks."""
    rule = scene.rule("duty-board")
    place = scene.peek(Station, duty.station)
    if rule is None or place is None or PAPER not in (scene.channels or ()):
        return
    at = reminder_at(begins, rule.before_days, rule.send_at or scene.usual_hours.digest_at, scene.zone)
    if at <= scene.now:
        return
    line = as_line("duty-board-line", {**values, "who": duty.member})
    yield Notice(
        id=scene.telling.notice_id(happened, rule.key, duty.id, at=at),
        about=(*_about(duty), Ref("station", duty.station)),
        key=rule.key,
        values={"lines": (line,), "day": duty.day.isoformat(), "station": duty.station},
        language=scene.language,
        urgency=rule.urgency,
        routes=(Route(PAPER, place.name),),
        collapse=f"{rule.key}/{duty.station}/{duty.day.isoformat()}",
        not_before=at,
        expires=begins,
        doubt=rule.doubt,
    )


def _reminder(scene: Scene, rule: NoticeRule, duty: Duty, begins: datetime) -> datetime:
    zone = scene.zone_of(duty.member)
    return reminder_at(begins, rule.before_days, rule.send_at or scene.usual_hours.digest_at, zone)


def _asked_for(
    scene: Scene,
    happened: Happened,
    duty: Duty,
    values: Mapping[str, Value],
    told: datetime,
    begins: datetime,
) -> Iterator[Told]:
    """Nobody said yes: some time after the reminder the head of the station is asked to ring up."""
    rule = scene.rule(UNCONFIRMED)
    if rule is None or rule.after_minutes is None:
        return
    # Who is told at eight in the morning because the night is quiet has so long from then.
    told = quiet_until(told, scene.hours_of(duty.member), scene.zone_of(duty.member)) or told
    at = told + timedelta(minutes=rule.after_minutes)
    if at >= begins:
        return
    for reader in scene.heads(duty.station, day_of(at, scene.zone)) or (None,):
        if reader is None or reader.member != duty.member:
            yield from scene.tell(
                happened, rule, reader, values={**values, "who": duty.member},
                collapse=f"{UNCONFIRMED}/{duty.id}", at=at, expires=begins, about=_about(duty),
            )  # fmt: skip


def answered(scene: Scene, happened: Happened) -> Iterator[Told]:
    """They said yes: nobody has to ring them up."""
    duty = scene.peek(Duty, _id_of(happened, "duty"))
    if duty is not None:
        yield from _nobody_rings(scene, duty, "accepted")


def _nobody_rings(scene: Scene, duty: Duty, reason: str) -> Iterator[Told]:
    """Whoever was to ring up need not: the head, or who stood in for them, or the office where nobody did."""
    rule = scene.rule(REMINDER)
    due = duty.day - timedelta(days=0 if rule is None else rule.before_days)
    # On these days it may be told, and leave or a deputy may have made it another's: see _asked_for.
    days = {scene.today} if duty.day < scene.today else {scene.today, due, due + timedelta(days=1)}
    readers = {reader.member for day in days for reader in scene.heads(duty.station, day)}
    for to in ("", *sorted(readers)):
        yield scene.withdraw(f"{UNCONFIRMED}/{duty.id}", to, reason)


def off(scene: Scene, happened: Happened) -> Iterator[Told]:
    """No longer on the roster, by their own word or in any other way: no reminder."""
    duty = scene.peek(Duty, _id_of(happened, "duty"))
    if duty is not None:
        yield scene.withdraw(f"duty-assigned/{duty.id}", duty.member, "off-the-roster")
        yield scene.withdraw(f"{REMINDER}/{duty.id}", duty.member, "off-the-roster")
        yield from _nobody_rings(scene, duty, "off-the-roster")


def called_off(scene: Scene, happened: Happened) -> Iterator[Told]:
    """Called off by the office: the holder has to know, at once if it is near."""
    yield from off(scene, happened)
    duty = scene.peek(Duty, _id_of(happened, "duty"))
    rule = scene.rule("duty-called-off")
    shift = scene.peek(Shift, duty.shift) if duty is not None else None
    if duty is None or shift is None or rule is None:
        return
    begins, _ = shift.window(scene.zone)
    if begins > scene.now:
        yield from scene.tell(
            happened, rule, Reader(member=duty.member), values=_values(duty, shift),
            collapse=f"duty-called-off/{duty.id}", expires=begins, about=_about(duty),
            urgency=_near(scene, rule, begins),
        )  # fmt: skip


def cannot_come(scene: Scene, happened: Happened) -> Iterator[Told]:
    """They cannot come; if it is late, the head of the station is told to find cover."""
    yield from off(scene, happened)
    duty = scene.peek(Duty, _id_of(happened, "duty"))
    rule = scene.rule("duty-late-cancellation")
    shift = scene.peek(Shift, duty.shift) if duty is not None else None
    if duty is None or shift is None or rule is None:
        return
    begins, ends = shift.window(scene.zone)
    if not timedelta(0) < ends - scene.now or begins - scene.now > timedelta(hours=rule.within_hours or 24):
        return
    for reader in scene.heads(duty.station) or (None,):
        if reader is None or reader.member != duty.member:
            yield from scene.tell(
                happened, rule, reader, values={**_values(duty, shift), "who": duty.member},
                collapse=f"duty-late-cancellation/{duty.id}", expires=ends, about=_about(duty),
            )  # fmt: skip


def shift_corrected(scene: Scene, happened: Happened) -> Iterator[Told]:
    """The times of a shift changed: everybody in it is told, and reminded of the new time."""
    event = happened.event
    shift = scene.peek(Shift, _id_of(happened, "shift"))
    if shift is None or not isinstance(event, ShiftCorrected) or _TIMES.isdisjoint(event.fields):
        return
    begins, _ = shift.window(scene.zone)
    rule = scene.rule("duty-moved")
    for duty in scene.walk(Duty, Is("shift", shift.id)):
        if duty.status not in EXPECTED or begins <= scene.now:
            continue
        yield scene.withdraw(f"duty-assigned/{duty.id}", duty.member, "moved")
        yield scene.withdraw(f"{REMINDER}/{duty.id}", duty.member, "moved")
        if rule is not None:
            yield from scene.tell(
                happened, rule, Reader(member=duty.member), values=_values(duty, shift),
                collapse=f"duty-moved/{duty.id}", expires=begins, about=_about(duty),
                urgency=_near(scene, rule, begins),
            )  # fmt: skip
        yield from _nobody_rings(scene, duty, "moved")
        yield from _ahead(scene, happened, duty, _values(duty, shift), begins)


def still(scene: Scene, values: Mapping[str, Value], key: str) -> bool:
    """Whether what such a notice says holds now."""
    duty = scene.peek(Duty, str(values.get("duty", "")))
    if duty is None:
        return False
    if key == UNCONFIRMED:
        return duty.status is DutyStatus.ASSIGNED
    if key in ("duty-called-off", "duty-late-cancellation"):
        return duty.status not in EXPECTED
    return duty.status in EXPECTED and _as_it_was(scene, duty, values)


def _as_it_was(scene: Scene, duty: Duty, values: Mapping[str, Value]) -> bool:
    """Whether it is still at the time that the notice says: the new one is told by a notice of its own."""
    shift = scene.peek(Shift, duty.shift)
    return shift is not None and all(
        values.get(name, value) == value for name, value in _values(duty, shift).items() if name in _WHEN
    )


def _near(scene: Scene, rule: NoticeRule, begins: datetime) -> Urgency | None:
    near = rule.within_hours is not None and begins - scene.now <= timedelta(hours=rule.within_hours)
    return Urgency.URGENT if near else None


def _values(duty: Duty, shift: Shift) -> dict[str, Value]:
    return {
        "duty": duty.id,
        "station": shift.station,
        "day": shift.day.isoformat(),
        "starts": shift.starts.isoformat("minutes"),
        "ends": shift.ends.isoformat("minutes"),
    }


def _about(duty: Duty) -> tuple[Ref, ...]:
    return Ref("duty", duty.id), Ref("shift", duty.shift)


def _id_of(happened: Happened, kind: str) -> str | None:
    return next((ref.id for ref in happened.about if ref.kind == kind), None)
