"""What forgetting takes out, told before it is done and after, in words; other pages show it too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import Final

import streamlit as st

from graphmem import schema
from graphmem.memory import Memory
from graphmem.receipts import Receipt
from graphmem.types import Commit
from graphmem.ui.edits import edit
from graphmem.ui.opening import address, memory
from graphmem.ui.settings import read_only

Forget = Callable[[Memory, bool], Receipt]
"""Forgets something, or with True only says what would go: ``lambda m, dry: m.forget(id, dry_run=dry)``."""

_RECEIPT: Final = "receipt of forgetting"
_SHOWN: Final = 10
# What people have words for; the rest is worked out from it.
_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    schema.DOCUMENT: ("document", "documents"),
    schema.PASSAGE: ("passage", "passages"),
    **dict.fromkeys(schema.SENTENCE_KINDS.values(), ("sentence", "sentences")),
    schema.EPISODE: ("episode", "episodes"),
    schema.ENTITY: ("name", "names"),
    schema.FACT: ("fact", "facts"),
    schema.EVENT: ("event", "events"),
    schema.CORRECTION: ("word of a person", "words of people"),
    schema.DECISION: ("word of a person", "words of people"),
    schema.DISPUTE: ("contradiction", "contradictions"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A heading, and what stands below it."""

    heading: str
    lines: tuple[str, ...]


def counted(counts: Mapping[str, int]) -> str:
    """Counts of records in words: "1 document, 4 sentences"; empty if there is nothing to name."""
    sums: dict[tuple[str, str], int] = {}
    for kind, word in _WORDS.items():
        if counts.get(kind):
            sums[word] = sums.get(word, 0) + counts[kind]
    return ", ".join(f"{n:,} {one if n == 1 else many}" for (one, many), n in sums.items())


def told(receipt: Receipt) -> list[Told]:
    """A receipt in words: what goes, what stays but says less, what comes apart, what is kept and why."""
    done = receipt.commit is not None
    rows = [Told("Gone" if done else "What goes", _cut((counted(receipt.removed) or "nothing",)))]
    for kind, names in receipt.examples.items():
        many = _WORDS[kind][1]
        which = many if receipt.removed.get(kind, 0) <= len(names) else f"{many}, for example"
        rows.append(Told(f"{which[0].upper()}{which[1:]}", _cut(names)))
    if receipt.cut:
        rows.append(Told("Documents that stay with fewer passages", _cut(receipt.cut)))
    if stays := counted(receipt.changed):
        rows.append(Told("What stays, but has less behind it", (stays,)))
    if receipt.returned:
        rows.append(Told("Holds again, since what ended it goes", _cut(receipt.returned)))
    if receipt.apart:
        rows.append(Told("Comes apart", _cut(tuple(" / ".join(names) for names in receipt.apart))))
    if receipt.kept:
        rows.append(Told("Kept", _cut(receipt.kept)))
    notes = [f"{note[0].upper()}{note[1:]}." for note in receipt.notes]
    if done:
        notes.append(f"The history still holds it. To take it out for ever: {receipt.purge}")
    return [*rows, *([Told("To know", tuple(notes))] if notes else [])]


def _cut(lines: tuple[str, ...]) -> tuple[str, ...]:
    more = len(lines) - _SHOWN
    return (*lines[:_SHOWN], f"and {more:,} more") if more > 0 else lines


# --- on the page ------------------------------------------------------------------------------


def preview(receipt: Receipt) -> None:
    """Show a receipt: of what would go, or of what went."""
    rows = "".join(
        f"<dt style='margin-top: 0.6rem'><b>{escape(row.heading)}</b></dt>"
        + "".join(
            f"<dd style='margin: 0 0 0 1rem'>{escape(' '.join(line.split()))}</dd>" for line in row.lines
        )
        for row in told(receipt)
    )
    st.html(f"<dl style='margin: 0; padding: 0; overflow-wrap: anywhere; max-width: 46rem'>{rows}</dl>")


@st.cache_data(max_entries=16, show_spinner="Looking what would go …")
def _foreseen(_forget: Forget, _memory: Memory, key: str, store: tuple[str, str], head: int) -> Receipt:
    return _forget(_memory, True)


def offer(forget: Forget, label: str, key: str) -> None:
    """What would go, and a button that forgets it; ``key`` tells what is meant, such as an id."""
    with memory() as opened:
        receipt = _foreseen(forget, opened, key, address(), opened.store.head())
    preview(receipt)
    if read_only():
        st.text("This explorer is read-only: nothing can be forgotten here.")
        return
    st.button(label, on_click=_go, args=(forget, key), key=f"forget {key}", type="primary")


def _go(forget: Forget, key: str) -> None:
    edit(lambda opened: _commit(forget, key, opened))


def _commit(forget: Forget, key: str, opened: Memory) -> Commit:
    receipt = forget(opened, False)
    commit = receipt.commit
    assert commit is not None
    # What was forgotten is not kept in the session as well.
    st.session_state[_RECEIPT] = key, replace(receipt, commit=replace(commit, changes=()))
    return commit


def last(key: str) -> Receipt | None:
    """The receipt of the last forgetting of this session, if it was of this key."""
    of, receipt = st.session_state.get(_RECEIPT, ("", None))
    return receipt if of == key else None
