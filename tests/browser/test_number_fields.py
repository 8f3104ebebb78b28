"""A number field holds the number that was typed or pasted, or says why it does not.

The value that Python was given is read off the program to take home, which prints it in full.
"""

import pytest
from playwright.sync_api import Locator, Page, expect

from pages.lessons import LESSONS
from pages.shared.settings.kinds import Number
from tests.browser.harness import settle

A1, UPDATES = "a number from −10 to 10", "a whole number from 1 to 5000"
EXAMPLE = "Type a decimal number such as 0.1667."
HELD = {"a1": "3", "updates": "100"}  # before anything is typed

TYPED = {  # into a1, and Enter is pressed
    **{"0.5": 0.5, ".5": 0.5, "-.5": -0.5, "1e-3": 0.001, "1E-3": 0.001, "1.23456789": 1.23456789, "7.": 7, "+5": 5},
    **{"0,5": 0.5, "1,5": 1.5, "-2,25": -2.25, "−5": -5, "−0,5": -0.5, "0,125": 0.125, "1e−3": 0.001, "1.200": 1.2},
}
PASTED = TYPED | {" 0.5\n": 0.5, "−1e−3": -0.001}

REFUSED_AT_ONCE = {  # the text, and its first sign that is refused; what follows it is refused as well
    **{"1/6": "/", "5€": "€", "x12": "x", "12 kg": " ", "1 2": " ", "２": "２"},
    **{"1.2.3": ".", "1,2,3": ".", "1.2,3": ".", "1ee5": "e"},
}
REFUSED_AT_LAST = {
    **{text: f"What was typed is not {A1}." for text in ("1e400", "-", ".", "1e", "--5", "5-")},
    **{text: f"“{text}” is not {A1}." for text in ("12", "-10.01", "1e3")},
    "": f"The field is empty. Type {A1}.",
    "1e-400": f"“1e-400” is too near to 0. Type {A1}.",
    "1,200": "“1,200” can mean 1.2 or 1200. Type it without the comma.",
    "−2,500": "“−2,500” can mean −2.5 or −2500. Type it without the comma.",
}
NOT_PASTED = {
    **{text: f"“{text}” is not a number. {EXAMPLE}" for text in ("12 kg", "1/6", "1,200.5", "1.200,5", "1 200", "$5")},
    **{"1,200": "“1,200” can mean 1.2 or 1200. Type it without the comma.", " ": f"A blank is not a number. {EXAMPLE}"},
    "1" * 20 + "x" * 20: f"“{'1' * 20}{'x' * 10}…” is not a number. {EXAMPLE}",
}
NOT_WHOLE = ("0.5", "2.5", "2,5", "0", "6000", "-1")


@pytest.fixture
def page(open_page, server, request) -> Page:
    """The lesson with all settings in sight, and with its program opened."""
    page = open_page(
        f"{server}/quadratic?quadratic_a1={HELD['a1']}&quadratic_updates={HELD['updates']}",
        permissions=["clipboard-read", "clipboard-write"],
        locale=getattr(request, "param", "en-US"),
    )
    page.get_by_text("More settings").click()
    page.get_by_text("The same run in code").click()
    expect(field(page, "updates")).to_be_visible()
    assert_used(page, HELD["a1"])
    return page


def field(page: Page, name: str = "a1") -> Locator:
    return page.locator(f".st-key-quadratic_{name} input")


def type_in(page: Page, text: str, name: str = "a1") -> None:
    """As a keyboard does that has a key for every sign; Playwright's has none for the true minus sign."""
    empty(page, name)
    keyboard = page.context.new_cdp_session(page)
    for sign in text:
        keyboard.send("Input.dispatchKeyEvent", {"type": "keyDown", "key": sign, "text": sign})
        keyboard.send("Input.dispatchKeyEvent", {"type": "keyUp", "key": sign})
    keyboard.detach()


def empty(page: Page, name: str = "a1") -> None:
    field(page, name).click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Backspace")


def paste(page: Page, text: str) -> None:
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.keyboard.press("Control+v")


def said(page: Page, name: str = "a1") -> str:
    """The words of the browser's bubble; the bubble itself is no part of the page."""
    page.evaluate("() => new Promise(setTimeout)")  # what the browser took of a text is looked at after it
    return field(page, name).evaluate("field => field.validity.customError ? field.validationMessage : ''")


def assert_used(page: Page, a1: float | str) -> None:
    """Python was given this number, the field and the address say it, and nothing else is said."""
    program = page.get_by_test_id("stCode").filter(has_text="for t in range")
    expect(program).to_contain_text(f"a2, a1, a0 = 3, {float(a1):.12g}, -3\n")
    assert float(field(page).input_value()) == float(a1)
    assert f"quadratic_a1={float(a1):.12g}&" in page.url


def assert_kept(page: Page, sentence: str, name: str = "a1") -> None:
    """The field holds what it held, and says so."""
    page.wait_for_function("document.activeElement.validationMessage?.endsWith(' was kept.')")
    assert said(page, name) == f"{sentence} {HELD[name]} was kept."
    expect(field(page, name)).to_have_value(HELD[name])
    expect(field(page, name)).to_be_focused()
    assert f"quadratic_{name}={HELD[name]}" in page.url


@pytest.mark.parametrize("page", ["de-DE"], indirect=True)
def test_a_number_that_is_typed_is_that_number_in_a_german_browser_too(page):
    for text, number in TYPED.items():
        type_in(page, text)
        assert said(page) == ""
        page.keyboard.press("Enter")
        assert_used(page, number)


def test_a_number_that_is_pasted_is_that_number(page):
    for text, number in PASTED.items():
        empty(page)
        paste(page, text)
        assert said(page) == ""
        page.keyboard.press("Enter")
        assert_used(page, number)


def test_a_sign_that_a_number_cannot_have_is_refused_with_all_that_follows_until_the_reader_mends_it(page):
    for text, sign in REFUSED_AT_ONCE.items():
        type_in(page, text)
        what = "cannot stand here in" if sign in ".e" else "is not part of"
        quoted = "A blank" if sign == " " else f"“{sign}”"
        assert said(page) == f"{quoted} {what} a number. {EXAMPLE}"
        page.keyboard.press("Enter")
        assert_kept(page, f"{quoted} {what} a number. {EXAMPLE}")
    assert_used(page, HELD["a1"])
    type_in(page, "1/6")
    page.keyboard.press("Backspace")
    assert said(page) == ""
    page.keyboard.type("2,5")
    page.keyboard.press("Enter")
    assert_used(page, 2.5)


def test_what_is_no_number_in_the_end_is_named_and_the_last_good_one_comes_back(page):
    leave = [lambda: page.keyboard.press("Enter"), lambda: page.keyboard.press("Tab"), page.locator("h1").click]
    for i, (text, sentence) in enumerate(REFUSED_AT_LAST.items()):
        type_in(page, text)
        leave[i % 3]()
        assert_kept(page, sentence)
    for key in ("ArrowUp", "ArrowDown"):
        type_in(page, "")
        page.keyboard.press(key)
        assert_kept(page, REFUSED_AT_LAST[""])
    for text in NOT_WHOLE:
        type_in(page, text, "updates")
        page.keyboard.press("Enter")
        assert_kept(page, f"“{text.replace(',', '.')}” is not {UPDATES}.", "updates")
    page.keyboard.press("Tab")  # nobody is called back twice
    expect(field(page, "updates")).not_to_be_focused()
    assert_used(page, HELD["a1"])


def test_a_pasted_text_that_is_no_number_changes_nothing(page):
    for text, sentence in NOT_PASTED.items():
        field(page).select_text()
        paste(page, text)
        assert said(page) == sentence
        expect(field(page)).to_have_value(HELD["a1"])
    page.keyboard.press("Enter")
    assert_used(page, HELD["a1"])
    field(page).fill("1.2")
    paste(page, "0.5")  # 1.20.5, of which the browser would make 1.205
    assert said(page) == f"“0.5” cannot stand here in a number. {EXAMPLE}"
    page.keyboard.press("Enter")
    assert_kept(page, f"“0.5” cannot stand here in a number. {EXAMPLE}")


def test_a_text_is_dropped_as_it_is_pasted(page):
    page.evaluate("""() => {
        const text = Object.assign(document.createElement("p"), { id: "text", style: "position: fixed; z-index: 1e9" });
        text.style.inset = "300px auto auto 600px";
        document.body.append(text);
    }""")
    for text, value in (("0,25", "0.25"), ("12 kg", "0.25")):
        page.evaluate(
            "text => { window.text.textContent = text; getSelection().selectAllChildren(window.text); }", text
        )
        page.locator("#text").drag_to(field(page))
        expect(field(page)).to_have_value(value)
    assert said(page) == f"“12 kg” is not a number. {EXAMPLE}"


def test_what_a_dead_key_makes_is_refused_though_the_browser_has_taken_the_digit(page):
    empty(page)
    keyboard = page.context.new_cdp_session(page)
    keyboard.send("Input.imeSetComposition", {"text": "^", "selectionStart": 1, "selectionEnd": 1})
    keyboard.send("Input.insertText", {"text": "^5"})
    page.keyboard.press("Enter")
    assert_kept(page, f"“^” is not part of a number. {EXAMPLE}")


def test_a_half_typed_number_stays_while_another_window_is_looked_at(page):
    type_in(page, "1e")
    field(page).dispatch_event("focusout", {"bubbles": True})  # what a browser does then; the field keeps the focus
    settle(page)
    page.keyboard.type("0")
    page.keyboard.press("Enter")
    assert_used(page, 1)


def test_steps_go_on_from_a_number_between_two_steps_which_is_not_called_invalid(page):
    type_in(page, "1,25")
    page.keyboard.press("ArrowUp")
    assert_used(page, 1.4)  # Streamlit's own rounding
    field(page, "updates").hover()
    field(page).hover()
    for name in HELD:
        assert field(page, name).evaluate("field => field.validity.valid")
    page.locator(".st-key-quadratic_updates").get_by_role("button", name="Increment").click()
    expect(field(page, "updates")).to_have_value("200")


def test_a_field_that_may_be_empty_may_be_emptied(page):
    page.get_by_role("button", name="Share").click()
    page.get_by_text("For a class").click()
    at, link = page.locator(".st-key-quadratic_share_at input"), page.get_by_role("dialog").locator("code")
    at.fill("12")
    at.press("Enter")
    expect(link).to_contain_text("quadratic_at=12")
    at.fill("")
    at.press("Enter")
    expect(link).not_to_contain_text("quadratic_at")
    at.fill("4.5")
    at.press("Enter")
    page.wait_for_function("document.activeElement.validationMessage?.endsWith(' was left empty.')")
    expect(at).to_have_value("")


def test_a_setting_steps_by_whole_numbers_from_0_up_if_it_is_a_whole_number_and_only_then():
    """By this the browser tells them apart."""
    numbers = [setting for lesson in LESSONS for setting in lesson.settings if isinstance(setting, Number)]
    assert len(numbers) > 30
    for setting in numbers:
        counts = setting.low >= 0 and setting.low % 1 == setting.step % 1 == 0
        assert setting.whole == counts, setting.name
