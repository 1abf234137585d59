"""What a pack is made of: its header, its sources, its rules, and what a check finds in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any, final

import attrs

from grassroots.errors import BadInput, Fact


class SourceKind(StrEnum):
    """What a rule was taken from."""

    LAW = "law"  # a statute or regulation
    STANDARD = "standard"  # a published standard
    PRACTICE = "practice"  # a page that tells how somebody does it
    ARTICLE = "article"  # a report about one network
    MEMORY = "memory"  # nobody looked it up


class Sure(StrEnum):
    """How sure the maintainers are that the source says this."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Force(StrEnum):
    """What a rule claims to be: it may bind, or it may be a habit that a network is free to change."""

    LAW = "law"
    STANDARD = "standard"
    PRACTICE = "practice"


STATUTE_TEXT = "statute text"
"""``read`` of a source whose wording itself was read, not somebody's summary of it."""

READ = (STATUTE_TEXT, "standard text", "page", "excerpt", "not read")
"""How a source may have been read."""


@final
@attrs.frozen(kw_only=True)
class Source:
    """Where a rule stands: an article of a law, a page, or somebody's memory."""

    key: str
    title: str
    where: str
    kind: SourceKind
    sure: Sure
    read: str
    jurisdiction: str | None = None
    """Where the source binds, if that is less than where the pack is meant for (a city's own regulation)."""


@final
@attrs.frozen(kw_only=True)
class Rule:
    """One rule of a table. ``values`` are whole numbers (the unit ends the name), flags, texts, days, lists.

    ``effective_from`` and ``effective_to`` (calendar days, inclusive) narrow the dates of the pack; None
    means those of the pack. A rule that is ``off`` takes a rule of an earlier pack away.
    """

    table: str
    id: str
    source: str
    values: Mapping[str, Any]
    force: Force | None = None
    effective_from: date | None = None
    effective_to: date | None = None
    off: bool = False

    @property
    def where(self) -> str:
        """Where the rule stands inside its pack."""
        return f"{self.table}.{self.id}"

    def in_force(self, on: date) -> bool:
        """Whether the rule's own dates cover this day."""
        begun = self.effective_from is None or self.effective_from <= on
        return begun and (self.effective_to is None or on <= self.effective_to)


@final
@attrs.frozen
class Finding:
    """Something wrong in a pack: a stable code, where it stands, and the facts for the sentence."""

    code: str
    where: str
    facts: Mapping[str, Fact] = attrs.field(factory=dict)


@final
@attrs.frozen(kw_only=True)
class Pack:
    """A rule pack as it was read. ``findings`` are what could not be read; a sound pack has none.

    The dates are calendar days, inclusive; ``effective_to`` None means until further notice.
    ``extends`` names the packs that have to be active before this one.
    """

    name: str
    version: str
    title_zh: str
    title_en: str
    jurisdiction: str
    effective_from: date
    effective_to: date | None = None
    extends: tuple[str, ...] = ()
    sources: Mapping[str, Source] = attrs.field(factory=dict)
    rules: tuple[Rule, ...] = ()
    findings: tuple[Finding, ...] = ()
    _index: Mapping[str, Mapping[str, Rule]] = attrs.field(init=False, eq=False, repr=False)

    @_index.default
    def _by_table(self) -> Mapping[str, Mapping[str, Rule]]:
        index: dict[str, dict[str, Rule]] = {}
        for rule in self.rules:
            index.setdefault(rule.table, {})[rule.id] = rule
        return MappingProxyType(index)

    def table(self, name: str) -> Mapping[str, Rule]:
        """The rules of one table by id, in the order of the text; empty if the pack has no such table."""
        return self._index.get(name, {})

    def in_force(self, on: date) -> bool:
        """Whether the pack's dates cover this day."""
        return self.effective_from <= on and (self.effective_to is None or on <= self.effective_to)

    def force_of(self, rule: Rule) -> Force:
        """What a rule claims to be: what it says, or else what its source is."""
        if rule.force is not None:
            return rule.force
        source = self.sources.get(rule.source)
        if source is not None and source.kind is SourceKind.LAW:
            return Force.LAW
        if source is not None and source.kind is SourceKind.STANDARD:
            return Force.STANDARD
        return Force.PRACTICE


class BadPack(BadInput):
    """A pack, or packs that do not fit each other. ``findings`` say all of it, the facts the first."""

    code = "pack-bad"

    def __init__(self, name: str, findings: tuple[Finding, ...]) -> None:
        first = findings[0]
        super().__init__(
            self.code, pack=name, count=len(findings), first=first.code, where=first.where, what=name
        )
        self.findings = findings
