"""What a planner of notices sees: the network as the job sees it, the rules of the packs, and who is who.

The scene looks things up once for each entry of the journal; nothing in it decides what is told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TypeVar, final
from zoneinfo import ZoneInfo

import attrs

from grassroots.contracts.notice import Notice, Urgency, Value, Withdrawal
from grassroots.contracts.storage import Condition, Is, Ref
from grassroots.domain.addressing import Addressing
from grassroots.domain.appointment import Appointment
from grassroots.domain.availability import Leave
from grassroots.domain.member import Member, MemberStatus
from grassroots.domain.pack import NoRule
from grassroots.domain.reach import PHONE, Copy, Reach
from grassroots.domain.station import Station
from grassroots.domain.wording import Hours, NoticeRule, day_of, next_at, wall
from grassroots.usecases.outbox.teller import Telling
from grassroots.values.ids import MemberId, StationId
from grassroots.workspace.codec import Happened
from grassroots.workspace.kindspec import Record

R = TypeVar("R", bound=Record)
Told = Notice | Withdrawal

DIGEST = "digest"
"""The key of a notice that gathers several."""

_AT_ALL_HOURS = Hours.from_rule({"quiet_from_minutes": 0, "quiet_until_minutes": 0, "digest_at_minutes": 510})
"""For a network whose packs say nothing of hours: no hour is quiet."""

_HIGHEST = 20
"""Steps up the tree of stations at the most."""


@final
@attrs.frozen(kw_only=True)
class Reader:
    """Somebody who is told: as themselves, or as the head of a station (then they see what its head sees)."""

    member: MemberId
    heads: StationId | None = None
    copy_of: MemberId | None = None


@final
class Scene:
    """The look of a teller at one network, for one entry of the journal or one notice that is due."""

    def __init__(self, telling: Telling, channels: Collection[str] | None, language: str) -> None:
        self.telling = telling
        self.reading = telling.reading
        self.now = telling.now
        self.channels = channels
        self.language = language
        self._people: dict[str, Member | None] = {}
        self._reaches: dict[str, Reach] = {}

    # -- rules --------------------------------------------------------------------------------------------
    @property
    def zone(self) -> ZoneInfo:
        """The zone of the network."""
        return self.reading.office.zone

    @property
    def today(self) -> date:
        """The day on the network's wall."""
        return day_of(self.now, self.zone)

    def rule(self, key: str) -> NoticeRule | None:
        """What the packs say of this kind of notice today; None if it is not to be sent."""
        found = self._rule("notice", key)
        return None if found is None else NoticeRule.from_rule(key, found)

    def _rule(self, table: str, name: str) -> Mapping[str, object] | None:
        try:
            return self.reading.office.packs.rule(table, name, self.today).value
        except NoRule:
            return None

    @cached_property
    def addressing(self) -> Addressing:
        """What the packs say of addresses."""
        return Addressing.of(self.reading.office.packs, self.today)

    @cached_property
    def usual_hours(self) -> Hours:
        """The hours of the packs."""
        found = self._rule("notice_hours", "usual")
        return _AT_ALL_HOURS if found is None else Hours.from_rule(found)

    # -- records ------------------------------------------------------------------------------------------
    def peek(self, kind: type[R], id_: str | None) -> R | None:
        """A record, or None."""
        return None if id_ is None else self.reading.peek(kind, id_)

    def walk(self, kind: type[R], *where: Condition) -> Iterator[R]:
        """The records that match."""
        return self.reading.walk(kind, *where)

    # -- people -------------------------------------------------------------------------------------------
    def person(self, id_: str | None) -> Member | None:
        """Who it is now: the record that was kept where two were merged; None if they are not to be told.

        Nobody is told anything who has died, left, or is not in the register.
        """
        seen: set[str] = set()
        while id_ is not None and id_ not in seen:
            seen.add(id_)
            if id_ not in self._people:
                self._people[id_] = self.reading.peek(Member, id_)
            found = self._people[id_]
            if found is None:
                return None
            if found.status is MemberStatus.MERGED:
                id_ = found.merged_into
                continue
            over = (MemberStatus.DECEASED, MemberStatus.LEFT)
            return None if found.status in over else found
        return None

    def reach(self, member: MemberId) -> Reach:
        """How they are reached, or what is usual."""
        if member not in self._reaches:
            self._reaches[member] = self.reading.peek(Reach, member) or Reach.unknown(member)
        return self._reaches[member]

    def zone_of(self, member: str) -> ZoneInfo:
        """The zone of somebody's wall."""
        own = self.reach(MemberId(member)).zone
        return self.zone if own is None else ZoneInfo(own)

    def hours_of(self, member: str) -> Hours:
        """The hours on somebody's wall."""
        return self.reach(MemberId(member)).hours(self.usual_hours)

    def heads(self, station: StationId | None, on: date | None = None) -> tuple[Reader, ...]:
        """Who heads this station on a day (today), or the nearest one above it.

        Somebody acting comes before nobody, and before whoever is on leave that day. Empty if no station up
        to the hub has a head who is there: the notice then goes to the telephone list of the office.
        """
        found = self._rule("notice_reader", "lead")
        roles = frozenset(_texts(found["roles"])) if found is not None else frozenset()
        day = on or self.today
        for _ in range(_HIGHEST):
            place = self.peek(Station, station)
            if place is None:
                break
            holders = [
                one
                for one in self.walk(Appointment, Is("station", place.id))
                if one.role in roles and one.span.covers(day) and self._is_there(one.member, day)
            ]
            # Whoever holds the office comes before whoever acts in it.
            regular = [one for one in holders if not one.acting] or holders
            if regular:
                return tuple(Reader(member=one.member, heads=place.id) for one in regular)
            station = place.parent
        return ()

    def _is_there(self, member: MemberId, day: date) -> bool:
        person = self.person(member)
        if person is None or person.status is not MemberStatus.ACTIVE:
            return False
        return not any(leave.covers(day) for leave in self.walk(Leave, Is("member", person.id)))

    def copies(self, member: MemberId, rule: NoticeRule) -> Iterator[Copy]:
        """Who else is told, by the member's own agreement."""
        return (copy for copy in self.reach(member).copies if copy.serves(rule.topic))

    # -- notices ------------------------------------------------------------------------------------------
    def tell(
        self,
        happened: Happened,
        rule: NoticeRule,
        reader: Reader | None,
        *,
        values: Mapping[str, Value],
        collapse: str | None = None,
        at: datetime | None = None,
        expires: datetime | None = None,
        urgency: Urgency | None = None,
        digest: bool | None = None,
        about: tuple[Ref, ...] = (),
    ) -> Iterator[Notice]:
        """One notice for a reader and for whoever gets a copy; for None on the office's list.

        ``at`` is the moment from which it may go, ``digest`` whether it is gathered for the next morning.
        """
        if reader is None:
            yield self._notice(happened, rule, None, None, values, collapse, at, expires, urgency, about)
            return
        person = self.person(reader.member)
        if person is None or rule.topic in self.reach(person.id).refused:
            return
        reader = attrs.evolve(reader, member=person.id)
        gathered = rule.digest if digest is None else digest
        morning = self.digest_of(person.id, at)
        if gathered and (expires is None or morning < expires):
            yield self._gathered(happened, rule, reader, person, values, about, morning)
        else:
            yield self._notice(happened, rule, reader, person, values, collapse, at, expires, urgency, about)
        for copy in self.copies(person.id, rule):
            other = self.person(copy.member)
            if other is not None and rule.topic not in self.reach(other.id).refused:
                second = Reader(member=other.id, copy_of=person.id)
                yield self._notice(
                    happened, rule, second, other, values, collapse, at, expires, urgency, about
                )

    def _notice(
        self,
        happened: Happened,
        rule: NoticeRule,
        reader: Reader | None,
        person: Member | None,
        values: Mapping[str, Value],
        collapse: str | None,
        at: datetime | None,
        expires: datetime | None,
        urgency: Urgency | None,
        about: tuple[Ref, ...],
    ) -> Notice:
        reach = Reach.unknown(MemberId("")) if reader is None else self.reach(reader.member)
        to = "" if reader is None else reader.member
        if expires is None and rule.expires_hours is not None:
            expires = (at or self.now) + timedelta(hours=rule.expires_hours)
        return Notice(
            id=self.telling.notice_id(happened, rule.key, to, collapse or "", at=at),
            to=to,
            about=_with_place(about or happened.about, values),
            key=rule.key,
            values={**values, **_as_whom(reader)},
            language=reach.language or self.language,
            urgency=rule.urgency if urgency is None else urgency,
            routes=reach.routes(rule, person, self.channels, addressing=self.addressing),
            collapse=None if collapse is None else f"{collapse}/{to}",
            not_before=at,
            expires=expires,
            doubt=rule.doubt,
        )

    def _gathered(
        self,
        happened: Happened,
        rule: NoticeRule,
        reader: Reader,
        person: Member,
        values: Mapping[str, Value],
        about: tuple[Ref, ...],
        morning: datetime,
    ) -> Notice:
        from grassroots.usecases.telling.digests import as_line

        reach, day = self.reach(person.id), day_of(morning, self.zone_of(person.id)).isoformat()
        return Notice(
            id=self.telling.notice_id(happened, DIGEST, rule.key, person.id, at=morning),
            to=person.id,
            about=about or happened.about,
            key=DIGEST,
            values={"lines": (as_line(rule.key, {**values, **_as_whom(reader)}),), "topic": rule.topic.value},
            language=reach.language or self.language,
            urgency=Urgency.LOW,
            routes=reach.routes(rule, person, self.channels, addressing=self.addressing),
            collapse=f"{DIGEST}/{rule.topic.value}/{day}/{person.id}",
            not_before=morning,
            doubt=rule.doubt,
        )

    def digest_of(self, member: str, at: datetime | None) -> datetime:
        """The digest with what is to be told from ``at`` on (now): that of its day, or the next one."""
        due = self.hours_of(member).digest_at
        zone = self.zone_of(member)
        if at is not None and (that_day := wall(day_of(at, zone), due, zone)) > self.now:
            return that_day
        return next_at(self.now, due, zone)

    def withdraw(self, collapse: str, reader: str, reason: str = "withdrawn") -> Withdrawal:
        """What waits under this key for this reader is not to be told."""
        return Withdrawal(collapse=f"{collapse}/{reader}", reason=reason)


def _with_place(about: tuple[Ref, ...], values: Mapping[str, Value]) -> tuple[Ref, ...]:
    # Whoever rings from the list of one station finds the calls that concern it.
    place = values.get("station")
    return about if not isinstance(place, str) else (*about, Ref("station", place))


def _as_whom(reader: Reader | None) -> dict[str, Value]:
    if reader is None:
        return {}
    told: dict[str, Value] = {}
    if reader.heads is not None:
        told["heads"] = reader.heads
    if reader.copy_of is not None:
        told["copy_of"] = reader.copy_of
    return told


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, (list, tuple)) else ()


__all__ = ["DIGEST", "PHONE", "Reader", "Scene", "Told"]
