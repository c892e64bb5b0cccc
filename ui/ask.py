"""The page Ask: a question, and the passages that answer it. The address holds the question."""

from __future__ import annotations

from html import escape

import streamlit as st

from graphmem.ui.opening import memory
from graphmem.ui.passages import show_hit


def page() -> None:
    """Draw it."""
    st.title("Ask")
    with st.form("question", border=False):
        asked = st.text_input("Question", value=st.query_params.get("q", ""), max_chars=2000)
        k = st.slider("Passages at most", 1, 30, 5)
        st.form_submit_button("Ask", type="primary")
    if not asked.strip():
        st.caption("Each answer is a passage of your documents, the sentence that counts marked.")
        return
    st.query_params["q"] = asked
    with memory() as opened, st.spinner("Looking …"):
        ranking = opened.recall(asked, k)
    if ranking.seeds:
        names = ", ".join(escape(step.text) for step in ranking.seeds)
        st.html(f"<small>linked to: {names}</small>")
    for rank, hit in enumerate(ranking, start=1):
        show_hit(rank, hit, len(ranking.query.view.namespaces) > 1)
    if not ranking.hits:
        st.info("Nothing in this memory covers the question.")
