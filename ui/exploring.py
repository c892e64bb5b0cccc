"""What the page Graph shows in this session, and what clicks do to it: nothing of the memory changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import streamlit as st

from graphmem import schema
from graphmem.errors import GraphMemError, NotFound
from graphmem.identity import entity_id
from graphmem.memory import Memory
from graphmem.statements import Fact
from graphmem.types import Entity, Sentence
from graphmem.ui import neighbourhood
from graphmem.ui.opening import memory

CHOSEN: Final = "graph chosen"
SEARCH: Final = "Search for a name, a fact or an event"
EXPANDED: Final = 12  # neighbours that one click adds
_STATE: Final = "graph shown"


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows: entities by id, pinned nodes, those with emphasis, the selected edges, a word."""

    ids: tuple[str, ...] = ()
    pinned: frozenset[str] = field(default_factory=frozenset)
    strong: tuple[str, ...] = ()
    edges: tuple[str, ...] = ()
    note: str = ""
    address: tuple[str, str] = ("", "")


def shown() -> Shown:
    """What this session shows."""
    state = st.session_state.get(_STATE)
    return state if isinstance(state, Shown) else Shown()


def show(**what: object) -> None:
    """Change what this session shows; a word of what was done before is gone then."""
    st.session_state[_STATE] = replace(shown(), **{"note": "", **what})  # type: ignore[arg-type]


def add(ids: Iterable[str], **what: object) -> None:
    """Show more entities."""
    show(ids=tuple(dict.fromkeys((*shown().ids, *ids))), **what)


def _reading(read: Callable[[Memory], None]) -> None:
    """Read in a callback; an error becomes a sentence of the page."""
    try:
        with memory(stop=False) as opened:
            read(opened)
    except GraphMemError as error:
        show(note=f"{error}")


def expand(members: Sequence[str], known: Sequence[str]) -> None:
    """Show more neighbours of a node, a dozen at a time."""

    def read(opened: Memory) -> None:
        found = neighbourhood.around(opened, members, known, EXPANDED)
        more = f" {found.more:,} more: expand again for the next." if found.more else ""
        word = (
            f"{len(found.ids)} neighbours were added.{more}" if found.ids else "It has no other neighbours."
        )
        add(found.ids, note=word)

    _reading(read)


def connect(a: str, b: str) -> None:
    """Show a shortest way between two entities."""

    def read(opened: Memory) -> None:
        way = neighbourhood.path(opened, a, b)
        if way:
            add(way, strong=way, note=f"The way between them has {len(way) - 1} steps; it is drawn bold.")
        else:
            show(note="No way between them was found within six steps.")

    _reading(read)


def hide(members: Iterable[str]) -> None:
    """Take nodes off the canvas; nothing of the memory changes."""
    gone = frozenset(members)
    st.session_state[CHOSEN] = []
    show(ids=tuple(id for id in shown().ids if id not in gone), pinned=shown().pinned - gone, edges=())


def pin(nodes: Iterable[str], hold: bool) -> None:
    """Hold nodes where they stand, or let them go."""
    show(pinned=shown().pinned | set(nodes) if hold else shown().pinned - set(nodes))


def clear() -> None:
    """Empty the canvas."""
    st.session_state[CHOSEN] = []
    st.session_state[_STATE] = Shown(address=shown().address)


def take(match: str) -> None:
    """Show what was found by its id, with its neighbours if it stands alone, and select it."""

    def read(opened: Memory) -> None:
        ids = resolved(opened, match)
        near = neighbourhood.around(opened, ids, limit=EXPANDED).ids if len(ids) == 1 else ()
        add((*ids, *near))
        st.session_state[CHOSEN] = [ids[0]] if len(ids) == 1 else []

    _reading(read)
    st.session_state[SEARCH] = ""


def begin(opened: Memory, wanted: Sequence[str]) -> None:
    """Show what an address asks for, by ids or names; of a single one its neighbours too."""
    ids: dict[str, None] = {}
    note = ""
    for name in wanted:
        try:
            ids |= dict.fromkeys(resolved(opened, name))
        except NotFound as error:
            note = f"{error}"
    first = next(iter(ids), "")
    if first and len(wanted) == 1:
        ids |= dict.fromkeys(neighbourhood.around(opened, [first], ids, EXPANDED).ids)
        st.session_state[CHOSEN] = [first]
    st.session_state[_STATE] = Shown(tuple(ids), note=note)


def resolved(opened: Memory, name: str) -> tuple[str, ...]:
    """The entities that an id or a name means: those of a fact, an event or a sentence, too.

    Raises:
        NotFound: there is no such thing, or it names nobody.
    """
    value = opened.find(name)
    ids: Sequence[str] = ()
    if isinstance(value, Entity):
        ids = (value.id,)
    elif isinstance(value, Fact):
        keys = (one.key for one in value.participants)
        ids = [entity_id(value.namespace, key[1:]) for key in keys if key.startswith("=")]
    elif isinstance(value, Sentence):
        ids = opened.store.neighbours(opened.view, [value.id], schema.ENTITY_EDGES, "out").target
    there = opened.store.get(opened.view, list(dict.fromkeys(ids)))
    if not there:
        raise NotFound("This names nobody and nothing that could be drawn.")
    return tuple(id for id in dict.fromkeys(ids) if id in there)
