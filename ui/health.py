"""The page Health: what the memory holds, how it grew, whether it is sound, and who may read it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from html import escape
from typing import Any, Final, cast

import streamlit as st

from graphmem import schema
from graphmem.memory import Memory
from graphmem.projection import SCHEMA
from graphmem.stores.base import Store
from graphmem.stores.neo4j_address import without_password
from graphmem.types import Record, StoreInfo, View
from graphmem.ui import growth as growing
from graphmem.ui.growth import Growth
from graphmem.ui.opening import address, memory
from graphmem.ui.settings import author, read_only
from graphmem.ui.words import KINDS
from graphmem.verifying import Fault, verify

_FIRST: Final = (schema.DOCUMENT, schema.PASSAGE, schema.ENTITY, schema.FACT, schema.EVENT)
"""Kinds that everybody asks for, which stand large; the others stand in a table."""
_READ_BY_CHECK: Final = frozenset({*SCHEMA.logged, schema.ENTITY, schema.FACT, schema.EVENT})
_TOLD_EVERY: Final = 500


def page() -> None:
    """Draw it."""
    st.title("Health")
    with memory() as opened:
        info = opened.store.info()
        counts = info.records.get(opened.namespace, {})
        _counts(counts)
        if not info.commits:
            st.info("The memory is empty: add files on the page Documents, or run graphmem ingest FOLDER.")
        grown = st.container()
        if info.commits:
            _sound(opened, info)
        _store(opened, info)
        _shares(opened)
        # The log is read last, so that nothing else waits for it.
        if info.commits:
            with grown:
                _growth(opened, counts)


# --- what it holds --------------------------------------------------------------------------


def _counts(counts: Mapping[str, int]) -> None:
    with st.container(horizontal=True, gap="large"):
        for kind in _FIRST:
            st.metric(KINDS[kind][1].capitalize(), f"{counts.get(kind, 0):,}", width="content")
    others = {kind: count for kind, count in counts.items() if kind not in _FIRST and count}
    if others:
        with st.expander("Everything else that is kept"):
            _table((KINDS.get(kind, (kind, kind))[1].capitalize(), f"{n:,}") for kind, n in others.items())


def _table(rows: Iterable[tuple[str, str]]) -> None:
    """Names with values, as text."""
    cells = "".join(
        f"<tr><th scope='row' style='text-align:left;padding:.15rem 1rem .15rem 0;font-weight:normal;"
        f"vertical-align:top'>{escape(name)}</th><td style='overflow-wrap:anywhere'>{escape(value)}</td></tr>"
        for name, value in rows
    )
    st.html(f"<table>{cells}</table>")


# --- how it grew ----------------------------------------------------------------------------


@st.cache_resource
def _grown() -> dict[tuple[str, str], Growth]:
    """What was read of each memory's log, for all sessions: a long log is read once."""
    return {}


def _growth(opened: Memory, counts: Mapping[str, int]) -> None:
    """Charts of the log, with a sentence and a table that say the same."""
    st.subheader("Growth", anchor=False)
    further = st.session_state.pop("further back", False)
    with st.spinner("Reading the log …"):
        known = growing.growth(opened, _grown().get(address()), further=further)
    _grown()[address()] = known
    documents = counts.get(schema.DOCUMENT, 0)
    records = sum(count for kind, count in counts.items() if kind in SCHEMA.logged)
    told = growing.sentence(known, documents)
    totals = growing.totals(known, documents, records)
    days = [day.isoformat() for day in sorted(known.days)]
    columns = st.columns(2)
    with columns[0]:
        st.caption("Changes on each day")
        changes = [known.days[day].commits for day in sorted(known.days)]
        st.bar_chart({"day": days, "changes": changes}, x="day", y="changes", height=220, alt=told)
    with columns[1]:
        st.caption("Documents after each day")
        after = [count for count, _ in totals.values()]
        st.bar_chart({"day": days, "documents": after}, x="day", y="documents", height=220, alt=told)
    st.text(told)
    with st.expander("The same as a table"):
        rows = [
            {
                "day": day.isoformat(),
                "changes": known.days[day].commits,
                "documents": totals[day][0],
                "records": totals[day][1],
            }
            for day in sorted(known.days, reverse=True)
        ]
        st.dataframe(rows, hide_index=True, alt=told)
    if not known.whole:
        st.caption(f"{known.after:,} older changes were not read yet.")
        st.button("Look further back", on_click=_further)


def _further() -> None:
    st.session_state["further back"] = True


# --- whether it is sound --------------------------------------------------------------------


class _Counting:
    """A store that tells how many records were scanned; else it is the store itself."""

    def __init__(self, store: Store, tell: Callable[[int], None]) -> None:
        self._store = store
        self._tell = tell
        self._seen = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def scan(self, view: View, kind: str) -> Iterator[Record]:
        """The store's records of a kind, counted as they go by."""
        for record in self._store.scan(view, kind):
            self._seen += 1
            if self._seen % _TOLD_EVERY == 0:
                self._tell(self._seen)
            yield record


def checked(store: Store, tell: Callable[[float], object]) -> tuple[Fault, ...]:
    """The faults of a store, while the share of records that was looked at, from 0 to 1, is told."""
    kinds = store.info().records.values()
    whole = sum(count for found in kinds for kind, count in found.items() if kind in _READ_BY_CHECK)

    def told(seen: int) -> None:
        tell(min(1.0, seen / max(whole, 1)))

    return verify(cast("Store", _Counting(store, told)))


def _sound(opened: Memory, info: StoreInfo) -> None:
    st.subheader("Is it sound?", anchor=False)
    records = sum(sum(kinds.values()) for kinds in info.records.values())
    st.caption(
        f"The check reads all {records:,} records and the whole log and compares them; nothing is changed."
        " With many documents it takes minutes, and leaving this page ends it."
    )
    if not st.button("Check now", icon=":material/fact_check:"):
        return
    bar = st.progress(0.0, "Comparing the records with the log …")
    with st.spinner("Checking …", show_time=True):
        faults = checked(opened.store, lambda share: bar.progress(share, "Looking at each record …"))
    bar.empty()
    if not faults:
        st.success(f"All is sound: {info.commits:,} changes and {records:,} records fit each other.")
        return
    st.error(f"{len(faults):,} {'fault was' if len(faults) == 1 else 'faults were'} found:")
    for fault in faults:
        st.text(f"{fault}")


# --- where it is, and who reads it ----------------------------------------------------------


def _store(opened: Memory, info: StoreInfo) -> None:
    st.subheader("Where it is kept", anchor=False)
    size = f"{info.bytes / 1e6:,.1f} MB" if info.bytes is not None else "the server does not tell"
    rows = [
        ("Store", without_password(info.url)),
        ("Namespace", opened.namespace),
        ("Read along", ", ".join(opened.also) or "no other namespace"),
        ("On disk, all namespaces", size),
        ("Changes, all namespaces", f"{info.commits:,}"),
        ("Encoder", info.encoder or "none yet"),
        ("Sentences with a vector", f"{info.vectors:,}"),
        ("Format of the store", str(info.format)),
        ("This explorer", "read-only" if read_only() else f"may change the memory, as {author()}"),
    ]
    _table(rows)


def _shares(opened: Memory) -> None:
    st.subheader("Who may read it, and whom it trusts", anchor=False)
    grants, words = opened.grants(), opened.trusts()
    if grants:
        _table(
            (
                f"Shared with {'every namespace' if one.reader == '*' else one.reader}",
                f"by {one.by or 'somebody'} on {one.at:%Y-%m-%d}",
            )
            for one in grants
        )
    else:
        st.text("No other namespace may read it.")
    if words:
        _table(
            (one.source, f"{one.level}, says {one.by or 'somebody'} on {one.at:%Y-%m-%d}") for one in words
        )
    else:
        st.text("Every source is trusted.")
    st.caption("Facts that only untrusted sources state wait on the page Review.")
