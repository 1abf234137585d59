"""The tables that rooms ask for, column by column: what a pack may say and in which unit.

A table of an app's own begins with ``x_`` and may hold what it likes, as long as its whole numbers end in a
unit. grassroots/packs/schema.json says the same for editors; a test keeps the two together.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final, final

import attrs

from grassroots.contracts.notice import Doubt, Urgency
from grassroots.contracts.policy import Action, Effect, Posture, Relation
from grassroots.domain.fields import FieldGroup
from grassroots.domain.topics import Topic

UNITS: Final = (
    "_count",
    "_percent",
    "_year",
    "_years",
    "_months",
    "_weeks",
    "_days",
    "_hours",
    "_minutes",
    "_points",
)
"""How the name of a whole number ends, so that nobody takes working days for hours."""

OWN_TABLE = "x_"
"""How the name of an app's own table (or own column in a known table) begins."""

MOST = 100_000
"""No whole number of a pack is greater: a longer one is a slip of the finger."""


class ColumnType(StrEnum):
    """What may stand in a column."""

    TEXT = "text"  # for people
    CODE = "code"  # a short code: lower case letters, digits, _
    CODES = "codes"  # a list of codes
    WHOLE = "whole"  # a whole number, its unit at the end of the name
    WHOLES = "wholes"  # whole numbers by code, the unit at the end of the column's name
    FLAG = "flag"  # true or false
    DAY = "day"  # a calendar day
    DAYS = "days"  # a list of calendar days
    DAY_OF_YEAR = "day-of-year"  # "07-01"
    FREE = "free"  # whatever the room reads there; the room checks it


@final
@attrs.frozen
class Column:
    """One column: its type, whether it must stand, the closed set of its codes, the table it refers to."""

    type: ColumnType
    required: bool = attrs.field(default=False, kw_only=True)
    choices: tuple[str, ...] = attrs.field(default=(), kw_only=True)
    refers: str = attrs.field(default="", kw_only=True)
    least: int = attrs.field(default=0, kw_only=True)
    star: bool = attrs.field(default=False, kw_only=True)
    """Whether "*" (every one) may stand among the codes."""


@final
@attrs.frozen(kw_only=True)
class Table:
    """One table: its columns; ``one_of`` names columns of which exactly one stands; labels may be due."""

    columns: Mapping[str, Column] = attrs.field(factory=dict)
    one_of: tuple[str, ...] = ()
    labelled: bool = False


_TEXT = Column(ColumnType.TEXT)
_FLAG = Column(ColumnType.FLAG)
_DAY = Column(ColumnType.DAY)
_DAYS = Column(ColumnType.DAYS)
_CODE = Column(ColumnType.CODE)
_CODES = Column(ColumnType.CODES)
_WHOLE = Column(ColumnType.WHOLE)
_SOME = Column(ColumnType.WHOLE, least=1)


def _must(column: Column) -> Column:
    return attrs.evolve(column, required=True)


def _one(*choices: str) -> Column:
    return Column(ColumnType.CODE, choices=choices)


def _some(*choices: str) -> Column:
    return Column(ColumnType.CODES, choices=choices)


def _id_of(table: str) -> Column:
    return Column(ColumnType.CODE, refers=table)


def _ids_of(table: str) -> Column:
    return Column(ColumnType.CODES, refers=table)


LABELS: Final[Mapping[str, Column]] = MappingProxyType({"label_zh": _TEXT, "label_en": _TEXT, "note": _TEXT})
"""Columns that every rule may have."""

_CATALOGUE = Table(labelled=True)
_MEANS = _some("visit", "phone", "video", "message", "other")
LIMITS: Final = (
    *("walking", "standing", "stairs", "left-hand", "right-hand", "lifting", "sight", "hearing", "speech"),
    *("memory", "heat", "night"),
)
"""What a body cannot do (domain/member.Limit, which stands above this module; a test compares them)."""

_FIGURE = (
    *("kind", "unit", "where", "of", "over", "parts", "day", "from_day", "place", "by", "bucket", "least"),
    *("each", "among", "other"),
)
_STARRED = Column(ColumnType.CODES, required=True, star=True)

TABLES: Final[Mapping[str, Table]] = MappingProxyType(
    {
        "party_standing": Table(
            columns={
                "joined_first_day": _must(_DAY),
                "joined_last_day": _DAY,
                "joined_means": _one("higher-approval", "accepted-as-probationary", "branch-meeting"),
                "probation": _must(_FLAG),
                "probation_months": Column(ColumnType.WHOLES, least=1),
                "standing_starts": _must(_one("approval", "probation-end")),
            }
        ),
        "standing_rule": Table(
            columns={"counted_from": _must(_one("full-membership", "extension-end", "uninterrupted"))}
        ),
        "medal": Table(
            columns={
                "standing_years": _must(_SOME),
                "reference_day": _must(Column(ColumnType.DAY_OF_YEAR)),
                "reference_day_counts": _must(_FLAG),
                "first_award_year": _WHOLE,
                "living_only": _FLAG,
                "good_conduct_needed": _FLAG,
                "steps": _must(_some("surveyed", "recommended", "reviewed", "cleared", "awarded")),
            },
            labelled=True,
        ),
        "age_band": Table(
            columns={"first_age_years": _must(_WHOLE), "last_age_years": _WHOLE}, labelled=True
        ),
        "pairing_scheme": Table(
            columns={
                "supporter_age_band": _id_of("age_band"),
                "recipient_age_band": _id_of("age_band"),
                "supporter_is": _CODE,
                "recipient_is": _CODE,
                "recipients_per_supporter_count": _SOME,
                "contacts_least_count": _SOME,
                "contacts_within_days": _SOME,
                "contact_means": _MEANS,
                "contacts_recorded": _FLAG,
                "more_in_extreme_weather": _FLAG,
                "most_walking_minutes": _SOME,
                "trial_days": _SOME,
                "review_every_months": _SOME,
            },
            labelled=True,
        ),
        "pairing_weight": Table(
            columns={"weight_points": _must(_WHOLE), "younger_years": _SOME}, labelled=True
        ),
        "pairing_practice": Table(columns={"recipients_per_supporter_count": _SOME, "trial_days": _SOME}),
        "visit_tier": Table(
            columns={
                "visits_least_count": _must(_SOME),
                "visits_within_days": _SOME,
                "visits_within_months": _SOME,
                "visit_after_change_hours": _SOME,
                "visit_means": _MEANS,
                "criteria": _CODES,
            },
            one_of=("visits_within_days", "visits_within_months"),
            labelled=True,
        ),
        "concern_kind": _CATALOGUE,
        "concern_category": _CATALOGUE,
        "concern_due": Table(
            columns={
                "concern_kind": _id_of("concern_kind"),
                "urgency": _one("ordinary", "urgent", "life-and-property", "utilities", "difficult"),
                "due_hours": _SOME,
                "due_days": _SOME,
                "due_working_days": _WHOLE,
            },
            one_of=("due_hours", "due_days", "due_working_days"),
        ),
        "concern_practice": Table(
            columns={
                "first_receiver_keeps": _FLAG,
                "extension_reason_told": _FLAG,
                "extension_before_due": _FLAG,
                "callback_working_days": _WHOLE,
                "review_within_days": _SOME,
                "reply_within_months": _SOME,
            }
        ),
        "rate": Table(
            columns={
                "numerator": _must(_CODES),
                "denominator": _must(_CODES),
                "excluded": _CODES,
                "printed_digits_count": _WHOLE,
                "rounding": _one("truncate", "half-up"),
            },
            labelled=True,
        ),
        "hours_policy": Table(
            columns={
                "counted_unit": _must(_one("minute", "half-hour", "hour")),
                "travel_included": _must(_FLAG),
                "meetings_counted": _FLAG,
                "least_minutes": _SOME,
                "most_per_day_minutes": _SOME,
                "most_per_activity_minutes": _SOME,
            }
        ),
        "hours_notice": Table(columns={"notice_working_days": _must(_WHOLE)}),
        "duty_policy": Table(
            columns={
                "published_before_days": _WHOLE,
                "reminder_before_days": _WHOLE,
                "arrive_before_minutes": _WHOLE,
                "substitute_told_before": _FLAG,
                "least_people_count": _SOME,
                "most_shift_minutes": _SOME,
                "ask_from_age_years": _SOME,
                "most_per_day_count": _SOME,
                "most_per_week_count": _SOME,
                "most_per_month_count": _SOME,
                "least_rest_hours": _SOME,
                "most_days_running_count": _SOME,
                "most_weekends_count": _SOME,
                "late_within_hours": _SOME,
                "caps_lifted_hours": _SOME,
                "swap_needs_lead": _FLAG,
                "season_months": _SOME,
                "experienced_after_count": _SOME,
                "adults_with_minors_count": _SOME,
            }
        ),
        "day_part": Table(
            columns={"from_minutes": _must(_WHOLE), "until_minutes": _must(_WHOLE)}, labelled=True
        ),
        "duty_limit": Table(
            columns={
                "when": _must(_one("any", "night", "outdoor", "heat")),
                "from_minutes": _WHOLE,
                "until_minutes": _WHOLE,
                "first_day": Column(ColumnType.DAY_OF_YEAR),
                "last_day": Column(ColumnType.DAY_OF_YEAR),
                "ask_from_age_years": _SOME,
                "hinders": _some(*LIMITS),
            },
            labelled=True,
        ),
        "holiday_notice": Table(columns={"covers_year": _must(_SOME)}),
        "holiday": Table(
            columns={"first_day": _must(_DAY), "last_day": _must(_DAY), "working_days": _DAYS}, labelled=True
        ),
        "lunar_festival": Table(columns={"lunar_day": _must(_CODE)}, labelled=True),
        "minor": Table(
            columns={
                "under_age_years": _must(_SOME),
                "guardian_consent": _FLAG,
                "counted_not_named": _FLAG,
                "access_logged": _FLAG,
                "audit_every_months": _SOME,
            },
            labelled=True,
        ),
        "retention": Table(
            columns={"least_kept_years": _SOME, "least_kept_months": _SOME},
            one_of=("least_kept_years", "least_kept_months"),
            labelled=True,
        ),
        "mask": Table(columns={"style": _must(_one("surname", "keep-3-4", "keep-1-1", "area", "hidden"))}),
        "channel_limit": Table(
            columns={
                "services": _must(_CODES),
                "per_minute_count": _SOME,
                "per_second_count": _SOME,
                "text_bytes_count": _SOME,
                "text_characters_count": _SOME,
            }
        ),
        "channel_address": Table(
            columns={"channels": _must(_CODES), "address": _must(_one("mail", "phone", "web"))}
        ),
        "phone_shape": Table(
            columns={
                "begins": _TEXT,
                "digits_least_count": _must(_SOME),
                "digits_most_count": _must(_SOME),
            }
        ),
        "notice_hours": Table(
            columns={
                "quiet_from_minutes": _must(_WHOLE),
                "quiet_until_minutes": _must(_WHOLE),
                "digest_at_minutes": _must(_WHOLE),
            }
        ),
        "notice_reader": Table(columns={"roles": _must(_CODES)}),
        "notice": Table(
            columns={
                "topic": _must(_one(*Topic)),
                "urgency": _one(*Urgency),
                "doubt": _one(*Doubt),
                "digest": _FLAG,
                "before_days": _WHOLE,
                "send_at_minutes": _WHOLE,
                "after_minutes": _WHOLE,
                "within_hours": _SOME,
                "expires_hours": _SOME,
                "channels": _CODES,
            }
        ),
        "intervention_kind": _CATALOGUE,
        "activity_kind": Table(columns={"minors_likely": _FLAG}, labelled=True),
        "organization_kind": _CATALOGUE,
        "network_function": _CATALOGUE,
        "network_node": Table(
            columns={
                "nodes_least_count": _must(_WHOLE),
                "nodes_most_count": _SOME,
                "parents": _must(_ids_of("network_node")),
                "functions_required": _ids_of("network_function"),
                "roles_required": _ids_of("role"),
            },
            labelled=True,
        ),
        "theme": Table(columns={"network_node": _id_of("network_node")}, labelled=True),
        "role": Table(
            columns={
                "family": _must(_CODE),
                "people_target_count": _SOME,
                "duties_zh": _TEXT,
                "duties_en": _TEXT,
            },
            labelled=True,
        ),
        # A definition is checked by domain/figure.py, which knows the measures; here only its frame.
        "figure": Table(
            columns={
                "measure": _must(_CODE),
                "title_zh": _must(_TEXT),
                "title_en": _must(_TEXT),
                **dict.fromkeys(_FIGURE, Column(ColumnType.FREE)),
            }
        ),
        "policy": Table(
            columns={
                "posture": _must(attrs.evolve(_some(*Posture), star=True)),
                "relation": _must(_some(*Relation)),
                "kind": _STARRED,
                "group": _must(attrs.evolve(_some(*FieldGroup), star=True)),
                "action": _must(attrs.evolve(_some(*Action), star=True)),
                "purpose": _STARRED,
                "effect": _must(_one(*Effect)),
                "but_not": _CODES,
            }
        ),
        "deputy": Table(columns={"roles": _must(_CODES)}),
        "purpose": Table(
            columns={"basis": _must(_one("duty", "emergency", "consent", "separate-consent"))},
            labelled=True,
        ),
        "consent_text": Table(
            columns={
                "purpose": _must(_id_of("purpose")),
                "version": _must(_TEXT),
                "text_zh": _must(_TEXT),
                "text_en": _must(_TEXT),
            }
        ),
        "publishing": Table(columns={"least_count": _must(_SOME), "age_step_years": _SOME}),
        "emergency_access": Table(columns={"open_minutes": _must(_SOME), "told_least_count": _must(_SOME)}),
        "rights_request": Table(columns={"answer_days": _must(_SOME)}),
        "safeguarding": Table(
            columns={
                "screening_months": _SOME,
                "ending_days": _WHOLE,
                "adults_least_count": _SOME,
                "roles": _CODES,
                "schemes": _CODES,
            },
            labelled=True,
        ),
        "keep": Table(
            columns={
                "kinds": _must(_CODES),
                "from_field": _must(_CODE),
                "kept_years": _SOME,
                "kept_months": _SOME,
                "action": _must(_one("erase", "blank")),
                "ground": _must(_one("purpose-over", "period-over", "law")),
            },
            one_of=("kept_years", "kept_months"),
            labelled=True,
        ),
    }
)
"""Every table that a room of grassroots asks for."""
