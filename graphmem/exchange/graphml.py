"""GraphML: read by networkx, Gephi, yEd, igraph and others.

GraphML has no lists and no moments: a list is written as JSON, a moment as ISO text. XML cannot hold control
characters, nor half a character: each becomes U+FFFD.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from graphmem.exchange.contents import LINK_FIELDS, NODE_FIELDS, Contents, Field
from graphmem.stores.base import Store
from graphmem.types import View

_UNWRITABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 cannot hold, even escaped."""
_TYPES: Final = {str: "string", int: "int", float: "double", bool: "boolean"}
_HEAD: Final = """<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns" \
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns \
http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">
"""


def plain(field: Field) -> str | int | float | bool:
    """A field as GraphML holds it: text that XML can write, a list as JSON, a moment as ISO text."""
    if isinstance(field, datetime):
        return field.isoformat()
    if isinstance(field, list):
        return plain(json.dumps(field, ensure_ascii=False))
    return _UNWRITABLE.sub("\ufffd", field) if isinstance(field, str) else field


def _text(field: Field) -> str:
    value = plain(field)
    if isinstance(value, bool):
        return "true" if value else "false"
    # A reader of XML makes a line feed of a carriage return that is not written as a reference.
    return escape(str(value), {"\r": "&#13;"})


def _data(prefix: str, row: Mapping[str, Field]) -> str:
    return "".join(f'<data key="{prefix}_{name}">{_text(field)}</data>' for name, field in row.items())


def _keys() -> Iterator[str]:
    for prefix, domain, fields in (("n", "node", NODE_FIELDS), ("e", "edge", LINK_FIELDS)):
        for name, kind in fields.items():
            form = _TYPES.get(kind, "string")
            yield f'<key id="{prefix}_{name}" for="{domain}" attr.name="{name}" attr.type="{form}"/>\n'


def written(store: Store, view: View, at: datetime, reader: str) -> Iterator[str]:
    """A view as GraphML, a line each node and edge; ``contents`` says of what."""
    contents = Contents(store, view, at, reader)
    yield _HEAD
    yield from _keys()
    yield '<graph edgedefault="directed">\n'
    for node in contents.nodes():
        yield f"<node id={quoteattr(node.id)}>{_data('n', node.row)}</node>\n"
    for number, link in enumerate(contents.links()):
        ends = f"source={quoteattr(link.source)} target={quoteattr(link.target)}"
        yield f'<edge id="{number}" {ends}>{_data("e", link.row)}</edge>\n'
    yield "</graph>\n</graphml>\n"
