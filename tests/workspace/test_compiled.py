"""The compiled codec means what cattrs means: every kind, odd classes, whole bodies and spoilt ones."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time
from enum import Enum, IntEnum, StrEnum
from typing import Annotated, Any, Generic, NewType, TypeVar

import attrs
import pytest
from cattrs import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.workspace.records import any_of

from grassroots.domain.history import History
from grassroots.domain.member import Member
from grassroots.domain.step import Event
from grassroots.errors import Corrupt
from grassroots.values.dates import PartialDate
from grassroots.values.ids import MemberId
from grassroots.workspace import codec
from grassroots.workspace.codec import _CONVERTER, Codec, _parsed, structure, unstructure
from grassroots.workspace.compiled import Compiler
from grassroots.workspace.kinds import standard_kinds
from grassroots.workspace.kindspec import Kinds, KindSpec

KINDS = Kinds(standard_kinds())
CODEC = Codec(KINDS)
SPECS = list(KINDS)
EVENTS = sorted({event for spec in SPECS for event in spec.events}, key=lambda event: event.__name__)
SALT = b"\x09" * 16
SELDOM = settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow, HealthCheck.data_too_large],
)
OFTEN = settings(SELDOM, max_examples=300)


# -- the meaning, said by cattrs and the standard library alone ---------------------------------------------
def slowly_encoded(spec: KindSpec[Any], record: Any) -> bytes:
    body = {"k": spec.name, "v": spec.version, "s": SALT.hex(), "r": unstructure(record)}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def slowly_decoded(spec: KindSpec[Any], body: bytes) -> tuple[Any, dict[str, Any]]:
    data = json.loads(body)
    fields, version = data["r"], data["v"]
    if data["k"] != spec.name or version > spec.version:
        raise ValueError
    while version < spec.version:
        fields = spec.upcasters[version](fields)
        version += 1
    known = {field.name for field in attrs.fields(spec.record)}
    unknown = {name: value for name, value in fields.items() if name not in known}
    return structure(fields, spec.record), unknown


def outcome(decode: Any, *given: Any) -> Any:
    """What came out, with the class of everything in it; or that it was refused."""
    try:
        return deep(decode(*given))
    except Exception:  # whatever rubbish raises: the codec makes Corrupt of it
        return "refused"


def deep(value: Any) -> Any:
    if isinstance(value, Enum):
        return type(value), value.name
    if attrs.has(type(value)):
        return type(value), tuple(deep(getattr(value, field.name)) for field in attrs.fields(type(value)))
    if isinstance(value, dict):
        return tuple((deep(name), deep(one)) for name, one in value.items())
    if isinstance(value, (tuple, list)):
        return type(value), tuple(map(deep, value))
    return type(value), repr(value)


def quickly_decoded(spec: KindSpec[Any], body: bytes) -> tuple[Any, dict[str, Any]]:
    decoded = CODEC.decode(spec, body)
    return decoded.record, dict(decoded.unknown)


JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), st.text(max_size=8),
        st.sampled_from(["2021-07-02", "20210702", "2021-W03-1", "2021-07-02T01:00:00Z", "01:00"]),
        st.sampled_from(["", "done", "2021-07-02T01:00:00", "2021-07-02 01:00:00.123456789+08:00", "1952"]),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)  # fmt: skip


def written_as_before(spec: KindSpec[Any], data: st.DataObject) -> None:
    record = data.draw(any_of(spec.record))
    body = CODEC.encode(spec, record, SALT, {})
    assert body == slowly_encoded(spec, record)
    assert outcome(quickly_decoded, spec, body) == outcome(slowly_decoded, spec, body) != "refused"
    read_among_others_as_alone(spec, record.id, body, data)


def read_or_refused_as_before(spec: KindSpec[Any], data: st.DataObject) -> None:
    """A record with one or two fields that are missing, unknown, or hold something else."""
    told = json.loads(slowly_encoded(spec, data.draw(any_of(spec.record))))
    names = [field.name for field in attrs.fields(spec.record)]
    for _ in range(data.draw(st.integers(1, 2))):
        place = data.draw(st.sampled_from([*names, "not_ours", "k", "v", "r"]))
        where = told if place in "kvr" else told.get("r")
        if not isinstance(where, dict):
            break
        inside = where.get(place)
        if isinstance(inside, list) and inside and data.draw(st.booleans()):
            inside[data.draw(st.integers(0, len(inside) - 1))] = data.draw(JSON)
        elif isinstance(inside, dict) and inside and place != "r" and data.draw(st.booleans()):
            inside[data.draw(st.sampled_from(sorted(inside)))] = data.draw(JSON)
        elif data.draw(st.booleans()):
            where.pop(place, None)
        else:
            where[place] = data.draw(JSON)
    body = json.dumps(told, ensure_ascii=data.draw(st.booleans())).encode("utf-8", "surrogatepass")
    assert outcome(quickly_decoded, spec, body) == outcome(slowly_decoded, spec, body)
    read_among_others_as_alone(spec, "spoilt", body, data)


def spoilt_bytes_as_before(data: st.DataObject) -> None:
    spec = data.draw(st.sampled_from(SPECS))
    record = data.draw(any_of(spec.record))
    body = bytearray(slowly_encoded(spec, record))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(body) - 1))
        how = data.draw(st.sampled_from(["change", "drop", "add", "cut"]))
        if how == "change":
            body[place] = data.draw(st.integers(0, 255))
        elif how == "drop":
            del body[place]
        elif how == "add":
            body[place:place] = data.draw(st.sampled_from(ADDED))
        else:
            del body[place + 1 :]
        if not body:
            break
    assert outcome(quickly_decoded, spec, bytes(body)) == outcome(slowly_decoded, spec, bytes(body))
    read_among_others_as_alone(spec, record.id, bytes(body), data)


def read_among_others_as_alone(spec: KindSpec[Any], id: str, body: bytes, data: st.DataObject) -> None:
    """A page with this body somewhere in it: those before it come out, and then its own outcome."""
    whole = data.draw(any_of(spec.record))
    good = CODEC.encode(spec, whole, SALT, {})
    place = data.draw(st.integers(0, 2))
    rows = [(whole.id, good)] * 2
    rows.insert(place, (id, body))
    wanted = []
    for row in rows:
        one = outcome(lambda stored: quickly_decoded(spec, stored)[0], row[1])
        wanted.append(one)
        if one == "refused":
            break
    found: list[Any] = []
    try:
        for record in CODEC.records(spec, rows):
            found.append(deep(record))
    except Corrupt:
        found.append("refused")
    assert found == wanted


ADDED = [b" ", b"\\", b'"', b"0", b"\xff", b"\xef\xbb\xbf", b",", b"\0", b"\n"]
EACH_KIND = pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)


@EACH_KIND
@given(data=st.data())
@SELDOM
def test_every_record_is_written_byte_for_byte_as_before(spec: KindSpec[Any], data: st.DataObject) -> None:
    written_as_before(spec, data)


@EACH_KIND
@given(data=st.data())
@SELDOM
def test_a_record_with_a_spoilt_field_is_read_or_refused_as_before(
    spec: KindSpec[Any], data: st.DataObject
) -> None:
    read_or_refused_as_before(spec, data)


@given(data=st.data())
@settings(SELDOM, max_examples=100)
def test_a_body_with_changed_bytes_is_read_or_refused_as_before(data: st.DataObject) -> None:
    spoilt_bytes_as_before(data)


@pytest.mark.slow
@EACH_KIND
@given(data=st.data())
@OFTEN
def test_all_of_that_often(spec: KindSpec[Any], data: st.DataObject) -> None:
    written_as_before(spec, data)
    read_or_refused_as_before(spec, data)
    spoilt_bytes_as_before(data)


def test_a_page_is_parsed_as_one_and_a_torn_one_body_by_body(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = KINDS.named("member")
    made = [Member.register(id=MemberId(f"M{n}"), name="卯大山").after for n in range(300)]
    rows = [(one.id, CODEC.encode(spec, one, SALT, {})) for one in made]
    alone: list[bytes] = []

    def parsed(body: bytes) -> Any:
        alone.append(body)
        return _parsed(body)

    monkeypatch.setattr(codec, "_parsed", parsed)
    assert list(CODEC.records(spec, rows)) == made
    assert alone == []
    # What is missing at the end of one stands at the beginning of the next: no record for all that.
    (first, cut), (second, rest) = rows[:2]
    torn = [(first, cut[:-2]), (second, rest), *rows[2:]]
    with pytest.raises(Corrupt):
        list(CODEC.records(spec, torn))
    assert alone == [cut[:-2]]
    # Whoever stands under the id of another is read as it would be by itself.
    assert list(CODEC.records(spec, [(second, cut)])) == made[:1]


@pytest.mark.parametrize("text", ["{}", ' {"a": 1} ', "[1]x", '{"a":1,"a":2}', "NaN", "-0", '"\\ud800"'])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_what_is_no_plain_utf8_is_parsed_as_before(text: str, encoding: str) -> None:
    body = text.encode(encoding)
    assert outcome(_parsed, body) == outcome(json.loads, body)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
@given(data=st.data())
@settings(SELDOM, max_examples=3)
def test_every_event_is_written_byte_for_byte_as_before(event: type[Event], data: st.DataObject) -> None:
    happened = data.draw(any_of(event))
    told = {"at": "2021-07-02T01:00:00Z", "by": "值班", "for": None, "packs": [], "w": {"member/M1": "00"}}
    before: dict[str, Any] = {
        "t": json.loads(CODEC.encode_fact(happened, told))["t"],
        **{name: value for name, value in told.items() if value},
    }
    if fields := unstructure(happened):
        before["d"] = fields
    assert (
        CODEC.encode_fact(happened, told)
        == json.dumps(before, ensure_ascii=False, separators=(",", ":")).encode()
    )


# -- what an embedding app may bring -------------------------------------------------------------------------
class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Size(IntEnum):
    SMALL = 1
    LARGE = 2


class Late(StrEnum):
    EARLY = "early"

    @classmethod
    def _missing_(cls, value: object) -> Late | None:
        return cls.EARLY if value == "soon" else None


Code = NewType("Code", str)
T = TypeVar("T")


@attrs.frozen(kw_only=True)
class Inner:
    code: Code
    sizes: tuple[Size, ...] = ()


@attrs.frozen
class Other:
    other: str


@attrs.frozen(kw_only=True)
class Everything:
    """All leaves, and defaults before fields that have none."""

    colour: Colour = Colour.RED
    code: Code
    size: Size | None = Size.SMALL
    late: Late = Late.EARLY
    whole: int = 0
    flag: bool = True
    share: float = 1.5
    day: date | None = None
    at: datetime | None = None
    clock: time = time(8)
    about: PartialDate | None = None
    inner: Inner | None = None
    inners: tuple[Inner, ...] = ()
    maybes: tuple[str | None, ...] = ()
    numbers: tuple[int, ...] = (1,)
    flags: tuple[bool, ...] = ()
    deep: tuple[tuple[date, ...], ...] = ()
    table: dict[str, int] = attrs.field(factory=dict)
    texts: dict[str, str] = attrs.field(factory=dict)
    names: list[str] = attrs.field(factory=list)
    either: Inner | Other | None = None
    anything: Any = None
    _hidden: str = "h"
    tidy: str = attrs.field(default=" x ", converter=str.strip)
    odd: int = attrs.field(default=1, validator=attrs.validators.in_([1, 3, 5]))


@attrs.frozen
class Nested:
    """Holds itself."""

    name: str
    under: tuple[Nested, ...] = ()


@attrs.define(slots=False)
class Loose:
    name: str
    long: str = attrs.Factory(lambda self: self.name * 2, takes_self=True)


@attrs.frozen
class Before:
    name: str
    told: tuple[str, ...] = ()

    def __attrs_pre_init__(self) -> None:
        object.__setattr__(self, "told", ("never",))


@attrs.frozen(init=False)
class OwnInit:
    name: str

    def __init__(self, name: str) -> None:
        self.__attrs_init__(name.upper())  # type: ignore[attr-defined]


@attrs.frozen
class Derived:
    name: str
    length: int = attrs.field(init=False, default=7)


@attrs.frozen
class Renamed:
    name: Annotated[str, override(rename="n")]


@attrs.frozen
class Box(Generic[T]):
    thing: str


@attrs.frozen(cache_hash=True)
class Hashed:
    name: str


@attrs.frozen
class Based(Inner):
    more: str = attrs.field(kw_only=True, default="")

    def __attrs_post_init__(self) -> None:
        if self.more == "no":
            raise ValueError("no")


ODD_ONES = Compiler(_CONVERTER)
ODD: dict[type, dict[str, Any]] = {
    Everything: {"code": "c"},
    Nested: {"name": "n"},
    Loose: {"name": "n"},
    Before: {"name": "n"},
    OwnInit: {"name": "n"},
    Derived: {"name": "n"},
    Renamed: {"n": "n"},
    Box: {"thing": "t"},
    Hashed: {"name": "n"},
    Based: {"code": "c"},
}
WORTH: dict[str, list[Any]] = {
    "colour": ["blue", "red", "green", 1, None, []],
    "size": [1, 2, 3, True, 1.0, None, "1", {}],
    "late": ["soon", "early", "late", []],
    "whole": [7, True, 1.0, "7"],
    "flag": [False, 0, "false"],
    "share": [2.5, 1, "1"],
    "day": ["2021-07-02", "2021-07-02T00:00:00Z", 7],
    "at": ["2021-07-02T01:00:00Z", "2021-07-02T09:00:00+08:00", "2021-07-02T01:00:00", 7],
    "clock": ["08:30", "08:30:15", "25:00"],
    "about": ["1952", "1952-03", "1952-13", 1952],
    "inner": [{"code": "d"}, {"code": 7}, {}, [], {"code": "d", "sizes": [1, 2]}, {"code": "d", "x": 1}],
    "inners": [[{"code": "d"}], [None], {}],
    "maybes": [["a", None], [1], "ab"],
    "numbers": [[1, 2], [True], [1.0], "12"],
    "flags": [[True, False], [1]],
    "deep": [[["2021-07-02"], []], [["x"]], ["2021-07-02"]],
    "table": [{"a": 1}, {"a": "x"}, []],
    "texts": [{"a": "x", "b": ""}, {"a": 1}, {"a": None}, [], "a"],
    "names": [["a"], [1]],
    "either": ["text", 7, {"code": "d"}, {"other": "o"}],
    "anything": [{"a": [1, None]}, 1.5, "x"],
    "_hidden": ["g", 7],
    "tidy": ["  y ", 7],
    "odd": [3, 4],
    "under": [[{"name": "a", "under": [{"name": "b"}]}], [{"name": 1}]],
    "told": [["a"], "a"],
    "length": [9],
    "long": ["z"],
    "more": ["yes", "no", 7],
    "sizes": [[2], [9]],
    "unknown": [1],
}


@pytest.mark.parametrize("cls", ODD, ids=lambda cls: cls.__name__)
def test_odd_classes_are_read_and_written_as_by_cattrs(cls: type) -> None:
    def read(data: Any) -> Any:
        return ODD_ONES.reader(cls)(data)

    cases = [ODD[cls], {}, [], None, "text", 7]
    cases += [{**ODD[cls], name: value} for name, values in WORTH.items() for value in values]
    refused = 0
    for case in cases:
        found = outcome(read, case)
        assert found == outcome(structure, case, cls), case
        if found == "refused":
            refused += 1
            continue
        one = read(case)
        assert json.dumps(unstructure(one), ensure_ascii=False, separators=(",", ":")) == ODD_ONES.writer(
            cls
        )(one), case
    assert refused


def test_a_record_is_of_its_own_class_and_frozen() -> None:
    read = ODD_ONES.reader(Everything)
    one = read({"code": "c"})
    assert type(one) is Everything
    assert one == Everything(code=Code("c"))
    assert hash(read({"code": "c"}).colour) == hash(one.colour)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        one.code = "d"
    # Each record has a mapping of its own: no default is shared.
    assert read({"code": "c"}).table is not one.table


@pytest.mark.parametrize(
    "spoilt",
    [
        {"whole": "seven"}, {"whole": True}, {"flag": 1}, {"code": 7}, {"maybes": "ab"}, {"maybes": ["a"]},
        {"inner": {"code": "x"}}, {"numbers": (1, True)}, {"share": 1}, {"at": datetime(2021, 7, 2)},  # noqa: DTZ001
        {"day": datetime(2021, 7, 2, 5, tzinfo=UTC)}, {"colour": "red"}, {"colour": Size.LARGE},
        {"clock": None}, {"colour": None}, {"texts": {"a": 1}}, {"texts": {1: "a"}}, {"size": 2},
        {"code": Colour.RED},
    ],
    ids=repr,
)  # fmt: skip
def test_a_value_that_is_not_of_its_type_is_written_or_refused_as_by_cattrs(spoilt: dict[str, Any]) -> None:
    one = Everything(**{"code": "c", **spoilt})

    def before(value: Any) -> str:
        return json.dumps(unstructure(value), ensure_ascii=False, separators=(",", ":"))

    assert outcome(ODD_ONES.writer(Everything), one) == outcome(before, one)


def test_the_rules_of_a_record_are_asked_of_the_record_itself() -> None:
    with pytest.raises(Corrupt):
        CODEC.decode(KINDS.of(Member), b'{"k":"member","v":1,"s":"","r":{"id":"M1","name":""}}')


def test_a_reader_in_the_making_is_not_handed_to_another_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would call itself without end: two channels that open their first parcels at once did."""
    from threading import Event, Thread

    from grassroots.workspace.codec import _CONVERTER
    from grassroots.workspace.compiled import Compiler

    compiler, begun, done = Compiler(_CONVERTER), Event(), Event()
    made, found = compiler._made_reader, list[object]()

    def slowly(cls: type) -> object:
        begun.set()
        done.wait(0.2)  # as long as the other one would need to go wrong
        return made(cls)

    def other() -> None:
        begun.wait(5)
        try:
            found.append(
                compiler.reader(History)({"id": "H1", "about": "member/M1", "at": "2021-07-02T01:00:00Z"})
            )
        except RecursionError as error:
            found.append(error)
        done.set()

    monkeypatch.setattr(compiler, "_made_reader", slowly)
    threads = [Thread(target=lambda: compiler.reader(History)), Thread(target=other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    (read,) = found
    assert isinstance(read, History)
