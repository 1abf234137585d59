"""A rule pack of a network's own, kept inside the network: a district's numbers travel with its records."""

from __future__ import annotations

from typing import Self, final

import attrs

from grassroots.domain.pack import BadPack, check, parse_pack
from grassroots.domain.step import Event, Step
from grassroots.errors import BadInput


@final
@attrs.frozen(kw_only=True)
class PackAdopted(Event):
    """A network took a rule pack of its own into force, or a newer text of it."""

    name: str
    version: str


@final
@attrs.frozen(kw_only=True)
class LocalPack:
    """The text of a pack; ``id`` is its name. It was sound when it was adopted."""

    id: str
    version: str
    text: str

    @classmethod
    def adopt(cls, name: str, text: str) -> Step[Self]:
        """Adopt a pack; BadPack if it is not sound by itself, BadInput if it calls itself otherwise."""
        pack = parse_pack(text)
        if findings := check(pack):
            raise BadPack(name, findings)
        if pack.name != name:
            raise BadInput("pack-named-otherwise", what=name, name=pack.name)
        made = cls(id=name, version=pack.version, text=text)
        return Step(made, (PackAdopted(name=name, version=pack.version),))
