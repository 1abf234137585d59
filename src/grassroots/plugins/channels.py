"""The channels that need nothing: ``console:``, ``file:``, ``phone:`` and ``paper:``.

``console:`` prints a message, for trying things out. ``file:///var/out`` writes each into a file of a folder,
named by the notice, so that twice is once: a gateway that picks up files, or a test, reads them there.
``phone:`` and ``paper:`` are channels like any other, only that a person does it: their messages become calls
(``desk.calls``), with a result.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO, final
from urllib.parse import unquote, urlsplit

from grassroots.contracts.hooks import NotifierOffer, hookimpl
from grassroots.contracts.notice import Delivery, Message, Notifier
from grassroots.errors import BadInput, Unreachable


@final
class Console(Notifier):
    """Prints the address, the title and the text; to the standard output, or to a stream that is given."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream

    def deliver(self, message: Message) -> Delivery:
        """Print it."""
        stream = sys.stdout if self._stream is None else self._stream
        lines = [line for line in (message.to, message.title, message.text) if line]
        stream.write("\n".join(lines) + "\n\n")
        stream.flush()
        return Delivery.delivered()


@final
class Folder(Notifier):
    """Writes each message as JSON into ``<notice>.json``, whole or not at all; what stands is left alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def deliver(self, message: Message) -> Delivery:
        """Write it."""
        # An id may hold any character, a file's name may not, and some systems know no capitals.
        plain = re.fullmatch(r"[A-Z0-9-]+|[a-z0-9-]+", message.notice)
        name = message.notice if plain else hashlib.sha256(message.notice.encode()).hexdigest()
        path = self._folder / f"{name}.json"
        if path.exists():
            return Delivery.delivered(path.name)
        told = {
            "notice": message.notice,
            "to": message.to,
            "title": message.title,
            "text": message.text,
            "short": message.short,
            "language": message.language,
            "urgency": message.urgency.value,
            "key": message.key,
            "values": dict(message.values),
        }
        draft = path.with_suffix(f".{os.getpid()}.part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            draft.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")
            draft.replace(path)
        except OSError as error:
            raise Unreachable("unreachable", where=self._folder.name) from error
        return Delivery.delivered(path.name)


@final
class Task(Notifier):
    """A channel whose messages a person passes on."""

    takes_key = True

    def __init__(self, medium: str) -> None:
        self._medium = medium

    def deliver(self, message: Message) -> Delivery:
        """Ask for it; the outbox makes the call. Without a number, whoever rings looks it up or goes by."""
        return Delivery.task(self._medium)


def _folder(url: str) -> Notifier:
    parts = urlsplit(url)
    if parts.netloc not in ("", "localhost") or not parts.path.strip("/"):
        raise BadInput("channel-folder")
    return Folder(Path(unquote(parts.path)))


@hookimpl
def grassroots_notifiers() -> Iterable[NotifierOffer]:
    """Offer ``console:``, ``file:``, ``phone:`` and ``paper:``."""
    return [
        NotifierOffer("console", lambda url: Console()),
        NotifierOffer("file", _folder, takes_key=True),
        NotifierOffer("phone", lambda url: Task("phone"), takes_key=True),
        NotifierOffer("paper", lambda url: Task("paper"), takes_key=True),
    ]
