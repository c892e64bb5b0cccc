"""How a passage is shown. All of it is text: whatever a document holds, nothing in it is run or loaded."""

from __future__ import annotations

from html import escape

import streamlit as st

from graphmem.types import Hit


def marked(text: str, found: str) -> str:
    """A text as HTML, its evidence marked, every character of it escaped."""
    before, found, after = text.partition(found)
    spans = (escape(before), f"<mark>{escape(found)}</mark>" if found else "", escape(after))
    return f"<p style='white-space: pre-wrap; overflow-wrap: anywhere'>{''.join(spans)}</p>"


def source(hit: Hit, several: bool = False) -> str:
    """Where a hit comes from: namespace if there are several, uri, heading, speaker and date."""
    whose = hit.document.namespace if several else ""
    parts = [whose, hit.document.uri, hit.passage.heading, hit.passage.speaker]
    if hit.passage.at:
        parts.append(f"{hit.passage.at:%Y-%m-%d}")
    return " · ".join(part for part in dict.fromkeys(parts) if part)


def show_hit(rank: int, hit: Hit, several: bool = False) -> None:
    """A hit: the passage with its evidence marked, its source, and why it was found."""
    with st.container(border=True):
        st.html(f"<small>{rank}. &nbsp; {hit.score:.2f} &nbsp; {escape(source(hit, several))}</small>")
        st.html(marked(hit.passage.text, hit.evidence.text))
        with st.expander("Why"):
            shares = ", ".join(f"{name} {share:.2f}" for name, share in hit.parts.items())
            steps = "".join(
                f"<li>{escape(step.kind)}: {escape(' '.join(step.text.split()))}</li>" for step in hit.path
            )
            st.html(f"<p>{escape(shares)}</p><ol>{steps}</ol>")
