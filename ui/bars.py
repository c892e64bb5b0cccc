"""When facts hold, as bars on one axis: an open end fades, and each bar says in words what it shows.

They are boxes in the colour of the text, so that they are seen in the dark and in the light, and as wide as
the page has room for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from typing import Final

from graphmem.slots import Stretch
from graphmem.standing import State

_YEARS, _MONTHS, _DAYS = timedelta(days=3 * 365), timedelta(days=90), timedelta(days=3)
_LEAST: Final = 1.5
"""The width of what is short, in percent: it is to be seen."""
_FADE: Final = 25
"""How much of an open bar fades, in percent of the bar."""
_TICKS: Final = 3
_LOOK: Final[dict[State, str]] = {
    "holds": "opacity: .85",
    "ahead": "opacity: .55",
    "over": "opacity: .55",
    "ended": "opacity: .55",
    "retracted": "opacity: .35",
    "quarantined": "opacity: .35",
}


@dataclass(frozen=True, slots=True)
class Axis:
    """The time that bars share, from ``begin`` to ``end``."""

    begin: datetime
    end: datetime

    def place(self, moment: datetime) -> float:
        """Where a moment is, from 0 to 100; what is outside is at an end."""
        share = (moment - self.begin) / (self.end - self.begin)
        return min(max(share, 0.0), 1.0) * 100

    @property
    def ticks(self) -> tuple[str, ...]:
        """Moments for people, evenly from begin to end, as fine as the axis is long."""
        whole = self.end - self.begin
        form = "%Y" if whole > _YEARS else "%Y-%m" if whole > _MONTHS else "%Y-%m-%d"
        form = "%m-%d %H:%M" if whole < _DAYS else form
        return tuple((self.begin + whole * k / (_TICKS - 1)).strftime(form) for k in range(_TICKS))


def axis(stretches: Iterable[Stretch], now: datetime) -> Axis | None:
    """The axis of some stretches, up to now where one of them is open; None if none has a time."""
    given = [one for one in stretches if one.begin or one.end]
    if not given:
        return None
    moments = [at for one in given for at in (one.begin, one.end) if at]
    if any(one.end is None for one in given):
        moments.append(now)
    begin, end = min(moments), max(moments)
    if end - begin < timedelta(hours=1):
        end = begin + timedelta(hours=1)
    return Axis(begin, end)


def told(stretches: Sequence[Stretch]) -> str:
    """The same in words: "from 2004-01-01 to 2010-05-01"; "no time is told"."""
    timed = [one for one in stretches if one.begin or one.end]
    spans = []
    for one in timed:
        begin = f"from {one.begin:%Y-%m-%d}" if one.begin else "from a time that is not told"
        end = f"to {one.end:%Y-%m-%d}" if one.end else "on"
        spans.append(f"{begin} {end}")
    return "; ".join(spans) or "no time is told"


def bar(stretches: Sequence[Stretch], of: Axis, state: State) -> str:
    """The bar of a fact as HTML; empty if no time is told of it."""
    timed = [one for one in stretches if one.begin or one.end]
    if not timed:
        return ""
    boxes = "".join(_box(one, of, state) for one in timed)
    label = escape(f"{state}, {told(stretches)}", quote=True)
    frame = "position: relative; height: .7rem; border-radius: .35rem; overflow: hidden; margin: .25rem 0"
    rail = "position: absolute; inset: .31rem 0; background: currentColor; opacity: .18"
    return (
        f'<div role="img" aria-label="{label}" title="{label}" style="{frame}">'
        f'<div style="{rail}"></div>{boxes}</div>'
    )


def _box(one: Stretch, of: Axis, state: State) -> str:
    left = of.place(one.begin) if one.begin else 0.0
    right = of.place(one.end) if one.end else 100.0
    width = max(right - left, _LEAST)
    left = min(left, 100.0 - width)
    stops = [
        "transparent" if one.begin is None else "currentColor",
        f"currentColor {_FADE}%",
        f"currentColor {100 - _FADE}%",
        "transparent" if one.end is None else "currentColor",
    ]
    paint = f"background: linear-gradient(to right, {', '.join(stops)})"
    place = f"position: absolute; top: 0; bottom: 0; left: {left:.2f}%; width: {width:.2f}%"
    return f'<div style="{place}; {paint}; {_LOOK[state]}"></div>'


def scale(of: Axis) -> str:
    """The axis as HTML: its ticks, written out."""
    ticks = "".join(f"<small>{escape(tick)}</small>" for tick in of.ticks)
    label = escape(f"from {of.ticks[0]} to {of.ticks[-1]}", quote=True)
    return (
        f'<div role="img" aria-label="{label}" style="display: flex; justify-content: space-between">'
        f"{ticks}</div>"
    )
