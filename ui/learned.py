"""What the memory learned from what people said of hits, by the kind of a question: on the page Ask."""

from __future__ import annotations

from html import escape
from typing import Final

import streamlit as st

from graphmem.cli.why import weights_line
from graphmem.learning.kinds import Kind, kind_of
from graphmem.learning.weights import Weights
from graphmem.memory import Memory
from graphmem.ui.edits import edit
from graphmem.ui.opening import address
from graphmem.ui.settings import read_only

KINDS: Final[dict[Kind, str]] = {
    "when": "when it was",
    "how many": "how many or how much",
    "open": "whether, or what may be",
    "several": "which ones there are",
    "how": "how or why",
    "one": "for one thing",
}
"""What questions of each kind ask, in words."""
_CELL: Final = "style='text-align: left; vertical-align: top; padding: .2rem .75rem .2rem 0'"


def draw(opened: Memory, question: str = "") -> None:
    """What was learned, for questions of each kind of which there were lessons; that of a question first."""
    weights = _read(address(), opened.store.head(), opened)
    kind = kind_of(question) if question.strip() else None
    count = weights.count
    of = f"{count:,} question{'' if count == 1 else 's'}"
    with st.expander(f"What was learned from {of}" if count else "Nothing was learned yet"):
        if not count:
            st.caption("Say below a hit whether it is useful or not: what answers rank higher from then on.")
            return
        if kind is not None:
            st.text(f"This question asks {KINDS[kind]}.")
        st.html(table(weights, kind))
        st.caption(
            "A part of the score with “× 1.20” weighs a fifth more than before; “+0.05” is what a passage"
            " gets for its form. Questions of each kind learn a little of what others taught."
        )
        if not read_only():
            st.button("Forget what was learned", on_click=_forget)


def _forget() -> None:
    edit(Memory.unlearn)


def table(weights: Weights, first: Kind | None = None) -> str:
    """The kinds with lessons, and what counts more or less for each, as a table of HTML."""
    kinds = sorted(weights.lessons, key=lambda one: (one != first, -weights.lessons[one], one))
    if first is not None and first not in weights.lessons:
        kinds.insert(0, first)
    rows = "".join(_row(weights, one, 600 if one == first else 400) for one in kinds)
    head = "".join(f"<th scope='col' {_CELL}>{name}</th>" for name in ("Questions", "Lessons", "What counts"))
    return f"<table><tr>{head}</tr>{rows}</table>"


def _row(weights: Weights, kind: Kind, bold: int) -> str:
    what = escape(weights_line(weights.of(kind)) or "as before")
    cells = f"<td {_CELL}>{escape(KINDS[kind])}</td><td {_CELL}>{weights.lessons.get(kind, 0):,}</td>"
    return (
        f"<tr style='font-weight: {bold}'>{cells}<td {_CELL[:-1]}; overflow-wrap: anywhere'>{what}</td></tr>"
    )


@st.cache_data(max_entries=4, show_spinner=False)
def _read(where: tuple[str, str], head: int, _opened: Memory) -> Weights:
    return _opened.learned()
