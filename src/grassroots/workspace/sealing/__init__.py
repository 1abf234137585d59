"""Sealing: what is sensitive in a body is encrypted before any storage sees it, and opened again behind it.

Four keys, one inside the other::

    key-encryption key   outside the database: environment, file, key service   (contracts/keys)
      └─ master key      one of the network; the header keeps it wrapped        (header)
           └─ key ring   32 random bytes for each person, made in one act       (rings)
                └─ body  each field group by itself, AES-256-GCM                (sealing)

A person's key is random and stands nowhere else: once its place in the ring is overwritten, all that was
sealed with it is gone, also in every older copy of the records. Rings and header are records of a kind of
their own, ``keyring``, that no archive contains; docs/explanation/what-encryption-protects.md says what all
this protects against whom.
"""

from grassroots.workspace.sealing.envelope import Envelope
from grassroots.workspace.sealing.header import HEADER, KEYRING, Header
from grassroots.workspace.sealing.sealing import Sealing

__all__ = ["HEADER", "KEYRING", "Envelope", "Header", "Sealing"]
