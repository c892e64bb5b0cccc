"""The memory that the pages show, opened once for all sessions."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from graphmem.cli.options import DEFAULT_STORE
from graphmem.embedding import SentenceEncoder
from graphmem.errors import GraphMemError, StoreGone, StoreURLError
from graphmem.memory import DEFAULT_NAMESPACE, Memory
from graphmem.ui.links import link
from graphmem.ui.settings import author


@st.cache_resource(show_spinner="Loading the encoder …")
def _encoder() -> SentenceEncoder:
    return SentenceEncoder()


def _is_there(opened: Memory) -> bool:
    try:
        opened.store.head()
    except StoreGone:
        opened.close()
        return False
    return True


@st.cache_resource(show_spinner="Opening the memory …", validate=_is_there)
def _opened(store: str, namespace: str, also: tuple[str, ...]) -> Memory:
    return Memory.open(store, namespace=namespace, embedder=_encoder(), create=False, also=also)


def address() -> tuple[str, str]:
    """Store and namespace, as ``graphmem ui`` was told."""
    namespace = os.environ.get("GRAPHMEM_NAMESPACE", DEFAULT_NAMESPACE)
    return os.environ.get("GRAPHMEM_STORE", DEFAULT_STORE), namespace


@contextmanager
def memory(*, stop: bool = True, create: bool = False) -> Iterator[Memory]:
    """The memory; what it cannot do stands on the page as one sentence, and the page ends there.

    Without ``stop`` its errors are the caller's. Commits are by the author of this session. A store that
    is not there is made, if ``create``.
    """
    try:
        if create:
            Memory.open(address()[0], namespace=address()[1], embedder=_encoder()).close()
        # What is read along is checked at each read: a grant that is taken back counts at once.
        shared = _opened(*address(), tuple(os.environ.get("GRAPHMEM_ALSO", "").split()))
        yield Memory(
            shared.store,
            namespace=shared.namespace,
            author=author(),
            embedder=shared.embedder,
            also=shared.also,
        )
    except GraphMemError as error:
        if not stop:
            raise
        _say(error)
        st.stop()


def _say(error: GraphMemError) -> None:
    """The error as a sentence; a store that is not there yet is no fault."""
    if isinstance(error, StoreURLError):
        st.info(f"{error}")
        link("Upload documents", "documents", icon=":material/upload:")
    else:
        st.error(f"{error}")
