"""Lesson 3: the race of batch, mini-batch and stochastic descent, and what "fast" means."""

from contextlib import nullcontext

import streamlit as st

from gdcore import theory
from gdcore.batches import Batches
from gdcore.datasets import Dataset
from pages.lessons import SLIDES, run
from pages.lessons.race import charts, lanes, pictures, question, score, words
from pages.lessons.race import claims as race_claims
from pages.lessons.race import winner as race_winner
from pages.lessons.race.runs import PARALLEL, Race
from pages.lessons.race.scenes import EACH, MPG, NOISY, OWN, SAME, SCENES, STREAM
from pages.lessons.race.settings import all_settings, dataset_of, label_of_the_start, model_of, race_of, start_of
from pages.lessons.race.sweep import of_race
from pages.lessons.race.verdict_words import footnote, result, told
from pages.lessons.race.verdicts import of_lane
from pages.shared.data import own as own_data
from pages.shared.data.regression import Model
from pages.shared.lesson import (
    choose_scene,
    for_the_lecturer,
    in_numbers,
    lazily,
    steps_table,
)
from pages.shared.picture import timeline
from pages.shared.settings.common import (
    keep_a_rate_that_works,
    names_of_the_line,
    offer_to_standardise,
    take_back_a_start_without_loss,
)
from pages.shared.settings.panel import Panel
from pages.shared.take_home import animation as take_home
from pages.shared.take_home import run as programs
from pages.shared.take_home.code import code_to_take_home
from pages.shared.teaching import sweep
from pages.shared.teaching.gallery import previous_and_next
from pages.shared.teaching.pins import CACHED, Kept, Need, Pins, Place, not_in_the_link
from pages.shared.teaching.predict import Prediction
from pages.shared.teaching.verdict_words import sizes_apart
from pages.shared.teaching.verdicts import differ_in_size

DRAWN = {NOISY: ("n", "noise", "outliers", "data_seed"), STREAM: ("n", "noise", "data_seed")}  # what makes such data
FILES = {STREAM: "drifting_line.csv", MPG: "auto_mpg.csv", OWN: "my_data.csv"}  # that the programs read
MANY_UPDATES = 100_000  # that are worth a word while they are made, which costs a millisecond
LANES_ON_TOP = 4  # of more lanes the details stand below the charts, so that a projector still shows these

OF_THE_PICTURE = ("axis", "follow", "cloud")  # settings that do not change the race
DATA = Need(lambda values: [values[name] for name in ("data", *DRAWN.get(values["data"], ()))], "other data")
CLOCK = Need(
    lambda values: (values["clock"], values["workers"] if values["clock"] == PARALLEL else None), "another clock"
)
PARAMETERS = Place("parameters", ("p_low", "p_high", "q_low", "q_high"), (DATA,))
LOSS = Place("loss", ("first", "last", "height_low", "height_high"), (DATA, CLOCK))
LINES = Place("lines", ("x_low", "x_high", "y_low", "y_high"), (DATA,))


def page() -> None:
    panel = Panel("race", *all_settings(), called=lanes.label)
    with st.sidebar:
        paging, above = st.container(), st.container()
        model, notes = settings(panel)
        scene = choose_scene(above, panel, SCENES)
        previous_and_next(paging, panel, scene, SLIDES)
    values = panel.values
    race, cap = race_of(values, model)
    st.sidebar.caption(words.recorded(race))
    pins = Pins(panel, kept, OF_THE_PICTURE)

    title = f"Batch, mini-batch and stochastic descent on {race.n_examples:,} examples"
    st.title(title)
    panel.introduce()
    for note in (*notes, *cap):
        st.info(note)
    with st.container(key="race"):
        updates = sum(race.steps) * len(race.seeds)
        with st.spinner(f"{updates:,} updates are made.") if updates > MANY_UPDATES else nullcontext():
            courses = race.courses
        prediction = Prediction(panel, lambda: question.of_race(race))
        many = len(courses) > LANES_ON_TOP or values["present"]
        judged = [of_lane(race, course) for course in courses]
        verdicts = [told(each, race, course) for each, course in zip(judged, courses, strict=True)]
        winner = race_winner.sentence(race)
        notes_below = f"{footnote(race, judged)} {words.off_the_picture(race)}".strip()

        def tell() -> None:
            st.markdown(f"{scene.look if scene else ''} {winner}")
            st.markdown(" ".join(v.badge for v in verdicts) if many else "  \n".join(v.line for v in verdicts))
            if values["data"] == OWN:
                way_out(panel, model)

        prediction.lead(tell)
        followed = values["follow"] - 1
        opens = {"unit": words.UNITS[race.clock], "opens_at": panel.lesson.at, "gate": prediction.gate}
        end = f"The last update of {courses[followed].name}."
        with st.container(horizontal=True, key="race_bar"):
            timeline.bar("race", race.times, words.rules(race, followed), end, **opens)
            pins.button(own_data.NO_PINS if values["data"] == OWN else "")
        draw(race, panel, pins)
        below = st.container(key="race_pins")
        with st.container(key="race_result_more"):
            if not prediction.is_open:
                in_numbers("  \n".join(v.whole if many else " ".join([v.badge, *v.below]) for v in verdicts))
            st.caption(notes_below)
            for_the_lecturer(scene)
            more(race, panel, pins)
            take_home.offer(title, "  \n".join([winner, *(verdict.whole for verdict in verdicts), notes_below]))
        pins.table(below)


def settings(panel: Panel) -> tuple[Model, tuple[str, ...]]:
    """The settings in the order in which a teacher touches them; the model, and what is to be said about its data.

    The sliders of the rates follow the data, so they are drawn when these are known.
    """
    values = panel.values
    panel.draw("clock", "rates")
    place_of_the_rate = st.container()
    panel.draw("lanes")
    place_of_the_lanes, place_of_the_start = st.container(), st.container()
    with st.expander("More settings"):
        panel.draw("data")
        dataset, notes = choose_data(panel)
        panel.draw("seeds", "seed", "workers", "axis", "follow", "cloud")
    model = model_of(values, dataset)
    curved = theory.curvatures(model.objective)
    panel.rates_around(theory.rate_limit(curved))
    if values["rates"] == SAME:
        keep_a_rate_that_works(panel, model, theory.rate_limit(curved), theory.best_rate(curved))
        with place_of_the_rate:
            panel.draw("rate")
    for lane in range(1, values["lanes"] + 1):
        with place_of_the_lanes.expander(f"Lane {lane}: batches of {values[f'size{lane}']}"):
            lanes.choose(panel, lane, with_rate=values["rates"] == EACH)
    take_back_what_does_not_go_together(panel, len(dataset.targets))  # not earlier: drawing brings a value back
    with place_of_the_start:
        start(panel, model)
        if values["data"] == STREAM:
            st.caption("A stream is seen once, in the order of its arrival.")
        else:
            panel.draw_row("budget", "unit")
    own = "Your own table is not in it. " if values["data"] == OWN else ""
    panel.undo_reset_share(own + not_in_the_link(panel))
    return model, notes


def way_out(panel: Panel, model: Model) -> None:
    """Where every rate that a person would try diverges: why, and one click out of it."""
    limit = theory.rate_limit(theory.curvatures(model.objective))
    if differ_in_size(model.sizes, limit):
        st.markdown(sizes_apart(model.sizes))
        offer_to_standardise(panel, model.dataset, rates=SAME)


def start(panel: Panel, model: Model) -> None:
    st.markdown(label_of_the_start(model))
    panel.draw_row(*names_of_the_line(model.dataset.features.shape[1]))
    take_back_a_start_without_loss(panel, model, start_of(model, panel.values))


def choose_data(panel: Panel) -> tuple[Dataset, tuple[str, ...]]:
    values = panel.values
    if values["data"] != STREAM:
        panel.draw("order")
    if values["data"] == OWN:
        panel.draw("standardise")
        return own_data.choose("race")
    panel.draw(*DRAWN.get(values["data"], ()))
    return dataset_of(values), ()


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


@st.cache_data(max_entries=CACHED, show_spinner=False)
def kept(values: dict) -> Kept:
    """What stays of a race that is pinned."""
    race, _ = race_of(values, model_of(values, dataset_of(values)))
    return Kept(pictures.pinned(race, values["axis"] == "log"), result(race))


def draw(race: Race, panel: Panel, pins: Pins) -> None:
    """The parameters and the loss, side by side."""
    parameters, loss = timeline.columns("race", 2, 3)
    names = race.model.names
    with parameters:
        titles = (*(race.model.title(name) for name in names[:2]), len(names), panel.values["cloud"], race.drifts)
        alt = f"The loss over {names[0]} and {names[1]}, with the path of every lane from the start."
        best = race.model.objective.optimum.tolist()  # not the race: the session keeps what a callback needs
        timeline.chart(
            charts.surface,
            alt,
            pins.on(PARAMETERS, pictures.surface(race, timeline.palette().ramp, panel.values["cloud"])),
            *titles,
            key="race_surface",
            on_select=lambda: start_where_clicked(best, panel),
            selection_mode="start",
        )
        slice = f" A slice at the best {names[2]}; the paths are projections." if len(names) == 3 else ""
        st.caption(f"Click anywhere to start there.{slice}")
    with loss, st.container(key="race_result"):
        log, many = panel.values["axis"] == "log", len(race.seeds) > 1
        alt = f"The loss of every lane over {race.clock}."
        losses = pins.on(LOSS, pictures.losses(race, log))
        titles = (words.axis(race), race.has_multiples, log, len(race.lanes), many)
        timeline.chart(charts.loss, alt, losses, *titles)


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


def more(race: Race, panel: Panel, pins: Pins) -> None:
    """Below the charts: the score, every rate, the claims, the data, the steps."""
    values = panel.values
    rest = st.toggle("All columns of the score", key="race_rest")
    st.markdown(score.table(race, rest))
    sweep.show("race", lambda: of_race(race), lambda rate: take_rate(rate, panel))
    claims = lazily("What an article claims, tested here", "race_claims")
    if claims.open:
        claims.markdown(race_claims.table(race))
    data = lazily("The data, with each lane’s line", "race_data_view")
    if data.open:
        with data:
            names = race.model.dataset.feature_names
            timeline.chart(
                charts.lines,
                "The data and the line of each lane.",
                pins.on(LINES, pictures.lines(race)),
                names[0],
                race.model.dataset.target_name,
            )
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
