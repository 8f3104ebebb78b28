"""The scenes of the quadratic lesson, for its own buttons and for links from other pages."""

from pages.shared.lesson import EXPLOSION, FREEZE, IT_WORKS, OVERSHOOT, TOO_SLOW, Scene

ARTICLE = Scene(
    "The article’s own run",
    "It stopped because its 500 updates were used up, not because it had arrived.",
    # Every setting of the listing, its defaults here included: the numbers of this scene are the article's.
    {"rate": "0.001", "start": 8.0, "a2": 3.0, "a1": -2.0, "a0": -3.0, "updates": 500, "tolerance": "1e-5"},
    TOO_SLOW,
    "When the program stops, it has found the minimum.",
    "Ask why a run has ended before you trust its last number: this one had used up its updates.",
    shows_at=20,
)
TOO_SMALL = Scene(
    "Too small",
    "A small rate is safe and slow: after 500 updates the ball is still on its way.",
    {"rate": "0.0005"},
    TOO_SLOW,
    "A smaller learning rate is always the safer choice.",
    "A rate that is too small fails as surely as one that is too large; it only fails quietly.",
    shows_at=20,
)
DIVERGES = Scene(
    "Diverges",
    "This rate is only a little above the limit: watch the ball leave.",
    {"rate": "0.35"},
    EXPLOSION,
    "A rate a little above the limit is only a little worse.",
    "Above the limit every update multiplies the distance by the same factor: it looks harmless at first, and ends in "
    "astronomical numbers.",
    shows_at=4,
)
SCENES = (
    Scene(
        "Opening",
        "Each step is shorter than the last, because the slope flattens towards the minimum.",
        {"rate": "0.05"},
        IT_WORKS,
        "The steps get shorter because the learning rate gets smaller.",
        "The rate is the same all the way; it is the slope under the ball that gets smaller, and the step with it.",
        shows_at=3,
    ),
    TOO_SMALL,
    Scene(
        "One step",
        "At one rate, and only there, the first step lands exactly on the minimum.",
        {"rate": "1/6"},
        IT_WORKS,
        "Gradient descent always needs many small steps.",
        "The perfect rate on a parabola is one over its second derivative; Newton’s method works that rate out anew at "
        "every step.",
        shows_at=1,
    ),
    Scene(
        "Overshoots, arrives",
        "Crossing the minimum is no failure as long as the jumps shrink.",
        {"rate": "0.2"},
        OVERSHOOT,
        "If the ball jumps across the minimum, the rate is too large.",
        "Do not ask whether a jump crosses the minimum; ask whether it is shorter than the last one.",
        shows_at=2,
    ),
    Scene(
        "Bounces for ever",
        "This rate is exactly the limit between jumps that shrink and jumps that grow.",
        {"rate": "1/3"},
        OVERSHOOT,
        "As long as the jumps do not grow, descent gets there in the end.",
        "The limit is a knife’s edge: a hair below it the bouncing dies out, a hair above it the jumps grow.",
        shows_at=3,
    ),
    DIVERGES,
    ARTICLE,
    Scene(
        "Stops early",
        "On a gentle slope the steps are short even where the minimum is still far away.",
        {"rate": "0.02", "start": 15.0, "a2": 0.1, "a1": 0.0, "a0": 0.0, "tolerance": "1e-2"},
        FREEZE,
        "When the steps are tiny, the minimum must be near.",
        "A step is the rate times the slope: on a gentle slope it is short, however far there is to go.",
        shows_at=20,
    ),
    Scene(
        "No minimum",
        "Descent knows only the slope under the ball, not whether there is a bottom.",
        {"start": 0.5, "a2": -1.0, "a1": 0.0, "a0": 0.0},
        EXPLOSION,
        "If descent runs away, a smaller rate will cure it.",
        "A smaller rate only runs away more slowly: there is no bottom to arrive at.",
        shows_at=10,
    ),
)
