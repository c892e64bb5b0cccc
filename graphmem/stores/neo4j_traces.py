"""Where texts stand in the nodes of a Neo4j store; what the server's files hold besides, no query tells."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from graphmem.stores.neo4j_check import links
from graphmem.stores.neo4j_connection import Connection
from graphmem.stores.neo4j_migrations import Names
from graphmem.stores.neo4j_tables import term_token
from graphmem.stores.words import text_terms

_PAGE: Final = 2000
_NODES: Final = """
MATCH (n:{x}) WHERE n._key > $after AND n._key <= $after + $page
RETURN n.id, n{.*, embedding: null, _vector: null, _tokens: null}
"""
_OTHERS: Final = "MATCH (n:{x}Meta|{x}Namespace|{x}Keys) RETURN labels(n)[0], n{.*, _hash: null}"


def traces(connection: Connection, names: Names, texts: Collection[str]) -> list[str]:
    """See ``Store.traces``: every property of every node, and what is compressed of commits."""
    wanted = list(dict.fromkeys(filter(None, texts)))
    tokens = {text: token for text in wanted if (token := _token(text))}
    return [*_in_nodes(connection, names, wanted, tokens), *_in_log(connection, names, wanted)]


def _token(text: str) -> str | None:
    """How the word index holds a word; None of a text of several, which may each stand there on their own."""
    (terms,) = text_terms([text])
    return term_token(next(iter(terms))) if len(terms) == 1 else None


def _in_nodes(
    connection: Connection, names: Names, texts: Sequence[str], tokens: Mapping[str, str]
) -> Iterator[str]:
    ((last,),) = connection.read(names("MATCH (k:{x}Keys) RETURN k.last"))
    pages = (connection.read(names(_NODES), after=after, page=_PAGE) for after in range(0, last, _PAGE))
    for page in (*[connection.read(names(_OTHERS))], *pages):
        rows = [(name, "\n".join(map(str, fields.values()))) for name, fields in page]
        words = {word for _, fields in page for word in str(fields.get("_words") or "").split()}
        whole = "\n".join(told for _, told in rows)
        for text in texts:
            if text in whole:
                yield from (f"{text!r} in node {name}" for name, told in rows if text in told)
            elif tokens.get(text) in words:
                yield f"{text!r} in the word index, as {tokens[text]!r}"


def _in_log(connection: Connection, names: Names, texts: Sequence[str]) -> Iterator[str]:
    for row, _ in links(connection, names):
        told = "\n".join((row[1], row[3], row[5], zlib.decompress(row[-1]).decode()))
        yield from (f"{text!r} in commit {row[0]}" for text in texts if text in told)
