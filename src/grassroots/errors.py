"""Everything that grassroots raises, as one tree.

::

    GrassrootsError                 has a stable ``code`` and ``facts``; the words come from locale/
    ├── Refused                     a rule of the field says no; who may override stands in the facts
    ├── Denied                      this viewer may not do or see this (default deny)
    ├── Missing                     no such record
    ├── Locked                      what is sealed cannot be opened: no key, another key, a destroyed key
    ├── BadInput                    what was given cannot be read; also a ValueError
    ├── MissingExtra                a library is not installed; names the line to type; also an ImportError
    ├── PluginError                 a plugin is broken, unknown or clashes with another
    └── StorageError
        ├── Conflict                something that the act rested on has moved; nothing was written
        ├── ActReused               this act id was used before, for something else; nothing was written
        ├── Full                    no room left on the device; nothing was written
        ├── Corrupt                 what is stored cannot be what was written
        ├── Closed                  the storage was closed
        ├── Unreachable             the storage could not be reached; certainly nothing was written
        └── Unavailable             the outcome is unknown: send the same batch again

``code`` is stable and language-neutral; ``facts`` are plain JSON values. An application says them in its
reader's language with :func:`grassroots.locale.say`; ``str(error)`` is the same sentence in English.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grassroots.contracts.storage import Query, Ref

Fact = str | int | bool | None | tuple[str, ...]


class GrassrootsError(Exception):
    """The root of the tree. ``code`` is stable; ``facts`` say which rule, which record, what to do."""

    code: str = "error"

    def __init__(self, code: str | None = None, /, **facts: Fact) -> None:
        super().__init__(code or self.code)
        self.code = code or self.code
        self.facts: Mapping[str, Fact] = facts

    def __str__(self) -> str:
        # Imported here: the catalogue is only read when somebody wants to read the sentence.
        from grassroots.locale import say

        return say(self.code, self.facts, "en")


class Refused(GrassrootsError):
    """A rule of the field says no. ``facts`` name the rule, the record and, if any, who may override.

    ``reveals`` is the field group that the sentence tells something of (a limit of a body, an age). Whoever
    may not read that group of the person in question gets :class:`NotAssignable` instead.
    """

    code = "refused"
    reveals: str | None = None


class NotAssignable(Refused):
    """It cannot be done with this person, and the viewer may not know why: somebody else can tell."""

    code = "not-assignable"


class Denied(GrassrootsError):
    """The viewer may not do or see this. Says what was asked and who can help, never why in detail."""

    code = "denied"


class Missing(GrassrootsError, LookupError):
    """There is no such record (or this viewer may not know that there is)."""

    code = "missing"


class Locked(GrassrootsError):
    """What is sealed cannot be opened: no key was given, it is another one, or it was destroyed."""

    code = "locked"


class BadInput(GrassrootsError, ValueError):
    """What was given cannot be read: ``facts`` say what, where and what to do now."""

    code = "bad-input"


class MissingExtra(GrassrootsError, ImportError):
    """A heavy library is needed and not installed; the sentence names the line to type."""

    code = "missing-extra"


class PluginError(GrassrootsError):
    """A plugin is broken, unknown, blocked, of another contract, or clashes with another."""

    code = "plugin"


class StorageError(GrassrootsError):
    """The storage could not do what was asked."""

    code = "storage"


class Conflict(StorageError):
    """Something that the act rested on has moved; nothing was written.

    ``moved`` are the records and ``queries`` the questions whose answer changed: exactly those. Both
    empty means crowded (locked, deadlock, serialisation): just repeat.
    """

    code = "conflict"

    def __init__(self, moved: frozenset[Ref] = frozenset(), queries: tuple[Query, ...] = ()) -> None:
        names = tuple(sorted(f"{ref.kind}/{ref.id}" for ref in moved))
        super().__init__("conflict" if moved or queries else "crowded", moved=names, queries=len(queries))
        self.moved = moved
        self.queries = queries


class ActReused(StorageError):
    """The act id was used before for another act (a sheet's number used twice); nothing was written."""

    code = "act-reused"


class Full(StorageError):
    """The device has no room left; nothing was written."""

    code = "full"


class Corrupt(StorageError):
    """What is stored cannot be what was written."""

    code = "corrupt"


class Closed(StorageError):
    """The storage was closed before."""

    code = "closed"


class Unreachable(StorageError):
    """The storage could not be reached; certainly nothing was written."""

    code = "unreachable"


class Unavailable(StorageError):
    """The outcome is unknown (a connection lost while committing): send the same batch again."""

    code = "unavailable"


def need(extra: str, module: str) -> MissingExtra:
    """Name the line to type for a missing extra: the one error for all of them."""
    return MissingExtra(
        "missing-extra", extra=extra, module=module, line=f'pip install "grassroots[{extra}]"'
    )
