"""Notes: what was found so far, in the model's words, and what to look up next, until it is enough.

Adaptive-Note (Wang et al. 2024): a note is carried from one look to the next, and looking ends when it gains
nothing. IRCoT (Trivedi et al. 2023): each thought is the next query. A note helps to think and
is never cited.
"""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel, Field

from graphmem.answering.evidence import Evidence
from graphmem.llm import Answered, Client, form
from graphmem.llm.fence import RULE, fenced, line
from graphmem.llm.values import Flag, Text

LONGEST: Final = 2000
"""Characters of a note that are carried on."""
_TASK: Final = f"""\
You collect what is needed to answer a question from a memory that is searched for you, step by step. You \
are shown the question, your note so far, and what was found since. Write the note anew: all that the \
evidence says and that the answer needs, short, with names and times, nothing that it does not say. Then \
say whether that is enough to answer; if not, write the one question that should be looked up next, with \
names in full, different from those before; leave it empty if nothing is left to look up.
{RULE}"""


class Note(BaseModel):
    """What is known so far, and what to look up next."""

    note: Text = Field("", description="what the evidence says that the answer needs")
    enough: Flag = Field(False, description="true if the question can be answered with it")
    next: Text = Field("", description="what to look up next")


_FORM: Final = form(
    Note, Note(note="Ingrid Solvang designed the Tern buoy.", enough=False, next="Where was she born?")
)


def note(client: Client, question: str, so_far: str, found: Evidence) -> Answered[Note]:
    """The next note; errors as those of ``Client.ask``.

    Args:
        client: asks the model.
        question: what is to be answered.
        so_far: the note up to now.
        found: what was found since.
    """
    lines = [line(f"question: {question}"), line(f"note: {so_far[:LONGEST] or '(none)'}"), *found.lines]
    return client.ask(_TASK, fenced("evidence", lines), _FORM)
