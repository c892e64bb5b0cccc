"""Vector search by the server's index, for views too large to compare one by one.

The index is approximate (HNSW: Malkov & Yashunin 2018), so it is asked for more than is wanted and
what it gives is ranked by the exact cosines.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any, Final

import numpy as np

from graphmem.stores.moments import microseconds
from graphmem.stores.neo4j_connection import Connection
from graphmem.stores.neo4j_migrations import Names, vector_form
from graphmem.stores.neo4j_tables import Neo4jTables, sendable
from graphmem.stores.quantised import VectorMatrix
from graphmem.stores.search import Ranked, ranked, search_vector
from graphmem.stores.sidecar import Scope, Sidecar
from graphmem.stores.tables import Keys
from graphmem.types import FloatArray, View

# Candidates for each one wanted: of 5.26's index, which holds vectors rounded, twice as many give .92 of the
# nearest ten, four times as many .99.
_MORE: Final = 4

# No IN and no OR inside a search: one search for each namespace and kind.
_FILTERED: Final = """
CYPHER 25 MATCH (n:{x}Text)
SEARCH n IN (VECTOR INDEX {x}_embedding FOR $vector WHERE {condition} LIMIT $k)
RETURN collect(n._key)
"""
# Neo4j 5 filters afterwards.
_PLAIN: Final = """
CALL db.index.vector.queryNodes($index, $k, $vector) YIELD node RETURN collect(node._key)
"""


class VectorIndex:
    """The vector index of a store.

    Args:
        connection: to the server.
        names: what is called how.
    """

    def __init__(self, connection: Connection, names: Names) -> None:
        self._connection = connection
        self._names = names
        self._filters: bool | None = None

    def search(
        self,
        sidecar: Sidecar,
        tables: Neo4jTables,
        matrix: VectorMatrix,
        scope: Scope,
        view: View,
        query: FloatArray,
        k: int,
    ) -> Ranked:
        """The k records in view with the greatest cosine to ``query``, as near as the index comes."""
        wanted = _MORE * k
        while wanted < scope.texts and query.any():  # the index takes no zero vector
            tables.note(None)
            keys = self._candidates(view, query, wanted, scope)
            mask = np.zeros(len(scope.mask), dtype=bool)
            mask[keys[keys < len(mask)]] = True
            mask &= scope.mask
            chosen, cosines = matrix.search(query, mask, k)
            # Records that are as near as the last one wanted go by id, so that all of them are needed.
            if k <= len(chosen) < np.count_nonzero(mask):
                return ranked(sidecar, tables, chosen, cosines, k)
            wanted *= 4
        return search_vector(sidecar, tables, matrix, view, query, k)

    def _candidates(self, view: View, query: FloatArray, k: int, scope: Scope) -> Keys:
        vector = query.tolist()
        if self._filters is None:
            form = vector_form(self._connection, self._names)
            self._filters = form is not None and form[1]
        if self._filters:
            found = self._filtered(view, vector, k)
        else:
            share = scope.texts / max(self._size(), 1)
            found = self._plain(vector, int(k / max(share, 1e-6)) + 1)
        return np.unique(np.array(found, dtype=np.int64))

    def _filtered(self, view: View, vector: list[float], k: int) -> list[int]:
        condition = "n.namespace = $namespace"
        parameters: dict[str, Any] = {}
        kinds: Sequence[str | None] = [None]
        if view.kinds is not None:
            condition += " AND n.kind = $kind"
            kinds = sorted(filter(sendable, view.kinds))
        if view.as_of is not None:
            condition += " AND n._valid_at <= $moment AND n._invalid_at > $moment"
            parameters["moment"] = microseconds(view.as_of)
        statement = self._names(_FILTERED.replace("{condition}", condition))
        found: list[int] = []
        for namespace, kind in product(sorted(filter(sendable, view.namespaces)), kinds):
            ((keys,),) = self._connection.read(
                statement, vector=vector, k=k, namespace=namespace, kind=kind, **parameters
            )
            found += keys
        return found

    def _size(self) -> int:
        ((size,),) = self._connection.read(self._names("MATCH (n:{x}Text) RETURN count(n)"))
        return int(size)

    def _plain(self, vector: list[float], k: int) -> list[int]:
        ((keys,),) = self._connection.read(
            _PLAIN, index=self._names("{x}_embedding"), vector=vector, k=min(k, max(self._size(), 1))
        )
        return list(keys)
