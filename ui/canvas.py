"""The graph canvas: nodes and edges to look at, click, select, expand and save."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from graphmem.identity import digest

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer

ASSETS: Final = Path(__file__).with_name("assets")
HEIGHT: Final = 560  # pixels


@dataclass(frozen=True, slots=True)
class Look:
    """How a kind of node is drawn and called in the legend; kinds differ in colour and in shape."""

    title: str
    colour: str
    shape: str


LOOKS: Final = {
    "person": Look("Person", "#2f7fd1", "ellipse"),
    "organization": Look("Organization", "#c9691a", "rectangle"),
    "place": Look("Place", "#2c8f5a", "hexagon"),
    "work": Look("Work", "#9a63c9", "diamond"),
    "event": Look("Event", "#d14b4b", "star"),
    "date": Look("Date or time", "#8a7f1f", "octagon"),
    "fact": Look("Fact", "#17899b", "rhomboid"),
    "sentence": Look("Sentence", "#7a7f87", "vee"),
    "question": Look("Question", "#c94f93", "triangle"),
    "other": Look("Other", "#7d7468", "pentagon"),
}
"""Each colour has a contrast of at least 3:1 to Streamlit's light and its dark background."""
_KINDS: Final = {
    "speaker": "person",
    "time": "date",
    "gpe": "place",
    "loc": "place",
    "location": "place",
    "fac": "place",
    "org": "organization",
    "norp": "organization",
    "per": "person",
    "work_of_art": "work",
    "product": "work",
    "utterance": "sentence",
    "entry": "sentence",
    "passage": "sentence",
}
_WORDS: Final = {
    "bar": "What to do with the picture",
    "legend": "What the shapes mean",
    "closer": "Zoom in",
    "farther": "Zoom out",
    "fit": "Fit: show all of it",
    "again": "Lay out again; what is pinned stays",
    "several": "Box: select several by drawing around them",
    "png": "PNG: save as a picture",
    "svg": "SVG: save as a drawing",
    "json": "JSON: save as data",
    "selected": "Selected.",
    "canvas": "Graph. Arrow keys go from node to node, Enter selects, Shift+Enter adds, E shows neighbours.",
}


@dataclass(frozen=True, slots=True)
class Node:
    """A node to draw: ``kind`` is one of ``LOOKS`` or a label, ``more`` how many neighbours are not drawn."""

    id: str
    name: str
    kind: str
    more: int = 0
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """An edge to draw: ``loose`` ones have no direction, ``record`` is what they stand for, if anything."""

    id: str
    source: str
    target: str
    name: str
    record: str = ""
    loose: bool = False
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Touched:
    """What is selected, by id, and the node that was double-clicked in this run, if any."""

    nodes: tuple[str, ...] = ()
    edges: tuple[str, ...] = ()
    expand: str = ""


def kind_of(label: str) -> str:
    """The kind in ``LOOKS`` that a label is drawn as."""
    label = label.casefold()
    return label if label in LOOKS else _KINDS.get(label, "other")


def canvas(
    nodes: Sequence[Node],
    edges: Sequence[Edge],
    *,
    key: str,
    selected: Sequence[str] = (),
    pinned: Iterable[str] = (),
    height: int = HEIGHT,
    on_touch: Callable[[Touched], None] | None = None,
) -> Touched:
    """Draw a graph; what was clicked comes back, and each click runs the page again.

    A click selects a node or an edge, with Shift one more, and a box drawn with Shift all in it. What is
    drawn again under one key keeps its place. Where the JavaScript was not made, a sentence says how.

    Args:
        nodes: what is drawn, each id once.
        edges: between these nodes; edges to others are left out.
        key: of this canvas; its places and its selection are remembered by it.
        selected: ids of nodes and edges that are selected.
        pinned: ids of nodes that cannot be moved.
        height: in pixels.
        on_touch: is called with what comes back before the page runs again, as a widget's ``on_change`` is.
    """
    mount = _made()
    if mount is None:
        st.info(
            "The graph cannot be drawn: its JavaScript was not made. Run 'make assets', then load the page."
        )
        return Touched()
    drawn = _drawn(nodes, edges, frozenset(pinned))
    there = frozenset(node.id for node in nodes), frozenset(edge.id for edge in edges)

    def touched() -> None:
        if on_touch is not None:
            on_touch(_touched(key, *there))

    data = {
        "key": key,
        "height": height,
        "words": _WORDS,
        "selected": list(selected),
        "heard": _told(key).get("seq", 0),
        "version": digest(json.dumps(drawn)),
        **drawn,
    }
    mount(key=key, data=data, on_touch_change=touched)
    return _touched(key, *there)


def _touched(key: str, nodes: frozenset[str], edges: frozenset[str]) -> Touched:
    """What the browser last said, without what is not drawn any more; a double click is told once."""
    told = _told(key)
    ids, expand, number = told.get("ids", ()), told.get("expand", ""), told.get("expanded", 0)
    done = f"{key} expanded"
    new = number > st.session_state.get(done, 0) and expand in nodes
    if new:
        st.session_state[done] = number
    return Touched(
        tuple(id for id in ids if id in nodes),
        tuple(id for id in ids if id in edges),
        expand if new else "",
    )


def _told(key: str) -> Mapping[str, Any]:
    """What the component under a key last said."""
    state = st.session_state.get(key) or {}
    return dict(state.get("touch") or {})


def _drawn(nodes: Sequence[Node], edges: Sequence[Edge], pinned: frozenset[str]) -> dict[str, Any]:
    """Nodes, edges and legend as the JavaScript reads them."""
    there, kinds = {node.id for node in nodes}, set()
    rows = []
    for node in nodes:
        kind = kind_of(node.kind)
        kinds.add(kind)
        look = LOOKS[kind]
        title = f"{node.name}, {look.title}" + (f", {node.more} more" if node.more else "")
        row = {**asdict(node), "kind": node.kind or kind, "title": title, "pinned": node.id in pinned}
        rows.append({**row, "colour": look.colour, "shape": look.shape})
    lines = [asdict(edge) for edge in edges if edge.source in there and edge.target in there]
    looks = [asdict(look) for kind, look in LOOKS.items() if kind in kinds]
    return {"nodes": rows, "edges": lines, "looks": looks}


@cache
def _component(js: str, css: str) -> ComponentRenderer:
    # Streamlit takes a single line for the name of a file.
    return st.components.v2.component("graphmem_canvas", js=f"/**/\n{js}", css=f"/**/\n{css}")


def _made() -> ComponentRenderer | None:
    """The component; None if its JavaScript was not made."""
    try:
        js, css = (_text(ASSETS / f"canvas.{kind}") for kind in ("js", "css"))
    except FileNotFoundError:
        return None
    return _component(js, css)


@cache
def _text(file: Path) -> str:
    return file.read_text("utf-8")
