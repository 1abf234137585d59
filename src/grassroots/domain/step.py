"""What a verb gives back: the record after it, and what happened.

A verb never writes. It returns a :class:`Step`; the unit of work keeps it. Doing a thing twice changes
nothing: the second time ``happened`` is empty and ``after`` is the very record that was given.
"""

from __future__ import annotations

from typing import Generic, TypeVar, final

import attrs

R_co = TypeVar("R_co", covariant=True)


@attrs.frozen(kw_only=True)
class Event:
    """Something that happened, in the past tense: references, whole numbers, enum values, short codes.

    Never a name and never free text: events stay in the journal for good, also after a person is erased.
    """


@final
@attrs.frozen
class Step(Generic[R_co]):
    """The answer of a verb: the world after it, and what happened (nothing, if it was so before)."""

    after: R_co
    happened: tuple[Event, ...] = ()
