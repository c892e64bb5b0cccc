"""A chat model for the examples: it needs no key and no network, and quotes what it is given.

Put a real one in its place: ``init_chat_model("openai:…")``, ``init_chat_model("ollama:…")``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool

EVIDENCE = re.compile(r"^\[(?:\d+\] \()?([^\],)]+)[^\])]*[\])] ((?:.|\n(?!\[|\n))+)", re.MULTILINE)
QUOTES = 2
KEEP = "remember that "


class QuotingModel(BaseChatModel):
    """Asks its recall tool what it is asked, keeps what begins "Remember that", quotes the best evidence."""

    tools: tuple[str, ...] = ()

    @property
    def _llm_type(self) -> str:
        return "quoting"

    def bind_tools(
        self, tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool], **_: Any
    ) -> Runnable[Any, AIMessage]:
        """The same model, which knows these tools."""
        names = (convert_to_openai_tool(tool)["function"]["name"] for tool in tools)
        return QuotingModel(tools=tuple(names))

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **_: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self._answer(messages[-1]))])

    def _answer(self, last: BaseMessage) -> AIMessage:
        said = str(last.content)
        if self.tools and not isinstance(last, ToolMessage):
            keeps = said.lower().startswith(KEEP) and "remember" in self.tools
            name, arguments = ("recall_memory", {"question": said})
            if keeps:
                name, arguments = ("remember", {"text": said[len(KEEP) :]})
            return AIMessage("", tool_calls=[{"name": name, "args": arguments, "id": "1"}])
        quotes = (
            f"{' '.join(text.split())} [{source.rpartition('/')[2]}]"
            for source, text in EVIDENCE.findall(said)
        )
        return AIMessage(" | ".join(islice(quotes, QUOTES)) or said.partition("\n")[0])
