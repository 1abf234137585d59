"""Opening a network, and giving an actor a desk in it: composition, and no rule.

::

    import grassroots

    with grassroots.open("sqlite:///district.db", zone="Asia/Shanghai") as network:
        desk = network.desk("steward:office")
        desk.members.register(name="张春华", born=...)

Time, ids and chance are arguments with sensible defaults; tests pass their own.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Self, final
from zoneinfo import ZoneInfo

import attrs

from grassroots import discovery
from grassroots.contracts.calendar import Calendar
from grassroots.contracts.keys import KeyService
from grassroots.contracts.policy import PolicyOffer
from grassroots.contracts.storage import Batch, Storage
from grassroots.desk import Desk
from grassroots.domain.charter import CHARTER_ID, STANDARD_PACKS, Charter, NetworkFounded
from grassroots.domain.local_pack import LocalPack
from grassroots.domain.pack import Pack, Packs, parse_pack
from grassroots.domain.policy import Actor, Policy, Posture
from grassroots.domain.step import Step
from grassroots.errors import BadInput, Conflict, Missing
from grassroots.packs import shipped, text
from grassroots.usecases.erasures import Settled, settle_erasures
from grassroots.usecases.outbox.box import seal_outbox
from grassroots.values.ids import Ids
from grassroots.workspace.annex import Annex
from grassroots.workspace.arriving import ARRIVING, check_whole
from grassroots.workspace.codec import Codec
from grassroots.workspace.keying import KEYED, fill, mark
from grassroots.workspace.kinds import standard_kinds
from grassroots.workspace.kindspec import Kinds, KindSpec
from grassroots.workspace.ledger import LEDGER, Unkept, check_replayed, unkept
from grassroots.workspace.office import Office, Seat
from grassroots.workspace.outside import Failure, Outside
from grassroots.workspace.sealing import HEADER, KEYRING
from grassroots.workspace.turning import Progress, finish, found_sealing, quiet, unfinished
from grassroots.workspace.work import Work


def _now() -> datetime:
    return datetime.now(UTC)


_NOWHERE = "memory://"


def open(
    url: str = _NOWHERE,
    *,
    network: str = "default",
    storage: Callable[[str], Storage] | None = None,
    zone: str | None = None,
    packs: Iterable[str] | None = None,
    kinds: tuple[KindSpec[Any], ...] = (),
    keys: str | KeyService | None = None,
    clock: Callable[[], datetime] = _now,
    entropy: Callable[[int], bytes] = secrets.token_bytes,
    pause: Callable[[float], None] = time.sleep,
    policy: PolicyOffer | None = None,
    erasures: str | Path | None = None,
    progress: Progress = quiet,
) -> Network:
    """Open a network by the URL of its storage; found it if it is not there yet.

    ``storage`` instead of a URL: what gives the storage of a network by the network's name, as
    ``Database(engine).open`` does on a database that the embedding app is connected to already. It is
    closed with the network; what stands behind it (an engine, say) stays the app's.
    ``zone`` (IANA) is where its walls have clocks: needed when it is founded (default Asia/Shanghai), and
    checked afterwards. ``packs`` are names of rule packs, in order, for a network that is founded now.
    ``kinds`` are records of the embedding app. ``clock`` gives aware datetimes, ``entropy`` bytes of
    chance, ``pause`` waits (seconds) between tries. ``policy`` is an outside policy of the embedding app,
    which narrows the table of the packs or answers in its place; without an answer from it everything is
    closed.

    ``keys`` says where the key-encryption keys come from (``"env:GRASSROOTS_KEYS"``, ``"file:/path"``, a
    plugin's scheme, or a KeyService). With it the network is sealed, and one that was not is sealed now,
    record by record, with its outbox, before this returns. ``progress`` is told how many records were looked
    at, and of how many; broken off, the next opening goes on.

    ``erasures`` is the ledger of erasures, a file outside the database and its backups. With it every erasure
    is written down there, and whom an older backup brought back is erased again before this returns
    (:attr:`Network.settled`). A network that kept one and was restored opens with it alone; where none was
    kept or given, :attr:`Network.unkept` says what nobody can know then.

    Raises BadInput for an unknown scheme, zone or pack; Unreachable if the storage is; PluginError if the
    storage's plugin is broken; Corrupt ``archive-unfinished`` for a network whose load was broken off;
    Locked for a sealed one without its keys or with others, and ``erasures-wanted`` for a restored one
    without its ledger; MissingExtra without the extra ``ciphers``.
    """
    if storage is not None and url != _NOWHERE:
        raise BadInput("storage-twice")
    service = discovery.find_keys(keys) if isinstance(keys, str) else keys
    if storage is None:
        offer = discovery.find_storage(url)
        opened = offer.open(url, network)
        annex = Annex(partial(offer.open, url), partial(offer.networks, url))
    else:
        opened, annex = storage(network), Annex(storage)
    ledger = None if erasures is None else Path(erasures)
    try:
        return _opened(
            opened,
            annex,
            network,
            zone,
            packs,
            kinds,
            service,
            clock,
            entropy,
            pause,
            policy,
            ledger,
            progress,
            None if storage is not None else partial(_again, url, network, kinds, keys),
        )
    except BaseException:
        opened.close()
        raise


def _opened(
    storage: Storage,
    annex: Annex,
    network: str,
    zone: str | None,
    packs: Iterable[str] | None,
    kinds: tuple[KindSpec[Any], ...],
    service: KeyService | None,
    clock: Callable[[], datetime],
    entropy: Callable[[int], bytes],
    pause: Callable[[float], None],
    policy: PolicyOffer | None,
    ledger: Path | None,
    progress: Progress,
    again: Callable[[], AbstractContextManager[Office]] | None,
) -> Network:
    table = _prepared(storage, kinds)
    check_whole(storage, network)
    unsaid = None
    if ledger is None:
        check_replayed(storage, network)
        unsaid = unkept(storage)
    founding = Charter.found(
        salt=entropy(16), zone=zone or "Asia/Shanghai", founded_on=clock().astimezone(UTC).date()
    ).after
    names = tuple(packs) if packs is not None else STANDARD_PACKS
    on_paper = Packs(tuple(_pack(name) for name in names))
    draft = attrs.evolve(
        _draft(network, storage, table, annex, on_paper, clock, entropy, pause),
        zone=ZoneInfo(founding.zone),
        salt=bytes.fromhex(founding.salt),
    )
    # The chance of keys and nonces is the system's own, whatever ``entropy`` a test gives.
    sealing = found_sealing(_seat(draft), service, secrets.token_bytes)
    draft = attrs.evolve(draft, sealing=sealing, fence={HEADER: 0} if sealing is None else {})
    if sealing is not None and unfinished(_seat(draft)):
        # The outbox first: as long as the network itself is not done, whoever comes after a kill begins here.
        seal_outbox(draft, progress)
        finish(_seat(draft), progress)
    seat = _seat(draft)
    charter = _charter(seat, attrs.evolve(founding, packs=names))
    fill(seat)
    if zone is not None and zone != charter.zone:
        raise BadInput("zone-differs", what=zone, zone=charter.zone, network=network)
    own = {pack.id: pack.text for pack in Work(seat, "look").find(LocalPack)}
    in_force = on_paper
    if charter.packs != names or own:
        in_force = Packs(tuple(_pack(name, own) for name in charter.packs))
    office = attrs.evolve(
        draft,
        zone=ZoneInfo(charter.zone),
        packs=in_force,
        policy=Policy.of(in_force, clock().date()),
        salt=bytes.fromhex(charter.salt),
        ledger=None if ledger is None else partial(settle_erasures, path=ledger),
        again=again,
    )
    # Before anybody is at a desk, and whatever an outside policy says: this is the network's own duty.
    settled = None if ledger is None else settle_erasures(_seat(office), ledger)
    if policy is not None:
        office = attrs.evolve(office, outside=Outside(policy, clock))
    return Network(office, settled, unsaid)


@contextmanager
def _again(
    url: str, network: str, kinds: tuple[KindSpec[Any], ...], keys: str | KeyService | None
) -> Iterator[Office]:
    """A network that is open in another process, opened here to read what is stored, with no rule in force.

    Missing if it cannot be seen from here.
    """
    offer = discovery.find_storage(url)
    if network not in offer.networks(url):
        raise Missing("missing", kind="network", id=network)
    service = discovery.find_keys(keys) if isinstance(keys, str) else keys
    with offer.open(url, network) as storage:
        table, annex = (
            _prepared(storage, kinds),
            Annex(partial(offer.open, url), partial(offer.networks, url)),
        )
        draft = _draft(network, storage, table, annex, Packs(()), _now, secrets.token_bytes, time.sleep)
        yield attrs.evolve(draft, sealing=found_sealing(_seat(draft), service, secrets.token_bytes))


def _draft(
    network: str,
    storage: Storage,
    kinds: Kinds,
    annex: Annex,
    packs: Packs,
    clock: Callable[[], datetime],
    entropy: Callable[[int], bytes],
    pause: Callable[[float], None],
) -> Office:
    """An office as far as it can be known before the network's charter and keys are read: UTC and no salt."""
    return Office(
        network=network,
        storage=storage,
        kinds=kinds,
        codec=Codec(kinds),
        clock=clock,
        ids=Ids(entropy),
        entropy=entropy,
        pause=pause,
        zone=ZoneInfo("UTC"),
        packs=packs,
        policy=Policy.of(packs, clock().date()),
        salt=b"",
        calendar=_calendar,
        annex=annex,
    )


def _prepared(storage: Storage, kinds: tuple[KindSpec[Any], ...]) -> Kinds:
    table = Kinds((*standard_kinds(), *kinds))
    storage.prepare([*(spec.stored_kind() for spec in table), ARRIVING, KEYED, KEYRING, LEDGER])
    return table


def _seat(office: Office) -> Seat:
    return Seat(office=office, actor=Actor("open", Posture.SYSTEM))


def _charter(seat: Seat, founding: Charter) -> Charter:
    office = seat.office
    for _ in range(3):
        work = Work(seat, office.ids(office.clock()))
        found = work.peek(Charter, CHARTER_ID)
        if found is not None:
            return found
        work.keep(Step(founding, (NetworkFounded(zone=founding.zone),)))
        batch = work.batch()
        try:
            if batch is not None:
                office.storage.commit(_marked(office, batch))
        except Conflict:
            continue  # another process founded it at this very moment: read what it wrote
        return founding
    raise Conflict


def _marked(office: Office, batch: Batch) -> Batch:
    """The founding, with the keys that this network's records are searched by written down."""
    said = tuple(mark(spec.stored_kind(), spec.version) for spec in office.kinds)
    based_on = {**batch.based_on, **{put.ref: 0 for put in said}}
    return attrs.evolve(batch, based_on=based_on, writes=(*batch.writes, *said))


def _pack(name: str, own: Mapping[str, str] = MappingProxyType({})) -> Pack:
    if name in own:
        return parse_pack(own[name])
    if name in shipped():
        return parse_pack(text(name))
    for offer in discovery.pack_offers():
        if offer.name == name:
            return parse_pack(offer.text())
    known = sorted({*shipped(), *(offer.name for offer in discovery.pack_offers())})
    raise BadInput("pack-unknown", what=name, known=tuple(known))


def _calendar() -> Calendar:
    return discovery.find_calendar()


@final
class Network:
    """One open network. Give every actor a desk; close it, or use it in ``with``."""

    def __init__(self, office: Office, settled: Settled | None = None, unkept: Unkept | None = None) -> None:
        self._office = office
        self.settled = settled
        """What opening did so that network and ledger say the same; None without a ledger."""
        self.unkept = unkept
        """What an app has to tell its office where a ledger is missing: a backup may have brought somebody
        back, or would. None if there is nothing to tell, or the ledger was given."""

    @property
    def name(self) -> str:
        """The network's name inside its storage."""
        return self._office.network

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the clocks on its walls."""
        return self._office.zone

    def desk(
        self,
        actor: Actor | str,
        *,
        purpose: str = "work",
        proxy_for: str | None = None,
        sheet: str | None = None,
    ) -> Desk:
        """A desk for an actor: an :class:`Actor`, or "posture:name" as in ``"clerk:li"``.

        ``proxy_for`` names the person for whom this one types, ``sheet`` the number of the paper that the
        typing follows: both stay in the trail. ``purpose`` is one of those that the rule packs list
        (table ``purpose``); BadInput ``purpose-unknown`` for any other. Nothing is read here: an actor who
        acts as a member who is not there is told so at the first look or act (Denied ``viewer-unknown``).
        """
        who = Actor.parse(actor) if isinstance(actor, str) else actor
        if not isinstance(who, Actor):
            raise BadInput("argument-wrong-type", field="actor", what=str(actor), wanted="Actor")
        for field, told in (("purpose", purpose), ("proxy_for", proxy_for or ""), ("sheet", sheet or "")):
            if not isinstance(told, str):
                raise BadInput("argument-wrong-type", field=field, what=str(told), wanted="str")
        known = self._office.packs.table("purpose", self._office.clock().astimezone(self.zone).date())
        # A network whose packs list none has only everyday work.
        if purpose not in (known or ("work",)):
            raise BadInput("purpose-unknown", what=purpose, known=tuple(known or ("work",)))
        return Desk(Seat(office=self._office, actor=who, purpose=purpose, proxy_for=proxy_for, sheet=sheet))

    @property
    def policy_failures(self) -> tuple[Failure, ...]:
        """The last inquiries to which the outside policy gave no answer, oldest first."""
        return () if self._office.outside is None else self._office.outside.failures

    def close(self) -> None:
        """Close the storage, and what was opened beside it. May be repeated."""
        self._office.annex.close()
        self._office.storage.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
