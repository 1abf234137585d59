"""Key-encryption keys from an environment variable or a file: the two built-in sources.

Both hold the same text, a line (or a word, in a variable) for each key: its name, a colon, and 32 bytes as 64
hex digits or base64. The first is the one in use; the others only open what was wrapped before. ``#`` begins
a remark.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
import secrets
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Final, final
from urllib.parse import unquote

from grassroots.contracts.hooks import KeyOffer, hookimpl
from grassroots.contracts.keys import SECRET_BYTES, KeyService, Wrapped
from grassroots.errors import BadInput, Locked, need

_LINE: Final = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]{0,31}):(?P<key>[0-9A-Za-z+/=_-]+)")
_NONCE: Final = 12


@final
class KeySet(KeyService):
    """Keys that lie in this process's memory, by name; the first is in use."""

    def __init__(self, keys: Mapping[str, bytes], where: str) -> None:
        self._keys = dict(keys)
        self._where = where
        self._current = next(iter(self._keys))

    def __repr__(self) -> str:
        return f"KeySet({', '.join(self._keys)})"

    @classmethod
    def read(cls, text: str, where: str) -> KeySet:
        """Read the text of a source; BadInput ``key-text`` names the line and never repeats it."""
        keys: dict[str, bytes] = {}
        for number, line in enumerate(text.splitlines(), 1):
            for word in line.partition("#")[0].split():
                found = _LINE.fullmatch(word)
                secret = _bytes(found["key"]) if found else b""
                if found is None or len(secret) != SECRET_BYTES or found["name"] in keys:
                    raise BadInput("key-text", where=where, line=number)
                keys[found["name"]] = secret
        if not keys:
            raise BadInput("key-none", where=where)
        return cls(keys, where)

    @property
    def current(self) -> str:
        """The first."""
        return self._current

    def known(self) -> Collection[str]:
        """In the order of the source."""
        return tuple(self._keys)

    def wrap(self, secret: bytes, bound_to: bytes) -> Wrapped:
        """AES-256-GCM under the key in use."""
        nonce = secrets.token_bytes(_NONCE)
        sealed = _cipher(self._keys[self._current]).encrypt(nonce, secret, bound_to)
        return Wrapped(self._current, nonce + sealed)

    def unwrap(self, wrapped: Wrapped, bound_to: bytes) -> bytes:
        """Under the key of that name."""
        from cryptography.exceptions import InvalidTag

        key = self._keys.get(wrapped.key)
        if key is None:
            raise Locked("key-missing", key=wrapped.key, where=self._where, known=tuple(self._keys))
        try:
            secret: bytes = _cipher(key).decrypt(wrapped.data[:_NONCE], wrapped.data[_NONCE:], bound_to)
        except (InvalidTag, ValueError):
            raise Locked("key-wrong", key=wrapped.key, where=self._where) from None
        return secret


def _cipher(key: bytes):  # type: ignore[no-untyped-def]
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    except ImportError as error:
        raise need("ciphers", "cryptography") from error
    return AESGCM(key)


def _bytes(text: str) -> bytes:
    try:
        if len(text) == 2 * SECRET_BYTES:
            return bytes.fromhex(text)
        return base64.b64decode(text.translate(str.maketrans("-_", "+/")), validate=True)
    except (ValueError, binascii.Error):
        return b""


def from_environment(source: str) -> KeyService:
    """``env:NAME``: the text stands in a variable."""
    name = source.partition(":")[2]
    text = os.environ.get(name)
    if not text:
        raise BadInput("key-variable-empty", what=name)
    return KeySet.read(text, source)


def from_file(source: str) -> KeyService:
    """``file:/path`` or ``file:path``: readable for its owner alone, or a warning would be no use later."""
    path = Path(unquote(re.sub("^//(?=/)", "", source.partition(":")[2])))
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError as error:
        raise BadInput("key-file-missing", file=str(path)) from error
    except (OSError, ValueError) as error:
        # A file of another program is no text, and a name with a NUL is no name.
        problem = getattr(error, "strerror", None) or "no text in UTF-8"
        raise BadInput("key-file", file=str(path), problem=problem) from error
    return KeySet.read(text, source)


@hookimpl
def grassroots_keys() -> Iterable[KeyOffer]:
    """The two of them."""
    yield KeyOffer("env", from_environment)
    yield KeyOffer("file", from_file)
