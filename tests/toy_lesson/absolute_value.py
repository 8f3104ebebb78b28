"""A toy lesson: gradient descent on |x − 1|, where no step is shorter than the one before."""

from pages.lessons.absolute import ABSOLUTE, charts, words
from pages.lessons.absolute.runs import IN_THE_CURVE, compute, curve

from pages.lessons import SLIDES, run
from pages.shared.stage import Stage


def page() -> None:
    stage = Stage(ABSOLUTE, SLIDES)
    with stage.settings() as panel:
        with stage.at_hand():
            panel.draw("rate")
        panel.draw("start")
    values, trace = panel.values, compute(panel.values)
    stage.headline("f(x) = |x − 1|")
    with stage.show(words.told(trace), words.bar(trace, values), lambda: words.question(trace)):
        (column,) = stage.columns(Curve=1)
        with column, stage.result():
            stage.chart(charts.curve, "The ball on the two slopes.", curve(trace), place=IN_THE_CURVE)
        with stage.below():
            pass


if __name__ == "__main__":
    run(page)
