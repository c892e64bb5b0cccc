"""What ``make screenshots`` runs: the example documents in the explorer, each page as a picture."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from datetime import datetime, timedelta, timezone
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

    from graphmem import Memory

_PATIENCE: Final = 180_000.0  # milliseconds: the first page waits for the models to be loaded


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
    Shot("timeline", "timeline", {"from": "2022-03", "to": "2022-07"}, height=1060),
    Shot("notes", "notes", {"kind": "routine"}),
    Shot("retention", "retention", {"order": "most"}),
    Shot("tasks", "tasks"),
    Shot("documents", "documents"),
    Shot("review", "review"),
    Shot("history", "history"),
    Shot("health", "health"),
    Shot("ask-narrow", "", {"q": QUESTION}, width=390, height=800, scheme="dark"),
    Shot("retention-narrow", "retention", {"order": "most"}, width=390, height=800, scheme="dark"),
)


ROUND: Final = datetime(2022, 3, 7, 8, tzinfo=timezone.utc)
GOAL: Final = "plan the winter in the Denmark Strait"


def calendar() -> str:
    """A calendar in JSON with what recurs: a round each Monday, one missed and one late, and a choir."""
    weeks = [week for week in range(14) if week != 5]
    rounds = [ROUND + timedelta(weeks=week, days=week == 9) for week in weeks]
    evenings = [ROUND + timedelta(days=3 + 14 * number, hours=11) for number in range(10)]
    told = [("Round of the harbour", "Bergen", at) for at in rounds]
    told += [("Choir of the institute", "Gdynia", at) for at in evenings]
    return json.dumps(
        [
            {"title": title, "start_time": f"{at:%Y-%m-%d %H:%M:%S}", "place": place}
            for title, place, at in told
        ]
    )


def live(memory: Memory) -> None:
    """Let a memory read a calendar, reflect, be of use, and have work to do."""
    from graphmem.agent import TaskGraph
    from graphmem.ingest import ingest_sources
    from graphmem.ingest.sources import Source

    ingest_sources(memory, [Source("calendar.json", ".json", data=calendar().encode())])
    memory.reflect()
    found = memory.recall(QUESTION)
    memory.feedback(found, useful=found[:2], not_useful=found[3:4])
    captain = memory.recall("Who is the captain of the Aurelia?", 1)
    memory.use(captain, "cited")
    tasks = TaskGraph(memory)
    tasks.add(GOAL)
    for step in ("find the captain", "charter a second ship", "calibrate thirty new buoys"):
        tasks.add(step, step_of=GOAL)
    tasks.add("write to the captain", step_of=GOAL, needs=["find the captain"])
    tasks.add("ask the board for money", needs=["charter a second ship"])
    tasks.done("find the captain", "Joanna Lind", shows=[captain[0].passage.id])
    tasks.start("write to the captain")


def take(tab: Tab, shot: Shot) -> bytes:
    """A picture of a page, with no more colours than it needs."""
    from PIL import Image

    tab.page.set_default_timeout(_PATIENCE)
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
            live(memory)
        with browsing() as browser, explorer(store, Path(folder) / "log", "--by", "Ada") as address:
            for shot in SHOTS:
                size = {"width": shot.width, "height": shot.height}
                with Tab(browser, address, scheme=shot.scheme, **size) as tab:
                    picture = take(tab, shot)
                (IMAGES / f"{shot.name}.png").write_bytes(picture)
                print(f"docs/images/{shot.name}.png  {len(picture) / 1000:.0f} kB")


if __name__ == "__main__":
    main()
