"""What ``make screenshots`` runs: the example documents in the explorer, each page as a picture."""

from __future__ import annotations

import os
import sys
import tempfile
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parent.parent
IMAGES: Final = ROOT / "docs" / "images"
QUESTION: Final = "Where was the designer of the Tern buoy born?"

if str(ROOT / "tests") not in sys.path:
    sys.path.insert(0, str(ROOT / "tests"))

if TYPE_CHECKING:
    from browser import Tab


class Shot(NamedTuple):
    """A picture: its name, the address of the page, and the screen."""

    name: str
    path: str
    query: dict[str, str] = {}
    width: int = 1280
    height: int = 800
    scheme: str = "light"


SHOTS: Final = (
    Shot("ask", "", {"q": QUESTION}),
    Shot("graph", "graph", {"id": "Ingrid Solvang"}),
    Shot("record", "record", {"id": "Ingrid Solvang"}),
    Shot("timeline", "timeline"),
    Shot("documents", "documents"),
    Shot("review", "review"),
    Shot("history", "history"),
    Shot("health", "health"),
    Shot("ask-narrow", "", {"q": QUESTION}, width=390, height=800, scheme="dark"),
)


def take(tab: Tab, shot: Shot) -> bytes:
    """A picture of a page, with no more colours than it needs."""
    from PIL import Image

    tab.open(shot.path, **shot.query)
    tab.page.wait_for_timeout(1500)  # what a graph or a chart is still drawing
    picture = Image.open(BytesIO(tab.page.screenshot()))
    small = BytesIO()
    picture.convert("RGB").quantize(128).save(small, "PNG", optimize=True)
    return small.getvalue()


def main() -> None:
    """Read the documents, open the explorer and take all pictures."""
    from browser import Tab, browsing, explorer, missing

    from graphmem import Memory
    from graphmem.ingest import ingest

    if reason := missing("streamlit"):
        sys.exit(f"no picture can be taken: {reason}")
    IMAGES.mkdir(parents=True, exist_ok=True)
    os.chdir(ROOT)  # documents are called by their paths from here
    with tempfile.TemporaryDirectory() as folder:
        store = f"sqlite:///{folder}/memory.db"
        with Memory.open(store, author="Ada") as memory:
            ingest(memory, ["examples/documents"])
        with browsing() as browser, explorer(store, Path(folder) / "log", "--by", "Ada") as address:
            for shot in SHOTS:
                size = {"width": shot.width, "height": shot.height}
                with Tab(browser, address, scheme=shot.scheme, **size) as tab:
                    picture = take(tab, shot)
                (IMAGES / f"{shot.name}.png").write_bytes(picture)
                print(f"docs/images/{shot.name}.png  {len(picture) / 1000:.0f} kB")


if __name__ == "__main__":
    main()
