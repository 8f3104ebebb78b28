"""The scenes of the regression lesson, for its own buttons and for links from other pages.

The texts of its options are part of every link: choose them for good.
"""

from pages.shared.lesson import Scene

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
REPAIRED = Scene(
    "The bug repaired",
    "The right loss, the same start and rate: the right direction, and far from there after 1,000 epochs.",
    ARTICLE_START | {"rate": "0.001"},
)
MEANT = Scene(
    "The rate it meant",
    "At 0.01, the rate that the listing sets and then forgets, it arrives.",
    ARTICLE_START | {"rate": "0.01"},
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
    REPAIRED,
    MEANT,
)
