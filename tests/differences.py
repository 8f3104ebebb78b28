"""How far apart a test finds what it compares, told by its own comparisons, so that no test is written for it.

`assert_allclose` and `pytest.approx` tell it by themselves, other helpers of a test's module where a mark names them.
It is relative where the comparison is, and absolute where that is; an absolute tolerance beside a relative one only
keeps that which it is relative to away from 0.
"""

from contextlib import contextmanager

import numpy as np
import pytest


def apart(actual, expected, scale) -> float:
    """The largest difference in units of the scale; two NaN, or two infinities, do not differ."""
    actual, expected = np.asarray(actual, dtype=float), np.asarray(expected, dtype=float)
    with np.errstate(all="ignore"):
        differences = np.abs(actual - expected) / scale
    return float(np.fmax.reduce(differences, axis=None, initial=0))


def largest_so_far(path):
    return np.maximum.accumulate(np.abs(path).max(axis=tuple(range(1, path.ndim)), keepdims=True, initial=0))


HELPERS = {  # by their name in a test's module: the difference, from their result and their arguments
    "difference": lambda result, *_: result,
    "digits": lambda result, *_: 10.0**-result,
    "assert_close": lambda _, ours, loop: apart(ours, loop, largest_so_far(loop)),
}


@contextmanager
def told(module, helper: str, tell):
    """While it lasts, comparisons in a test's module that have agreed tell their difference."""
    assert_allclose, approx, quiet = np.testing.assert_allclose, pytest.approx, getattr(module, helper, None)

    def telling_allclose(actual, desired, rtol=1e-7, atol=0, **options):
        assert_allclose(actual, desired, rtol, atol, **options)
        tell(apart(actual, desired, np.abs(desired) + atol / rtol if rtol else 1))

    def telling_approx(expected, rel=None, abs=None, **options):
        plain, telling = approx(expected, rel, abs, **options), approx(expected, rel, abs, **options)
        relative = (1e-6 if abs is None else 0) if rel is None else rel  # as pytest has it
        scale = np.maximum(np.abs(expected), (abs or 1e-12) / relative) if relative else 1

        class Telling(type(plain)):
            __hash__ = None

            def __eq__(self, actual):
                if agrees := plain == actual:
                    tell(apart(actual, expected, scale))
                return agrees

        telling.__class__ = Telling
        return telling

    def telling_helper(*arguments):
        result = quiet(*arguments)
        tell(HELPERS[helper](result, *arguments))
        return result

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pytest, "approx", telling_approx)
        for place in (np.testing, module):
            patch.setattr(place, "assert_allclose", telling_allclose, raising=False)
        if helper:
            patch.setattr(module, helper, telling_helper)
        yield
