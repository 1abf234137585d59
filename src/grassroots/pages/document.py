"""A plain page for an office: a title, sections, tables. One self-contained file that prints on A4.

No script, no font, no picture and no style is loaded from anywhere; all texts are escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, final

import attrs

from grassroots.pages.environment import environment

if TYPE_CHECKING:
    pass


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
    return environment().get_template("document.html").render(document=document, lang=lang)
