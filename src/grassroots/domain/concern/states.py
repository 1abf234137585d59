"""The states of a concern, and the closed sets that it speaks in."""

from __future__ import annotations

from enum import StrEnum

from grassroots.domain.states import Table


class ConcernStatus(StrEnum):
    """Where a concern stands."""

    RECORDED = "recorded"  # heard and written down
    ACCEPTED = "accepted"  # promised to be dealt with
    ASSIGNED = "assigned"  # somebody of the network sees to it
    REFERRED = "referred"  # lies with an outside body
    RESOLVED = "resolved"  # solved; the resident is still to be told
    EXPLAINED = "explained"  # cannot be solved, and why; the resident is still to be told
    DECLINED = "declined"  # not a matter for the network, with a reason; the resident is still to be told
    REPLIED = "replied"  # the resident has been told the outcome
    CLOSED = "closed"  # told, and nothing left to do
    MERGED = "merged"  # the same matter as another concern, which goes on


_ANY_WORK = {
    "resolve": ConcernStatus.RESOLVED,
    "explain": ConcernStatus.EXPLAINED,
    "decline": ConcernStatus.DECLINED,
    "merge": ConcernStatus.MERGED,
}
_OUTCOME = {"reply": ConcernStatus.REPLIED, "reopen": ConcernStatus.ACCEPTED}

TRANSITIONS: Table[ConcernStatus] = {
    # Dealt with on the spot is no exception: from recorded straight to an outcome.
    ConcernStatus.RECORDED: {
        "accept": ConcernStatus.ACCEPTED,
        "assign": ConcernStatus.ASSIGNED,
        "refer": ConcernStatus.REFERRED,
        **_ANY_WORK,
    },
    ConcernStatus.ACCEPTED: {
        "assign": ConcernStatus.ASSIGNED,
        "refer": ConcernStatus.REFERRED,
        **_ANY_WORK,
    },
    # To another person or body: assigned and referred lead to themselves too.
    ConcernStatus.ASSIGNED: {
        "assign": ConcernStatus.ASSIGNED,
        "refer": ConcernStatus.REFERRED,
        **_ANY_WORK,
    },
    ConcernStatus.REFERRED: {
        "assign": ConcernStatus.ASSIGNED,
        "refer": ConcernStatus.REFERRED,
        **_ANY_WORK,
    },
    ConcernStatus.RESOLVED: dict(_OUTCOME),
    ConcernStatus.EXPLAINED: dict(_OUTCOME),
    ConcernStatus.DECLINED: dict(_OUTCOME),
    # Whoever is not content gets a second answer, or the matter is taken up again.
    ConcernStatus.REPLIED: {
        "reply": ConcernStatus.REPLIED,
        "rate": ConcernStatus.REPLIED,
        "close": ConcernStatus.CLOSED,
        "reopen": ConcernStatus.ACCEPTED,
    },
    ConcernStatus.CLOSED: {"rate": ConcernStatus.CLOSED, "reopen": ConcernStatus.ACCEPTED},
    ConcernStatus.MERGED: {},
}

OPEN = frozenset(
    {ConcernStatus.RECORDED, ConcernStatus.ACCEPTED, ConcernStatus.ASSIGNED, ConcernStatus.REFERRED}
)
"""Without an outcome yet: what a review meeting has to look at."""


class ConcernKind(StrEnum):
    """The five kinds of the 12345 line (咨询、求助、投诉、举报、建议)."""

    ENQUIRY = "enquiry"
    HELP = "help"
    COMPLAINT = "complaint"
    REPORT = "report"
    SUGGESTION = "suggestion"


class Channel(StrEnum):
    """How it reached us."""

    IN_PERSON = "in-person"  # at the desk of a post
    PHONE = "phone"
    PAPER = "paper"  # a slip, a letter, the box on the wall
    PATROL = "patrol"
    VISIT = "visit"  # at the resident's home
    ONLINE = "online"


class ConcernOutcome(StrEnum):
    """How it ended; kept when it is replied and closed, so that solved and explained stay two things."""

    RESOLVED = "resolved"
    EXPLAINED = "explained"
    DECLINED = "declined"


class ReplyMedium(StrEnum):
    """How the resident was told."""

    IN_PERSON = "in-person"
    PHONE = "phone"
    MESSAGE = "message"
    LETTER = "letter"
    VISIT = "visit"
    NOTICE_BOARD = "notice-board"  # the way to answer somebody who gave no name


class Satisfaction(StrEnum):
    """What the resident says of it when asked (回访)."""

    CONTENT = "content"  # 满意
    FAIRLY_CONTENT = "fairly-content"  # 基本满意
    NOT_CONTENT = "not-content"  # 不满意
    UNREACHABLE = "unreachable"  # no valid call-back: outside the denominator
    REFUSED = "refused"  # no valid call-back: outside the denominator
