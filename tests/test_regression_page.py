"""The linear regression lesson: the numbers on it against closed forms, printed values and plain descents."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from gdcore import GradientDescent, datasets, descend, theory
from pages.lessons.regression import REGRESSION
from pages.lessons.regression import scenes as regression_scenes
from pages.lessons.regression.runs import Fit
from pages.lessons.regression.take_home import FILES
from pages.shared.data.regression import Model
from pages.shared.picture.planes import Plane
from pages.shared.take_home.run import csv_text
from tests.harness import (
    any_value,
    as_frames,
    cells,
    choose_scene,
    drawn,
    numbers_printed,
    open_lesson,
    program,
    verdict,
)

SETTINGS = {setting.name: setting for setting in REGRESSION.settings}
BUNDLED = {
    "line": datasets.line(),
    "article": datasets.article_regression(),
    "mpg": datasets.auto_mpg(),
    "noisy": datasets.noisy_line(),
    "noisy plane": datasets.noisy_line(slopes=(2.0, -1.0)),
}
EVERY = pytest.mark.parametrize("standardise", [False, True], ids=["raw", "standardised"])
MODELS = pytest.mark.parametrize("dataset", BUNDLED.values(), ids=BUNDLED)


def fit(model: Model, rate: float, epochs: int, line=None) -> Fit:
    start = model.start(line or [0.0] * (model.dataset.features.shape[1] + 1))
    return Fit(model, rate, descend(model.objective, start, GradientDescent(), rate, epochs))


def test_the_opening_shows_its_printed_losses():
    app = open_lesson("regression")
    np.testing.assert_allclose(drawn(app, 2, "path").loss[:4], [15.67, 3.86, 1.54, 1.02], atol=0.005)
    for claim in ("limit 2 / λmax = **0.177**", "**0.435**", "**0.9484**"):
        assert claim in verdict(app)
    app.session_state["regression_stability"] = True
    stability = next(text.value for text in app.run().markdown if "condition number" in text.value)
    assert "| 10.95 | 1 |" in stability and "| 0.1622 | 0.5 |" in stability
    predicted, measured = stability.splitlines()[-2:]
    assert predicted.split("|")[2:] == measured.split("|")[2:]


# Those that show one run: by hand there is none yet, and side by side there are two.
ONE_RUN = [scene for scene in REGRESSION.scenes if scene.settings.keys().isdisjoint({"hand", "beside"})]

SCENE_CLAIMS = {
    "Opening": ["Arrives", "as theory predicts"],
    "The line of the article": ["Arrives", "**0.8967**", "0.1935"],
    "A parameter overshoots": ["Arrives"],
    "Doubled once too often": ["Diverges", "above the limit", "leaves the picture"],
    "Fit by hand": [],  # there is no verdict before there is a run
    "Raw against standardised": ["On one scale it is there; with raw features it has hardly begun."],
    "Raw features": ["has not arrived", "very different size", "1.042 × 10⁻⁷", "0.99999999", "Theory needs"],
    "Standardised features": ["Arrives", "−0.8645", "**0.8645**", "7 epochs, as theory predicts"],
    "A valley": ["a valley of equally good fits, no unique optimum"],
    "An outlier": ["Arrives"],
    "A bug in print": ["orange", "the wrong place", "lowest possible is 2.491"],
    "The bug repaired": ["has not arrived", "Theory needs 1,146 epochs"],
    "The rate it meant": ["114 epochs, as theory predicts"],
}


@pytest.mark.parametrize("scene", REGRESSION.scenes, ids=lambda scene: scene.name)
def test_a_scene_shows_what_its_name_claims(scene):
    app = open_lesson("regression")
    choose_scene(app, "regression", scene.name)
    assert not app.exception and not app.warning
    assert any(scene.look in text.value for text in app.markdown)
    for claim in SCENE_CLAIMS[scene.name]:
        assert claim in verdict(app).replace("\u00a0", " ")


def test_b_overshoots_to_minus_2_27_and_returns():
    (scene,) = [scene for scene in REGRESSION.scenes if scene.name == "A parameter overshoots"]
    path = drawn(open_lesson("regression", **scene.settings), 1, "path")
    assert path.q.min() == pytest.approx(-2.27, abs=0.005) and path.q.iloc[-1] == pytest.approx(-1, abs=0.05)


def test_the_valley_has_no_unique_optimum_and_descent_ends_on_its_floor():
    (scene,) = [scene for scene in REGRESSION.scenes if scene.name == "A valley"]
    end = drawn(open_lesson("regression", **scene.settings), 1, "path").iloc[-1]
    assert end.p + end.q == pytest.approx(2, abs=0.01) and abs(end.p - end.q) == pytest.approx(5)


def test_the_articles_line_is_shown_beside_its_printed_numbers():
    texts = [text.value for text in open_lesson("regression", **regression_scenes.ARTICLE_LINE.settings).markdown]
    (table,) = [text for text in texts if "w, printed" in text]
    for _, printed, computed, _, printed_loss, loss, _ in cells(table):
        np.testing.assert_allclose(*([float(w) for w in cell.split("→")] for cell in (printed, computed)), atol=2e-7)
        assert float(loss) == pytest.approx(float(printed_loss), abs=6e-6)


def test_the_published_bug_is_reproduced_row_by_row():
    texts = [text.value for text in open_lesson("regression", **regression_scenes.PUBLISHED.settings).markdown]
    (text,) = [text for text in texts if "What the article printed" in text]
    assert "1,000 × 1,000 entries, 4 MB instead of 4 kB" in text
    assert "(0, 0, −3.5392)" in text and "(1.3, −1, −3.5)" in text
    for _, printed, computed, _, printed_loss, loss, _ in cells(text.split("\n\n")[1]):
        np.testing.assert_allclose(*(np.array(cell.split(", "), float) for cell in (printed, computed)), atol=2e-6)
        assert float(loss) == pytest.approx(float(printed_loss), abs=1.01e-4)


@EVERY
@MODELS
def test_below_the_limit_the_loss_falls_at_every_epoch_and_above_it_the_steepest_direction_grows(dataset, standardise):
    model = Model(dataset, standardise=standardise)
    curved = theory.curvatures(model.objective)
    limit = theory.rate_limit(curved)
    falling = fit(model, 0.99 * limit, 200).trace.value
    assert (np.diff(falling) <= 1e-12 * falling[0]).all() and falling[1] < falling[0]
    assert (abs(theory.contraction(curved, 0.99 * limit)) < 1).all()
    steepest = np.linalg.eigh(model.objective.hessian)[1][:, -1]
    error = abs((fit(model, 1.01 * limit, 200).trace.theta - model.objective.optimum) @ steepest)
    assert (np.diff(error) > 0).all()


@pytest.mark.evidence(
    "The best line on the screen is the one that NumPy finds, for every data set, raw and standardised.",
    lesson="Linear regression",
    kind="another library",
    oracle="NumPy's lstsq",
    tolerance=1e-09,
)
@EVERY
@MODELS
def test_the_optimum_is_that_of_lstsq_in_the_units_of_the_data(dataset, standardise):
    model = Model(dataset, standardise=standardise)
    design = np.column_stack([dataset.features, np.ones(len(dataset.targets))])
    expected = np.linalg.lstsq(design, dataset.targets)[0]
    np.testing.assert_allclose(model.in_units_of_the_data(model.objective.optimum), expected, rtol=1e-9, atol=1e-12)


@MODELS
def test_standardising_starts_from_the_same_line(dataset):
    line = [3.0, -2.0, 0.5][-dataset.features.shape[1] - 1 :]
    losses = [fit(Model(dataset, standardise=on), 1e-12, 1, line).trace.value[0] for on in (False, True)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-12)


@pytest.mark.evidence(
    "The run brings the gap down to one percent after the number of epochs that theory predicts.",
    lesson="Linear regression",
    kind="independent loop",
    oracle="the epochs of the run, counted",
    tolerance=0.01,
)
@EVERY
@MODELS
@pytest.mark.parametrize("part", [0.3, 0.9, 0.98])
def test_predicted_and_measured_epochs_agree_within_one_percent(dataset, standardise, part):
    model = Model(dataset, standardise=standardise)
    rate = part * theory.rate_limit(theory.curvatures(model.objective))
    run = fit(model, rate, 2000)
    predicted = theory.updates_to_shrink(model.objective, run.trace.theta[0], rate, 0.01)
    if predicted <= 2000:
        assert run.epochs_to(0.01) == pytest.approx(predicted, rel=0.01)
    else:
        assert run.epochs_to(0.01) is None


@pytest.mark.evidence(
    "The gradient stands at right angles to the drawn line of equal loss.",
    lesson="Linear regression",
    kind="closed form",
    oracle="the cosine of a right angle is 0; the loss along a line of equal loss stays as it is",
    tolerance=1e-09,
)
@EVERY
def test_the_gradient_is_orthogonal_to_the_drawn_contour(standardise):
    model = Model(datasets.noisy_line(), standardise=standardise)
    for _, line in as_frames({"isolines": Plane(model, np.array([0.0, 3.0])).isolines()})["isolines"].groupby("level"):
        points = line[["p", "q"]].to_numpy()[:-1]
        along = np.roll(points, -1, axis=0) - np.roll(points, 1, axis=0)  # exact for an ellipse at equal angles
        gradient = model.objective.gradient(points)
        cosine = (along * gradient).sum(1) / np.linalg.norm(along, axis=1) / np.linalg.norm(gradient, axis=1)
        np.testing.assert_allclose(cosine, 0, atol=1e-9)
        np.testing.assert_allclose(model.objective.value(points), model.objective.value(points[0]), rtol=1e-9)


@pytest.mark.evidence(
    "The path and the arrows on the loss surface are the parameters and gradients of the run.",
    lesson="Linear regression",
    kind="independent loop",
    oracle="the run, computed apart from the page",
    tolerance=1e-14,
)
def test_the_surface_draws_the_run_and_its_gradients():
    app = open_lesson("regression", w1="-1.5", b="4", rate="0.1")
    run = fit(Model(datasets.line()), 0.1, 100, [-1.5, 4.0])
    path = drawn(app, 1, "path")
    np.testing.assert_array_equal(path[["p", "q"]], run.trace.theta)
    np.testing.assert_array_equal(path[["gradient_p", "gradient_q"]][:-1], run.trace.gradient)
    np.testing.assert_allclose(path[["next_p", "next_q"]][:-1], run.trace.theta[1:], rtol=1e-14)
    view = drawn(app, 1, "view").iloc[0]
    assert view.p_low < -1.5 < view.p_high and view.q_low < 4 < view.q_high


def test_a_change_of_rate_keeps_the_scale_of_the_surface():
    views = [drawn(open_lesson("regression", rate=rate), 1, "view") for rate in ("0.01", "0.17", "0.3")]
    assert views[0].equals(views[1]) and views[1].equals(views[2])


def test_descending_from_the_hands_line_starts_there():
    app = open_lesson("regression", hand=True, hand_w="1.2", hand_b="0.5")
    assert any(text.value.endswith("the mean area of the squares: **1.957**") for text in app.markdown)
    assert len(app.get("vega_lite_chart")) == 1, "what descent would find is not given away"
    app.button(key="regression_descend").click().run()
    assert drawn(app, 1, "path")[["p", "q"]].iloc[0].tolist() == [1.2, 0.5]


@settings(max_examples=20, deadline=None)
@given(some.fixed_dictionaries({name: any_value(setting) for name, setting in SETTINGS.items()}))
def test_no_setting_however_odd_breaks_the_page(values):
    values = values | {"updates": min(values["updates"], 600.0)}
    app = open_lesson("regression", **values)
    by_hand = app.session_state["regression_hand"]
    assert by_hand or verdict(app)
    assert len(app.get("vega_lite_chart")) >= (1 if by_hand else 2 if app.session_state["regression_beside"] else 3)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Showing the six built-in points instead."),
        ("hello", "Showing the six built-in points instead."),
        ("a,b\n1,2", "Showing the six built-in points instead."),
        ("a,b\n1,2\n3\n", "Showing the six built-in points instead."),
        ("x,y\n1,2\n2,\n3,5\n4,7", "1 of 4 rows is left out"),
        ("x,y\n1,2\n1,3\n1,5", "constant"),
    ],
)
def test_own_data_that_cannot_be_used_gets_a_sentence(text, sentence):
    app = open_lesson("regression", data="Your own")
    app.text_area(key="regression_text").set_value(text).run()
    assert not app.exception
    assert any(sentence in note.value for note in app.info), [note.value for note in app.info]


def test_own_data_are_fitted():
    app = open_lesson("regression", data="Your own")
    app.text_area(key="regression_text").set_value("height;weight\n1;3\n2;5\n3;7").run()
    assert app.title[0].value == "Fit a line to 3 examples"
    assert drawn(app, 0, "points")[["x", "y"]].to_numpy().tolist() == [[1, 3], [2, 5], [3, 7]]


def test_a_foreign_column_name_is_no_markup():
    app = open_lesson("regression", data="Your own")
    app.text_area(key="regression_text").set_value("[x](http://a.b),<b>y</b>\n1,2\n2,3\n3,5").run()
    assert not app.exception
    for text in [*app.markdown, *app.info]:
        assert "[x](http" not in text.value.replace("` [x](http://a.b) `", "")


@pytest.mark.parametrize("size", [1e-90, 1e-7, 1.0, 3e6, 1e8, 1.7e9, 1e15, 1e90])
@pytest.mark.parametrize("way", ["all parameters", "the slope only"])
def test_own_data_of_any_size_are_fitted_and_have_their_optimum(size, way):
    app = open_lesson("regression", data="Your own", learned=way)
    table = "\n".join(f"{size * x!r},{y}" for x, y in [(1, 1), (2, 2), (3, 4), (4, 4.5)])
    app.text_area(key="regression_text").set_value(table).run()
    assert not app.exception, app.exception[0].message
    assert "no unique optimum" not in verdict(app) or size in (1e-90, 1e15, 1e90)  # the machine cannot tell


def test_settings_that_do_not_go_together_are_taken_back_and_said():
    app = open_lesson("regression", learned="the slope only", standardise=True, hand=True, loss="the broadcast mistake")
    said = app.warning[0].value
    for setting in ("Standardise", "Fit by hand", "Loss"):
        assert f"{setting}: " in said


def test_a_curvature_far_below_the_largest_is_not_taken_for_a_valley():
    model = Model(datasets.line()._replace(features=1e8 * np.arange(1.0, 7.0)[:, None]))
    low, high = theory.curvatures(model.objective)
    assert low == pytest.approx(2 * np.var(np.arange(1.0, 7.0)) / np.mean(np.arange(1.0, 7.0) ** 2), rel=1e-6)
    assert high == pytest.approx(2e16 * np.mean(np.arange(1.0, 7.0) ** 2), rel=1e-6)


def agree_with_the_loss(app, code):
    update, *_, loss = numbers_printed(code).T
    path = drawn(app, 2, "path").set_index("update").loss
    shown = path.index.intersection(update.astype(int))
    assert path.index[-1] in shown
    expected = path[shown].fillna(0)  # a log axis shows no 0
    np.testing.assert_allclose(loss[np.isin(update, shown)], expected, rtol=1e-9, atol=1e-20 + 1e-12 * expected[0])


@pytest.mark.parametrize("scene", ONE_RUN, ids=lambda scene: scene.name)
def test_the_program_to_take_home_prints_the_losses_of_the_scene(scene, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for data, dataset in ((regression_scenes.TWO, BUNDLED["article"]), (regression_scenes.MPG, BUNDLED["mpg"])):
        (tmp_path / FILES[data]).write_text(csv_text(dataset), encoding="utf-8")
    app = open_lesson("regression", **scene.settings)
    code = program(app, "regression")
    files = [name for name in FILES.values() if name in code]
    assert [button.proto.label for button in app.get("download_button")] == [
        "Download as Python",
        *(f"Download {name}, which it reads" for name in files),
    ]
    agree_with_the_loss(app, code)


@settings(max_examples=15, deadline=None)
@given(some.fixed_dictionaries({name: any_value(setting) for name, setting in SETTINGS.items()}))
def test_the_program_to_take_home_prints_the_same_losses_whatever_the_settings(values):
    values |= {
        "data": regression_scenes.NOISY,
        "updates": min(values["updates"], 300.0),
        "hand": False,
        "beside": False,
    }
    if float(values["tolerance"]) < 1e-12 * max(abs(values[name]) for name in ("w1", "w2", "b", "slope1")):
        values |= {"tolerance": "0"}  # a step below rounding comes by chance, here or there
    app = open_lesson("regression", **values)
    agree_with_the_loss(app, program(app, "regression"))


def test_the_program_to_take_home_has_the_readers_own_table():
    app = open_lesson("regression", data="Your own")
    app.text_area(key="regression_text").set_value('a\'b,"c\nd"\n1,3\n2,5\n3,7.5').run()
    code = program(app, "regression")
    assert "# \"a'b\" -> 'c d'" in code and "y = np.array([3.0, 5.0, 7.5])" in code
    agree_with_the_loss(app, code)
