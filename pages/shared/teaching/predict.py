"""Predict, run, explain: one question about the run on the screen, asked before its result is shown.

A question is made from the settings, its right answer computed. Each wrong answer is what somebody believes, and says
what the settings would have to be for it to be right. Answers live in this visit alone.
"""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from pages.shared.session import TALLY
from pages.shared.settings.panel import Panel


@dataclass(frozen=True)
class Answer:
    text: str
    belief: str = ""  # of those who give it and are wrong
    needs: str = ""  # what would make it right


@dataclass(frozen=True)
class Question:
    """What is asked of a run, with two answers or more, one of them right."""

    text: str
    answers: tuple[Answer, ...]
    right: int
    why: str  # two sentences with the numbers of this run


class Prediction:
    """The question of a lesson in its present settings, and what the reader has answered, if anything.

    An answer holds as long as the run is the same: `of_the_picture` are the settings that do not change it.
    """

    def __init__(
        self, panel: Panel, question: Callable[[], Question | None], of_the_picture: tuple[str, ...] = ()
    ) -> None:
        self.scope, self.key = panel.scope, panel.key("answer")
        self.run = repr(sorted((name, panel.values[name]) for name in panel.drawn.difference(of_the_picture)))
        self.wanted = panel.values["predict"]
        self.question = question() if self.wanted else None
        run, answer = st.session_state.get(self.key, (None, None))
        self.given: int | None = answer if run == self.run else None

    @property
    def is_open(self) -> bool:
        return self.question is not None and self.given is None

    @property
    def is_answered(self) -> bool:
        return self.question is not None and self.given is not None

    @property
    def gate(self) -> str:
        """What the timeline does: hide the result and wait, run to its end, or nothing; anew for every other run."""
        if self.question is None:
            return ""
        return f"{'ask' if self.given is None else 'run'} {self.run}"

    def lead(self, verdict: Callable[[], None], beside: Callable[[], None]) -> None:
        """What stands above the timeline: the question while it is open, its explanation when answered, or a verdict.

        beside: what stands beside either of the last two.

        Explanation and verdict are hidden with the result (timeline.STYLE); what was predicted stays beside the charts.
        """
        if self.is_open:
            self._ask()
            return
        if self.is_answered:
            st.markdown(f"Your prediction: **{self.question.answers[self.given].text}**")
        elif self.wanted:
            st.caption("Nothing to predict with these settings.")
        with st.container(horizontal=True, key=f"{self.scope}_verdict"):
            with st.container():
                if self.is_answered:
                    self._explain()
                else:
                    verdict()
            beside()

    def _ask(self) -> None:
        """The question with a button for each answer."""
        st.markdown(f"**{self.question.text}**")
        with st.container(horizontal=True, gap="small"):
            for i, answer in enumerate(self.question.answers):
                st.button(answer.text, key=f"{self.key}_{i}", on_click=self._take, args=(i, self.question.right))

    def _take(self, answer: int, right: int) -> None:
        tally = st.session_state.setdefault(TALLY, [0, 0])
        tally[0] += answer == right
        tally[1] += 1
        st.session_state[self.key] = (self.run, answer)

    def _explain(self) -> None:
        """Right or not, what happened and why, and what the answer would have needed."""
        given, right = self.question.answers[self.given], self.question.answers[self.question.right]
        if self.given == self.question.right:
            judged = ":green-badge[:material/check: **Right**]"
        else:
            judged = f":orange-badge[:material/close: **Not quite**] It is: **{right.text}**."
        belief = f" Many believe “{given.belief}”." if given is not right and given.belief else ""
        needs = f" Your answer would need {given.needs}." if given is not right and given.needs else ""
        right_ones, asked = st.session_state[TALLY]
        st.markdown(f"{judged} {self.question.why}{needs}{belief} _{right_ones} of {asked} right in this visit._")
