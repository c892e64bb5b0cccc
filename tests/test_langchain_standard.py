"""The suite by which LangChain's own retrievers are tested."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import opened, put

from graphmem import Memory

pytest.importorskip("langchain_tests", reason="langchain-tests is not installed: pip install 'graphmem[dev]'")

from langchain_tests.integration_tests import RetrieversIntegrationTests

from graphmem.langchain import GraphMemRetriever


class TestGraphMemRetriever(RetrieversIntegrationTests):
    @pytest.fixture(autouse=True)
    def _memory(self, tmp_path: Path) -> Iterator[None]:
        with opened(tmp_path) as memory:
            put(
                memory,
                {f"{tree}.txt": f"Ada Byron planted the {tree}.\n" for tree in ("ash", "elm", "oak", "yew")},
            )
            self.memory = memory
            yield

    memory: Memory

    @property
    def retriever_constructor(self) -> type[GraphMemRetriever]:
        return GraphMemRetriever

    @property
    def retriever_constructor_params(self) -> dict[str, Any]:
        return {"memory": self.memory}

    @property
    def retriever_query_example(self) -> str:
        return "Who planted the ash?"
