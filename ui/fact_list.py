"""Lists of facts as they are drawn: a link to each, how it stands and when, and its bar."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape

import streamlit as st

from graphmem.history import Stamp
from graphmem.ui.bars import Axis, axis, bar, scale
from graphmem.ui.links import link
from graphmem.ui.rows import Group, Row

ICONS = {"fact": ":material/notes:", "event": ":material/event:"}
_BADGE = "border: 1px solid currentColor; border-radius: .5rem; padding: 0 .4rem; white-space: nowrap"


def timed(groups: Sequence[Group], now: datetime) -> Axis | None:
    """The axis that all bars of a page share."""
    return axis((one for group in groups for row in group.rows for one in row.stretches), now)


def draw_groups(groups: Sequence[Group], of: Axis | None, own: str) -> None:
    """Facts by what they say; ``own`` is the memory's namespace, of which nothing is said."""
    if of is not None:
        columns = st.columns([3, 2])
        with columns[1]:
            st.html(scale(of))
    for group in groups:
        if len(groups) > 1:
            st.html(f"<strong>{escape(group.title)}</strong>")
        for row in group.rows:
            draw_row(row, of, own)


def draw_row(row: Row, of: Axis | None, own: str) -> None:
    """A fact: what it says as a link, how it stands in words, and its bar."""
    columns = st.columns([3, 2], vertical_alignment="center", gap="small")
    with columns[0]:
        link(row.text, "record", icon=ICONS[row.kind], id=row.id)
    with columns[1]:
        st.html(standing_html(row, own) + (bar(row.stretches, of, row.state) if of else ""))


def standing_html(row: Row, own: str) -> str:
    """How a fact stands, when, and what else is to be said of it, as HTML; all of it escaped."""
    said = [row.when, *row.remarks, f"of {row.namespace}" if row.namespace != own else ""]
    told = escape(" · ".join(filter(None, said)))
    return (
        f"<div style='overflow-wrap: anywhere'><small><span style='{_BADGE}'>{escape(row.word)}</span> "
        f"&nbsp;{told}</small></div>"
    )


def draw_commits(stamps: Sequence[Stamp]) -> None:
    """Who changed it, when and how, each a link to the commit."""
    for one in stamps:
        link(f"{one.at:%Y-%m-%d %H:%M} · {one.author} · {one.message[:160]}", "history", commit=one.id)
