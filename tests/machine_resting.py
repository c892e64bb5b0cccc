"""Notes and uses as plain Python: they rest on passages, and go with them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule
from machine_derived import NAMESPACE, Body, Rows, of_kind, pick, plain

from graphmem import NotFound
from graphmem.identity import words
from graphmem.notes import note_id
from graphmem.types import Change, Record
from graphmem.uses import KEPT, Verdict, use_id

Row = "tuple[str, Body] | None"
Changes = dict[str, Any]
RESTING = ("note", "use")


def rests_on(row: tuple[str, Body]) -> set[str]:
    """The passages that a note or a use rests on."""
    kind, body = row
    if kind == "use":
        return {body["passage"]}
    return {source[0] for _, sources in body.get("parts", ()) for source in sources}


def without(row: tuple[str, Body], gone: Collection[str]) -> Any:
    """A note without the parts that rest on passages that are gone; nothing of a use."""
    kind, body = row
    if kind == "use":
        return None
    parts = [part for part in body["parts"] if not {source[0] for source in part[1]} & set(gone)]
    if not parts:
        return None
    left = plain({**body, "parts": parts, "tags": [], "links": [], "data": {}})
    said = {word for text in (body["about"], *(text for text, _ in parts)) for word in words(text)}
    if not set(words(body.get("title", ""))) <= said:
        left.pop("title", None)
    return kind, left


def followed(rows: Rows, changes: Changes) -> Changes:
    """Changes with those of what rests on passages that go."""
    then = {id: row for id, row in rows.items() if id not in changes}
    then |= {id: now for id, (_, now) in changes.items() if now}
    passages = {id for id, row in then.items() if row[0] == "passage"}
    found = dict(changes)
    for id, row in then.items():
        if row[0] not in RESTING:
            continue
        if gone := rests_on(row) - passages:
            found[id] = (rows.get(id), without(row, gone))
    return {id: (was, now) for id, (was, now) in found.items() if was or now}


def used(rows: Rows, passages: Sequence[str], verdict: str, at: str) -> Changes:
    """Touches of passages, in the order of a ranking."""
    changes = {}
    for rank, passage in enumerate(dict.fromkeys(passages)):
        id = use_id(passage)
        before = rows.get(id)
        touches = before[1]["touches"] if before else []
        count = (before[1]["count"] if before else 0) + 1
        touches = [*touches, [at, verdict, "", {}, rank]][-KEPT:]
        changes[id] = (before, ("use", {"passage": passage, "touches": touches, "count": count}))
    return changes


def noted(rows: Rows, about: str, lines: Sequence[Sequence[str]], title: str) -> Changes:
    """A note of lines, each of which rests on some passages."""
    id = note_id(NAMESPACE, "topic", about)
    parts = [[f"Line {at}.", [[one, 0, 1] for one in of]] for at, of in enumerate(lines)]
    body = plain({"kind": "topic", "about": about, "title": title, "parts": parts, "tags": ["one"]})
    return {id: (rows.get(id), ("note", body))}


def passed_over(rows: Rows, commits: Sequence[Changes], misfits: Mapping[str, str]) -> Changes:
    """What an undo does to notes and uses that changed since: of uses it takes its own touches out."""
    changes: Changes = {}
    for id, kind in misfits.items():
        if kind == "use" and id in rows:
            touches = list(rows[id][1]["touches"])
            for touch in _touches(commits, id):
                if touch in touches:
                    touches.remove(touch)
            lost = len(rows[id][1]["touches"]) - len(touches)
            body = {**rows[id][1], "touches": touches, "count": rows[id][1]["count"] - lost}
            if lost:
                changes[id] = (rows[id], ("use", body) if touches else None)
    return changes


def _touches(commits: Sequence[Changes], id: str) -> Iterator[list[Any]]:
    for commit in commits:
        was, now = commit.get(id, (None, None))
        before = was[1]["touches"] if was else []
        yield from (one for one in (now[1]["touches"] if now else ()) if one not in before)


class Resting:
    """What the machine does with passages: they are used, and noted."""

    model: Any
    memory: Any
    did: Any

    @rule(
        number=st.integers(0, 10**6),
        many=st.integers(1, 3),
        verdict=st.sampled_from(["recalled", "useful", "not"]),
    )
    def use(self, number: int, many: int, verdict: Verdict) -> None:
        found = sorted(id for id, _ in of_kind(self.model.rows, "passage"))
        ids = [pick(found, number + at, "p00") for at in range(many)]

        def expect() -> Changes:
            if not set(ids) <= set(found):
                raise NotFound
            return used(self.model.rows, ids, verdict, self.model.now.isoformat())

        who = self.model.author
        self.model.author = "use"
        self.did("use", expect, lambda: self.memory.use(ids, verdict))
        self.model.author = who

    @rule(
        number=st.integers(0, 10**6),
        about=st.sampled_from(["one", "two"]),
        lines=st.lists(st.integers(1, 2), min_size=1, max_size=3),
    )
    def note(self, number: int, about: str, lines: list[int]) -> None:
        """A note of passages that are there, and now and then of one that is not."""
        found = sorted(id for id, _ in of_kind(self.model.rows, "passage"))
        of = [
            [pick(found, number + 3 * at + one, "p00") for one in range(many)]
            for at, many in enumerate(lines)
        ]
        changes = noted(self.model.rows, about, of, "A title" if number % 2 else f"Line {about}")

        def act() -> None:
            given = [
                Change(*(row and Record(id, row[0], NAMESPACE, row[1]) for row in change))
                for id, change in changes.items()
            ]
            self.memory.write(given, "note")

        self.did("note", lambda: changes, act)
