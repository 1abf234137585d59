"""What grassroots asks of a storage: four methods, and plain values that hold every limit.

A storage keeps records (a body of opaque bytes, and typed keys that can be searched) and a journal of
facts, for several networks that never wait for each other's readers. It never sees a person's data and
knows no rule of the field. Write a plugin by subclassing :class:`Storage` and offering it with
:func:`grassroots.contracts.hooks.grassroots_storages`.
"""

from grassroots.contracts.storage.batch import Batch, Entry, Fact, Write
from grassroots.contracts.storage.found import found_entry, found_record, found_ref
from grassroots.contracts.storage.keys import Erase, Key, Kind, Position, Put, Ref, Stored
from grassroots.contracts.storage.limits import KeyValue, Scalar, network_name
from grassroots.contracts.storage.port import (
    PAGE,
    Storage,
    Tally,
    check_page,
    check_read,
    check_tally,
    tally_rows,
    walk,
    walk_bodies,
)
from grassroots.contracts.storage.prepared import Prepared, key_changed
from grassroots.contracts.storage.query import AnyOf, Between, Condition, Includes, Is, Query, Seen, prefix

__all__ = [
    "PAGE",
    "AnyOf",
    "Batch",
    "Between",
    "Condition",
    "Entry",
    "Erase",
    "Fact",
    "Includes",
    "Is",
    "Key",
    "KeyValue",
    "Kind",
    "Position",
    "Prepared",
    "Put",
    "Query",
    "Ref",
    "Scalar",
    "Seen",
    "Storage",
    "Stored",
    "Tally",
    "Write",
    "check_page",
    "check_read",
    "check_tally",
    "found_entry",
    "found_record",
    "found_ref",
    "key_changed",
    "network_name",
    "prefix",
    "tally_rows",
    "walk",
    "walk_bodies",
]
