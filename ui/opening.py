"""The memory that the pages show, opened once for all sessions."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from graphmem.cli.options import DEFAULT_STORE
from graphmem.embedding import SentenceEncoder
from graphmem.errors import GraphMemError, StoreURLError
from graphmem.memory import DEFAULT_NAMESPACE, Memory


@st.cache_resource(show_spinner="Loading the encoder …")
def _encoder() -> SentenceEncoder:
    return SentenceEncoder()


@st.cache_resource(show_spinner="Opening the memory …")
def _opened(store: str, namespace: str, also: tuple[str, ...]) -> Memory:
    return Memory.open(store, namespace=namespace, embedder=_encoder(), create=False, also=also)


def address() -> tuple[str, str]:
    """Store and namespace, as ``graphmem ui`` was told."""
    namespace = os.environ.get("GRAPHMEM_NAMESPACE", DEFAULT_NAMESPACE)
    return os.environ.get("GRAPHMEM_STORE", DEFAULT_STORE), namespace


@contextmanager
def memory() -> Iterator[Memory]:
    """The memory; what it cannot do stands on the page as one sentence, and the page ends there."""
    try:
        # What is read along is checked at each read: a grant that is taken back counts at once.
        yield _opened(*address(), tuple(os.environ.get("GRAPHMEM_ALSO", "").split()))
    except StoreURLError as error:
        st.info(f"{error}")
        st.stop()
    except GraphMemError as error:
        st.error(f"{error}")
        st.stop()
