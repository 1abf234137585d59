"""The policy question and its answer, as plain data: who asks to do what with which part, and for what.

Whoever answers (the table of the rule packs, or one day an app with its own users) gets a
:class:`Question` and gives a :class:`Decision`. No answer, or an error while answering, is a no.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final, final

import attrs

from grassroots.errors import BadInput
from grassroots.values.ids import MemberId, StationId


class Posture(StrEnum):
    """As whom somebody acts. A person may act in several, one at a time."""

    STEWARD = "steward"  # the office of the network
    CLERK = "clerk"  # a worker of the community
    LEAD = "lead"  # the head of a station
    VOLUNTEER = "volunteer"
    PARTNER = "partner"  # an outside body
    AUDITOR = "auditor"
    SYSTEM = "system"  # a named job, not a person


class Relation(StrEnum):
    """What ties an actor to one record: from the record itself, and from what the network knows of the
    actor.
    """

    ANY = "any"  # no tie is needed; every actor has this one with every record
    SELF = "self"  # the record is about the actor
    STATION = "station"  # the record belongs to a station that the actor heads
    DEPUTY = "deputy"  # the record belongs to a station whose head the actor stands in for
    PAIRED = "paired"  # the record is about somebody whom the actor looks after, or who looks after them
    GUARDIAN = "guardian"  # the record is about somebody whose guardian the actor is
    AUTHOR = "author"  # the actor wrote the record down, or stood the shift that it tells of
    CASE = "case"  # the actor sees to the matter: it was given to them
    PROXY = "proxy"  # the actor types for the person to whom the record belongs, and says so
    EMERGENCY = "emergency"  # the actor broke the glass for the person whom the record is about
    RESTRICTED = "restricted"  # whom the record is about had its use stopped: it may only lie there


class Action(StrEnum):
    """What somebody wants to do with records of a kind."""

    READ = "read"
    LIST = "list"
    COUNT = "count"  # an action of its own: a count can tell too
    WRITE = "write"
    BULK = "bulk"  # write many at once: an import
    EXPORT = "export"
    OPEN = "open"  # unseal a sealed value


class Effect(StrEnum):
    """What a policy answers."""

    ALLOW = "allow"
    MASK = "mask"
    DENY = "deny"


LONGEST_NAME: Final = 64
"""Characters of an actor's name."""


def _sound_name(_: object, __: attrs.Attribute[str], value: str) -> None:
    if (
        not isinstance(value, str)
        or not value.strip()
        or len(value) > LONGEST_NAME
        or not value.isprintable()
    ):
        raise BadInput("actor-name", what=str(value))


def _sound_id(_: object, __: attrs.Attribute[MemberId | None], value: object) -> None:
    if value is not None and not (isinstance(value, str) and value):
        raise BadInput("actor-member", what=str(value))


def _sound_ids(_: object, __: attrs.Attribute[tuple[StationId, ...]], value: object) -> None:
    # A text is a row of letters, and would head the stations of those names without a word.
    if not isinstance(value, tuple) or not all(isinstance(one, str) and one for one in value):
        raise BadInput("actor-stations", what=str(value))


@final
@attrs.frozen
class Actor:
    """Who acts: a name that stands in the trail, a posture, and if they are a member, which one.

    ``stations`` are those that the actor heads. Raises BadInput ``actor-name`` for a name that is empty,
    longer than 64 characters or not printable, ``actor-member`` and ``actor-stations`` for what is no id.
    Whether there is such a member is asked at the first look or act (Denied ``viewer-unknown``).
    """

    name: str = attrs.field(validator=_sound_name)
    posture: Posture
    member: MemberId | None = attrs.field(default=None, kw_only=True, validator=_sound_id)
    stations: tuple[StationId, ...] = attrs.field(default=(), kw_only=True, validator=_sound_ids)

    @classmethod
    def parse(cls, text: str) -> Actor:
        """Read "steward:office": posture, colon, name.

        Raises BadInput ``actor-unreadable`` (no colon) or ``posture-unknown``.
        """
        posture, colon, name = text.partition(":")
        if not colon:
            raise BadInput("actor-unreadable", what=text, hint="steward:office")
        try:
            known = Posture(posture.strip())
        except ValueError:
            raise BadInput("posture-unknown", what=posture, known=tuple(Posture)) from None
        return cls(name.strip(), known)

    @property
    def name_of_record(self) -> str:
        """How the trail names them: "steward:office"; :meth:`parse` reads it back."""
        return f"{self.posture}:{self.name}"


@final
@attrs.frozen(kw_only=True)
class Question:
    """May somebody in this posture, with these ties to the record, do this to a field group, for this?

    ``kind`` is the kind of record, ``group`` a field group, ``purpose`` a short code ("work").
    """

    posture: Posture
    relations: frozenset[Relation] = frozenset()
    kind: str
    group: str
    action: Action
    purpose: str = "work"


@final
@attrs.frozen(kw_only=True)
class Decision:
    """The answer, with its reason: which row of which pack, and through which tie.

    ``row`` is None when no row speaks of it: then it is denied.
    """

    effect: Effect
    row: str | None = None
    relation: Relation | None = None
    pack: str | None = None
    version: str | None = None

    @property
    def code(self) -> str:
        """The catalogue code of the sentence that explains this answer."""
        return "policy-no-row" if self.row is None else f"policy-because-{self.effect}"


# -- a policy of the embedding app ------------------------------------------------------------------------
@final
@attrs.frozen(kw_only=True)
class Inquiry:
    """What an outside policy is asked: who wants to do what with which record, for what.

    ``relations`` are the ties that the network itself knows of; ``id`` is None where no single record is
    meant (a count).
    """

    actor: Actor
    relations: frozenset[Relation]
    kind: str
    id: str | None
    action: Action
    purpose: str


Verdict = Mapping[str, str] | str
"""An answer: an effect for every field group, by its name (one that is not named is denied), or one for
all.
"""

Judge = Callable[[Inquiry], Verdict]
"""Something that answers an inquiry: an app's own users, Cedar, OpenFGA. It may be called by several
threads.
"""


class Voice(StrEnum):
    """How far an outside policy is heard."""

    NARROW = "narrow"  # it can only close what the table opens
    DECIDE = "decide"  # it answers alone; the table is not asked


@final
@attrs.frozen(kw_only=True)
class PolicyOffer:
    """An outside policy: who answers, how far it is heard, how long it may think.

    Without an answer in time (``seconds``), with an error or with nonsense it is a no, and that is recorded.
    """

    name: str
    judge: Judge
    voice: Voice = Voice.NARROW
    seconds: float = 2.0
