"""The example of reminders: it runs, in both languages, and what comes out is what a channel takes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("words", "longest", "reminder"), [((), 70, "提醒"), (("--english",), 160, "Reminder")]
)
def test_four_people_are_told_in_four_ways(
    tmp_path: Path, words: tuple[str, ...], longest: int, reminder: str
) -> None:
    script = ROOT / "examples" / "reminders" / "reminders.py"
    subprocess.run([sys.executable, str(script), "--out", str(tmp_path), *words], check=True, cwd=tmp_path)
    robot = json.loads((tmp_path / "wecom-duty-reminder-song.json").read_text("utf-8"))
    assert robot["msgtype"] == "text"
    assert robot["text"]["content"].startswith(reminder)
    assert len(robot["text"]["content"].encode()) <= 2048
    sms = [path.read_text("utf-8") for path in tmp_path.glob("sms-*.txt")]
    assert len(sms) == 2
    assert all(len(text) <= longest for text in sms)
    phone = (tmp_path / "phone.html").read_text("utf-8")
    # Assigned and reminded on the same evening: it stands there once, as the reminder.
    assert phone.count("144 0000 0003") == 1
    assert "144 0000 0001" not in phone
    board = (tmp_path / "paper.html").read_text("utf-8")
    assert [name in board for name in ("宋**", "孟**", "何**", "卯**")] == [True] * 4
    assert "宋怀远" not in board
