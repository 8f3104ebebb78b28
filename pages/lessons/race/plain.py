"""The verdict on a lane as a teacher would begin it: one sentence without a symbol or a number."""

from math import inf, isinf

from pages.shared.teaching.verdict_words import FAR
from pages.shared.teaching.verdicts import CLOSE, Claim, Reason, Verdict

NEAR = 0.2  # share of the distance at which a lane that jitters is near
SOON = 0.1  # share of the updates within which theory needs it to be called soon
SLOW = 0.5  # share of the updates that theory needs for an arrival to be called slow
OVERFLOWS = "It flies off until the numbers are too large for the computer."
ALWAYS = {  # so: a claim, or a claim for one reason
    Claim.STANDS_STILL: "It starts at the optimum, and there it stays.",
    Claim.BOUNCES: "In one direction every jump is as long as the last: it never settles.",
    Claim.HELD: "Only a lucky start saves it: at this rate the smallest error would not shrink.",
    Claim.UNSTABLE: "This rate is too large for batches of its size: on average it flies off.",
    (Claim.DIVERGES, Reason.ROUNDING): "This rate is too large: a rounding error was enough to throw it off.",
    (Claim.DIVERGES, Reason.EPOCH_FACTOR): "In this order its error grows from epoch to epoch in the long run.",
    (Claim.DIVERGES, Reason.ABOVE_THE_LIMIT): "This rate is too large for it: its error grows without end.",
    (Claim.NOT_THERE, Reason.FREEZES): "Its rate falls too fast: it stops before it gets there.",
    (Claim.NOT_THERE, Reason.RATE_WAS_ABOVE): "Its rate was too large at first, and it has not made up for that.",
}


def plain(judged: Verdict) -> str:
    """Nothing in it that the record does not hold. The name of the lane stands before it."""
    if said := ALWAYS.get((judged.claim, judged.reason)) or ALWAYS.get(judged.claim):
        return said
    return {
        Claim.DIVERGES: _overflows,
        Claim.ARRIVES: _arrives,
        Claim.JITTERS: _jitters,
        Claim.MEASURED: _measured,
        Claim.ON_A_STREAM: _follows,
        Claim.NOT_THERE: _on_its_way,
    }[judged.claim](judged)


def _overflows(judged: Verdict) -> str:
    every_run = judged.figures["overflows"] == judged.figures["runs"]
    return OVERFLOWS if every_run else "With some seeds it flies off, with others it does not."


def _arrives(judged: Verdict) -> str:
    if "until" in judged.figures:
        return "Its rate was too large at first; now that it has fallen, it arrives."
    if judged.figures["last"] < judged.figures["rate"]:
        return "Its rate falls in time, and it arrives."
    if "needed" not in judged.figures:  # a rule with a memory
        return "It arrives."
    slow = judged.figures["needed"] > SLOW * judged.figures["taken"]
    return "Slow, but it arrives." if slow else "It arrives, with updates to spare."


def _jitters(judged: Verdict) -> str:
    if judged.figures["share"] > NEAR:
        return "It keeps jittering, still far from the optimum."
    soon = judged.figures.get("needed", inf) <= SOON * judged.figures["taken"]
    return "Near early on, but its noise never dies down." if soon else "It comes near, but its noise never dies down."


def _measured(judged: Verdict) -> str:
    """How far a lane has come of which nothing is claimed."""
    share = judged.figures["share"]
    came = "arrives" if share <= CLOSE else "comes near" if share <= NEAR else "comes nearer" if share < 1 else None
    return f"Theory has no answer for this lane; here it {came or 'does not come nearer'}."


def _follows(judged: Verdict) -> str:
    """Whether a lane is back at the goal when the data have changed."""
    if isinf(judged.figures["late"]):
        return OVERFLOWS
    fits = judged.figures["late"] < judged.figures["goal"]
    return f"At the end it {'fits' if fits else 'does not fit'} the new data."


def _on_its_way(judged: Verdict) -> str:
    if judged.figures.get("needed", inf) <= judged.figures["taken"]:  # by theory: over the last fifth it was not there
        return "It is only just getting there at the end."
    if judged.figures["share"] >= 1:
        return "So far it is no nearer than it was at the start."
    if judged.figures["share"] > FAR:
        return "Right direction, but still far away when its updates ran out."
    return "Close, but not there yet when its updates ran out."
