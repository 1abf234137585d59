"""Pairs of worlds that differ in one field of one record, and everything that a viewer can ask of a world.

A world is built by the same acts in the same order with the same clock and the same chance, so that whatever
differs between two of them comes from the one field. What is asked is written down as plain text.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time
from functools import cache
from io import BytesIO
from typing import Any, final

import attrs
from tests.usecases.twin_rooms import (
    MEMBER_TOO,
    OTHER_HERE,
    QUESTIONS_HERE,
    OfEach,
    furnish,
    hidden_here,
)

import grassroots
from grassroots.contracts.policy import Actor, Posture
from grassroots.desk import Desk
from grassroots.discovery import find_storage
from grassroots.domain.figure import Definition, plain
from grassroots.domain.kin import TieKind
from grassroots.domain.member import Dated, Limit, Living, ToldAge
from grassroots.domain.pairing import Medium
from grassroots.domain.safeguarding import ScreeningResult
from grassroots.errors import GrassrootsError
from grassroots.locale import LANGUAGES, say
from grassroots.network import Network
from grassroots.usecases.figures import standard_definitions
from grassroots.usecases.intake import standard_forms
from grassroots.values.dates import PartialDate, Period
from grassroots.values.ids import MemberId, RoleId, SchemeId, StationId

NOW = datetime(2025, 10, 20, 2, tzinfo=UTC)
YEAR = Period.year(2025)
SCHEME = SchemeId("young-old-oldest-old")
NETWORK = "twin"
PEOPLE = 8
NAMES = ("卯大山", "辰小川", "午立秋", "申长河", "酉向阳", "戌白露", "亥春生", "丑满仓")
EVERYBODY = tuple(range(PEOPLE))
ANSWERED = "not-assignable"
"""What a refusal may say whatever the reason is: a permitted disclosure (docs/explanation)."""


def chance() -> Callable[[int], bytes]:
    counter = itertools.count()
    return lambda length: hashlib.sha256(str(next(counter)).encode()).digest()[:length].ljust(length, b"\0")


@final
@attrs.frozen
class Slot:
    """One field of one record that can be different in the twin."""

    record: str  # "member:3", "concern:0" ...
    field: str


@final
@attrs.define
class World:
    """A network with everything in it, and the ids by which it is asked."""

    network: Network
    scheme: SchemeId = SCHEME
    members: list[MemberId] = attrs.field(factory=list)
    stations: list[StationId] = attrs.field(factory=list)
    ids: dict[str, Any] = attrs.field(factory=dict)
    notices: list[tuple[Any, ...]] = attrs.field(factory=list)

    @property
    def office(self) -> Desk:
        return self.network.desk("steward:office")


def person(number: int, seed: int) -> dict[str, Any]:
    born = 1930 + (number * 7 + seed * 3) % 45
    return {
        "name": NAMES[number],
        "born": Dated(PartialDate.parse(f"{born}-0{1 + (number + seed) % 9}-11")),
        "phone": f"1440000{seed % 10}{number:03}",
        "address": f"灵溪小区{number}栋{seed % 7}01",
        "id_number": f"11010519{born % 100:02}0101{number:03}X",
        "limits": (Limit.STAIRS,) if (number + seed) % 3 == 0 else (),
        "health_note": f"慢走{seed}" if number % 2 else None,
        "living": Living.ALONE if number % 3 == 0 else Living.WITH_FAMILY,
        "joined_party": Dated(PartialDate.parse(f"{born + 25}")),
        "remark": f"爱下棋{seed}",
        "also_known": (f"{NAMES[number][0]}爷爷",) if number % 4 == 0 else (),
        "told_ages": (),
        "volunteer_number": f"43010000{seed % 10}{number:03}",
        "full_member": None,
        "background": None,
        "categories": ("volunteer",) if number < 5 else ("recipient",),
    }


def build(seed: int, change: Slot | None = None, value: Any = None, network: Network | None = None) -> World:
    """The world of a seed; in its twin one field has another value from the start.

    Without a network, a new one in memory.
    """

    def fields(record: str, usual: dict[str, Any]) -> dict[str, Any]:
        if change is None or change.record != record or change.field not in usual:
            return usual
        return {**usual, change.field: value(world) if callable(value) else value}

    if network is None:
        # One name for all, since it stands on pages; what an earlier world left behind goes first.
        find_storage("memory://").drop("memory://", NETWORK)
        network = grassroots.open(
            "memory://", network=NETWORK, clock=lambda: NOW, entropy=chance(), pause=lambda _: None
        )
    world = World(network)
    desk = world.office
    desk.charter.amend(name="双生网络", name_en="Twins")
    for name in ("灵溪站", "南苑站"):
        world.stations.append(desk.stations.found(kind="station", name=name, opened=date(2019, 1, 1)).id)  # type: ignore[arg-type]
    for number in range(PEOPLE):
        usual = {**person(number, seed), "station": world.stations[number % 2]}
        world.members.append(desk.members.register(**fields(f"member:{number}", usual)).id)
    ids, one, two = world.ids, world.stations[0], world.members
    role = RoleId("patroller")
    desk.roles.define(
        id=role,
        label_zh="巡逻员",
        label_en="Patroller",
        family="post",
        demands=(Limit.STAIRS, Limit.STANDING),
    )
    ids["role"] = role
    pairing = desk.pairings.propose(
        scheme=SCHEME, supporter=two[0], recipient=two[5], station=one,
        **fields("pairing:0", {"despite": "office-li"}),
    )  # fmt: skip
    desk.pairings.begin(pairing.id, on=date(2025, 9, 1))
    ids["pairing"] = pairing.id
    contact = fields("contact:0", {"note": f"想念女儿{seed}", "minutes": 30})
    ids["contact"] = desk.pairings.record_contact(
        pairing.id, medium=Medium.VISIT, on=date(2025, 9, 3), **contact
    ).id
    told = {
        "text": f"三号楼漏水{seed}", "raiser_name": "居民乙", "raiser_phone": "14400009999",
        "channel": "phone", "raiser_member": two[6], "taken_by": two[1],
    }  # fmt: skip
    ids["concern"] = desk.concerns.take(
        station=one, taken_on=date(2025, 9, 5), **fields("concern:0", told)
    ).id
    shift = desk.duties.post(
        station=one, day=date(2025, 10, 22), starts=time(9), ends=time(11), role=role, minimum=2
    )
    ids["shift"] = shift.id
    ids["shift-two"] = desk.duties.post(
        station=world.stations[1], day=date(2025, 10, 25), starts=time(9), ends=time(11), role=role
    ).id
    past = desk.duties.post(station=one, day=date(2025, 10, 1), starts=time(9), ends=time(11))
    ids["duty"] = desk.duties.assign(past.id, two[2]).id
    entry = fields("shift:0", {"text": f"来问养老金{seed}"})
    desk.duties.log(past.id, [entry["text"]], by=two[2])
    ids["past"] = past.id
    desk.kin.record(two[3], two[4], TieKind.KIN)
    desk.safeguarding.record_screening(two[1], ScreeningResult.CLEAR, on=date(2025, 3, 1))
    desk.members.correct(two[4], skills=("书法",))
    furnish(desk, world, fields)
    return world


OTHER: dict[str, tuple[Any, ...]] = {
    "name": ("卯大海", "卯大山", "司马小川", "辰小川", "Zoe Lin"),
    "also_known": ((), ("卯爷爷", "老卯"), ("辰小川",)),
    "born": (
        None,
        Dated(PartialDate.parse("1936-05-01")),
        Dated(PartialDate.parse("1962")),
        Dated(PartialDate.parse("2012-02-02")),
    ),
    "told_ages": ((), (ToldAge(85, date(2025, 1, 1)),), (ToldAge(40, date(2025, 1, 1)),)),
    "id_number": (None, "440106193703020015", "430211194907010024"),
    "phone": (None, "14400000999", "14400000001", "0731-28812345"),
    "address": (None, "东门1号", "南苑小区9栋"),
    "joined_party": (None, Dated(PartialDate.parse("1950-07-01")), Dated(PartialDate.parse("1971"))),
    "limits": ((), (Limit.STAIRS,), (Limit.STAIRS, Limit.HEAT), (Limit.MEMORY,)),
    "health_note": (None, "花生过敏", "x" * 200),
    "living": (Living.UNKNOWN, Living.EMPTY_NEST, Living.INSTITUTION),
    "remark": (None, "与邻居有纠纷", "多才多艺"),
    "note": (None, "她说不想再见儿子", "一切都好"),
    "text": ("路灯不亮", "儿子打人"),
    "raiser_name": (None, "卯大山", "居民丙"),
    "raiser_phone": (None, "14400000001"),
}

OTHER |= MEMBER_TOO

GROUP_OF = {
    **dict.fromkeys(("name", "also_known", "born", "told_ages", "id_number", "joined_party"), "identity"),
    **dict.fromkeys(MEMBER_TOO, "identity"),
    **dict.fromkeys(("phone", "address"), "contact"),
    **dict.fromkeys(("limits", "health_note"), "health"),
    "living": "household",
    "remark": "case",
}


def slots() -> list[Slot]:
    """Every field that can differ."""
    found = [Slot(f"member:{n}", field) for n in range(PEOPLE) for field in GROUP_OF]
    found += [Slot("contact:0", "note"), Slot("shift:0", "text")]
    found += [Slot("concern:0", field) for field in ("text", "raiser_name", "raiser_phone")]
    return found + [Slot(*where) for where in OTHER_HERE]


def values(slot: Slot) -> list[Any]:
    """What may stand there in the twin."""
    one = OTHER_HERE.get((slot.record, slot.field))
    return [value for value in (OTHER[slot.field] if one is None else one) if possible(slot, value)]


def a_child(slot: Slot, value: Any) -> bool:
    """Whether somebody is a child in the twin."""
    return slot.field == "born" and value is not None and value.date.earliest.year > 2003


def possible(slot: Slot, value: Any) -> bool:
    """A world can be built with it: no child is paired, or agrees, without a guardian."""
    grown = ("member:0", "member:2", "member:4", "member:5", "member:6")
    return not (a_child(slot, value) and slot.record in grown)


# -- who looks --------------------------------------------------------------------------------------------
VIEWERS: dict[str, Callable[[World], Actor]] = {
    "stranger": lambda world: Actor("zhao", Posture.VOLUNTEER),
    "supporter": lambda world: Actor("mao", Posture.VOLUNTEER, member=world.members[0]),
    "taker": lambda world: Actor("chen", Posture.VOLUNTEER, member=world.members[1]),
    "head": lambda world: Actor("shen", Posture.LEAD, stations=(world.stations[1],)),
    "auditor": lambda world: Actor("tang", Posture.AUDITOR),
    "partner": lambda world: Actor("school", Posture.PARTNER),
}


def hidden_from(viewer: str, slot: Slot) -> bool:
    """Whether this viewer may not see this field: said by hand, and not asked of the policy."""
    if (slot.record, slot.field) in OTHER_HERE:
        return hidden_here(viewer, slot.record)
    record, _, number = slot.record.partition(":")
    if record == "member":
        group, who = GROUP_OF[slot.field], int(number)
        match viewer:
            case "supporter":  # sees themselves, and of whom they look after all but health and household
                return who != 0 and not (who == 5 and group in ("identity", "contact", "case"))
            case "taker":
                return who != 1
            case "head":
                return who % 2 != 1  # sees the people of the own station
            case "auditor":
                return slot.field not in ("name", "id_number")  # masks show a part of these
        return True
    match viewer:
        case "supporter":
            return record != "contact"
        case "taker":
            return record != "concern"  # wrote it down
        case "auditor":
            return slot.field != "raiser_name"  # its mask shows the surname
    return True


# -- what they can ask ------------------------------------------------------------------------------------
def observe(world: World, viewer: str, about: Iterable[int] = EVERYBODY) -> dict[str, str]:
    """Everything that one viewer gets to know, question by question; of whom is asked of some by number."""
    desk = world.network.desk(VIEWERS[viewer](world))
    found = {}
    for name, ask in QUESTIONS.items():
        if isinstance(ask, OfEach):
            # What is tried may succeed, and then changes what is seen later: it is tried alike in all worlds.
            for number in range(PEOPLE) if ask.act else about:
                member = world.members[number]
                found[f"{name}/{number}"] = in_words(
                    lambda d, w, a=ask.ask, m=member: a(d, w, m), (desk, world)
                )
        else:
            found[name] = in_words(ask, (desk, world))
    return found


def in_words(ask: Callable[[Desk, World], Any], given: tuple[Desk, World]) -> str:
    try:
        return _plain(ask(*given))
    except GrassrootsError as error:
        sentences = [say(error.code, error.facts, language) for language in LANGUAGES]
        return json.dumps(
            [type(error).__name__, error.code, sorted(error.facts), sentences], ensure_ascii=False
        )


def _plain(value: Any) -> str:
    if attrs.has(type(value)):
        # Not repr: it masks what is guarded, and would look the same where the value differs.
        parts = (f"{f.name}={_plain(getattr(value, f.name))}" for f in attrs.fields(type(value)) if f.repr)
        return f"{type(value).__name__}({', '.join(parts)})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_plain(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_plain, value)) + "]"
    if isinstance(value, (set, frozenset)):
        return "{" + ", ".join(sorted(map(_plain, value))) + "}"
    return repr(value)


def _figure(desk: Desk, asked: str | Definition, **where: Any) -> Any:
    found = desk.figures.compute(asked, period=YEAR, **where)
    return plain(found.value), found.groups, found.missing, found.left_out, found.records, _ids(found)


def _ids(figure: Any) -> Any:
    try:
        return [(one.kind, one.id) for one in figure.evidence()]
    except GrassrootsError as error:
        return error.code


def _counted(**fields: Any) -> Definition:
    table = {"kind": "member", "measure": "records", "title_zh": "数", "title_en": "Count", "unit": "people"}
    return Definition.parse("asked", {**table, **fields}, "test@1")


STANDARD_GUARDED = (
    "veteran-volunteers-mean-age",
    "mean-age",
    "oldest-old",
    "oldest-old-without-supporter",
    "possible-duplicates",
    "age-conflicts",
)
"""Those that ship and ask by an age or by names."""

GUARDED: dict[str, Definition] = {
    "old": _counted(where={"age": {"at_least": 80}}),
    "young": _counted(where={"age": {"at_most": 60}}),
    "named": _counted(where={"names": "卯大山"}),
    "surnamed": _counted(where={"surname": "卯"}),
    "called": _counted(where={"phone": "14400000001"}),
    "hindered": _counted(where={"hindered_for": "patroller"}),
    "mean-age": _counted(measure="mean", of="age", unit="years"),
}
"""Figures that ask by what is guarded: told in large groups only (a permitted disclosure)."""


def _report(desk: Desk) -> Any:
    """The report without the lines that ask by what is guarded: those are told in large groups only."""
    found = desk.reports.yearly(YEAR)
    lines = tuple(line for line in found.figures if line.id not in STANDARD_GUARDED)
    series = [
        [one for one in several if one.id not in STANDARD_GUARDED]
        for several in (found.months, found.by_station)
    ]
    return attrs.evolve(found, figures=lines, months=tuple(series[0]), by_station=tuple(series[1]))


def _guarded_lines(desk: Desk) -> Any:
    return [line for line in desk.reports.yearly(YEAR).figures if line.id in STANDARD_GUARDED]


def _search(name: str) -> Callable[[Desk, World], Any]:
    return lambda desk, world: desk.members.named(name)


QUESTIONS: dict[str, Any] = {
    "get": OfEach(lambda d, w, m: d.members.get(m)),
    "list": lambda d, w: d.members.all(status=None),
    "list-at-station": lambda d, w: d.members.all(station=w.stations[0]),
    **{f"search-{name}": _search(name) for name in (*NAMES, *map(str, OTHER["name"]), "卯爷爷", "老卯")},
    "history": OfEach(lambda d, w, m: d.members.history(m)),
    "duplicates": lambda d, w: d.members.possible_duplicates(),
    "pairings": lambda d, w: d.pairings.all(),
    "of-member": OfEach(lambda d, w, m: d.pairings.of_member(m)),
    "contacts": lambda d, w: d.pairings.contacts(w.ids["pairing"]),  # type: ignore[arg-type]
    "overdue": lambda d, w: d.pairings.overdue(),
    "unchecked": lambda d, w: d.pairings.unchecked(w.ids["pairing"]),  # type: ignore[arg-type]
    "to-end": lambda d, w: d.pairings.to_end(),
    "concern": lambda d, w: d.concerns.get(w.ids["concern"]),  # type: ignore[arg-type]
    "concerns": lambda d, w: d.concerns.all(),
    "shift": lambda d, w: d.duties.shift(w.ids["past"]),  # type: ignore[arg-type]
    "roster": lambda d, w: d.duties.roster(YEAR),
    "gaps": lambda d, w: d.duties.gaps(YEAR, station=w.stations[0]),
    "kin": OfEach(lambda d, w, m: d.kin.of(m)),
    "screenings": OfEach(lambda d, w, m: d.safeguarding.screenings(m)),
    "ending": lambda d, w: d.safeguarding.ending(),
    "worries": lambda d, w: d.safeguarding.worries(YEAR),
    "candidates": lambda d, w: d.honours.candidates("fifty-years"),
    **{
        f"figure-{name}": (lambda d, w, n=name: _figure(d, n))
        for name in standard_definitions()
        if name not in STANDARD_GUARDED
    },
    **{f"guarded-{name}": (lambda d, w, n=name: _figure(d, n)) for name in STANDARD_GUARDED},
    **{f"guarded-{name}": (lambda d, w, n=name: _figure(d, GUARDED[n])) for name in GUARDED},
    **{f"register-{form.code}": (lambda d, w, c=form.code: d.registers.rows(c)) for form in standard_forms()},
    "report": lambda d, w: _report(d),
    "report-guarded-lines": lambda d, w: [line.hidden for line in _guarded_lines(d)],
    "access": lambda d, w: d.access.report(YEAR),
    "explain": OfEach(lambda d, w, m: d.policy.explain("member", m)),
    "file": OfEach(lambda d, w, m: d.rights.about(m)),
    "requests": lambda d, w: d.rights.requests(),
    "retention": lambda d, w: d.retention.plan(),
    "record": lambda d, w: d.compliance.processing_record(),
    "erase": lambda d, w: d.rights.erase(w.members[7]),
    "dump": lambda d, w: d.archive.dump(BytesIO(), program="twin"),
    # What somebody tries, and is refused: no refusal may depend on what they may not see.
    "say-again": OfEach(
        lambda d, w, m: d.members.correct(m, phone="14400000001", health_note="花生过敏"), act=True
    ),
    "leave": OfEach(lambda d, w, m: d.members.leave(m), act=True),
    "merge": lambda d, w: d.members.merge(w.members[0], w.members[3]),
    "pair": OfEach(
        lambda d, w, m: d.pairings.propose(scheme=SCHEME, supporter=w.members[1], recipient=m), act=True
    ),
    "assign": OfEach(lambda d, w, m: d.duties.assign(w.ids["shift"], m), act=True),  # type: ignore[arg-type]
    "take": lambda d, w: d.concerns.take(station=w.stations[0], text="x", channel="phone"),
    "survey": OfEach(lambda d, w, m: d.honours.survey("fifty-years", m), act=True),
    "screen": OfEach(lambda d, w, m: d.safeguarding.record_screening(m, ScreeningResult.CLEAR), act=True),
    **QUESTIONS_HERE,
    "define": lambda d, w: d.roles.define(id=RoleId("x"), label_zh="某", label_en="X", family="post"),
}


@cache
def base(
    seed: int, viewers: tuple[str, ...], about: tuple[int, ...] = EVERYBODY
) -> dict[str, dict[str, str]]:
    """What these viewers, one after the other, learn of the world of a seed."""
    return _observed(build(seed), viewers, about)


def _observed(world: World, viewers: tuple[str, ...], about: Iterable[int]) -> dict[str, dict[str, str]]:
    try:
        return {viewer: observe(world, viewer, about) for viewer in viewers}
    finally:
        world.network.close()
        # A network in memory stays there for whoever opens it again: thousands of worlds would.
        find_storage("memory://").drop("memory://", world.network.name)


def _asked_about(slot: Slot) -> tuple[int, ...]:
    """Whom a pair asks about one by one: whose field it is, both who are paired, and one more."""
    number = int(slot.record.partition(":")[2]) % PEOPLE
    return tuple(sorted({number, 0, 5, (number + 3) % PEOPLE}))


def blind_to(slot: Slot, value: Any) -> tuple[str, ...]:
    """Those to whom a field is hidden. The head comes last: only what the head does can change a world.

    An auditor's own looks at a child are remembered, and the auditor reads what is remembered: that somebody
    is a child is told there (a permitted disclosure).
    """
    blind = [one for one in VIEWERS if hidden_from(one, slot)]
    if a_child(slot, value) and "auditor" in blind:
        blind.remove("auditor")
    return tuple(sorted(blind, key=lambda one: one == "head"))


def leaks(seed: int, slot: Slot, value: Any, viewers: tuple[str, ...]) -> Iterator[tuple[str, str, str, str]]:
    """What differs for viewers to whom the one field is hidden: viewer, question, and both answers."""
    about = _asked_about(slot)
    known = base(seed, viewers, about)
    seen = _observed(build(seed, slot, value), viewers, about)
    for viewer, answers in seen.items():
        for question, answer in answers.items():
            usual = known[viewer][question]
            if answer != usual and not permitted(question, answer, usual):
                yield viewer, question, usual, answer


def permitted(question: str, one: str, other: str) -> bool:
    """The written list of what may differ all the same (docs/explanation/who-learns-what.md)."""
    if question.startswith(("guarded-", "report-guarded")):
        # A count by guarded fields may be told when the group is large, and is then the true one.
        return True
    # That somebody cannot be assigned, and not why.
    return ANSWERED in one or ANSWERED in other
