"""From the columns of a table to a data set: target and features, the rows that have them all, one optimum or many."""

from collections.abc import Sequence

import numpy as np

from gdcore import LeastSquares
from gdcore.datasets import Dataset
from pages.shared.data.refusal import TableError
from pages.shared.data.tables import Table
from pages.shared.words import count, literal, number


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
