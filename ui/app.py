"""The explorer's pages; ``graphmem ui`` runs this file."""

from __future__ import annotations

import streamlit as st

from graphmem.ui import ask, documents, health
from graphmem.ui.access import ask_for_password


def main() -> None:
    """Draw the page that the address names."""
    st.set_page_config(page_title="graphmem", layout="wide")
    if not ask_for_password():
        return
    pages = (
        (ask.page, "Ask", "ask"),
        (documents.page, "Documents", "documents"),
        (health.page, "Health", "health"),
    )
    st.navigation([st.Page(page, title=title, url_path=path) for page, title, path in pages]).run()


main()
