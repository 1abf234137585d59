"""What the memory storage promises beyond the promises of every storage: which URL is which database."""

from __future__ import annotations

import pytest

from grassroots.contracts.storage import Batch, Fact, Key, Kind
from grassroots.plugins.memory import Shelf


def test_without_a_name_every_network_is_one_that_nobody_else_can_reach() -> None:
    shelf = Shelf()
    for url in ("memory:", "memory://", "memory:///"):
        with shelf.open(url, "street") as one, shelf.open(url, "street") as other:
            one.prepare([Kind("member", {"name": Key.TEXT})])
            other.prepare([Kind("member", {"name": Key.WHOLE})])  # of another database
            assert one.commit(Batch("a", [Fact()])) == 1
            assert (one.head(), other.head()) == (1, 0)
            assert one.journal(after=0, limit=9)[0].batch == "a"
        assert shelf.networks(url) == []
        shelf.drop(url, "street")


@pytest.mark.parametrize("name", ["district", "a:b", "Xenia", "a/b"])
def test_a_name_is_a_database_that_handles_share_until_it_is_dropped(name: str) -> None:
    shelf = Shelf()
    with shelf.open(f"memory:///{name}", "street") as one, shelf.open(f"memory:{name}/", "street") as other:
        one.commit(Batch("a", [Fact()]))
        assert other.head() == 1
    assert shelf.networks(f"memory://{name}") == ["street"]
    assert shelf.networks(f"memory:///{name[1:]}") == []
    shelf.drop(f"memory:///{name}", "street")
    assert shelf.networks(f"memory:///{name}") == []


def test_the_digests_of_acts_are_kept_and_told() -> None:
    with Shelf().open("memory:", "street") as storage:
        storage.commit(Batch("one", [Fact()], {}, (), [], "first"))
        storage.commit(Batch("two", [Fact()], {}, (), [], "second"))
        assert storage.digests(["one", "two", "never"]) == {"one": "first", "two": "second"}
