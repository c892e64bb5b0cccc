"""The page What is known: everything about one entity, fact or event, and the forms that put it right."""

from __future__ import annotations

from typing import Final

import streamlit as st

from graphmem import schema
from graphmem.casts import Named
from graphmem.errors import NotFound
from graphmem.identity import entity_id
from graphmem.memory import Memory
from graphmem.statements import Fact
from graphmem.types import Document, Entity, Passage, Sentence
from graphmem.ui import entity_page, fact_page
from graphmem.ui.candidates import candidates
from graphmem.ui.context import contexts, html
from graphmem.ui.links import asked, link, tell
from graphmem.ui.opening import memory
from graphmem.ui.rows import rows
from graphmem.ui.search import recent

_EXAMPLES: Final = 12
_FIELD: Final = "record name"
_WRAPPED: Final = """<style>
[data-testid="stPageLink"] p { white-space: normal; overflow-wrap: anywhere; overflow: visible }
</style>"""
"""Links here are facts: a long one goes on in the next line, where Streamlit would cut it off."""


def page() -> None:
    """Draw it."""
    st.title("What is known")
    st.html(_WRAPPED)
    with st.form("find", border=False):
        columns = st.columns([5, 1], vertical_alignment="bottom")
        columns[0].text_input(
            "Name of a person, a place or a thing", value=asked("q"), max_chars=200, key=_FIELD
        )
        columns[1].form_submit_button("Find", on_click=_find, type="primary", width="stretch")
    with memory() as opened:
        if name := asked("q"):
            _named(opened, name)
        elif id := asked("id"):
            tell(id=id)  # a link from this page to itself leaves the browser's address as it was
            _shown(opened, id)
        else:
            _begin(opened)


def _find() -> None:
    """Put what was typed into the address."""
    for key in ("id", "merge", "facts"):
        st.query_params.pop(key, None)
    tell(q=str(st.session_state.get(_FIELD, "")).strip())


def _named(opened: Memory, name: str) -> None:
    """Whom a name means: the only one whole, of several a list."""
    found = candidates(opened, name)
    if not found:
        st.info("Nothing in this memory is called so. Try a part of the name, or ask a question.")
        link("Ask", "ask", q=name)
    elif len(found) == 1:
        _shown(opened, found[0].id)
    else:
        st.text(f"{len(found)} are called so, or have this in their names:")
        for one in found:
            link(one.told, "record", id=one.id)


def _shown(opened: Memory, id: str) -> None:
    """What is known of a record, by its id or a name."""
    try:
        value = opened.find(id)
    except NotFound:
        st.info("The memory does not hold this any more, or never did. Look for it by name.")
        return
    if isinstance(value, Entity):
        entity_page.draw(opened, value)
    elif isinstance(value, Fact):
        fact_page.draw(opened, value)
    else:
        _other(opened, value)


def _other(opened: Memory, value: schema.Value) -> None:
    """What is neither an entity nor a fact: a sentence with its facts, or the way to the page that has it."""
    if isinstance(value, Document):
        st.text("This is a document.")
        link(value.title or value.uri, "documents", id=value.id)
    elif isinstance(value, Named):
        st.text(f"{value.name} is called:")
        for key in sorted(value.unit.called):
            link(key, "record", id=entity_id(value.namespace, key))
    elif isinstance(value, Passage):
        link("This is a passage: open its document", "documents", id=value.document)
    elif isinstance(value, Sentence):
        _sentence(opened, value)
    else:
        st.info("This is kept for the memory's own use: look for a name, or open a fact.")


def _sentence(opened: Memory, value: Sentence) -> None:
    st.subheader("A sentence")
    for one in contexts(opened, [value]):
        st.html(html(one, around=True))
        link(f"Open {one.source}", "documents", id=one.document)
    for row in rows(opened, opened.facts(value, retired=True)):
        link(f"{row.text} ({row.word})", "record", id=row.id)


def _begin(opened: Memory) -> None:
    """How to begin: names to look at, or how to fill the memory."""
    if not opened.store.count(opened.view, schema.ENTITY):
        st.info("Nothing is known yet. Upload a document, or run: graphmem ingest FOLDER")
        link("Documents", "documents")
        return
    st.caption("Type a name: all that the memory knows of it is shown, and can be put right.")
    if found := recent(opened, _EXAMPLES):
        st.text("For example:")
        with st.container(horizontal=True):
            for one in found:
                link(one.text, "record", id=one.id)
