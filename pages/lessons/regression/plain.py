"""The verdict on a fit as a teacher would begin it: one sentence without a symbol or a number."""

from pages.shared.teaching.verdict_words import FAR
from pages.shared.teaching.verdicts import GAP_GOAL, Claim, Reason, Verdict

ALWAYS = {  # so: a claim, or a claim for one reason
    Claim.STANDS_STILL: "The {shape} starts where this loss is lowest, and there it stays.",
    Claim.ARRIVES: "The {shape} has reached its best place.",
    Claim.ELSEWHERE: "It arrives, but at the wrong place: the loss itself is mistaken.",
    Claim.BOUNCES: "In one direction every jump is as long as the last: it never settles.",
    Claim.HELD: "Only a lucky start saves it: at this rate the smallest error would not shrink.",
    (Claim.DIVERGES, Reason.ROUNDING): "The rate is too large: a rounding error was enough to throw it off.",
    (Claim.DIVERGES, Reason.SIZES): "It blows up: the columns differ so much in size that only tiny rates work.",
    Claim.DIVERGES: "The rate is too large: in one direction the jumps grow without end.",
    (Claim.NOT_THERE, Reason.WRONG_LOSS): "It is on its way to the wrong place: the loss itself is mistaken.",
    (Claim.NOT_THERE, Reason.SIZES): "It crawls: the columns differ so much in size that only tiny rates work.",
}


def plain(judged: Verdict, shape: str) -> str:
    """Nothing in it that the record does not hold. shape: what is fitted, a line or a plane."""
    if said := ALWAYS.get((judged.claim, judged.reason)) or ALWAYS.get(judged.claim):
        return said.format(shape=shape)
    return _stopped_short(judged) if judged.reason is Reason.TOLERANCE else _out_of_epochs(judged, shape)


def _stopped_short(judged: Verdict) -> str:
    if not judged.figures["taken"]:
        return "It never set off: its first step would be shorter than the tolerance."
    short = "far from there" if judged.figures["share"] > FAR else "just short of it"
    return f"It stopped {short}: its steps had become shorter than the tolerance."


def _out_of_epochs(judged: Verdict, shape: str) -> str:
    if judged.figures["share"] <= FAR:
        return "Close, but not there yet when its epochs ran out."
    if judged.figures["gap"] <= GAP_GOAL:
        return f"The loss looks good, but the {shape} is still far from its best place."
    return "Right direction, but far from there when its epochs ran out."
