"""The site of docs/ is built without a warning, holds every page, and neither fetches nor loads anything."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

pytest.importorskip("mkdocs", reason="the site needs mkdocs: pip install 'graphmem[docs]'")
pytest.importorskip("material", reason="the site needs its theme: pip install 'graphmem[docs]'")
pytest.importorskip("mkdocstrings", reason="the reference needs mkdocstrings: pip install 'graphmem[docs]'")

ROOT = Path(__file__).parent.parent
# Any address but those of this machine is out of reach, and asking for one is an error.
OFFLINE = {name: "http://127.0.0.1:9" for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")}


class Loads(HTMLParser):
    """The addresses that a browser asks for by itself when it draws a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        loaded = tag in ("script", "img", "iframe", "source") or (
            tag == "link" and "canonical" not in (said.get("rel") or "")
        )
        if loaded:
            self.found += [value for name in ("src", "href") if (value := said.get(name))]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **OFFLINE, "NO_MKDOCS_2_WARNING": "1"},
    )
    assert done.returncode == 0, done.stderr
    return folder


def test_every_page_of_the_docs_is_there(site: Path) -> None:
    for page in (ROOT / "docs").rglob("*.md"):
        assert (site / page.relative_to(ROOT / "docs").with_suffix(".html")).is_file(), page


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        loads = Loads()
        loads.feed(page.read_text("utf-8"))
        elsewhere = [address for address in loads.found if re.match(r"(?:\w+:)?//", address)]
        assert not elsewhere, (page.name, elsewhere)
    for style in site.rglob("*.css"):
        assert not re.search(r"@import|url\(['\"]?(?:https?:)?//", style.read_text("utf-8")), style.name


def test_the_reference_is_made_of_the_docstrings(site: Path) -> None:
    page = (site / "reference" / "memory.html").read_text("utf-8")
    for verb in ("recall", "facts", "forget", "undo", "share", "relate"):
        assert f'id="graphmem.memory.Memory.{verb}"' in page, verb
    assert "each with its evidence and its path" in page
    assert 'id="graphmem.ingest.ingest"' in (site / "reference" / "ingest.html").read_text("utf-8")
    assert 'id="graphmem.errors.NotShared"' in (site / "reference" / "errors.html").read_text("utf-8")


def test_lists_and_tables_are_such(site: Path) -> None:
    """What is written for people who read it as text is no paragraph with dashes here."""
    for page in site.rglob("*.html"):
        text = page.read_text("utf-8")
        assert not re.search(r"<p>[^<]*\n(?:- |\|)", text), page.name
