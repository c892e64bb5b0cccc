"""What a memory makes of itself, and what is made of it: notes and uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from graphmem import schema
from graphmem.errors import InputError, NotFound
from graphmem.identity import digest
from graphmem.notes import Note, note_id
from graphmem.ranking import Hit
from graphmem.reflection import AT_ONCE, AUTHOR, Reflection, reflected
from graphmem.types import Change, Commit, Passage
from graphmem.uses import VERDICTS, Touch, Use, Verdict, use_id
from graphmem.verbs.reading import Reading

if TYPE_CHECKING:
    from graphmem.llm import Client

_TOLD: Final = {
    "recalled": "recalled",
    "clicked": "opened",
    "cited": "cited",
    "useful": "useful",
    "not": "of no use",
}


class Noting(Reading):
    """The verbs of notes and uses."""

    def notes(self, kind: str = "", about: str = "") -> Iterator[Note]:
        """Derived memory: of one kind ("day", "portrait", …), about one thing, or all, by id."""
        if kind and about:
            ids = [note_id(namespace, kind, about) for namespace in sorted(self.view.namespaces)]
            yield from self._values(ids, Note)
            return
        for record in self.store.scan(self.view, schema.NOTE):
            if kind in ("", record.body["kind"]) and about in ("", record.body.get("about", "")):
                note = schema.from_record(record)
                assert isinstance(note, Note)
                yield note

    def note(self, id: str) -> Note:
        """The note with this id.

        Raises:
            NotFound: there is none.
        """
        found = self._values([id], Note)
        if not found:
            raise NotFound(f"no note {id!r}: 'graphmem notes' lists what there is")
        return found[0]

    def reflect(
        self,
        *only: str,
        at: datetime | None = None,
        whole: bool = False,
        dry_run: bool = False,
        llm: Client | None = None,
    ) -> Reflection:
        """Go over what is new and make notes of it: summaries, topics, portraits, routines.

        It is written by the author "reflection", and can be undone like any edit. A second one in a row
        changes nothing.

        With a model, it writes summaries, topics and portraits, of which every line names the sentences that
        it rests on; a line that these do not carry is dropped. Where nothing is left, or the model cannot be
        reached, the note is as it is without one. What a model wrote stands until the sentences that it was
        shown change.

        Args:
            only: names of reflectors (``graphmem.reflection.REFLECTORS``); all of them if none is named.
            at: the moment from which is told what holds and what comes next; now if it is not given.
            whole: go over all of the memory, whatever is new.
            dry_run: only tell what would be made, and ask no model.
            llm: asks a model (``graphmem.llm``); sentences are sent to it.

        Raises:
            InputError: there is no such reflector, or the moment has no time zone.
            Conflict: somebody else made the same notes meanwhile; run it again.
        """
        now = at or self.clock()
        if now.tzinfo is None:
            raise InputError("a moment needs a time zone: pass datetime(..., tzinfo=timezone.utc)")
        found = reflected(
            self.store,
            self._own(),
            self.namespace,
            now,
            only,
            whole=whole,
            client=llm,
            dry_run=dry_run,
        )
        if dry_run or not found.changes:
            return found
        batches = [found.changes[at : at + AT_ONCE] for at in range(0, len(found.changes), AT_ONCE)]
        run = digest("reflection", self.namespace, now.isoformat(), str(self.store.head()))
        told = f"reflect on {found.passages} passage{'' if found.passages == 1 else 's'}"
        told += f" ({', '.join(only)})" if only else ""
        commits = [self.write(batch, told, author=AUTHOR, run=run) for batch in batches]
        return replace(found, commits=tuple(commits))

    def use(
        self,
        hits: Iterable[Hit | Passage | str],
        verdict: Verdict = "recalled",
        *,
        question: str = "",
        at: datetime | None = None,
    ) -> Commit | None:
        """Tell what was made of passages that were recalled, so that the memory learns from it; best first.

        Args:
            hits: hits of a ranking, passages, or ids of passages; those of other namespaces are passed over,
                since nobody writes there.
            verdict: what was made of each: it was shown ("recalled"), opened ("clicked"), quoted in an answer
                ("cited"), found "useful", or found of no use ("not").
            question: what was asked, if it is to be kept.
            at: when; now if it is not given.

        Returns:
            The commit, by the author "use"; None where nothing of this namespace is among them.

        Raises:
            InputError: there is no such verdict, or the moment has no time zone.
            NotFound: no passage has an id that is given.
        """
        if verdict not in VERDICTS:
            raise InputError(f"{verdict!r} is no verdict: say one of {', '.join(VERDICTS)}")
        at = at or self.clock()
        if at.tzinfo is None:
            raise InputError("a moment needs a time zone: pass datetime(..., tzinfo=timezone.utc)")
        touches: dict[str, Touch] = {}
        for rank, hit in enumerate(hits):
            id = hit if isinstance(hit, str) else hit.passage.id if isinstance(hit, Hit) else hit.id
            shares = hit.shares if isinstance(hit, Hit) else {}
            touches.setdefault(id, Touch(at, verdict, question, shares, rank))
        changes = self._touched(touches)
        many = f"{len(changes)} passage{'s' if len(changes) > 1 else ''}"
        return self.write(changes, f"{many} {_TOLD[verdict]}", author="use") if changes else None

    def _touched(self, touches: Mapping[str, Touch]) -> list[Change]:
        """The changes that add touches to the uses of passages, by id; none of other namespaces.

        Raises:
            NotFound: no passage has an id that is given.
        """
        there = {one.id: one for one in self._values(list(touches), Passage)}
        if lost := touches.keys() - there.keys():
            raise NotFound(f"no passage {min(lost)!r}: give hits of a ranking, or ids of their passages")
        own = [id for id, one in there.items() if one.namespace == self.namespace]
        before = self.store.get(self._own(), [use_id(id) for id in own])
        changes = []
        for id in own:
            old = before.get(use_id(id))
            use = schema.from_record(old) if old else Use.of(self.namespace, id)
            assert isinstance(use, Use)
            changes.append(Change(old, schema.to_record(use.touched(touches[id]))))
        return changes

    def uses(self, passages: Iterable[str]) -> dict[str, Use]:
        """What was made of passages of this namespace, by the passage's id; those never used are left out."""
        found = self.store.get(self._own(), [use_id(id) for id in passages])
        values = map(schema.from_record, found.values())
        return {one.passage: one for one in values if isinstance(one, Use)}
