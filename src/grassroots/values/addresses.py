"""Addresses as people type them, of a mailbox or a web page: made plain, or refused with what is wrong.

Not stricter than what is in use: full-width letters and digits, blanks and the Chinese full stop are made
plain, mailboxes in other scripts are mailboxes. Nothing here asks whether anybody is there.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from grassroots.errors import BadInput
from grassroots.values.texts import plain, sound

_NAME: Final = re.compile(r"[^\s@<>()\[\],;:\"\\\x00-\x1f\x7f]{1,64}")
_LABEL: Final = re.compile(r"[^\W_](?:[\w-]{0,61}[^\W_])?")
_AROUND: Final = "\"'“”‘’;,、"
"""What people leave around an address that they copied out of a list."""
_NAMED: Final = re.compile("[^<>@]*<([^<>]*)>")  # as a mail program writes it: 王小明 <wang@example.net>
_LONGEST: Final = 254  # of a mailbox, RFC 5321 section 4.5.3.1.3 with its brackets taken off


def read_mail(text: str) -> str:
    """A mailbox, made plain: ``wang@example.net``.

    Raises BadInput ``mail-no-at``, ``mail-several``, ``mail-name`` (before the @) or ``mail-domain`` (behind
    it). No error repeats the address.
    """
    compact = "".join(plain(sound(text)).rstrip(f"。{_AROUND}").replace("。", ".").split())
    if named := _NAMED.fullmatch(compact):
        compact = named[1]
    compact = re.sub("^mailto:", "", compact, flags=re.IGNORECASE).strip(_AROUND)
    name, at, domain = compact.partition("@")
    if not at:
        raise BadInput("mail-no-at")
    if "@" in domain:
        raise BadInput("mail-several")
    if not _NAME.fullmatch(name):
        raise BadInput("mail-name")
    labels = domain.split(".")
    whole = len(labels) > 1 and all(map(_LABEL.fullmatch, labels)) and not labels[-1].isdigit()
    if not whole or len(compact.encode()) > _LONGEST:
        raise BadInput("mail-domain")
    return compact


def read_web(text: str) -> str:
    """The address of something that takes requests: ``https://host/path``. Raises BadInput ``web-form``."""
    compact = "".join(plain(sound(text)).rstrip(f"。{_AROUND}").lstrip(_AROUND).split())
    if named := _NAMED.fullmatch(compact):
        compact = named[1]
    try:
        parts = urlsplit(compact)
        fits = parts.scheme in ("http", "https") and _is_host(parts.hostname or "") and parts.port != 0
    except ValueError:
        fits = False
    if not fits:
        raise BadInput("web-form")
    return compact


def _is_host(name: str) -> bool:
    """Whether this names a computer: words with dots between them, or a number (IPv6 has colons)."""
    return ":" in name or all(map(_LABEL.fullmatch, name.removesuffix(".").split(".")))
