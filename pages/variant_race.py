"""Lesson 3: the race of batch, mini-batch and stochastic descent, and what "fast" means."""

import numpy as np
import streamlit as st

from gdcore import datasets
from gdcore.batches import Batches
from gdcore.datasets import Dataset
from pages.shared import glossary, lanes, own_data, programs, sweep, take_home, timeline
from pages.shared import race_charts as charts
from pages.shared import race_words as words
from pages.shared.controls import Panel
from pages.shared.frame import run
from pages.shared.lesson import choose_scene, code_to_take_home, lazily, steps_table
from pages.shared.models import Model
from pages.shared.predict import Prediction
from pages.shared.race_runs import CLOCKS, CLOUD, EXAMPLES, Budget, Lane, Race
from pages.shared.race_scenes import BEST, EACH, MPG, NOISY, OWN, SAME, SCENES, STREAM
from pages.shared.settings import Choice, Number, Rate, Switch

ORDERS = {"reshuffled each epoch": "reshuffled", "fixed": "fixed", "drawn with replacement": "replacement"}
RATE = Rate("rate", "Learning rate η (eta)", 1e-9, 100, "0.05", help=glossary.help("learning rate"))

FILES = {STREAM: "drifting_line.csv", MPG: "auto_mpg.csv", OWN: "my_data.csv"}  # that the programs read
LANES_ON_TOP = 4  # of more lanes the details stand below the charts, so that a projector still shows these

HERE = {  # what the words mean for these settings
    "rates": "Here: one for all lanes, or one for each.",
    "w1": "The slope.",
    "w2": "The second slope.",
    "b": "The intercept.",
    "unit": "A budget is counted in epochs, updates or examples.",
    "seeds": "Each run has one, and so an order of its own.",
    "cloud": f"Arrows: where {CLOUD} batches of each lane would pull, and in black all examples.",
    "clock": glossary.help("parallel time"),
}


def page() -> None:
    panel = Panel("race", *all_settings())
    with st.sidebar:
        above = st.container()
        dataset, notes = settings(panel)
        scene = choose_scene(above, panel, SCENES)
    values = panel.values
    race, cap = race_of(values, dataset)

    title = f"Batch, mini-batch and stochastic descent on {len(dataset.targets):,} examples"
    st.title(title)
    panel.introduce()
    for note in (*notes, *cap):
        st.info(note)
    with st.container(key="race"):
        with st.spinner(f"{sum(race.steps) * len(race.seeds):,} updates are made."):
            courses = race.courses
        prediction = Prediction(panel, lambda: words.question(race))
        few = len(courses) <= LANES_ON_TOP and not values["present"]
        verdicts = [words.verdict(race, course) for course in courses]
        prediction.remind()
        if prediction.is_open:
            prediction.ask()
        else:
            with st.container(key="race_verdict"):
                if prediction.is_answered:
                    prediction.explain()
                else:
                    st.markdown(f"{scene.look if scene else ''} {words.winner(race)}")
                    st.markdown("  \n".join(v.line for v in verdicts) if few else " ".join(v.badge for v in verdicts))
        followed = values["follow"] - 1
        opens = {"unit": words.UNITS[race.clock], "opens_at": panel.lesson.at, "gate": prediction.gate}
        end = f"The last update of {courses[followed].name}."
        timeline.bar("race", race.times, words.rules(race, followed), end, **opens)
        draw(race, panel)
        with st.container(key="race_result_more"):
            if not few:
                st.markdown("  \n".join(v.line for v in verdicts))
            st.caption(words.order_of_the_theory(race))
            more(race, panel)
            said = [words.winner(race), *(verdict.line for verdict in verdicts), words.order_of_the_theory(race)]
            take_home.offer(title, "  \n".join(said))


def all_settings() -> tuple:
    return (
        Choice("clock", "Clock: what counts as time", CLOCKS, EXAMPLES, help=glossary.help("clock", HERE["clock"])),
        Choice("rates", "Rates", (SAME, BEST, EACH), SAME, help=glossary.help("learning rate", HERE["rates"])),
        RATE,
        Number("lanes", "Lanes", 1, lanes.MOST, 3, 1, whole=True, help=glossary.help("lane")),
        *(setting for lane in range(1, lanes.MOST + 1) for setting in lanes.settings(lane, RATE)),
        Number("w1", "w", -1e6, 1e6, -1, 0.5, help=glossary.help("start", HERE["w1"])),
        Number("w2", "w₂", -1e6, 1e6, 0, 0.5, help=glossary.help("start", HERE["w2"])),
        Number("b", "b", -1e6, 1e6, 4, 0.5, help=glossary.help("start", HERE["b"])),
        Number("budget", "Budget", 1, 1_000_000, 120, 10, whole=True, help=glossary.help("budget")),
        Choice(
            "unit", "counted in", ("epochs", "updates", "examples"), "epochs", help=glossary.help("epoch", HERE["unit"])
        ),
        Choice("data", "Data", (NOISY, STREAM, MPG, OWN), NOISY, help=glossary.help("data")),
        Number("n", "Examples n", 20, 5000, 256, 10, whole=True, help=glossary.help("example")),
        Number("noise", "Noise (standard deviation)", 0, 100, 1, 0.1, help=glossary.help("noise")),
        Number("outliers", "Outliers", 0, 20, 0, 1, whole=True, help=glossary.help("outlier")),
        Number("data_seed", "Seed of the data", 0, 9999, 7, 1, whole=True, help=glossary.help("seed")),
        Switch("standardise", "Standardise the features", help=glossary.help("standardise")),
        Choice("order", "Order of the examples", tuple(ORDERS), next(iter(ORDERS)), help=glossary.help("order")),
        Number("seeds", "Seeds: runs of each lane", 1, 20, 1, 1, whole=True, help=glossary.help("seed", HERE["seeds"])),
        Number("seed", "First seed", 0, 9999, 62, 1, whole=True, help=glossary.help("seed")),
        Number(
            "workers", "Workers P of parallel time", 1, 10_000, 32, 1, whole=True, help=glossary.help("parallel time")
        ),
        Choice("axis", "Axis of the clock", ("log", "linear"), "log", ordered=True, help=glossary.help("log axis")),
        Number(
            "follow", "Lane whose update is written out", 1, lanes.MOST, 3, 1, whole=True, help=glossary.help("lane")
        ),
        Switch("cloud", "Cloud of gradients", help=glossary.help("gradient noise", HERE["cloud"])),
    )


def settings(panel: Panel) -> tuple[Dataset, tuple[str, ...]]:
    """The settings in the order in which a teacher touches them; the data, and what is to be said about them."""
    values = panel.values
    panel.draw("clock", "rates")
    if values["rates"] == SAME:
        panel.draw("rate")
    panel.draw("lanes")
    place_of_the_lanes, place_of_the_start = st.container(), st.container()
    with st.expander("More settings"):
        panel.draw("data")
        dataset, notes = choose_data(panel)
        panel.draw("seeds", "seed", "workers", "axis", "follow", "cloud")
    for lane in range(1, values["lanes"] + 1):
        with place_of_the_lanes.expander(f"Lane {lane}: batches of {values[f'size{lane}']}"):
            lanes.choose(panel, lane, with_rate=values["rates"] == EACH)
    take_back_what_does_not_go_together(panel, len(dataset.targets))  # not earlier: drawing brings a value back
    with place_of_the_start:
        panel.draw_row(*(("w1", "b") if dataset.features.shape[1] == 1 else ("w1", "w2", "b")))
        if values["data"] == STREAM:
            st.caption("A stream is seen once, in the order of its arrival.")
        else:
            panel.draw_row("budget", "unit")
    panel.undo_reset_share("Your own table is not in it." if values["data"] == OWN else "")
    return dataset, notes


def choose_data(panel: Panel) -> tuple[Dataset, tuple[str, ...]]:
    values = panel.values
    if values["data"] == STREAM:
        panel.draw("n", "noise", "data_seed")
        return datasets.drifting_line(values["n"], values["noise"], values["data_seed"]), ()
    panel.draw("order")
    if values["data"] == OWN:
        panel.draw("standardise")
        return own_data.choose("race")
    if values["data"] == MPG:
        return datasets.auto_mpg(), ()
    panel.draw("n", "noise", "outliers", "data_seed")
    drawn = {name: values[name] for name in ("n", "noise", "outliers")}
    return datasets.noisy_line(**drawn, seed=values["data_seed"]), ()


def take_back_what_does_not_go_together(panel: Panel, n: int) -> None:
    """A batch has at most n examples, and only a lane that there is can be followed."""
    values = panel.values
    for lane in range(1, values["lanes"] + 1):
        size = values[f"size{lane}"]
        if size != "n" and int(size) > n:
            panel.problems[f"size{lane}"] = (
                f"Batch size of lane {lane}: {size} is more than the {n} examples; n is used."
            )
            values[f"size{lane}"] = "n"
    values["follow"] = min(values["follow"], values["lanes"])


def race_of(values: dict, dataset: Dataset) -> tuple[Race, tuple[str, ...]]:
    """The race on the screen, and what is to be said where it is shorter than the budget."""
    model = Model(dataset, standardise=values["data"] == MPG or (values["data"] == OWN and values["standardise"]))
    objective, n, drifts = model.objective, len(dataset.targets), values["data"] == STREAM
    start = np.array([values[name] for name in (("w1", "b") if len(model.names) == 2 else ("w1", "w2", "b"))])
    order = "fixed" if drifts else ORDERS[values["order"]]
    seeds = tuple(range(values["seed"], values["seed"] + values["seeds"]))
    numbers = range(1, values["lanes"] + 1)
    sizes = [n if values[f"size{lane}"] == "n" else int(values[f"size{lane}"]) for lane in numbers]

    asked = Budget(n, "examples") if drifts else Budget(values["budget"], values["unit"])
    budget = asked.within(lambda smaller: smaller.fits(sizes, n, order, len(seeds)), n)
    updates = [budget.updates(size, n, order) for size in sizes]
    racers = []
    for lane, size, many in zip(numbers, sizes, updates, strict=True):
        rule, rate = lanes.rule(values, lane), RATE.number(values[f"rate{lane}" if values["rates"] == EACH else "rate"])
        if values["rates"] == BEST:
            rate = lanes.best_rate(objective, start, Batches(size, seeds[0], order), rule)
        racers.append(Lane(size, lanes.schedule(values, lane, rate, many), rule))
    race = Race(model, tuple(racers), start, tuple(updates), order, seeds, values["clock"], values["workers"], drifts)
    return race, () if budget == asked else (words.cut(asked, budget, sizes, n, order, len(seeds)),)


def draw(race: Race, panel: Panel) -> None:
    """The parameters and the loss, side by side."""
    parameters, loss = timeline.columns("race", 2, 3)
    names = race.model.names
    with parameters:
        titles = (*(race.model.title(name) for name in names[:2]), len(names), panel.values["cloud"], race.drifts)
        alt = f"The loss over {names[0]} and {names[1]}, with the path of every lane from the start."
        timeline.chart(
            charts.surface,
            alt,
            race.surface(timeline.palette().ramp, panel.values["cloud"]),
            *titles,
            key="race_surface",
            on_select=lambda: start_where_clicked(race, panel),
            selection_mode="start",
        )
        slice = f" A slice at the best {names[2]}; the paths are projections." if len(names) == 3 else ""
        st.caption(f"Click anywhere to start there.{slice}")
    with loss, st.container(key="race_result"):
        log, many = panel.values["axis"] == "log", len(race.seeds) > 1
        alt = f"The loss of every lane over {race.clock}."
        title = "loss ÷ least loss" if race.has_multiples else "loss (mean squared error)"
        timeline.chart(charts.loss, alt, race.losses(log), words.axis(race), title, log, len(race.lanes), many)


def start_where_clicked(race: Race, panel: Panel) -> None:
    """Move the start to the point of the surface that was clicked; a third parameter starts at its best."""
    chosen = st.session_state["race_surface"]["selection"].get("start")
    if not chosen:
        return
    theta = race.model.objective.optimum.tolist()
    theta[:2] = chosen[0]["p"], chosen[0]["q"]
    names = ("w1", "b") if len(theta) == 2 else ("w1", "w2", "b")
    panel.assign({name: float(f"{value:.3g}") for name, value in zip(names, theta, strict=True)})


def take_rate(rate: str, panel: Panel) -> None:
    """All lanes take a rate; where each has a rate of its own, the lane whose update is written out."""
    if panel.values["rates"] == EACH:
        panel.assign({f"rate{panel.values['follow']}": rate})
    else:
        panel.assign({"rates": SAME, "rate": rate})


def more(race: Race, panel: Panel) -> None:
    """Below the charts: the score, every rate, the claims, the data, the steps."""
    values = panel.values
    rest = st.toggle("All columns of the score", key="race_rest")
    st.markdown(words.score(race, rest))
    sweep.show("race", lambda: sweep.of_race(race), lambda rate: take_rate(rate, panel))
    claims = lazily("What an article claims, tested here", "race_claims")
    if claims.open:
        claims.markdown(words.claims(race))
    data = lazily("The data, with each lane’s line", "race_data_view")
    if data.open:
        with data:
            names = race.model.dataset.feature_names
            timeline.chart(
                charts.lines,
                "The data and the line of each lane.",
                race.lines(),
                names[0],
                race.model.dataset.target_name,
            )
            if len(names) > 1:
                st.caption("The lines are cuts through the planes where the second feature is at its mean.")
    lane = values["follow"] - 1
    steps = words.steps(race, lane)
    steps_table(steps, {name: name for name in steps}, "race")
    code_to_take_home(lambda: described(race, values, lane), "race")


def described(race: Race, values: dict, lane: int) -> programs.Run:
    """One lane of the race, for the programs."""
    racer, dataset = race.lanes[lane], race.model.dataset
    if values["data"] == NOISY:
        examples = programs.noisy_line(
            values["n"], (2.0,), -1.0, values["noise"], outliers=values["outliers"], seed=values["data_seed"]
        )
    else:
        examples = programs.table(dataset, FILES[values["data"]])
    return programs.Run(
        programs.Regression(examples, standardise=race.model.standardise),
        race.start,
        racer.schedule,
        int(race.courses[lane].ended[0]),
        racer.optimizer,
        Batches(racer.size, race.seeds[0], race.order),
    )


if __name__ == "__main__":
    run(page)
