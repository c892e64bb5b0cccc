"""Why a passage was found: the way from the question to it, as a graph and in words."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Final

import streamlit as st

from graphmem import schema
from graphmem.memory import Memory
from graphmem.ranking import Hit, Step
from graphmem.types import Entity
from graphmem.ui.canvas import Edge, Node, canvas
from graphmem.ui.links import link

_LONGEST: Final = 60
_HEIGHT: Final = 380
_QUESTION: Final = "question"


def short(text: str) -> str:
    """A text in one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def way(hit: Hit, labels: Mapping[str, str]) -> tuple[list[Node], list[Edge]]:
    """The path to a hit as a graph; ``labels`` are the kinds of entities by id, as far as they are known."""
    steps = [(_QUESTION if step.kind == _QUESTION else step.id, step) for step in hit.path]
    nodes = {id: Node(id, short(step.text), _kind(step, labels), strong=True) for id, step in steps}
    pairs = dict.fromkeys((a, b) for (a, _), (b, _) in zip(steps, steps[1:], strict=False))
    return list(nodes.values()), [Edge(f"{a} {b}", a, b, "", strong=True) for a, b in pairs]


def _kind(step: Step, labels: Mapping[str, str]) -> str:
    return labels.get(step.id, "other") if step.kind == "entity" else step.kind


def show_path(opened: Memory, hit: Hit) -> None:
    """The way from the question to a hit; what is clicked in it is told below."""
    ids = {step.id for step in hit.path if step.kind == "entity"}
    values = map(schema.from_record, opened.store.get(opened.view, ids).values())
    labels = {one.id: one.label for one in values if isinstance(one, Entity)}
    nodes, edges = way(hit, labels)
    touched = canvas(nodes, edges, key="why", height=_HEIGHT)
    for id in touched.nodes:
        name = next(node.name for node in nodes if node.id == id)
        if id in labels:
            link(f"All that is known of {name}", "record", id=id)
        elif id != _QUESTION:
            st.html(f"<p>{escape(name)}</p>")
    with st.expander("The way in words"):
        steps = "".join(f"<li>{escape(step.kind)}: {escape(short(step.text))}</li>" for step in hit.path)
        shares = ", ".join(f"{name} {share:.2f}" for name, share in hit.parts.items())
        st.html(f"<ol>{steps}</ol><p><small>{escape(shares)}</small></p>")
