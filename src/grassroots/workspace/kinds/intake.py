"""How intakes and the rows of their sheets are stored."""

from __future__ import annotations

from grassroots.contracts.storage import Key
from grassroots.domain.correction import RecordCorrected
from grassroots.domain.intake import (
    Intake,
    IntakeAdvanced,
    IntakeBegun,
    IntakeFinished,
    IntakeStatus,
    RowHeldBack,
    RowMended,
    RowReplaced,
    RowStatus,
    RowTaken,
    SheetRow,
)
from grassroots.workspace.kindspec import Hidden, IdOf, KindSpec

FILE = Hidden(name="file", bits=32)
"""“files of Ms Zhang.xlsx” names somebody as well as a field would."""

KINDS = (
    KindSpec(
        name="intake",
        record=Intake,
        # 2: a storage of a sealed network does not see what the office called its file.
        version=2,
        upcasters={1: dict},
        private=frozenset({"file"}),
        hidden={"file": FILE},
        keys={"digest": Key.TEXT, "status": Key.TEXT, "file": Key.TEXT},
        choices={
            "status": IntakeStatus,
        },
        keys_of=lambda one: {"digest": one.digest, "status": one.status.value, "file": one.file[:255]},
        events=(IntakeBegun, IntakeAdvanced, IntakeFinished, RecordCorrected),
    ),
    KindSpec(
        name="row",
        record=SheetRow,
        version=3,
        # Version 1 did not know which of several equal rows it was, nor for which lines it speaks: defaults.
        # 3: as of the file that it stood in.
        upcasters={1: dict, 2: dict},
        private=frozenset({"file", "sheet"}),
        hidden={"file": FILE},
        keys={
            "intake": Key.TEXT,
            "form": Key.TEXT,
            "file": Key.TEXT,
            "number": Key.WHOLE,
            "status": Key.TEXT,
            "returned": Key.FLAG,
            "code": Key.TEXT,
            "made": Key.TEXTS,
        },
        choices={
            "intake": IdOf("intake"),
            "status": RowStatus,
        },
        keys_of=lambda one: {
            "intake": one.intake,
            "form": one.form,
            "file": one.file[:255],
            "number": one.number,
            "status": one.status.value,
            # What an import of the same sheet has to know before it begins: few rows of many.
            "returned": one.status is RowStatus.HELD_BACK or bool(one.mends),
            "code": one.code,
            "made": one.made[:100],
        },
        events=(RowTaken, RowHeldBack, RowReplaced, RowMended),
    ),
)
