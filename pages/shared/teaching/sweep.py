"""Every learning rate at once, as a page has it: plain descent at each of them, and the expander that shows it."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from gdcore import GradientDescent, Outcome, descend, theory
from gdcore.objectives import QuadraticObjective
from pages.shared.frame.expander import lazily
from pages.shared.picture import timeline
from pages.shared.teaching import sweep_charts, sweep_pictures
from pages.shared.teaching.sweep_curves import (
    RATES,
    Curve,
    Sweep,
    around,
    at_the_end,
    nothing_to_close,
    parts_of,
    stays_below,
)
from pages.shared.teaching.verdicts import GAP_GOAL
from pages.shared.words import count, percent


def of_descent(
    objective: QuadraticObjective, start: np.ndarray, rate: float, updates: int, tolerance: float, unit: str
) -> Sweep | str:
    """Plain descent at every rate, as the page runs it at one; a sentence where there is nothing to draw."""
    if why_not := nothing_to_close(objective, start):
        return why_not
    curved = theory.curvatures(objective)
    limit = theory.rate_limit(curved)
    rates = np.append(around([limit], [rate]), rate)
    trace = descend(objective, start, GradientDescent(), rates, updates, tolerance=tolerance)
    gaps = parts_of(theory.gap(objective, start), theory.gap(objective, trace.theta))
    curve = Curve(
        rates,
        at_the_end(gaps, trace),
        stays_below(gaps, GAP_GOAL, trace.steps_taken),
        limit=limit,
        best=theory.best_rate(curved),
        predicted_gap=parts_of(
            theory.predicted_gap(objective, start, 0.0, 0), theory.predicted_gap(objective, start, rates, updates)
        ),
        predicted_needed=theory.updates_to_shrink_at(objective, start, rates, GAP_GOAL),
    )
    early = trace.outcome[:-1].count(Outcome.SETTLED)
    note = f"The tolerance ends {count(early, 'run')} before the budget does: there theory’s line goes further."
    one_per_cent = percent(GAP_GOAL)
    words = f"the gap down to {one_per_cent}", f"the gap stays at most {one_per_cent} of its start"
    return Sweep((curve,), unit, updates, GAP_GOAL, *words, (note,) if early else ())


def show(page: str, make: Callable[[], Sweep | str], take: Callable[[str], None]) -> None:
    """The expander below the charts of a lesson. `take` is given the rate that was clicked, as a text."""
    expander = lazily("Every learning rate at once", f"{page}_sweep")
    if not expander.open:
        return
    with expander:
        sweep = make()
        if isinstance(sweep, str):
            st.markdown(sweep)
            return
        st.markdown("  \n".join(sweep_pictures.sentences(sweep)))
        unit, budget = sweep.unit, sweep_pictures.whole_budget(sweep)
        pictures = (
            ("gap", f"Gap after {budget}", "gap ÷ gap at the start", sweep_pictures.gaps(sweep)),
            ("times", f"{unit.capitalize()}s until {sweep.stays}", f"{unit}s", sweep_pictures.times(sweep)),
        )
        for column, (name, heading, title, datasets) in zip(
            st.columns(2, vertical_alignment="bottom"), pictures, strict=True
        ):
            key = f"{page}_sweep_{name}"
            with column:
                st.markdown(f"**{heading}**")
                timeline.chart(
                    sweep_charts.over_the_rates,
                    f"{heading}, at each of {RATES} learning rates.",
                    datasets,
                    title,
                    len(sweep.curves),
                    key=key,
                    on_select=lambda key=key: take_the_clicked(key, take),
                    selection_mode="taken",
                )
        st.caption(" ".join([sweep_pictures.signs(sweep), *sweep.notes]))


def take_the_clicked(key: str, take: Callable[[str], None]) -> None:
    """Hand on the rate that was clicked in a chart, with three digits."""
    chosen = st.session_state[key]["selection"].get("taken")
    if chosen and chosen[0].get("rate"):
        take(f"{chosen[0]['rate']:.3g}")
