"""The words of one language, for pages about people's data."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import final

from grassroots.locale import label, say


@final
class Words:
    """The words of one language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, code: str, **facts: object) -> str:
        """The sentence of a code."""
        return say(code, facts, self.language)

    def label(self, group: str, code: str) -> str:
        """The label of a code; the code itself if it has none."""
        return label(group, code, self.language)

    def listed(self, words: Iterable[str]) -> str:
        """Several words in a row; "nothing" where there are none."""
        return ("、" if self.language == "zh" else ", ").join(words) or self("page-nothing")

    def heads(self, *codes: str) -> list[str]:
        """The heads of a table."""
        return [self(f"page-head-{code}") for code in codes]

    def actor(self, name: str) -> str:
        """An actor of the trail ("steward:office") in words; whatever is no such name stays."""
        posture, colon, who = name.partition(":")
        known = self.label("posture", posture)
        return f"{known} {who}" if colon and known != posture else name

    def reason(self, code: str, kind: str = "") -> str:
        """A reason that stands as a short code, where the catalogue knows it; else as the office wrote it."""
        return self.first(code, f"{kind}-reason", "reason-code", "parcel-reason")

    def first(self, code: str, *groups: str) -> str:
        """The label of a code in the first of these groups that has one."""
        return next((found for group in groups if (found := self.label(group, code)) != code), code)

    def moment(self, moment: datetime) -> str:
        """A moment to the minute, in the zone that it comes in."""
        return f"{moment:%Y-%m-%d %H:%M}"

    def made(self, moment: datetime) -> str:
        """When a page was made."""
        return self("page-made", moment=self.moment(moment))

    def yes(self, yes: bool) -> str:
        """Yes or no."""
        return self("page-yes" if yes else "page-no")
