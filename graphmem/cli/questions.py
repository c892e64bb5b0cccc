"""``graphmem questions``: which names may be one, for a person to say."""

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
    print_json,
    print_table,
)
from graphmem.identities import Question
from graphmem.memory import DEFAULT_NAMESPACE


def question_json(question: Question) -> dict[str, Any]:
    """A question as JSON values."""
    return {
        "id": question.match.id,
        "namespace": question.match.namespace,
        "score": round(question.match.link.score, 4),
        "units": [
            {"id": one.id, "name": one.name, "label": one.label, "documents": one.unit.clusters}
            for one in question.units
        ],
        "reasons": [{"what": reason.what, "weight": reason.weight} for reason in question.match.link.reasons],
        "evidence": [{"id": one.id, "text": one.text, "caption": one.caption} for one in question.evidence],
    }


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def questions(
        limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 10,
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        also: AlsoOption = None,
        json: JsonOption = False,
    ) -> None:
        """List pairs of names that may be one, most likely first; 'same' and 'different' answer them."""
        with opened(store, namespace, create=False, also=also) as memory:
            found = [question_json(question) for question in memory.questions(limit)]
        if json:
            print_json(found)
            return
        if not found:
            out().print("no questions")
            return
        rows = []
        for question in found:
            a, b = question["units"]
            why = "; ".join(f"{reason['what']} ({reason['weight']:+.1f})" for reason in question["reasons"])
            said = " / ".join(one["text"] for one in question["evidence"])
            rows.append([f"{question['score']:.2f}", a["name"], b["name"], why, said, a["id"], b["id"]])
        print_table(["score", "a", "b", "why", "evidence", "id of a", "id of b"], rows, right={"score"})
