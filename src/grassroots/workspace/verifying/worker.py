"""The other end of a crew: a process that opens the network and does one part after the other."""

from __future__ import annotations

import os
import pickle
import signal
import sys
from typing import Any

from grassroots.workspace.verifying.crew import READY


def serve() -> None:
    """Answer until the input ends: first how to open the network, then its parts; None is "could not"."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asks
    asked = sys.stdin.buffer
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a plugin prints must not stand between two answers

    def answer(found: Any) -> None:
        pickle.dump(found, answers)
        answers.flush()

    try:
        with pickle.load(asked)() as office:
            answer(READY)
            while True:
                part = pickle.load(asked)
                try:
                    found = part.run(office)
                except Exception:
                    found = None  # the one who asked does it alone, and says what is wrong
                answer(found)
    except EOFError:
        return
    except Exception:
        answer(None)
