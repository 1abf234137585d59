"""Where a command writes to: never over the database, never over what somebody made, never into nowhere."""

from __future__ import annotations

import os
import zipfile
from argparse import Namespace
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from grassroots.cli.opening import url_of
from grassroots.errors import BadInput

_BESIDE: Final = ("", "-wal", "-shm", "-journal")
"""What a database in a file lays beside it; the file itself is the first."""

_PAGE: Final = b'<meta name="generator" content="grassroots">'
_KEYWORD: Final = b"<cp:keywords>grassroots</cp:keywords>"
_UNTOUCHED: Final = b">2000-01-01T00:00:00Z</dcterms:modified>"
_MOST: Final = 65_536


def check_target(options: Namespace, path: Path, *suffixes: str) -> str:
    """That a file may be written there, before anything is done; gives its suffix in small letters.

    BadInput for another suffix than ``suffixes``, the storage's own file, a folder that does not exist, and
    (without ``--force``) a file that is there and that grassroots did not write.
    """
    suffix = path.suffix.lower()
    if suffixes and suffix not in suffixes:
        raise BadInput("cli-suffix", file=path.name, known=suffixes)
    check_not_storage(options, path)
    if path.is_dir():
        raise BadInput("cli-target-folder", file=str(path))
    if not path.parent.is_dir():
        raise BadInput("cli-no-folder", folder=str(path.parent), file=path.name)
    if path.exists() and not options.force and not is_ours(path):
        raise BadInput("cli-target-exists", file=path.name)
    return suffix


def check_not_storage(options: Namespace, path: Path) -> None:
    """BadInput if the path is the file that the network's storage lives in, or one that lies beside it."""
    _, slashes, rest = url_of(options).partition(":///")
    where = Path(rest.partition("?")[0]).expanduser()
    if slashes and rest and any(same(path, where.with_name(where.name + end)) for end in _BESIDE):
        raise BadInput("cli-target-storage", file=path.name)


def check_not_input(path: Path, inputs: Iterable[Path]) -> None:
    """BadInput if the path is one of the files that are read, however it is spelled."""
    if any(same(path, one) for one in inputs):
        raise BadInput("cli-target-input", file=path.name)


def same(one: Path, other: Path) -> bool:
    """Whether two paths are one file: also through links, and where the disk does not tell case apart."""
    try:
        return os.path.samefile(one, other)
    except OSError:  # one of them is not there (yet): then only the spelling can tell
        return one.expanduser().resolve() == other.expanduser().resolve()


def is_ours(path: Path) -> bool:
    """Whether grassroots wrote this file and nobody has saved anything in it since.

    A workbook that was filled in by hand bears the time of that in its properties; then it is somebody's.
    A csv and an office's own filled form bear no mark: they are taken for somebody's.
    """
    try:
        if path.suffix.lower() == ".xlsx":
            with zipfile.ZipFile(path) as book:
                core = book.read("docProps/core.xml")[:_MOST]
            return _KEYWORD in core and _UNTOUCHED in core
        with path.open("rb") as page:
            return _PAGE in page.read(_MOST)
    except (OSError, KeyError, zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return False
