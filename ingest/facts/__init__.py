"""Facts by rules over a dependency parse: who did what, where and when, and what is what."""

from graphmem.ingest.facts.extraction import find_facts
from graphmem.ingest.facts.fact import Attribution, Extracted, Phrase, surface
from graphmem.ingest.facts.relations import relation_of

__all__ = [
    "Attribution",
    "Extracted",
    "Phrase",
    "find_facts",
    "relation_of",
    "surface",
]
