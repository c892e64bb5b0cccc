"""What the kinds of records are: how each is written as a body, read back and indexed.

The one place that knows both levels of ``graphmem.types``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from graphmem import bodies
from graphmem.casts import Block, Cast, Match, Named, Word
from graphmem.corrections import Correction, read_correction, write_correction
from graphmem.folding import dormant_text
from graphmem.grants import Grant, Trust, read_grant, read_trust, write_grant, write_trust
from graphmem.identity import entity_id, fold, unit_id
from graphmem.notes import QUESTION, UNSEARCHED, Note, read_note, rests_on, write_note
from graphmem.resolution.profile import name_key
from graphmem.slots import Dispute, Slot, read_dispute, read_slot, write_dispute, write_slot
from graphmem.statements import Event, Fact, Statement, event_id, fact_id
from graphmem.tasks import Task, read_task, write_task
from graphmem.types import (
    Change,
    Document,
    Edge,
    Entity,
    Episode,
    Index,
    MentionRole,
    Passage,
    PassageKind,
    Record,
    Sentence,
)
from graphmem.uses import Use, read_use, write_use

DOCUMENT: Final = "document"
PASSAGE: Final = "passage"
SENTENCE: Final = "sentence"
UTTERANCE: Final = "utterance"
ENTRY: Final = "entry"
ENTITY: Final = "entity"
FACT: Final = "fact"
EVENT: Final = "event"
CAST: Final = "cast"
EPISODE: Final = "episode"
UNIT: Final = "unit"
BLOCK: Final = "block"
MATCH: Final = "match"
DECISION: Final = "decision"
CORRECTION: Final = "correction"
SLOT: Final = "slot"
DISPUTE: Final = "dispute"
GRANT: Final = "grant"
TRUST: Final = "trust"
NOTE: Final = "note"
USE: Final = "use"
TASK: Final = "task"

# Edge kinds. A sentence points at its entities by the role of the mention, at its facts and events; a fact
# or event at the entities that take part, an event at the one before it; a cast at its units, a unit at the
# entities of its names, a match or decision at two units; a correction at its target, a dispute at facts, a
# note at what it rests on (a topic gathers it, a question leads to it), a task at those it needs or shows.
PART_OF: Final = "part_of"
FOLLOWS: Final = "follows"
HOLDS: Final = "holds"
MENTIONS: Final = "mentions"
OPENS: Final = "opens"
TITLED: Final = "titled"
SPOKEN_BY: Final = "spoken_by"
DATED: Final = "dated"
NAMES: Final = "names"
REFERS: Final = "refers"
STATES: Final = "states"
TELLS: Final = "tells"
SUBJECT: Final = "subject"
OBJECT: Final = "object"
PLACE: Final = "place"
PARTICIPANT: Final = "participant"
CASTS: Final = "casts"
CALLED: Final = "called"
SAME_AS: Final = "same_as"
MAYBE: Final = "maybe"
DIFFERS: Final = "differs"
CORRECTS: Final = "corrects"
DISPUTES: Final = "disputes"
MADE_OF: Final = "made_of"
LINKS: Final = "links"
GATHERS: Final = "gathers"
LEADS_TO: Final = "leads_to"
USES: Final = "uses"
NEEDS: Final = "needs"
STEP_OF: Final = "step_of"
SHOWS: Final = "shows"
TOPIC: Final = "topic"  # kind of the notes that gather what is alike, by which searches go to it
DATE_LABEL: Final = "date"
TITLE_LABEL: Final = "title"  # label of a mention in role title: what a document or section is about
EDGE_OF_ROLE: Final = {
    "text": MENTIONS,
    "opening": OPENS,
    "title": TITLED,
    "speaker": SPOKEN_BY,
    "time": DATED,
    "read": NAMES,
}
EDGE_OF_PARTICIPANT: Final = {"subject": SUBJECT, "object": OBJECT, "place": PLACE}
PARTICIPANT_EDGES: Final = (SUBJECT, OBJECT, PLACE, PARTICIPANT)
EDGE_OF_BAND: Final[Mapping[str, str]] = {"same": SAME_AS, "ask": MAYBE, "different": DIFFERS}
BAND_EDGES: Final = (SAME_AS, MAYBE, DIFFERS)
# Sentences of paragraphs, turns and records are kinds of their own: each is searched among its like, since
# a name that every turn begins with would otherwise pass for a rare word of the paragraphs.
SENTENCE_KINDS: Final[Mapping[PassageKind, str]] = {
    "paragraph": SENTENCE,
    "turn": UTTERANCE,
    "record": ENTRY,
}
# Turns and records are short, and lean on what is around them: they are searched piece by piece too.
TOKEN_KINDS: Final = (UTTERANCE, ENTRY)
# Walks go along these: names that a pipeline alone sees lead astray (benchmarks.multihop).
ENTITY_EDGES: Final = tuple(sorted(set(EDGE_OF_ROLE.values()) - {NAMES}))

Value = (
    Document
    | Passage
    | Sentence
    | Episode
    | Entity
    | Fact
    | Event
    | Cast
    | Named
    | Block
    | Match
    | Word
    | Correction
    | Slot
    | Dispute
    | Grant
    | Trust
    | Note
    | Use
    | Task
)


def searched_text(record: Record) -> str | None:
    """What is embedded and indexed of a sentence or a note: caption or title, then text; None for others.

    Of a passage asleep it is the same, and then the full names that its sentences say less of ("she").
    """
    if record.kind == NOTE and record.body.get("parts") and record.body["kind"] not in UNSEARCHED:
        caption, text = record.body.get("title", ""), "\n".join(text for text, _ in record.body["parts"])
    elif record.kind in SENTENCE_KINDS.values():
        caption, text = record.body.get("caption", ""), str(record.body["text"])
    elif record.kind == PASSAGE and record.body.get("asleep"):
        caption, text = record.body["asleep"][0][1].get("caption", ""), dormant_text(record.body)
    else:
        return None
    return f"{caption}: {text}" if caption else text


def sleeping(record: Record) -> list[Record]:
    """The records of the sentences that a passage asleep keeps; none of other records."""
    rows = record.body.get("asleep", ()) if record.kind == PASSAGE else ()
    kind = SENTENCE_KINDS[record.body["kind"]] if rows else ""
    return [Record(id, kind, record.namespace, body) for id, body in rows]


_KIND_OF: Final[dict[type, str]] = {
    Document: DOCUMENT,
    Passage: PASSAGE,
    Entity: ENTITY,
    Fact: FACT,
    Event: EVENT,
    Cast: CAST,
    Episode: EPISODE,
    Named: UNIT,
    Block: BLOCK,
    Match: MATCH,
    Word: DECISION,
    Correction: CORRECTION,
    Slot: SLOT,
    Dispute: DISPUTE,
    Grant: GRANT,
    Trust: TRUST,
    Note: NOTE,
    Use: USE,
    Task: TASK,
}
_WRITE: Final[dict[str, Callable[[Any], dict[str, Any]]]] = {
    DOCUMENT: bodies.write_document,
    PASSAGE: bodies.write_passage,
    **dict.fromkeys(SENTENCE_KINDS.values(), bodies.write_sentence),
    ENTITY: bodies.write_entity,
    FACT: bodies.write_fact,
    EVENT: bodies.write_fact,
    CAST: bodies.write_cast,
    EPISODE: bodies.write_episode,
    UNIT: lambda one: bodies.write_unit(one.unit),
    BLOCK: lambda one: bodies.write_page(one.page),
    MATCH: lambda one: bodies.write_link(one.link),
    DECISION: bodies.write_word,
    CORRECTION: write_correction,
    SLOT: write_slot,
    DISPUTE: write_dispute,
    GRANT: write_grant,
    TRUST: write_trust,
    NOTE: write_note,
    USE: write_use,
    TASK: write_task,
}
_READ: Final[dict[str, Callable[[str, str, Mapping[str, Any]], Value]]] = {
    DOCUMENT: bodies.read_document,
    PASSAGE: bodies.read_passage,
    **dict.fromkeys(SENTENCE_KINDS.values(), bodies.read_sentence),
    ENTITY: bodies.read_entity,
    FACT: bodies.read_fact,
    EVENT: bodies.read_event,
    CAST: bodies.read_cast,
    EPISODE: bodies.read_episode,
    UNIT: lambda id, of, body: Named(id=id, namespace=of, unit=bodies.read_unit(body)),
    BLOCK: lambda id, of, body: Block(id=id, namespace=of, page=bodies.read_page(body)),
    MATCH: lambda id, of, body: Match(id=id, namespace=of, link=bodies.read_link(body)),
    DECISION: bodies.read_word,
    CORRECTION: read_correction,
    SLOT: read_slot,
    DISPUTE: read_dispute,
    GRANT: read_grant,
    TRUST: read_trust,
    NOTE: read_note,
    USE: read_use,
    TASK: read_task,
}


def to_record(value: Value) -> Record:
    """The record that keeps a value; ``from_record`` is its inverse."""
    kind = SENTENCE_KINDS[value.kind] if isinstance(value, Sentence) else _KIND_OF[type(value)]
    return Record(value.id, kind, value.namespace, bodies.compact(_WRITE[kind](value)))


def from_record(record: Record) -> Value:
    """The value that a record keeps."""
    return _READ[record.kind](record.id, record.namespace, record.body)


def _index_passage(record: Record) -> Index:
    edges = [Edge(PART_OF, record.body["document"])]
    if record.body.get("previous"):
        edges.append(Edge(FOLLOWS, record.body["previous"]))
    at = bodies.parse_moment(record.body.get("at"))
    return Index(edges=tuple(edges), text=searched_text(record), valid_at=at)


def named(record: Record) -> Iterator[tuple[str, str, MentionRole]]:
    """Name, label and role of each mention that names something in a sentence's record; none of other kinds.

    Straight from the body: every write counts all mentions, and making values of them costs more
    than the counting.
    """
    if record.kind in SENTENCE_KINDS.values():
        for name, label, role, *rest in record.body.get("mentions", ()):
            if role == "moved":
                yield rest[2], label, "text"
            elif role != "pronoun":
                yield name, label, role


def referring(record: Record) -> Iterator[tuple[str, str, MentionRole]]:
    """Surface, full name and role of the mentions of a sentence's record that say less than the full name."""
    if record.kind in SENTENCE_KINDS.values():
        for row in record.body.get("mentions", ()):
            if len(row) > 5:
                yield row[0], row[5], row[2]


def stated(record: Record) -> Iterator[Statement]:
    """The statements of a sentence's record; none of other kinds."""
    if record.kind in SENTENCE_KINDS.values():
        yield from map(bodies.read_statement, record.body.get("statements", ()))


def _index_sentence(record: Record) -> Index:
    weights: dict[tuple[str, str], float] = {}
    for name, label, role in named(record):
        # A date is a date wherever it stands: walks weigh it less than a name.
        kind = DATED if label == DATE_LABEL else EDGE_OF_ROLE[role]
        edge = (kind, entity_id(record.namespace, fold(name)))
        weights[edge] = weights.get(edge, 0.0) + 1.0
    for _, full, _ in referring(record):
        edge = (REFERS, entity_id(record.namespace, fold(full)))
        weights[edge] = weights.get(edge, 0.0) + 1.0
    for statement in stated(record):
        if statement.is_fact:
            weights[STATES, fact_id(record.namespace, statement)] = 1.0
        if statement.is_event:
            weights[TELLS, event_id(record.namespace, statement)] = 1.0
    edges = [Edge(kind, target, weight) for (kind, target), weight in sorted(weights.items())]
    return Index(
        edges=(Edge(PART_OF, record.body["passage"]), *edges),
        text=searched_text(record),
        valid_at=bodies.parse_moment(record.body.get("at")),
    )


def _index_fact(record: Record) -> Index:
    """Its participants; a state holds in its interval, what happened has happened from then on."""
    kinds = dict.fromkeys(
        (EDGE_OF_PARTICIPANT.get(role, PARTICIPANT), entity_id(record.namespace, key[1:]))
        for role, _, key in record.body["participants"]
        if key.startswith("=")
    )
    edges = [Edge(kind, target) for kind, target in kinds]
    edges += [Edge(FOLLOWS, event, float(n)) for event, n in record.body.get("follows", {}).items()]
    begin, end, *_ = record.body.get("when") or (None, None)
    return Index(
        edges=tuple(edges),
        valid_at=bodies.parse_moment(begin),
        invalid_at=None if record.body.get("happens") else bodies.parse_moment(end),
    )


def _index_cast(record: Record) -> Index:
    cast = bodies.read_cast(record.id, record.namespace, record.body)
    units = sorted({unit_id(record.namespace, name_key(profile)) for profile in cast.profiles})
    return Index(edges=(Edge(PART_OF, cast.document), *(Edge(CASTS, unit) for unit in units)))


def _index_unit(record: Record) -> Index:
    called = sorted(record.body.get("called", {}).items())
    return Index(edges=tuple(Edge(CALLED, entity_id(record.namespace, key), float(n)) for key, n in called))


def _index_pair(record: Record) -> Index:
    body = record.body
    weight, kind = 1.0, SAME_AS if body.get("same") else DIFFERS
    if record.kind == MATCH:
        link = bodies.read_link(body)
        weight, kind = round(link.score, 4), EDGE_OF_BAND[link.band]
    return Index(edges=tuple(Edge(kind, unit_id(record.namespace, body[end]), weight) for end in ("a", "b")))


def _index_episode(record: Record) -> Index:
    held = (Edge(HOLDS, passage) for passage in record.body["passages"])
    edges = (Edge(PART_OF, record.body["document"]), *held)
    return Index(edges=edges, valid_at=bodies.parse_moment(record.body.get("at")))


def _index_dispute(record: Record) -> Index:
    facts = sorted({fact for _, group in record.body["odds"] for fact in group})
    return Index(edges=tuple(Edge(DISPUTES, fact) for fact in facts))


def _index_note(record: Record) -> Index:
    """It tells of what its newest source tells: before that, nothing is known of it."""
    body, passages = record.body, rests_on(record.body)
    made_of = (Edge(MADE_OF, passage) for passage in passages)
    links = (Edge(LINKS, other) for other in dict.fromkeys(body.get("links", ())))
    gathers = (Edge(GATHERS, passage) for passage in passages if body["kind"] == TOPIC)
    leads = (Edge(LEADS_TO, passage) for passage in passages[:1] if body["kind"] == QUESTION)
    told = bodies.parse_moment(body.get("until") or body.get("at"))
    return Index(edges=(*made_of, *links, *gathers, *leads), text=searched_text(record), valid_at=told)


def _index_task(record: Record) -> Index:
    ties = {NEEDS: "needs", STEP_OF: "step_of", SHOWS: "shows"}
    rows = ((kind, row) for kind, name in ties.items() for row in record.body.get(name, ()))
    return Index(edges=tuple(Edge(kind, row if kind == SHOWS else row[0]) for kind, row in rows))


_INDEX: Final[dict[str, Callable[[Record], Index]]] = {
    CAST: _index_cast,
    EPISODE: _index_episode,
    CORRECTION: lambda record: Index(edges=(Edge(CORRECTS, record.body["target"]),)),
    DISPUTE: _index_dispute,
    UNIT: _index_unit,
    MATCH: _index_pair,
    DECISION: _index_pair,
    NOTE: _index_note,
    USE: lambda record: Index(edges=(Edge(USES, record.body["passage"]),)),
    TASK: _index_task,
}


def index(record: Record) -> Index:
    """How a record is to be found."""
    if record.kind == PASSAGE:
        return _index_passage(record)
    if record.kind in (FACT, EVENT):
        return _index_fact(record)
    if record.kind in SENTENCE_KINDS.values():
        return _index_sentence(record)
    return _INDEX[record.kind](record) if record.kind in _INDEX else Index()


def text_is_new(change: Change) -> bool:
    """Whether a change leaves a searched text that was not there before it."""
    before = searched_text(change.before) if change.before else None
    after = searched_text(change.after) if change.after else None
    return after is not None and after != before
