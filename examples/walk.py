"""A new user's walk: an empty folder, a new environment, the wheel, and everything that is done with it.

    python examples/walk.py dist/graphmem-*.whl > docs/walk.md

It installs the wheel with pip, then does each step as a person would, and writes what it did and what was
printed as a page of Markdown. A step that fails, or does not print what it should, ends the walk with exit 1.
With ``--bin`` the walk is in an environment that is there already. ``make walk`` builds the wheel first.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

EXTRAS = "all,offline"
RUN = "<!-- not run: examples/walk.py does, and a test runs that -->"
NOTES = {
    "notes/tern-buoy.md": """\
# Tern buoy

The Tern buoy is a drifting weather buoy. It was designed by Ingrid Solvang at the Halden Institute.
""",
    "notes/ingrid-solvang.md": """\
# Ingrid Solvang

Ingrid Solvang is an oceanographer. She was born in Vardø, where her father kept the lighthouse.
""",
    "notes/chat.txt": """\
[2024-05-02 09:12] Olav: The Aurelia sails on Monday, with Joanna Lind as captain.
[2024-05-02 09:15] Mia: I moved to Bergen last week, so I can come on board there.
""",
}
CHAIN = """\
from langchain_core.language_models.fake_chat_models import FakeListChatModel
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnablePassthrough

from graphmem import Memory
from graphmem.langchain import GraphMemRetriever

memory = Memory.open("sqlite:///memory.db")
retriever = GraphMemRetriever(memory=memory, k=2)
prompt = ChatPromptTemplate.from_template("Answer from the evidence.\\n{evidence}\\nQuestion: {question}")


def evidence(documents):
    return "\\n".join(f"[{d.metadata['source']}] {d.metadata['evidence']}" for d in documents)


def shown(prompt):
    print(prompt.to_string())
    return prompt


model = FakeListChatModel(responses=["In Vardø [notes/ingrid-solvang.md]."])  # put yours here
chain = {"evidence": retriever | evidence, "question": RunnablePassthrough()} | prompt | shown | model
print("->", chain.invoke("Where was the designer of the Tern buoy born?").content)
"""
CLIENT = """\
import asyncio

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

server = StdioServerParameters(command="graphmem", args=["mcp", "--store", "sqlite:///memory.db"])


async def main():
    async with stdio_client(server) as (read, write), ClientSession(read, write) as session:
        await session.initialize()
        print("tools:", ", ".join(tool.name for tool in (await session.list_tools()).tools))
        said = {"text": "Joanna Lind will retire in June 2027.", "speaker": "Olav"}
        kept = await session.call_tool("remember", said)
        print("remembered:", [fact["text"] for fact in kept.structured_content["facts"]])
        found = await session.call_tool("recall", {"question": "When will Joanna Lind retire?", "k": 1})
        print("recalled:", found.structured_content["hits"][0]["evidence"])
        undone = await session.call_tool("undo", {"commit": kept.structured_content["commit"]})
        print("undone:", not undone.is_error)


asyncio.run(main())
"""
EXPLORER = """\
graphmem ui --no-browser --port {port} 2> explorer.log & server=$!
trap 'kill $server' EXIT
page=http://127.0.0.1:{port}
fetch="import sys, urllib.request as web; print(web.urlopen(sys.argv[1]).status)"
for _ in $(seq 120); do python -c "$fetch" $page/_stcore/health > health.log 2>&1 && break; sleep 1; done
python -c "$fetch" $page/
"""


@dataclass(frozen=True)
class Step:
    """What is done: in words, files that are written, commands of a shell, and what these must print."""

    title: str
    commands: str
    prints: tuple[str, ...]
    files: Mapping[str, str] = field(default_factory=dict)
    words: str = ""


def steps(port: int) -> tuple[Step, ...]:
    """The walk from an empty folder on."""
    return (
        Step(
            "Read a folder in",
            "graphmem ingest notes/\ngraphmem stats",
            ("3 added", "in the whole store: 4 commits"),
            NOTES,
            "Two notes and a chat are in the folder.",
        ),
        Step(
            "Ask",
            "graphmem query 'Where was the designer of the Tern buoy born?' -k 2 --why",
            ("She was born in Vardø", "notes/ingrid-solvang.md"),
        ),
        Step(
            "Take something back, and have it again",
            "graphmem forget notes/chat.txt\n"
            "graphmem query 'Who moved to Bergen?' -k 1\n"
            "graphmem undo $(graphmem history --last 1 --json | python -c "
            "'import json, sys; print(json.load(sys.stdin)[0][\"commit\"])')\n"
            "graphmem query 'Who moved to Bergen?' -k 1",
            ("may not tell that", "I moved to Bergen last week"),
        ),
        Step(
            "Open the explorer",
            EXPLORER.format(port=port),
            ("200",),
            words="Without `--no-browser` it opens one. Here its page is fetched, and the server ended.",
        ),
        Step(
            "Use the retriever in a chain",
            "python chain.py",
            ("She was born in Vardø", "-> In Vardø"),
            {"chain.py": CHAIN},
            "The model says one thing whatever it is asked, so that no key is needed; its prompt is printed.",
        ),
        Step(
            "Connect a client of MCP",
            "python client.py",
            ("tools: recall,", "recalled: Joanna Lind will retire in June 2027.", "undone: True"),
            {"client.py": CLIENT},
            "The client of the official SDK starts `graphmem mcp`, as Claude Desktop or an editor does.",
        ),
        Step(
            "See who did what, and whether all is sound",
            "graphmem history\ngraphmem doctor",
            ("mcp:", "sound"),
        ),
    )


def walked(step: Step, folder: Path, bin: Path) -> str:
    """The output of a step.

    Raises:
        SystemExit: it failed, or did not print what it should.
    """
    for name, text in step.files.items():
        file = folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, "utf-8")
    home = {"HOME": str(folder), "COLUMNS": "120", "PYTHONUTF8": "1", "HF_HUB_OFFLINE": "1"}
    path = os.pathsep.join((str(bin), os.defpath))
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", step.commands],
        cwd=folder,
        env={"PATH": path, **home},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    lacking = [text for text in step.prints if text not in done.stdout]
    if done.returncode or lacking:
        raise SystemExit(f"{step.title}: exit {done.returncode}, does not print {lacking}\n{done.stdout}")
    return done.stdout


def page(port: int, folder: Path, bin: Path, install: str) -> Iterator[str]:
    """The transcript, step by step as it is walked."""
    yield "# A new user's walk\n\n"
    yield "Written by `make walk`: each step was done in an empty folder, in a new environment with\n"
    yield "nothing but the wheel and what it asks for; what is printed is what was printed.\n"
    yield f"\n## Install\n\n{RUN}\n```sh\n{install}\n```\n"
    for step in steps(port):
        yield f"\n## {step.title}\n"
        yield f"\n{step.words}\n" if step.words else ""
        for name, text in step.files.items():
            if name.endswith(".py"):
                yield f"\n`{name}`:\n\n{RUN}\n```python\n{text}```\n"
        printed = re.sub(r"[ \t]+$", "", walked(step, folder, bin).strip(), flags=re.MULTILINE)
        yield f"\n```text\n$ {step.commands.strip().replace(chr(10), chr(10) + '$ ')}\n{printed}\n```\n"


def installed(folder: Path, wheel: Path) -> Path:
    """A new environment with the wheel; the folder of its programs."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    bin = folder / "bin"
    pip = [str(bin / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, f"{wheel.resolve()}[{EXTRAS}]"], check=True)
    return bin


def main() -> None:
    """Walk, and print the page."""
    parser = argparse.ArgumentParser(description="A new user's walk, as a page of Markdown.")
    parser.add_argument("wheel", type=Path, help="the wheel")
    parser.add_argument("--bin", type=Path, help="programs of an environment that has the wheel already")
    parser.add_argument("--port", type=int, default=8599, help="where the explorer listens for a moment")
    given = parser.parse_args()
    whole = Path(tempfile.mkdtemp(prefix="walk-"))
    try:
        bin = given.bin or installed(whole / "environment", given.wheel)
        folder = whole / "empty"
        folder.mkdir()
        install = f"python -m venv .venv && . .venv/bin/activate\npip install '{given.wheel.name}[{EXTRAS}]'"
        for part in page(given.port, folder, bin.resolve(), install):
            print(part.replace(str(folder.resolve()), "."), end="", flush=True)
    finally:
        shutil.rmtree(whole)


if __name__ == "__main__":
    main()
