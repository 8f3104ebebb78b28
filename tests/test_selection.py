"""From a table to a data set: nothing is left out without a word, and what has no unique optimum is named."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_array_equal

from gdcore import LeastSquares, theory
from pages.shared.data.refusal import TableError
from pages.shared.data.regression import Model
from pages.shared.data.selection import choose
from pages.shared.data.tables import Table
from tests.test_tables import FINITE, refusal

X, Y, Z = np.arange(5.0), np.array([1.0, -2, 4, 0, 3]), np.array([0.5, 0.25, 7, -1, 2])


def choice(target="y", features=("x",), **values):
    table = Table({name: np.asarray(column, dtype=float) for name, column in values.items()}, len(values[target]))
    return choose(table, target, features)


def test_the_chosen_columns_make_the_data_set_in_the_chosen_order():
    dataset, notes = choice("y", ["z", "x"], x=X, y=Y, z=Z)
    assert_array_equal(dataset.features, np.column_stack([Z, X]))
    assert_array_equal(dataset.targets, Y)
    assert dataset.feature_names == ("z", "x") and dataset.target_name == "y" and notes == ()
    assert dataset.source and dataset.note == "5 rows of your own."


def test_rows_with_gaps_or_infinities_are_left_out_and_counted():
    x, y = [1, np.nan, np.inf, 4, np.nan, 6, 7], [1, 2, 3, -np.inf, np.inf, 5, 7]
    dataset, notes = choice(x=x, y=y, unused=[np.nan] * 7)
    assert_array_equal(dataset.features[:, 0], [1, 6, 7])
    assert_array_equal(dataset.targets, [1, 5, 7])
    assert notes == (
        "2 of 7 rows are left out: a value is missing.",
        "2 of 7 rows are left out: a value is infinite.",
    )


def test_one_row_left_out_is_one_row():
    _, notes = choice(x=[1, 2, np.nan], y=[1, 2, 3])
    assert notes == ("1 of 3 rows is left out: a value is missing.",)


CONSTANT = "is constant: its slope cannot be told from the intercept, so there is no unique optimum."
IDENTICAL = "are identical: there is no unique optimum, the loss has a valley."
PROPORTIONAL = "are proportional up to a shift: there is no unique optimum, the loss has a valley."


@pytest.mark.parametrize(
    ("values", "note"),
    [
        ({"x": [0.1] * 5, "z": Z}, f"The feature ` x ` {CONSTANT}"),
        ({"x": X, "z": X}, f"The features ` x ` and ` z ` {IDENTICAL}"),
        ({"x": X, "z": -3 * X}, f"The features ` x ` and ` z ` {PROPORTIONAL}"),
        ({"x": Z, "z": 1.8 * Z + 32}, f"The features ` x ` and ` z ` {PROPORTIONAL}"),
    ],
    ids=["constant", "identical", "backwards", "shifted"],
)
def test_features_without_a_unique_optimum_are_named_and_kept(values, note):
    dataset, notes = choice("y", ["x", "z"], y=Y, **values)
    assert notes == (note,)
    assert dataset.features.shape == (5, 2)
    design = LeastSquares(dataset.features, dataset.targets).design
    assert np.linalg.matrix_rank(design) < 3


def test_a_feature_that_is_constant_only_in_the_rows_kept_is_constant():
    _, notes = choice(x=[1, 1, 2], y=[1, 2, np.nan])
    assert notes[1].startswith("The feature ` x ` is constant")


@given(
    x=arrays(float, 9, elements=st.floats(-1e3, 1e3).map(lambda x: round(x, 9)), unique=True),
    slope=st.floats(1e-3, 1e3) | st.floats(-1e3, -1e-3),
    shift=st.floats(-1e3, 1e3),
)
def test_proportional_features_are_found_whatever_slope_and_shift(x, slope, shift):
    z = slope * x + shift
    if np.ptp(z) > 0 and np.ptp(x) > 0:
        assert "no unique optimum" in choice("y", ["x", "z"], x=x, z=z, y=np.arange(9.0))[1][0]


def verdicts(features, targets):
    """Whether there is no unique optimum: for the note, the features as they are, and standardised."""
    dataset, notes = choice("y", ["x", "z"], **dict(zip("xz", features.T, strict=True)), y=targets)
    models = [
        Model(dataset, standardise=scaled, broadcast=wrong) for scaled in (False, True) for wrong in (False, True)
    ]
    found = [bool((theory.curvatures(model.objective) == 0).any()) for model in models]
    return [any("no unique optimum" in note for note in notes), *found], [model.floor for model in models]


far = st.sampled_from([0.0, 1.0, 40.0, 1e7]) | st.floats(0, 7).map(lambda digits: 10**digits)  # mean / spread
size = st.floats(-3, 3).map(lambda digits: 10**digits)
seeds = st.integers(0, 2**32 - 1)


@given(
    seeds,
    st.sampled_from([3, 4, 10, 100, 3000]),
    far,
    size,
    st.sampled_from([0.0, 273.15, 32.0, 2440587.5, -1e9]) | st.floats(-1e9, 1e9),
    st.sampled_from([None, 1, 3]),
    st.booleans(),
)
def test_proportional_features_have_no_unique_optimum_in_either_scale_nor_in_the_note(
    seed, n, away, slope, shift, decimals, as_text
):
    rng = np.random.default_rng(seed)
    spread = 10 ** rng.uniform(-3, 6)
    x = spread * (rng.choice([-1, 1]) * away + rng.normal(size=n))
    x = x if decimals is None else np.round(x, decimals)  # many rows alike
    z = rng.choice([-1, 1]) * slope * x + rng.choice([shift, -slope * x[0]])
    features = np.column_stack([x, z])
    if as_text:
        features = np.array([[float(f"{cell:.15g}") for cell in row] for row in features])
    found, _ = verdicts(features, rng.normal(size=n))
    assert found == [True] * 5


@given(seeds, st.sampled_from([4, 10, 100, 3000]), far, far, size, size)
def test_unrelated_features_have_one_optimum_and_one_least_loss_in_both_scales_and_no_note(
    seed, n, away, other_away, spread, other_spread
):
    rng = np.random.default_rng(seed)
    steps = rng.integers(-500, 500, (n, 2)) / 1000
    steps[:4] = [[1, 1], [1, -1], [-1, 1], [-1, -1]]
    features = (steps + [away, other_away]) * [spread, other_spread]
    found, (raw, _, scaled, _) = verdicts(features, rng.normal(size=n))
    assert found == [False] * 5
    assert scaled == pytest.approx(raw, rel=1e-6)


def test_julian_days_and_unix_seconds_have_one_least_loss_in_both_scales():
    seconds = 1700000000.0 + np.array([3, 400, 951, 1800, 2222, 3100, 4000, 4444, 5100, 6001])
    y = np.array([1.0, 4, 2, 8, 5, 7, 9, 6, 3, 10])
    found, (raw, _, scaled, _) = verdicts(np.column_stack([seconds, 2440587.5 + seconds / 86400]), y)
    s = seconds - 1700000000
    alone = np.var(y) - np.mean((s - s.mean()) * (y - y.mean())) ** 2 / np.var(s)
    assert found == [True] * 5
    assert raw == pytest.approx(alone, rel=1e-6) and scaled == pytest.approx(alone, rel=1e-6)


def test_a_feature_that_is_constant_but_for_rounding_is_not_called_constant():
    x = 2.0**53 + 2 * np.arange(5)
    note = (
        "The feature ` x ` is constant as far as the machine can tell: its slope cannot be told from the intercept, so"
    )
    assert choice(x=x, y=Y)[1] == (f"{note} there is no unique optimum.",)


@pytest.mark.parametrize("size", [1e-100, 1.0, 1e99])
def test_nearly_proportional_features_have_an_optimum(size):
    z = X + [0, 0, 1e-9, 0, 0]
    assert choice("y", ["x", "z"], x=size * X, z=size * z, y=Y)[1] == ()


@given(arrays(float, (5, 3), elements=FINITE | st.sampled_from([np.nan, np.inf, 0.0, 5e-324])))
def test_any_columns_give_a_finite_data_set_or_a_table_error(values):
    try:
        dataset, _ = choice("y", ["x", "z"], **dict(zip("xyz", values.T, strict=True)))
    except TableError:
        assert np.isfinite(values).all(1).sum() < 2
    else:
        assert np.isfinite(dataset.features).all() and np.isfinite(dataset.targets).all()
        assert len(dataset.targets) == np.isfinite(values).all(1).sum()


@pytest.mark.parametrize(
    ("target", "features", "sentence"),
    [
        ("y", [], "A fit takes 1 or 2 features, and 0 are chosen."),
        ("y", ["x", "z", "gaps"], "A fit takes 1 or 2 features, and 3 are chosen."),
        ("y", ["x", "y"], "Target and features must be different columns, and ` y ` is chosen twice."),
        ("y", ["x", "x"], "Target and features must be different columns, and ` x ` is chosen twice."),
        ("y", ["gaps"], "A line needs at least 2 rows with all values, and ` gaps `, ` y ` have 1."),
    ],
)
def test_columns_that_make_no_data_set_are_refused_in_one_sentence(target, features, sentence):
    table = Table({"x": X, "y": Y, "z": Z, "gaps": np.array([np.nan, 1, np.nan, np.inf, np.nan])}, 5)
    assert refusal(choose, table, target, features) == sentence
