"""Decomposition: the questions that a question is made of, later ones asking on with the answers of earlier.

Least-to-most prompting (Zhou et al. 2023), Self-Ask (Press et al. 2023); "#1" for the answer to the first
part is the notation of QDMR (Wolfson et al. 2020, "Break It Down").
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from pydantic import BaseModel, Field

from graphmem.llm import Answered, Client, form
from graphmem.llm.fence import RULE, fenced, line
from graphmem.llm.values import Texts

MOST: Final = 4
"""Parts of one question."""
_TASK: Final = f"""\
You split a question into the simple questions that must be answered one after the other to answer it, so \
that each can be looked up by itself. Where one needs the answer of an earlier one, write #1, #2 … for it. \
At most {MOST}; name people, places and times in full; none at all for a question that is simple already.
{RULE}"""
_REFERENCE: Final = re.compile(r"#(\d{1,2})\b")


class Parts(BaseModel):
    """The questions that a question is made of."""

    questions: Texts = Field(default_factory=list, description="in order; #1 stands for the first's answer")


_FORM: Final = form(Parts, Parts(questions=["Who designed the Tern buoy?", "Where was #1 born?"]))


def parts(client: Client, question: str) -> Answered[Parts]:
    """The parts of a question, as a model sees them; errors as those of ``Client.ask``."""
    return client.ask(_TASK, fenced("question", [line(question)]), _FORM)


def sound(questions: Sequence[str]) -> tuple[str, ...]:
    """The first parts, up to one that asks on with the answer of itself, of a later one, or of none.

    >>> sound(["Who built it?", "When was #2 born?"])
    ('Who built it?',)
    """
    found: list[str] = []
    for question in questions[:MOST]:
        if any(not 1 <= number <= len(found) for number in references(question)):
            break
        found.append(question)
    return tuple(found)


def references(question: str) -> tuple[int, ...]:
    """The numbers of the parts whose answers a part needs.

    >>> references("Did #1 meet #2?")
    (1, 2)
    """
    return tuple(int(number) for number in _REFERENCE.findall(question))


def filled(question: str, answers: Mapping[int, str]) -> str | None:
    """A part with the answers of those before it; None if one is not known.

    >>> filled("Where was #1 born?", {1: "Ingrid Solvang"})
    'Where was Ingrid Solvang born?'
    """
    if not all(answers.get(number) for number in references(question)):
        return None
    return _REFERENCE.sub(lambda match: answers[int(match[1])], question)
