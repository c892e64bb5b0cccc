"""``graphmem diff``: what came, went and changed between two commits."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from itertools import islice
from typing import Annotated, Any, Final

import typer

from graphmem import schema
from graphmem.cli.options import (
    DEFAULT_STORE,
    JsonOption,
    NamespaceOption,
    StoreOption,
    opened,
    out,
    parse_point,
    print_json,
)
from graphmem.memory import DEFAULT_NAMESPACE, Memory
from graphmem.shown import excerpt, shown
from graphmem.types import Change, Document, Record

_COUNTED: Final = frozenset(
    {*schema.SENTENCE_KINDS.values(), schema.CAST, schema.EPISODE, schema.UNIT, schema.BLOCK, schema.MATCH}
)
"""Kinds of which there are very many, and which say little that their documents and entities do not."""
_COMPARED: Final = 100
"""Passages that went from a document, each compared with as many that came."""
_ALIKE: Final = 0.5
"""The share of words from which on a passage that came is another version of one that went."""
_STYLES: Final = {"+": "green", "-": "red", "~": "yellow"}


def change_json(change: Change) -> dict[str, Any]:
    """A change as JSON values, the bodies whole."""
    return {
        "change": _sign(change),
        "kind": change.record.kind,
        "id": change.id,
        "name": _name(change.record),
        "fields": _fields(change.before, change.after),
        "before": dict(change.before.body) if change.before else None,
        "after": dict(change.after.body) if change.after else None,
    }


def _sign(change: Change) -> str:
    return "+" if change.before is None else "-" if change.after is None else "~"


def _name(record: Record) -> str:
    """What a person knows a record by."""
    if record.kind == schema.DOCUMENT:
        return str(record.body["uri"])
    return str(shown(record).get("name", record.id))


def _fields(before: Record | None, after: Record | None) -> list[str]:
    """The fields that differ, of a record that was there before and after."""
    if before is None or after is None:
        return []
    keys = before.body.keys() | after.body.keys()
    return sorted(key for key in keys if before.body.get(key) != after.body.get(key))


def word_diff(before: str, after: str) -> str:
    """Two texts in one, words that went as [-words-] and words that came as {+words+}.

    The form is that of ``git diff --word-diff``.

    >>> word_diff("the ash stands here", "the ash fell")
    'the ash [-stands here-] {+fell+}'
    """
    old, new = before.split(), after.split()
    parts = []
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            parts += old[i:j]
            continue
        parts += [f"[-{' '.join(old[i:j])}-]"] if j > i else []
        parts += [f"{{+{' '.join(new[k:m])}+}}"] if m > k else []
    return " ".join(parts)


def versions(changes: Iterable[Change]) -> Iterator[tuple[Record | None, Record | None]]:
    """The passages that went and came, those together that are two versions of one; best fits first.

    A passage is known by its text, so one that was edited is another record.
    """
    went: defaultdict[str, list[Record]] = defaultdict(list)
    came: defaultdict[str, list[Record]] = defaultdict(list)
    for change in changes:
        if change.before is not None and change.after is not None:
            yield change.before, change.after
        else:
            side = went if change.after is None else came
            side[change.record.body["document"]].append(change.record)
    for document in sorted(went.keys() | came.keys()):
        yield from _paired(went[document], came[document])


def _paired(old: list[Record], new: list[Record]) -> Iterator[tuple[Record | None, Record | None]]:
    fits = []
    for a in old[:_COMPARED]:
        for b in new[:_COMPARED]:
            words = SequenceMatcher(None, a.body["text"].split(), b.body["text"].split(), autojunk=False)
            if words.quick_ratio() > _ALIKE and (ratio := words.ratio()) > _ALIKE:
                fits.append((ratio, a, b))
    left = {id(one): one for one in old}
    right = {id(one): one for one in new}
    for _, a, b in sorted(fits, key=lambda fit: (-fit[0], fit[1].id, fit[2].id)):
        if id(a) in left and id(b) in right:
            yield left.pop(id(a)), right.pop(id(b))
    yield from ((one, None) for one in left.values())
    yield from ((None, one) for one in right.values())


def _passage_line(before: Record | None, after: Record | None, uris: Mapping[str, str]) -> str:
    record = after or before
    assert record is not None
    where = f"passage {uris.get(record.body['document'], record.body['document'])}#{record.body['position']}"
    if before is None or after is None:
        return f"{'+' if before is None else '-'} {where}: {excerpt(record.body['text'], 100)}"
    if before.body["text"] == after.body["text"]:
        return f"~ {where}: {', '.join(_fields(before, after))}"
    return f"~ {where}: {word_diff(before.body['text'], after.body['text'])}"


def _line(change: Change) -> str:
    text = f"{_sign(change)} {change.record.kind} {_name(change.record)}"
    told = []
    for field in (one for one in _fields(change.before, change.after) if one != "content_hash"):
        old, new = (record.body.get(field) for record in (change.before, change.after) if record)
        plain = all(isinstance(value, str | int | float | None) for value in (old, new))
        told.append(f"{field} {old or '…'} → {new or '…'}" if plain else field)
    return text + (f" ({', '.join(told)})" if told else "")


def lines(changes: Iterable[Change], uris: Mapping[str, str], everything: bool) -> Iterator[str]:
    """The changes for people, a line each: documents and passages first; what there is much of is counted."""
    passages, rest = [], []
    counts: Counter[tuple[str, str]] = Counter()
    for change in changes:
        if change.record.kind == schema.PASSAGE:
            passages.append(change)
        elif change.record.kind in _COUNTED and not everything:
            counts[change.record.kind, _sign(change)] += 1
        else:
            rest.append(change)
    rest.sort(key=lambda one: (one.record.kind != schema.DOCUMENT, one.record.kind, _name(one.record)))
    yield from (_line(one) for one in rest if one.record.kind == schema.DOCUMENT)
    yield from (_passage_line(before, after, uris) for before, after in versions(passages))
    yield from (_line(one) for one in rest if one.record.kind != schema.DOCUMENT)
    for kind in sorted({kind for kind, _ in counts}):
        yield f"  {kind}: " + ", ".join(f"{s}{counts[kind, s]:,}" for s in "+~-" if counts[kind, s])


def _uris(memory: Memory, changes: Iterable[Change]) -> dict[str, str]:
    """The URIs of the documents of these changes, gone ones too."""
    known: dict[str, str] = {}
    asked = set()
    for change in changes:
        if change.record.kind == schema.DOCUMENT:
            known[change.id] = change.record.body["uri"]
        elif "document" in change.record.body:
            asked.add(change.record.body["document"])
    for id, record in memory.store.get(memory.view, asked - known.keys()).items():
        value = schema.from_record(record)
        if isinstance(value, Document):
            known[id] = value.uri
    return known


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def diff(
        a: Annotated[str, typer.Argument(help="Id of a commit, or a moment (ISO date or time).")],
        b: Annotated[str | None, typer.Argument(help="Another; now, if it is left out.")] = None,
        everything: Annotated[
            bool, typer.Option("--all", help="List sentences, casts and the like too.")
        ] = False,
        limit: Annotated[int, typer.Option(min=1, help="How many lines at most.")] = 200,
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        json: JsonOption = False,
    ) -> None:
        """Tell what came (+), went (-) and changed (~) from the state after one commit to that after another.

        Entities and facts that follow are told too. Words that went from a text stand in [-…-], those that
        came in {+…+}.
        """
        with opened(store, namespace, create=False) as memory:
            found = memory.diff(parse_point(a), None if b is None else parse_point(b))
            uris = _uris(memory, found.changes)
        if json:
            both = {"changes": found.changes, "derived": found.derived}
            print_json({key: [change_json(one) for one in changes] for key, changes in both.items()})
            return
        console = out()
        told = lines((*found.changes, *found.derived), uris, everything)
        for line in islice(told, limit):
            console.print(line, style=_STYLES.get(line[0]))
        more = sum(1 for _ in told)
        if more:
            console.print(f"… and {more:,} more lines: --limit {limit + more} shows them")
        if not found.changes and not found.derived:
            console.print("nothing differs")
