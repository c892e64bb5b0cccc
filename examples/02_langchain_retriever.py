"""Use a memory as a LangChain retriever inside a chain, with the chat in the memory too."""

from __future__ import annotations

import tempfile
from pathlib import Path

from langchain_core.documents import Document
from langchain_core.messages import HumanMessage
from langchain_core.prompts import ChatPromptTemplate, MessagesPlaceholder
from langchain_core.runnables import RunnablePassthrough
from quoting_model import QuotingModel

from graphmem import Memory
from graphmem.ingest import ingest
from graphmem.langchain import GraphMemChatMessageHistory, GraphMemRetriever

DOCUMENTS = Path(__file__).parent / "documents"
PROMPT = ChatPromptTemplate.from_messages(
    [
        ("system", "Answer from the evidence, and name the source."),
        MessagesPlaceholder("history"),
        ("human", "{evidence}\n\nQuestion: {question}"),
    ]
)


def evidence(documents: list[Document]) -> str:
    """The best sentence of each passage with its source, as a model gets them."""
    return "\n".join(f"[{Path(d.metadata['source']).name}] {d.metadata['evidence']}" for d in documents)


def main() -> None:
    """Build the chain and run it."""
    with tempfile.TemporaryDirectory() as folder, Memory.open(f"sqlite:///{folder}/example.db") as memory:
        ingest(memory, [str(DOCUMENTS)])
        retriever = GraphMemRetriever(memory=memory, k=3)
        chat = GraphMemChatMessageHistory(memory, "first-chat", user="Ada")
        chain = (
            {
                "evidence": retriever | evidence,
                "history": lambda _: chat.messages,
                "question": RunnablePassthrough(),
            }
            | PROMPT
            | QuotingModel()
        )
        for question in ("Who founded the institute that owns the Aurelia?", "Who is its captain?"):
            answer = chain.invoke(question)
            chat.add_messages([HumanMessage(question), answer])
            print(question, "->", answer.content)
        print("so far:", len(chat.messages), "messages")


if __name__ == "__main__":
    main()
