"""Who edits, and whether anybody may: what ``graphmem ui`` was told, and the name given in the sidebar."""

from __future__ import annotations

import os
from typing import Final

import streamlit as st

from graphmem.ui.commands import AUTHOR, READ_ONLY

_NAME: Final = "author"
_LONGEST: Final = 80


def read_only() -> bool:
    """Whether pages show and never change."""
    return bool(os.environ.get(READ_ONLY))


def signed_in() -> str:
    """The name of who signed in with OpenID Connect; empty where that is not set up."""
    if not getattr(st.user, "is_logged_in", False):
        return ""
    return str(st.user.get("email") or st.user.get("name") or "")


def author() -> str:
    """Who the commits of this session are by: who signed in, else the name that was given."""
    return signed_in() or st.session_state.get(_NAME, "").strip() or _unnamed()


def _unnamed() -> str:
    return os.environ.get(AUTHOR, "") or "user"


def sidebar() -> None:
    """Say who edits, and let an unknown person give a name."""
    with st.sidebar:
        if read_only():
            st.caption("Read-only: nothing can be changed here.")
        elif name := signed_in():
            st.caption(f"Edits are by {name}.")
        else:
            # A widget that leaves the page takes its state along: the name is kept under a key of its own.
            given = st.text_input(
                "Your name",
                value=st.session_state.get(_NAME, ""),
                max_chars=_LONGEST,
                placeholder=_unnamed(),
                help="Stands at each edit.",
            )
            st.session_state[_NAME] = given
