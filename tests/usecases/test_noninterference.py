"""Two worlds that differ only in what a viewer may not see look the same to them, whatever they ask.

The short form runs always; ``-m slow`` runs ten thousand pairs.
"""

from __future__ import annotations

import json
import os
import random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.usecases.twin_worlds import (
    GUARDED,
    OTHER,
    QUESTIONS,
    VIEWERS,
    Slot,
    base,
    blind_to,
    hidden_from,
    leaks,
    permitted,
    possible,
    slots,
)

SLOTS = slots()
NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
"""A leak is told as it was found: shrinking would build hundreds of worlds."""
PAIRS = int(os.environ.get("TWIN_PAIRS", "10000"))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), phases=NO_SHRINKING)
@given(st.integers(0, 2), st.sampled_from(SLOTS), st.data())
def test_what_a_viewer_may_not_see_changes_nothing_of_what_they_see(
    seed: int, slot: Slot, data: st.DataObject
) -> None:
    """Well over a hundred pairs: each twin is shown to everybody to whom its one field is hidden."""
    value = data.draw(st.sampled_from([one for one in OTHER[slot.field] if possible(slot, one)]))
    assert list(leaks(seed, slot, value, blind_to(slot))) == []


@pytest.mark.slow
def test_ten_thousand_pairs_of_worlds_look_the_same() -> None:
    chance = random.Random(20)
    done = 0
    while done < PAIRS:
        slot = chance.choice(SLOTS)
        blind = blind_to(slot)
        seed, value = chance.randrange(6), chance.choice(OTHER[slot.field])
        if not possible(slot, value):
            continue
        found = list(leaks(seed, slot, value, blind))
        assert found == [], (seed, slot, value)
        done += len(blind)


@pytest.mark.parametrize(
    "slot", [Slot("member:1", "name"), Slot("member:1", "phone"), Slot("member:1", "health_note")]
)
def test_whoever_may_see_the_field_does_see_a_difference(slot: Slot) -> None:
    """The proof is not empty: asked by somebody who may see it, the same questions tell the worlds apart."""
    assert not hidden_from("taker", slot)
    assert list(leaks(0, slot, OTHER[slot.field][-1], ("taker",)))


def test_the_viewers_get_real_answers_and_not_only_refusals() -> None:
    answered = {
        viewer: sum('["Denied"' not in answer for answer in base(0, (viewer,))[viewer].values())
        for viewer in VIEWERS
    }
    assert all(number > len(QUESTIONS) // 3 for viewer, number in answered.items() if viewer != "partner")
    assert answered["partner"] > 20


@pytest.mark.parametrize("viewer", ["head", "auditor", "partner"])
def test_a_count_by_what_is_guarded_is_large_or_not_told(viewer: str) -> None:
    told = base(1, (viewer,))[viewer]
    for name in GUARDED:
        answer = told[f"guarded-{name}"]
        if answer.startswith('["Denied"'):
            # A partner reads no roles, and cannot ask whom one would strain.
            assert json.loads(answer)[1] in ("count-too-small", "denied")
        elif name != "mean-age":
            assert int(answer[1:].split(",")[0]) >= 5


def test_nothing_but_the_written_list_is_permitted() -> None:
    assert permitted("guarded-old", "5", "6")
    assert not permitted("figure-members-active", "5", "6")
    assert permitted("assign", '["x"]', '["NotAssignable", "not-assignable"]')
    assert not permitted("get", "a", "b")
