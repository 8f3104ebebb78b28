"""What four published tutorials compute, to the printed digit (tests/golden)."""

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from gdcore import BroadcastLeastSquares, GradientDescent, LeastSquares, Outcome, Quadratic, datasets, descend, theory

GOLDEN = Path(__file__).parent / "golden"
PARABOLA = json.loads((GOLDEN / "quadratic.json").read_text())
LINE = json.loads((GOLDEN / "line.json").read_text())
REGRESSION = json.loads((GOLDEN / "regression.json").read_text())
STORED = 1e-7  # the file of the data keeps seven decimals

REASONS = {"tolerance": Outcome.SETTLED, "max_iteration": Outcome.STEP_LIMIT}
quadratic = Quadratic(a0=-3, a1=-2, a2=3)
every_rate = pytest.mark.parametrize("run", PARABOLA["runs"].values(), ids=PARABOLA["runs"])


@pytest.mark.evidence(
    "At nine learning rates our run on the parabola ends when, where and why the article's program does.",
    lesson="The articles, checked",
    kind="printed article",
    oracle="the program of “Gradient Descent - Everything You Need To Know”, run",
    tolerance=1e-12,
)
@every_rate
def test_parabola_ends_where_and_why_the_article_does(run):
    trace = descend(quadratic, [8.0], GradientDescent(), run["lr"], 500, tolerance=1e-5)
    assert len(trace.theta) == run["n_series"]
    assert trace.outcome is REASONS[run["reason"]]
    assert_allclose(trace.theta[-1, 0], run["final_x"], rtol=1e-12)
    assert_allclose(trace.value[-1], run["final_f"], rtol=1e-12)
    checkpoints = {int(step): x for step, x in run["checkpoints"].items()}
    assert_allclose(trace.theta[list(checkpoints), 0], list(checkpoints.values()), rtol=1e-12)


@pytest.mark.evidence(
    "Theory names the update at which the article's program would stop, were it not cut off after 500.",
    lesson="The articles, checked",
    kind="printed article",
    oracle="the program of “Gradient Descent - Everything You Need To Know”, run without its cap",
    tolerance=0,
)
@every_rate
def test_parabola_without_a_cap_settles_after_the_predicted_updates(run):
    assert theory.updates_to_settle(quadratic, np.array([8.0]), run["lr"], 1e-5) == run["uncapped_updates"]


@pytest.mark.evidence(
    "The parabola has the values that the article plots, and the minimum.",
    lesson="The articles, checked",
    kind="printed article",
    oracle="“Gradient Descent - Everything You Need To Know”",
    tolerance=1e-15,
)
def test_parabola_has_the_values_and_the_minimum_the_article_plots():
    x = np.array(PARABOLA["article"]["table"]["x"], dtype=float)
    assert quadratic.value(x[:, None]).tolist() == PARABOLA["article"]["table"]["f"]
    assert_allclose(quadratic.optimum, PARABOLA["article"]["x_star"], rtol=1e-15)
    assert_allclose(quadratic.value(quadratic.optimum), PARABOLA["article"]["f_star"], rtol=1e-15)


@pytest.fixture
def slope_only():
    """The article holds b at -1: y + 1 = W x."""
    x, y, *_ = datasets.line()
    return LeastSquares(x, y + 1, intercept=False)


@pytest.mark.evidence(
    "The fifty updates of the article's line come out again, slopes and losses.",
    lesson="The articles, checked",
    kind="printed article",
    oracle="the update of “Gradient Descent - A deep dive” in double precision",
    tolerance=1e-11,
)
def test_line_takes_the_fifty_steps_of_the_article(slope_only):
    trace = descend(slope_only, [8.0], GradientDescent(), 0.01, 50)
    _, before, after, loss = np.transpose(LINE["table"])
    assert_allclose(trace.theta[:-1, 0], before, rtol=1e-12)
    assert_allclose(trace.theta[1:, 0], after, rtol=1e-12)
    assert_allclose(trace.value[:-1], loss, rtol=1e-11)
    assert_allclose(trace.value[-1], LINE["final"]["loss_at_W50"], rtol=1e-11)


@pytest.mark.evidence(
    "The loss curve of the article's line comes out again, with the limit of its learning rate.",
    lesson="The articles, checked",
    kind="printed article",
    oracle="“Gradient Descent - A deep dive”, in double precision",
    tolerance=1e-12,
)
def test_line_has_the_loss_curve_and_the_critical_rate_of_the_article(slope_only):
    slopes, losses = np.transpose(LINE["loss_curve"])
    assert_allclose(slope_only.value(slopes[:, None]), losses, rtol=1e-12, atol=1e-12)
    assert_allclose(theory.rate_limit(theory.curvatures(slope_only)), LINE["final"]["lr_critical"], rtol=1e-12)


def test_line_with_both_parameters_takes_the_recorded_steps():
    x, y, *_ = datasets.line()
    steps, *theta, loss = np.transpose(LINE["both_parameters"])
    trace = descend(LeastSquares(x, y), [8.0, 8.0], GradientDescent(), 0.01, int(steps[-1]))
    assert_allclose(trace.theta[steps.astype(int)], np.transpose(theta), rtol=1e-11)
    assert_allclose(trace.value[steps.astype(int)], loss, rtol=1e-10, atol=1e-20)


@pytest.mark.evidence(
    "With the mistake in its loss, all that the article on regression prints comes out again.",
    lesson="The articles, checked",
    kind="printed article",
    oracle="“Gradient Descent Algorithm in Machine Learning”: ten printed rows, five predictions",
    tolerance=0.0001,
)
def test_loss_of_the_article_that_broadcasts_prints_its_ten_rows_and_predictions():
    x, y, *_ = datasets.article_regression()
    trace = descend(BroadcastLeastSquares(x, y), REGRESSION["start"], GradientDescent(), 0.001, 1000)
    epochs, printed = np.arange(100, 1001, 100), np.array(REGRESSION["published"])
    assert_allclose(trace.theta[epochs], printed[:, :3], rtol=0, atol=1e-5)
    assert_allclose(trace.value[epochs - 1], printed[:, 3], rtol=0, atol=1e-4)
    *weights, bias = trace.theta[-1]
    assert np.round(x[:5] @ weights + bias, 4).tolist() == REGRESSION["published_predictions"]


@pytest.mark.evidence(
    "With the mistake in the article's loss, the best prediction for every row is the mean of the targets.",
    lesson="The articles, checked",
    kind="closed form",
    oracle="mean and variance of the article's targets",
    tolerance=1e-07,
)
def test_loss_that_broadcasts_has_its_minimum_and_floor_at_the_mean_and_variance():
    x, y, *_ = datasets.article_regression()
    objective = BroadcastLeastSquares(x, y)
    assert_allclose(objective.optimum, REGRESSION["minimiser"], rtol=0, atol=STORED)
    assert_allclose(objective.value(objective.optimum), REGRESSION["loss_floor"], rtol=0, atol=STORED)


@pytest.mark.evidence(
    "Without the mistake in the article's loss, the best fit has the coefficients behind its data.",
    lesson="The articles, checked",
    kind="closed form",
    oracle="1.3, −1 and −3.5, as far as data of seven decimals tell them",
    tolerance=1e-07,
)
def test_right_loss_has_its_minimum_at_the_coefficients_of_the_data():
    x, y, *_ = datasets.article_regression()
    assert_allclose(LeastSquares(x, y).optimum, REGRESSION["correct_minimiser"], rtol=0, atol=STORED)
