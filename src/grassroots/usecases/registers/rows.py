"""The rows of each register: records back into the columns of their form."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from grassroots.contracts.storage import Between, Condition
from grassroots.domain.activity import Attendance, Occurrence
from grassroots.domain.appointment import Appointment
from grassroots.domain.concern import Concern, ConcernStatus
from grassroots.domain.duty import Duty, DutyStatus, Shift
from grassroots.domain.honour import Award
from grassroots.domain.intervention import Intervention
from grassroots.domain.meeting import ReviewMeeting
from grassroots.domain.member import Member, MemberStatus
from grassroots.domain.organization import Organization
from grassroots.domain.pairing import Contact, Pairing
from grassroots.domain.station import Station
from grassroots.domain.suggestion import Campaign, Submission
from grassroots.domain.team import Membership, Participation, Programme, Team
from grassroots.locale import label, say
from grassroots.usecases.registers.availability import in_a_grid, in_words
from grassroots.usecases.registers.names import Names
from grassroots.values.dates import Period

Told = dict[str, Any]
Stations = frozenset[str] | None

_ELSEWHERE = frozenset({ConcernStatus.REFERRED, ConcernStatus.MERGED})
Writer = Callable[[Names, Period | None, Stations], Iterator[Told]]


def _in(period: Period | None, key: str) -> list[Condition]:
    if period is None:
        return []
    return [Between(key, period.first.isoformat(), (period.last + timedelta(days=1)).isoformat())]


def _walk(
    names: Names, kind: type[Any], stations: Stations, *where: Condition, order: Callable[[Any], Any]
) -> list[Any]:
    found = names.reading.list(kind, *where)
    if stations is not None:
        found = [one for one in found if getattr(one, "station", None) in stations]
    return sorted(found, key=order)


def _clock(value: time | datetime | None, names: Names) -> str | None:
    if isinstance(value, datetime):
        value = value.astimezone(names.reading.office.zone).time()
    return None if value is None else f"{value:%H:%M}"


def _ends(starts: time | None, minutes: int | None) -> str | None:
    if starts is None or minutes is None:
        return None
    total = starts.hour * 60 + starts.minute + minutes
    return f"{total // 60 % 24:02}:{total % 60:02}"


def _members(names: Names, period: Period | None, stations: Stations) -> Iterator[Told]:
    for one in _walk(names, Member, stations, order=lambda m: m.id):
        if one.status is MemberStatus.MERGED:
            continue
        yield {
            "name": one.name,
            "sex": one.sex and label("sex", one.sex, names.language),
            "born": one.born and one.born.date.iso,
            "affiliation": one.affiliation and one.affiliation.value,
            "joined_party": one.joined_party and one.joined_party.date.iso,
            "full_member": one.full_member and one.full_member.date.iso,
            "id_number": one.id_number,
            "phone": one.phone,
            "address": one.address,
            "station": names.named(Station, one.station),
            "skills": "、".join(one.skills or ()) or None,
            "limits": tuple(limit.value for limit in one.limits or ()),
            "retirement": one.retirement and one.retirement.value,
            "category": one.categories[0] if one.categories else None,
            "war_veteran": say("yes", language=names.language) if one.war_veteran else None,
            "volunteer_number": one.volunteer_number,
            "joined": one.joined and one.joined.iso,
            "remark": one.remark,
        }


def _walk_ins(names: Names, period: Period | None, stations: Stations) -> Iterator[Told]:
    for one in _walk(names, Member, stations, order=lambda m: m.id):
        for told in one.told_ages or ():
            if period is None or period.contains(told.on):
                yield {
                    "name": one.name,
                    "sex": one.sex and label("sex", one.sex, names.language),
                    "age": told.years,
                    "on": told.on.isoformat(),
                    "station": names.named(Station, one.station),
                    "phone": one.phone,
                    "remark": one.remark,
                }


def _teams(names: Names, period: Period | None, stations: Stations) -> Iterator[Told]:
    for one in _walk(names, Membership, stations, order=lambda m: (m.team, m.span.first, m.id)):
        yield {
            "team": names.named(Team, one.team),
            "name": names.member(one.member),
            "phone": names.phone(one.member),
            "first": one.span.first.isoformat(),
            "oath_on": one.oath_on and one.oath_on.isoformat(),
            "last": one.span.last and one.span.last.isoformat(),
        }


def _appointments(names: Names, period: Period | None, stations: Stations) -> Iterator[Told]:
    where: list[Condition] = []
    if period is not None:
        after = (period.last + timedelta(days=1)).isoformat()
        where = [Between("first", None, after), Between("last", period.first.isoformat())]
    for one in _walk(names, Appointment, stations, *where, order=lambda a: (a.role, a.span.first, a.id)):
        yield {
            "role": names.role(one.role),
            "name": names.member(one.member),
            "phone": names.phone(one.member),
            "place": names.named(Station, one.station),
            "body": names.named(Organization, one.body),
            "first": one.span.first.isoformat(),
            "last": one.span.last and one.span.last.isoformat(),
            "route": one.route and one.route.value,
        }


def _participations(names: Names, period: Period | None, stations: Stations) -> Iterator[Told]:
    for one in _walk(names, Participation, stations, *_in(period, "first"), order=lambda p: (p.first, p.id)):
        programme = names.record(Programme, one.programme)
        yield {
            "programme": programme and programme.title,
            "name": names.member(one.member),
            "phone": names.phone(one.member),
            "on": one.first.isoformat(),
        }


def _activities(names: Names, period: Period | None, stations: Stations) -> Iterator[Told]:
    for one in _walk(names, Occurrence, stations, *_in(period, "day"), order=lambda o: (o.day, o.id)):
        heads = one.headcounts
        yield {
            "title": one.title,
            "kind": names.rule("activity_kind", one.kind, one.day),
            "day": one.day.isoformat(),
            "starts": _clock(one.starts, names),
            "ends": _ends(one.starts, one.minutes),
            "station": names.named(Organization, one.venue) or names.named(Station, one.station),
            "team": names.named(Team, one.team),
            "speakers": names.members(one.speakers),
            "topic": one.topic,
            "people": sum(head.people for head in heads) if heads else None,
            "minors": sum(head.people for head in heads if head.minors) if heads else None,
            "audience": "、".join(
                f"{label('head-count', head.category, names.language)}{head.people}" for head in heads
            )
            or None,
            "materials": sum(item.quantity for item in one.materials) or None,
        }


def _sign_ins(names: Names, period: Period | None, stations: Stations) -> Iterator[Told]:
    for one in _walk(names, Attendance, stations, *_in(period, "day"), order=lambda a: (a.day, a.id)):
        occurrence = names.record(Occurrence, one.occurrence)
        yield {
            "activity": occurrence and occurrence.title,
            "day": one.day.isoformat(),
            "name": names.member(one.member),
            "phone": names.phone(one.member),
            "arrived": _clock(one.arrived, names),
            "left": _clock(one.left, names),
        }


def _roster(names: Names, period: Period | None, stations: Stations) -> Iterator[Told]:
    for one, holders in _shifts(names, period, stations):
        yield {
            "day": one.day.isoformat(),
            "weekday": _weekday(one.day, names.language),
            "shift": f"{one.starts:%H:%M}-{one.ends:%H:%M}",
            "holders": names.members(duty.member for duty in holders),
            "station": names.named(Station, one.station),
            "phone": names.phone(holders[0].member) if holders else None,
        }


def _duty_log(names: Names, period: Period | None, stations: Stations) -> Iterator[Told]:
    for one, holders in _shifts(names, period, stations):
        if one.logged_on is None:
            continue
        nil = say("nil-return", language=names.language)
        # Only who was there: a log that names the whole roster would confirm those who did not come.
        came = [duty.member for duty in holders if duty.status in (DutyStatus.ARRIVED, DutyStatus.DONE)]
        yield {
            "day": one.day.isoformat(),
            "weather": one.weather,
            "holders": names.members(came) if came else names.member(one.logged_by),
            "visits": nil if one.nil_return else "；".join(entry.text for entry in one.entries),
            "handover": one.handover,
            "station": names.named(Station, one.station),
        }


def _shifts(names: Names, period: Period | None, stations: Stations) -> Iterator[tuple[Shift, list[Duty]]]:
    holders: dict[str, list[Duty]] = {}
    for duty in _walk(names, Duty, stations, *_in(period, "day"), order=lambda d: d.id):
        if duty.status is not DutyStatus.CALLED_OFF:
            holders.setdefault(duty.shift, []).append(duty)
    found = _walk(names, Shift, stations, *_in(period, "day"), order=lambda s: (s.day, s.starts, s.id))
    for one in found:
        yield one, holders.get(one.id, [])


def _concerns(names: Names, period: Period | None, stations: Stations) -> Iterator[Told]:
    found = _walk(names, Concern, stations, *_in(period, "taken_on"), order=lambda c: (c.taken_on, c.id))
    for one in found:
        replied = one.replies[-1] if one.replies else None
        yield {
            "number": one.number,
            "taken_on": one.taken_on.isoformat(),
            "raiser": "anonymous" if one.anonymous else one.raiser_name,
            "raiser_phone": one.raiser_phone,
            "compound": names.named(Organization, one.compound),
            "text": one.text,
            "kind": one.kind and one.kind.value,
            "taken_by": names.member(one.taken_by),
            "station": names.named(Station, one.station),
            "unit": names.named(Organization, one.unit),
            "owner": names.member(one.owner),
            "due": one.due and one.due.isoformat(),
            "outcome": _came_of(one),
            "closed_on": one.decided_on and one.decided_on.isoformat(),
            "replied_on": replied and replied.on.isoformat(),
            "rating": one.rating and one.rating.value,
        }


def _came_of(one: Concern) -> str:
    """The code of the register's column: how it ended, or where it is; told and closed say neither."""
    if one.outcome is not None:
        return one.outcome.value
    return one.status.value if one.status in _ELSEWHERE else "in-work"


def _meetings(names: Names, period: Period | None, stations: Stations) -> Iterator[Told]:
    for one in _walk(names, ReviewMeeting, stations, *_in(period, "day"), order=lambda m: (m.day, m.id)):
        base = {
            "day": one.day.isoformat(),
            "station": names.named(Station, one.station),
            "attendees": names.members(one.attendees),
        }
        for item in one.agenda:
            concern = names.record(Concern, item.concern)
            yield {
                **base,
                "number": concern and concern.number,
                "item": concern and concern.text,
                "decision": item.decision and item.decision.value,
                "owner": names.member(item.owner),
                "due": item.due and item.due.isoformat(),
                "remark": item.note,
            }
        if not one.agenda:
            yield base


def _patrols(names: Names, period: Period | None, stations: Stations) -> Iterator[Told]:
    for one in _walk(names, Intervention, stations, *_in(period, "day"), order=lambda i: (i.day, i.id)):
        yield {
            "day": one.day.isoformat(),
            "at": _clock(one.at, names),
            "place": one.place,
            "by": names.members(one.by),
            "kind": names.rule("intervention_kind", one.kind, one.day),
            "outcome": label("intervention-outcome", one.outcome.value, names.language),
            "station": names.named(Station, one.station),
            "role": names.role(one.role),
            "also_under": "、".join(filter(None, map(names.role, one.also_under))) or None,
            "incidents": one.incidents,
            "remark": one.note,
        }


def _pairings(names: Names, period: Period | None, stations: Stations) -> Iterator[Told]:
    for one in _walk(names, Pairing, stations, order=lambda p: (p.started or date.max, p.id)):
        yield {
            "scheme": names.rule("pairing_scheme", one.scheme, one.started or names.reading.today),
            "supporter": names.member(one.supporter),
            "recipient": names.member(one.recipient),
            "station": names.named(Station, one.station),
            "started": one.started and one.started.isoformat(),
            "ended": one.ended and one.ended.isoformat(),
            "end_reason": one.end_reason and one.end_reason.value,
        }


def _contacts(names: Names, period: Period | None, stations: Stations) -> Iterator[Told]:
    for one in _walk(names, Contact, stations, *_in(period, "on"), order=lambda c: (c.on, c.id)):
        yield {
            "on": one.on.isoformat(),
            "supporter": names.member(one.supporter),
            "recipient": names.member(one.recipient),
            "medium": one.medium.value,
            "minutes": one.minutes,
            "outcome": one.outcome.value,
            "note": one.note,
        }


def _suggestions(names: Names, period: Period | None, stations: Stations) -> Iterator[Told]:
    found = sorted(names.reading.list(Submission, *_in(period, "on")), key=lambda s: (s.on, s.id))
    for one in found:
        campaign = names.record(Campaign, one.campaign)
        for item in one.items:
            reply = item.replies[-1] if item.replies else None
            yield {
                "campaign": campaign and campaign.title,
                "member": names.member(one.member),
                "on": one.on.isoformat(),
                "pages": one.pages,
                "number": item.number,
                "text": item.text,
                "reply_by": reply and names.named(Organization, reply.by),
                "reply_on": reply and reply.on.isoformat(),
                "reply_outcome": reply and reply.outcome.value,
                "reply_text": reply and reply.text,
            }


def _medals(names: Names, period: Period | None, stations: Stations) -> Iterator[Told]:
    for one in _walk(names, Award, stations, *_in(period, "awarded_on"), order=lambda a: a.id):
        if one.awarded_on is None:
            continue
        member = names.record(Member, one.member)
        yield {
            "name": member and member.name,
            "phone": member and member.phone,
            "station": names.named(Station, one.station),
            "joined_party": member and member.joined_party and member.joined_party.date.iso,
            "full_member": member and member.full_member and member.full_member.date.iso,
            "awarded_on": one.awarded_on.isoformat(),
        }


WRITERS: Mapping[str, Writer] = {
    "members": _members,
    "walk-ins": _walk_ins,
    "teams": _teams,
    "appointments": _appointments,
    "participations": _participations,
    "activities": _activities,
    "sign-in": _sign_ins,
    "roster": _roster,
    "availability": in_words,
    "availability-week": in_a_grid,
    "duty-log": _duty_log,
    "concerns": _concerns,
    "meetings": _meetings,
    "patrols": _patrols,
    "pairings": _pairings,
    "contacts": _contacts,
    "suggestions": _suggestions,
    "medals": _medals,
}
"""The rows of each form, by its code."""


_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _weekday(day: date, language: str) -> str:
    """The day of the week as a duty roster has it: under 星期 stands 一, not 星期一."""
    return label("weekday", _WEEKDAYS[day.weekday()], language).removeprefix("星期")
