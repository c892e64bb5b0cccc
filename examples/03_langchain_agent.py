"""An agent that keeps what it is told and answers from its memory; what it wrote is shown and taken back."""

from __future__ import annotations

import tempfile
from pathlib import Path

from langchain.agents import create_agent
from langchain_core.messages import HumanMessage
from quoting_model import QuotingModel

from graphmem import Memory
from graphmem.ingest import ingest
from graphmem.langchain import memory_tools

DOCUMENTS = Path(__file__).parent / "documents"
SAID = (
    "Where was the designer of the Tern buoy born?",
    "Remember that Ingrid Solvang will speak in Tromsø in December.",
    "Where will Ingrid Solvang speak in December?",
)


def main() -> None:
    """Talk with the agent, then look at what it did."""
    with tempfile.TemporaryDirectory() as folder:
        with Memory.open(f"sqlite:///{folder}/agent.db", author="agent") as memory:
            ingest(memory, [str(DOCUMENTS)])
            agent = create_agent(
                QuotingModel(), memory_tools(memory, k=3), system_prompt="Answer from memory."
            )
            for said in SAID:
                messages = agent.invoke({"messages": [HumanMessage(said)]})["messages"]
                print(said, "->", messages[-1].content)
            last = next(memory.history(newest_first=True))
            print(f"{last.author} wrote: {last.message}")
            memory.undo(last.id)
            told = [hit.document.uri for hit in memory.recall(SAID[-1])]
            print("taken back:", not any(uri.startswith("said:agent/") for uri in told))


if __name__ == "__main__":
    main()
