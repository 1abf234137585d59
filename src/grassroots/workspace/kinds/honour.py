"""How awards are stored and searched."""

from __future__ import annotations

from collections.abc import Mapping

from grassroots.contracts.storage import Key
from grassroots.domain.honour import Award, Awarded, AwardMovedOn, AwardStatus, AwardSurveyed
from grassroots.workspace.kindspec import IdOf, KeyValue, KindSpec, ListedIn


def _award_keys(award: Award) -> Mapping[str, KeyValue]:
    return {
        "honour": award.honour,
        "member": award.member,
        "station": award.station,
        "status": award.status.value,
        "reference": award.reference.isoformat(),
        "year": f"{award.reference.year:04d}",
        "awarded_on": None if award.awarded_on is None else award.awarded_on.isoformat(),
        "occasion": award.occasion,
    }


KINDS = (
    KindSpec(
        name="award",
        record=Award,
        keys={
            "honour": Key.TEXT,
            "member": Key.TEXT,
            "station": Key.TEXT,
            "status": Key.TEXT,
            "reference": Key.TEXT,
            "year": Key.TEXT,
            "awarded_on": Key.TEXT,
            "occasion": Key.TEXT,
        },
        choices={
            "honour": ListedIn("medal"),
            "station": IdOf("station"),
            "status": AwardStatus,
        },
        keys_of=_award_keys,
        person="member",
        together=(("honour", "member"),),
        events=(AwardSurveyed, AwardMovedOn, Awarded),
        people=lambda award: (award.member,),
        place=lambda award: award.station,
        history=frozenset({"reason"}),
    ),
)
