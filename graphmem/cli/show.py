"""``graphmem show``: one record, whole, with what hangs on it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import typer

from graphmem.cli.options import (
    DEFAULT_STORE,
    JsonOption,
    NamespaceOption,
    StoreOption,
    opened,
    out,
    print_json,
)
from graphmem.memory import DEFAULT_NAMESPACE, Memory
from graphmem.schema import to_record
from graphmem.statements import Fact
from graphmem.types import Document, Entity, Passage, Sentence


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
        shown["facts"] = [{"id": fact.id, **_fact(fact)} for fact in memory.facts(value, limit)]
        shown["sentences"] = _sentences(memory.evidence(value, limit))
    elif isinstance(value, Document | Passage):
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
        """Show a document, passage, sentence, entity, fact or event with its evidence."""
        with opened(store, namespace, create=False) as memory:
            shown = described(memory, name, limit)
        if json:
            print_json(shown)
            return
        console = out()
        lists = {key: value for key, value in shown.items() if isinstance(value, list) and key != "aliases"}
        for key, value in shown.items():
            if key not in lists:
                console.print(f"{key + ':':<14}", style="dim", end="")
                console.print(", ".join(value) if isinstance(value, list) else str(value))
        for key, values in lists.items():
            console.print(f"{key}:", style="dim")
            for row in values:
                console.print("  - " + (row.get("text") or f"{row['name']} ({row['label']}, {row['role']})"))
