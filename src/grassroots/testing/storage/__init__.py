"""The promises of a storage as tests. An author writes one method and gets them all::

    from grassroots.testing.storage import StorageConformance

    class TestShelf(StorageConformance):
        def open(self, location, network):
            return ShelfStorage(location / "shelf", network)

Whoever has an offer already gives it instead: ``offer = ...`` and ``address = "shelf:///{location}"``.
"""

from grassroots.testing.storage.conformance import StorageConformance
from grassroots.testing.storage.running import Outcome, run

__all__ = ["Outcome", "StorageConformance", "run"]
