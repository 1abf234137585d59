"""Rule packs: what may be said, that all of it is checked, and which pack answers on which day."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grassroots.domain.pack import (
    TABLES,
    BadPack,
    ColumnType,
    Finding,
    Force,
    NoRule,
    Pack,
    Packs,
    SourceKind,
    check,
    parse_pack,
)
from grassroots.domain.pack.shapes import UNITS
from grassroots.locale import LANGUAGES, catalogue, say
from grassroots.packs import shipped, text

TODAY = date(2025, 10, 1)
SCHEMA = json.loads(resources.files("grassroots.packs").joinpath("schema.json").read_text("utf-8"))

SOUND = """
[pack]
name = "our-town"
version = "2"
title_zh = "本地规则"
title_en = "Our town"
jurisdiction = "CN-HN"
effective_from = 2021-01-01

[[source]]
key = "handbook"
title = "站点手册"
where = "第3页"
kind = "practice"
sure = "high"
read = "page"

[[source]]
key = "statute"
title = "某法"
where = "第2条"
kind = "law"
sure = "high"
read = "statute text"

[[source]]
key = "heard"
title = "听说"
where = "not looked up"
kind = "memory"
sure = "low"
read = "not read"

[age_band.old]
source = "statute"
label_zh = "老年人"
label_en = "old"
first_age_years = 60

[pairing_scheme.neighbours]
source = "handbook"
label_zh = "邻里结对"
label_en = "neighbours"
recipient_age_band = "old"
recipients_per_supporter_count = 2
contacts_least_count = 1
contacts_within_days = 7
contact_means = ["visit", "phone"]

[visit_tier.general]
source = "heard"
force = "practice"
label_zh = "一般"
label_en = "general"
visits_least_count = 1
visits_within_months = 3

[party_standing.joined]
source = "handbook"
joined_first_day = 1956-09-15
probation = true
probation_months = { any = 12 }
standing_starts = "probation-end"

[medal.fifty-years]
source = "handbook"
label_zh = "纪念章"
label_en = "medal"
standing_years = 50
reference_day = "07-01"
reference_day_counts = true
steps = ["surveyed", "awarded"]

[x_tea.green]
source = "handbook"
cups_count = 2
leaf = "green"
"""


# -- an independent reading of the schema -----------------------------------------------------------------
def accepted(schema: Any, value: Any) -> bool:
    """Whether a JSON Schema (the part of it that schema.json uses) accepts a value."""
    if isinstance(schema, bool):
        return schema
    if "$ref" in schema:
        return accepted(SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]], value)
    if "type" in schema and not _of_type(schema["type"], value):
        return False
    if "enum" in schema and not any(value == one and type(value) is type(one) for one in schema["enum"]):
        return False
    if "const" in schema and not (value == schema["const"] and type(value) is type(schema["const"])):
        return False
    if "anyOf" in schema and not any(accepted(one, value) for one in schema["anyOf"]):
        return False
    if "oneOf" in schema and sum(accepted(one, value) for one in schema["oneOf"]) != 1:
        return False
    if isinstance(value, str):
        pattern = schema.get("pattern", "").replace("$", r"\Z")
        return re.search(pattern, value) is not None and len(value) >= schema.get("minLength", 0)
    if isinstance(value, list):
        unique = not schema.get("uniqueItems") or len({repr(item) for item in value}) == len(value)
        fits = all(accepted(schema.get("items", True), item) for item in value)
        return unique and fits and len(value) >= schema.get("minItems", 0)
    if isinstance(value, dict):
        return _accepted_object(schema, value)
    if isinstance(value, int) and not isinstance(value, bool):
        return bool(schema.get("minimum", value) <= value <= schema.get("maximum", value))
    return True


def _accepted_object(schema: dict[str, Any], value: dict[str, Any]) -> bool:
    if any(name not in value for name in schema.get("required", ())):
        return False
    if len(value) < schema.get("minProperties", 0):
        return False
    for name, item in value.items():
        if not accepted(schema.get("propertyNames", True), name):
            return False
        rules = [schema["properties"][name]] if name in schema.get("properties", {}) else []
        rules += [r for p, r in schema.get("patternProperties", {}).items() if re.search(p, name)]
        if not all(accepted(r, item) for r in rules or [schema.get("additionalProperties", True)]):
            return False
    return True


def _of_type(name: str, value: Any) -> bool:
    if name == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    types: dict[str, type] = {"object": dict, "array": list, "string": str, "boolean": bool}
    return isinstance(value, types[name])


def as_json(value: Any) -> Any:
    """TOML as an editor's schema sees it: days and times are text."""
    if isinstance(value, dict):
        return {name: as_json(item) for name, item in value.items()}
    if isinstance(value, list):
        return [as_json(item) for item in value]
    return value.isoformat() if isinstance(value, (date, time)) else value


def schema_accepts(toml: str) -> bool:
    return accepted(SCHEMA, as_json(tomllib.loads(toml)))


def as_toml(value: Any) -> str:
    """A value as inline TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, list):
        return "[" + ", ".join(as_toml(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{as_toml(n)} = {as_toml(item)}" for n, item in value.items()) + "}"
    return repr(value)


def codes(toml: str) -> set[str]:
    return {finding.code for finding in check(parse_pack(toml))}


def line(old: str, new: str) -> Callable[[str], str]:
    """One slip: the line that begins with ``old`` becomes ``new`` (the first one)."""

    def slip(sound: str) -> str:
        changed = re.sub(rf"^{re.escape(old)}.*$", lambda _: new, sound, count=1, flags=re.MULTILINE)
        assert changed != sound
        return changed

    return slip


# -- the shipped packs ------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def every() -> dict[str, Pack]:
    return {name: parse_pack(text(name)) for name in shipped()}


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_pack_is_sound_and_its_schema_says_so_too(name: str) -> None:
    assert check(parse_pack(text(name))) == ()
    assert schema_accepts(text(name))


def test_the_shipped_packs_work_together_and_the_generic_one_alone(every: dict[str, Pack]) -> None:
    together = Packs((every["cn-national"], every["network-1-3-n"], every["policy"]))
    assert together.rule("network_node", "hub", TODAY).cited == "network-1-3-n@1"
    alone = Packs((every["befriending-generic"],))
    norm = alone.rule("pairing_scheme", "befriending", TODAY)
    assert norm.value["recipients_per_supporter_count"] == 1
    assert (norm.value["contacts_least_count"], norm.value["contacts_within_days"]) == (1, 14)
    assert norm.force is Force.PRACTICE


def test_nothing_that_is_only_remembered_is_shipped_as_law() -> None:
    for name in shipped():
        raw = tomllib.loads(text(name))
        remembered = {source["key"] for source in raw["source"] if source["kind"] == "memory"}
        unread = {source["key"] for source in raw["source"] if source["read"] != "statute text"}
        for table, rules in raw.items():
            if table in ("pack", "source"):
                continue
            for id_, rule in rules.items():
                where = f"{name}: {table}.{id_}"
                if rule["source"] in remembered:
                    assert rule.get("force") == "practice", where
                if rule.get("force") == "law":
                    assert rule["source"] not in unread, where


def test_a_citys_regulation_is_practice_in_the_national_pack(every: dict[str, Pack]) -> None:
    pack = every["cn-national"]
    for rule in pack.rules:
        if pack.sources[rule.source].jurisdiction is not None:
            assert pack.force_of(rule) is Force.PRACTICE, rule.where


def test_every_source_is_used(every: dict[str, Pack]) -> None:
    for pack in every.values():
        assert set(pack.sources) == {rule.source for rule in pack.rules}


def test_the_rules_of_standing_cover_every_day_since_1928_once(every: dict[str, Pack]) -> None:
    rows = sorted(
        (rule.values["joined_first_day"], rule.values.get("joined_last_day"))
        for rule in every["cn-national"].table("party_standing").values()
    )
    assert rows[0][0] == date(1928, 6, 18)
    assert rows[-1][1] is None
    for (_, last), (first, _) in pairwise(rows):
        assert last is not None
        assert last + timedelta(days=1) == first


def test_whoever_joined_between_1969_and_1977_had_no_probation(every: dict[str, Pack]) -> None:
    rule = Packs((every["cn-national"],)).rule("party_standing", "joined-1969", TODAY)
    assert rule.value["joined_first_day"] == date(1969, 4, 1)
    assert rule.value["joined_last_day"] == date(1977, 8, 11)
    assert rule.value["probation"] is False
    assert rule.value["standing_starts"] == "approval"


def test_probation_in_1945_depends_on_the_background(every: dict[str, Pack]) -> None:
    rule = Packs((every["cn-national"],)).rule("party_standing", "joined-1945", TODAY)
    assert dict(rule.value["probation_months"]) == {"worker": 6, "middle": 12, "other": 24}


def test_the_medal_asks_for_fifty_years_on_the_first_of_july(every: dict[str, Pack]) -> None:
    rule = Packs((every["cn-national"],)).rule("medal", "fifty-years", date(2021, 7, 1))
    assert (rule.value["standing_years"], rule.value["reference_day"]) == (50, "07-01")
    assert rule.value["steps"] == ("surveyed", "recommended", "reviewed", "cleared", "awarded")
    assert rule.label("zh") == "“光荣在党50年”纪念章"


def test_a_law_answers_only_from_the_day_it_came_into_force(every: dict[str, Pack]) -> None:
    packs = Packs((every["cn-national"],))
    assert packs.rule("minor", "child-data", date(2021, 11, 1)).force is Force.LAW
    with pytest.raises(NoRule) as refused:
        packs.rule("minor", "child-data", date(2021, 10, 31))
    assert refused.value.facts == {"table": "minor", "rule": "child-data", "on": "2021-10-31"}


def test_old_begins_at_sixty_by_law_and_young_old_ends_at_sixty_nine_by_practice(
    every: dict[str, Pack],
) -> None:
    packs = Packs((every["cn-national"],))
    old, young = packs.rule("age_band", "old", TODAY), packs.rule("age_band", "young-old", TODAY)
    assert (old.value["first_age_years"], old.force) == (60, Force.LAW)
    assert (young.value["last_age_years"], young.force) == (69, Force.PRACTICE)
    assert young.source.kind is SourceKind.PRACTICE


# -- what a check finds -----------------------------------------------------------------------------------
def test_the_example_of_these_tests_is_sound() -> None:
    assert codes(SOUND) == set()
    assert schema_accepts(SOUND)
    Packs((parse_pack(SOUND),))


Slips = dict[str, tuple[Callable[[str], str], str]]

STRUCTURE: Slips = {
    "no header": (lambda s: s.replace("[pack]", "[x_pack]", 1), "pack-field-missing"),
    "a header without a name": (line("name", ""), "pack-field-missing"),
    "a name that is no name": (line("name", 'name = "Our Town"'), "pack-field-value"),
    "a version that is a word": (line("version", 'version = "new"'), "pack-field-value"),
    "a version that is a number": (line("version", "version = 2"), "pack-field-type"),
    "a blank title": (line("title_en", 'title_en = " "'), "pack-field-type"),
    "a place that is no place": (line("jurisdiction", 'jurisdiction = "Hunan"'), "pack-field-value"),
    "a word of the header that nobody knows": (
        line("version", 'version = "2"\nauthor = "x"'),
        "pack-field-unknown",
    ),
    "a beginning that is no day": (line("effective_from", "effective_from = true"), "pack-field-type"),
    "a source of no kind": (line("kind", 'kind = "rumour"'), "pack-field-value"),
    "a source read in no way": (line("read", 'read = "twice"'), "pack-field-value"),
    "a source without a place": (line("where", ""), "pack-field-missing"),
    "a source that says too much": (line("where", 'where = "第3页"\nurl = "x"'), "pack-field-unknown"),
    "a rule without a source": (line('source = "handbook"', ""), "pack-field-missing"),
    "a rule with a force of its own": (line("force", 'force = "custom"'), "pack-field-value"),
    "a table that no room knows": (line("[medal.", "[medals.fifty-years]"), "pack-table-unknown"),
    "an id in capitals": (line("[age_band.old]", "[age_band.OLD]"), "pack-rule-id"),
    "a misspelt column": (line("standing_years", "standing_year = 50"), "pack-field-unknown"),
    "a missing column": (line("standing_years", ""), "pack-field-missing"),
    "a number as text": (line("standing_years", 'standing_years = "50"'), "pack-field-type"),
    "a fraction": (line("standing_years", "standing_years = 49.5"), "pack-field-type"),
    "a flag as a number": (line("standing_years", "standing_years = true"), "pack-field-type"),
    "none at all": (line("standing_years", "standing_years = 0"), "pack-field-range"),
    "a slip of the finger": (line("standing_years", "standing_years = 5000000"), "pack-field-range"),
    "a day that does not come every year": (
        line("reference_day ", 'reference_day = "02-29"'),
        "pack-field-type",
    ),
    "a step that nobody knows": (line("steps", 'steps = ["guessed"]'), "pack-field-value"),
    "the same step twice": (line("steps", 'steps = ["awarded", "awarded"]'), "pack-field-type"),
    "no step": (line("steps", "steps = []"), "pack-field-type"),
    "every step": (line("steps", 'steps = ["*"]'), "pack-field-type"),
    "a label in one language": (line("label_en", ""), "pack-label-missing"),
    "a blank label": (line("label_en", 'label_en = ""'), "pack-field-type"),
    "two units at once": (
        line("visits_within_months", "visits_within_months = 3\nvisits_within_days = 90"),
        "pack-one-of",
    ),
    "no unit at all": (line("visits_within_months", ""), "pack-one-of"),
    "months that are no numbers": (
        line("probation_months", 'probation_months = { any = "1" }'),
        "pack-field-type",
    ),
    "months of nobody": (line("probation_months", "probation_months = {}"), "pack-field-type"),
    "an own number without a unit": (line("cups_count", "cups = 2"), "pack-unit-missing"),
    "an own list of numbers without a unit": (line("cups_count", "cups = [[2]]"), "pack-unit-missing"),
    "an own fraction": (line("cups_count", "cups_count = 2.5"), "pack-field-type"),
    "a rule that is no table": (lambda s: "theme = 1\n" + s, "pack-field-type"),
    "a table of numbers": (lambda s: s + "\n[theme]\nclassics = 1\n", "pack-field-type"),
}

TWICE = """[[source]]
key = "handbook"
title = "站点手册"
where = "第4页"
kind = "practice"
sure = "high"
read = "page"

[[source]]"""

MEANING: Slips = {
    "a source that is not listed": (line('source = "statute"', 'source = "statue"'), "pack-source-unknown"),
    "a source that is listed twice": (line("[[source]]", TWICE), "pack-source-twice"),
    "a memory that says nothing of its force": (line("force", ""), "pack-memory-as-law"),
    "a memory as law": (line("force", 'force = "law"'), "pack-memory-as-law"),
    "a memory that is sure": (line('sure = "low"', 'sure = "high"'), "pack-memory-too-sure"),
    "a habit as law": (line("recipient_age_band", 'force = "law"'), "pack-law-without-law"),
    "a habit as standard": (line("recipient_age_band", 'force = "standard"'), "pack-law-without-law"),
    "a law that nobody read": (line('read = "statute text"', 'read = "excerpt"'), "pack-law-unread"),
    "the law of another place": (
        line('read = "statute text"', 'read = "statute text"\njurisdiction = "CN-BJ"'),
        "pack-law-elsewhere",
    ),
    "an end before the beginning": (
        line("effective_from", "effective_from = 2021-01-01\neffective_to = 2020-12-31"),
        "pack-dates-order",
    ),
    "a rule that ends before it begins": (
        line(
            "first_age_years", "first_age_years = 60\neffective_from = 2021-01-02\neffective_to = 2021-01-01"
        ),
        "pack-dates-order",
    ),
    "a day as text": (line("joined_first_day", 'joined_first_day = "1956-09-15"'), "pack-field-type"),
}


@pytest.mark.parametrize("slip", STRUCTURE)
def test_check_and_schema_both_refuse(slip: str) -> None:
    spoil, code = STRUCTURE[slip]
    spoilt = spoil(SOUND)
    assert code in codes(spoilt)
    assert not schema_accepts(spoilt)


@pytest.mark.parametrize("slip", MEANING)
def test_check_also_refuses_what_no_schema_can_say(slip: str) -> None:
    spoil, code = MEANING[slip]
    spoilt = spoil(SOUND)
    assert codes(spoilt) == {code}
    assert schema_accepts(spoilt), "the schema could say this: move it to STRUCTURE"


def test_one_look_shows_every_mistake_and_where_it_stands() -> None:
    spoilt = SOUND
    for slip in ("a version that is a word", "a fraction", "a label in one language"):
        spoilt = STRUCTURE[slip][0](spoilt)
    found = {(finding.code, finding.where) for finding in check(parse_pack(spoilt))}
    assert found == {
        ("pack-field-value", "pack"),
        ("pack-field-type", "medal.fifty-years"),
        ("pack-label-missing", "age_band.old"),
    }
    with pytest.raises(BadPack) as refused:
        Packs((parse_pack(spoilt),))
    assert len(refused.value.findings) == refused.value.facts["count"] == 3


def test_a_text_that_is_no_toml_names_the_line() -> None:
    with pytest.raises(BadPack) as refused:
        parse_pack(SOUND.replace('version = "2"', "version = "))
    assert refused.value.findings[0] == Finding("pack-not-toml", "line 4", {"line": "line 4"})


@pytest.mark.parametrize("hostile", ["a=" + "[" * 100_000, "a=" + "9" * 5_000, "#" * 1_048_577, "\x00"])
def test_a_hostile_text_is_refused_in_words(hostile: str) -> None:
    with pytest.raises(BadPack):
        parse_pack(hostile)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_and_nothing_else(anything: str) -> None:
    try:
        pack = parse_pack(anything)
    except BadPack:
        return
    assert check(pack), "a text without a header is never sound"


def test_every_finding_has_words_in_both_languages() -> None:
    every = [spoil(SOUND) for spoil, _ in (*STRUCTURE.values(), *MEANING.values())]
    found = [finding for spoilt in every for finding in check(parse_pack(spoilt))]
    found += [Finding("pack-not-toml", "line 1", {"line": "line 1"}), *_ill_matched()]
    assert len({finding.code for finding in found}) == 22
    for finding in found:
        for language in LANGUAGES:
            assert finding.code in catalogue(language)
            assert "$" not in say(finding.code, finding.facts, language)


def _ill_matched() -> Iterator[Finding]:
    for stack in (
        (SOUND, SOUND),
        (line("version", 'version = "2"\nextends = ["base"]')(SOUND),),
        (line("recipient_age_band", 'recipient_age_band = "ancient"')(SOUND),),
    ):
        with pytest.raises(BadPack) as refused:
            Packs(tuple(parse_pack(one) for one in stack))
        yield from refused.value.findings


# -- the schema and the check agree -----------------------------------------------------------------------
def test_the_schema_knows_exactly_the_tables_and_columns_that_rooms_ask_for() -> None:
    told = {name for name in SCHEMA["properties"] if name not in ("pack", "source")}
    assert told == set(TABLES)
    common = {"source", "force", "effective_from", "effective_to", "off", "label_zh", "label_en", "note"}
    for name, table in TABLES.items():
        rule = SCHEMA["properties"][name]["additionalProperties"]
        assert set(rule["properties"]) == set(table.columns) | common, name


def test_every_whole_number_says_its_unit_in_its_name() -> None:
    for table, shape in TABLES.items():
        for name, column in shape.columns.items():
            if column.type in (ColumnType.WHOLE, ColumnType.WHOLES):
                assert name.endswith(UNITS), f"{table}.{name}"


WORDS = ("visit", "phone", "approval", "old", "*", "a b", "", " ", "07-01", "13-01", "ä", "keep-3-4", "x\n")
LEAVES = st.one_of(
    st.sampled_from(WORDS),
    st.integers(-2, 200_000),
    st.booleans(),
    st.floats(0, 9, allow_nan=False),
)
VALUES = st.one_of(
    LEAVES,
    st.lists(LEAVES, max_size=3),
    st.dictionaries(st.sampled_from(["any", "worker", "A", "x_1"]), LEAVES, max_size=2),
)
# A day in a column of texts is refused by the check alone: JSON knows no days.
MOMENTS = st.one_of(VALUES, st.dates(date(1900, 1, 1)), st.datetimes(datetime(1900, 1, 1)))  # noqa: DTZ001
HEAD = SOUND[: SOUND.index("[age_band.old]")]
NAMES = sorted(
    {n for t in TABLES.values() for n in t.columns} | {"x_cups", "x_cups_count", "label_zh", "off"}
)


@st.composite
def rules(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """A rule of some table: first what a sound one could be, then perhaps something odd in one column."""
    table = draw(st.sampled_from(sorted(TABLES)))
    shape = TABLES[table]
    rule: dict[str, Any] = {"source": "handbook"}
    for name, column in shape.columns.items():
        if column.required or name in shape.one_of[:1] or draw(st.booleans()):
            odd = MOMENTS if column.type is ColumnType.DAY else VALUES
            rule[name] = draw(odd) if draw(st.integers(0, 9)) == 0 else _sound_value(draw, column)
    if shape.labelled:
        rule |= {"label_zh": "名", "label_en": "name"}
    if draw(st.booleans()):
        rule[draw(st.sampled_from(NAMES))] = draw(VALUES)
    if draw(st.integers(0, 4)) == 0:
        rule.pop(draw(st.sampled_from(sorted(rule))))
    return table, rule


def _sound_value(draw: st.DrawFn, column: Any) -> Any:
    code = draw(st.sampled_from(column.choices or ("old", "phone")))
    return {
        ColumnType.TEXT: "text",
        ColumnType.CODE: str(code),
        ColumnType.CODES: [str(code)],
        ColumnType.WHOLE: draw(st.integers(column.least, 100)),
        ColumnType.WHOLES: {"any": draw(st.integers(column.least, 100))},
        ColumnType.FLAG: draw(st.booleans()),
        ColumnType.DAY: date(1977, 8, 12),
        ColumnType.DAYS: [date(2026, 2, 14), date(2026, 2, 28)],
        ColumnType.DAY_OF_YEAR: "07-01",
        ColumnType.FREE: draw(VALUES),
    }[column.type]


@pytest.mark.parametrize("table", TABLES)
def test_the_schema_takes_an_empty_list_where_the_check_does(table: str) -> None:
    columns = {name: one for name, one in TABLES[table].columns.items() if one.type is ColumnType.CODES}
    known = SCHEMA["properties"][table]["additionalProperties"]["properties"]
    assert {name: "minItems" in known[name] for name in columns} == {
        name: not column.refers for name, column in columns.items()
    }


@settings(max_examples=600)
@given(rules())
def test_the_schema_and_the_check_agree_on_any_rule(case: tuple[str, dict[str, Any]]) -> None:
    table, rule = case
    toml = f"{HEAD}\n[{table}]\nsome-rule = {as_toml(rule)}\n"
    meaning = {"pack-law-without-law", "pack-source-unknown"}
    assert (codes(toml) - meaning == set()) == schema_accepts(toml), codes(toml)


# -- several packs ----------------------------------------------------------------------------------------
def layer(name: str, rules: Mapping[str, int | None], first: date, last: date | None = None) -> Pack:
    """A pack with age bands: a number each, or None to take the band away."""
    told = "".join(
        f'[age_band.{id_}]\nsource = "h"\n'
        + (
            "off = true\n"
            if years is None
            else f'label_zh = "名"\nlabel_en = "n"\nfirst_age_years = {years}\n'
        )
        for id_, years in rules.items()
    )
    until = f"effective_to = {last}\n" if last else ""
    return parse_pack(
        f'[pack]\nname = "{name}"\nversion = "1"\ntitle_zh = "名"\ntitle_en = "n"\njurisdiction = "*"\n'
        f'effective_from = {first}\n{until}[[source]]\nkey = "h"\ntitle = "t"\nwhere = "w"\n'
        f'kind = "practice"\nsure = "low"\nread = "page"\n{told}'
    )


def test_a_later_pack_overrides_one_rule_and_the_answer_says_so() -> None:
    packs = Packs((parse_pack(text("cn-national")), layer("our-town", {"old": 65}, date(2022, 1, 1))))
    before, after = (packs.rule("age_band", "old", day) for day in (date(2021, 12, 31), date(2022, 1, 1)))
    assert (before.value["first_age_years"], before.cited, before.source.kind) == (60, "cn-national@1", "law")
    assert (after.value["first_age_years"], after.cited, after.source.title) == (65, "our-town@1", "t")
    assert packs.rule("age_band", "oldest-old", TODAY).pack == "cn-national"
    assert list(packs.table("age_band", TODAY)) == ["old", "young-old", "middle-old", "oldest-old"]


def test_a_later_pack_can_take_a_rule_away() -> None:
    packs = Packs(
        (parse_pack(text("cn-national")), layer("our-town", {"middle-old": None}, date(2022, 1, 1)))
    )
    assert "middle-old" not in packs.table("age_band", TODAY)
    with pytest.raises(NoRule):
        packs.rule("age_band", "middle-old", TODAY)


def test_two_versions_of_a_pack_may_follow_each_other_but_not_overlap() -> None:
    old = layer("our-town", {"old": 60}, date(2020, 1, 1), date(2021, 12, 31))
    new = layer("our-town", {"old": 65}, date(2022, 1, 1))
    packs = Packs((old, new))
    found = [
        packs.rule("age_band", "old", date(year, 6, 1)).value["first_age_years"] for year in (2021, 2022)
    ]
    assert found == [60, 65]
    with pytest.raises(BadPack) as refused:
        Packs((old, layer("our-town", {}, date(2021, 12, 31))))
    assert refused.value.findings[0].code == "pack-twice"


def test_a_pack_that_builds_on_another_needs_it_before_itself() -> None:
    base = layer("base", {"old": 60}, date(2020, 1, 1))
    ours = parse_pack(line("version", 'version = "2"\nextends = ["base"]')(SOUND))
    assert Packs((base, ours)).rule("age_band", "old", TODAY).pack == "our-town"
    with pytest.raises(BadPack) as refused:
        Packs((ours, base))
    assert refused.value.findings[0].code == "pack-extends-missing"


def test_a_rule_may_not_refer_to_one_that_was_taken_away() -> None:
    with pytest.raises(BadPack) as refused:
        Packs((parse_pack(SOUND), layer("later", {"old": None}, date(2022, 1, 1))))
    assert [finding.code for finding in refused.value.findings] == ["pack-refers-nowhere"]


DAYS = st.dates(date(2020, 1, 1), date(2020, 1, 8))
LAYERS = st.lists(
    st.tuples(
        st.dictionaries(st.sampled_from("abc"), st.one_of(st.none(), st.integers(0, 99)), max_size=3),
        DAYS,
        st.one_of(st.none(), st.integers(0, 5)),
    ),
    max_size=4,
)


@given(LAYERS, DAYS)
def test_a_table_is_its_rules_and_the_last_pack_in_force_wins(
    stack: list[tuple[dict[str, int | None], date, int | None]], on: date
) -> None:
    layers: list[Pack] = []
    expected: dict[str, tuple[int | None, str]] = {}
    for number, (rules_, first, length) in enumerate(stack):
        last = None if length is None else first + timedelta(days=length)
        layers.append(layer(f"layer-{number}", rules_, first, last))
        if first <= on and (last is None or on <= last):
            expected |= {id_: (years, f"layer-{number}@1") for id_, years in rules_.items()}
    packs = Packs(tuple(layers))
    standing = {id_: one for id_, one in expected.items() if one[0] is not None}
    table = packs.table("age_band", on)
    assert {id_: (a.value["first_age_years"], a.cited) for id_, a in table.items()} == standing
    for id_ in "abc":
        if id_ in standing:
            assert packs.rule("age_band", id_, on) == table[id_]
        else:
            with pytest.raises(NoRule):
                packs.rule("age_band", id_, on)


# -- the pages about it -----------------------------------------------------------------------------------
DOCS = Path(__file__).parents[2] / "docs" / "reference"


def test_the_packs_in_the_docs_are_sound() -> None:
    example = re.findall(r"```toml\n(.*?)```", (DOCS / "packs.md").read_text("utf-8"), re.DOTALL)
    row = re.findall(r"```toml\n(.*?)```", (DOCS / "policy.md").read_text("utf-8"), re.DOTALL)
    committee = HEAD.replace('key = "handbook"', 'key = "committee"')
    for toml in (*example, *(committee + one for one in row)):
        assert check(parse_pack(toml)) == ()
        assert schema_accepts(toml)


def test_the_docs_name_every_table_and_column() -> None:
    page = (DOCS / "packs.md").read_text("utf-8")
    for table, shape in TABLES.items():
        assert f"`{table}`" in page
        if table not in ("figure", "policy"):
            assert [name for name in shape.columns if name not in page] == [], table
