"""The reader's own table: from rows of cells to columns of numbers.

Nothing is guessed or repaired: what is not understood is refused in one sentence, and what is left out is said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import compress

import numpy as np

from pages.shared.data.cells import LARGEST, SMALLEST, broken_bound, is_data, number_in, read_cell
from pages.shared.data.refusal import MAX_ROWS, TableError, too_many
from pages.shared.data.text import rows_in
from pages.shared.words import count, literal, number, some_of

LONGEST_NAME = 200
FAULTS_SAID = 3  # how many faults of a grid are said one by one; the others are counted


@dataclass(frozen=True, eq=False)
class Table:
    """The columns of numbers, all of one length, with NaN where a value is missing, and sentences on what was left out.

    n_rows counts the rows as the reader sees them; the columns are shorter where whole rows were left out.
    """

    columns: dict[str, np.ndarray]
    n_rows: int
    notes: tuple[str, ...] = ()


def read_table(raw: bytes | str) -> Table:
    """The table in an uploaded file or a pasted text; TableError if there is none."""
    return table_of(rows_in(raw))


def table_of(rows: list[list[str]]) -> Table:
    """The table in rows of cells. A column is left out unless every cell is a number or missing.

    The first row is the header unless it has only numbers and gaps.
    """
    headed = not is_data(rows[0])
    names = _names(rows.pop(0)) if headed else [f"column {i}" for i in range(1, len(rows[0]) + 1)]
    if len(rows) > MAX_ROWS:
        raise too_many("rows", MAX_ROWS, len(rows))
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


def _numbers(name: str, cells: Sequence[str]) -> tuple[np.ndarray, str | None]:
    """The numbers of a column, and the first cell that keeps it from being one of numbers."""
    read = []
    for cell in cells:
        try:
            read.append(number_in(cell))
        except ValueError:
            return np.array(read), cell
    values = np.array(read)
    extreme = (np.abs(values) > LARGEST) | (np.abs(values) < SMALLEST)
    for cell, value in dict(zip(compress(cells, extreme), values[extreme].tolist(), strict=True)).items():
        if demand := broken_bound(value, cell):
            raise TableError(f"Numbers must be {demand}, and column {literal(name)} has {literal(cell)}.")
    return values, cells[0] if np.isnan(values).all() else None


def _too_few(names: list[str], texts: dict[str, str]) -> TableError:
    found = f"only {literal(names[0])}" if names else "none"
    why = f"; elsewhere not every cell is a number, such as 1.5: {_listed(texts)}" if texts else ""
    return TableError(f"A fit needs 2 columns of numbers, a target and a feature, and this table has {found}{why}.")


def _listed(texts: dict[str, str]) -> str:
    """Columns with the cell that is no number: `city` has `Rome`, `day` has `Monday`, and 2 more."""
    return some_of(f"{literal(name)} has {literal(cell)}" for name, cell in texts.items())


def read_cells(cells: Mapping[str, Sequence[str]]) -> Table:
    """The table in the cells of a grid, column by column; each is read as a cell of a file is.

    A reader who types can correct a cell at once: so one that is no number costs its row and not its column, and is
    named.
    """
    rows = list(zip(*cells.values(), strict=True))
    if len(rows) > MAX_ROWS:
        raise too_many("rows", MAX_ROWS, len(rows))
    good, faults = [], []
    for i, texts in enumerate(rows, 1):
        values, demands = zip(*map(read_cell, texts), strict=True)
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
