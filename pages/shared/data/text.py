"""Text in, rows of cells out.

The reader is the csv module, which knows text only: no file, no archive, no formula. 200,000 rows of 3 take half a
second, the worst 10 MB a whole one. (`pandas.read_csv` silently fills short rows up, takes a first column for an index
and renames columns; `csv.Sniffer` took 7 s over 160 kB with odd quotation marks.)
"""

import csv
import io
from collections.abc import Iterator
from itertools import islice

from pages.shared.data.refusal import MAX_BYTES, MAX_COLUMNS, MAX_ROWS, TableError, too_many
from pages.shared.words import apart, literal, number

# Where two fit equally well the first wins: 1,5;2,5 has a decimal comma, and 1, 2 one space.
DELIMITERS = "\t;, "
SNIFFED_ROWS = 20
ARCHIVE = b"PK\x03\x04"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def rows_in(raw: bytes | str) -> list[list[str]]:
    """The rows of an uploaded file or a pasted text, one at least and all equally long; TableError if there are none.

    UTF-8 with or without BOM; cells separated by tab, semicolon, comma or white space. Blank lines do not count.
    """
    return _cut(_lines(_text(raw)))


def _text(raw: bytes | str) -> str:
    data = raw.encode("utf-8", "surrogatepass") if isinstance(raw, str) else raw
    if len(data) > MAX_BYTES:
        size, bound = len(data) / 1e6, MAX_BYTES / 1e6
        raise TableError(f"A table can have at most {number(bound)} MB, and this one has {apart(size, bound)} MB.")
    if data.startswith(ARCHIVE):
        raise TableError("This is a spreadsheet or a zip archive and not a table in text: save it as CSV first.")
    if b"\0" in data and not data.startswith(UTF_16):
        raise TableError("This is a binary file and not a table in text: save it as CSV first.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TableError(
            f"The text must be encoded as UTF-8, and byte {number(error.start + 1)} (0x{data[error.start]:02X}) is not:"
            " save it as “CSV UTF-8”."
        ) from None


def _lines(text: str) -> list[str]:
    """The lines that are not blank; CR, LF and CRLF all end one."""
    if not text.strip():
        raise TableError("The table is empty: it needs at least 2 rows of numbers.")
    filled = (line for line in io.StringIO(text, newline=None) if line.strip(" \n"))
    lines = list(islice(filled, MAX_ROWS + 1))
    if beyond := sum(1 for _ in filled):
        raise TableError(
            f"A table can have at most a header and {number(MAX_ROWS)} rows,"
            f" and this one has {number(len(lines) + beyond)} lines."
        )
    return lines


def _cut(lines: list[str]) -> list[list[str]]:
    """The cells, row by row."""
    delimiter = _delimiter(lines)
    rows: list[list[str]] = []
    try:
        for row in _reader(lines, delimiter, strict=True):
            rows.append(row)
            if len(row) > MAX_COLUMNS:
                raise too_many("columns", MAX_COLUMNS, len(row))
            if len(row) != len(rows[0]):
                raise TableError(
                    f"Every row of a table needs equally many cells, and row {number(len(rows))}"
                    f" ({literal(delimiter.join(row))}) has {number(len(row))} where row 1 has {number(len(rows[0]))}."
                )
    except csv.Error:
        raise TableError(
            f"Row {number(len(rows) + 1)} cannot be read: a quotation mark stands alone, or a cell is longer than"
            f" {number(csv.field_size_limit())} characters."
        ) from None
    return rows


def _delimiter(lines: list[str]) -> str:
    """The delimiter that cuts most of the first rows into as many cells as the first one, and that into several."""

    def agreeing(delimiter: str) -> int:
        try:
            widths = [len(row) for row in islice(_reader(lines, delimiter, strict=False), SNIFFED_ROWS)]
        except csv.Error:
            return 0
        return widths.count(widths[0]) if widths[0] > 1 else 0

    return max(DELIMITERS, key=agreeing)


def _reader(lines: list[str], delimiter: str, strict: bool) -> Iterator[list[str]]:
    """The csv module's rows; strict refuses a lone quotation mark, which would swallow the rows that follow it."""
    if delimiter == " ":  # any white space between the cells, and none around them
        return csv.reader((" ".join(line.split()) + "\n" for line in lines), delimiter=" ", strict=strict)
    return csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=strict)
