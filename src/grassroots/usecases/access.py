"""Access that leaves a trace, at a desk: breaking the glass, telling the others, and the report of who
looked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any, final

import attrs

from grassroots.contracts.storage import Between, Condition, Includes, Is
from grassroots.domain.access import Access, Grant, Ground, utc_text
from grassroots.domain.member import Member
from grassroots.domain.pack import Packs
from grassroots.usecases.people import about_somebody
from grassroots.values.dates import Period
from grassroots.values.ids import GrantId, MemberId
from grassroots.workspace.acts import Room, act, look
from grassroots.workspace.reading import Reading
from grassroots.workspace.work import Work

USUAL_MINUTES, USUAL_TOLD = 60, 2
"""Used where no pack in force has the table ``emergency_access``."""


@final
@attrs.frozen(kw_only=True)
class AccessReport:
    """Who opened what, when and why, in a period: for a committee to read.

    ``by_actor`` and ``by_ground`` count looks. Names of people are those that this viewer may see.
    """

    period: Period
    made: datetime
    grants: tuple[Grant, ...]
    accesses: tuple[Access, ...]
    by_actor: Mapping[str, int]
    by_ground: Mapping[Ground, int]
    names: Mapping[str, str]


@final
class AccessRoom(Room):
    """The room ``desk.access``."""

    @act
    def break_glass(
        self,
        work: Work,
        member: MemberId,
        *,
        reason: str,
        words: str,
        tell: tuple[str, ...],
        minutes: int | None = None,
    ) -> Grant:
        """Open one person's records for a while because there is no other way now.

        ``reason`` is a short code, ``words`` say it in full, ``tell`` names others who are told at once, as
        the trail names actors ("steward:office"). At a desk of the purpose ``emergency`` the glass is open.
        """
        work.load(Member, member)
        most, told = _limits(work.office.packs, work)
        step = Grant.open(
            id=GrantId(work.new_id()),
            by=work.seat.actor.name_of_record,
            member=member,
            reason=reason,
            words=words,
            told=tuple(tell),
            now=work.now,
            minutes=most if minutes is None else minutes,
            most_minutes=most,
            least_told=told,
        )
        return work.keep(step)

    @act
    def close(self, work: Work, id: GrantId) -> Grant:
        """Done before its time."""
        return work.keep(work.load(Grant, id).close(work.now))

    @act
    def see(self, work: Work, id: GrantId) -> Grant:
        """Whoever sits at this desk was told, and has seen it."""
        return work.keep(work.load(Grant, id).see(work.seat.actor.name_of_record))

    @look
    def waiting(self, reading: Reading) -> list[Grant]:
        """The broken glass that whoever sits here was told of and has not looked at yet."""
        return reading.list(Grant, Includes("waiting", reading.seat.actor.name_of_record))

    @look
    def grants(self, reading: Reading, *, member: MemberId | None = None) -> list[Grant]:
        """Broken glass, in order: all that this viewer may know of, or for one person.

        Missing for nobody.
        """
        if member is None:
            return reading.list(Grant)
        return about_somebody(reading, member, reading.list(Grant, Is("member", member)))

    @look
    def of_member(self, reading: Reading, member: MemberId) -> list[Access]:
        """The remembered looks at one person; Missing for nobody."""
        return about_somebody(reading, member, reading.list(Access, Includes("people", member)))

    @look
    def report(self, reading: Reading, period: Period, *, ground: Ground | None = None) -> AccessReport:
        """Who opened what, when and why, in a period (days on the wall of the network)."""
        return access_report(reading, period, ground)


def access_report(reading: Reading, period: Period, ground: Ground | None = None) -> AccessReport:
    """The report of a period; other rooms build on it."""
    where: list[Condition] = [_moments(reading, "at", period)]
    if ground is not None:
        where.append(Is("ground", ground.value))
    accesses = reading.list(Access, *where)
    grants = reading.list(Grant, _moments(reading, "opened", period))
    people = sorted({*(id_ for one in accesses for id_ in one.people), *(one.member for one in grants)})
    names: dict[str, str] = {member.id: member.name for member in reading.get_all(Member, people).values()}
    return AccessReport(
        period=period,
        made=reading.now.astimezone(reading.office.zone),
        grants=tuple(sorted(grants, key=lambda one: (one.opened, one.id))),
        accesses=tuple(sorted(accesses, key=lambda one: (one.at, one.id))),
        by_actor=dict(sorted(Counter(one.by for one in accesses).items())),
        by_ground=dict(Counter(one.ground for one in accesses)),
        names=names,
    )


def _moments(reading: Reading, key: str, period: Period) -> Between:
    """The moments of a period, whose days are those on the wall of the network."""
    zone = reading.office.zone
    first = datetime.combine(period.first, time(), zone)
    after = datetime.combine(period.last + timedelta(days=1), time(), zone)
    return Between(key, utc_text(first), utc_text(after))


def _limits(packs: Packs, work: Work) -> tuple[int, int]:
    rules = packs.table("emergency_access", work.today).get("usual")
    value: Mapping[str, Any] = {} if rules is None else rules.value
    return int(value.get("open_minutes", USUAL_MINUTES)), int(value.get("told_least_count", USUAL_TOLD))
