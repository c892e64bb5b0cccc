"""Three agents plan a trip: each with a private memory, one in common, tasks, and a trace of its work."""

from __future__ import annotations

import tempfile
from pathlib import Path

from langchain_core.messages import HumanMessage
from quoting_model import QuotingModel

from graphmem import Memory
from graphmem.agent import TaskGraph, Team, WorkingMemory, associate, remember
from graphmem.ingest import ingest

DOCUMENTS = Path(__file__).parent / "documents"
QUESTION = "Who is the captain of the Aurelia?"


def main() -> None:
    """The scout reads, the planner plans, the writer writes."""
    with tempfile.TemporaryDirectory() as folder, Memory.open(f"sqlite:///{folder}/crew.db") as opened:
        team = Team(opened.store, "crew", ["scout", "planner", "writer"], embedder=opened.embedder)
        scout, planner, writer = map(team.private, team.members)

        tasks = TaskGraph(team.common("planner"))
        tasks.add("plan the trip")
        tasks.add("find the captain", step_of="plan the trip")
        tasks.add("write to the captain", step_of="plan the trip", needs=["find the captain"])

        ingest(scout, [str(DOCUMENTS / name) for name in ("aurelia.txt", "tern-buoy.md")])
        working = WorkingMemory(scout, "trip")
        working.begin("find the captain")
        found = scout.recall(QUESTION, 1)[0]
        working.step(QUESTION, found.passage.text)
        near = associate(scout, found.passage.text, [found.passage.id], 1)[0]
        print("that brings to mind:", near.document.uri.rpartition("/")[2])
        fact = next(fact for fact in scout.facts("Joanna Lind") if "captain" in fact.text)
        team.publish("scout", fact.id)
        TaskGraph(team.common("scout")).done("find the captain", fact.text)
        working.finish()
        print("the scout's context:", working.context(budget=60).text.splitlines()[0])

        todo = TaskGraph(team.common("writer"))
        todo.start("write to the captain")
        print(todo.prompt())
        for one in writer.facts("Joanna Lind"):
            print("the writer knows:", one.text, "- said by", writer.attribution(one)[0].who)
        evidence = "\n".join(f"[{hit.document.uri}] {hit.passage.text}" for hit in writer.recall(QUESTION, 1))
        print("letter:", QuotingModel().invoke([HumanMessage(f"{QUESTION}\n{evidence}")]).content)
        print("the writer reads none of the scout's documents:", len(list(writer.documents())) == 1)

        for town in ("Oslo", "Bergen", "Bergen"):
            said = f"Joanna Lind lives in {town}."
            done = remember(planner, said)
            print(f"{done.operation}: {said} ({done.decisions[0].reason})")


if __name__ == "__main__":
    main()
