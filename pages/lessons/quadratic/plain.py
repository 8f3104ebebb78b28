"""The verdict on a run of the quadratic as a teacher would begin it: one sentence without a symbol or a number."""

from gdcore import theory
from pages.shared.teaching.verdict_words import FAR
from pages.shared.teaching.verdicts import Claim, Reason, Verdict

ALWAYS = {  # so: a claim, or a claim for one reason
    (Claim.STANDS_STILL, Reason.FLAT): "The curve is flat everywhere: there is nowhere to go.",
    (Claim.STANDS_STILL, Reason.ON_THE_TOP): "The ball starts exactly on the top, and there it stays.",
    Claim.STANDS_STILL: "The ball starts at the bottom, and there it stays.",
    Claim.SLIDES: "A straight line has no bottom: the ball can only slide on and on.",
    (Claim.RUNS_AWAY, Reason.ROUNDING): "It started on the top, but a rounding error was enough to set it rolling.",
    Claim.RUNS_AWAY: "This hill has no bottom: the ball can only run away, whatever the rate.",
    (Claim.DIVERGES, Reason.ROUNDING): "It started at the bottom, but a rounding error was enough to throw it out.",
    Claim.BOUNCES: "Every jump is as long as the last: the ball never settles.",
}


def plain(judged: Verdict) -> str:
    """Nothing in it that the record does not hold."""
    if said := ALWAYS.get((judged.claim, judged.reason)) or ALWAYS.get(judged.claim):
        return said
    return {Claim.DIVERGES: _diverges, Claim.ARRIVES: _arrives, Claim.NOT_THERE: _on_its_way}[judged.claim](judged)


def _diverges(judged: Verdict) -> str:
    if judged.figures["taken"] < 2:  # there is no jump yet that could be longer than another
        return "The rate is too large: every jump would be longer than the last."
    return "Every jump is longer than the last: the rate is too large."


def _arrives(judged: Verdict) -> str:
    factor = judged.figures["factor"]
    if abs(factor) <= theory.ROUNDING:
        return "The very first step lands at the bottom."
    if factor < 0 and judged.figures["taken"] > 1:
        return "The ball jumped across the bottom, each time less far, and reached it."
    return "The ball reached the bottom."


def _on_its_way(judged: Verdict) -> str:
    far = judged.figures["share"] > FAR
    if judged.reason is Reason.TOLERANCE:
        if not judged.figures["taken"]:
            return "The ball never set off: its first step would be shorter than the tolerance."
        short = "far from the bottom" if far else "just short of the bottom"
        return f"It stopped {short}: its steps had become shorter than the tolerance."
    if judged.figures["share"] >= 1:
        return "The steps are too small for the computer’s numbers: the ball hardly moves."
    where = "Right direction, but far from the bottom" if far else "Close, but not there yet"
    return f"{where} when its updates ran out."
