"""Mentions that name another by the same name: chosen sentence by sentence, and given a name of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from graphmem.correcting import places_of
from graphmem.errors import InputError
from graphmem.identity import entity_id, fold
from graphmem.memory import Memory
from graphmem.types import Commit, Entity, Sentence
from graphmem.ui.drawn import Upon, of_sentences
from graphmem.ui.edits import edit
from graphmem.ui.known import Known
from graphmem.ui.links import plain, tell
from graphmem.ui.opening import memory as opened_memory

_MOST: Final = 40
_SHOWN: Final = 240


def mentioning(memory: Memory, entity: Entity, limit: int = _MOST) -> tuple[Sentence, ...]:
    """Sentences whose words name an entity, so that they can be said to name another."""
    return tuple(one for one in memory.evidence(entity, limit) if places_of([one], entity))


def split(memory: Memory, entity: Entity, to: str, sentences: Sequence[str]) -> Commit:
    """Say that an entity's name means another in some sentences.

    Raises:
        InputError: no sentence is chosen.
    """
    if not sentences:
        raise InputError("choose at least one sentence that means the other one")
    return memory.split(entity.id, to, sentences)


def draw(opened: Memory, told: Known) -> None:
    """Choose the sentences that mean another, and name it."""
    entity = told.entity
    found = mentioning(opened, entity)
    if not found:
        st.caption("No sentence names it in words that could be moved.")
        return
    key = f"split {entity.id}"
    with st.form(key + " form", border=False):
        st.text_input("Name of the other one", value=f"{entity.name} (2)", max_chars=200, key=key)
        st.text("Which sentences mean the other one?")
        for one in found:
            text = " ".join(one.text.split())
            st.checkbox(plain(text[:_SHOWN] + ("…" if len(text) > _SHOWN else "")), key=f"{key} {one.id}")
        if len(found) == _MOST:
            st.caption(f"These are the first {_MOST}.")
        st.form_submit_button("Split", type="primary", on_click=_split, args=(entity, found, told.head, key))


def _split(entity: Entity, found: tuple[Sentence, ...], head: int, key: str) -> None:
    chosen = [one for one in found if st.session_state.get(f"{key} {one.id}")]
    to = str(st.session_state.get(key, "")).strip()
    ids = [one.id for one in chosen]
    if edit(Upon(of_sentences(chosen, head), lambda memory: split(memory, entity, to, ids))) is None:
        return
    st.session_state[f"change {entity.id}"] = None
    with opened_memory() as opened:
        if not opened.store.get(opened.view, [entity.id]):  # nothing goes by the old name any more
            tell(id=entity_id(entity.namespace, fold(to)), q="")
