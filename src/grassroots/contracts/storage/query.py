"""What can be asked: typed conditions on declared keys, in the order of ids.

:meth:`Query.admits` is the definition of every condition. A storage may find the rows in any way it
likes, as long as it finds exactly those.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import final

from attrs import field, frozen

from grassroots.contracts.storage import limits
from grassroots.contracts.storage.keys import Key, Kind, Position, Stored
from grassroots.contracts.storage.limits import KeyValue, Scalar
from grassroots.errors import BadInput


def _same(stored: KeyValue, asked: KeyValue) -> bool:
    # In Python True == 1; in a storage a flag is never a whole number.
    return type(stored) is type(asked) and stored == asked


def _scalar(value: Scalar) -> Scalar:
    return limits.scalar(value)


@final
@frozen
class Is:
    """The key holds exactly this value; ``Is(key, None)`` finds the records without one."""

    key: str = field(converter=limits.name)
    value: Scalar = field(converter=_scalar)

    def admits(self, keys: Mapping[str, KeyValue]) -> bool:
        """Whether a record with these keys is meant."""
        return _same(keys.get(self.key), self.value)


def _scalars(values: Iterable[Scalar]) -> tuple[Scalar, ...]:
    found = tuple(limits.scalar(value) for value in values)
    if len(found) > limits.ANY_OF_VALUES:
        raise BadInput("storage-too-many", what="AnyOf", found=len(found), most=limits.ANY_OF_VALUES)
    return found


@final
@frozen
class AnyOf:
    """The key holds one of these values (at most 1,000, None may be among them). No value finds nothing."""

    key: str = field(converter=limits.name)
    values: tuple[Scalar, ...] = field(converter=_scalars)

    def admits(self, keys: Mapping[str, KeyValue]) -> bool:
        """Whether a record with these keys is meant."""
        stored = keys.get(self.key)
        return any(_same(stored, value) for value in self.values)


@final
@frozen
class Between:
    """``low <= key < high`` for texts (by code point) and whole numbers; an end that is None is open.

    A record whose key is None is never between.
    """

    key: str = field(converter=limits.name)
    low: str | int | None = field(default=None, converter=_scalar)
    high: str | int | None = field(default=None, converter=_scalar)

    def __attrs_post_init__(self) -> None:
        kinds = {type(end) for end in (self.low, self.high) if end is not None}
        if len(kinds) > 1 or bool in kinds:
            raise BadInput("storage-between", what=self.key)

    def admits(self, keys: Mapping[str, KeyValue]) -> bool:
        """Whether a record with these keys is meant."""
        stored = keys.get(self.key)
        if isinstance(stored, str):
            return (self.low is None or (isinstance(self.low, str) and self.low <= stored)) and (
                self.high is None or (isinstance(self.high, str) and stored < self.high)
            )
        if isinstance(stored, int) and not isinstance(stored, bool):
            return (self.low is None or (isinstance(self.low, int) and self.low <= stored)) and (
                self.high is None or (isinstance(self.high, int) and stored < self.high)
            )
        return False


@final
@frozen
class Includes:
    """The tuple in the key has this text or whole number among its members."""

    key: str = field(converter=limits.name)
    value: str | int = field(converter=_scalar)

    def __attrs_post_init__(self) -> None:
        if type(self.value) not in (str, int):
            raise BadInput("storage-key-type", what=type(self.value).__name__)

    def admits(self, keys: Mapping[str, KeyValue]) -> bool:
        """Whether a record with these keys is meant."""
        stored = keys.get(self.key)
        return isinstance(stored, tuple) and any(_same(member, self.value) for member in stored)


Condition = Is | AnyOf | Between | Includes


def _conditions(where: Iterable[Condition]) -> tuple[Condition, ...]:
    found = tuple(where)
    if len(found) > limits.CONDITIONS:
        raise BadInput("storage-too-many", what="where", found=len(found), most=limits.CONDITIONS)
    return found


@final
@frozen
class Query:
    """The records of one kind that meet all conditions, in the order of their ids.

    ``after`` is exclusive, in the walking direction: with ``backwards`` the ids below it follow. Ids are
    time-ordered, so ``backwards`` with ``limit=20`` is "the latest twenty".
    """

    kind: str = field(converter=limits.name)
    where: tuple[Condition, ...] = field(default=(), converter=_conditions)
    after: str | None = None
    limit: int | None = None
    backwards: bool = False

    def __attrs_post_init__(self) -> None:
        if self.after is not None:
            limits.identifier(self.after)
        if self.limit is not None and (type(self.limit) is not int or self.limit < 1):
            raise BadInput("storage-limit", what=str(self.limit))

    def admits(self, keys: Mapping[str, KeyValue], id: str) -> bool:
        """Whether the record of this id, with all its declared keys, belongs to the answer (limit aside)."""
        if self.after is not None and not (id < self.after if self.backwards else id > self.after):
            return False
        return all(condition.admits(keys) for condition in self.where)

    def check(self, kind: Kind) -> None:
        """Refuse with BadInput what the kind does not declare or what its key can never hold."""
        for condition in self.where:
            key = kind.key(condition.key)
            if isinstance(condition, Includes):
                fits = key.many and key.fits((condition.value,))
            elif key.many:
                fits = False
            elif isinstance(condition, Is):
                fits = key.fits(condition.value)
            elif isinstance(condition, AnyOf):
                fits = all(key.fits(value) for value in condition.values)
            else:
                fits = key is not Key.FLAG and key.fits(condition.low) and key.fits(condition.high)
            if not fits:
                raise BadInput("storage-key-wrong", kind=kind.name, what=condition.key, wanted=key.value)


def prefix(key: str, text: str) -> Between:
    """The texts that begin with ``text``, as a Between.

    Works on plain keys alone: once names are sealed, only the exact keyed hash can be asked for.
    """
    for place in range(len(text) - 1, -1, -1):
        point = ord(text[place])
        if point < 0x10FFFF:
            # A lone surrogate cannot be stored, so the text after U+D7FF is U+E000.
            following = chr(0xE000 if point == 0xD7FF else point + 1)
            return Between(key, text, text[:place] + following)
    return Between(key, text or None)


def _rows(rows: Iterable[tuple[str, Position]]) -> tuple[tuple[str, Position], ...]:
    found = tuple(rows)
    if len(found) > limits.SEEN_ROWS:
        raise BadInput("storage-too-many", what="Seen", found=len(found), most=limits.SEEN_ROWS)
    return found


@final
@frozen
class Seen:
    """What a question showed: the id and revision of each row, in the order shown (at most 1,000).

    Commit asks the question again under the lock of the journal head and refuses the batch when the
    answer is no longer the same, so "there is no overlapping duty" holds without any guard.
    """

    query: Query
    rows: tuple[tuple[str, Position], ...] = field(default=(), converter=_rows)

    @classmethod
    def of(cls, query: Query, found: Sequence[Stored]) -> Seen:
        """What ``find(query)`` showed."""
        return cls(query, tuple((one.ref.id, one.revision) for one in found))
