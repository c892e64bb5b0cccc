"""The named mentions of GUM with the Wikipedia identity of what each one names.

A mention is a span that a proper noun heads; its name is what is left of the span without the phrases and
clauses that hang on it ("Sydney , Australia", "pro-Beijing nonpartisan Junius Ho"): the run of capitalised
words around the head. Pronouns and mentions headed by common nouns are a matter of coreference, not of names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from spacy.language import Language
from spacy.tokens import Doc

from benchmarks.treebank import TYPES, Sentence, read
from benchmarks.treebank import Span as Bare

_BRACKET: Final = re.compile(r"\(([^()]+)(\)?)|([^()]+)\)")
# etype, infstat, salience, centering, minspan, link, identity: the last may hold hyphens itself.
_FIELDS: Final = 8
_INSIDE: Final = frozenset(
    "of the and for in on to at de la du von van der den del da di le el al y ' ’ 's ’s - – & . /".split()
)
# What tells a part of a place or an age of a tongue from the whole, though written small.
_PARTS: Final = frozenset(
    "north south east west northern southern eastern western central mainland downtown upper lower ancient"
    " sub-saharan medieval modern".split()
)
_LONGEST_CONNECTION: Final = 2


@dataclass(frozen=True, slots=True)
class Named:
    """A named mention: where it stands, what it says, and what it means (empty if no article is known)."""

    document: str
    sentence: int
    start: int
    end: int
    name: str
    span: str
    label: str
    identity: str
    cluster: str
    text: str


@dataclass(frozen=True, slots=True)
class _Marked:
    """A span of a sentence with its fields."""

    start: int
    end: int
    cluster: str
    label: str
    identity: str


def marked(column: Sequence[str]) -> list[_Marked]:
    """The mentions that the last columns of a sentence open and close."""
    opened: dict[str, list[tuple[int, list[str]]]] = {}
    found = []

    def add(start: int, end: int, fields: list[str]) -> None:
        identity = unquote(fields[-1]) if len(fields) == _FIELDS else ""
        found.append(_Marked(start, end, fields[0], fields[1] if len(fields) > 1 else "", identity))

    for number, misc in enumerate(column):
        values = [part.removeprefix("Entity=") for part in misc.split("|") if part.startswith("Entity=")]
        for inside, whole, closed in _BRACKET.findall("".join(values)):
            if closed:
                if starts := opened.get(closed):
                    add(*(starts[-1][0], number + 1, starts.pop()[1]))
                continue
            fields = inside.split("-", _FIELDS - 1)
            if whole:
                add(number, number + 1, fields)
            else:
                opened.setdefault(fields[0], []).append((number, fields))
    return found


def columns(path: Path) -> Iterator[list[str]]:
    """The last column of each sentence of a treebank's file."""
    column: list[str] = []
    for line in (*path.read_text("utf-8").splitlines(), ""):
        if line and not line.startswith("#"):
            row = line.split("\t")
            if row[0].isdigit():
                column.append(row[9])
        elif not line and column:
            yield column
            column = []


def _capital(sentence: Sentence, word: int) -> bool:
    """Whether a word can be part of a name by itself."""
    form = sentence.words[word]
    return sentence.upos[word] == "PROPN" or form[:1].isupper() or form[:1].isdigit()


def _reach(sentence: Sentence, head: int, last: int, step: int) -> int:
    """How far a name goes on from its head in one direction: over connectors, never ending in one."""
    reached, word = head, head + step
    while word != last + step:
        if _capital(sentence, word):
            reached = word
        elif sentence.words[word].lower() not in _INSIDE or abs(word - reached) > _LONGEST_CONNECTION:
            break
        word += step
    return reached


def name(sentence: Sentence, start: int, end: int) -> str:
    """The name in a span: the run of capitalised words and their connectors around its head."""
    head = sentence.head_of(Bare(start, end, ""))
    first, last = _reach(sentence, head, start, -1), _reach(sentence, head, end - 1, 1)
    while first > start and sentence.words[first - 1].lower() in _PARTS:
        first -= 1
    said = ""
    for word in range(first, last + 1):
        said += sentence.words[word] + " " * (sentence.spaces[word] and word < last)
    return said


def text(sentence: Sentence) -> str:
    """A sentence as it was written."""
    return "".join(w + " " * s for w, s in zip(sentence.words, sentence.spaces, strict=True)).strip()


def typed(path: Path, nlp: Language) -> list[Named]:
    """The named mentions of a file with the types that a pipeline finds for their heads; empty if none."""
    sentences = read(path)
    docs = nlp.pipe(Doc(nlp.vocab, words=list(s.words), spaces=list(s.spaces)) for s in sentences)
    types = [[token.ent_type_ for token in doc] for doc in docs]
    return [
        replace(m, label=types[m.sentence][sentences[m.sentence].head_of(Bare(m.start, m.end, ""))])
        for m in named(path)
    ]


def named(path: Path) -> list[Named]:
    """The named mentions of a treebank's file, in the order of the text."""
    found = []
    for number, (sentence, column) in enumerate(zip(read(path), columns(path), strict=True)):
        said = text(sentence)
        for m in sorted(marked(column), key=lambda m: (m.start, -m.end)):
            head = sentence.head_of(Bare(m.start, m.end, ""))
            if sentence.upos[head] != "PROPN":
                continue
            found.append(
                Named(
                    document=sentence.document,
                    sentence=number,
                    start=m.start,
                    end=m.end,
                    name=name(sentence, m.start, m.end),
                    span=" ".join(sentence.words[m.start : m.end]),
                    label=TYPES.get(m.label, m.label),
                    identity=m.identity,
                    cluster=m.cluster,
                    text=said,
                )
            )
    return found
