"""From a reading to a document, its passages and its sentences.

The rules look at one passage at a time, never at its place in the file: a paragraph added at the
top of a document leaves the sentences of all other passages as they are, ids and bodies.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Final

from graphmem.dates.written import day
from graphmem.identity import document_id, passage_id, sentence_id
from graphmem.ingest import sentences
from graphmem.ingest.moments import aware
from graphmem.ingest.reading import Block, Reading
from graphmem.types import Document, Passage, PassageKind, Sentence

LONGEST_PASSAGE: Final = 1200
"""Characters of the longest passage made of paragraphs."""
LONGEST_TURN: Final = 2400
"""Characters of the longest passage that is a turn or a record."""
SHORT: Final = 200
"""A paragraph of fewer characters is joined with the next one."""
UNIT_WORDS: Final = 90
"""Words of the longest sentence unit of a turn or a record."""

Span = tuple[int, int]

_WORD: Final = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A passage to be: where it stands, its sentences (offsets in the text) and its block."""

    start: int
    end: int
    sentences: tuple[Span, ...]
    block: Block
    continues: bool


def caption(title: str, block: Block) -> str:
    """What a reader must know to understand a sentence of this block: its title, or when and who.

    Paragraphs: "title", or "title — heading" below a heading. Where a reading has no title of its
    own, as a file of independent items, the heading alone. Turns: "(8 May 2023) Caroline".
    Records: "(8 May 2023) who — heading", whichever are known; with neither, the title.
    """
    if block.kind == "paragraph":
        parts = [title, block.heading] if block.heading != title else [title]
        return " — ".join(filter(None, parts))
    who = block.speaker
    if block.kind == "record":
        who = " — ".join(dict.fromkeys(filter(None, (block.speaker, block.heading)))) or title
    when = f"({day(block.at)})" if block.at else ""
    return " ".join(filter(None, (when, who)))


def _packed(spans: Sequence[Span], longest: int) -> Iterator[tuple[Span, ...]]:
    """Neighbouring spans in groups of at most ``longest`` characters, of about equal length."""
    total = spans[-1][1] - spans[0][0]
    aim = total / -(-total // longest)
    group: list[Span] = []
    for span in spans:
        if group and (span[1] - group[0][0] > longest or group[-1][1] - group[0][0] >= aim):
            yield tuple(group)
            group = []
        group.append(span)
    yield tuple(group)


def _sentences(text: str, block: Block) -> list[Span]:
    found = sentences.split(text[block.start : block.end])
    return [(block.start + start, block.start + end) for start, end in found]


def _word_ends(text: str, start: int, end: int) -> list[int]:
    return [match.end() for match in _WORD.finditer(text, start, end)]


def _units(text: str, spans: Sequence[Span]) -> Iterator[Span]:
    """Neighbouring sentences together, up to 90 words; a longer sentence is cut."""
    begin, words, last = -1, 0, 0
    for start, end in spans:
        marks = _word_ends(text, start, end)
        if begin >= 0 and words + len(marks) > UNIT_WORDS:
            yield begin, last
            begin, words = -1, 0
        while len(marks) > UNIT_WORDS:
            (_, middle), (rest, _) = islice(sentences.cut(text, start, end, marks[UNIT_WORDS - 1] - start), 2)
            yield start, middle
            start, marks = rest, _word_ends(text, rest, end)
        if begin < 0:
            begin = start
        words, last = words + len(marks), end
    if begin >= 0:
        yield begin, last


def _joins(text: str, group: Sequence[Block], block: Block) -> bool:
    """Whether a paragraph goes on the passage made of the paragraphs of ``group``."""
    last = group[-1]
    return (
        block.kind == last.kind == "paragraph"
        and not (block.told or last.told)
        and block.heading == last.heading
        and last.end - last.start < SHORT
        and block.end - group[0].start <= LONGEST_PASSAGE
        and not text[last.end : block.start].strip()
    )


def _groups(text: str, blocks: Sequence[Block]) -> Iterator[list[Block]]:
    group: list[Block] = []
    for block in blocks:
        if group and not _joins(text, group, block):
            yield group
            group = []
        group.append(block)
    if group:
        yield group


def _pieces(reading: Reading) -> Iterator[_Piece]:
    text = reading.text
    for group in _groups(text, reading.blocks):
        if group[0].told:
            span = (group[0].start, group[0].end)
            yield _Piece(*span, (span,), group[0], continues=False)
            continue
        spans = [span for block in group for span in _sentences(text, block)]
        if not spans:
            continue
        paragraph = group[0].kind == "paragraph"
        longest = LONGEST_PASSAGE if paragraph else LONGEST_TURN
        for part, packed in enumerate(_packed(spans, longest)):
            units = packed if paragraph else tuple(_units(text, packed))
            yield _Piece(packed[0][0], packed[-1][1], units, group[0], continues=part > 0)


def _follows(reading: Reading, piece: _Piece, before: Block | None) -> bool:
    """Whether the passage before this one is its context: not between records, nor untitled items."""
    if piece.block.kind == "record" or before is None:
        return piece.continues
    return bool(reading.title) or piece.block.heading == before.heading or piece.block.kind == "turn"


def _sentence_list(passage: Passage, spans: Sequence[Span], caption: str) -> Iterator[Sentence]:
    seen: Counter[str] = Counter()
    for position, (start, end) in enumerate(spans):
        start, end = start - passage.start, end - passage.start
        text = passage.text[start:end]
        yield Sentence(
            id=sentence_id(passage.id, text, seen[text]),
            namespace=passage.namespace,
            passage=passage.id,
            kind=passage.kind,
            position=position,
            start=start,
            end=end,
            text=text,
            caption=caption,
            at=passage.at,
        )
        seen[text] += 1


def _moment(at: datetime | None) -> datetime | None:
    return None if at is None else aware(at)


def chunk(reading: Reading, namespace: str) -> tuple[Document, list[Passage], list[Sentence]]:
    """The document of a reading, with its passages and sentences in the order of its text.

    Passages slice ``reading.text`` and sentences slice their passage, exactly. Paragraphs above
    1,200 characters are cut at sentence ends, those under 200 are joined with the next below the
    same heading. A turn or a record is one passage, cut only above 2,400 characters; its
    sentences are units of up to 90 words. Mentions are left empty, but for blocks that tell theirs.
    """
    document = Document(
        id=document_id(namespace, reading.uri),
        namespace=namespace,
        uri=reading.uri,
        title=reading.title,
        kind=reading.kind,
        content_hash=reading.content_hash,
        characters=len(reading.text),
        written_at=_moment(reading.written_at),
        metadata=reading.metadata,
    )
    passages: list[Passage] = []
    found: list[Sentence] = []
    seen: Counter[tuple[PassageKind, str]] = Counter()
    before: Block | None = None
    for piece in _pieces(reading):
        block, text = piece.block, reading.text[piece.start : piece.end]
        key = (block.kind, text)
        passage = Passage(
            id=passage_id(document.id, block.kind, text, seen[key]),
            namespace=namespace,
            document=document.id,
            position=len(passages),
            kind=block.kind,
            start=piece.start,
            end=piece.end,
            text=text,
            heading=block.heading,
            speaker=block.speaker,
            at=_moment(block.at),
            previous=passages[-1].id if passages and _follows(reading, piece, before) else None,
            metadata={} if piece.continues else block.metadata,
        )
        seen[key] += 1
        before = block
        passages.append(passage)
        for sentence in _sentence_list(passage, piece.sentences, caption(reading.title, block)):
            found.append(replace(sentence, mentions=block.names, statements=block.states))
    return document, passages, found
