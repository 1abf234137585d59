"""Processes of their own, for what only they can show."""

from __future__ import annotations

import os
import traceback
import warnings
from collections.abc import Callable


def child_of(work: Callable[[int], None]) -> tuple[int, int]:
    """Run ``work(pipe)`` in a process of its own; its id and the end of the pipe to read from."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the child opens everything anew
        child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    code = 1
    try:
        os.close(reading)
        work(writing)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)
