"""Receivers on this machine: an HTTP one and a mail server, each writing down what reached it.

They run in threads, or as a process of their own (``python -m tests.plugins.receivers http|mail FILE``) that
outlives the workers that are killed: each thing received is one line of FILE before it is answered.
"""

from __future__ import annotations

import json
import socketserver
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class Http(BaseHTTPRequestHandler):
    """Takes posts; remembers keys, and answers a known one without taking it again."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        server: Any = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        key = self.headers.get("Idempotency-Key")
        # Whoever is killed while it sends leaves half a body: that is no message, and its key stays unknown.
        said = json.loads(body)
        status, headers = server.answer(self)
        with server.lock:
            if status < 300 and (key is None or key not in server.keys):
                server.keys.add(key)
                server.took(
                    {
                        "path": self.path,
                        "key": key,
                        "auth": self.headers.get("Authorization"),
                        "body": said,
                    }
                )
        told = json.dumps({"id": f"r-{key}"}).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(told))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *_: object) -> None:
        pass


class Mail(socketserver.StreamRequestHandler):
    """Just enough of a mail server."""

    def handle(self) -> None:
        # Whoever is killed while it speaks resets the connection.
        with suppress(ConnectionError):
            self.converse()

    def converse(self) -> None:
        server: Any = self.server
        self.say("220 here")
        while line := self.rfile.readline():
            word = line.decode("utf-8").strip()
            verb = word[:4].upper()
            if verb == "DATA":
                answer = server.answer("DATA")
                if answer:
                    self.say(answer)
                    continue
                self.say("354 go on")
                lines = []
                while (part := self.rfile.readline()) != b".\r\n":
                    if not part.endswith(b"\n"):
                        return  # whoever sent it was killed in the middle: without its end it is no mail
                    lines.append(part.removeprefix(b".") if part.startswith(b"..") else part)
                late = server.answer("END")
                if late == "vanish":
                    server.took_mail(b"".join(lines))
                    return
                if not late:
                    server.took_mail(b"".join(lines))
                self.say(late or "250 queued as 7")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            elif verb == "EHLO":
                self.say("250-here\r\n250 8BITMIME")
            else:
                self.say(server.answer(word) or "250 ok")

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


def listening(kind: str, took: Callable[[dict[str, Any]], None]) -> Any:
    """A server on a free port, not serving yet."""
    server: Any
    if kind == "http":
        server = ThreadingHTTPServer(("127.0.0.1", 0), Http)
        server.answer = lambda handler: (200, {})
    else:
        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mail)
        server.answer = lambda word: ""
        server.took_mail = lambda content: took(mail_told(content))
    server.daemon_threads = True
    server.lock, server.keys, server.took = threading.Lock(), set(), took
    return server


def mail_told(content: bytes) -> dict[str, Any]:
    mail: Any = message_from_bytes(content, policy=default)
    return {
        "id": mail["Message-ID"],
        "to": mail["To"],
        "from": mail["From"],
        "subject": mail["Subject"],
        "text": mail.get_body().get_content(),
        "files": [one.get_filename() for one in mail.iter_attachments()],
    }


@contextmanager
def receiving(kind: str) -> Iterator[tuple[Any, str, list[dict[str, Any]]]]:
    """A server in a thread: itself, its ``host:port``, and what it took."""
    took: list[dict[str, Any]] = []
    server = listening(kind, took.append)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server, f"127.0.0.1:{server.server_address[1]}", took
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def main(kind: str, file: str) -> None:
    with Path(file).open("a", encoding="utf-8") as log:

        def took(told: dict[str, Any]) -> None:
            log.write(json.dumps(told, ensure_ascii=False) + "\n")
            log.flush()

        server = listening(kind, took)
        print(server.server_address[1], flush=True)  # noqa: T201
        server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
