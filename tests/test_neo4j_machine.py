"""On Neo4j too, whatever is done to a memory, and taken back, it is what a plain-Python model says."""

from __future__ import annotations

import os
from itertools import count

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from neo4j_stores import Neo4jStores

pytest.importorskip("spacy")

from machine import Machine  # noqa: E402

from graphmem.projection import SCHEMA  # noqa: E402
from graphmem.stores.base import Store  # noqa: E402

STEPS = int(os.environ.get("GRAPHMEM_NEO4J_MACHINE_STEPS", "1000"))


def test_a_memory_on_neo4j_is_what_its_model_says(neo4j_stores: Neo4jStores) -> None:
    runs = count()

    class OnNeo4j(Machine):
        """Each run has a store that is empty; that of the run before is given back."""

        def opened(self, name: str) -> Store:
            neo4j_stores.give_back()
            return neo4j_stores.open(next(runs), SCHEMA)

    Machine.told.clear()
    while Machine.told["steps"] < STEPS:
        run_state_machine_as_test(
            OnNeo4j,
            settings=settings(
                max_examples=5,
                stateful_step_count=50,
                deadline=None,
                database=None,
                derandomize=False,  # the same examples again and again would tell nothing new
                print_blob=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
