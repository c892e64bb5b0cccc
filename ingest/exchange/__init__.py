"""Imports from other memories and graph formats: one system or format a file, all read as sources are.

What a system holds as text is read like any text; what it states outright, as a triple or as an edge with its
time, is stated outright here too (``told``), with the words that it has for it as evidence.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Final

from graphmem.errors import InputError
from graphmem.ingest.exchange.imported import Imported
from graphmem.ingest.exchange.values import value_of
from graphmem.ingest.sources import Content

__all__ = ["RDF_FORMS", "SYSTEMS", "imported", "system_of"]

RDF_FORMS: Final = {
    ".ttl": "turtle",
    ".n3": "turtle",
    ".nt": "nt",
    ".nq": "nquads",
    ".trig": "trig",
    ".rdf": "xml",
    ".owl": "xml",
    ".jsonld": "json-ld",
}
"""What rdflib calls the form that a suffix promises."""
_SUFFIXES: Final = {".graphml": "graphml", ".csv": "csv", ".tsv": "csv", **dict.fromkeys(RDF_FORMS, "rdf")}
_JSON: Final = {
    "neo4j-agent-memory": "agent_memory",
    "graphiti": "graphiti",
    "langgraph": "langgraph",
    "langmem": "langgraph",
    "mem0": "mem0",
}
"""Systems whose exports are JSON, by the module that reads and knows them; the surest first."""
SYSTEMS: Final = ("graphmem", *_JSON, "graphml", "csv", "rdf")
"""What ``graphmem import --from`` may be told."""


def system_of(content: Content) -> str:
    """The system or format that wrote a file, by its suffix, or else by what is in it.

    Raises:
        SourceError: it is of none that is known; the message says which are.
    """
    if content.suffix in _SUFFIXES:
        return _SUFFIXES[content.suffix]
    head = content.data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head[:1] in (b"{", b"["):
        value = value_of(content)
        for system, module in _JSON.items():
            if _module(module).fits(value):
                return system
        if _linked_data(value):
            return "rdf"
    elif b"<graphml" in head:
        return "graphml"
    elif b"<rdf:RDF" in head or head.lower().startswith((b"@prefix", b"prefix ", b"@base")):
        return "rdf"
    raise content.error(
        "it cannot be told who wrote this: say it with --from"
        f" ({', '.join(SYSTEMS)}), or read it as a document with 'graphmem ingest'; nothing was imported"
    )


def imported(content: Content, system: str) -> Imported:
    """The documents of a file that a system wrote, or that is in a format.

    Raises:
        InputError: there is no such system.
        SourceError: the file is broken as a whole, or is not of this system.
        MissingExtra: the format needs a package that is not installed.
    """
    if system == "rdf":
        return _rdf(content)
    module = _JSON.get(system, system if system in SYSTEMS else "")
    if not module or system == "graphmem":
        raise InputError(f"{system!r} is no system that can be read: say {', '.join(SYSTEMS)}")
    found: Imported = _module(module).read(content)
    if not found.readings and not found.errors:
        raise content.error(f"there is nothing in it that {system} holds; nothing was imported")
    return found


def _rdf(content: Content) -> Imported:
    head = content.data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    form = (
        "json-ld" if head[:1] in (b"{", b"[") else "xml" if head[:1] == b"<" and b"<rdf" in head else "turtle"
    )
    import_module("graphmem.exchange.vocabulary")  # says which extra it lacks
    read: Callable[[Content, str], Imported] = _module("rdf").read
    return read(content, RDF_FORMS.get(content.suffix, form))


def _linked_data(value: object) -> bool:
    one = value[0] if isinstance(value, list) and value else value
    return isinstance(one, dict) and any(key in one for key in ("@context", "@graph", "@id", "@type"))


def _module(name: str) -> ModuleType:
    # Imported here: some need an extra, others a library that no other command waits for.
    return import_module(f"graphmem.ingest.exchange.{name}")
