"""Writers of what calendar programs read."""
