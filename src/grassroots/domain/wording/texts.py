"""The words of a notice that an office may set itself, safely: named blanks, and nothing that could be run.

A text has blanks as ``${day}``. Which blanks there are is known for every kind of notice; one that is not
known is refused when the text is set, and never found out by the person of eighty who gets it. Filling is
:class:`string.Template`: ``{m.__class__}`` is just a text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from enum import StrEnum
from string import Template
from types import MappingProxyType
from typing import Final, Self, final

import attrs

from grassroots.domain.step import Event, Step
from grassroots.errors import BadInput
from grassroots.values.texts import tidy_text

LONGEST_SHORT: Final[Mapping[str, int]] = MappingProxyType({"zh": 54, "en": 140})
"""Characters of a short text by language. One SMS has 70 with Chinese in it and 160 without; the signature of
the sender and the sign by which a repetition is known take the rest (practice of the gateways)."""

LONGEST_TEXT: Final = 600
"""Characters of a text that an office sets; robots of work groups take 2,048 bytes."""


class Variant(StrEnum):
    """For which way of telling the words are."""

    PLAIN = "plain"  # mail, work groups, the file
    SHORT = "short"  # one SMS
    SPOKEN = "spoken"  # read out at the telephone
    TITLE = "title"  # subject of a mail, heading of a sheet


@final
@attrs.frozen(kw_only=True)
class NoticeTextSet(Event):
    """An office set the words of a kind of notice."""

    key: str
    variant: Variant
    language: str


@final
@attrs.frozen(kw_only=True)
class NoticeTextTakenBack(Event):
    """The words of the catalogue count again."""

    key: str
    variant: Variant
    language: str


_BLANK = re.compile(r"\$(?:\$|\{([a-z][a-z0-9_]*)\}|([a-z][a-z0-9_]*)|(.?))", re.ASCII | re.DOTALL)


def placeholders(text: str) -> frozenset[str]:
    """The names of the blanks of a text. A "$" that opens no blank is BadInput ``notice-text-dollar``."""
    names = set()
    for found in _BLANK.finditer(text):
        name = found.group(1) or found.group(2)
        if name is not None:
            names.add(name)
        elif found.group(0) != "$$":
            raise BadInput(
                "notice-text-dollar", what=text[found.start() : found.start() + 12], place=found.start() + 1
            )
    return frozenset(names)


@final
@attrs.frozen(kw_only=True)
class NoticeText:
    """The words that this network uses for one kind of notice, variant and language."""

    id: str
    key: str
    variant: Variant
    language: str
    text: str

    @classmethod
    def set(
        cls, *, key: str, variant: Variant, language: str, text: str, known: Collection[str]
    ) -> Step[Self]:
        """Set the words. ``known`` are the blanks of this kind of notice.

        Raises BadInput ``notice-text-empty``, ``notice-text-long`` (with how long it may be),
        ``notice-text-dollar`` and ``notice-text-blank`` (a blank that nothing fills, with those there are).
        """
        words = tidy_text(text)
        if not words:
            raise BadInput("notice-text-empty", key=key)
        most = LONGEST_SHORT[language] if variant in (Variant.SHORT, Variant.TITLE) else LONGEST_TEXT
        bare = Template(words).safe_substitute(dict.fromkeys(known, ""))
        if len(bare) > most:
            raise BadInput("notice-text-long", key=key, found=len(bare), most=most)
        if wrong := placeholders(words) - set(known):
            raise BadInput(
                "notice-text-blank", key=key, what=tuple(sorted(wrong)), known=tuple(sorted(known))
            )
        made = cls(
            id=cls.id_of(key, variant, language), key=key, variant=variant, language=language, text=words
        )
        return Step(made, (NoticeTextSet(key=key, variant=variant, language=language),))

    @staticmethod
    def id_of(key: str, variant: Variant, language: str) -> str:
        """The id of the record: one for each key, variant and language."""
        return f"{key}.{variant}.{language}"
