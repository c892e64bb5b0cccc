"""A map of points that needs no tiles: dots with their names, a graticule and a scale.

The projection is equirectangular, true to scale at the middle latitude (Snyder 1987, Map projections, 12).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import cos, floor, log10, radians
from typing import Any, Final

import streamlit as st

from graphmem.ui.axis import ASSETS
from graphmem.ui.places import Spot

ASPECT: Final = 3 / 2
"""Width of the map by its height."""
_KM: Final = 111.195  # of a degree of latitude on a sphere of 6,371 km
_STEPS: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 45)
_LINES: Final = 6
_LEAST: Final = 0.02  # degrees of latitude that a map of a single point shows
_MARGIN: Final = 1.3
_LETTER, _LINE = 2.2, 6.0  # percent of the narrowest map (358 px wide) that a letter and a line take
_NAMES: Final = 8  # of one dot that are told
_NAME: Final = 28  # characters of a label

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a map shows, in degrees; ``west`` may be below -180 where it crosses the date line.

    Attributes:
        south, north, west, east: its edges.
        stretch: how much shorter a degree of longitude is than one of latitude.
    """

    south: float
    north: float
    west: float
    east: float
    stretch: float

    def x(self, lon: float) -> float:
        """From 0, the western edge, to 100."""
        return 100.0 * ((lon - self.west) % 360.0) / (self.east - self.west)

    def y(self, lat: float) -> float:
        """From 0, the northern edge, to 100."""
        return 100.0 * (self.north - lat) / (self.north - self.south)

    @property
    def width_km(self) -> float:
        """From the western edge to the eastern one, at the middle latitude."""
        return (self.east - self.west) * self.stretch * _KM


@dataclass(frozen=True, slots=True)
class Label:
    """A text at a place in percent of the map, ``dx`` and ``dy`` pixels from it; at its start or its end."""

    x: float
    y: float
    text: str
    dx: int = 0
    dy: int = 0
    end: bool = False


@dataclass(frozen=True, slots=True)
class Dot:
    """A place in percent of the map: its names and degrees, its label where one fits, the page it opens."""

    x: float
    y: float
    title: str
    id: str
    label: Label | None


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawn map: dots, meridians and parallels in percent, their degrees, and a scale from x to x."""

    dots: tuple[Dot, ...]
    meridians: tuple[float, ...]
    parallels: tuple[float, ...]
    degrees: tuple[Label, ...]
    scale: tuple[float, float]
    length: str


def sheet(points: Sequence[Spot]) -> Sheet:
    """The smallest map of points, with a margin; it goes round the date line where that is shorter."""
    lats = [one.lat for one in points]
    lons = sorted({one.lon for one in points})
    # The widest gap between neighbours, around the globe, is what the map leaves out.
    gaps = [(b - a, b) for a, b in zip(lons, lons[1:], strict=False)]
    gaps.append((360.0 - (lons[-1] - lons[0]), lons[0]))
    gap, west = max(gaps)
    middle = (min(lats) + max(lats)) / 2
    stretch = max(cos(radians(middle)), 0.05)
    height = max((max(lats) - min(lats)) * _MARGIN, (360.0 - gap) * stretch * _MARGIN / ASPECT, _LEAST)
    width = min(height * ASPECT / stretch, 360.0)
    centre = west + (360.0 - gap) / 2
    return Sheet(middle - height / 2, middle + height / 2, centre - width / 2, centre + width / 2, stretch)


def chart(points: Sequence[Spot]) -> Chart:
    """A map of points, of which there is at least one; those at one place are one dot."""
    of = sheet(points)
    at: dict[tuple[float, float], list[Spot]] = {}
    for one in points:
        at.setdefault((one.lat, one.lon), []).append(one)
    parallels, north = _parallels(of)
    meridians, east = _meridians(of)
    scale, length = _scale(of)
    return Chart(_dots(of, at), meridians, parallels, (*north, *east), scale, length)


def _round(start: float, end: float, step: float) -> list[float]:
    return [n * step for n in range(floor(start / step) + 1, floor(end / step) + 1)]


def _step(span: float) -> float:
    return next((step for step in _STEPS if span / step <= _LINES), _STEPS[-1])


def _degree(value: float, positive: str, negative: str) -> str:
    value = (value + 180.0) % 360.0 - 180.0 if positive == "E" else value
    return f"{abs(value):.6g}°{'' if not value else positive if value > 0 else negative}"


def _parallels(of: Sheet) -> tuple[tuple[float, ...], list[Label]]:
    lats = [lat for lat in _round(of.south, of.north, _step(of.north - of.south)) if abs(lat) <= 90]
    rows = [(of.y(lat), _degree(lat, "N", "S")) for lat in lats]
    return tuple(y for y, _ in rows), [Label(0, y, text, 4, -3) for y, text in rows if 6 < y < 90]


def _meridians(of: Sheet) -> tuple[tuple[float, ...], list[Label]]:
    lons = _round(of.west, of.east, _step((of.east - of.west) / ASPECT))
    rows = [(100.0 * (lon - of.west) / (of.east - of.west), _degree(lon, "E", "W")) for lon in lons]
    return tuple(x for x, _ in rows), [Label(x, 0, text, 3, 14) for x, text in rows if 8 < x < 86]


def _scale(of: Sheet) -> tuple[tuple[float, float], str]:
    """A bar of a round number of kilometres, at most a third of the map."""
    most = of.width_km / 3
    tens = 10.0 ** floor(log10(most))
    km = next(n * tens for n in (5, 2, 1) if n * tens <= most)
    right = 97.0
    return (right - 100.0 * km / of.width_km, right), f"{km:,.0f} km" if km >= 1 else f"{km * 1000:,.0f} m"


def _dots(of: Sheet, at: Mapping[tuple[float, float], Sequence[Spot]]) -> tuple[Dot, ...]:
    """A dot for each place and its label, where one fits beside those before it; the dot says it anyway."""
    taken: list[Box] = [(x - 2, y - 3, x + 2, y + 3) for x, y in ((of.x(lon), of.y(lat)) for lat, lon in at)]
    dots = []
    for (lat, lon), here in at.items():
        x, y = of.x(lon), of.y(lat)
        names = list(dict.fromkeys(one.name for one in here))
        more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
        where = f"{_degree(lat, 'N', 'S')}, {_degree(lon, 'E', 'W')}"
        text = names[0][:_NAME] + (f" +{len(names) - 1}" if len(names) > 1 else "")
        title = f"{', '.join(names[:_NAMES])}{more} ({where})"
        dots.append(Dot(x, y, title, here[0].id, _label(x, y, text, taken)))
    return tuple(dots)


def _label(x: float, y: float, text: str, taken: list[Box]) -> Label | None:
    """The text right or left of a dot, whose room it takes; None if there is none."""
    long = len(text) * _LETTER
    for end, left in ((False, x + 2.5), (True, x - 2.5 - long)):
        box = (left, y - _LINE / 2, left + long, y + _LINE / 2)
        if left >= 0 and box[2] <= 100 and not any(_meet(box, other) for other in taken):
            taken.append(box)
            return Label(x, y, text, -10 if end else 10, 4, end)
    return None


def _meet(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


# --- drawing --------------------------------------------------------------------------------


def draw(points: Sequence[Spot], key: str) -> str:
    """Draw a map of points; the id of the one that was chosen just now, or an empty text."""
    mount = _component()
    if mount is None:
        st.info("The map cannot be drawn: its JavaScript was not made. Run 'make assets', then reload.")
        return ""
    made = chart(points)
    data = {
        "aspect": ASPECT,
        "title": f"Map of {len(made.dots):,} places",
        "meridians": made.meridians,
        "parallels": made.parallels,
        "degrees": [_row(one) for one in made.degrees],
        "scale": [*made.scale, made.length],
        "dots": [
            [one.x, one.y, one.title, one.id, _row(one.label) if one.label else None] for one in made.dots
        ],
    }
    return str(mount(key=key, data=data, on_chosen_change=_nothing).get("chosen") or "")


def _row(one: Label) -> list[Any]:
    return [one.x, one.y, one.text, one.dx, one.dy, one.end]


def _nothing() -> None:
    """A trigger is only told where there is a callback."""


@cache
def _source() -> str | None:
    try:
        # Streamlit takes a single line for the name of a file.
        return "/**/\n" + (ASSETS / "map.js").read_text("utf-8")
    except FileNotFoundError:
        return None


def _component() -> Any:
    """The component; None if its JavaScript was not made."""
    if _source() is None:
        _source.cache_clear()
        return None
    return st.components.v2.component("graphmem.map", js=_source())
