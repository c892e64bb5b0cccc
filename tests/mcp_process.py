"""``graphmem`` as a process of its own with an encoder that needs no model, for tests of the MCP server."""

from __future__ import annotations

from graphmem.cli import main
from graphmem.testing import HashEmbedder
from graphmem.verbs import opened

if __name__ == "__main__":
    opened.SentenceEncoder = HashEmbedder  # type: ignore[assignment, misc]
    main()
