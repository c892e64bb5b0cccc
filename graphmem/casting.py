"""Whom and what a document names: its cast, from the mentions of its sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from graphmem.casts import Cast
from graphmem.identity import cast_id
from graphmem.resolution.within import Naming, profiles
from graphmem.types import Document, Mention, Passage, Sentence

UNTOLD: Final = frozenset({"name", "work", "date", "title"})
"""Labels of the rules, which do not tell people from places."""
_BESIDE: Final = frozenset({"pronoun", "title", "speaker", "time"})
"""Roles of mentions that are no names in the text."""


def namings(said: Iterable[tuple[Passage, str, Sequence[Mention]]]) -> list[Naming]:
    """The named mentions of a document, given its sentences; speakers are people whom it names once."""
    found: list[Naming] = []
    speakers: dict[str, None] = {}
    for k, (passage, text, mentions) in enumerate(said):
        for m, mention in enumerate(mentions):
            if mention.role not in _BESIDE and mention.label not in UNTOLD:
                name = mention.of if mention.role == "moved" else mention.name
                found.append(Naming(f"{k} {m}", name, mention.label, text))
        if passage.speaker:
            speakers[passage.speaker] = None
    return found + [Naming(f"speaker {speaker}", speaker, "person") for speaker in speakers]


def cast(document: Document, passages: Iterable[Passage], sentences: Sequence[Sentence]) -> Cast | None:
    """Whom and what a document names, given its sentences with their mentions; None if nobody and nothing.

    Names by rules alone have no labels that tell people from places, and no part in it.
    """
    by_id = {passage.id: passage for passage in passages}
    named = namings((by_id[one.passage], one.text, one.mentions) for one in sentences)
    found = tuple(profile for profile, _ in profiles(document.id, named) if profile.forms())
    if not found:
        return None
    return Cast(id=cast_id(document.id), namespace=document.namespace, document=document.id, profiles=found)
