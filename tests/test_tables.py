"""A table, from its text to its columns, is read exactly or refused in one sentence; what is left out is said."""

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

from pages.shared.data.refusal import TableError
from pages.shared.data.selection import choose
from pages.shared.data.tables import FAULTS_SAID, read_cells, read_table
from pages.shared.words import literal

FINITE = st.floats(-1e100, 1e100).filter(lambda value: value == 0 or abs(value) >= 1e-100)


def columns(raw):
    return {name: values.tolist() for name, values in read_table(raw).columns.items()}


def refusal(call, *args):
    with pytest.raises(TableError) as error:
        call(*args)
    return str(error.value)


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
