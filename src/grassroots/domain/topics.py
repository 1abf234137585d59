"""What a notice can be about: what somebody may refuse, or want by another channel."""

from __future__ import annotations

from enum import StrEnum


class Topic(StrEnum):
    """What a notice is about; what somebody may refuse or want by another channel."""

    DUTY = "duty"  # rosters: assigned, tomorrow, called off
    PAIRING = "pairing"  # somebody looked after: contacts due and overdue
    CONCERN = "concern"  # what lies with one: assigned, due, to be answered
    ACTIVITY = "activity"  # what one signed up for: moved, called off
    CALLOUT = "callout"  # an urgent call to everyone who fits
    RIGHTS = "rights"  # what concerns one's own data: an emergency access
