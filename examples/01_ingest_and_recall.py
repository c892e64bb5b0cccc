"""Put documents into a memory, ask, see why, and take one back."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from graphmem import Memory
from graphmem.ingest import ingest

DOCUMENTS = Path(__file__).parent / "documents"


def main(store: str) -> None:
    """Run the example on a store."""
    with Memory.open(store) as memory:
        report = ingest(memory, [str(DOCUMENTS)])
        print(f"{report.added} documents are in the memory")

        question = "Where was the designer of the Tern buoy born?"
        ranking = memory.recall(question, k=3)
        print(question)
        for hit in ranking:
            print(f"  {hit.score:.2f} {Path(hit.document.uri).name}: {hit.evidence.text}")
        print("because:", " -> ".join(step.text for step in ranking[0].path))

        receipt = memory.forget(str(DOCUMENTS / "ingrid-solvang.md"))
        print("forgotten:", dict(receipt.removed))
        assert receipt.commit is not None
        memory.undo(receipt.commit.id)
        print("and back:", memory.document(str(DOCUMENTS / "ingrid-solvang.md")).title)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(sys.argv[1])
    else:
        with tempfile.TemporaryDirectory() as folder:
            main(f"sqlite:///{folder}/example.db")
