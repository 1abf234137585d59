"""The oracle of the kit and the contract's own definition say the same of every condition."""

from __future__ import annotations

from hypothesis import given, settings

from grassroots.contracts.storage import Condition, KeyValue
from grassroots.testing.storage.machine import CONDITIONS, KEYS, KIND, meets


@settings(max_examples=300, deadline=None)
@given(keys=KEYS, condition=CONDITIONS)
def test_admits_means_what_the_contract_says(keys: dict[str, KeyValue], condition: Condition) -> None:
    whole = KIND.settle(keys)
    assert condition.admits(whole) == meets(dict(whole), condition)
