"""A memory as plain Python: logged rows in a dict, commits in a list; how documents come, go and are undone.

A verb gives the changes that it makes, or raises the refusal that it must meet. What is read of a text
comes prepared; whatever follows from it is in ``machine_derived``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from functools import cached_property
from typing import TypeAlias

from machine_derived import (
    NAMESPACE,
    SENTENCES,
    Body,
    Rows,
    derived,
    of_kind,
    plain,
    said_of,
)
from machine_resting import RESTING, followed, passed_over

from graphmem import Conflict, InputError, NotFound, schema
from graphmem.casting import cast
from graphmem.chaining import chained
from graphmem.identity import (
    cast_id,
    document_id,
    episode_id,
)
from graphmem.ingest.episodes import divisible, episodes_of
from graphmem.stores.quantised import dequantise, quantise
from graphmem.testing import HashEmbedder
from graphmem.types import Document, Passage, Record, Sentence

Row: TypeAlias = "tuple[str, Body] | None"
Changes: TypeAlias = dict[str, tuple[Row, Row]]


def value(id: str, row: tuple[str, Body]) -> schema.Value:
    return schema.from_record(Record(id, row[0], NAMESPACE, row[1]))


def rows_of(values: Iterable[schema.Value]) -> Rows:
    return {one.id: (one.kind, dict(one.body)) for one in map(schema.to_record, values)}


def amended(sentence: Body, moved: Mapping[tuple[int, int], str]) -> Body:
    """A sentence with mentions that name someone else than was read."""
    mentions = [
        [*row[:2], "moved", *row[3:5], moved[row[3], row[4]]]
        if len(row) > 3 and row[4] and (row[3], row[4]) in moved
        else row
        for row in sentence.get("mentions", ())
    ]
    statements = []
    for statement in sentence.get("statements", ()):
        parts = [
            [*(*row, "")[:5], moved[row[2], row[3]]] if row[3] and (row[2], row[3]) in moved else row
            for row in statement["participants"]
        ]
        statements.append({**statement, "participants": parts})
    return plain({**sentence, "mentions": mentions, "statements": statements})


def moves(word: Body) -> dict[tuple[int, int], str]:
    return {(start, end): name for start, end, name in word.get("moved", ())}


def ordered(rows: Rows) -> tuple[Document, list[Passage], list[Sentence]]:
    """A document with its passages and sentences, as they stand in it."""
    values = [value(id, row) for id, row in rows.items()]
    passages = sorted((one for one in values if isinstance(one, Passage)), key=lambda one: one.position)
    place = {one.id: one.position for one in passages}
    sentences = [one for one in values if isinstance(one, Sentence)]
    sentences.sort(key=lambda one: (place[one.passage], one.position))
    return next(one for one in values if isinstance(one, Document)), passages, sentences


class Kept:
    """What a memory must hold."""

    def __init__(self) -> None:
        self.rows: Rows = {}
        self.log: list[Changes] = []
        self.now = datetime(2030, 1, 1, tzinfo=timezone.utc)
        self.author = "user"

    def commit(self, changes: Changes) -> None:
        self.log.append(changes)
        for id, (_, after) in changes.items():
            if after is None:
                del self.rows[id]
            else:
                self.rows[id] = after
        self.__dict__.pop("derived", None)

    @cached_property
    def derived(self) -> Rows:
        """What follows from the rows."""
        return derived(self.rows)

    def facts(self) -> list[str]:
        return sorted(id for id, _ in of_kind(self.derived, "fact", "event"))

    def names(self) -> list[str]:
        """A way to write each name that there is."""
        found = (body for _, body in of_kind(self.derived, "entity"))
        return sorted(min(body.get("surfaces") or [body["key"]]) for body in found)

    def documents(self) -> list[str]:
        return sorted(body["uri"] for _, body in of_kind(self.rows, "document"))

    def sentences(self) -> list[str]:
        return sorted(id for id, _ in of_kind(self.rows, *SENTENCES))

    # --- documents -----------------------------------------------------------------------------

    def own(self, document: str, rows: Rows | None = None) -> Rows:
        """The rows of a document."""
        rows = self.rows if rows is None else rows
        passages = {id for id, body in of_kind(rows, "passage") if body["document"] == document}
        return {
            id: row
            for id, row in rows.items()
            if row[0] not in RESTING
            and (id == document or row[1].get("document") == document or row[1].get("passage") in passages)
        }

    @staticmethod
    def between(old: Rows, new: Rows) -> Changes:
        ids = sorted(old.keys() | new.keys())
        return {id: (old.get(id), new.get(id)) for id in ids if old.get(id) != new.get(id)}

    def ingest(self, document: str, read: Rows) -> Changes:
        """A document is as it was read, but for what people said of its mentions; no changes, no commit."""
        said = said_of(self.rows)
        moved = {id: moves(said[id]) for id in read if id in said and said[id].get("moved")}
        rows = self._amended(document, read, moved) if moved else read
        return self.between(self.own(document), {**rows, **self._episodes(rows)})

    @staticmethod
    def _episodes(rows: Rows) -> Rows:
        """The episodes of a document that is long enough, by vectors as exact as a store keeps them."""
        home, passages, sentences = ordered(rows)
        if not divisible(home, passages):
            return {}
        texts = [f"{one.caption}: {one.text}" if one.caption else one.text for one in sentences]
        vectors = dequantise(quantise(HashEmbedder().encode(texts)))
        known = {one.id: vector for one, vector in zip(sentences, vectors, strict=True)}
        return rows_of(episodes_of(home, passages, sentences, known))

    def _amended(self, document: str, rows: Rows, moved: Mapping[str, Mapping[tuple[int, int], str]]) -> Rows:
        new = {
            id: (kind, amended(body, moved[id]) if id in moved else body) for id, (kind, body) in rows.items()
        }
        return {**new, **self._cast(new)} if new.pop(cast_id(document), None) else new

    @staticmethod
    def _cast(rows: Rows) -> Rows:
        """Whom the sentences of a document name."""
        made = cast(*ordered(rows))
        return rows_of([made] if made else [])

    def _document(self, name: str) -> str:
        for id in (name, document_id(NAMESPACE, name)):
            if self.rows.get(id, ("", {}))[0] == "document":
                return id
        raise NotFound

    def forget(self, name: str) -> Changes:
        return {id: (row, None) for id, row in self.own(self._document(name)).items()}

    def forget_between(self, begin: datetime, end: datetime) -> Changes:
        """Turns of a time, and documents without moments that were written in it; what people said stays."""
        if end <= begin:
            raise InputError
        gone: dict[str, set[str]] = {}
        timed = set()
        for id, body in of_kind(self.rows, "passage"):
            if body.get("at"):
                timed.add(body["document"])
                if begin <= datetime.fromisoformat(body["at"]) < end:
                    gone.setdefault(body["document"], set()).add(id)
        for id, body in of_kind(self.rows, "document"):
            written = body.get("written_at")
            if written and begin <= datetime.fromisoformat(written) < end and id not in timed:
                gone[id] = set(self.own(id))
        gone = {id: own for id, own in gone.items() if not self.rows[id][1]["uri"].startswith("said:")}
        if not gone:
            raise NotFound
        return {
            id: change for document, own in gone.items() for id, change in self._cut(document, own).items()
        }

    def _cut(self, document: str, gone: set[str]) -> Changes:
        """A document without some of its passages."""
        old = self.own(document)
        passages = {id: body for id, body in of_kind(old, "passage")}
        if passages.keys() <= gone:
            return {id: (row, None) for id, row in old.items()}
        new = {id: row for id, row in old.items() if id not in gone and row[1].get("passage") not in gone}
        for id, body in of_kind(dict(new), "passage"):
            before = body.get("previous")
            while before in gone:
                before = passages[before].get("previous")
            new[id] = ("passage", plain({**body, "previous": before}))
        _, _, said = ordered(new)
        events = chained([one.statements for one in said], NAMESPACE)
        new |= rows_of(replace(one, statements=own) for one, own in zip(said, events, strict=True))
        for id, body in of_kind(old, "episode"):
            held = [one for one in body["passages"] if one not in gone]
            del new[id]
            if held:
                told = [passages[one]["at"] for one in held if passages[one].get("at")]
                times = {"at": min(told), "until": max(told)} if told else {}
                new[episode_id(held[0])] = ("episode", {**body, "passages": held, **times})
        if new.pop(cast_id(document), None):
            new |= self._cast(new)
        return self.between(old, new)

    @staticmethod
    def unknown() -> Changes:
        """What is meant is not there."""
        raise NotFound

    # --- undo ----------------------------------------------------------------------------------

    def undo(self, numbers: Sequence[int]) -> Changes:
        """The inverse of commits, by their numbers from 0: all of it or nothing."""
        ends: Changes = {}
        since: dict[str, int] = {}
        misfits: set[str] = set()
        for number in numbers:
            for id, (before, after) in self.log[number].items():
                since.setdefault(id, number)
                first, last = ends.get(id, (before, before))
                misfits |= {id} if last != before else set()
                ends[id] = first, after
        back = {id: (last, first) for id, (first, last) in ends.items() if first != last}
        misfits |= {id for id, (now, _) in back.items() if self.rows.get(id) != now}
        over = {id: row[0] for id in misfits for row in (ends[id][0] or ends[id][1],) if row}
        over = {id: kind for id, kind in over.items() if kind in RESTING}
        if misfits - over.keys():
            raise Conflict("a later commit changed it")
        back = {id: change for id, change in back.items() if id not in over}
        back |= passed_over(self.rows, [self.log[number] for number in numbers], over)
        passages = {id: row for id, (_, row) in back.items() if row and row[0] == "passage"}
        if not all(self._fits(row, since[id], back) for id, row in passages.items()):
            raise Conflict("its document was read anew, or the passage before it is gone")
        if not (back := followed(self.rows, back)):
            raise InputError
        return self._upheld(back)

    def _fits(self, row: Row, since: int, back: Changes) -> bool:
        """Whether a passage that comes back finds its document and the passage before it as they were."""
        before, document = row[1].get("previous"), row[1]["document"]
        if before and not (back[before][1] if before in back else before in self.rows):
            return False
        if document in back:
            return True
        first = next((one[document][0] for one in self.log[since:] if document in one), None)
        return first is None or first == self.rows.get(document)

    def _upheld(self, changes: Changes) -> Changes:
        """Changes with what people said meanwhile of the sentences that they bring back."""
        then = {**self.rows, **{id: now for id, (_, now) in changes.items() if now}}
        then = {id: row for id, row in then.items() if changes.get(id, (None, row))[1]}
        said = said_of(then)
        states: dict[str, Row] = {}
        for id, (_, now) in changes.items():
            if now and now[0] in SENTENCES and said.get(id, {}).get("moved"):
                body = amended(now[1], moves(said[id]))
                if body != now[1]:
                    states[id] = then[id] = (now[0], body)
        for document in {then[then[id][1]["passage"]][1]["document"] for id in states}:
            own = self.own(document, then)
            if own.pop(cast_id(document), None):
                states[cast_id(document)] = self._cast(own).get(cast_id(document))
        kept = {id: change for id, change in changes.items() if id not in states}
        return kept | {id: (self.rows.get(id), now) for id, now in states.items() if self.rows.get(id) != now}
