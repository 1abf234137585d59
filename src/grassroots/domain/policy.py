"""Who may see and do what: a table of rows in a rule pack, asked group by group, and masks for the rest.

A row says: in this posture, with this tie to the record, for this kind of record, field group, action and
purpose, the effect is allow, mask or deny ("*" stands for every one). An explicit deny wins; otherwise allow
beats mask; and where no row speaks, the answer is deny. Nothing here reads a record to decide: what ties the
actor to it (:class:`Relation`) is computed by the kind of the record and passed in.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from itertools import product
from types import MappingProxyType
from typing import Any, Final, TypeVar, final

import attrs

from grassroots.contracts.policy import Action, Actor, Decision, Effect, Posture, Question, Relation
from grassroots.domain.fields import FieldGroup
from grassroots.domain.pack import BadPack, Finding, Packs
from grassroots.values.names import mask_address, mask_id_number, mask_name, mask_phone

__all__ = [
    "ALL",
    "Action",
    "Actor",
    "Decision",
    "Effect",
    "Effects",
    "Policy",
    "PolicyRow",
    "Posture",
    "Question",
    "Relation",
    "decide",
    "mask_fields",
    "policy_rows",
]

ALL: Final = "*"
"""In a row: every posture, kind, group, action or purpose."""

R = TypeVar("R")

_RANK: Final = {Effect.MASK: 0, Effect.ALLOW: 1, Effect.DENY: 2}


@final
@attrs.frozen(kw_only=True)
class PolicyRow:
    """One row of the table. ``id`` is its rule in the pack; a rule with lists gives several rows.

    ``but_not`` are kinds of which a row for every kind does not speak.
    """

    id: str
    posture: str
    relation: Relation
    kind: str
    group: str
    action: str
    purpose: str
    effect: Effect
    pack: str
    version: str
    but_not: frozenset[str] = frozenset()

    def speaks_of(self, question: Question) -> bool:
        """Whether the row has anything to say about this question."""
        return (
            self.posture in (ALL, question.posture)
            and (self.relation is Relation.ANY or self.relation in question.relations)
            and self.kind in (ALL, question.kind)
            and question.kind not in self.but_not
            and self.group in (ALL, question.group)
            and self.action in (ALL, question.action)
            and self.purpose in (ALL, question.purpose)
        )


def decide(table: tuple[PolicyRow, ...], question: Question) -> Decision:
    """The answer of a table: an explicit deny wins, else allow beats mask, and no row at all is a deny."""
    best: PolicyRow | None = None
    for row in table:
        if row.speaks_of(question) and (best is None or _RANK[row.effect] > _RANK[best.effect]):
            best = row
    if best is None:
        return Decision(effect=Effect.DENY)
    return Decision(
        effect=best.effect, row=best.id, relation=best.relation, pack=best.pack, version=best.version
    )


def policy_rows(packs: Packs, on: date) -> tuple[PolicyRow, ...]:
    """The rows of the policy tables of the packs in force on a day.

    Raises BadPack ``pack-bad`` with ``policy-count-tie`` for a row that allows counting only through a tie:
    a count has no single record that could be tied to anybody, so such a row could never be kept.
    """
    rows: list[PolicyRow] = []
    for id_, answer in packs.table("policy", on).items():
        value = answer.value
        columns = ("posture", "relation", "kind", "group", "action", "purpose")
        for posture, relation, kind, group, action, purpose in product(*(value[name] for name in columns)):
            rows.append(
                PolicyRow(
                    id=id_,
                    posture=posture,
                    relation=Relation(relation),
                    kind=kind,
                    group=group,
                    action=action,
                    purpose=purpose,
                    effect=Effect(value["effect"]),
                    pack=answer.pack,
                    version=answer.version,
                    but_not=frozenset(value.get("but_not", ())),
                )
            )
            if action == Action.COUNT and relation != Relation.ANY:
                found = Finding("policy-count-tie", f"policy.{id_}", {"relation": relation})
                raise BadPack(answer.pack, (found,))
    return tuple(rows)


@final
class Effects(Mapping[FieldGroup, Effect]):
    """The effect on every field group, decided once; and how masked fields are masked.

    ``open`` is True when everything is allowed: then nothing has to be looked at.
    """

    __slots__ = ("_by_group", "masks", "open")

    def __init__(
        self, by_group: Mapping[FieldGroup, Effect], masks: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self._by_group = dict(by_group)
        self.masks = masks
        self.open = all(self._by_group.get(group) is Effect.ALLOW for group in FieldGroup)

    def __getitem__(self, group: FieldGroup) -> Effect:
        return self._by_group[group]

    def __iter__(self) -> Iterator[FieldGroup]:
        return iter(self._by_group)

    def __len__(self) -> int:
        return len(self._by_group)

    def __repr__(self) -> str:
        return f"Effects({ {group.value: effect.value for group, effect in self._by_group.items()} })"


@final
class Policy:
    """A table made ready: each answer is worked out once and then looked up.

    Asking 100,000 records costs 100,000 look-ups in one dict. The number of remembered answers is bounded
    by the kinds and purposes that the table names; all others share one entry.
    """

    def __init__(self, rows: tuple[PolicyRow, ...], masks: Mapping[str, str] = MappingProxyType({})) -> None:
        """``masks`` says per kind of field (name, phone, id_number, address) which style masks it."""
        self.rows = rows
        self.masks = masks
        self._kinds = frozenset(kind for row in rows for kind in (row.kind, *row.but_not))
        self._purposes = frozenset(row.purpose for row in rows)
        self._lanes: dict[tuple[Posture, str, Action, str], tuple[PolicyRow, ...]] = {}
        self._effects: dict[tuple[Posture, frozenset[Relation], str, Action, str], Effects] = {}
        self._ever: dict[tuple[Posture, str, Action, str], bool] = {}
        self._ties: dict[tuple[Posture, str, Action, str], frozenset[Relation]] = {}

    @classmethod
    def of(cls, packs: Packs, on: date) -> Policy:
        """The policy of the packs in force on a day; BadPack if a row cannot be kept."""
        masks = {
            id_.replace("-", "_"): str(answer.value["style"])
            for id_, answer in packs.table("mask", on).items()
        }
        return cls(policy_rows(packs, on), MappingProxyType(masks))

    def decide(self, question: Question) -> Decision:
        """The answer to one question, with its reason."""
        return decide(
            self._lane(question.posture, question.kind, question.action, question.purpose), question
        )

    def effects(
        self, posture: Posture, relations: frozenset[Relation], kind: str, action: Action, purpose: str
    ) -> Effects:
        """The effect on every field group of one record, for an actor with these ties to it."""
        kind, purpose = self._named(kind, purpose)
        key = (posture, relations, kind, action, purpose)
        known = self._effects.get(key)
        if known is None:
            lane = self._lane(posture, kind, action, purpose)
            by_group = {
                group: decide(
                    lane,
                    Question(
                        posture=posture,
                        relations=relations,
                        kind=kind,
                        group=group,
                        action=action,
                        purpose=purpose,
                    ),
                ).effect
                for group in FieldGroup
            }
            known = self._effects[key] = Effects(by_group, self.masks)
        return known

    def ever(self, posture: Posture, kind: str, action: Action, purpose: str) -> bool:
        """Whether there can be any record of this kind with which this posture may do this.

        A count is asked without a record; so it is allowed only by a row that needs no tie.
        """
        kind, purpose = self._named(kind, purpose)
        key = (posture, kind, action, purpose)
        known = self._ever.get(key)
        if known is None:
            # A further tie can only close more: if any set of ties opens it, then none or a single one does.
            ties = () if action is Action.COUNT else self.ties(posture, kind, action, purpose)
            general = FieldGroup.GENERAL
            known = self._ever[key] = any(
                self.effects(posture, some, kind, action, purpose)[general] is not Effect.DENY
                for some in (frozenset[Relation](), *(frozenset({tie}) for tie in ties))
            )
        return known

    def ties(self, posture: Posture, kind: str, action: Action, purpose: str) -> frozenset[Relation]:
        """The relations that can make a difference here: only these have to be looked up."""
        kind, purpose = self._named(kind, purpose)
        key = (posture, kind, action, purpose)
        known = self._ties.get(key)
        if known is None:
            rows = self._lane(posture, kind, action, purpose)
            known = self._ties[key] = frozenset(row.relation for row in rows) - {Relation.ANY}
        return known

    def _lane(self, posture: Posture, kind: str, action: Action, purpose: str) -> tuple[PolicyRow, ...]:
        """The rows that can speak of this at all: seldom more than a dozen."""
        kind, purpose = self._named(kind, purpose)
        key = (posture, kind, action, purpose)
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = tuple(
                row
                for row in self.rows
                if row.posture in (ALL, posture)
                and row.kind in (ALL, kind)
                and kind not in row.but_not
                and row.action in (ALL, action)
                and row.purpose in (ALL, purpose)
            )
        return lane

    def _named(self, kind: str, purpose: str) -> tuple[str, str]:
        """A kind or purpose that no row names is like any other such: one entry for all of them."""
        return kind if kind in self._kinds else "", purpose if purpose in self._purposes else ""


# -- masks ------------------------------------------------------------------------------------------------

_STYLES: Final[Mapping[str, Callable[[str], str]]] = MappingProxyType(
    {
        "surname": mask_name,
        "keep-3-4": mask_phone,
        "keep-1-1": mask_id_number,
        "area": mask_address,
        "hidden": lambda _: "",
    }
)
_USUAL: Final = MappingProxyType(
    {"name": "surname", "phone": "keep-3-4", "id_number": "keep-1-1", "address": "area"}
)
_ENDINGS: Final = tuple((ending, kind) for kind in _USUAL for ending in (kind, f"{kind}s", f"{kind}es"))


_PLANS: Final[dict[type, tuple[tuple[str, FieldGroup | None, Any, str | None], ...]]] = {}


def mask_fields(record: R, effects: Mapping[FieldGroup, Effect]) -> R:
    """The record as it may be shown: the very same if all is allowed, else a view of it.

    In a masked group, fields named ``name``, ``phone``, ``id_number`` or ``address`` (or ending so, as
    ``contact_phone``) show their mask; every other field of a masked group, and all of a denied one, is
    empty: None, (), {} or "", by the declared type and never by what was there, so that "nothing" and
    "hidden" look alike. ``id`` always stays. Records inside an allowed field are masked as well.

    A view is for looking: it need not be a valid record (its name may be empty) and is never written back.
    """
    if isinstance(effects, Effects):
        if effects.open:
            return record
        masks = effects.masks
    else:
        masks = MappingProxyType({})
    outer = {group: effects.get(group, Effect.DENY) for group in FieldGroup}
    # What is general inside an allowed field is allowed with it.
    inner = {**outer, FieldGroup.GENERAL: Effect.ALLOW}
    return typing.cast("R", _view(record, outer, inner, masks))


_ByGroup = dict[FieldGroup, Effect]


def _view(record: Any, effects: _ByGroup, inner: _ByGroup, masks: Mapping[str, str]) -> Any:
    shown: list[tuple[str, Any]] = []
    changed = False
    for name, group, blank, kind in _plan(type(record)):
        effect = Effect.ALLOW if group is None else effects[group]
        value = getattr(record, name)
        if effect is Effect.ALLOW:
            seen = value if type(value) in _PLAIN else _inside(value, inner, masks)
        elif effect is Effect.MASK and kind is not None:
            seen = _masked(value, blank, _STYLES[masks.get(kind, _USUAL[kind])])
        else:
            seen = blank
        changed = changed or seen is not value
        shown.append((name, seen))
    if not changed:
        return record
    # Not attrs.evolve: validators and converters would refuse an empty name, and say why in an error text.
    view = object.__new__(type(record))
    for name, seen in shown:
        object.__setattr__(view, name, seen)
    return view


_PLAIN: Final = frozenset({str, int, bool, type(None), date, datetime})


def _inside(value: Any, inner: _ByGroup, masks: Mapping[str, str]) -> Any:
    """A value of an allowed field, with the records inside it masked; what is general there stays."""
    if isinstance(value, Mapping):
        told = {key: _inside(item, inner, masks) for key, item in value.items()}
        return value if all(told[key] is value[key] for key in value) else told
    if type(value) in (tuple, frozenset):
        pairs = [(item, _inside(item, inner, masks)) for item in value]
        return value if all(old is new for old, new in pairs) else type(value)(new for _, new in pairs)
    return _view(value, inner, inner, masks) if attrs.has(type(value)) else value


def _masked(value: Any, blank: Any, style: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return style(value)
    if isinstance(value, tuple) and all(isinstance(item, str) for item in value):
        return tuple(style(item) for item in value)
    return None if value is None else blank


def _plan(record: type) -> tuple[tuple[str, FieldGroup | None, Any, str | None], ...]:
    """Of every field: its name, group (None: the id), empty value, and which mask its name asks for."""
    known = _PLANS.get(record)
    if known is not None:
        return known
    hints = typing.get_type_hints(record)
    plan = _PLANS[record] = tuple(
        (
            field.name,
            None if field.name == "id" else FieldGroup(field.metadata.get("group", FieldGroup.GENERAL)),
            _blank(hints.get(field.name, field.type)),
            next((kind for ending, kind in _ENDINGS if _ends(field.name, ending)), None),
        )
        for field in attrs.fields(record)
    )
    return plan


def _ends(name: str, ending: str) -> bool:
    return name == ending or name.endswith(f"_{ending}")


def _blank(declared: Any) -> Any:
    """The empty value of a declared type; None where the type has none of its own."""
    parts = typing.get_args(declared)
    if declared is None or type(None) in parts:
        return None
    origin = typing.get_origin(declared) or declared
    if not isinstance(origin, type):
        return None
    if issubclass(origin, str):
        # Not an enum's class: an enum has no empty member, and "" is none of its values.
        return "" if origin is str else None
    for kind in (tuple, frozenset):
        if issubclass(origin, kind):
            return kind()
    return MappingProxyType({}) if issubclass(origin, Mapping) else None
