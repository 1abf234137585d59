"""Changing a field of a frozen record by its slots gives what attrs gives."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grassroots.values.evolving import evolved, made


@attrs.frozen(kw_only=True)
class Leaf:
    """Two fields, one with a default that is made."""

    name: str = ""
    marks: list[int] = attrs.field(factory=list)


@given(
    st.builds(Leaf, name=st.text(), marks=st.lists(st.integers())),
    st.fixed_dictionaries({}, optional={"name": st.text(), "marks": st.lists(st.integers())}),
)
def test_it_is_what_attrs_would_make(leaf: Leaf, fields: dict[str, object]) -> None:
    before = attrs.asdict(leaf)
    after = evolved(leaf, **fields)
    assert after == attrs.evolve(leaf, **fields)  # type: ignore[arg-type]
    assert after is not leaf
    assert attrs.asdict(leaf) == before


def test_a_field_that_there_is_not_is_refused_and_what_was_made_is_frozen() -> None:
    with pytest.raises(KeyError):
        evolved(Leaf(), nam="x")
    for leaf in (evolved(Leaf(), name="x"), made(Leaf, name="x", marks=[])):
        assert type(leaf) is Leaf
        assert (leaf, hash(leaf.name)) == (Leaf(name="x"), hash("x"))
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            leaf.name = "y"  # type: ignore[misc]


def test_all_fields_are_wanted_where_nothing_is_asked() -> None:
    with pytest.raises(KeyError):
        made(Leaf, name="x")
