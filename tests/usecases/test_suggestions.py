from __future__ import annotations

from datetime import date

import pytest

from grassroots.desk import Desk
from grassroots.domain.suggestion import Campaign, CampaignNotOpen
from grassroots.errors import Missing
from grassroots.values.ids import MemberId, OrganizationId

ITEMS = [f"第{n}条交通管理建议" for n in range(1, 16)]


@pytest.fixture
def police(desk: Desk) -> OrganizationId:
    return desk.organizations.register(kind="authority", name="示范区交警大队").id


@pytest.fixture
def campaign(desk: Desk, police: OrganizationId) -> Campaign:
    return desk.suggestions.open_campaign(title="交通金点子", called_by=police)


def test_fifteen_suggestions_on_twelve_pages_are_answered_one_by_one(
    desk: Desk, campaign: Campaign, police: OrganizationId
) -> None:
    author = desk.members.register(name="唐启").id
    paper = desk.suggestions.hand_in(campaign=campaign.id, member=author, items=ITEMS, pages=12)
    assert desk.suggestions.reply_rate(member=author).percent() == "0"
    for number in (1, 4, 9):
        desk.suggestions.reply(paper.id, number, outcome="adopted", by=police, text="将采纳")
    rate = desk.suggestions.reply_rate(campaign=campaign.id)
    assert (rate.numerator, rate.denominator, rate.percent()) == (3, 15, "20.0")
    assert desk.suggestions.get(paper.id).replied == 3


def test_a_paper_typed_twice_is_one_submission(desk: Desk, campaign: Campaign) -> None:
    author = desk.members.register(name="唐启").id
    first = desk.suggestions.hand_in(campaign=campaign.id, member=author, items=ITEMS, pages=12)
    again = desk.suggestions.hand_in(campaign=campaign.id, member=author, items=ITEMS, pages=12)
    assert again.id == first.id
    desk.suggestions.hand_in(campaign=campaign.id, member=author, items=ITEMS[:3])
    assert len(desk.suggestions.all(campaign=campaign.id, member=author)) == 2


def test_without_submissions_there_is_no_share(desk: Desk, campaign: Campaign) -> None:
    assert desk.suggestions.reply_rate(campaign=campaign.id).percent() is None


def test_a_closed_campaign_takes_nothing_in_and_is_still_answered(desk: Desk, campaign: Campaign) -> None:
    author = desk.members.register(name="唐启").id
    paper = desk.suggestions.hand_in(campaign=campaign.id, member=author, items=ITEMS[:1])
    desk.suggestions.close_campaign(campaign.id, on=date(2021, 7, 2))
    with pytest.raises(CampaignNotOpen):
        desk.suggestions.hand_in(campaign=campaign.id, member=author, items=ITEMS[1:], on=date(2021, 7, 3))
    assert desk.suggestions.reply(paper.id, 1, outcome="noted").replied == 1


def test_authors_bodies_and_campaigns_have_to_exist(desk: Desk, campaign: Campaign) -> None:
    with pytest.raises(Missing):
        desk.suggestions.hand_in(campaign=campaign.id, member=MemberId("nobody"), items=ITEMS)
    with pytest.raises(Missing):
        desk.suggestions.open_campaign(title="金点子", called_by=OrganizationId("nowhere"))


def test_more_items_of_the_paper_go_on_counting(desk: Desk, campaign: Campaign) -> None:
    author = desk.members.register(name="唐启").id
    paper = desk.suggestions.hand_in(campaign=campaign.id, member=author, items=ITEMS[:14])
    more = desk.suggestions.add_items(paper.id, ITEMS[14:])
    assert [item.number for item in more.items] == [*range(1, 16)]
    assert desk.suggestions.correct(paper.id, pages=12).pages == 12


def test_what_members_suggest_does_not_reach_the_journal(desk: Desk, campaign: Campaign) -> None:
    author = desk.members.register(name="唐启").id
    paper = desk.suggestions.hand_in(campaign=campaign.id, member=author, items=ITEMS)
    desk.suggestions.reply(paper.id, 1, outcome="not-adopted", text="经费不足")
    journal = b"".join(e.fact.body for e in desk.seat.office.storage.journal(after=0, limit=1000)).decode()
    assert "交通管理建议" not in journal
    assert "经费" not in journal
