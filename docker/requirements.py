"""What graphmem and its extras need, one requirement a line: installed before the code, and cached.

Usage: python requirements.py pyproject.toml
"""

from __future__ import annotations

import sys
from pathlib import Path

import tomllib


def requirements(pyproject: str) -> list[str]:
    """The dependencies and those of every extra but ``dev``, without graphmem itself."""
    project = tomllib.loads(pyproject)["project"]
    extras = project["optional-dependencies"]
    lists = [project["dependencies"], *(extras[name] for name in extras if name != "dev")]
    found = {need for needs in lists for need in needs}
    return sorted(need for need in found if not need.startswith(f"{project['name']}["))


if __name__ == "__main__":
    needs = requirements(Path(sys.argv[1]).read_text("utf-8"))
    sys.stdout.write("\n".join(needs) + "\n")
