"""Changing a field of a frozen record by its slots gives what attrs gives."""

from __future__ import annotations

import attrs
from hypothesis import given
from hypothesis import strategies as st

from grassroots.values.evolving import evolved


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
