"""Notes: memory made of memory (a day's summary, a portrait, a routine), with all that it rests on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from graphmem import cards
from graphmem.identity import digest, words

QUESTION: Final = "question"
"""Kind of the notes of a line that a turn tells, or a question that it answers: the turn is found by it."""
UNSEARCHED: Final = frozenset({"related"})
"""Kinds that say what belongs together, one a passage: no search reads them."""
TIES: Final = frozenset({*UNSEARCHED, QUESTION})
"""Kinds that are of use to recall and no text for people: not listed unless asked for."""
RULES: Final = "rules"
"""Who made a note that no language model had a part in."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a part of a note comes from: ``passage.text[start:end]``, of the passage with this id."""

    passage: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Part:
    """A line of a note with all that it rests on: it goes when any of that goes."""

    text: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Derived memory.

    Attributes:
        id: follows from namespace, kind and ``about``: one that is made anew takes the place of the old.
        namespace: whose memory it is.
        kind: what sort of note it is, in one word: "day", "portrait", "routine", …
        about: the key of what it is of: a date, the key of an entity, a question.
        title: what it is of, for people.
        parts: its lines, in order.
        at: the beginning of the time that it tells of.
        until: the end of it: the last moment that any of its sources is of.
        by: who made it: ``RULES``, or the name of a language model.
        tags: what it is found by, besides its text.
        links: ids of other notes that it belongs with.
        data: JSON values that its kind needs, such as the period of a routine.
    """

    id: str
    namespace: str
    kind: str
    about: str
    title: str
    parts: tuple[Part, ...]
    at: datetime | None = None
    until: datetime | None = None
    by: str = RULES
    tags: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def text(self) -> str:
        """Its lines."""
        return "\n".join(part.text for part in self.parts)

    @property
    def passages(self) -> tuple[str, ...]:
        """The ids of the passages that it rests on, each once, in order."""
        return tuple(dict.fromkeys(source.passage for part in self.parts for source in part.sources))

    def without(self, gone: Collection[str]) -> Note:
        """The note without the parts that rest on these passages; the same, if none does.

        What was said of all parts together goes with any of them: tags, links, data, and a title with words
        that nothing else says.
        """
        parts = tuple(one for one in self.parts if not any(s.passage in gone for s in one.sources))
        if len(parts) == len(self.parts):
            return self
        left = replace(self, parts=parts, tags=(), links=(), data={})
        known = {*words(self.about), *words(left.text)}
        return left if known.issuperset(words(self.title)) else replace(left, title="")

    def _repr_html_(self) -> str:
        rows = {"from": self.at, "until": self.until, "tags": ", ".join(self.tags), "text": self.text}
        return cards.card(self.kind, self.title, {**rows, "id": self.id})


def note_id(namespace: str, kind: str, about: str) -> str:
    """A note is of one thing, by kind and key."""
    return "n" + digest("note", namespace, kind, about)


def rests_on(body: Mapping[str, Any]) -> tuple[str, ...]:
    """``Note.passages`` of the body of a note."""
    return tuple(dict.fromkeys(source[0] for _, sources in body.get("parts", ()) for source in sources))


def write_note(n: Note) -> dict[str, Any]:
    """The body of a note."""
    return {
        "kind": n.kind,
        "about": n.about,
        "title": n.title,
        "parts": [[one.text, [[s.passage, s.start, s.end] for s in one.sources]] for one in n.parts],
        "at": n.at.isoformat() if n.at else None,
        "until": n.until.isoformat() if n.until else None,
        "by": n.by if n.by != RULES else None,
        "tags": list(n.tags),
        "links": list(n.links),
        "data": dict(n.data),
    }


def read_note(id: str, namespace: str, body: Mapping[str, Any]) -> Note:
    """A note from its body."""
    at, until = body.get("at"), body.get("until")
    return Note(
        id=id,
        namespace=namespace,
        kind=body["kind"],
        about=body.get("about", ""),
        title=body.get("title", ""),
        parts=tuple(Part(text, tuple(Source(*row) for row in rows)) for text, rows in body.get("parts", ())),
        at=datetime.fromisoformat(at) if at else None,
        until=datetime.fromisoformat(until) if until else None,
        by=body.get("by", RULES),
        tags=tuple(body.get("tags", ())),
        links=tuple(body.get("links", ())),
        data=body.get("data", {}),
    )
