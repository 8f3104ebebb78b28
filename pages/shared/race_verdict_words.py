"""The verdict on a lane of the race in words."""

from collections.abc import Sequence

import numpy as np

from pages.shared.lesson import Told, direction, rate_and_limit, until_it_is_close
from pages.shared.race_runs import Course, Race
from pages.shared.race_verdicts import limit_of, of_lane
from pages.shared.race_words import above
from pages.shared.verdicts import Claim, Reason, Verdict
from pages.shared.words import apart, count, number, percent

STAR = "\\*"  # points to `footnote`


def told(judged: Verdict, race: Race, course: Course) -> Told:
    """What theory says of a lane, and what was measured, in one line."""
    name = course.name[0].upper() + course.name[1:]
    below = (in_theory(judged, race, course), floor(judged, race), slowest(judged, race, course))
    ends = ending(judged, race, course)
    return Told(judged.badge, f"{name}: {title(judged)}", (ends,), tuple(filter(None, below)))


def result(race: Race) -> str:
    """A race in one line for each lane, numbered as in the charts: the verdict and where the lane ended."""
    lines = []
    for i, course in enumerate(race.courses, 1):
        judged = of_lane(race, course)
        lines.append(f"{i} {told(judged, race, course).badge} {ending(judged, race, course)}")
    return "  \n".join(lines)


def title(judged: Verdict) -> str:
    if judged.reason is Reason.FREEZES:
        return "freezes"
    if judged.claim is Claim.JITTERS and judged.figures["share"] >= 1:
        return "jitters"
    return judged.claim.value


# ---- what theory compares


def in_theory(judged: Verdict, race: Race, course: Course) -> str:
    """Rate and limit, or what else the claim rests on."""
    figures = judged.figures
    match judged.reason:
        case Reason.LEFT_THE_NUMBERS:
            return ""
        case Reason.DRIFT:
            return "The data change: no closed form."
        case Reason.ON_AN_OPTIMUM | Reason.FLAT:
            return "It starts on an optimum, where every gradient is 0."
        case Reason.NO_CLOSED_FORM:
            what = "batches" if course.lane.schedule.is_constant else "a falling rate"
            return f"For momentum with {what} no closed form is claimed."
        case Reason.FREEZES:
            kept = percent(figures["kept"])
            return f"All its rates have a finite sum: the flattest direction keeps about {kept} of its error for ever."
        case Reason.RATE_WAS_ABOVE:
            return f"Its rate is below {limit_in_words(judged)} only from update {number(figures['until'])} on."
    if "epoch" in figures:
        return f"In this order an epoch multiplies the error by {apart(figures['epoch'], 1)}."
    if "speed" in figures:
        return fall(figures["speed"], race.model.floor > 0 and not race.is_exact(course.lane))
    return beside_the_limit(judged, race, course)


def beside_the_limit(judged: Verdict, race: Race, course: Course) -> str:
    rate, where, _ = rate_and_limit(judged.figures["last"], limit_of(judged.figures))
    which = "rate" if course.lane.schedule.is_constant else "last rate"
    said = f"Its {which} {rate} is {where} {limit_in_words(judged)}."
    if judged.claim is Claim.HELD:
        return f"{said} Only its start keeps it: along the steep direction there is no error."
    if judged.reason is Reason.ROUNDING:
        return f"{said} The start has no error along the steep direction, but rounding was enough to wake it."
    if judged.claim is Claim.MEASURED:
        beyond = "single runs may still arrive" if race.order == "replacement" else "no closed form is known"
        return f"{said} Above it {beyond}."
    return said


def limit_in_words(judged: Verdict) -> str:
    """The limit with what it limits."""
    *_, limit = rate_and_limit(judged.figures["last"], limit_of(judged.figures))
    if "steady_limit" in judged.figures:
        return f"{limit}{STAR}"
    return f"the {'mean-square ' if 'mean_square_limit' in judged.figures else ''}limit {limit}"


def fall(speed: float, noisy: bool) -> str:
    """How fast a 1/t schedule lets the squared error fall."""
    said = f"2·λmin·η₀ / decay = {number(speed, 3)}: the squared error falls"
    power = f"like t to the power −{number(speed, 3)}"
    if not noisy:
        return f"{said} {power}."
    return f"{said} {'like 1/t' if speed > 1 else f'slower than 1/t, {power}'}, drawn with replacement."


def floor(judged: Verdict, race: Race) -> str:
    """The mean loss that noise leaves, in theory."""
    if "floor" not in judged.figures:
        return ""
    star = "" if race.order == "replacement" else STAR
    return f"Noise floor{star} **{percent(judged.figures['floor'] / judged.figures['least'])}**."


def footnote(race: Race, judged: Sequence[Verdict]) -> str:
    """What the stars in the verdicts point to, and what the floor is."""
    figures = [each.figures for each in judged]
    said = ""
    if any("steady_limit" in of_lane and "epoch" not in of_lane for of_lane in figures):
        said += f"{STAR} Below this rate no batch can lengthen the error, in whatever order they come. "
    if any("floor" in of_lane for of_lane in figures):
        said += "The noise floor is how far the mean loss stays above the least"
        drawn = "drawn with replacement; for this order no closed form is known"
        said += "." if race.order == "replacement" else f", for examples {drawn}."
    return said.strip()


# ---- what was measured


def ending(judged: Verdict, race: Race, course: Course) -> str:
    """Where the lane ended, over the last fifth of its updates."""
    if course.left == course.runs:
        return f"The numbers leave the machine’s range after {count(int(np.median(course.ended)), 'update')}."
    if course.left:
        return f"{course.left} of {course.runs} seeds leave the machine’s range."
    loss = f"Over the last fifth: loss **{above(race, float(course.last_fifth.mean()))}**"
    return f"{loss}, {left(judged)}." if "share" in judged.figures else f"{loss}."


def left(judged: Verdict) -> str:
    """How much of the distance is left, where that has a meaning."""
    if judged.figures["start"] == 0:
        return f"distance {number(judged.figures['end'], 2)}"
    return f"**{percent(judged.figures['share'])}** of the distance left"


def slowest(judged: Verdict, race: Race, course: Course) -> str:
    """The direction that holds a lane up that has not arrived, and what would bring it there."""
    if judged.claim is not Claim.NOT_THERE or "needed" not in judged.figures:
        return ""
    along = ""
    if len(race.model.names) > 1:
        along = f"Most of the distance is left along {direction(judged, race.model.names)}. "
    who = "Theory" if race.is_exact(course.lane) else "The full gradient"
    return f"{along}{until_it_is_close(judged, 'update', who)}"
