"""What the pages need before they are HTML: they are written for people who read them as text, too."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parent.parent.parent
TREE: Final = ROOT / "build" / "site-sources"
_FENCE: Final = re.compile(r"^(?: *)(```+)[^\n]*\n.*?^ *\1$", re.MULTILINE | re.DOTALL)
_LIST: Final = re.compile(
    r"^(?! *(?:[-*|#>]|\d+\.) )(?! *\|)([^\n]*\S[^\n]*)\n(?=(?:- |\d+\. |\|))", re.MULTILINE
)
_OUTSIDE: Final = re.compile(r"\[([^\]]+)\]\(((?:\.\./)+[^)#]+)(?:#[^)]*)?\)")
_INCLUDED: Final = re.compile(r'^--8<-- "([^"]+)"$', re.MULTILINE)
_NOT_RUN: Final = re.compile(r"^( *)<!-- not run: (.+?) -->$", re.MULTILINE)


def on_startup(**_: Any) -> None:
    """Lay the package out as it is installed, for the reference to read: three folders are one package."""
    package = TREE / "graphmem"
    package.mkdir(parents=True, exist_ok=True)
    parts = {path.name: path for path in (ROOT / "graphmem").iterdir() if path.name != "__pycache__"}
    parts |= {"ingest": ROOT / "ingest", "ui": ROOT / "ui"}
    for link in package.iterdir():
        link.unlink()
    for name, path in parts.items():
        (package / name).symlink_to(path, target_is_directory=path.is_dir())


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """The page as Python-Markdown wants it, with the file of the repository that it is made of."""
    markdown = _INCLUDED.sub(lambda named: _included(named[1]), markdown)
    parts, at = [], 0
    for fence in _FENCE.finditer(markdown):
        parts += [_prose(markdown[at : fence.start()], page), fence[0]]
        at = fence.end()
    return "".join([*parts, _prose(markdown[at:], page)])


def _included(name: str) -> str:
    """A file of the top of the repository, with its links as they are from docs/."""
    text = (ROOT / name).read_text("utf-8")
    return re.sub(r"\]\((?!\w+:|#)([^)]+)\)", lambda link: f"]({_from_docs(link[1])})", text)


def _from_docs(target: str) -> str:
    return target.removeprefix("docs/") if target.startswith("docs/") else f"../{target}"


def _prose(text: str, page: Any) -> str:
    """Lists and tables after a blank line; what leads out of the site as the name of a file."""
    text = _NOT_RUN.sub(r'\1<p class="not-run">Shown, not run by the tests: \2</p>\n', text)
    text = _LIST.sub(r"\1\n\n", text)
    return _OUTSIDE.sub(lambda link: _named(link, page), text)


def _named(link: re.Match[str], page: Any) -> str:
    """A link to a file of the repository that is no page becomes the file's name; others stay."""
    docs = ROOT / "docs"
    target = ((docs / page.file.src_uri).parent / link[2]).resolve()
    if target.is_relative_to(docs):
        return link[0]
    return f"{link[1]} (`{target.relative_to(ROOT)}` in the repository)"
