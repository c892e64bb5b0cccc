"""Thoughts: answers that are kept, so that the same question later costs no new reasoning.

After Think-in-Memory (Liu et al. 2023, "Think-in-Memory: Recalling and Post-thinking Enable LLMs with
Long-Term Memory"): thoughts are inserted after an answer, forgotten, and merged with those on the same
thing. There they are grouped by a hash of their vector; here by the words of their question, then by
likeness. Theirs may grow stale: here a thought is a note that goes with what it rests on, and counts only
while what was looked up for it finds nothing that it was not made in sight of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final, TypeAlias

from graphmem import schema
from graphmem.answering.answer import Answer, Assertion
from graphmem.answering.citations import Citation
from graphmem.answering.fusion import fused
from graphmem.embedding import Embedder
from graphmem.identity import words
from graphmem.notes import Note, Part, Source, note_id
from graphmem.ranking import Hit, Ranking
from graphmem.stores.base import Store
from graphmem.types import FloatArray, Record, Sentence, View

KIND: Final = "thought"
LIKE: Final = 0.92
"""Cosine from which two questions with the same names and numbers are one."""
_AMONG: Final = 20  # notes that are looked at, and four times as many while they are near
_FAR: Final = 0.4  # cosine to a note: a thought on a like question begins with that, and is nearer
Recall: TypeAlias = Callable[[str], Ranking]
_NAME: Final = re.compile(r"\b(?:[A-Z]\w*|\d[\w.:-]*)")


def known(store: Store, namespace: str, embedder: Embedder, question: str) -> Note | None:
    """The thought on a question: of the same words, else on the question that is most like it."""
    own = View.of(namespace, kinds=[schema.NOTE])
    exact = store.get(own, [_id(namespace, question)])
    if exact:
        return _note(*exact.values())
    near = _near(store, own, embedder.encode([question])[0])
    return next((note for note in near if _like(embedder, question, note.title)), None)


def _near(store: Store, view: View, vector: FloatArray) -> Iterator[Note]:
    """The thoughts among the notes near to a question, nearest first: most notes are none."""
    k, seen = _AMONG, 0
    while True:
        found = store.search_vector(view, vector, k)
        records = store.get(view, [id for id, _ in found[seen:]])
        notes = (records[id] for id, _ in found[seen:] if id in records)
        yield from (_note(record) for record in notes if record.body["kind"] == KIND)
        if len(found) < k or found[-1][1] < _FAR:
            return
        k, seen = 4 * k, len(found)


def answered(store: Store, view: View, note: Note, recall: Recall, question: str) -> Answer | None:
    """The answer that a thought holds, if it is whole and nothing new is found since; else None.

    All that was looked up for it is looked up again: that needs no model.
    """
    if "seen" not in note.data:  # it lost a part
        return None
    rankings = [recall(text) for text in note.data["asked"]]
    hits = {hit.passage.id: hit for ranking in reversed(rankings) for hit in ranking}
    if not hits.keys() <= set(note.data["seen"]) or not set(note.passages) <= hits.keys():
        return None
    if any(hits[id].stale for id in note.passages):
        return None
    assertions = tuple(Assertion(one.text, tuple(_citations(store, view, one, hits))) for one in note.parts)
    if not all(one.citations for one in assertions):
        return None
    told = f"thought of before, on {note.data['at'][:10]}"
    return Answer(question, assertions, note.data.get("short", ""), fused(rankings), stopped=told)


def thought(namespace: str, answer: Answer, recall: Recall, before: Note | None, at: datetime) -> Note | None:
    """The thought that an answer leaves, in the place of that before; None if it is not of this namespace.

    What is not supported is not kept. A question in other words is merged: its words become a tag.
    """
    parts = tuple(Part(one.text, tuple(map(_source, one.citations))) for one in answer.supported)
    hits = [cited.hit for one in answer.supported for cited in one.citations]
    if not parts or any(hit.passage.namespace != namespace for hit in hits):
        return None
    asked = [one.text for one in answer.asked]
    seen = sorted({hit.passage.id for text in asked for hit in recall(text)})
    title, tags = answer.question, before.tags if before else ()
    if before is not None and before.about != _about(title):
        title, tags = before.title, tuple(dict.fromkeys((*tags, answer.question)))
    moments = [one.passage.at for one in hits if one.passage.at]
    return Note(
        id=_id(namespace, title),
        namespace=namespace,
        kind=KIND,
        about=_about(title),
        title=title,
        parts=parts,
        until=max(moments, default=None),
        by="model",
        tags=tags,
        data={"asked": asked, "seen": seen, "short": answer.short, "at": at.isoformat()},
    )


def _about(question: str) -> str:
    return " ".join(words(question))


def _id(namespace: str, question: str) -> str:
    return note_id(namespace, KIND, _about(question))


def _note(record: Record) -> Note:
    note = schema.from_record(record)
    assert isinstance(note, Note)
    return note


def _like(embedder: Embedder, one: str, other: str) -> bool:
    """Whether two questions ask the same: alike, of the same names and numbers."""
    if set(_NAME.findall(one)[1:]) != set(_NAME.findall(other)[1:]):
        return False
    a, b = embedder.encode([one, other])
    return float(a @ b) >= LIKE


def _source(cited: Citation) -> Source:
    """Where a quote stands in its passage."""
    start = cited.sentence.start + max(cited.sentence.text.find(cited.quote), 0)
    return Source(cited.hit.passage.id, start, start + len(cited.quote))


def _citations(store: Store, view: View, part: Part, hits: dict[str, Hit]) -> Iterator[Citation]:
    """The quotes of a line, each with the sentence that it stands in now."""
    edges = store.neighbours(view, [source.passage for source in part.sources], [schema.PART_OF], "in")
    values = map(schema.from_record, store.get(view, edges.source).values())
    sentences = [one for one in values if isinstance(one, Sentence)]
    for source in part.sources:
        hit = hits[source.passage]
        quote = hit.passage.text[source.start : source.end]
        for one in sentences:
            if one.passage == source.passage and one.start <= source.start and source.end <= one.end:
                yield Citation(replace(hit, evidence=one), one, quote)
                break
