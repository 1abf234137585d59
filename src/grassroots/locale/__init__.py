"""The catalogues: every sentence and label that a person reads, in Chinese and English.

``zh.toml`` and ``en.toml`` (and the files in the folders ``zh/`` and ``en/``) hold flat tables of
``code = "sentence with ${facts}"`` and labels ``"group.code" = "word"``. Codes and JSON stay
language-neutral; only this module turns a code into words. Templates use :class:`string.Template`, which
cannot reach attributes (``str.format`` can).
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

    A fact that is a code is said by its label: ``kind`` "member" by ``kind.member``, in tuples as well. A
    sentence that needs the code itself names ``${kind_code}``. An unknown code is shown as itself with its
    facts, so that nothing is ever lost in silence.
    """
    given = facts or {}
    sentence = catalogue(language).get(code)
    if sentence is None:
        told = ", ".join(f"{name}={_word(value, language)}" for name, value in given.items())
        return f"{code} ({told})" if told else code
    words = {f"{name}_code": _word(value, language) for name, value in given.items()}
    for name, value in given.items():
        words[name] = _word(value, language, _groups(name, given, code))
    return Template(sentence).safe_substitute(words)


def label(group: str, code: str, language: str = "zh") -> str:
    """The label of an enum value or catalogue code, as ``label("concern-state", "replied")``."""
    return catalogue(language).get(f"{group}.{code}", code)


_NAMED = {
    "group": ("field-group",),
    "ask": ("posture",),
    "skipped": ("award-status",),
    "moved": ("kind",),
    "obstacle": ("obstacle-code",),
}
"""Facts whose labels stand under another name."""


def _groups(name: str, facts: Mapping[str, object], code: str) -> tuple[str, ...]:
    """The groups in which the label of a fact may stand, the nearest first.

    A state is that of the kind that the facts name, or of whom they are about, or of the room of the code.
    """
    if name in ("state", "status"):
        about = (facts.get("kind"), *facts, code.partition("-")[0])
        return (*(f"{one}-status" for one in about), "state")
    if name == "verb" or (name == "possible" and "verb" in facts):
        return (f"{facts.get('kind')}-verb", "verb")
    return _NAMED.get(name, (name,))


def _word(value: object, language: str, groups: tuple[str, ...] = ()) -> str:
    if isinstance(value, (tuple, list, frozenset, set)):
        return ("、" if language == "zh" else ", ").join(
            _word(item, language, groups) for item in value
        ) or "–"
    if not isinstance(value, str):
        return "–" if value is None else str(value)
    known = catalogue(language)
    if "kind" in groups and "/" in value:
        # A record, as kind/id.
        kind, _, id_ = value.partition("/")
        return f"{known.get(f'kind.{kind}', kind)} {id_}"
    return next((known[f"{group}.{value}"] for group in groups if f"{group}.{value}" in known), str(value))
