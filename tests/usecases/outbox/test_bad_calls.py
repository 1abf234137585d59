"""What cannot be meant by whoever delivers is refused in words: what is wrong, and how it should look."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

import grassroots
from grassroots.contracts.notice import Notifier
from grassroots.delivery import Deliverer, deliver, keep_delivering
from grassroots.errors import BadInput
from grassroots.network import Network

PHONE = {"phone": "phone:"}

CASES: dict[str, tuple[Callable[[Network], object], str, str]] = {
    "a number for a channel": (lambda n: deliver(n, {"x": 42}), "channel-way", "int"),  # type: ignore[dict-item]
    "a class for a channel": (lambda n: deliver(n, {"x": Notifier}), "channel-way", "Notifier"),  # type: ignore[dict-item]
    "a list of channels": (lambda n: deliver(n, ["phone:"]), "channels-no-mapping", "list"),  # type: ignore[arg-type]
    "text for channels": (lambda n: deliver(n, "phone:"), "channels-no-mapping", "str"),  # type: ignore[arg-type]
    "no channels": (lambda n: deliver(n, {}), "channels-none", "phone:"),
    "a name with a capital": (lambda n: deliver(n, {"SMS": "phone:"}), "notice-channel-name", "SMS"),
    "no name": (lambda n: deliver(n, {"": "phone:"}), "notice-channel-name", "small letters"),
    "a number for a name": (lambda n: deliver(n, {7: "phone:"}), "notice-channel-name", "7"),  # type: ignore[dict-item]
    "no patience": (lambda n: Deliverer(n, PHONE, patience=0), "outbox-seconds", "patience"),
    "negative patience": (lambda n: Deliverer(n, PHONE, patience=-1), "outbox-seconds", "-1"),
    "patience in words": (lambda n: Deliverer(n, PHONE, patience="20"), "outbox-seconds", "20"),  # type: ignore[arg-type]
    "endless patience": (lambda n: Deliverer(n, PHONE, patience=float("inf")), "outbox-seconds", "inf"),
    "before the journal": (lambda n: deliver(n, PHONE, begin=-5), "outbox-begin", "-5"),
    "behind the journal": (lambda n: deliver(n, PHONE, begin=10**6), "outbox-begin", "1000000"),
    "half a position": (lambda n: deliver(n, PHONE, begin=0.5), "outbox-begin", "0.5"),  # type: ignore[arg-type]
    "no teller": (lambda n: deliver(n, PHONE, teller="me"), "outbox-teller", "plan"),  # type: ignore[arg-type]
    "no pause": (
        lambda n: keep_delivering(n, PHONE, stop=threading.Event(), every=0), "outbox-seconds", "every"
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_cannot_be_meant_is_refused_in_words(case: str) -> None:
    call, code, named = CASES[case]
    with grassroots.open("memory:") as network, pytest.raises(BadInput) as refused:
        call(network)
    assert refused.value.code == code
    assert named in str(refused.value)


def test_a_secret_in_a_url_is_not_repeated() -> None:
    with grassroots.open("memory:") as network:
        for url in ("geheim", "gibtesnicht://user:geheim@host", b"smtp://geheim"):
            channels: dict[str, Any] = {"mail": url}
            try:
                told = str(deliver(network, channels))
            except BadInput as refused:
                told = str(refused)
            assert "geheim" not in told
