"""How numbers, and texts that somebody else wrote, appear on the screen."""

import re
from collections.abc import Iterable

RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
MANY_NINES = 10  # as many characters of a share and more are not read
LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def number(value: float, digits: int = 4) -> str:
    """At most so many significant digits, with a true minus sign: 0.05, −2.31, 1.2 × 10⁻⁷, 1,402."""
    if isinstance(value, int):
        return f"{value:,}".replace("-", "−")
    return _typeset(f"{value + 0.0:.{digits}g}")  # + 0.0 turns a negative zero into 0


def apart(value: float, *others: float, digits: int = 4) -> str:
    """A number with as many digits as it needs to look different from others that it differs from."""
    different = [other for other in others if other != value]
    while digits < 17 and number(value, digits) in [number(other, digits) for other in different]:
        digits += 1
    return number(value, digits)


def percent(share: float) -> str:
    """A share in words: 0.38 %, 64 %, 8.3 × 10⁵ %. What is left of something is never all of it: 99.998 %."""
    if 0.95 <= share < 1:
        said = apart(100 * share, 100, digits=3)
        return f"{said} %" if len(said) < MANY_NINES else "almost 100 %"
    return f"{number(100 * share, 2 if share < 1 else 3)} %"


def steady(value: float, digits: int = 5) -> str:
    """Exactly so many significant digits, so that a running number keeps its width: 8.0000, 0.050000."""
    return _typeset(f"{value:#.{digits}g}".removesuffix("."))


def _typeset(text: str) -> str:
    if "n" in text:  # inf or nan
        return "beyond the machine’s numbers"
    mantissa, _, exponent = text.partition("e")
    if not exponent:
        return mantissa.replace("-", "−")
    power = f"10{str(int(exponent)).translate(RAISED)}"
    return {"1": power, "-1": f"−{power}"}.get(mantissa, f"{mantissa.replace('-', '−')}\u00a0×\u00a0{power}")


def rate_text(text: str) -> str:
    """A rate as it was typed, so that a reader can redo the sum; a long decimal is rounded."""
    return text if len(text) <= 8 or "/" in text else number(float(text), 8)


def at(symbol: str, index: int) -> str:
    """A symbol with its index: x₃₅."""
    return symbol + str(index).translate(LOWERED)


def count(many: int, noun: str) -> str:
    """1 update, 2 updates, 1,402 updates."""
    return f"{number(many)} {noun}{'' if many == 1 else 's'}"


def some_of(texts: Iterable[str], most: int = 3) -> str:
    """The first of many texts: a, b, c, and 2 more."""
    texts = list(texts)
    beyond = len(texts) - most
    return ", ".join(texts[:most]) + (f", and {number(beyond)} more" if beyond > 0 else "")


def literal(text: str, longest: int = 40) -> str:
    """Foreign text as Markdown that shows just this text: as code, where nothing is a link, a formula or a picture.

    A sign that is not seen but changes what is, such as one that turns all that follows around, is written out.
    """
    shown = " ".join(text.split())
    shown = shown if len(shown) <= longest else f"{shown[:longest]}…"
    shown = "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in shown)
    fence = "`" * (max(map(len, re.findall("`+", shown)), default=0) + 1)
    return f"{fence} {shown} {fence}" if shown else "(nothing)"
