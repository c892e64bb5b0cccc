"""Answers that a model really gave, played back: reading with a model, tested and measured without one.

A recording is a JSON file of the form that HippoRAG writes (Gutiérrez et al. 2024): ``{"docs": [{"title",
"text", "extracted_entities": [name], "extracted_triples": [[subject, predicate, object]]}]}``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphmem.errors import InputError, MissingExtra
from graphmem.ingest.llm.prompt import sentences_in
from graphmem.llm.fence import line

try:
    from langchain_core.callbacks import CallbackManagerForLLMRun
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage, BaseMessage
    from langchain_core.outputs import ChatGeneration, ChatResult
    from pydantic import Field
except ImportError as error:
    raise MissingExtra("playing answers of a model back", "llm") from error


@dataclass(frozen=True, slots=True)
class Recorded:
    """One passage with what a model wrote about it: names and triples, in whatever shape it wrote them."""

    title: str
    text: str
    names: Any
    triples: Any


def recorded(path: Path) -> Iterator[Recorded]:
    """The passages of a recording.

    Raises:
        InputError: the file is not there, or is no recording.
    """
    try:
        docs = json.loads(path.read_text("utf-8"))["docs"]
        for doc in docs:
            yield Recorded(doc["title"], doc["text"], doc["extracted_entities"], doc["extracted_triples"])
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{path}: is no recording: it needs docs with title, text and what was read"
        ) from error


def _letters(texts: Iterable[str]) -> str:
    """By what a passage is found again, wherever its sentences were parted."""
    return "".join("".join(line(text).split()) for text in texts)


class ReplayChatModel(BaseChatModel):
    """A chat model that answers each passage with what was recorded for it, as text.

    A passage that is a part of a recorded one gets the answer to the whole. It raises ``InputError`` for a
    passage that is in none.
    """

    answers: Mapping[str, str] = Field(default_factory=dict, repr=False)
    model_name: str = "replay"

    @classmethod
    def of(cls, passages: Iterable[Recorded], name: str = "replay") -> ReplayChatModel:
        """The model that answers these passages."""
        answers = {
            _letters([one.text]): json.dumps({"names": one.names, "facts": one.triples}) for one in passages
        }
        return cls(answers=answers, model_name=name)

    @property
    def _llm_type(self) -> str:
        return "replay"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        """Play the answer to the passage of a prompt back."""
        wanted = _letters(sentences_in(str(messages[1].text)))
        answer = self.answers.get(wanted) or next(
            (answer for text, answer in self.answers.items() if wanted in text), None
        )
        if answer is None:
            raise InputError("nothing is recorded for this passage: record it, or ask a model")
        return ChatResult(generations=[ChatGeneration(message=AIMessage(answer))])
