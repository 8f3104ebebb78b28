"""The reader's own data: text in, a table of numbers out, and from its columns a data set.

Nothing is evaluated, guessed or repaired: what is not understood is refused in one sentence, and what is left out is
said. The reader is the csv module, which knows text only: no file, no archive, no formula. 200,000 rows of 3 take half
a second, the worst 10 MB a whole one. (`pandas.read_csv` fills short rows up, takes a first column for an index
and renames columns, all without a word; `csv.Sniffer` took 7 s over 160 kB with odd quotation marks.)
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress, islice
from math import nan

import numpy as np

from gdcore import LeastSquares
from gdcore.datasets import Dataset
from pages.shared.words import apart, count, literal, number, some_of

MAX_BYTES = 10_000_000
MAX_ROWS = 200_000
MAX_COLUMNS = 1_000
LONGEST_NAME = 200
FAULTS_SAID = 3  # in a grid, one by one; the others are counted
SMALLEST = 1e-100  # the square of a smaller number is nothing
LARGEST = 1e100  # squares and their sums stay far from the end of the machine's numbers

DELIMITERS = "\t;, "  # where two fit equally well the first wins: 1,5;2,5 has a decimal comma, and 1, 2 one space
SNIFFED_ROWS = 20
MISSING = {"", "-", "?", "na", "n/a", "#n/a", "nan", "none", "null"}
ARCHIVE = b"PK\x03\x04"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
UNDERFLOW = re.compile(r"[^eE]*[1-9]")  # a number that is not 0, whatever the machine makes of it


class TableError(ValueError):
    """Why there is no table: one sentence for the reader, in Markdown."""


@dataclass(frozen=True, eq=False)
class Table:
    """The columns of numbers, all of one length, with NaN where a value is missing, and sentences on what was left out.

    n_rows counts the rows as the reader sees them; the columns are shorter where whole rows were left out.
    """

    columns: dict[str, np.ndarray]
    n_rows: int
    notes: tuple[str, ...] = ()


def read_table(raw: bytes | str) -> Table:
    """The table in an uploaded file or a pasted text; TableError if there is none.

    UTF-8 with or without BOM; cells apart by tab, semicolon, comma or white space; a header unless the first row has
    only numbers and gaps; numbers with a decimal point. A column is left out unless every cell is a number or missing.
    """
    rows = _rows(_lines(_text(raw)))
    headed = not _is_data(rows[0])
    names = _names(rows.pop(0)) if headed else [f"column {i}" for i in range(1, len(rows[0]) + 1)]
    if len(rows) > MAX_ROWS:
        raise _too_many("rows", MAX_ROWS, len(rows))
    if len(rows) < 2:
        where = " below its header" if headed else ""
        raise TableError(f"A line needs at least 2 rows of numbers, and this table has {len(rows)}{where}.")
    columns, texts = {}, {}
    for name, cells in zip(names, zip(*rows, strict=True), strict=True):
        values, text = _numbers(name, cells)
        if text is None:
            columns[name] = values
        else:
            texts[name] = text
    if len(columns) < 2:
        raise _too_few(list(columns), texts)
    return Table(
        columns, len(rows), (f"Left out, because not every cell is a number: {_listed(texts)}.",) if texts else ()
    )


def read_cells(cells: Mapping[str, Sequence[str]]) -> Table:
    """The table in the cells of a grid, column by column; each is read as a cell of a file is.

    Whoever types can mend a cell at once: so one that is no number takes out its row and not its column, and is named.
    """
    rows = list(zip(*cells.values(), strict=True))
    if len(rows) > MAX_ROWS:
        raise _too_many("rows", MAX_ROWS, len(rows))
    good, faults = [], []
    for i, texts in enumerate(rows, 1):
        values, demands = zip(*map(_read, texts), strict=True)
        if not any(demands):
            good.append(values)
        faults += [
            f"Row {number(i)}, {literal(name)}: {literal(text)} is not {demand}. Until it is, its row is left out."
            for name, text, demand in zip(cells, texts, demands, strict=True)
            if demand
        ]
    columns = dict(zip(cells, np.array(good).reshape(-1, len(cells)).T, strict=True))
    return Table(columns, len(rows), (_first_of(faults),) if faults else ())


def _first_of(faults: list[str]) -> str:
    beyond = len(faults) - FAULTS_SAID
    return " ".join(faults[:FAULTS_SAID]) + (f" And {count(beyond, 'more cell')} like that." if beyond > 0 else "")


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


def _rows(lines: list[str]) -> list[list[str]]:
    """The cells, row by row, every row with equally many."""
    delimiter = _delimiter(lines)
    rows: list[list[str]] = []
    try:
        for row in _reader(lines, delimiter, strict=True):
            rows.append(row)
            if len(row) > MAX_COLUMNS:
                raise _too_many("columns", MAX_COLUMNS, len(row))
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


def _names(header: list[str]) -> list[str]:
    names = [" ".join(cell.split()) or f"column {i}" for i, cell in enumerate(header, 1)]
    seen: set[str] = set()
    for name in names:
        if len(name) > LONGEST_NAME:
            raise TableError(
                f"The name of a column can have at most {LONGEST_NAME} characters, and {literal(name)} has"
                f" {number(len(name))}."
            )
        if name in seen:
            raise TableError(f"Every column needs a name of its own, and two are called {literal(name)}.")
        seen.add(name)
    return names


def _is_data(row: list[str]) -> bool:
    """Whether a row holds numbers, with or without gaps, and nothing else."""
    try:
        return not np.isnan([_value(cell) for cell in row]).all()
    except ValueError:
        return False


def _value(cell: str) -> float:
    """The number that a cell says, or NaN for a missing one; ValueError for any other text."""
    text = cell.strip()
    if text.lower() in MISSING:
        return nan
    if "_" in text:  # Python reads 1_000 as a thousand
        raise ValueError(text)
    return float(text.replace("−", "-"))


def _numbers(name: str, cells: Sequence[str]) -> tuple[np.ndarray, str | None]:
    """The numbers of a column, and the first cell that keeps it from being one of numbers."""
    read = []
    for cell in cells:
        try:
            read.append(_value(cell))
        except ValueError:
            return np.array(read), cell
    values = np.array(read)
    extreme = (np.abs(values) > LARGEST) | (np.abs(values) < SMALLEST)
    for cell, value in dict(zip(compress(cells, extreme), values[extreme].tolist(), strict=True)).items():
        if demand := _bound(value, cell):
            raise TableError(f"Numbers must be {demand}, and column {literal(name)} has {literal(cell)}.")
    return values, cells[0] if np.isnan(values).all() else None


def _read(cell: str) -> tuple[float, str]:
    """The number that a cell says, or NaN for a missing one, and what it should be and is not, if anything."""
    try:
        value = _value(cell)
    except ValueError:
        return nan, "a number, such as 1.5"
    return value, _bound(value, cell)


def _bound(value: float, cell: str) -> str:
    """The bound that the number in a cell breaks, if any."""
    # An infinity that the table spells out has no digits; a number that overflows has. One that underflows is no 0.
    if abs(value) > LARGEST and any(map(str.isdigit, cell)):
        return f"at most {number(LARGEST)} in size"
    if abs(value) < SMALLEST and (value or UNDERFLOW.match(cell)):
        return f"0 or at least {number(SMALLEST)} in size"
    return ""


def _listed(texts: dict[str, str]) -> str:
    """Columns with the cell that is no number: `city` has `Rome`, `day` has `Monday`, and 2 more."""
    return some_of(f"{literal(name)} has {literal(cell)}" for name, cell in texts.items())


def _too_many(things: str, bound: int, found: int) -> TableError:
    return TableError(f"A table can have at most {number(bound)} {things}, and this one has {number(found)}.")


def _too_few(names: list[str], texts: dict[str, str]) -> TableError:
    found = f"only {literal(names[0])}" if names else "none"
    why = f"; elsewhere not every cell is a number, such as 1.5: {_listed(texts)}" if texts else ""
    return TableError(f"A fit needs 2 columns of numbers, a target and a feature, and this table has {found}{why}.")


def choose(table: Table, target: str, features: Sequence[str]) -> tuple[Dataset, tuple[str, ...]]:
    """The data set of one target and one or two features, and sentences on what was left out and what has no optimum.

    A row counts as missing if a value of it is, and as infinite if one is and none is missing.
    """
    if len(features) not in (1, 2):
        raise TableError(f"A fit takes 1 or 2 features, and {len(features)} are chosen.")
    chosen = [*features, target]
    for name in chosen:
        if chosen.count(name) > 1:
            raise TableError(f"Target and features must be different columns, and {literal(name)} is chosen twice.")
    values = np.column_stack([table.columns[name] for name in chosen])
    missing = np.isnan(values).any(1)
    infinite = np.isinf(values).any(1) & ~missing
    values = values[~missing & ~infinite]
    if len(values) < 2:
        raise TableError(
            f"A line needs at least 2 rows with all values, and {', '.join(map(literal, chosen))} have {len(values)}."
        )
    dataset = Dataset(
        features=values[:, :-1],
        targets=values[:, -1],
        feature_names=tuple(features),
        target_name=target,
        source="Your own data",
        note=f"{count(len(values), 'row')} of your own.",
    )
    left_out = ((missing, "missing"), (infinite, "infinite"))
    notes = [_left_out(int(rows.sum()), table.n_rows, what) for rows, what in left_out if rows.any()]
    return dataset, (*notes, *_without_optimum(dataset))


def _left_out(rows: int, of: int, what: str) -> str:
    return f"{number(rows)} of {count(of, 'row')} {'is' if rows == 1 else 'are'} left out: a value is {what}."


def _without_optimum(dataset: Dataset) -> list[str]:
    """Why many lines fit equally well, if they do."""
    if not _has_valley(dataset.features):
        return []
    constant = [
        f"The feature {literal(name)} is constant{_rounded(column)}: its slope cannot be told from the intercept, so"
        " there is no unique optimum."
        for name, column in zip(dataset.feature_names, dataset.features.T, strict=True)
        if _has_valley(column[:, None])
    ]
    if constant:
        return constant
    first, second = dataset.features.T
    are = "identical" if np.array_equal(first, second) else "proportional up to a shift"
    both = " and ".join(map(literal, dataset.feature_names))
    return [f"The features {both} are {are}: there is no unique optimum, the loss has a valley."]


def _has_valley(features: np.ndarray) -> bool:
    return LeastSquares(features, np.zeros(len(features))).has_valley


def _rounded(column: np.ndarray) -> str:
    return " as far as the machine can tell" if np.ptp(column) > 0 else ""
