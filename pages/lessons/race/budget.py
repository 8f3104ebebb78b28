"""How far the lanes of a race may go, and what of that can be recorded."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import compress

from gdcore.batches import Order

MOST_UPDATES = 1_000_000  # recorded in one race, all lanes and seeds together: below 200 MB
MOST_DRAWS = 4_000_000  # examples drawn for one lane
MOST_ONE_BY_ONE = 32_000  # of all lanes whose updates the loop makes, for all seeds at once: about a second


@dataclass(frozen=True)
class Budget:
    """How far each lane may go: so many epochs, updates or examples."""

    amount: int
    unit: str  # "epochs", "updates" or "examples"

    def updates(self, size: int, n_examples: int, order: Order) -> int:
        """Updates of a lane with this batch size; the last batch of an epoch may be smaller."""
        if self.unit == "updates":
            return self.amount
        examples = self.amount * (n_examples if self.unit == "epochs" else 1)
        if order == "replacement":
            return -(-examples // size)
        epochs, rest = divmod(examples, n_examples)
        return epochs * -(-n_examples // size) + -(-rest // size)

    def fits(
        self, sizes: Sequence[int], n_examples: int, order: Order, seeds: int, one_by_one: Sequence[bool] = ()
    ) -> bool:
        """Whether the race of these batch sizes can be recorded. one_by_one: the lanes whose updates the loop makes."""
        updates = [self.updates(size, n_examples, order) for size in sizes]
        drawn = [
            size * many
            for size, many in zip(sizes, updates, strict=True)
            if size < n_examples or order == "replacement"
        ]
        if sum(compress(updates, one_by_one)) > MOST_ONE_BY_ONE:
            return False
        return sum(updates) * seeds <= MOST_UPDATES and max(drawn, default=0) * seeds <= MOST_DRAWS

    def within(self, fits: Callable[["Budget"], bool], n_examples: int) -> "Budget":
        """The largest budget up to this one that fits, in examples where not even one epoch does."""
        many = bisect_left(range(self.amount), True, key=lambda less: not fits(Budget(less + 1, self.unit)))
        if many == 0 and self.unit == "epochs":
            return Budget(n_examples, "examples").within(fits, n_examples)
        return Budget(max(1, many), self.unit)
