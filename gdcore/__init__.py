"""The mathematics of gradient descent: numpy and the standard library only.

    trace = descend(Quadratic(a0=-3, a1=-2, a2=3), [8.0], GradientDescent(), learning_rate=0.05, steps=500)

Three things stay apart, so that each is one formula: what is minimised (`objectives`), the rule that turns a gradient
into a direction (`optimizers`), and the rate of each update (`schedules`). `descend` is the only loop; `theory` says
beforehand what it will do.
"""

from gdcore import datasets, scaling, theory
from gdcore.batches import Batches
from gdcore.descent import Outcome, Trace, descend
from gdcore.objectives import BroadcastLeastSquares, LeastSquares, Quadratic
from gdcore.optimizers import OPTIMIZERS, AdaGrad, Adam, GradientDescent, Momentum, Nesterov, RMSProp
from gdcore.schedules import SCHEDULES, Constant, Cosine, Exponential, InverseTime, StepDecay

__all__ = [
    "OPTIMIZERS",
    "SCHEDULES",
    "AdaGrad",
    "Adam",
    "Batches",
    "BroadcastLeastSquares",
    "Constant",
    "Cosine",
    "Exponential",
    "GradientDescent",
    "InverseTime",
    "LeastSquares",
    "Momentum",
    "Nesterov",
    "Outcome",
    "Quadratic",
    "RMSProp",
    "StepDecay",
    "Trace",
    "datasets",
    "descend",
    "scaling",
    "theory",
]
