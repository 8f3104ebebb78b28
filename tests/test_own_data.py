"""The reader's own data through the page: what is typed in the grid is read or named, and a table is read once."""

import json

import pytest

from pages.shared.data import tables
from tests.harness import PAGES, drawn, open_lesson

LEFT_OUT = "Until it is, its row is left out."
INSTEAD = "The six points are shown."  # where a table cannot be used


def opened(way: str, page: str = "regression"):
    app = open_lesson(page, data="Your own")
    return app.segmented_control(key=f"{page}_way").set_value(way).run()


def edit(app, rows=None, added=(), deleted=()):
    """What the browser sends when cells of the grid are edited, in Streamlit's own form: texts by row and column."""
    states = app._tree.get_widget_states()
    grid = states.widgets.add()
    grid.id = app.dataframe[0].proto.id
    grid.string_value = json.dumps({"edited_rows": rows or {}, "added_rows": added, "deleted_rows": deleted})
    app._run(states)
    assert not app.exception, app.exception[0].message
    return app


def points(app) -> list[list[float]]:
    return drawn(app, 0, "points")[["x", "y"]].to_numpy().tolist()


def said(app) -> list[str]:
    return [note.value for note in app.info]


def faulty(row: int, column: str, text: str, demand: str = "a number, such as 1.5") -> str:
    return f"Row {row}, ` {column} `: ` {text} ` is not {demand}. {LEFT_OUT}"


# the grid


def test_the_grid_opens_with_the_example_in_cells_of_text():
    app = opened("Edit")
    assert app.dataframe[0].value.to_numpy().tolist() == [["0", "1"], ["1", "3"], ["2", "4"], ["3", "8"]]
    assert points(app) == [[0, 1], [1, 3], [2, 4], [3, 8]] and said(app) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [(".5", 0.5), ("-.5", -0.5), ("1e-3", 0.001), ("1e3", 1000), ("−5", -5), (" 7 ", 7), ("+2.50", 2.5)],
)
def test_a_number_in_the_grid_is_the_number_that_was_typed(text, value):
    app = edit(opened("Edit"), {3: {"y": text}})
    assert points(app) == [[0, 1], [1, 3], [2, 4], [3, value]] and said(app) == []


@pytest.mark.parametrize("text", ["1,5", "23,4", "1,200", "1.200,5", "1 200", "12 kg", "$5", "5 %", "1/2", "–5", "x"])
def test_a_cell_that_is_no_number_takes_out_its_row_and_is_named(text):
    app = edit(opened("Edit"), {3: {"y": text}})
    assert points(app) == [[0, 1], [1, 3], [2, 4]] and said(app) == [faulty(4, "y", text)]


def test_a_row_that_is_left_out_is_back_when_its_cell_is_mended():
    app = opened("Edit")
    edit(app, {0: {"x": "0,5"}})
    assert len(points(app)) == 3
    edit(app, {0: {"x": "0.5"}})
    assert points(app)[0] == [0.5, 1] and said(app) == []


@pytest.mark.parametrize("gap", [None, "", " ", "NA", "-"])
def test_a_gap_in_the_grid_is_a_gap_and_no_fault(gap):
    app = edit(opened("Edit"), {1: {"x": gap}})
    assert points(app) == [[0, 1], [2, 4], [3, 8]]
    assert said(app) == ["1 of 4 rows is left out: a value is missing."]


def test_gaps_and_faults_are_counted_apart():
    app = edit(opened("Edit"), {0: {"y": "1,5"}}, added=[{}, {"x": "9", "y": "9"}, {"x": "1"}])
    assert points(app) == [[1, 3], [2, 4], [3, 8], [9, 9]]
    assert said(app) == [faulty(1, "y", "1,5"), "2 of 7 rows are left out: a value is missing."]


def test_a_row_is_named_by_the_place_at_which_it_stands():
    app = edit(opened("Edit"), added=[{"x": "4", "y": "9 m"}], deleted=[0, 2])
    assert points(app) == [[1, 3], [3, 8]] and said(app) == [faulty(3, "y", "9 m")]


def test_of_many_faults_three_are_said_and_the_others_counted():
    app = edit(opened("Edit"), {i: {"x": f"{i},5", "y": f"{i} m"} for i in range(2)}, added=[{"x": "a", "y": "1"}])
    named = [faulty(1, "x", "0,5"), faulty(1, "y", "0 m"), faulty(2, "x", "1,5")]
    assert said(app) == [" ".join([*named, "And 2 more cells like that."])]


def test_faults_are_named_where_too_few_rows_are_left_for_a_line():
    app = edit(opened("Edit"), {0: {"y": "1,5"}}, deleted=[1, 2])
    few = f"A line needs at least 2 rows with all values, and ` x `, ` y ` have 1. {INSTEAD}"
    assert said(app) == [faulty(1, "y", "1,5"), few]


def test_a_grid_without_rows_gets_a_sentence():
    (note,) = said(edit(opened("Edit"), deleted=[0, 1, 2, 3]))
    assert note.startswith("A line needs at least 2 rows") and note.endswith(INSTEAD)


@pytest.mark.parametrize("page", ["regression", "race"])
def test_what_was_typed_is_there_after_another_way(page):
    app = opened("Edit", page)
    first = app.dataframe[0].value.to_dict("tight")
    edit(app, {3: {"x": "12 kg", "y": ".5"}}, added=[{"x": "4"}], deleted=[1])
    typed = [["0", "1"], ["2", "4"], ["12 kg", ".5"], ["4", ""]]
    for way in ("Paste", "Upload"):
        app.segmented_control(key=f"{page}_way").set_value(way).run()
        assert not app.dataframe
        app.segmented_control(key=f"{page}_way").set_value("Edit").run()
        assert app.dataframe[0].value.to_dict("tight") == {**first, "index": [0, 1, 2, 3], "data": typed}
    edit(app, {1: {"y": "5"}})
    assert faulty(3, "x", "12 kg") in said(app)


def test_what_was_typed_is_there_after_another_page():
    app = edit(opened("Edit"), {3: {"x": "12 kg", "y": ".5"}})
    for page in ("quadratic", "regression"):
        app.switch_page(f"pages/{PAGES[page]}").run()
        assert not app.exception
    app.selectbox(key="regression_data").set_value("Your own").run()
    assert app.dataframe[0].value.to_numpy().tolist()[3] == ["12 kg", ".5"]
    assert said(app) == [faulty(4, "x", "12 kg")]


# reading once


@pytest.fixture
def readings(monkeypatch):
    """How often a table was read: its sizes."""
    sizes, read_table = [], tables.read_table

    def counted(raw):
        sizes.append(len(raw))
        return read_table(raw)

    monkeypatch.setattr(tables, "read_table", counted)
    return sizes


def change_the_rate(app):
    for rate in ("0.01", "0.02", "0.03"):
        app.text_input(key="regression_rate_text").set_value(rate).run()
        assert not app.exception


@pytest.mark.parametrize("way", ["Paste", "Upload"])
@pytest.mark.parametrize(
    ("end", "refused"), [("3,5\n", False), ("3\n", True)], ids=["a table", "what is refused in its last row"]
)
def test_a_table_is_read_once_whatever_is_changed_afterwards(readings, way, end, refused):
    app = opened(way)
    text = f"{way},y\n" + "1,2\n2,3\n" * 1000 + end  # the cache of a session outlives a test
    readings.clear()
    if way == "Paste":
        app.text_area(key="regression_text").set_value(text).run()
    else:
        app.file_uploader[0].set_value(("table.csv", text.encode(), "text/csv")).run()
    first = said(app)
    change_the_rate(app)
    assert readings == [len(text)]
    assert said(app) == first and (INSTEAD in " ".join(first)) == refused


def test_another_text_is_another_table(readings):
    app = opened("Paste")
    readings.clear()
    for y in (5, 6, 5):
        app.text_area(key="regression_text").set_value(f"a,b\n1,2\n2,3\n3,{y}\n").run()
        assert points(app)[-1] == [3, y]
    assert len(readings) == 2
