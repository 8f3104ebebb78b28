"""The mathematics of gradient descent: numpy and the standard library only.

    trace = descend(Quadratic(a0=-3, a1=-2, a2=3), [8.0], GradientDescent(), learning_rate=0.05, steps=500)

Three things stay apart, so that each is one formula: what is minimised (`objectives`, `least_squares`), the rule that
turns a gradient into a direction (`optimizers`), and the rate of each update (`schedules`). One loop follows them, and
`theory` says beforehand what it will do:

    begin    the `Checkpoint` before the first update: theta, the rule's memory, the number of updates made
    updates  the loop: one `Update` after another from a checkpoint, none of them kept
    descend  a descent with all its updates, a `Trace`, and the `Outcome`
    ends     only where many runs end, and when each was above a goal for the last time: `Ends`
    record   only what its caller asks for, every so many updates: a `Recording`
    replay   the directions and the memory of a rule along a path, from its gradients: a `Replay`
"""

from gdcore import datasets, scaling, theory
from gdcore.basins import Ends, ends
from gdcore.batches import Batches
from gdcore.descent import Outcome, Trace, descend
from gdcore.least_squares import BroadcastLeastSquares, LeastSquares
from gdcore.loop import Update, begin, updates
from gdcore.objectives import Quadratic
from gdcore.optimizers import OPTIMIZERS, AdaGrad, Adam, GradientDescent, Momentum, Nesterov, RMSProp
from gdcore.parts import Checkpoint, Replay, replay
from gdcore.recording import Recording, record
from gdcore.schedules import SCHEDULES, Constant, Cosine, Exponential, InverseTime, StepDecay

__all__ = [
    "OPTIMIZERS",
    "SCHEDULES",
    "AdaGrad",
    "Adam",
    "Batches",
    "BroadcastLeastSquares",
    "Checkpoint",
    "Constant",
    "Cosine",
    "Ends",
    "Exponential",
    "GradientDescent",
    "InverseTime",
    "LeastSquares",
    "Momentum",
    "Nesterov",
    "Outcome",
    "Quadratic",
    "RMSProp",
    "Recording",
    "Replay",
    "StepDecay",
    "Trace",
    "Update",
    "begin",
    "datasets",
    "descend",
    "ends",
    "record",
    "replay",
    "scaling",
    "theory",
    "updates",
]
