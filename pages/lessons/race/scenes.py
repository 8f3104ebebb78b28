"""The scenes of the race, for its own buttons and for links from other pages."""

from gdcore import Exponential, InverseTime, StepDecay
from pages.lessons.race.runs import PARALLEL, UPDATES
from pages.shared.lesson import EXPLOSION, FREEZE, IT_WORKS, NOISE_FLOOR, Scene

NOISY, STREAM, MPG = "Noisy line", "A stream that drifts", "Auto MPG, standardised"
SAME, BEST, EACH = "same rate for all", "each at its own best rate", "a rate for each lane"

STOCHASTIC_LANE_4 = {"lanes": 4, "size4": "1"}
DECAY = Scene(
    "Decay rescues stochastic descent",
    "Lane 4 lowers its rate as it goes, and its noise dies down.",
    STOCHASTIC_LANE_4 | {"schedule4": InverseTime.name},
    IT_WORKS,
    "Stochastic descent has to live with its noise floor.",
    "Far away a large rate is right, near the optimum a small one: a falling rate gives you both in one run.",
    shows_at=5000,
)
PUBLISHED = Scene(
    "Mini-batches as published",
    "The batch sizes that the article names: 8, 32 and 64.",
    {"size1": "8", "size2": "32", "size3": "64"},
    NOISE_FLOOR,
    "Larger batches learn faster, because their gradients are better.",
    "A larger batch makes fewer, better updates from the same data: it starts more slowly and ends lower.",
    shows_at=100,
)
DRIFT = Scene(
    "The stream drifts",
    "Halfway the line changes: one lane goes on, one has stopped, one slows.",
    {"data": STREAM, "n": 2000, "axis": "linear", "size1": "1", "size2": "1", "size3": "1", "follow": 1}
    | {"schedule2": StepDecay.name, "factor2": 0.0, "every2": 1000, "schedule3": InverseTime.name},
    FREEZE,
    "A learning rate should always go to zero.",
    "On data that stay the same a rate of zero means rest; on a stream it means a model that can no longer follow.",
    shows_at=1010,
)
SCENES = (
    Scene(
        "Opening",
        "Who gets near first, and who ends lowest?",
        {"rate": "0.05"},
        NOISE_FLOOR,
        "Who is ahead early is ahead in the end.",
        "Stochastic descent is near before batch descent has made its first update; then noise keeps it from settling.",
        shows_at=32,
    ),
    Scene(
        "Count updates instead",
        "The same race, counted in updates: the lanes move nearly alike.",
        {"clock": UPDATES},
        IT_WORKS,
        "Stochastic descent needs fewer updates.",
        "Say what you count before you say what is faster: batch descent looks at every example for one update, "
        "stochastic descent at a single one.",
        shows_at=10,
    ),
    Scene(
        "Parallel time",
        "With 32 workers, 32 examples take as long as one.",
        {"clock": PARALLEL},
        IT_WORKS,
        "One example at a time is the fastest way to train.",
        "With workers side by side a single example leaves all but one of them idle; a mini-batch gives each of them "
        "something to do.",
        shows_at=32,
    ),
    Scene(
        "Batch size 1 to n",
        "The smaller the batch, the sooner it is near, and the noisier it stays.",
        {"lanes": 6, "size2": "128", "size3": "64", "size4": "32", "size5": "8", "size6": "1"},
        NOISE_FLOOR,
        "There is one best batch size.",
        "Every batch size trades early progress for late noise: which is best depends on when you stop.",
        shows_at=100,
    ),
    Scene(
        "Too large for stochastic, fine for batch",
        "At 0.3 the exact gradient arrives; single examples fly off.",
        {"rate": "0.3"},
        EXPLOSION,
        "A rate that is safe for batch descent is safe for stochastic descent.",
        "Some single examples are far steeper than the average of all, so stochastic descent needs a smaller rate.",
        shows_at=50,
    ),
    DECAY,
    Scene(
        "No noise, no instability",
        "All points lie on one line, so single examples agree at the optimum.",
        {"noise": 0.0},
        IT_WORKS,
        "At a constant rate stochastic descent can never settle.",
        "The floor comes from examples that disagree at the optimum; where one line fits them all, there is none.",
        shows_at=1000,
    ),
    Scene(
        "Decays too fast and freezes",
        "Lane 4 lowers its rate too fast: it stops before it arrives.",
        STOCHASTIC_LANE_4 | {"schedule4": Exponential.name, "factor4": 0.95},
        FREEZE,
        "The sooner the rate falls, the sooner descent settles at the optimum.",
        "All rates of this schedule add up to a finite sum: when it is used up, descent stands still, wherever it is.",
        shows_at=5000,
    ),
    Scene(
        "Each at its best rate in the long run",
        "The exact gradient can afford the largest rate.",
        {"clock": UPDATES, "rates": BEST},
        NOISE_FLOOR,
        "At its best rate stochastic descent ends as low as batch descent.",
        "The rate that shrinks the error fastest has a high floor at the end: one constant rate cannot do both well.",
        shows_at=1000,
    ),
    PUBLISHED,
    DRIFT,
)
