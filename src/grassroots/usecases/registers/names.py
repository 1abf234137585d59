"""Names for the ids of a register, as its reader may see them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, final

from grassroots.domain.member import Member
from grassroots.domain.role import Role
from grassroots.usecases.counting import Questions
from grassroots.workspace.reading import Reading


@final
class Names:
    """Names for ids, looked up once, as the viewer may read them."""

    def __init__(self, reading: Reading, language: str) -> None:
        self.reading = reading
        self.language = language
        self._known: dict[tuple[type, str], Any] = {}

    def record(self, kind: type[Any], id_: str | None) -> Any:
        """The record, or None."""
        if id_ is None:
            return None
        if (kind, id_) not in self._known:
            self._known[(kind, id_)] = self.reading.peek(kind, id_)
        return self._known[(kind, id_)]

    def member(self, id_: str | None) -> str | None:
        """A person's name."""
        found = self.record(Member, id_)
        return None if found is None else found.name

    def phone(self, id_: str | None) -> str | None:
        """A person's telephone."""
        found = self.record(Member, id_)
        return None if found is None else found.phone

    def members(self, ids: Iterable[str]) -> str | None:
        """Several people's names."""
        return "、".join(name for name in map(self.member, ids) if name) or None

    def named(self, kind: type[Any], id_: str | None) -> str | None:
        """The name of a station, organization or team, in the reader's language."""
        found = self.record(kind, id_)
        if found is None:
            return None
        return str(found.name) if self.language == "zh" else (found.name_en or found.name)

    def role(self, id_: str | None) -> str | None:
        """The label of a role."""
        found = self.record(Role, id_)
        if found is None:
            return None
        return str(found.label_zh if self.language == "zh" else found.label_en)

    def rule(self, table: str, code: str, on: date) -> str:
        """The label of a code in a table of the packs; the code where there is none."""
        found = self.reading.office.packs.table(table, on).get(code)
        return code if found is None else found.label(self.language)

    def below(self, place: str) -> frozenset[str]:
        """A station and all below it."""
        return frozenset(Questions(self.reading).below(place))
