"""The walk: on a subgraph that holds everything it is personalized PageRank, and its paths are real."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from conftest import opened, put

from graphmem import Memory, schema
from graphmem.identity import entity_id, fold
from graphmem.retrieval import constants
from graphmem.retrieval.path import way_to
from graphmem.retrieval.ppr import Mass, walk
from graphmem.retrieval.subgraph import Subgraph
from graphmem.types import Change, Document, FloatArray, Mention, Passage, Sentence

ENTITIES, SENTENCES = 12, 40
STEPS = 6


def write_graph(memory: Memory, mentions: list[tuple[Mention, ...]]) -> list[str]:
    """A document of one passage whose sentences mention these; the sentences' ids."""
    texts = [f"w{n % 7} w{n % 5} s{n}" for n in range(len(mentions))]
    document = Document(
        id="d", namespace="default", uri="d", title="", kind="text", content_hash="", characters=0
    )
    passage = Passage(
        id="p", namespace="default", document="d", position=0, kind="paragraph", start=0, end=1, text="x"
    )
    sentences = [
        Sentence(
            id=f"s{n:02}",
            namespace="default",
            passage="p",
            position=n,
            start=0,
            end=1,
            text=text,
            mentions=found,
        )
        for n, (text, found) in enumerate(zip(texts, mentions, strict=True))
    ]
    values: list[schema.Value] = [document, passage, *sentences]
    memory.write([Change(None, schema.to_record(value)) for value in values], "graph")
    return [sentence.id for sentence in sentences]


def mention(number: int) -> Mention:
    """Of entity ``number``; entity 0 is a date and entity 1 a title."""
    if number == 0:
        return Mention(name="1999", label="date", role="text", end=1)
    if number == 1:
        return Mention(name="Entity 1", label="title", role="title")
    return Mention(name=f"Entity {number}", label="name", end=1)


def random_graph(memory: Memory, seed: int) -> tuple[Subgraph, list[str]]:
    """All of a random graph in which every sentence mentions something, each entity once."""
    chance = random.Random(seed)
    chosen = [sorted(chance.sample(range(ENTITIES), chance.randint(1, 4))) for _ in range(SENTENCES)]
    ids = write_graph(memory, [tuple(mention(n) for n in numbers) for numbers in chosen])
    graph = Subgraph(memory.store, memory.view, memory.embedder.encode(["w1 w2 s3"])[0])
    graph.add(ids)
    return graph, ids


def restarts(graph: Subgraph) -> tuple[FloatArray, FloatArray]:
    entities = np.zeros(len(graph.entities), dtype=np.float32)
    entities[[2, 5]] = 0.5, 0.3
    sentences = np.zeros(len(graph.sentences), dtype=np.float32)
    sentences[[0, 7]] = 0.15, 0.05
    return entities, sentences


def dense(memory: Memory, graph: Subgraph) -> np.ndarray:
    """The transition matrix, from the records alone; nodes are sentences, then entities."""
    sentences, entities = len(graph.sentences), len(graph.entities)
    matrix = np.zeros((sentences + entities, sentences + entities))
    affinity = np.zeros((sentences, entities))
    vectors = memory.store.vectors(memory.view, graph.sentences)
    for row, id in enumerate(graph.sentences):
        value = memory.find(id)
        assert isinstance(value, Sentence)
        for found in value.mentions:
            column = graph.entity_row[entity_id("default", fold(found.name))]
            affinity[row, column] = 1.0 + constants.DEFINITION * (found.role == "title")
    pull = np.exp(np.array([vectors[id] @ graph.vector for id in graph.sentences]) / constants.TEMPERATURE)
    idf = np.log1p(sentences / (affinity > 0).sum(axis=0))
    idf[graph.entity_row[entity_id("default", "1999")]] *= constants.DATE_WEIGHT
    down = affinity * pull[:, None]
    matrix[:sentences, sentences:] = down / down.sum(axis=0)
    up = (affinity > 0) * idf
    matrix[sentences:, :sentences] = (up / up.sum(axis=1, keepdims=True)).T
    return matrix


@pytest.mark.parametrize("seed", range(5))
def test_the_walk_is_the_one_of_a_dense_matrix(memory: Memory, seed: int) -> None:
    graph, _ = random_graph(memory, seed)
    entities, sentences = restarts(graph)
    mass = walk(graph, graph.idf(SENTENCES), entities, sentences, STEPS)
    restart = np.concatenate((sentences, entities)).astype(float)
    matrix = dense(memory, graph)
    state, total = restart, restart.copy()
    for step in range(1, STEPS + 1):
        state = constants.DAMPING * matrix @ state + (1 - constants.DAMPING) * restart
        total += state
        found = np.concatenate((mass.sentence_steps[step], mass.entity_steps[step]))
        assert found == pytest.approx(state, rel=1e-3, abs=1e-5)
    assert np.concatenate((mass.sentences, mass.entities)) == pytest.approx(total, rel=1e-3, abs=1e-5)


def test_many_steps_end_at_personalized_pagerank(memory: Memory) -> None:
    graph, _ = random_graph(memory, 3)
    entities, sentences = restarts(graph)
    mass = walk(graph, graph.idf(SENTENCES), entities, sentences, 200)
    matrix = dense(memory, graph)
    exact = nx.from_numpy_array(matrix.T, create_using=nx.DiGraph)
    restart = dict(enumerate(np.concatenate((sentences, entities)).tolist()))
    rank = nx.pagerank(exact, alpha=constants.DAMPING, personalization=restart, tol=1e-10, max_iter=1000)
    found = np.concatenate((mass.sentence_steps[-1], mass.entity_steps[-1]))
    assert found == pytest.approx([rank[n] for n in range(len(rank))], rel=1e-3, abs=1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_no_mass_is_lost_where_the_subgraph_holds_everything(memory: Memory, seed: int) -> None:
    graph, _ = random_graph(memory, seed)
    mass = walk(graph, graph.idf(SENTENCES), *restarts(graph), STEPS)
    for step in zip(mass.sentence_steps, mass.entity_steps, strict=True):
        assert sum(float(part.sum()) for part in step) == pytest.approx(1, abs=1e-4)
    assert all((part >= 0).all() for part in (mass.sentences, mass.entities))


def test_no_mass_is_lost_where_a_sentence_names_its_own_title(memory: Memory) -> None:
    both = (mention(1), Mention(name="Entity 1", label="name", end=1))
    ids = write_graph(memory, [both, both, (mention(2), mention(1))])
    graph = Subgraph(memory.store, memory.view, memory.embedder.encode(["w1"])[0])
    graph.add(ids)
    entities = np.array([1.0, 0.0], dtype=np.float32)
    mass = walk(graph, graph.idf(3), entities, np.zeros(3, dtype=np.float32), 1)
    assert float(mass.sentence_steps[1].sum()) == pytest.approx(constants.DAMPING, abs=1e-4)


def test_edges_outside_the_subgraph_take_their_share(memory: Memory) -> None:
    whole, ids = random_graph(memory, 1)
    part = Subgraph(memory.store, memory.view, whole.vector)
    part.add(ids[:10])
    entities = np.zeros(len(part.entities), dtype=np.float32)
    entities[0] = 1.0
    mass = walk(part, part.idf(SENTENCES), entities, np.zeros(10, dtype=np.float32), 1)
    inside = int((part.edge_entity == 0).sum())
    assert part.degree[0] > inside
    assert 0 < float(mass.sentence_steps[1].sum()) < constants.DAMPING


def columns(graph: Subgraph) -> tuple[object, ...]:
    arrays = (graph.edge_sentence, graph.edge_entity, graph.affinity, graph.cosine, graph.degree)
    return (*(a.tolist() for a in arrays), graph.sentences[:], graph.entities[:], dict(graph.passage_of))


def test_what_is_there_is_not_added_again(memory: Memory) -> None:
    graph, ids = random_graph(memory, 2)
    before = columns(graph)
    graph.add(ids)
    graph.add([])
    graph.add([ids[3], ids[3]])
    assert columns(graph) == before


def test_adding_bit_by_bit_gives_the_same_edges(memory: Memory) -> None:
    graph, ids = random_graph(memory, 2)
    other = Subgraph(memory.store, memory.view, graph.vector)
    for id in reversed(ids):
        other.add([id, id])

    def edges(g: Subgraph) -> set[tuple[str, str, float, float]]:
        rows = zip(g.edge_sentence, g.edge_entity, g.affinity, strict=True)
        return {(g.sentences[s], g.entities[e], float(a), float(g.degree[e])) for s, e, a in rows}

    assert edges(graph) == edges(other) and len(edges(graph)) == len(graph.affinity)


def test_expanding_takes_in_all_sentences_of_an_entity_or_the_best(memory: Memory) -> None:
    whole, ids = random_graph(memory, 4)
    entity = whole.entities[3]
    named = {
        whole.sentences[s] for s, e in zip(whole.edge_sentence, whole.edge_entity, strict=True) if e == 3
    }
    graph = Subgraph(memory.store, memory.view, whole.vector)
    graph.expand([entity], 1000)
    assert set(graph.sentences) == named and len(named) > 2
    few = Subgraph(memory.store, memory.view, whole.vector)
    few.expand([entity], 2)
    best = sorted(named, key=lambda id: (-whole.cosine[whole.sentence_row[id]], id))[:2]
    assert set(few.sentences) == set(best)


def test_a_hub_is_never_expanded(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    mentions = [(mention(2), mention(3)) if n < 3 else (mention(2),) for n in range(8)]
    write_graph(memory, mentions)
    monkeypatch.setattr(constants, "HUB", 5)
    graph = Subgraph(memory.store, memory.view, memory.embedder.encode(["w1"])[0])
    graph.expand([entity_id("default", "entity 2")], 1000)
    assert graph.sentences == []
    graph.expand([entity_id("default", "entity 2"), entity_id("default", "entity 3")], 1000)
    assert len(graph.sentences) == 3, "the other is, and its sentences keep the hub"
    assert len(graph.entities) == 2


def test_recall_does_not_read_all_of_a_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[str] = []
    add = Subgraph.add

    def counted(self: Subgraph, ids: list[str]) -> None:
        found = list(ids)
        taken.extend(found)
        add(self, found)

    monkeypatch.setattr(Subgraph, "add", counted)
    for name, value in {"HUB": 5, "BY_VECTOR": 2, "BY_KEYWORD": 2}.items():
        monkeypatch.setattr(constants, name, value)
    with opened(tmp_path) as memory:
        put(memory, {f"{n}.md": f"# Page {n}\n\nIt was in Bergen {'x' * n}.\n" for n in range(20)})
        assert memory.recall("What was in Bergen?").hits
        assert len(set(taken)) <= 4, "the candidates alone"


@pytest.mark.parametrize("seed", range(5))
def test_a_way_is_a_path_of_the_graph_that_ends_at_the_sentence(memory: Memory, seed: int) -> None:
    graph, ids = random_graph(memory, seed)
    mass: Mass = walk(graph, graph.idf(SENTENCES), *restarts(graph), STEPS)
    linked = {graph.entities[2], graph.entities[5]}
    edges = {
        (graph.sentences[s], graph.entities[e])
        for s, e in zip(graph.edge_sentence, graph.edge_entity, strict=True)
    }
    for row, id in enumerate(graph.sentences):
        way = way_to(graph, mass, row, linked)
        assert 1 <= len(way) <= constants.LONGEST_WAY and way[-1][:2] == ("sentence", id)
        assert len({node for _, node, _ in way}) == len(way)
        for (kind, one, _), (other_kind, other, _) in pairwise(way):
            assert kind != other_kind
            assert ((one, other) if kind == "sentence" else (other, one)) in edges
        assert not any(node in linked for _, node, _ in way[1:]), "it begins where the question begins"
        assert all(np.isfinite(held) and held >= 0 for _, _, held in way)
