"""The keys of one open network, at work: seal a body's groups, open them again, derive search values.

The sealed part of a body is ``{"u": key, "x": index, "c": base64(nonce + ciphertext + tag)}``. The ciphertext
is tied by its associated data to format, network, kind, record and version: moved to another place it does
not open. Inside stand all sensitive fields as JSON without the braces. They are sealed as one, so that
nobody can cut one out unseen, or see from outside which of them a record has. Bodies written before that have
``"g": {group: base64(...)}``, each tied to its group as well, and are read as they stand.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Final, final

import attrs

from grassroots.contracts.keys import SECRET_BYTES, KeyService, Wrapped
from grassroots.contracts.storage import Ref, Storage, Stored
from grassroots.errors import Corrupt, Locked, need
from grassroots.workspace.kindspec import Hidden
from grassroots.workspace.sealing.header import CLEAR, FORMAT, HEADER, KEYRING, Header
from grassroots.workspace.sealing.rings import (
    GONE,
    KeyRef,
    Unwrapped,
    key_at,
    ring_bound,
    ring_put,
    ring_read,
    ring_ref,
)

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    from grassroots.contracts.storage import Put

_WHOLE: Final = "*"
"""What stands in the associated data of a part that is sealed as one, where a group had its name."""


@cache
def _whole(behind: bytes) -> re.Pattern[bytes]:
    """A sealed body: ring, place, ciphertext, and the general fields without the opening brace."""
    begin = re.escape(SEALED_BEGINS) + rb'([0-9A-Za-z]+)\.([0-9]+)","x":"[^"\\]*","c":"([^"]*)"\},'
    return re.compile(begin + re.escape(behind) + rb'[0-9a-f]{32}","r":\{(.+\})\}', re.DOTALL)


_read = json.JSONDecoder().raw_decode
"""Compact JSON has no blanks around it: to look for them would take as long as to read it."""

NONCE_BYTES: Final = 12
SEALED_BEGINS: Final = b'{"e":{"u":"'
"""How every sealed body begins: which key it needs is read off without parsing it."""


def aes_gcm() -> type[AESGCM]:
    """The cipher; MissingExtra without the extra ``ciphers``."""
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    except ImportError as error:
        raise need("ciphers", "cryptography") from error
    return AESGCM


def key_of(body: bytes) -> KeyRef | None:
    """The key that a body was sealed with; None if nothing in it is sealed."""
    if not body.startswith(SEALED_BEGINS):
        return None
    end = body.find(b'"', len(SEALED_BEGINS))
    try:
        return KeyRef.parse(body[len(SEALED_BEGINS) : end].decode("ascii"))
    except ValueError:
        return None


@final
@attrs.frozen(kw_only=True)
class _Opened:
    """A header with everything in it unwrapped."""

    header: Header
    revision: int
    masters: Mapping[str, AESGCM] = attrs.field(repr=False)
    lasting: bytes = attrs.field(repr=False)
    indexes: Mapping[str, bytes] = attrs.field(repr=False)
    hashes: Mapping[str, tuple[Any, Any]] = attrs.field(repr=False)
    """For each of the indexes, what its HMAC begins with (never changed: each value is hashed in a copy)."""


@final
class Sealing:
    """The keys of one network. Made when it is opened; may be shared by threads.

    ``nonces`` gives chance for keys and nonces and is always the system's own, never a test's: a nonce that
    comes twice under one key would betray both texts.
    """

    def __init__(self, service: KeyService, nonces: Callable[[int], bytes], stored: Stored) -> None:
        self.service = service
        self.nonces = nonces
        self.unwrapped = Unwrapped()
        self._cipher = aes_gcm()
        from cryptography.exceptions import InvalidTag

        self._invalid = InvalidTag
        self._opened = self._open(stored)
        self._bound = f"grassroots\0{FORMAT}\0{self._opened.header.uid}\0"

    def __repr__(self) -> str:
        return f"Sealing({self._opened.header.uid})"

    # -- the header ---------------------------------------------------------------------------------------
    @staticmethod
    def fresh(service: KeyService, nonces: Callable[[int], bytes], *, former: str | None) -> Header:
        """A header for a network that has none; ``former`` is CLEAR if it has records already."""
        draft = Header(uid=nonces(16).hex(), masters={}, master="1", box=b"", index="1", former=former)
        return with_master(
            draft, service, nonces, {"lasting": nonces(SECRET_BYTES).hex(), "1": nonces(SECRET_BYTES).hex()}
        )

    @property
    def header(self) -> Header:
        """The header as this process knows it."""
        return self._opened.header

    @property
    def revision(self) -> int:
        """The revision of that header: what every write rests on."""
        return self._opened.revision

    def refresh(self, storage: Storage) -> None:
        """Look again: somebody has turned a key."""
        stored = storage.read((HEADER,)).get(HEADER)
        if stored is None:
            raise Locked("keyring-missing", where=str(HEADER))
        self._opened = self._open(stored)
        self.unwrapped.clear()

    def keep_up(self, storage: Storage) -> None:
        """Look whether somebody has turned a key: what is asked with former search values finds nothing."""
        stored = storage.read((HEADER,)).get(HEADER)
        if stored is None or stored.revision != self._opened.revision:
            self.refresh(storage)

    def moved(self, storage: Storage, refs: Collection[Ref]) -> None:
        """What a conflict named has moved: nothing of it is trusted any longer."""
        if HEADER in refs:
            self.refresh(storage)
        self.unwrapped.forget(ref.id for ref in refs if ref.kind == KEYRING.name)

    def master(self) -> AESGCM:
        """The cipher of the master key in use."""
        return self._opened.masters[self._opened.header.master]

    def secrets(self) -> dict[str, str]:
        """What the box holds, to be put into a new one."""
        opened = self._opened
        return {"lasting": opened.lasting.hex()} | {one: key.hex() for one, key in opened.indexes.items()}

    def _open(self, stored: Stored) -> _Opened:
        header = Header.read(stored.body)
        masters = {
            number: self._cipher(self._unwrapped(wrapped, header.bound(number)))
            for number, wrapped in header.masters.items()
        }
        try:
            box = masters[header.master].decrypt(
                header.box[:NONCE_BYTES], header.box[NONCE_BYTES:], header.box_bound()
            )
            secrets = {name: bytes.fromhex(secret) for name, secret in json.loads(box).items()}
            lasting = secrets.pop("lasting")
            if not secrets.keys() >= {header.index, header.former} - {None, CLEAR}:
                raise LookupError("a key of search values")
        except (self._invalid, ValueError, LookupError):
            raise Corrupt("sealed-damaged", where=str(HEADER), group="keys") from None
        return _Opened(
            header=header,
            revision=stored.revision,
            masters=masters,
            lasting=lasting,
            indexes=secrets,
            hashes={name: _begun(secret) for name, secret in secrets.items()},
        )

    def _unwrapped(self, wrapped: Wrapped, bound: bytes) -> bytes:
        """A service may be anybody's: what is no key is not taken for one."""
        secret: object = self.service.unwrap(wrapped, bound)
        if not isinstance(secret, bytes) or len(secret) != SECRET_BYTES:
            raise Locked("key-wrong", key=wrapped.key, where=type(self.service).__name__)
        return secret

    # -- rings --------------------------------------------------------------------------------------------
    def new_key(self) -> bytes:
        """The key of somebody new."""
        return self.nonces(SECRET_BYTES)

    def wrap_ring(self, ring: str, keys: bytes) -> Put:
        """A ring as a write, under the master in use."""
        opened = self._opened
        number, nonce = opened.header.master, self.nonces(NONCE_BYTES)
        bound = ring_bound(opened.header.uid, ring, number)
        return ring_put(ring, number, nonce + opened.masters[number].encrypt(nonce, keys, bound))

    def unwrap_ring(self, stored: Stored, storage: Storage | None = None) -> bytes:
        """The keys of a ring; Locked ``key-lost`` if its master is gone, Corrupt if it was tampered with.

        With a storage, a master that is not known is looked for in the header as it stands now.
        """
        ring = stored.ref.id
        known = self.unwrapped.same(ring, stored.body)
        if known is not None:
            return known
        number, wrapped = ring_read(ring, stored.body)
        if storage is not None and number not in self._opened.masters:
            self.refresh(storage)  # another process has turned the keys since
        opened = self._opened
        master = opened.masters.get(number)
        if master is None:
            raise Locked("key-lost", where=str(stored.ref))
        try:
            keys = master.decrypt(
                wrapped[:NONCE_BYTES],
                wrapped[NONCE_BYTES:],
                ring_bound(opened.header.uid, ring, number),
            )
        except (self._invalid, ValueError):
            raise Corrupt("sealed-damaged", where=str(stored.ref), group="keys") from None
        self.unwrapped.keep(ring, stored.body, keys)
        return keys

    def prefetch(self, storage: Storage, page: Iterable[bytes]) -> None:
        """Open the rings that the bodies of a page need, in one read."""
        begin = len(SEALED_BEGINS)
        rings = {body[begin : body.find(b".", begin)] for body in page if body.startswith(SEALED_BEGINS)}
        # What names no ring says so when it is opened.
        names = [ring.decode() for ring in rings if ring.isalnum()]
        wanted = [ring_ref(name) for name in names if self.unwrapped.get(name) is None]
        if wanted:
            for stored in storage.read(wanted).values():
                self.unwrap_ring(stored, storage)

    def key(self, storage: Storage, key: KeyRef, where: Ref) -> bytes:
        """A key by its reference; Locked ``key-lost`` or ``key-destroyed``."""
        keys = self.unwrapped.get(key.ring)
        if keys is None:
            stored = storage.read((ring_ref(key.ring),)).get(ring_ref(key.ring))
            if stored is None:
                raise Locked("key-lost", where=str(where))
            keys = self.unwrap_ring(stored, storage)
        return sound_key(keys, key, where)

    # -- bodies -------------------------------------------------------------------------------------------
    def seal(self, ref: Ref, version: int, key: KeyRef, secret: bytes, groups: Mapping[str, str]) -> str:
        """The sealed part of a body as JSON, from its sensitive fields by group, each a JSON object."""
        # For every record that is written: the text is put together here, since nothing in it needs escapes
        # (a key reference, a number, base64).
        fields = ",".join([text[1:-1] for text in groups.values()]).encode()
        nonce = self.nonces(NONCE_BYTES)
        made = self._cipher(secret).encrypt(nonce, fields, self._tied(ref, version, _WHOLE))
        coded = b2a_base64(nonce + made, newline=False).decode("ascii")
        return f'{{"u":"{key.ring}.{key.place}","x":"{self._opened.header.index}","c":"{coded}"}}'

    def _tied(self, ref: Ref, version: int, what: str) -> bytes:
        return f"{self._bound}{ref.kind}\0{ref.id}\0{version}\0{what}".encode()

    def open(self, storage: Storage, ref: Ref, version: int, sealed: Mapping[str, Any]) -> dict[str, Any]:
        """The sensitive fields of a body; Corrupt ``sealed-damaged`` for what was not sealed for here."""
        group = "?"
        try:
            ring, _, place = sealed["u"].partition(".")
            start = int(place) * SECRET_BYTES
            keys = self.unwrapped.get(ring)
            secret = b"" if keys is None else keys[start : start + SECRET_BYTES]
            if len(secret) != SECRET_BYTES or secret == GONE:
                secret = self.key(storage, KeyRef.parse(sealed["u"]), ref)
            decrypt = self._cipher(secret).decrypt
            parts = []
            for what, coded in _ciphertexts(sealed):
                group = what
                data = a2b_base64(coded)
                parts.append(decrypt(data[:12], data[12:], self._tied(ref, version, what)))
            if not parts:
                raise ValueError("nothing sealed")
            text = (b"{%b}" % b",".join(parts)).decode()
            fields, end = _read(text)
            if end != len(text):
                raise ValueError("more than the fields")
            return fields  # type: ignore[no-any-return]
        except (self._invalid, ValueError, TypeError, LookupError, AttributeError):
            raise Corrupt("sealed-damaged", where=str(ref), group=str(group)) from None

    def open_together(
        self, kind: str, version: int, behind: bytes, rows: Sequence[tuple[str, bytes]]
    ) -> list[bytes] | None:
        """The fields of a page of sealed bodies, each as one JSON object; its keys should be unwrapped.

        ``behind`` is what follows the sealed part up to the salt. None if one of them is written otherwise or
        does not open: :meth:`open` says then which one, and why. Half of the time would go into parsing what
        stands around the fields, which every body of a kind has in common.
        """
        look, cipher, ring, keys = _whole(behind).fullmatch, self._cipher, b"", b""
        begin, end = f"{self._bound}{kind}\0".encode(), f"\0{version}\0{_WHOLE}".encode()
        found = []
        try:
            for id_, body in rows:
                cut = look(body)
                if cut is None:
                    return None
                needed, place, coded, general = cut.groups()
                if needed != ring:
                    ring, keys = needed, self.unwrapped.get(needed.decode()) or b""
                start = int(place) * SECRET_BYTES
                secret = keys[start : start + SECRET_BYTES]
                if len(secret) != SECRET_BYTES or secret == GONE:
                    return None
                data = a2b_base64(coded)
                fields = cipher(secret).decrypt(data[:12], data[12:], begin + id_.encode() + end)
                found.append(b"{%b,%b" % (fields, general))
        except (self._invalid, ValueError):
            return None
        return found

    # -- search values ------------------------------------------------------------------------------------
    def blind(self, hidden: Hidden, value: str, index: str) -> str:
        """The search value of a text: a keyed hash, cut to so many bits; the empty text stays empty."""
        if not value:
            return value
        inner, outer = self._opened.hashes[index]
        # HMAC, with the key taken in already: to do that for each value takes longer than the rest of it.
        begun = inner.copy()
        begun.update(f"{hidden.name}\0{value}".encode("utf-8", "surrogatepass"))
        whole = outer.copy()
        whole.update(begun.digest())
        return f"{index}~{int.from_bytes(whole.digest()[:8], 'big') >> (64 - hidden.bits):x}"

    def digest(self, text: bytes) -> str:
        """A keyed hash that lasts: of what an act was asked, which may be a name and a number."""
        return hmac.new(self._opened.lasting, b"act\0" + text, hashlib.sha256).hexdigest()


def _ciphertexts(sealed: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    """What is sealed in a body, with what each was tied to: one part, or in older bodies one a group."""
    return sealed["g"].items() if "g" in sealed else ((_WHOLE, sealed["c"]),)


def _begun(key: bytes) -> tuple[Any, Any]:
    """HMAC-SHA-256 (RFC 2104) with the key taken in: the inner and the outer hash."""
    block = key.ljust(64, b"\0")
    return hashlib.sha256(bytes(one ^ 0x36 for one in block)), hashlib.sha256(
        bytes(one ^ 0x5C for one in block)
    )


def sound_key(keys: bytes, key: KeyRef, where: Ref) -> bytes:
    """The key at its place in a ring; Locked ``key-lost`` or ``key-destroyed``."""
    secret = key_at(keys, key.place)
    if len(secret) != SECRET_BYTES:
        raise Locked("key-lost", where=str(where))
    if secret == GONE:
        raise Locked("key-destroyed", where=str(where))
    return secret


def with_master(
    header: Header, service: KeyService, nonces: Callable[[int], bytes], secrets: Mapping[str, str]
) -> Header:
    """The header with a new master key in use: wrapped by the service, and the box put under it."""
    number = str(1 + max(map(int, header.masters), default=0))
    secret = nonces(SECRET_BYTES)
    wrapped = service.wrap(secret, header.bound(number))
    after = attrs.evolve(header, masters={**header.masters, number: wrapped}, master=number)
    return boxed(after, aes_gcm()(secret), nonces, secrets)


def boxed(
    header: Header, master: AESGCM, nonces: Callable[[int], bytes], secrets: Mapping[str, str]
) -> Header:
    """The header with these secrets in its box, under the master in use."""
    nonce = nonces(NONCE_BYTES)
    text = json.dumps(dict(sorted(secrets.items())), separators=(",", ":")).encode()
    return attrs.evolve(header, box=nonce + master.encrypt(nonce, text, header.box_bound()))
