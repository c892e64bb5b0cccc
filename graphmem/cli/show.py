"""``graphmem show``: one record, whole, with what hangs on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, TypeVar

import typer

from graphmem.casts import Block, Cast, Match, Named, Word
from graphmem.cli.options import (
    DEFAULT_STORE,
    AlsoOption,
    JsonOption,
    NamespaceOption,
    StoreOption,
    opened,
    out,
    print_json,
)
from graphmem.identities import Identity
from graphmem.memory import DEFAULT_NAMESPACE, Memory
from graphmem.notes import Note
from graphmem.resolution import Decision, Link
from graphmem.schema import from_record, to_record
from graphmem.shown import shortened
from graphmem.statements import Fact
from graphmem.tasks import Task
from graphmem.types import Document, Entity, Episode, Passage, Sentence
from graphmem.uses import Use

_T = TypeVar("_T")


def described(memory: Memory, name: str, limit: int) -> dict[str, Any]:
    """A record as JSON values, with its evidence or its parts."""
    value = memory.find(name)
    record = to_record(value)
    # A document is also a text or a chat, a passage a paragraph or a turn: that is its form here.
    body = {"form" if key == "kind" else key: field for key, field in record.body.items()}
    head = {"id": record.id, "kind": record.kind, **({"namespace": value.namespace} if memory.also else {})}
    shown: dict[str, Any] = {**head, **body}
    if isinstance(value, Fact):
        shown = {**head, **_facts(memory, [value])[0]}
        shown["sentences"] = [
            {"id": s.id, "text": s.text, "caption": s.caption, "who": who, "uri": uri}
            for who, uri, s in memory.attribution(value)[:limit]
        ]
    elif isinstance(value, Entity):
        shown |= {"name": value.name, "label": value.label, "aliases": list(value.aliases)}
        shown |= _identity(memory.identity(value), value)
        shown["facts"] = _facts(memory, memory.facts(value, limit, retired=True))
        shown["sentences"] = _sentences(memory.evidence(value, limit), memory.namespace)
    elif isinstance(value, Cast | Named | Block | Match | Word):
        shown = {**head, **_who(value)}
    elif isinstance(value, Document | Episode | Passage):
        if isinstance(value, Passage) and (episode := memory.episode(value)):
            shown["episode"] = episode.id
        shown["parts"] = [{"id": part.id, "text": part.text} for part in memory.parts(value, limit)]
    elif isinstance(value, Sentence):
        shown["mentions"] = [
            {"name": m.name, "label": m.label, "role": m.role, "start": m.start, "end": m.end}
            for m in value.mentions
        ]
        shown.pop("statements", None)
        shown["facts"] = _facts(memory, memory.facts(value, limit, retired=True))
    elif isinstance(value, Note | Task | Use):
        shown |= _kept(memory, value, limit)
    return shown


def _values(memory: Memory, ids: Sequence[str], of: type[_T]) -> list[_T]:
    """Those that are there, in order."""
    found = memory.store.get(memory.view, list(ids))
    values = (from_record(found[id]) for id in ids if id in found)
    return [value for value in values if isinstance(value, of)]


def _kept(memory: Memory, value: Note | Task | Use, limit: int) -> dict[str, Any]:
    """What of a note, a task or a use is not a value of its record: the passages and tasks behind ids."""
    if isinstance(value, Note):
        return {"text": value.text, "parts": _rests(memory, value)[:limit]}
    if isinstance(value, Use):
        return {"touches": [{"text": one.verdict, "when": one.at.isoformat()} for one in value.touches]}
    return {
        key: [{"id": one.id, "text": one.title} for one in _values(memory, [tie.task for tie in ties], Task)]
        for key, ties in (("needs", value.needs), ("step_of", value.step_of))
    }


def _rests(memory: Memory, note: Note) -> list[dict[str, Any]]:
    """The passages that a note rests on, each once."""
    passages = _values(memory, note.passages, Passage)
    return [{"id": one.id, "text": one.text, **_of(one.namespace, memory.namespace)} for one in passages]


def _of(namespace: str, own: str) -> dict[str, str]:
    """Whose a row is; of what is one's own it goes without saying."""
    return {} if namespace == own else {"namespace": namespace}


def _sentences(sentences: Iterable[Sentence], own: str) -> list[dict[str, Any]]:
    return [{"id": s.id, "text": s.text, "caption": s.caption, **_of(s.namespace, own)} for s in sentences]


def _facts(memory: Memory, facts: Sequence[Fact]) -> list[dict[str, Any]]:
    """Facts with how they stand, and whose they are, where others' are read along."""
    stands = memory.standings(facts)
    return [
        {
            "id": fact.id,
            **_fact(fact),
            "state": stands[fact.id].state,
            **({"why": stands[fact.id].told} if not stands[fact.id].current else {}),
            **_of(fact.namespace, memory.namespace),
        }
        for fact in facts
    ]


def _link(link: Link) -> dict[str, Any]:
    text = f"{shortened(link.a)} / {shortened(link.b)}: {link.why}"
    return {"text": text, "score": round(link.score, 4)}


def _identity(found: Identity, of: Entity) -> dict[str, list[dict[str, Any]]]:
    """What else an entity is called and why, what it may be, and what people said of it."""
    lists: dict[str, list[dict[str, Any]]] = {}
    for one in (found, *found.elsewhere):
        whose = _of(one.entities[0].namespace, of.namespace)
        rows = {
            "same_as": [{"id": e.id, "text": e.name} for e in one if e.id != of.id],
            "because": [_link(link) for link in one.same],
            "perhaps": [_link(link) for link in one.perhaps],
            "decisions": [{"text": _said(word)} for word in one.decisions],
        }
        for key in rows:
            lists.setdefault(key, []).extend({**row, **whose} for row in rows[key])
    return {key: rows for key, rows in lists.items() if rows}


def _said(one: Decision) -> str:
    verb = "is" if one.same else "is not"
    return f"{shortened(one.a)} {verb} {shortened(one.b)}" + (f", says {one.by}" if one.by else "")


def _who(value: Cast | Named | Block | Match | Word) -> dict[str, Any]:
    """What a memory keeps of who is who, in lines."""
    if isinstance(value, Cast):
        rows = [(sorted(one.names), one.label) for one in value.profiles]
        return {
            "document": value.document,
            "profiles": [{"text": f"{', '.join(names)} ({label})"} for names, label in rows],
        }
    if isinstance(value, Named):
        names = dict(value.unit.profile.names)
        counts = {"names": names, "called": dict(value.unit.called), "documents": value.unit.clusters}
        return {"name": value.name, "label": value.label, "key": value.unit.profile.id, **counts}
    if isinstance(value, Block):
        members = sorted(value.page.members)
        return {"size": value.page.count, "members": [{"text": shortened(one)} for one in members]}
    if isinstance(value, Match):
        return {"band": value.link.band, **_link(value.link)}
    return {"text": _said(value.decision), "same": value.decision.same, "by": value.decision.by}


def _fact(fact: Fact) -> dict[str, Any]:
    """A fact or an event: what it says, when it was, and how sure that is."""
    when = fact.when
    return {
        "text": fact.text,
        "relation": fact.relation,
        "participants": [{"role": one.role, "name": one.text} for one in fact.participants],
        "when": when.text if when else None,
        "denied": fact.negated,
        "modality": fact.modality or None,
        "said_by": list(fact.said_by),
        "confidence": fact.confidence,
        "stated": fact.stated,
    }


def _line(row: dict[str, Any] | str) -> str:
    """A row of a list for people: what it says, and in brackets what else there is to say."""
    if isinstance(row, str):
        return row
    said = [row.get("when"), "denied" if row.get("denied") else None, row.get("modality")]
    said += [f"says {name}" for name in row.get("said_by", ())]
    said += [f"{row['who']} in {row['uri']}"] if "who" in row else []
    said += [f"{row['namespace']} says"] if "namespace" in row else []
    said += [row["why"]] if "why" in row else []
    said += [row[key] for key in ("label", "role") if "text" not in row and row.get(key)]
    marks = ", ".join(filter(None, said))
    return " ".join((row.get("text") or row["name"]).split()) + (f" ({marks})" if marks else "")


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def show(
        name: Annotated[str, typer.Argument(help="Id of a record, URI of a document, or name of an entity.")],
        limit: Annotated[int, typer.Option(min=1, help="How many sentences or parts at most.")] = 10,
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        also: AlsoOption = None,
        json: JsonOption = False,
    ) -> None:
        """Show a document, passage, episode, sentence, entity, fact or event with its evidence."""
        with opened(store, namespace, create=False, also=also) as memory:
            shown = described(memory, name, limit)
        if json:
            print_json(shown)
            return
        console = out()
        lists = {
            key: value
            for key, value in shown.items()
            if isinstance(value, list) and key not in ("aliases", "said_by")
        }
        for key, value in shown.items():
            if key not in lists:
                console.print(f"{key + ':':<14}", style="dim", end="")
                console.print(", ".join(value) if isinstance(value, list) else str(value))
        for key, values in lists.items():
            console.print(f"{key}:", style="dim")
            for row in values:
                console.print(f"  - {_line(row)}")
