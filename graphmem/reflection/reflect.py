"""What a reflection comes to: the notes that follow from what is new, as changes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from graphmem import schema
from graphmem.errors import InputError
from graphmem.history import newest
from graphmem.notes import Note, note_id, rests_on
from graphmem.reflection.reflectors import REFLECTORS, Reflector
from graphmem.reflection.wording import Worded, Wordings
from graphmem.stores.base import Store
from graphmem.types import Change, Commit, Record, View

if TYPE_CHECKING:
    from graphmem.llm import Client

AUTHOR: Final = "reflection"
"""Who commits what a reflection comes to."""
AT_ONCE: Final = 2000
"""Notes that are committed at once: the commits of one reflection are one run."""
MARK: Final = ("reflection", "log")
"""Kind and key of the note that says up to which commit the memory was gone over; it has no text."""


@dataclass(frozen=True, slots=True)
class Reflection:
    """What a reflection made, or with a dry run would make.

    Attributes:
        passages: how many passages were new to it.
        whole: whether all of the memory was gone over.
        made: notes that are new.
        remade: notes that say something else than before, as they are now.
        gone: notes that nothing speaks for any more, as they were.
        changes: what is to be committed; none, if nothing was new.
        commits: by which it was written; none of a dry run.
        worded: what a model had to do with it; None without one.
    """

    passages: int
    whole: bool
    made: tuple[Note, ...] = ()
    remade: tuple[Note, ...] = ()
    gone: tuple[Note, ...] = ()
    changes: tuple[Change, ...] = ()
    commits: tuple[Commit, ...] = ()
    worded: Worded | None = None


@dataclass(frozen=True, slots=True)
class _News:
    """Passages that came or changed since a commit, those that went, and whether others touched notes."""

    passages: Collection[str]
    gone: Collection[Record]
    noted: bool


def reflected(
    store: Store,
    view: View,
    namespace: str,
    now: datetime,
    only: Iterable[str] = (),
    *,
    whole: bool = False,
    client: Client | None = None,
    dry_run: bool = False,
    reflectors: Mapping[str, Reflector] = REFLECTORS,
) -> Reflection:
    """What a reflection on a namespace comes to.

    It goes over what came since the last one; over all, if there was none, if it made other kinds of notes,
    or if something was forgotten since: what is left then says something else, unless all reflectors
    tell what does. A second one in a row finds nothing new. With a model it goes over what came since that
    model last had a part.

    Args:
        store: where.
        view: the namespace alone.
        namespace: its name.
        now: the moment from which is told what holds and what comes next.
        only: names of reflectors; all if there are none.
        whole: go over all, whatever is new.
        client: asks a model to word summaries, topics and portraits.
        dry_run: ask no model, and count what would be asked.
        reflectors: those that there are.

    Raises:
        InputError: there is no such reflector.
    """
    chosen = _chosen(only, reflectors)
    mark = store.get(view, [note_id(namespace, *MARK)]).get(note_id(namespace, *MARK))
    seen = _seen(mark)
    last = next(newest(store, view), None)
    kinds = frozenset[str]().union(*(one.kinds for one in chosen.values()))
    keys = {_key(name, one, client) for name, one in chosen.items()}
    known = {seen[key] for key in keys & seen.keys()}
    news = None if whole or not keys <= seen.keys() else _news(store, view, known, kinds)
    new = _new(store, view, news, chosen.values()) if news else None
    everything, passages = new is None, _all(store, view) if new is None else new
    words = Wordings(store, view, client, dry_run=dry_run)
    if last is None or not (passages or (everything and mark)):
        return Reflection(0, everything, worded=words.worded)
    drawn = [
        (note, one) for one in chosen.values() for note in one.make(store, view, namespace, passages, now)
    ]
    made = {note.id: note for note, _ in drawn}
    old = _old(store, view, made, kinds if everything else frozenset())
    for note, one in drawn:
        if note.parts and one.wording:
            made[note.id] = words.word(note, old.get(note.id), one.wording)
    left = dict.fromkeys(old)  # of what was gone over as a whole, what is not made again goes
    told = _told(old, {**left, **made})
    gone_over = chosen.keys() | (set() if words.worded and words.worded.left else keys)
    after = _mark(namespace, {**seen, **dict.fromkeys(gone_over, last.id)})
    changes = (*told.changes, *([Change(mark, after)] if mark != after else ()))
    return replace(told, passages=len(passages), whole=everything, changes=changes, worded=words.worded)


def _all(store: Store, view: View) -> list[str]:
    return [record.id for record in store.scan(view, schema.PASSAGE)]


def _key(name: str, reflector: Reflector, client: Client | None) -> str:
    """Under what is kept how far a reflector went: apart for each model that words its notes."""
    return f"{name} {client.name}" if client and reflector.wording else name


def _chosen(only: Iterable[str], reflectors: Mapping[str, Reflector]) -> dict[str, Reflector]:
    names = list(only) or list(reflectors)
    if unknown := sorted(set(names) - reflectors.keys()):
        raise InputError(f"nothing reflects on {unknown[0]!r}: name some of {', '.join(reflectors)}")
    return {name: reflectors[name] for name in reflectors if name in names}


def _seen(mark: Record | None) -> dict[str, str]:
    """Up to which commit each reflector went, by its id: numbers would tell what others write."""
    return dict(mark.body["data"]["seen"]) if mark else {}


def _mark(namespace: str, seen: Mapping[str, str]) -> Record:
    kind, about = MARK
    data: dict[str, Any] = {"seen": dict(sorted(seen.items()))}
    id = note_id(namespace, kind, about)
    return schema.to_record(
        Note(id=id, namespace=namespace, kind=kind, about=about, title="", parts=(), data=data)
    )


def _news(store: Store, view: View, seen: Collection[str], kinds: Collection[str]) -> _News | None:
    """What became of passages and notes of these kinds after the first of these commits.

    None if one of them is not there. What reflections wrote is no news; of a note that others touched all
    is that it rested on.
    """
    left, touched, noted = set(seen), dict[str, Record | None](), False
    for commit in newest(store, view):
        left.discard(commit.id)
        if not left:
            there = store.get(View(view.namespaces, kinds=frozenset({schema.PASSAGE})), sorted(touched))
            gone = [record for id, record in sorted(touched.items()) if record and id not in there]
            return _News(sorted(there), gone, noted)
        for change in commit.changes:
            if change.record.kind == schema.PASSAGE:
                touched[change.id] = touched.get(change.id) or change.record
            elif change.record.kind in schema.SENTENCE_KINDS.values() and change.after:
                touched.setdefault(str(change.after.body["passage"]), None)
            elif change.record.kind == schema.NOTE and commit.author != AUTHOR:
                if change.record.body["kind"] in kinds:  # it lost a part, or was undone
                    noted = True
                    for passage in _rested(change):
                        touched.setdefault(passage, None)
    return None


def _rested(change: Change) -> Iterator[str]:
    """The passages that a note rests on, before or after a change."""
    for record in filter(None, (change.before, change.after)):
        yield from rests_on(record.body)


def _new(store: Store, view: View, news: _News, chosen: Collection[Reflector]) -> list[str] | None:
    """The passages to go over: new ones, and those with other notes for what is gone; None if any may be."""
    told = [one.left for one in chosen if one.left]
    if (news.gone or news.noted) and len(told) < len(chosen):
        return None
    others = (id for left in told for id in left(store, view, news.gone)) if news.gone else ()
    return sorted({*news.passages, *others})


def _old(store: Store, view: View, new: Mapping[str, Note], kinds: frozenset[str]) -> dict[str, Record]:
    """The notes that are there of those that were made, and all of some kinds."""
    old = dict(store.get(view, sorted(new)))
    if kinds:
        old |= {one.id: one for one in store.scan(view, schema.NOTE) if one.body["kind"] in kinds}
    return old


def _told(old: Mapping[str, Record], new: Mapping[str, Note | None]) -> Reflection:
    """The notes that come, change and go."""
    made: list[Note] = []
    remade: list[Note] = []
    gone: list[Note] = []
    changes = []
    for id, note in sorted(new.items()):
        was = old.get(id)
        now = schema.to_record(note) if note and note.parts else None
        if was == now:
            continue
        changes.append(Change(was, now))
        if note and now:
            (remade if was else made).append(note)
        else:
            gone += _notes(was)
    return Reflection(0, False, tuple(made), tuple(remade), tuple(gone), tuple(changes))


def _notes(record: Record | None) -> Iterator[Note]:
    note = schema.from_record(record) if record else None
    if isinstance(note, Note):
        yield note
