"""The kinds that one storage was prepared for: the checks every plugin needs, written once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from grassroots.contracts.storage.batch import Batch
from grassroots.contracts.storage.keys import Key, Kind, Put, Ref
from grassroots.contracts.storage.limits import KeyValue
from grassroots.contracts.storage.port import check_tally
from grassroots.contracts.storage.query import Query
from grassroots.errors import BadInput


class Prepared:
    """The kinds of one open storage. Replaced as a whole by :meth:`with_kinds`, so it needs no lock."""

    def __init__(self, kinds: Mapping[str, Kind] | None = None) -> None:
        self._kinds = dict(kinds or {})

    def with_kinds(self, kinds: Iterable[Kind]) -> Prepared:
        """These kinds as well; BadInput when a key would change its type."""
        merged = dict(self._kinds)
        for kind in kinds:
            known = merged.get(kind.name)
            if known is not None:
                for name, key in known.keys.items():
                    if kind.keys.get(name, key) is not key:
                        raise key_changed(kind.name, name, key)
            merged[kind.name] = kind
        return Prepared(merged)

    def kinds(self) -> Sequence[Kind]:
        """All of them, in the order of their names."""
        return [self._kinds[name] for name in sorted(self._kinds)]

    def kind(self, name: str) -> Kind:
        """The kind of this name, or BadInput: it was not prepared."""
        found = self._kinds.get(name)
        if found is None:
            raise BadInput("storage-kind-unknown", kind=name)
        return found

    def asked(self, query: Query) -> Kind:
        """The kind of this query, after refusing what cannot be asked of it."""
        kind = self.kind(query.kind)
        query.check(kind)
        return kind

    def tallied(self, query: Query, by: Sequence[str], of: str | None) -> Kind:
        """The kind of this tally, after refusing parts of an answer, tuple keys and sums of texts."""
        check_tally(query)
        kind = self.asked(query)
        for name in by:
            if kind.key(name).many:
                raise BadInput("storage-tally-key", kind=kind.name, what=name)
        if of is not None and kind.key(of) is not Key.WHOLE:
            raise BadInput("storage-tally-key", kind=kind.name, what=of)
        return kind

    def settled(self, batch: Batch) -> Mapping[Ref, dict[str, KeyValue]]:
        """The complete keys of each record the batch puts, after refusing all that cannot be stored.

        Everything a batch can be wrong in is found here, before the first byte is written.
        """
        for ref in batch.based_on:
            self.kind(ref.kind)
        for seen in batch.seen:
            self.asked(seen.query)
        return {
            write.ref: self.kind(write.ref.kind).settle(write.keys)
            for write in batch.writes
            if isinstance(write, Put)
        }


def key_changed(kind: str, name: str, key: Key) -> BadInput:
    """The refusal of a key that would change its type: a key of another type needs another name."""
    return BadInput("storage-key-changed", kind=kind, what=name, was=key.value)
