"""What a plan of pairings tells: each proposal with its reasons, everybody left out with what would help."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import final

import attrs

from grassroots.contracts.planning import Answer, Goal
from grassroots.domain.matching import BarCode, Reason
from grassroots.values.ids import MemberId, OrganizationId, PairingId, SchemeId, StationId
from grassroots.values.names import Sex


class Remedy(StrEnum):
    """What would help somebody whom a plan gives nobody."""

    ROOM = "room"  # those who fit are full: one more place among them, or one more supporter as wanted
    SUPPORTER = "supporter"  # nobody fits: one more supporter as wanted
    PLACE = "place"  # nobody knows where they live: write the compound down
    OTHER_SCHEME = "other-scheme"  # too young or too old for this one
    SAFEGUARDING = "safeguarding"  # a rule that protects children: the head of the station knows more


@final
@attrs.frozen(kw_only=True)
class Wanted:
    """Whom one would have to find: near what, speaking one of what, of which sex and age, able to do what.

    ``ages`` is the scheme's band for supporters in figures ("60–69"); None: any age.
    """

    compound: OrganizationId | None = None
    station: StationId | None = None
    languages: tuple[str, ...] = ()
    sex: Sex | None = None
    skills: tuple[str, ...] = ()
    ages: str | None = None


@final
@attrs.frozen(kw_only=True)
class ProposalTold:
    """One pair of a plan. ``kept``: they are paired already (``pairing``), and stay together.

    ``bars`` are rules that speak against a kept pair today. ``next_best`` is whom the recipient would have
    had otherwise, with that match's score (None: nobody); ``next_full``: that one has no room left.
    ``instead_of`` is the recipient's pairing that ends when this one is proposed.
    """

    supporter: MemberId
    recipient: MemberId
    score: int
    reasons: tuple[tuple[Reason, int], ...] = ()
    kept: bool = False
    pairing: PairingId | None = None
    bars: tuple[BarCode, ...] = ()
    next_best: MemberId | None = None
    next_score: int = 0
    next_full: bool = False
    instead_of: PairingId | None = None


@final
@attrs.frozen(kw_only=True)
class LeftOut:
    """Somebody whom the plan gives nobody.

    ``fitting`` is how many supporters may look after them (all of them full, if there are any), ``bars`` how
    many supporters each rule keeps away, the most frequent first. ``remedy`` is what would help, ``wanted``
    whom one would have to find. ``full`` are the supporters of the circle: one more place with any of them
    covers one more; ``places`` the compounds where one more supporter would, the nearest first.
    """

    recipient: MemberId
    fitting: int
    bars: tuple[tuple[BarCode, int], ...] = ()
    compound: OrganizationId | None = None
    remedy: Remedy = Remedy.SUPPORTER
    wanted: Wanted = Wanted()
    full: tuple[MemberId, ...] = ()
    places: tuple[OrganizationId, ...] = ()


@final
@attrs.frozen(kw_only=True)
class PairingsTold:
    """A plan of pairings for one scheme, with names for people and places."""

    scheme: SchemeId
    planner: str
    answer: Answer
    proposals: tuple[ProposalTold, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    loads: Mapping[MemberId, int] = attrs.field(factory=dict)
    rooms: Mapping[MemberId, int] = attrs.field(factory=dict)
    goals: tuple[Goal, ...] = ()
    names: Mapping[str, str] = attrs.field(factory=dict)

    @property
    def new(self) -> tuple[ProposalTold, ...]:
        """The proposals that are not pairings already."""
        return tuple(one for one in self.proposals if not one.kept)
