"""The rota on the wall: what stands in it, and what a browser prints."""

from __future__ import annotations

import re
import subprocess
from datetime import date, time
from pathlib import Path

import pytest
from tests.usecases.conftest import WallClock

import grassroots
from grassroots.desk import Desk
from grassroots.domain.station import StationKind
from grassroots.locale import LANGUAGES
from grassroots.pages.poster import Paper, render_poster
from grassroots.usecases.rotas import Board
from grassroots.values.dates import Period

OCTOBER = Period.month(2026, 10)
NAMES = ("林小满", "贺兰山", "方知远", "周岚", "欧阳春华", "石<i>林")


def filled(desk: Desk) -> Board:
    hub = desk.stations.found(kind=StationKind.HUB, name="青禾中心", name_en="Qinghe Hub")
    people = [desk.members.register(name=name, categories=("volunteer",)).id for name in NAMES]
    for starts, ends in ((time(8, 30), time(11, 30)), (time(14), time(17))):
        shifts = desk.duties.post_days(
            station=hub.id, days=OCTOBER.days(), starts=starts, ends=ends, minimum=2
        )
        for number, shift in enumerate(shifts):
            for member in (people[number % 6], people[(number + 1) % 6])[: 1 if number == 4 else 2]:
                desk.duties.assign(shift.id, member)
    desk.duties.call_off_shift(
        next(shift.id for shift, _ in desk.duties.roster(OCTOBER) if shift.day == date(2026, 10, 8)),
        reason="heat",
    )
    return desk.rotas.board(hub.id, OCTOBER)


@pytest.fixture(scope="module")
def board() -> Board:
    clock = WallClock()
    clock.go_to(date(2026, 9, 20))
    with grassroots.open("memory://", network="poster", clock=clock) as network:
        return filled(network.desk("steward:office"))


def test_every_day_says_what_it_is_in_words_and_what_is_missing(board: Board) -> None:
    page = render_poster(board, "zh")
    rows = re.findall(r"<tr.*?</tr>", page, re.DOTALL)[1:]
    assert len(rows) == 31
    assert "国庆节" in rows[0]
    assert 'class="free"' in rows[0]
    assert "调休上班" in rows[9]
    assert 'class="free"' not in rows[9]
    assert "还缺 1 人" in rows[4]
    assert "停班" in rows[7]
    assert "08:30–11:30" in page
    assert board.lacking == 2


def test_names_are_escaped_and_nothing_is_loaded(board: Board) -> None:
    for language in LANGUAGES:
        page = render_poster(board, language, Paper.A3)
        assert "石&lt;i&gt;林" in page
        assert "石<i>林" not in page
        assert "http" not in page.replace("http-equiv", "")
        assert "default-src 'none'" in page
        assert "<script" not in page


def test_a_month_without_shifts_says_so(board: Board) -> None:
    with grassroots.open("memory://", network="bare") as network:
        desk = network.desk("steward:office")
        hub = desk.stations.found(kind=StationKind.HUB, name="青禾中心")
        empty = desk.rotas.board(hub.id, Period.month(2031, 10))
    assert "没有班次" in render_poster(empty, "zh")
    assert {day.kind for day in empty.days} == {None}  # nobody announced that year


@pytest.mark.browser
@pytest.mark.parametrize(("paper", "sheets", "wide"), [(Paper.A4, 2, 595), (Paper.A3, 1, 842)])
def test_a_month_prints_on_one_sheet_of_a3_or_two_of_a4(
    board: Board, tmp_path: Path, paper: Paper, sheets: int, wide: int
) -> None:
    page, printed = tmp_path / "poster.html", tmp_path / "poster.pdf"
    page.write_text(render_poster(board, "zh", paper), "utf-8")
    subprocess.run(
        ["/usr/bin/chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
         f"--user-data-dir={tmp_path}/profile", f"--print-to-pdf={printed}", page.as_uri()],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    text = printed.read_bytes()
    boxes = re.findall(rb"/MediaBox ?\[0 0 ([0-9.]+) [0-9.]+\]", text)
    assert len(boxes) == sheets
    assert {round(float(box)) for box in boxes} == {wide}


def test_no_letter_is_smaller_than_eighteen_points(board: Board) -> None:
    page = render_poster(board, "zh")
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style is not None
    assert "font: 18pt/1.3" in style[1]
    scaled = [float(size) for size in re.findall(r"font-size: ([0-9.]+)em", style[1])]
    assert min(scaled) >= 1
