"""A member is one person known to the network, whatever they are to it: volunteer, elder in need, or both.

Terms. *Standing* is Party standing (domain/standing). A *told age* is what somebody said on a day; an age is
never stored, only computed. An *incomplete* name (a surname, "卯爷爷") is recorded as it stands and may be
merged with the full one later. A *merge* keeps one record, field by field, and leaves the other as a
signpost. A *limit* is what a body cannot do, without the illness behind it.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any, Self, final

import attrs

from grassroots.domain.fields import CASE, CONTACT, HEALTH, HOUSEHOLD, IDENTITY, guarded
from grassroots.domain.states import Table, WrongState, turn
from grassroots.domain.step import Event, Step
from grassroots.errors import BadInput, Refused
from grassroots.values.dates import Ages, PartialDate, age_on
from grassroots.values.ids import MemberId, StationId
from grassroots.values.names import NameKind, Sex, name_kind, tidy_name


class MemberStatus(StrEnum):
    """Where a person stands with the network."""

    APPLIED = "applied"  # asked to join, or known only from a note
    ACTIVE = "active"  # takes part
    PAUSED = "paused"  # away for a while: illness, family
    LEFT = "left"  # no longer takes part; may come back
    DECEASED = "deceased"  # kept for the honours and the trail
    MERGED = "merged"  # a signpost to the record that was kept


TRANSITIONS: Table[MemberStatus] = {
    MemberStatus.APPLIED: {
        "admit": MemberStatus.ACTIVE,
        "leave": MemberStatus.LEFT,
        "record_death": MemberStatus.DECEASED,
        "merge": MemberStatus.MERGED,
    },
    MemberStatus.ACTIVE: {
        "pause": MemberStatus.PAUSED,
        "leave": MemberStatus.LEFT,
        "record_death": MemberStatus.DECEASED,
        "merge": MemberStatus.MERGED,
    },
    MemberStatus.PAUSED: {
        "resume": MemberStatus.ACTIVE,
        "leave": MemberStatus.LEFT,
        "record_death": MemberStatus.DECEASED,
        "merge": MemberStatus.MERGED,
    },
    MemberStatus.LEFT: {
        "admit": MemberStatus.ACTIVE,
        "record_death": MemberStatus.DECEASED,
        "merge": MemberStatus.MERGED,
    },
    MemberStatus.DECEASED: {"merge": MemberStatus.MERGED},
    MemberStatus.MERGED: {},
}


class Affiliation(StrEnum):
    """Political affiliation (GB/T 4762, as far as registers of volunteers use it)."""

    FULL = "full"  # full Party member
    PROBATIONARY = "probationary"  # probationary Party member: membership, but no standing yet
    LEAGUE = "league"  # member of the Youth League
    MASSES = "masses"  # none of them
    UNKNOWN = "unknown"


class Retirement(StrEnum):
    """Two different legal statuses."""

    VETERAN = "veteran"  # 离休: joined the revolution before 1 October 1949
    ORDINARY = "ordinary"  # 退休
    NONE = "none"
    UNKNOWN = "unknown"


class Living(StrEnum):
    """Living arrangement."""

    ALONE = "alone"
    EMPTY_NEST = "empty-nest"
    WITH_FAMILY = "with-family"
    INSTITUTION = "institution"
    UNKNOWN = "unknown"


class Limit(StrEnum):
    """What a body cannot do: enough to assign duties that fit (志愿服务条例 art. 15), and no diagnosis."""

    WALKING = "walking"
    STANDING = "standing"
    STAIRS = "stairs"
    LEFT_HAND = "left-hand"
    RIGHT_HAND = "right-hand"
    LIFTING = "lifting"
    SIGHT = "sight"
    HEARING = "hearing"
    SPEECH = "speech"
    MEMORY = "memory"
    HEAT = "heat"
    NIGHT = "night"


class DateSource(StrEnum):
    """Where a date comes from: the personnel file and the identity card may differ."""

    ID_CARD = "id-card"
    PERSONNEL_FILE = "personnel-file"
    REGISTER = "register"
    TOLD = "told"
    UNKNOWN = "unknown"


@final
@attrs.frozen
class Dated:
    """A date, whole or partial, and where it comes from."""

    date: PartialDate
    source: DateSource = DateSource.REGISTER

    @classmethod
    def parse(cls, iso: str) -> Dated:
        """A date told at the desk: "1950", "1950-07" or "1950-07-03"."""
        return cls(PartialDate.parse(iso), DateSource.TOLD)


@final
@attrs.frozen
class ToldAge:
    """Somebody was said to be so many years old on a day. Evidence about a birth date, not an age."""

    years: int = attrs.field(validator=[attrs.validators.ge(0), attrs.validators.le(130)])
    on: date


class Background(StrEnum):
    """Social background at joining: it set the length of probation from 1945 to 1956 (domain/standing)."""

    WORKER = "worker"  # workers, farm labourers, urban poor, soldiers
    STAFF = "staff"  # middle peasants, staff, intellectuals, professionals
    OTHER = "other"


@final
@attrs.frozen(kw_only=True)
class MemberRegistered(Event):
    """Somebody became known to the network."""

    status: MemberStatus
    name_kind: NameKind


@final
@attrs.frozen(kw_only=True)
class MemberStatusChanged(Event):
    """Admitted, paused, resumed, left or died; ``on`` is the day it took effect."""

    status: MemberStatus
    on: date | None = None
    reason: str | None = None


@final
@attrs.frozen(kw_only=True)
class MemberCorrected(Event):
    """Fields were corrected; their former values are in the history record of the same batch."""

    fields: tuple[str, ...]
    reason: str | None = None


@final
@attrs.frozen(kw_only=True)
class MembersMerged(Event):
    """Two records were the same person: ``kept`` stays, ``gone`` is a signpost, ``taken`` came from gone."""

    kept: MemberId
    gone: MemberId
    taken: tuple[str, ...]


class SamePerson(Refused):
    """A record cannot be merged with itself."""

    code = "merge-with-itself"


CORRECTABLE = frozenset(
    {
        "name", "also_known", "sex", "born", "told_ages", "id_number", "phone", "address", "volunteer_number",
        "affiliation", "joined_party", "full_member", "background", "retirement", "war_veteran", "skills",
        "limits", "health_note", "living", "categories", "station", "joined", "remark",
    }
)  # fmt: skip


@guarded
@final
@attrs.frozen(kw_only=True)
class Member:
    """One person. ``born``, ``joined_party`` and ``full_member`` may be partial and carry their source.

    ``categories`` are short codes for what the person is to the network ("volunteer", "recipient"; both in
    turn is normal); ``station`` is where they belong; ``joined`` the day (or month) of joining the network.
    """

    id: MemberId
    name: str = attrs.field(metadata=IDENTITY)
    status: MemberStatus = MemberStatus.ACTIVE
    also_known: tuple[str, ...] = attrs.field(default=(), metadata=IDENTITY)
    sex: Sex | None = None
    born: Dated | None = attrs.field(default=None, metadata=IDENTITY)
    told_ages: tuple[ToldAge, ...] = attrs.field(default=(), metadata=IDENTITY)
    id_number: str | None = attrs.field(default=None, metadata=IDENTITY)
    phone: str | None = attrs.field(default=None, metadata=CONTACT)
    address: str | None = attrs.field(default=None, metadata=CONTACT)
    volunteer_number: str | None = attrs.field(default=None, metadata=IDENTITY)
    affiliation: Affiliation = Affiliation.UNKNOWN
    joined_party: Dated | None = attrs.field(default=None, metadata=IDENTITY)
    full_member: Dated | None = attrs.field(default=None, metadata=IDENTITY)
    background: Background | None = attrs.field(default=None, metadata=IDENTITY)
    retirement: Retirement = Retirement.UNKNOWN
    war_veteran: bool = False
    skills: tuple[str, ...] = ()
    limits: tuple[Limit, ...] = attrs.field(default=(), metadata=HEALTH)
    health_note: str | None = attrs.field(default=None, metadata=HEALTH)
    living: Living = attrs.field(default=Living.UNKNOWN, metadata=HOUSEHOLD)
    categories: tuple[str, ...] = ()
    station: StationId | None = None
    joined: PartialDate | None = None
    left: date | None = None
    died: date | None = None
    merged_into: MemberId | None = None
    remark: str | None = attrs.field(default=None, metadata=CASE)

    def __attrs_post_init__(self) -> None:
        if not self.name:
            raise BadInput("name-missing", id=self.id)

    @classmethod
    def register(cls, *, id: MemberId, name: str, **fields: Any) -> Step[Self]:
        """Record a person; the name may be incomplete."""
        member = cls(id=id, name=tidy_name(name), **fields)
        return Step(member, (MemberRegistered(status=member.status, name_kind=name_kind(member.name)),))

    # -- life-cycle ---------------------------------------------------------------------------------------
    def admit(self, on: date | None = None) -> Step[Self]:
        """Take somebody in, for the first time or again."""
        return self._turn("admit", on, left=None)

    def pause(self, on: date, reason: str | None = None) -> Step[Self]:
        """Away for a while; ``reason`` is a short code, never an illness."""
        return self._turn("pause", on, reason)

    def resume(self, on: date) -> Step[Self]:
        """Back again."""
        return self._turn("resume", on)

    def leave(self, on: date, reason: str | None = None) -> Step[Self]:
        """No longer takes part."""
        return self._turn("leave", on, reason, left=on)

    def record_death(self, on: date) -> Step[Self]:
        """Record a death: kept for honours and the trail, stops every duty and notice."""
        return self._turn("record_death", on, died=on)

    def _turn(self, verb: str, on: date | None, reason: str | None = None, **fields: Any) -> Step[Self]:
        status = turn(TRANSITIONS, self.status, verb, kind="member", id=self.id)
        if status is None:
            return Step(self)
        after = attrs.evolve(self, status=status, **fields)
        return Step(after, (MemberStatusChanged(status=status, on=on, reason=reason),))

    # -- corrections --------------------------------------------------------------------------------------
    def correct(self, reason: str | None = None, **fields: Any) -> Step[Self]:
        """Set fields right; the former values go into history. Saying the same again changes nothing."""
        if wrong := set(fields) - CORRECTABLE:
            raise BadInput("field-not-correctable", kind="member", fields=tuple(sorted(wrong)))
        if "name" in fields:
            fields["name"] = tidy_name(fields["name"])
        changed = {name: value for name, value in fields.items() if getattr(self, name) != value}
        if not changed:
            return Step(self)
        after = attrs.evolve(self, **changed)
        return Step(after, (MemberCorrected(fields=tuple(sorted(changed)), reason=reason),))

    # -- computed -----------------------------------------------------------------------------------------
    @property
    def name_kind(self) -> NameKind:
        """Whether the name is whole, only a surname, or a courtesy title."""
        return name_kind(self.name)

    def ages(self, on: date) -> Ages | None:
        """The age on a day, as the range that the recorded birth date allows; None if it is not recorded."""
        return None if self.born is None else age_on(self.born.date, on)

    def hindered(self, demands: tuple[Limit, ...]) -> tuple[Limit, ...]:
        """Which of these demands the limits forbid (志愿服务条例 art. 15: work must fit the body)."""
        return tuple(demand for demand in demands if demand in self.limits)


def merge(
    kept: Member, gone: Member, take: frozenset[str] = frozenset()
) -> tuple[Step[Member], Step[Member]]:
    """Two records of one person become one. ``take`` names the fields to take from ``gone``.

    A blank never wipes: fields that ``kept`` lacks are taken from ``gone`` unasked, and lists are united.
    The name of ``gone`` stays findable as *also known*, and a death that is recorded in either record stays.
    Neither may be a signpost already: signposts would point in a circle. Returns the steps for both records.
    """
    if kept.id == gone.id:
        raise SamePerson(id=kept.id)
    if gone.merged_into == kept.id:
        return Step(kept), Step(gone)
    if wrong := take - CORRECTABLE:
        raise BadInput("field-not-correctable", kind="member", fields=tuple(sorted(wrong)))
    for one in (kept, gone):
        if one.status is MemberStatus.MERGED:
            raise WrongState(verb="merge", kind="member", id=one.id, state=one.status.value, possible=())
    fields: dict[str, Any] = {}
    if gone.status is MemberStatus.DECEASED and kept.status is not MemberStatus.DECEASED:
        fields |= {"status": MemberStatus.DECEASED, "died": gone.died}
    for name in sorted(CORRECTABLE):
        mine, theirs = getattr(kept, name), getattr(gone, name)
        blank = attrs.fields_dict(Member)[name].default
        if isinstance(mine, tuple):
            value = mine + tuple(item for item in theirs if item not in mine)
        elif (name in take or mine == blank or mine is None) and theirs not in (None, blank):
            value = theirs
        else:
            continue
        if value != mine:
            fields[name] = value
    known = {*kept.also_known, *gone.also_known, kept.name, gone.name} - {fields.get("name", kept.name)}
    fields["also_known"] = tuple(sorted(known))
    after = attrs.evolve(kept, **fields)
    taken = tuple(sorted(name for name in fields if getattr(after, name) != getattr(kept, name)))
    event = MembersMerged(kept=kept.id, gone=gone.id, taken=taken)
    signpost = attrs.evolve(gone, status=MemberStatus.MERGED, merged_into=kept.id)
    return Step(after, (event,)), Step(signpost, (event,))


def birth_range(member: Member) -> tuple[date, date] | None:
    """The days on which the person can have been born, from the birth date or else from what was told."""
    if member.born is not None:
        return member.born.date.earliest, member.born.date.latest
    if not member.told_ages:
        return None
    spans = [told_range(told) for told in member.told_ages]
    return max(first for first, _ in spans), min(last for _, last in spans)


def told_range(told: ToldAge) -> tuple[date, date]:
    """Who is ``years`` old on a day was born in the year that ends on that day, ``years`` years before."""
    return _back(told.on, told.years + 1, 1), _back(told.on, told.years, 0)


def _back(day: date, years: int, days_later: int) -> date:
    try:
        moved = day.replace(year=day.year - years)
    except ValueError:  # 29 February
        moved = date(day.year - years, 2, 28)
    return date.fromordinal(moved.toordinal() + days_later)
