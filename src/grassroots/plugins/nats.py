"""The channel ``nats``: every message into a JetStream stream, known again by its notice; the extra ``nats``.

``nats://host:4222,host2:4222?stream=NOTICES`` (user and password before the @, as NATS has them). For large
installations: whoever sends (a gateway of the city, one service for forty networks) reads the stream. The
subject is ``notices.<route's address, or all>`` (``subject=`` names another beginning); the body is JSON; the
header ``Nats-Msg-Id`` is the id of the notice, by which the server drops repetitions within the stream's
duplicate window (``window=`` seconds, at least that of the outbox's retries: a day by default). A message is
delivered once the server has stored it, on most of the stream's replicas (``replicas=3`` in a cluster).

The client is made for asyncio; it gets a loop in a thread of its own, begun when the first message goes.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Coroutine, Iterable
from typing import TYPE_CHECKING, Any, final
from urllib.parse import parse_qsl, urlsplit

from grassroots.contracts.hooks import NotifierOffer, hookimpl
from grassroots.contracts.notice import Delivery, Message, Notifier
from grassroots.errors import BadInput, Unreachable, need

if TYPE_CHECKING:
    import asyncio

_SETTINGS = frozenset({"stream", "subject", "replicas", "window", "timeout"})


@final
class Relay(Notifier):
    """One stream. Made when it is opened: an existing one of the name is taken as it is."""

    takes_key = True
    service = "nats"

    def __init__(
        self,
        servers: list[str],
        *,
        stream: str = "NOTICES",
        subject: str = "notices",
        replicas: int = 1,
        window: float = 86_400.0,
        timeout: float = 8.0,
    ) -> None:
        try:
            import nats
        except ImportError as error:
            raise need("nats", "nats-py") from error
        self._nats: Any = nats
        self._servers = servers
        self._stream = stream
        self._subject = subject
        self._replicas = replicas
        self._window = window
        self._timeout = timeout
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._client: Any = None
        self._jet: Any = None

    def deliver(self, message: Message) -> Delivery:
        """Publish it, and wait until the server says that it is stored."""
        from nats.errors import Error
        from nats.js.errors import APIError

        self._connect()
        body = json.dumps(_told(message), ensure_ascii=False).encode("utf-8", "replace")
        headers = {"Nats-Msg-Id": _header(message.notice)}
        subject = f"{self._subject}.{_token(message.to)}"
        try:
            kept = self._run(
                self._jet.publish(subject, body, timeout=self._timeout, stream=self._stream, headers=headers)
            )
        except APIError as error:
            return Delivery.retry(f"nats-{error.err_code or error.code}")
        except (Error, OSError, TimeoutError):
            # It may be stored; the same id again tells.
            return Delivery.uncertain("no-acknowledgement")
        return Delivery.delivered(f"{kept.stream}/{kept.seq}")

    def _connect(self) -> None:
        from nats.errors import Error

        if self._client is not None and not self._client.is_closed:
            return
        try:
            self._run(self._connected())
        except (Error, OSError, TimeoutError) as error:
            self._client = None
            raise Unreachable("unreachable", where=self._stream) from error

    async def _connected(self) -> None:
        from nats.js.api import StorageType, StreamConfig
        from nats.js.errors import NotFoundError

        async def quiet(_: Exception) -> None:
            """Say nothing: what went wrong comes back from publish."""

        self._client = await self._nats.connect(
            servers=self._servers,
            connect_timeout=self._timeout,
            reconnect_time_wait=0.2,
            max_reconnect_attempts=-1 if self._client is not None else 3,
            error_cb=quiet,
            allow_reconnect=True,
        )
        self._jet = self._client.jetstream(timeout=self._timeout)
        try:
            await self._jet.stream_info(self._stream)
        except NotFoundError:
            made = StreamConfig(
                name=self._stream,
                subjects=[f"{self._subject}.>"],
                num_replicas=self._replicas,
                duplicate_window=self._window,
                storage=StorageType.FILE,
            )
            await self._jet.add_stream(made)

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run on the private loop and wait here; a bit longer than the client itself does."""
        import asyncio

        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            run = self._loop.run_forever
            self._thread = threading.Thread(target=run, name="grassroots-nats", daemon=True)
            self._thread.start()
        task = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return task.result(timeout=2 * self._timeout + 1)
        except TimeoutError:
            task.cancel()
            raise

    def close(self) -> None:
        """Close the connection, and end the loop with its thread. May be repeated."""
        loop, thread, client = self._loop, self._thread, self._client
        self._loop = self._thread = self._client = None
        if loop is None or thread is None:
            return
        import asyncio
        from contextlib import suppress

        async def ended() -> None:
            if client is not None:
                await client.close()
            left = asyncio.all_tasks() - {asyncio.current_task()}
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)

        with suppress(Exception):  # whatever it is, nothing more is asked of this connection
            asyncio.run_coroutine_threadsafe(ended(), loop).result(timeout=5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=5)
        if not thread.is_alive():
            loop.close()


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
    return text if text.isascii() and text.isprintable() else text.encode("utf-8").hex()


def _token(address: str) -> str:
    """An address as one token of a subject; what may not stand there goes to ``all``."""
    return address if address and address.isascii() and address.isalnum() else "all"


def open_relay(url: str) -> Notifier:
    """The stream of a URL; BadInput ``channel-nats`` repeats no part of it."""
    try:
        parts = urlsplit(url)
        settings = dict(parse_qsl(parts.query))
        login, _, hosts = parts.netloc.rpartition("@")
        names = [settings.get("stream", "NOTICES"), settings.get("subject", "notices")]
        if (
            settings.keys() - _SETTINGS
            or not hosts
            or not all(one.replace("_", "a").isalnum() for one in names)
        ):
            raise ValueError
        servers = [f"nats://{login}@{host}" if login else f"nats://{host}" for host in hosts.split(",")]
        return Relay(
            servers,
            stream=names[0],
            subject=names[1],
            replicas=int(settings.get("replicas", "1")),
            window=float(settings.get("window", "86400")),
            timeout=min(60.0, max(0.2, float(settings.get("timeout", "8")))),
        )
    except ValueError:
        raise BadInput("channel-nats") from None


@hookimpl
def grassroots_notifiers() -> Iterable[NotifierOffer]:
    """Offer ``nats:``."""
    return [NotifierOffer("nats", open_relay, takes_key=True)]
