"""Break it with links: every parameter of every page with garbage. What cannot be used is named with its bound and its
value and left out, and the page is that of the rest of the link."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from streamlit.testing.v1 import AppTest

from pages import home
from pages.lessons import LESSONS
from pages.lessons.race import lanes
from pages.shared.settings.kinds import Choice
from pages.shared.settings.panel import FOR_A_CLASS
from tests.harness import CASES, drawn, examples, in_a_link, open_lesson

PAGES = {"home": (home.SHOWS,)} | {lesson.key: lesson.settings for lesson in LESSONS}
SETTINGS = {page: {setting.name: setting for setting in (*own, *FOR_A_CLASS)} for page, own in PAGES.items()}
TEACHERS = ("hidden", "locked", "at", "question", "note")
GARBAGE = {
    "infinite": "inf",
    "minus infinite": "-inf",
    "no number": "nan",
    "too large": "1e400",
    "too small": "1e-400",
    "large whole": str(2**64),
    "huge": "-" + "9" * 400,
    "tiny": "-1e-7",
    "nothing": "",
    "blank": " \t ",
    "line ends": "1\n2\r\n",
    "letters": "zz",
    "hexadecimal": "0x10",
    "underscore": "1_0",
    "decimal comma": "1,5",
    "wide digits": "１０",
    "arabic digit": "٣",
    "through nothing": "1/0",
    "two fractions": "1/6/2",
    "negative": "-5",
    "nothing known": "None",
    "object": "[object Object]",
    "ten kilobytes": "a" * 10_000,
    "many digits": "1" * 2000 + "/" + "1" * 2000 + "x",
    "HTML": "<img src=x onerror=alert(1)>",
    "Markdown": "[a](http://b.c) **d** `e`",
    "LaTeX": "$\\frac{1}{0}$",
    "directive": ":red-badge[x] :material/delete:",
    "template": "{0} %s ${x} {{x}}",
    "query": "&x=1#y?z=%00",
    "path": "../../etc/passwd",
    "code": "__import__('os').system('x')",
    "right to left": "שלום",
    "turned around": "\u202e1",
    "combining": "e" + "\u0301\u0327" * 60,
    "emoji": "👩\u200d👧 🏳️",
    "control": "\x00\x07\x1b[31m",
    "byte order mark": "\ufeff1",
    "twice": ["1", "2"],
    "twice the same": ["0.2", "0.2"],
    "many times": ["7"] * 8,
}
SHORTER = {"race": 4000}  # a link with a long text in each of its eighty settings would be more than a server takes


def in_every(page: str, said) -> dict:
    names = {*SETTINGS[page], *TEACHERS} - {"right"}  # which must differ from left
    return dict.fromkeys(sorted(names), said[: SHORTER.get(page, 10_000)])


def is_refused(setting, said) -> bool:
    return isinstance(said, list) or setting.read(said) is None


def sentences(app: AppTest) -> list[str]:
    return [line for warning in app.warning for line in warning.value.split("  \n")]


def wrong_in(name: str, said) -> bool:
    """Whether a page has to complain of what a teacher is meant to have written."""
    if isinstance(said, list):
        return True
    longest = {"question": 200, "note": 600}
    return len(said) > longest[name] if name in longest else said != ""


def contents(app: AppTest) -> list:
    """What is on the page but for the sentences on the link and the texts from it."""
    names = [(i, data.name) for i, chart in enumerate(app.get("vega_lite_chart")) for data in chart.proto.datasets]
    charts = [drawn(app, *name) for name in names]
    charts = [chart.astype(dict.fromkeys(chart.select_dtypes("integer"), float)).to_csv() for chart in charts]
    return [*charts, *(text.value for text in [*app.title, *app.markdown])]


@cache
def opened(page: str, **link) -> list:
    app = open_lesson(page, **link)
    return sentences(app), contents(app)


@pytest.mark.parametrize("kind", GARBAGE)
@pytest.mark.parametrize("page", PAGES)
def test_garbage_in_every_parameter_is_said_and_the_rest_of_the_link_counts(page, kind):
    link = in_every(page, GARBAGE[kind])
    CASES["parameters with garbage"] += len(link)
    app = open_lesson(page, **link)
    refused = [setting for name, setting in SETTINGS[page].items() if name in link and is_refused(setting, link[name])]
    others, rest = opened(page, **(shown(app, page) if isinstance(GARBAGE[kind], list) else without(link, refused)))
    assert contents(app) == rest
    told = [line for line in sentences(app) if line not in others]
    for setting in refused:
        assert_named(setting, link[setting.name], next(line for line in told if begins(line, page, setting)))
    complaints = [line for line in told if line.startswith("The link: ")]
    assert len(complaints) == sum(wrong_in(name, link[name]) for name in TEACHERS)
    assert len(told) == len(refused) + len(complaints)


def without(link: dict, refused: list) -> dict:
    return {name: said for name, said in link.items() if name not in (*TEACHERS, *(one.name for one in refused))}


def shown(app: AppTest, page: str) -> dict:
    """What the widgets stand on: of two numbers Streamlit takes one, and the page says which."""
    keys = {name: f"{page}_{name}" for name in SETTINGS[page]}
    return {name: in_a_link(app.session_state[key]) for name, key in keys.items() if key in app.session_state}


def begins(line: str, page: str, setting) -> bool:
    return line.startswith(f"{lanes.label(setting) if page == 'race' else setting.label}: ")


def assert_named(setting, said, sentence: str) -> None:
    assert setting.bound in sentence and sentence.endswith(" is used.")
    said = " and ".join(said) if isinstance(said, list) else said
    assert all(sign in sentence for sign in " ".join(said.split())[:40] if sign.isprintable())
    assert len(sentence) < 400 + len(setting.bound)


TEXTS = some.text(some.characters(exclude_categories=["Cs"]), max_size=50)


@settings(max_examples=examples(20), deadline=None)
@given(data=some.data())
def test_garbage_in_one_parameter_leaves_all_others_alone(data):
    page = data.draw(some.sampled_from(list(PAGES)))
    name = data.draw(some.sampled_from(list(SETTINGS[page])))
    setting = SETTINGS[page][name]
    said = data.draw(some.sampled_from(list(GARBAGE.values())) | TEXTS)
    CASES["parameters with garbage"] += 1
    app = open_lesson(page, **{name: said})
    if is_refused(setting, said):
        assert_named(setting, said, sentences(app)[0])
        assert len(sentences(app)) == 1
        assert isinstance(said, list) or contents(app) == opened(page)[1]


CHOICES = [(page, setting) for page in PAGES for setting in SETTINGS[page].values() if isinstance(setting, Choice)]


@pytest.mark.parametrize(
    "change", [str.swapcase, "{} ".format, lambda option: option[:-1]], ids=["case", "blank", "cut"]
)
@pytest.mark.parametrize("page", PAGES)
def test_an_option_that_is_not_spelt_exactly_so_is_refused(page, change):
    link = {setting.name: change(setting.options[-1]) for where, setting in CHOICES if where == page}
    link = {name: said for name, said in link.items() if said not in SETTINGS[page][name].options}
    CASES["parameters with garbage"] += len(link)
    told = sentences(open_lesson(page, **link))
    assert len(told) == len(link) and all(SETTINGS[page][name].bound in " ".join(told) for name in link)


def test_the_articles_take_no_parameters():
    app = AppTest.from_file("../app.py", default_timeout=30)
    app.query_params |= {"x": "\x00", "articles_rate": "inf", "at": ["1", "2"], "embed": "zz"}
    app.switch_page("pages/articles.py").run()
    assert not app.exception and not app.warning
    assert contents(app) == opened("articles")[1]
