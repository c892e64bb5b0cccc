"""The timeline's canvas: items on an axis to look at, zoom, click and drag."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import cache
from pathlib import Path
from typing import Any, Final

import streamlit as st

from graphmem.identity import digest
from graphmem.ui import spans
from graphmem.ui.dated import Item
from graphmem.ui.occurrences import DONE, EXPECTED, Rhythm

ASSETS: Final = Path(__file__).with_name("assets")
_WORDS: Final = {
    "bar": "What to do with the timeline",
    "earlier": "Earlier",
    "later": "Later",
    "closer": "Zoom in",
    "farther": "Zoom out",
    "fit": "Show all of it",
    "axis": "Timeline. Arrow keys move it, plus and minus zoom, 0 shows all of it."
    " The same is told as text under “As text”.",
    "event": "event",
    "fact": "fact",
    "episode": "episode",
    "vague": "told to the month or year",
    "open": "open end",
    "done": "day of a routine",
    "rule": "by its rule alone",
    "other": "on another day",
    "missed": "missed, or called off",
    "routines": "What recurs, a row for each",
    "others": "Drawn are those of which most was seen in this stretch: all are listed below.",
    "legend": "What the marks mean",
}
_MARKS: Final = {DONE: "done", EXPECTED: "rule", "on another day": "other"}
_DAYS: Final = {DONE: "done", EXPECTED: "by its rule alone"}
_DRAGS: Final = (
    "Click an item to see where it comes from, then drag it to correct its date. Ctrl + wheel zooms."
)
_CLICKS: Final = "Click an item to see where it comes from. Ctrl + wheel zooms."


@dataclass(frozen=True, slots=True)
class Touched:
    """What the browser said: the item that was clicked, drawn elsewhere, or the stretch that is looked at."""

    selected: str | None = None
    moved: str = ""
    begin: datetime | None = None
    end: datetime | None = None


def axis(
    items: Sequence[Item],
    groups: Sequence[tuple[str, Sequence[str]]],
    *,
    key: str,
    jump: str,
    window: tuple[datetime | None, datetime | None] = (None, None),
    extent: tuple[datetime | None, datetime | None] = (None, None),
    selected: str = "",
    drafts: Mapping[str, tuple[datetime | None, datetime | None]] | None = None,
    routines: Sequence[Rhythm] = (),
    movable: bool = False,
    heard: Callable[[], None],
) -> bool:
    """Draw items on an axis; whether that could be done. ``touched`` tells what the browser said.

    Args:
        items: what is drawn.
        groups: names and the keys of their items; none, and there are no groups.
        key: of this axis, under which it keeps what it shows between runs.
        jump: where this changes, the axis goes to ``window``; otherwise it stays where the person left it.
        window: what to look at; all of it, where an end is None.
        extent: the first and the last moment of all items, also of those that are not drawn.
        selected: the id of the items that are marked.
        drafts: items that are drawn elsewhere than they are, by key.
        routines: what recurs, a row for each below the items.
        movable: whether items may be dragged.
        heard: called before the next run when the browser said something.
    """
    mount = _component()
    if mount is None:
        st.info(
            "The timeline cannot be drawn: its JavaScript was not made. Run 'make assets' and load the page."
        )
        return False
    drawn = {
        "items": [_row(one, (drafts or {}).get(one.key), movable) for one in items],
        "groups": [{"name": name, "keys": list(keys)} for name, keys in groups],
        "extent": list(map(_text, extent)),
        "selected": [one.key for one in items if one.id == selected],
    }
    data = {
        "jump": jump,
        "window": list(map(_text, window)),
        "words": {**_WORDS, "hint": _DRAGS if movable else _CLICKS},
        "routines": list(map(_routine, routines)),
        "version": digest(json.dumps(drawn)),
        **drawn,
    }
    mount(key=key, data=data, on_selected_change=heard, on_moved_change=heard, on_window_change=heard)
    return True


def touched(key: str) -> Touched:
    """What the browser said before this run."""
    state = st.session_state.get(key) or {}
    if moved := state.get("moved"):
        return Touched(moved=str(moved["key"]), begin=_moment(moved["begin"]), end=_moment(moved["end"]))
    if (selected := state.get("selected")) is not None:
        return Touched(selected=str(selected))
    if window := state.get("window"):
        return Touched(begin=_moment(window[0]), end=_moment(window[1]))
    return Touched()


def _row(one: Item, draft: tuple[datetime | None, datetime | None] | None, movable: bool) -> dict[str, Any]:
    begin, end = draft or (one.begin, one.end)
    return {
        "key": one.key,
        "kind": one.kind,
        "text": one.text,
        "title": f"{one.told}: {one.text}" + (f" ({one.state})" if one.state else ""),
        "begin": _text(begin),
        "end": _text(end),
        "vague": spans.vague(one.when),
        "doubted": one.doubted,
        "draft": draft is not None,
        "movable": movable and one.movable,
    }


def _routine(one: Rhythm) -> dict[str, Any]:
    """A routine for the browser: each of its days with its mark and what is known of it in words."""
    at = f"T{one.time or '00:00'}:00Z"
    days = [
        [f"{day.on}{at}", _MARKS.get(day.what, "missed"), _DAYS.get(day.what, day.what)] for day in one.days
    ]
    return {"title": one.title, "told": one.told, "days": days}


def _text(moment: datetime | None) -> str | None:
    return moment.astimezone(timezone.utc).isoformat() if moment else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None


@cache
def _sources() -> tuple[str, str] | None:
    try:
        js, css = ((ASSETS / f"timeline.{kind}").read_text("utf-8") for kind in ("js", "css"))
    except FileNotFoundError:
        return None
    return f"/**/\n{js}", f"/**/\n{css}"  # Streamlit takes a single line for the name of a file


def _component() -> Any:
    """The component; None if its JavaScript was not made."""
    sources = _sources()
    if sources is None:
        _sources.cache_clear()
        return None
    js, css = sources
    return st.components.v2.component("graphmem.timeline", js=js, css=css)
