"""Lesson 2: linear regression. Data, parameters and loss move together; scaling decides how fast."""

import numpy as np
import streamlit as st

from gdcore import theory
from gdcore.datasets import Dataset
from pages.lessons import SLIDES, run
from pages.lessons.articles import printed
from pages.lessons.quadratic import charts as quadratic_charts
from pages.lessons.quadratic import runs
from pages.lessons.regression import REGRESSION, by_hand, charts, side_by_side, tables, words
from pages.lessons.regression.pins import CURVE, LINE, LOSSES, PARTS, PREDICTED, SURFACE, of_parameter
from pages.lessons.regression.runs import Fit
from pages.lessons.regression.scenes import ARTICLE_LINE, BROADCAST, MEANT, NOISY, PUBLISHED, REPAIRED, SLOPE, TWO
from pages.lessons.regression.settings import NOISY_SETTINGS, compute, dataset_of, model_of, start_of
from pages.lessons.regression.take_home import described
from pages.shared.data import own
from pages.shared.data.regression import Model
from pages.shared.frame.expander import lazily
from pages.shared.picture import timeline
from pages.shared.picture.columns import POINTS_SHOWN
from pages.shared.settings.common import (
    IN_UNITS_OF_THE_DATA,
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
from pages.shared.teaching.verdicts import Reason


def page() -> None:
    stage = Stage(REGRESSION, SLIDES)
    with stage.settings() as panel:
        place_of_the_rate = stage.at_hand()
        dataset, notes = choose_data(panel)
        model = settings(panel, dataset)
        if not panel.values["beside"]:
            with place_of_the_rate:
                rate(panel, model)
    what = "a line" if dataset.features.shape[1] == 1 else "a plane"
    stage.headline(f"Fit {what} to {len(dataset.targets):,} examples", *notes)
    values, fit = panel.values, compute(model, panel.values)
    if values["hand"]:
        with stage.by_hand():
            by_hand.show(fit, stage)
        return
    if values["beside"]:
        side_by_side.show(side_by_side.compute(dataset, values), stage)
        return
    judged = words.verdict(fit)
    saying, bar = words.told(judged, fit), words.bar(fit, values)
    way_out = (lambda: offer_to_standardise(panel, dataset)) if judged.reason is Reason.SIZES else None
    with stage.show(saying, bar, lambda: words.question(fit), way_out):
        draw(fit, stage)
        if not model.broadcast:
            st.caption(words.CONVENTIONS)
        with stage.below():
            sweep.show("regression", lambda: every_rate(fit, values), stage.take_rate)
            more(fit, stage)


def choose_data(panel: Panel) -> tuple[Dataset, tuple[str, ...]]:
    """The data on the screen, and what is to be said about them."""
    panel.draw("data")
    values = panel.values
    if own.is_chosen(values):
        return own.choose("regression")
    if values["data"] == NOISY:
        panel.fold(*(setting.name for setting in NOISY_SETTINGS), title="The noisy data")
    return dataset_of(values), ()


def settings(panel: Panel, dataset: Dataset) -> Model:
    """The settings in the order in which a teacher touches them, but for the rate, whose slider follows the data."""
    st.markdown(IN_UNITS_OF_THE_DATA)
    panel.draw_row(*names_of_the_line(dataset.features.shape[1]))
    panel.draw("updates", *([] if panel.values["beside"] else ["standardise"]), "beside", "hand")
    panel.fold("learned", "loss", "tolerance", "scale", "equal")
    take_back_what_does_not_go_together(panel, dataset)
    model = model_of(panel.values, dataset)
    take_back_a_start_without_loss(panel, model, start_of(model, panel.values))
    if model.held not in (None, panel.values["b"]):  # it was held where the start was taken back from
        model = model_of(panel.values, dataset)
    return model


def take_back_what_does_not_go_together(panel: Panel, dataset: Dataset) -> None:
    """A setting that these data have no use for is taken back, and that is said."""
    values, one = panel.values, dataset.features.shape[1] == 1
    if values["learned"] == SLOPE and not (one and dataset.features.any()):
        panel.refuse(
            "Parameters to learn: the slope alone needs one feature that is not 0; all are learned.", "learned"
        )
    if values["learned"] == SLOPE and values["standardise"]:
        panel.refuse(
            "Standardise: while b is held the feature stays as it is, because b would move with it.", "standardise"
        )
    if values["hand"] and (values["learned"] == SLOPE or not one):
        panel.refuse("Fit by hand: it needs one feature, with both slope and intercept to learn.", "hand")
    if values["beside"] and (values["hand"] or values["learned"] == SLOPE or values["loss"] == BROADCAST):
        panel.refuse("Side by side: it compares two runs that learn all parameters by the squared error.", "beside")
    if values["loss"] == BROADCAST and values["data"] != TWO:
        panel.refuse(f"Loss: the broadcast mistake belongs to the data “{TWO}”; the squared error is used.", "loss")


def rate(panel: Panel, model: Model) -> None:
    curved = theory.curvatures(model.objective)
    limit, best = theory.rate_limit(curved), theory.best_rate(curved)
    keep_a_rate_that_works(panel, model, limit, best)
    panel.rates_around(limit)
    panel.draw("rate")
    pick_a_rate(panel, repr(best), repr(limit))


def draw(fit: Fit, stage: Stage) -> None:
    """Data, parameters and loss, side by side."""
    model, names, dataset = fit.model, fit.model.names, fit.model.dataset
    data, parameters, loss = stage.columns(Data=1, Parameters=1, Loss=1)
    with data:
        if dataset.features.shape[1] == 1:
            titles = (dataset.feature_names[0], dataset.target_name)
            stage.chart(charts.fitted_line, "The data and the fitted line.", fit.fitted_line(), *titles, place=LINE)
        else:
            alt = "Predicted against actual targets; on the diagonal they agree."
            predicted = fit.predicted_against_actual()
            stage.chart(charts.predicted_against_actual, alt, predicted, dataset.target_name, place=PREDICTED)
        if len(dataset.targets) > POINTS_SHOWN:
            st.caption(f"{POINTS_SHOWN} of {len(dataset.targets):,} points are drawn; all are fitted.")
    with parameters:
        if len(names) == 1:
            picture = runs.Picture(fit.as_quadratic, fit.learning_rate, fit.trace, tuple(reach(fit)))
            alt = "The loss over the slope w, with the path on it."
            titles = ("parameter w", "loss (mean squared error)")
            stage.chart(quadratic_charts.curve, alt, picture.curve(), *titles, place=CURVE)
        else:
            alt = f"The loss over {names[0]} and {names[1]}, with the path from the start towards the optimum."
            stage.chart(
                charts.surface,
                alt,
                fit.surface(timeline.palette().ramp),
                *(fit.model.title(name) for name in names[:2]),
                fit.equal_aspect,
                place=SURFACE,
                width="content" if fit.equal_aspect else "stretch",
                height="content" if fit.equal_aspect else "stretch",
                key="regression_surface",
                on_select=lambda: start_where_clicked(model, stage.panel),
                selection_mode="start",
            )
            if len(names) == 3:
                st.caption(f"A slice at the best {names[2]}; the path is its projection.")
                st.caption(f"Click to start there, with {names[2]} at its best.")
            else:
                st.caption("Click anywhere to start there.")
    with loss, stage.result():
        alt = "The loss over the epochs, computed and predicted."
        scale = stage.values["scale"]
        stage.chart(charts.loss, alt, fit.loss(), scale == "log", place=LOSSES[scale])


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


def more(fit: Fit, stage: Stage) -> None:
    """Below the charts: the articles’ numbers, stability, parameters, the table."""
    if stage.scene is ARTICLE_LINE:
        st.markdown(printed.line_table(fit.trace))
    if stage.scene in (PUBLISHED, REPAIRED, MEANT):
        mistake = printed.broadcast_mistake(fit.model.dataset)
        st.markdown(f"**What the article printed.** {mistake}\n\n{printed.plane_table(fit.trace)}")
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
            titles = (dataset.feature_names[0], dataset.target_name)
            stage.chart(charts.squares, alt, fit.fitted_line(), *titles, place=LINE)
    elif parts.open:
        for column, mine, other in zip(parts.columns(2), (1, 2), (2, 1), strict=True):
            with column:
                titles = (dataset.feature_names[mine - 1], dataset.target_name, mine, other)
                alt = f"The targets less the rest, over {titles[0]}."
                stage.chart(charts.partial, alt, fit.predicted_against_actual(), *titles, place=PARTS[mine])
    closer = lazily("Each parameter over the epochs", "regression_closer")
    if closer.open:
        for column, name in zip(closer.columns(len(fit.model.names)), fit.model.names, strict=True):
            with column:
                alt, title = f"Parameter {name} over the epochs.", fit.model.title(name)
                stage.chart(charts.parameter, alt, fit.parameter(name), title, place=of_parameter(name))
    steps_table(fit.steps, {name: name for name in fit.steps}, "regression")
    code_to_take_home(lambda: described(fit, stage.values), "regression")


if __name__ == "__main__":
    run(page)
