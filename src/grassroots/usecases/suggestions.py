"""Suggestions at a desk: campaigns, what members handed in, and the answer to each item."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, final

from grassroots.contracts.storage import Condition, Is, Ref
from grassroots.domain.member import Member
from grassroots.domain.organization import Organization
from grassroots.domain.suggestion import (
    Campaign,
    ItemReply,
    Submission,
    SuggestionItem,
    SuggestionOutcome,
    reply_rate,
)
from grassroots.values.counts import Rate
from grassroots.values.ids import CampaignId, MemberId, OrganizationId, SubmissionId
from grassroots.workspace.acts import Room, act, look
from grassroots.workspace.reading import Reading
from grassroots.workspace.work import Work


@final
class Suggestions(Room):
    """The room ``desk.suggestions``."""

    @act
    def open_campaign(
        self,
        work: Work,
        *,
        title: str,
        opened: date | None = None,
        called_by: OrganizationId | None = None,
    ) -> Campaign:
        """A body asks for suggestions."""
        if called_by is not None:
            work.load(Organization, called_by)
        return work.keep(
            Campaign.open(
                id=CampaignId(work.new_id()), title=title, opened=opened or work.today, called_by=called_by
            )
        )

    @act
    def close_campaign(self, work: Work, id: CampaignId, *, on: date | None = None) -> Campaign:
        """Take nothing in after this day; replies go on."""
        return work.keep(work.load(Campaign, id).close(on or work.today))

    @act
    def hand_in(
        self,
        work: Work,
        *,
        campaign: CampaignId,
        member: MemberId,
        items: Sequence[SuggestionItem | str],
        pages: int | None = None,
        on: date | None = None,
    ) -> Submission:
        """Take in what a member wrote; bare texts are numbered. The same paper twice is one submission."""
        work.load(Member, member)
        step = Submission.hand_in(
            work.load(Campaign, campaign),
            id=SubmissionId(work.new_id()),
            member=member,
            on=on or work.today,
            items=items,
            pages=pages,
        )
        standing = work.find(Submission, Is("campaign", campaign), Is("member", member))
        same = [one for one in standing if one.same_paper(step.after)]
        return same[0] if same else work.keep(step, Ref("campaign", campaign))

    @act
    def add_items(self, work: Work, id: SubmissionId, items: Sequence[SuggestionItem | str]) -> Submission:
        """More items of the same paper."""
        return work.keep(work.load(Submission, id).add(items))

    @act
    def reply(
        self,
        work: Work,
        id: SubmissionId,
        number: int,
        *,
        outcome: SuggestionOutcome | str,
        text: str = "",
        by: OrganizationId | None = None,
        on: date | None = None,
    ) -> Submission:
        """Answer one item of a submission; ``by`` is the body that answers."""
        if by is not None:
            work.load(Organization, by)
        reply = ItemReply(on=on or work.today, outcome=outcome, by=by, text=text)
        return work.keep(work.load(Submission, id).reply(number, reply))

    @act
    def correct(
        self, work: Work, /, id: SubmissionId, *, reason: str | None = None, **fields: Any
    ) -> Submission:
        """Set fields right; former values stay in the history."""
        return work.keep(work.load(Submission, id).correct(reason, **fields))

    # -- looking ------------------------------------------------------------------------------------------
    @look
    def campaign(self, reading: Reading, id: CampaignId) -> Campaign:
        """One campaign."""
        return reading.get(Campaign, id)

    @look
    def campaigns(self, reading: Reading) -> list[Campaign]:
        """Every campaign, in order of entry."""
        return reading.list(Campaign)

    @look
    def get(self, reading: Reading, id: SubmissionId) -> Submission:
        """One submission."""
        return reading.get(Submission, id)

    @look
    def all(
        self,
        reading: Reading,
        *,
        campaign: CampaignId | None = None,
        member: MemberId | None = None,
    ) -> list[Submission]:
        """Submissions in order of entry, of one campaign or member."""
        return reading.list(Submission, *_where(campaign, member))

    @look
    def reply_rate(
        self,
        reading: Reading,
        *,
        campaign: CampaignId | None = None,
        member: MemberId | None = None,
    ) -> Rate:
        """Answered items of all items: k of 15."""
        return reply_rate(reading.walk(Submission, *_where(campaign, member)))


def _where(campaign: CampaignId | None, member: MemberId | None) -> list[Condition]:
    where: list[Condition] = [] if campaign is None else [Is("campaign", campaign)]
    if member is not None:
        where.append(Is("member", member))
    return where
