"""Sentences where they stand: the passage around each, what comes before and after it, and its document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape
from typing import Final

from graphmem import schema
from graphmem.memory import Memory
from graphmem.saying import SCHEME, is_said
from graphmem.types import Document, Passage, Sentence

_AROUND: Final = 300
"""Characters of the passages before and after that are shown."""


@dataclass(frozen=True, slots=True)
class Context:
    """Sentences of one passage in their source; ``marks`` are their places in the text of the passage.

    ``before`` and ``after`` are the ends of the passages next to it, empty where there is none.
    """

    id: str
    passage: str
    text: str
    marks: tuple[tuple[int, int], ...]
    before: str
    after: str
    document: str
    uri: str
    title: str
    heading: str
    speaker: str
    at: datetime | None
    namespace: str

    @property
    def source(self) -> str:
        """Where it stands, for people: who said so, or document, heading, speaker and date."""
        if is_said(self.uri):
            return f"said by {self.uri.removeprefix(SCHEME).split('/')[0]}"
        date = f"{self.at:%Y-%m-%d}" if self.at else ""
        return " · ".join(filter(None, dict.fromkeys((self.uri, self.heading, self.speaker, date))))

    @property
    def sentences(self) -> tuple[str, ...]:
        """The sentences, as they follow each other."""
        return tuple(self.text[start:end] for start, end in self.marks)


def contexts(memory: Memory, sentences: Sequence[Sentence]) -> tuple[Context, ...]:
    """The sentences in their sources, in order; five reads of the store for however many."""
    store, view = memory.store, memory.view
    passages = _passages(memory, [one.passage for one in sentences])
    homes = map(schema.from_record, store.get(view, list({p.document for p in passages.values()})).values())
    documents = {one.id: one for one in homes if isinstance(one, Document)}
    next_edges = store.neighbours(view, list(passages), [schema.FOLLOWS], "in")
    next_of = dict(zip(next_edges.target, next_edges.source, strict=True))
    beside = {one.previous for one in passages.values() if one.previous}
    near = _passages(memory, sorted(beside.union(next_of.values())))
    found = []
    for one in sentences:
        passage = passages.get(one.passage)
        document = documents.get(passage.document) if passage else None
        if passage is None or document is None:
            continue
        before, after = near.get(passage.previous or ""), near.get(next_of.get(passage.id, ""))
        found.append(
            Context(
                id=one.id,
                passage=passage.id,
                text=passage.text,
                marks=((one.start, one.end),),
                before=_ending(before.text) if before else "",
                after=_beginning(after.text) if after else "",
                document=document.id,
                uri=document.uri,
                title=document.title,
                heading=passage.heading,
                speaker=passage.speaker,
                at=passage.at,
                namespace=document.namespace,
            )
        )
    return tuple(found)


def together(stood: Iterable[Context]) -> tuple[Context, ...]:
    """Sentences of one passage in one context, which stands where the first of them stood."""
    found: dict[str, Context] = {}
    for one in stood:
        if (first := found.get(one.passage)) is not None:
            one = replace(first, marks=tuple(sorted({*first.marks, *one.marks})))
        found[one.passage] = one
    return tuple(found.values())


def _passages(memory: Memory, ids: Sequence[str]) -> dict[str, Passage]:
    records = memory.store.get(memory.view, list(dict.fromkeys(ids))) if ids else {}
    found = map(schema.from_record, records.values())
    return {one.id: one for one in found if isinstance(one, Passage)}


def _ending(text: str) -> str:
    return text if len(text) <= _AROUND else "… " + text[-_AROUND:].partition(" ")[2]


def _beginning(text: str) -> str:
    return text if len(text) <= _AROUND else text[:_AROUND].rpartition(" ")[0] + " …"


def html(context: Context, *, around: bool = False) -> str:
    """The passage with its sentences marked, and with ``around`` what is next to it; all of it escaped."""
    style = "white-space: pre-wrap; overflow-wrap: anywhere; margin: 0 0 .4rem"
    text, spans, done = context.text, "", 0
    for start, end in context.marks:
        spans += f"{escape(text[done:start])}<mark>{escape(text[start:end])}</mark>"
        done = end
    spans += escape(text[done:])
    parts = [context.before if around else "", "", context.after if around else ""]
    told = [f"<p style='{style}'><small>{escape(part)}</small></p>" if part else "" for part in parts]
    told[1] = f"<p style='{style}'>{spans}</p>"
    return "".join(told)
