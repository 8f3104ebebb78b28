"""The verdict on a lane of the race in words."""

from collections.abc import Sequence
from math import isclose

import numpy as np

from gdcore import theory
from pages.lessons.race.plain import plain
from pages.lessons.race.runs import Course, Race
from pages.lessons.race.verdicts import is_noisy, limit_name, limit_of, of_lane
from pages.lessons.race.words import above, capitalised
from pages.shared.lesson import Told
from pages.shared.teaching.verdict_words import beside, direction, kept_by_its_start, until_it_is_close
from pages.shared.teaching.verdicts import CLOSE, Claim, Reason, Verdict
from pages.shared.words import apart, count, number, percent

STAR = "\\*"  # points to `footnote`


def told(judged: Verdict, race: Race, course: Course) -> Told:
    """The verdict on a lane in words; its figures: what was measured, and what theory compares."""
    measured = ending(judged, course, race)
    figures = (measured, theory_of(judged, race, course), floor(judged, race), slowest(judged, race, course))
    title_ = f"{capitalised(course.name)}: {title(judged)}"
    return Told(judged.badge, title_, plain(judged), tuple(filter(None, figures)))


def result(race: Race) -> str:
    """A race in one line for each lane, numbered as in the charts: the verdict and where the lane ended."""
    lines = []
    for i, course in enumerate(race.courses, 1):
        judged = of_lane(race, course)
        lines.append(f"{i} {told(judged, race, course).badge} {ending(judged, course, race)}")
    return "  \n".join(lines)


TITLES = {
    Claim.ARRIVES: "arrives",
    Claim.NOT_THERE: "has not arrived",
    Claim.JITTERS: "jitters",
    Claim.BOUNCES: "bounces for ever",
    Claim.HELD: "held by its start alone",
    Claim.DIVERGES: "diverges",
    Claim.UNSTABLE: "unstable on average",
    Claim.STANDS_STILL: "stands still",
    Claim.MEASURED: "measured",
    Claim.ON_A_STREAM: "on a stream",
}


def title(judged: Verdict) -> str:
    if judged.reason is Reason.FREEZES:
        return "freezes"
    return TITLES[judged.claim]


# ---- what theory compares


def theory_of(judged: Verdict, race: Race, course: Course) -> str:
    """Rate and limit, or what else the claim rests on."""
    figures = judged.figures
    match judged.reason:
        case Reason.LEFT_THE_NUMBERS:
            return ""
        case Reason.DRIFT:
            return "The data change: no closed form."
        case Reason.ON_AN_OPTIMUM | Reason.FLAT:
            return "It starts on an optimum, where every gradient is 0 up to rounding."
        case Reason.NO_CLOSED_FORM if "steady_limit" not in figures:
            if not theory.has_closed_form(course.lane.optimizer):
                return f"No closed form is known for {course.lane.optimizer.name}."
            return "For this rule, with this order and schedule, no closed form is known."
        case Reason.FREEZES:
            kept = percent(figures["kept"])
            return f"All its rates have a finite sum: about {kept} of the distance is kept for ever."
        case Reason.RATE_WAS_ABOVE:
            return f"Its rate is below {limit_in_words(judged)} only from update {number(figures['until'])} on."
    if "epoch" in figures:
        said = f"In this order an epoch multiplies the error by {apart(figures['epoch'], 1)}."
        return f"{said} {kept_by_its_start(judged)}".strip()
    if "speed" in figures:
        return fall(figures["speed"], is_noisy(race, course.lane))
    return beside_the_limit(judged, race, course)


def beside_the_limit(judged: Verdict, race: Race, course: Course) -> str:
    which = "Its" if course.lane.schedule.is_constant else "In the long run its"
    name = NAMES[limit_name(judged.figures)]
    said = f"{which} {beside(judged.figures['last'], limit_of(judged.figures), name=name)}."
    if judged.claim is Claim.MEASURED:
        beyond = "single runs may still arrive" if race.order == "replacement" else "no closed form is known"
        return f"{said} Above it {beyond}."
    return f"{said} {kept_by_its_start(judged)}".strip()


NAMES = {"limit": "the limit", "mean_square_limit": "the mean-square limit", "steady_limit": f"the safe rate{STAR}"}


def limit_in_words(judged: Verdict) -> str:
    """The limit with its name."""
    return f"{NAMES[limit_name(judged.figures)]} {number(limit_of(judged.figures))}"


def fall(speed: float, noisy: bool) -> str:
    """How fast a 1/t schedule lets the squared error fall."""
    said = f"2·λmin·η₀ / decay = {number(speed, 3)}: the squared error falls"
    power = f"like t to the power −{number(speed, 3)}"
    if not noisy:
        return f"{said} {power}."
    if isclose(speed, 1):
        return f"{said} like 1/t times a logarithm, drawn with replacement."
    return f"{said} {'like 1/t' if speed > 1 else f'slower than 1/t, {power}'}, drawn with replacement."


def floor(judged: Verdict, race: Race) -> str:
    """How far noise keeps the mean loss up, in theory."""
    if "floor" not in judged.figures:
        return ""
    star = "" if race.order == "replacement" else STAR
    return f"Noise floor{star} **{percent(judged.figures['floor'] / judged.figures['least'])}**."


def footnote(race: Race, judged: Sequence[Verdict]) -> str:
    """What the stars in the verdicts point to, and what the floor is."""
    said = []
    if any("steady_limit" in each.figures and "epoch" not in each.figures for each in judged):
        said.append(f"{STAR} Below the safe rate no batch stretches the error, in any order; noise still adds to it.")
    if any("floor" in each.figures for each in judged):
        drawn = "" if race.order == "replacement" else ", for examples drawn with replacement"
        said.append(f"The noise floor is how far the mean loss stays above the lowest in theory{drawn}.")
    return " ".join(said)


# ---- what was measured


def ending(judged: Verdict, course: Course, race: Race) -> str:
    """Where the lane ended, over the last fifth of its updates."""
    if course.overflows == course.runs:
        runs = f" (the median of {course.runs} seeds)" if course.runs > 1 else ""
        return f"The numbers overflow after {count(int(np.median(course.ended)), 'update')}{runs}."
    if course.overflows:
        return f"With {course.overflows} of {course.runs} seeds the numbers overflow."
    if "loss" not in judged.figures:
        return f"Over the last fifth its loss is **{above(race, float(course.last_fifth.mean()))}**."
    return f"Over the last fifth its loss is **{above(race, judged.figures['loss'])}**, {distance_left(judged)}."


def distance_left(judged: Verdict) -> str:
    """How much of the distance is left, where that has a meaning."""
    if judged.claim is Claim.STANDS_STILL or judged.figures["start"] == 0:
        return f"at a distance of {number(judged.figures['end'], 2)}"
    return f"with **{percent(judged.figures['share'])}** of the distance left"


def slowest(judged: Verdict, race: Race, course: Course) -> str:
    """The direction that holds a lane up that has not arrived, and what would bring it there."""
    if judged.claim is not Claim.NOT_THERE or not course.lane.schedule.is_constant:
        return ""
    said = []
    if len(race.model.names) > 1:
        said.append(f"Most of what is left of the distance lies along {direction(judged, race.model.names)}.")
    if "needed" in judged.figures and judged.figures["needed"] <= judged.figures["taken"]:
        since = number(int(judged.figures["needed"]))
        said.append(f"On the full gradient it is below {percent(CLOSE)} since update {since}; this mean is not yet.")
    elif theory.shrinks_at_every_update(course.lane.optimizer):
        who = "" if race.is_exact(course.lane) else " on the full gradient"
        said.append(f"{until_it_is_close(judged, 'update')}{who}.")
    return " ".join(said)
