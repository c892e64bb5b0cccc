"""Topics: passages that are alike, whenever they came, gathered in a note that grows with them.

A new passage joins the nearest topic, or founds one: sequential leader clustering (Hartigan 1975,
"Clustering Algorithms"), by the mean cosine to a topic's passages. All new passages are compared
with the topics that are there in one product, and only topics that change are read. Notes have keywords, a
line of context and links to related notes, which change when a new one comes, as in A-MEM (Xu et al. 2025,
"A-MEM: Agentic Memory for LLM Agents"); there a language model writes them, here they are counted.

The order in which passages came decides what founded a topic; within one reflection it is that of time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from graphmem import schema
from graphmem.identity import fold
from graphmem.notes import Note, Part, note_id
from graphmem.reflection.board import Board
from graphmem.reflection.gathered import (
    keywords,
    line,
    means,
    named,
    of_namespace,
    passages,
    read,
)
from graphmem.reflection.wording import Line, plain, sentence_lines
from graphmem.stores.base import Store
from graphmem.types import Passage, View

TAGS: Final = 8
_AT_ONCE: Final = 64  # topics whose passages are read together


def topics(
    store: Store, view: View, namespace: str, touched: Collection[str], now: datetime
) -> Iterator[Note]:
    """The topics that new passages join or found, and those that these are linked with.

    ``now`` plays no part. A passage that has a topic stays there, and its note is made anew.
    """
    view = of_namespace(view, namespace)
    board = Board(store, view, namespace)
    there = passages(store, view, touched)
    changed = board.of_passages(there)
    changed |= board.join(means(store, view, [id for id in there if id not in board.of]))
    board.settle(changed)
    live = [id for id in sorted(changed) if board.topics[id].means]
    links = board.linked(live)
    for id in sorted(changed.difference(live)):
        yield _empty(namespace, board.topics[id].about)
    for start in range(0, len(live), _AT_ONCE):
        block = live[start : start + _AT_ONCE]
        yield from _notes(store, view, board, block, links, there)
    for id, record in store.get(view, sorted(links.keys() - set(live))).items():
        note = schema.from_record(record)
        assert isinstance(note, Note)
        yield replace(plain(note), links=links[id])


def of_topic(store: Store, view: View, note: Note) -> list[Line]:
    """The sentences of the passages that a topic gathers."""
    return sentence_lines(read(store, view, note.passages), note.parts)


def _empty(namespace: str, about: str) -> Note:
    id = note_id(namespace, schema.TOPIC, about)
    return Note(id=id, namespace=namespace, kind=schema.TOPIC, about=about, title="", parts=())


def _notes(
    store: Store,
    view: View,
    board: Board,
    ids: Sequence[str],
    links: Mapping[str, tuple[str, ...]],
    new: Collection[str],
) -> Iterator[Note]:
    """Notes with a line of each passage, in the order of time; what was read before is not read again."""
    found = passages(store, view, [one for id in ids for one in board.topics[id].means])
    parts = store.neighbours(view, list(found), [schema.PART_OF], "in")
    said = named(store, view, parts.source)
    names: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for sentence, passage in sorted(zip(parts.source, parts.target, strict=True)):
        names[passage] += said.get(sentence, ())
    notes = {id: board.topics[id].note for id in ids}
    kept = {part.sources[0].passage: part for note in notes.values() if note for part in note.parts}
    lacking = [id for id in found if id in new or id not in kept]
    lines = {**kept, **_lines(store, view, board, lacking)}
    own: dict[str, list[Passage]] = {id: [] for id in ids}
    for member in found.values():
        own[board.of[member.id]].append(member)
    for id, of in own.items():
        told = tuple(lines[one.id] for one in of if one.id in lines)
        tags = keywords([part.text for part in told], [one for it in of for one in names[it.id]], TAGS)
        moments = sorted(one.at for one in of if one.at)
        yield replace(
            _empty(board.namespace, board.topics[id].about),
            title=", ".join(tags[:3]),
            parts=told,
            at=moments[0] if moments else None,
            until=moments[-1] if moments else None,
            tags=tags,
            links=links[id],
            data={"context": _context(of)},
        )


def _lines(store: Store, view: View, board: Board, ids: Sequence[str]) -> dict[str, Part]:
    """Of each passage the sentence that is nearest to its topic."""
    found = read(store, view, ids)
    # Where there is but one sentence, there is nothing to compare.
    several = [one.id for of in found.sentences.values() if len(of) > 1 for one in of]
    vectors = store.vectors(view, several)
    made = {}
    for id, of in found.sentences.items():
        best = of[0]
        if len(of) > 1:
            mean = board.mean(board.of[id])
            near = {one.id: round(float(vectors[one.id] @ mean), 4) for one in of if one.id in vectors}
            best = min(of, key=lambda one: (-near.get(one.id, 0.0), one.start, one.id))
        text, source = line(found.passages[id], best)
        made[id] = Part(text, (source,))
    return made


def _context(found: Collection[Passage]) -> str:
    """How much it is of, and of what time."""
    many, documents = len(found), len({one.document for one in found})
    moments = sorted(one.at.date().isoformat() for one in found if one.at)
    told = f"{many} passage{'s' * (many > 1)} of {documents} document{'s' * (documents > 1)}"
    spoken = sorted({one.speaker for one in found if one.speaker}, key=fold)
    said = f", said by {', '.join(spoken[:4])}" if spoken else ""
    return told + said + (f", {moments[0]} to {moments[-1]}" if moments else "")
