"""The words of the lab: all there, each once, each in a sentence, and the same in the help of the settings."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from pages.lessons import LESSONS
from pages.shared.settings import glossary
from tests.harness import FILES, open_lesson

TERMS = [term for terms in glossary.GROUPS.values() for term in terms]
SCENES = [scene for lesson in LESSONS for scene in lesson.scenes]
SETTINGS = [setting for lesson in LESSONS for setting in lesson.settings]


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_the_help_of_a_setting_begins_with_a_sentence_of_the_glossary(setting):
    assert setting.help and setting.help.startswith(tuple(glossary.SENTENCES.values()))


HARD = ("λ", "κ", "hessian", "closed form", "mean-square", "eigenvalue")


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_no_help_of_a_setting_needs_linear_algebra(setting):
    assert not [word for word in HARD if word in setting.help.lower()]


@pytest.mark.parametrize(
    "scene", [scene for lesson in LESSONS for scene in lesson.scenes], ids=lambda scene: scene.name
)
def test_what_to_look_at_in_a_scene_is_one_sentence_without_a_symbol(scene):
    look = scene.look
    assert look.endswith((".", "?")) and len(re.findall(r"[.?!](?= |$)", look)) == 1 and len(look) <= 110
    assert not [word for word in (*HARD, "η", "θ", "·", "=") if word in look.lower()]


def test_every_word_is_there_once_and_in_a_sentence():
    assert len(glossary.SENTENCES) == len(TERMS)
    for term in TERMS:
        assert term.sentence[0].isupper() and term.sentence.endswith(".") and len(term.sentence) < 160


def test_the_glossary_uses_the_names_of_the_lab_and_no_others():
    words = glossary.as_markdown().lower().replace(",", " ").replace(".", " ").split()
    assert not {"lr", "alpha", "cost", "iteration", "iterations", "samples", "weights", "hyperparameter"} & set(words)


@pytest.mark.parametrize("lesson", FILES)
def test_the_words_are_a_click_away_on_every_lesson_and_sent_only_then(lesson):
    app = open_lesson(lesson)
    assert glossary.as_markdown() not in texts(app)
    app.button(key="glossary").click().run()
    assert not app.exception and glossary.as_markdown() in texts(app)


def texts(app: AppTest) -> list[str]:
    return [text.value for text in app.markdown]
