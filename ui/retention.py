"""The page Retention: what the memory holds on to, and what it would let sleep, with the reasons."""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import Final

import streamlit as st

from graphmem.errors import InputError
from graphmem.fading.retention import Retention
from graphmem.memory import Memory
from graphmem.types import Commit
from graphmem.ui.edits import edit
from graphmem.ui.links import asked, link, tell
from graphmem.ui.opening import address, memory
from graphmem.ui.settings import read_only

_PAGE: Final = 20
_LAYERS: Final = ("short", "middle", "long")
_ORDERS: Final = {"least": "Worth least first", "most": "Worth most first", "dormant": "Asleep alone"}


def page() -> None:
    """Draw it."""
    st.title("Retention")
    st.caption("How long the memory holds on to each passage, by what it says and how often it was of use.")
    with memory() as opened:
        found = _read(address(), opened.store.head(), opened)
        if not found:
            st.info("There is nothing to hold on to yet: add files on the page Documents.")
            return
        _counts(found)
        if not read_only():
            _fade(opened)
        _list(found)


@st.cache_data(max_entries=4, show_spinner="Weighing all passages …")
def _read(where: tuple[str, str], head: int, _opened: Memory) -> list[Retention]:
    return _opened.retentions()


def _counts(found: list[Retention]) -> None:
    states = Counter(one.state for one in found)
    layers = Counter(one.layer for one in found)
    pinned = sum(bool(one.pinned) for one in found)
    with st.container(horizontal=True, gap="large"):
        st.metric("Awake", f"{states['active']:,}", width="content")
        st.metric("Asleep", f"{states['dormant']:,}", width="content")
        for layer in _LAYERS:
            st.metric(f"{layer.capitalize()} layer", f"{layers[layer]:,}", width="content")
        st.metric("Never forgotten", f"{pinned:,}", width="content")


def _fade(opened: Memory) -> None:
    """What a budget would put to sleep, told before it is done."""
    with st.expander("Let sleep what is worth least"):
        share = st.slider("Keep awake, in percent of the passages", 5, 100, 100, 5, key="retention keep")
        if share == 100:
            st.caption("Move the slider to see what would sleep.")
            return
        told = opened.fade(keep=share / 100, dry_run=True)
        before, after = told.passages
        st.text(
            f"{before:,} passages are awake; {after:,} would be. What sleeps can be woken, and this undone."
        )
        for one in told.gone[:5]:
            st.html(f"<p style='overflow-wrap: anywhere'>{escape(one.text)}</p>")
        st.button("Put them to sleep", on_click=_sleep, args=(share,), disabled=not told.gone)


def _sleep(share: int) -> None:
    def fade(opened: Memory) -> Commit:
        commit = opened.fade(keep=share / 100).commit
        if commit is None:
            raise InputError("Nothing is to be put to sleep: so little is awake already.")
        return commit

    edit(fade)


def _wake(id: str) -> None:
    def wake(opened: Memory) -> Commit:
        commit = opened.wake([id], reason="asked for in the explorer").commit
        if commit is None:
            raise InputError("It is awake already.")
        return commit

    edit(wake)


def _list(found: list[Retention]) -> None:
    orders = list(_ORDERS)
    order = st.selectbox(
        "Order",
        orders,
        format_func=_ORDERS.__getitem__,
        index=orders.index(asked("order")) if asked("order") in orders else 0,
    )
    tell(order="" if order == "least" else str(order))
    rows = found[::-1] if order == "most" else found
    rows = [one for one in rows if one.state == "dormant"] if order == "dormant" else rows
    shown = int(st.session_state.get("retention shown", _PAGE))
    for one in rows[:shown]:
        _row(one)
    if not rows:
        st.info("Nothing sleeps.")
    if len(rows) > shown:
        st.button(f"Show {_PAGE} more", on_click=_more, args=(shown + _PAGE,))


def _more(shown: int) -> None:
    st.session_state["retention shown"] = shown


def _row(one: Retention) -> None:
    with st.container(border=True):
        used = f"used {one.uses} time{'' if one.uses == 1 else 's'}" if one.uses else "never used"
        told = (
            "asleep" if one.state == "dormant" else "",
            f"{one.layer} layer",
            f"{one.retention:.0%} left",
            used,
            f"worth more than {one.below:.0%}",
            f"never forgotten: {one.pinned}" if one.pinned else "",
        )
        st.html(f"<small style='overflow-wrap: anywhere'>{escape(' · '.join(filter(None, told)))}</small>")
        st.html(f"<p style='white-space: pre-wrap; overflow-wrap: anywhere'>{escape(one.passage.text)}</p>")
        parts = sorted(one.parts.items(), key=lambda part: -abs(part[1]))
        st.caption(", ".join(f"{name} {value:+.2f}" for name, value in parts if abs(value) >= 0.005))
        with st.container(horizontal=True):
            link("Read it there", "documents", id=one.passage.document, passage=str(one.passage.position + 1))
            if one.state == "dormant" and not read_only():
                st.button("Wake it", key=f"wake {one.passage.id}", on_click=_wake, args=(one.passage.id,))
