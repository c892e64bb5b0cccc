"""Nodes of LangGraph over a memory: what they read of the state, and what they write."""

from __future__ import annotations

from typing import Any, TypedDict

import pytest
from conftest import put
from lives import hours

from graphmem import Memory
from graphmem.agent import TaskGraph, WorkingMemory
from graphmem.errors import InputError

pytest.importorskip("langgraph", reason="needs LangGraph: pip install 'graphmem[langgraph]'")
pytest.importorskip("spacy", reason="needs the language pipeline: pip install 'graphmem[nlp]'")

from langchain_core.messages import HumanMessage
from langgraph.graph import END, START, StateGraph

from graphmem.langgraph import (
    associate_node,
    context_node,
    recall_node,
    remember_node,
    step_node,
    task_node,
)


class State(TypedDict, total=False):
    question: str
    evidence: str
    seen: list[str]
    answer: str
    decisions: list[str]
    context: str
    task: str
    subgoals: list[str]


def test_a_graph_of_all_nodes_runs(memory: Memory) -> None:
    hours(memory)
    put(
        memory,
        {
            "tern.txt": "The Tern was designed by Ingrid Solvang.",
            "ingrid.txt": "Ingrid Solvang was born in Vardø.",
        },
        pipeline="english",
    )
    working = WorkingMemory(memory, "trace", pipeline=None)
    working.begin("ask around")
    working.step("asked the harbour", "The Tern lies in Bergen.")
    tasks = TaskGraph(memory)
    tasks.add("find her birthplace")
    nodes = {
        "task": task_node(tasks),
        "context": context_node(working),
        "recall": recall_node(memory, k=1),
        "associate": associate_node(memory, k=1),
        "answer": lambda state: {"answer": state["evidence"].split("] ")[-1]},
        "remember": remember_node(memory),
        "step": step_node(working, action="question", observation="answer"),
    }
    graph = StateGraph(State)
    for name, node in nodes.items():
        graph.add_node(f"do {name}", node)  # type: ignore[call-overload]
    order = [START, *(f"do {name}" for name in nodes), END]
    for one, then in zip(order, order[1:], strict=False):
        graph.add_edge(one, then)
    found: dict[str, Any] = graph.compile().invoke({"question": "Who designed the Tern?"})
    assert found["task"] == "now: find her birthplace"
    assert "The Tern lies in Bergen." in found["context"]
    assert "designed by Ingrid Solvang" in found["evidence"] and "born in Vardø" in found["evidence"]
    assert len(found["seen"]) == 1
    assert found["decisions"][0].startswith("noop: ")
    assert found["subgoals"] == ["ask around"] and len(working.subgoals()[0].steps) == 2
    node = step_node(working)
    assert node({"subgoal": "sail", "action": "sailed"})["subgoals"] == ["ask around", "sail"]
    assert node({"subgoal": "sail", "observation": "The sea is calm."})["subgoals"] == ["ask around", "sail"]
    assert [one.finished for one in working.subgoals()] == [True, False]


def test_messages_are_texts_too_and_nothing_is_an_error(memory: Memory) -> None:
    put(memory, {"tern.txt": "The Tern was designed by Ingrid Solvang."})
    node = recall_node(memory, question="messages")
    assert "tern.txt" in node({"messages": [HumanMessage("Who designed the Tern?")]})["evidence"]
    for state in ({}, {"messages": []}, {"messages": " "}):
        with pytest.raises(InputError, match="no text under 'messages'"):
            node(state)
