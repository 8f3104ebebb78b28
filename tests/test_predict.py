"""Predictions on the page: one click answers, every other run asks again, and the mode stays."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from gdcore import descend
from pages import lessons
from pages.lessons.race import runs as race_runs
from pages.lessons.race.runs import CLOCKS
from tests.harness import choose_scene, open_lesson

LESSONS = tuple(lesson.key for lesson in lessons.LESSONS)


def test_a_page_that_asks_runs_every_lane_once(monkeypatch):
    calls = []

    def counted(*args, **options):
        calls.append(args)
        return descend(*args, **options)

    monkeypatch.setattr(race_runs, "descend", counted)
    for clock in CLOCKS:
        calls.clear()
        app = open_lesson("race", predict=True, clock=clock, lanes=4, budget=5)
        assert answers(app, "race") and len(calls) == 4


def answers(app, page):
    return [button for button in app.button if button.key and button.key.startswith(f"{page}_answer_")]


@pytest.mark.parametrize("page", LESSONS)
def test_one_click_answers_and_the_explanation_names_the_right_answer(page):
    app = open_lesson(page, predict=True)
    texts = [button.label for button in answers(app, page)]
    assert len(texts) >= 2
    assert not any("-badge[" in text.value for text in app.markdown)  # no verdict before the answer
    answers(app, page)[0].click().run()
    assert not app.exception and not answers(app, page)
    said = " ".join(text.value for text in app.markdown)
    assert f"Your prediction: **{texts[0]}**" in said
    assert "**Right**" in said or any(f"It is: **{text}**" in said for text in texts[1:])
    assert "of 1 right in this visit" in said


def test_every_other_run_asks_again_and_the_tally_goes_on():
    app = open_lesson("quadratic", predict=True)
    answers(app, "quadratic")[0].click().run()  # right: the opening stays on its side
    app.text_input(key="quadratic_rate_text").set_value("0.2").run()
    answers(app, "quadratic")[3].click().run()
    said = " ".join(text.value for text in app.markdown)
    assert "It is: **Across, with shrinking jumps**" in said and "1 of 2 right" in said
    assert "Your answer would need η above 0.3333" in said


def test_scenes_undo_and_reset_leave_the_mode_alone():
    app = open_lesson("quadratic", predict=True)
    choose_scene(app, "quadratic", "Diverges")
    assert app.session_state["quadratic_predict"] and len(answers(app, "quadratic")) == 4
    app.button(key="quadratic_undo").click().run()
    assert app.session_state["quadratic_predict"]


@settings(max_examples=8, deadline=None)
@given(some.sampled_from(LESSONS), some.data())
def test_whatever_is_answered_the_page_stands(page, data):
    app = open_lesson(page, predict=True)
    data.draw(some.sampled_from(answers(app, page))).click().run()
    assert not app.exception
