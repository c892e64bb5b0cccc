"""Trust: how far sources are believed, which facts stand on untrusted ones alone, and who says what.

A word on a source is a record of the namespace that says it. It changes no other record: what follows
from it is worked out at each read, so a later word or an undo takes it all back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Final, NamedTuple

from graphmem import schema
from graphmem.errors import InputError
from graphmem.grants import LEVELS, Level, Trust, trust_id
from graphmem.identity import checked_namespace, fold
from graphmem.saying import SCHEME, is_said
from graphmem.statements import Fact, event_id, fact_id
from graphmem.stores.base import Store
from graphmem.types import Change, Document, Passage, Record, Sentence, View

SPEAKER: Final = "speaker:"
NAMESPACE: Final = "namespace:"


class Claim(NamedTuple):
    """Who makes a claim, in which document, and the sentence that does."""

    who: str
    uri: str
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Source:
    """Where a passage comes from: its document, and who speaks, where somebody does."""

    document: Document
    speaker: str

    @property
    def name(self) -> str:
        """The source for people: the speaker and the document, or the document alone."""
        return f"{self.speaker} in {self.document.uri}" if self.speaker else self.document.uri

    def speaks_of_itself(self, fact: Fact) -> bool:
        """Whether a fact is about the speaker; where nobody speaks, about what the document is titled."""
        subject = fold(fact.participants[0].entity)
        return bool(subject) and subject == fold(self.speaker or self.document.title)


# --- words on sources -----------------------------------------------------------------------


def checked_source(source: str) -> str:
    """The source itself, if there can be a word on it.

    Raises:
        InputError: it is empty, or "namespace:" is followed by what can be none.
    """
    if not source.removeprefix(SPEAKER).strip():
        raise InputError(
            f"which source? a URI or a pattern of URIs ('mail/*'), '{SPEAKER}NAME', or '{NAMESPACE}NAME'"
        )
    if source.startswith(NAMESPACE):
        checked_namespace(source.removeprefix(NAMESPACE))
    return source


def said(store: Store, namespace: str, source: str, level: str, by: str, at: datetime) -> tuple[Change, ...]:
    """The change that keeps a namespace's word on a source, in the place of an earlier one.

    Raises:
        InputError: there is no such level, or there can be no such source.
    """
    if level not in LEVELS:
        raise InputError(f"{level!r} is no level of trust: say {', '.join(LEVELS)}")
    chosen = LEVELS[LEVELS.index(level)]
    word = Trust.of(namespace, checked_source(source), chosen, by, at)
    before = store.get(View.of(namespace), [word.id]).get(trust_id(namespace, source))
    return (Change(before, schema.to_record(word)),)


def words(store: Store, view: View) -> list[Trust]:
    """All words on sources of a view's namespaces, by source."""
    found = map(schema.from_record, store.scan(View(view.namespaces), schema.TRUST))
    return sorted((one for one in found if isinstance(one, Trust)), key=lambda one: (one.source, one.id))


@dataclass(slots=True)
class _Words:
    """What one namespace says of sources."""

    speakers: dict[str, Level] = field(default_factory=dict)
    namespaces: dict[str, Level] = field(default_factory=dict)
    patterns: dict[str, Level] = field(default_factory=dict)

    def add(self, word: Trust) -> None:
        """Sort a word in."""
        if word.source.startswith(SPEAKER):
            self.speakers[_spoken(word.source.removeprefix(SPEAKER))] = word.level
        elif word.source.startswith(NAMESPACE):
            self.namespaces[word.source.removeprefix(NAMESPACE)] = word.level
        else:
            self.patterns[word.source] = word.level

    def of_uri(self, uri: str) -> Level | None:
        """What the most particular pattern says: the URI itself, else the one of most plain characters."""
        if uri in self.patterns:
            return self.patterns[uri]
        fit = [pattern for pattern in self.patterns if fnmatchcase(uri, pattern)]
        best = max(fit, key=lambda one: (sum(c not in "*?[]" for c in one), one), default=None)
        return None if best is None else self.patterns[best]


def _spoken(name: str) -> str:
    """By what speakers meet; empty for none."""
    return fold(name) or name.strip()


class Judge:
    """What is said of sources in a view, ready to be asked.

    A namespace's words hold for its own sources; those of ``reader``, whose memory reads the others
    along, for all. Without a reader, a word on a namespace by name holds for that one too.
    """

    def __init__(self, found: Iterable[Trust], reader: str | None) -> None:
        self._reader = reader
        self._words: defaultdict[str, _Words] = defaultdict(_Words)
        for word in found:
            self._words[word.namespace].add(word)

    @property
    def silent(self) -> bool:
        """Whether nothing is said of any source, so that all are trusted."""
        return not self._words

    def level(self, source: Source) -> Level:
        """The least of what is said of speaker, document and namespace; trusted, if nothing is."""
        document = source.document
        told: list[Level | None] = []
        for namespace, words in self._words.items():
            if namespace in (document.namespace, self._reader):
                told += [words.speakers.get(_spoken(source.speaker)), words.of_uri(document.uri)]
            if namespace == self._reader or self._reader is None:
                told.append(words.namespaces.get(document.namespace))
        return max((level for level in told if level), key=LEVELS.index, default="trusted")


def judge(store: Store, view: View, reader: str | None = None) -> Judge:
    """What is said of sources in a view; ``reader`` is the namespace whose memory reads."""
    return Judge(words(store, view), reader)


# --- where things come from -----------------------------------------------------------------


def _whole(view: View) -> View:
    """The view without its kinds: what is asked of one kind comes from others."""
    return replace(view, kinds=None)


def _of_passages(store: Store, view: View, passages: Mapping[str, Record]) -> dict[str, Source]:
    """The source of each passage, in one read of their documents."""
    ids = sorted({record.body["document"] for record in passages.values()})
    values = map(schema.from_record, store.get(view, ids).values())
    documents = {value.id: value for value in values if isinstance(value, Document)}
    return {
        id: Source(documents[record.body["document"]], record.body.get("speaker", ""))
        for id, record in passages.items()
        if record.body["document"] in documents
    }


def sources(store: Store, view: View, sentence_ids: Iterable[str]) -> dict[str, Source]:
    """The source of each sentence in view, by id, in three reads."""
    view = _whole(view)
    sentences = {
        id: record.body["passage"]
        for id, record in store.get(view, list(dict.fromkeys(sentence_ids))).items()
        if record.kind in schema.SENTENCE_KINDS.values()
    }
    passages = _of_passages(store, view, store.get(view, sorted(set(sentences.values()))))
    return {id: passages[passage] for id, passage in sentences.items() if passage in passages}


def levels(
    store: Store, view: View, sentence_ids: Iterable[str], reader: str | None = None
) -> dict[str, Level]:
    """How far the source of each sentence is trusted, by id, in four reads; fully if nothing is said."""
    known: dict[str, Level] = dict.fromkeys(sentence_ids, "trusted")
    judging = judge(store, view, reader)
    if known and not judging.silent:
        known |= {id: judging.level(source) for id, source in sources(store, view, known).items()}
    return known


def doubted(
    store: Store, view: View, passage_ids: Iterable[str], reader: str | None = None
) -> dict[str, Level]:
    """How far those passages are trusted that are not simply trusted, by id, in three reads."""
    judging = judge(store, view, reader)
    if judging.silent:
        return {}
    view = _whole(view)
    passages = {
        id: record
        for id, record in store.get(view, sorted(passage_ids)).items()
        if record.kind == schema.PASSAGE
    }
    found = {id: judging.level(source) for id, source in _of_passages(store, view, passages).items()}
    return {id: level for id, level in found.items() if level != "trusted"}


# --- facts ----------------------------------------------------------------------------------


def _stating(store: Store, view: View, facts: Iterable[Fact]) -> dict[str, list[str]]:
    """Ids of the sentences that state each fact or event, sorted."""
    edges = store.neighbours(view, [one.id for one in facts], [schema.STATES, schema.TELLS], "in")
    found: defaultdict[str, list[str]] = defaultdict(list)
    for sentence, fact in sorted(set(zip(edges.source, edges.target, strict=True))):
        found[fact].append(sentence)
    return dict(found)


def quarantine(
    store: Store, view: View, facts: Sequence[Fact], reader: str | None = None
) -> dict[str, tuple[str, ...]]:
    """The facts that only untrusted sources state, and of others than themselves, by id, with these sources.

    A speaker may speak of herself, a document titled X of X: that needs no trust.
    """
    judging = judge(store, view, reader)
    if judging.silent or not facts:
        return {}
    view = _whole(view)
    stating = _stating(store, view, facts)
    origin = sources(store, view, (id for ids in stating.values() for id in ids))
    found: dict[str, tuple[str, ...]] = {}
    for fact in facts:
        own = [origin[id] for id in stating.get(fact.id, ()) if id in origin]
        if own and all(judging.level(one) == "untrusted" and not one.speaks_of_itself(fact) for one in own):
            found[fact.id] = tuple(sorted({one.name for one in own}))
    return found


def quarantined(store: Store, view: View, facts: Sequence[Fact], reader: str | None = None) -> frozenset[str]:
    """Ids of the facts that stand on untrusted sources alone: see ``quarantine``. They end no other fact."""
    return frozenset(quarantine(store, view, facts, reader))


def told(names: Sequence[str]) -> str:
    """The mark of a fact in quarantine, for people."""
    are = "is" if len(names) == 1 else "are"
    says = "says" if len(names) == 1 else "say"
    return f"quarantined: only {', '.join(names)}, which {are} not trusted, {says} so"


def attribution(store: Store, view: View, fact: Fact) -> tuple[Claim, ...]:
    """Who says a fact or an event, where, and in which sentence; by document and place in it.

    That is whom the sentence names as saying so, else the speaker, else the author of a word of their
    own, else the document.
    """
    view = _whole(view)
    stating = _stating(store, view, [fact]).get(fact.id, [])
    origin = sources(store, view, stating)
    passages = store.get(view, sorted({r.body["passage"] for r in store.get(view, stating).values()}))
    rows = []
    for id, record in store.get(view, stating).items():
        sentence = schema.from_record(record)
        if not isinstance(sentence, Sentence) or id not in origin:
            continue
        source = origin[id]
        passage = schema.from_record(passages[sentence.passage])
        place = passage.position if isinstance(passage, Passage) else 0
        claim = Claim(_who(fact, sentence, source), source.document.uri, sentence)
        rows.append(((sentence.namespace, claim.uri, place, sentence.position, id), claim))
    return tuple(claim for _, claim in sorted(rows, key=lambda row: row[0]))


def _who(fact: Fact, sentence: Sentence, source: Source) -> str:
    for statement in sentence.statements:
        of = (fact_id(sentence.namespace, statement), event_id(sentence.namespace, statement))
        if statement.said_by and fact.id in of:
            return statement.said_by
    if source.speaker:
        return source.speaker
    uri = source.document.uri
    if is_said(uri):
        return uri.removeprefix(SCHEME).split("/")[0]
    return source.document.title or uri
