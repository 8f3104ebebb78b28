"""The reader's own data is read exactly, or refused in one sentence; nothing is left out without a word."""

import re
from decimal import Decimal
from fractions import Fraction
from time import process_time

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_array_equal

from gdcore import LeastSquares, theory
from pages.shared.data.regression import Model
from pages.shared.data.tables import FAULTS_SAID, Table, TableError, choose, read_cells, read_table
from pages.shared.words import literal

FINITE = st.floats(-1e100, 1e100).filter(lambda value: value == 0 or abs(value) >= 1e-100)
X, Y, Z = np.arange(5.0), np.array([1.0, -2, 4, 0, 3]), np.array([0.5, 0.25, 7, -1, 2])


def columns(raw):
    return {name: values.tolist() for name, values in read_table(raw).columns.items()}


def refusal(call, *args):
    with pytest.raises(TableError) as error:
        call(*args)
    return str(error.value)


def choice(target="y", features=("x",), **values):
    table = Table({name: np.asarray(column, dtype=float) for name, column in values.items()}, len(values[target]))
    return choose(table, target, features)


# reading


@pytest.mark.parametrize("delimiter", [",", ";", "\t", " ", ", ", "   ", " \t "])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("header", [["x", "y"], []], ids=["header", "no header"])
@pytest.mark.parametrize("form", [str, str.encode, lambda text: text.encode("utf-8-sig")], ids=["str", "utf-8", "BOM"])
def test_every_delimiter_line_end_and_form_gives_the_same_table(delimiter, end, header, form):
    rows = [*([header] if header else []), ["1", "-2.5"], ["3e2", "+.4"]]
    table = read_table(form(end.join(delimiter.join(row) for row in rows) + end))
    assert list(table.columns) == (header or ["column 1", "column 2"])
    assert_array_equal(list(table.columns.values()), [[1, 300], [-2.5, 0.4]])
    assert table.n_rows == 2 and table.notes == ()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", " "])
@given(values=arrays(float, st.tuples(st.integers(2, 30), st.integers(2, 5)), elements=FINITE), named=st.booleans())
def test_a_table_that_pandas_writes_comes_back_bit_by_bit(delimiter, values, named):
    frame = pd.DataFrame(values, columns=[f"name {i}" for i in range(values.shape[1])])
    table = read_table(frame.to_csv(sep=delimiter, index=False, header=named).encode())
    assert list(table.columns) == (list(frame) if named else [f"column {i + 1}" for i in range(values.shape[1])])
    assert_array_equal(np.column_stack(list(table.columns.values())), values)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@given(
    values=arrays(float, st.tuples(st.integers(2, 9), st.just(3)), elements=FINITE | st.sampled_from([np.nan, np.inf]))
)
def test_gaps_and_infinities_come_back_where_they_were(delimiter, values):
    values[0] = 1
    frame = pd.DataFrame(values, columns=list("abc"))
    table = read_table(frame.to_csv(sep=delimiter, index=False))
    assert table.n_rows == len(values)
    assert_array_equal(np.column_stack(list(table.columns.values())), values)


@given(st.binary())
@example(b"\xef\xbb\xbf")
@example(b'"')
@example(b"\x1c\n1 2\n")
@example(b'1,"2\n3,4')
def test_no_bytes_are_anything_but_a_table_or_a_table_error(raw):
    try:
        read_table(raw)
    except TableError as error:
        assert str(error).endswith(".") and "\n" not in str(error)


@given(st.text(st.sampled_from("12.e-+,;\t \n\r\"'=xN\x0b\x1c\u2028\ud800")))
def test_no_text_is_anything_but_a_table_or_a_table_error(text):
    try:
        table = read_table(text)
    except TableError:
        return
    assert len(table.columns) >= 2 and table.n_rows >= 2
    assert all(len(values) == table.n_rows for values in table.columns.values())


@pytest.mark.parametrize("mark", ["", "NA", "n/a", "#N/A", "NaN", "null", "None", "?", "-", "  "])
def test_a_missing_value_is_a_gap(mark):
    table = read_table(f"x,y\n1,2\n{mark},4\n5,6")
    assert_array_equal(table.columns["x"], [1, np.nan, 5])


def test_a_first_row_of_numbers_with_a_gap_is_data():
    assert read_table("1,,3\n4,5,6\n7,8,9").n_rows == 3


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_blank_lines_do_not_count(end):
    assert columns(end.join(["", "x,y", "", "1,2", "  ", "3,4", "", ""])) == {"x": [1, 3], "y": [2, 4]}


def test_the_delimiter_is_what_most_rows_agree_on():
    assert columns("time; s,y\n1,2\n3,4") == {"time; s": [1, 3], "y": [2, 4]}


def test_a_row_of_gaps_counts():
    assert read_table("x\ty\n1\t2\n\t\n3\t4").n_rows == 3


def test_quoted_cells_may_hold_delimiters_and_line_ends():
    assert columns('name,"x, in m","y\nin s"\n"Smith, John",1,2\n"Bob\nB",3,4') == {"x, in m": [1, 3], "y in s": [2, 4]}


def test_a_true_minus_sign_is_a_minus_sign():
    assert columns("x,y\n−1,2\n3,−4e−1") == {"x": [-1, 3], "y": [2, -0.4]}


def test_columns_without_a_name_are_numbered():
    assert columns("x,,z\n1,2,3\n4,5,6") == {"x": [1, 4], "column 2": [2, 5], "z": [3, 6]}


@pytest.mark.parametrize("cell", ["=1+1", "@SUM(1)", "1_000", "0x10", "__import__('os')", "1,5", "True", "12 kg"])
def test_a_cell_that_is_no_number_is_only_text_and_its_column_is_left_out_aloud(cell):
    table = read_table(f"x;y;z\n1;2;3\n4;5;{cell}")
    assert list(table.columns) == ["x", "y"]
    assert table.notes == (f"Left out, because not every cell is a number: ` z ` has ` {cell} `.",)


def test_many_columns_of_text_make_one_short_note():
    header = [*"abcdefghij", "x", "y"]
    table = read_table("\n".join(",".join(row) for row in [header, [*"qqqqqqqqqq12"], [*"qqqqqqqqqq34"]]))
    assert table.notes[0].endswith("` a ` has ` q `, ` b ` has ` q `, ` c ` has ` q `, and 7 more.")


EMPTY = "The table is empty: it needs at least 2 rows of numbers."
TOO_FEW = "A fit needs 2 columns of numbers, a target and a feature, and this table has"
ELSEWHERE = "elsewhere not every cell is a number, such as 1.5:"
RAGGED = "Every row of a table needs equally many cells, and row"
TOO_LONG = "A table can have at most a header and 200,000 rows, and this one has"
UNREADABLE = "Row 1 cannot be read: a quotation mark stands alone, or a cell is longer than 131,072 characters."


def not_utf_8(byte, value):
    return f"The text must be encoded as UTF-8, and byte {byte} ({value}) is not: save it as “CSV UTF-8”."


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ("", EMPTY),
        (b" \r\n\t\n", EMPTY),
        ("x,y", "A line needs at least 2 rows of numbers, and this table has 0 below its header."),
        ("x,y\n1,2", "A line needs at least 2 rows of numbers, and this table has 1 below its header."),
        ("x,y\na,b\nc,d", f"{TOO_FEW} none; {ELSEWHERE} ` x ` has ` a `, ` y ` has ` b `."),
        ("x;y\n1,5;2\n2,5;3", f"{TOO_FEW} only ` y `; {ELSEWHERE} ` x ` has ` 1,5 `."),
        ("1,2\n", "A line needs at least 2 rows of numbers, and this table has 1."),
        ("1,5;a\n2,5;3\n3,5;4", f"{TOO_FEW} only ` a `; {ELSEWHERE} ` 1,5 ` has ` 2,5 `."),
        ("x\n1\n2", f"{TOO_FEW} only ` x `."),
        ("x,y,\n1,,\n2,,", f"{TOO_FEW} only ` x `; {ELSEWHERE} ` y ` has (nothing), ` column 3 ` has (nothing)."),
        ("1,2\n3,4,5\n", f"{RAGGED} 2 (` 3,4,5 `) has 3 where row 1 has 2."),
        ("x,y\n1,2\n3", f"{RAGGED} 3 (` 3 `) has 1 where row 1 has 2."),
        ('x,"y\n1,2\n3,4', UNREADABLE),
        ("x,x\n1,2\n3,4", "Every column needs a name of its own, and two are called ` x `."),
        ("x,y\n1,2\n3,1.1e100", "Numbers must be at most 10¹⁰⁰ in size, and column ` y ` has ` 1.1e100 `."),
        ("x,y\n1,2\n3,1e-101", "Numbers must be 0 or at least 10⁻¹⁰⁰ in size, and column ` y ` has ` 1e-101 `."),
        ("x,y\n0,2\n-1e-400,3", "Numbers must be 0 or at least 10⁻¹⁰⁰ in size, and column ` x ` has ` -1e-400 `."),
        ("x,y\n1,2\n-1e999,3", "Numbers must be at most 10¹⁰⁰ in size, and column ` x ` has ` -1e999 `."),
        (b"PK\x03\x04\0", "This is a spreadsheet or a zip archive and not a table in text: save it as CSV first."),
        (b"\xd0\xcf\x11\0", "This is a binary file and not a table in text: save it as CSV first."),
        ("x,y\n1,\0\n", "This is a binary file and not a table in text: save it as CSV first."),
        ("é,y\n1,2".encode("latin-1"), not_utf_8(1, "0xE9")),
        ("\ufeffx,y\n1,2".encode("utf-16-le"), not_utf_8(1, "0xFF")),
        ("x,y\n1,\ud800", not_utf_8(7, "0xED")),
        (
            f"{'n' * 201},y\n1,2\n3,4",
            f"The name of a column can have at most 200 characters, and ` {'n' * 40}… ` has 201.",
        ),
    ],
)
def test_what_is_no_table_of_numbers_is_refused_in_one_sentence(raw, sentence):
    assert refusal(read_table, raw) == sentence


def test_1e100_itself_is_welcome():
    assert columns("x,y\n1e100,2\n-1e100,3") == {"x": [1e100, -1e100], "y": [2, 3]}


@pytest.mark.parametrize("header", ["x,y\n", ""], ids=["header", "no header"])
def test_200_000_rows_are_read(header):
    assert read_table(header + "1,2\n" * 200_000).n_rows == 200_000


def test_a_thousand_columns_and_a_name_of_200_characters_are_read():
    names = ["n" * 200, *(f"name {i}" for i in range(999))]
    assert list(read_table("\n".join([",".join(names), *[",".join(["1"] * 1000)] * 2])).columns) == names


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"1," * 5_000_001, "A table can have at most 10 MB, and this one has 10.000002 MB."),
        ("é" * 5_000_001, "A table can have at most 10 MB, and this one has 10.000002 MB."),
        (b"1," * 5_000_000, "A table can have at most 1,000 columns, and this one has 5,000,001."),
        (b"1 2\n" * 200_001, "A table can have at most 200,000 rows, and this one has 200,001."),
        (b"x y\n" + b"1 2\n" * 200_001, f"{TOO_LONG} 200,002 lines."),
        (b'"\n' * 5_000_000, f"{TOO_LONG} 5,000,000 lines."),
        (b"\n" * 10_000_000, EMPTY),
        (b"x" * 10_000_000, UNREADABLE),
        (b'"' * 10_000_000, UNREADABLE),
        (b" " * 9_999_999 + b"1", "A line needs at least 2 rows of numbers, and this table has 1."),
    ],
    ids=["bytes", "text", "columns", "rows", "lines", "quoted lines", "line ends", "letters", "quotes", "spaces"],
)
def test_a_file_beyond_a_bound_is_refused_at_once(raw, sentence):
    started = process_time()
    assert refusal(read_table, raw) == sentence
    assert process_time() - started < 3


def test_200_000_rows_of_three_numbers_are_read_within_two_seconds():
    values = np.random.default_rng(0).normal(size=(200_000, 3)).round(6)
    raw = pd.DataFrame(values, columns=list("abc")).to_csv(index=False).encode()
    started = process_time()
    table = read_table(raw)
    choose(table, "a", ["b", "c"])
    assert process_time() - started < 2
    assert_array_equal(np.column_stack(list(table.columns.values())), values)


@pytest.mark.parametrize("raw", ["$x$,[a](b)\n1,2,3", "$x$,$x$\n1,2\n3,4", "$x$,y\n1e200,2\n3,4", "$x$,y\n$z$,b\n3,4"])
def test_foreign_text_stands_in_code(raw):
    assert not re.search(r"[$\[]", re.sub("`.*?`", "", refusal(read_table, raw)))


# the cells of a grid

NUMBER = re.compile(r"[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)(e[+-]?[0-9]+)?", re.IGNORECASE)
OF_NO_SIZE = {"": np.nan, "-": np.nan, "nan": np.nan, "inf": np.inf, "-inf": -np.inf}
TYPED = st.text(st.sampled_from("0123456789.,-+−e _%/'$x"), max_size=8) | st.floats().map(repr)


@given(st.lists(st.tuples(TYPED, TYPED), min_size=1, max_size=6))
@example([("1e-400", "1e400")])
@example([("−.5", "1,5")])
@example([("0e9", "-0")])
def test_a_cell_of_a_grid_is_the_number_that_it_says_or_a_gap_or_is_named(rows):
    table, expected, named = read_cells(dict(zip("xy", zip(*rows, strict=True), strict=True))), [], []
    for i, texts in enumerate(rows, 1):
        values = []
        for name, text in zip("xy", texts, strict=True):
            plain = text.strip().replace("−", "-")
            exact = Decimal(plain) if NUMBER.fullmatch(plain) else None
            if exact is not None and (exact == 0 or Decimal("1e-100") <= abs(exact) <= Decimal("1e100")):
                values.append(float(Fraction(exact)))
            elif text.strip() in OF_NO_SIZE:
                values.append(OF_NO_SIZE[text.strip()])
            else:
                named.append(f"Row {i}, ` {name} `: {literal(text)} is not ")
        expected += [values] if len(values) == 2 else []
    assert_array_equal(np.column_stack(list(table.columns.values())), np.reshape(expected, (-1, 2)))
    assert table.n_rows == len(rows)
    assert re.findall("Row .*? is not ", "".join(table.notes)) == named[:FAULTS_SAID]


def test_a_grid_of_too_many_rows_is_refused():
    few = {"x": ["1"] * 200_000, "y": ["2"] * 200_000}
    assert read_cells(few).n_rows == 200_000
    many = {name: [*cells, "3"] for name, cells in few.items()}
    assert refusal(read_cells, many) == "A table can have at most 200,000 rows, and this one has 200,001."


# choosing


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
