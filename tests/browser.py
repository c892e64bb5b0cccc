"""The explorer as people meet it: a real server process, and a real Chromium that looks at it.

A test takes ``chromium`` (of the whole run) and opens tabs of its own. What is missing is told when tests
are skipped.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.error import URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import urlopen

import pytest
from conftest import put
from neo4j_server import free_port

from graphmem import Memory
from graphmem.embedding import Embedder
from graphmem.ingest.language import ENGLISH

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

ROOT: Final = Path(__file__).parent.parent
CHROMIUM: Final = "GRAPHMEM_CHROMIUM"  # the environment variable that names the browser
NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
FLAGS: Final = ("--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking")
STARTS: Final = 60.0  # seconds for a server to start
PAGES: Final = (
    "",
    "graph",
    "record",
    "timeline",
    "notes",
    "retention",
    "tasks",
    "documents",
    "review",
    "history",
    "health",
)
"""The pages by their address."""
PATIENCE: Final = 30_000.0  # milliseconds for a page to say what it should


def executable() -> str | None:
    """The browser: the one that is named, one on the path, or Playwright's own."""
    if named := os.environ.get(CHROMIUM):
        return named
    if found := next(filter(None, map(shutil.which, NAMES)), None):
        return found
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        own = driver.chromium.executable_path
    return own if Path(own).exists() else None


def missing(*packages: str) -> str | None:
    """What it takes to look at a page in a browser, these packages too, and is not here; None if all is."""
    for package in ("playwright", *packages):
        if importlib.util.find_spec(package) is None:
            return f"needs {package}: pip install {package}"
    found = executable()
    if found is None or not Path(found).exists():
        return (
            f"needs a Chromium: apt-get install chromium, or playwright install chromium,"
            f" or name one by {CHROMIUM}" + (f" (there is no {found})" if found else "")
        )
    return None


# The server


def command(store: str, port: int, *flags: str) -> list[str]:
    """What a user would type."""
    graphmem = str(Path(sys.executable).with_name("graphmem"))
    return [graphmem, "ui", "--no-browser", "--port", str(port), "--store", store, *flags]


@contextmanager
def explorer(store: str, log: Path, *flags: str) -> Iterator[str]:
    """``graphmem ui`` over a store, as a process of its own; its address. What it says goes to ``log``."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    unset = {"GRAPHMEM_UI_PASSWORD", "GRAPHMEM_UI_READ_ONLY", "GRAPHMEM_UI_AUTHOR", "GRAPHMEM_NAMESPACE"}
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    with (
        log.open("wb") as said,
        subprocess.Popen(command(store, port, *flags), env=environment, stdout=said, stderr=said) as process,
    ):
        try:
            _wait(address, process, log)
            yield address
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + STARTS
    while True:
        try:
            with urlopen(f"{address}/_stcore/health", timeout=5) as reply:
                if reply.read() == b"ok":
                    return
        except (URLError, ConnectionError, TimeoutError):
            pass
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"the explorer does not answer:\n{log.read_text('utf-8', 'replace')[-3000:]}")
        time.sleep(0.1)


# The browser


@contextmanager
def browsing() -> Iterator[Browser]:
    """A headless Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=executable(), args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser of a file of tests, each of which opens tabs of its own.

    Playwright runs once at a time in a process: so it ends with the file, for others that need it.
    """
    if reason := missing("streamlit"):
        pytest.skip(reason)
    with browsing() as browser:
        yield browser


class Tab:
    """A tab of a person of their own: nothing is shared with another tab, cookies included.

    It keeps what a page must not do: requests to elsewhere, dialogs, errors of its scripts.
    """

    def __init__(
        self, browser: Browser, address: str, *, width: int = 1280, height: int = 900, scheme: str = "light"
    ) -> None:
        self.address = address
        self._context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,  # type: ignore[arg-type]
            accept_downloads=True,
        )
        self._context.set_default_timeout(PATIENCE)
        self.page: Page = self._context.new_page()
        self.elsewhere: list[str] = []
        self.faults: list[str] = []
        self._context.on("request", lambda request: self._asked(request.url))
        self.page.on("websocket", lambda socket: self._asked(socket.url))
        self.page.on("pageerror", lambda error: self.faults.append(f"{error}"))
        self.page.on("dialog", self._spoken)

    def _asked(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"data", "blob"} and parts.netloc != urlsplit(self.address).netloc:
            self.elsewhere.append(url)

    def _spoken(self, dialog: Any) -> None:
        self.faults.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    def __enter__(self) -> Tab:
        return self

    def __exit__(self, *_: object) -> None:
        self._context.close()

    def open(self, path: str = "", **query: str) -> None:
        """Go to a page by its address, and wait until it is drawn."""
        self.page.goto(f"{self.address}/{path}" + (f"?{urlencode(query)}" if query else ""))
        self.page.wait_for_selector("[data-testid=stMain] h1, [data-testid=stException]")
        self.settle()

    def settle(self) -> None:
        """Wait until the page's script has run, and what it drew is there."""
        self.page.wait_for_selector(
            "[data-test-script-state=notRunning][data-test-connection-state=CONNECTED]"
        )
        unready = "[data-stale=true], [data-testid=stSkeleton]"
        self.page.wait_for_function(f"() => !document.querySelector('{unready}')")

    def go(self, title: str) -> None:
        """Follow the link of the menu to another page."""
        self.page.get_by_test_id("stSidebarNav").get_by_role("link", name=title, exact=True).click()
        self.page.get_by_role("heading", level=1, name=title, exact=True).wait_for()
        self.settle()

    def press(self, label: str) -> None:
        """Press the first button of this name, and wait for what comes of it."""
        self.page.get_by_role("button", name=label, exact=True).first.click()
        self.settle()

    def choose(self, label: str) -> None:
        """Choose one of several that stand beside each other."""
        self.page.get_by_test_id("stMain").get_by_role("radio", name=label).first.click()
        self.settle()

    def write(self, label: str, text: str) -> None:
        """Fill a field and leave it."""
        field = self.page.get_by_label(label, exact=True).first
        field.fill(text)
        field.press("Enter")
        self.settle()

    def sees(self, text: str) -> Locator:
        """Wait until the page shows a text; where it stands."""
        from playwright.sync_api import TimeoutError as Late

        found = self.page.get_by_test_id("stMain").get_by_text(text).filter(visible=True).first
        try:
            found.wait_for()
        except Late:
            pytest.fail(f"{text!r} is not on {self.page.url}:\n{self.shown}")
        return found

    @property
    def shown(self) -> str:
        """All text of the page, without the menu."""
        return self.page.get_by_test_id("stMain").inner_text()


# What is looked at

HOSTILE: Final = (
    "The <script>alert(1)</script> lamp of Zorblat ![x](http://127.0.0.1:9/x.png) is green. "
    "[Zorblat](javascript:alert(2)) <img src=http://127.0.0.1:9/y.png onerror=alert(3)> lives in Oslo."
)
TEXTS: Final = {
    "lindqvist.txt": "Mara Lindqvist is an engineer. Mara Lindqvist was born in Bergen on 4 May 1961. In 1994"
    " she founded the Tarn Institute in Oslo. Mara Lindqvist lives in Oslo.",
    "portrait.txt": "Mara Lindqvist was born in Drammen on 4 May 1961. She married Jonas Berg in 1990.",
    "ship.txt": "The Sula is a ship. The Tarn Institute owns the Sula. The captain of the Sula is Ines"
    " Duarte. Ines Duarte was born in Lisbon on 2 June 1970. On 3 March 2021 Ines Duarte sailed the Sula to"
    " Bergen.",
    "letter.txt": "Captain Duarte lives in Lisbon. M. Lindqvist wrote to her on 5 March 2021.",
    "hostile.txt": HOSTILE,
}
"""Sources that are at odds about a birth, with two names of one woman; and one that would like to be run."""
QUESTION: Final = "Who is the captain of the Sula?"
ANSWER: Final = "The captain of the Sula is Ines Duarte."
"""The sentence that answers it."""


def remember(store: str, encoder: Embedder) -> None:
    """Read the texts into a store, with facts and events."""
    pytest.importorskip("spacy", reason="needs spaCy: pip install spacy")
    with Memory.open(store, embedder=encoder) as memory:
        put(memory, TEXTS, ENGLISH)


@pytest.fixture
def tab(chromium: object, address: str) -> Iterator[Tab]:
    """A tab on the ``address`` of a file of tests, in which nothing went wrong when it is left."""
    with Tab(chromium, address) as tab:
        yield tab
        assert tab.faults == []
        assert tab.page.get_by_test_id("stException").count() == 0
