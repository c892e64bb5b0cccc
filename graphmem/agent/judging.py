"""Judging: what a statement is to what a memory holds, by a model, where the rules see nothing against it.

Mem0 (Chhikara et al. 2025, "Mem0: Building Production-Ready AI Agents with Scalable Long-Term Memory") shows
a model the memories nearest to a new one, and it picks ADD, UPDATE, DELETE or NOOP. Ours is asked only where
the rules would add: they know one relation from another, and no two wordings of it. What it says is taken if
it names what it was shown, and if what it calls known has all names and numbers of the statement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

from pydantic import BaseModel, Field

from graphmem.llm import Client, form
from graphmem.llm.carrying import strangers
from graphmem.llm.denial import denies
from graphmem.llm.fence import RULE, fenced, line
from graphmem.llm.values import Numbers, Text

Operation: TypeAlias = Literal["add", "update", "delete", "noop"]
SHOWN: Final = 30
"""Candidates that a model is shown."""
LONGEST: Final = 300
"""Characters of a reason, and of a candidate."""
_TASK: Final = f"""\
You keep a memory. You are shown what it holds, by number, and a new statement with the text that it stands \
in. Say what the statement is to the memory: "noop" if something that it holds says the same already, in \
whatever words; "update" if what it holds was so until now and the statement says what is so instead; \
"delete" if the statement says that what it holds is not so and never was; "add" if it is new beside all of \
it. Give the numbers of what it is the same as, or takes the place of, and the reason in one short sentence.
{RULE}"""


class Said(BaseModel):
    """What a model takes a statement for; it is not believed yet."""

    operation: Text = Field("", description="add, update, delete or noop")
    numbers: Numbers = Field(default_factory=list, description="of what it is the same as or replaces")
    reason: Text = Field("", description="why, in one short sentence")


_EXAMPLE: Final = Said(operation="noop", numbers=[2], reason="A harpist plays the harp.")


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a memory holds that a statement may be about: a fact or a passage, by id, in a line.

    ``ends`` says whether it is something that can end.
    """

    id: str
    text: str
    ends: bool = True


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a model takes a statement for, why, and what of the candidates it is about."""

    operation: Operation
    reason: str
    about: tuple[Candidate, ...]


def judged(
    client: Client,
    statement: str,
    text: str,
    candidates: Sequence[Candidate],
    operations: Sequence[Operation] = get_args(Operation),
) -> Judgement | None:
    """What a model takes a statement for; None if it gives no answer that can be taken.

    Args:
        client: asks the model, once more if its answer cannot be taken.
        statement: in a line.
        text: that it stands in.
        candidates: what the memory holds; the first ``SHOWN`` are shown.
        operations: what it may be.

    Raises:
        ModelError: the model refuses the user, does not exist, or cannot be reached.
    """
    shown = candidates[:SHOWN]
    if not shown:
        return None

    def wrong(said: Said) -> str:
        return _wrong(said, statement, shown, operations)

    lines = [f"[{number}] {line(one.text)[:LONGEST]}" for number, one in enumerate(shown, start=1)]
    lines += [line(f"statement: {statement}"), line(f"text: {text}")]
    said = client.ask(_TASK, fenced("memory", lines), form(Said, _EXAMPLE, wrong)).value
    if said is None or wrong(said):
        return None
    about = tuple(shown[number - 1] for number in dict.fromkeys(said.numbers))
    operation = next(one for one in operations if one == _operation(said))
    return Judgement(operation, line(said.reason)[:LONGEST], () if operation == "add" else about)


def _operation(said: Said) -> str:
    return said.operation.strip(" .\"'").casefold()


def _wrong(said: Said, statement: str, shown: Sequence[Candidate], operations: Sequence[Operation]) -> str:
    """Why an answer cannot be taken; empty if it can."""
    operation = _operation(said)
    if operation not in operations:
        return f"the operation is one of {', '.join(operations)}."
    if not all(0 < number <= len(shown) for number in said.numbers):
        return f"there are the numbers 1 to {len(shown)}."
    if operation == "add":
        return ""
    if not said.numbers or not said.reason:
        return f"{operation} needs the numbers of what it is about, and a reason."
    if operation == "update" and not all(shown[number - 1].ends for number in said.numbers):
        return "what is over already cannot end: it is no update."
    if operation == "noop":
        about = [shown[number - 1].text for number in said.numbers]
        if new := strangers(statement, about):
            return f"what these numbers have does not say {', '.join(new)}: that is new."
        if denies(statement) != any(map(denies, about)):
            return "one of both denies what the other says."
    return ""
