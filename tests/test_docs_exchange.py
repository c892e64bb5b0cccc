"""The page on exchange does what it says: its program runs, and it names every format and system."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from graphmem.exchange import FORMS, OWN
from graphmem.ingest.exchange import SYSTEMS
from graphmem.testing import HashEmbedder

PAGE = (Path(__file__).parent.parent / "docs" / "exchange.md").read_text("utf-8")


def _no_model(*_: object) -> Any:
    return HashEmbedder()


def test_the_program_on_the_page_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("graphmem.verbs.opened.SentenceEncoder", _no_model)
    (program,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(program, "exchange.md", "exec"), {"__name__": "__main__"})
    assert capsys.readouterr().out == "1 [] {'ann moved to Oslo'}\n"


@pytest.mark.parametrize("name", sorted({*FORMS, OWN, *SYSTEMS}))
def test_every_format_and_system_is_in_a_table(name: str) -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("|")]
    assert any(f"`{name}`" in row.split("|")[1] for row in rows), name
