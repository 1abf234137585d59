"""A suggestion campaign asks members for ideas (金点子); a submission is what one member handed in.

Terms. A *submission* has *pages* and numbered *items*, one suggestion each. A *reply* is given to an item,
not to the whole: an authority may thank for all fifteen and answer only some, and the share answered is then
k of 15. Sound suggestions are adopted wholly or partly, and answered (信访工作条例 art. 29).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, Self, final

import attrs

from grassroots.domain.checks import at_least, one_of, short_code
from grassroots.domain.fields import CASE, guarded
from grassroots.domain.step import Event, Step
from grassroots.errors import BadInput, Missing, Refused
from grassroots.values.counts import Rate
from grassroots.values.ids import CampaignId, MemberId, OrganizationId, SubmissionId
from grassroots.values.texts import tidy_text


class SuggestionOutcome(StrEnum):
    """What the body that was asked makes of one item."""

    ADOPTED = "adopted"  # 采纳
    PARTLY_ADOPTED = "partly-adopted"  # 部分采纳
    NOTED = "noted"  # 留作参考: kept for later
    NOT_ADOPTED = "not-adopted"  # with the reason in the text


@final
@attrs.frozen(kw_only=True)
class CampaignOpened(Event):
    """A body asks for suggestions."""

    opened: date
    called_by: OrganizationId | None = None


@final
@attrs.frozen(kw_only=True)
class CampaignClosed(Event):
    """No more submissions; replies go on."""

    on: date


@final
@attrs.frozen(kw_only=True)
class SubmissionHandedIn(Event):
    """A member handed something in: so many items on so many pages."""

    campaign: CampaignId
    member: MemberId
    on: date
    items: int
    pages: int | None = None


@final
@attrs.frozen(kw_only=True)
class ItemsAdded(Event):
    """More items of the same submission."""

    numbers: tuple[int, ...]


@final
@attrs.frozen(kw_only=True)
class ItemReplied(Event):
    """One item was answered."""

    number: int
    on: date
    outcome: SuggestionOutcome
    by: OrganizationId | None = None


@final
@attrs.frozen(kw_only=True)
class SubmissionCorrected(Event):
    """Fields were set right; former values are in the history."""

    fields: tuple[str, ...]
    reason: str | None = None


class CampaignNotOpen(Refused):
    """The campaign does not take anything in on that day."""

    code = "campaign-not-open"


class ItemStandsOtherwise(Refused):
    """An item with this number stands there with other words: give it the next number, or correct it."""

    code = "item-stands-otherwise"


@final
@attrs.frozen(kw_only=True)
class Campaign:
    """One call for suggestions; ``closed`` is the last day on which anything is taken in."""

    id: CampaignId
    title: str = attrs.field(converter=tidy_text)
    title_en: str | None = None
    aliases: tuple[str, ...] = ()
    called_by: OrganizationId | None = None
    opened: date
    closed: date | None = None

    def __attrs_post_init__(self) -> None:
        if not self.title:
            raise BadInput("campaign-without-title", id=self.id)
        if self.closed is not None and self.closed < self.opened:
            raise BadInput("span-backwards", first=self.opened.isoformat(), last=self.closed.isoformat())

    @classmethod
    def open(
        cls,
        *,
        id: CampaignId,
        title: str,
        opened: date,
        called_by: OrganizationId | None = None,
        **fields: Any,
    ) -> Step[Self]:
        """Ask for suggestions."""
        campaign = cls(id=id, title=title, opened=opened, called_by=called_by, **fields)
        return Step(campaign, (CampaignOpened(opened=opened, called_by=called_by),))

    def close(self, on: date) -> Step[Self]:
        """Take nothing in after this day."""
        if self.closed == on:
            return Step(self)
        return Step(attrs.evolve(self, closed=on), (CampaignClosed(on=on),))

    def takes(self, on: date) -> bool:
        """Whether it takes something in on a day."""
        return self.opened <= on and (self.closed is None or on <= self.closed)


def _outcome(value: SuggestionOutcome | str) -> SuggestionOutcome:
    return one_of(SuggestionOutcome, value)


@guarded
@final
@attrs.frozen(kw_only=True)
class ItemReply:
    """The answer to one item; ``by`` is the body that gave it."""

    on: date
    outcome: SuggestionOutcome = attrs.field(converter=_outcome)
    by: OrganizationId | None = None
    text: str = attrs.field(default="", metadata=CASE, converter=tidy_text)


@guarded
@final
@attrs.frozen(kw_only=True)
class SuggestionItem:
    """One suggestion of a submission, by its number on the paper."""

    number: int = attrs.field(validator=at_least(1))
    text: str = attrs.field(metadata=CASE, converter=tidy_text)
    replies: tuple[ItemReply, ...] = ()

    def __attrs_post_init__(self) -> None:
        if not self.text:
            raise BadInput("item-without-text", number=self.number)

    @property
    def replied(self) -> bool:
        """Whether it was answered at all."""
        return bool(self.replies)

    @property
    def outcome(self) -> SuggestionOutcome | None:
        """What the latest answer says; None without an answer."""
        return max(self.replies, key=lambda reply: reply.on).outcome if self.replies else None


CORRECTABLE = frozenset({"on", "pages", "items"})


@final
@attrs.frozen(kw_only=True)
class Submission:
    """What one member handed in to a campaign. ``pages`` is None if nobody counted them."""

    id: SubmissionId
    campaign: CampaignId
    member: MemberId
    on: date
    pages: int | None = attrs.field(default=None, validator=at_least(1))
    items: tuple[SuggestionItem, ...] = ()

    def __attrs_post_init__(self) -> None:
        numbers = [item.number for item in self.items]
        if len(set(numbers)) != len(numbers):
            twice = sorted({number for number in numbers if numbers.count(number) > 1})
            raise BadInput("item-twice", id=self.id, numbers=tuple(str(number) for number in twice))
        early = [reply.on for item in self.items for reply in item.replies if reply.on < self.on]
        if early:
            raise BadInput("reply-before-submission", id=self.id, what=min(early).isoformat())

    @classmethod
    def hand_in(
        cls,
        campaign: Campaign,
        *,
        id: SubmissionId,
        member: MemberId,
        on: date,
        items: Sequence[SuggestionItem | str],
        pages: int | None = None,
    ) -> Step[Self]:
        """Take in what a member wrote; bare texts are numbered in their order, from 1."""
        if not campaign.takes(on):
            raise CampaignNotOpen(campaign=campaign.id, on=on.isoformat())
        numbered = tuple(_numbered(items, 1))
        if not numbered:
            raise BadInput("submission-empty", id=id)
        one = cls(id=id, campaign=campaign.id, member=member, on=on, items=numbered, pages=pages)
        told = SubmissionHandedIn(
            campaign=campaign.id, member=member, on=on, items=len(numbered), pages=pages
        )
        return Step(one, (told,))

    def same_paper(self, other: Submission) -> bool:
        """Whether it is the same paper, typed a second time."""
        mine = (self.campaign, self.member, self.on, {(item.number, item.text) for item in self.items})
        theirs = (other.campaign, other.member, other.on, {(item.number, item.text) for item in other.items})
        return mine == theirs

    def add(self, items: Sequence[SuggestionItem | str]) -> Step[Self]:
        """More items of the same paper. One that stands already, in the same words, is not doubled."""
        standing = {item.number: item for item in self.items}
        new = []
        for item in _numbered(items, max(standing, default=0) + 1):
            known = standing.get(item.number)
            if known is None:
                new.append(item)
            elif known.text != item.text:
                raise ItemStandsOtherwise(id=self.id, number=item.number)
        if not new:
            return Step(self)
        after = attrs.evolve(self, items=tuple(sorted((*self.items, *new), key=lambda item: item.number)))
        return Step(after, (ItemsAdded(numbers=tuple(sorted(item.number for item in new))),))

    def reply(self, number: int, reply: ItemReply) -> Step[Self]:
        """Answer one item; the same answer again changes nothing, a later one stands beside it."""
        found = next((item for item in self.items if item.number == number), None)
        if found is None:
            raise Missing("item-missing", id=self.id, number=number)
        if reply in found.replies:
            return Step(self)
        answered = attrs.evolve(found, replies=(*found.replies, reply))
        after = attrs.evolve(self, items=tuple(answered if item is found else item for item in self.items))
        told = ItemReplied(number=number, on=reply.on, outcome=reply.outcome, by=reply.by)
        return Step(after, (told,))

    def correct(self, reason: str | None = None, **fields: Any) -> Step[Self]:
        """Set fields right; ``items`` replaces them all, replies included."""
        if wrong := set(fields) - CORRECTABLE:
            raise BadInput("field-not-correctable", kind="submission", fields=tuple(sorted(wrong)))
        if reason is not None:
            short_code(reason, "reason")
        if "items" in fields:
            fields["items"] = tuple(fields["items"])
        after = attrs.evolve(self, **fields)
        changed = tuple(sorted(name for name in fields if getattr(after, name) != getattr(self, name)))
        return Step(after, (SubmissionCorrected(fields=changed, reason=reason),)) if changed else Step(self)

    @property
    def replied(self) -> int:
        """How many of its items were answered."""
        return sum(item.replied for item in self.items)


def _numbered(items: Sequence[SuggestionItem | str], first: int) -> Iterable[SuggestionItem]:
    for place, item in enumerate(items):
        yield SuggestionItem(number=first + place, text=item) if isinstance(item, str) else item


def reply_rate(submissions: Iterable[Submission]) -> Rate:
    """Answered items of all items."""
    known = list(submissions)
    return Rate(sum(one.replied for one in known), sum(len(one.items) for one in known))
