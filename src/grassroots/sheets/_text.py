"""Reading csv: which encoding, which separator, which cells.

Nothing is ever replaced by a question mark: a file that is not wholly readable is refused, with the words
to save it again. A name misread once would be carried through every register.
"""

import codecs
import csv
import io
import re
from collections import Counter

from grassroots.contracts.tables import BookNote, CellValue, Sheet
from grassroots.errors import BadInput
from grassroots.sheets.escaping import unquoted
from grassroots.sheets.limits import Limits

SEPARATORS = (",", ";", "\t")
_SNIFFED_LINES = 50
# C0 without tab, line feed and carriage return; C1; and the private use area, into which GB18030 maps
# byte pairs that mean nothing: a sign that the bytes were not GB18030 at all.
_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ue000-\uf8ff]")


def decode(data: bytes) -> tuple[str, str]:
    """The text and its encoding (``utf-8``, ``utf-16``, ``gb18030``), or BadInput.

    First the byte order mark, then UTF-8 strictly, then GB18030 strictly (GBK lacks characters that stand in
    people's names, such as 𠮷). GB18030 accepts much that it should not; so a line that is Chinese in UTF-8
    within a file that is not, is called mixed, and controls or private characters are called unknown.
    """
    if data.startswith(codecs.BOM_UTF8):
        text = _strict(data[3:], "utf-8")
        encoding = "utf-8"
    elif data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = _strict(data, "utf-16")
        encoding = "utf-16"
    else:
        try:
            text, encoding = data.decode("utf-8"), "utf-8"
        except UnicodeDecodeError:
            _not_mixed(data)
            text, encoding = _strict(data, "gb18030"), "gb18030"
    if "\x00" in text:
        raise BadInput("sheet-not-text", line=text.count("\n", 0, text.index("\x00")) + 1)
    strange = _NOT_TEXT.search(text) if encoding != "utf-8" else None
    if strange:
        raise BadInput("sheet-unknown-encoding")
    return text, encoding


def _strict(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise BadInput("sheet-unknown-encoding") from error


def _not_mixed(data: bytes) -> None:
    for number, line in enumerate(data.split(b"\n"), start=1):
        if line.isascii():
            continue
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError:
            continue
        # Two-byte UTF-8 (Greek, Cyrillic) is often also valid GBK; three bytes in a row hardly ever.
        if any(character >= "\u0800" for character in text):
            raise BadInput("sheet-mixed-encodings", line=number)


def separator_of(text: str) -> str:
    """Comma, semicolon or tab: the one that cuts most of the first lines into equally many cells.

    A tie goes to the comma: a sign that merely stands in the words (``a;b``) seldom stands in every line.
    """
    head = text.split("\n", _SNIFFED_LINES)[:_SNIFFED_LINES]
    best, most = ",", 0
    for separator in SEPARATORS:
        try:
            widths = Counter(len(row) for row in csv.reader(head, delimiter=separator) if len(row) > 1)
        except csv.Error:
            continue
        lines = max(widths.values(), default=0)
        if lines > most:
            best, most = separator, lines
    return best


def read_csv(data: bytes, name: str, limits: Limits) -> tuple[list[Sheet], list[BookNote]]:
    """One sheet of text cells; empty cells are None; a leading quote of ours is taken away."""
    text, encoding = decode(data)
    notes = []
    if encoding == "gb18030":
        notes.append(BookNote(code="sheet-note-gb18030"))
    separator = None
    # The line "sep=;" that Excel itself understands and some programs write.
    if text[:4].lower() == "sep=" and text[4:5] in SEPARATORS and text[5:6] in ("\r", "\n", ""):
        separator = text[4]
        text = text[5:].lstrip("\r\n")
    separator = separator or separator_of(text)
    csv.field_size_limit(limits.letters)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[tuple[CellValue, ...]] = []
    filled = empty = 0
    try:
        for row in reader:
            while row and not row[-1]:
                row.pop()
            if not row:
                # A saved sheet may end in a million lines of commas: empty ones count only between others.
                empty += 1
                continue
            if len(rows) + empty >= limits.rows or len(row) > limits.columns:
                raise BadInput(
                    "sheet-csv-too-far", line=reader.line_num, rows=limits.rows, columns=limits.columns
                )
            filled += len(row)
            if filled > limits.cells:
                raise BadInput("sheet-too-many-cells", limit=limits.cells)
            rows.extend([()] * empty)
            rows.append(tuple(unquoted(cell) or None for cell in row))
            empty = 0
    except csv.Error as error:
        if "field larger" in str(error):
            raise BadInput("sheet-csv-cell-too-long", line=reader.line_num, limit=limits.letters) from error
        raise BadInput("sheet-csv-quotes", line=reader.line_num) from error
    return [Sheet(name=name, rows=tuple(rows))], notes
