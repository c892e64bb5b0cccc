"""Edits: each is one commit, and the next page says what it did and offers to take it back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import streamlit as st

from graphmem.errors import Conflict, GraphMemError
from graphmem.memory import Memory
from graphmem.types import Commit
from graphmem.ui.opening import memory
from graphmem.ui.settings import read_only

Edit = Callable[[Memory], Commit]
_DONE: Final = "edit done"
_FAILED: Final = "edit failed"
_SHOWN: Final = 200


def edit(change: Edit) -> Commit | None:
    """Make an edit, and remember what to say of it; None if it was not made, and why is remembered.

    Call it from a callback (``on_click``), so that the page below shows what holds after it.
    """
    st.session_state.pop(_DONE, None)
    st.session_state.pop(_FAILED, None)
    if read_only():
        st.session_state[_FAILED] = ("This explorer is read-only.", None)
        return None
    try:
        with memory(stop=False) as opened:
            commit = change(opened)
    except Conflict as error:
        st.session_state[_FAILED] = (f"Somebody changed this meanwhile: {error}", change)
        return None
    except GraphMemError as error:
        st.session_state[_FAILED] = (f"{error}", None)
        return None
    st.session_state[_DONE] = commit
    return commit


def _undo(commit: str) -> None:
    edit(lambda opened: opened.undo(commit))


def _again(change: Edit) -> None:
    edit(change)


def _forget() -> None:
    st.session_state.pop(_DONE, None)
    st.session_state.pop(_FAILED, None)


def outcome() -> None:
    """What the last edit did, with a way back; or why it was not made, with what can be done."""
    if failed := st.session_state.get(_FAILED):
        reason, change = failed
        with st.container(border=True):
            st.error(reason)
            if change is not None:
                st.caption("What is shown now is as the other edit left it.")
                st.button("Try mine again", on_click=_again, args=(change,), key="again")
            st.button("Leave it", on_click=_forget, key="leave")
    commit: Commit | None = st.session_state.get(_DONE)
    if commit is not None:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.text(f"Done: {commit.message[:_SHOWN]}")
            st.button("Undo", on_click=_undo, args=(commit.id,), key="undo")
            st.button("Close", on_click=_forget, key="close")
