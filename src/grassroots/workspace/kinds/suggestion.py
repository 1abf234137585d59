"""How suggestion campaigns and submissions are stored and searched."""

from __future__ import annotations

from collections.abc import Mapping

from grassroots.contracts.storage import Key
from grassroots.domain.suggestion import (
    CORRECTABLE,
    Campaign,
    CampaignClosed,
    CampaignOpened,
    ItemReplied,
    ItemsAdded,
    Submission,
    SubmissionCorrected,
    SubmissionHandedIn,
)
from grassroots.workspace.kindspec import IdOf, KeyValue, KindSpec


def _campaign_keys(campaign: Campaign) -> Mapping[str, KeyValue]:
    return {
        "called_by": campaign.called_by,
        "opened": campaign.opened.isoformat(),
        "closed": campaign.closed.isoformat() if campaign.closed else None,
    }


def _submission_keys(one: Submission) -> Mapping[str, KeyValue]:
    return {
        "campaign": one.campaign,
        "member": one.member,
        "on": one.on.isoformat(),
        "month": one.on.isoformat()[:7],
        "pages": one.pages,
        "items": len(one.items),
        "replied": one.replied,
    }


KINDS = (
    KindSpec(
        name="campaign",
        record=Campaign,
        keys={"called_by": Key.TEXT, "opened": Key.TEXT, "closed": Key.TEXT},
        keys_of=_campaign_keys,
        events=(CampaignOpened, CampaignClosed),
    ),
    KindSpec(
        name="submission",
        record=Submission,
        keys={
            "campaign": Key.TEXT,
            "member": Key.TEXT,
            "on": Key.TEXT,
            "month": Key.TEXT,
            "pages": Key.WHOLE,
            "items": Key.WHOLE,
            "replied": Key.WHOLE,
        },
        choices={
            "campaign": IdOf("campaign"),
        },
        keys_of=_submission_keys,
        person="member",
        events=(SubmissionHandedIn, ItemsAdded, ItemReplied, SubmissionCorrected),
        people=lambda one: (one.member,),
        authors=lambda one: (one.member,),
        history=CORRECTABLE,
    ),
)
