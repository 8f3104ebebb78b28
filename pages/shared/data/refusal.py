"""How large a table may be, whatever file it comes from, and the refusal of one that cannot be used."""

from pages.shared.words import number

MAX_BYTES = 10_000_000
MAX_ROWS = 200_000
MAX_COLUMNS = 1_000


class TableError(ValueError):
    """Why there is no table: one sentence for the reader, in Markdown."""


def too_many(things: str, bound: int, found: int) -> TableError:
    return TableError(f"A table can have at most {number(bound)} {things}, and this one has {number(found)}.")
