"""How fast a run plays by itself: slowly while each update can be followed, then faster and faster.

The first ten updates pass at three a second. From there on the time grows with the logarithm of the update, so that
from 20 to 40 takes as long as from 10 to 20. A run that would need longer than it may hurries after the tenth update.
Where the timeline passes over most updates, what a scene is about often comes late: such a run is shorter.
"""

import numpy as np

FOLLOWED = 10  # updates that are slow enough to be followed
A_SECOND = 3  # of those
LONGEST = 8.0  # s
OF_A_LONG_RUN = 5.0  # s, where not every update has a frame
AFTER_A_PREDICTION = 5.0  # s: who has answered wants to know
UNSEEN = 0.5  # s for the updates of which nothing is to be seen


def pace(updates: np.ndarray, longest: float = LONGEST, visible_until: int | None = None) -> np.ndarray:
    """The second at which each frame is shown; `updates` says how many have been made by then, from 0 on.

    visible_until: the frame after which nothing more can be seen. What follows it takes half a second, but for the
    first ten updates.
    """
    last = len(updates) - 1
    longest = longest if updates[-1] <= last else min(longest, OF_A_LONG_RUN)
    seen = last if visible_until is None else min(last, max(visible_until, int((updates < FOLLOWED).sum())))
    followed = np.minimum(updates, FOLLOWED) / A_SECOND
    hurried = FOLLOWED * np.log(np.maximum(updates, FOLLOWED) / FOLLOWED) / A_SECOND  # as fast, where it begins
    left = longest - followed[seen] - (UNSEEN if seen < last else 0)
    seconds = followed + hurried * min(1.0, left / max(hurried[seen], left))
    if seen < last:
        seconds[seen:] = seconds[seen] + UNSEEN * np.linspace(0, 1, len(seconds) - seen)
    return seconds


def last_seen(inside: np.ndarray) -> int | None:
    """The frame after which a run stays outside its picture; None if it does not, or was never in it."""
    frames = np.flatnonzero(inside)
    return int(frames[-1]) if len(frames) and not inside[-1] else None
