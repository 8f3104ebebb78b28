"""Closed forms: what the mathematics says before anything is run. Content of the pages and oracle of the tests.

Of quadratic objectives, least squares included: `curvature` is what they are made of, `limits` which constant rates
work, `paths` where plain descent is and when it arrives, `regimes` what it does along each direction. Of stochastic
descent on least squares: `mean_square` which rates work with examples drawn with replacement, `noise` what the noise
does, `epochs` what is known of other orders; `moments` and `velocity` are the mathematics of these.

Where no closed form is known for a rule, the answer is None.
"""

from gdcore.decomposition import ROUNDING
from gdcore.theory.curvature import condition_number, curvatures, principal_directions
from gdcore.theory.epochs import epoch_factor, steady_limit
from gdcore.theory.limits import (
    best_heavy_ball,
    best_rate,
    contraction,
    has_closed_form,
    rate_limit,
    shrinks_at_every_update,
)
from gdcore.theory.mean_square import best_mean_square_rate, mean_square_factor, mean_square_limit
from gdcore.theory.noise import expected_gap, first_order_noise_floor, gradient_noise, noise_floor
from gdcore.theory.paths import (
    LONGEST,
    distance,
    errors,
    gap,
    predicted_gap,
    predicted_iterate,
    updates_to_approach,
    updates_to_settle,
    updates_to_shrink,
    updates_to_shrink_at,
)
from gdcore.theory.regimes import Regime, place, regimes

__all__ = [
    "LONGEST",
    "ROUNDING",
    "Regime",
    "best_heavy_ball",
    "best_mean_square_rate",
    "best_rate",
    "condition_number",
    "contraction",
    "curvatures",
    "distance",
    "epoch_factor",
    "errors",
    "expected_gap",
    "first_order_noise_floor",
    "gap",
    "gradient_noise",
    "has_closed_form",
    "mean_square_factor",
    "mean_square_limit",
    "noise_floor",
    "place",
    "predicted_gap",
    "predicted_iterate",
    "principal_directions",
    "rate_limit",
    "regimes",
    "shrinks_at_every_update",
    "steady_limit",
    "updates_to_approach",
    "updates_to_settle",
    "updates_to_shrink",
    "updates_to_shrink_at",
]
