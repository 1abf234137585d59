"""Broken and hostile files, as people and machines send them. Each function writes one and returns its path.

``HOSTILE`` names them all; tests of importers use it, too. Most of the xlsx are written part by part,
because no library would write them.
"""

import random
import struct
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

HEADERS = ("姓名", "性别", "联系电话", "所属社区", "备注")
PERSON = ("林小满", "女", "13800000000", "青禾社区", "周三有空")

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_TYPES = (
    f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
)
_RELS = (
    f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1"'
    f' Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
_STYLES = (
    f'{_XML}<styleSheet xmlns="{_MAIN}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
    "</styleSheet>"
)
SHEET = "xl/worksheets/sheet1.xml"


def column_letters(number: int) -> str:
    """0 as A, 26 as AA."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def row_xml(number: int, values: Iterable[object]) -> str:
    """One row, counted from 1, of inline text and numbers; None leaves a gap."""
    cells = []
    for column, value in enumerate(values):
        place = f"{column_letters(column)}{number}"
        if isinstance(value, str):
            cells.append(f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>')
        elif value is not None:
            cells.append(f'<c r="{place}"><v>{value}</v></c>')
    return f'<row r="{number}">{"".join(cells)}</row>'


def rows_xml(*rows: Iterable[object]) -> str:
    return "".join(row_xml(number, values) for number, values in enumerate(rows, start=1))


def worksheet(inner: str, after: str = "") -> str:
    return f'{_XML}<worksheet xmlns="{_MAIN}"><sheetData>{inner}</sheetData>{after}</worksheet>'


def xlsx_parts(sheet: str, *, attributes: str = "") -> dict[str, str | bytes]:
    """The parts of a workbook of one sheet."""
    return {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _RELS,
        "xl/workbook.xml": f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        f'<sheet name="名册" sheetId="1" r:id="r1"{attributes}/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": _STYLES,
        SHEET: sheet,
    }


def zipped(path: Path, parts: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def xlsx(path: Path, sheet: str, *, attributes: str = "") -> Path:
    return zipped(path, xlsx_parts(sheet, attributes=attributes))


def _streamed(path: Path, pieces: Iterator[bytes]) -> Path:
    """A workbook whose sheet is too large to be held here."""
    parts = xlsx_parts("")
    del parts[SHEET]
    zipped(path, parts)
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED, compresslevel=6) as archive,
        archive.open(SHEET, "w") as part,
    ):
        for piece in pieces:
            part.write(piece)
    return path


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def _good(path: Path) -> bytes:
    return xlsx(path, worksheet(rows_xml(HEADERS, PERSON))).read_bytes()


# -- too much ---------------------------------------------------------------------------------------------


def far_cell(folder: Path) -> Path:
    """4 KB, and calamine would allocate 17 thousand million cells."""
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    return xlsx(folder / "far.xlsx", worksheet(rows_xml(HEADERS, PERSON) + far))


def far_cell_without_row_number(folder: Path) -> Path:
    """The same with the row element lying about its number."""
    far = '<row r="3"><c r="XFD1048576"><v>1</v></c></row>'
    return xlsx(folder / "far2.xlsx", worksheet(rows_xml(HEADERS, PERSON) + far))


def far_empty_cell(folder: Path) -> Path:
    """A coloured empty cell at the edge: offices do that, and it must not be refused."""
    far = '<row r="1048576"><c r="XFD1048576" s="1"/></row>'
    return xlsx(folder / "coloured.xlsx", worksheet(rows_xml(HEADERS, PERSON) + far))


def million_rows(folder: Path) -> Path:
    def pieces() -> Iterator[bytes]:
        yield worksheet("").partition("</sheetData>")[0].encode()
        for start in range(1, 1_000_001, 10_000):
            yield "".join(
                f'<row r="{row}"><c r="A{row}"><v>{row * 7919 % 1000003}</v></c></row>'
                for row in range(start, start + 10_000)
            ).encode()
        yield b"</sheetData></worksheet>"

    return _streamed(folder / "million.xlsx", pieces())


def huge_text_in_one_cell(folder: Path) -> Path:
    def pieces() -> Iterator[bytes]:
        yield worksheet("").partition("</sheetData>")[0].encode()
        yield b'<row r="1"><c r="A1" t="inlineStr"><is><t>'
        for _ in range(300):
            yield b"a" * 1_000_000
        yield b"</t></is></c></row></sheetData></worksheet>"

    return _streamed(folder / "text.xlsx", pieces())


def long_text_in_one_cell(folder: Path) -> Path:
    """Small enough for every zip guard, longer than any cell of Excel."""
    text = "".join(random.Random(7).choices("甲乙丙丁戊己庚辛壬癸", k=200_000))
    return xlsx(folder / "long.xlsx", worksheet(rows_xml(HEADERS, (text,))))


def one_text_many_times(folder: Path, rows: int = 5000) -> Path:
    """One shared text of 30,000 letters, referred to by 100,000 cells: 9 GB when each has its own copy."""
    cells = "".join(
        f'<row r="{row}">'
        + "".join(f'<c r="{column_letters(column)}{row}" t="s"><v>0</v></c>' for column in range(20))
        + "</row>"
        for row in range(1, rows + 1)
    )
    parts = xlsx_parts(worksheet(cells))
    parts["xl/sharedStrings.xml"] = f'{_XML}<sst xmlns="{_MAIN}"><si><t>{"长" * 30_000}</t></si></sst>'
    parts["xl/_rels/workbook.xml.rels"] = str(parts["xl/_rels/workbook.xml.rels"]).replace(
        "</Relationships>",
        f'<Relationship Id="r3" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
    )
    return zipped(folder / "copies.xlsx", parts)


def many_columns(folder: Path) -> Path:
    return xlsx(
        folder / "wide.xlsx", worksheet(rows_xml([f"列{number}" for number in range(300)], range(300)))
    )


def many_parts(folder: Path) -> Path:
    parts = xlsx_parts(worksheet(rows_xml(HEADERS, PERSON)))
    return zipped(folder / "parts.xlsx", parts | {f"xl/media/{number}.png": b"x" for number in range(500)})


def whole_sheet_merged(folder: Path) -> Path:
    """Openpyxl makes an object for each of the 17 thousand million cells."""
    merge = '<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    return xlsx(folder / "merged.xlsx", worksheet(rows_xml(HEADERS, PERSON), merge))


def ods_repeated(folder: Path) -> Path:
    """A filled cell repeated 17 thousand million times in 500 bytes."""
    return _ods(
        folder / "repeated.ods",
        '<table:table-row table:number-rows-repeated="1048576"><table:table-cell office:value-type="float"'
        ' office:value="1" table:number-columns-repeated="16384"><text:p>1</text:p></table:table-cell>'
        "</table:table-row>",
    )


def csv_huge_line(folder: Path) -> Path:
    return _written(folder / "line.csv", b"a" * 20_000_000)


def csv_many_columns(folder: Path) -> Path:
    return _written(folder / "columns.csv", b",".join([b"1"] * 100_000) + b"\n")


def csv_million_lines(folder: Path) -> Path:
    return _written(folder / "million.csv", "姓名,电话\n".encode() + b"x,1\n" * 1_000_000)


def too_large_on_disk(folder: Path) -> Path:
    path = folder / "large.csv"
    with path.open("wb") as file:
        file.write("姓名,电话\n".encode())
        file.truncate(200_000_000)
    return path


# -- dangerous --------------------------------------------------------------------------------------------


def billion_laughs(folder: Path) -> Path:
    entities = '<!ENTITY l0 "ha">' + "".join(
        f'<!ENTITY l{number} "{f"&l{number - 1};" * 10}">' for number in range(1, 10)
    )
    sheet = worksheet('<row r="1"><c r="A1" t="inlineStr"><is><t>&l9;</t></is></c></row>')
    return xlsx(
        folder / "laughs.xlsx", sheet.replace("<worksheet", f"<!DOCTYPE lolz [{entities}]><worksheet", 1)
    )


def billion_laughs_in_the_workbook(folder: Path) -> Path:
    parts = xlsx_parts(worksheet(rows_xml(HEADERS, PERSON)))
    laughs = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {new} "{f"&{old};" * 10}">' for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    parts["xl/workbook.xml"] = (
        str(parts["xl/workbook.xml"]).replace("<workbook", f"{laughs}]><workbook", 1).replace("名册", "&i;")
    )
    return zipped(folder / "laughs2.xlsx", parts)


def outside_entity(folder: Path) -> Path:
    """A document that asks the reader to fetch a file of this machine."""
    sheet = worksheet('<row r="1"><c r="A1" t="inlineStr"><is><t>&f;</t></is></c></row>')
    doctype = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]>'
    return xlsx(folder / "outside.xlsx", sheet.replace("<worksheet", f"{doctype}<worksheet", 1))


def parent_folder_names(folder: Path) -> Path:
    parts = xlsx_parts(worksheet(rows_xml(HEADERS, PERSON)))
    return zipped(folder / "up.xlsx", parts | {"../../escaped.txt": b"out", "/abs.txt": b"out"})


def doubled_parts(folder: Path) -> Path:
    """Two sheets under one part name: a guard may look at one and the reader at the other."""
    path = xlsx(folder / "twice.xlsx", worksheet(rows_xml(HEADERS, PERSON)))
    far = worksheet('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(SHEET.replace("sheet1", "sheet2"), far)
    data = bytearray(path.read_bytes().replace(b"sheet2.xml", b"sheet1.xml"))
    return _written(path, bytes(data))


def lying_sizes(folder: Path) -> Path:
    """The directory claims ten bytes for each part."""
    data = bytearray(_good(folder / "lying.xlsx"))
    start = data.find(b"PK\x01\x02")
    while start >= 0:
        data[start + 24 : start + 28] = struct.pack("<I", 10)
        start = data.find(b"PK\x01\x02", start + 4)
    return _written(folder / "lying.xlsx", bytes(data))


# -- locked, cut or not a sheet at all --------------------------------------------------------------------


def encrypted_zip(folder: Path) -> Path:
    data = bytearray(_good(folder / "locked.xlsx"))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = data.find(mark)
        while start >= 0:
            data[start + offset] |= 1
            start = data.find(mark, start + 4)
    return _written(folder / "locked.xlsx", bytes(data))


def _ole(*streams: str) -> bytes:
    """A container header and its directory's names: what tells these files apart."""
    names = b"".join(stream.encode("utf-16-le").ljust(128, b"\x00") for stream in ("Root Entry", *streams))
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\x00") + names.ljust(4096, b"\x00")


def password_ole(folder: Path) -> Path:
    return _written(folder / "password.xlsx", _ole("EncryptionInfo", "EncryptedPackage"))


def word_document(folder: Path) -> Path:
    return _written(folder / "letter.xls", _ole("WordDocument"))


def broken_xls(folder: Path) -> Path:
    return _written(folder / "broken.xls", _ole("Workbook"))


def truncated(folder: Path) -> Path:
    data = _good(folder / "cut.xlsx")
    return _written(folder / "cut.xlsx", data[: len(data) // 2])


def truncated_xml(folder: Path) -> Path:
    return xlsx(folder / "cutxml.xlsx", worksheet(rows_xml(HEADERS, PERSON))[:-60])


def flipped_bytes(folder: Path) -> Path:
    data = bytearray(_good(folder / "flipped.xlsx"))
    for place in range(200, len(data) - 200, 97):
        data[place] ^= 0x55
    return _written(folder / "flipped.xlsx", bytes(data))


def wrong_extension(folder: Path) -> Path:
    """A workbook that somebody renamed to csv: perfectly readable."""
    return _written(folder / "renamed.csv", _good(folder / "x.xlsx"))


def empty_file(folder: Path) -> Path:
    return _written(folder / "empty.xlsx", b"")


def only_blank(folder: Path) -> Path:
    return _written(folder / "blank.csv", b"\xef\xbb\xbf \r\n\t\r\n")


def zero_sheets(folder: Path) -> Path:
    parts = xlsx_parts(worksheet(""))
    parts["xl/workbook.xml"] = f'{_XML}<workbook xmlns="{_MAIN}"><sheets></sheets></workbook>'
    return zipped(folder / "none.xlsx", parts)


def missing_sheet_part(folder: Path) -> Path:
    parts = xlsx_parts("")
    del parts[SHEET]
    return zipped(folder / "missing.xlsx", parts)


def html_named_xls(folder: Path) -> Path:
    table = "<html><body><table><tr><td>姓名</td><td>电话</td></tr></table></body></html>"
    return _written(folder / "export.xls", table.encode("gb18030"))


def pdf_named_xlsx(folder: Path) -> Path:
    return _written(folder / "print.xlsx", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n")


def picture_named_xlsx(folder: Path) -> Path:
    return _written(folder / "photo.xlsx", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(200))


def plain_zip(folder: Path) -> Path:
    return zipped(folder / "pack.xlsx", {"名册.csv": "姓名\n"})


def word_docx(folder: Path) -> Path:
    types = _TYPES.replace("spreadsheetml", "wordprocessingml")
    return zipped(folder / "letter.xlsx", {"[Content_Types].xml": types, "word/document.xml": "<w/>"})


def random_bytes(folder: Path) -> Path:
    return _written(folder / "noise.xlsx", random.Random(3).randbytes(20_000))


# -- encodings --------------------------------------------------------------------------------------------

_LINES = ",".join(HEADERS) + "\r\n" + ",".join(PERSON) + "\r\n"


def csv_utf16(folder: Path) -> Path:
    return _written(folder / "utf16.csv", _LINES.encode("utf-16"))


def csv_utf16_cut(folder: Path) -> Path:
    return _written(folder / "utf16cut.csv", _LINES.encode("utf-16")[:-1])


def csv_utf16_without_mark(folder: Path) -> Path:
    return _written(folder / "utf16le.csv", _LINES.encode("utf-16-le"))


def csv_gbk(folder: Path) -> Path:
    return _written(folder / "gbk.csv", _LINES.encode("gbk"))


def csv_mixed_encodings(folder: Path) -> Path:
    return _written(
        folder / "mixed.csv", ",".join(HEADERS).encode() + b"\n" + ",".join(PERSON).encode("gbk") + b"\n"
    )


def csv_cut_in_a_character(folder: Path) -> Path:
    return _written(folder / "half.csv", _LINES.encode()[:-3])


def csv_nul_bytes(folder: Path) -> Path:
    return _written(folder / "nul.csv", "姓名,电话\n张\x00三,1\n".encode())


def csv_open_quote(folder: Path) -> Path:
    return _written(folder / "quote.csv", ('姓名,备注\n"林小满,有空\n' + "何清,\n" * 5000).encode())


def csv_formulas(folder: Path) -> Path:
    return _written(folder / "formulas.csv", "姓名,备注\n=cmd|' /C calc'!A0,＝1+1\n'=1,'好\n".encode())


# -- odd but readable: what an importer must cope with ----------------------------------------------------


def header_missing(folder: Path) -> Path:
    return xlsx(folder / "noheader.xlsx", worksheet(rows_xml(PERSON, PERSON)))


def header_in_row_11(folder: Path) -> Path:
    return xlsx(folder / "deep.xlsx", worksheet(rows_xml(*[("说明",)] * 10, HEADERS, PERSON)))


def doubled_headers(folder: Path) -> Path:
    return xlsx(
        folder / "doubled.xlsx", worksheet(rows_xml((*HEADERS, "姓名", "联系电话"), (*PERSON, "何清", "1")))
    )


def merged_header(folder: Path) -> Path:
    rows = rows_xml(
        ("青禾社区志愿者名册",),
        ("姓名", "联系方式", None),
        (None, "电话", "微信"),
        ("林小满", "13800000000", "lin"),
    )
    merge = (
        '<mergeCells><mergeCell ref="A1:C1"/><mergeCell ref="A2:A3"/><mergeCell ref="B2:C2"/></mergeCells>'
    )
    return xlsx(folder / "mergedheader.xlsx", worksheet(rows, merge))


def hidden_sheet(folder: Path) -> Path:
    return xlsx(
        folder / "hidden.xlsx", worksheet(rows_xml(HEADERS, PERSON)), attributes=' state="veryHidden"'
    )


def hidden_note_row(folder: Path) -> Path:
    rows = rows_xml(HEADERS, ("必填", "男/女", "11 位", "", ""), PERSON)
    return xlsx(folder / "noterow.xlsx", worksheet(rows.replace('<row r="2">', '<row r="2" hidden="1">')))


def formula_without_value(folder: Path) -> Path:
    cells = '<row r="2"><c r="A2"><f>"林"&amp;"小满"</f></c><c r="B2"><f>1+1</f><v>2</v></c></row>'
    return xlsx(folder / "uncalculated.xlsx", worksheet(rows_xml(HEADERS) + cells))


def error_cells(folder: Path) -> Path:
    cells = '<row r="2"><c r="A2" t="e"><v>#REF!</v></c><c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>'
    return xlsx(folder / "errors.xlsx", worksheet(rows_xml(HEADERS) + cells))


def days_that_overflow(folder: Path) -> Path:
    serials = ("99999999", "2958466", "-5", "0", "60", "1e300", "1e400", "45292")
    cells = "".join(
        f'<c r="{column_letters(number)}2" s="1"><v>{serial}</v></c>' for number, serial in enumerate(serials)
    )
    return xlsx(folder / "days.xlsx", worksheet(rows_xml(HEADERS) + f'<row r="2">{cells}</row>'))


def destroyed_id_number(folder: Path) -> Path:
    return xlsx(
        folder / "ids.xlsx", worksheet(rows_xml(("姓名", "身份证号"), ("林小满", 110101195207010012)))
    )


def wrong_shared_string(folder: Path) -> Path:
    return xlsx(folder / "shared.xlsx", worksheet('<row r="1"><c r="A1" t="s"><v>5</v></c></row>'))


def bad_cell_names(folder: Path) -> Path:
    return xlsx(
        folder / "names.xlsx", worksheet('<row r="1"><c r="1A"><v>5</v></c><c r="甲1"><v>5</v></c></row>')
    )


def old_xls(folder: Path) -> Path:
    """A real file of the old format, with a day, a long number and a hidden sheet."""
    import xlwt

    book = xlwt.Workbook(encoding="utf-8")
    page = book.add_sheet("名册")
    for column, header in enumerate(HEADERS):
        page.write(0, column, header)
    page.write(1, 0, PERSON[0])
    page.write(1, 1, date(1952, 7, 3), xlwt.easyxf(num_format_str="yyyy-mm-dd"))
    page.write(1, 2, 13800000000)
    hidden = book.add_sheet("旧表")
    hidden.write(0, 0, 1)
    hidden.visibility = 1
    book.save(str(folder / "old.xls"))
    return folder / "old.xls"


def old_xls_far_cell(folder: Path) -> Path:
    import xlwt

    book = xlwt.Workbook()
    page = book.add_sheet("远")
    page.write(0, 0, "姓名")
    page.write(65535, 255, "x")
    book.save(str(folder / "oldfar.xls"))
    return folder / "oldfar.xls"


def truncated_xls(folder: Path) -> Path:
    data = old_xls(folder).read_bytes()
    return _written(folder / "oldcut.xls", data[: len(data) * 2 // 3])


def _ods(path: Path, rows: str, manifest: str = "<manifest/>") -> Path:
    office = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
    content = (
        f'{_XML}<office:document-content xmlns:office="{office}"'
        ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
        ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
        f'<office:body><office:spreadsheet><table:table table:name="名册">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    return zipped(path, {"mimetype": kind, "META-INF/manifest.xml": manifest, "content.xml": content})


def _ods_cell(value: str) -> str:
    return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'


def ods_as_saved(folder: Path) -> Path:
    """As LibreOffice saves: empty cells and rows repeated to the very edge; a hidden row; an error value."""
    edge = '<table:table-cell table:number-columns-repeated="16379"/>'
    header = "".join(map(_ods_cell, HEADERS))
    person = "".join(map(_ods_cell, PERSON))
    error = (
        '<table:table-cell office:value-type="string" office:string-value="" calcext:value-type="error">'
        "<text:p>#REF!</text:p></table:table-cell>"
    )
    return _ods(
        folder / "saved.ods",
        f"<table:table-row>{header}{edge}</table:table-row>"
        f'<table:table-row table:visibility="collapse">{person}{edge}</table:table-row>'
        f"<table:table-row>{error}{edge}</table:table-row>"
        '<table:table-row table:number-rows-repeated="1048573"><table:table-cell'
        ' table:number-columns-repeated="16384"/></table:table-row>',
    )


def ods_encrypted(folder: Path) -> Path:
    locked = "<manifest:encryption-data manifest:checksum-type='SHA256'/>"
    return _ods(folder / "locked.ods", f"<table:table-row>{_ods_cell('x')}</table:table-row>", locked)


HOSTILE: dict[str, Callable[[Path], Path]] = {
    made.__name__: made
    for made in (
        far_cell,
        far_cell_without_row_number,
        far_empty_cell,
        million_rows,
        huge_text_in_one_cell,
        long_text_in_one_cell,
        one_text_many_times,
        many_columns,
        many_parts,
        whole_sheet_merged,
        ods_repeated,
        csv_huge_line,
        csv_many_columns,
        csv_million_lines,
        too_large_on_disk,
        billion_laughs,
        billion_laughs_in_the_workbook,
        outside_entity,
        parent_folder_names,
        doubled_parts,
        lying_sizes,
        encrypted_zip,
        password_ole,
        word_document,
        broken_xls,
        truncated,
        truncated_xml,
        flipped_bytes,
        wrong_extension,
        empty_file,
        only_blank,
        zero_sheets,
        missing_sheet_part,
        html_named_xls,
        pdf_named_xlsx,
        picture_named_xlsx,
        plain_zip,
        word_docx,
        random_bytes,
        csv_utf16,
        csv_utf16_cut,
        csv_utf16_without_mark,
        csv_gbk,
        csv_mixed_encodings,
        csv_cut_in_a_character,
        csv_nul_bytes,
        csv_open_quote,
        csv_formulas,
        header_missing,
        header_in_row_11,
        doubled_headers,
        merged_header,
        hidden_sheet,
        hidden_note_row,
        formula_without_value,
        error_cells,
        days_that_overflow,
        destroyed_id_number,
        wrong_shared_string,
        bad_cell_names,
        old_xls,
        old_xls_far_cell,
        truncated_xls,
        ods_as_saved,
        ods_encrypted,
    )
}
