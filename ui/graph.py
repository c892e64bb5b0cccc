"""The page Graph: search for a name, see what stands around it, and walk on from there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from graphmem.memory import Memory
from graphmem.ui import neighbourhood
from graphmem.ui.browser import browser
from graphmem.ui.canvas import Touched, canvas
from graphmem.ui.exploring import CHOSEN, SEARCH, begin, clear, expand, show, shown, take
from graphmem.ui.graph_panel import panel
from graphmem.ui.links import asked, plain, tell
from graphmem.ui.neighbourhood import CAP, Graph
from graphmem.ui.opening import address, memory
from graphmem.ui.search import Match, Name, matches, names, recent

_KEY: Final = "graph canvas"
_IN_ADDRESS: Final = 40  # ids that the address holds; a longer one is cut by programs that send it


def page() -> None:
    """Draw it."""
    st.title("Graph")
    with memory() as opened:
        _from_address(opened)
        # What comes and goes has a place of its own: else the canvas below it would be made anew each time.
        with st.container():
            _search(opened)
        with st.container():
            if note := shown().note:
                st.caption(plain(note))
        if shown().ids:
            _draw(opened)
        else:
            _begin(opened)
        browser(typed=[SEARCH])


def _from_address(opened: Memory) -> None:
    """Show what the address asks for, where that is not what is shown already; else tell it."""
    query = asked("id"), asked("with")
    if query[0] and query != shown().address:
        begin(opened, [query[0], *filter(None, query[1].split(","))])
    first, *rest = shown().ids[:_IN_ADDRESS] or ("",)
    told = first, ",".join(rest)
    tell(**{"id": told[0], "with": told[1]})
    show(address=told, note=shown().note)


@st.cache_data(max_entries=2, show_spinner=False)
def _names(_memory: Memory, where: tuple[object, ...]) -> tuple[Name, ...]:
    return names(_memory)


@st.cache_data(max_entries=8, show_spinner=False)
def _graph(_memory: Memory, where: tuple[object, ...], ids: Sequence[str], strong: Sequence[str]) -> Graph:
    return neighbourhood.graph(_memory, ids, strong=strong)


def _where(opened: Memory) -> tuple[object, ...]:
    """What a reading depends on beside what is asked."""
    return (*address(), opened.also, opened.store.head())


def _search(opened: Memory) -> None:
    """A field, and below it what its text may mean, as it is typed."""
    text = st.text_input(SEARCH, key=SEARCH, max_chars=200, placeholder="Type the beginning of a name")
    if not text.strip():
        return
    found = matches(opened, text, _names(opened, _where(opened)))
    if not found:
        st.caption("Nothing is called so. Try a whole word, or another one.")
    _choice(found)


def _choice(found: Sequence[Match]) -> None:
    with st.container(horizontal=True):
        for one in found:
            st.button(plain(one.text), key=f"take {one.id}", on_click=take, args=(one.id,))


def _begin(opened: Memory) -> None:
    """What to do on an empty canvas."""
    found = recent(opened)
    if not found:
        st.info(
            "This memory is empty. Read something in on the page Documents, or run 'graphmem ingest FOLDER'."
        )
        return
    st.caption("Search for a name, or begin with one that was read lately:")
    _choice(found)


def _draw(opened: Memory) -> None:
    """The canvas, and the panel beside it."""
    drawn = _graph(opened, _where(opened), shown().ids, shown().strong)
    there = {node.id for node in drawn.nodes}
    chosen = [drawn.node_of(id) for id in st.session_state.get(CHOSEN, [])]
    st.session_state[CHOSEN] = list(dict.fromkeys(id for id in chosen if id in there))
    with st.container():
        if drawn.left_out:
            st.warning(
                f"{CAP} nodes are drawn and {drawn.left_out:,} are not, so that it stays quick: hide some to"
                " see the others."
            )
    left, right = st.columns([7, 3])
    with left:
        canvas(
            drawn.nodes,
            drawn.edges,
            key=_KEY,
            selected=(*st.session_state[CHOSEN], *shown().edges),
            pinned=shown().pinned,
            on_touch=lambda touched: _touch(drawn, touched),
        )
    with right:
        names_of = {node.id: node.name for node in drawn.nodes}
        st.multiselect("Selected", list(names_of), format_func=names_of.__getitem__, key=CHOSEN)
        panel(opened, drawn, tuple(st.session_state[CHOSEN]), shown().edges, shown().pinned)
        st.button("Empty the canvas", on_click=clear, help="Nothing of the memory changes.")


def _touch(drawn: Graph, touched: Touched) -> None:
    """Take over what was selected on the canvas, and expand what was double-clicked."""
    st.session_state[CHOSEN] = list(touched.nodes)
    show(edges=touched.edges)
    if touched.expand:
        every = [id for own in drawn.members.values() for id in own]
        expand(drawn.members[touched.expand], every)
