"""The limits of what may be stored, held by the values themselves and so by no plugin.

They are the smallest of what SQLite, PostgreSQL, MariaDB and a key-value server all hold without loss
(PostgreSQL refuses NUL, nobody stores a lone surrogate, MariaDB hangs up at a packet of 16 MiB). A value
that passes here can be written anywhere and comes back exactly as it was given.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from grassroots.errors import BadInput

Scalar = str | int | bool | None
"""One searchable value. A flag is never a whole number, a whole number never a text."""

KeyValue = str | int | bool | None | tuple[str, ...] | tuple[int, ...]
"""What may stand in a key: a scalar, or a tuple of texts or of whole numbers."""

ID_CHARACTERS = 64
BATCH_ID_CHARACTERS = 128
TEXT_CHARACTERS = 255
TUPLE_MEMBERS = 100
BODY_BYTES = 1 << 20
WHOLE_LOW, WHOLE_HIGH = -(1 << 63), (1 << 63) - 1

READ_REFS = 1_000
BATCH_WRITES = 1_000
BATCH_FACTS = 1_000
BATCH_BYTES = 8 << 20
SEEN_ROWS = 1_000
BATCH_BASES = 10_000
"""Records and rows that one decision may rest on, over all its questions. One question may show 1,000
rows and an act may ask several, so this is more than the cap of a single question."""

FACT_ABOUT = 1_000
BATCH_ABOUT = 10_000
"""What one batch may add to the index of the journal, over all its facts."""

ANY_OF_VALUES = 1_000
CONDITIONS = 32

_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")
_SURROGATE = re.compile("[\ud800-\udfff]")


@lru_cache(maxsize=1024)
def _checked_name(text: str) -> str:
    if not isinstance(text, str) or not _NAME.fullmatch(text):
        raise BadInput("storage-name", what=str(text))
    return str.__str__(text)


def name(text: str) -> str:
    """The name of a kind or key: ``[a-z][a-z0-9_]{0,30}``, because plugins make tables and columns of it."""
    return _checked_name(text)


_NAMES: set[str] = set()
"""Names of keys that passed; a program has a few hundred."""


def _known_name(text: str) -> str:
    found = name(text)
    if len(_NAMES) < 10_000:
        _NAMES.add(found)
    return found


def sound(text: object, longest: int, code: str) -> str:
    """``text`` as a plain ``str`` of at most ``longest`` characters without NUL and lone surrogates."""
    if not isinstance(text, str):
        raise BadInput(code, what=type(text).__name__, longest=longest)
    if type(text) is not str:
        text = str.__str__(text)  # a StrEnum is stored as its value
    if len(text) > longest or "\0" in text or (not text.isascii() and _SURROGATE.search(text)):
        raise BadInput(code, what=ascii(text[:longest])[1:-1], longest=longest)
    return text


def identifier(text: str, longest: int = ID_CHARACTERS, code: str = "storage-id") -> str:
    """A sound text that is not empty."""
    if text == "":
        raise BadInput(code, what="", longest=longest)
    return sound(text, longest, code)


def network_name(network: str) -> str:
    """The name of a network: like an id, 1-64 characters."""
    return identifier(network, ID_CHARACTERS, "storage-network")


def scalar(value: object) -> Scalar:
    """A plain scalar within the limits: a text of 255 characters, a signed 64-bit whole, a flag, None."""
    if value is None or value is True or value is False:
        return value
    if isinstance(value, str):
        return sound(value, TEXT_CHARACTERS, "storage-text")
    if isinstance(value, int):
        if not WHOLE_LOW <= value <= WHOLE_HIGH:
            raise BadInput("storage-whole", what=str(value))
        return int(value)
    raise BadInput("storage-key-type", what=type(value).__name__)


def key_value(value: object) -> KeyValue:
    """A scalar, or a tuple of at most 100 texts or whole numbers (never mixed, never flags, never None)."""
    if not isinstance(value, tuple):
        return scalar(value)
    if len(value) > TUPLE_MEMBERS:
        raise BadInput("storage-tuple", what=str(len(value)), most=TUPLE_MEMBERS)
    if all(isinstance(member, str) for member in value):
        return tuple(sound(member, TEXT_CHARACTERS, "storage-text") for member in value)
    if all(isinstance(member, int) and not isinstance(member, bool) for member in value):
        return tuple(number for member in value if isinstance(number := scalar(member), int))
    raise BadInput("storage-key-type", what="tuple")


def key_values(keys: Mapping[str, object]) -> dict[str, KeyValue]:
    """Each value by its name, within the limits; a dict of its own."""
    if _NAMES.issuperset(keys):
        # The short way for most of all records: short texts in ASCII and things that are not there.
        texts = [value for value in keys.values() if type(value) is str]
        joined = "".join(texts)
        if joined.isascii() and len(joined) <= TEXT_CHARACTERS and "\0" not in joined:
            found = dict(keys)
            if len(texts) < len(found):
                for name, value in found.items():
                    if value is not None and type(value) is not str:
                        found[name] = key_value(value)
            return found  # type: ignore[return-value]
    return {_known_name(name): key_value(value) for name, value in keys.items()}


def body_bytes(body: object) -> bytes:
    """The body as ``bytes`` of its own (a caller's buffer is copied), at most 1 MiB."""
    if not isinstance(body, (bytes, bytearray, memoryview)):
        raise BadInput("storage-body-type", what=type(body).__name__)
    found = body if type(body) is bytes else bytes(body)
    if len(found) > BODY_BYTES:
        raise BadInput("storage-body", what=str(len(found)), most=BODY_BYTES)
    return found
