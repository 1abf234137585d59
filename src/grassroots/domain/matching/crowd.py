"""Everybody who may look after somebody, found by what is asked of them and not one by one.

Ten thousand helpers held against ten thousand elders are a hundred million matches, nearly all of them "too
far". A *crowd* asks each rule once for all helpers: the answer is a set of them, kept as one whole number
with a bit for each (bit ``n``: the n-th). What the rules of :mod:`grassroots.domain.matching.rules` say of
two people, a crowd says of one and all; the tests hold one against the other.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Final, final

import attrs

from grassroots.domain.matching.profile import BarCode
from grassroots.domain.matching.rules import GONE, MatchRules, Side
from grassroots.domain.member import MemberStatus
from grassroots.domain.pairing import Fit
from grassroots.values.ids import MemberId

_SOMEBODY: Final = re.compile(rb"[^\0]", re.DOTALL)


@final
@attrs.frozen
class Held:
    """One recipient held against a crowd: whom each rule keeps away, and whom none does (sets as numbers)."""

    bars: Mapping[BarCode, int]
    fitting: int

    @property
    def counts(self) -> dict[BarCode, int]:
        """How many each rule keeps away, rules that keep nobody away left out."""
        return {code: who.bit_count() for code, who in self.bars.items() if who}


@final
class Crowd:
    """Helpers in order, and who of them is where, speaks what, can do what."""

    def __init__(self, helpers: Sequence[Side], rules: MatchRules) -> None:
        self.helpers, self.rules = helpers, rules
        self.place = {one.member.id: number for number, one in enumerate(helpers)}
        self._all = (1 << len(helpers)) - 1
        self._away = self.who(lambda one: one.member.status is not MemberStatus.ACTIVE)
        ages = rules.scheme.supporter_ages
        self._age = self.who(lambda one: ages.fit(one.ages) is Fit.OUT)
        self._speaking = self._by(lambda one: one.languages)
        self._able = self._by(lambda one: set(one.member.skills))
        self._of_sex = self._by(lambda one: (one.member.sex,))
        most = rules.most_minutes
        self._near = self._by(lambda one: [c for c, minutes in one.minutes.items() if minutes <= (most or 0)])
        self._at = self._by(lambda one: (one.member.station,))
        self._unplaced = self.who(lambda one: one.profile.compound is None)
        self._refusing = self._by(lambda one: one.profile.apart)
        self._told: dict[Hashable, Held] = {}

    def held(self, seeks: Side, *, kin: Collection[MemberId] = (), unsafe: int = 0) -> Held:
        """A recipient against all of them. ``kin``: who is of one family with them; ``unsafe``: a set."""
        common = self._common(seeks)
        blocked = self._refusing.get(seeks.member.id, 0) | self._set(seeks.profile.apart)
        own = {
            BarCode.BLOCKED: blocked,
            BarCode.ONESELF: self._set((seeks.member.id,)),
            BarCode.FAMILY: self._set(kin),
            BarCode.SAFEGUARDING: unsafe,
        }
        barred = blocked | own[BarCode.ONESELF] | own[BarCode.FAMILY] | unsafe
        if not barred:
            return common
        return Held({**common.bars, **own}, common.fitting & ~barred)

    def _common(self, seeks: Side) -> Held:
        """What does not depend on who it is, only on what is asked: many ask the same."""
        asked, member = seeks.profile, seeks.member
        too_old = self.rules.scheme.recipient_ages.fit(seeks.ages) is Fit.OUT
        gone = member.status in GONE
        key = (
            gone, too_old, asked.compound, member.station, seeks.languages, asked.wants_sex,
            frozenset(asked.needs),
        )  # fmt: skip
        if key not in self._told:
            bars = {
                BarCode.AWAY: self._all if gone else self._away,
                BarCode.SUPPORTER_AGE: self._age,
                BarCode.RECIPIENT_AGE: self._all if too_old else 0,
                BarCode.TOO_FAR: self._all & ~self._reaching(seeks),
                BarCode.LANGUAGE: self._all & ~self._understood(seeks),
                BarCode.SEX: 0
                if asked.wants_sex is None
                else self._all & ~self._of_sex.get(asked.wants_sex, 0),
                BarCode.SKILL: self._all & ~self._skilled(asked.needs),
            }
            barred = 0
            for who in bars.values():
                barred |= who
            self._told[key] = Held(bars, self._all & ~barred)
        return self._told[key]

    def _reaching(self, seeks: Side) -> int:
        if self.rules.most_minutes is None:
            return self._all
        station, compound = seeks.member.station, seeks.profile.compound
        neighbours = 0 if station is None else self._at.get(station, 0)
        if compound is None:
            return neighbours
        return self._near.get(compound, 0) | (neighbours & self._unplaced)

    def _understood(self, seeks: Side) -> int:
        if not seeks.languages:
            return self._all
        found = 0
        for language in seeks.languages:
            found |= self._speaking.get(language, 0)
        return found

    def _skilled(self, needs: Iterable[str]) -> int:
        found = self._all
        for need in needs:
            found &= self._able.get(need, 0)
        return found

    # -- sets as numbers ----------------------------------------------------------------------------------
    def _set(self, members: Iterable[MemberId]) -> int:
        return _bits((self.place[one] for one in members if one in self.place), len(self.helpers))

    def who(self, holds: Callable[[Side], bool]) -> int:
        """The set of all helpers of whom something holds."""
        return _bits((n for n, one in enumerate(self.helpers) if holds(one)), len(self.helpers))

    def _by(self, words: Callable[[Side], Iterable[Hashable]]) -> dict[Hashable, int]:
        found: dict[Hashable, list[int]] = defaultdict(list)
        for number, one in enumerate(self.helpers):
            for word in words(one):
                found[word].append(number)
        return {word: _bits(numbers, len(self.helpers)) for word, numbers in found.items()}


def _bits(numbers: Iterable[int], size: int) -> int:
    # In a row of bytes: setting one bit of a whole number copies all of it.
    row = bytearray(size // 8 + 1)
    for number in numbers:
        row[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(row, "little")


def each(who: int) -> Iterator[int]:
    """The numbers in a set, in order."""
    row = who.to_bytes((who.bit_length() + 7) // 8, "little")
    # The search runs over what is nearly always empty: of ten thousand some dozens fit.
    for found in _SOMEBODY.finditer(row):
        place = found.start()
        eight = row[place]
        while eight:
            yield 8 * place + (eight & -eight).bit_length() - 1
            eight &= eight - 1
