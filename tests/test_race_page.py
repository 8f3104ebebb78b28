"""The race lesson through the frame: its scenes, sentences and tables against the data drawn and closed forms."""

import json
import re
from functools import cache
from math import ceil, isinf

import numpy as np
import pytest

from gdcore import datasets, theory
from pages.lessons.race import RACE
from pages.lessons.race.budget import Budget
from pages.lessons.race.runs import EXAMPLES, PARALLEL, UPDATES
from pages.lessons.race.scenes import STREAM
from pages.lessons.race.take_home import FILES
from pages.shared.take_home.run import csv_text
from tests.harness import choose_scene, drawn, figures, numbers_printed, open_lesson, program, scene_on_screen
from tests.races import FLATTEST, OPENING, STEEPEST, race, told

SETTINGS = {setting.name: setting for setting in RACE.settings}
DEFAULTS = {name: setting.default for name, setting in SETTINGS.items()}
SCENES = {scene.name: scene for scene in RACE.scenes}
SURFACE, LOSS = 0, 1  # the charts, in the order of the page


@cache
def scene(name: str):
    """The lesson after a click on a scene, to look at."""
    app = open_lesson("race", n=300, lanes=2, clock=UPDATES)  # that a scene sets everything shows best from elsewhere
    choose_scene(app, "race", name)
    assert not app.exception, app.exception[0].message
    return app


def texts(app) -> str:
    return "\n".join(text.value for text in [*app.markdown, *app.caption])


def winner(app) -> str:
    return figures(app).partition("\n\n")[0]


def verdicts(app) -> list[str]:
    """The figures of every lane with its badge, lane after lane."""
    return [line for line in figures(app).split("\n\n") if "-badge[" in line]


def score(app) -> dict[str, list[str]]:
    """The cells of the score, by the name of the lane."""
    table = next(text.value for text in app.markdown if text.value.startswith("| lane |"))
    rows = [row.strip("| ").split(" | ") for row in table.splitlines()[2:]]
    return {name: cells for name, *cells in rows}


def firsts(app) -> list[float]:
    return [told(cells[0])[0] if told(cells[0]) else np.inf for cells in score(app).values()]


def paths(app, chart: int) -> list:
    """What stands at each frame, lane by lane."""
    frames = int(drawn(app, chart, "view")["frames"][0])
    path = drawn(app, chart, "path")
    return [path[i : i + frames].reset_index(drop=True) for i in range(0, len(path), frames)]


def ends(app) -> list[float]:
    """The multiple of the least loss at which each lane's marked run ends, as drawn; without one, the loss."""
    return [path.height.iloc[-1] for path in paths(app, LOSS)]


def bar(app) -> dict:
    return json.loads(app.get("bidi_component")[0].proto.json)


# ---- scenes


@pytest.mark.parametrize("name", SCENES)
def test_a_scene_opens_without_a_complaint_and_is_recognised(name):
    for app in (scene(name), open_lesson("race", **SCENES[name].settings)):
        assert not app.exception and not app.warning and not app.info and not app.error
        assert scene_on_screen(app) == name
        assert SCENES[name].look in texts(app)
        assert len(app.get("vega_lite_chart")) == 2


def test_the_opening_is_the_race_of_the_issue():
    app = scene("Opening")
    assert firsts(app) == pytest.approx([7936, 992, 31], rel=0.15)
    assert app.title[0].value.endswith("on 256 examples")
    names = drawn(app, LOSS, "lanes")
    assert names.name.tolist() == ["batch", "mini-batch 32", "stochastic"]
    assert names.ends.tolist() == [120, 120 * 8, 120 * 256]
    batch, mini, stochastic = ends(app)
    assert 1 < batch < 1.001 and 1 < mini < 1.001 and stochastic - 1 == pytest.approx(0.08, rel=0.15)
    assert "**stochastic** is first" in winner(app)
    assert paths(app, SURFACE)[0][["p", "q"]].iloc[0].tolist() == [-1, 4]
    curves, view = drawn(app, LOSS, "curves"), drawn(app, LOSS, "view").iloc[0]
    assert curves.time.max() == 120 * 256 and view["last"] > 120 * 256 and view.goal == 2 and view.floor == 1


def test_the_sentence_of_the_opening_has_the_ratios_of_the_figures():
    said = dict(re.findall(r"(batch|mini-batch 32) takes ([\d.,]+) times as long", winner(scene("Opening"))))
    assert float(said["batch"]) == pytest.approx(7936 / 32, rel=0.005)
    assert float(said.get("mini-batch 32", 31)) == pytest.approx(992 / 32, rel=0.005)


def test_over_20_seeds_the_score_has_the_medians_of_the_issue():
    app = open_lesson("race", seeds=20)
    assert firsts(app) == pytest.approx([7936, 992, 31], rel=0.15) and "medians" in winner(app)
    middle, low, high = told(score(app)["stochastic"][2])[:3]
    assert low < 1.2 and 50 < high < 100 and 4 < middle < 16  # per cent above the least


def test_counted_in_updates_it_is_a_tie():
    app = scene("Count updates instead")
    assert firsts(app) == pytest.approx([31, 31, 31], rel=0.15) and "a tie" in winner(app)
    early = [path.loss[:10].to_numpy() for path in paths(app, LOSS)]  # "the lanes move nearly alike"
    assert early[0] == pytest.approx(early[1], rel=0.15)


def test_in_parallel_time_a_mini_batch_is_as_fast_as_a_single_example():
    app = scene("Parallel time")
    assert firsts(app) == pytest.approx([31 * 8, 31, 31], rel=0.15)
    assert "mini-batch 32 and stochastic **tie**" in winner(app)
    assert drawn(app, LOSS, "curves").groupby("lane").time.max().tolist() == [120 * 8, 960, 30720]


@pytest.mark.parametrize("workers", [1, 7, 100, 10_000])
def test_on_the_parallel_clock_an_update_takes_b_over_p_rounds_rounded_up(workers):
    app = open_lesson("race", clock=PARALLEL, workers=workers, budget=2)
    ended = [path.time.iloc[-1] for path in paths(app, LOSS)]
    assert ended == [2 * ceil(256 / workers), 16 * ceil(32 / workers), 512 * ceil(1 / workers)]
    assert bar(app)["unit"] == "round" and bar(app)["updates"][-1] == max(ended)


def test_each_at_its_own_best_rate_batch_needs_5_updates_and_has_the_largest_rate():
    app = scene("Each at its best rate in the long run")
    batch, mini, stochastic = (told(line.split("Its rate")[1])[0] for line in verdicts(app))
    assert batch == pytest.approx(2 / (FLATTEST + STEEPEST), rel=1e-3)
    assert batch > mini > stochastic
    for rate, size in ((mini, 32), (stochastic, 1)):
        assert rate == pytest.approx(theory.best_mean_square_rate(OPENING.objective, size), rel=1e-3)
    assert firsts(app)[0] == 5 == min(firsts(app))
    assert ends(app)[0] - 1 < 1e-9 < 0.05 < ends(app)[1] - 1 < ends(app)[2] - 1


def test_without_noise_every_lane_arrives():
    app = scene("No noise, no instability")
    assert drawn(app, LOSS, "view").floor[0] == 0
    for path in paths(app, LOSS)[1:]:
        assert path.loss.iloc[-1] < 1e-25
    batch = paths(app, LOSS)[0].loss  # slow, but never up
    assert (np.diff(batch) <= 0).all() and batch.iloc[-1] < 1e-3
    for line in verdicts(app):
        assert "green-badge" in line and "arrives" in line
    for path in paths(app, SURFACE):
        assert path[["p", "q"]].iloc[-1].tolist() == pytest.approx([2, -1], abs=0.02)


def test_decay_rescues_sgd():
    app = scene("Decay rescues stochastic descent")
    constant, falling = ends(app)[2:]
    assert falling - 1 < 1e-4 < 0.01 < constant - 1
    speed = told(verdicts(app)[3].split("decay =")[1])[0]
    assert speed == pytest.approx(2 * FLATTEST * 0.05 / 0.01, rel=5e-3)
    assert "green-badge" in verdicts(app)[3]


def test_decays_too_fast_and_freezes_at_four_times_the_optimal_loss():
    app = scene("Decays too fast and freezes")
    path = paths(app, LOSS)[3]
    assert path.height.iloc[-1] == pytest.approx(4, rel=0.15)
    late = path.height[path["update"] > 500]
    assert len(late) > 20 and np.ptp(late) < 1e-6  # 0.05 x 0.95^500 = 4e-13: it does not move any more
    assert "orange-badge" in verdicts(app)[3] and "freezes" in verdicts(app)[3]
    left = told(verdicts(app)[3].split("sum: about")[1])[0]
    assert left / 100 == pytest.approx(np.exp(-FLATTEST * 0.05 / (1 - 0.95)), rel=0.05)
    assert score(app)["stochastic (exponential)"][0] == "not reached"


def test_batch_sizes_1_to_n_smaller_is_sooner_near_and_noisier():
    app = scene("Batch size 1 to n")
    assert [cells.split()[-1] for cells in drawn(app, LOSS, "lanes").name] == [
        "batch",
        "128",
        "64",
        "32",
        "8",
        "stochastic",
    ]
    assert (np.diff(firsts(app)) < 0).all()
    spread = [path.loss[path["update"] > 0.8 * path["update"].iloc[-1]].std() for path in paths(app, LOSS)]
    assert sorted(spread[1:]) == spread[1:]
    measured = [told(line.split("loss is **")[1])[0] for line in verdicts(app)]
    assert sorted(measured[1:]) == measured[1:]


def test_too_large_for_sgd_fine_for_batch():
    app = scene("Too large for stochastic, fine for batch")
    batch, _, stochastic = ends(app)
    assert batch - 1 < 1e-9 and stochastic > 1e100
    limit = told(verdicts(app)[0].split("limit")[1])[0]
    assert limit == pytest.approx(2 / STEEPEST, rel=1e-3) and limit > 0.3 > theory.mean_square_limit(
        OPENING.objective, 1
    )
    assert ["green" in verdicts(app)[0], "red" in verdicts(app)[2]] == [True, True]
    assert paths(app, LOSS)[2].over.iloc[-1] and not paths(app, SURFACE)[2].inside.iloc[-1]


def test_mini_batches_as_published_are_8_32_and_64():
    names = drawn(scene("Mini-batches as published"), LOSS, "lanes").name.tolist()
    assert names == ["mini-batch 8", "mini-batch 32", "mini-batch 64"]


def test_the_stream_drifts_and_who_keeps_learning_follows():
    app = scene("The stream drifts")
    assert drawn(app, LOSS, "epochs").time.tolist() == [1000]
    online, frozen, slower = paths(app, SURFACE)
    after = (frozen["update"] >= 1000).to_numpy()
    assert after.sum() > 20
    assert np.ptp(frozen[["p", "q"]][after], axis=0).max() < 1e-12  # the rounding of a path made in blocks
    assert frozen[["p", "q"]].iloc[-1].tolist() == pytest.approx([2, -1], abs=0.5)
    for path in (online, slower):
        assert path[["p", "q"]].iloc[-1].tolist() == pytest.approx([-1, 3], abs=0.7)
    first = firsts(app)
    assert first[0] < first[2] / 5 and isinf(first[1])
    assert "After the drift" in winner(app) and "**stochastic** is first" in winner(app)
    frozen_end, *_ = ends(app)[1:]
    assert frozen_end > 5 and max(ends(app)[0], ends(app)[2]) < 2


def test_on_a_longer_stream_the_rate_1_over_t_follows_ever_more_slowly():
    """It takes the longer the later the drift is: the rate at the drift is about 5 / n."""
    waits = [
        firsts(open_lesson("race", **(SCENES["The stream drifts"].settings | {"n": n}))) for n in (500, 2000, 5000)
    ]
    online, falling = [wait[0] for wait in waits], [wait[2] for wait in waits]
    assert falling == sorted(falling) and falling[2] > 3 * falling[0]
    assert max(online) < 60  # 1 / (eta lambda_min) = 20 updates


# ---- the update in numbers


@pytest.mark.parametrize("clock", [UPDATES, EXAMPLES, PARALLEL])
@pytest.mark.parametrize("rule", ["plain", "momentum", "Nesterov"])
def test_new_is_old_minus_rate_times_direction_in_every_frame(rule, clock):
    """Every figure has five digits: each factor and each term is right to 5e-5 of itself."""
    link = {"rule3": rule, "schedule3": "1/t", "decay3": 0.1, "clock": clock, "budget": 5, "beta3": 0.8}
    app = open_lesson("race", **link)
    shown, where = bar(app), paths(app, SURFACE)[2]
    assert [one["symbol"] for one in shown["rules"]] == ["w", "b"]
    for one, column in zip(shown["rules"], "pq", strict=True):
        old, rate, direction, new = (np.array([told(x)[0] for x in one[k]]) for k in ("old", "rate", "gradient", "new"))
        assert len(old) == len(shown["updates"]) == len(where)
        error = 5e-5 * (abs(old) + 2 * abs(rate * direction) + abs(new)) * (1 + 1e-6)
        assert (abs(old - rate * direction - new) <= error).all()
        assert old[:-1] == pytest.approx(where[column][:-1].to_numpy(), rel=5.001e-5)
        assert new[-1] == pytest.approx(where[column].iloc[-1], rel=5.001e-5)  # no update leads on from the last
        assert rate == pytest.approx(0.05 / (1 + 0.1 * np.minimum(where["update"], 5 * 256 - 1)), rel=5.001e-5)


def test_the_bar_follows_the_chosen_lane_and_the_clock():
    for lane, (last, name) in enumerate([(120, "batch"), (960, "mini-batch 32"), (30720, "stochastic")], 1):
        app = open_lesson("race", follow=lane, clock=UPDATES)
        assert name in bar(app)["end"] and bar(app)["updates"][-1] == 30720
        assert paths(app, LOSS)[lane - 1]["update"].iloc[-1] == last
    assert [bar(open_lesson("race", clock=clock, budget=2))["unit"] for clock in (UPDATES, EXAMPLES, PARALLEL)] == [
        "update",
        "example",
        "round",
    ]


def test_the_table_is_the_followed_lanes_run():
    app = open_lesson("race", follow=2, budget=3)
    app.session_state["race_table"] = True
    table = app.run().dataframe[0].value
    trace = race(256, 32, 1, budget=Budget(3, "epochs"), seeds=(62,)).courses[1].trace
    np.testing.assert_array_equal(table[["w", "b"]], trace.theta[:, 0])
    np.testing.assert_array_equal(table["examples seen"], 32 * np.arange(25))
    moved = table[["w", "b"]].to_numpy()[:-1] - 0.05 * table[["gradient w", "gradient b"]].to_numpy()[:-1]
    np.testing.assert_allclose(moved, table[["w", "b"]].to_numpy()[1:], rtol=1e-12)


RUNS = {
    "opening": {},
    "batch": {"follow": 1},
    "momentum": {"rule3": "momentum", "rate": "0.01"},
    "Nesterov, falling": {"rule2": "Nesterov", "schedule2": "1/t", "follow": 2},
    "replacement": {"order": "drawn with replacement", "follow": 2},
    "each at its best": {"rates": "each at its own best rate", "rule2": "momentum", "follow": 2, "clock": UPDATES},
    "no noise": {"noise": 0.0},
    "own data": {"data": "Your own", "size2": "2", "follow": 2, "w1": 0, "b": 0, "rate": "0.01"},
    "stream": {"data": "A stream that drifts", "n": 300},
}


@pytest.mark.parametrize("link", RUNS.values(), ids=RUNS)
def test_the_loss_of_the_table_and_its_file_is_what_the_program_prints(link, tmp_path, monkeypatch):
    app = open_lesson("race", **({"budget": 5} | link))
    monkeypatch.chdir(tmp_path)
    (tmp_path / FILES[STREAM]).write_text(csv_text(datasets.drifting_line(300, 1, 7)))
    app.session_state["race_table"] = True
    rows = app.run().dataframe[0].value
    printed = numbers_printed(program(app, "race"))
    stream = "data" in link and "stream" in link["data"]
    losses = rows.set_index("update")["loss on all examples" if stream else "loss"]
    np.testing.assert_allclose(printed[:, -1], losses[printed[:, 0].astype(int)], rtol=1e-8, atol=1e-25)
    lane = int(link.get("follow", 3)) - 1
    shown = paths(app, LOSS)[lane]
    page = rows.set_index("update")["loss on the half that arrives" if stream else "loss"]
    np.testing.assert_allclose(shown.loss, page[shown["update"]], rtol=1e-12)
    assert stream == any("The program prints the loss on all examples" in text.value for text in app.caption)


def test_the_table_of_a_long_run_has_both_ends_and_says_so():
    app = open_lesson("race", follow=3)
    app.session_state["race_table"] = True
    assert app.run().dataframe[0].value["update"].tolist() == [*range(1000), *range(29721, 30721)]
    assert any("first and the last 1,000 of 30,721 rows" in text.value for text in app.caption)


def test_claims_and_data_are_shown_when_opened():
    app = open_lesson("race", budget=5)
    assert not any("the article says" in text.value for text in app.markdown)
    app.session_state["race_claims"] = app.session_state["race_data_view"] = True
    app.run()
    assert not app.exception and any("the article says" in text.value for text in app.markdown)
    for line, path in zip(paths(app, 2), paths(app, SURFACE), strict=True):
        np.testing.assert_allclose(line[["w1", "b"]], path[["p", "q"]], rtol=1e-12)


def test_all_columns_of_the_score_are_shown_on_wish():
    app = open_lesson("race", budget=5)
    before = len(next(iter(score(app).values())))
    app.toggle(key="race_rest").set_value(True).run()
    assert len(next(iter(score(app).values()))) == before + 5
