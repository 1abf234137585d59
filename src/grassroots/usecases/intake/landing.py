"""What a lander is, and what it has at hand: the work, the row, and whom or what a word in a cell means.

A lander turns one row into records: it reads the cells, asks the rules, keeps what they give back, and
names what it made. One lander a form, in the module of its room (usecases/intake/forms_*.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar, final

import attrs

from grassroots.contracts.storage import Includes
from grassroots.domain.correction import corrected
from grassroots.domain.member import Member, MemberStatus
from grassroots.domain.organization import Organization
from grassroots.domain.role import Role
from grassroots.domain.station import Station
from grassroots.domain.step import Step
from grassroots.domain.team import Team
from grassroots.usecases.intake.row import Row
from grassroots.values.ids import MemberId
from grassroots.values.names import name_key
from grassroots.workspace.kindspec import Record
from grassroots.workspace.work import Work

R = TypeVar("R", bound=Record)


@final
class Landing:
    """One row's landing: its work, its cells, and the records that it has made so far."""

    def __init__(
        self, work: Work, row: Row, book: Book, *, nth: int = 0, before: tuple[str, ...] = ()
    ) -> None:
        self.work = work
        self.row = row
        self.book = book
        self.nth = nth  # how many rows with the same natural key came before this one
        self.before = before  # what this very row made when it was taken in before
        self.made: list[str] = []

    # -- writing ------------------------------------------------------------------------------------------
    def id(self, kind: str, *words: str, at: date | None = None) -> str:
        """The id that a record made from these words always has: the same row again finds it again."""
        return self.work.office.derived_id(kind, *words, at=at)

    def keep(self, step: Step[R]) -> R:
        """Keep what a verb gave back, and name it as made by this row."""
        return self.made_by(self.work.keep(step))

    def settle(self, found: R | None, fresh: Callable[[], Step[R]], said: frozenset[str] | None = None) -> R:
        """The record as this row says it: made if there is none yet, set right where the row says otherwise.

        ``said`` are the fields for which the row has a cell with something in it (see :meth:`Row.said`). A
        blank never wipes: where the row says nothing, what is recorded stays.
        """
        if found is None:
            return self.keep(fresh())
        return self.keep(corrected(found, fresh().after, said=said))

    def made_by(self, record: R) -> R:
        """Name a record as one that this row stands in."""
        name = f"{self.work.office.kinds.of(type(record)).name}/{record.id}"
        if name not in self.made:
            self.made.append(name)
        return record

    # -- whom and what ------------------------------------------------------------------------------------
    def member(self, key: str, *, phone: str | None = None, needed: bool = True) -> MemberId | None:
        """The member whose name stands in a column; a problem if nobody or more than one is meant."""
        name = self.row.name(key)
        if name is None:
            return self.row.need(key, None) if needed else None
        return self._one(key, name, phone)

    def members(self, key: str, *, phone: str | None = None, needed: bool = True) -> tuple[MemberId, ...]:
        """The members whose names stand in a column; ``phone`` (of one of them) tells namesakes apart."""
        names = self.row.names(key)
        if needed:
            self.row.need(key, names)
        found = [self._one(key, name, phone) for name in names]
        return tuple(dict.fromkeys(one for one in found if one is not None))

    def known(self, name: str) -> list[Member]:
        """Everybody known by this name, merged records followed to those that were kept."""
        found: dict[str, Member] = {}
        for member in self.work.find(Member, Includes("names", name_key(name))):
            while member.status is MemberStatus.MERGED and member.merged_into:
                member = self.work.load(Member, member.merged_into)
            found[member.id] = member
        return list(found.values())

    def _one(self, key: str, name: str, phone: str | None) -> MemberId | None:
        found = self.known(name)
        if len(found) > 1:
            found = self._told_apart(found, phone)
        if len(found) == 1:
            return found[0].id
        code = "member-unknown" if not found else "member-ambiguous"
        # A telephone that cannot be read might tell namesakes apart: then that is the problem.
        if not found or not self.row.unreadable("phone"):
            self.row.problem(code, key, name=name, found=len(found))
        return None

    def _told_apart(self, found: list[Member], phone: str | None) -> list[Member]:
        """Namesakes: the telephone tells them apart, or that only one of them is active."""
        if phone is not None and (same := [member for member in found if member.phone == phone]):
            return same
        active = [member for member in found if member.status is MemberStatus.ACTIVE]
        return active if len(active) == 1 else found

    def station(self, key: str, *, needed: bool = True) -> str | None:
        """The station whose name (or other name) stands in a column."""
        return self._named(key, Station, "station-unknown", needed)

    def organization(self, key: str, *, needed: bool = True) -> str | None:
        """The organization whose name stands in a column."""
        return self._named(key, Organization, "organization-unknown", needed)

    def team(self, key: str, *, needed: bool = True) -> str | None:
        """The team whose name stands in a column."""
        return self._named(key, Team, "team-unknown", needed)

    def place(self, key: str) -> tuple[str | None, str | None]:
        """A station, or else an organization: (station, organization), one of them None."""
        words = self.row.text(key)
        if words is None:
            return None, None
        if station := self.book.named(self.work, Station, words):
            return station, None
        if body := self.book.named(self.work, Organization, words):
            return None, body
        self.row.problem("place-unknown", key, name=words)
        return None, None

    def role(self, key: str, *, needed: bool = True) -> str | None:
        """The role whose label or code stands in a column."""
        words = self.row.text(key)
        if words is None:
            return self.row.need(key, None) if needed else None
        found = self.book.role(self.work, words)
        if found is None:
            self.row.problem("role-unknown", key, name=words)
        return found

    def _named(self, key: str, kind: type[Any], code: str, needed: bool) -> str | None:
        words = self.row.text(key)
        if words is None:
            return self.row.need(key, None) if needed else None
        found = self.book.named(self.work, kind, words)
        if found is None:
            self.row.problem(code, key, name=words)
        return found


@final
class Book:
    """What one plan knows beside the storage: how often a natural key has come, and what a word means."""

    def __init__(self) -> None:
        self._nth: dict[tuple[str, ...], int] = defaultdict(int)
        # The digests of a sheet's rows, by the identity of its recognition (usecases/intake/again.py).
        self.digests: dict[int, frozenset[str]] = {}

    def nth(self, *natural: str) -> int:
        """How many rows with this natural key came before in this plan."""
        self._nth[natural] += 1
        return self._nth[natural] - 1

    def named(self, work: Work, kind: type[Any], words: str) -> str | None:
        """The id of the record of a kind with this name, other name or id; None also if two have it."""
        found = work.find(kind, Includes("names", name_key(words)), limit=2)
        if len(found) == 1:
            return str(found[0].id)
        by_id = work.peek(kind, words) if words.isascii() and 0 < len(words) <= 64 else None
        return None if by_id is None else str(by_id.id)

    def role(self, work: Work, words: str) -> str | None:
        """The id of the role with this label or code (roles are a short catalogue)."""
        asked = name_key(words)
        for role in work.find(Role):
            if asked in {
                name_key(word) for word in (role.id, role.label_zh, role.label_en, *role.aliases) if word
            }:
                return role.id
        return None


Lander = Callable[[Landing], None]


@final
@attrs.frozen
class LandedForm:
    """A form's code and its lander: how a form of an embedding app enters as well.

    ``makes`` names the kinds that its rows write: only who may write all of them in bulk is shown a plan.
    """

    code: str
    land: Lander
    makes: tuple[str, ...] = ()
