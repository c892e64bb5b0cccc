"""Keys that press buttons: ``a`` for the button that accepts, wherever the page's focus is.

Streamlit's own shortcuts (``st.button(shortcut=…)``) keep R and C for themselves, so these are a small
component of our own. It presses what is on the page and sends nothing by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Final

import streamlit as st

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer

# Keys belong to whoever writes into a field. The window is asked first, before Streamlit takes R and C.
_JAVASCRIPT: Final = """
let buttons = {};
const writes = "textarea, select, [contenteditable], input:not([type=radio]):not([type=checkbox])";

function press(event) {
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const at = event.composedPath()[0];
  if (at instanceof Element && at.closest(writes)) return;
  const name = Object.hasOwn(buttons, event.key.toLowerCase()) && buttons[event.key.toLowerCase()];
  const button = name && document.querySelector(`.st-key-${CSS.escape(name)} button`);
  if (!button || button.disabled) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  button.click();
}

export default function (component) {
  buttons = component.data;
  for (const [key, name] of Object.entries(buttons)) {
    document.querySelector(`.st-key-${CSS.escape(name)} button`)?.setAttribute("aria-keyshortcuts", key);
  }
  window.addEventListener("keydown", press, true);
  return () => {
    buttons = {};
    window.removeEventListener("keydown", press, true);
  };
}
"""


@cache
def _component() -> ComponentRenderer:
    return st.components.v2.component("graphmem_keys", js=_JAVASCRIPT)


def keys(buttons: Mapping[str, str]) -> None:
    """Let keys press buttons of this page, given by the ``key`` of their widget: ``{"a": "accept"}``.

    Letters and digits that are typed into a field stay what they are. Call it once a run, after the buttons.
    """
    _component()(data=dict(buttons), key="keys")
