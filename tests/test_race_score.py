"""The score of a race, against its losses."""

import numpy as np
import pytest

from pages.lessons.race import score as race_score
from tests.races import DATA, DESIGN, START, least_loss, loss_of, race_on, told


def test_the_score_shows_what_was_measured():
    run = race_on(256, 32, 1, seeds=(3, 4, 5))
    rows = [row.strip("| ").split(" | ") for row in race_score.table(run, rest=True).splitlines()]
    for c, (name, first, good, loss, away, updates, epochs, examples, spread, size) in zip(
        run.courses, rows[2:], strict=True
    ):
        assert name == c.name and told(updates)[0] == len(c.loss) - 1
        assert told(epochs)[0] == 20 and told(examples)[0] == 20 * 256
        assert told(size)[0] == 8 * (2 * c.lane.size + 2)
        losses = np.array([loss_of(DATA, c.trace.theta[:, r]) for r in range(c.runs)]) / least_loss(DATA)
        figure = told(loss)[0]
        assert (1 + figure / 100 if "%" in loss else figure) == pytest.approx(np.median(losses[:, -1]), rel=0.005)
        optimum = np.linalg.lstsq(DESIGN, DATA.targets)[0]
        far = [np.linalg.norm(c.trace.theta[-1, r] - optimum) / np.linalg.norm(START - optimum) for r in range(c.runs)]
        assert told(away)[0] / 100 == pytest.approx(np.median(far), rel=0.05)
        times = np.median([c.clock[(run_loss < 2).argmax()] if (run_loss < 2).any() else np.inf for run_loss in losses])
        assert told(first) == [times] if np.isfinite(times) else first == "not reached"
        assert spread and good


def test_the_score_says_that_it_is_of_the_last_update_and_of_several_seeds_the_median():
    for seeds, few in (((3,), True), ((3, 4, 5), False)):
        head = race_score.table(race_on(256, 1, seeds=seeds), rest=False).splitlines()[0]
        assert head.count("at the last update") == 2 and ("median" not in head) == few
