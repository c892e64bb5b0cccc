"""Lists of titled texts, such as a corpus of articles in one file."""

from __future__ import annotations

from collections.abc import Sequence

from graphmem import identity
from graphmem.ingest.readers.rendering import Rendering
from graphmem.ingest.reading import Reading, storable


def items_reading(uri: str, title: str, items: Sequence[tuple[str, str]], content_hash: str = "") -> Reading:
    """A reading of (title, text) items: each text is a block below its own title.

    With an empty ``title`` the items are independent of each other: a passage's caption is its
    item's title alone, and no passage follows one of another item. Without a ``content_hash`` it
    is that of the text.
    """
    rendering = Rendering()
    for heading, text in items:
        rendering.paragraph(text, " ".join(heading.split()))
    text = rendering.text()
    digest = content_hash or identity.content_hash(text.encode("utf-8", "surrogatepass"))
    return storable(Reading(uri, title, "text", text, rendering.blocks(), digest))
