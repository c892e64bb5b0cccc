"""The explorer in Chromium at scale: ``python -m benchmarks.explorer --passages 100000 --keep FOLDER``.

A person's clicks are made in a real browser, on a real server, over a memory of so many passages
(``benchmarks.library``). Each is timed in the page itself, from the click or the key until the server's
script has run and the last of what it drew stands there. The first of a kind is not counted, and told apart:
it reads what the explorer keeps for all sessions.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmarks import library
from benchmarks.datasets import DEFAULT_DATA, corpus, questions
from benchmarks.measures import percentile, table
from benchmarks.multihop import SETS
from graphmem import schema
from graphmem.memory import Memory
from graphmem.testing import HashEmbedder

if TYPE_CHECKING:
    from browser import Tab

TESTS: Final = Path(__file__).resolve().parent.parent / "tests"
ROUNDS: Final = 20
_PATIENCE: Final = 300_000  # milliseconds for what is not counted: what is read once for all sessions
# Set before a click. What it brought is there when the script does not run, nothing is stale, and nothing
# came for a while; a run that is over before its beginning was drawn is known by what changed.
_WATCH: Final = """() => {
  const app = document.querySelector("[data-test-script-state]");
  const still = () => app.dataset.testScriptState === "notRunning"
    && !document.querySelector("[data-stale=true], [data-testid=stSkeleton]");
  const kinds = ["pointerdown", "keydown"];
  let begun = 0, ran = false, last = 0, since = 0;
  window.taken = 0;
  const begin = (event) => { if (event.isTrusted && !begun) begun = performance.now(); };
  const seen = new MutationObserver((changes) => {
    if (!begun) return;
    ran ||= app.dataset.testScriptState !== "notRunning";
    if (changes.some((one) => one.type !== "attributes")) last = performance.now();
  });
  const look = (now) => {
    since = still() ? since || now : 0;
    const end = Math.max(last, since);
    if (begun && since && last && now - end > (ran ? 100 : 1000)) {
      seen.disconnect();
      for (const kind of kinds) window.removeEventListener(kind, begin, { capture: true });
      window.taken = end - begun;
    } else requestAnimationFrame(look);
  };
  for (const kind of kinds) window.addEventListener(kind, begin, { capture: true });
  seen.observe(app, { attributes: true, childList: true, characterData: true, subtree: true });
  requestAnimationFrame(look);
}"""
# Where a node is drawn that is not selected, and nothing lies over it: the one farthest to the left.
_OTHER: Final = """(box) => {
  const nodes = box._cyreg?.cy.nodes(":unselected").sort((a, b) => a.position("x") - b.position("x"));
  return nodes?.length && [nodes[0].renderedPosition().x, nodes[0].renderedPosition().y];
}"""
_PAINTED: Final = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"


class Clicks:
    """Milliseconds of each click by what it does; the first of a kind stands apart."""

    def __init__(self, tab: Tab) -> None:
        self.tab = tab
        self.first: dict[str, float] = {}
        self.ms: dict[str, list[float]] = {}

    def time(self, what: str, click: Callable[[], Any]) -> None:
        """Make a click that runs the page again, and time it."""
        self.tab.settle()
        self.tab.page.evaluate(_WATCH)
        click()
        self.tab.page.wait_for_function("() => window.taken", timeout=_PATIENCE)
        taken = float(self.tab.page.evaluate("() => window.taken"))
        if what in self.first:
            self.ms.setdefault(what, []).append(taken)
        else:
            self.first[what] = taken

    def opened(self, what: str, path: str, **query: str) -> None:
        """Open an address anew, as a link that was sent; timed from the address to the settled page."""
        self.tab.open(path, **query)
        self.tab.page.evaluate("() => new Promise((done) => requestAnimationFrame(done))")
        self._add(f"{what}, opened", float(self.tab.page.evaluate("() => performance.now()")))
        self._add(f"{what}, first paint", float(self.tab.page.evaluate(_PAINTED)))

    def _add(self, what: str, taken: float) -> None:
        if what in self.first:
            self.ms.setdefault(what, []).append(taken)
        else:
            self.first[what] = taken

    def figures(self) -> dict[str, dict[str, float]]:
        """p50, p95, the longest and the first, in milliseconds."""
        return {
            what: {
                "clicks": len(self.ms.get(what, ())),
                "p50": round(percentile(self.ms.get(what, [first]), 50)),
                "p95": round(percentile(self.ms.get(what, [first]), 95)),
                "longest": round(max(self.ms.get(what, [first]))),
                "first": round(first),
            }
            for what, first in self.first.items()
        }


def names_in(store: str) -> list[str]:
    """Ids of people and places that many sentences name, from all over the store: the heaviest pages."""
    with Memory.open(store, embedder=HashEmbedder(), create=False) as memory:
        documents = [one.id for one in memory.documents()]
        step = max(len(documents) // (2 * ROUNDS), 1)
        best: list[str] = []
        for id in documents[::step]:
            parts = memory.store.neighbours(memory.view, [id], [schema.PART_OF], "in").source
            sentences = memory.store.neighbours(memory.view, parts, [schema.PART_OF], "in").source
            edges = memory.store.neighbours(memory.view, sentences, [schema.MENTIONS], "out")
            new = set(edges.target).difference(best)
            best.append(max(new, key=lambda one: (edges.degree[one], one)))
    return best


Walk = Callable[[Clicks, Iterator[str], Iterator[str]], None]


def _ask(clicks: Clicks, asked: Iterator[str], names: Iterator[str]) -> None:
    tab = clicks.tab
    field = tab.page.get_by_label("Question", exact=True)
    field.fill(next(asked))
    clicks.time("ask: a question", lambda: field.press("Enter"))
    choice = tab.page.get_by_label("Why was it found?")
    choice.click()
    clicks.time("ask: why another passage", tab.page.get_by_role("option").nth(1).click)


def _graph(clicks: Clicks, asked: Iterator[str], names: Iterator[str]) -> None:
    tab = clicks.tab
    tab.open("graph", id=next(names))
    box = tab.page.locator("[role=application]")
    x, y = tab.page.wait_for_function(_OTHER, arg=box.element_handle()).json_value()
    clicks.time("graph: a node", lambda: box.click(position={"x": x, "y": y}))
    clicks.time("graph: its neighbours", tab.page.get_by_role("button", name="Show neighbours").click)
    field = tab.page.get_by_label("Search for a name, a fact or an event")
    field.fill(next(asked).split()[-1].strip("?"))
    clicks.time("graph: a search", lambda: field.press("Enter"))


def _record(clicks: Clicks, asked: Iterator[str], names: Iterator[str]) -> None:
    tab = clicks.tab
    field = tab.page.get_by_label("Name of a person, a place or a thing")
    field.fill(next(asked).split()[-1].strip("?"))
    clicks.time("what is known: a name", lambda: field.press("Enter"))
    clicks.opened("what is known", "record", id=next(names))


def _timeline(clicks: Clicks, asked: Iterator[str], names: Iterator[str]) -> None:
    tab = clicks.tab
    field = tab.page.get_by_label("From", exact=True)
    field.fill(str(1900 + 4 * (len(clicks.ms.get("timeline: another time", ())) % 20)))
    clicks.time("timeline: another time", lambda: field.press("Enter"))


def _documents(clicks: Clicks, asked: Iterator[str], names: Iterator[str]) -> None:
    tab = clicks.tab
    field = tab.page.get_by_label("Find a document")
    field.fill(next(asked).split()[-1].strip("?")[:4])
    clicks.time("documents: a name", lambda: field.press("Enter"))
    field.fill("")
    clicks.time("documents: no name", lambda: field.press("Enter"))
    clicks.time("documents: the next page", tab.page.get_by_role("button", name="After", exact=True).click)
    link = tab.page.get_by_test_id("stMain").locator(".stHtml a").nth(3)
    clicks.time("documents: one of them", link.click)
    back = tab.page.get_by_test_id("stMain").get_by_role("link", name="All documents")
    clicks.time("documents: back to all", back.click)


def _review(clicks: Clicks, asked: Iterator[str], names: Iterator[str]) -> None:
    tab = clicks.tab
    clicks.time("review: skip", tab.page.get_by_role("button", name="Skip (s)").click)
    clicks.time("review: accept", tab.page.get_by_role("button", name="(a)").click)
    clicks.time("review: undo", tab.page.get_by_role("button", name="Undo (u)").click)


def _history(clicks: Clicks, asked: Iterator[str], names: Iterator[str]) -> None:
    tab = clicks.tab
    clicks.time("history: older", tab.page.get_by_role("button", name="Older").click)
    link = tab.page.get_by_test_id("stMain").get_by_role("link", name="What it changed").first
    clicks.time("history: one commit", link.click)
    tab.page.go_back()
    tab.sees("Each change of the memory")
    tab.settle()


def _health(clicks: Clicks, asked: Iterator[str], names: Iterator[str]) -> None:
    """Nothing there is clicked often: it is opened, which ``_menu`` times."""


WALKS: Final[dict[str, Walk]] = {
    "Ask": _ask,
    "Graph": _graph,
    "What is known": _record,
    "Timeline": _timeline,
    "Documents": _documents,
    "Review": _review,
    "History": _history,
    "Health": _health,
}


def drive(tab: Tab, asked: Sequence[str], names: Sequence[str], pages: Sequence[str]) -> dict[str, Any]:
    """Go through the pages so often, one after the other, and time each click."""
    clicks = Clicks(tab)
    texts, ids = cycle(asked), cycle(names)
    paths = {"Ask": "", "What is known": "record"}
    tab.page.set_default_timeout(_PATIENCE)
    for title in pages:
        before = set(clicks.first)
        tab.open()
        for _ in range(ROUNDS + 1):
            tab.go("Graph" if title == "Ask" else "Ask")
            menu = tab.page.get_by_test_id("stSidebarNav").get_by_role("link", name=title, exact=True)
            clicks.time(f"{title.lower()}: from the menu", menu.click)
            WALKS[title](clicks, texts, ids)
            sys.stderr.write(".")
            sys.stderr.flush()
        for _ in range(3):
            clicks.opened(title.lower(), paths.get(title, title.lower()))
        told = {what: figures for what, figures in clicks.figures().items() if what not in before}
        sys.stderr.write(f" {title}\n{table(told)}\n")  # for who does not want to wait for the rest
    return clicks.figures()


def measure(store: str, data: Path, log: Path, pages: Sequence[str]) -> dict[str, Any]:
    """All figures of a store."""
    if str(TESTS) not in sys.path:
        sys.path.insert(0, str(TESTS))
    from browser import Tab, browsing, explorer

    passages, file = SETS["2wiki"]
    items = corpus(data / "multihop" / passages)
    asked = [one.text for one in questions(data / "multihop" / file, "2wiki", items)]
    names = names_in(store)
    with browsing() as browser, explorer(store, log) as address, Tab(browser, address) as tab:
        return drive(tab, asked, names, pages)


def main(arguments: Sequence[str]) -> None:
    """Fill the store if it is not there, measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.explorer", description=__doc__)
    parser.add_argument("--passages", type=int, default=10_000, help="how many the memory has")
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of the datasets")
    parser.add_argument("--keep", type=Path, help="folder for the store, which is used again if it is there")
    parser.add_argument("--pages", default=",".join(WALKS), help="titles, with commas between")
    parser.add_argument("--json", action="store_true", help="one line of JSON on stdout")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        store = f"sqlite:///{(folder / f'explorer-{options.passages}.db').resolve()}"
        library.fill(store, options.data, options.passages)
        sys.stderr.write("\n")
        clicks = measure(store, options.data, folder / "explorer.log", options.pages.split(","))
    if options.json:
        print(json.dumps({"benchmark": "explorer", "passages": options.passages, "clicks": clicks}))
    else:
        print(table(clicks))


if __name__ == "__main__":
    main(sys.argv[1:])
