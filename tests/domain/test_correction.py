"""Setting right what a source says again: what it says counts, what it leaves open stays."""

from __future__ import annotations

from enum import StrEnum
from typing import final

import attrs
from hypothesis import given
from hypothesis import strategies as st

from grassroots.domain.correction import RecordCorrected, corrected


class Pace(StrEnum):
    SLOW = "slow"
    FAST = "fast"


@final
@attrs.frozen(kw_only=True)
class Walk:
    id: str
    title: str
    incidents: int = 1
    guided: bool = False
    pace: Pace = Pace.SLOW
    note: str | None = None
    words: tuple[str, ...] = ()


NAMES = tuple(field.name for field in attrs.fields(Walk) if field.name != "id")
WALKS = st.builds(
    Walk,
    id=st.just("W"),
    title=st.sampled_from(["a", "b", ""]),
    incidents=st.sampled_from([0, 1, 3]),
    guided=st.booleans(),
    pace=st.sampled_from(Pace),
    note=st.sampled_from([None, "", "x", "y"]),
    words=st.sampled_from([(), ("x",), ("y",)]),
)
SAID = st.frozensets(st.sampled_from([*NAMES, "id"]))


def test_what_a_source_says_counts_also_where_it_is_what_nobody_would_have_to_say() -> None:
    found = Walk(id="W", title="a", incidents=3, guided=True, pace=Pace.FAST)
    fresh = Walk(id="W", title="a")
    step = corrected(found, fresh, "charter", said=frozenset({"incidents", "guided", "pace"}))
    assert step.after == fresh
    assert step.happened == (RecordCorrected(fields=("guided", "incidents", "pace"), source="charter"),)
    assert corrected(found, fresh).after == found


def test_what_a_source_does_not_say_stays_though_the_records_differ() -> None:
    found, fresh = Walk(id="W", title="a"), Walk(id="W", title="b", incidents=3)
    assert corrected(found, fresh, said=frozenset({"title"})).after == Walk(id="W", title="b")
    assert corrected(found, fresh, said=frozenset()).happened == ()


@given(found=WALKS, fresh=WALKS, said=SAID)
def test_each_field_is_said_or_stays_and_a_blank_never_wipes(
    found: Walk, fresh: Walk, said: frozenset[str]
) -> None:
    after = corrected(found, fresh, said=said).after
    for name in NAMES:
        blank = getattr(fresh, name) in (None, (), "")
        source = fresh if name in said and not blank else found
        assert getattr(after, name) == getattr(source, name), name
    assert corrected(after, fresh, said=said).happened == ()


@given(found=WALKS, fresh=WALKS)
def test_where_nobody_knows_what_was_said_the_usual_value_says_nothing(found: Walk, fresh: Walk) -> None:
    usual = {field.name: field.default for field in attrs.fields(Walk)}
    after = corrected(found, fresh).after
    for name in NAMES:
        silent = getattr(fresh, name) in (None, (), "", usual[name])
        assert getattr(after, name) == getattr(found if silent else fresh, name), name
