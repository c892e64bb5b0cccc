"""The page Health: how much the store holds, and whether it is sound."""

from __future__ import annotations

import streamlit as st

from graphmem.ui.opening import memory


def page() -> None:
    """Draw it."""
    st.title("Health")
    with memory() as opened:
        info = opened.store.info()
        counts = info.records.get(opened.namespace, {})
    st.text(f"{info.url}, namespace {opened.namespace}")
    columns = st.columns(max(len(counts), 1))
    for column, (kind, count) in zip(columns, sorted(counts.items()), strict=False):
        column.metric(kind, f"{count:,}")
    size = f", {info.bytes / 1e6:,.1f} MB" if info.bytes is not None else ""
    st.text(f"in the whole store: {info.commits:,} commits, {info.vectors:,} vectors{size}")
    if st.button("Check", help="Reads the whole store and compares it with its log."):
        with memory() as opened, st.spinner("Reading the whole store …"):
            problems = opened.store.check()
        for problem in problems:
            st.error(problem)
        if not problems:
            st.success("The store is sound.")
