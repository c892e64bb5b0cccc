"""``graphmem show``: one record, whole, with what hangs on it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import typer

from graphmem.casts import Block, Cast, Match, Named, Word
from graphmem.cli.options import (
    DEFAULT_STORE,
    JsonOption,
    NamespaceOption,
    StoreOption,
    opened,
    out,
    print_json,
)
from graphmem.identities import Identity
from graphmem.memory import DEFAULT_NAMESPACE, Memory
from graphmem.resolution import Decision, Link
from graphmem.schema import to_record
from graphmem.shown import shortened
from graphmem.statements import Fact
from graphmem.types import Document, Entity, Episode, Passage, Sentence


def described(memory: Memory, name: str, limit: int) -> dict[str, Any]:
    """A record as JSON values, with its evidence or its parts."""
    value = memory.find(name)
    record = to_record(value)
    # A document is also a text or a chat, a passage a paragraph or a turn: that is its form here.
    body = {"form" if key == "kind" else key: field for key, field in record.body.items()}
    shown: dict[str, Any] = {"id": record.id, "kind": record.kind, **body}
    if isinstance(value, Fact):
        shown = {"id": record.id, "kind": record.kind, **_fact(value)}
        shown["sentences"] = _sentences(memory.evidence(value, limit))
    elif isinstance(value, Entity):
        shown |= {"name": value.name, "label": value.label, "aliases": list(value.aliases)}
        shown |= _identity(memory.identity(value), value)
        shown["facts"] = [{"id": fact.id, **_fact(fact)} for fact in memory.facts(value, limit)]
        shown["sentences"] = _sentences(memory.evidence(value, limit))
    elif isinstance(value, Cast | Named | Block | Match | Word):
        shown = {"id": record.id, "kind": record.kind, **_who(value)}
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
        shown["facts"] = [{"id": fact.id, **_fact(fact)} for fact in memory.facts(value, limit)]
    return shown


def _sentences(sentences: Iterable[Sentence]) -> list[dict[str, Any]]:
    return [{"id": s.id, "text": s.text, "caption": s.caption} for s in sentences]


def _link(link: Link) -> dict[str, Any]:
    text = f"{shortened(link.a)} / {shortened(link.b)}: {link.why}"
    return {"text": text, "score": round(link.score, 4)}


def _identity(found: Identity, of: Entity) -> dict[str, list[dict[str, Any]]]:
    """What else an entity is called and why, what it may be, and what people said of it."""
    others = [{"id": one.id, "text": one.name} for one in found if one.id != of.id]
    lists = {
        "same_as": others,
        "because": [_link(link) for link in found.same],
        "perhaps": [_link(link) for link in found.perhaps],
        "decisions": [{"text": _said(one)} for one in found.decisions],
    }
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
        json: JsonOption = False,
    ) -> None:
        """Show a document, passage, episode, sentence, entity, fact or event with its evidence."""
        with opened(store, namespace, create=False) as memory:
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
