"""Lesson 2: linear regression. Data, parameters and loss move together; scaling decides how fast."""

import numpy as np
import pandas as pd
import streamlit as st

from gdcore import GradientDescent, Outcome, datasets, descend, theory
from gdcore.datasets import Dataset
from gdcore.theory import Regime
from pages.shared import quadratic_charts, runs, tables, timeline
from pages.shared import regression_charts as charts
from pages.shared.controls import Choice, Number, Panel, Pick, Rate, Switch
from pages.shared.frame import run
from pages.shared.lesson import Scene, Verdict, choose_scene, steps_table
from pages.shared.regression_runs import Fit, Model
from pages.shared.words import apart, count, literal, number, rate_text, steady

SIX, TWO, NOISY, EQUAL, MPG, OWN = (
    "Six points",
    "Two features",
    "Noisy data",
    "Two equal features",
    "Auto MPG",
    "Your own",
)
ALL, SLOPE = "all parameters", "the slope only"
SQUARED, BROADCAST = "mean squared error", "the broadcast mistake"
TOLERANCES = ("0", *(f"1e-{digits}" for digits in range(12, 0, -1)))
RATE = Rate("rate", "Learning rate η (eta)", 1e-12, 100, "0.05", help="How far one update goes: η times the gradient.")

NOISY_SETTINGS = (
    Number("n", "Examples n", 20, 5000, 100, 10, whole=True),
    Number("slope1", "First slope", -100, 100, 2, 0.5),
    Number("slope2", "Second slope (0: one feature)", -100, 100, 0, 0.5),
    Number("intercept", "Intercept", -100, 100, -1, 0.5),
    Number("noise", "Noise (standard deviation)", 0, 100, 1, 0.1),
    Number("outliers", "Outliers", 0, 20, 0, 1, whole=True),
    Number("seed", "Seed", 0, 9999, 0, 1, whole=True),
)

ARTICLE_LINE = Scene(
    "The line of the article",
    "Only the slope w is learned, b is held at −1: the loss is a parabola again. Below: the article’s printed numbers.",
    {"learned": SLOPE, "w1": 8.0, "b": -1.0, "rate": "0.01", "updates": 50},
)
ARTICLE_START = {"data": TWO, "w1": -0.3239247, "w2": 0.5574488, "b": 0.5710429, "updates": 1000}
PUBLISHED = Scene(
    "A bug in print",
    "Each prediction is compared with every target: the weights shrink to 0 in place of going to 1.3 and −1.",
    ARTICLE_START | {"loss": BROADCAST, "rate": "0.001"},
)
SCENES = (
    Scene("Opening", "Two speeds: the loss falls steeply at first and then crawls. Look for the elbow."),
    ARTICLE_LINE,
    Scene(
        "A parameter overshoots",
        "Only w is wrong at the start, and yet b leaves its best value, and comes back slowly.",
        {"w1": 8.0, "b": -1.0, "rate": "0.01", "updates": 400},
    ),
    Scene("Doubled once too often", "Twice the opening’s rate is fine, four times is not.", {"rate": "0.2"}),
    Scene(
        "Raw features",
        "Weight runs in thousands, the intercept in ones: the best rate for one is hopeless for the other.",
        {"data": MPG, "rate": "1e-7", "updates": 1000},
    ),
    Scene(
        "Standardised features",
        "The same data on one scale: with two standardised features the best rate is 0.5, and a few epochs do.",
        {"data": MPG, "standardise": True, "rate": "0.5"},
    ),
    Scene(
        "A valley",
        "Two equal features: every point along the valley is as good. Descent ends where it first meets the floor.",
        {"data": EQUAL, "rate": "0.05", "w1": 3.0, "w2": -2.0},
    ),
    Scene(
        "An outlier",
        "One point in twenty pulls the whole line: squares make large residuals count most.",
        {"data": NOISY, "n": 20, "noise": 0.5, "outliers": 1, "rate": "0.1"},
    ),
    PUBLISHED,
    Scene(
        "The bug repaired",
        "The right loss, the same start and rate: the right direction, and far from there after 1,000 epochs.",
        ARTICLE_START | {"rate": "0.001"},
    ),
    Scene(
        "The rate it meant",
        "At 0.01, the rate that the listing sets and then forgets, it arrives.",
        ARTICLE_START | {"rate": "0.01"},
    ),
)

SUGGESTED_RATE = {SIX: "0.05", TWO: "0.1", NOISY: "0.1", EQUAL: "0.05", MPG: "5e-8"}


def page() -> None:
    panel = Panel("regression", *all_settings())
    values = panel.values
    with st.sidebar:
        above = st.container()
        dataset, notes = choose_data(panel)
        model = settings(panel, dataset)
        scene = choose_scene(above, panel, SCENES)
    fit = compute(model, values)

    st.title(f"Fit {'a line' if dataset.features.shape[1] == 1 else 'a plane'} to {len(dataset.targets):,} examples")
    panel.show_problems()
    for note in notes:
        st.info(note)
    with st.container(key="regression"):
        if values["hand"] and len(fit.model.names) == 2:
            fit_by_hand(fit, panel)
        with st.container(key="regression_verdict"):
            st.markdown(scene.look if scene else "Each epoch moves every parameter downhill by η times its gradient.")
            verdict(fit, values).show()
        timeline.bar(
            "regression", fit.updates, rules(fit, values), ending(fit, values), unit="epoch", says=fit.equations()
        )
        draw(fit, panel)
        with st.container(key="regression_result_more"):
            more(fit, values, scene)


def all_settings() -> tuple:
    return (
        Pick("data", "Data", (SIX, TWO, NOISY, EQUAL, MPG, OWN), SIX, then=suggest_rate),
        RATE,
        Number("w1", "w (first slope)", -1e6, 1e6, 0, 0.5, help="The slope at the start, in the units of the data."),
        Number("w2", "w₂", -1e6, 1e6, 0, 0.5),
        Number("b", "b (intercept)", -1e6, 1e6, 0, 0.5),
        Number("updates", "Epochs", 1, 10_000, 100, 50, whole=True),
        Switch("standardise", "Standardise the features", help="Shift each to mean 0 and stretch it to deviation 1."),
        Pick("learned", "What is learned", (ALL, SLOPE), ALL, help="With one feature b can be held where it starts."),
        Pick("loss", "Loss", (SQUARED, BROADCAST), SQUARED),
        Choice("tolerance", "Tolerance", TOLERANCES, "0", help="Stop before an update that moves less than this."),
        Choice("scale", "Axis of the loss", ("log", "linear"), "log"),
        Switch(
            "equal", "Equal scales on the loss surface", help="Then the gradient stands at right angles on the contour."
        ),
        Switch("hand", "Fit by hand first", help="Lay a line yourself, then let descent go on from it."),
        Number("hand_w", "Your slope", -1e6, 1e6, 0, 0.1),
        Number("hand_b", "Your intercept", -1e6, 1e6, 0, 0.1),
        *NOISY_SETTINGS,
    )


def suggest_rate(data: str) -> None:
    """A rate that suits these data, for a reader who picks them by hand; links and scenes say theirs."""
    if data in SUGGESTED_RATE:
        RATE.store("regression_rate", SUGGESTED_RATE[data])


def choose_data(panel: Panel) -> tuple[Dataset, tuple[str, ...]]:
    """The data on the screen, and what is to be said about them."""
    panel.draw("data")
    values = panel.values
    if values["data"] == OWN:
        return own_data()
    if values["data"] == NOISY:
        with st.expander("The noisy data"):
            panel.draw(*(setting.name for setting in NOISY_SETTINGS))
        slopes = (values["slope1"],) if values["slope2"] == 0 else (values["slope1"], values["slope2"])
        options = {name: values[name] for name in ("n", "intercept", "noise", "outliers", "seed")}
        return datasets.noisy_line(slopes=slopes, **options), ()
    if values["data"] == EQUAL:
        line = datasets.line()
        return line._replace(features=np.column_stack([line.features, line.features]), feature_names=("x₁", "x₂")), ()
    return {SIX: datasets.line, TWO: datasets.article_regression, MPG: datasets.auto_mpg}[values["data"]](), ()


def own_data() -> tuple[Dataset, tuple[str, ...]]:
    """The reader's own table. It stays in this visit; nothing is stored, and a link cannot carry it."""
    way = st.segmented_control("Your table", ("Upload", "Paste", "Edit"), default="Paste", key="regression_way")
    try:
        table = {"Upload": uploaded, "Edit": edited}.get(way, pasted)()
        names = list(table.columns)
        target = st.selectbox("Target", names, len(names) - 1)
        others = [name for name in names if name != target]
        features = st.multiselect("Features (one or two)", others, others[:1], max_selections=2)
        dataset, notes = tables.choose(table, target, features)
        return dataset, (*table.notes, *notes)
    except tables.TableError as error:
        return datasets.line(), (f"{error} The six points are shown.",)


def uploaded() -> tables.Table:
    file = st.file_uploader("A CSV file of up to 10 MB", type=["csv", "txt", "tsv"], max_upload_size=10)
    if file is None:
        raise tables.TableError("No file is chosen yet.")
    return read(file.file_id, file)


def pasted() -> tables.Table:
    return tables.read_table(
        st.text_area("A table, first row the names", FIRST_TABLE, key="regression_text", height=140)
    )


def edited() -> tables.Table:
    rows = [line.split(",") for line in FIRST_TABLE.split()]
    cells = pd.DataFrame(np.array(rows[1:], dtype=float), columns=rows[0])
    return tables.read_table(st.data_editor(cells, num_rows="dynamic", key="regression_cells").to_csv(index=False))


FIRST_TABLE = "x,y\n0,1\n1,3\n2,4\n3,8\n"


@st.cache_data(scope="session", max_entries=2, show_spinner=False)
def read(file_id: str, _file) -> tables.Table:
    """An upload is read once a visit, and never seen by another."""
    return tables.read_table(_file.getvalue())


def settings(panel: Panel, dataset: Dataset) -> Model:
    """The settings in the order in which a teacher touches them."""
    values, n_features = panel.values, dataset.features.shape[1]
    draft = model_of(values, dataset)
    curved = theory.curvatures(draft.objective)
    limit, best = theory.rate_limit(curved), theory.best_rate(curved)
    panel.settings["rate"] = Rate(RATE.name, RATE.label, RATE.low, RATE.high, RATE.default, RATE.help, around=limit)
    panel.draw("rate")
    with st.container(horizontal=True, gap="medium"):
        panel.quick_pick("rate", "half", RATE.times(values["rate"], 1 / 2))
        panel.quick_pick("rate", "double", RATE.times(values["rate"], 2))
        panel.quick_pick("rate", "best", f"{best:.12g}")
        panel.quick_pick("rate", "limit", f"{limit:.12g}")
    st.markdown("Start")
    panel.draw_row(*(("w1", "b") if n_features == 1 else ("w1", "w2", "b")))
    panel.draw("updates", "standardise")
    with st.expander("More settings"):
        if n_features == 1:
            panel.draw("hand", "learned")
        if values["data"] == TWO:
            panel.draw("loss")
        panel.draw("tolerance", "scale", "equal")
    panel.undo_reset_share()
    return model_of(values, dataset)


def model_of(values: dict, dataset: Dataset) -> Model:
    one = dataset.features.shape[1] == 1
    return Model(
        dataset,
        held=values["b"] if one and values["learned"] == SLOPE else None,
        standardise=values["standardise"] and not (one and values["learned"] == SLOPE),
        broadcast=values["data"] == TWO and values["loss"] == BROADCAST,
    )


def compute(model: Model, values: dict) -> Fit:
    """The run on the screen."""
    rate = RATE.number(values["rate"])
    names = ("w1", "b") if model.dataset.features.shape[1] == 1 else ("w1", "w2", "b")
    start = model.start([values[name] for name in names])
    tolerance = float(values["tolerance"])
    trace = descend(model.objective, start, GradientDescent(), rate, values["updates"], tolerance=tolerance)
    return Fit(model, rate, trace, equal_aspect=values["equal"])


def fit_by_hand(fit: Fit, panel: Panel) -> None:
    """The reader lays a line and sees its squares; then descent goes on from there."""
    dataset, values = fit.model.dataset, panel.values
    picture, numbers = st.columns([3, 2])
    with numbers:
        panel.draw_row("hand_w", "hand_b")
        line = [values["hand_w"], values["hand_b"]]
        mine = float(fit.model.objective.value(fit.model.start(line)))
        losses = {"your line": mine, "descent, in the end": fit.trace.value[-1], "the best line": fit.model.floor}
        rows = [f"| {name} | {number(loss)} |" for name, loss in losses.items()]
        st.markdown("\n".join(["| | loss |", "|---|---|", *rows]))
        start = {"w1": line[0], "b": line[1]}
        st.button("Descend from here", on_click=panel.assign, args=(start,), key="regression_descend", type="primary")
    with picture:
        titles = (dataset.feature_names[0], dataset.target_name)
        alt = "The data, your line, and the square of each residual."
        timeline.chart(charts.squares, alt, fit.by_hand(*line), *titles)


def draw(fit: Fit, panel: Panel) -> None:
    """Data, parameters and loss, side by side."""
    names, dataset = fit.model.names, fit.model.dataset
    data, parameters, loss = st.columns(3)
    with data:
        if dataset.features.shape[1] == 1:
            titles = (dataset.feature_names[0], dataset.target_name)
            timeline.chart(charts.fitted_line, "The data and the fitted line.", fit.fitted_line(), *titles)
        else:
            alt = "Predicted against actual targets; on the diagonal they agree."
            timeline.chart(charts.predicted_against_actual, alt, fit.predicted_against_actual(), dataset.target_name)
    with parameters:
        if len(names) == 1:
            picture = runs.Picture(fit.as_quadratic, fit.learning_rate, fit.trace, tuple(reach(fit)))
            alt = "The loss over the slope w, with the path on it."
            timeline.chart(quadratic_charts.curve, alt, picture.curve(), "parameter w", "loss (mean squared error)")
        else:
            alt = f"The loss over {names[0]} and {names[1]}, with the path from the start towards the optimum."
            timeline.chart(
                charts.surface,
                alt,
                fit.surface(timeline.palette().ramp),
                *names[:2],
                fit.equal_aspect,
                width="content" if fit.equal_aspect else "stretch",
                key="regression_surface",
                on_select=lambda: start_where_clicked(fit.model, panel),
                selection_mode="start",
            )
            if len(names) == 3:
                st.caption(f"A slice at the best {names[2]}; the path is its projection. Click to start elsewhere.")
            else:
                st.caption("Click anywhere to start there.")
    with loss, st.container(key="regression_result"):
        alt = "The loss over the epochs, computed and predicted."
        timeline.chart(charts.loss, alt, fit.loss(), panel.values["scale"] == "log")


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
    theta[:2] = chosen[0]["p"], chosen[0]["q"]
    line = model.in_units_of_the_data(theta)
    names = ("w1", "b") if len(line) == 2 else ("w1", "w2", "b")
    panel.assign({name: float(f"{value:.4g}") for name, value in zip(names, line.tolist(), strict=True)})


def rules(fit: Fit, values: dict) -> list[timeline.Rule]:
    """new = old − rate × gradient for every learned parameter, in the numbers of every frame."""
    rate = [rate_text(values["rate"])] * len(fit.updates)

    def texts(column: str) -> list[str]:
        return [steady(value) for value in fit.path[column].tolist()]

    names = fit.model.names
    return [
        timeline.Rule(name, texts(name), rate, texts(f"gradient {name}"), texts(f"new {name}"), indexed=len(names) == 1)
        for name in names
    ]


def ending(fit: Fit, values: dict) -> str:
    return {
        Outcome.SETTLED: f"Not taken: it moves less than {number(float(values['tolerance']))}.",
        Outcome.STEP_LIMIT: f"Not taken: {count(values['updates'], 'epoch')} allowed.",
        Outcome.NOT_FINITE: "Not possible: beyond the machine’s numbers.",
    }[fit.trace.outcome]


def verdict(fit: Fit, values: dict) -> Verdict:
    """Theory names the regime, direction by direction; the run says how far it came."""
    regimes = theory.regimes(fit.model.objective, fit.trace.theta[0], fit.learning_rate)
    curved = theory.curvatures(fit.model.objective)
    limit = theory.rate_limit(curved)
    if Regime.DIVERGES in regimes:
        title, color, place = "Diverges", "red", "above"
    elif Regime.BOUNCES in regimes:
        title, color, place = "Bounces for ever", "orange", "at"
    elif set(regimes) <= {Regime.STATIONARY, Regime.FLAT}:
        return Verdict("gray", "Stands still", ("The start is an optimum: every gradient is 0 and nothing moves.",))
    else:
        title, color, place = "Converges", "green", "below"
    rate = fit.learning_rate
    sentences = [
        f"The rate {apart(rate, limit)} is {place} the limit 2 / λmax = **{apart(limit, rate)}**.",
        speeds(fit, curved, color),
        progress(fit),
        left_the_picture(fit),
    ]
    if (curved == 0).any():
        sentences.append("One direction is flat: there is a valley of equally good fits, and no unique optimum.")
    if fit.model.broadcast:
        sentences.append("But this loss is least where every prediction is the mean of the targets: the wrong place.")
    return Verdict(color, title, tuple(filter(None, sentences)))


def speeds(fit: Fit, curved: np.ndarray, color: str) -> str:
    """What an epoch does to the error along the steepest and the flattest direction."""
    factors = theory.contraction(curved, fit.learning_rate)
    steepest = apart(factors[-1], 0, 1, -1)
    steep = f"Each epoch multiplies the error along the steepest direction by 1 − η·λmax = **{steepest}**"
    if len(curved) == 1 or color == "red":
        return f"{steep}."
    flat = factors[np.flatnonzero(curved > 0)[0]]
    return f"{steep}, along the flattest by 1 − η·λmin = **{apart(flat, 0, 1, -1)}**."


def progress(fit: Fit) -> str:
    """How near the loss came to the least possible one, and when."""
    taken, loss = fit.trace.steps_taken, fit.trace.value[-1]
    if fit.trace.outcome is Outcome.NOT_FINITE:
        return f"After {count(taken, 'epoch')} the numbers leave the machine’s range (1.8 × 10³⁰⁸)."
    came = f"After {count(taken, 'epoch')} the loss is {number(loss)}; the least possible is {number(fit.model.floor)}."
    predicted = theory.updates_to_shrink(fit.model.objective, fit.trace.theta[0], fit.learning_rate, 0.01)
    if predicted is None:
        return came
    measured = fit.epochs_to(0.01)
    if measured is None:
        return f"{came} Theory needs {count(predicted, 'epoch')} to bring the gap between them to 1 % of its start."
    says = "as theory predicts" if measured == predicted else f"theory predicts {number(predicted)}"
    return f"{came} The gap between them was down to 1 % of its start after {count(measured, 'epoch')}, {says}."


def left_the_picture(fit: Fit) -> str:
    """What the surface cannot show."""
    if len(fit.model.names) == 1:
        return ""
    gone = ~fit.in_picture
    return f"From epoch {int(gone.argmax())} on the path leaves the picture of the parameters." if gone.any() else ""


def more(fit: Fit, values: dict, scene: Scene | None) -> None:
    """Below the charts: the articles’ numbers, stability, parameters, the table."""
    if scene is ARTICLE_LINE:
        st.markdown(printed_line(fit))
    if scene is not None and scene.settings.items() >= ARTICLE_START.items():
        st.markdown(printed_regression(fit))
    with st.expander("Stability: raw and standardised", icon=":material/speed:"):
        st.markdown(stability(fit, values))
    with st.expander("Coefficients in both scales", icon=":material/straighten:"):
        st.markdown(coefficients(fit))
    dataset = fit.model.dataset
    parts = lazily("Residuals", "regression_parts")
    if parts.open and dataset.features.shape[1] == 1:
        with parts:
            st.markdown("The loss is the mean area of the squares (drawn for up to 60 examples).")
            alt = "The square of each residual of the current line."
            timeline.chart(charts.squares, alt, fit.fitted_line(), dataset.feature_names[0], dataset.target_name)
    elif parts.open:
        for column, mine, other in zip(parts.columns(2), (1, 2), (2, 1), strict=True):
            with column:
                titles = (dataset.feature_names[mine - 1], dataset.target_name, mine, other)
                alt = f"The targets less the rest, over {titles[0]}."
                timeline.chart(charts.partial, alt, fit.predicted_against_actual(), *titles)
    closer = lazily("Each parameter over the epochs", "regression_closer")
    if closer.open:
        for column, name in zip(closer.columns(len(fit.model.names)), fit.model.names, strict=True):
            with column:
                timeline.chart(charts.parameter, f"Parameter {name} over the epochs.", fit.parameter(name), name)
    steps_table(fit.steps, {name: name for name in fit.steps}, "regression")


def lazily(title: str, key: str):
    """An expander whose charts are made when it is open."""
    return st.expander(title, icon=":material/show_chart:", key=key, on_change="rerun")


def coefficients(fit: Fit) -> str:
    """Where the run ended, in the units of the data and for standardised features, beside least squares."""
    dataset = fit.model.dataset
    standard = Model(dataset, standardise=True)
    here = fit.model.in_units_of_the_data(fit.trace.theta[-1])
    best = np.linalg.lstsq(np.column_stack([dataset.features, np.ones(len(dataset.targets))]), dataset.targets)[0]
    columns = [here, best, standard.start(here.tolist()), standard.start(best.tolist())]
    names = [*(f"slope of {name}" for name in map(literal, dataset.feature_names)), "intercept"]
    rows = [
        "| | descent | least squares | descent, standardised | least squares, standardised |",
        "|---|---|---|---|---|",
    ]
    for name, *values in zip(names, *columns, strict=True):
        rows.append(f"| {name} | " + " | ".join(number(float(value), 6) for value in values) + " |")
    return "\n".join(rows)


def stability(fit: Fit, values: dict) -> str:
    """The theory of this data set as a table: as it is, and with standardised features."""
    if fit.model.held is not None:
        models = {"w only": fit.model}
    else:
        models = {
            title: Model(fit.model.dataset, standardise=on, broadcast=fit.model.broadcast)
            for title, on in (("raw features", False), ("standardised", True))
        }
    columns = {
        title: stability_column(model, fit, model.standardise == fit.model.standardise)
        for title, model in models.items()
    }
    head = ["| | " + " | ".join(columns) + " |", "|---|" + "---|" * len(columns)]
    rows = [
        f"| {label} | " + " | ".join(column[label] for column in columns.values()) + " |"
        for label in next(iter(columns.values()))
    ]
    return "\n".join(head + rows)


def stability_column(model: Model, fit: Fit, current: bool) -> dict[str, str]:
    curved = theory.curvatures(model.objective)
    best = theory.best_rate(curved)
    rate = fit.learning_rate if current else best
    start = model.start(fit.model.in_units_of_the_data(fit.trace.theta[0]).tolist())
    predicted = theory.updates_to_shrink(model.objective, start, rate, 0.01)
    factors = theory.contraction(curved[curved > 0], rate)
    return {
        "steepest curvature λmax": number(curved.max()),
        "flattest curvature λmin": number(curved[curved > 0].min()),
        "condition number κ = λmax / λmin": number(theory.condition_number(curved)),
        "limit of the rate 2 / λmax": number(theory.rate_limit(curved)),
        "best rate 2 / (λmin + λmax)": number(best),
        "rate looked at": f"{number(rate)} ({'yours' if current else 'the best'})",
        "an epoch keeps of the error, steepest": apart(factors[-1], 0, 1, -1),
        "an epoch keeps of the error, flattest": apart(factors[0], 0, 1, -1),
        "epochs to within 1 % (theory)": "never" if predicted is None else number(predicted),
    }


PRINTED_LINE = {
    1: ("8.0", "186.0"),
    2: ("7.38", "149.54607"),
    3: ("6.8240666", "120.236694"),
    48: ("2.0356295", "0.0065588956"),
    49: ("2.0319479", "0.005273429"),
    50: ("2.0286465", "0.004239871"),
}


def printed_line(fit: Fit) -> str:
    """The article's printed rows beside ours. It counts from 1 and works in single precision."""
    rows = ["| epoch | w, printed | w, computed | loss, printed | loss, computed |", "|---|---|---|---|---|"]
    for epoch, (w, loss) in PRINTED_LINE.items():
        ours, value = fit.trace.theta[epoch - 1, 0], fit.trace.value[epoch - 1]
        rows.append(f"| {epoch} | {w} | {number(ours, 8)} | {loss} | {number(value, 8)} |")
    return "\n".join(rows)


PRINTED_REGRESSION = (
    (-0.2618025, 0.44433367, -0.17722966, 14.1803),
    (-0.21144074, 0.35393423, -0.7892358, 10.303),
    (-0.17063744, 0.28172654, -1.2897989, 7.712),
    (-0.13759881, 0.22408141, -1.699218, 5.9806),
    (-0.11086453, 0.17808875, -2.0340943, 4.8235),
    (-0.08924612, 0.14141548, -2.3080034, 4.0502),
    (-0.0717768, 0.11219224, -2.5320508, 3.5333),
    (-0.0576706, 0.08892148, -2.7153134, 3.1878),
    (-0.04628877, 0.07040432, -2.8652208, 2.9569),
    (-0.0371125, 0.05568104, -2.9878428, 2.8026),
)


def printed_regression(fit: Fit) -> str:
    """The article's printed rows beside what is computed here; the loss it prints is one update older."""
    n = len(fit.model.dataset.targets)
    right, mistaken = Model(fit.model.dataset), Model(fit.model.dataset, broadcast=True)
    optima = [
        ", ".join(number(round(value, 6), 5) for value in model.objective.optimum.tolist())
        for model in (right, mistaken)
    ]
    text = (
        f"**What the article printed.** Its predictions have shape ({n}, 1), its targets ({n},), so their difference "
        f"has {n:,} × {n:,} entries, {8e-6 * n * n:.0f} MB in place of {8e-3 * n:.0f} kB: every prediction is compared "
        f"with every target. That loss is least at (w₁, w₂, b) = ({optima[1]}), where it is {number(mistaken.floor)}; "
        f"the right loss is least at ({optima[0]}).\n\n"
    )
    rows = ["| epoch | printed w₁, w₂, b | computed | printed loss | computed |", "|---|---|---|---|---|"]
    for epoch, (*printed, loss) in zip(range(100, 1001, 100), PRINTED_REGRESSION, strict=True):
        ours = ", ".join(number(value, 5) for value in fit.trace.theta[epoch].tolist())
        theirs = ", ".join(number(value, 5) for value in printed)
        rows.append(f"| {epoch} | {theirs} | {ours} | {number(loss, 6)} | {number(fit.trace.value[epoch - 1], 6)} |")
    return text + "\n".join(rows)


if __name__ == "__main__":
    run(page)
