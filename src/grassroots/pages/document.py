"""A plain page for an office: a title, sections, tables. One self-contained file that prints on A4.

No script, no font, no picture and no style is loaded from anywhere; all texts are escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, final

import attrs

from grassroots.errors import need

if TYPE_CHECKING:
    from jinja2 import Environment


@final
@attrs.frozen(kw_only=True)
class Section:
    """One section: notes before the table, the table, and lines for a pen after it."""

    title: str
    notes: Sequence[str] = ()
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    nothing: str = ""
    blanks: Sequence[str] = ()


@final
@attrs.frozen(kw_only=True)
class Document:
    """A page. ``language`` is "zh" or "en"; ``made`` the sentence about when and by what it was made."""

    title: str
    network: str
    language: str
    made: str
    sections: Sequence[Section]
    lead: Sequence[str] = ()


def render_document(document: Document) -> str:
    """The page as one HTML text; MissingExtra if Jinja2 is not installed."""
    lang = "zh-CN" if document.language == "zh" else "en"
    return _environment().get_template("document.html").render(document=document, lang=lang)


@cache
def _environment() -> Environment:
    try:
        from jinja2 import Environment, FunctionLoader, StrictUndefined
    except ImportError as error:
        raise need("report", "jinja2") from error
    folder = resources.files("grassroots.pages").joinpath("templates")
    return Environment(
        loader=FunctionLoader(lambda name: folder.joinpath(name).read_text("utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
