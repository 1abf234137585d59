"""From what happened to what is said, and when it may be said: pure rules, no words of their own.

Terms. A *kind of notice* ("duty-reminder") says how urgent it is, when it is sent, and until when it is of
use; these numbers stand in the rule packs. *Quiet hours* are the hours of the night on the recipient's own
wall clock in which nothing is sent that is not urgent. A *digest* gathers what may wait into one notice of
the morning; who has no news gets none. A *topic* is what somebody may refuse ("duty", "pairing").
"""

from grassroots.domain.topics import Topic
from grassroots.domain.wording.kinds import (
    Hours,
    NoticeRule,
)
from grassroots.domain.wording.moments import (
    day_of,
    is_quiet,
    next_at,
    quiet_until,
    reminder_at,
    wall,
)
from grassroots.domain.wording.texts import (
    LONGEST_SHORT,
    NoticeText,
    NoticeTextSet,
    NoticeTextTakenBack,
    Variant,
    placeholders,
)

__all__ = [
    "LONGEST_SHORT",
    "Hours",
    "NoticeRule",
    "NoticeText",
    "NoticeTextSet",
    "NoticeTextTakenBack",
    "Topic",
    "Variant",
    "day_of",
    "is_quiet",
    "next_at",
    "placeholders",
    "quiet_until",
    "reminder_at",
    "wall",
]
