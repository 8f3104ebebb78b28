"""The scenes of the race, for its own buttons and for links from other pages."""

from pages.shared import lanes
from pages.shared.lesson import Scene
from pages.shared.race_runs import PARALLEL, UPDATES

NOISY, STREAM, MPG, OWN = "Noisy line", "A stream that drifts", "Auto MPG, standardised", "Your own"
SAME, BEST, EACH = "same rate for all", "each at its own best rate", "a rate for each lane"

STOCHASTIC_LANE_4 = {"lanes": 4, "size4": "1"}
OPENING = Scene(
    "Opening",
    "Same data, same start, same rate. Counted in examples stochastic descent is far ahead; look where it ends.",
)
DECAY = Scene(
    "Decay rescues SGD",
    "Lane 4 has the falling rate 0.05 / (1 + 0.01 t): its noise dies down.",
    STOCHASTIC_LANE_4 | {"schedule4": lanes.INVERSE},
)
PUBLISHED = Scene(
    "Mini-batches as published",
    "The batch sizes that the article names: 8, 32 and 64.",
    {"size1": "8", "size2": "32", "size3": "64"},
)
DRIFT = Scene(
    "The stream drifts",
    "Half-way the line changes: one lane keeps its rate, one has stopped, one slows down.",
    {"data": STREAM, "n": 2000, "axis": "linear", "size1": "1", "size2": "1", "size3": "1", "follow": 1}
    | {"schedule2": lanes.STEP, "factor2": 0.0, "every2": 1000, "schedule3": lanes.INVERSE},
)
SCENES = (
    OPENING,
    Scene(
        "Count updates instead",
        "The same race on another clock: update for update the lanes move nearly alike.",
        {"clock": UPDATES},
    ),
    Scene(
        "Parallel time",
        "With 32 workers a mini-batch of 32 takes no longer than a single example.",
        {"clock": PARALLEL},
    ),
    Scene(
        "Each at its own best rate",
        "A fair race: every lane has the rate that suits it best. The exact gradient can afford the largest.",
        {"clock": UPDATES, "rates": BEST},
    ),
    Scene(
        "No noise, no instability",
        "All points lie on one line: single examples agree at the optimum, and stochastic descent arrives.",
        {"noise": 0.0},
    ),
    DECAY,
    Scene(
        "Decays too fast and freezes",
        "Lane 4 has the rate 0.05 × 0.95ᵗ: it stops before it arrives.",
        STOCHASTIC_LANE_4 | {"schedule4": lanes.EXPONENTIAL, "factor4": 0.95},
    ),
    Scene(
        "Batch size 1 to n",
        "Six batch sizes: the smaller the batch, the sooner it is near, and the noisier it stays.",
        {"lanes": 6, "size2": "128", "size3": "64", "size4": "32", "size5": "8", "size6": "1"},
    ),
    Scene(
        "Too large for SGD, fine for batch",
        "At 0.3 the exact gradient arrives; single examples throw the line ever further away.",
        {"rate": "0.3"},
    ),
    PUBLISHED,
    DRIFT,
)
