"""What the page says of a race: who is first, and a verdict on every lane."""

from dataclasses import dataclass

import streamlit as st

from pages.lessons.race import winner
from pages.lessons.race.runs import Race
from pages.lessons.race.verdict_words import footnote, told
from pages.lessons.race.verdicts import of_lane
from pages.lessons.race.words import off_the_picture
from pages.shared.lesson import Told
from pages.shared.session import PRESENTING

LANES_ON_TOP = 4  # of more lanes the details stand below the charts, so that a projector still shows these


@dataclass(frozen=True)
class RaceSaying:
    """winner: who is first. verdicts: lane by lane. aside: what belongs to a race whose rates all diverge, or nothing.

    notes: what the verdicts point to, and which lanes have left the picture.
    """

    winner: str
    verdicts: tuple[Told, ...]
    notes: str
    aside: str = ""

    @property
    def in_short(self) -> bool:
        return len(self.verdicts) > LANES_ON_TOP or bool(st.session_state.get(PRESENTING))

    def show(self, look: str) -> None:
        st.markdown(f"{look} {self.winner}")
        lines = [verdict.badge if self.in_short else verdict.line for verdict in self.verdicts]
        st.markdown((" " if self.in_short else "  \n").join(lines))
        if self.aside:
            st.markdown(self.aside)

    @property
    def numbers(self) -> str:
        return "  \n".join(
            verdict.whole if self.in_short else " ".join([verdict.badge, *verdict.below]) for verdict in self.verdicts
        )

    @property
    def whole(self) -> str:
        return "  \n".join([self.winner, *(verdict.whole for verdict in self.verdicts), self.notes])


def of_race(race: Race, aside: str = "") -> RaceSaying:
    judged = [of_lane(race, course) for course in race.courses]
    verdicts = tuple(told(each, race, course) for each, course in zip(judged, race.courses, strict=True))
    return RaceSaying(
        winner.sentence(race), verdicts, f"{footnote(race, judged)} {off_the_picture(race)}".strip(), aside
    )
