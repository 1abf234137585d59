"""How one member wants to be reached: by which channels, when, in which language, and for what not at all.

Terms. A *way* is a channel of the deployment and the member's address in it; without an address it is the
telephone number of the register. A *topic* may be refused, on paper too (the seat keeps the number of the
sheet), and wanted again. A *copy* goes to a child or neighbour, where the member has agreed to it. Somebody
about whom nothing was noted is reached as the rule packs say, in the end by telephone; nobody is reached by
nothing at all (rules-cn B.9: the telephone tree and the notice board stay).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, time
from enum import StrEnum
from typing import Any, Final, Self, final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import attrs

from grassroots.contracts.notice import Route
from grassroots.domain.addressing import TELEPHONE_LIST, Addressing
from grassroots.domain.checks import one_of
from grassroots.domain.fields import CONTACT, HOUSEHOLD, guarded
from grassroots.domain.member import Member
from grassroots.domain.step import Event, Step
from grassroots.domain.topics import Topic
from grassroots.domain.wording.kinds import Hours, NoticeRule
from grassroots.errors import BadInput, Refused
from grassroots.values.ids import MemberId

LANGUAGES: Final = ("zh", "en")
MOST_WAYS: Final = 8
MOST_COPIES: Final = 5

PHONE: Final = TELEPHONE_LIST
"""The channel whose delivery is a call by a person: where everybody ends who has no other way."""


NOTHING_KNOWN: Final = Addressing({})
"""Every text may be an address."""


class Kinship(StrEnum):
    """What the recipient of a copy is to the member."""

    CHILD = "child"
    SPOUSE = "spouse"
    RELATIVE = "relative"
    NEIGHBOUR = "neighbour"
    GUARDIAN = "guardian"
    OTHER = "other"


def _kinship(value: Kinship | str) -> Kinship:
    return one_of(Kinship, value)


def _topics(given: Iterable[Topic | str]) -> tuple[Topic, ...]:
    return tuple(sorted({one_of(Topic, one) for one in given}))


@guarded
@final
@attrs.frozen
class Way:
    """One channel and the address in it ("" means the telephone number of the register), for some topics.

    ``topics`` empty means all of them.
    """

    channel: str = attrs.field()
    address: str = attrs.field(default="", metadata=CONTACT)
    topics: tuple[Topic, ...] = attrs.field(default=(), converter=_topics)

    def __attrs_post_init__(self) -> None:
        Route(self.channel, self.address)  # a channel or address that cannot be one is refused here

    def serves(self, topic: Topic) -> bool:
        """Whether it is meant for notices of this topic."""
        return not self.topics or topic in self.topics


@guarded
@final
@attrs.frozen(kw_only=True)
class Copy:
    """Who else is told, since the member agreed to it on a day."""

    member: MemberId
    kinship: Kinship = attrs.field(converter=_kinship)
    topics: tuple[Topic, ...] = attrs.field(default=(), converter=_topics)
    agreed: date

    def serves(self, topic: Topic) -> bool:
        """Whether notices of this topic go to them as well."""
        return not self.topics or topic in self.topics


@final
@attrs.frozen(kw_only=True)
class ReachNoted(Event):
    """It was noted how somebody wants to be reached; addresses stand in the record alone."""

    fields: tuple[str, ...]


@final
@attrs.frozen(kw_only=True)
class TopicsRefused(Event):
    """Somebody does not want notices of these topics any more."""

    topics: tuple[Topic, ...]


@final
@attrs.frozen(kw_only=True)
class TopicsWanted(Event):
    """Somebody wants notices of these topics again."""

    topics: tuple[Topic, ...]


@final
@attrs.frozen(kw_only=True)
class CopyAgreed(Event):
    """The member agreed that somebody else is told as well."""

    member: MemberId


@final
@attrs.frozen(kw_only=True)
class CopyEnded(Event):
    """Somebody else is no longer told."""

    member: MemberId


class CopyToOneself(Refused):
    """A copy goes to somebody else."""

    code = "copy-to-oneself"


NOTED: Final = frozenset({"ways", "quiet_from", "quiet_until", "digest_at", "zone", "language"})


def _ways(given: Iterable[Way | tuple[str, str]]) -> tuple[Way, ...]:
    ways = tuple(one if isinstance(one, Way) else Way(*one) for one in given)
    if len(ways) > MOST_WAYS:
        raise BadInput("notice-too-many", what="ways", found=len(ways), most=MOST_WAYS)
    return tuple(dict.fromkeys(ways))


def _zone(_: Any, __: Any, value: str | None) -> None:
    if value is None:
        return
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadInput("zone-unknown", what=value) from None


def _language(_: Any, __: Any, value: str | None) -> None:
    if value is not None and value not in LANGUAGES:
        raise BadInput("language-unknown", what=value, known=LANGUAGES)


def _wall_clock(_: Any, field: attrs.Attribute[Any], value: time | None) -> None:
    if value is not None and value.tzinfo is not None:
        raise BadInput("time-with-zone", what=value.isoformat(), field=field.name)


@guarded
@final
@attrs.frozen(kw_only=True)
class Reach:
    """How one member is reached; the id is the member's. None means: as the rule packs say.

    Times of day are on the member's own wall: that of ``zone`` (IANA), or of the network.
    """

    id: MemberId
    ways: tuple[Way, ...] = attrs.field(default=(), converter=_ways, metadata=CONTACT)
    quiet_from: time | None = attrs.field(default=None, validator=_wall_clock)
    quiet_until: time | None = attrs.field(default=None, validator=_wall_clock)
    digest_at: time | None = attrs.field(default=None, validator=_wall_clock)
    zone: str | None = attrs.field(default=None, validator=_zone)
    language: str | None = attrs.field(default=None, validator=_language)
    refused: tuple[Topic, ...] = attrs.field(default=(), converter=_topics)
    copies: tuple[Copy, ...] = attrs.field(default=(), metadata=HOUSEHOLD)

    @classmethod
    def unknown(cls, member: MemberId) -> Self:
        """Somebody about whom nothing was noted."""
        return cls(id=member)

    # -- verbs --------------------------------------------------------------------------------------------
    def note(self, **fields: Any) -> Step[Self]:
        """Note how they want to be reached; only what is named changes."""
        if wrong := set(fields) - NOTED:
            raise BadInput("field-not-correctable", kind="reach", fields=tuple(sorted(wrong)))
        after = attrs.evolve(self, **fields)
        changed = tuple(sorted(name for name in fields if getattr(after, name) != getattr(self, name)))
        return Step(after, (ReachNoted(fields=changed),)) if changed else Step(self)

    def refuse(self, topics: Iterable[Topic | str]) -> Step[Self]:
        """Nothing of these topics any more."""
        new = tuple(topic for topic in _topics(topics) if topic not in self.refused)
        if not new:
            return Step(self)
        return Step(attrs.evolve(self, refused=(*self.refused, *new)), (TopicsRefused(topics=new),))

    def want(self, topics: Iterable[Topic | str]) -> Step[Self]:
        """These topics again."""
        back = tuple(topic for topic in _topics(topics) if topic in self.refused)
        if not back:
            return Step(self)
        kept = tuple(topic for topic in self.refused if topic not in back)
        return Step(attrs.evolve(self, refused=kept), (TopicsWanted(topics=back),))

    def copy_to(
        self, member: MemberId, kinship: Kinship | str, *, agreed: date, topics: Iterable[Topic | str] = ()
    ) -> Step[Self]:
        """Somebody else is told as well: the member agreed to it."""
        if member == self.id:
            raise CopyToOneself(member=member)
        copy = Copy(member=member, kinship=kinship, topics=topics, agreed=agreed)
        if copy in self.copies:
            return Step(self)
        kept = tuple(one for one in self.copies if one.member != member)
        if len(kept) >= MOST_COPIES:
            raise BadInput("notice-too-many", what="copies", found=len(kept) + 1, most=MOST_COPIES)
        return Step(attrs.evolve(self, copies=(*kept, copy)), (CopyAgreed(member=member),))

    def end_copy(self, member: MemberId) -> Step[Self]:
        """They are no longer told."""
        kept = tuple(one for one in self.copies if one.member != member)
        if kept == self.copies:
            return Step(self)
        return Step(attrs.evolve(self, copies=kept), (CopyEnded(member=member),))

    # -- asked --------------------------------------------------------------------------------------------
    def hours(self, usual: Hours) -> Hours:
        """The hours on this member's wall."""
        return Hours(
            quiet_from=usual.quiet_from if self.quiet_from is None else self.quiet_from,
            quiet_until=usual.quiet_until if self.quiet_until is None else self.quiet_until,
            digest_at=usual.digest_at if self.digest_at is None else self.digest_at,
        )

    def routes(
        self,
        rule: NoticeRule,
        member: Member | None,
        known: Collection[str] | None,
        *,
        addressing: Addressing = NOTHING_KNOWN,
    ) -> tuple[Route, ...]:
        """By what ways a notice of this kind goes to them, the first first.

        ``known`` are the channels that the deployment has (None: not known here). Where the member has said
        nothing, the channels of the rule; and at the end always the telephone list, with or without a number:
        whoever has no number is looked up by whoever rings. Nobody rings while a way before it does. That is
        so for a digest too: that a mailbox is gone is learnt only when it is refused, and a digest that ended
        there would take its lines along. One call tells all of them, however many they are. A way whose
        address is none (``addressing``) keeps its place: the outbox passes it over, and whoever rings reads
        why.
        """
        number = (member.phone if member is not None else None) or ""
        ways = [way for way in self.ways if way.serves(rule.topic)] or [Way(one) for one in rule.channels]
        found = [
            Route(way.channel, addressing.tidy(way.channel, way.address or number))
            for way in ways
            if _can(way, number, known)
        ]
        if all(route.channel != PHONE for route in found):
            found.append(Route(PHONE, number))
        return tuple(dict.fromkeys(found))


def _can(way: Way, number: str, known: Collection[str] | None) -> bool:
    if known is not None and way.channel not in known and way.channel != PHONE:
        return False
    return bool(way.address or number) or way.channel == PHONE
