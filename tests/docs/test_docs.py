"""The docs tell the truth: what they show runs, where they point to exists, what they name is there."""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path
from urllib.parse import unquote

import attrs
import pytest
from tests.docs.reading import HOME, PAGES, RUN, Run, anchors, blocks, links, prose

from grassroots.contracts import hooks

FIRST_PROGRAM_LINES = 30
ZH = HOME / "docs" / "zh"


ARCHIVES = pytest.mark.in_clear(reason="shows archives, which have no keys in them: keys.md restores both")


@pytest.mark.parametrize(
    "page",
    [pytest.param(page, marks=[ARCHIVES] if page.name == "back-up-and-move.md" else []) for page in RUN],
    ids=lambda page: str(page.relative_to(HOME)),
)
def test_what_a_page_shows_runs_and_prints_what_the_page_says(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("LANG", "zh_CN.UTF-8" if ZH in page.parents else "en_GB.UTF-8")
    run = Run(page)
    run.whole()
    assert run.ran, f"{page.name} shows nothing that runs"


def test_a_page_that_shows_something_wrong_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    page = tmp_path / "page.md"
    page.write_text("```python\nprint(1 + 1)\n```\n\n```text\n3\n```\n", "utf-8")
    with pytest.raises(AssertionError, match="page says"):
        Run(page).whole()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(HOME)))
def test_every_link_inside_the_project_leads_somewhere(page: Path) -> None:
    dead = []
    for link in links(page):
        path, _, anchor = unquote(link).partition("#")
        if re.match(r"[a-z]+:", path):
            continue
        there = (page.parent / path).resolve() if path else page
        if not there.exists() or (anchor and anchor not in anchors(there)):
            dead.append(link)
    assert not dead


def test_the_first_program_fits_on_one_screen_in_both_languages() -> None:
    for name in ("README.md", "README.zh-CN.md"):
        first = next(block for block in blocks(HOME / name) if block.language == "python")
        assert len(first.text.splitlines()) <= FIRST_PROGRAM_LINES


def test_every_hook_is_documented_with_its_exact_signature() -> None:
    pages = [*(HOME / "docs" / "how-to").glob("*.md"), *(HOME / "docs" / "reference").glob("*.md")]
    told = "\n".join(page.read_text("utf-8") for page in pages)
    specs = [
        one for _, one in inspect.getmembers(hooks, inspect.isfunction) if hasattr(one, "grassroots_spec")
    ]
    assert specs
    for spec in specs:
        assert f"def {spec.__name__}{inspect.signature(spec)}".replace("'", "") in told


def test_every_python_name_in_the_glossary_exists() -> None:
    missing = []
    for line in prose(HOME / "docs" / "glossary.md").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|") or len(cells) < 3 or set(cells[0]) <= set("-: "):
            continue
        missing += [name for name in re.findall(r"`([^`]+)`", cells[2]) if not _exists(name)]
    assert not missing


def _exists(name: str) -> bool:
    """Whether ``domain.member.Member.born`` and the like stand in the package."""
    parts = ["grassroots", *name.removesuffix("()").split(".")]
    for cut in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for part in parts[cut:]:
            if isinstance(found, type) and attrs.has(found) and part in attrs.fields_dict(found):
                return part == parts[-1]
            if not hasattr(found, part):
                return False
            found = getattr(found, part)
        return True
    return False


def test_no_page_names_a_machine_or_a_registry() -> None:
    pattern = re.compile(r"/(?:work|root|home|tmp)/|localhost|index-url|://[^ ]+/(?:simple|packages)/")
    found = {str(page.relative_to(HOME)): pattern.findall(page.read_text("utf-8")) for page in PAGES}
    assert {page: words for page, words in found.items() if words} == {}
