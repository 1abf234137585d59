"""More than five hundred marks in every sensitive field of every kind, and every way out of a sealed network.

Two questions. Does a mark stand anywhere in a file, a log, a traceback, a printed record? None may. And where
does one come out at a door? Only where the written list below says so: which output, which groups, to whom,
and why. An entry that shows less than it says is wrong as well, so the list stays true.
"""

from __future__ import annotations

import contextlib
import copy
import io
import logging
import pickle
import tempfile
import traceback
from collections.abc import Callable, Iterator
from datetime import date, time
from pathlib import Path
from typing import Any

import attrs
import pytest
from tests.marks import Marker, plant, remark, seen, sensitive_texts
from tests.sealed import bodies, files_of
from tests.usecases.telling.post import Post
from tests.usecases.twin_worlds import NOW, QUESTIONS, VIEWERS, YEAR, OfEach, World, _plain, build, chance

import grassroots
from grassroots.cli import main
from grassroots.cli.output import DONE, HELD_BACK
from grassroots.contracts.notice import Delivery, Message, Notifier
from grassroots.delivery import deliver
from grassroots.domain.fields import FieldGroup
from grassroots.errors import Denied, GrassrootsError
from grassroots.feeds.calendars import to_ical
from grassroots.locale import LANGUAGES, say
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
from grassroots.sheets.reading import read_book
from grassroots.usecases.telling import NetworkTeller

EVERYTHING = frozenset(FieldGroup) - {FieldGroup.GENERAL}
IDENTITY, CONTACT, HEALTH, HOUSEHOLD, CASE = (
    FieldGroup(name) for name in ("identity", "contact", "health", "household", "case")
)
KEYS = "marks:" + "7b" * 32


@attrs.define
class Town:
    """A network in a folder of its own, sealed, with marks wherever something sensitive may stand."""

    home: Path
    outside: Path
    world: World
    marker: Marker
    failed: Any = None

    @property
    def network(self) -> grassroots.Network:
        return self.world.network

    @property
    def url(self) -> str:
        return f"sqlite:///{self.home / 'town.db'}"


def fill(home: Path, outside: Path, plants: int) -> Town:
    network = grassroots.open(
        f"sqlite:///{home / 'town.db'}", network="default", clock=lambda: NOW, entropy=chance(),
        pause=lambda _: None, keys=f"file:{outside / 'keys'}", erasures=outside / "erasures.jsonl",
    )  # fmt: skip
    world = build(1, network=network)
    town = Town(home, outside, world, Marker())
    desk, marker = world.office, town.marker
    seat = desk.seat
    for spec, stored in list(bodies(seat.office)):
        if spec.sealing and spec.name not in ("network", "history"):
            remark(seat, marker, spec, seat.office.decode(spec, stored).record)
    real = {
        **{f"M{number + 1}": id_ for number, id_ in enumerate(world.members)},
        **{f"S{number + 1}": id_ for number, id_ in enumerate(world.stations)},
        "R1": world.ids["pairing"], "D1": world.ids["duty"],
    }  # fmt: skip
    for number in range(plants):
        plant(seat, marker, number, real)
    # What changes leaves a former value, and what is told waits in the outbox.
    for member in world.members:
        phone, remark_ = (
            marker.new("member", member, field, group)
            for field, group in (("phone", CONTACT), ("remark", CASE))
        )
        desk.members.correct(member, phone=phone, remark=remark_)
    shift = desk.duties.post(station=world.stations[0], day=date(2025, 10, 21), starts=time(9), ends=time(11))
    desk.duties.assign(shift.id, world.members[2])
    words = marker.new("call", "asked", "text", CASE)
    desk.calls.ask(medium="phone", text=words, member=world.members[5], station=world.stations[1])
    hand_in(town)
    return town


def hand_in(town: Town) -> None:
    """A sheet with a row that cannot be taken, in a file whose name says something, too."""
    marker, desk = town.marker, town.world.office
    name, number = (
        marker.new("member", "sheet", field, group)
        for field, group in (("name", IDENTITY), ("phone", CONTACT))
    )
    path = town.outside / f"{marker.new('intake', 'sheet', 'file', FieldGroup.GENERAL)}.csv"
    path.write_text(
        f"姓名,联系电话,出生日期\n{name},{number},说不清\n林小雨,14400000001,1950-01-02\n", "utf-8"
    )
    town.failed = desk.intake.plan([read_book(path)])
    desk.intake.apply(town.failed)
    path.unlink()


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    home, outside = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("outside")
    (outside / "keys").write_text(KEYS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(home))  # what is put aside for a moment is looked at, too
        made = fill(home, outside, plants=12)
        yield made
        made.network.close()


def test_every_sensitive_text_of_every_kind_is_marked(town: Town) -> None:
    kinds = town.world.office.seat.office.kinds
    marked = {(mark.kind, mark.field) for mark in town.marker.made}
    assert sensitive_texts(kinds) - marked - {("network", "salt")} == set()
    assert len(town.marker.made) >= 500
    assert len({mark.text for mark in town.marker.made}) == len(town.marker.made)
    # They can be found: the office reads them all.
    office = town.world.office.seat.office
    told = "".join(_plain(office.decode(spec, stored).record) for spec, stored in bodies(office))
    former = {mark.text for mark in town.marker.made if mark.text not in told}
    assert len(former) <= 2 * len(town.world.members)


# -- what nobody is entitled to ---------------------------------------------------------------------------
def test_no_file_holds_a_mark(town: Town) -> None:
    """Database, write-ahead log, indexes, outbox, archives, backups, ledger, temporary files."""
    desk = town.world.office
    deliver(town.network, {"sms": _Quiet()}, teller=NetworkTeller())
    desk.archive.dump(town.home / "dump.jsonl", program="marks")
    desk.archive.backup(town.home / "backup.jsonl", program="marks")
    desk.keys.backup(town.home / "ring.jsonl")
    desk.seals.seal()
    desk.keys.turn_search()
    desk.keys.turn()
    data = files_of(town.home) + files_of(town.outside)
    assert len(data) > 500_000
    assert seen(town.marker.made, data) == []


class _Quiet(Notifier):
    takes_key = True

    def deliver(self, message: Message) -> Delivery:
        return Delivery.delivered()


def test_no_record_prints_a_mark_or_is_pickled(town: Town) -> None:
    office = town.world.office.seat.office
    printed = [repr(office)]
    for spec, stored in bodies(office):
        if spec.sealed:
            record = office.decode(spec, stored).record
            # A mask of the field keeps a first letter or some digits: never the whole of a mark.
            printed += [f"{record!r} {record} {[record]}", repr(copy.deepcopy(record)), repr(stored)]
            with pytest.raises(Denied):
                pickle.dumps(record)
    assert len(printed) > 300
    # What everybody in the network may know (the name of a file) is sealed, and prints.
    sensitive = [mark for mark in town.marker.made if mark.group is not FieldGroup.GENERAL]
    assert seen(sensitive, "\n".join(printed)) == []


def told_by(town: Town, viewer: str, caplog: pytest.LogCaptureFixture) -> list[str]:
    """The logs (down to DEBUG), and all that is said where something goes wrong, in both languages."""
    told: list[str] = []
    desk = town.network.desk(VIEWERS[viewer](town.world))
    with caplog.at_level(logging.DEBUG):
        for ask in QUESTIONS.values():
            each = (
                [ask]
                if not isinstance(ask, OfEach)
                else [lambda d, w, a=ask.ask, m=member: a(d, w, m) for member in town.world.members]
            )
            for one in each:
                try:
                    one(desk, town.world)
                except GrassrootsError as error:
                    told += [*traceback.format_exception(error), f"{error!r} {dict(error.facts)}"]
                    told += [say(error.code, error.facts, language) for language in LANGUAGES]
    return told + [f"{one.getMessage()} {one.args} {one.exc_text}" for one in caplog.records]


@pytest.mark.parametrize(
    "viewer",
    ["stranger", *(pytest.param(one, marks=pytest.mark.slow) for one in VIEWERS if one != "stranger")],
)
def test_no_log_and_no_traceback_tells_a_mark(
    town: Town, viewer: str, caplog: pytest.LogCaptureFixture
) -> None:
    told = told_by(town, viewer, caplog)
    assert len(told) > 20
    assert seen(town.marker.made, "\n".join(told)) == []


def test_bad_bodies_are_told_without_what_stood_there(town: Town) -> None:
    """What is broken in a stored record is named, and never quoted: it ends in somebody's log."""
    office = town.world.office.seat.office
    told = []
    for spec, stored in bodies(office, "member", "concern", "contact"):
        record = office.decode(spec, stored).record
        clear = office.codec.encode(spec, record, bytes(16), {})
        for spoilt in (
            clear.replace(b'"r":{"id":', b'"r":{"id":1,"_":'),
            clear[:-2],
            clear.replace(b'":"', b'":["', 9),
        ):
            try:
                office.codec.decode(spec, spoilt)
            except GrassrootsError as error:
                told += [*traceback.format_exception(error), f"{error!r} {dict(error.facts)}"]
    assert len(told) > 50
    assert seen(town.marker.made, "\n".join(told)) == []


# -- what somebody is entitled to -------------------------------------------------------------------------
@attrs.frozen
class Door:
    """An output, the groups that its reader is entitled to find in it, and why."""

    give: Callable[[Town], str | bytes]
    why: str
    groups: frozenset[FieldGroup] = frozenset()


def cli(town: Town, actor: str, *words: str) -> str:
    """What a command says and writes."""
    made = town.outside / "out"
    made.mkdir(exist_ok=True)
    fits = {"member": town.world.members[5], "station": town.world.stations[0], "out": made}
    told = io.StringIO()
    with contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
        code = main([
            *(one.format(**fits) for one in words), "--network", town.url, "--actor", actor,
            "--keys", f"file:{town.outside / 'keys'}", "--erasures", str(town.outside / "erasures.jsonl"),
        ])  # fmt: skip
    written = [path.read_bytes().decode("utf-8", "replace") for path in sorted(made.iterdir())]
    for path in made.iterdir():
        path.unlink()
    assert "Traceback" not in told.getvalue()
    assert code in (DONE, HELD_BACK) or not actor.startswith("steward:"), told.getvalue()
    return told.getvalue() + "".join(written)


def notices(town: Town) -> str:
    """What the network's own notices say, to whomever they go."""
    post = Post(town.network)
    return "".join(_plain(sent.message) for sent in post.deliver())


def calls(town: Town, viewer: str) -> str:
    desk = town.world.office if viewer == "office" else town.network.desk(VIEWERS[viewer](town.world))
    return "".join(render_calls(desk.calls.sheet(medium)) for medium in ("phone", "paper"))


def register(town: Town, code: str) -> str:
    return _plain(town.world.office.registers.rows(code))


NOBODY = "figures, states and days: it names nobody"
EMERGENCY = "the committee reads whose data was opened in an emergency, and the reason given"
ACCESS = "all about one person, for that person: their right of access (PIPL art. 45)"
LIST = "whoever rings up needs number, name and what to say"
REGISTER = "the office wrote its own register out"

NAMED = frozenset({IDENTITY})
REACHED = frozenset({IDENTITY, CONTACT})
TOLD = frozenset({IDENTITY, CASE})

REGISTERS: dict[str, frozenset[FieldGroup]] = {
    "members": frozenset({IDENTITY, CONTACT, CASE}),
    "walk-ins": frozenset({IDENTITY, CONTACT, CASE}),
    "teams": REACHED,
    "appointments": REACHED,
    "participations": REACHED,
    "activities": frozenset(),
    "sign-in": REACHED,
    "roster": REACHED,
    "availability": REACHED,
    "availability-week": REACHED,
    "duty-log": TOLD,
    "concerns": frozenset({IDENTITY, CONTACT, CASE}),
    "meetings": TOLD,
    "patrols": TOLD,
    "pairings": NAMED,
    "contacts": TOLD,
    "suggestions": TOLD,
    "medals": REACHED,
}
"""What the columns of each form hold: the office wrote its own register out."""

COMMANDS: dict[str, tuple[str, frozenset[FieldGroup]]] = {
    "conforms": (NOBODY, frozenset()),
    "figures --period 2025": (NOBODY, frozenset()),
    "evidence concerns-recorded --period 2025": ("ids of records, which say nothing", frozenset()),
    "report --period 2025 --out {out}/r.html": (NOBODY, frozenset()),
    "register members --out {out}/r.csv": (REGISTER, REGISTERS["members"]),
    "calls --medium phone --page {out}/c.html": (LIST, frozenset({IDENTITY, CONTACT, CASE})),
    "reach {member}": ("ways, hours and topics of one person", frozenset()),
    "outbox": ("what waits, and for whom by id: no words", frozenset()),
    "policy show": (NOBODY, frozenset()),
    "policy explain member/{member}": (NOBODY, frozenset()),
    "rights about {member} --json": (ACCESS, frozenset({IDENTITY, CONTACT, HEALTH, CASE})),
    "rights requests": (NOBODY, frozenset()),
    "retention plan": (NOBODY, frozenset()),
    "audit minors --year 2025 --json": (NOBODY, frozenset()),
    "audit access --period 2025 --json": (EMERGENCY, frozenset({CASE})),
    "compliance record --json": (NOBODY, frozenset()),
    "compliance assessment --json": (NOBODY, frozenset()),
    "feeds list": (NOBODY, frozenset()),
    "verify": (NOBODY, frozenset()),
    "keys check": (NOBODY, frozenset()),
    "workdays --period 2025-10": (NOBODY, frozenset()),
}
"""What the command line says to the office; to a stranger none of it says anything."""

DOORS: dict[str, Door] = {
    "report page": Door(
        lambda town: "".join(
            render_report(town.world.office.reports.yearly(YEAR, published=published), language)
            for published in (False, True)
            for language in LANGUAGES
        ),
        NOBODY,
    ),
    "processing record": Door(
        lambda town: render_processing_record(town.world.office.compliance.processing_record()), NOBODY
    ),
    "impact assessment": Door(
        lambda town: render_impact_assessment(town.world.office.compliance.impact_assessment()), NOBODY
    ),
    "minors' audit": Door(
        lambda town: render_minors_audit(town.world.office.compliance.minors(2025)), NOBODY
    ),
    "access report": Door(
        lambda town: render_access_report(town.world.office.access.report(YEAR), "marks"),
        EMERGENCY,
        frozenset({IDENTITY, CASE}),
    ),
    "poster on the wall": Door(
        lambda town: render_poster(town.world.office.rotas.board(town.world.stations[0], YEAR)),
        "the office prints who stands duty, by name, for the wall of the station",
        frozenset({IDENTITY}),
    ),
    "file of one person": Door(
        lambda town: render_person_file(town.world.office.rights.about(town.world.members[5]), "marks"),
        ACCESS,
        frozenset({IDENTITY, CONTACT, HEALTH, CASE}),
    ),
    "calendar of a member": Door(
        lambda town: to_ical(town.world.office.feeds.of_member(town.world.members[2])),
        "the office sees with whom somebody stands duty, by name",
        frozenset({IDENTITY}),
    ),
    "calendar of a station": Door(
        lambda town: to_ical(town.world.office.feeds.of_station(town.world.stations[0])),
        "the office sees who stands duty, by name",
        frozenset({IDENTITY}),
    ),
    "calendar behind a given address": Door(
        lambda town: to_ical(
            town.world.office.feeds.by_token(town.world.office.feeds.give(member=town.world.members[2]).token)
        ),
        "the calendar is called by its owner's own name, and names nobody else",
        frozenset({IDENTITY}),
    ),
    "notices": Door(notices, "to the person themselves, at their own number", frozenset({CONTACT})),
    "call list of the office": Door(
        lambda town: calls(town, "office"),
        LIST,
        frozenset({IDENTITY, CONTACT, CASE}),
    ),
    "failed rows": Door(
        lambda town: repr([attrs.asdict(row) for row in town.failed.problems]),
        "whoever handed a sheet in gets the rows back that could not be taken",
        frozenset({IDENTITY, FieldGroup.GENERAL}),
    ),
    "call list of a stranger": Door(lambda town: calls(town, "stranger"), "nobody's list"),
    **{
        f"register {code}": Door(lambda town, code=code: register(town, code), REGISTER, groups)  # type: ignore[misc]
        for code, groups in REGISTERS.items()
    },
    **{
        f"$ {words}": Door(lambda town, words=words: cli(town, "steward:office", *words.split()), why, groups)  # type: ignore[misc]
        for words, (why, groups) in COMMANDS.items()
    },
}


@pytest.mark.parametrize("name", DOORS)
def test_an_output_tells_what_its_reader_is_entitled_to_and_no_more(town: Town, name: str) -> None:
    door = DOORS[name]
    found = {mark.group for mark in seen(town.marker.made, door.give(town))}
    assert found == door.groups, f"{name}: {sorted(found)}, {door.why}"


@pytest.mark.parametrize("words", COMMANDS)
def test_no_command_tells_a_stranger_anything(town: Town, words: str) -> None:
    assert seen(town.marker.made, cli(town, "volunteer:zhao", *words.split())) == []
