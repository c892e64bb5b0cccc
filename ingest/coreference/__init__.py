"""Whom and what the words of a document mean that are no names: pronouns and phrases."""

from graphmem.ingest.coreference.entities import Name
from graphmem.ingest.coreference.gender import PRONOUNS, gender_of
from graphmem.ingest.coreference.pronouns import (
    CONFIDENT,
    Link,
    between,
    resolve_pronouns,
    softmax,
    speaker_of,
)
from graphmem.ingest.coreference.reading import Reading
from graphmem.ingest.coreference.things import Reference, resolve_things

__all__ = [
    "CONFIDENT",
    "PRONOUNS",
    "Link",
    "Name",
    "Reading",
    "Reference",
    "between",
    "gender_of",
    "resolve_pronouns",
    "resolve_things",
    "softmax",
    "speaker_of",
]
