"""Who may use the server: tokens, the file of clients, the names of authors, and what the command refuses."""

from __future__ import annotations

import importlib.util
import re
import socket
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from typer.testing import CliRunner

from graphmem.cli import build
from graphmem.errors import GraphMemError, InputError, MissingExtra, StoreURLError
from graphmem.mcp.clients import Client, digest_of, load_clients, who_calls

HASH = sha256(b"some-long-token-of-ann").hexdigest()
tokens = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=16, max_size=40)


def failed(*options: str, env: dict[str, str] | None = None) -> GraphMemError:
    """The error of a call of ``graphmem mcp`` that must not serve."""
    result = CliRunner().invoke(build(), ["mcp", *options], env={"GRAPHMEM_MCP_TOKEN": "", **(env or {})})
    assert isinstance(result.exception, GraphMemError), (result.exception, result.output)
    return result.exception


@given(st.lists(tokens, min_size=1, max_size=4, unique=True), st.text(max_size=40))
@example(["a" * 16], "Bearer " + "a" * 15)
def test_a_token_names_its_client_and_nothing_else_names_one(given: list[str], other: str) -> None:
    clients = [Client(f"n{k}", digest=digest_of(token, "token")) for k, token in enumerate(given)]
    for client, token in zip(clients, given, strict=True):
        for header in (f"Bearer {token}", f"bearer  {token} "):
            assert who_calls([*clients, Client("tokenless")], header) is client
        for header in (token, f"Basic {token}", f"Bearer {token[:-1]}", f"Bearer {client.digest}"):
            assert who_calls(clients, header) is None
    if other.partition(" ")[2].strip() not in given:
        assert who_calls([*clients, Client("tokenless")], other) is None


@given(st.text(max_size=200), st.text(max_size=200))
@example("", "user")
@example("", "mcp:ann\nuser")
def test_no_name_makes_a_commit_look_like_anothers(fixed: str, told: str) -> None:
    author = Client("n", fixed).author(told)
    assert re.fullmatch(r"mcp:[\w.@+-]{1,64}", author) and author != "user"
    assert not fixed or author == Client("n", fixed).author("another")


@pytest.mark.parametrize(
    "token", ["", "short", "a" * 15, "with a blank in it", "ä" * 20, "tab\tin-the-middle-of-it"]
)
def test_what_could_be_guessed_or_not_be_sent_is_no_token(token: str) -> None:
    with pytest.raises(InputError, match="16 letters and digits.*secrets"):
        digest_of(token, "it")


def test_clients_are_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "clients.toml"
    file.write_text(
        f'[clients.ann]\nnamespace = "mine"\ntoken_sha256 = "{HASH.upper()}"\nalso = ["team"]\n'
        '[clients."b@x.org"]\nnamespace = "mine"\ntoken_env = "B"\nread_only = true\n',
        encoding="utf-8",
    )
    ann, b = load_clients(file, {"B": "some-long-token-of-b"})
    assert ann == Client("mine", "ann", ("team",), False, HASH)
    assert b.name == "b@x.org" and b.read_only and who_calls([ann, b], "Bearer some-long-token-of-b") is b
    assert "some-long-token-of-b" not in repr(b)


ANN = f'[clients.ann]\nnamespace = "a"\ntoken_sha256 = "{HASH}"\n'
WRONG = {
    "": "clients: Field required",
    "[clients]": "at least 1 item",
    "[clients.ann": "is not TOML",
    "\xff": "is not TOML",
    '[clients.ann]\nnamespace = "a"\n': "clients.ann needs token_sha256 or token_env, one of them",
    ANN + 'token_env = "A"\n': "one of them",
    ANN + 'token = "some-long-token-of-ann"\n': "clients.ann.token: Extra inputs",
    ANN.replace(HASH, "abc"): "clients.ann.token_sha256",
    ANN.replace('"a"', '"A b"'): "cannot name a namespace",
    ANN.replace("clients.ann", 'clients."a b"'): "should match",
    ANN + ANN.replace("ann", "ben"): "the same token",
    ANN.replace("token_sha256", "token_env").replace(
        HASH, "UNSET"
    ): "variable UNSET of clients.ann is no token",
}


@pytest.mark.parametrize("text", WRONG)
def test_a_file_that_is_wrong_is_told_with_the_place(tmp_path: Path, text: str) -> None:
    file = tmp_path / "clients.toml"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError) as caught:
        load_clients(file, {})
    assert WRONG[text] in str(caught.value), caught.value
    if "cannot name" not in WRONG[text]:
        assert str(file) in str(caught.value)


@pytest.mark.parametrize(
    "options,message",
    [
        (["--clients", "x.toml"], "are for --http"),
        (["--allow-host", "x"], "are for --http"),
        (["--host", "0.0.0.0"], "are for --http"),
        (["--http", "--host", "0.0.0.0"], "others could use the memory at 0.0.0.0: set GRAPHMEM_MCP_TOKEN"),
        (["--http", "--clients", "none.toml"], "none.toml cannot be read"),
        (["--http", "--clients", "x.toml", "--client", "ann"], "leave out --client"),
        (["--namespace", "A b"], "cannot name a namespace"),
        (["--also", "*"], "cannot name a namespace"),
        (["--read-only"], "memory.db"),
        (["--also", "team"], "team"),
    ],
)
def test_what_the_command_refuses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], message: str
) -> None:
    pytest.importorskip("mcp_types", reason="needs graphmem[mcp]")
    monkeypatch.chdir(tmp_path)
    assert message in str(failed(*options, "--store", "sqlite:///memory.db"))


def test_a_reader_makes_no_store(tmp_path: Path) -> None:
    pytest.importorskip("mcp_types", reason="needs graphmem[mcp]")
    assert isinstance(failed("--read-only", "--store", f"sqlite:///{tmp_path}/memory.db"), StoreURLError)
    assert not list(tmp_path.iterdir())


def test_a_port_that_is_taken_and_a_token_that_is_short_are_told(tmp_path: Path) -> None:
    pytest.importorskip("mcp_types", reason="needs graphmem[mcp]")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        options = ("--http", "--port", port, "--store", f"sqlite:///{tmp_path}/memory.db")
        assert "give another --port" in str(failed(*options))
        assert "GRAPHMEM_MCP_TOKEN is no token" in str(failed(*options, env={"GRAPHMEM_MCP_TOKEN": "short"}))


def test_without_the_sdk_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    there = importlib.util.find_spec

    def find(name: str, *rest: Any) -> Any:
        return None if name == "mcp_types" else there(name, *rest)

    monkeypatch.setattr("importlib.util.find_spec", find)
    error = failed()
    assert isinstance(error, MissingExtra) and "graphmem[mcp]" in str(error)
