"""HTML: what a reader of the page sees, by its headings and blocks."""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, Final

from graphmem.errors import MissingExtra
from graphmem.ingest.readers.decoding import decode
from graphmem.ingest.readers.rendering import Rendering, reading_of
from graphmem.ingest.reading import Reading
from graphmem.ingest.sources import Content

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

_UNSEEN: Final = ("script", "style", "noscript", "template", "svg", "head", "iframe", "object")
_BLOCKS: Final = frozenset(
    "address article aside blockquote body dd details div dl dt fieldset figcaption figure footer"
    " form header hr html legend li main nav ol p pre section summary table tbody tfoot thead"
    " tr ul caption".split()
)
_HEADINGS: Final = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_CELLS: Final = frozenset(("td", "th"))
_CHARSET: Final = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]+)""", re.IGNORECASE)
_HEAD: Final = 4096
_MOST_UNCLOSED: Final = 1000


def _refuse_unclosed(content: Content, text: str) -> None:
    """The parser looks for the end of each unclosed tag or comment anew: thousands take it hours."""
    tags = text.count("<", text.rfind(">") + 1)
    comments = text.count("<!--", text.rfind("-->") + 1)
    if max(tags, comments) > _MOST_UNCLOSED:
        raise content.error("HTML with thousands of tags or comments that never end; repair it")


def _soup(content: Content, text: str) -> BeautifulSoup:
    try:
        import bs4
    except ImportError:
        raise MissingExtra("reading HTML", "readers") from None
    with warnings.catch_warnings():
        # A short page looks like a file name, and XHTML like XML: both are read as the HTML they are.
        warnings.simplefilter("ignore", bs4.MarkupResemblesLocatorWarning)
        warnings.simplefilter("ignore", bs4.XMLParsedAsHTMLWarning)
        try:
            return bs4.BeautifulSoup(text, "html.parser")
        except (bs4.exceptions.ParserRejectedMarkup, RecursionError) as error:
            raise content.error(f"HTML that cannot be parsed: {error}") from error


class _Page:
    """Walks over a page and renders a paragraph for each run of text between block elements."""

    def __init__(self) -> None:
        self.rendering = Rendering()
        self._run: list[str] = []

    def flush(self) -> None:
        """End the run of text; white space in it is one blank."""
        text = " ".join("".join(self._run).split())
        self._run.clear()
        self.rendering.paragraph(text)

    def open(self, tag: Tag) -> bool:
        """Enter an element; whether its inside is still to be walked."""
        name = tag.name
        if name in _UNSEEN or tag.has_attr("hidden"):
            return False
        if name in _HEADINGS:
            self.flush()
            self.rendering.heading(tag.get_text(" "), int(name[1]))
            return False
        if name == "pre":
            self.flush()
            self.rendering.paragraph(tag.get_text())
            return False
        if name in _BLOCKS:
            self.flush()
        elif name == "br":
            self._run.append(" ")
        return True

    def close(self, name: str) -> None:
        """Leave an element."""
        if name in _BLOCKS:
            self.flush()
        elif name in _CELLS:
            self._run.append(" | ")

    def write(self, text: str) -> None:
        """A piece of text inside a run."""
        self._run.append(text)


def _walk(page: _Page, root: Tag) -> None:
    """Depth first without recursion, since nesting has no limit in the wild."""
    from bs4.element import NavigableString, PreformattedString, Tag

    waiting: list[Tag | NavigableString | str] = [root]
    closing: list[str] = []
    while waiting:
        node = waiting.pop()
        if isinstance(node, Tag):
            if page.open(node):
                waiting.append("")
                closing.append(node.name)
                waiting.extend(reversed([c for c in node.contents if isinstance(c, (Tag, NavigableString))]))
        elif isinstance(node, NavigableString):
            if not isinstance(node, PreformattedString):  # comments, doctypes, processing instructions
                page.write(str(node))
        else:
            page.close(closing.pop())
    page.flush()


def _declared(content: Content) -> str:
    """The encoding that the page names itself, if it does."""
    match = _CHARSET.search(content.data[:_HEAD])
    name = match[1].decode("ascii").lower() if match else ""
    return "" if name in ("utf-8", "utf8") else name


def read(content: Content) -> Reading:
    """An HTML page without its scripts and styles; the title is its ``<title>`` or first h1.

    Raises:
        SourceError: not text (see ``decode``), or not to be parsed.
        MissingExtra: beautifulsoup4 is not installed.
    """
    text = decode(content, _declared(content))
    _refuse_unclosed(content, text)
    soup = _soup(content, text)
    title = soup.find("title") or soup.find("h1")
    page = _Page()
    _walk(page, soup)
    return reading_of(content, page.rendering, kind="text", title=title.get_text(" ") if title else "")
