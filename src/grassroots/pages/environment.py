"""The one way in which pages are filled: escaped, from our own templates, no blank left open."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from grassroots.errors import need

if TYPE_CHECKING:
    from jinja2 import Environment


@cache
def environment() -> Environment:
    """The templates of the pages. Raises MissingExtra if Jinja2 is not installed."""
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
