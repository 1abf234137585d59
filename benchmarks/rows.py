"""One row of a benchmark."""

from __future__ import annotations


def row(
    name: str, value: float, unit: str, peer: str = "", peer_value: float | None = None
) -> dict[str, object]:
    """A row; the ratio is value over peer_value, both of this run."""
    ratio = round(value / peer_value, 3) if peer_value else None
    shown = None if peer_value is None else round(peer_value, 4)
    made = {"name": name, "value": round(value, 4), "unit": unit}
    return {**made, "peer": peer, "peer_value": shown, "ratio": ratio}
