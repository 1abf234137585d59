"""The slip for a pen: what stands on it in both languages, and that it is one page for each person."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from tests.usecases.conftest import WallClock

import grassroots
from grassroots.desk import Desk
from grassroots.domain.station import StationKind
from grassroots.errors import BadInput
from grassroots.locale import LANGUAGES
from grassroots.pages.availability import render_slips
from grassroots.usecases.availability_slips import Slips
from grassroots.values.ids import StationId


def place(desk: Desk) -> StationId:
    hub = desk.stations.found(kind=StationKind.HUB, name="青禾中心", name_en="Qinghe Hub").id
    desk.charter.amend(name="青禾志愿服务网络", name_en="Qinghe volunteers")
    for name in ("林小满", "石<i>林"):
        desk.members.register(name=name, phone="14400001234", station=hub, categories=("volunteer",))
    desk.members.register(name="卯奶奶", station=hub, categories=("recipient",))
    gone = desk.members.register(name="何佳音", station=hub, categories=("volunteer",)).id
    desk.members.pause(gone)
    desk.members.register(name="周岚", categories=("volunteer",))
    return hub


@pytest.fixture(scope="module")
def sheet() -> Slips:
    with grassroots.open("memory://", network="slips", clock=WallClock()) as network:
        desk = network.desk("steward:office")
        return desk.availability.slips(station=place(desk), blank=1)


def test_every_volunteer_of_the_place_has_a_page_and_one_is_blank(sheet: Slips) -> None:
    assert [slip.name for slip in sheet.slips] == ["林小满", "石<i>林", ""]
    page = render_slips(sheet, "zh")
    assert page.count('<section class="slip">') == 3
    assert page.count("144 0000 1234") == 2
    assert "石&lt;i&gt;林" in page
    assert "石<i>林" not in page


def test_there_is_a_box_for_each_part_of_each_day_and_the_hours_stand_beside(sheet: Slips) -> None:
    for language, words in (("zh", ("上午", "下午", "晚上", "周一")), ("en", ("morning", "evening", "Mon"))):
        page = render_slips(sheet, language)
        table = re.findall(r"<table>.*?</table>", page, re.DOTALL)[0]
        assert table.count('class="box"') == 21
        assert "6:00–12:30" in table
        assert all(word in table for word in words)


def test_network_and_place_are_called_as_the_reader_calls_them(sheet: Slips) -> None:
    assert "青禾志愿服务网络 · 青禾中心" in render_slips(sheet, "zh")
    assert "Qinghe volunteers · Qinghe Hub" in render_slips(sheet, "en")


def test_nothing_is_loaded_and_no_sentence_is_missing(sheet: Slips) -> None:
    for language in LANGUAGES:
        page = render_slips(sheet, language)
        assert "http" not in page.replace("http-equiv", "")
        assert "<script" not in page
        assert "slip-" not in re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)


def test_more_pages_than_anybody_prints_are_refused() -> None:
    with grassroots.open("memory://", network="slips") as network:
        desk = network.desk("steward:office")
        for blank in (-1, 201):
            with pytest.raises(BadInput) as refused:
                desk.availability.slips(blank=blank)
            assert refused.value.code == "slips-count"


@pytest.mark.browser
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_slip_is_one_page_of_a4(sheet: Slips, language: str, tmp_path: Path) -> None:
    page, pdf = tmp_path / "slips.html", tmp_path / "slips.pdf"
    page.write_text(render_slips(sheet, language), "utf-8")
    subprocess.run(
        ["/usr/bin/chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
         f"--user-data-dir={tmp_path}/profile", f"--print-to-pdf={pdf}", page.as_uri()],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    boxes = re.findall(rb"/MediaBox ?\[0 0 ([0-9.]+) [0-9.]+\]", pdf.read_bytes())
    assert [round(float(box)) for box in boxes] == [595] * 3


def test_no_letter_is_smaller_than_eleven_points_and_the_most_is_sixteen(sheet: Slips) -> None:
    style = re.search(r"<style>(.*?)</style>", render_slips(sheet, "zh"), re.DOTALL)
    assert style is not None
    assert "font: 16pt/1.35" in style[1]
    printed = style[1].split("@media screen")[0]
    assert min(float(size) for size in re.findall(r"font-size: ([0-9.]+)em", printed)) * 16 >= 11
