"""Reading treebanks in CoNLL-U, with the nested entity mentions of GUM.

What is measured and what the bundled pipeline is trained on are read by this module alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.datasets import missing

# A mention opens as "(id-etype-…", closes as "id)"; one of a single word does both.
_BRACKET: Final = re.compile(r"\(([^()]+)(\)?)|([^()]+)\)")
TYPES: Final = {
    "person": "person",
    "place": "place",
    "organization": "organization",
    "event": "event",
    "time": "time",
    "object": "work",
    "abstract": "work",
}
"""The classes that names are told apart by, from GUM's; its other types are not named things."""


@dataclass(frozen=True, slots=True)
class Span:
    """A mention: words ``start`` up to, not including, ``end``."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence in columns; heads count from 0, and a root is its own head.

    ``paragraph`` tells the paragraphs of a file apart, as far as the treebank marks them (``# newpar``).
    """

    id: str
    document: str
    words: tuple[str, ...]
    spaces: tuple[bool, ...]
    lemmas: tuple[str, ...]
    upos: tuple[str, ...]
    xpos: tuple[str, ...]
    feats: tuple[str, ...]
    heads: tuple[int, ...]
    deps: tuple[str, ...]
    mentions: tuple[Span, ...]
    paragraph: int = 0

    def head_of(self, span: Span) -> int:
        """The first word of a span that hangs on a word outside."""
        for word in range(span.start, span.end):
            head = self.heads[word]
            if head == word or not span.start <= head < span.end:
                return word
        return span.start


def _mentions(column: Sequence[str]) -> tuple[Span, ...]:
    """The mentions that the last columns of a sentence open and close."""
    opened: dict[str, list[tuple[int, str]]] = {}
    found = []
    for number, misc in enumerate(column):
        values = [part.removeprefix("Entity=") for part in misc.split("|") if part.startswith("Entity=")]
        for inside, whole, closed in _BRACKET.findall("".join(values)):
            if closed:
                if starts := opened.get(closed):
                    start, label = starts.pop()
                    found.append(Span(start, number + 1, label))
                continue
            id, _, rest = inside.partition("-")
            label = rest.partition("-")[0]
            # A mention in several pieces ("12[1/2]") is no span.
            if whole:
                found.append(Span(number, number + 1, label))
            else:
                opened.setdefault(id, []).append((number, label))
    return tuple(sorted(found, key=lambda span: (span.start, -span.end)))


def _sentence(id: str, document: str, paragraph: int, lines: Sequence[str]) -> Sentence:
    """A sentence of the lines of its words."""
    rows: list[list[str]] = []
    spaces: list[bool] = []
    inside = 0
    after = True
    for line in lines:
        row = line.split("\t")
        if "." in row[0]:
            continue
        if "-" in row[0]:
            inside = int(row[0].partition("-")[2])
            after = "SpaceAfter=No" not in row[9].split("|")
            continue
        rows.append(row)
        number = int(row[0])
        # Words of a multiword token stand without space; the last one has the space of the token.
        if number < inside:
            spaces.append(False)
        elif number == inside:
            spaces.append(after)
        else:
            spaces.append("SpaceAfter=No" not in row[9].split("|"))
    columns = list(zip(*rows, strict=True))
    heads = tuple(int(head) - 1 if head != "0" else number for number, head in enumerate(columns[6]))
    return Sentence(
        id=id,
        document=document,
        words=columns[1],
        spaces=tuple(spaces),
        lemmas=tuple(
            word if lemma == "_" else lemma for word, lemma in zip(columns[1], columns[2], strict=True)
        ),
        upos=columns[3],
        xpos=columns[4],
        feats=tuple("" if feats == "_" else feats for feats in columns[5]),
        heads=heads,
        deps=tuple("ROOT" if dep == "root" else dep for dep in columns[7]),
        mentions=_mentions(columns[9]),
        paragraph=paragraph,
    )


def parse(lines: Iterable[str]) -> Iterator[Sentence]:
    """The sentences of lines in CoNLL-U: words without multiword tokens, with the spaces of the text."""
    id = document = ""
    paragraph = 0
    words: list[str] = []
    for line in (*lines, ""):
        line = line.rstrip("\n")
        if line.startswith("#"):
            key, _, value = line[1:].partition("=")
            paragraph += key.startswith((" newdoc", " newpar"))
            if key.strip() == "newdoc id":
                document = value.strip()
            elif key.strip() == "sent_id":
                id = value.strip()
        elif line:
            words.append(line)
        elif words:
            yield _sentence(id, document, paragraph, words)
            words = []


def read(path: Path) -> list[Sentence]:
    """The sentences of a treebank's file."""
    if not path.exists():
        missing(path)
    with path.open(encoding="utf-8") as lines:
        return list(parse(lines))


def names(sentence: Sentence) -> tuple[Span, ...]:
    """The gold names: outermost among the mentions that a proper noun heads, of a type in ``TYPES``."""
    kept: list[Span] = []
    for span in sentence.mentions:
        if span.label in TYPES and sentence.upos[sentence.head_of(span)] == "PROPN":
            if not kept or span.start >= kept[-1].end:
                kept.append(Span(span.start, span.end, TYPES[span.label]))
    return tuple(kept)


def classes(sentence: Sentence) -> tuple[str, ...]:
    """For each word the type of the longest mention that it heads, "O" if it heads none."""
    found = ["O"] * len(sentence.words)
    for span in reversed(sentence.mentions):
        found[sentence.head_of(span)] = span.label
    return tuple(found)
