"""A commit in words: what it brought (+), changed (~) and took away (-), by kind."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, Literal, TypeAlias

from graphmem import schema
from graphmem.casts import Named, Word
from graphmem.cli.diff import versions
from graphmem.corrections import Correction
from graphmem.grants import Grant, Trust
from graphmem.identity import fold
from graphmem.memory import Memory
from graphmem.notes import TIES
from graphmem.saying import SCHEME, is_said
from graphmem.shown import excerpt, shortened, shown
from graphmem.slots import Slot
from graphmem.statements import Fact, Statement
from graphmem.types import Change, Entity, Record, Sentence

Sign: TypeAlias = Literal["+", "~", "-"]
KINDS: Final[Mapping[str, tuple[str, str]]] = {
    schema.DOCUMENT: ("document", "documents"),
    schema.PASSAGE: ("passage", "passages"),
    schema.SENTENCE: ("sentence", "sentences"),
    schema.UTTERANCE: ("sentence of a chat", "sentences of chats"),
    schema.ENTRY: ("line of a table", "lines of tables"),
    schema.EPISODE: ("episode", "episodes"),
    schema.ENTITY: ("name", "names"),
    schema.FACT: ("fact", "facts"),
    schema.EVENT: ("event", "events"),
    schema.CAST: ("list of who is named", "lists of who is named"),
    schema.UNIT: ("person or thing meant", "persons and things meant"),
    schema.BLOCK: ("group of like names", "groups of like names"),
    schema.MATCH: ("pair of names compared", "pairs of names compared"),
    schema.DECISION: ("answer on two names", "answers on two names"),
    schema.CORRECTION: ("correction", "corrections"),
    schema.SLOT: ("thing that changes over time", "things that change over time"),
    schema.DISPUTE: ("contradiction", "contradictions"),
    schema.GRANT: ("share", "shares"),
    schema.TRUST: ("word on a source", "words on sources"),
    schema.NOTE: ("note", "notes"),
    schema.USE: ("use of a passage", "uses of passages"),
    schema.TASK: ("task", "tasks"),
}
"""Kinds of records in plain words, one and several."""
LINES: Final = 50
"""Lines of a group that are shown."""
_ID: Final = re.compile(r"\b[a-z][0-9a-f]{24}\b")
_PAIRED: Final = 200
"""Changes of passages from which on old and new ones are not brought together: that takes their square."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that came, changed or went: its pieces are text with the sign by which each differs."""

    sign: Sign
    pieces: tuple[tuple[Sign | Literal[""], str], ...]

    @property
    def text(self) -> str:
        """All of it, what went in [-…-], what came in {+…+}."""
        marks = {"": "{}", "+": "{{+{}+}}", "-": "[-{}-]", "~": "{}"}
        return " ".join(marks[sign].format(text) for sign, text in self.pieces)


@dataclass(frozen=True, slots=True)
class Group:
    """Lines of one kind; ``more`` are those that are left out."""

    title: str
    lines: tuple[Line, ...]
    more: int = 0


def counted(count: int, kind: str) -> str:
    """A count with its kind in plain words: "1 fact", "1,200 sentences"."""
    one, several = KINDS.get(kind, (kind, kind))
    return f"{count:,} {one if count == 1 else several}"


def counts(kinds: Mapping[str, int]) -> str:
    """Counts by kind in a line, what people know best first."""
    order = list(KINDS)
    known = sorted(kinds, key=lambda kind: order.index(kind) if kind in KINDS else len(order))
    return ", ".join(counted(kinds[kind], kind) for kind in known if kinds[kind])


def sign(change: Change) -> Sign:
    """Whether a record came, changed or went."""
    return "+" if change.before is None else "-" if change.after is None else "~"


def names(memory: Memory, texts: Iterable[str]) -> dict[str, str]:
    """What the ids that stand in some texts are called, by id, in one read."""
    ids = sorted({id for text in texts for id in _ID.findall(text)})
    found = memory.store.get(memory.view, ids) if ids else {}
    return {id: name for id, record in found.items() if (name := _name(record))}


def readable(text: str, called: Mapping[str, str]) -> str:
    """A text in which ids are replaced by names."""
    return _ID.sub(lambda found: called.get(found.group(), found.group()), text)


def _name(record: Record) -> str:
    value = schema.from_record(record)
    if isinstance(value, Named):
        return f"{value.name} ({value.label})" if value.label else value.name
    if isinstance(value, Fact):
        return value.text
    if isinstance(value, Entity):
        return value.name
    if isinstance(value, Slot):
        return f"{value.subject} {value.relation}"
    if isinstance(value, Sentence):
        return f"“{excerpt(value.text)}”"
    return record.body["uri"] if record.kind == schema.DOCUMENT else ""


def told(memory: Memory, changes: Sequence[Change]) -> list[Group]:
    """Changes of logged records as groups of lines, people's words first; a few reads by id."""
    return _groups(
        ("What people say", _said(memory, changes)),
        ("Tasks", _tasks(changes)),
        ("Trust and shares", _settings(changes)),
        ("Documents", _documents(changes)),
        ("Text", _passages(_read(changes))),
        ("Notes", _notes(changes)),
        ("What was used", _used(changes)),
    )


def read_in(changes: Sequence[Change]) -> list[Group]:
    """What changed sentences state and name, whether or not others do too; nothing else is read for it."""
    return _groups(
        ("Facts and events that these sentences state", _facts(changes)),
        ("Names in these sentences", _named(changes)),
    )


def _groups(*found: tuple[str, Iterator[Line]]) -> list[Group]:
    groups = []
    for title, lines in found:
        every = list(lines)
        if every:
            groups.append(Group(title, tuple(every[:LINES]), max(0, len(every) - LINES)))
    return groups


def derived(changes: Iterable[Change]) -> list[Group]:
    """Changes of records that follow (names, facts, events, contradictions) as groups of lines."""
    groups = []
    every = list(changes)
    for kind in (schema.ENTITY, schema.FACT, schema.EVENT, schema.DISPUTE, schema.MATCH):
        lines = [
            Line(sign(one), (("", str(shown(one.record).get("text") or shown(one.record)["name"])),))
            for one in every
            if one.record.kind == kind
        ]
        lines.sort(key=lambda line: ("+~-".index(line.sign), line.text))
        if lines:
            title = KINDS[kind][1].capitalize()
            groups.append(Group(title, tuple(lines[:LINES]), max(0, len(lines) - LINES)))
    return groups


def tally(changes: Iterable[Change]) -> dict[Sign, dict[str, int]]:
    """How many records of each kind came, changed and went."""
    found: dict[Sign, Counter[str]] = {"+": Counter(), "~": Counter(), "-": Counter()}
    for change in changes:
        found[sign(change)][change.record.kind] += 1
    return {mark: dict(sorted(kinds.items())) for mark, kinds in found.items()}


# --- documents and their text ---------------------------------------------------------------


def _documents(changes: Sequence[Change]) -> Iterator[Line]:
    for change in changes:
        body = change.record.body
        if change.record.kind == schema.DOCUMENT and not is_said(body["uri"]):
            yield Line(sign(change), (("", f"{body['uri']}, {body['characters']:,} characters"),))


def _read(changes: Sequence[Change]) -> list[Change]:
    """Changes of passages but those of documents in which a person says something."""
    own = {
        one.id for one in changes if one.record.kind == schema.DOCUMENT and is_said(one.record.body["uri"])
    }
    return [
        one for one in changes if one.record.kind == schema.PASSAGE and one.record.body["document"] not in own
    ]


def _passages(changes: Sequence[Change]) -> Iterator[Line]:
    if len(changes) > _PAIRED:
        for change in changes:
            yield Line(sign(change), (("", excerpt(change.record.body["text"], 300)),))
        return
    for before, after in versions(changes):
        if before is None or after is None:
            record = after or before
            assert record is not None
            yield Line("+" if before is None else "-", (("", excerpt(record.body["text"], 300)),))
        elif before.body["text"] != after.body["text"]:
            yield Line("~", tuple(pieces(before.body["text"], after.body["text"])))


def pieces(before: str, after: str) -> Iterator[tuple[Sign | Literal[""], str]]:
    """Two texts as one, word by word: what stayed, what went ("-") and what came ("+").

    >>> list(pieces("the ash stands", "the ash fell"))
    [('', 'the ash'), ('-', 'stands'), ('+', 'fell')]
    """
    old, new = before.split(), after.split()
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield "", " ".join(old[i:j])
            continue
        if j > i:
            yield "-", " ".join(old[i:j])
        if m > k:
            yield "+", " ".join(new[k:m])


# --- what the memory made of itself ---------------------------------------------------------


def _notes(changes: Sequence[Change]) -> Iterator[Line]:
    for change in changes:
        old, new = (_noted(record) for record in (change.before, change.after))
        if old == new:
            continue  # a note of which only what it is found by changed, and that which keeps the place
        yield Line(sign(change), tuple(pieces(old, new)))


def _noted(record: Record | None) -> str:
    """What a note says, in a line; nothing of other records, or of notes that only tie records."""
    if record is None or record.kind != schema.NOTE or not record.body.get("parts"):
        return ""
    if record.body["kind"] in TIES:
        return ""
    value = shown(record)
    return f"{value['sort']} {value['name']}: {value['text']}"


def _used(changes: Sequence[Change]) -> Iterator[Line]:
    for change in changes:
        if change.record.kind == schema.USE:
            yield Line(sign(change), (("", f"a passage: {shown(change.record)['name']}"),))


# --- what sentences name and state ----------------------------------------------------------


def _facts(changes: Sequence[Change]) -> Iterator[Line]:
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    for change in changes:
        before.update(map(stated, schema.stated(change.before)) if change.before else ())
        after.update(map(stated, schema.stated(change.after)) if change.after else ())
    yield from _difference(before, after)


def stated(statement: Statement) -> str:
    """What a statement says, in a line."""
    subject, *others = (one.worded for one in statement.participants)
    negated = statement.negated and " not " not in f" {statement.predicate} "
    when = f"({statement.when.text})" if statement.when and statement.when.text else ""
    words = ("not:" if negated else "", subject, statement.predicate, ", ".join(others), when)
    return " ".join(filter(None, words))


def _named(changes: Sequence[Change]) -> Iterator[Line]:
    before, after = Counter[str](), Counter[str]()
    first: dict[str, str] = {}
    for change in changes:
        for record, count in ((change.before, before), (change.after, after)):
            for name, *_ in schema.named(record) if record else ():
                count[first.setdefault(fold(name), name)] += 1
    came = [name for name in after if name not in before]
    went = [name for name in before if name not in after]
    for mark, some in (("+", came), ("-", went)):
        if some:
            rest = f" and {len(some) - LINES:,} more" if len(some) > LINES else ""
            yield Line("+" if mark == "+" else "-", (("", ", ".join(some[:LINES]) + rest),))


def _difference(before: Counter[str], after: Counter[str]) -> Iterator[Line]:
    yield from (Line("+", (("", text),)) for text in after if text not in before)
    yield from (Line("-", (("", text),)) for text in before if text not in after)


# --- what people say ------------------------------------------------------------------------


def _said(memory: Memory, changes: Sequence[Change]) -> Iterator[Line]:
    targets = [
        str(change.record.body["target"]) for change in changes if change.record.kind == schema.CORRECTION
    ]
    called = names(memory, targets)
    texts = {
        one.record.body["document"]: one.record.body["text"]
        for one in changes
        if one.record.kind == schema.PASSAGE
    }
    before, after = Counter[str](), Counter[str]()
    for change in changes:
        for record, count in ((change.before, before), (change.after, after)):
            count.update(_word(record, called, texts) if record else ())
    yield from _difference(before, after)


def _word(record: Record, called: Mapping[str, str], texts: Mapping[str, str]) -> Iterator[str]:
    """What a record keeps of a person's word, in words; nothing, if it keeps none."""
    if record.kind == schema.DOCUMENT and is_said(record.body["uri"]):
        who = record.body["uri"].removeprefix(SCHEME).partition("/")[0]
        yield f"{who} says: {texts.get(record.id, '')}"
    if record.kind not in (schema.DECISION, schema.CORRECTION):
        return
    value = schema.from_record(record)
    if isinstance(value, Word):
        a, b = shortened(value.decision.a), shortened(value.decision.b)
        yield f"{a} {'is' if value.decision.same else 'is not'} {b}"
    elif isinstance(value, Correction):
        yield from _corrected(value, called.get(value.target, value.target))


def _corrected(word: Correction, name: str) -> Iterator[str]:
    """What a correction says, in words; ``name`` is what its target is called."""
    if word.called:
        yield f"{name}: is called “{word.called}”"
    if word.typed:
        yield f"{name}: is a {word.typed}"
    if word.retraction:
        yield f"{name}: is not so" + (f" ({word.retraction.why})" if word.retraction.why else "")
    if word.stand:
        yield f"{name}: {len(word.stand)} facts may stand beside each other"
    if word.moved:
        yield f"{name}: names {', '.join(sorted(set(word.moved.values())))}"


def _tasks(changes: Sequence[Change]) -> Iterator[Line]:
    for change in changes:
        if change.record.kind == schema.TASK:
            body = change.record.body
            outcome = f" ({body['outcome']})" if body.get("outcome") else ""
            told = f"{body['title']}: {body['state']}{outcome}"
            yield Line(sign(change), (("", told),))


def _settings(changes: Sequence[Change]) -> Iterator[Line]:
    for change in changes:
        if change.record.kind not in (schema.GRANT, schema.TRUST):
            continue
        value = schema.from_record(change.record)
        if isinstance(value, Grant):
            reader = "every namespace" if value.reader == "*" else value.reader
            yield Line(sign(change), (("", f"shared with {reader}"),))
        elif isinstance(value, Trust):
            yield Line(sign(change), (("", f"{value.source}: {value.level}"),))
