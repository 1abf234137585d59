"""Erasing a person: what is blanked, what is erased whole, and what stays for the counts.

What is sensitive goes, and so does what describes the person (skills, categories, days). What others need
stays without a name: that somebody stood a duty, that a concern was answered. The person's id stays too; it
is chance, and with the keys destroyed it leads to nobody (PIPL art. 47, docs/decisions/erasing-a-person.md).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import final

import attrs

from grassroots.domain.fields import HIDDEN, blanked
from grassroots.domain.member import Member, MemberStatus
from grassroots.domain.step import Event
from grassroots.values.ids import MemberId


@final
@attrs.frozen(kw_only=True)
class PersonErased(Event):
    """A person was erased. ``ground`` is a short code, ``keys`` name all places in key rings destroyed.

    ``records`` counts what was blanked or erased, so that a reader of the trail knows the extent.
    """

    ground: str
    records: int
    keys: tuple[str, ...] = ()


@final
@attrs.frozen(kw_only=True)
class RecordsBlanked(Event):
    """Records of somebody who is being erased were blanked or erased whole, and these keys destroyed."""

    records: int
    keys: tuple[str, ...] = ()


@final
@attrs.frozen(kw_only=True)
class LedgerSettled(Event):
    """Network and ledger of erasures say the same now, up to this many ``lines`` of it."""

    lines: int


@final
@attrs.frozen(kw_only=True)
class ErasurePlan:
    """What erasing a person will do. ``people`` are the person's record and those merged into it.

    ``blanked`` and ``erased`` are references as ``kind/id``. A plan is looked at and decided on; carried out,
    everything is looked for again.
    """

    people: tuple[MemberId, ...]
    blanked: tuple[str, ...]
    erased: tuple[str, ...]

    @property
    def counts(self) -> Mapping[str, int]:
        """How many records by kind."""
        return Counter(ref.partition("/")[0] for ref in (*self.blanked, *self.erased))


def forgotten(member: Member) -> Member:
    """The person's record without the person: it says that somebody left, and no more."""
    bare = Member(id=member.id, name=HIDDEN, status=MemberStatus.LEFT, merged_into=member.merged_into)
    if member.status is MemberStatus.MERGED:
        bare = attrs.evolve(bare, status=MemberStatus.MERGED)
    return blanked(bare)
