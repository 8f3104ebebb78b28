"""What the page says of a race: who is first, and a verdict on every lane."""

from dataclasses import dataclass

import streamlit as st

from pages.lessons.race import winner
from pages.lessons.race.runs import Race
from pages.lessons.race.verdict_words import footnote, told
from pages.lessons.race.verdicts import of_lane
from pages.lessons.race.words import off_the_picture
from pages.shared.lesson import Told, lines_of
from pages.shared.session import PRESENTING

LANES_ON_TOP = 4  # of more lanes only the badges stand above the charts, so that a projector still shows these


@dataclass(frozen=True)
class RaceSaying:
    """winner: who is first. verdicts: lane by lane. aside: what belongs to a race whose rates all diverge, or nothing.

    margin: by how much the winner is first. notes: what the figures point to, and which lanes have left the picture.
    """

    winner: str
    margin: str
    verdicts: tuple[Told, ...]
    notes: str
    aside: str = ""

    @property
    def plain(self) -> str:
        return self.winner

    @property
    def in_short(self) -> bool:
        return len(self.verdicts) > LANES_ON_TOP or bool(st.session_state.get(PRESENTING))

    def show(self, look: str) -> None:
        """Who is first in a line, and each lane in a line, or all badges in one where there is no room for more."""
        lines = [verdict.badge if self.in_short else verdict.line for verdict in self.verdicts]
        lanes = [" ".join(lines)] if self.in_short else lines
        st.markdown("  \n".join([f"{look} {self.winner}".lstrip(), *lanes, *filter(None, [self.aside])]))

    def lines(self, look: str) -> int:
        return lines_of(f"{look} {self.winner}") + (1 if self.in_short else len(self.verdicts))

    @property
    def numbers(self) -> str:
        lanes = (f"{verdict.badge} {verdict.numbers}" for verdict in self.verdicts)
        return "\n\n".join(filter(None, [self.margin, *lanes, self.notes]))

    @property
    def whole(self) -> str:
        lanes = (verdict.whole for verdict in self.verdicts)
        return "  \n".join(filter(None, [self.winner, self.margin, *lanes, self.notes]))


def of_race(race: Race, aside: str = "") -> RaceSaying:
    judged = [of_lane(race, course) for course in race.courses]
    verdicts = tuple(told(each, race, course) for each, course in zip(judged, race.courses, strict=True))
    notes = f"{footnote(race, judged)} {off_the_picture(race)}".strip()
    return RaceSaying(winner.plain(race), winner.sentence(race), verdicts, notes, aside)
