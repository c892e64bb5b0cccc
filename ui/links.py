"""The pages by name, and links from one to another: all that a page shows stands in its address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn

import streamlit as st

if TYPE_CHECKING:
    from streamlit.navigation.page import StreamlitPage

_PAGES: Final = "pages"


def pages() -> dict[str, StreamlitPage]:
    """The pages of this session, by the path of their address; ``app`` fills it."""
    found: dict[str, StreamlitPage] = st.session_state.setdefault(_PAGES, {})
    return found


def link(label: str, page: str, *, icon: str | None = None, **query: str) -> None:
    """A link to a page: ``link("Ada", "record", id="e12")``. In a page run alone, as tests do, it is text."""
    if page in pages():
        st.page_link(pages()[page], label=plain(label), icon=icon, query_params=query)
    else:
        st.text(label)


def go(page: str, **query: str) -> NoReturn:
    """Leave for another page."""
    st.switch_page(pages()[page], query_params=query)


def asked(name: str, default: str = "") -> str:
    """What the address says, as one text."""
    return str(st.query_params.get(name, default))


def tell(**query: str) -> None:
    """Put values into the address, so that it can be kept and sent; empty ones leave it."""
    for name, value in query.items():
        if value:
            st.query_params[name] = value
        else:
            st.query_params.pop(name, None)


def plain(text: str) -> str:
    """Text for a label, in which Streamlit would read Markdown: each mark that means something is escaped."""
    return "".join(f"\\{mark}" if mark in "\\`*_{}[]()<>#+-.!|~:$" else mark for mark in text)
