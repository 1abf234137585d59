"""Where key-encryption keys come from, as plain data and one small interface.

A network that is sealed has a key of its own, and that key is *wrapped*: encrypted under a key-encryption
key that lives outside the database, in the environment, in a file, or in a key service that never gives it
out. Whoever holds the database alone can read nothing of it: docs/explanation/what-encryption-protects.md.
"""

from __future__ import annotations

import abc
from collections.abc import Collection
from typing import Final, final

from attrs import field, frozen

from grassroots.errors import BadInput

SECRET_BYTES: Final = 32
"""Every key here has 256 bits."""


@final
@frozen
class Wrapped:
    """A secret under a key-encryption key: which one, and the bytes that only it can open."""

    key: str
    data: bytes = field(repr=False)

    def __attrs_post_init__(self) -> None:
        if not self.key or len(self.key) > 64 or not self.key.isprintable():
            raise BadInput("key-name", what=self.key[:64])


class KeyService(abc.ABC):
    """Wraps and unwraps a network's key. Thread-safe; asked once at opening and once at a rotation.

    ``bound_to`` has to be authenticated with the secret (associated data): a wrapped key of one network must
    not open in another.
    """

    @property
    @abc.abstractmethod
    def current(self) -> str:
        """The name of the key under which new things are wrapped."""

    @abc.abstractmethod
    def known(self) -> Collection[str]:
        """The names of all keys that it can unwrap with, for a reader."""

    @abc.abstractmethod
    def wrap(self, secret: bytes, bound_to: bytes) -> Wrapped:
        """The secret under the current key. Raises Unreachable if a service cannot be asked."""

    @abc.abstractmethod
    def unwrap(self, wrapped: Wrapped, bound_to: bytes) -> bytes:
        """The secret again.

        Raises Locked ``key-missing`` if it does not have this key, ``key-wrong`` if the key of this name is
        another one, and Unreachable if a service cannot be asked.
        """
