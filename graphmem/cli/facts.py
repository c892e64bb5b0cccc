"""``graphmem facts``: what is known of an entity, now, at a moment, or as it went."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from graphmem.cli.options import (
    DEFAULT_STORE,
    AlsoOption,
    JsonOption,
    NamespaceOption,
    StoreOption,
    opened,
    out,
    parse_moment,
    print_json,
    print_table,
)
from graphmem.errors import NotFound
from graphmem.memory import DEFAULT_NAMESPACE, Memory
from graphmem.slots import Stretch
from graphmem.standing import Standing
from graphmem.statements import Event, Fact
from graphmem.types import Entity


def standing_json(fact: Fact, one: Standing) -> dict[str, Any]:
    """A fact with how it stands, as JSON values."""
    return {
        "id": fact.id,
        "kind": "event" if isinstance(fact, Event) else "fact",
        "text": ("not: " if fact.negated else "") + fact.text,
        "relation": fact.relation,
        "state": one.state,
        "when": _when(fact, one),
        "said_by": list(fact.said_by),
        "confidence": fact.confidence,
        "stated": fact.stated,
        "by": one.by or None,
        "why": one.why or None,
        "odds": list(one.odds),
    }


def _when(fact: Fact, one: Standing) -> str | None:
    """Its own time, else when it was first known to hold and until when."""
    if fact.when and fact.when.text and one.state != "ended":
        return fact.when.text
    return ", ".join(filter(None, map(_stretch, one.stretches))) or None


def _stretch(one: Stretch) -> str:
    if one.begin is None and one.end is None:
        return ""
    begin, end = (f"{at:%Y-%m-%d}" if at else "…" for at in (one.begin, one.end))
    return f"{begin} to {end}"


def named(memory: Memory, name: str) -> Entity:
    """The entity of a command.

    Raises:
        NotFound: nothing is called so, or it is something else.
    """
    found = memory.find(name)
    if not isinstance(found, Entity):
        raise NotFound(f"{name!r} is no name of an entity: 'graphmem show {name}' shows what it is")
    return found


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def facts(
        name: Annotated[str, typer.Argument(help="Name or id of an entity.")],
        as_of: Annotated[str | None, typer.Option("--as-of", help="What held at this moment.")] = None,
        timeline: Annotated[bool, typer.Option("--timeline", help="All of them, as they began.")] = False,
        limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 50,
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        also: AlsoOption = None,
        json: JsonOption = False,
    ) -> None:
        """List facts and events of an entity: those that hold, or with --timeline all, what ended them."""
        with opened(store, namespace, create=False, also=also) as memory:
            entity, moment = named(memory, name), parse_moment(as_of)
            if timeline:
                rows = memory.timeline(entity, limit)
            else:
                found = memory.facts(entity, limit, as_of=moment)
                stands = memory.standings(found, at=moment)
                rows = [(fact, stands[fact.id]) for fact in found]
        told = [standing_json(fact, one) for fact, one in rows]
        if json:
            print_json(told)
            return
        if not told:
            out().print(f"no facts of {entity.name}" + (f" as of {as_of}" if as_of else ""))
            return
        cells = [
            (row["when"] or "", row["kind"], row["text"], row["state"], row["why"] or "", row["id"])
            for row in told
        ]
        print_table(("when", "kind", "fact", "state", "why", "id"), cells)
