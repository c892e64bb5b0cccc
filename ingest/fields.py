"""What a record states by its form: that something was at its time, with whom, where, and so on.

A reader renders a record as its text and, on a line below, its other fields ("person: Ann; place: Oslo").
A dated record is an event that its fields take part in; one without a date states each field as a fact.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from graphmem.identity import fold
from graphmem.ingest.moments import field_rank
from graphmem.statements import SUBJECT, Interval, Participant, Statement
from graphmem.types import Mention, Passage, Sentence

LONGEST: Final = 120
"""Characters of a text that can be the name of what happened; a longer one is an account of it."""
_MOST: Final = 12
_FIELD: Final = re.compile(r"([^\W\d_][\w ]{0,39}): ([^;\n]*[^;\s])(?=;|$)")
_ROLES: Final = {"place": "place", "location": "place", "where": "place", "city": "place", "venue": "place"}


def fields(text: str) -> Iterator[tuple[str, int, int]]:
    """Name, start and end of the value of each field on the last line of a record's text.

    >>> text = "Budget talks" + chr(10) + "person: Ann Lee; place: Oslo"
    >>> [(name, text[start:end]) for name, start, end in fields(text)]
    [('person', 'Ann Lee'), ('place', 'Oslo')]
    """
    position = text.rfind("\n") + 1
    while match := _FIELD.match(text, position):
        yield match.group(1), *match.span(2)
        position = match.end()
        while position < len(text) and text[position] in "; ":
            position += 1


def _participant(
    role: str, text: str, start: int, end: int, mentions: Sequence[Mention], case: str = ""
) -> Participant:
    """A stretch of the record's text; an entity if a mention says the same."""
    said = text[start:end]
    named = next((m for m in mentions if m.end and m.role != "pronoun" and fold(m.name) == fold(said)), None)
    entity = (named.of or named.name) if named else ""
    return Participant(role=role, text=said, start=start, end=end, case=case, entity=entity)


def record_statements(
    passage: Passage, sentence: Sentence, mentions: Sequence[Mention]
) -> Iterator[Statement]:
    """What a sentence of a record states by its form; nothing where it has no name and no fields.

    Args:
        passage: the record.
        sentence: one of its sentences.
        mentions: those of the sentence.
    """
    text = sentence.text
    found = list(fields(text))[:_MOST]
    title = text[: found_at(text)].strip()
    parts = [
        (name, _participant(_role(name), text, start, end, mentions, f"{name}:"))
        for name, start, end in found
    ]
    about = _about(passage, title, parts, mentions)
    if about is None:
        return
    others = [(name, one) for name, one in parts if one.text != about.text]
    if passage.at is not None and not sentence.position:
        day = passage.at.replace(hour=0, minute=0, second=0, microsecond=0)
        when = Interval(begin=day, end=day + timedelta(days=1), precision="day", timex=f"{day:%Y-%m-%d}")
        yield Statement(
            predicate="",
            lemma="happen",
            participants=(about, *(one for name, one in others if field_rank(name) is None)),
            happens=True,
            when=when,
            start=0,
            end=len(text),
        )
    elif passage.at is None:
        for name, one in others:
            object = replace(one, role="object", case="")
            yield Statement(
                predicate=name, lemma=name.lower(), participants=(about, object), start=0, end=one.end
            )


def found_at(text: str) -> int:
    """Where the line of fields of a record's text starts; its length if there is none."""
    return text.rfind("\n") + 1 if next(fields(text), None) else len(text)


def _role(name: str) -> str:
    return _ROLES.get(name.lower(), name.lower())


def _about(
    passage: Passage, title: str, parts: Sequence[tuple[str, Participant]], mentions: Sequence[Mention]
) -> Participant | None:
    """What a record is about: its heading, its text if that is short, or the first field that is no date."""
    if passage.heading:
        return Participant(role=SUBJECT, text=passage.heading)
    if title:
        return _participant(SUBJECT, title, 0, len(title), mentions) if len(title) <= LONGEST else None
    return next(
        (replace(one, role=SUBJECT, case="") for name, one in parts if field_rank(name) is None), None
    )
