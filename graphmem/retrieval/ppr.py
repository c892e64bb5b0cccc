"""Personalized PageRank over sentences and entities, its edges weighed by the question.

After HippoRAG (Gutiérrez et al. 2024: entities of the question seed the walk, specific ones weigh
more) and LinearRAG (2025: sentences and entities alone, no triples). Ours differs in three ways: an
edge into a sentence is weighed by the sentence's cosine to the question; a sentence under the
entity's own title is preferred; and the walk is computed on the subgraph that a question touches,
with the edges outside it counted in each entity's denominator.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from graphmem.retrieval import constants
from graphmem.retrieval.subgraph import IntArray, Subgraph
from graphmem.types import FloatArray


@dataclass(frozen=True, slots=True)
class Mass:
    """What a walk leaves: ``sentences`` and ``entities`` sum it over all steps.

    ``down[j]`` and ``up[j]`` are the shares that edge j carries to its sentence and to its entity;
    ``sentence_steps[t]`` and ``entity_steps[t]`` are the mass after step t, from 0.
    """

    sentences: FloatArray
    entities: FloatArray
    down: FloatArray
    up: FloatArray
    sentence_steps: tuple[FloatArray, ...]
    entity_steps: tuple[FloatArray, ...]


_NONE: Final[FloatArray] = np.zeros(0, dtype=np.float32)
NOTHING: Final = Mass(_NONE, _NONE, _NONE, _NONE, (), ())


def transitions(
    graph: Subgraph, idf: FloatArray, cosine: FloatArray | None = None
) -> tuple[FloatArray, FloatArray]:
    """The shares ``down`` (entity to sentence) and ``up`` (sentence to entity) of each edge.

    ``cosine`` is of each edge's sentence to what is asked there, shape (edges,); to the question if absent.
    """
    sentence, entity = graph.edge_sentence, graph.edge_entity
    near = graph.cosine[sentence] if cosine is None else cosine
    pull = graph.affinity * np.exp(near / constants.TEMPERATURE)
    inside = np.bincount(entity, minlength=len(graph.entities))
    light = (
        np.exp(np.quantile(graph.cosine, constants.OUTSIDE_QUANTILE) / constants.TEMPERATURE)
        if len(graph.cosine)
        else 0.0
    )
    outside = np.maximum(graph.degree - inside, 0) * light
    total = np.bincount(entity, pull, minlength=len(graph.entities)) + outside
    specificity = idf[entity]
    of_sentence = np.bincount(sentence, specificity, minlength=len(graph.sentences))
    return (pull / total[entity]).astype(np.float32), (specificity / of_sentence[sentence]).astype(np.float32)


def walk(
    graph: Subgraph,
    idf: FloatArray,
    entity_restart: FloatArray,
    sentence_restart: FloatArray,
    steps: int,
    cosine: FloatArray | None = None,
) -> Mass:
    """Walk ``steps`` steps from the restart masses (shapes (entities,), (sentences,); they sum to 1).

    ``cosine`` as in ``transitions``.
    """
    down, up = transitions(graph, idf, cosine)
    entities, sentences = [entity_restart], [sentence_restart]
    for _ in range(steps):
        to_sentences = _carry(
            graph.edge_sentence, entities[-1][graph.edge_entity] * down, len(graph.sentences)
        )
        to_entities = _carry(graph.edge_entity, sentences[-1][graph.edge_sentence] * up, len(graph.entities))
        sentences.append(constants.DAMPING * to_sentences + (1 - constants.DAMPING) * sentence_restart)
        entities.append(constants.DAMPING * to_entities + (1 - constants.DAMPING) * entity_restart)
    return Mass(
        sentences=np.sum(sentences, axis=0),
        entities=np.sum(entities, axis=0),
        down=down,
        up=up,
        sentence_steps=tuple(sentences),
        entity_steps=tuple(entities),
    )


def _carry(target: IntArray, mass: FloatArray, size: int) -> FloatArray:
    return np.bincount(target, mass, minlength=size).astype(np.float32)
