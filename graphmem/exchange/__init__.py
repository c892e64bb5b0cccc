"""What a memory holds in the formats of other programs; ``graphmem.export`` is the lossless one.

One format a file. Each is written from the same nodes and links (``contents``) or facts (``claims``), so
that none of them can show what another hides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import PurePath
from typing import Final, TypeAlias

from graphmem.errors import InputError
from graphmem.exchange import csv, cypher, graphml, rdf
from graphmem.stores.base import Store
from graphmem.types import View

Writer: TypeAlias = Callable[[Store, View, datetime, str], Iterator[str]]

OWN: Final = "graphmem"
FORMS: Final[dict[str, Writer]] = {
    "graphml": graphml.written,
    "cypher": cypher.written,
    "jsonld": rdf.jsonld,
    "turtle": rdf.turtle,
    "csv": csv.written,
}
"""How each format is written: pieces of text, of a view at a moment, as a namespace reads it."""
SUFFIXES: Final = {
    ".graphml": "graphml",
    ".cypher": "cypher",
    ".cql": "cypher",
    ".jsonld": "jsonld",
    ".ttl": "turtle",
    ".csv": "csv",
    ".jsonl": OWN,
}


def form_of(file: str, form: str = "") -> str:
    """The format that is asked for, else the one that a file's suffix tells, else the lossless one.

    Raises:
        InputError: there is no such format.
    """
    if not form:
        return SUFFIXES.get(PurePath(file).suffix.lower(), OWN)
    if form != OWN and form not in FORMS:
        raise InputError(f"{form!r} is no format of an export: say {', '.join((OWN, *FORMS))}")
    return form


def written(form: str, store: Store, view: View, at: datetime, reader: str) -> Iterator[str]:
    """A view in a format, in pieces of text; facts stand as told ``at`` a moment, as a ``reader`` trusts.

    Raises:
        InputError: there is no such format.
        MissingExtra: the format needs a package that is not installed.
    """
    if form not in FORMS:
        raise InputError(f"{form!r} is no format of an export: say {', '.join(FORMS)}")
    return FORMS[form](store, view, at, reader)
