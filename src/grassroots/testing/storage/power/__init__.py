"""Loss of power and refusing devices: what a killed process cannot show."""

from grassroots.testing.storage.power.promises import SEED, PowerPromises

__all__ = ["SEED", "PowerPromises"]
