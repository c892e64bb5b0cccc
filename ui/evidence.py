"""Sentences in their sources as they are drawn: a few at a time, each with the way to its document."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from graphmem.ui.context import Context, html
from graphmem.ui.links import link

_STEP = 5


def draw(stood: Sequence[Context], key: str, own: str, who: Sequence[str] = ()) -> None:
    """Draw sentences in their sources; ``who`` says them, in order, where that is known."""
    shown = int(st.session_state.get(key, _STEP))
    for k, one in enumerate(stood[:shown]):
        _draw(one, f"{key} {one.id}", own, who[k] if k < len(who) else "")
    if len(stood) > shown:
        st.button(
            f"Show {min(_STEP, len(stood) - shown)} more of {len(stood) - shown}",
            key=f"{key} more",
            on_click=_more,
            args=(key, shown + _STEP),
        )


def _more(key: str, shown: int) -> None:
    st.session_state[key] = shown


def _draw(one: Context, key: str, own: str, who: str) -> None:
    with st.container(border=True):
        saying = f"{who} says" if who and who not in (one.title, one.speaker, one.uri) else ""
        whose = f"of {one.namespace}" if one.namespace != own else ""
        told = " · ".join(filter(None, (one.source, saying, whose)))
        st.html(f"<small style='overflow-wrap: anywhere'>{escape(told)}</small>")
        around = bool(one.before or one.after) and st.session_state.get(key, False)
        st.html(html(one, around=around))
        with st.container(horizontal=True, vertical_alignment="center"):
            link("Open the source", "documents", icon=":material/description:", id=one.document)
            if one.before or one.after:
                st.toggle("Show what stands around it", key=key)
