"""How to call what cannot be called by its signature alone, and what changes a memory.

A new verb or function that reads needs no line here if its parameters are names, records, or what
``leaks.MADE`` knows how to make. One that writes has one in ``WRITES``.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from itertools import product
from typing import Any, Final

from answering_models import client, repeater
from leak_living import LIVING, retention
from leaks import AT, QUESTION, Given, own

import graphmem
from graphmem import Memory, Query, View, schema, undoing
from graphmem.agent import WorkingMemory, associate
from graphmem.agent import remember as remembered
from graphmem.aio import AsyncMemory
from graphmem.answering.evidence import evidence
from graphmem.answering.fusion import Found
from graphmem.exchange import FORMS, written
from graphmem.exchange.contents import Contents
from graphmem.fading.dormant import touched
from graphmem.forgetting import everything
from graphmem.history import Filter, place
from graphmem.identities import Walk
from graphmem.langchain import (
    GraphMemChatMessageHistory,
    GraphMemRetriever,
    memory_tools,
)
from graphmem.langgraph import GraphMemStore, associate_node, recall_node
from graphmem.lessons import studied
from graphmem.past import Past
from graphmem.receipts import receipt
from graphmem.retrieval.candidates import candidates
from graphmem.retrieval.hits import hits
from graphmem.retrieval.recall import _explore
from graphmem.retrieval.subgraph import Subgraph
from graphmem.retrieval.turns import turn_scores
from graphmem.slots import Dispute, Odds
from graphmem.types import Change

Probe = Callable[[Memory, Given], Any]
Write = Callable[[Memory, str], object]
LONG_AGO: Final = datetime(1, 1, 1, tzinfo=timezone.utc)
FAR_OFF: Final = datetime(9999, 1, 1, tzinfo=timezone.utc)

# Verbs that write, called with one name or id after the other.
WRITES: Final[dict[str, Write]] = {
    "admit": lambda memory, name: (memory.retract(name), memory.admit(name)),
    "correct": lambda memory, name: memory.correct(name, object="Rome"),
    "different": lambda memory, name: memory.different("Ada Byron", name),
    "fade": lambda memory, _: memory.fade(most=0),
    "forget": lambda memory, name: memory.forget(name),
    "forget_all": lambda memory, _: memory.forget_all(),
    "forget_between": lambda memory, _: memory.forget_between(LONG_AGO, FAR_OFF),
    "forget_entity": lambda memory, name: memory.forget_entity(name),
    "move": lambda memory, name: memory.move(name, "Ada Byron", "Ida"),
    "pin": lambda memory, name: memory.pin(name),
    "purge": lambda memory, name: memory.purge(name),
    "relate": lambda memory, name: memory.relate(name, "lives_in", name),
    "rename": lambda memory, name: memory.rename(name, "Ida"),
    "retract": lambda memory, name: memory.retract(name),
    "retype": lambda memory, name: memory.retype(name, "ship"),
    "same": lambda memory, name: memory.same(name, "Ada Byron"),
    "share": lambda memory, name: memory.share(name if name.isalpha() and name.islower() else "theirs"),
    "split": lambda memory, name: memory.split("Ada Byron", "Ida", [name]),
    "stand": lambda memory, name: memory.stand(_dispute(memory, name)),
    "trust": lambda memory, name: memory.trust(name, "untrusted"),
    "restore": lambda memory, name: memory.restore(name, AT - timedelta(days=1)),
    "undo": lambda memory, name: memory.undo(name),
    "unshare": lambda memory, name: memory.unshare(name),
    "reflect": lambda memory, _: memory.reflect(),
    "feedback": lambda memory, name: memory.feedback(memory.recall(QUESTION, 100), useful=[name]),
    "unlearn": lambda memory, _: (
        memory.feedback(found := memory.recall(QUESTION, 100), useful=found),
        memory.unlearn(),
    ),
    "use": lambda memory, name: memory.use([name]),
    "wake": lambda memory, name: memory.wake([name]),
}


def _dispute(memory: Memory, name: str) -> Dispute:
    """A dispute of theirs, as one that was once read could be given."""
    odds = (Odds("at odds", (name, f"{name} too")),)
    return Dispute(id=name, namespace="theirs", slot=name, subject="a", relation="b", odds=odds)


def _walked(memory: Memory, given: Given) -> object:
    """A walk from all units of theirs and mine."""
    steps = Walk(memory.store, memory.view, "mine")
    keys = frozenset(one.unit.profile.id for one in given.values("Named"))
    called = [steps.called(one.id) for one in given.values("Entity")]
    return (
        steps.named(keys),
        called,
        steps.around(keys),
        steps.entity(sorted(keys)),
        steps.names(sorted(keys)),
    )


def _receipt(memory: Memory, _: Given) -> object:
    """What forgetting all of mine would come to."""
    plan = everything(memory.store, View.of("mine"), "mine")
    return receipt(memory.store, View.of("mine"), plan, FAR_OFF)


def _subgraph(memory: Memory, given: Given) -> object:
    """What a subgraph takes in that is asked for all sentences and entities of theirs and mine."""
    graph = Subgraph(memory.store, memory.view, memory.embedder.encode([QUESTION])[0])
    graph.add([*given.theirs, *given.mine])
    graph.expand([one.id for one in given.values("Entity")], 100)
    return graph


def _hits(memory: Memory, given: Given) -> object:
    """Hits of passages that are in no view of mine."""
    query = Query(QUESTION, memory.view, 100)
    vector = memory.embedder.encode([QUESTION])[0]
    found = candidates(memory.store, memory.view, QUESTION, vector)
    explored = _explore(memory.store, query, vector, found, memory.embedder)
    ids = [*given.theirs, *given.mine]
    equals = {id: ids for id in ids}
    return hits(memory.store, query, explored, dict.fromkeys(ids, 1.0), dict.fromkeys(ids, {}), equals)


def _write(memory: Memory, given: Given) -> object:
    """Whether a record of theirs may be changed, removed or taken over: refused alike, be it there or not."""
    said = []
    for record in list(given.theirs.values()):
        for change in (Change(record, None), Change(None, record)):
            try:
                memory.write([change], "steal")
            except (graphmem.GraphMemError, ValueError) as error:
                said.append(str(error).replace(record.id, "ID"))
    assert len(said) == 2 * len(given.theirs)
    return said


def _recall(memory: Memory, given: Given) -> object:
    """All that a question finds in mine; a query of theirs is refused, be there a grant to others or not."""
    for view in (View.of("theirs"), View.of("mine", "theirs"), View.of("third")):
        try:
            raise AssertionError(memory.recall(Query(QUESTION, view, 100)))
        except graphmem.errors.NotShared:
            continue
    questions = (QUESTION, "heron", "Zelda", "Ada Byron", "ash", "What did the heron do on 1 June?")
    return [memory.recall(question, 100) for question in questions]


def _evidence(memory: Memory, given: Given) -> object:
    """What a model is shown of passages of theirs that a view of mine is asked for."""
    hit = memory.recall(QUESTION, 1)[0]
    found = [
        Found(replace(hit, passage=replace(hit.passage, id=id)), {}) for id in (*given.theirs, *given.mine)
    ]
    return evidence(memory.store, memory.view, found, AT, "mine", 10**6)


def _answer(memory: Memory, given: Given) -> object:
    """What a model answers that repeats all that it is shown; a query of theirs is refused."""

    def asked(question: str | Query) -> object:
        return memory.ask(question, client(repeater("Zelda", "heron of Whitby")), 9)

    try:
        raise AssertionError(asked(Query(QUESTION, View.of("theirs"), 9)))
    except graphmem.errors.NotShared:
        return [asked(question) for question in (QUESTION, "heron", "Zelda")]


def _then(memory: Memory, given: Given) -> object:
    """All that can be read of the past, by names and ids of theirs too."""
    with closing(Past(memory.store, own(memory), 100, memory.embedder)) as store:
        read = [
            list(store.commits(View.of(*names))) for names in (("mine",), ("mine", "theirs"), ("theirs",))
        ]
        there = store.get(View.of("mine", "theirs"), [*given.theirs, *given.mine])
    with memory.at(AT) as then:
        found = [list(then.documents()), list(then.history()), list(then.store.info().records.items())]
        return [read, there, found, then.recall(QUESTION, 100), then.to_networkx()]


def _turns(memory: Memory, given: Given) -> object:
    """What turns and records score that a question of a day finds, when both or theirs alone spoke."""
    found = []
    for question in (
        QUESTION,
        "What was said on 8 May?",
        "What did the heron do on 1 June?",
        "And last week?",
    ):
        vector = memory.embedder.encode([question])[0]
        query = Query(question, memory.view, 100, now=datetime(2023, 6, 9, tzinfo=timezone.utc))
        cosine = dict.fromkeys((*given.theirs, *given.mine), 1.0)
        for kind, near in product(schema.SENTENCE_KINDS, ({}, cosine)):
            found.append(turn_scores(memory.store, query, kind, vector, near))
    return found


def _undoings(memory: Memory, given: Given) -> object:
    """What an undo of mine, of an author of both, would do."""
    commits = undoing.chosen(memory.store, own(memory), [(1, 100)], Filter(author="user"))
    return undoing.undoing(memory.store, own(memory), commits), memory.undoing(author="user")


def _histories(memory: Memory, given: Given) -> object:
    """The commits of each name and id."""
    return [list(memory.history(name, newest_first=True)) for name in given.names]


def _contents(memory: Memory, _: Given) -> object:
    """All nodes and links that other programs are given."""
    found = Contents(memory.store, memory.view, AT, "mine")
    return [list(found.nodes()), list(found.links())]


def _exports(memory: Memory, _: Given) -> object:
    """What is written in every format of other programs; RDF in no order, so by its lines."""
    texts = {form: "".join(written(form, memory.store, memory.view, AT, "mine")) for form in FORMS}
    return {form: sorted(text.splitlines()) for form, text in texts.items()}


# Verbs of a memory that are called otherwise than by their signature.
VERBS: Final[dict[str, Probe]] = {
    "ask": _answer,
    "at": _then,
    "close": lambda *_: None,
    "diff": lambda memory, _: (memory.diff(AT - timedelta(days=1)), memory.diff(AT)),
    "embed": lambda memory, given: memory.embed(given.theirs.values()),
    "open": lambda *_: None,  # every other verb is asked of what it opens
    "recall": _recall,
    "retention": retention,
    "view": lambda memory, _: memory.view,
    "write": _write,
}


async def _awaited(memory: Memory) -> Any:
    awaited = AsyncMemory(memory)
    return await awaited.recall(QUESTION, 100), await awaited.documents(), await awaited.history()


def _items(memory: Memory, given: Given) -> Any:
    """Labels are no names of namespaces: those called like others' are below one's own."""
    store = GraphMemStore(memory, pipeline=None)
    found = [store.search(prefix, query=QUESTION, limit=100) for prefix in ((), ("theirs",), ("mine",))]
    return found, store.list_namespaces(), [store.get(("theirs",), name) for name in given.names]


# Functions and classes, by module and name.
CALLS: Final[dict[str, Probe]] = {
    **LIVING,
    "agent.association.associate": lambda memory, _: associate(memory, QUESTION, (), 100),
    "agent.remembering.remember": lambda memory, _: remembered(memory, QUESTION, dry_run=True),
    "agent.working.WorkingMemory": lambda memory, given: [
        WorkingMemory(memory, name).context(QUESTION) for name in given.names
    ],
    "langgraph.nodes.associate_node": lambda memory, _: associate_node(memory, k=100)({"evidence": QUESTION}),
    "langgraph.nodes.recall_node": lambda memory, _: recall_node(memory, k=100)({"question": QUESTION}),
    "answering.asking.ask": _answer,
    "answering.evidence.evidence": _evidence,
    "exchange.contents.Contents": _contents,
    "lessons.studied": lambda memory, _: studied(memory.store, memory.view).weights,
    "exchange.written": _exports,
    "receipts.receipt": _receipt,
    "history.history": _histories,
    "history.place": lambda memory, _: [
        place(memory.store, own(memory), at) for at in (AT, AT - timedelta(1))
    ],
    "fading.dormant.touched": lambda memory, given: touched(
        memory.store,
        own(memory),
        [(one, one.asleep, memory.embedder.encode([one.text])[0]) for one in given.values("Passage")],
    ),
    "identities.Walk": _walked,
    "past.Past": _then,
    "retrieval.hits.hits": _hits,
    "retrieval.subgraph.Subgraph": _subgraph,
    "retrieval.turns.turn_scores": _turns,
    "fading.sleep.Back": _undoings,
    "fading.sleep.back": _undoings,
    "undoing.chosen": _undoings,
    "undoing.undoing": _undoings,
    "aio.AsyncMemory": lambda memory, _: asyncio.run(_awaited(memory)),
    "langchain.chat_history.GraphMemChatMessageHistory": lambda memory, given: [
        GraphMemChatMessageHistory(memory, name).messages for name in given.names
    ],
    "langchain.retriever.GraphMemRetriever": lambda memory, _: GraphMemRetriever(memory=memory, k=100).invoke(
        QUESTION
    ),
    "langchain.tools.memory_tools": lambda memory, _: memory_tools(memory, k=100)[0].invoke(
        {"question": QUESTION}
    ),
    "langgraph.store.GraphMemStore": _items,
}
# Functions that read other namespaces for a reason, or nothing by themselves.
WHOLE: Final[dict[str, str]] = {
    "agent.summary.written": "what it shows a model is what is read for the extracted summary",
    "agent.trace.append": "it only writes what it is given, as ingest does",
    "langgraph.nodes.remember_node": "it answers what remember does",
    "cli.committing.committed": "it calls the verb that it is given",
    "langchain.documents.ingest_documents": "it only writes what it is given, as ingest does",
    "reflection.wording.Wordings": "what it shows a model is what of_day and its like read",
    "purging.Erasure": "what it erases stands in no namespace: probed as a verb",
    "purging.purge": "the same",
}
# Packages whose functions are not asked: stores have a contract of their own, ingest only writes what it is
# given, the pages of ui are read in test_explorer.py, and the tools of mcp in test_mcp_namespaces.py.
ELSEWHERE: Final = (
    "graphmem.stores",
    "graphmem.ingest",
    "graphmem.ui",
    "graphmem.mcp",
    "graphmem.resolution",
)
_READS: Final = re.compile(r"\b(View|Memory|Query)\b")
_FROM: Final = re.compile(r"\b(Store|Memory)\b")


def _is_called(one: object) -> bool:
    return inspect.isfunction(one) or (
        inspect.isclass(one) and not issubclass(one, (BaseException, str, tuple))
    )


def functions() -> Iterator[tuple[str, Callable[..., Any]]]:
    """All public functions and classes of the package that take a memory, or a store and a view of it."""
    for module in pkgutil.walk_packages(graphmem.__path__, "graphmem."):
        if module.name.startswith(ELSEWHERE):
            continue
        for name, one in vars(importlib.import_module(module.name)).items():
            if name.startswith("_") or getattr(one, "__module__", "") != module.name or not _is_called(one):
                continue
            annotations = [str(p.annotation) for p in inspect.signature(one).parameters.values()]
            if any(map(_READS.search, annotations)) and any(map(_FROM.search, annotations)):
                yield f"{module.name}.{name}".removeprefix("graphmem."), one


def verbs() -> list[str]:
    """All public verbs of a memory, whatever class they come from."""
    return sorted(name for name in dir(Memory) if not name.startswith("_"))
