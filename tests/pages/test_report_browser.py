"""The report page as a browser draws it: large enough, dark enough, and as wide as the screen or the paper.

Nothing here is skipped: ``python3 dev.py test`` installs the browser, and without it these tests fail.
"""

from __future__ import annotations

import html
import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from tests.pages.sample import CLAIMS, YEAR, busy_network

from grassroots.locale import LANGUAGES
from grassroots.pages.report import render_report
from grassroots.usecases.reports import Report

pytestmark = pytest.mark.browser

CHROMIUM = "/usr/bin/chromium"
MISSING = (
    "The browser tests need Chromium and Chinese fonts: apt-get install chromium fonts-noto-cjk fontconfig"
)
A4 = (595.28, 841.89)
"""Points."""
WIDTHS = {"phone": 360, "desktop": 1280}

PRINTED = 672
"""A4 less its margins, in CSS pixels."""
ON_PAPER = {
    "@media print": "@media all",
    "@media screen and (max-width: 46rem)": "@media not all",
    "@media (max-width: 46rem)": "@media not all",
}
"""The rules as they hold on paper, to be measured on a screen."""

MEASURE = """
<script>
function parse(colour) {
  const found = colour.match(/[0-9.]+/g).map(Number);
  return {r: found[0], g: found[1], b: found[2], a: found.length > 3 ? found[3] : 1};
}
function light(c) {
  const part = v => { v /= 255; return v <= 0.03928 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4); };
  return 0.2126 * part(c.r) + 0.7152 * part(c.g) + 0.0722 * part(c.b);
}
function behind(element) {
  for (let at = element; at; at = at.parentElement) {
    const c = parse(getComputedStyle(at).backgroundColor);
    if (c.a > 0) return c;
  }
  return {r: 255, g: 255, b: 255, a: 1};
}
function contrast(one, other) {
  const [high, low] = [light(one), light(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}
function measure() {
  const told = {size: 1e9, spacing: 1e9, contrast: 1e9, texts: 0, columns: 0, lying: 0, policy: ''};
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || element.closest('script, title')) continue;
    const range = document.createRange(); range.selectNodeContents(walker.currentNode);
    const box = range.getBoundingClientRect();
    const style = getComputedStyle(element);
    // Heads that only a reader's voice says, and what this screen does not show.
    const clipped = element.closest('.away, thead');
    if (box.width < 2 || clipped && getComputedStyle(clipped).position === 'absolute') continue;
    const size = parseFloat(style.fontSize), svg = element.namespaceURI.endsWith('svg');
    told.texts += 1;
    if (size < told.size) { told.size = size; told.smallest = walker.currentNode.data; }
    if (!svg) {
      const spacing = parseFloat(style.lineHeight) / size;
      if (spacing < told.spacing) { told.spacing = spacing; told.tightest = walker.currentNode.data; }
    }
    const ratio = contrast(parse(svg ? style.fill : style.color), behind(element));
    if (ratio < told.contrast) { told.contrast = ratio; told.palest = walker.currentNode.data; }
    if (box.right > innerWidth + 1 || box.left < -1) told.outside = walker.currentNode.data;
  }
  told.overflow = document.documentElement.scrollWidth - innerWidth;
  for (const one of document.querySelectorAll('.scroll')) {
    told.scrolls = Math.max(told.scrolls || 0, one.scrollWidth - one.clientWidth);
  }
  const seen = one => one.getBoundingClientRect().height > 0;
  told.columns = [...document.querySelectorAll('svg.columns')].filter(seen).length;
  told.lying = [...document.querySelectorAll('svg.lying')].filter(seen).length;
  // Two columns' words must not run into each other.
  told.touching = '';
  for (const kind of ['.amount', '.name']) {
    for (const svg of [...document.querySelectorAll('svg.columns')].filter(seen)) {
      const boxes = [...svg.querySelectorAll(kind)].map(one => one.getBoundingClientRect());
      boxes.forEach((box, i) => { if (i && boxes[i - 1].right > box.left) told.touching = kind; });
    }
  }
  return told;
}
addEventListener('load', () => {
  const out = document.createElement('pre'); out.id = 'measured';
  out.textContent = JSON.stringify(measure());
  document.body.append(out);
});
</script>
"""


@pytest.fixture(scope="module")
def report() -> Iterator[Report]:
    with busy_network() as opened:
        desk = opened.desk("steward:office")
        yield desk.reports.yearly(YEAR, claims=desk.claims.hold(CLAIMS))


Browse = Callable[..., str]


@pytest.fixture(scope="module")
def browse(tmp_path_factory: pytest.TempPathFactory) -> Browse:
    if not Path(CHROMIUM).exists():
        pytest.fail(MISSING)
    profile = tmp_path_factory.mktemp("profile")

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [
                CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                f"--user-data-dir={profile}", *arguments,
            ],
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    return run


def measured(browse: Browse, folder: Path, page: str, width: int) -> dict[str, Any]:
    """What the page measures when it is as wide as this; in a frame, as a window has a least width."""
    policy = re.search(r"<meta http-equiv=[^>]*>", page)
    assert policy
    measuring = page.replace(policy.group(), "").replace("</body>", f"{MEASURE}</body>")
    (folder / "frame.html").write_text(
        f"<!DOCTYPE html><body><iframe style='border:0;width:{width}px;height:900px'"
        f' srcdoc="{html.escape(measuring)}"></iframe>'
        "<pre id='told'></pre><script>addEventListener('load', () => {"
        "const inside = document.querySelector('iframe').contentDocument;"
        "const told = document.getElementById('told');"
        "told.textContent = inside.getElementById('measured').textContent; });</script>",
        "utf-8",
    )
    dumped = browse("--window-size=1400,1000", "--dump-dom", (folder / "frame.html").as_uri())
    found = re.search(r"<pre id=\"told\">(.*?)</pre>", dumped, re.S)
    assert found, dumped[-500:]
    told: dict[str, Any] = json.loads(html.unescape(found.group(1)))
    return told


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("screen", WIDTHS)
def test_old_eyes_can_read_the_page_on_any_screen(
    browse: Browse, tmp_path: Path, report: Report, language: str, screen: str
) -> None:
    told = measured(browse, tmp_path, render_report(report, language), WIDTHS[screen])
    assert told["texts"] > 300
    assert told["size"] >= 18, told["smallest"]
    assert told["spacing"] >= 1.5 - 1e-9, told["tightest"]
    assert told["contrast"] >= 4.5, told["palest"]
    assert told["overflow"] <= 0
    assert told.get("scrolls", 0) <= 0
    assert "outside" not in told
    assert not told["touching"]


def test_a_phone_gets_lying_bars_and_a_wall_gets_standing_ones(
    browse: Browse, tmp_path: Path, report: Report
) -> None:
    page = render_report(report)
    phone = measured(browse, tmp_path, page, WIDTHS["phone"])
    wide = measured(browse, tmp_path, page, WIDTHS["desktop"])
    stations = sum(len(series.points) for series in report.by_station)
    assert (phone["columns"], phone["lying"]) == (0, stations + 12 * len(report.months))
    assert (wide["columns"], wide["lying"]) == (len(report.months), stations)


def test_the_measure_finds_what_is_too_small_too_pale_and_too_wide(
    browse: Browse, tmp_path: Path, report: Report
) -> None:
    spoilt = "<style>.lead{font-size:15px;line-height:1.2;color:#bbb;width:2000px}</style></head>"
    told = measured(browse, tmp_path, render_report(report).replace("</head>", spoilt), 360)
    assert told["size"] == 15
    assert told["spacing"] < 1.5
    assert told["contrast"] < 4.5
    assert told["overflow"] > 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_on_paper_it_is_a4(browse: Browse, tmp_path: Path, report: Report, language: str) -> None:
    (tmp_path / "report.html").write_text(render_report(report, language), "utf-8")
    target = tmp_path / "report.pdf"
    browse(f"--print-to-pdf={target}", "--no-pdf-header-footer", (tmp_path / "report.html").as_uri())
    found = re.findall(rb"/MediaBox\s*\[([^\]]*)\]", target.read_bytes())
    assert len(found) >= 5
    for box in found:
        left, bottom, right, top = (float(number) for number in box.split())
        assert right - left == pytest.approx(A4[0], abs=1.5)
        assert top - bottom == pytest.approx(A4[1], abs=1.5)


def test_on_paper_nothing_is_cut_at_the_edge_and_no_numbers_touch(
    browse: Browse, tmp_path: Path, report: Report
) -> None:
    # The widest values that may still stand in columns.
    points = [attrs.evolve(point, value=9_999) for point in report.months[0].points]
    full = attrs.evolve(report, months=(attrs.evolve(report.months[0], points=tuple(points)),))
    for language in LANGUAGES:
        page = render_report(full, language)
        for screen, paper in ON_PAPER.items():
            assert screen in page
            page = page.replace(screen, paper)
        told = measured(browse, tmp_path, page, PRINTED)
        assert told["columns"] == 1
        assert told["overflow"] <= 0
        assert "outside" not in told
        assert not told["touching"]
        assert told["size"] >= 18
