"""A purge that is killed leaves the history as it was or as it is to be; run again, it comes to its end."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from conftest import opened, put, state

from graphmem import NotFound
from graphmem.projection import SCHEMA
from graphmem.purging import traces
from graphmem.stores import open_store

FILES = {
    "secret.md": "# Zorblat\n\nZorblat Quuxington hid the kryptonite in Bergen.\n",
    "ash.md": "# Ash\n\nAda Byron planted the ash in Bergen.\n",
}
WORDS = ("Zorblat", "Quuxington", "kryptonite")
# Purges, and kills itself when it comes to a function for the nth time, before or after it is done.
KILLED = """
import importlib, os, signal, sys
from graphmem import Memory
from graphmem.testing import HashEmbedder

url, module, name, when, nth = sys.argv[1:]
owner = importlib.import_module(module)
while "." in name:
    first, _, name = name.partition(".")
    owner = getattr(owner, first)
real, calls = getattr(owner, name), []

def deadly(*arguments, **options):
    calls.append(1)
    here = len(calls) == int(nth)
    if here and when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    result = real(*arguments, **options)
    if here:
        os.kill(os.getpid(), signal.SIGKILL)
    return result

setattr(owner, name, deadly)
with Memory.open(url, embedder=HashEmbedder()) as memory:
    memory.purge("secret.md")
"""
REWRITE = "graphmem.stores.sqlite_rewrite"
# Where it is killed, and what it leaves: the document "there", "forgotten" or "purged".
POINTS = {
    "before it forgets": ("graphmem.memory", "Memory.write", "before", "there"),
    "when it has forgotten": ("graphmem.memory", "Memory.write", "after", "forgotten"),
    "when the log is half rewritten": (REWRITE, "sqlite_chain.chain_anew", "before", "forgotten"),
    "before the log is committed": (REWRITE, "append", "after", "forgotten"),
    "before anything is overwritten": (REWRITE, "sweep", "before", "purged"),
    "when the file is written anew": (REWRITE, "_merge", "before", "purged"),
    "when the write-ahead log is merged": (REWRITE, "_merge", "after", "purged"),
    "when all is overwritten": (REWRITE, "sweep", "after", "purged"),
}


@pytest.mark.parametrize("point", POINTS)
def test_a_purge_that_is_killed(tmp_path: Path, point: str) -> None:
    module, name, when, left = POINTS[point]
    url = f"sqlite:///{tmp_path}/memory.db"
    with opened(tmp_path) as memory:
        put(memory, FILES)
        memory.same("Zorblat Quuxington", "Ada Byron")
    with opened(tmp_path, "never") as never:
        put(never, {"ash.md": FILES["ash.md"]})
        expected = state(never)
    ran = subprocess.run(
        [sys.executable, "-c", KILLED, url, module, name, when, "1"], capture_output=True, text=True
    )
    assert ran.returncode == -9, ran.stderr
    with opened(tmp_path) as memory:  # which ends what was begun
        assert memory.verify() == ()
        there = [document.uri for document in memory.documents()]
        assert there == sorted(there) and ("secret.md" in there) == (left == "there")
        if left == "purged":
            assert traces(url, WORDS) == []
            with pytest.raises(NotFound):
                memory.purge("secret.md")
        else:
            assert traces(url, WORDS) != []
            assert memory.purge("secret.md").words
        assert traces(url, WORDS) == [] and state(memory) == expected and memory.verify() == ()


def test_a_store_that_nobody_swept_says_so(tmp_path: Path) -> None:
    """Until it is opened for writing: a process that had it open all the while is told."""
    url = f"sqlite:///{tmp_path}/memory.db"
    with opened(tmp_path) as memory:
        put(memory, FILES)
        subprocess.run([sys.executable, "-c", KILLED, url, REWRITE, "sweep", "before", "1"], check=False)
        assert any("was broken off" in problem for problem in memory.store.check())
        with closing(open_store(url, SCHEMA)):
            assert memory.store.check() == []
