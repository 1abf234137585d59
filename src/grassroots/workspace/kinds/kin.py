"""How ties between members are stored and searched."""

from __future__ import annotations

from collections.abc import Mapping

from grassroots.contracts.storage import Key
from grassroots.domain.fields import FieldGroup
from grassroots.domain.kin import Tie, TieEnded, TieKind, TieRecorded
from grassroots.workspace.kinds.appointment import FOREVER
from grassroots.workspace.kindspec import KeyValue, KindSpec


def _keys(tie: Tie) -> Mapping[str, KeyValue]:
    last = tie.span.last
    return {
        "one": tie.one,
        "other": tie.other,
        "kind": tie.kind.value,
        "first": tie.span.first.isoformat(),
        "last": FOREVER if last is None else last.isoformat(),
    }


KINDS = (
    KindSpec(
        name="tie",
        record=Tie,
        keys={"one": Key.TEXT, "other": Key.TEXT, "kind": Key.TEXT, "first": Key.TEXT, "last": Key.TEXT},
        choices={"kind": TieKind},
        keys_of=_keys,
        person="other",
        events=(TieRecorded, TieEnded),
        people=lambda tie: (tie.one, tie.other),
        guards=dict.fromkeys(("one", "other", "kind", "first", "last"), FieldGroup.HOUSEHOLD),
    ),
)
