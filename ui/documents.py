"""The page Documents: what the memory has read."""

from __future__ import annotations

import streamlit as st

from graphmem.ui.opening import memory


def page() -> None:
    """Draw it."""
    st.title("Documents")
    with memory() as opened:
        documents = sorted(opened.documents(), key=lambda document: document.uri)
    if not documents:
        st.info("Nothing was read yet: graphmem ingest FOLDER")
        return
    rows = [
        {
            "source": d.uri,
            "title": d.title,
            "kind": d.kind,
            "characters": d.characters,
            "written": d.written_at,
        }
        for d in documents
    ]
    st.dataframe(rows, hide_index=True)
    st.caption(f"{len(documents):,} documents")
