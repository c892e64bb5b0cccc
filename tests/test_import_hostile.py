"""No file of another program stops an import with anything but an error that says what is wrong with it."""

from __future__ import annotations

import copy
import json
from typing import Any

import foreign
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_exchange_round_trip import fresh
from test_import_memories import EXPORTS as OF_SYSTEMS

from graphmem.errors import InputError, MissingExtra
from graphmem.ingest.exchange import imported, system_of
from graphmem.ingest.exchange.bringing import bring
from graphmem.ingest.sources import Content

EXPORTS = {**OF_SYSTEMS, "graph": foreign.AGENT_MEMORY_GRAPH}
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
values = st.recursive(
    scalars,
    lambda one: st.lists(one, max_size=3) | st.dictionaries(st.text(max_size=5), one, max_size=3),
)
SUFFIXES = ["", ".json", ".jsonl", ".csv", ".tsv", ".graphml", ".ttl", ".nt", ".rdf", ".jsonld"]
STARTS = [b"", b"<graphml>", b"@prefix a: <x> . ", b"subject,predicate,object\n", b"{", b"<"]


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every place in a JSON value: what holds it, and its key there."""
    found: list[tuple[Any, Any]] = []
    waiting = [value]
    while waiting:
        one = waiting.pop()
        keys = list(one) if isinstance(one, dict) else range(len(one)) if isinstance(one, list) else []
        found += [(one, key) for key in keys]
        waiting += [one[key] for key in keys]
    return found


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(sorted(EXPORTS)), st.integers(0, 10_000), values, st.booleans())
def test_whatever_stands_in_a_place_the_rest_comes_in(
    system: str, place: int, value: Any, drop: bool
) -> None:
    whole = copy.deepcopy(EXPORTS[system])
    system = "neo4j-agent-memory" if system == "graph" else system
    holders = places(whole)
    holder, key = holders[place % len(holders)]
    if drop:
        del holder[key]
    else:
        holder[key] = value
    data = json.dumps(whole).encode()
    try:
        found = imported(Content("dump.json", ".json", data), system)
    except InputError:
        return
    with fresh() as memory:
        bring(memory, found, pipeline=None)
        again = bring(memory, imported(Content("dump.json", ".json", data), system), pipeline=None)
        assert (again.added, again.replaced) == (0, 0)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["", ".json", ".jsonl", ".csv", ".tsv", ".graphml", ".ttl", ".nt", ".rdf", ".jsonld"]),
    st.data(),
)
def test_any_bytes_are_refused_or_read(suffix: str, data: st.DataObject) -> None:
    if suffix in (".ttl", ".nt", ".rdf", ".jsonld"):
        pytest.importorskip("rdflib")
    written = values.map(lambda value: json.dumps(value).encode())
    given_ = data.draw(st.builds(bytes.__add__, st.sampled_from(STARTS), st.binary(max_size=60) | written))
    content = Content(f"x{suffix}", suffix, given_)
    try:
        imported(content, system_of(content))
    except (InputError, MissingExtra):
        pass
