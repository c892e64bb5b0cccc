"""Tools by which an agent asks a memory, adds to it, and takes back what is wrong."""

from __future__ import annotations

from datetime import datetime

from langchain_core.documents import Document
from langchain_core.tools import BaseTool, StructuredTool, ToolException
from pydantic import AwareDatetime, BaseModel, Field

from graphmem.errors import GraphMemError
from graphmem.ingest.adding import add, added_facts
from graphmem.ingest.language import AUTOMATIC
from graphmem.langchain.documents import to_document
from graphmem.memory import Memory
from graphmem.ranking import Ranking


class _Recall(BaseModel):
    question: str = Field(description="What you want to know, as a whole question.", min_length=1)
    as_of: AwareDatetime | None = Field(
        default=None, description="What held at this moment, such as 2024-05-01T00:00:00Z; now if left out."
    )


class _Remember(BaseModel):
    text: str = Field(
        description="What to remember, in whole sentences that name who and what.", min_length=1
    )
    speaker: str = Field(default="", description="Who says it, if somebody does: 'I' is this one.")


class _Forget(BaseModel):
    source: str = Field(description="The source of what is wrong, as recall_memory tells it.", min_length=1)


def _told(ranking: Ranking) -> str:
    """Hits as a model reads them: numbered, each with source and time, and what of it holds no more."""
    if not ranking.hits:
        return "The memory holds nothing about this."
    lines = ["The memory likely does not tell this. What comes nearest:"] if ranking.doubtful else []
    for number, hit in enumerate(ranking, 1):
        at = hit.passage.at or hit.document.written_at
        about = (hit.document.uri, at.date().isoformat() if at else "", hit.passage.speaker)
        lines.append(f"[{number}] ({', '.join(filter(None, about))}) {hit.passage.text}")
        lines += [f"    no longer true: {one}" for one in hit.stale]
    return "\n".join(lines)


def memory_tools(
    memory: Memory, *, k: int = 5, read_only: bool = False, pipeline: str | None = AUTOMATIC
) -> list[BaseTool]:
    """Tools for an agent: ``recall_memory``, and unless ``read_only`` ``remember`` and ``forget_source``.

    What the agent writes are commits of the memory's author, each of which can be undone. What goes wrong
    is told to the model as the tool's answer.

    Args:
        memory: asked and written to.
        k: passages that a question gives.
        read_only: only ``recall_memory``.
        pipeline: what reads what is remembered, as in ``ingest``.
    """

    def recall(question: str, as_of: datetime | None = None) -> tuple[str, list[Document]]:
        try:
            ranking = memory.recall(question, k, as_of=as_of)
        except GraphMemError as error:
            raise ToolException(str(error)) from error
        return _told(ranking), [to_document(hit) for hit in ranking]

    def remember(text: str, speaker: str = "") -> str:
        try:
            document = add(memory, text, speaker=speaker, pipeline=pipeline)
            facts = [fact.text for fact in added_facts(memory, document)]
        except GraphMemError as error:
            raise ToolException(str(error)) from error
        return "\n".join((f"Remembered as {document.uri}.", *facts))

    def forget(source: str) -> str:
        try:
            receipt = memory.forget(memory.document(source).id)  # one: a pattern could name all there is
        except GraphMemError as error:
            raise ToolException(str(error)) from error
        took = ", ".join(f"{count} {kind}" for kind, count in receipt.removed.items())
        return "\n".join((f"Forgotten: {took}.", *(f"True again: {fact}" for fact in receipt.returned)))

    tools: list[BaseTool] = [
        StructuredTool.from_function(
            recall,
            name="recall_memory",
            description="Ask the long-term memory. Gives passages with their sources, best first.",
            args_schema=_Recall,
            response_format="content_and_artifact",
            handle_tool_error=True,
        )
    ]
    if read_only:
        return tools
    for work, name, description, takes in (
        (remember, "remember", "Keep something in the long-term memory for later.", _Remember),
        (forget, "forget_source", "Take back what a source told, with all that only it supports.", _Forget),
    ):
        tools.append(
            StructuredTool.from_function(
                work, name=name, description=description, args_schema=takes, handle_tool_error=True
            )
        )
    return tools
