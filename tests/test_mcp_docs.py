"""The page on the server for agents is true: settings, tools, limits, and its program runs."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("mcp_types", reason="needs graphmem[mcp]")

import typer.main
from mcp_servers import PROCESS, environment
from typer.core import TyperGroup

from graphmem.cli import build
from graphmem.mcp import arguments, resources
from graphmem.mcp.clients import load_clients
from graphmem.mcp.server import WAIT
from graphmem.mcp.tools import offered

PAGE = (Path(__file__).parent.parent / "docs" / "mcp.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    """The page's texts in a language, without their fences."""
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def test_settings_are_json_that_calls_the_command_with_options_that_it_has() -> None:
    group = typer.main.get_command(build())
    assert isinstance(group, TyperGroup)
    settings = [json.loads(block) for block in blocks("json")]
    servers = [one.get("mcpServers", one.get("servers"))["memory"] for one in settings]
    started = [one for one in servers if "command" in one]
    assert len(servers) == 3 and len(started) == 2
    for one in started:
        assert one["command"] == "graphmem" and one["args"][0] == "mcp"
        with group.commands["mcp"].make_context("mcp", one["args"][1:]) as context:
            assert context.params["store"].startswith("sqlite:///")
    (served,) = [one for one in servers if "url" in one]
    assert served["url"] == "http://127.0.0.1:8765/mcp" and "Bearer" in served["headers"]["Authorization"]
    options = {name for one in group.commands["mcp"].params for name in one.opts}
    assert set(re.findall(r"`(--[a-z-]+)`", PAGE)) <= options


def test_the_file_of_clients_is_one(tmp_path: Path) -> None:
    (text,) = blocks("toml")
    (tmp_path / "clients.toml").write_text(text, encoding="utf-8")
    ann, reporter = load_clients(tmp_path / "clients.toml", {"REPORTER_TOKEN": "a" * 16})
    assert (ann.namespace, ann.also, reporter.read_only) == ("ann", ("team",), True)


def test_the_table_lists_the_tools_with_what_they_take() -> None:
    rows = [row.split(" | ") for row in re.findall(r"^\| (`\w+` \|.*) \|$", PAGE, re.MULTILINE)]
    listed = {row[0].strip("` "): row[1:] for row in rows}
    tools = {tool.name: tool for tool in offered("none", read_only=False)}
    assert list(listed) == list(tools)
    for name, (_, takes, writes) in listed.items():
        assert set(re.findall(r"`(\w+)`", takes)) == set(tools[name].arguments.model_fields)
        assert writes.startswith("yes") is tools[name].writes
        assert ("take away" in writes) is tools[name].takes_away


def test_the_limits_are_those_that_are_kept() -> None:
    limits = PAGE.partition("## Limits")[2]
    given = (arguments.MOST_TEXT, arguments.MOST_WORDS, arguments.MOST_SEEN, arguments.MOST_TASKS)
    for limit in (*given, arguments.MOST_TITLE, resources.MOST, resources.LONGEST):
        assert re.search(rf"\b{limit:,}\b", limits), limit
    assert WAIT == 60 and "up to a minute" in limits
    assert f"{arguments.MOST_HITS} passages" in limits


@pytest.mark.skipif(os.name != "posix", reason="the program is found by a script of the shell")
def test_the_program_runs_and_finds_what_it_remembered(tmp_path: Path) -> None:
    program = tmp_path / "bin" / "graphmem"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{PROCESS}" "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    (text,) = blocks("python")
    done = subprocess.run(
        [sys.executable, "-c", text],
        cwd=tmp_path,
        env=environment(PATH=f"{program.parent}:{os.environ['PATH']}"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"said:mcp:mcp/\w+ Ada Byron lives in Oslo\.\n", done.stdout)
    assert (tmp_path / "memory.db").exists()
