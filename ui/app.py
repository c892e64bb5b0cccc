"""The explorer's pages; ``graphmem ui`` runs this file."""

from __future__ import annotations

import streamlit as st

from graphmem.ui import (
    ask,
    documents,
    graph,
    health,
    history,
    links,
    notes,
    record,
    retention,
    review,
    tasks,
    timeline,
)
from graphmem.ui.access import may_enter
from graphmem.ui.edits import outcome
from graphmem.ui.settings import sidebar

_PAGES = (
    (ask.page, "Ask", "ask", ":material/search:"),
    (graph.page, "Graph", "graph", ":material/hub:"),
    (record.page, "What is known", "record", ":material/person:"),
    (timeline.page, "Timeline", "timeline", ":material/timeline:"),
    (notes.page, "Notes", "notes", ":material/sticky_note_2:"),
    (retention.page, "Retention", "retention", ":material/bedtime:"),
    (tasks.page, "Tasks", "tasks", ":material/checklist:"),
    (documents.page, "Documents", "documents", ":material/description:"),
    (review.page, "Review", "review", ":material/rule:"),
    (history.page, "History", "history", ":material/history:"),
    (health.page, "Health", "health", ":material/monitor_heart:"),
)
# What the themes do not say: legible words on buttons, lines of drawings in the dark, and links that wrap.
_STYLE = """<style>
[data-testid=stMainBlockContainer] { padding-top: 4rem }
[data-testid^=stBaseButton-primary]:not(:disabled) p { color: light-dark(#fff, #0b1020) }
[data-testid=stMultiSelect] [data-tag], [data-testid=stMultiSelect] [data-baseweb=tag]
  { color: light-dark(#fff, #0b1020) }
[data-testid=stGraphVizChart] svg { max-width: 100%; height: auto }
[data-testid=stGraphVizChart] .edge :is(path, polygon) { stroke: currentColor }
[data-testid=stGraphVizChart] .edge polygon, [data-testid=stGraphVizChart] .edge text { fill: currentColor }
[data-testid=stPageLink] p { white-space: normal; overflow-wrap: anywhere }
</style>"""


def start() -> None:
    """The page of the bare address: it asks, too."""
    ask.page()


def main() -> None:
    """Draw the page that the address names."""
    # Without an icon of its own the page would fetch that of the menu from elsewhere.
    st.set_page_config(page_title="graphmem", page_icon="🧠", layout="wide")
    if not may_enter():
        return
    for page, title, path, icon in _PAGES:
        links.pages()[path] = st.Page(page, title=title, url_path=path, icon=icon)
    first = st.Page(start, title="graphmem", default=True, visibility="hidden")
    chosen = st.navigation([first, *links.pages().values()])
    st.html(_STYLE)
    sidebar()
    with st.container():  # which is there always, so that nothing below moves when it fills
        outcome()
    chosen.run()


main()
