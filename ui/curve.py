"""The curve of forgetting of a passage: what is left since the day it was last met, and how it goes on.

It is drawn in the colour of the text, so that it is seen in the dark and in the light, and says in words what
it shows.
"""

from __future__ import annotations

import math
from html import escape
from typing import Final

from graphmem.fading.retention import Retention

_COLUMNS: Final = 30
_SPAN: Final = 3.0
"""Of the strength: after three times S a twentieth is left, which counts as faint (``policy.FAINT``)."""


def passed(one: Retention) -> float:
    """The days since it was last met, in units of its strength; none where nothing tells when."""
    return -math.log(one.retention) if one.retention > 0 else math.inf


def told(one: Retention) -> str:
    """The curve in words: "12% is left; half is left after 14 days without use, a twentieth after 61"."""
    half, faint = one.strength * math.log(2), one.strength * _SPAN
    ahead = f"half is left after {half:,.0f} days without use, a twentieth after {faint:,.0f}"
    return f"{one.retention:.0%} is left; {ahead}"


def curve(one: Retention) -> str:
    """The curve as columns of HTML: what was is full, what comes is pale, and now stands out between."""
    now = min(int(passed(one) / _SPAN * _COLUMNS), _COLUMNS - 1) if one.retention > 0 else _COLUMNS - 1
    columns = "".join(_column(number, now) for number in range(_COLUMNS))
    label = escape(told(one), quote=True)
    frame = "display: flex; align-items: flex-end; gap: 1px; height: 2.5rem; border-bottom: 1px solid"
    return f'<div role="img" aria-label="{label}" title="{label}" style="{frame}">{columns}</div>'


def _column(number: int, now: int) -> str:
    """What is left at a time, drawn as a column; that of now is wider and goes all the way up."""
    left = math.exp(-_SPAN * (number + 0.5) / _COLUMNS)
    if number == now:
        fill = f"linear-gradient(to top, currentColor {left:.0%}, transparent 0)"
        look = f"width: 5px; height: 100%; background: {fill}; outline: 1px solid currentColor"
    else:
        shade = 0.8 if number < now else 0.3
        look = f"width: 3px; height: {left:.0%}; background: currentColor; opacity: {shade}"
    return f'<div style="{look}"></div>'
