"""Clues: drafts of what an answer would say, which find what the question's own words do not.

MemoRAG (Qian et al. 2024): a model that has an impression of the memory drafts clues, and the clues are what
is looked up. Here the impression is what the question itself finds. A clue is a query and never evidence: it
may be made up, as the hypothetical documents of HyDE (Gao et al. 2023).
"""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel, Field

from graphmem.answering.evidence import Evidence
from graphmem.llm import Answered, Client, form
from graphmem.llm.fence import RULE, fenced, line
from graphmem.llm.values import Texts

MOST: Final = 3
"""Clues to one question."""
_TASK: Final = f"""\
You help to look up the answer to a question in a memory. You are shown the question and a first impression \
of what the memory holds, which may not have the answer. Write up to {MOST} short statements as they could \
stand in the text that answers the question, each about something else that has to be found. Use the names \
of the question and of the impression; a guess is fine, for they are only searched for.
{RULE}"""


class Clues(BaseModel):
    """What a text that answers a question may say."""

    clues: Texts = Field(default_factory=list, description="short statements")


_FORM: Final = form(Clues, Clues(clues=["The Tern buoy was designed by an engineer from Norway."]))


def clues(client: Client, question: str, impression: Evidence) -> Answered[Clues]:
    """Clues to a question; errors as those of ``Client.ask``."""
    return client.ask(_TASK, fenced("impression", [line(f"question: {question}"), *impression.lines]), _FORM)
