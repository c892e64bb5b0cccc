"""Use a memory as a LangChain retriever inside a chain. No model is called: the prompt is printed."""

from __future__ import annotations

import tempfile
from pathlib import Path

from langchain_core.documents import Document
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnablePassthrough

from graphmem import Memory
from graphmem.ingest import ingest
from graphmem.langchain import GraphMemRetriever

DOCUMENTS = Path(__file__).parent / "documents"
PROMPT = ChatPromptTemplate.from_template("Answer from the evidence.\n\n{evidence}\n\nQuestion: {question}")


def evidence(documents: list[Document]) -> str:
    """The passages with their sources, as a model would get them."""
    return "\n".join(f"[{Path(d.metadata['source']).name}] {d.page_content}" for d in documents)


def main() -> None:
    """Build the chain and run it."""
    with tempfile.TemporaryDirectory() as folder, Memory.open(f"sqlite:///{folder}/example.db") as memory:
        ingest(memory, [str(DOCUMENTS)])
        retriever = GraphMemRetriever(memory=memory, k=3)
        chain = {"evidence": retriever | evidence, "question": RunnablePassthrough()} | PROMPT
        print(chain.invoke("Who founded the institute that owns the Aurelia?").to_string())


if __name__ == "__main__":
    main()
