"""Kinds of notices, and the hours in which they may be sent: the numbers of the rule packs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Any, Self, final

import attrs

from grassroots.contracts.notice import Doubt, Urgency
from grassroots.domain.topics import Topic


def of_minutes(minutes: int) -> time:
    """Minutes after midnight as a time of day."""
    return time(minutes // 60 % 24, minutes % 60)


@final
@attrs.frozen(kw_only=True)
class Hours:
    """The hours on a recipient's wall. Equal ``quiet_from`` and ``quiet_until`` mean that none is quiet."""

    quiet_from: time
    quiet_until: time
    digest_at: time

    @classmethod
    def from_rule(cls, rule: Mapping[str, Any]) -> Self:
        """The hours of a rule of the pack table ``notice_hours``."""
        return cls(
            quiet_from=of_minutes(rule["quiet_from_minutes"]),
            quiet_until=of_minutes(rule["quiet_until_minutes"]),
            digest_at=of_minutes(rule["digest_at_minutes"]),
        )


@final
@attrs.frozen(kw_only=True)
class NoticeRule:
    """What the packs say of one kind of notice: table ``notice``, whose rules are named by its key.

    ``before_days`` and ``send_at`` place a reminder before what it reminds of; ``after_minutes`` is how long
    an answer is waited for before somebody else is told; ``within_hours`` how near something must be for the
    notice to be sent at all; ``expires_hours`` how long after its moment it is still of use.
    """

    key: str
    topic: Topic
    urgency: Urgency = Urgency.NORMAL
    doubt: Doubt = Doubt.RESEND
    digest: bool = False
    before_days: int = 0
    send_at: time | None = None
    after_minutes: int | None = None
    within_hours: int | None = None
    expires_hours: int | None = None
    channels: tuple[str, ...] = ()

    @classmethod
    def from_rule(cls, key: str, rule: Mapping[str, Any]) -> Self:
        """One rule of the table, with the defaults of this class where it is silent."""
        at = rule.get("send_at_minutes")
        return cls(
            key=key,
            topic=Topic(rule["topic"]),
            urgency=Urgency(rule.get("urgency", Urgency.NORMAL)),
            doubt=Doubt(rule.get("doubt", Doubt.RESEND)),
            digest=rule.get("digest", False),
            before_days=rule.get("before_days", 0),
            send_at=None if at is None else of_minutes(at),
            after_minutes=rule.get("after_minutes"),
            within_hours=rule.get("within_hours"),
            expires_hours=rule.get("expires_hours"),
            channels=tuple(rule.get("channels", ())),
        )
