"""How concerns are stored and searched."""

from __future__ import annotations

from collections.abc import Mapping

from grassroots.contracts.storage import Key
from grassroots.domain.concern import (
    CORRECTABLE,
    Concern,
    ConcernAccepted,
    ConcernAssigned,
    ConcernClosed,
    ConcernCorrected,
    ConcernDeclined,
    ConcernExplained,
    ConcernExtended,
    ConcernKind,
    ConcernMerged,
    ConcernOutcome,
    ConcernRated,
    ConcernReferred,
    ConcernReopened,
    ConcernReplied,
    ConcernResolved,
    ConcernStatus,
    ConcernTabled,
    ConcernTaken,
    Satisfaction,
)
from grassroots.domain.fields import FieldGroup
from grassroots.workspace.kindspec import Hidden, IdOf, KeyValue, KindSpec, ListedIn


def _concern_keys(concern: Concern) -> Mapping[str, KeyValue]:
    return {
        "station": concern.station,
        "taken_on": concern.taken_on.isoformat(),
        "month": concern.taken_on.isoformat()[:7],
        "taken_by": concern.taken_by,
        "status": concern.status.value,
        "outcome": concern.outcome.value if concern.outcome else None,
        "kind": concern.kind.value if concern.kind else None,
        "category": concern.category,
        "number": concern.number,
        "shift": concern.shift,
        "compound": concern.compound,
        "owner": concern.owner,
        "unit": concern.unit,
        "due": concern.due.isoformat() if concern.due else None,
        "rating": concern.rating.value if concern.rating else None,
        "open": concern.open,
        "replied": concern.replied,
        "tabled_after_days": concern.tabled_after_days,
        "raiser": concern.raiser_member,
        "raiser_phone": concern.raiser_phone[:255] if concern.raiser_phone else None,
    }


KINDS = (
    KindSpec(
        name="concern",
        record=Concern,
        keys={
            "station": Key.TEXT,
            "taken_on": Key.TEXT,
            "month": Key.TEXT,
            "taken_by": Key.TEXT,
            "status": Key.TEXT,
            "outcome": Key.TEXT,
            "kind": Key.TEXT,
            "category": Key.TEXT,
            "number": Key.TEXT,
            "shift": Key.TEXT,
            "compound": Key.TEXT,
            "owner": Key.TEXT,
            "unit": Key.TEXT,
            "due": Key.TEXT,
            "rating": Key.TEXT,
            "open": Key.FLAG,
            "replied": Key.FLAG,
            "tabled_after_days": Key.WHOLE,
            "raiser": Key.TEXT,
            "raiser_phone": Key.TEXT,
        },
        choices={
            "station": IdOf("station"),
            "status": ConcernStatus,
            "outcome": ConcernOutcome,
            "kind": ConcernKind,
            "category": ListedIn("concern_category"),
            "compound": IdOf("organization"),
            "unit": IdOf("organization"),
            "rating": Satisfaction,
        },
        keys_of=_concern_keys,
        hidden={"raiser": Hidden(name="member"), "raiser_phone": Hidden(name="phone")},
        person="raiser",
        together=(("station", "open"), ("station", "taken_on")),
        events=(
            ConcernTaken,
            ConcernAccepted,
            ConcernAssigned,
            ConcernReferred,
            ConcernExtended,
            ConcernResolved,
            ConcernExplained,
            ConcernDeclined,
            ConcernReplied,
            ConcernRated,
            ConcernClosed,
            ConcernReopened,
            ConcernMerged,
            ConcernTabled,
            ConcernCorrected,
        ),
        people=lambda concern: (concern.raiser_member,),
        authors=lambda concern: (concern.taken_by,),
        on_case=lambda concern: (concern.owner,),
        place=lambda concern: concern.station,
        guards={"raiser": FieldGroup.IDENTITY, "raiser_phone": FieldGroup.CONTACT},
        history=CORRECTABLE,
    ),
)
