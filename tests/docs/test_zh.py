"""The Chinese pages show what the English ones show, block by block, so that none drifts."""

from __future__ import annotations

import io
import re
import tokenize
from pathlib import Path

import pytest
from tests.docs.reading import HOME, Block, blocks, links, prose

ZH = HOME / "docs" / "zh"
PAGES = sorted(page for page in ZH.rglob("*.md") if page.name != "README.md")
LANGUAGE = re.compile(r"\"(?:en|zh)\"")


def english(page: Path) -> Path:
    return HOME / "docs" / page.relative_to(ZH)


def means(block: Block) -> object:
    """What a block shows, without what may be said in either language: comments, and what is printed."""
    match block.language:
        case "python":
            tokens = tokenize.generate_tokens(io.StringIO(block.text).readline)
            left_out = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE)
            return [LANGUAGE.sub("?", token.string) for token in tokens if token.type not in left_out]
        case "console":
            return [line for line in block.text.splitlines() if line.startswith("$ ")]
        case "text":
            return len(block.text.splitlines())
        case _:
            lines = (line.partition("#")[0].rstrip() for line in block.text.splitlines())
            return [line for line in lines if line]


def apart(one: Path, other: Path) -> list[str]:
    """Where the blocks of two pages differ."""
    ours, theirs = blocks(one), blocks(other)
    if [(b.language, b.words) for b in ours] != [(b.language, b.words) for b in theirs]:
        return ["not the same blocks in the same order"]
    return [
        f"line {mine.line} and line {yours.line}"
        for mine, yours in zip(ours, theirs, strict=True)
        if means(mine) != means(yours)
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_chinese_page_shows_what_the_english_one_shows(page: Path) -> None:
    assert apart(page, english(page)) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_chinese_page_has_the_same_parts_and_leads_to_the_english_one(page: Path) -> None:
    def outline(of: Path) -> list[int]:
        return [len(line) - len(line.lstrip("#")) for line in prose(of).splitlines() if line.startswith("#")]

    assert outline(page) == outline(english(page))
    assert english(page) in {(page.parent / link.partition("#")[0]).resolve() for link in links(page)}


def test_a_page_that_drifted_is_found(tmp_path: Path) -> None:
    one, other = tmp_path / "one.md", tmp_path / "other.md"
    one.write_text('```python\nsay("en")  # so\nprint(1)\n```\n', "utf-8")
    for same in ('```python\nsay("zh")  # 如此\nprint(1)\n```\n',):
        other.write_text(same, "utf-8")
        assert apart(one, other) == []
    for drifted in ('```python\nsay("en")\nprint(2)\n```\n', "```text\n1\n```\n", ""):
        other.write_text(drifted, "utf-8")
        assert apart(one, other)


def test_the_way_in_names_every_page() -> None:
    named = {(ZH / link).resolve() for link in links(ZH / "README.md")}
    assert set(PAGES) <= named
