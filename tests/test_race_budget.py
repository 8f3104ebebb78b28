"""How far the lanes of a race may go, against counting one by one."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.testing import assert_allclose

from gdcore import datasets
from pages.lessons.race import pictures
from pages.lessons.race.budget import MOST_DRAWS, MOST_UPDATES, Budget
from pages.shared.data.regression import Model
from tests.harness import as_frames
from tests.races import ORDERS, race


@given(
    amount=some.integers(1, 40),
    unit=some.sampled_from(["epochs", "updates", "examples"]),
    n=some.integers(2, 50),
    size=some.integers(1, 50),
    order=some.sampled_from(ORDERS),
)
def test_a_budget_is_as_many_updates_as_one_counts(amount, unit, n, size, order):
    size = min(size, n)
    updates = seen = 0
    while {"updates": updates, "examples": seen, "epochs": seen / n}[unit] < amount:
        seen += size if order == "replacement" else min(size, n - seen % n)
        updates += 1
    assert Budget(amount, unit).updates(size, n, order) == updates


def fits(budget: Budget, sizes, n, order, seeds) -> bool:
    """Whether at most 1,000,000 updates are recorded and at most 4,000,000 examples drawn for one lane."""
    updates = [budget.updates(size, n, order) for size in sizes]
    draws = [size * many for size, many in zip(sizes, updates, strict=True) if size < n or order == "replacement"]
    return seeds * sum(updates) <= 1_000_000 and seeds * max(draws, default=0) <= 4_000_000


@settings(deadline=None)
@given(
    amount=some.integers(1, 1_000_000),
    unit=some.sampled_from(["epochs", "updates", "examples"]),
    n=some.sampled_from([20, 256, 5000, 60_000, 200_000]),
    sizes=some.lists(some.sampled_from([1, 8, 33, 5000, 10**9]), min_size=1, max_size=6),
    order=some.sampled_from(ORDERS),
    seeds=some.integers(1, 20),
)
def test_a_budget_that_is_too_large_is_cut_to_the_largest_that_fits(amount, unit, n, sizes, order, seeds):
    sizes, asked = [min(size, n) for size in sizes], Budget(amount, unit)
    cut = asked.within(lambda smaller: smaller.fits(sizes, n, order, seeds), n)
    assert fits(cut, sizes, n, order, seeds)
    if fits(asked, sizes, n, order, seeds):
        assert cut == asked
    else:
        assert not fits(Budget(cut.amount + 1, cut.unit), sizes, n, order, seeds)
        assert cut.unit == unit or not fits(Budget(1, unit), sizes, n, order, seeds)


def test_the_caps_are_what_the_page_promises():
    assert MOST_UPDATES == 1_000_000 and MOST_DRAWS == 4_000_000


def test_a_race_on_200_000_rows_of_ones_own_is_recorded_within_the_cap():
    rng = np.random.default_rng(1)
    x = rng.normal(size=200_000)
    model = Model(datasets.noisy_line(20)._replace(features=x[:, None], targets=3 * x + rng.normal(size=200_000)))
    sizes = (200_000, 32, 1)
    budget = Budget(120, "epochs").within(lambda smaller: smaller.fits(sizes, 200_000, "reshuffled", 1), 200_000)
    assert budget == Budget(4, "epochs")  # 4 x (1 + 6,250 + 200,000) updates, and 5 would be 1,031,255
    run = race(*sizes, model=model, budget=budget)
    assert [len(c.loss) - 1 for c in run.courses] == [4, 4 * 6_250, 4 * 200_000]
    drawn = as_frames(pictures.losses(run, True))
    assert drawn["curves"].notna().all(axis=None) and len(drawn["curves"]) < 2000
    assert_allclose([c.last[0] / run.least for c in run.courses[1:]], 1, atol=0.5)
