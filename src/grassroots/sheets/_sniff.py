"""What the bytes are, whatever the name says.

Offices rename files: an exported web page is called ``.xls``, a printed page ``.xlsx``. Only the first
bytes (and for the two container formats the names inside) decide.
"""

from grassroots.errors import BadInput

_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*", b"RIFF")
_ARCHIVES = (b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKUP = (b"<html", b"<!doctype html", b"<table", b"<meta", b"<style", b"<head", b"<body", b"<?xml", b"<!--")


def sniff(data: bytes) -> str:
    """``zip`` (xlsx or ods, to be told apart by the child), ``xls`` or ``csv``; otherwise BadInput.

    The sentences name what the file is and how to get a sheet out of it.
    """
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise BadInput("sheet-empty-file")
    if data.startswith(b"PK"):
        return "zip"
    if data.startswith(_OLE):
        return _ole(data)
    if data.startswith(b"%PDF"):
        raise BadInput("sheet-is-pdf")
    if data.startswith(_PICTURES) and not _is_plain(data):
        raise BadInput("sheet-is-picture")
    if data.startswith(_ARCHIVES) and not _is_plain(data):
        raise BadInput("sheet-is-archive")
    if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:64].lower().startswith(_MARKUP):
        raise BadInput("sheet-is-web-page")
    return "csv"


def _ole(data: bytes) -> str:
    """The old container format: its directory names its streams in UTF-16."""

    def holds(stream: str) -> bool:
        return stream.encode("utf-16-le") in data

    # A workbook with a password is an OLE container around an encrypted zip, also when it is an xlsx.
    if holds("EncryptedPackage"):
        raise BadInput("sheet-password")
    if holds("WordDocument") or holds("PowerPoint Document"):
        raise BadInput("sheet-is-document")
    if holds("Workbook") or holds("Book"):
        return "xls"
    raise BadInput("sheet-broken")


def _is_plain(data: bytes) -> bool:
    """Whether the start is printable ASCII: a csv may well begin with the letters BM or GIF8."""
    return all(byte in b"\t\r\n" or 32 <= byte < 127 for byte in data[:64])
