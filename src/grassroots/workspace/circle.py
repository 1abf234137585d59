"""What ties an actor to people and places beyond the record in hand: whom they look after, answer for,
stand in for.

A circle is made for one request (one look, one try of an act) and asked when the first record is judged. So
a page of a thousand records costs one question per tie, and a pairing that ended a moment ago is over in
the next request. It reads keys only, never bodies; a tie is a fact of the network, not something that the
actor says.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, final

from grassroots.contracts.policy import Actor, Relation
from grassroots.contracts.storage import AnyOf, Between, Condition, Is, Query, Stored, walk
from grassroots.domain.access import EMERGENCY, grant_holds
from grassroots.domain.duty import DutyStatus
from grassroots.domain.kin import TieKind
from grassroots.domain.pairing import KEPT_UP
from grassroots.domain.rota import SwapStatus
from grassroots.workspace.kindspec import KindSpec

if TYPE_CHECKING:
    from grassroots.workspace.office import Office

_KEPT_UP: Final = tuple(sorted(status.value for status in KEPT_UP))
"""A proposal is not a tie yet: until both agreed, neither learns where the other lives."""
_OPEN_SWAPS: Final = (SwapStatus.OPEN.value, SwapStatus.AGREED.value)
_STOOD: Final = tuple(one.value for one in DutyStatus if one is not DutyStatus.CALLED_OFF)


@final
class Circle:
    """The ties of one actor, for one purpose, as of one request."""

    def __init__(self, office: Office, actor: Actor, purpose: str, proxy_for: str | None) -> None:
        self._office = office
        self._actor = actor
        self._purpose = purpose
        self._proxy_for = proxy_for

    def relations(self, spec: KindSpec[Any], record: Any, wanted: frozenset[Relation]) -> frozenset[Relation]:
        """The ties to a record, among those that the policy asks about at all."""
        found = spec.relations(record, self._actor) & wanted
        for relation in wanted:
            if _HOLDS[relation](self, spec, record):
                found |= {relation}
        return found

    def _about(self, spec: KindSpec[Any], record: Any, people: Collection[str]) -> bool:
        return bool(people) and any(one in people for one in spec.people(record))

    def _wrote(self, spec: KindSpec[Any], record: Any) -> bool:
        if not self._member:
            return False
        shift = spec.roster(record)
        return self._member in tuple(spec.authors(record)) or (shift is not None and shift in self._shifts)

    def _sees_to(self, spec: KindSpec[Any], record: Any) -> bool:
        if not self._member:
            return False
        duty = spec.bargain(record)
        return self._member in tuple(spec.on_case(record)) or (duty is not None and duty in self._bargains)

    def _proxy(self, spec: KindSpec[Any], record: Any) -> bool:
        theirs = self._proxy_for
        return bool(theirs) and (
            theirs in tuple(spec.people(record)) or theirs in tuple(spec.authors(record))
        )

    # -- the actor's own ----------------------------------------------------------------------------------
    @property
    def _member(self) -> str:
        # Never None, which would be tied to every record that names nobody; no id is empty.
        return self._actor.member or ""

    @cached_property
    def _today(self) -> date:
        return self._office.clock().astimezone(self._office.zone).date()

    @cached_property
    def _paired(self) -> frozenset[str]:
        found = set()
        for mine, theirs in (("supporter", "recipient"), ("recipient", "supporter")):
            kept_up = AnyOf("status", _KEPT_UP)
            found |= {str(row.keys[theirs]) for row in self._rows("pairing", Is(mine, self._member), kept_up)}
        return frozenset(found)

    @cached_property
    def _wards(self) -> frozenset[str]:
        mine = (Is("one", self._member), Is("kind", TieKind.GUARDIAN.value))
        return frozenset(str(row.keys["other"]) for row in self._rows("tie", *mine, *self._on_today()))

    @cached_property
    def _standing_in(self) -> frozenset[str]:
        on = self._office.packs.table("deputy", self._today)
        roles = tuple({role for answer in on.values() for role in answer.value["roles"]})
        if not roles:
            return frozenset()
        acting = (Is("member", self._member), Is("acting", True), AnyOf("role", roles))
        rows = self._rows("appointment", *acting, *self._on_today())
        return frozenset(str(row.keys["station"]) for row in rows if row.keys["station"] is not None)

    @cached_property
    def _shifts(self) -> frozenset[str]:
        stood = (Is("member", self._member), AnyOf("status", _STOOD))
        return frozenset(str(row.keys["shift"]) for row in self._rows("duty", *stood))

    @cached_property
    def _bargains(self) -> frozenset[str]:
        """The duties of the swaps that this actor offers, or that are offered to them or to anybody."""
        found: set[str] = set()
        for mine in (Is("giver", self._member), AnyOf("to", (self._member, None))):
            rows = self._rows("swap", mine, AnyOf("status", _OPEN_SWAPS))
            found |= {str(row.keys[duty]) for row in rows for duty in ("duty", "wanted") if row.keys[duty]}
        return frozenset(found)

    # -- what stands open or closed -----------------------------------------------------------------------
    @cached_property
    def opened(self) -> Mapping[str, str]:
        """For whom this actor broke the glass, and by which grant, if the desk is one for emergencies."""
        if self._purpose != EMERGENCY:
            return {}
        now = self._office.clock()
        mine = Is("by", self._actor.name_of_record)
        rows = self._all("grant", mine)
        return {str(row.keys["member"]): row.ref.id for row in rows if grant_holds(row.keys, now)}

    @cached_property
    def restricted(self) -> frozenset[str]:
        """The people whose use was stopped, for this purpose or for all."""
        found = self._all("restriction", Is("standing", True))
        return frozenset(
            str(row.keys["member"])
            for row in found
            if not row.keys["purposes"] or self._purpose in row.keys["purposes"]  # type: ignore[operator]
        )

    def _on_today(self) -> tuple[Condition, ...]:
        today = self._today.isoformat()
        return Between("first", None, today + "~"), Between("last", today, None)

    def _rows(self, kind: str, *where: Condition) -> Iterable[Stored]:
        return () if self._actor.member is None else self._all(kind, *where)

    def _all(self, kind: str, *where: Condition) -> Iterable[Stored]:
        return walk(self._office.storage, Query(kind, where))


_Holds = Callable[[Circle, KindSpec[Any], Any], bool]
_HOLDS: Final[Mapping[Relation, _Holds]] = {
    Relation.ANY: lambda _, __, ___: False,
    Relation.SELF: lambda me, spec, record: me._about(spec, record, (me._member,) if me._member else ()),
    Relation.STATION: lambda me, spec, record: spec.place(record) in me._actor.stations,
    Relation.DEPUTY: lambda me, spec, record: spec.place(record) in me._standing_in,
    Relation.PAIRED: lambda me, spec, record: me._about(spec, record, me._paired),
    Relation.GUARDIAN: lambda me, spec, record: me._about(spec, record, me._wards),
    Relation.AUTHOR: lambda me, spec, record: me._wrote(spec, record),
    Relation.CASE: lambda me, spec, record: me._sees_to(spec, record),
    Relation.PROXY: lambda me, spec, record: me._proxy(spec, record),
    Relation.EMERGENCY: lambda me, spec, record: me._about(spec, record, me.opened),
    Relation.RESTRICTED: lambda me, spec, record: me._about(spec, record, me.restricted),
}
