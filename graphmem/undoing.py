"""Taking commits back: which are meant, what their inverse comes to, and what stands in its way."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from graphmem import schema
from graphmem.errors import Conflict, InputError
from graphmem.fading.sleep import back
from graphmem.history import Filter, Stamp, between, derived, found
from graphmem.resting import KINDS as RESTING
from graphmem.resting import followed
from graphmem.stores.base import Store
from graphmem.types import Change, Commit, Record, View
from graphmem.uses import Touch, Use

RANGE: Final = ".."
"""Between the first and the last commit of a range; without a last one it goes on until now."""
_LOOKED_AT: Final = 100
_NAMED: Final = 10
_TO: Final = ("document", "previous")
"""What a passage says that it belongs to."""
Span = tuple[int, int]
"""The numbers of a first and a last commit."""


@dataclass(frozen=True, slots=True)
class Undoing:
    """What an undo does: the commits that it takes back, in order, and the changes that do so.

    ``derived`` are the changes of entities, facts and other derived records that follow.
    """

    commits: tuple[Stamp, ...]
    changes: tuple[Change, ...]
    derived: tuple[Change, ...] = field(repr=False)
    message: str

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """How many records of each kind are "created", "replaced" and "removed", derived ones included."""
        counted: dict[str, Counter[str]] = {"created": Counter(), "replaced": Counter(), "removed": Counter()}
        for change in (*self.changes, *self.derived):
            what = "created" if change.before is None else "removed" if change.after is None else "replaced"
            counted[what][change.record.kind] += 1
        return {what: dict(sorted(kinds.items())) for what, kinds in counted.items()}


def span(store: Store, view: View, text: str) -> Span:
    """The commits that are meant by "ID", "FIRST..LAST" (both included) or "FIRST..", by number.

    Raises:
        NotFound: no commit has such an id.
        InputError: the last comes before the first.
    """
    first, separator, last = text.partition(RANGE)
    begin = found(store, view, first).seq
    if not separator:
        return begin, begin
    end = found(store, view, last).seq if last else store.head()
    if end < begin:
        raise InputError(
            f"{last!r} comes before {first!r}: write the older commit first, {last}{RANGE}{first}"
        )
    return begin, end


def run(store: Store, view: View, id: str) -> str:
    """The run of ingest that a commit belongs to.

    Raises:
        NotFound: no commit has this id.
        InputError: it did not come from an ingest.
    """
    one = found(store, view, id)
    if not one.run:
        raise InputError(f"{one.id} ({one.message}) came from no ingest: name a commit that did")
    return one.run


def chosen(store: Store, view: View, spans: Sequence[Span], asked: Filter) -> Iterator[Commit]:
    """The commits in one of the spans that are asked for, in order; without spans, of the whole log."""
    after = min((first for first, _ in spans), default=1) - 1
    upto = max((last for _, last in spans), default=store.head())
    for commit in between(store, view, after, upto):
        if commit in asked and (not spans or any(first <= commit.seq <= last for first, last in spans)):
            yield commit


def undoing(store: Store, view: View, commits: Iterable[Commit]) -> Undoing:
    """What takes these commits back, newest to oldest, as one change of each record.

    Args:
        store: where they are.
        view: their namespace.
        commits: the chosen ones, in order; they are held one at a time.

    Raises:
        InputError: there are none, or nothing is left of what they did.
        Conflict: others changed their records in between or later; the message tells which, and what to do.
    """
    ends: dict[str, tuple[Record | None, Record | None]] = {}
    since: dict[str, int] = {}
    stamps: list[Stamp] = []
    misfits: dict[str, None] = {}
    kinds: dict[str, str] = {}
    touched: defaultdict[str, list[Touch]] = defaultdict(list)
    for commit in commits:
        stamps.append(Stamp.of(commit))
        for change in commit.changes:
            since.setdefault(change.id, commit.seq)
            kinds[change.id] = change.record.kind
            touched[change.id] += _touches(change)
            before, last = ends.get(change.id, (change.before, change.before))
            if last != change.before:
                misfits[change.id] = None
            ends[change.id] = before, change.after
    if not stamps:
        raise InputError("there is no such commit: 'graphmem history' lists those that there are")
    # Whatever slept or woke since stands in nobody's way: its documents go back as they slept then.
    same = {id for id, (first, last) in ends.items() if first == last and id not in misfits}
    asleep = back(store, view, [stamp.seq for stamp in stamps], same)
    ends = {id: states for id, states in ends.items() if id not in asleep.ids}
    misfits = {id: None for id in misfits if id in ends}
    changes = tuple(Change(last, first) for first, last in reversed(list(ends.values())) if first != last)
    current = store.get(view, [change.id for change in changes])
    misfits |= {change.id: None for change in changes if current.get(change.id) != change.before}
    # A note that was made anew since stands in nobody's way, and stays as it is.
    resting = {id for id in misfits if kinds[id] in RESTING}
    changes = tuple(one for one in changes if one.id not in resting)
    changes += tuple(_untouched(store, view, {id: touched[id] for id in resting if id in touched}))
    misfits = {id: None for id in misfits if id not in resting} | asleep.misfits
    changes += () if misfits else asleep.changes()
    misfits |= dict.fromkeys(_missed(store, view, changes, since))
    if misfits:
        raise Conflict(_why_not(store, view, stamps, list(misfits)), tuple(misfits))
    changes = followed(store, view, changes)
    if not changes:
        raise InputError(f"nothing is left of {_called(stamps)}: there is nothing to take back")
    return Undoing(tuple(stamps), changes, tuple(derived(store, view, changes)), f"undo {_called(stamps)}")


def _touches(change: Change) -> Iterator[Touch]:
    """The touches that a change added to a use; none of other records."""
    if change.after is not None and change.after.kind == schema.USE:
        old, new = (
            schema.from_record(record) if record else None for record in (change.before, change.after)
        )
        assert isinstance(new, Use)
        before = old.touches if isinstance(old, Use) else ()
        yield from (one for one in new.touches if one not in before)


def _untouched(store: Store, view: View, touched: Mapping[str, Sequence[Touch]]) -> Iterator[Change]:
    """The changes that take touches out of uses that have others since."""
    for id, record in store.get(view, sorted(touched)).items():
        use = schema.from_record(record)
        if isinstance(use, Use) and (left := use.without(touched[id])) != use:
            yield Change(record, schema.to_record(left) if left.touches else None)


def _missed(store: Store, view: View, changes: Sequence[Change], since: Mapping[str, int]) -> Iterator[str]:
    """What passages that come back belong to and is not as it was: their document, what they follow.

    A passage has its place in one reading of its document: in another it would stand beside text that it
    never stood in. ``since`` has the first of the commits to undo that changed a record.
    """
    after = {change.id: change.after for change in changes}
    records = (record for id, record in after.items() if record and id in since)
    came = [record for record in records if record.kind == schema.PASSAGE]
    now = store.get(view, {str(record.body[to]) for record in came for to in _TO if record.body.get(to)})
    read: dict[str, int] = {}
    for record in came:
        previous, document = record.body.get("previous"), str(record.body["document"])
        if previous and after.get(previous, now.get(previous)) is None:
            yield previous
        if document not in after:
            read[document] = min(since[record.id], read.get(document, since[record.id]))
    for document, seq in read.items():
        later = store.commits(view, after=seq - 1, touching=document)
        of_it = (change for commit in later for change in commit.changes if change.id == document)
        first = next(of_it, None)
        if first is not None and first.before != now.get(document):
            yield document


def _called(stamps: Sequence[Stamp]) -> str:
    first, last = stamps[0], stamps[-1]
    if first == last:
        return f"{first.id}: {first.message}"
    return f"{len(stamps)} commits, {first.id} to {last.id}"


def _why_not(store: Store, view: View, stamps: Sequence[Stamp], misfits: Sequence[str]) -> str:
    """The report of a conflict: which records were changed by which commits besides, and what to do."""
    ours = {stamp.seq for stamp in stamps}
    others: dict[int, Stamp] = {}
    kinds: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for record in misfits[:_LOOKED_AT]:
        for commit in store.commits(view, after=stamps[0].seq, touching=record):
            if commit.seq not in ours:
                others[commit.seq] = Stamp.of(commit)
                kind = next(change.record.kind for change in commit.changes if change.id == record)
                kinds[commit.seq][kind] += 1
    newest_first = [others[seq] for seq in sorted(others, reverse=True)]
    lines = [
        f"cannot undo {_called(stamps)}: {len(misfits)} of the records were changed later,"
        " by commits that are not among those to undo:"
    ]
    for stamp in newest_first[:_NAMED]:
        counts = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds[stamp.seq].items()))
        when = f"{stamp.at:%Y-%m-%d %H:%M}"
        lines.append(f"  {stamp.id} by {stamp.author} at {when} ({stamp.message}): {counts}")
    if len(newest_first) > _NAMED:
        lines.append(f"  … and {len(newest_first) - _NAMED} more")
    ids = " ".join(stamp.id[:10] for stamp in newest_first[:_NAMED])
    lines.append(
        f"undo the later ones first, newest first, or together with these: 'graphmem undo … {ids}';"
        " nothing was written"
    )
    return "\n".join(lines)
