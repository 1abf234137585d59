"""What the report page promises: one file, no script, nobody's markup, every word from the catalogue."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from importlib import resources
from typing import Any

import attrs
import pytest
from tests.pages.sample import CLAIMS, SECRET, UNANSWERED, YEAR, busy_network, empty_network

from grassroots.desk import Desk
from grassroots.domain.station import StationKind
from grassroots.errors import MissingExtra
from grassroots.locale import LANGUAGES, catalogue
from grassroots.pages.environment import environment
from grassroots.pages.report import MOST_LINES, render_report
from grassroots.pages.wording import Wording
from grassroots.usecases.reports import Report, UnansweredConcern
from grassroots.usecases.reports.model import Words
from grassroots.values.dates import Period
from grassroots.values.ids import RoleId

VOID = {"meta", "br"}


@pytest.fixture(scope="module")
def report() -> Iterator[Report]:
    with busy_network() as opened:
        desk = opened.desk("steward:office")
        yield desk.reports.yearly(YEAR, claims=desk.claims.hold(CLAIMS))


@pytest.fixture
def desk() -> Iterator[Desk]:
    with empty_network() as opened:
        yield opened.desk("steward:office")


class Page(HTMLParser):
    """The elements of a page, its visible text, and whether every element is closed in its turn."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        self.words.append(" ")

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_one_sound_file_in_its_language(report: Report, language: str) -> None:
    found = Page(render_report(report, language))
    assert found.all("html") == [{"lang": "zh-CN" if language == "zh" else "en"}]
    assert len(found.all("h1")) == 1
    assert len(found.all("main")) == 1
    named = {one.get("id") for _, one in found.elements}
    assert {one["aria-labelledby"] for one in found.all("section")} <= named
    assert len(found.all("caption")) == len(found.all("table"))
    assert {one.get("scope") for one in found.all("th")} == {"row", "col"}
    assert all(one.get("role") == "img" for one in found.all("svg"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_loaded_from_anywhere_and_nothing_runs(report: Report, language: str) -> None:
    html = render_report(report, language)
    assert "://" not in html
    found = Page(html)
    assert {name for name, _ in found.elements}.isdisjoint(
        {"script", "link", "img", "iframe", "object", "form"}
    )
    for _, attributes in found.elements:
        assert not {name for name in attributes if name.startswith("on") or name in ("src", "href", "style")}
    assert not re.search(r"url\(|@import|expression\(", html)
    policy = next(one for one in found.all("meta") if one.get("http-equiv"))
    assert str(policy["content"]).startswith("default-src 'none'")


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_stands_on_the_page_that_is_not_filled_in(report: Report, language: str) -> None:
    text = Page(render_report(report, language)).text
    assert "${" not in text
    assert not re.search(r"\breport-[a-z]|figure-unit|gap-code|station-kind|deviation-code", text)
    for word in ("None", "Words(", "community-mediator", "young-old-oldest-old", "01FR"):
        assert word not in text


def test_an_english_page_has_english_words_only(report: Report) -> None:
    # The theme of a station stands there as its people gave it, in one language.
    text = Page(render_report(report, "en")).text.replace("国学传家", "")
    assert not re.search(r"[\u3400-\u9fff]", text)


def test_every_number_is_followed_by_the_number_of_its_records(report: Report) -> None:
    chinese = Page(render_report(report, "zh"))
    for line in report.figures:
        assert line.title.zh in chinese.text
        if line.headline:
            assert f"由 {line.records} 条记录支持" in chinese.text
    english = Page(render_report(report, "en")).text
    assert "197 concerns from 197 records" in english
    assert "1 person in a role from 1 record " in english
    assert "96.4%" in english
    assert "190 / 197" in english


def test_what_is_open_is_listed_without_a_name_or_a_word_of_a_resident(report: Report) -> None:
    for language in LANGUAGES:
        html = render_report(report, language)
        assert SECRET not in html
        for name in ("王桂花", "赵建国", "吕凤仙"):
            assert name not in html
    text = Page(render_report(report, "zh")).text
    assert f"共 {UNANSWERED} 项。" in text
    assert "10-001 柳湾社区国学讲堂 2021 年 10 月 1 日 91 天" in text
    assert "“低龄+高龄”互助" in text
    assert "无人担任：社区矛盾调解员" in text
    assert "这一格不能空。请对照纸质表填上。" in text


def test_a_claim_that_does_not_hold_says_so_in_words(report: Report) -> None:
    broken = attrs.evolve(report, claims=(attrs.evolve(report.claims[0], holds=False), *report.claims[1:]))
    text = Page(render_report(broken, "zh")).text
    assert "共 3 条，相符 2 条" in text
    assert text.count("✗ 不符") == 1
    assert "197（应为 100 余）" in text
    assert "197 (expected 100 and more)" in Page(render_report(broken, "en")).text


def test_claims_that_are_older_than_the_records_are_marked(report: Report) -> None:
    told = catalogue("zh")["report-claims-old"]
    assert told not in render_report(report)
    assert told in render_report(attrs.evolve(report, claims_current=False))


def test_hostile_names_stay_text(desk: Desk) -> None:
    hostile = '"><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7*7 }}${code}'
    desk.charter.amend(name=hostile, name_en=hostile)
    place = desk.stations.found(kind=StationKind.HUB, name=hostile, theme=hostile)
    desk.roles.define(id=RoleId("adviser"), label_zh=hostile, label_en=hostile, family="six")
    talk = desk.activities.start(kind="outreach-talk", title=hostile, station=place.id)
    desk.activities.record(talk.id, date(2021, 5, 1))
    desk.concerns.take(station=place.id, text="井盖", number="<b>1</b>", taken_on=date(2021, 5, 1))
    found = desk.reports.yearly(YEAR, place=place.id)
    for language in LANGUAGES:
        html = render_report(found, language)
        parsed = Page(html)
        assert "script" not in {name for name, _ in parsed.elements}
        assert "img" not in {name for name, _ in parsed.elements}
        assert "b" not in {name for name, _ in parsed.elements}
        assert hostile in "".join(parsed.words)


def test_an_empty_network_says_what_is_not_there(desk: Desk) -> None:
    for language in LANGUAGES:
        text = Page(render_report(desk.reports.yearly(YEAR), language)).text
        words = catalogue(language)
        for code in (
            "report-network-none",
            "report-unanswered-none",
            "report-overdue-none",
            "report-held-back-none",
        ):
            assert words[code] in text
        assert words["report-claims"] not in text


def test_a_report_of_a_station_names_it_and_what_could_not_be_counted(report: Report) -> None:
    place = report.stations[1].id
    titles = tuple(line.title for line in report.figures[:2])
    narrowed = attrs.evolve(report, place=place, not_by_place=titles, held_back=None)
    text = Page(render_report(narrowed, "zh")).text
    assert "范围：柳湾社区国学讲堂及其下属站点" in text
    assert f"未列入：{titles[0].zh}、{titles[1].zh}。" in text
    assert catalogue("zh")["report-held-back"] not in text


def test_a_long_list_is_cut_and_says_how_much_is_missing(report: Report) -> None:
    many = tuple(
        UnansweredConcern(id=str(n), number=f"N-{n:03}", station="", taken_on=date(2021, 1, 1), days=364)
        for n in range(MOST_LINES + 3)
    )
    text = Page(render_report(attrs.evolve(report, unanswered=many), "en")).text
    assert f"N-{MOST_LINES - 1:03}" in text
    assert f"N-{MOST_LINES:03}" not in text
    assert "3 more are not listed here." in text


def test_months_of_several_years_lie_and_say_their_year(desk: Desk) -> None:
    html = render_report(desk.reports.yearly(Period.parse("2020-11..2021-02")), "en")
    assert "Nov 2020" in html
    html = render_report(desk.reports.yearly(Period.parse("2019..2021")), "en")
    assert '<svg class="columns"' not in html
    assert "Dec 2021" in html


def test_a_circle_of_stations_is_drawn_once_and_ends(report: Report) -> None:
    one, two = report.stations[0], report.stations[1]
    circle = (attrs.evolve(one, parent=two.id), attrs.evolve(two, parent=one.id))
    text = Page(render_report(attrs.evolve(report, stations=circle, by_station=()), "zh")).text
    for node in circle:
        assert f"{report.word('station', node.id, 'zh')} " in text
    assert len(re.findall("人任职", text)) == 2


def test_the_templates_hold_no_words_of_their_own() -> None:
    folder = resources.files("grassroots.pages").joinpath("templates")
    template = folder.joinpath("report.html").read_text("utf-8")
    bare = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", template, flags=re.S)
    assert Page(bare.replace("<!DOCTYPE html>", "")).text == ""
    assert not re.search(r'(aria-label|title|alt)="[^"]+"', bare)
    css = folder.joinpath("report.css").read_text("utf-8")
    assert not re.search(r'content: "[^" /]', css)


def test_every_sentence_that_the_page_asks_for_stands_in_both_languages() -> None:
    folder = resources.files("grassroots.pages")
    sources = "".join(
        folder.joinpath(name).read_text("utf-8")
        for name in ("report.py", "wording.py", "templates/report.html")
    )
    asked = set(re.findall(r'"(report-[a-z-]+)"', sources))
    assert len(asked) > 80
    for language in LANGUAGES:
        words = catalogue(language)
        # A code is a sentence, or the group of a label: "report-group.people".
        groups = {code.partition(".")[0] for code in words if "." in code}
        assert asked - set(words) - groups == set()
        for code in asked:
            assert (f"{code}-one" in words) is (f"{code}-one" in catalogue("zh"))


def test_every_sentence_of_the_report_is_used() -> None:
    folder = resources.files("grassroots.pages")
    sources = "".join(
        folder.joinpath(name).read_text("utf-8")
        for name in ("report.py", "wording.py", "templates/report.html")
    )
    for code in catalogue("zh"):
        if code.startswith("report-"):
            asked = code.partition(".")[0].removesuffix("-one")
            assert asked in sources, code


def test_every_unit_of_the_standard_figures_has_its_words(desk: Desk) -> None:
    for definition in desk.figures.definitions().values():
        for language in LANGUAGES:
            for group in ("figure-unit", "figure-unit-one"):
                assert f"{group}.{definition.unit}" in catalogue(language)


def test_without_jinja_the_error_names_the_line_to_type(
    report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.startswith("jinja2"):
            raise ImportError(name)
        return real(name, *rest, **more)

    environment.cache_clear()
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtra) as missing:
        render_report(report)
    assert missing.value.facts["line"] == 'pip install "grassroots[report]"'
    environment.cache_clear()


@pytest.mark.parametrize(
    ("expected", "zh", "en"),
    [
        ("all", "3（应为 全部）", "3 (expected all)"),
        ("<=5", "3（应为 不超过 5）", "3 (expected at most 5)"),
        ("⊇ 书法, 剪纸", "3（应为 包含 书法、剪纸）", "3 (expected among them 书法, 剪纸)"),
        ("1..15/15", "3（应为 1–15/15）", "3 (expected 1–15/15)"),
        ("上千份", "3（应为 不少于 1,000）", "3 (expected 1,000 and more)"),
        ("=", "3", "3"),
    ],
)
def test_what_a_claim_expects_is_said_in_words(report: Report, expected: str, zh: str, en: str) -> None:
    claim = attrs.evolve(report.claims[0], computed=("3",), expected=(expected,))
    told = (Wording(report, "zh").computed(claim), Wording(report, "en").computed(claim))
    assert told == ([f"收集记录民意：{zh}"], [f"Concerns recorded: {en}"])


def test_a_mean_says_the_whole_number_that_is_compared(report: Report) -> None:
    claim = attrs.evolve(report.claims[0], computed=("70.2",), expected=("70",), rounded=(70,))
    assert Wording(report, "zh").computed(claim) == ["收集记录民意：70.2，四舍五入为70（应为 70）"]
    assert Wording(report, "en").computed(claim) == ["Concerns recorded: 70.2, rounded to 70 (expected 70)"]


def test_the_same_check_many_times_is_told_once(report: Report) -> None:
    claim = attrs.evolve(
        report.claims[0],
        computed=("10",) * 6 + ("5507",),
        expected=("10",) * 6 + ("=",),
        titles=(Words("任职", "Holders"),) * 6 + (Words("受益", "Reached"),),
        rounded=(None,) * 7,
    )
    assert Wording(report, "zh").computed(claim) == ["任职：10（应为 10），同样 6 项", "受益：5,507"]
