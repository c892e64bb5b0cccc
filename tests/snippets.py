"""The examples of a page: what stands in its fences, statement by statement, and what it should print.

``sh`` blocks are run line by line. In ``console`` blocks a line after ``$`` is run, lines after ``>`` go on
with it, and what follows is what it prints. ``python`` blocks of a page share their names. A block ``text``
titled "prints" is what the block above it prints. Where "…" stands, anything may.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_FENCE: Final = re.compile(
    r"^(?P<indent> *)(?P<ticks>```+)(?P<language>[a-z]*)(?P<about>[^\n]*)\n"
    r"(?P<text>.*?)^(?P=indent)(?P=ticks)$",
    re.MULTILINE | re.DOTALL,
)
_MARK: Final = re.compile(r"<!-- not run: ((?:(?!-->).)+?) -->\s*\Z", re.DOTALL)
_HEREDOC: Final = re.compile(r"<<-?\s*'?(\w+)'?")
LANGUAGES: Final = frozenset({"sh", "bash", "console", "python"})
# What no page needs to say of a line: where it is tried instead, or why it cannot be.
ELSEWHERE: Final = (
    (
        r"(^|\s)(pip|uv pip|python -m pip|npx|pipx|uvx) ?(install)?\b",
        "installs; test_release.py installs the wheel",
    ),
    (r"^(make|docker|docker compose|git) ", "works on a checkout; CI runs it"),
    (r"\b(neo4j|bolt)(\+s|\+ssc)?://", "needs a Neo4j server; tests/test_neo4j_*.py have one"),
    (
        r"--llm \w+:|^export GRAPHMEM_LLM|_API_KEY",
        "asks a model, with a key; tests/test_llm_*.py play one",
    ),
    (r"--every\b", "goes on until it is stopped"),
    (r"^graphmem (ui|mcp)\b", "serves until it is ended; tests/test_browser_*.py and test_mcp*.py start it"),
)


@dataclass(frozen=True, slots=True)
class Snippet:
    """A statement of a page; ``printed`` is None if nothing is shown, ``reason`` says why it is not run."""

    line: int
    language: str
    text: str
    printed: str | None = None
    reason: str = ""


def snippets(page: Path) -> Iterator[Snippet]:
    """The statements of a page in order."""
    text = page.read_text("utf-8")
    fences = list(_FENCE.finditer(text))
    for number, fence in enumerate(fences):
        if fence["language"] not in LANGUAGES:
            continue
        mark = _MARK.search(text, 0, fence.start())
        reason = mark[1] if mark else ""
        body = re.sub(rf"^{fence['indent']}", "", fence["text"], flags=re.MULTILINE)
        line = text.count("\n", 0, fence.start()) + 2
        if fence["language"] == "python":
            after = fences[number + 1] if number + 1 < len(fences) else None
            shown = after["text"] if after and 'title="prints"' in after["about"] else None
            yield Snippet(line, "python", body, shown, reason)
        else:
            yield from _of_shell(body, line, reason, prompted=fence["language"] == "console")


def _of_shell(body: str, line: int, reason: str, *, prompted: bool) -> Iterator[Snippet]:
    statements = _prompted(body) if prompted else ((at, one, None) for at, one in _plain(body))
    for at, statement, printed in statements:
        why = reason or next((why for sign, why in ELSEWHERE if re.search(sign, statement)), "")
        if why and statement.startswith("export "):
            reason = why  # what follows would be asked of another store or model
        yield Snippet(line + at, "sh", statement, printed, why)


def _plain(body: str) -> Iterator[tuple[int, str]]:
    """The statements of shell text, each with its line's number; a text that is fed in belongs to its own."""
    lines = body.splitlines()
    at = 0
    while at < len(lines):
        first = at
        if not lines[at].strip() or lines[at].lstrip().startswith("#"):
            at += 1
            continue
        if fed := _HEREDOC.search(lines[at]):
            at = lines.index(fed[1], at)
        while lines[at].endswith("\\"):
            at += 1
        at += 1
        yield first, "\n".join(lines[first:at])


def _prompted(body: str) -> Iterator[tuple[int, str, str | None]]:
    """The statements after prompts, with the lines that each prints; none shown is nothing compared."""
    parts = re.split(r"^\$ ", body, flags=re.MULTILINE)
    at = parts[0].count("\n")
    for part in parts[1:]:
        first, *others = part.splitlines()
        while others and others[0].startswith("> "):
            first += "\n" + others.pop(0)[2:]
        printed = "\n".join(others).strip("\n")
        yield at, first, printed or None
        at += part.count("\n")


def agrees(printed: str, shown: str) -> bool:
    """Whether a program printed what is shown; "…" alone is any lines, within a line any characters.

    Blanks and tabs are one blank, however many: tables are printed with tabs and shown in columns.
    """
    pattern = ""
    for line in _blanks(shown):
        if line.strip() == "…":
            pattern += r"(?:[^\n]*\n)*"
        else:
            pattern += ".*".join(re.escape(part) for part in line.split("…")) + r"\n"
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in _blanks(printed))) is not None


def _blanks(text: str) -> list[str]:
    return [re.sub(r"[ \t]+", " ", line).rstrip() for line in text.strip("\n").splitlines()]
