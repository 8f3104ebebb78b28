"""The page on the articles: its numbers against golden values and plain loops, its links against the lessons."""

import json
from pathlib import Path
from urllib.parse import parse_qs

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from gdcore import datasets
from pages.articles import ARTICLES
from pages.lessons import LESSONS
from pages.lessons.articles import classifier, printed, quadratic
from tests.harness import cells, in_a_link, open_lesson, scene_on_screen

GOLDEN = Path(__file__).parent / "golden"
PARABOLA = json.loads((GOLDEN / "quadratic.json").read_text())
LINE = json.loads((GOLDEN / "line.json").read_text())
REGRESSION = json.loads((GOLDEN / "regression.json").read_text())
START = [-0.3239247, 0.5574488, 0.5710429]


def open_articles() -> AppTest:
    app = AppTest.from_file("../app.py", default_timeout=30)
    app.switch_page("pages/articles.py").run()
    assert not app.exception, app.exception[0].message + "".join(app.exception[0].stack_trace[-4:])
    return app


def texts() -> str:
    return "\n\n".join(text.value for text in open_articles().markdown).replace("\u00a0", " ")


def flowing() -> str:
    """All that is written, without line ends."""
    return " ".join(texts().split())


def table(head: str) -> list[list[str]]:
    (found,) = [part for part in texts().split("\n\n") if part.startswith(f"| {head}")]
    return cells(found)


def difference(printed_cell: str, computed: list[float], separator: str) -> str:
    """What the page is to say, found again: do they round to the printed digits, and else, how far are they?"""
    numbers = printed_cell.split(separator)
    decimals = [len(text.partition(".")[2]) for text in numbers]
    if [f"{value:.{n}f}" for value, n in zip(computed, decimals, strict=True)] == numbers:
        return "all agree"
    return f"{max(abs(np.array(numbers, dtype=float) - computed)):.1e}"


def as_e(text: str) -> str:
    """6.7 × 10⁻⁸ as 6.7e-08."""
    if "10" not in text or "agree" in text:
        return text
    mantissa, _, power = text.rpartition("10")
    exponent = int(power.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")))
    return f"{float(mantissa.removesuffix(' × ') or 1) * 10.0**exponent:.1e}"


def broadcast_descent(dtype, rate=0.001, epochs=1000):
    """The article's loop, the n differences of each prediction taken together: theta and loss of every epoch."""
    (x1, x2), y = datasets.article_regression().features.T.astype(dtype), datasets.article_regression().targets
    y, (w1, w2, b) = y.astype(dtype), np.array(START, dtype)
    rate, theta, losses = dtype(rate), [], []
    for _ in range(epochs):
        p = w1 * x1 + w2 * x2 + b
        losses.append(np.square(p - y.mean()).mean() + y.var())
        slope = 2 * (p - y.mean()) / dtype(len(y))
        w1, w2, b = w1 - rate * (slope * x1).sum(), w2 - rate * (slope * x2).sum(), b - rate * slope.sum()
        theta.append((w1, w2, b))
    return np.array(theta), np.array(losses)


# ---- the page


def test_the_page_opens_cold_inside_the_frame_and_warns_of_nothing():
    app = open_articles()
    assert app.title[0].value == "The articles, checked"
    assert any("stMainBlockContainer" in block.proto.body for block in app.get("html"))
    assert not app.warning and not app.error and len(app.header) == 4


def test_home_links_to_the_page():
    home = AppTest.from_file("../app.py", default_timeout=30).run()
    assert "articles" in [link.proto.page for link in home.get("page_link")]


def test_no_minus_sign_is_a_hyphen():
    assert "-0" not in texts() and " -1" not in texts() and "(-" not in texts()


# ---- A


@pytest.mark.evidence(
    "The answer that the article prints for its parabola is ours, digit for digit.",
    lesson="The articles, checked",
    kind="printed article",
    oracle="“Gradient Descent - Everything You Need To Know”, as printed",
    tolerance=0,
)
def test_the_answer_of_the_parabola_is_the_printed_one():
    ((_, theirs, ours, apart),) = [
        row for row in table("| printed | computed | difference |") if row[0] == "its answer"
    ]
    assert theirs == ours == PARABOLA["article"]["result"]["printed"] and apart == "all agree"


def test_the_answers_at_other_rates_are_those_of_the_listing():
    rows = table("rate η | its answer")
    assert len(rows) == 5
    for rate, answer, lowest in rows:
        run = PARABOLA["runs"][rate]
        assert (answer, lowest) == (f"{run['series_min']:.5f}", f"{run['argmin_x']:.5f}")


def test_the_parabola_does_not_arrive():
    run, minimum = PARABOLA["runs"]["0.001"], PARABOLA["article"]["x_star"]
    x, updates = 8.0, 0
    while 0.001 * abs(6 * x - 2) >= 1e-5:
        x, updates = x - 0.001 * (6 * x - 2), updates + 1
    assert updates == run["uncapped_updates"]
    assert f"After 500 updates, the most that it may make, x is still {run['final_x'] - minimum:.3g} from" in flowing()
    assert f"The tolerance would end the run after {updates:,} updates, at x = {x:.5g}:" in flowing()
    assert "up to the rate 0.1667" in flowing()  # 1/6


# ---- B


def test_the_network_is_counted():
    counted = {row[0]: row[-1] for row in table("| settings")}
    weights = 784 * 64 + 64 + 64 * 32 + 32 + 32 * 10 + 10
    batches = [min(128, 60_000 - first) for first in range(0, 60_000, 128)]
    assert list(counted.values()) == [
        f"{weights:,}",
        f"{10 * len(batches):,}",
        str(batches[-1]),
        f"ln 10 = {-np.log(0.1):.5g}",
        "8 - 0.01 × 46 = 7.54",
    ]


def test_momentum_of_keras_parts_from_ours_when_the_rate_drops():
    def furthest(drop):
        theirs = ours = 8.0
        moved = velocity = apart = 0.0
        for update in range(200):
            rate = 0.01 if update < 10 else drop
            velocity = 0.9 * velocity + (6 * ours - 2)
            ours -= rate * velocity
            moved = 0.9 * moved - rate * (6 * theirs - 2)
            theirs += moved
            apart = max(apart, abs(theirs - ours))
        return apart

    assert f"come to lie {furthest(0.001):.3g} apart" in flowing()
    assert furthest(0.01) < 1e-14 and classifier.momentum_apart(np.full(200, 0.01)) < 1e-14


# ---- C


def test_the_line_is_compared_update_by_update():
    rows = table("update | w → new w")
    assert [row[0] for row in rows] == list(LINE["published"])
    for update, theirs, ours, apart, their_loss, our_loss, loss_apart in rows:
        golden = LINE["published"][update]
        *w, loss = golden["float64"]
        assert [*theirs.split(" → "), their_loss] == golden["published"]
        np.testing.assert_allclose([float(text) for text in ours.split(" → ")], w, atol=5.1e-8)
        np.testing.assert_allclose(float(our_loss), loss, rtol=1e-7)
        assert as_e(apart) == difference(theirs, w, " → ")
        assert as_e(loss_apart) == difference(their_loss, [loss], " → ")


@pytest.mark.evidence(
    "In single precision all eighteen numbers that the article prints for its line come out digit for digit.",
    lesson="The articles, checked",
    kind="printed article",
    oracle="“Gradient Descent - A deep dive”, as printed",
    tolerance=0,
)
def test_single_precision_explains_every_printed_digit_of_the_line():
    x, y, w = np.arange(-1, 5, dtype=np.float32), np.arange(-3, 8, 2, dtype=np.float32), np.float32(8)
    theta, loss = printed.single_precision(x[:, None], y + 1, [8.0], 0.01, 50)
    for update in range(50):
        residuals = w * x - np.float32(1) - y
        assert (theta[update, 0], loss[update]) == (w, (residuals * residuals).sum() / np.float32(6))
        w = w - np.float32(0.01) * ((np.float32(2) * residuals * x).sum() / np.float32(6))
    strings = [[str(a), str(b), str(c)] for a, b, c in zip(theta[:-1, 0], theta[1:, 0], loss, strict=True)]
    assert strings == LINE["table_float32_strings"]
    agree = sum(
        float(f"{value:.{len(text.partition('.')[2])}f}") == float(text)
        for row in LINE["published"].values()
        for value, text in zip(row["float64"], row["published"], strict=True)
    )
    assert f"computes, {agree} of 18 printed numbers agree" in flowing() and "so computed, 18 of 18 do" in flowing()


def test_the_slips_of_the_line():
    said, meant, last = LINE["loss_2_plus1"], LINE["loss_2_minus1"], LINE["final"]["loss_at_W50"]
    assert f"(2, 1) is 0. It is {said:g}. It means (2, −1), where the loss is {meant:g}." in flowing()
    assert f"where the loss is {last:.4g}" in flowing()
    assert f"by {LINE['contraction']:.4g}, and the limit of the rate is {LINE['final']['lr_critical']:.4g}" in flowing()


# ---- D


def test_the_plane_is_compared_epoch_by_epoch():
    theta, losses = broadcast_descent(np.float64)
    rows = table("epoch | w₁")
    assert [row[0] for row in rows] == [f"{epoch:,}" for epoch in range(100, 1001, 100)]
    for row, quoted in zip(rows, REGRESSION["published"], strict=True):
        epoch, theirs, ours, apart, their_loss, our_loss, loss_apart = row
        end = theta[int(epoch.replace(",", "")) - 1]
        loss = losses[int(epoch.replace(",", "")) - 1]
        assert [float(text) for text in [*theirs.split(", "), their_loss]] == quoted
        np.testing.assert_allclose([float(text) for text in ours.split(", ")], end, atol=5.1e-8)
        np.testing.assert_allclose(float(our_loss), loss, atol=5.1e-4)
        assert as_e(apart) == difference(theirs, end, ", ")
        assert as_e(loss_apart) == difference(their_loss, [loss], ", ")


def test_the_predictions_agree_to_the_printed_digit():
    x = datasets.article_regression().features[:5]
    *w, b = broadcast_descent(np.float64)[0][-1]
    for (_, theirs, ours, apart), value, quoted in zip(
        table("prediction"), x @ w + b, REGRESSION["published_predictions"], strict=True
    ):
        assert float(theirs) == quoted and ours == f"{value:.4f}" and apart == "all agree"


@pytest.mark.evidence(
    "In single precision all ten losses that the article on regression prints come out digit for digit.",
    lesson="The articles, checked",
    kind="printed article",
    oracle="“Gradient Descent Algorithm in Machine Learning”, as printed",
    tolerance=0,
)
def test_single_precision_explains_every_printed_loss_of_the_plane():
    agree = {}
    for dtype in (np.float64, np.float32):
        losses = broadcast_descent(dtype)[1][99::100].astype(float)
        agree[dtype] = sum(np.round(losses, 4) == [row[-1] for row in REGRESSION["published"]])
    assert f"In double precision {agree[np.float64]} of 10 printed losses agree" in flowing()
    assert f"in which PyTorch computes, {agree[np.float32]} of 10" in flowing() and agree[np.float32] == 10


def test_the_right_loss_does_not_arrive_at_the_articles_rate():
    features, y, *_ = datasets.article_regression()
    design = np.column_stack([features, np.ones(len(y))])
    best = np.linalg.lstsq(design, y)[0]

    def epochs_and_end(rate):
        theta, losses = np.array(START), []
        for _ in range(1000):
            losses.append(np.square(design @ theta - y).mean())
            theta = theta - rate * 2 * design.T @ (design @ theta - y) / len(y)
        return np.array(losses), theta

    losses, end = epochs_and_end(0.001)
    assert losses[-1] > 0.01 * losses[0]
    numbers = ", ".join(f"{value:.4g}" for value in end).replace("-", "−")
    loss = np.square(design @ end - y).mean()
    assert f"after 1,000 epochs at the rate 0.001, (w₁, w₂, b) = ({numbers}) and the loss is {loss:.4g}" in flowing()
    losses, end = epochs_and_end(0.01)
    needed = (losses <= 0.01 * losses[0]).argmax()
    assert f"At 0.01 theory needs {needed} epochs, and after 1,000 epochs" in flowing()
    assert f"{abs(end - best).max():.0e}" == "1e-08" and "is 10⁻⁸ from it" in flowing()


# ---- nothing is typed


@pytest.mark.parametrize(("digits", "said"), [("0.7116006162706949", "all agree"), ("0.75", "0.038")])
def test_another_printed_answer_gives_another_difference(monkeypatch, digits, said):
    monkeypatch.setattr(printed, "PRINTED_MINIMUM", digits)
    ((*_, apart),) = table("| printed | computed | difference |")
    assert apart == said


def test_other_printed_rows_give_other_differences(monkeypatch):
    monkeypatch.setitem(printed.PRINTED_LINE, 1, ("8.0", "7.39", "186.5"))
    monkeypatch.setitem(printed.PRINTED_PLANE, 1000, ("-0.0371125", "0.05568104", "-2.9778428", "2.81"))
    line, plane = table("update | w → new w")[0], table("epoch | w₁")[-1]
    assert (line[3], line[6]) == ("0.01", "0.5") and (plane[3], plane[6]) == ("0.01", "0.0074")
    assert "computes, 6 of 18 printed" in flowing() and "precision 8 of 10 printed" in flowing()


def test_other_data_give_other_numbers(monkeypatch):
    before, line, plane = flowing(), table("update | w → new w"), table("epoch | w₁")
    real, points = datasets.article_regression(), datasets.line()
    monkeypatch.setattr(datasets, "article_regression", lambda: real._replace(targets=1.1 * real.targets))
    monkeypatch.setattr(datasets, "line", lambda: points._replace(targets=1.1 * points.targets))
    assert all(new[2] != old[2] and "agree" not in new[6] for new, old in zip(table("epoch | w₁"), plane, strict=True))
    assert all(new[5] != old[5] for new, old in zip(table("update | w → new w"), line, strict=True))
    for said in ("18 of 18", "9 of 10", "is 2.491", "loss is 0.3898", "It is 4.", "is 0.003409"):
        assert said in before and said not in flowing()


def test_another_parabola_gives_other_numbers(monkeypatch):
    before = flowing()
    other = type(printed.PARABOLA)(-3, -2, 2.5)
    for module in (printed, quadratic, classifier):
        monkeypatch.setattr(module, "PARABOLA", other)
    for said in ("all agree |", "0.378 from", "1,402 updates", "rate 0.1667", "× 46 = 7.54", "3.73 apart"):
        assert said in before
    for said in ("0.378 from", "1,402 updates", "rate 0.1667", "× 46 = 7.54", "3.73 apart"):
        assert said not in flowing()


# ---- links

LEFT = {  # by an earlier visit
    "quadratic": {"start": "-3.5", "a1": "1"},
    "regression": {"standardise": "true", "b": "5", "scale": "linear"},
    "race": {"rate": "0.1", "b": "2", "axis": "linear"},
}
LINKED = [link for article in ARTICLES for link in article.LINKS]
every_link = pytest.mark.parametrize(("lesson", "scene"), LINKED, ids=[scene.name for _, scene in LINKED])


@every_link
def test_a_link_opens_its_scene(lesson, scene):
    prefix = lesson.key
    assert lesson in LESSONS and scene in lesson.scenes
    (link,) = [link.proto for link in open_articles().get("page_link") if link.proto.label.endswith(f": {scene.name}")]
    assert lesson.path == f"pages/{link.page}.py"
    said = {name: value for name, (value,) in parse_qs(link.query_string).items()}
    assert said == {f"{prefix}_{name}": in_a_link(value) for name, value in scene.settings.items()}
    app = open_lesson(prefix, **{name.removeprefix(f"{prefix}_"): value for name, value in said.items()})
    assert not app.warning and scene_on_screen(app) == scene.name
    assert {name: app.session_state[f"{prefix}_{name}"] for name in scene.settings} == scene.settings


@every_link
def test_a_link_opens_its_scene_whatever_an_earlier_visit_has_left(lesson, scene):
    prefix = lesson.key
    app = open_lesson(prefix, **({"rate": "0.123", "updates": "77", "tolerance": "1e-3"} | LEFT[prefix]))
    assert scene_on_screen(app) is None
    app.query_params.clear()
    app.switch_page("pages/articles.py").run()
    for name, value in scene.settings.items():
        app.query_params[f"{prefix}_{name}"] = in_a_link(value)
    app.switch_page(lesson.path).run()
    assert not app.exception and scene_on_screen(app) == scene.name


def test_a_link_without_settings_finds_the_lesson_as_it_was_left():
    app = open_lesson("quadratic", rate="0.123", start="-3.5")
    app.query_params.clear()
    app.switch_page("pages/articles.py").run()
    app.switch_page("pages/quadratic.py").run()
    assert (app.session_state["quadratic_rate"], app.session_state["quadratic_start"]) == ("0.123", -3.5)


def test_every_link_of_the_page_is_one_of_these():
    assert len(open_articles().get("page_link")) == len(LINKED)
