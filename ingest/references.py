"""Whom the words of a document mean that are no full names: parts of names, pronouns, "I" and "you".

Parts of names and acronyms are joined to whole names over the document (``resolution.within``), he and
she are resolved inside a scene (``coreference``), a passage or a few turns, "it" and "the company" inside a
window of more; I is who speaks, and you is the other one where two people talk.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from graphmem.casting import UNTOLD, namings
from graphmem.identity import fold
from graphmem.ingest.coreference import PRONOUNS, Name, Reading, resolve_pronouns, resolve_things, speaker_of
from graphmem.ingest.coreference.kinds import KINDS
from graphmem.resolution.profile import full_name
from graphmem.resolution.within import clusters
from graphmem.types import Document, Mention, Passage

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

SCENE_WORDS: Final = 250
"""Words of the turns in which a pronoun may look for its name."""
WINDOW_WORDS: Final = 1500
"""Words in which "it" or "the company" may look for its name."""
_GENDERED: Final = re.compile(rf"\b(?:{'|'.join(PRONOUNS)})\b", re.IGNORECASE)
_THINGS: Final = re.compile(
    rf"\b(?:its?|itself|(?:the|this|that)\s+(?:{'|'.join(map(re.escape, sorted(KINDS)))}))\b", re.IGNORECASE
)
_PERSONAL: Final = re.compile(r"\b(?:I|me|my|mine|myself|you|your|yours|yourself)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Read:
    """A sentence as read so far: its passage, text, parse and mentions; offsets are those in its text.

    A parse can tell its text too, but puts it together from its words each time.
    """

    passage: Passage
    text: str
    parse: Doc
    mentions: tuple[Mention, ...]


def full_names(read: Sequence[Read]) -> dict[str, str]:
    """The full name of each name of a document that says less, by its folded form."""
    full: dict[str, str] = {}
    for cluster in clusters(namings((one.passage, one.text, one.mentions) for one in read)):
        counted = Counter(naming.name for naming in cluster)
        best = full_name(counted)
        for name in counted:
            if fold(name) != fold(best) and fold(best):
                full[fold(name)] = best
    return full


def scenes(read: Sequence[Read]) -> Iterator[range]:
    """Sentences among which a pronoun looks for its name: those of a passage, or of a few turns."""
    start, words = 0, 0
    for k, one in enumerate(read):
        if k > start and one.passage is not read[k - 1].passage:
            turn = one.passage.kind == "turn"
            if not turn or words + len(one.parse) > SCENE_WORDS:
                yield range(start, k)
                start, words = k, 0
        words += len(one.parse)
    if read:
        yield range(start, len(read))


def _pronouns(document: Document, read: Sequence[Read], scene: range) -> Iterator[tuple[int, Mention]]:
    """He and she in a scene: the sentence of each, and whom it means."""
    if not any(_GENDERED.search(read[k].text) for k in scene):
        return
    parses = [read[k].parse for k in scene]
    starts = [0, *accumulate(map(len, parses))]

    def home(token: int) -> tuple[int, Token]:
        k = bisect_right(starts, token) - 1
        return scene[k], parses[k][token - starts[k]]

    for link in resolve_pronouns(Reading(*parses), document.title):
        k, token = home(link.pronoun)
        where, first = home(link.start)
        _, last = home(link.end - 1)
        name = _covering(read[where].mentions, first.idx, last.idx + len(last))
        if name is not None:
            span = (token.idx, token.idx + len(token))
            yield k, _pronoun(token.text, span, name.label, name.of or name.name)


def _windows(read: Sequence[Read]) -> Iterator[range]:
    """Sentences among which "it" or "the company" looks for its name: those of a document, if it is short."""
    start, words = 0, 0
    for k, one in enumerate(read):
        if k > start and words + len(one.parse) > WINDOW_WORDS:
            yield range(start, k)
            start, words = k, 0
        words += len(one.parse)
    if read:
        yield range(start, len(read))


def _things(read: Sequence[Read], window: range) -> Iterator[tuple[int, Mention]]:
    """It and "the company" in a window: the sentence of each, and what it means."""
    if not any(_THINGS.search(read[k].text) for k in window):
        return
    parses = [read[k].parse for k in window]
    starts = [0, *accumulate(map(len, parses))]
    names = []
    for k, first in zip(window, starts, strict=False):
        for m in read[k].mentions:
            span = read[k].parse.char_span(m.start, m.end, alignment_mode="expand")
            if m.role in ("text", "opening") and span is not None:
                names.append(Name(first + span.start, first + span.end, m.label, m.of or m.name))
    for found in resolve_things(Reading(*parses), names):
        k = bisect_right(starts, found.start) - 1
        own = parses[k][found.start - starts[k] : found.end - starts[k]]
        place = (own.start_char, own.end_char)
        yield window[k], _pronoun(own.text, place, found.name.label, found.name.name)


def _pronoun(text: str, span: tuple[int, int], label: str, of: str) -> Mention:
    return Mention(name=text, label=label, start=span[0], end=span[1], role="pronoun", of=of)


def _covering(mentions: Iterable[Mention], start: int, end: int) -> Mention | None:
    """The mention that shares most with a span, the shortest of those; None if there is none."""
    shared = [
        (min(end, m.end) - max(start, m.start), m.start - m.end, m)
        for m in mentions
        if m.end and m.start < end and start < m.end
    ]
    return max(shared, key=lambda row: row[:2])[2] if shared else None


def _speakers(one: Read, addressee: str) -> Iterator[Mention]:
    """I and you in a turn."""
    for word in _PERSONAL.finditer(one.text):
        if who := speaker_of(word.group(), one.passage.speaker, addressee):
            yield _pronoun(word.group(), word.span(), "speaker", who)


def _other(speaker: str, speakers: Sequence[str]) -> str:
    """The one who is spoken to, where two people talk."""
    others = [name for name in speakers if name != speaker]
    return others[0] if len(others) == 1 else ""


def referred(document: Document, read: Sequence[Read]) -> list[tuple[Mention, ...]]:
    """The mentions of each sentence, those that say less with the full name, and pronouns beside them."""
    full = full_names(read)
    known = [replace(one, mentions=tuple(_with_full(one.mentions, full))) for one in read]
    speakers = list(dict.fromkeys(one.passage.speaker for one in read if one.passage.speaker))
    found: list[dict[int, Mention]] = [{} for _ in read]
    for scene in scenes(known):
        for k, mention in _pronouns(document, known, scene):
            found[k][mention.start] = mention
    for window in _windows(known):
        for k, mention in _things(known, window):
            found[k].setdefault(mention.start, mention)
    for k, one in enumerate(known):
        if one.passage.speaker:
            for mention in _speakers(one, _other(one.passage.speaker, speakers)):
                found[k].setdefault(mention.start, mention)
    return [
        tuple(sorted((*one.mentions, *pronouns.values()), key=lambda m: (m.start, m.end)))
        for one, pronouns in zip(known, found, strict=True)
    ]


def _with_full(mentions: Iterable[Mention], full: Mapping[str, str]) -> Iterator[Mention]:
    for mention in mentions:
        name = full.get(fold(mention.name), "") if mention.label not in UNTOLD else ""
        yield replace(mention, of=name) if name else mention
