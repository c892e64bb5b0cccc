"""A LangGraph graph whose nodes remember people across threads, in a memory that tells why it knows."""

from __future__ import annotations

import tempfile
from typing import TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from graphmem.langgraph import GraphMemStore

SURE = 0.5


class Turn(TypedDict):
    """What a user says in one run, and what is answered."""

    user: str
    said: str
    answer: str


def listen(state: Turn, runtime: Runtime) -> dict[str, str]:
    """Keep what is told; answer a question from what was."""
    store, people = runtime.store, ("people", state["user"])
    assert store is not None
    if not state["said"].endswith("?"):
        store.put(people, str(len(store.search(people, limit=100))), {"text": state["said"]})
        return {"answer": "I keep that in mind."}
    for item in store.search(people, query=state["said"], limit=1):
        if (item.score or 0) > SURE:
            return {"answer": item.value["text"]}
    return {"answer": "You never told me."}


def main() -> None:
    """Run a few turns of two people, then look into the memory behind the store."""
    with tempfile.TemporaryDirectory() as folder:
        with GraphMemStore.from_conn_string(f"sqlite:///{folder}/people.db") as store:
            graph = StateGraph(Turn)
            graph.add_node("listen", listen)
            graph.add_edge(START, "listen")
            graph.add_edge("listen", END)
            app = graph.compile(store=store)
            for user, said in (
                ("ann", "I live in Bergen."),
                ("ann", "My sister Eva sails the Aurelia."),
                ("bob", "I am allergic to nuts."),
                ("ann", "Which ship does Eva sail?"),
                ("bob", "What am I allergic to?"),
                ("bob", "Which ship does Eva sail?"),
            ):
                turn = app.invoke({"user": user, "said": said, "answer": ""})
                print(f"{user}: {said} -> {turn['answer']}")

            ann = store.memory(("people", "ann"))
            print("namespaces:", store.list_namespaces())
            eva = ann.find("Eva")
            print("facts:", [fact.text for fact in ann.facts(eva)] if eva else [])
            print("history:", [commit.message for commit in ann.history()])


if __name__ == "__main__":
    main()
