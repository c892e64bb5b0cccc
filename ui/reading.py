"""A document as it is read: its passages in order, a part at a time, with what they name linked and marked.

All of it is escaped text; the only links are those to the page of a name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final
from urllib.parse import urlencode

import streamlit as st

from graphmem import schema
from graphmem.errors import NotFound
from graphmem.identity import entity_id, fold
from graphmem.memory import Memory
from graphmem.types import Document, Entity, Mention, Passage, Sentence
from graphmem.ui.contribution import parts

PART: Final = 20
"""Passages that are shown at once."""
KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "person": ("P", "59, 130, 246"),
    "place": ("L", "22, 163, 74"),
    "organization": ("O", "168, 85, 247"),
    "work": ("W", "234, 88, 12"),
    "date": ("D", "100, 116, 139"),
    "time": ("T", "100, 116, 139"),
    "": ("X", "202, 138, 4"),
}
"""The letter and the colour (red, green, blue) by which a kind is told; the last are all others."""


@dataclass(frozen=True, slots=True)
class Part:
    """Passages of a document in their order, the first of them the ``first`` of ``total``, from 0.

    ``sentences`` are those of each passage by its id, ``entities`` those by id that they name.
    """

    document: Document
    first: int
    total: int
    passages: tuple[Passage, ...]
    sentences: Mapping[str, tuple[Sentence, ...]]
    entities: Mapping[str, Entity]

    @property
    def kinds(self) -> list[str]:
        """The kinds of what is named here, as the legend has them."""
        return sorted({_kind(one) for one in self.entities.values()}, key=list(KINDS).index)


def _kind(entity: Entity) -> str:
    return entity.label if entity.label in KINDS else ""


# --- what is read -----------------------------------------------------------------------------


def order(memory: Memory, document: Document) -> tuple[str, ...]:
    """The ids of a document's passages in their order."""
    ids = parts(memory, document)
    # A passage's place is not in its id: of one content, the same passages stand in the same order.
    same = hashlib.blake2b("".join(ids).encode(), digest_size=16).hexdigest()
    return _ordered(memory, ids, document.id, document.content_hash, same)


@st.cache_data(max_entries=32, show_spinner=False)
def _ordered(
    _memory: Memory, _ids: Sequence[str], document: str, content_hash: str, same: str
) -> tuple[str, ...]:
    records = _memory.store.get(_memory.view, _ids)
    return tuple(sorted(records, key=lambda id: (records[id].body.get("position", 0), id)))


def place(memory: Memory, sentence: str) -> tuple[Document, int]:
    """The document of a sentence, and which of its passages it stands in, from 0.

    Raises:
        NotFound: there is no such sentence.
    """
    found = memory.find(sentence)
    home = memory.find(found.passage) if isinstance(found, Sentence) else found
    if not isinstance(home, Passage):
        raise NotFound("that sentence is not in the memory any more")
    document = memory.document(home.document)
    return document, order(memory, document).index(home.id)


def part(memory: Memory, document: Document, first: int, size: int = PART) -> Part:
    """So many passages of a document from one on."""
    ids = order(memory, document)
    first = max(0, min(first, len(ids) - 1))
    view, store = memory.view, memory.store
    records = store.get(view, ids[first : first + size])
    passages = [one for one in map(schema.from_record, records.values()) if isinstance(one, Passage)]
    inside = store.neighbours(view, [one.id for one in passages], [schema.PART_OF], "in").source
    values = map(schema.from_record, store.get(view, inside).values())
    sentences = sorted((one for one in values if isinstance(one, Sentence)), key=lambda one: one.position)
    named = {_named(one.namespace, mention) for one in sentences for mention in one.mentions if mention.end}
    found = map(schema.from_record, store.get(view, sorted(named)).values())
    return Part(
        document,
        first,
        len(ids),
        tuple(sorted(passages, key=lambda one: one.position)),
        {one.id: tuple(s for s in sentences if s.passage == one.id) for one in passages},
        {one.id: one for one in found if isinstance(one, Entity)},
    )


def _named(namespace: str, mention: Mention) -> str:
    """The id of the entity that a mention stands for, by the name that the document has in full."""
    return entity_id(namespace, fold(mention.of or mention.name))


# --- how it looks -----------------------------------------------------------------------------


def style() -> str:
    """How names of each kind are marked: underlined, on their colour, their letter behind them."""
    rules = [
        ".names a { color: inherit; text-decoration: underline; text-decoration-thickness: 2px;"
        " text-underline-offset: 3px; border-radius: 3px; padding: 0 2px; }",
        ".names a::after { content: attr(data-letter); font-size: 0.65em; font-weight: 600;"
        " vertical-align: super; margin-left: 1px; }",
        ".names a.less { background: none; text-decoration-style: dotted; }",
        ".names p { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0 0 1rem; max-width: 46rem;"
        " line-height: 1.7; }",
        ".names h3 { overflow-wrap: anywhere; } .names small { opacity: 0.85; }",
        ".names .who { font-weight: 600; display: block; overflow-wrap: anywhere; }",
        ".names mark { color: inherit; background: rgba(250, 204, 21, 0.35); outline: 2px solid currentColor;"
        " outline-offset: 1px; border-radius: 2px; }",
    ]
    for letter, colour in KINDS.values():
        rules.append(
            f".names a[data-letter={letter}] {{ background: rgba({colour}, 0.16);"
            f" text-decoration-color: rgb({colour}); }}"
        )
    return f"<style>{' '.join(rules)}</style>"


def legend(of: Part) -> str:
    """What the letters behind names mean, as HTML; empty if nothing is named."""
    names = [f"<span><b>{KINDS[kind][0]}</b> {escape(kind or 'something else')}</span>" for kind in of.kinds]
    return f"<small>Letters behind names: {', '.join(names)}.</small>" if names else ""


def text(of: Part, asked: str = "") -> str:
    """The passages as HTML, one sentence marked if it is asked for by id."""
    lines: list[str] = []
    heading = ""
    for passage in of.passages:
        if passage.heading and passage.heading != heading:
            lines.append(f"<h3>{escape(passage.heading)}</h3>")
        heading = passage.heading
        inner = "".join(_pieces(passage, of, asked))
        lines.append(f"<p id='{escape(passage.id)}'>{_speaker(passage)}{inner}</p>")
    return f"{style()}<div class='names'>{legend(of)}{''.join(lines)}</div>"


def _speaker(passage: Passage) -> str:
    """Who says a passage and when, above it."""
    moment = f"{passage.at:%Y-%m-%d %H:%M}" if passage.at else ""
    told = " · ".join(filter(None, (passage.speaker, moment)))
    return f"<span class='who'>{escape(told)}</span>" if told else ""


def _pieces(passage: Passage, of: Part, asked: str) -> Iterator[str]:
    """The text of a passage as HTML, each sentence with an anchor."""
    done = 0
    for sentence in of.sentences.get(passage.id, ()):
        if sentence.start < done:
            continue
        yield escape(passage.text[done : sentence.start])
        inner = "".join(_linked(sentence, of.entities))
        tag = "mark" if sentence.id == asked else "span"
        yield f"<{tag} id='{escape(sentence.id)}'>{inner}</{tag}>"
        done = sentence.end
    yield escape(passage.text[done:])


def _linked(sentence: Sentence, entities: Mapping[str, Entity]) -> Iterator[str]:
    """The text of a sentence as HTML, what it names linked; of mentions that overlap the longer one."""
    done = 0
    for mention in sorted(sentence.mentions, key=lambda one: (one.start, -one.end)):
        entity = entities.get(_named(sentence.namespace, mention))
        if mention.start < done or not mention.end or entity is None:
            continue
        yield escape(sentence.text[done : mention.start])
        done = mention.end
        yield _link(sentence.text[mention.start : done], entity, mention.role == "pronoun")
    yield escape(sentence.text[done:])


def _link(surface: str, entity: Entity, less: bool) -> str:
    told = f"{entity.name} ({entity.label})" if entity.label else entity.name
    href = escape(f"record?{urlencode({'id': entity.id})}")
    kind = "class='less'" if less else f"data-letter='{KINDS[_kind(entity)][0]}'"
    return f"<a href='{href}' {kind} title='{escape(told)}'>{escape(surface)}</a>"
