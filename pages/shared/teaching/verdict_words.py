"""Parts of sentences that the verdicts of all lessons share."""

from collections.abc import Sequence

from gdcore import Outcome, theory
from pages.shared.teaching.verdicts import CLOSE, Claim, Reason, Verdict
from pages.shared.words import apart, count, number, percent

FAR = 0.1  # share of the distance at the start that is called far


def beside(rate: float, limit: float, *, name: str) -> str:
    """A rate and its limit, with the digits that tell them apart; at the limit only rounding does."""
    where = theory.place(rate, limit)
    left, right = (number(rate), number(limit)) if where == "at" else (apart(rate, limit), apart(limit, rate))
    return f"rate {left} is {where} {name} **{right}**"


def kept_by_its_start(judged: Verdict) -> str:
    """What keeps a run that is not below its limit, or no longer does."""
    if judged.claim is Claim.HELD:
        return (
            "Only its start keeps it: the steep direction has no error, and the smallest error there would not shrink."
        )
    if judged.reason is Reason.ROUNDING:
        return "Its start has no error where the steps grow, but rounding was enough to wake one."
    return ""


def until_it_is_close(judged: Verdict, unit: str) -> str:
    """When theory brings a run so near that it has arrived."""
    needed = judged.figures.get("needed")
    after = "more updates than can be counted" if needed is None else count(int(needed), unit)
    return f"By theory {percent(CLOSE)} is left after {after}"


def direction(judged: Verdict, names: Sequence[str]) -> str:
    """A direction in the space of the parameters: w : b = 0.32 : −0.95."""
    return f"{' : '.join(names)} = {' : '.join(number(part, 2) for part in judged.direction)}"


def sizes_apart(sizes: Sequence[tuple[str, float]]) -> str:
    """Why every rate that a person would try diverges where columns have these sizes; the way out is to standardise."""
    (large, most), (small, least) = max(sizes, key=lambda of: of[1]), min(sizes, key=lambda of: of[1])
    return (
        f"The columns are of very different size ({large} about {number(most, 2)}, {small} about "
        f"{number(least, 2)}): that makes the limit so small, and every rate below it slow."
    )


def why_no_further(outcome: Outcome, taken: int, unit: str, *, shorter: str, too_large: str) -> str:
    """Why a run has no update after its last, or none at all.

    shorter: what a step below the tolerance would do. too_large: what the computer could not hold.
    """
    if outcome is Outcome.STEP_LIMIT:
        used = f"the one {unit} is" if taken == 1 else f"all {count(taken, unit)} are"
        return f"Stopped here: {used} used up."
    step, begins = ("next", "Stopped here") if taken else ("first", f"No {unit} was made")
    if outcome is Outcome.SETTLED:
        return f"{begins}: the {step} step would {shorter}, the tolerance."
    return f"{begins}: {too_large} would be too large for the computer’s numbers."
