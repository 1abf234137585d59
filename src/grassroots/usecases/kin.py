"""Families at a desk: who is whose guardian, who lives with whom, who is kin."""

from __future__ import annotations

from datetime import date
from typing import final

from grassroots.contracts.storage import Is
from grassroots.domain.kin import Tie, TieKind
from grassroots.domain.member import Member
from grassroots.usecases.people import about_somebody
from grassroots.values.ids import MemberId, TieId
from grassroots.workspace.acts import Room, act, look
from grassroots.workspace.reading import Reading
from grassroots.workspace.work import Work


@final
class Kin(Room):
    """The room ``desk.kin``."""

    @act
    def record(
        self, work: Work, one: MemberId, other: MemberId, kind: TieKind, *, since: date | None = None
    ) -> Tie:
        """Write down how two members belong together; of a guardian, ``one`` answers for ``other``."""
        work.load(Member, one)
        work.load(Member, other)
        step = Tie.record(
            id=TieId(work.new_id()),
            one=one,
            other=other,
            kind=kind,
            since=since or work.today,
            known=ties_of(work, one),
        )
        return work.keep(step)

    @act
    def end(self, work: Work, id: TieId, *, on: date | None = None) -> Tie:
        """It is over; ``on`` is the last day."""
        return work.keep(work.load(Tie, id).end(on or work.today))

    @look
    def of(self, reading: Reading, member: MemberId) -> list[Tie]:
        """The ties of one member, in order of entry, those that are over as well; Missing for nobody."""
        both = [*reading.walk(Tie, Is("one", member)), *reading.walk(Tie, Is("other", member))]
        return about_somebody(reading, member, sorted(both, key=lambda tie: tie.id))


def ties_of(work: Work, member: MemberId) -> list[Tie]:
    """The ties of one member, inside an act: it rests on them."""
    return [*work.find(Tie, Is("one", member)), *work.find(Tie, Is("other", member))]
