"""Where things are, as far as sources give coordinates: decimal degrees in the fields of records.

The memory holds these as participants of an event ("lat: 60.39; lon: 5.32", "coordinates: 57.90, 10.20"), or
as facts where the record has no date ("Tern buoy latitude 57.90").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from graphmem.types import Record

Axis = Literal["lat", "lon", "both"]
_AXIS: Final[Mapping[str, Axis]] = {
    **dict.fromkeys(("lat", "latitude"), "lat"),
    **dict.fromkeys(("lon", "lng", "long", "longitude"), "lon"),
    **dict.fromkeys(("coordinates", "coordinate", "coords", "latlon", "latlng", "geo", "position"), "both"),
}
FIELDS: Final = tuple(_AXIS)
"""Words that name a field which holds a coordinate."""
_LIMIT: Final = {"lat": 90.0, "lon": 180.0}
_DEGREES: Final = r"([+-]?\d{1,3}(?:\.\d+)?)\s*°?\s*"
_ONE: Final = re.compile(rf"{_DEGREES}([NSEWnsew]?)")
_PAIR: Final = re.compile(rf"\(?{_DEGREES}([NSns]?)\s*[,/ ]\s*{_DEGREES}([EWew]?)\)?")


class Part(NamedTuple):
    """What one undated fact says of where its subject is: one coordinate, or both; ``id`` finds its page."""

    subject: str
    name: str
    id: str
    lat: float | None
    lon: float | None


@dataclass(frozen=True, slots=True)
class Spot:
    """A point on the map: what is there, and the id or name by which its page is found."""

    name: str
    lat: float
    lon: float
    id: str


def axis(field: str) -> Axis | None:
    """Which coordinate a field's name says it holds, by its last word.

    >>> axis("location lat"), axis("Longitude"), axis("flat")
    ('lat', 'lon', None)
    """
    words = field.replace("_", " ").lower().rstrip(": ").split()
    return _AXIS.get(words[-1]) if words else None


def _degrees(number: str, side: str, limit: float) -> float | None:
    value = float(number) * (-1 if side in tuple("SWsw") else 1)
    return value if abs(value) <= limit else None


def coordinate(axis: Axis, text: str) -> tuple[float | None, float | None]:
    """Latitude and longitude that a field's value gives, in degrees; None for what it does not.

    >>> coordinate("lat", "60.39"), coordinate("both", "57.90, 10.20"), coordinate("both", "north")
    ((60.39, None), (57.9, 10.2), (None, None))
    """
    if axis == "both":
        pair = _PAIR.fullmatch(text.strip())
        if pair is None:
            return None, None
        lat = _degrees(pair[1], pair[2], _LIMIT["lat"])
        lon = _degrees(pair[3], pair[4], _LIMIT["lon"])
        return (lat, lon) if lat is not None and lon is not None else (None, None)
    one = _ONE.fullmatch(text.strip())
    value = _degrees(one[1], one[2], _LIMIT[axis]) if one else None
    return (value, None) if axis == "lat" else (None, value)


def point(fields: Iterable[tuple[str, str]]) -> tuple[float, float] | None:
    """Where a record is, of its fields by name; None unless they give both coordinates.

    >>> point([("place", "Bergen quay"), ("lat", "60.39"), ("lon", "5.32")])
    (60.39, 5.32)
    """
    lat: float | None = None
    lon: float | None = None
    for name, text in fields:
        if found := axis(name):
            north, east = coordinate(found, text)
            lat, lon = north if lat is None else lat, east if lon is None else lon
    return (lat, lon) if lat is not None and lon is not None else None


def part(record: Record) -> Part | None:
    """What a fact's record says of where its subject is; None, if nothing."""
    body = record.body
    found = axis(body["relation"])
    if found is None or body.get("when") or body.get("negated") or body.get("retraction"):
        return None
    subject, *others = body["participants"]
    texts = body["supports"][0][2]
    if len(others) != 1 or len(texts) != len(body["participants"]):
        return None
    lat, lon = coordinate(found, str(texts[1]))
    id = str(texts[0]) if subject[2].startswith("=") else record.id  # what has no name has no page
    return None if lat is None and lon is None else Part(subject[2], str(texts[0]), id, lat, lon)


def spots(parts: Iterable[Part]) -> list[Spot]:
    """The points that facts about the same subject give together, by name."""
    lats: dict[str, float] = {}
    lons: dict[str, float] = {}
    first: dict[str, Part] = {}
    for one in parts:
        first.setdefault(one.subject, one)
        if one.lat is not None:
            lats.setdefault(one.subject, one.lat)
        if one.lon is not None:
            lons.setdefault(one.subject, one.lon)
    whole = first.keys() & lats.keys() & lons.keys()
    found = [Spot(first[key].name, lats[key], lons[key], first[key].id) for key in whole]
    return sorted(found, key=lambda one: (one.name, one.id))
