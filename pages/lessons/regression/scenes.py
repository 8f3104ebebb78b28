"""The scenes of the regression lesson, for its own buttons and for links from other pages.

The texts of its options are part of every link: choose them for good.
"""

from pages.shared.lesson import BAD_SCALING, EXPLOSION, IT_WORKS, OVERSHOOT, PUBLISHED_BUG, RAVINE, TOO_SLOW, Scene

SIX, TWO, NOISY, EQUAL, MPG = "Six points", "Two features", "Noisy data", "Two equal features", "Auto MPG"
ALL, SLOPE = "all parameters", "the slope only"
SQUARED, BROADCAST = "mean squared error", "the broadcast mistake"

ARTICLE_LINE = Scene(
    "The line of the article",
    "Only the slope is learned, so the loss is a parabola again; the article’s printed numbers are below.",
    {"learned": SLOPE, "w1": 8.0, "b": -1.0, "rate": "0.01", "updates": 50},
    IT_WORKS,
    "Fitting a line has nothing to do with a ball in a valley.",
    "With a single parameter the loss is a parabola: all of the first lesson holds, its limit and its best rate too.",
    shows_at=10,
)
ARTICLE_START = {"data": TWO, "w1": -0.3239247, "w2": 0.5574488, "b": 0.5710429, "updates": 1000}
PUBLISHED = Scene(
    "A bug in print",
    "Each prediction is compared with every target, so the weights shrink to 0 instead of going to 1.3 and −1.",
    ARTICLE_START | {"loss": BROADCAST, "rate": "0.001"},
    PUBLISHED_BUG,
    "If the loss falls at every epoch, the code is right.",
    "Subtract a row from a column and you get a whole table, without an error: look at the shape of the residuals "
    "before you trust the loss.",
    shows_at=100,
)
REPAIRED = Scene(
    "The bug repaired",
    "With the loss repaired it heads the right way, but 1,000 epochs are far too few.",
    ARTICLE_START | {"rate": "0.001"},
    TOO_SLOW,
    "Once the bug is fixed, the settings are fine.",
    "One mistake had hidden another: with the right loss you see that the rate is too small for so few epochs.",
    shows_at=100,
)
MEANT = Scene(
    "The rate it meant",
    "At 0.01, the rate that the listing sets and then overwrites, it arrives.",
    ARTICLE_START | {"rate": "0.01"},
    IT_WORKS,
    "If a run has not arrived, it needs more epochs.",
    "Before you pay for more epochs, look at how far the rate lies below its limit.",
    shows_at=200,
)
SCENES = (
    Scene(
        "Opening",
        "The loss falls steeply at first and then crawls: look for the elbow.",
        {"rate": "0.05"},
        RAVINE,
        "When the loss hardly falls any more, the training is done.",
        "One rate has to serve a steep and a flat direction: at the elbow the steep one is done, and the flat one has "
        "only begun.",
        shows_at=5,
    ),
    Scene(
        "Fit by hand",
        "Make the squares small with a line of your own, and then let descent go on from there.",
        {"hand": True},
        IT_WORKS,
        "The best line is the one that looks best.",
        "The loss is the mean area of the squares: what you shrink by hand, descent shrinks by following the slope.",
        shows_at=0,
    ),
    Scene(
        "Doubled once too often",
        "Twice the opening’s rate is fine, four times is not.",
        {"rate": "0.2"},
        EXPLOSION,
        "If doubling the rate has helped once, it will help again.",
        "The limit gives no warning: one doubling makes the run faster, the next one blows it up.",
        shows_at=2,
    ),
    Scene(
        "Raw against standardised",
        "The same data, start and number of epochs: a canyon on the left, an open valley on the right.",
        {"data": MPG, "beside": True, "updates": 50},
        BAD_SCALING,
        "A good learning rate makes up for features of very different size.",
        "Each side has the best rate that there is for it: it is the shape of the valley that makes the difference.",
        shows_at=5,
    ),
    Scene(
        "A valley",
        "Two equal features: every point along the valley is as good, and descent ends where it meets the floor.",
        {"data": EQUAL, "rate": "0.05", "w1": 3.0, "w2": -2.0},
        RAVINE,
        "If the loss is as low as it can be, the weights are the true ones.",
        "Only the sum of the two weights is learned; their difference stays what it was at the start.",
        shows_at=5,
    ),
    Scene(
        "An outlier",
        "One point in twenty pulls the whole line: squares make large residuals count most.",
        {"data": NOISY, "n": 20, "noise": 0.5, "outliers": 1, "rate": "0.1"},
        IT_WORKS,
        "If descent converges, the line is a good one.",
        "Descent has done its job; it is the squared error that asks for a line so near the outlier.",
        shows_at=10,
    ),
    PUBLISHED,
    Scene(
        "Raw features",
        "Weight runs in thousands, the intercept in ones: no single rate suits both.",
        {"data": MPG, "rate": "1e-7", "updates": 1000},
        BAD_SCALING,
        "The unit of a feature makes no difference to gradient descent.",
        "Pounds or tons: the best fit is the same, but the unit decides how long descent takes to find it.",
        shows_at=20,
    ),
    Scene(
        "Standardised features",
        "The same data on one scale: the best rate is now 0.5, and a few epochs are enough.",
        {"data": MPG, "standardise": True, "rate": "0.5"},
        IT_WORKS,
        "Standardising the features changes what the model can fit.",
        "Standardising makes the valley rounder and leaves the best fit as it is: only the way there gets shorter.",
        shows_at=5,
    ),
    REPAIRED,
    MEANT,
    Scene(
        "A parameter overshoots",
        "Only the slope is wrong at the start, and yet the intercept leaves its best value and comes back slowly.",
        {"w1": 8.0, "b": -1.0, "rate": "0.01", "updates": 400},
        OVERSHOOT,
        "A parameter that starts at its best value stays there.",
        "The gradient of the intercept depends on the slope: while the slope is wrong, moving the intercept helps "
        "too, and later it has to come back.",
        shows_at=20,
    ),
    ARTICLE_LINE,
)
