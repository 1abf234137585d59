"""A pairing as a problem: supporters with room, recipients, and who may look after whom how suitably.

Candidates come by the million in a city. They are therefore kept in columns (arrays of whole numbers) and
not as an object each; :class:`Candidate` is the same thing for eyes.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from itertools import pairwise
from operator import lt
from typing import Final, final

import attrs

from grassroots.contracts.planning.rota import at_least
from grassroots.errors import BadInput

MOST_SCORE: Final = 1_000_000
"""No suitability is greater; none is below 0."""


@final
@attrs.frozen(kw_only=True)
class Supporter:
    """Somebody who may look after so many people, existing pairs that are candidates here included."""

    id: str
    room: int = attrs.field(default=1, validator=at_least(0))


@final
@attrs.frozen(kw_only=True)
class Recipient:
    """Somebody who needs one supporter."""

    id: str


@final
@attrs.frozen
class Candidate:
    """Two who may be paired; ``score`` is how suitable (0 to a million), ``kept``: they are, and it works."""

    supporter: str
    recipient: str
    score: int = 0
    kept: bool = False


@final
@attrs.frozen(eq=False)
class Candidates:
    """All candidates in columns, sorted by recipient, then supporter, each pair once.

    ``supporters`` and ``recipients`` are indexes into the problem's tuples (``array("i")``), ``scores``
    ``array("i")``, ``kept`` ``array("b")`` of 0 and 1. All have the same length.
    """

    supporters: array[int]
    recipients: array[int]
    scores: array[int]
    kept: array[int]

    def __attrs_post_init__(self) -> None:
        columns = (self.supporters, self.recipients, self.scores, self.kept)
        if [column.typecode for column in columns] != ["i", "i", "i", "b"] or len(
            {len(column) for column in columns}
        ) > 1:
            raise BadInput("planning-columns", what="/".join(f"{c.typecode}{len(c)}" for c in columns))

    def __len__(self) -> int:
        return len(self.supporters)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Candidates) and all(
            getattr(self, name) == getattr(other, name)
            for name in ("supporters", "recipients", "scores", "kept")
        )

    __hash__ = None  # type: ignore[assignment]


@final
@attrs.frozen(kw_only=True)
class PairingProblem:
    """Who may look after whom. Valid by construction.

    Raises BadInput ``planning-twice`` (an id, or a pair of candidates), ``planning-unknown``,
    ``planning-number``, ``planning-order``.
    """

    supporters: tuple[Supporter, ...]
    recipients: tuple[Recipient, ...]
    candidates: Candidates

    def __attrs_post_init__(self) -> None:
        for kind, people in (("supporter", self.supporters), ("recipient", self.recipients)):
            seen: set[str] = set()
            for person in people:
                if person.id in seen:
                    raise BadInput("planning-twice", kind=kind, what=person.id)
                seen.add(person.id)
        arcs = self.candidates
        if not len(arcs):
            return
        for kind, column, most in (
            ("supporter", arcs.supporters, len(self.supporters) - 1),
            ("recipient", arcs.recipients, len(self.recipients) - 1),
            ("score", arcs.scores, MOST_SCORE),
            ("kept", arcs.kept, 1),
        ):
            for found in (min(column), max(column)):
                if not 0 <= found <= most:
                    raise BadInput("planning-unknown", kind=kind, what=str(found))
        width = len(self.supporters)
        keys = array("q", map(width.__mul__, arcs.recipients))
        keys = array("q", map(int.__add__, keys, arcs.supporters))
        if not all(map(lt, keys, keys[1:])):
            raise self._out_of_order(keys)

    def _out_of_order(self, keys: array[int]) -> BadInput:
        width = len(self.supporters)
        before, after = next((one, other) for one, other in pairwise(keys) if other <= one)
        recipient, supporter = self.recipients[after // width].id, self.supporters[after % width].id
        code = "planning-twice" if before == after else "planning-order"
        return BadInput(code, kind="candidate", what=f"{supporter}/{recipient}")

    @classmethod
    def of(
        cls,
        supporters: Iterable[Supporter],
        recipients: Iterable[Recipient],
        candidates: Iterable[Candidate],
    ) -> PairingProblem:
        """A problem from candidates by id, in any order."""
        lookers, looked_after = tuple(supporters), tuple(recipients)
        place = {person.id: number for number, person in enumerate(lookers)}
        row = {person.id: number for number, person in enumerate(looked_after)}
        found = []
        for one in candidates:
            for kind, known, id_ in (("supporter", place, one.supporter), ("recipient", row, one.recipient)):
                if id_ not in known:
                    raise BadInput("planning-unknown", kind=kind, what=id_)
            found.append((row[one.recipient], place[one.supporter], one.score, one.kept))
        found.sort()
        columns = Candidates(
            array("i", (one[1] for one in found)),
            array("i", (one[0] for one in found)),
            array("i", (one[2] for one in found)),
            array("b", (one[3] for one in found)),
        )
        return cls(supporters=lookers, recipients=looked_after, candidates=columns)

    def each(self) -> Iterator[Candidate]:
        """Every candidate by id, in the order of the columns."""
        arcs = self.candidates
        for supporter, recipient, score, kept in zip(
            arcs.supporters, arcs.recipients, arcs.scores, arcs.kept, strict=True
        ):
            yield Candidate(self.supporters[supporter].id, self.recipients[recipient].id, score, bool(kept))
