"""A memory as plain Python: logged rows in a dict, commits in a list; how documents come, go and are undone.

A verb gives the changes that it makes, or raises the refusal that it must meet. What is read of a text
comes prepared; whatever follows from it is in ``machine_derived``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from machine_folding import asleep, folded, in_order, ordered, rows_of, unfolded, with_cast
from machine_resting import RESTING, followed, passed_over

from graphmem import Conflict, InputError, NotFound
from graphmem.identity import cast_id, document_id, episode_id, fold
from graphmem.ingest.episodes import divisible, episodes_of
from graphmem.stores.quantised import dequantise, quantise
from graphmem.testing import HashEmbedder
from graphmem.types import Commit, Record

Row: TypeAlias = "tuple[str, Body] | None"
Changes: TypeAlias = dict[str, tuple[Row, Row]]


def rows_changed(commit: Commit) -> Changes:
    """The changes of a commit as rows."""

    def row(record: Record | None) -> tuple[str, Body] | None:
        return record and (record.kind, dict(record.body))

    return {change.id: (row(change.before), row(change.after)) for change in commit.changes}


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


def sleeps(row: Row) -> bool:
    return bool(row and row[1].get("asleep"))


def told_names(rows: Rows) -> set[str]:
    """The names that sentences tell, folded."""
    mentions = [one for _, body in of_kind(rows, *SENTENCES) for one in body.get("mentions", ())]
    return {fold(one[5] if one[2] == "moved" else one[0]) for one in mentions if one[2] != "pronoun"} - {""}


def unnamed(sentence: Body, lost: set[str]) -> Body:
    """A sentence that knows nothing of some names: whom "he" means, and what "Quist" is short for."""
    mentions = [
        row[:5] if len(row) > 5 and fold(row[5]) in lost else row
        for row in sentence.get("mentions", ())
        if row[2] != "pronoun" or fold((*row, "", "", "")[5]) not in lost
    ]
    spoken = [row for row in mentions if len(row) > 3 and row[2] != "pronoun"]
    statements = []
    for statement in sentence.get("statements", ()):
        if fold(statement.get("said_by", "")) in lost:
            continue
        parts = []
        for role, text, start, end, *more in statement["participants"]:
            case, entity = (*more, "", "")[:2]
            if fold(entity) in lost:
                entity = next((m[0] for m in spoken if start <= m[3] and m[4] <= end), "")
            own = [role, text, start, end, case, entity]
            parts.append(own if entity else own[:5] if case else own[:4])
        statements.append({**statement, "participants": parts})
    return plain({**sentence, "mentions": mentions, "statements": statements})


class Kept:
    """What a memory must hold."""

    def __init__(self) -> None:
        self.rows: Rows = {}
        self.log: list[Changes] = []
        self.slept: list[set[str]] = []
        self.homes: dict[str, str] = {}
        self.now = datetime(2030, 1, 1, tzinfo=timezone.utc)
        self.author = "user"

    def commit(self, changes: Changes) -> None:
        self.log.append(changes)
        for id, (_, after) in changes.items():
            if after is None:
                del self.rows[id]
            else:
                self.rows[id] = after
        self.homes |= {id: body["document"] for id, body in of_kind(self.rows, "passage")}
        self.slept.append(asleep(self.rows))
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

    def sleeping(self) -> set[str]:
        """The names that only sentences of passages asleep may tell, folded."""
        kept = [own for _, body in of_kind(self.rows, "passage") for _, own in body.get("asleep", ())]
        found = {one for own in kept for m in own.get("mentions", ()) for one in (m[0], (*m, "", "", "")[5])}
        return {fold(one) for one in found} - {""}

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
        old = self.own(document)
        return self.between(old, folded({**rows, **self._episodes(rows)}, asleep(old)))

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

    @staticmethod
    def _amended(document: str, rows: Rows, moved: Mapping[str, Mapping[tuple[int, int], str]]) -> Rows:
        new = in_order(
            {
                id: (kind, amended(body, moved[id]) if id in moved else body)
                for id, (kind, body) in unfolded(rows).items()
            }
        )
        whole = {**new, **with_cast(new)} if new.pop(cast_id(document), None) else new
        return folded(whole, asleep(rows))

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
            id: change for document, own in gone.items() for id, change in self.cut(document, own).items()
        }

    def cut(self, document: str, gone: set[str]) -> Changes:
        """A document without some of its passages."""
        old = self.own(document)
        whole = unfolded(old)
        passages = {id: body for id, body in of_kind(whole, "passage")}
        if passages.keys() <= gone:
            return {id: (row, None) for id, row in old.items()}
        new = {id: row for id, row in whole.items() if id not in gone and row[1].get("passage") not in gone}
        for id, body in of_kind(dict(new), "passage"):
            before = body.get("previous")
            while before in gone:
                before = passages[before].get("previous")
            new[id] = ("passage", plain({**body, "previous": before}))
        if lost := told_names(whole) - told_names(new):
            said = list(of_kind(new, *SENTENCES))
            new |= {id: (new[id][0], unnamed(body, lost)) for id, body in said}
            new = in_order(new)
        for id, body in of_kind(whole, "episode"):
            held = [one for one in body["passages"] if one not in gone]
            del new[id]
            if held:
                told = [passages[one]["at"] for one in held if passages[one].get("at")]
                times = {"at": min(told), "until": max(told)} if told else {}
                new[episode_id(held[0])] = ("episode", {**body, "passages": held, **times})
        new = in_order(new)
        if new.pop(cast_id(document), None):
            new |= with_cast(new)
        return self.between(old, folded(new, asleep(old) - gone))

    @staticmethod
    def unknown() -> Changes:
        """What is meant is not there."""
        raise NotFound

    # --- undo ----------------------------------------------------------------------------------

    def undo(self, numbers: Sequence[int]) -> Changes:
        """The inverse of commits, by their numbers from 0: all of it or nothing."""
        ends: Changes = {}
        since: dict[str, int] = {}
        parted: set[str] = set()
        for number in numbers:
            for id, (before, after) in self.log[number].items():
                since.setdefault(id, number)
                first, last = ends.get(id, (before, before))
                parted |= {id} if last != before else set()
                ends[id] = first, after
        same = {id for id, (first, last) in ends.items() if first == last} - parted
        kinds = {id: row[0] for number in numbers for id, c in self.log[number].items() for row in c if row}
        ends = {id: change for id, change in ends.items() if kinds[id] in RESTING}
        over = {id: kinds[id] for id in parted & ends.keys()}
        back = {id: (last, first) for id, (first, last) in ends.items() if first != last}
        over |= {id: kinds[id] for id, (now, _) in back.items() if self.rows.get(id) != now}
        back = {id: change for id, change in back.items() if id not in over}
        then = self._then(numbers, same)
        back |= {id: one for id, one in self.between(self.rows, then).items() if id not in ends}
        back |= passed_over(self.rows, [self.log[number] for number in numbers], over)
        passages = {id: row for id, (_, row) in back.items() if row and row[0] == "passage" and id in since}
        if not all(self._fits(row, since[id], back) for id, row in passages.items()):
            raise Conflict("its document was read anew, or the passage before it is gone")
        if not (back := followed(self.rows, back)):
            raise InputError
        return self._upheld(back)

    def _then(self, numbers: Sequence[int], same: set[str]) -> Rows:
        """The rows before commits, each taken back from its documents as they slept after it.

        Those that are ``same`` after all of them stay as they are.

        Afterwards those passages sleep that do now, but for what the commits themselves put to sleep, woke
        or took away, unless it is there and fell asleep or woke again.
        """
        then, sleeping, homes = dict(self.rows), asleep(self.rows), set[str]()
        for number in reversed(numbers):
            changes = {id: c for id, c in self.log[number].items() if (c[0] or c[1])[0] not in RESTING}
            homes |= (own := {self._home(id, before or after) for id, (before, after) in changes.items()})
            # What was gone then and is back is left as it is: it slept neither then nor was awake.
            away = {id for id in same if self._gone(id, number)} & asleep(then)
            then = self._slept(then, own, self.slept[number] | away)
            for id, (before, after) in changes.items():
                if id not in same:
                    if then.get(id) != after:
                        raise Conflict("a later commit changed it")
                    then[id] = before
                free = id not in self.rows or self._turned(id, numbers) < number
                if before and before[0] == "passage" and free:
                    if after is None or sleeps(before) != sleeps(after):
                        sleeping = sleeping | {id} if sleeps(before) else sleeping - {id}
            then = {id: row for id, row in then.items() if row}
        return self._slept(then, homes, sleeping)

    def _gone(self, id: str, number: int) -> bool:
        """Whether a row was not there after a commit that it was there before or after."""
        changes = (self.log[one][id] for one in range(number, -1, -1) if id in self.log[one])
        return next((after is None for _, after in changes), True)

    def _home(self, id: str, row: tuple[str, Body]) -> str:
        """The document that a row is of; itself, or none, if it is of none."""
        home = self.homes.get(row[1].get("passage", ""), id)
        return str(row[1].get("document", home))

    def _turned(self, id: str, numbers: Sequence[int]) -> int:
        """The last commit but these by which a passage fell asleep or woke, since the first of these."""
        known, found = None, -1
        for number in range(min(numbers), len(self.log)):
            before, after = self.log[number].get(id, (None, None))
            known = sleeps(before) if before else known
            if after and known not in (None, sleeps(after)) and number not in numbers:
                found = number
        return found

    def _slept(self, rows: Rows, documents: set[str], sleeping: set[str]) -> Rows:
        """Rows of which in these documents just those passages sleep."""
        for document in documents & rows.keys():
            own = self.own(document, rows)
            if asleep(own) != sleeping & own.keys():
                rows = {id: row for id, row in rows.items() if id not in own}
                rows |= folded(unfolded(own), sleeping)
        return rows

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
        back: Rows = {id: now for id, (_, now) in changes.items() if now and now[0] in SENTENCES}
        for _, body in of_kind({id: now for id, (_, now) in changes.items() if now}, "passage"):
            back |= {id: ("sentence", own) for id, own in body.get("asleep", ())}
        moved = {id: moves(said[id]) for id in back if said.get(id, {}).get("moved")}
        wrong = [id for id in moved if amended(back[id][1], moved[id]) != back[id][1]]
        states: dict[str, Row] = {}
        for document in {then[back[id][1]["passage"]][1]["document"] for id in wrong}:
            own = self.own(document, then)
            new = self._amended(document, own, moved)
            states |= {id: now for id, (_, now) in self.between(own, new).items()}
        kept = {id: change for id, change in changes.items() if id not in states}
        return kept | {id: (self.rows.get(id), now) for id, now in states.items() if self.rows.get(id) != now}
