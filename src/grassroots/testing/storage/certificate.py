"""The promises tried on the database of a URL, outside pytest, and what became of them as plain data."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from typing import Any

import hypothesis

from grassroots.contracts.hooks import CONTRACT, StorageOffer
from grassroots.errors import BadInput
from grassroots.testing.storage.conformance import DURABLE, LAYERS, STANDARD, StorageConformance, promises_of
from grassroots.testing.storage.crash import SEED
from grassroots.testing.storage.power import PowerPromises
from grassroots.testing.storage.running import Outcome, run


def kit_at(url: str, offer: StorageOffer) -> StorageConformance:
    """The kit on networks of its own in the database of the URL; every one is dropped after its promise.

    Their names begin with ``kit-``, their kinds with ``kit_``. Other networks are not touched.
    """
    given = offer

    class Kit(StorageConformance):
        offer = given
        address = url.replace("{", "{{").replace("}", "}}")

    return Kit()


def certify(
    url: str,
    offer: StorageOffer,
    *,
    versions: Mapping[str, str],
    not_durable: str = "",
    left_out: Mapping[str, str] | None = None,
    told: Callable[[str, Outcome], None] = lambda layer, outcome: None,
) -> dict[str, Any]:
    """Try every promise on the database of the URL; ``told`` hears of each outcome as it comes.

    ``not_durable`` and ``left_out`` give the reasons for what is not tried (BadInput for a name that is no
    promise, and where Python runs without asserts, which are the proof). The URL itself does not stand in
    the certificate, because it may hold a password.
    """
    if not __debug__:
        raise BadInput("verify-no-asserts")
    skipped = dict(left_out or {})
    for name in skipped.keys() - STANDARD.keys():
        raise BadInput("verify-promise", what=name)
    if not_durable:
        skipped |= dict.fromkeys(DURABLE, not_durable)
    for name, promise in STANDARD.items():
        if any(mark.name == "slow" for mark in getattr(promise, "pytestmark", ())):
            skipped.setdefault(name, "slow: run by pytest alone")
    for name in promises_of(PowerPromises):
        skipped.setdefault(name, "a URL does not say which files the storage has: run by pytest alone")
    kit = kit_at(url, offer)
    layers: dict[str, dict[str, int]] = {}
    broken: list[dict[str, str]] = []
    for layer, promises in LAYERS.items():
        outcomes = []
        for outcome in run(kit, [name for name in promises if name not in skipped]):
            told(layer, outcome)
            if outcome.skipped:
                skipped[outcome.promise] = outcome.skipped
            else:
                outcomes.append(outcome)
        if not outcomes:
            continue
        failed = [one for one in outcomes if not one.kept]
        layers[layer] = {"tried": len(outcomes), "kept": len(outcomes) - len(failed)}
        broken += [{"promise": one.promise, "case": one.case, "problem": one.problem} for one in failed]
    return {
        "storage": offer.scheme,
        "contract": {"kit": CONTRACT, "storage": offer.contract},
        "versions": {**versions, "python": platform.python_version(), "hypothesis": hypothesis.__version__},
        "seed": {"crash": SEED, "machine": "derandomized"},
        "layers": layers,
        "left_out": skipped,
        "broken": broken,
        "result": "broken" if broken else "kept",
    }
