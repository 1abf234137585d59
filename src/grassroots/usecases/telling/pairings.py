"""What people are told about pairings: when a contact is due, and when nobody has been there for too long.

Each contact moves both notices on: what waits is withdrawn, and the next is set for the day that the norm of
the scheme gives. So nothing has to look through all pairings every morning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from grassroots.contracts.notice import Value
from grassroots.contracts.storage import Is, Ref
from grassroots.domain.contacts import Norm, next_due
from grassroots.domain.pack import NoRule
from grassroots.domain.pairing import Contact, Pairing, PairingStatus
from grassroots.domain.wording import wall
from grassroots.usecases.telling.scene import Reader, Scene, Told
from grassroots.workspace.codec import Happened

_EXPECTING = frozenset({PairingStatus.TRIAL, PairingStatus.ACTIVE})

DUE = "contact-due"
OVERDUE = "contact-overdue"


def moved_on(scene: Scene, happened: Happened) -> Iterator[Told]:
    """A pairing began, was resumed, or somebody was there: the next contact is due on another day."""
    pairing = _pairing(scene, happened)
    if pairing is None:
        return
    yield from _withdrawn(scene, pairing, "contact")
    if pairing.status in _EXPECTING:
        yield from _next(scene, happened, pairing)


def stopped(scene: Scene, happened: Happened) -> Iterator[Told]:
    """Paused or ended: nobody is expected."""
    pairing = _pairing(scene, happened)
    if pairing is not None:
        yield from _withdrawn(scene, pairing, "paused-or-ended")


def _pairing(scene: Scene, happened: Happened) -> Pairing | None:
    by_kind = {ref.kind: ref.id for ref in happened.about}
    if "pairing" in by_kind:
        return scene.peek(Pairing, by_kind["pairing"])
    contact = scene.peek(Contact, by_kind.get("contact"))
    return None if contact is None else scene.peek(Pairing, contact.pairing)


def _withdrawn(scene: Scene, pairing: Pairing, reason: str) -> Iterator[Told]:
    yield scene.withdraw(f"{DUE}/{pairing.id}", pairing.supporter, reason)
    for reader in scene.heads(pairing.station):
        yield scene.withdraw(f"{OVERDUE}/{pairing.id}", reader.member, reason)
    yield scene.withdraw(f"{OVERDUE}/{pairing.id}", "", reason)


def _norm(scene: Scene, pairing: Pairing) -> Norm | None:
    packs = scene.reading.office.packs
    try:
        return Norm.from_scheme(packs.rule("pairing_scheme", pairing.scheme, scene.today).value)
    except NoRule:
        return None


def _last_contacts(scene: Scene, pairing: Pairing, norm: Norm) -> list[Contact]:
    # Ids are ordered by time of entry: some more than the norm asks for, for those typed in late.
    most = norm.times + 30
    return list(scene.reading.walk(Contact, Is("pairing", pairing.id), limit=most, backwards=True))


def _next(scene: Scene, happened: Happened, pairing: Pairing) -> Iterator[Told]:
    norm = _norm(scene, pairing)
    if norm is None:
        return
    due = next_due(pairing, _last_contacts(scene, pairing, norm), norm, scene.today)
    if due is None or due.due is None:
        return
    values: dict[str, Value] = {
        "pairing": pairing.id,
        "recipient": pairing.recipient,
        "day": due.due.isoformat(),
        **({} if due.last is None else {"last": due.last.isoformat()}),
    }
    about = (Ref("pairing", pairing.id),)
    if rule := scene.rule(DUE):
        zone = scene.zone_of(pairing.supporter)
        at = max(scene.now, wall(due.due, rule.send_at or scene.usual_hours.digest_at, zone))
        yield from scene.tell(
            happened, rule, Reader(member=pairing.supporter), values=values, collapse=f"{DUE}/{pairing.id}",
            at=at, about=about,
        )  # fmt: skip
    if rule := scene.rule(OVERDUE):
        late = wall(due.due, rule.send_at or scene.usual_hours.digest_at, scene.zone)
        at = max(scene.now, _after(late, rule.after_minutes))
        for reader in scene.heads(pairing.station) or (None,):
            if reader is None or reader.member not in pairing.members:
                yield from scene.tell(
                    happened, rule, reader, values={**values, "who": pairing.supporter},
                    collapse=f"{OVERDUE}/{pairing.id}", at=at, about=about,
                )  # fmt: skip


def _after(moment: datetime, minutes: int | None) -> datetime:
    return moment + timedelta(minutes=minutes or 0)


def still(scene: Scene, values: Mapping[str, Value], key: str) -> bool:
    """Whether nobody has been there meanwhile."""
    pairing = scene.peek(Pairing, str(values.get("pairing", "")))
    if pairing is None or pairing.status not in _EXPECTING:
        return False
    norm = _norm(scene, pairing)
    if norm is None:
        return False
    due = next_due(pairing, _last_contacts(scene, pairing, norm), norm, scene.today)
    if due is None or due.due is None:
        return False
    return due.late > 0 if key == OVERDUE else due.due <= scene.today
