"""Lesson 2: linear regression. Data, parameters and loss move together; scaling decides how fast."""

import numpy as np
import streamlit as st

from gdcore import Constant, theory
from gdcore.datasets import Dataset
from pages.lessons import SLIDES, run
from pages.lessons.articles import printed
from pages.lessons.quadratic import charts as quadratic_charts
from pages.lessons.quadratic import runs
from pages.lessons.regression import charts, tables, words
from pages.lessons.regression.runs import POINTS_SHOWN, Fit
from pages.lessons.regression.scenes import (
    ARTICLE_LINE,
    BROADCAST,
    MEANT,
    MPG,
    NOISY,
    OWN,
    PUBLISHED,
    REPAIRED,
    SCENES,
    SLOPE,
    TWO,
)
from pages.lessons.regression.settings import (
    NOISY_SETTINGS,
    all_settings,
    compute,
    dataset_of,
    model_of,
    noisy_options,
    start_of,
)
from pages.shared.data import own as own_data
from pages.shared.data.regression import Model
from pages.shared.lesson import (
    Scene,
    choose_scene,
    for_the_lecturer,
    in_numbers,
    lazily,
    steps_table,
)
from pages.shared.picture import timeline
from pages.shared.settings.common import (
    IN_UNITS_OF_THE_DATA,
    keep_a_rate_that_works,
    names_of_the_line,
    offer_to_standardise,
    pick_a_rate,
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
from pages.shared.teaching.verdicts import Reason
from pages.shared.words import number

FILES = {TWO: "article_regression.csv", MPG: "auto_mpg.csv"}  # that the programs read

OF_THE_PICTURE = ("scale", "equal", "hand", "hand_w", "hand_b")  # settings that do not change the run
DATA = Need(lambda values: data_of(values), "other data")
LOSS = Need(lambda values: values["loss"], "another loss")
SCALE = Need(lambda values: values["standardise"], "features standardised in one and not in the other")
HELD = Need(lambda values: values["b"] if values["learned"] == SLOPE else None, "b is not held at the same value")
PARAMETERS = (DATA, LOSS, SCALE, HELD)
LINE = Place("line", ("x_low", "x_high", "y_low", "y_high"), (DATA,))
PREDICTED = Place("predicted", ("y_low", "y_high", "y_low", "y_high"), (DATA,))
PARTS = {i: Place(f"part {i}", (f"x{i}_low", f"x{i}_high", "part_low", "part_high"), (DATA,)) for i in (1, 2)}
CURVE = Place("parameters", ("x_low", "x_high", "f_low", "f_high"), PARAMETERS)
SURFACE = Place("parameters", ("p_low", "p_high", "q_low", "q_high"), PARAMETERS)
LOSSES = {
    scale: Place("loss", ("first", "updates", low, "loss_high"), (DATA, LOSS))
    for scale, low in (("log", "loss_low"), ("linear", "zero"))
}


def page() -> None:
    panel = Panel("regression", *all_settings())
    values = panel.values
    with st.sidebar:
        paging, above = st.container(), st.container()
        dataset, notes = choose_data(panel)
        model = settings(panel, dataset)
        scene = choose_scene(above, panel, SCENES)
        previous_and_next(paging, panel, scene, SLIDES)
    fit, pins = compute(model, values), Pins(panel, kept, OF_THE_PICTURE)
    prediction = Prediction(panel, lambda: words.question(fit))

    title = f"Fit {'a line' if dataset.features.shape[1] == 1 else 'a plane'} to {len(dataset.targets):,} examples"
    judged = words.verdict(fit)
    verdict = words.told(judged, fit)
    st.title(title)
    panel.introduce()
    for note in notes:
        st.info(note)
    with st.container(key="regression"):
        if values["hand"]:
            fit_by_hand(fit, panel)
        look = scene.look if scene else "Each epoch moves every parameter downhill by η times its gradient."

        def tell() -> None:
            with st.container(horizontal=True, vertical_alignment="bottom"):
                with st.container():
                    verdict.show(look)
                if judged.reason is Reason.SIZES:
                    offer_to_standardise(panel, dataset)

        prediction.lead(tell)
        rules, end = words.rules(fit, values["rate"]), words.ending(fit, values)
        opens = {"opens_at": panel.lesson.at, "gate": prediction.gate}
        with st.container(horizontal=True, key="regression_bar"):
            timeline.bar("regression", fit.updates, rules, end, unit="epoch", says=fit.equations(), **opens)
            pins.button(own_data.NO_PINS if values["data"] == OWN else "")
        draw(fit, panel, pins)
        if not model.broadcast:
            st.caption(words.CONVENTIONS)
        below = st.container(key="regression_pins")
        with st.container(key="regression_result_more"):
            if not prediction.is_open:
                in_numbers(" ".join(verdict.below))
            sweep.show("regression", lambda: every_rate(fit, values), lambda rate: panel.assign({"rate": rate}))
            more(fit, values, scene, pins)
            take_home.offer(title, verdict.whole)
        pins.table(below)
    with st.sidebar:
        own = "Your own table is not in it. " if values["data"] == OWN else ""
        panel.undo_reset_share(own + not_in_the_link(panel))


def choose_data(panel: Panel) -> tuple[Dataset, tuple[str, ...]]:
    """The data on the screen, and what is to be said about them."""
    panel.draw("data")
    values = panel.values
    if values["data"] == OWN:
        return own_data.choose("regression")
    if values["data"] == NOISY:
        with st.expander("The noisy data"):
            panel.draw(*(setting.name for setting in NOISY_SETTINGS))
    return dataset_of(values), ()


def data_of(values: dict) -> tuple:
    """What tells data from other data."""
    return values["data"], noisy_options(values) if values["data"] == NOISY else None


def settings(panel: Panel, dataset: Dataset) -> Model:
    """The settings in the order in which a teacher touches them; the slider of the rate follows the data."""
    place_of_the_rate = st.container()
    st.markdown(IN_UNITS_OF_THE_DATA)
    panel.draw_row(*names_of_the_line(dataset.features.shape[1]))
    panel.draw("updates", "standardise")
    with st.expander("More settings"):
        panel.draw("learned", "hand", "loss", "tolerance", "scale", "equal")
    take_back_what_does_not_go_together(panel, dataset)
    model = model_of(panel.values, dataset)
    take_back_a_start_without_loss(panel, model, start_of(model, panel.values))
    if model.held not in (None, panel.values["b"]):  # it was held where the start was taken back from
        model = model_of(panel.values, dataset)
    with place_of_the_rate:
        rate(panel, model)
    return model


def take_back_what_does_not_go_together(panel: Panel, dataset: Dataset) -> None:
    """A setting that these data have no use for is taken back, and that is said."""
    values, one = panel.values, dataset.features.shape[1] == 1
    if values["learned"] == SLOPE and not (one and dataset.features.any()):
        panel.refuse("What is learned: the slope alone needs one feature that is not 0; all parameters are.", "learned")
    if values["learned"] == SLOPE and values["standardise"]:
        panel.refuse("Standardise: with b held the feature stays as it is, for b would move with it.", "standardise")
    if values["hand"] and (values["learned"] == SLOPE or not one):
        panel.refuse("Fit by hand: it needs one feature, and both slope and intercept to be learned.", "hand")
    if values["loss"] == BROADCAST and values["data"] != TWO:
        panel.refuse(f"Loss: the broadcast mistake belongs to the data “{TWO}”; the squared error is used.", "loss")


def rate(panel: Panel, model: Model) -> None:
    curved = theory.curvatures(model.objective)
    limit, best = theory.rate_limit(curved), theory.best_rate(curved)
    keep_a_rate_that_works(panel, model, limit, best)
    panel.rates_around(limit)
    panel.draw("rate")
    pick_a_rate(panel, repr(best), repr(limit))


@st.cache_data(max_entries=CACHED, show_spinner=False)
def kept(values: dict) -> Kept:
    """What stays of a run that is pinned."""
    fit = compute(model_of(values, dataset_of(values)), values)
    return Kept(fit.pinned(), words.result(fit))


def fit_by_hand(fit: Fit, panel: Panel) -> None:
    """The reader lays a line and sees its squares; then descent goes on from there."""
    dataset, values = fit.model.dataset, panel.values
    picture, numbers = st.columns([3, 2])
    with numbers:
        panel.draw_row("hand_w", "hand_b")
        line = [values["hand_w"], values["hand_b"]]
        with np.errstate(over="ignore", invalid="ignore"):
            mine = float(fit.model.objective.value(fit.model.start(line)))
        losses = {"your line": mine, "descent, in the end": fit.trace.value[-1], "the best line": fit.model.floor}
        rows = [f"| {name} | {number(loss)} |" for name, loss in losses.items()]
        with st.container(key="regression_hand_result"):
            st.markdown("\n".join(["| | loss |", "|---|---|", *rows]))
        start = {"w1": line[0], "b": line[1]}
        st.button("Descend from here", on_click=panel.assign, args=(start,), key="regression_descend", type="primary")
    with picture:
        titles = (dataset.feature_names[0], dataset.target_name)
        alt = "The data, your line, and the square of each residual."
        timeline.chart(charts.squares, alt, fit.by_hand(*line), *titles)


def draw(fit: Fit, panel: Panel, pins: Pins) -> None:
    """Data, parameters and loss, side by side."""
    model, names, dataset = fit.model, fit.model.names, fit.model.dataset
    data, parameters, loss = timeline.columns("regression", 1, 1, 1)
    with data:
        if dataset.features.shape[1] == 1:
            titles = (dataset.feature_names[0], dataset.target_name)
            lines = pins.on(LINE, fit.fitted_line())
            timeline.chart(charts.fitted_line, "The data and the fitted line.", lines, *titles)
        else:
            alt = "Predicted against actual targets; on the diagonal they agree."
            predicted = pins.on(PREDICTED, fit.predicted_against_actual())
            timeline.chart(charts.predicted_against_actual, alt, predicted, dataset.target_name)
        if len(dataset.targets) > POINTS_SHOWN:
            st.caption(f"{POINTS_SHOWN} of {len(dataset.targets):,} points are drawn; all are fitted.")
    with parameters:
        if len(names) == 1:
            picture = runs.Picture(fit.as_quadratic, fit.learning_rate, fit.trace, tuple(reach(fit)))
            alt = "The loss over the slope w, with the path on it."
            titles = ("parameter w", "loss (mean squared error)")
            timeline.chart(quadratic_charts.curve, alt, pins.on(CURVE, picture.curve()), *titles)
        else:
            alt = f"The loss over {names[0]} and {names[1]}, with the path from the start towards the optimum."
            timeline.chart(
                charts.surface,
                alt,
                pins.on(SURFACE, fit.surface(timeline.palette().ramp)),
                *(fit.model.title(name) for name in names[:2]),
                fit.equal_aspect,
                width="content" if fit.equal_aspect else "stretch",
                key="regression_surface",
                on_select=lambda: start_where_clicked(model, panel),
                selection_mode="start",
            )
            if len(names) == 3:
                st.caption(f"A slice at the best {names[2]}; the path is its projection.")
                st.caption(f"Click to start there, with {names[2]} at its best.")
            else:
                st.caption("Click anywhere to start there.")
    with loss, st.container(key="regression_result"):
        alt = "The loss over the epochs, computed and predicted."
        scale = panel.values["scale"]
        timeline.chart(charts.loss, alt, pins.on(LOSSES[scale], fit.loss()), scale == "log")


def reach(fit: Fit) -> tuple[float, float]:
    """The picture of a single parameter, around its best value; the start is in it."""
    best, start = float(fit.model.objective.optimum[0]), float(fit.trace.theta[0, 0])
    half = 1.35 * abs(start - best) or 1 + 0.1 * abs(best)
    return best - half, best + half


def start_where_clicked(model: Model, panel: Panel) -> None:
    """Move the start to the point of the surface that was clicked, in the units of the data."""
    chosen = st.session_state["regression_surface"]["selection"].get("start")
    if not chosen:
        return
    theta = np.array(model.objective.optimum)
    theta[:2] = float(f"{chosen[0]['p']:.3g}"), float(f"{chosen[0]['q']:.3g}")
    line = model.in_units_of_the_data(theta).tolist()
    names = names_of_the_line(len(line) - 1)
    panel.assign({name: float(f"{value:.12g}") for name, value in zip(names, line, strict=True)})


def every_rate(fit: Fit, values: dict) -> sweep.Sweep | str:
    """The same run at a hundred rates."""
    objective, start, tolerance = fit.model.objective, fit.trace.theta[0], float(values["tolerance"])
    return sweep.of_descent(objective, start, fit.learning_rate, values["updates"], tolerance, "epoch")


def more(fit: Fit, values: dict, scene: Scene | None, pins: Pins) -> None:
    """Below the charts: the articles’ numbers, stability, parameters, the table."""
    if scene is ARTICLE_LINE:
        st.markdown(printed.line_table(fit.trace))
    if scene in (PUBLISHED, REPAIRED, MEANT):
        mistake = printed.broadcast_mistake(fit.model.dataset)
        st.markdown(f"**What the article printed.** {mistake}\n\n{printed.plane_table(fit.trace)}")
    for_the_lecturer(scene)
    for title, key, table in (
        ("Stability: raw and standardised", "regression_stability", tables.stability),
        ("Coefficients in both scales", "regression_coefficients", tables.coefficients),
    ):
        expander = lazily(title, key)
        if expander.open:
            expander.markdown(table(fit))
    dataset = fit.model.dataset
    parts = lazily("Residuals", "regression_parts")
    if parts.open and dataset.features.shape[1] == 1:
        with parts:
            st.markdown("The loss is the mean area of the squares (drawn for up to 60 examples).")
            alt = "The square of each residual of the current line."
            line = pins.on(LINE, fit.fitted_line())
            timeline.chart(charts.squares, alt, line, dataset.feature_names[0], dataset.target_name)
    elif parts.open:
        for column, mine, other in zip(parts.columns(2), (1, 2), (2, 1), strict=True):
            with column:
                titles = (dataset.feature_names[mine - 1], dataset.target_name, mine, other)
                alt = f"The targets less the rest, over {titles[0]}."
                timeline.chart(charts.partial, alt, pins.on(PARTS[mine], fit.predicted_against_actual()), *titles)
    closer = lazily("Each parameter over the epochs", "regression_closer")
    if closer.open:
        for column, name in zip(closer.columns(len(fit.model.names)), fit.model.names, strict=True):
            with column:
                place = Place(f"parameter {name}", ("first", "updates", "low", "high"), PARAMETERS)
                alt = f"Parameter {name} over the epochs."
                timeline.chart(charts.parameter, alt, pins.on(place, fit.parameter(name)), fit.model.title(name))
    steps_table(fit.steps, {name: name for name in fit.steps}, "regression")
    code_to_take_home(lambda: described(fit, values), "regression")


def described(fit: Fit, values: dict) -> programs.Run:
    """The run on the screen, for the programs."""
    model = fit.model
    if values["data"] == NOISY:
        examples = programs.noisy_line(**noisy_options(values))
    else:
        examples = programs.table(model.dataset, FILES.get(values["data"], "my_data.csv"))
    return programs.Run(
        programs.Regression(examples, model.held, model.standardise, model.broadcast),
        fit.trace.theta[0],
        Constant(fit.learning_rate),
        programs.updates_in_range(fit.trace, values["updates"]),
        tolerance=float(values["tolerance"]),
        rate=values["rate"],
    )


if __name__ == "__main__":
    run(page)
