"""Who marks the names in sentences: the rules alone, or a spaCy pipeline beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from graphmem.errors import InputError, MissingExtra
from graphmem.identity import fold
from graphmem.ingest.names import names
from graphmem.types import Mention

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

ENGLISH: Final = "english"
BUNDLED: Final = Path(__file__).with_name(ENGLISH)

Namer: TypeAlias = Callable[[Sequence[str]], Iterable[tuple[Mention, ...]]]
"""Gives the mentions of each sentence, by start."""


def rules(sentences: Sequence[str]) -> Iterable[tuple[Mention, ...]]:
    """The mentions by rules alone: no model, no dependency."""
    return map(names, sentences)


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
        return spacy.load(BUNDLED if name == ENGLISH else name)
    except (OSError, ImportError) as error:
        raise InputError(f"no spaCy pipeline {name!r} is installed: install it, or leave it out") from error


def pipeline(name: str) -> Namer:
    """The rules, and beside them the entities of a spaCy pipeline (``load``).

    Raises:
        MissingExtra: spaCy is not installed.
        InputError: there is no such pipeline.
    """
    nlp = load(name)
    return lambda sentences: map(joined, parses(nlp, sentences))


def parses(nlp: Language, sentences: Iterable[str]) -> Iterator[Doc]:
    """The sentences as the pipeline reads them, each as one sentence: where they end is decided already."""

    def whole(text: str) -> Doc:
        doc = nlp.make_doc(text)
        for token in doc[1:]:
            token.is_sent_start = False
        return doc

    yield from nlp.pipe(map(whole, sentences))


def joined(sentence: Doc) -> tuple[Mention, ...]:
    """The mentions by rules and the entities of a pipeline, which win where both name the same; by start."""
    found = {fold(mention.name): mention for mention in names(sentence.text)}
    for span in sentence.ents:
        if key := fold(span.text):
            label = span.label_.lower() or "name"
            found[key] = Mention(name=span.text, label=label, start=span.start_char, end=span.end_char)
    return tuple(sorted(found.values(), key=lambda m: (m.start, m.end)))
