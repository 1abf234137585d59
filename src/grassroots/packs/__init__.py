"""The shipped rule packs, as text. Read with :func:`grassroots.domain.pack.parse_pack`.

``schema.json`` beside them is the JSON Schema of the format, for editors.
"""

from __future__ import annotations

from importlib import resources


def shipped() -> tuple[str, ...]:
    """The names of the packs that come with grassroots, sorted."""
    folder = resources.files("grassroots.packs")
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def text(name: str) -> str:
    """The TOML text of a shipped pack; KeyError for a name that is not among :func:`shipped`."""
    if name not in shipped():
        raise KeyError(name)
    return resources.files("grassroots.packs").joinpath(f"{name}.toml").read_text("utf-8")
