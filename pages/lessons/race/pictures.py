"""What is drawn of a race: the datasets of its charts.

Everywhere lanes follow one another; of each the marked run is drawn, with as many rows of `path` as the timeline has
frames.
"""

import numpy as np

from pages.lessons.race.looks import looks
from pages.lessons.race.runs import EXAMPLES, GOAL, Course, Race
from pages.shared.picture.columns import (
    Columns,
    Datasets,
    decades,
    finite,
    one_row,
    padded,
    positive,
    stacked,
    thinned,
)
from pages.shared.picture.planes import Plane
from pages.shared.teaching.verdicts import GAP_GOAL

TALLEST = 1000  # times the loss at the start: what climbs higher has left the picture
STEPS_SHOWN = 180  # in the plane, of all lanes together
STRETCHES = 200  # into which the axis of the loss is cut; of each the lowest and the highest loss are drawn
MEANS = 40  # stretches of that axis, over each of which a running mean is taken
TOO_HIGH = 1e30  # far above any picture, and within single precision
POINTS_SHOWN = 300
CLOUD = 12  # batches of a lane whose gradients are drawn

# ---- in the plane of the parameters


def plane_of(race: Race) -> Plane:
    """The picture of the parameters; of a stream it holds the optima of both halves."""
    before = (race.phases[0].objective.optimum,) if race.drifts else ()
    return Plane(race.phases[-1], race.start, also=before)


def surface(race: Race, ramp: tuple[str, ...], cloud: bool) -> Datasets:
    """Ground, heads and steps of every lane in the plane of the first two parameters."""
    plane = plane_of(race)
    at = [course.trace.theta[rows, 0] for course, rows in zip(race.courses, race.standing(), strict=True)]
    theta = np.concatenate(at)  # lane after lane, each with as many rows as there are frames
    path = {"update": np.concatenate(race.standing()), "inside": plane.holds(theta[:, 0], theta[:, 1])}
    path |= {name: finite(theta[:, i]) for i, name in enumerate(("p", "q", "r")[: theta.shape[1]])}
    view = plane.view(ramp) | {"frames": len(race.times)}
    if race.drifts:
        view |= dict(zip(("before_p", "before_q"), race.phases[0].objective.optimum[:2], strict=True))
    drawn = {
        "path": path,
        "lanes": _lanes(race),
        "steps": stacked(_steps(race, plane, lane, look) for lane, look in enumerate(looks(race))),
        "isolines": plane.isolines(),
        "view": one_row(view),
    }
    return drawn | ({"cloud": _cloud(race)} if cloud else {})


def _lanes(race: Race) -> Columns:
    return {"lane": np.arange(len(race.lanes)), "look": np.array(looks(race))}


def _steps(race: Race, plane: Plane, lane: int, look: int) -> Columns:
    """Single updates of a lane, each from where it began to where it led, those outside the picture left out."""
    course = race.courses[lane]
    theta = course.trace.theta[: course.ended[0] + 1, 0, :2]
    updates = np.unique((np.geomspace(1, len(theta), STEPS_SHOWN // len(race.lanes)) - 1).round().astype(int))
    here, there = theta[updates], theta[np.minimum(updates + 1, len(theta) - 1)]
    near = plane.holds(*here.T) & np.isfinite(there).all(-1)
    led_there = np.minimum(updates[near] + 1, len(theta) - 1)
    frame = np.searchsorted(race.times, course.clock[led_there])
    columns = dict(zip(("p", "q", "next_p", "next_q"), [*here[near].T, *there[near].T], strict=True))
    columns |= {"lane": np.full(len(frame), lane), "look": np.full(len(frame), look)}
    return {"frame": frame, "update": updates[near], **columns}


def _cloud(race: Race) -> Columns:
    """Batches that each lane could draw, and all examples: the gradient of each is G theta + a constant.

    p_q is the share of the second parameter in the first component of the gradient, and so on.
    """
    design, targets = race.model.objective.design, race.model.objective.targets
    rng = np.random.default_rng(race.seeds[0])
    rows = []
    for lane, course in enumerate(race.courses):
        twice = race.order == "replacement"
        drawn = [rng.choice(race.n_examples, course.lane.size, replace=twice) for _ in range(CLOUD)]
        for batch, full in [*((batch, False) for batch in drawn), (slice(None), True)]:
            x, y = design[batch], targets[batch]
            moments = np.column_stack([2 * x.T @ x / len(y), -2 * x.T @ y / len(y)])
            names = [f"{side}_{share}" for side in "pq" for share in [*"pqr"[: x.shape[1]], "constant"]]
            rows.append({"lane": lane, "full": full} | dict(zip(names, moments[:2].ravel(), strict=True)))
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


# ---- over the clock


def clock_axis(race: Race, log: bool) -> dict[str, float]:
    last = max(1.5, 1.05 * race.total) if log else max(1.0, race.total)
    return {"first": 0.7 if log else 0.0, "last": last}


def losses(race: Race, log: bool) -> Datasets:
    """The height of every run over the clock, the marked run's place on it at every frame, and the axes' ends.

    The height is the multiple of the least loss or, where that is 0, the loss itself.
    """
    axis, standing = clock_axis(race, log), race.standing()
    of_lanes = [heights(race, course) for course in race.courses]
    curves = stacked(
        _curve(race, lane, look, height[:, run], run, log)
        for lane, (look, height) in enumerate(zip(looks(race), of_lanes, strict=True))
        for run in range(height.shape[1])
    )
    means = [
        _mean(race, lane, look, height[:, 0], log)
        for lane, (look, height) in enumerate(zip(looks(race), of_lanes, strict=True))
        if not race.is_exact(race.lanes[lane])
    ]
    start = float(of_lanes[0][0, 0])
    low, high = _height_axis(race, curves["height"], start)
    height = np.concatenate([height[rows, 0] for height, rows in zip(of_lanes, standing, strict=True)])
    when = [course.clock[rows] for course, rows in zip(race.courses, standing, strict=True)]
    path = {"update": np.concatenate(standing), "time": np.maximum(np.concatenate(when), axis["first"])}
    path |= {"height": positive(height), "over": height > high}
    loss = np.concatenate([course.marked[rows] for course, rows in zip(race.courses, standing, strict=True)])
    path |= {"loss": finite(loss)}
    lanes = _lanes(race) | {"name": np.array([course.name for course in race.courses])}
    lanes |= {"ends": np.array([course.ended[0] for course in race.courses])}
    goal, floor = (GOAL, 1.0) if race.has_multiples else (race.goal, race.least)
    view = {**axis, "height_low": low, "height_high": high, "goal": goal, "floor": floor, "start": start}
    view |= {"goal_words": "twice the lowest loss" if race.has_multiples else f"{GAP_GOAL:.0%} of the starting gap"}
    view |= {"goal_right": _is_crowded(curves, view, log)}
    view |= {"frames": len(race.times)}
    means = stacked(means) if means else {name: curves[name][:0] for name in ("look", "time", "height", "frame")}
    marks = {"curves": curves, "means": means, "lanes": lanes, "epochs": _epochs(race)}
    return marks | {"path": path, "view": one_row(view)}


def heights(race: Race, course: Course) -> np.ndarray:
    """What the axis of the loss measures, (T + 1, runs)."""
    return race.multiples(course) if race.has_multiples else course.loss


def _height_axis(race: Race, drawn: np.ndarray, start: float) -> tuple[float, float]:
    """From a little below the least loss to a little above the highest, or TALLEST times the start."""
    seen = positive(drawn)
    top = min(float(np.nanmax(seen, initial=1e-300)), TALLEST * start or 1.0)
    if race.has_multiples:
        return 0.85, max(1.3 * top, 2.5)
    return decades(positive(np.minimum(seen, max(top, 1e-300))), below=False)


def _epochs(race: Race) -> Columns:
    """Marks on the clock: whole epochs while it counts examples, and where a stream drifts."""
    marks = []
    if race.drifts:
        times = {c.clock[c.beginning] for c in race.courses if c.beginning < len(c.clock)}  # updates differ by lane
        marks = [(time, "the data drift") for time in sorted(times)]
    elif race.clock == EXAMPLES:
        powers = [10**power for power in range(7) if 10**power * race.n_examples <= race.total]
        marks = [(race.n_examples * many, f"{many:,}" if many > 1 else "1 epoch") for many in powers]
    time, words = [time for time, _ in marks], [words for _, words in marks]
    return {"time": np.array(time, dtype=float), "words": np.array(words, dtype=str)}


def _is_crowded(curves: Columns, view: dict, log: bool) -> bool:
    """Whether the curves leave less room at the left end of the goal's level than at its right end."""
    first, last = view["first"], view["last"]
    across = np.log(curves["time"] / first) / np.log(last / first) if log else curves["time"] / last
    with np.errstate(divide="ignore"):  # in logarithms: of the numbers themselves no quotient need be one
        low, high, goal = (np.log(float(view[name])) for name in ("height_low", "height_high", "goal"))
        height = np.log(curves["height"].astype(float))
    tall = 0.1 * (high - low)
    pieces = np.stack([height[:-1], height[1:]])  # the ends of all lines’ pieces
    beside = (pieces.max(0) > goal - tall) & (pieces.min(0) < goal + tall)
    taken = np.unique((60 * across[1:][beside]).astype(int))
    return bool((taken < 20).sum() > (taken >= 40).sum())


def _mean(race: Race, lane: int, look: int, height: np.ndarray, log: bool) -> Columns:
    """The running mean of the marked run: of every stretch of the axis the mean, at its mean time."""
    course = race.courses[lane]
    end = course.ended[0] + 1
    time, height = course.clock[:end].astype(float), np.minimum(height[:end], TOO_HIGH)
    first = clock_axis(race, log)["first"]
    edges = np.geomspace(max(first, 1), race.total + 1, MEANS) if log else np.linspace(0, race.total + 1, MEANS)
    begins = np.unique(np.searchsorted(time, edges))
    begins = np.unique(np.append(0, begins[begins < len(time)]))
    many = np.diff(np.append(begins, len(time)))
    when, mean = (np.add.reduceat(values, begins) / many for values in (np.maximum(time, first), height))
    frame = np.searchsorted(race.times, time[begins + many - 1])
    drawn = {"time": when.astype(np.float32), "height": positive(mean).astype(np.float32), "frame": frame}
    return drawn | {"look": np.full(len(begins), look)}


def _curve(race: Race, lane: int, look: int, height: np.ndarray, run: int, log: bool) -> Columns:
    """What is drawn of one run: of every stretch of the axis its lowest and its highest point, where they were."""
    course = race.courses[lane]
    end = course.ended[run] + 1
    time, height = course.clock[:end], height[:end]
    stretches = max(60, STRETCHES // course.runs)
    shown = thinned(time, height, stretches, race.total, log)
    drawn = np.minimum(height[shown], TOO_HIGH)
    columns = {"time": np.maximum(time[shown], clock_axis(race, log)["first"]), "height": positive(drawn)}
    columns = {name: column.astype(np.float32) for name, column in columns.items()}
    columns |= {"frame": np.searchsorted(race.times, time[shown])}
    columns |= {"lane": np.full(len(shown), lane), "run": np.full(len(shown), run), "look": np.full(len(shown), look)}
    return columns | {"noisy": np.full(len(shown), not race.is_exact(course.lane))}


# ---- in the data


def lines(race: Race) -> Datasets:
    """The data and each lane's line; with two features, where the second is at its mean."""
    data = race.model.dataset
    x, y = data.features[:, 0], data.targets
    shown = np.unique(np.linspace(0, len(y) - 1, POINTS_SHOWN).astype(int))
    at = [course.trace.theta[rows, 0] for course, rows in zip(race.courses, race.standing(), strict=True)]
    (x_low, x_high), (y_low, y_high) = padded(x), padded(y)
    best = line(race, race.phases[-1].objective.optimum)
    view = {"x_low": x_low, "x_high": x_high, "y_low": y_low, "y_high": y_high, "frames": len(race.times)}
    view |= {"best_w1": best["w1"], "best_b": best["b"]}
    return {
        "points": {"x": x[shown], "y": y[shown]},
        "lanes": _lanes(race),
        "path": line(race, np.concatenate(at)),
        "view": one_row(view),
    }


def line(race: Race, theta: np.ndarray) -> Columns:
    """The line of these parameters in the units of the data; with two features, where the second is at its mean."""
    slopes = race.model.in_units_of_the_data(theta)
    others = race.model.dataset.features[:, 1:].mean(0)
    return {"w1": finite(slopes[..., 0]), "b": finite(slopes[..., 1:-1] @ others + slopes[..., -1])}
