"""Who marks the names in sentences: the rules alone, or a spaCy pipeline beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import TypeAlias

from graphmem.errors import InputError, MissingExtra
from graphmem.identity import fold
from graphmem.ingest.names import names
from graphmem.types import Mention

Namer: TypeAlias = Callable[[Sequence[str]], Iterable[tuple[Mention, ...]]]
"""Gives the mentions of each sentence, by start."""


def rules(sentences: Sequence[str]) -> Iterable[tuple[Mention, ...]]:
    """The mentions by rules alone: no model, no dependency."""
    return map(names, sentences)


@lru_cache(maxsize=1)
def pipeline(name: str) -> Namer:
    """The rules, and beside them the entities of a spaCy pipeline: "blank:en", or an installed package.

    Raises:
        MissingExtra: spaCy is not installed.
        InputError: there is no such pipeline.
    """
    try:
        import spacy
    except ImportError as error:
        raise MissingExtra(f"the language pipeline {name!r}", "nlp") from error
    try:
        blank = name.startswith("blank:")
        nlp = spacy.blank(name.removeprefix("blank:")) if blank else spacy.load(name)
    except (OSError, ImportError) as error:
        raise InputError(f"no spaCy pipeline {name!r} is installed: install it, or leave it out") from error

    def namer(sentences: Sequence[str]) -> Iterable[tuple[Mention, ...]]:
        for text, doc in zip(sentences, nlp.pipe(sentences), strict=True):
            found = {fold(mention.name): mention for mention in names(text)}
            for span in doc.ents:
                if key := fold(span.text):
                    label = span.label_.lower() or "name"
                    found[key] = Mention(
                        name=span.text, label=label, start=span.start_char, end=span.end_char
                    )
            yield tuple(sorted(found.values(), key=lambda m: (m.start, m.end)))

    return namer
