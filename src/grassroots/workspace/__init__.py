"""The one unit of work: kinds, codec, load, find, keep and commit."""
