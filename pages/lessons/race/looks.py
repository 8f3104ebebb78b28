"""Which look each lane of a race has in all its pictures: the same in every race, so that a class can name it."""

from pages.lessons.race.lanes import FIRST_SIZES
from pages.lessons.race.runs import UNSAID, Lane, Race
from pages.shared.picture.lanes import distinct

OF_A_SCHEDULE = {"1/t": 3, "exponential": 4, "step": 5, "cosine": 1}


def looks(race: Race) -> list[int]:
    """Batch, stochastic and the other batch sizes that a race begins with have one each, whatever their lane.

    A lane whose rate changes has that of its schedule; what is left goes to the others, and to the second of two alike.
    """
    return distinct([_own(lane, race.n_examples) for lane in race.lanes])


def _own(lane: Lane, n_examples: int) -> int | None:
    if lane.schedule.name not in UNSAID:
        return OF_A_SCHEDULE.get(lane.schedule.name)
    size = "n" if lane.size == n_examples else str(lane.size)
    return FIRST_SIZES.index(size) if lane.optimizer.name in UNSAID and size in FIRST_SIZES else None
