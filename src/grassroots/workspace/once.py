"""What is made once for a class and shared by threads, also where a class holds itself."""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock
from typing import Any, final


@final
class Once:
    """Makes one thing for each class. What is in the making is seen by its own thread alone: another one
    that called it would call a thing that calls itself.
    """

    def __init__(self) -> None:
        self._lock = RLock()
        self._making: dict[tuple[int, Any], Any] = {}

    def made(self, cls: type, kept: dict[Any, Any], make: Callable[[type], Any]) -> Any:
        """What is kept for a class, made if it is not there yet.

        A class may hold itself: what asks meanwhile, to be made too, gets a way to the thing.
        """

        def later(value: Any) -> Any:
            found = kept.get(cls)
            if found is None:
                with self._lock:
                    found = kept[cls]
            return found(value)

        place = (id(kept), cls)
        with self._lock:
            found = kept.get(cls) or self._making.get(place)
            if found is None:
                self._making[place] = later
                try:
                    found = kept[cls] = make(cls)
                finally:
                    del self._making[place]
            return found
