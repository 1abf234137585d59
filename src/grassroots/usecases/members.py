"""Members at a desk: register, correct, the life-cycle, merging, and finding people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, final

from grassroots.contracts.storage import Includes, Is
from grassroots.domain.addressing import Addressing
from grassroots.domain.duplicates import Likeness, likenesses
from grassroots.domain.history import History
from grassroots.domain.member import Member, MemberStatus, merge
from grassroots.domain.rights import remembered
from grassroots.errors import Missing
from grassroots.values.ids import MemberId, StationId
from grassroots.values.names import name_key
from grassroots.workspace.acts import Room, act, look
from grassroots.workspace.reading import Reading
from grassroots.workspace.work import Work


@final
class Members(Room):
    """The room ``desk.members``."""

    @act
    def register(self, work: Work, /, *, name: str, **fields: Any) -> Member:
        """Record a person; ``fields`` are those of :class:`Member`. The name may be incomplete.

        A telephone number is made plain; BadInput says what is wrong with one that cannot be one.
        """
        fields = _with_number(work, fields)
        return work.keep(Member.register(id=MemberId(work.new_id()), name=name, **fields))

    @act
    def correct(self, work: Work, /, id: MemberId, *, reason: str | None = None, **fields: Any) -> Member:
        """Set fields right; the former values stay in the history (see :meth:`history`)."""
        fields = _with_number(work, fields)
        return work.keep(remembered(work.load(Member, id)).correct(reason, **fields))

    @act
    def admit(self, work: Work, id: MemberId, *, on: date | None = None) -> Member:
        """Take somebody in, for the first time or again."""
        return work.keep(remembered(work.load(Member, id)).admit(on or work.today))

    @act
    def pause(self, work: Work, id: MemberId, *, on: date | None = None, reason: str | None = None) -> Member:
        """Away for a while; ``reason`` is a short code."""
        return work.keep(work.load(Member, id).pause(on or work.today, reason))

    @act
    def resume(self, work: Work, id: MemberId, *, on: date | None = None) -> Member:
        """Back again."""
        return work.keep(remembered(work.load(Member, id)).resume(on or work.today))

    @act
    def leave(self, work: Work, id: MemberId, *, on: date | None = None, reason: str | None = None) -> Member:
        """No longer takes part."""
        return work.keep(work.load(Member, id).leave(on or work.today, reason))

    @act
    def record_death(self, work: Work, id: MemberId, *, on: date) -> Member:
        """Record a death."""
        return work.keep(work.load(Member, id).record_death(on))

    @act
    def merge(
        self, work: Work, kept: MemberId, gone: MemberId, *, take: Sequence[str] = ()
    ) -> tuple[Member, Member]:
        """Two records of one person become one; ``take`` names the fields to take from ``gone``."""
        first, second = merge(work.load(Member, kept), work.load(Member, gone), frozenset(take))
        return work.keep(first), work.keep(second)

    @look
    def get(self, reading: Reading, id: MemberId) -> Member:
        """The person with this id; a merged record leads on to the one that was kept."""
        found = reading.get(Member, id)
        while found.merged_into is not None:
            found = reading.get(Member, found.merged_into)
        return found

    @look
    def named(self, reading: Reading, name: str) -> list[Member]:
        """Everybody known by exactly this name (blanks, width and case aside), merged records left out."""
        found = reading.walk(Member, Includes("names", name_key(name)))
        return [member for member in found if member.status is not MemberStatus.MERGED]

    @look
    def all(
        self,
        reading: Reading,
        *,
        status: MemberStatus | None = MemberStatus.ACTIVE,
        station: StationId | None = None,
    ) -> list[Member]:
        """The register: by status (None: all) and station, in order of entry."""
        where = [Is("status", status.value)] if status else []
        if station is not None:
            where.append(Is("station", station))
        return reading.list(Member, *where)

    @look
    def history(self, reading: Reading, id: MemberId) -> list[History]:
        """The former values of this person's record, oldest first."""
        return reading.list(History, Is("about", f"member/{id}"))

    @look
    def possible_duplicates(self, reading: Reading, id: MemberId | None = None) -> list[Likeness]:
        """Pairs of records that may be one person, with the reason and any conflict of ages between them."""
        known = [m for m in reading.walk(Member) if m.status is not MemberStatus.MERGED]
        found = likenesses(known)
        if id is None:
            return found
        if all(member.id != id for member in known):
            raise Missing("missing", kind="member", id=id)
        return [likeness for likeness in found if id in (likeness.one, likeness.other)]


def _with_number(work: Work, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields with a telephone number as it is written; None and "" say that there is none."""
    number = fields.get("phone")
    if not isinstance(number, str):
        return fields
    known = Addressing.of(work.office.packs, work.today)
    return {**fields, "phone": known.phone(number) if number.strip() else None}
