"""How a passage is shown. All of it is text: whatever a document holds, nothing in it is run or loaded."""

from __future__ import annotations

import re
from html import escape
from typing import Final

import streamlit as st

from graphmem.errors import NotOwned
from graphmem.identity import words
from graphmem.memory import Memory
from graphmem.ranking import Hit, Ranking
from graphmem.retrieval.coverage import stems
from graphmem.retrieval.keyword import QUESTION_WORDS
from graphmem.types import Commit
from graphmem.ui.edits import edit
from graphmem.ui.links import link

_WORD: Final = re.compile(r"\w+")
_STYLE: Final = "white-space: pre-wrap; overflow-wrap: anywhere"


def marked(text: str, found: str, question: str = "") -> str:
    """A text as HTML, its evidence marked, the question's words in bold; every character of it escaped."""
    told = stems(" ".join(word for word in words(question) if word not in QUESTION_WORDS))
    before, found, after = text.partition(found)
    spans = (_bold(before, told), f"<mark>{_bold(found, told)}</mark>" if found else "", _bold(after, told))
    return f"<p style='{_STYLE}'>{''.join(spans)}</p>"


def _bold(text: str, told: set[str]) -> str:
    parts, end = [], 0
    for word in _WORD.finditer(text) if told else ():
        if not told.isdisjoint(stems(word.group())):
            parts += [escape(text[end : word.start()]), f"<b>{escape(word.group())}</b>"]
            end = word.end()
    return "".join((*parts, escape(text[end:])))


def source(hit: Hit, several: bool = False) -> str:
    """Where a hit comes from: namespace if there are several, uri, heading, speaker and date."""
    whose = hit.document.namespace if several else ""
    parts = [whose, hit.document.uri, hit.passage.heading, hit.passage.speaker]
    if at := hit.passage.at or hit.document.written_at:
        parts.append(f"{at:%Y-%m-%d}")
    return " · ".join(part for part in dict.fromkeys(parts) if part)


def nearness(hit: Hit) -> str:
    """How near a hit is, in words: beside the best hit, and by meaning, words and links."""
    meaning, said = hit.parts.get("cosine", 0.0), hit.parts.get("bm25", 0.0)
    return f"{hit.score:.0%} of the best · meaning {meaning:.2f} · words {said:.2f}"


def show_hit(
    rank: int, hit: Hit, question: str = "", several: bool = False, of: Ranking | None = None
) -> None:
    """A hit: the passage with its evidence marked, its source, how near it is, and what holds no more.

    With the ranking that it is ``of``, one can say whether it helped.
    """
    with st.container(border=True):
        st.html(f"<small>{rank}. {escape(source(hit, several))}</small>")
        st.html(marked(hit.passage.text, hit.evidence.text, question))
        for line in hit.stale:
            st.html(f"<p>⚠ No longer: {escape(line)}</p>")
        if "trust" in hit.parts:
            st.html("<p>⚠ Its source is not trusted.</p>")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(nearness(hit), width="content")
            link("Read it there", "documents", id=hit.document.id, sentence=hit.evidence.id)
            if of is not None:
                _verdicts(hit, of)


def _verdicts(hit: Hit, of: Ranking) -> None:
    """Two buttons that say whether a hit helped: each is a commit, from which later rankings learn."""
    id = hit.passage.id
    for verdict, icon, told in (
        ("useful", ":material/thumb_up:", "It answers: rank such passages higher"),
        ("not", ":material/thumb_down:", "It does not answer: rank such passages lower"),
    ):
        key = f"{verdict} {id}"
        st.button(
            verdict, key=key, icon=icon, help=told, type="tertiary", on_click=_said, args=(of, id, verdict)
        )


def _said(of: Ranking, passage: str, verdict: str) -> None:
    edit(lambda memory: _feedback(memory, of, passage, verdict))


def _feedback(memory: Memory, of: Ranking, passage: str, verdict: str) -> Commit:
    """Say whether a hit of a ranking helped.

    Raises:
        NotOwned: it is of a namespace that is only read along.
    """
    useful, not_useful = ([passage], ()) if verdict == "useful" else ((), [passage])
    commit = memory.feedback(of, useful=useful, not_useful=not_useful)
    if commit is None:
        raise NotOwned(f"this passage is of another namespace: say so there, not in {memory.namespace}")
    return commit
