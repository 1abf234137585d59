"""Which records may be one person: a finding for somebody to decide on, never a merge.

The same name is not the same person, and "卯爷爷" may well be the 卯 of the register. So likeness is looked
for by name, by surname where one name is incomplete, by telephone and by document number; and what speaks
against it (two sexes, birth dates that exclude each other) is said as a conflict, since either the records
or the person behind them differ.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from enum import StrEnum
from itertools import combinations
from typing import final

import attrs

from grassroots.domain.member import Member, birth_range
from grassroots.values.ids import MemberId
from grassroots.values.names import NameKind, name_key, name_kind, surname


class LikenessReason(StrEnum):
    """Why two records look like one person."""

    SAME_DOCUMENT = "same-document"  # the same identity number
    SAME_NAME = "same-name"
    SAME_PHONE = "same-phone"  # couples share telephones: weak on its own
    SAME_SURNAME = "same-surname"  # one of the names is incomplete


@final
@attrs.frozen(kw_only=True)
class Likeness:
    """Two records that may be one person; ``age_conflict`` if their birth dates exclude each other."""

    one: MemberId
    other: MemberId
    reason: LikenessReason
    age_conflict: bool = False
    sex_conflict: bool = False


def likenesses(members: Iterable[Member]) -> list[Likeness]:
    """All pairs that may be one person, each with its strongest reason, in the order of the records."""
    known = list(members)
    order = {member.id: place for place, member in enumerate(known)}
    found: dict[tuple[str, str], Likeness] = {}
    for reason, groups in _groups(known):
        for group in groups:
            for pair in combinations(group, 2):
                one, other = sorted(pair, key=lambda member: order[member.id])
                if (one.id, other.id) not in found and (likeness := compare(one, other, reason)):
                    found[(one.id, other.id)] = likeness
    return sorted(found.values(), key=lambda item: (order[item.one], order[item.other]))


def compare(one: Member, other: Member, reason: LikenessReason) -> Likeness | None:
    """What to tell about two records that share something."""
    sexes = {one.sex, other.sex} - {None}
    sex_conflict = len(sexes) > 1
    if reason in (LikenessReason.SAME_SURNAME, LikenessReason.SAME_PHONE) and sex_conflict:
        return None
    age_conflict = _ages_conflict(one, other)
    if reason is LikenessReason.SAME_SURNAME and _years_apart(one, other) > 5:
        # A surname is shared by many: only somebody of about that age is worth a question.
        return None
    return Likeness(
        one=one.id, other=other.id, reason=reason, age_conflict=age_conflict, sex_conflict=sex_conflict
    )


def _groups(known: Sequence[Member]) -> Iterable[tuple[LikenessReason, list[list[Member]]]]:
    documents, names, phones = defaultdict(list), defaultdict(list), defaultdict(list)
    whole: defaultdict[str, list[Member]] = defaultdict(list)
    partial: defaultdict[str, list[Member]] = defaultdict(list)
    for member in known:
        if member.id_number:
            documents[member.id_number].append(member)
        for name in {name_key(n) for n in (member.name, *member.also_known)}:
            names[name].append(member)
        if member.phone:
            phones[member.phone].append(member)
        family = surname(member.name)
        if family:
            side = whole if name_kind(member.name) is NameKind.FULL else partial
            side[family].append(member)
    yield LikenessReason.SAME_DOCUMENT, list(documents.values())
    yield LikenessReason.SAME_NAME, list(names.values())
    yield LikenessReason.SAME_PHONE, list(phones.values())
    pairs = [[one, other] for family, some in partial.items() for other in some for one in whole[family]]
    yield LikenessReason.SAME_SURNAME, pairs


def _ages_conflict(one: Member, other: Member) -> bool:
    mine, theirs = birth_range(one), birth_range(other)
    if mine is None or theirs is None:
        return False
    return max(mine[0], theirs[0]) > min(mine[1], theirs[1])


def _years_apart(one: Member, other: Member) -> float:
    mine, theirs = birth_range(one), birth_range(other)
    if mine is None or theirs is None:
        return 0
    gap = (max(mine[0], theirs[0]) - min(mine[1], theirs[1])).days
    return max(gap, 0) / 365.2425
