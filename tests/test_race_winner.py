"""Who is first in a race, on courses made by hand."""

import numpy as np

from pages.lessons.race import winner as race_winner
from pages.lessons.race.runs import EXAMPLES, PARALLEL, UPDATES, Race
from tests.races import course, race, stream


def held(*courses, clock=EXAMPLES, seeds=(0,), drifts=False) -> Race:
    """A race that went as these courses say."""
    run = (stream if drifts else race)(*[1] * len(courses), clock=clock, seeds=seeds)
    run.__dict__["courses"] = courses
    return run


FAST = course([9, 9, 9, 9, 1, 1, 1], clock=10 * np.arange(7), name="fast")


ALIKE = course([9, 9, 9, 9, 9, 1, 1], clock=10 * np.arange(7), name="alike")  # 50: within a quarter of 40


SLOW = course([9, 9, 9, 9, 9, 9, 1], clock=100 * np.arange(7), name="slow")


RESTLESS = course([9, 1, 9, 1, 9, 9, 9], clock=10 * np.arange(7), name="restless")


LOST = course([9, 9, 9, 9, 9, 9, 9], name="lost")


def test_a_single_winner_is_named_with_its_time_and_how_much_longer_the_others_take():
    text = race_winner.sentence(held(FAST, SLOW))
    assert "**fast** is first" in text and "40 examples" in text and "slow takes 15 times" in text
    assert "tie" not in text and "never" not in text
    text = race_winner.sentence(held(LOST, FAST))
    assert "**fast** is first" in text and "lost never gets there" in text


def test_a_tie_is_called_one():
    text = race_winner.sentence(held(FAST, ALIKE))
    assert "a tie" in text and "all are" in text and "40 examples" in text
    later = course([9, 9, 9, 9, 9, 9, 1], clock=10 * np.arange(7), name="later")  # half as long again is no tie
    assert "**fast** is first" in race_winner.sentence(held(FAST, later))
    text = race_winner.sentence(held(FAST, ALIKE, SLOW))
    assert "fast and alike **tie**" in text and "slow takes 15 times" in text


def test_where_nobody_arrives_it_says_so():
    assert "no lane" in race_winner.sentence(held(LOST, LOST)) and "first" not in race_winner.sentence(held(LOST))


def test_a_winner_that_does_not_stay_is_not_told_to():
    text = race_winner.sentence(held(RESTLESS, SLOW))
    assert "**restless** is first" in text and "10 examples" in text and "does not stay" in text
    assert "does not stay" not in race_winner.sentence(held(FAST, SLOW))


def test_of_many_seeds_the_median_decides():
    """Of three runs that are below the goal after 10, 30 and never, the middle one needs 30."""
    many = course([[9, 9, 9], [1, 9, 9], [1, 9, 9], [1, 1, 9]], clock=10 * np.arange(4), name="many")
    text = race_winner.sentence(held(many, SLOW, seeds=(0, 1, 2)))
    assert "30 examples" in text and "medians" in text


def test_the_unit_is_that_of_the_clock():
    for clock, unit in ((UPDATES, "40 updates"), (EXAMPLES, "40 examples"), (PARALLEL, "40 rounds")):
        assert unit in race_winner.sentence(held(FAST, SLOW, clock=clock))


def test_after_the_drift_the_time_is_counted_from_the_drift():
    late = course([1, 1, 9, 9, 1, 1, 1], clock=10 * np.arange(7), beginning=2, name="late")
    slow = course([1, 1, 9, 9, 9, 9, 1], clock=100 * np.arange(7), beginning=2, name="slow")
    text = race_winner.sentence(held(late, slow, drifts=True))
    assert "After the drift" in text and "after 20 examples" in text and "slow takes 20 times" in text


def test_who_is_below_the_goal_from_the_beginning_needs_no_time():
    there = course([1, 1, 1], name="there", beginning=1)
    text = race_winner.sentence(held(there, course([9, 9, 9, 9, 1], beginning=1, name="late"), drifts=True))
    assert "**there** is first" in text and "0 examples" in text and "late" in text
