"""What is shown of a sweep: the rows of its two charts, and the sentences that count what is in them."""

from collections.abc import Sequence

import numpy as np

from pages.shared.picture.columns import Columns, Datasets, decades, one_row, positive, stacked
from pages.shared.teaching.sweep_curves import LARGEST, RATES, Curve, Sweep
from pages.shared.words import apart, count, number

LOWEST, TALLEST = 1e-16, 100.0  # the least and the largest gap in the picture, as multiples of the gap at the start

FASTEST_AND_BEST = "Fastest: from this start, to this goal. Best: by the factor in the long run, from theory."


def gaps(sweep: Sweep) -> Datasets:
    """The gap of every rate after the budget."""
    every = np.concatenate([curve.gap for curve in sweep.curves])
    seen = np.append(every[(LOWEST <= every) & (every <= TALLEST)], [1.1, min(sweep.goal, 1.0)])
    low, high = decades(positive(seen), below=bool((every < LOWEST).any()))
    view = {"value_low": low, "value_high": high, "goal": sweep.goal}
    return _drawn(sweep, view, [(curve.gap, curve.predicted_gap) for curve in sweep.curves])


def times(sweep: Sweep) -> Datasets:
    """The time that every rate needs."""
    high = 1.15 * sweep.budget
    first = np.nanmin([np.nanmin(positive(curve.needed), initial=high / 10) for curve in sweep.curves])
    view = {"value_low": 0.7 * first, "value_high": high, "goal": np.nan}
    return _drawn(sweep, view, [(curve.needed, curve.predicted_needed) for curve in sweep.curves])


def _drawn(sweep: Sweep, view: dict, values: Sequence[tuple[np.ndarray, np.ndarray | None]]) -> Datasets:
    grid = sweep.curves[0].rates
    ends = {"rate_low": grid.min() / 1.1, "rate_high": min(1.1 * float(grid.max()), LARGEST)}
    runs = []
    for lane, (curve, (value, predicted)) in enumerate(zip(sweep.curves, values, strict=True)):
        every = np.arange(len(value))
        rows = {"lane": np.full(len(value), lane), "look": np.full(len(value), curve.look)}
        rows |= {"rate": curve.rates, "value": positive(value)}
        rows |= {"top": value > view["value_high"], "bottom": (0 < value) & (value < view["value_low"])}
        rows |= {"zero": value == 0, "yours": every > RATES - 1, "fastest": every == curve.fastest}
        rows |= {"predicted": np.full(len(value), np.nan) if predicted is None else positive(predicted)}
        runs.append(rows | _tips(sweep, curve))
    return {
        "runs": stacked(runs),
        "rules": _named_rates(sweep, ends),
        "lanes": {
            "lane": np.arange(len(sweep.curves)),
            "look": np.array([curve.look for curve in sweep.curves]),
            "words": np.array([legend(curve) for curve in sweep.curves]),
        },
        "view": one_row(ends | view),
    }


def _tips(sweep: Sweep, curve: Curve) -> Columns:
    return {
        "name": np.full(len(curve.rates), curve.name),
        "rate_words": np.array([number(rate) for rate in curve.rates.tolist()]),
        "gap_words": np.array([number(gap) if gap else "exactly 0" for gap in curve.gap.tolist()]),
        "needed_words": np.array([duration(sweep, needed) for needed in curve.needed.tolist()]),
    }


def _named_rates(sweep: Sweep, ends: dict[str, float]) -> Columns:
    """The rates that have a name. Lanes share one picture: there the words about each stand in the legend."""
    one, own = sweep.curves[0], {curve.own for curve in sweep.curves}
    rows = [("you", 0, one.look, one.own, f"you are here: {number(one.own)}", 0)] if len(own) == 1 else []
    if len(sweep.curves) == 1:
        fastest, limits = float(one.rates[one.fastest]), [one.limit] if one.limit else []
        kind, rate, words = ("fastest", fastest, f"{one.named} from this start")
        if one.best is not None:
            kind, rate, words = ("best", one.best, "best in the long run")
        rows.append((kind, 0, one.look, rate, f"{words}: {apart(rate, *limits)}", 1))
        rows += [("limit", 0, one.look, limit, f"limit: {apart(limit, rate)}", 2) for limit in limits]
    else:
        rows += [
            ("limit", lane, curve.look, curve.limit, "", 0) for lane, curve in enumerate(sweep.curves) if curve.limit
        ]
    types = {"kind": str, "lane": int, "look": int, "rate": float, "words": str, "row": int}
    rules = {name: np.array([row[i] for row in rows], dtype=kind) for i, (name, kind) in enumerate(types.items())}
    return rules | {"leftwards": rules["rate"] > np.sqrt(ends["rate_low"]) * np.sqrt(ends["rate_high"])}


def whole_budget(sweep: Sweep) -> str:
    return duration(sweep, sweep.budget) if len(sweep.curves) == 1 else "the budget"


def duration(sweep: Sweep, needed: float) -> str:
    return count(round(needed), sweep.unit) if np.isfinite(needed) else "not within the budget"


def signs(sweep: Sweep) -> str:
    """How to read the pictures, without the signs that are not in them."""
    named = " or ".join(sorted({curve.named for curve in sweep.curves}))
    shown = ["Large: yours", f"diamond: the {named}", "triangles: beyond the edge", "grey dashes: the goal"]
    shown += ["thin dashes: predicted by theory"] if sweep.curves[0].predicted_gap is not None else []
    shown += ["cross: exactly 0"] if any((curve.gap == 0).any() for curve in sweep.curves) else []
    return f"Click anywhere to take that rate. {' · '.join(shown)}. {FASTEST_AND_BEST}"


def sentences(sweep: Sweep) -> list[str]:
    """What the pictures show, counted."""
    return [_sentence(sweep, curve) for curve in sweep.curves]


def _sentence(sweep: Sweep, curve: Curve) -> str:
    rate = number(float(curve.rates[curve.fastest]), 3)
    begin = f"**{curve.name}**: of" if curve.name else "Of"
    if curve.reach:
        brings = f"{curve.reach} {'brings' if curve.reach == 1 else 'bring'} {sweep.achieved} for good"
        needs = duration(sweep, curve.needed[curve.fastest])
        told = f"{brings}; the fastest from this start, {rate}, needs {needs}"
    else:
        told = f"none brings {sweep.achieved} for good within the budget; {rate} comes nearest"
    grow = f" With {curve.grow} of them the gap ends larger than it began." if curve.grow else ""
    return f"{begin} {RATES} rates {told}; yours, {number(curve.own)}, {_yours(sweep, curve)}.{grow}"


def _yours(sweep: Sweep, curve: Curve) -> str:
    """Whether the reader's own rate gets to the goal, beside what theory says."""
    needed = curve.needed[-1]
    said = f"needs {duration(sweep, needed)}" if np.isfinite(needed) else "does not"
    if curve.predicted_needed is None:
        return said
    predicted = curve.predicted_needed[-1]
    if predicted == needed:
        return f"{said}, as theory predicts"
    return f"{said}; theory says {count(round(predicted), sweep.unit) if np.isfinite(predicted) else 'never'}"


def legend(curve: Curve) -> str:
    limit = f", limit {number(curve.limit, 3)}" if curve.limit else ""
    return f"{curve.name}: {curve.named} {number(float(curve.rates[curve.fastest]), 3)}{limit}"
