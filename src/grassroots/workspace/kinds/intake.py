"""How intakes and the rows of their sheets are stored."""

from __future__ import annotations

from grassroots.contracts.storage import Key
from grassroots.domain.correction import RecordCorrected
from grassroots.domain.intake import (
    Intake,
    IntakeAdvanced,
    IntakeBegun,
    IntakeFinished,
    RowHeldBack,
    RowReplaced,
    RowTaken,
    SheetRow,
)
from grassroots.workspace.kindspec import KindSpec

KINDS = (
    KindSpec(
        name="intake",
        record=Intake,
        keys={"digest": Key.TEXT, "status": Key.TEXT, "file": Key.TEXT},
        keys_of=lambda one: {"digest": one.digest, "status": one.status.value, "file": one.file[:255]},
        events=(IntakeBegun, IntakeAdvanced, IntakeFinished, RecordCorrected),
    ),
    KindSpec(
        name="row",
        record=SheetRow,
        keys={
            "intake": Key.TEXT,
            "form": Key.TEXT,
            "file": Key.TEXT,
            "status": Key.TEXT,
            "code": Key.TEXT,
            "made": Key.TEXTS,
        },
        keys_of=lambda one: {
            "intake": one.intake,
            "form": one.form,
            "file": one.file[:255],
            "status": one.status.value,
            "code": one.code,
            "made": one.made[:100],
        },
        events=(RowTaken, RowHeldBack, RowReplaced),
    ),
)
