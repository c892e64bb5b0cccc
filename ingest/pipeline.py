"""From sources to commits: read, chunk, understand, encode, commit. One commit a document.

A document that is there already with the same content is left alone, so that an ingest that was
stopped goes on where it was; one with other content is replaced in one commit.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

import numpy as np

from graphmem import cards, schema
from graphmem.amending import corrected
from graphmem.casting import cast
from graphmem.casts import Cast
from graphmem.edits import document_records, replacement
from graphmem.embedding import together
from graphmem.errors import Conflict, GraphMemError, MissingExtra, SourceError
from graphmem.fading.dormant import touched
from graphmem.identity import digest, document_id
from graphmem.ingest.chunking import chunk
from graphmem.ingest.episodes import divisible, episodes_of
from graphmem.ingest.findings import findings
from graphmem.ingest.keying import key
from graphmem.ingest.language import AUTOMATIC, named
from graphmem.ingest.language import load as load_pipeline
from graphmem.ingest.mentions import mentioned
from graphmem.ingest.names import names
from graphmem.ingest.readers import read_content
from graphmem.ingest.reading import Reading
from graphmem.ingest.sources import DEFAULT_LIMITS, Limits, Source, expand, load
from graphmem.memory import Memory
from graphmem.relations import Schema
from graphmem.stores.quantised import dequantise, quantise
from graphmem.types import Change, Document, Episode, Passage, Record, Sentence, Vectors, View

ENCODED_AT_ONCE: Final = 2048  # sentences; an encoder sorts by length inside a call, so that more pad less
READ_AHEAD: Final = 4  # sources for each reader process
NOTHING: Final[Mapping[str, str | None]] = MappingProxyType({})

Outcome: TypeAlias = Literal["added", "replaced", "unchanged", "failed"]


@dataclass(frozen=True, slots=True)
class Plan:
    """How to read: namespace, limits, the spaCy pipeline that reads statements, if any, and relations."""

    namespace: str
    limits: Limits = DEFAULT_LIMITS
    pipeline: str | None = None  # as ``language.load`` takes it
    relations: Schema | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document as it will be in the memory."""

    document: Document
    passages: tuple[Passage, ...]
    sentences: tuple[Sentence, ...]
    cast: Cast | None = None
    episodes: tuple[Episode, ...] = ()


@dataclass(slots=True)
class Report:
    """What an ingest did: how many documents by outcome, and what went wrong."""

    added: int = 0
    replaced: int = 0
    unchanged: int = 0
    errors: list[SourceError] = field(default_factory=list)

    @property
    def failed(self) -> int:
        """How many sources could not be read."""
        return len(self.errors)

    def _repr_html_(self) -> str:
        done = {"added": self.added, "replaced": self.replaced, "unchanged": self.unchanged}
        failed = cards.table((), [("failed", str(error)) for error in self.errors])
        return cards.card("ingest", "", {name: str(n) for name, n in done.items() if n}, failed)


def prepare(reading: Reading, plan: Plan) -> Prepared:
    """Chunk a reading, and read its sentences: by a pipeline, or names alone by rules; none that is told."""
    document, passages, sentences = chunk(reading, plan.namespace)
    told = [one for one in sentences if one.mentions or one.statements]
    untold = [one for one in sentences if not (one.mentions or one.statements)]
    if plan.pipeline and untold:
        nlp = load_pipeline(plan.pipeline)
        found = findings(document, passages, untold, nlp, relations=plan.relations)
        read = [replace(one.sentence, mentions=one.mentions, statements=one.statements) for one in found]
    else:
        read = [replace(sentence, mentions=names(sentence.text)) for sentence in untold]
    if told:
        by_id = {one.id: one for one in (*told, *read)}
        read = [by_id[one.id] for one in sentences]
    who = cast(document, passages, read) if plan.pipeline else None
    return Prepared(document, tuple(passages), tuple(mentioned(document, passages, read)), who)


def read_source(source: Source, known: str | None, plan: Plan) -> Prepared | SourceError | None:
    """A source prepared; None if its content hash is ``known``; the error if it cannot be read.

    Errors are returned, so that they cross from a reader process with all that they say.
    """
    try:
        content = load(source, plan.limits)
        reading = None if content.hash == known else read_content(content)
    except SourceError as error:
        return error
    except MissingExtra as error:
        # One PDF without its reader keeps nothing else out.
        return SourceError(source.uri, str(error))
    return None if reading is None else prepare(reading, plan)


def _read_all(
    sources: Iterable[tuple[Source, str | None]], plan: Plan, jobs: int
) -> Iterator[tuple[Source, Prepared | SourceError | None]]:
    """Each source with what came of it, in order, read by so many processes."""
    if jobs == 1:
        for source, known in sources:
            yield source, read_source(source, known, plan)
        return
    # Spawned, not forked: the encoder's threads do not survive a fork.
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        first = None
        ahead: deque[tuple[Source, Future[Prepared | SourceError | None]]] = deque()
        try:
            for source, known in sources:
                ahead.append((source, pool.submit(read_source, source, known, plan)))
                if len(ahead) >= jobs * READ_AHEAD:
                    first, future = ahead.popleft()
                    yield first, future.result()
            while ahead:
                first, future = ahead.popleft()
                yield first, future.result()
        except BrokenProcessPool as error:
            where = first.uri if first else "the first file"
            raise GraphMemError(
                f"a reader process died at or after {where} (out of memory?); what was committed stays:"
                " run again with --jobs 1 to see which file it is"
            ) from error


class Ingest:
    """Prepared documents on their way into a memory, encoded many at a time."""

    def __init__(
        self,
        memory: Memory,
        done: Callable[[str, Outcome], None],
        over: Mapping[str, str | None] = NOTHING,
    ) -> None:
        self.memory = memory
        self.done = done
        self.over = over
        self.run = ""
        self.report = Report()
        self.waiting: dict[str, Prepared] = {}
        self.sentences = 0

    def add(self, prepared: Prepared) -> None:
        """Take a document; it is committed at the latest when the ingest is flushed."""
        if prepared.document.id in self.waiting:
            # Another version of one that waits: its changes are against that one, once it is in.
            self.flush()
        self.waiting[prepared.document.id] = self._corrected(prepared)
        self.sentences += len(prepared.sentences)
        if self.sentences >= ENCODED_AT_ONCE:
            self.flush()

    def _corrected(self, prepared: Prepared) -> Prepared:
        """A document with what people said of its mentions, when it was read before."""
        read = (prepared.document, prepared.passages, prepared.sentences)
        memory = self.memory
        sentences, who = corrected(memory.store, View.of(memory.namespace), *read, prepared.cast)
        return replace(prepared, sentences=sentences, cast=who)

    def flush(self) -> None:
        """Encode what waits in one go, and commit it document by document."""
        changes = {id: self._changes(prepared) for id, prepared in self.waiting.items()}
        new = [c.after for own in changes.values() for c in own if c.after and schema.text_is_new(c)]
        vectors = self.memory.embed(new)
        for prepared in self.waiting.values():
            own = changes[prepared.document.id]
            if episodes := self._episodes(prepared, vectors):
                prepared = replace(prepared, episodes=episodes)
                own = self._changes(prepared)
            self._commit(prepared, own, vectors)
            self._touch(prepared, own, vectors)
        self.waiting.clear()
        self.sentences = 0

    def _changes(self, prepared: Prepared) -> tuple[Change, ...]:
        old = document_records(self.memory.store, View.of(self.memory.namespace), prepared.document.id)
        self._check_over(prepared.document.uri, old[0] if old else None)
        return replacement(
            old,
            prepared.document,
            prepared.passages,
            prepared.sentences,
            prepared.cast,
            prepared.episodes,
        )

    def _check_over(self, uri: str, old: Record | None) -> None:
        """Refuse to replace another version of a document than the one that was meant to be.

        Raises:
            Conflict: somebody else wrote it meanwhile.
        """
        there = old.body["content_hash"] if old else None
        if uri in self.over and self.over[uri] != there:
            raise Conflict(f"{uri} was written by others meanwhile: read it again, and write it anew")

    def _episodes(self, prepared: Prepared, vectors: Vectors) -> tuple[Episode, ...]:
        """The episodes of a document, by vectors as exact as the store keeps them."""
        if not divisible(prepared.document, prepared.passages):
            return ()
        ids = [sentence.id for sentence in prepared.sentences]
        new = [id for id in ids if id in vectors.by_id]
        own = View.of(self.memory.namespace)
        known = dict(self.memory.store.vectors(own, [id for id in ids if id not in vectors.by_id]))
        if new:
            rounded = dequantise(quantise(np.array([vectors.by_id[id] for id in new])))
            known |= dict(zip(new, rounded, strict=True))
        if asleep := [one for one in prepared.sentences if one.id not in known]:
            # What sleeps has no vectors of its own, but divides the document as it did.
            again = self.memory.embed(map(schema.to_record, asleep)).by_id
            known |= zip(again, dequantise(quantise(np.array(list(again.values())))), strict=True)
        found = episodes_of(prepared.document, prepared.passages, prepared.sentences, known) if known else []
        return tuple(found)

    def _commit(self, prepared: Prepared, changes: tuple[Change, ...], vectors: Vectors) -> None:
        uri = prepared.document.uri
        try:
            self._write(uri, changes, vectors)
        except Conflict:
            # Another process took the same document in meanwhile: what is left to change is told anew.
            changes = self._changes(prepared)
            self._write(uri, changes, vectors)
        if not changes:
            self.report.unchanged += 1
            self.done(uri, "unchanged")
        elif any(change.id == prepared.document.id and change.before is None for change in changes):
            self.report.added += 1
            self.done(uri, "added")
        else:
            self.report.replaced += 1
            self.done(uri, "replaced")

    def _write(self, uri: str, changes: tuple[Change, ...], vectors: Vectors) -> None:
        if changes:
            self.run = self.run or self._begun(uri)
            own = vectors.of(change.id for change in changes)
            self.memory.write(changes, f"ingest {uri}", vectors=own, run=self.run)

    def _touch(self, prepared: Prepared, changes: Iterable[Change], vectors: Vectors) -> None:
        """Wake what sleeps and is touched by passages that are new."""
        new = {change.id for change in changes if change.before is None}
        own: dict[str, list[Sentence]] = {}
        for sentence in prepared.sentences:
            if sentence.passage in new and sentence.id in vectors.by_id:
                own.setdefault(sentence.passage, []).append(sentence)
        passages = (one for one in prepared.passages if one.id in own)
        told = ((one, own[one.id], together(vectors.by_id[s.id] for s in own[one.id])) for one in passages)
        found = touched(self.memory.store, View.of(self.memory.namespace), told)
        for reason in dict.fromkeys(found.values()):
            self.memory.wake([id for id, why in found.items() if why == reason], reason=reason, run=self.run)

    def _begun(self, uri: str) -> str:
        """The id of this run, by where it began and with what: two at once begin with other documents."""
        memory = self.memory
        return "r" + digest("run", memory.namespace, memory.author, str(memory.store.head()), uri)


def ingest_sources(
    memory: Memory,
    sources: Iterable[Source],
    *,
    jobs: int = 1,
    limits: Limits = DEFAULT_LIMITS,
    pipeline: str | None = AUTOMATIC,
    relations: Schema | None = None,
    then: Callable[[Prepared], Prepared] | None = None,
    done: Callable[[str, Outcome], None] = lambda uri, outcome: None,
    keys: bool = True,
) -> Report:
    """Read sources into a memory; ``done(uri, outcome)`` is called as each is finished.

    ``pipeline`` reads names, facts and events (``language.named``); with None the rules mark names alone.
    ``relations`` are those that facts are named after (``facts.load``), the bundled ones if left out.
    ``then`` is called in this process on each document that is read, before it is committed.
    ``keys`` makes the notes by which turns of chats and records are found (``keying.key``).
    A source that cannot be read is told in ``Report.errors``; the others go in.
    """
    plan = Plan(memory.namespace, limits, named(pipeline), relations)
    ingest = Ingest(memory, done)

    def with_hash() -> Iterator[tuple[Source, str | None]]:
        for source in sources:
            id = document_id(memory.namespace, source.uri)
            record = memory.store.get(View.of(memory.namespace), [id]).get(id)
            yield source, record.body["content_hash"] if record else None

    try:
        for source, result in _read_all(with_hash(), plan, jobs):
            if isinstance(result, SourceError):
                ingest.report.errors.append(result)
                done(source.uri, "failed")
            elif result is None:
                ingest.report.unchanged += 1
                done(source.uri, "unchanged")
            else:
                ingest.add(then(result) if then else result)
    except GraphMemError:
        ingest.flush()  # what was read before the run failed is kept
        raise
    ingest.flush()
    if keys:
        key(memory)
    return ingest.report


def ingest_readings(
    memory: Memory,
    readings: Iterable[Reading],
    *,
    pipeline: str | None = AUTOMATIC,
    over: Mapping[str, str | None] = NOTHING,
) -> Report:
    """Put readings that are at hand into a memory, each as a document of its own.

    ``over`` tells by URI the content hash of the version that a reading was made to replace, None if there
    is to be none.

    Raises:
        Conflict: another version is there; that reading and those after it were not written.
    """
    plan = Plan(memory.namespace, pipeline=named(pipeline))
    ingest = Ingest(memory, lambda uri, outcome: None, over)
    for reading in readings:
        ingest.add(prepare(reading, plan))
    ingest.flush()
    return ingest.report


def ingest(memory: Memory, paths: Iterable[str], *, jobs: int = 1, keys: bool = True) -> Report:
    """Read files, folders and patterns into a memory; ``keys`` as in ``ingest_sources``.

    Raises:
        SourceError: a path that is named does not exist.
    """
    return ingest_sources(memory, expand(list(paths)), jobs=jobs, keys=keys)
