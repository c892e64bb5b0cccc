"""Filter: which of the passages that were found are useful, judged side by side in one call.

Listwise ranking by a model (Sun et al. 2023, "Is ChatGPT Good at Search?", RankGPT): it names passages by
number and writes no text, so all that it can do is to choose among what was found.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pydantic import BaseModel, Field

from graphmem.answering.fusion import Found
from graphmem.llm import Answered, Client, form
from graphmem.llm.fence import RULE, fenced, line
from graphmem.llm.values import Numbers

SHOWN: Final = 600
"""Characters of a passage that are shown, around its evidence."""
_TASK: Final = f"""\
You choose among numbered passages those that help to answer a question, alone or together with others. \
Give their numbers, the most useful first; leave out those that only look alike.
{RULE}"""


class Useful(BaseModel):
    """The passages that help to answer a question."""

    useful: Numbers = Field(default_factory=list, description="numbers of passages, the most useful first")


_FORM: Final = form(Useful, Useful(useful=[3, 1]))


def _shown(number: int, found: Found) -> str:
    """A passage in a line, from a little before its best sentence if it is long."""
    hit = found.hit
    start = max(0, min(hit.evidence.start - SHOWN // 3, len(hit.passage.text) - SHOWN))
    caption = f"({hit.evidence.caption}) " if hit.evidence.caption else ""
    return line(f"[{number}] {caption}{hit.passage.text[start : start + SHOWN]}")


def useful(client: Client, question: str, found: Sequence[Found]) -> Answered[Useful]:
    """Which passages are useful, by number from 1; errors as those of ``Client.ask``."""
    lines = [line(f"question: {question}"), *(_shown(n, one) for n, one in enumerate(found, 1))]
    return client.ask(_TASK, fenced("passages", lines), _FORM)


def chosen(numbers: Sequence[int], found: Sequence[Found]) -> tuple[Found, ...]:
    """The passages with these numbers, in their order, each once; numbers that none has are dropped."""
    return tuple(found[n - 1] for n in dict.fromkeys(numbers) if 0 < n <= len(found))
