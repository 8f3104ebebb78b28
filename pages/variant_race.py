"""Lesson 3: the race of batch, mini-batch and stochastic descent, and what "fast" means."""

from contextlib import nullcontext

import streamlit as st

from gdcore import theory
from pages.lessons import SLIDES, run
from pages.lessons.race import RACE, charts, claims, lanes, pictures, question, saying, score, words
from pages.lessons.race.pins import LINES, LOSS, PARAMETERS
from pages.lessons.race.runs import Race
from pages.lessons.race.scenes import EACH, SAME, STREAM
from pages.lessons.race.settings import DRAWN, dataset_of, label_of_the_start, model_of, race_of, start_of
from pages.lessons.race.sweep import of_race
from pages.lessons.race.take_home import described
from pages.shared.data import own
from pages.shared.data.regression import Model
from pages.shared.frame.expander import lazily
from pages.shared.picture import timeline
from pages.shared.settings.common import (
    keep_a_rate_that_works,
    names_of_the_line,
    offer_to_standardise,
    pick_a_rate,
    take_back_a_start_without_loss,
)
from pages.shared.settings.panel import Panel
from pages.shared.stage import Stage
from pages.shared.take_home.code import code_to_take_home
from pages.shared.take_home.steps import steps_table
from pages.shared.teaching import sweep
from pages.shared.teaching.verdict_words import sizes_apart
from pages.shared.teaching.verdicts import differ_in_size

MANY_UPDATES = 100_000  # that are worth a word while they are made, which costs a millisecond


def page() -> None:
    stage = Stage(RACE, SLIDES)
    with stage.settings() as panel:
        model, notes = settings(stage, panel)
    race, cap = race_of(panel.values, model)
    stage.headline(f"The race on {race.n_examples:,} examples", *notes, *cap)
    apart = own.is_chosen(panel.values) and differ_in_size(model.sizes, limit_of(model))
    with stage.above(), waiting_for(race):
        said = saying.of_race(race, sizes_apart(model.sizes) if apart else "")
    way_out = (lambda: offer_to_standardise(panel, model.dataset, rates=SAME)) if apart else None
    with stage.show(said, words.bar(race, panel.values["follow"] - 1), lambda: question.of_race(race), way_out):
        draw(race, stage)
        with stage.below():
            st.caption(words.recorded(race))
            more(race, stage)


def settings(stage: Stage, panel: Panel) -> tuple[Model, tuple[str, ...]]:
    """The settings in the order in which a teacher touches them; the model, and what is to be said about its data.

    The sliders of the rates follow the data, so they are drawn when these are known.
    """
    values = panel.values
    place_of_the_rate = stage.at_hand()
    can_wait = [*of_the_data(values), "seeds", "seed", "workers", "axis", "follow"]
    panel.draw(*(name for name in ("clock", "rates", *can_wait) if name in panel.wanted), "lanes")
    place_of_the_lanes = st.container(gap="xsmall")
    panel.draw(*(name for name in ("rates", "clock") if name not in panel.wanted))
    with st.container(horizontal=True, gap="medium"):
        panel.quick_pick("seeds", "one seed", 1)
        panel.quick_pick("seeds", "20 seeds", lanes.MOST_SEEDS)
    panel.draw("cloud")
    place_of_the_start = st.container()
    with st.expander("More settings"):
        panel.draw(*(name for name in can_wait if name not in panel.wanted))
        dataset, notes = own.choose("race") if own.is_chosen(values) else (dataset_of(values), ())
    model = model_of(values, dataset)
    panel.rates_around(limit_of(model))
    if values["rates"] == SAME:
        with place_of_the_rate:
            rate(panel, model)
    with place_of_the_lanes:
        for lane in range(1, values["lanes"] + 1):
            lanes.choose(panel, lane, with_rate=values["rates"] == EACH)
    take_back_what_does_not_go_together(panel, len(dataset.targets))  # not earlier: drawing brings a value back
    with place_of_the_start:
        start(panel, model)
        if values["data"] == STREAM:
            st.caption("A stream is seen once, in the order of its arrival.")
        else:
            panel.draw_row("budget", "unit")
    return model, notes


def rate(panel: Panel, model: Model) -> None:
    """The rate of all lanes; the best one and the limit are those of plain descent on all examples."""
    best = theory.best_rate(theory.curvatures(model.objective))
    keep_a_rate_that_works(panel, model, limit_of(model), best)
    panel.draw("rate")
    pick_a_rate(panel, repr(best), repr(limit_of(model)), meaning="for plain descent on all examples")


def waiting_for(race: Race):
    """A word while many updates are made."""
    updates = sum(race.steps) * len(race.seeds)
    return st.spinner(f"Making {updates:,} updates.") if updates > MANY_UPDATES else nullcontext()


def limit_of(model: Model) -> float:
    """The limit of plain descent on all examples."""
    return theory.rate_limit(theory.curvatures(model.objective))


def start(panel: Panel, model: Model) -> None:
    st.markdown(label_of_the_start(model))
    panel.draw_row(*names_of_the_line(model.dataset.features.shape[1]))
    take_back_a_start_without_loss(panel, model, start_of(model, panel.values))


def of_the_data(values: dict) -> list[str]:
    """The settings that say what the data are, and in which order they come."""
    order = [] if values["data"] == STREAM else ["order"]
    return ["data", *order, *(["standardise"] if own.is_chosen(values) else DRAWN.get(values["data"], ()))]


def take_back_what_does_not_go_together(panel: Panel, n: int) -> None:
    """A batch has at most n examples, and only a lane that there is can be followed."""
    values = panel.values
    for lane in range(1, values["lanes"] + 1):
        size = values[f"size{lane}"]
        if size != "n" and int(size) > n:
            panel.problems[f"size{lane} of n"] = (  # beside what may be said of the text itself
                f"Batch size of lane {lane}: {size} is more than the {n} examples; n is used."
            )
            values[f"size{lane}"] = "n"
    if values["follow"] > values["lanes"]:
        if values["follow"] != panel.defaults["follow"]:
            panel.problems["follow"] = (
                f"{panel.settings['follow'].label}: {values['follow']} is more than the {values['lanes']} lanes;"
                f" {values['lanes']} is used."
            )
        values["follow"] = values["lanes"]


def draw(race: Race, stage: Stage) -> None:
    """The parameters and the loss, side by side."""
    parameters, loss = stage.columns(Parameters=2, Loss=3)
    panel, names = stage.panel, race.model.names
    with parameters:
        titles = (*(race.model.title(name) for name in names[:2]), len(names), panel.values["cloud"], race.drifts)
        alt = f"The loss over {names[0]} and {names[1]}, with the path of every lane from the start."
        best = race.model.objective.optimum.tolist()  # not the race: the session keeps what a callback needs
        stage.chart(
            charts.surface,
            alt,
            pictures.surface(race, timeline.palette().ramp, panel.values["cloud"]),
            *titles,
            place=PARAMETERS,
            key="race_surface",
            on_select=lambda: start_where_clicked(best, panel),
            selection_mode="start",
        )
        slice = f" A slice at the best {names[2]}; the paths are projections." if len(names) == 3 else ""
        st.caption(f"Click anywhere to start there.{slice}")
    with loss, stage.result():
        log, many = panel.values["axis"] == "log", len(race.seeds) > 1
        alt = f"The loss of every lane over {race.clock}."
        noisy = not all(map(race.is_exact, race.lanes))
        titles = (words.axis(race), race.has_multiples, log, len(race.lanes), many, noisy)
        stage.chart(charts.loss, alt, pictures.losses(race, log), *titles, place=LOSS)


def start_where_clicked(best: list[float], panel: Panel) -> None:
    """Move the start to the point of the surface that was clicked; a third parameter starts at its best."""
    chosen = st.session_state["race_surface"]["selection"].get("start")
    if not chosen:
        return
    theta = [chosen[0]["p"], chosen[0]["q"], *best[2:]]
    names = names_of_the_line(len(theta) - 1)
    panel.assign({name: float(f"{value:.3g}") for name, value in zip(names, theta, strict=True)})


def take_rate(rate: str, panel: Panel) -> None:
    """All lanes take a rate; where each has a rate of its own, the lane whose update is written out."""
    if panel.values["rates"] == EACH:
        panel.assign({f"rate{panel.values['follow']}": rate})
    else:
        panel.assign({"rates": SAME, "rate": rate})


def more(race: Race, stage: Stage) -> None:
    """Below the charts: the score, every rate, the claims, the data, the steps."""
    panel, values = stage.panel, stage.values
    rest = st.toggle("More columns", key="race_rest")
    st.markdown(score.table(race, rest))
    sweep.show("race", lambda: of_race(race), lambda rate: take_rate(rate, panel))
    claimed = lazily("What an article claims, tested here", "race_claims")
    if claimed.open:
        claimed.markdown(claims.table(race))
    data = lazily("The data, with each lane’s line", "race_data_view")
    if data.open:
        with data:
            names = race.model.dataset.feature_names
            titles = (names[0], race.model.dataset.target_name)
            stage.chart(charts.lines, "The data and the line of each lane.", pictures.lines(race), *titles, place=LINES)
            if len(names) > 1:
                st.caption("The lines are cuts through the planes where the second feature is at its mean.")
    lane = values["follow"] - 1
    steps = words.steps(race, lane)
    steps_table(steps, {name: name for name in steps}, "race")
    code_to_take_home(lambda: described(race, values, lane), "race")
    if race.drifts:
        st.caption(
            "On this page the loss of a stream is that on the half that is arriving. The program prints the loss on "
            "all examples, which the table of the steps has as well."
        )


if __name__ == "__main__":
    run(page)
