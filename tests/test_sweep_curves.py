import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from pages.shared.teaching import sweep_curves


@pytest.mark.parametrize(
    ("gaps", "needed"),
    [
        ([1, 0.5, 0.01], 2),
        ([1, 0.01, 0.005], 1),
        ([1, 0.01, 0.5], np.inf),
        ([1, 0.01, 0.5, 0.01], 3),
        ([0.01, 0.01], 0),
        ([1], np.inf),
        ([0.01], 0),
    ],
    ids=str,
)
def test_a_gap_of_exactly_the_goal_has_arrived_be_it_at_the_last_update(gaps, needed):
    gaps = np.array(gaps)[:, None]
    assert sweep_curves.stays_below(gaps, 0.01, np.array([len(gaps) - 1])) == [needed]


@given(
    gaps=some.lists(some.tuples(*[some.sampled_from([0.5, 1.0, 2.0])] * 3), min_size=1, max_size=9),
    taken=some.tuples(*[some.integers(0, 8)] * 3),
)
def test_arriving_for_good_agrees_with_looking_at_every_update(gaps, taken):
    gaps, taken = np.array(gaps), np.minimum(taken, len(gaps) - 1)
    gaps[np.arange(len(gaps))[:, None] > taken] = np.nan  # beyond the end of a run
    for run, (needed, end) in enumerate(zip(sweep_curves.stays_below(gaps, 1.0, taken), taken, strict=True)):
        stays = [t for t in range(end + 1) if (gaps[t : end + 1, run] <= 1).all()]
        assert needed == (stays[0] if stays else np.inf)


def by_hand(*gaps: float, needed: tuple[float, ...] = (), budget=10.0) -> sweep_curves.Sweep:
    """Rates whose first ones end with these gaps after this time, the others at half of their start and never."""
    gap, time = np.full(sweep_curves.RATES + 1, 0.5), np.full(sweep_curves.RATES + 1, np.inf)
    gap[: len(gaps)], time[: len(needed)] = gaps, needed
    curve = sweep_curves.Curve(np.geomspace(0.01, 1, sweep_curves.RATES + 1), gap, time)
    return sweep_curves.Sweep((curve,), "update", budget, 0.01, "bring it there", "it is there")


def test_a_gap_as_large_as_at_the_start_has_not_grown():
    (curve,) = by_hand(0.9, 1.0, 1.1, np.inf).curves
    assert curve.grow == 2


def test_the_fastest_is_the_first_to_arrive_and_the_nearest_of_those_that_arrive_at_once():
    assert by_hand(0.001, 0.009, 0.008, needed=(5, 3, 3)).curves[0].fastest == 2
    assert by_hand(0.4, 0.3, 0.6).curves[0].fastest == 1
