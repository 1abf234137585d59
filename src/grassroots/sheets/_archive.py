"""What is inside an xlsx or ods before a library may open it: the zip guard, and one look through the XML.

Runs in the child process. The look through (expat, in one pass, nothing kept) answers what the fast reader
does not say or dies of: how far out cells are filled in (a single cell in XFD1048576 makes calamine abort
the whole process), document type declarations (billion laughs), hidden rows, merged blocks, error values
(which calamine gives as empty) and formulas that were never calculated.
"""

import io
import zipfile
import zlib
from collections.abc import Callable
from xml.parsers import expat

from attrs import define, field

from grassroots.contracts.tables import Merged
from grassroots.errors import BadInput
from grassroots.sheets.limits import RATIO_FROM, Limits

_CHUNK = 1 << 16
_DIGITS = "0123456789"


@define
class Look:
    """What one look through a sheet's XML found. Rows and columns from 0."""

    merged: list[Merged] = field(factory=list)
    hidden_rows: set[int] = field(factory=set)
    errors: dict[tuple[int, int], str] = field(factory=dict)
    uncalculated: list[tuple[int, int]] = field(factory=list)
    filled: int = 0


def cell_name(row: int, column: int) -> str:
    """``(0, 27)`` as people say it: ``AB1``."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def cell_place(name: str) -> tuple[int, int]:
    """``AB1`` as (0, 27); ValueError if it is no cell."""
    letters = name.rstrip(_DIGITS)
    column = 0
    for letter in letters:
        if not "A" <= letter <= "Z":
            raise ValueError(name)
        column = column * 26 + ord(letter) - 64
    if not column or len(letters) > 4:
        raise ValueError(name)
    return int(name[len(letters) :]) - 1, column - 1


class Archive:
    """A zip that passed the guard. Parts are looked through one at a time and never written to disk."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        """BadInput for a broken, encrypted or overblown zip. Names such as ``../x`` are harmless here."""
        self.limits = limits
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError) as error:
            raise BadInput("sheet-broken") from error
        parts = self._zip.infolist()
        unpacked = sum(part.file_size for part in parts)
        packed = max(1, sum(part.compress_size for part in parts))
        if len(parts) > limits.parts or len({part.filename for part in parts}) < len(parts):
            raise BadInput("sheet-zip-parts", limit=limits.parts)
        if any(part.flag_bits & 1 for part in parts):
            raise BadInput("sheet-password")
        if unpacked > limits.unpacked or (unpacked > RATIO_FROM and unpacked > packed * limits.ratio):
            raise BadInput("sheet-zip-too-large", limit=limits.unpacked // 1_000_000)
        # Twice: small parts are read once for themselves and once in the look through.
        self._left = 2 * limits.unpacked
        self.names = frozenset(part.filename for part in parts)

    def form(self) -> str:
        """``xlsx`` or ``ods``; BadInput for another kind of zip, named where it is known."""
        if "mimetype" in self.names:
            kind = self.part("mimetype")
            if not kind.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
                raise BadInput("sheet-is-document")
            if b"encryption-data" in self.part("META-INF/manifest.xml"):
                raise BadInput("sheet-password")
            return "ods"
        if "xl/workbook.bin" in self.names:
            raise BadInput("sheet-is-xlsb")
        if "[Content_Types].xml" in self.names:
            if b"spreadsheetml" not in self.part("[Content_Types].xml"):
                raise BadInput("sheet-is-document")
            return "xlsx"
        raise BadInput("sheet-is-archive")

    def part(self, name: str) -> bytes:
        """One small part whole; empty if it does not exist."""
        chunks: list[bytes] = []
        if name in self.names:
            self._stream(name, chunks.append)
        return b"".join(chunks)

    def _stream(self, name: str, take: Callable[[bytes], object]) -> None:
        try:
            with self._zip.open(name) as stream:
                while chunk := stream.read(_CHUNK):
                    # Counted again while unpacking: what the directory of a zip says of sizes is a claim.
                    self._left -= len(chunk)
                    if self._left < 0:
                        raise BadInput("sheet-zip-too-large", limit=self.limits.unpacked // 1_000_000)
                    take(chunk)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            NotImplementedError,
            RuntimeError,
            OSError,
        ) as error:
            raise BadInput("sheet-broken") from error

    def look_through(self, title_of: Callable[[str], str]) -> dict[str, Look]:
        """Every XML part once: refuses what is dangerous, returns what was seen by part name.

        All parts are looked at, not only those that the workbook names: which of two maps a library follows
        is its own affair. For ods the one content part gives a look per sheet, under the sheet's name.
        """
        looks: dict[str, Look] = {}
        for name in sorted(self.names):
            if name.endswith((".xml", ".rels")) or (
                name.startswith("xl/") and not name.startswith("xl/media")
            ):
                self._look(name, title_of(name), looks)
        return looks

    def _look(self, name: str, title: str, looks: dict[str, Look]) -> None:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        first = True
        markup = True

        def no_doctype(*_: object) -> None:
            raise BadInput("sheet-dangerous-xml")

        def begin(tag: str, attributes: dict[str, str]) -> None:
            local = tag.rpartition(":")[2]
            if local == "worksheet":
                _Worksheet(parser, self.limits, looks.setdefault(name, Look()), title)
            elif local == "document-content":
                _Content(parser, self.limits, looks)
            else:
                parser.StartElementHandler = None

        def take(chunk: bytes) -> None:
            nonlocal first, markup
            if first:
                markup = chunk.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<", b"\xff\xfe", b"\xfe\xff"))
                first = False
            if markup:
                parser.Parse(chunk, False)

        parser.StartDoctypeDeclHandler = no_doctype
        parser.StartElementHandler = begin
        try:
            self._stream(name, take)
            if markup and not first:
                parser.Parse(b"", True)
        except (expat.ExpatError, ValueError) as error:
            if isinstance(error, BadInput):
                raise
            raise BadInput("sheet-broken") from error


class _Cells:
    """What both formats share: counting filled cells and refusing those too far out."""

    def __init__(self, limits: Limits, look: Look, title: str) -> None:
        self.limits, self.look, self.title = limits, look, title

    def filled(self, row: int, column: int, number: int = 1) -> None:
        if row >= self.limits.rows or column >= self.limits.columns:
            raise BadInput(
                "sheet-too-far",
                sheet=self.title,
                cell=cell_name(row, column),
                rows=self.limits.rows,
                columns=self.limits.columns,
            )
        self.look.filled += number
        if self.look.filled > self.limits.cells:
            raise BadInput("sheet-too-many-cells", limit=self.limits.cells)

    def merge(self, block: Merged) -> None:
        self.look.merged.append(block)
        if len(self.look.merged) > self.limits.rows:
            raise BadInput("sheet-too-many-cells", limit=self.limits.cells)


class _Worksheet(_Cells):
    """The handlers for one xlsx worksheet. A cell counts as filled when it has a value or a formula: offices
    colour whole rows, and each coloured cell stands in the file.
    """

    def __init__(self, parser: expat.XMLParserType, limits: Limits, look: Look, title: str) -> None:
        super().__init__(limits, look, title)
        self.parser = parser
        self.row, self.column = -1, -1
        self.kind = ""
        self.counted = False
        self.formula = False
        self.text: list[str] | None = None
        parser.StartElementHandler = self.begin
        parser.EndElementHandler = self.end

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        if ":" in tag:
            tag = tag.rpartition(":")[2]
        if tag == "c":
            place = attributes.get("r")
            if place:
                self.row, self.column = cell_place(place)
            else:
                self.column += 1
            self.kind = attributes.get("t", "")
            self.counted = self.formula = False
        elif tag == "v" or tag == "is" or tag == "f":
            if tag == "f":
                self.formula = True
            else:
                self.formula = False
                if self.kind == "e":
                    self.text = []
                    self.parser.CharacterDataHandler = self.text.append
            if not self.counted:
                self.counted = True
                self.filled(self.row, self.column)
        elif tag == "row":
            number = attributes.get("r")
            self.row = int(number) - 1 if number else self.row + 1
            self.column = -1
            if attributes.get("hidden") in ("1", "true") and len(self.look.hidden_rows) < self.limits.rows:
                self.look.hidden_rows.add(self.row)
        elif tag == "mergeCell":
            first, _, last = attributes.get("ref", "").partition(":")
            top, left = cell_place(first.replace("$", ""))
            bottom, right = cell_place((last or first).replace("$", ""))
            self.merge((top, left, bottom, right))

    def end(self, tag: str) -> None:
        if tag == "v" or tag.endswith(":v"):
            if self.text is not None:
                self.look.errors[self.row, self.column] = "".join(self.text)
                self.parser.CharacterDataHandler = None
                self.text = None
        elif self.formula and (tag == "c" or tag.endswith(":c")):
            self.look.uncalculated.append((self.row, self.column))
            self.formula = False


class _Content:
    """The handlers for an ods, whose sheets stand in one part. Repeated empty cells to the edge are usual."""

    def __init__(self, parser: expat.XMLParserType, limits: Limits, looks: dict[str, Look]) -> None:
        self.parser, self.limits, self.looks = parser, limits, looks
        self.cells = _Cells(limits, Look(), "")
        self.row = self.rows = self.column = self.columns = 0
        self.depth = 0
        self.counted = False
        self.error: list[str] | None = None
        parser.StartElementHandler = self.begin
        parser.EndElementHandler = self.end

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "table:table":
            self.depth += 1
            if self.depth == 1:
                title = attributes.get("table:name", "")
                self.cells = _Cells(self.limits, self.looks.setdefault(title, Look()), title)
                self.row = self.rows = 0
        elif tag == "table:table-row":
            self.rows = max(1, int(attributes.get("table:number-rows-repeated", "1")))
            self.column = self.columns = 0
            if attributes.get("table:visibility") in ("collapse", "filter"):
                self.cells.look.hidden_rows.update(
                    range(self.row, min(self.row + self.rows, self.limits.rows))
                )
        elif tag == "table:table-cell" or tag == "table:covered-table-cell":
            self.columns = max(1, int(attributes.get("table:number-columns-repeated", "1")))
            self.counted = False
            if "office:value-type" in attributes:
                self._count()
            if attributes.get("calcext:value-type") == "error":
                self.error = []
            down = int(attributes.get("table:number-rows-spanned", "1"))
            right = int(attributes.get("table:number-columns-spanned", "1"))
            if down > 1 or right > 1:
                self.cells.merge((self.row, self.column, self.row + down - 1, self.column + right - 1))
        elif tag == "text:p":
            self._count()
            if self.error is not None:
                self.parser.CharacterDataHandler = self.error.append

    def _count(self) -> None:
        if not self.counted:
            self.counted = True
            last_row, last_column = self.row + self.rows - 1, self.column + self.columns - 1
            self.cells.filled(last_row, last_column, self.rows * self.columns)

    def end(self, tag: str) -> None:
        if tag == "table:table":
            self.depth -= 1
        elif tag == "table:table-row":
            self.row += self.rows
        elif tag == "table:table-cell" or tag == "table:covered-table-cell":
            if self.error is not None:
                self.cells.look.errors[self.row, self.column] = "".join(self.error)
                self.parser.CharacterDataHandler = None
                self.error = None
            self.column += self.columns
