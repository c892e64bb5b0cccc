"""What ``make demo`` runs: the example documents go in, questions come out with their evidence."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STORE = "sqlite:///demo.db"
QUESTIONS = (
    "Where was the designer of the Tern buoy born?",
    "Who founded the institute that owns the Aurelia?",
    "Which architect built the house of the founder of the Halden Institute?",
    "Where does Marek live now?",
)


def run(*arguments: str) -> None:
    """Show a command of the CLI and run it as a user would."""
    print(f"\n$ graphmem {shlex.join(arguments)}", flush=True)
    subprocess.run(
        [Path(sys.executable).parent / "graphmem", *arguments],
        cwd=ROOT,
        env={**os.environ, "GRAPHMEM_STORE": STORE},
        check=True,
    )


def main() -> None:
    """Ingest, ask, and say how to go on."""
    run("ingest", "examples/documents")
    run("stats")
    for question in QUESTIONS:
        run("query", question, "-k", "3", "--why")
    run("show", "Ingrid Solvang", "--limit", "6")
    graphmem = os.path.relpath(Path(sys.executable).parent / "graphmem")
    print("\nThe memory is in demo.db. Go on with:")
    print(f"  export GRAPHMEM_STORE={STORE}")
    print(f"  {graphmem} query 'your question' --why")
    print(f"  {graphmem} ui           # the explorer, in a browser")
    print(f"  {graphmem} ingest your/documents")
    print(f"  {graphmem} history      # every ingest is a commit: 'undo' takes it back")


if __name__ == "__main__":
    main()
