"""Files that are given to the explorer, read one by one; each says what it gave, or why it cannot be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

import streamlit as st

from graphmem.errors import SourceError
from graphmem.identity import document_id
from graphmem.ingest.pipeline import Outcome, ingest_sources
from graphmem.ingest.sources import DEFAULT_LIMITS, FORMATS, Source
from graphmem.memory import Memory
from graphmem.saying import SCHEME, is_said
from graphmem.types import View
from graphmem.ui.browser import href, listed, small
from graphmem.ui.contribution import contribution, numbered
from graphmem.ui.edits import edit
from graphmem.ui.links import plain
from graphmem.ui.opening import memory

_TAKEN: Final = "files taken"
_ROUND: Final = "upload round"
_SHOWN: Final = 20
_SAYS: Final = {
    "added": "Read",
    "replaced": "A new version: it replaces the one before",
    "unchanged": "Unchanged: this version was read before",
}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as a browser gives it; ``key`` tells it from another of the same name."""

    key: str
    name: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a file: what its document holds now, or the ``reason`` why it cannot be read.

    ``commit`` is that which took it in, empty if nothing was to be done.
    """

    key: str
    name: str
    outcome: Outcome
    document: str = ""
    passages: int = 0
    names: int = 0
    facts: int = 0
    events: int = 0
    reason: str = ""
    commit: str = ""

    @property
    def gave(self) -> str:
        """What the document holds, in words."""
        counts = (
            (self.passages, "passage"),
            (self.names, "name"),
            (self.facts, "fact"),
            (self.events, "event"),
        )
        return ", ".join(numbered(count, noun) for count, noun in counts)


def uri_of(name: str) -> str:
    """How the document of a file is called: after its name, of which nothing is a path on this machine."""
    return name.replace("\x00", "\ufffd").encode("utf-8", "backslashreplace").decode()


def take(memory: Memory, upload: Upload, uri: str = "") -> Taken:
    """Read a file into the memory, in the place of the document ``uri`` or under its own name.

    Raises:
        GraphMemError: the memory cannot be written; what is wrong with the file is told in ``Taken.reason``.
    """
    called = uri or uri_of(upload.name)
    if is_said(called) and not uri:
        return _failed(upload, f"a name that begins with {SCHEME} is kept for what people say; rename it")
    source = Source(called, PurePosixPath(upload.name).suffix.lower(), data=upload.data)
    outcomes: list[Outcome] = []
    head = memory.store.head()
    report = ingest_sources(memory, [source], done=lambda _, outcome: outcomes.append(outcome))
    if report.errors:
        return _failed(upload, report.errors[0].reason)
    document = memory.document(document_id(memory.namespace, called))
    own = View.of(memory.namespace)
    commits = [one.id for one in memory.store.commits(own, after=head, touching=document.id)]
    gave = contribution(memory, document)
    return Taken(
        upload.key,
        upload.name,
        outcomes[-1],
        document.id,
        gave.passages,
        len(gave.names),
        len(gave.facts),
        len(gave.events),
        commit=commits[-1] if commits else "",
    )


def _failed(upload: Upload, reason: str) -> Taken:
    return Taken(upload.key, upload.name, "failed", reason=reason)


def doubled(uploads: Sequence[Upload]) -> set[str]:
    """The keys of files that have the name of an earlier one, but not its content."""
    first: dict[str, bytes] = {}
    return {one.key for one in uploads if first.setdefault(one.name, one.data) != one.data}


# --- on the page ------------------------------------------------------------------------------


def limit() -> int:
    """How many megabytes a file may have."""
    return min(int(st.get_option("server.maxUploadSize")), DEFAULT_LIMITS.max_bytes // 1_000_000)


def upload(uri: str = "") -> None:
    """A place to drop files, what became of those that were dropped, and a way back.

    With a ``uri`` it takes one file, which is read in the place of that document.
    """
    turn = st.session_state.get(_ROUND, 0)
    label = "Drop the new version here" if uri else "Drop files here"
    with st.form(f"upload {turn} {uri}", border=False):
        given = st.file_uploader(
            f"{label}, or choose: up to {limit()} MB each",
            accept_multiple_files=not uri,
            key=f"files {turn} {uri}",
        )
        small(f"What can be read: {' '.join(sorted(FORMATS))}")
        sent = st.form_submit_button("Read it" if uri else "Read them", type="primary")
    files = given if isinstance(given, list) else [given] if given else []
    if sent and not files:
        st.info("Choose a file first, or drop it above.")
    elif sent:
        _read([Upload(one.file_id, one.name, one.getvalue()) for one in files], uri)
        st.session_state[_ROUND] = turn + 1  # the next place to drop files is empty
        st.rerun()
    elif waiting := [one for one in files if one.file_id not in st.session_state.get(_TAKEN, {})]:
        count = numbered(len(waiting), "file")
        st.warning(f"Reading was interrupted: {count} still to be read. Press the button to go on.")


def _read(uploads: Sequence[Upload], uri: str) -> None:
    """Read files one by one, telling how far it is; after an interruption it goes on where it was."""
    taken: dict[str, Taken] = st.session_state.setdefault(_TAKEN, {})
    if not {one.key for one in uploads} & taken.keys():
        taken.clear()
    refused = doubled(uploads)
    bar = st.progress(0.0)
    with memory(create=True) as opened:
        for n, one in enumerate(uploads):
            failed = sum(row.outcome == "failed" for row in taken.values())
            so_far = f"{n:,} of {len(uploads):,} done" + (f", {failed:,} cannot be read" if failed else "")
            bar.progress(n / len(uploads), f"{so_far}. Reading {plain(one.name)}")
            if one.key in refused:
                taken[one.key] = _failed(one, "another file of these has the same name; rename it")
            elif one.key not in taken:
                taken[one.key] = take(opened, one, uri)
    bar.empty()


def report() -> None:
    """What became of the files that were read last, with links to their documents, and a way back."""
    taken: dict[str, Taken] = st.session_state.get(_TAKEN, {})
    if not taken:
        return
    rows = list(taken.values())
    failed = [one for one in rows if one.outcome == "failed"]
    with st.container(border=True):
        read = len(rows) - len(failed)
        st.text(
            f"{read:,} of {len(rows):,} files are in the memory"
            + (f", {len(failed):,} are not" if failed else "")
        )
        for one in failed[:_SHOWN]:
            st.error(plain(str(SourceError(one.name, one.reason))))
        st.html(
            listed(
                (href("documents", id=one.document), one.name, f"{_SAYS[one.outcome]}. It holds {one.gave}.")
                for one in [row for row in rows if row.document][:_SHOWN]
            )
        )
        if len(rows) > _SHOWN:
            st.text("More than these stand in the list below.")
        with st.container(horizontal=True):
            if commits := tuple(one.commit for one in rows if one.commit):
                st.button("Take all of this back", on_click=_undo, args=(commits,))
            st.button("Close", on_click=_close, key="close report")


def _undo(commits: tuple[str, ...]) -> None:
    if edit(lambda opened: opened.undo(*commits)):
        _close()


def _close() -> None:
    st.session_state.pop(_TAKEN, None)
