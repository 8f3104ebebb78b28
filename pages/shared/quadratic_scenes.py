"""The scenes of the quadratic lesson, for its own buttons and for links from other pages."""

from pages.shared.lesson import Scene

ARTICLE = Scene(
    "The article’s own run",
    "It ends because its 500 updates are used up, not because it has arrived: see how far x still is.",
    # Every setting of the listing, its defaults here included: the numbers of this scene are the article's.
    {"rate": "0.001", "start": 8.0, "a2": 3.0, "a1": -2.0, "a0": -3.0, "updates": 500, "tolerance": "1e-5"},
)
TOO_SMALL = Scene(
    "Too small",
    "A small rate is safe and slow: after 500 updates the ball is still on its way.",
    {"rate": "0.0005"},
)
DIVERGES = Scene(
    "Diverges",
    "A little above the limit every jump is longer than the last: watch the ball leave.",
    {"rate": "0.35"},
)
SCENES = (
    Scene("Opening", "Each step is shorter than the last, because the slope flattens towards the minimum."),
    ARTICLE,
    TOO_SMALL,
    Scene("One step", "At 1 / (2 a2) the factor is 0: the first update lands on the minimum.", {"rate": "1/6"}),
    Scene("Overshoots, arrives", "Crossing the minimum is no failure as long as the jumps shrink.", {"rate": "0.2"}),
    Scene("Bounces for ever", "Exactly at the limit every jump is as long as the last one.", {"rate": "1/3"}),
    DIVERGES,
    Scene(
        "Stops early",
        "The tolerance measures the step, not the distance: on a gentle slope steps are short far from the minimum.",
        {"rate": "0.02", "start": 15.0, "a2": 0.1, "a1": 0.0, "a0": 0.0, "tolerance": "1e-2"},
    ),
    Scene(
        "No minimum",
        "Descent only knows the slope under the ball. On a hill without a bottom it runs away, whatever the rate.",
        {"start": 0.5, "a2": -1.0, "a1": 0.0, "a0": 0.0},
    ),
)
