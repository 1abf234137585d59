"""Handing over: what would expire while its channel does not work goes its next way in time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import islice
from typing import Final

from grassroots.domain.outbox import Parcel, later
from grassroots.domain.terms import Terms
from grassroots.errors import Conflict
from grassroots.usecases.outbox.box import Box, Held

_MANY: Final = 200
"""Parcels that are looked at and written together."""

_ALL: Final = 1_000
"""Portions of a lane: more than anybody has."""


def hand_over(
    box: Box, channel: str, terms: Terms, *, whole: bool = False, patient: bool = False
) -> Counter[str]:
    """Send what expires within ``terms.hand_over`` seconds its next way; the verbs by number.

    What never expires (a digest) goes too once it has waited for ``terms.longest_stay``.

    ``whole``: all that waits is looked through, and not only the first ones of each lane: what never expires
    may stand before what does. ``patient``: what waits here for less than a rest is left for a while, unless
    it expires before that.
    """
    done: Counter[str] = Counter()
    for pages in box.pages(channel, _MANY):
        for page in islice(pages, _ALL if whole else 1):
            verbs = _handed_over(box, channel, terms, page, patient)
            if verbs is None:
                # Another worker leased one of these meanwhile. The others must not wait for it.
                again = box.read(Parcel, [held.record.id for held in page])
                verbs = _handed_over(box, channel, terms, again.values(), patient)
            done.update(verbs or {})
    return done


def _handed_over(
    box: Box, channel: str, terms: Terms, parcels: Iterable[Held[Parcel]], patient: bool
) -> Counter[str] | None:
    now, change = box.now, box.change()
    soon, rest = later(now, terms.hand_over), later(now, terms.longest_rest)
    for held in parcels:
        parcel = held.record
        if not parcel.waits or parcel.channel != channel or parcel.way + 1 >= len(parcel.routes):
            continue
        since = parcel.queued_at if parcel.not_before is None else max(parcel.queued_at, parcel.not_before)
        if parcel.expires is None:
            goes = later(since, terms.longest_stay) <= now
        else:
            waited = not patient or parcel.expires <= rest or later(since, terms.longest_rest) <= now
            goes = waited and now < parcel.expires <= soon
        if goes:
            change.put(held, parcel.divert("channel-rests"))
    try:
        change.commit()
    except Conflict:
        return None
    return change.verbs
