"""The header of a network's key ring: its master keys, wrapped, and what it derives search values with.

One record. Whoever writes anything rests on it, so that a rotation which moves it makes every other process
look again before it writes; and a process without keys can write nothing once a header stands.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any, Final, final

import attrs

from grassroots.contracts.keys import Wrapped
from grassroots.contracts.storage import Key, Kind, Put, Ref
from grassroots.errors import Corrupt

KEYRING: Final = Kind("keyring", {"master": Key.TEXT})
"""Prepared by whoever opens a network; in no kinds table and in no archive. ``master``: what wraps a ring."""

HEADER: Final = Ref(KEYRING.name, "header")

FORMAT: Final = 1
CLEAR: Final = "clear"
"""As a former index: some records are not sealed yet, and their search values stand there in clear."""


@final
@attrs.frozen(kw_only=True)
class Header:
    """What the header says.

    ``uid`` names the network in everything that is sealed, whatever it is called; ``masters`` are the master
    keys by number, wrapped, of which ``master`` is in use and others only while a rotation runs. ``box``
    holds the secrets that search values are derived from, under the master in use; ``index`` is the number
    of the one in use, ``former`` of the one (or CLEAR) that records may still have.
    """

    uid: str
    masters: Mapping[str, Wrapped] = attrs.field(repr=False)
    master: str
    box: bytes = attrs.field(repr=False)
    index: str
    former: str | None = None

    def put(self) -> Put:
        """The header as a write."""
        data = {
            "f": FORMAT,
            "uid": self.uid,
            "masters": {
                number: {"key": one.key, "data": b64encode(one.data).decode()}
                for number, one in sorted(self.masters.items())
            },
            "master": self.master,
            "box": b64encode(self.box).decode(),
            "index": self.index,
            "former": self.former,
        }
        return Put(HEADER, {}, json.dumps(data, separators=(",", ":")).encode())

    @classmethod
    def read(cls, body: bytes) -> Header:
        """The header of a body; Corrupt if it is none or was written by a newer version."""
        try:
            data = json.loads(body)
            if data["f"] != FORMAT:
                raise Corrupt("stored-by-newer", where=str(HEADER), version=data["f"], known=FORMAT)
            return cls(
                uid=_text(data["uid"]),
                masters={
                    number: Wrapped(one["key"], b64decode(one["data"], validate=True))
                    for number, one in data["masters"].items()
                },
                master=_text(data["master"]),
                box=b64decode(data["box"], validate=True),
                index=_text(data["index"]),
                former=data["former"],
            )
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            raise Corrupt("corrupt", where=str(HEADER), problem=type(error).__name__) from None

    def bound(self, number: str) -> bytes:
        """What a wrapped master is tied to."""
        return "\0".join(("grassroots-master", str(FORMAT), self.uid, number)).encode()

    def box_bound(self) -> bytes:
        """What the box is tied to."""
        return "\0".join(("grassroots-box", str(FORMAT), self.uid, self.master)).encode()


def _text(value: Any) -> str:
    if type(value) is not str:
        raise TypeError(value)
    return value
