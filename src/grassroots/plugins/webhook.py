"""The channel ``webhook``: one HTTP POST a message, as JSON, with an idempotency key.

``webhook+https://host/path`` (or ``webhook+http://``). The body holds the notice, address, title, text,
short text, language, urgency, key and values; the header ``Idempotency-Key`` the id of the notice, the same
in every try (as in the draft of the HTTP API working group of the IETF). Settings of the URL begin with ``-``
and are taken off it:

- ``-key=no``: the receiver takes no key, so that a message of which nobody knows is never sent twice unseen;
- ``-token=...``: sent as ``Authorization: Bearer ...``;
- ``-timeout=10``: seconds for connecting and for an answer.

What the answer means: 200, 201 delivered; another 2xx accepted; 408, 409 (the same key is being worked on),
425, 429 and 503 again later, after ``Retry-After``; any other 3xx and 4xx refused for good; any other 5xx
uncertain. The connection is kept open.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, final
from urllib.parse import parse_qsl, urlencode, urlsplit

from grassroots.contracts.hooks import NotifierOffer, hookimpl
from grassroots.contracts.notice import Delivery, Message, Notifier
from grassroots.errors import BadInput, Unreachable

if TYPE_CHECKING:
    from http.client import HTTPConnection

_LATER = frozenset({408, 409, 425, 429, 503})
_LONGEST = 200


@final
class Webhook(Notifier):
    """One receiver. A connection that the receiver let go between two messages is opened anew, unseen."""

    def __init__(self, url: str, *, takes_key: bool = True, token: str = "", timeout: float = 10.0) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
            raise BadInput("channel-webhook")
        self.takes_key = takes_key
        self.service = "webhook"
        self._parts = parts
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._timeout = timeout
        self._headers = {"Content-Type": "application/json; charset=utf-8"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        self._connection: HTTPConnection | None = None

    def deliver(self, message: Message) -> Delivery:
        """Post it."""
        body = json.dumps(_told(message), ensure_ascii=False).encode("utf-8", "replace")
        headers = dict(self._headers)
        if self.takes_key:
            headers["Idempotency-Key"] = _header(message.notice)
        fresh = self._connection is None
        status, answer = self._posted(body, headers)
        if status == 0 and not fresh:
            # Nothing at all came back on a connection that had idled: the receiver had closed it before it
            # read a byte, or it died. With a key both may be tried again at once.
            if not self.takes_key:
                return Delivery.uncertain("connection-lost")
            status, answer = self._posted(body, headers)
        if status == 0:
            return Delivery.uncertain("connection-lost")
        return self._meaning(status, answer)

    def _meaning(self, status: int, answer: dict[str, str]) -> Delivery:
        reference = answer["reference"]
        if status in (200, 201):
            return Delivery.delivered(reference)
        if 200 <= status < 300:
            return Delivery.accepted(reference)
        if status in _LATER:
            after = answer["after"]
            return Delivery.retry(f"http-{status}", after=float(after) if after.isdigit() else None)
        if 300 <= status < 500:
            return Delivery.refused(f"http-{status}")
        return Delivery.uncertain(f"http-{status}")

    def _posted(self, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, str]]:
        """The status and what matters of the answer; status 0: sent, and no answer."""
        from http.client import HTTPException

        connection = self._connected()
        try:
            connection.request("POST", self._path, body, headers)
            response = connection.getresponse()
            text = response.read(1 << 16)
        except (OSError, HTTPException):
            self.close()
            return 0, {}
        if response.will_close:
            self.close()
        told = {"reference": _reference(text), "after": (response.getheader("Retry-After") or "").strip()[:9]}
        return response.status, told

    def _connected(self) -> HTTPConnection:
        from http.client import HTTPConnection, HTTPException, HTTPSConnection

        if self._connection is None:
            kind = HTTPSConnection if self._parts.scheme == "https" else HTTPConnection
            connection = kind(self._parts.hostname or "", self._parts.port, timeout=self._timeout)
            try:
                connection.connect()
            except (OSError, HTTPException) as error:
                # Nothing was handed over yet. The host alone is told: the path may be a secret.
                raise Unreachable("unreachable", where=self._parts.hostname or "") from error
            self._connection = connection
        return self._connection

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _told(message: Message) -> dict[str, object]:
    return {
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


def _header(text: str) -> str:
    # An id may hold any character, a header may not.
    return text if text.isascii() and text.isprintable() else text.encode("utf-8").hex()


def _reference(text: bytes) -> str:
    """The receiver's own number: ``id`` or ``reference`` of a JSON answer, if it is a short word."""
    try:
        answer = json.loads(text)
    except ValueError:
        return ""
    found = answer.get("reference", answer.get("id", "")) if isinstance(answer, dict) else ""
    word = str(found)
    return word if len(word) <= _LONGEST and word.isprintable() else ""


def open_webhook(url: str) -> Notifier:
    """The receiver of a URL ``webhook+https://...``; BadInput names no part of it."""
    parts = urlsplit(url.partition("+")[2])
    try:
        asked = parse_qsl(parts.query, keep_blank_values=True)
        own = {name[1:]: value for name, value in asked if name.startswith("-")}
        if own.keys() - {"key", "token", "timeout"} or own.get("key", "yes") not in ("yes", "no"):
            raise ValueError
        query = urlencode([(name, value) for name, value in asked if not name.startswith("-")])
        return Webhook(
            parts._replace(query=query).geturl(),
            takes_key=own.get("key", "yes") == "yes",
            token=own.get("token", ""),
            timeout=min(60.0, max(0.1, float(own.get("timeout", "10")))),
        )
    except ValueError as error:
        if isinstance(error, BadInput):
            raise
        raise BadInput("channel-webhook") from None


@hookimpl
def grassroots_notifiers() -> Iterable[NotifierOffer]:
    """Offer ``webhook+http:`` and ``webhook+https:``."""
    return [
        NotifierOffer("webhook+http", open_webhook, takes_key=True),
        NotifierOffer("webhook+https", open_webhook, takes_key=True),
    ]
