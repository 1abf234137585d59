"""The catalogues: every sentence and label that a person reads, in Chinese and English.

``zh.toml`` and ``en.toml`` (and the files in the folders ``zh/`` and ``en/``) hold flat tables of
``code = "sentence with ${facts}"``. Codes and JSON stay language-neutral; only this module turns a code
into words. Templates use :class:`string.Template`, which cannot reach attributes (``str.format`` can).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from string import Template

LANGUAGES = ("zh", "en")
"""The languages that are complete. The first is what the first network reads."""


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """All sentences of one language, merged from its files; a code that stands twice is an error."""
    if language not in LANGUAGES:
        language = "en"
    found: dict[str, str] = {}
    folder = resources.files("grassroots.locale").joinpath(language)
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if not entry.name.endswith(".toml"):
            continue
        for code, sentence in tomllib.loads(entry.read_text("utf-8")).items():
            if code in found:
                raise ValueError(f"{language}/{entry.name}: the code {code!r} stands in two files")
            found[code] = sentence
    return found


def say(code: str, facts: Mapping[str, object] | None = None, language: str = "zh") -> str:
    """The sentence for ``code`` in ``language``, with the facts filled in.

    An unknown code is shown as itself with its facts, so that nothing is ever lost in silence.
    """
    sentence = catalogue(language).get(code)
    words = {name: _word(value, language) for name, value in (facts or {}).items()}
    if sentence is None:
        told = ", ".join(f"{name}={value}" for name, value in words.items())
        return f"{code} ({told})" if told else code
    return Template(sentence).safe_substitute(words)


def label(group: str, code: str, language: str = "zh") -> str:
    """The label of an enum value or catalogue code, as ``label("concern-state", "replied")``."""
    return catalogue(language).get(f"{group}.{code}", code)


def _word(value: object, language: str) -> str:
    if isinstance(value, (tuple, list, frozenset, set)):
        return ("、" if language == "zh" else ", ").join(str(item) for item in value)
    return "–" if value is None else str(value)
