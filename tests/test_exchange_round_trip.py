"""What is exported comes back: the same facts, whatever is in their names, and nothing twice."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path

import networkx as nx
import pytest
from conftest import opened, put, state
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmem import Memory, schema
from graphmem.errors import InputError
from graphmem.exchange import written
from graphmem.ingest.exchange import bringing, imported, system_of
from graphmem.ingest.pipeline import Report
from graphmem.ingest.sources import Content
from graphmem.statements import Fact

CURIE = """# Marie Curie

Marie Curie was born in Warsaw. She moved to Paris on 5 May 1891 with Bronia. Curie worked for Sorbonne
from 1906 to 1934. Bronia may visit Paris. It rained in Paris every Monday, said Pierre.
"""
TALK = "[2023-05-08 13:56] Bo Bell: I live in Oslo.\n[2024-05-08 13:56] Bo Bell: I live in Rome.\n"
FORMS = {"csv": ".csv", "graphml": ".graphml", "turtle": ".ttl", "jsonld": ".jsonld"}
NOW = datetime(2020, 1, 1, tzinfo=timezone.utc)
HOSTILE = "'\"\\`<>&{}[];,:=+-@|\n\t\r\x01\x0b\x7f\x85\u2028\ufffe\U0001f333é漢a1 "
names = st.text(st.sampled_from(HOSTILE) | st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
printable = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"], include_characters="\n\t\r'\"<&>{}"))
moments = st.none() | st.datetimes(datetime(1000, 1, 1), datetime(2100, 1, 1)).map(
    lambda at: at.replace(tzinfo=timezone(timedelta(hours=2)))
)


@contextmanager
def fresh() -> Iterator[Memory]:
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as memory:
        yield memory


def exported(memory: Memory, form: str) -> Content:
    text = "".join(written(form, memory.store, memory.view, memory.clock(), memory.namespace))
    return Content(f"memory{FORMS[form]}", FORMS[form], text.encode())


def bring(memory: Memory, content: Content, pipeline: str | None = None) -> Report:
    """Import a file as the command does."""
    found = imported(content, system_of(content))
    return bringing.bring(memory, found, pipeline=pipeline)


def facts(memory: Memory) -> dict[str, Fact]:
    """Facts and events by id, which is of who, what, whom, when, how."""
    values = (
        schema.from_record(record)
        for kind in (schema.FACT, schema.EVENT)
        for record in memory.store.scan(memory.view, kind)
    )
    return {value.id: value for value in values if isinstance(value, Fact)}


def seen(memory: Memory) -> set[tuple[object, ...]]:
    return {
        (id, one.predicate, one.relation, one.when, one.negated, one.modality, one.functional, one.confidence)
        for id, one in facts(memory).items()
    }


@pytest.mark.parametrize("form", FORMS)
def test_the_facts_of_texts_come_back_with_time_and_evidence(memory: Memory, form: str) -> None:
    if form in ("turtle", "jsonld"):
        pytest.importorskip("rdflib")
    put(memory, {"curie.md": CURIE, "talk.txt": TALK}, pipeline="english")
    memory.relate("Bo Bell", "is afraid of", "Ice", negated=True)
    memory.rename("Warsaw", "Warszawa")
    content = exported(memory, form)
    with fresh() as other:
        report = bring(other, content)
        assert (report.added, report.errors) == (1, [])
        assert seen(other) == seen(memory) and len(seen(other)) >= 7
        moved = next(one for one in facts(other).values() if "moved to" in one.text)
        (sentence,) = other.evidence(moved)
        assert "She moved to Paris on 5 May 1891 with Bronia." in sentence.text
        before = state(other)
        assert bring(other, content).unchanged == 1 and state(other) == before
        other.forget(content.uri)
        assert not facts(other)


@pytest.mark.parametrize("form", ["graphml", "nt", "xml"])
def test_facts_come_back_through_the_libraries_that_read_them(memory: Memory, form: str) -> None:
    put(memory, {"curie.md": CURIE, "talk.txt": TALK}, pipeline="english")
    if form == "graphml":
        graph = nx.read_graphml(io.BytesIO(exported(memory, form).data), force_multigraph=True)
        file = io.BytesIO()
        nx.write_graphml(graph, file)
        content = Content("again.graphml", ".graphml", file.getvalue())
    else:
        rdflib = pytest.importorskip("rdflib")
        turtle = rdflib.Graph().parse(data=exported(memory, "turtle").data, format="turtle")
        suffix = ".nt" if form == "nt" else ".rdf"
        content = Content(f"again{suffix}", suffix, turtle.serialize(format=form).encode())
    with fresh() as other:
        assert bring(other, content).errors == [] and seen(other) == seen(memory)


def relate_and_compare(form: str, parts: tuple[str, str, str], literal: bool, since: datetime | None) -> None:
    with fresh() as memory:
        until = since + timedelta(days=3) if since else None
        try:
            memory.relate(*parts, literal=literal, since=since, until=until)
        except InputError:
            return
        content = exported(memory, form)
        with fresh() as other:
            assert bring(other, content).errors == []
            assert facts(other).keys() == facts(memory).keys()


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(["csv", "turtle", "jsonld"]), st.tuples(names, names, names), st.booleans(), moments)
def test_any_names_come_back(
    form: str, parts: tuple[str, str, str], literal: bool, since: datetime | None
) -> None:
    if form != "csv":
        pytest.importorskip("rdflib")
    relate_and_compare(form, parts, literal, since)


@settings(max_examples=40, deadline=None)
@given(st.tuples(printable, printable, printable), st.booleans(), moments)
def test_names_that_xml_can_hold_come_back_from_graphml(
    parts: tuple[str, str, str], literal: bool, since: datetime | None
) -> None:
    relate_and_compare("graphml", parts, literal, since)
