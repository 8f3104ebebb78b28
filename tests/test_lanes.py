"""A lane looks the same wherever it runs, and like no other lane of its race."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pages.lessons import LESSONS
from pages.lessons.race import RACE
from pages.lessons.race.looks import looks
from pages.lessons.race.settings import dataset_of, model_of, race_of
from pages.shared.picture.lanes import DASHES, FREE, LANES, SHAPES, distinct
from pages.shared.picture.palette import PALETTES

SCENES = {scene.name: RACE.defaults | dict(scene.settings) for scene in RACE.scenes}


def race_in(scene: str):
    values = SCENES[scene]
    return race_of(values, model_of(values, dataset_of(values)))[0]


def test_in_all_scenes_a_lane_of_one_name_has_one_look():
    assert RACE in LESSONS
    seen: dict[str, set[int]] = {}
    for scene in SCENES:
        race = race_in(scene)
        for course, look in zip(race.courses, looks(race), strict=True):
            seen.setdefault(course.name, set()).add(look)
    assert {"batch", "stochastic", "mini-batch 32", "stochastic (1/t)"} <= set(seen)
    assert all(len(its) == 1 for its in seen.values()), seen


@pytest.mark.parametrize("scene", SCENES)
def test_no_two_lanes_of_a_race_look_alike_even_in_grey(scene):
    race = race_in(scene)
    ours = looks(race)
    assert len(set(ours)) == len(race.lanes)
    assert len({SHAPES[look] for look in ours}) == len({tuple(DASHES[look]) for look in ours}) == len(ours)


def test_there_are_as_many_looks_as_lanes():
    assert len(SHAPES) == len(DASHES) == len(set(FREE)) == LANES
    assert all(len(set(palette.lanes)) == LANES for palette in PALETTES.values())


@given(some.lists(some.none() | some.integers(0, LANES - 1), min_size=1, max_size=LANES))
def test_whatever_lanes_would_like_their_looks_differ_and_the_first_gets_what_he_would(wished):
    given_ = distinct(wished)
    assert len(set(given_)) == len(wished) and set(given_) <= set(range(LANES))
    for look in set(wished) - {None}:
        assert given_[wished.index(look)] == look


def test_a_lane_more_changes_no_look():
    values = SCENES["Opening"]
    three = looks(race_in("Opening"))
    more = values | {"lanes": 5, "size4": "17", "size5": "8"}
    race, _ = race_of(more, model_of(more, dataset_of(more)))
    assert looks(race)[:3] == three
