"""The panel beside the canvas: what is selected, and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

import streamlit as st

from graphmem import schema, trust
from graphmem.errors import GraphMemError
from graphmem.memory import Memory
from graphmem.merging import Side
from graphmem.statements import Fact
from graphmem.types import Document, Entity
from graphmem.ui.browser import href, listed
from graphmem.ui.drawn import Drawn, Upon, of_identities
from graphmem.ui.edits import edit
from graphmem.ui.exploring import connect, expand, hide, pin
from graphmem.ui.joining import join, preview
from graphmem.ui.links import link, plain
from graphmem.ui.neighbourhood import Graph
from graphmem.ui.settings import read_only

_FACTS: Final = 8
_SENTENCES: Final = 12
_DOCUMENTS: Final = 4
_MEMBERS: Final = 8
_NAMES: Final = 6
_MERGED: Final = 6
"""Nodes that can be merged at once: more are looked at in pairs, on their own pages."""


@dataclass(frozen=True, slots=True)
class About:
    """What is told of a node: the name it goes by, its others, its best facts, its first documents."""

    entity: Entity
    aliases: tuple[str, ...]
    facts: tuple[Fact, ...]
    documents: tuple[Document, ...]


def about(memory: Memory, members: Sequence[str]) -> About | None:
    """What is known of a node, given by its entities; None if nothing is any more."""
    values = map(schema.from_record, memory.store.get(memory.view, members[:_MEMBERS]).values())
    ones = sorted((one for one in values if isinstance(one, Entity)), key=lambda one: -one.mentions)
    if not ones:
        return None
    aliases = dict.fromkeys(name for one in ones for name in (one.name, *one.aliases))
    facts = {fact.id: fact for one in ones for fact in memory.facts(one, _FACTS)}
    sentences = [one.id for entity in ones for one in memory.evidence(entity, _SENTENCES)]
    sources = trust.sources(memory.store, memory.view, sentences[:_SENTENCES])
    documents = {one.document.id: one.document for one in sources.values()}
    return About(
        ones[0],
        tuple(name for name in aliases if name != ones[0].name),
        tuple(facts.values())[:_FACTS],
        tuple(documents.values())[:_DOCUMENTS],
    )


def panel(
    memory: Memory, drawn: Graph, nodes: Sequence[str], edges: Sequence[str], pinned: frozenset[str]
) -> None:
    """Draw what is told of the selected nodes and edges, and the buttons for them."""
    records = dict.fromkeys(edge.record for edge in drawn.edges if edge.id in edges and edge.record)
    if not nodes and not edges:
        st.caption(
            "Click a node or a line to see what it is. Double-click a node for its neighbours. Hold Shift to"
            " select several, or draw a box around them."
        )
        return
    if nodes:
        _actions(drawn, nodes, pinned)
    if len(nodes) == 1:
        _one(memory, drawn, nodes[0])
    if len(nodes) > 1:
        _several(memory, drawn, nodes)
    for record in list(records)[:_FACTS]:
        _fact(memory, record)
    if edges and not records:
        st.caption("The same sentences name both ends of this line; no fact tells more.")


def _one(memory: Memory, drawn: Graph, node: str) -> None:
    told = about(memory, drawn.members[node])
    if told is None:
        st.caption("It is not known any more: somebody took back what it came from.")
        return
    of = told.entity
    what = ", ".join(filter(None, [of.label, f"{of.mentions:,} mention{'' if of.mentions == 1 else 's'}"]))
    also = (
        f"<br><small>Also called {escape(', '.join(told.aliases[:_NAMES]))}</small>" if told.aliases else ""
    )
    named = f"<strong>{escape(of.name)}</strong><br>{escape(what)}{also}"
    st.html(f"<div style='overflow-wrap: anywhere'>{named}</div>")
    link("All that is known", "record", icon=":material/person:", id=of.id)
    if told.facts:
        st.caption("Facts and events")
        st.html(listed((href("record", id=fact.id), fact.text, _told(fact)) for fact in told.facts))
    if told.documents:
        st.caption("Where it comes from")
        rows = ((href("documents", id=one.id), one.title or one.uri, one.uri) for one in told.documents)
        st.html(listed(rows))


def _told(fact: Fact) -> str:
    """How sure a fact is, and how often it is said."""
    return f"{fact.confidence:.0%} sure, said {fact.stated} time{'' if fact.stated == 1 else 's'}"


def _actions(drawn: Graph, nodes: Sequence[str], pinned: frozenset[str]) -> None:
    every = [id for own in drawn.members.values() for id in own]
    members = [id for node in nodes for id in drawn.members[node]]
    more = sum(node.more for node in drawn.nodes if node.id in nodes)
    held = set(nodes) <= pinned
    with st.container(horizontal=True):
        label = f"Show neighbours ({more:,} more)" if more else "Show neighbours"
        st.button(label, on_click=expand, args=(members, every))
        st.button("Hide", on_click=hide, args=(members,), help="Off the canvas; the memory keeps it.")
        st.button(
            "Let go" if held else "Pin",
            on_click=pin,
            args=(tuple(nodes), not held),
            help="It stands where it is." if not held else "It can be moved again.",
        )
        if len(nodes) == 2:
            ends = tuple(drawn.members[node][0] for node in nodes)
            st.button("Path between them", on_click=connect, args=ends)


def _several(memory: Memory, drawn: Graph, nodes: Sequence[str]) -> None:
    """What merging the selected nodes would do, and the button that does it."""
    if read_only():
        return
    with st.expander("Are they one? Merge them", expanded=False):
        if len(nodes) > _MERGED:
            st.caption(f"Select {_MERGED} at most to merge them.")
            return
        found = [about(memory, drawn.members[node]) for node in nodes]
        ones = [one.entity for one in found if one is not None]
        if len(ones) < 2:
            return
        head = memory.store.head()
        try:
            looked = preview(memory, ones)
        except GraphMemError as error:
            st.caption(plain(f"{error}"))
            return
        for side in looked.sides:
            st.html(_side(side))
        for odd in looked.odds:
            st.html(f"<p>At odds then: {escape(odd)}</p>")
        if looked.together:
            st.caption("They are one already.")
            return
        st.caption("All names, facts and sentences of these are one's then. Undo takes them apart again.")
        told = of_identities([(one, memory.identity(one)) for one in ones], head)
        st.button("Merge", type="primary", on_click=_merge, args=(tuple(ones), told))


def _merge(ones: tuple[Entity, ...], drawn: Drawn) -> None:
    edit(Upon(drawn, lambda opened: join(opened, ones)))


def _side(side: Side) -> str:
    """One of those that may be one, as HTML."""
    counts = f"{side.sentences:,} sentences, {side.facts:,} facts and events"
    labels = f"{escape(', '.join(side.labels))}<br>" if side.labels else ""
    names = escape(", ".join(side.names[:_NAMES]))
    return (
        f"<div style='overflow-wrap: anywhere; margin-bottom: .5rem'><strong>{names}</strong><br>"
        f"{labels}<small>{counts}</small></div>"
    )


def _fact(memory: Memory, id: str) -> None:
    record = memory.store.get(memory.view, [id]).get(id)
    fact = schema.from_record(record) if record else None
    if not isinstance(fact, Fact):
        return
    st.subheader(plain(fact.text), divider="gray")
    st.text(f"{fact.confidence:.0%} sure, said {fact.stated} time{'' if fact.stated == 1 else 's'}")
    for sentence in memory.evidence(fact, 2):
        st.html(
            f"<blockquote style='margin: 0; overflow-wrap: anywhere'>{escape(sentence.text)}</blockquote>"
        )
    link("All that is known of it", "record", icon=":material/fact_check:", id=fact.id)
