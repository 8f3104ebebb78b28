"""Numbers in a chart, written as `pages.shared.words` writes them on the page: 0.05, −2.31, 3.81 × 10²¹.

All of these are expressions for Vega, which has no such notation of its own.
"""

import altair as alt

GAP = "\u00a0×\u00a0"


def raised(expression: str) -> str:
    """The digits and the sign of a text, raised."""
    for plain, small in zip("+-−0123456789", ("", *"⁻⁻⁰¹²³⁴⁵⁶⁷⁸⁹"), strict=True):
        expression = f"replace({expression}, regexp('[{plain}]', 'g'), '{small}')"
    return expression


def written(value: str, digits: int = 4, steady: bool = False) -> str:
    """A number with at most so many significant digits; or, `steady`, with just so many, where it changes on screen."""
    trim = "" if steady else "~"
    plain = f"format({value}, '.{digits}{trim}r')"
    powers = f"split(format({value}, '.{digits - 1}{trim}e'), 'e')"
    power = f"replace({powers}[0] + '{GAP}10' + {raised(f'{powers}[1]')}, regexp('^(−?)1{GAP}'), '$1')"
    in_full = f"({value} === 0 || abs({value}) >= 1e-4 && abs({value}) < 1e{digits})"
    return f"({in_full} ? {plain} : {power})"


def linear(low: str, high: str) -> str:
    """The labels of an axis with these ends: as Vega has them or, where it would write zeros without end, as powers."""
    longest = f"max(abs({low}), abs({high}))"
    return f"{longest} < 1e6 && {longest} >= 1e-3 ? datum.label : {written('datum.value')}"


EXPONENT = "round(log(datum.value) / LN10)"
RAISED = raised(f"format({EXPONENT}, 'd')")
POWER = f"abs(log(datum.value) / LN10 - {EXPONENT}) < 1e-6 ? '10' + {RAISED} : ''"
# A log axis: only whole powers of ten get a label.
POWERS = alt.Axis(labelExpr=POWER, tickCount=8)

# Of a log axis: 1, 2 and 5 of every decade.
LEADING = "pow(10, log(datum.value) / LN10 - floor(log(datum.value) / LN10 + 1e-9))"
ONE_TWO_FIVE = f"indexof([1, 2, 5], round({LEADING} * 1e6) / 1e6) >= 0 ? {written('datum.value')} : ''"
