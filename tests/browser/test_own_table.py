"""The grid in which a table is edited: a cell ends as the number that was typed or pasted, or is named.

What is fitted is read off the program to take home, which prints its numbers in full. The grid is drawn on a canvas.
"""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.harness import settle

ROW = 35  # the height of a row in pixels, that of the names included
EDITOR = "textarea.gdg-input"


@pytest.fixture
def grid(open_page, server) -> Page:
    """The lesson with the example in the grid, and with its program opened."""
    page = open_page(
        f"{server}/linear_regression?regression_data=Your+own",
        charts=3,
        permissions=["clipboard-read", "clipboard-write"],
    )
    page.get_by_text("Edit", exact=True).click()
    expect(page.get_by_test_id("data-grid-canvas")).to_be_visible()
    page.get_by_text("The same run in code").click()
    assert_fitted(page, [0, 1, 2, 3], [1, 3, 4, 8])
    return page


def click(page: Page, row: int, column: str) -> None:
    """On a cell, or on the margin before its row; the rows are counted from 1."""
    table = page.get_by_test_id("stDataFrame")
    across = {"margin": 0.05, "x": 0.35, "y": 0.8}[column] * table.bounding_box()["width"]
    place = {"x": across, "y": ROW * (row + 0.5)}
    table.hover(position=place)  # the grid does not see a click that comes from nowhere
    page.wait_for_timeout(200)
    table.click(position=place)
    page.wait_for_timeout(200)


def type_in(page: Page, row: int, column: str, text: str) -> None:
    """As a keyboard does that has a key for every sign; Playwright's has none for the true minus sign."""
    click(page, row, column)
    keyboard = page.context.new_cdp_session(page)
    for i, sign in enumerate(text):
        keyboard.send("Input.dispatchKeyEvent", {"type": "keyDown", "key": sign, "text": sign})
        keyboard.send("Input.dispatchKeyEvent", {"type": "keyUp", "key": sign})
        expect(page.locator(EDITOR)).to_have_value(text[: i + 1])
        page.wait_for_timeout(60)  # the grid forgets an edit if Enter comes within some 10 ms of its last key
    page.keyboard.press("Enter")


def paste_at(page: Page, row: int, column: str, text: str) -> None:
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.keyboard.press("Escape")  # a click on the chosen cell would open it
    click(page, row, column)
    page.keyboard.press("Control+v")


def named(row: int, column: str, text: str) -> str:
    return f"Row {row}, {column}: {text} is not a number, such as 1.5. Until it is, its row is left out."


def assert_fitted(page: Page, x: list[float], y: list[float], said: str = "") -> None:
    """These examples and no others, with these words on what is left out and no others."""
    program = page.get_by_test_id("stCode").filter(has_text="for t in range")
    arrays = [f"{name} = np.array({[float(value) for value in values]})" for name, values in (("x", x), ("y", y))]
    expect(program).to_contain_text(re.compile(r"\s+".join(map(re.escape, arrays))), timeout=15_000)
    settle(page, 3)
    expect(page.get_by_test_id("stAlert")).to_have_text([said] if said else [])


@pytest.mark.parametrize(
    "numbers",
    [{".5": 0.5, "-.5": -0.5, "1e-3": 0.001}, {"1e3": 1000, "−5": -5, "-5": -5, "0.123456789012": 0.123456789012}],
)
def test_a_number_that_is_typed_is_that_number(grid, numbers):
    for text, value in numbers.items():
        type_in(grid, 4, "y", text)
        assert_fitted(grid, [0, 1, 2, 3], [1, 3, 4, value])


def test_a_text_that_is_typed_is_named_and_its_row_left_out_until_it_is_mended(grid):
    for text in ("1,5", "12 kg", "1.200,5"):
        type_in(grid, 4, "y", text)
        assert_fitted(grid, [0, 1, 2], [1, 3, 4], named(4, "y", text))
    type_in(grid, 4, "y", "1.5")
    assert_fitted(grid, [0, 1, 2, 3], [1, 3, 4, 1.5])


def test_what_is_pasted_is_the_number_or_is_named(grid):
    for text in ("23,4", "1 200", "12 kg", "$5"):
        paste_at(grid, 2, "y", text)
        assert_fitted(grid, [0, 2, 3], [1, 4, 8], named(2, "y", text))
    paste_at(grid, 2, "y", "−5")
    assert_fitted(grid, [0, 1, 2, 3], [1, -5, 4, 8])
    paste_at(grid, 2, "x", "1,5\n2,5")
    assert_fitted(grid, [0, 3], [1, 8], f"{named(2, 'x', '1,5')} {named(3, 'x', '2,5')}")
    paste_at(grid, 2, "x", ".5\t1e-3\n1.5\t1e3")
    assert_fitted(grid, [0, 0.5, 1.5, 3], [1, 0.001, 1000, 8])


def test_rows_are_added_and_deleted_and_what_was_typed_stays(grid):
    paste_at(grid, 4, "x", "3\t9\n4\t12 kg")
    assert_fitted(grid, [0, 1, 2, 3], [1, 3, 4, 9], named(5, "y", "12 kg"))
    click(grid, 2, "margin")
    grid.keyboard.press("Delete")
    assert_fitted(grid, [0, 2, 3], [1, 4, 9], named(4, "y", "12 kg"))
    for way in ("Paste", "Edit"):
        grid.get_by_text(way, exact=True).click()
        settle(grid, 3)
    assert_fitted(grid, [0, 2, 3], [1, 4, 9], named(4, "y", "12 kg"))
    type_in(grid, 4, "y", ".5")
    assert_fitted(grid, [0, 2, 3, 4], [1, 4, 9, 0.5])
