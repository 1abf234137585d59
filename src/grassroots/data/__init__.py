"""Data that ships beside the rule packs: the forms that offices use, and the figures that they ask for."""

from __future__ import annotations

from importlib import resources


def text(name: str) -> str:
    """The TOML text of ``forms`` or ``figures``."""
    return resources.files("grassroots.data").joinpath(f"{name}.toml").read_text("utf-8")
