"""Chat models for tests of asking: each step's answer is given, and cites sentences by what they say."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from pydantic import Field

from graphmem.llm import Client

STEPS: Final = {
    "You split": "parts",
    "You help": "clues",
    "You collect": "note",
    "You choose": "useful",
    "You answer": "written",
    "You sum": "sum",
    "You portray": "portrait",
    "You keep": "judge",
}
"""How the task of each step begins."""
Says = Callable[["Shown"], Any]


class Shown:
    """What a model is shown in a call: the question, the note, and lines by number."""

    def __init__(self, data: str) -> None:
        self.data = data
        self.lines = data.split("\n")[1:-1]
        self.numbered = {
            int(m[1]): m[2] for m in map(re.compile(r"\[(\d+)\] (.*)").fullmatch, self.lines) if m
        }

    def field(self, name: str) -> str:
        """What follows a name at the start of a line."""
        return next((one.removeprefix(f"{name}: ") for one in self.lines if one.startswith(f"{name}: ")), "")

    def number(self, words: str) -> int:
        """The number of the line with some words; 0 if there is none."""
        return next((number for number, text in self.numbered.items() if words in text), 0)

    def cite(self, text: str, *quotes: str) -> dict[str, Any]:
        """A statement that cites each quote from the line that has it."""
        return {"text": text, "citations": [{"sentence": self.number(one), "quote": one} for one in quotes]}


class Player(BaseChatModel):
    """Plays the answers of each step in turn, the last one again and again; nothing where none is given.

    An answer is JSON, text, an error to be raised, or a function of what is shown. ``seen`` has each
    step with its task and what was shown.
    """

    says: dict[str, list[Any]]
    seen: list[tuple[str, str, Shown]] = Field(default_factory=list)
    model_name: str = "player"

    @property
    def _llm_type(self) -> str:
        return "player"

    def _generate(
        self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **options: Any
    ) -> ChatResult:
        task, shown = str(messages[0].text), Shown(str(messages[1].text))
        step = next(name for begins, name in STEPS.items() if task.startswith(begins))
        before = sum(one == step for one, *_ in self.seen)
        self.seen.append((step, task, shown))
        given = self.says.get(step) or [{}]
        answer = given[min(before, len(given) - 1)]
        answer = answer(shown) if callable(answer) else answer
        if isinstance(answer, Exception):
            raise answer
        return ChatResult(generations=[ChatGeneration(message=self.message(answer))])

    def message(self, answer: Any) -> AIMessage:
        """An answer as text."""
        return AIMessage(answer if isinstance(answer, str) else json.dumps(answer))

    def steps(self) -> list[str]:
        """The steps that it was asked for, in order."""
        return [step for step, *_ in self.seen]


class ToolPlayer(Player):
    """One that knows tools; its answers are the arguments."""

    def bind_tools(self, tools: Sequence[Any], **options: Any) -> Runnable[Any, AIMessage]:
        return self

    def message(self, answer: Any) -> AIMessage:
        return AIMessage("", tool_calls=[{"name": "Answer", "args": answer, "id": "1"}])


def repeater(*names: str) -> Player:
    """A model that asks for these names, and says again all that it is shown."""

    def every(shown: Shown) -> Any:
        return {"statements": [shown.cite(text, text) for text in shown.numbered.values()]}

    return player(
        parts={"questions": list(names)},
        clues=lambda shown: {"clues": [*names, *shown.numbered.values()]},
        note=lambda shown: {"note": shown.data, "next": " ".join((*names, shown.data[-200:]))},
        useful=lambda shown: {"useful": list(shown.numbered)},
        written=every,
    )


def player(**says: Any) -> Player:
    """A model that says this at each step: an answer, or a list of answers in turn."""
    return Player(says={step: one if isinstance(one, list) else [one] for step, one in says.items()})


def client(model: BaseChatModel | None = None, *, cache: Any = None, budget: Any = None) -> Client:
    """A client of a model that never waits; without one, of one that has nothing to say."""
    return Client(model or player(), cache=cache, budget=budget, sleep=lambda seconds: None)
