"""What the browser does for a page of text: three things that need JavaScript, and are only comfort.

Links to other pages in a text are followed inside the session; a sentence that is asked for is brought into
view; a field is told while it is typed into. Without it, a link opens the page in a session of its own, the
sentence is marked where it stands, and the field is told by Enter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final
from urllib.parse import urlencode

import streamlit as st

_PAUSE: Final = 300  # milliseconds without a key, after which a field is told
_JS: Final = """
let asked = null;  // by the page that is shown; null once it has gone
let shown = "";
let pause;
const follow = (event) => {
  const link = event.target.closest?.(".stHtml a[href]");
  if (!asked || !link || link.origin !== location.origin || event.button) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  // Streamlit reads the address when the browser goes back or forth, as if one had gone there and back.
  history.pushState(null, "", link.href);
  window.dispatchEvent(new PopStateEvent("popstate"));
};
const type = (event) => {
  const field = event.target;
  clearTimeout(pause);
  if (!asked?.typed.includes(field.getAttribute?.("aria-label")) || event.isComposing) return;
  const enter = () => new KeyboardEvent("keydown", { key: "Enter", bubbles: true });
  pause = setTimeout(() => field.dispatchEvent(enter()), asked.pause);
};
const show = (page, tries) => {
  const place = asked?.show && page.getElementById(asked.show);
  if (place) { shown = asked.show; place.scrollIntoView({ block: "center" }); }
  else if (asked?.show && tries) setTimeout(() => show(page, tries - 1), 100);
};
export default function ({ data, parentElement }) {
  const page = parentElement.ownerDocument;
  asked = data;
  page.addEventListener("click", follow);
  page.addEventListener("input", type);
  if (data.show !== shown) show(page, 30);
  return () => { if (asked === data) { asked = null; shown = ""; } };
}
"""
_browser = st.components.v2.component("graphmem_browser", js=_JS)


def browser(*, typed: Sequence[str] = (), show: str = "") -> None:
    """Let it follow links in texts, tell the fields labelled ``typed``, and bring the id ``show`` into view.

    Once on a page, and after what it is about.
    """
    _browser(key="browser", data={"typed": list(typed), "pause": _PAUSE, "show": show}, height=1)


def href(page: str, **query: str) -> str:
    """The address of a page, from another page: for an attribute of HTML in single quotes."""
    return escape(f"{page}?{urlencode(query)}" if query else page)


def listed(rows: Iterable[tuple[str, str, str]]) -> str:
    """Links as an HTML list: of each its address (``href``), its name, and what is to be said of it."""
    lines = (
        f"<li style='margin: 0 0 0.6rem'><a href='{where}' style='color: inherit; font-weight: 600'>"
        f"{escape(' '.join(name.split()))}</a><br><small>{escape(told)}</small></li>"
        for where, name, told in rows
    )
    return (
        f"<ul style='list-style: none; padding: 0; margin: 0; overflow-wrap: anywhere'>{''.join(lines)}</ul>"
    )


def small(text: str) -> None:
    """A line of less weight, in a contrast that can be read (that of ``st.caption`` is 3.7 to 1)."""
    st.html(f"<small style='overflow-wrap: anywhere'>{escape(text)}</small>")
