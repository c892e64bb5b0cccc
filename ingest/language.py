"""The language pipelines of spaCy: loaded by name, and what they see in sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from graphmem.errors import InputError, MissingExtra
from graphmem.identity import ARTICLES, fold
from graphmem.ingest.names import names
from graphmem.ingest.naming import register
from graphmem.ingest.sentences import split
from graphmem.types import Mention

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Span

ENGLISH: Final = "english"
BUNDLED: Final = Path(__file__).with_name(ENGLISH)
AUTOMATIC: Final = "auto"
NOTHING: Final = "none"
WORK: Final = "work"
_RELATIVE: Final = frozenset({"WDT", "WP", "WP$", "WRB"})
_STOPS: Final = frozenset(",;:(–—")
_FIELDS: Final = re.compile(r"\n(?=[^\W\d_][\w ]{0,39}: )")  # a line of fields goes on no sentence


def named(name: str | None) -> str | None:
    """The pipeline that a name asks for, None for the rules alone.

    "auto" is the bundled one where spaCy is installed; "none" and None are the rules.
    """
    if name == AUTOMATIC:
        return ENGLISH if find_spec("spacy") else None
    return None if name in (None, NOTHING) else name


@lru_cache(maxsize=2)
def load(name: str) -> Language:
    """A spaCy pipeline: "english" is the bundled one, "blank:LANG" has no model, others are packages.

    Raises:
        MissingExtra: spaCy is not installed.
        InputError: there is no such pipeline.
    """
    try:
        import spacy
    except ImportError as error:
        raise MissingExtra(f"the language pipeline {name!r}", "nlp") from error
    try:
        if name.startswith("blank:"):
            return spacy.blank(name.removeprefix("blank:"))
        register()
        return spacy.load(BUNDLED if name == ENGLISH else name)
    except (OSError, ImportError) as error:
        raise InputError(f"no spaCy pipeline {name!r} is installed: install it, or leave it out") from error


def parses(nlp: Language, texts: Iterable[str]) -> Iterator[Doc]:
    """The texts as the pipeline reads them; where their sentences end is decided already (``sentences``)."""

    def divided(text: str) -> Doc:
        doc = nlp.make_doc(text)
        starts = {start for start, _ in split(text)} | {line.end() for line in _FIELDS.finditer(text)}
        for token in doc[1:]:
            token.is_sent_start = token.idx in starts
        return doc

    yield from nlp.pipe(map(divided, texts))


def joined(sentence: Doc) -> tuple[Mention, ...]:
    """The mentions by rules with a pipeline's labels, and in role ``read`` what it alone takes for a name.

    A pipeline's span may be a phrase with all that hangs on it ("Joanna Lind, who came in 2015"): the name
    in it that the rules see around its head is what it names.
    """
    text = sentence.text
    found = {fold(mention.name): mention for mention in names(text)}
    for span in sentence.ents:
        label, head = span.label_.lower() or "name", span.root.idx
        inside = [m for m in found.values() if span.start_char <= m.start <= head < m.end <= span.end_char]
        if fold(span.text) in found:
            found[fold(span.text)] = replace(found[fold(span.text)], label=label)
        elif inside:
            name = max(inside, key=lambda m: m.end - m.start)
            found[fold(name.name)] = replace(name, label=label)
        else:
            start, end = _named_in(span, label)
            name = Mention(name=text[start:end], label=label, start=start, end=end, role="read")
            if fold(name.name):
                found.setdefault(fold(name.name), name)
    return tuple(sorted(found.values(), key=lambda m: (m.start, m.end)))


def _named_in(span: Span, label: str) -> tuple[int, int]:
    """Start and end of the name in a span: without its article, up to what hangs on it.

    A work may begin with an article ("The Tempest"); all else is called by what follows it.
    """
    article = len(span) > 1 and label != WORK and span[0].lower_ in ARTICLES
    first = span[1] if article else span[0]
    behind = (t.i for t in span if t.i > span.root.i and (t.tag_ in _RELATIVE or t.text in _STOPS))
    last = span.doc[next(behind, span.end) - 1]
    return (first.idx, last.idx + len(last)) if last.i >= first.i else (span.start_char, span.end_char)
