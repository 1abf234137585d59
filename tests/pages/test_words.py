"""No page shows a code where a word should stand: every renderer of the package, in both languages."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from types import MappingProxyType

import attrs
import pytest
from tests.pages.codes import bare_codes
from tests.pages.sample import YEAR, busy_network, empty_network
from tests.pages.test_availability import place
from tests.pages.test_poster import filled
from tests.samples.make import HERE
from tests.usecases.conftest import WallClock

import grassroots
import grassroots.pages
from grassroots.desk import Desk
from grassroots.domain.consent import Way
from grassroots.domain.history import History
from grassroots.domain.kin import TieKind
from grassroots.domain.member import Dated, Limit, Living, Retirement
from grassroots.locale import LANGUAGES
from grassroots.packs import shipped
from grassroots.pages.availability import render_slips
from grassroots.pages.calls import render_calls
from grassroots.pages.compliance import (
    render_access_report,
    render_impact_assessment,
    render_minors_audit,
    render_person_file,
    render_processing_record,
)
from grassroots.pages.poster import render_poster
from grassroots.pages.report import render_report
from grassroots.usecases.choices import code_groups
from grassroots.usecases.rights import Kept, PersonFile, kept
from grassroots.values.dates import PartialDate, Period
from grassroots.workspace.codec import Codec
from grassroots.workspace.kinds import standard_kinds
from grassroots.workspace.kindspec import Kinds

TOLD_BY_OTHERS = frozenset(
    (
        "befriending", "brush", "class", "community-mediator", "fifty-years", "leaflet", "lighting",
        "publish-1", "steward-li", "ab" * 32,
    )
)  # fmt: skip
"""Codes of charters and packs, for which a real network has words; who stands for an exception; a hash."""

Page = Callable[[str], str]
KINDS = Kinds(standard_kinds())
NOW = datetime(2025, 7, 2, 1, tzinfo=UTC)


def renderers() -> Iterator[str]:
    """The names of all that make a page from what a use case gave."""
    for found in pkgutil.iter_modules(grassroots.pages.__path__):
        module = importlib.import_module(f"grassroots.pages.{found.name}")
        for name, value in vars(module).items():
            own = inspect.isfunction(value) and value.__module__.startswith(module.__name__)
            if own and name.startswith("render_") and "language" in inspect.signature(value).parameters:
                yield name


def people(desk: Desk, glass: Desk) -> tuple[str, PersonFile]:
    """Somebody about whom much is kept, and looks that are remembered."""
    elder = desk.members.register(
        name="贺兰山",
        phone="14400000001",
        born=Dated(PartialDate.parse("1938")),
        health_note="慢走",
        limits=(Limit.WALKING, Limit.LEFT_HAND),
        living=Living.EMPTY_NEST,
        retirement=Retirement.VETERAN,
        categories=("recipient", "volunteer"),
    ).id
    helper = desk.members.register(name="林一", born=Dated(PartialDate.parse("1962"))).id
    child = desk.members.register(name="林小满", born=Dated(PartialDate.parse("2018"))).id
    desk.members.correct(elder, living=Living.ALONE, limits=(Limit.SIGHT,), phone="14400000002")
    desk.kin.record(helper, child, TieKind.GUARDIAN)
    desk.members.get(child)
    desk.consents.give(elder, "publish", sheet="12")
    desk.consents.withdraw(desk.consents.of(elder)[0].id, way=Way.PHONE)
    desk.rights.ask(elder, "copy", words="想看看")  # type: ignore[arg-type]
    desk.rights.restrict(elder, reason="objected", purposes=("share",))
    desk.rights.hold(elder, reason="complaint")
    glass.access.break_glass(elder, reason="fall", words="摔倒了", tell=("clerk:a", "lead:b"))
    glass.members.get(elder)
    return elder, desk.rights.about(elder)


@pytest.fixture(scope="module")
def pages() -> Iterator[dict[str, Page]]:
    clock = WallClock(NOW)
    wall = WallClock()
    wall.go_to(date(2026, 9, 20))
    with (
        grassroots.open("memory://", network="words", clock=clock) as network,
        grassroots.open("memory://", network="wall", clock=wall) as walls,
        busy_network() as year,
        empty_network() as empty,
    ):
        desk = network.desk("steward:office")
        desk.charter.amend(name="青溪互助网络", name_en="Qingxi Network")
        _, file = people(desk, network.desk("lead:wang", purpose="emergency"))
        wall_desk = walls.desk("steward:office")
        board = filled(wall_desk)
        slips = wall_desk.availability.slips(station=place(wall_desk), blank=1)
        reports = [one.desk("steward:office").reports.yearly(YEAR) for one in (year, empty)]
        access = desk.access.report(Period.year(2025))
        audit = desk.compliance.minors(2025)
        record, form = desk.compliance.processing_record(), desk.compliance.impact_assessment()
        calls = [desk.calls.sheet(medium) for medium in ("phone", "paper")]
        yield {
            "render_report": lambda language: "".join(render_report(one, language) for one in reports),
            "render_poster": lambda language: render_poster(board, language),
            "render_slips": lambda language: render_slips(slips, language),
            "render_calls": lambda language: "".join(render_calls(one, language) for one in calls),
            "render_access_report": lambda language: render_access_report(access, "青溪", language),
            "render_minors_audit": lambda language: render_minors_audit(audit, language),
            "render_processing_record": lambda language: render_processing_record(record, language),
            "render_impact_assessment": lambda language: render_impact_assessment(form, language),
            "render_person_file": lambda language: render_person_file(file, "青溪", language),
        }


def test_every_renderer_is_looked_at(pages: dict[str, Page]) -> None:
    assert set(pages) == set(renderers())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(renderers()))
def test_no_code_stands_where_a_word_should(pages: dict[str, Page], name: str, language: str) -> None:
    page = pages[name](language)
    assert len(page) > 500
    assert bare_codes(page, language, allowed={*shipped(), *TOLD_BY_OTHERS}) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_kind_of_record_is_kept_is_told_in_words(language: str) -> None:
    """The fullest stored record of every kind that is about somebody, in that person's file."""
    codec = Codec(KINDS)
    found: list[Kept] = []
    looks: list[Kept] = []
    for spec in KINDS:
        told = json.loads((HERE / f"{spec.name}-{spec.version}-full.json").read_text("utf-8"))
        record = codec.decode(spec, json.dumps(told["body"], ensure_ascii=False).encode()).record
        if spec.name != "history" and any(one is not None for one in spec.people(record)):
            (looks if spec.name in ("access", "grant") else found).append(kept(spec.name, record))
    assert len(found) > 20
    with grassroots.open("memory://", network="words", clock=lambda: NOW) as network:
        desk = network.desk("steward:office")
        file = desk.rights.about(desk.members.register(name="贺兰山").id)
    former = History.of(
        "H1", about="member/M1", at=NOW, former={"living": "alone", "limits": ["left-hand"]}, groups={}
    )
    groups = MappingProxyType({spec.name: code_groups(spec.record) for spec in KINDS})
    file = attrs.evolve(file, records=tuple(found), looks=tuple(looks), history=(former,), groups=groups)
    shown = bare_codes(render_person_file(file, "青溪", language), language, allowed=TOLD_BY_OTHERS)
    assert shown == []


def test_a_code_is_found_wherever_a_reader_looks() -> None:
    assert bare_codes("<p>empty-nest</p>", "en") == ["empty-nest"]
    assert bare_codes("<td>walking, left-hand</td><p title='page-no'>好</p>", "zh") == [
        "walking", "left-hand", "page-no",
    ]  # fmt: skip
    assert bare_codes("<style>p.a{}</style><p>A well-known street, by bus</p><p>M1</p>", "en") == []
    assert bare_codes("<p>Living: empty-nest</p><p>field.living</p>", "en") == ["empty-nest", "field.living"]
