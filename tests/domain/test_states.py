from __future__ import annotations

from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grassroots.domain.states import Table, WrongState, diagram, turn


class Lamp(StrEnum):
    OFF = "off"
    ON = "on"
    BROKEN = "broken"


TABLE: Table[Lamp] = {
    Lamp.OFF: {"light": Lamp.ON, "smash": Lamp.BROKEN},
    Lamp.ON: {"douse": Lamp.OFF, "smash": Lamp.BROKEN, "trim": Lamp.ON},
    Lamp.BROKEN: {},
}


def test_a_verb_leads_where_the_table_says() -> None:
    assert turn(TABLE, Lamp.OFF, "light", kind="lamp", id="L1") is Lamp.ON


@pytest.mark.parametrize(("state", "verb"), [(Lamp.ON, "light"), (Lamp.ON, "trim"), (Lamp.BROKEN, "smash")])
def test_a_verb_that_leads_to_where_it_is_changes_nothing(state: Lamp, verb: str) -> None:
    assert turn(TABLE, state, verb, kind="lamp", id="L1") is None


def test_a_verb_that_the_table_forbids_says_what_would_be_possible() -> None:
    with pytest.raises(WrongState) as refused:
        turn(TABLE, Lamp.BROKEN, "light", kind="lamp", id="L1")
    assert refused.value.facts == {
        "verb": "light",
        "kind": "lamp",
        "id": "L1",
        "state": "broken",
        "possible": (),
    }
    with pytest.raises(WrongState) as refused:
        turn(TABLE, Lamp.OFF, "wave", kind="lamp", id="L1")
    assert refused.value.facts["possible"] == ("light", "smash")


@given(st.sampled_from(Lamp), st.sampled_from(["light", "douse", "smash", "trim"]))
def test_every_turn_is_an_arrow_nothing_or_a_refusal(state: Lamp, verb: str) -> None:
    try:
        after = turn(TABLE, state, verb, kind="lamp", id="L1")
    except WrongState:
        assert verb not in TABLE[state]
        return
    if after is None:
        assert state in {row.get(verb) for row in TABLE.values()}
    else:
        assert after is TABLE[state][verb]


def test_the_diagram_shows_the_first_state_every_arrow_and_where_it_ends() -> None:
    assert diagram(TABLE).splitlines() == [
        "stateDiagram-v2",
        "    [*] --> off",
        "    off --> on: light",
        "    off --> broken: smash",
        "    on --> off: douse",
        "    on --> broken: smash",
        "    on --> on: trim",
        "    broken --> [*]",
    ]
