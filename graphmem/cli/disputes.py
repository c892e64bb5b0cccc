"""``graphmem disputes``: where sources contradict each other, for a person to settle."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from graphmem.cli.committing import committed
from graphmem.cli.facts import standing_json
from graphmem.cli.options import (
    DEFAULT_STORE,
    AuthorOption,
    JsonOption,
    NamespaceOption,
    StoreOption,
    opened,
    out,
    print_json,
)
from graphmem.disputes import Case
from graphmem.errors import NotFound
from graphmem.memory import DEFAULT_NAMESPACE, Memory
from graphmem.schema import from_record
from graphmem.slots import Dispute
from graphmem.types import Commit, View


def case_json(case: Case) -> dict[str, Any]:
    """A dispute as JSON values, with the evidence of each side."""
    return {
        "id": case.dispute.id,
        "subject": case.dispute.subject,
        "relation": case.dispute.relation,
        "what": sorted({odds.what for odds in case.dispute.odds}),
        "facts": [
            {**standing_json(fact, one), "evidence": [{"id": s.id, "text": s.text} for s in evidence]}
            for fact, one, evidence in zip(case.facts, case.standings, case.evidence, strict=True)
        ],
    }


def _stand(memory: Memory, id: str) -> Commit:
    record = memory.store.get(View.of(memory.namespace), [id]).get(id)
    dispute = from_record(record) if record else None
    if not isinstance(dispute, Dispute):
        raise NotFound(f"no open dispute {id!r}: 'graphmem disputes' lists them")
    return memory.stand(dispute)


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def disputes(
        stand: Annotated[
            str | None, typer.Option("--stand", help="Id of a dispute whose facts may all stand.")
        ] = None,
        limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 10,
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        author: AuthorOption = "user",
        json: JsonOption = False,
    ) -> None:
        """List contradictions with their evidence: retract or correct a side, or let all --stand."""
        if stand is not None:
            committed(store, namespace, author, lambda memory: _stand(memory, stand), json=json)
            return
        with opened(store, namespace, create=False) as memory:
            found = [case_json(case) for case in memory.disputes(limit)]
        if json:
            print_json(found)
            return
        console = out()
        if not found:
            console.print("no disputes")
        for case in found:
            console.print(f"{case['subject']} {case['relation']}: {'; '.join(case['what'])}  ({case['id']})")
            for fact in case["facts"]:
                console.print(f"  {fact['text']}  [{fact['when'] or 'no time'}, {fact['id']}]")
                for one in fact["evidence"]:
                    console.print(f"    - {one['text']}")
