"""The example year: the same seed gives the same sheets, the sheets say what the charter of proofs needs."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("xlsxwriter")
openpyxl = pytest.importorskip("openpyxl")

HERE = Path(__file__).resolve().parents[2] / "examples" / "district_year"


@cache
def load(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(f"district_year_{name}", HERE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


generator, counter = load("generate"), load("count")
cells = sys.modules["count_cells"]
_read = cells.grids
_sheets: dict[tuple[str, bytes], list[Any]] = {}


def _grids_once(path: Path) -> list[Any]:
    """A file that a variant leaves as it was is read once for all."""
    known = (path.name, path.read_bytes())
    if known not in _sheets:
        _sheets[known] = list(_read(path))
    return _sheets[known]


cells.grids = _grids_once  # type: ignore[attr-defined]
LINES = [f"ACC-{number:02d}" for number in range(1, 18)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("year")
    generator.generate(out)
    return out


@pytest.fixture(scope="module")
def figures(folder: Path) -> dict[str, dict[str, Any]]:
    counted: dict[str, dict[str, Any]] = counter.count(folder)
    return counted


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_there_are_fifteen_sheets_and_the_charter(folder: Path) -> None:
    names = sorted(path.name for path in folder.iterdir())
    assert [name[:2] for name in names] == [*(f"{number:02d}" for number in range(1, 16)), "ch"]


def test_the_same_seed_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    generator.generate(tmp_path)
    assert contents(tmp_path) == contents(folder)


def test_another_process_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    # Texts hash differently in every process: nothing may depend on the order of a set.
    done = subprocess.run(
        [sys.executable, str(HERE / "generate.py"), str(tmp_path)], check=True, capture_output=True
    )
    assert len(done.stdout.splitlines()) == 16
    assert contents(tmp_path) == contents(folder)


def test_another_seed_gives_other_people_and_the_same_truths(folder: Path, tmp_path: Path) -> None:
    generator.generate(tmp_path, seed=7)
    assert contents(tmp_path)["01 花名册.xlsx"] != contents(folder)["01 花名册.xlsx"]
    assert all(counter.holds(counter.count(tmp_path)).values())


@pytest.mark.parametrize("line", LINES)
def test_every_line_of_the_acceptance_list_holds(line: str, figures: dict[str, dict[str, Any]]) -> None:
    assert counter.holds(figures)[line], figures[line]


def test_the_figures_of_the_page(figures: dict[str, dict[str, Any]]) -> None:
    post = figures["ACC-06"]
    assert (post["concerns"], post["parking"], post["littering"]) == (31, 127, 319)
    assert figures["ACC-07"]["days_without_log"] == 3
    assert figures["ACC-10"]["replied"] == 9
    assert figures["ACC-02"]["people"] < figures["ACC-02"]["appointments"] == 60


def test_by_role_a_row_reported_twice_would_count_twice(figures: dict[str, dict[str, Any]]) -> None:
    # Otherwise a count by role that adds up both columns would not be found out.
    assert figures["ACC-06"]["also_reported"] > 0


@pytest.mark.parametrize("name", sorted(generator.VARIANTS))
def test_a_variant_makes_just_its_lines_false(
    name: str, figures: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    generator.generate(tmp_path, variant=name)
    changed = counter.count(tmp_path)
    assert {line for line, true in counter.holds(changed).items() if not true} == generator.VARIANTS[name][1]
    assert changed != figures or name == "lecture-lost"


def test_every_line_but_the_last_has_a_variant() -> None:
    # ACC-17 asks that every figure can show its records: no sheet can make that false.
    assert set().union(*(false for _, false in generator.VARIANTS.values())) == set(LINES[:-1])


def test_a_variant_changes_only_the_files_of_its_rows(folder: Path, tmp_path: Path) -> None:
    generator.generate(tmp_path, variant="suggestion-lost")
    before, after = contents(folder), contents(tmp_path)
    assert [name for name in before if before[name] != after[name]] == ["14 意见建议登记表.xlsx"]


def test_a_larger_scale_adds_facts_and_leaves_the_figures(tmp_path: Path, figures: dict[str, Any]) -> None:
    paths = generator.generate(tmp_path, scale=2)
    year = generator.make_year(scale=2)
    added = {name: len(rows) for name, rows in year.tables.items() if name.startswith("more-")}
    assert added == {"more-duty": 365, "more-patrols": 1_900, "more-activities": 1_000}
    assert len(paths) == 19
    larger = counter.count(tmp_path)
    assert {line: larger[line] for line in LINES} == figures


@pytest.mark.parametrize("scale", [0, 91])
def test_a_scale_that_the_days_cannot_hold_is_refused(scale: int) -> None:
    with pytest.raises(ValueError, match="scale must be"):
        generator.make_year(scale=scale)


@pytest.mark.parametrize("scale", [1, 90])
def test_nobody_is_on_duty_twice_at_one_time(scale: int) -> None:
    tables = generator.make_year(scale=scale).tables
    seen: set[tuple[Any, Any, str]] = set()
    for row in [*tables["duty"], *tables.get("more-duty", [])]:
        for name in row["names"]:
            assert (row["on"], row["start"], name) not in seen
            seen.add((row["on"], row["start"], name))
    assert len(seen) == 730 * scale


def test_no_two_added_lines_are_alike() -> None:
    # A reader that tells rows apart by what they say would take two alike for one, and benchmarks shrink.
    tables = generator.make_year(scale=40).tables
    patrols = {(row["on"], row["at"], row["names"]) for row in tables["more-patrols"]}
    events = {(row["on"], row["start"], row["title"]) for row in tables["more-activities"]}
    assert (len(patrols), len(events)) == (39 * 1_900, 39 * 1_000)


def test_names_are_unique_but_for_one_pair_told_apart_by_telephone() -> None:
    people = generator.make_year().people
    names = [person.name for person in people]
    twins = [person for person in people if names.count(person.name) > 1]
    assert len(twins) == 2
    assert twins[0].name == twins[1].name
    assert twins[0].born != twins[1].born
    assert len({person.phone for person in people}) == len(people)


def test_no_telephone_and_no_document_can_belong_to_anybody() -> None:
    people = generator.make_year().people
    # 144 numbers in use have thirteen digits; 430299 is no place.
    assert all(len(person.phone) == 11 and person.phone.startswith("144") for person in people)
    assert all(person.id_number.startswith("430299") for person in people if person.id_number)


def test_whoever_is_named_in_a_sheet_is_in_the_register() -> None:
    year = generator.make_year()
    known = {person.name for person in year.people}
    fields = ("name", "names", "speakers", "attendees", "taker", "owner", "supporter", "recipient", "leader")
    strangers = {
        name
        for table, rows in year.tables.items()
        if table not in ("odd-people",)
        for row in rows
        for field in fields
        for name in ((row[field],) if isinstance(row.get(field), str) else row.get(field) or ())
        if name and name not in known
    }
    assert strangers == {"卯爷爷", "冼奶奶", "李某某", "朱奶奶"}


def test_the_charter_has_every_name_that_the_sheets_use() -> None:
    year = generator.make_year(scale=2)
    charter = tomllib.loads(year.charter)

    def words(section: str) -> set[str]:
        keys = ("code", "name", "title", "label_zh")
        entries = charter[section]
        return {entry[k] for entry in entries for k in keys if k in entry} | {
            alias for entry in entries for alias in entry.get("aliases", ())
        }

    tables = year.tables
    stations = sys.modules["year_maker.model"].STATIONS
    used = {row["station"] for rows in tables.values() for row in rows if row.get("station")}
    assert {name for code in used for name in stations[code]} <= words("station")
    assert {row["post"] for row in tables["six"]} <= words("role")
    assert {row["body"] for row in tables["six"]} - {""} <= words("organization")
    assert {row["unit"] for row in tables["concerns"]} <= words("organization")
    assert {row["by"] for row in tables["suggestions"]} - {""} <= words("organization")
    teams = {row["team"] for table in ("teams", "activities") for row in tables[table]} - {""}
    assert teams <= words("team")
    assert {row["programme"] for row in tables["programme"]} <= words("programme")
    assert {row["campaign"] for row in tables["suggestions"]} <= words("campaign")


def test_the_sheets_have_the_mess_that_readers_must_survive(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / "01 花名册.xlsx")
    rows = list(book["花名册"].values)
    assert rows[2][1] == "姓 名"
    assert book["花名册"].merged_cells.ranges
    births = {type(row[3]).__name__ for row in rows[3:]}
    assert {"str", "float", "datetime", "int"} <= births
    assert any(isinstance(row[8], float) and row[8] > 1e17 for row in rows)
    assert any(isinstance(row[9], int) for row in rows[3:])
    assert any("　" in str(row[1]) or " " in str(row[1]).strip() for row in rows[3:])
    assert any(row[11] in ("同上", "〃") for row in rows)
    events = list(openpyxl.load_workbook(folder / "05 活动情况记录表.xlsx").worksheets[0].values)
    assert events[-1][0] == "合计"
    assert any(row[3] == "2021年2月30日" for row in events)
    posts = openpyxl.load_workbook(folder / "03 六员选聘名册.xlsx")["六员"]
    assert posts.row_dimensions[3].hidden


def test_the_csv_is_in_gb18030_with_a_character_that_gbk_lacks(folder: Path) -> None:
    raw = (folder / "04 平安创建参与.csv").read_bytes()
    assert "田𠮷生" in raw.decode("gb18030")
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")
    with pytest.raises(UnicodeDecodeError):
        raw.decode("gbk")


def test_a_figure_that_is_not_a_whole_number_is_not_counted() -> None:
    assert counter.number("１２") == 12
    assert counter.number("35人") == 35
    assert counter.number("100余人") is None
    assert counter.day("2021年2月30日") is None
    assert counter.day(44483) == counter.day("２０２１-１０-１４") == counter.day("20211014")
