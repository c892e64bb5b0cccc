"""Who may see the explorer: everybody on this machine, or whoever knows the password or signs in."""

from __future__ import annotations

import hmac
import os
import time
from typing import Final

import streamlit as st

from graphmem.ui.commands import LOGIN, PASSWORD
from graphmem.ui.settings import signed_in

_PAUSE: Final = 1.0  # seconds after a wrong password, so that guessing is slow


def fits(given: str, password: str) -> bool:
    """Whether both are the same, in a time that does not tell how far they are."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), password.encode())


def may_enter() -> bool:
    """Whether this session may go on; if not, the page asks for a password, or to sign in."""
    if os.environ.get(LOGIN):
        return _has_signed_in()
    password = os.environ.get(PASSWORD)
    if not password or st.session_state.get("allowed"):
        return True
    given = st.text_input("Password", type="password")
    if given and fits(given, password):
        st.session_state["allowed"] = True
        st.rerun()
    if given:
        time.sleep(_PAUSE)
        st.error("That is not the password of this explorer.")
    return False


def _has_signed_in() -> bool:
    """Whether somebody signed in with OpenID Connect; if not, the page offers to."""
    if signed_in():
        with st.sidebar:
            st.button("Sign out", on_click=st.logout)
        return True
    st.text("Sign in to see this memory.")
    st.button("Sign in", on_click=st.login, type="primary")
    return False
