"""What is said of odd races."""

import numpy as np
import pytest

from gdcore import Constant, Cosine, Exponential, InverseTime, Momentum, StepDecay
from pages.lessons.race import claims as race_claims
from pages.lessons.race import score as race_score
from pages.lessons.race import verdict_words as race_verdict_words
from pages.lessons.race import winner as race_winner
from pages.lessons.race import words
from pages.lessons.race.budget import Budget
from pages.lessons.race.runs import Lane
from pages.lessons.race.verdicts import of_lane
from pages.shared.data.regression import Model
from tests.races import LINE, NOISY, SIZES, race

ODD_LANES = {
    "diverges": [Lane(1, Constant(100.0)), Lane(40, Constant(100.0), Momentum()), Lane(40, Constant(100.0))],
    "nearly stands": [Lane(1, Constant(1e-9)), Lane(40, Exponential(1e-9, 0.0)), Lane(8, StepDecay(1.0, 0.0, 1))],
    "falls": [Lane(1, InverseTime(0.05, 1000)), Lane(40, Cosine(0.1, 0.0, 60)), Lane(8, Exponential(0.1, 1.0))],
}


ODD_MODELS = {"exact": Model(LINE._replace(features=np.linspace(-1, 4, 40)[:, None], targets=np.linspace(-3, 7, 40)))}


ODD_MODELS |= {f"features {size:g}": Model(NOISY._replace(features=size * NOISY.features)) for size in SIZES}


ODD_MODELS |= {f"targets {size:g}": Model(NOISY._replace(targets=size * NOISY.targets)) for size in SIZES}


@pytest.mark.parametrize("model", ODD_MODELS.values(), ids=ODD_MODELS)
@pytest.mark.parametrize("lanes", ODD_LANES.values(), ids=ODD_LANES)
def test_odd_races_have_their_sentences(lanes, model):
    run = race(*lanes, model=model, budget=Budget(60, "updates"), seeds=(1, 2))
    assert race_winner.sentence(run) and race_score.table(run, True) and race_claims.table(run)
    for i, c in enumerate(run.courses):
        assert (
            race_verdict_words.told(of_lane(run, c), run, c).line and len(words.steps(run, i)["loss"]) == c.ended[0] + 1
        )
        words.rules(run, i)  # none where not even one update stays within the range of numbers
