"""The rota on the wall: what stands in it, and what a browser prints."""

from __future__ import annotations

import re
import subprocess
from datetime import date, time
from pathlib import Path

import attrs
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
    rows = [row for row in re.findall(r"<tr.*?</tr>", page, re.DOTALL) if "<td>" in row]
    assert len(rows) == 31
    assert "国庆节" in rows[0]
    assert 'class="free"' in rows[0]
    assert "调休上班" in rows[9]
    assert 'class="free"' not in rows[9]
    assert "还缺 1 人" in rows[4]
    assert "停班" in rows[7]
    assert "08:30–11:30" in page.replace("<wbr>", "")
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


def printed(page: str, folder: Path) -> list[tuple[int, int]]:
    """The sheets that a browser prints of a page: how wide and how high each is, in points."""
    written, pdf = folder / "poster.html", folder / "poster.pdf"
    written.write_text(page, "utf-8")
    subprocess.run(
        ["/usr/bin/chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
         f"--user-data-dir={folder}/profile", f"--print-to-pdf={pdf}", written.as_uri()],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    boxes = re.findall(rb"/MediaBox ?\[0 0 ([0-9.]+) ([0-9.]+)\]", pdf.read_bytes())
    return [(round(float(wide)), round(float(high))) for wide, high in boxes]


def type_of(page: str) -> float:
    """The size of the type, in points."""
    found = re.search(r"font: ([0-9.]+)pt", page)
    assert found is not None
    return float(found[1])


@pytest.mark.browser
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("paper", "sheet"), [(Paper.A4, (842, 595)), (Paper.A3, (1191, 842))])
def test_a_month_prints_on_one_sheet_lying(
    board: Board, tmp_path: Path, paper: Paper, sheet: tuple[int, int], language: str
) -> None:
    assert printed(render_poster(board, language, paper), tmp_path) == [sheet]


@pytest.mark.browser
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_said_to_fit_fits_whatever_is_in_it(board: Board, tmp_path: Path, language: str) -> None:
    """One to four shifts a day, one to four people on each, and names of two to nine letters."""
    lying = standing = 0
    for shifts, people, name in (
        (1, 1, "周岚"),
        (1, 4, "贺兰山"),
        (2, 2, "欧阳春华"),
        (3, 1, "石林"),
        (3, 1, "方知远"),
        (4, 3, "欧阳春华"),
        (2, 2, "Alexandra"),
    ):
        made = crowded(board, shifts, people, name)
        page = render_poster(made, language)
        sheets = printed(page, tmp_path)
        if sheets[0][0] > sheets[0][1]:
            lying += 1
            assert sheets == [(842, 595)], (shifts, people, name)
            assert 14 <= type_of(page) <= 18
        else:
            standing += 1
            assert sheets == [(595, 842)] * page.count('class="sheet"'), (shifts, people, name)
            assert type_of(page) >= 16  # less than 18 only where a name would be torn
    assert lying >= 3
    assert standing >= 1


@pytest.mark.browser
@pytest.mark.parametrize(
    ("shifts", "people", "name", "paper"),
    [
        (3, 3, "尉迟长风", Paper.A3),
        (3, 2, "欧阳若兰", Paper.A3),
        (3, 3, "Bartholomew Okonkwo", Paper.A3),
        (3, 3, "Bartholomew Okonkwo", Paper.A4),
        (3, 2, "方知远", Paper.A4),
        (4, 2, "方知远", Paper.A4),
    ],
)
def test_standing_sheets_are_as_many_as_there_are_and_evenly_full(
    board: Board, tmp_path: Path, shifts: int, people: int, name: str, paper: Paper
) -> None:
    for language in LANGUAGES:
        page = render_poster(crowded(board, shifts, people, name), language, paper)
        assert "portrait" in page
        sheets = re.findall(r'<section class="sheet">.*?</section>', page, re.DOTALL)
        assert printed(page, tmp_path) == [(595, 842) if paper is Paper.A4 else (842, 1191)] * len(sheets)
        days = [len(re.findall(r"<b>[0-9]+</b>", sheet)) for sheet in sheets]
        assert sum(days) == 31
        assert max(days) - min(days) <= max(3, max(days) // 2)  # none of them says only "31 Sat"
        for number, sheet in enumerate(sheets, 1):  # each hangs on the wall by itself
            assert ("青禾中心" if language == "zh" else "Qinghe Hub") in sheet
            told = f"第{number}张" if language == "zh" else f"sheet {number} of"
            assert (told in sheet) == (len(sheets) > 1)


def test_long_names_are_broken_and_stay_in_their_column(board: Board) -> None:
    style = re.search(r"\.name \{[^}]*\}", render_poster(crowded(board, 3, 3, "Bartholomew Okonkwo"), "en"))
    assert style is not None
    assert "nowrap" not in style[0]


def crowded(board: Board, shifts: int, people: int, name: str) -> Board:
    """A board with so many shifts a day, each held by so many people of this name, one of them missing."""
    days = tuple(
        attrs.evolve(
            day,
            shifts=tuple(
                attrs.evolve(
                    board.days[0].shifts[0],
                    starts=time(8 + 3 * number),
                    ends=time(10 + 3 * number),
                    names=(name,) * people,
                    lacking=int(day.day.day % 10 == 0),
                )
                for number in range(shifts)
            ),
        )
        for day in board.days
    )
    return attrs.evolve(board, days=days)


def test_type_is_as_large_as_fits_and_larger_on_larger_paper(board: Board) -> None:
    for language in LANGUAGES:
        small, large = (type_of(render_poster(board, language, paper)) for paper in Paper)
        assert 14 <= small <= 18
        assert large == pytest.approx(1.414 * small, abs=0.1)
    airy = render_poster(crowded(board, 1, 1, "周岚"), "zh")
    assert type_of(airy) == 18
    assert type_of(render_poster(crowded(board, 3, 1, "石林"), "zh")) < 18
    full = render_poster(crowded(board, 4, 3, "欧阳春华"), "zh")
    assert "portrait" in full
    assert type_of(full) == 18
    assert type_of(render_poster(crowded(board, 3, 3, "方知远"), "zh")) >= 18
    style = re.search(r"<style>(.*?)</style>", full, re.DOTALL)
    assert style is not None
    assert min(float(size) for size in re.findall(r"font-size: ([0-9.]+)em", style[1])) >= 0.75


def test_a_fortnight_stands_in_one_table_and_a_month_in_two(board: Board) -> None:
    fortnight = attrs.evolve(board, days=board.days[:14])
    assert render_poster(fortnight, "zh").count("<table>") == 1
    assert render_poster(board, "zh").count("<table>") == 2
    rows = re.findall(r"<b>([0-9]+)</b>", render_poster(board, "zh"))
    assert [int(row) for row in rows] == list(range(1, 32))
