"""The pages are true: commands and options are documented, links and named tests exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer.main
from typer.core import TyperGroup

from graphmem.cli import build

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def test_every_command_and_option_is_on_the_page() -> None:
    page = (ROOT / "docs" / "cli.md").read_text("utf-8")
    group = typer.main.get_command(build())
    assert isinstance(group, TyperGroup)
    for name, command in group.commands.items():
        section = page.partition(f"## graphmem {name}\n")[2].partition("\n## ")[0]
        assert section, f"{name} is not in docs/cli.md: run python -m graphmem.cli.manual > docs/cli.md"
        for parameter in command.params:
            if parameter.param_type_name == "option":
                assert f"`{parameter.opts[0]}`" in section, (name, parameter.opts)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"^(```+).*?^\1$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_design_names_tests_that_exist() -> None:
    named = re.findall(r"`(test_\w+\.py)`", (ROOT / "docs" / "design.md").read_text("utf-8"))
    assert named
    assert [name for name in named if not (ROOT / "tests" / name).exists()] == []
