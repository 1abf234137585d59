"""A concern is what one resident told the network once: a question, a plea, a complaint, a report, an idea.

Terms. *Taken* is heard and written down (首接); *accepted* is promised to be dealt with, with a due day;
*assigned* has somebody of the network who sees to it; *referred* lies with an outside body, since work
outside the community's list may not be pushed down to it (接诉即办条例 art. 17). There are three outcomes,
never to be confused: *resolved*, *explained* (cannot be solved, and why) and *declined*. Whatever the
outcome, the resident is told (件件有回音): *replied*. Then it can be *closed*; a rating belongs to the reply.
*Tabled* is discussed at a review meeting. *Merged* is the same matter as another concern.

A concern is *open* until it has an outcome. *Overdue* is computed from a day and never stored. The words of
the resident are CASE, their name is IDENTITY, their number CONTACT; events carry none of them.
"""

from grassroots.domain.concern.events import (
    ConcernAccepted,
    ConcernAssigned,
    ConcernClosed,
    ConcernCorrected,
    ConcernDeclined,
    ConcernExplained,
    ConcernExtended,
    ConcernMerged,
    ConcernNumberTaken,
    ConcernRated,
    ConcernReferred,
    ConcernReopened,
    ConcernReplied,
    ConcernResolved,
    ConcernTabled,
    ConcernTaken,
    ExtensionTooLate,
    MergedWithItself,
)
from grassroots.domain.concern.record import (
    CORRECTABLE,
    Concern,
    Reply,
    Tabling,
    due_day,
)
from grassroots.domain.concern.states import (
    OPEN,
    TRANSITIONS,
    Channel,
    ConcernKind,
    ConcernOutcome,
    ConcernStatus,
    ReplyMedium,
    Satisfaction,
)

__all__ = [
    "CORRECTABLE",
    "OPEN",
    "TRANSITIONS",
    "Channel",
    "Concern",
    "ConcernAccepted",
    "ConcernAssigned",
    "ConcernClosed",
    "ConcernCorrected",
    "ConcernDeclined",
    "ConcernExplained",
    "ConcernExtended",
    "ConcernKind",
    "ConcernMerged",
    "ConcernNumberTaken",
    "ConcernOutcome",
    "ConcernRated",
    "ConcernReferred",
    "ConcernReopened",
    "ConcernReplied",
    "ConcernResolved",
    "ConcernStatus",
    "ConcernTabled",
    "ConcernTaken",
    "ExtensionTooLate",
    "MergedWithItself",
    "Reply",
    "ReplyMedium",
    "Satisfaction",
    "Tabling",
    "due_day",
]
