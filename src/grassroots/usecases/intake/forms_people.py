"""Landing the sheets about people: the register, the visit register, teams, appointments, participation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from grassroots.contracts.storage import Between, Is
from grassroots.domain.appointment import Appointment, Route
from grassroots.domain.member import (
    Affiliation,
    Dated,
    DateSource,
    Limit,
    Member,
    MemberStatus,
    Retirement,
    ToldAge,
    birth_range,
    told_range,
)
from grassroots.domain.organization import Organization
from grassroots.domain.role import Role
from grassroots.domain.station import Station
from grassroots.domain.team import Membership, Participation, Programme, Team
from grassroots.usecases.intake.landing import Lander, Landing
from grassroots.values.dates import PartialDate, Span
from grassroots.values.ids import AppointmentId, MemberId, MembershipId, ParticipationId
from grassroots.values.names import name_key


def land_member(landing: Landing) -> None:
    """A row of the register: somebody new, or what is known of somebody set right."""
    row, work = landing.row, landing.work
    name = row.need("name", row.name("name"))
    fields = _register_fields(landing)
    row.check()
    found = _same_person(landing, str(name), fields)
    if found is None:
        landing.keep(Member.register(id=MemberId(work.new_id()), name=str(name), **fields))
        return
    landing.made_by(found)
    said = row.said(**{key: "category" if key == "categories" else key for key in fields if key != "status"})
    changed = {key: value for key, value in fields.items() if key in said and value not in (None, ())}
    if name_key(found.name) != name_key(str(name)):
        changed["name"] = name
    landing.keep(found.correct("sheet", **changed))
    if found.status is MemberStatus.APPLIED and fields["status"] is MemberStatus.ACTIVE:
        landing.keep(work.load(Member, found.id).admit(work.today))


def _register_fields(landing: Landing) -> dict[str, Any]:
    row = landing.row
    number = row.id_number("id_number")
    born = _dated(row.partial("born"))
    if number is not None and born is not None:
        told = PartialDate.parse(f"{number[6:10]}-{number[10:12]}-{number[12:14]}")
        if not (born.date.earliest <= told.earliest <= born.date.latest):
            # Neither wins by itself: the file and the card often differ ("三龄两历"), a person has to look.
            row.problem("birth-differs-from-id", "born", id_number=told.iso)
    affiliation, retirement = row.choice("affiliation"), row.choice("retirement")
    category = row.choice("category")
    return {
        "status": MemberStatus.APPLIED if category == "resident" else MemberStatus.ACTIVE,
        "sex": row.sex("sex"),
        "born": born,
        "id_number": number,
        "phone": row.phone("phone"),
        "address": row.text("address"),
        "volunteer_number": row.text("volunteer_number"),
        "affiliation": Affiliation(affiliation) if affiliation else Affiliation.UNKNOWN,
        "joined_party": _dated(row.partial("joined_party")),
        "full_member": _dated(row.partial("full_member")),
        "retirement": Retirement(retirement) if retirement else Retirement.UNKNOWN,
        "war_veteran": bool(row.flag("war_veteran")),
        "skills": row.names_like("skills"),
        "limits": tuple(Limit(code) for code in row.choices("limits")),
        "station": landing.station("station", needed=False),
        "joined": row.partial("joined"),
        "remark": row.text("remark"),
        "categories": (category,) if category else (),
    }


def _dated(date: PartialDate | None) -> Dated | None:
    return None if date is None else Dated(date, DateSource.REGISTER)


def _same_person(landing: Landing, name: str, fields: Mapping[str, Any]) -> Member | None:
    """The record of this very person: the same document or telephone, or the same name and no other birth.

    The same name is not the same person: two birth dates that exclude each other are two people.
    """
    number, phone, born = fields["id_number"], fields["phone"], fields["born"]
    likely = []
    for member in landing.known(name):
        if number and member.id_number:
            if number == member.id_number:
                return member
            continue
        known = birth_range(member)
        if born is not None and known is not None:
            first, last = max(known[0], born.date.earliest), min(known[1], born.date.latest)
            if first > last:
                continue
            if member.phone in (None, phone) or phone is None or first == last:
                likely.append(member)
        elif (phone is not None and member.phone == phone) or phone is None or member.phone is None:
            likely.append(member)
    if len(likely) > 1:
        landing.row.problem("member-ambiguous", "name", name=name, found=len(likely))
        landing.row.check()
    return likely[0] if likely else None


def land_walk_in(landing: Landing) -> None:
    """A row of the visit register: somebody whom we know, or know now; the age is kept as told that day."""
    row, work = landing.row, landing.work
    name, years, on = row.name("name"), row.whole("age"), row.day("on")
    sex, phone, station = row.sex("sex"), row.phone("phone"), landing.station("station", needed=False)
    row.need("name", name)
    row.need("age", years)
    row.need("on", on)
    row.check()
    told = ToldAge(int(years or 0), on) if on else None
    if told is None:
        return
    for member in landing.known(str(name)):
        known = birth_range(member)
        span = told_range(told)
        if known is None or max(known[0], span[0]) <= min(known[1], span[1]):
            ages = tuple(dict.fromkeys((*member.told_ages, told)))
            landing.made_by(member)
            landing.keep(member.correct("sheet", told_ages=ages))
            return
    landing.keep(
        Member.register(
            id=MemberId(work.new_id()),
            name=str(name),
            status=MemberStatus.APPLIED,
            sex=sex,
            phone=phone,
            station=station,
            told_ages=(told,),
            remark=row.text("remark"),
        )
    )


def land_team(landing: Landing) -> None:
    """A row of a team roster: who is in the team, since when, and when they took the oath."""
    row, work = landing.row, landing.work
    team = landing.team("team")
    member = landing.member("name", phone=row.phone("phone"))
    first, last, oath_on = row.day("first"), row.day("last"), row.day("oath_on")
    row.need("first", first)
    row.check()
    if team is None or member is None or first is None:
        return
    id_ = MembershipId(landing.id("membership", team, member, first.isoformat(), at=first))
    others = work.find(Membership, Is("member", member), Is("team", team))
    # The same record also where it was not a sheet that made it: a printed roster comes back.
    found = work.peek(Membership, id_) or next((one for one in others if one.span.first == first), None)
    landing.settle(
        found,
        lambda: Membership.join(
            id=id_,
            member=work.load(Member, member),
            team=work.load(Team, team),
            span=_span(found, first, last),
            oath_on=oath_on,
            others=[] if found else others,
        ),
        row.said(span="first", oath_on="oath_on"),
    )


def land_appointment(landing: Landing) -> None:
    """A row of the appointments: who holds which role, where, from when until when."""
    row, work = landing.row, landing.work
    role = landing.role("role")
    member = landing.member("name", phone=row.phone("phone"))
    station, (within, body) = landing.station("place", needed=False), landing.place("body")
    first, last, route = row.day("first"), row.day("last"), row.choice("route")
    row.need("first", first)
    row.check()
    if role is None or member is None or first is None:
        return
    station = station or within
    place = station or body or ""
    id_ = AppointmentId(landing.id("appointment", role, member, place, first.isoformat(), at=first))
    held = work.load(Role, role)
    others = work.find(Appointment, Is("role", role), Between("last", first.isoformat()))
    found = work.peek(Appointment, id_) or next(
        (
            one
            for one in others
            if (one.member, one.station, one.body, one.span.first) == (member, station, body, first)
        ),
        None,
    )
    landing.settle(
        found,
        lambda: Appointment.appoint(
            id=id_,
            member=work.load(Member, member),
            role=held,
            span=_span(found, first, last),
            station=work.load(Station, station) if station else None,
            body=work.load(Organization, body) if body else None,
            route=Route(route) if route else None,
            others=[] if found else others,
        ),
        row.said(span="first", station="place", body="body", route="route"),
    )


def _span(found: Membership | Appointment | None, first: date, last: date | None) -> Span:
    """The days that a row says; where it leaves the end open, the end that is recorded stays."""
    return Span(first, found.span.last if last is None and found is not None else last)


def land_participation(landing: Landing) -> None:
    """A row of a programme's participation: somebody took part, on that day for the first time or again."""
    row, work = landing.row, landing.work
    member = landing.member("name", phone=row.phone("phone"))
    words, on = row.need("programme", row.text("programme")), row.day("on")
    row.need("on", on)
    programme = _programme(landing, str(words)) if words else None
    row.check()
    if programme is None or member is None or on is None:
        return
    for one in work.find(Participation, Is("member", member), Is("programme", programme.id)):
        if one.first <= on and (one.last is None or on <= one.last):
            landing.made_by(one)  # it goes on until somebody says otherwise: a day within it says nothing new
            return
    id_ = ParticipationId(landing.id("participation", programme.id, member, on.isoformat(), at=on))
    landing.settle(
        None,
        lambda: Participation.begin(
            id=id_,
            programme=programme,
            member=work.load(Member, member),
            span=Span(on, on),
            others=[],
        ),
    )


def _programme(landing: Landing, words: str) -> Programme | None:
    asked = name_key(words)
    for programme in landing.work.find(Programme):
        names = (programme.id, programme.code, programme.title, programme.title_en or "", *programme.aliases)
        if asked in {name_key(name) for name in names if name}:
            return programme
    landing.row.problem("programme-unknown", "programme", name=words)
    return None


LANDERS: Mapping[str, Lander] = {
    "members": land_member,
    "walk-ins": land_walk_in,
    "teams": land_team,
    "appointments": land_appointment,
    "participations": land_participation,
}
