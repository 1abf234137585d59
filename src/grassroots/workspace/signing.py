"""Ed25519 for seals: keys that live outside the database. Needs the extra ``seals``, imported where used.

A key is 64 hex digits, or PEM as ``openssl genpkey -algorithm ed25519`` writes it; the public key likewise.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, final

from grassroots.errors import BadInput, need

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_HEX = re.compile(r"[0-9a-fA-F]{64}")


@final
class Signer:
    """A private key at work. It shows its public half only, also where somebody prints it."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public_key = key.public_key().public_bytes_raw().hex()

    @classmethod
    def read(cls, text: str) -> Signer:
        """From hex or PEM; BadInput if it is no such key (the text is not repeated)."""
        library = _library()
        plain = text.strip()
        try:
            if _HEX.fullmatch(plain):
                return cls(library.Ed25519PrivateKey.from_private_bytes(bytes.fromhex(plain)))
            from cryptography.hazmat.primitives.serialization import load_pem_private_key

            key = load_pem_private_key(plain.encode(), password=None)
        except (ValueError, TypeError) as error:
            raise BadInput("seal-key-unreadable") from error
        if not isinstance(key, library.Ed25519PrivateKey):
            raise BadInput("seal-key-unreadable")
        return cls(key)

    def sign(self, message: bytes) -> str:
        """The signature in hex."""
        return self._key.sign(message).hex()

    def __repr__(self) -> str:
        return f"Signer({self.public_key})"


def read_public_key(text: str) -> str:
    """A public key in hex, from hex or PEM; BadInput if it is none."""
    plain = text.strip()
    if _HEX.fullmatch(plain):
        return plain.lower()
    library = _library()
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(plain.encode())
    except ValueError as error:
        raise BadInput("seal-key-unreadable") from error
    if not isinstance(key, library.Ed25519PublicKey):
        raise BadInput("seal-key-unreadable")
    return str(key.public_bytes_raw().hex())


def verifies(public_key: str, signature: str, message: bytes) -> bool:
    """Whether this key made this signature over these bytes."""
    library = _library()
    from cryptography.exceptions import InvalidSignature

    try:
        key = library.Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        key.verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _library() -> Any:
    try:
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError as error:
        raise need("seals", "cryptography") from error
    return ed25519
