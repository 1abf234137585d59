"""The charter at a desk: what the network is, founded from one data file.

A charter file (TOML) has ``[network]`` and lists of ``[[station]]``, ``[[role]]``, ``[[organization]]``,
``[[team]]``, ``[[programme]]``, ``[[campaign]]`` and ``[[activity]]``, each with a ``code`` that becomes the
record's id, and fields as the records have them. Reading the same charter again changes nothing; a changed
line is set right.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from datetime import date, time
from typing import Any, final

import attrs
from cattrs.errors import BaseValidationError

from grassroots.discovery import pack_offers
from grassroots.domain.activity import Activity
from grassroots.domain.charter import CHARTER_ID, Charter
from grassroots.domain.correction import corrected
from grassroots.domain.local_pack import LocalPack
from grassroots.domain.organization import Organization
from grassroots.domain.role import Role
from grassroots.domain.station import Station
from grassroots.domain.step import Step
from grassroots.domain.suggestion import Campaign
from grassroots.domain.team import Programme, Team
from grassroots.errors import BadInput
from grassroots.packs import shipped
from grassroots.workspace.acts import Room, act, look
from grassroots.workspace.codec import structure
from grassroots.workspace.reading import Reading
from grassroots.workspace.work import Work

Maker = Callable[..., Step[Any]]

_SECTIONS: Mapping[str, tuple[type[Any], Maker]] = {
    "organization": (Organization, Organization.register),
    "role": (Role, Role.define),
    "station": (Station, Station.found),
    "team": (Team, Team.found),
    "programme": (Programme, Programme.define),
    "campaign": (Campaign, Campaign.open),
    "activity": (Activity, Activity.start),
}
"""Sections in the order in which one may name another, with the verb that makes each record."""


@final
@attrs.frozen(kw_only=True)
class Founded:
    """What a charter changed: how many records were made and set right, by section."""

    made: Mapping[str, int]
    changed: Mapping[str, int]


@final
class Charters(Room):
    """The room ``desk.charter``."""

    @look
    def get(self, reading: Reading) -> Charter:
        """The network's own record."""
        return reading.get(Charter, CHARTER_ID)

    @act
    def amend(self, work: Work, /, **fields: Any) -> Charter:
        """Change the name, template, packs or reference day; packs hold from the next opening on."""
        _packs_known(work, fields.get("packs", ()))
        return work.keep(work.load(Charter, CHARTER_ID).amend(**fields))

    @act
    def adopt_pack(self, work: Work, name: str, text: str) -> LocalPack:
        """Keep a rule pack of the network's own, and put it in force last (it overrides the others)."""
        step = LocalPack.adopt(name, text)
        found = work.peek(LocalPack, name)
        pack = work.keep(step if found is None or found.text != text else Step(found))
        charter = work.load(Charter, CHARTER_ID)
        if name not in charter.packs:
            work.keep(charter.amend(packs=(*charter.packs, name)))
        return pack

    def found(self, text: str) -> Founded:
        """Found the network, or set it right, from the text of a charter file.

        One act a section. Raises BadInput that names the section, the entry and the field.
        """
        try:
            charter = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise BadInput("charter-unreadable", problem=str(error)) from error
        if unknown := set(charter) - {"network", *_SECTIONS}:
            raise BadInput("charter-unknown-section", sections=tuple(sorted(unknown)))
        self._network(charter.get("network", {}))
        made: dict[str, int] = {}
        changed: dict[str, int] = {}
        for section in _SECTIONS:
            made[section], changed[section] = self._section(section, charter.get(section, []))
        return Founded(made=made, changed=changed)

    @act
    def _network(self, work: Work, table: Mapping[str, Any]) -> Charter:
        charter = work.load(Charter, CHARTER_ID)
        known = {"name", "name_en", "template", "reference_day", "zone", "packs"}
        # The day of founding is told to readers of the file; the record has the day on which it was made.
        if unknown := set(table) - known - {"founded_on"}:
            raise BadInput(
                "charter-unknown-field", section="network", code=CHARTER_ID, fields=tuple(sorted(unknown))
            )
        fields = {name: value for name, value in table.items() if name in known}
        if fields.get("zone", charter.zone) != charter.zone:
            raise BadInput("zone-differs", what=fields["zone"], zone=charter.zone, network="charter")
        fields["packs"] = tuple(dict.fromkeys((*charter.packs, *table.get("packs", ()))))
        _packs_known(work, fields["packs"])
        return work.keep(charter.amend(**fields))

    @act
    def _section(self, work: Work, section: str, entries: list[Mapping[str, Any]]) -> tuple[int, int]:
        record, make = _SECTIONS[section]
        made = changed = 0
        for entry in _in_order(entries):
            step = _step(section, record, make, entry)
            found = work.peek(record, step.after.id)
            if found is None:
                work.keep(step)
                made += 1
                continue
            right = corrected(found, step.after, "charter", said=frozenset(entry))
            work.keep(right)
            changed += bool(right.happened)
        if changed and any("parent" in entry for entry in entries):
            _no_circle(work, record, [entry["code"] for entry in entries])
        return made, changed


def _packs_known(work: Work, names: Iterable[str]) -> None:
    """A pack that nobody can find would keep the network from ever being opened again."""
    known = {*shipped(), *(offer.name for offer in pack_offers()), *(one.id for one in work.find(LocalPack))}
    for name in names:
        if name not in known:
            raise BadInput("pack-unknown", what=name, known=tuple(sorted(known)))


def _no_circle(work: Work, record: type[Any], codes: Iterable[str]) -> None:
    """Entries of the file may stand below records that are not in it."""
    for code in codes:
        above, passed = work.load(record, code).parent, {code}
        while above is not None:
            if above in passed:
                raise BadInput("charter-circle", codes=tuple(sorted(passed)))
            passed.add(above)
            found = work.peek(record, above)
            above = None if found is None else found.parent


def _in_order(entries: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Parents before their children, whatever the order in the file; a circle stays and is refused later."""
    left = list(entries)
    placed: list[Mapping[str, Any]] = []
    codes = {entry.get("code") for entry in left} - {None}
    done: set[Any] = set()
    while left:
        ready = [entry for entry in left if entry.get("parent") not in codes - done]
        if not ready:
            raise BadInput("charter-circle", codes=tuple(str(entry.get("code")) for entry in left))
        placed.extend(ready)
        done.update(entry.get("code") for entry in ready)
        left = [entry for entry in left if entry.get("code") not in done]
    return placed


def _step(section: str, record: type[Any], make: Maker, entry: Mapping[str, Any]) -> Step[Any]:
    fields = {name: _plain(value) for name, value in entry.items()}
    code = fields.pop("code", None)
    if not code:
        raise BadInput("charter-without-code", section=section, entry=str(entry)[:80])
    known = {field.name for field in attrs.fields(record)} - {"id"}
    if section == "programme":
        fields.setdefault("code", code)
    if unknown := set(fields) - known:
        raise BadInput("charter-unknown-field", section=section, code=code, fields=tuple(sorted(unknown)))
    if isinstance(fields.get("recurrence"), Mapping):
        fields["recurrence"] = _recurrence(fields["recurrence"])
    try:
        typed = structure({"id": code, **fields}, record)
    except (ValueError, TypeError, KeyError, BaseValidationError) as error:
        raise BadInput("charter-entry-wrong", section=section, code=code, problem=str(error)) from error
    given = {name: getattr(typed, name) for name in fields}
    return make(id=code, **given)


def _recurrence(rule: Mapping[str, Any]) -> Any:
    """``{ weekly = { weekdays = ["mon"] } }``: the name says which rule, and only its fields are stored."""
    if len(rule) != 1:
        return rule
    ((name, fields),) = rule.items()
    if not isinstance(fields, Mapping):
        return rule
    if name == "lunar_yearly":
        return {f"lunar_{key}": value for key, value in fields.items()}
    return fields


def _plain(value: Any) -> Any:
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return value
