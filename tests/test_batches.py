"""Which examples an update looks at, and what that does to the variance of its gradient."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from gdcore import Batches, GradientDescent, LeastSquares, descend

ORDERS = ["reshuffled", "fixed", "replacement"]


@pytest.mark.parametrize("size", [1, 4, 5, 10])
@pytest.mark.parametrize("order", ["reshuffled", "fixed"])
def test_each_epoch_visits_each_example_once(order, size):
    per_epoch = -(-10 // size)
    rows = Batches(size, order=order).rows(10, steps=3 * per_epoch)
    for epoch in range(3):
        visited = np.concatenate(rows[epoch * per_epoch : (epoch + 1) * per_epoch])
        assert sorted(visited) == list(range(10))


def test_reshuffled_epochs_differ_and_fixed_ones_stay_as_the_data_stand():
    reshuffled, fixed = (Batches(10, order=order).rows(10, steps=3) for order in ("reshuffled", "fixed"))
    assert len({tuple(epoch) for epoch in reshuffled}) == 3
    assert_array_equal(fixed, [range(10)] * 3)


@pytest.mark.parametrize(
    "size, order, sizes",
    [
        (4, "reshuffled", [4, 4, 2, 4, 4, 2, 4]),
        (3, "reshuffled", [3, 3, 3, 1, 3, 3, 3]),
        (4, "fixed", [4, 4, 2, 4, 4, 2, 4]),
        (4, "replacement", [4, 4, 4, 4, 4, 4, 4]),
        (5, "reshuffled", [5, 5, 5, 5, 5, 5, 5]),
        (10, "fixed", [10, 10, 10, 10, 10, 10, 10]),
        (25, "replacement", [25, 25, 25, 25, 25, 25, 25]),
    ],
)
def test_only_the_last_batch_of_an_epoch_is_smaller(size, order, sizes):
    batches = Batches(size, order=order)
    assert batches.sizes(10, steps=7).tolist() == sizes
    assert [len(rows) for rows in batches.rows(10, steps=7)] == sizes


def test_replacement_may_draw_an_example_twice():
    rows = Batches(10, order="replacement").rows(10, steps=20)
    assert all(len(set(batch)) < 10 for batch in rows)
    assert set(np.concatenate(rows)) == set(range(10))


@pytest.mark.parametrize("order", ORDERS)
def test_same_seed_same_order_and_a_longer_run_begins_like_a_shorter_one(order):
    long, short = (np.concatenate(Batches(3, seed=5, order=order).rows(10, steps)) for steps in (40, 13))
    assert_array_equal(long[: len(short)], short)


@pytest.mark.parametrize("order", ["reshuffled", "replacement"])
def test_another_seed_gives_another_order(order):
    first, second = (Batches(1, seed, order).draw(50, 50).tolist() for seed in (0, 1))
    assert first != second


@pytest.mark.parametrize("order", ORDERS)
def test_one_seed_per_run_gives_each_run_the_order_it_has_alone(order):
    together = Batches(4, seed=(3, 1, 4), order=order)
    assert together.runs == 3
    assert Batches(4).runs is None
    for step, rows in enumerate(together.rows(10, steps=8)):
        assert_array_equal(rows, [Batches(4, seed, order).rows(10, steps=8)[step] for seed in (3, 1, 4)])


@pytest.mark.parametrize("order", ORDERS)
def test_sizes_add_up_to_the_examples_seen(order):
    batches = Batches(4, order=order)
    trace = descend(LeastSquares(np.eye(10), np.ones(10)), np.zeros(11), GradientDescent(), 0.1, 7, batches=batches)
    assert trace.examples_seen.tolist() == [sum(batches.sizes(10, 7)[:t]) for t in range(8)]


@pytest.mark.parametrize("size", [1, 5, 10])
@pytest.mark.parametrize("order, correction", [("replacement", lambda b: 1), ("reshuffled", lambda b: (20 - b) / 19)])
def test_gradient_of_a_batch_is_unbiased_and_its_variance_falls_like_one_over_its_size(order, correction, size):
    rng = np.random.default_rng(0)
    objective = LeastSquares(rng.normal(size=(20, 1)), rng.normal(size=20), intercept=False)
    theta = np.array([2.0])
    of_examples = np.array([objective.gradient(theta, np.array([row])) for row in range(20)])
    rows = np.stack(Batches(size, order=order).rows(20, steps=20_000))
    of_batches = objective.gradient(np.broadcast_to(theta, (len(rows), 1)), rows)
    expected = of_examples.var() / size * correction(size)
    assert_allclose(of_batches.var(), expected, rtol=0.05)
    assert abs(of_batches.mean() - objective.gradient(theta)[0]) < 4 * np.sqrt(expected / len(rows))


@pytest.mark.parametrize("size", [0, -3])
def test_a_batch_without_examples_raises(size):
    with pytest.raises(ValueError, match=f"size must be at least 1, got {size}"):
        Batches(size)


def test_an_unknown_order_raises():
    with pytest.raises(ValueError, match="order must be one of reshuffled, fixed, replacement, got 'sorted'"):
        Batches(4, order="sorted")


@pytest.mark.parametrize("order", ["reshuffled", "fixed"])
def test_a_batch_of_more_than_all_examples_raises(order):
    with pytest.raises(ValueError, match="size must be at most the number of examples, 10, got 11"):
        Batches(11, order=order).rows(10, steps=1)
