"""An address of a Neo4j store is read right, and a password that stands in it is shown nowhere."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import pytest
from conftest import put
from hypothesis import example, given
from hypothesis import strategies as st
from neo4j_stores import Neo4jStores

from graphmem import Memory, cli
from graphmem.errors import GraphMemError, StoreURLError
from graphmem.projection import SCHEMA
from graphmem.stores import open_store
from graphmem.stores.neo4j_address import SCHEMES, Address, parse_address, without_password
from graphmem.testing import HashEmbedder

SECRET = "hush4ever"
REMOTE = {"NEO4J_PASSWORD": SECRET}
TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)
ODD = st.text("abc@:/?#%[]&=+ \t\n'\"", max_size=12)
HOSTS = st.sampled_from(["localhost", "db.example.com", "127.0.0.1", "[::1]", "[2001:db8::1]"])


def secret(odd: str) -> str:
    """A password that is told from all else."""
    return odd[: len(odd) // 2] + SECRET + odd[len(odd) // 2 :]


def refused(url: str, environment: dict[str, str] | None = None) -> str:
    with pytest.raises(StoreURLError) as error:
        parse_address(url, environment or {})
    assert SECRET not in "".join(traceback.format_exception(error.value)), "nor in what caused it"
    return str(error.value)


# --- what an address says ---------------------------------------------------------------------


@given(TEXT, TEXT | ODD.map(secret), HOSTS, st.none() | st.integers(1, 65535))
def test_user_and_password_come_back_whatever_is_in_them(
    user: str, password: str, host: str, port: int | None
) -> None:
    place = host if port is None else f"{host}:{port}"
    address = parse_address(f"neo4j://{quote(user, safe='')}:{quote(password, safe='')}@{place}", {})
    assert (address.user, address.password) == (user, password)
    assert address.uri == f"neo4j://{host}:{port or 7687}"


@given(TEXT | ODD, ODD.map(secret), TEXT, HOSTS, st.sampled_from(["", "?store=Notes"]))
def test_what_is_shown_names_the_store_and_not_the_password(
    user: str, password: str, database: str, host: str, store: str
) -> None:
    parts = (quote(part, safe="") for part in (user, password))
    address = parse_address(f"bolt://{':'.join(parts)}@{host}/{quote(database, safe='')}{store}", {})
    shown = str(address)
    assert shown.isprintable() and SECRET not in shown and SECRET not in repr(address)
    assert parse_address(shown, {"NEO4J_PASSWORD": password}) == address
    assert without_password(shown) == shown


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_scheme_of_the_driver_is_taken(scheme: str) -> None:
    address = parse_address(f"{scheme}://ada@db.example.com:7000/notes?store=Old", REMOTE)
    assert address == Address(f"{scheme}://db.example.com:7000", "ada", SECRET, "notes", "Old")
    assert str(address) == f"{scheme}://ada@db.example.com:7000/notes?store=Old"


def test_the_environment_gives_what_the_url_leaves_out() -> None:
    environment = {"NEO4J_USERNAME": "bob", "NEO4J_PASSWORD": SECRET, "NEO4J_DATABASE": "notes"}
    assert parse_address("neo4j://h", environment) == Address(
        "neo4j://h:7687", "bob", SECRET, "notes", "Graphmem"
    )
    assert parse_address("neo4j://ada:own@h/db", environment) == Address(
        "neo4j://h:7687", "ada", "own", "db", "Graphmem"
    )
    assert parse_address("neo4j://h", REMOTE).user == "neo4j"


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1", "127.1.2.3", "[::1]"])
def test_a_server_of_this_machine_may_have_no_password(host: str) -> None:
    address = parse_address(f"bolt://{host}", {})
    assert (address.user, address.password, address.database) == ("", "", None)


@pytest.mark.parametrize("url", ["bolt://h", "bolt://ada@db.example.com", "neo4j+s://[2001:db8::1]/x"])
def test_a_server_elsewhere_needs_a_password_and_the_message_says_where_to_put_it(url: str) -> None:
    assert refused(url) == f"'{url}' is on another machine and has no password: set NEO4J_PASSWORD"
    assert parse_address(url, REMOTE).password == SECRET


NO_SERVER = [
    "neo4j://",
    "neo4j:///notes",
    "neo4j://:7687",
    f"neo4j://ada:{SECRET}@",
    f"neo4j://ada:{SECRET}@h:0",
    f"neo4j://ada:{SECRET}@h:65536",
    f"neo4j://ada:{SECRET}@h:bolt",
    f"neo4j://ada:{SECRET}@h:-1",
    f"neo4j://ada:{SECRET}@[::1",
    f"neo4j://ada:{SECRET}@a..b",
    f"neo4j://ada:{SECRET}@{'a' * 64}.example.com",
    f"neo4j://ada:{SECRET}@h\u2100",
    f"neo4j://ada:{SECRET}@h\ud800",
    f"neo4j://ada:{SECRET}[x@h",
    f"neo4j://ada:{SECRET}/x@h",
    f"neo4j://ada:x#{SECRET}@h",
    f"neo4j://ada:x?{SECRET}@h",
    f"https://ada:{SECRET}@h",
    f"ada:{SECRET}@h",
]


@pytest.mark.parametrize("url", NO_SERVER)
def test_an_address_that_names_no_server_is_told_what_one_looks_like(url: str) -> None:
    assert "names no server: write neo4j://USER@HOST:7687/DATABASE, with the password in NEO4J_PASSWORD" in (
        refused(url, REMOTE)
    )


@pytest.mark.parametrize("mark", "/?#")
def test_a_password_that_was_not_encoded_is_no_host_and_no_database(mark: str) -> None:
    message = refused(f"neo4j://ada:123{mark}{SECRET}@h", REMOTE)
    assert "as %2F %3F %23, or set NEO4J_PASSWORD" in message


@pytest.mark.parametrize("rest", ["?database=x", "?store=A&user=x", "?x", "#x", "?store=A#x", "?Store=A"])
def test_options_that_there_are_not_are_refused(rest: str) -> None:
    message = refused(f"neo4j://ada:{SECRET}@h/{rest}")
    assert message == f"'neo4j://ada@h/{rest}': the only option of the address is ?store=Label"


INJECTIONS = [
    "A`",
    "A) DETACH DELETE (n",
    "A B",
    "A:B",
    "A|B",
    "a",
    "1A",
    "",
    "Ä",
    "A\n",
    "A{x}",
    "A;x=y",
    "A" * 41,
]


@pytest.mark.parametrize("label", [quote(label) for label in INJECTIONS])
def test_a_label_that_could_be_more_than_a_label_is_refused(label: str) -> None:
    assert "a capital letter, then letters and digits" in refused(f"neo4j://ada:{SECRET}@h?store={label}")


@given(st.text(max_size=40))
def test_a_label_that_is_taken_is_a_plain_word(label: str) -> None:
    try:
        taken = parse_address(f"bolt://localhost?store={quote(label, errors='replace')}", {}).label
    except StoreURLError:
        return
    assert taken == label and taken.isascii() and taken.isalnum() and taken[0].isupper()


@pytest.mark.parametrize("name", ["NEO4J_USERNAME", "NEO4J_PASSWORD", "NEO4J_DATABASE"])
def test_half_a_character_in_the_environment_is_told(name: str) -> None:
    assert "half a character" in refused("bolt://h", {**REMOTE, name: f"{SECRET}\ud800"})


# --- what is shown of any text ----------------------------------------------------------------


@given(
    st.sampled_from(
        [*(f"{scheme}://" for scheme in (*SCHEMES, "mysql")), "", "neo4j:", "neo4j:/", " bolt://"]
    ),
    ODD | st.text(max_size=8),
    (ODD | st.text(max_size=12)).map(secret),
    st.text("h.1:[]/?#&= \n", max_size=12),
)
def test_whatever_the_form_a_password_does_not_survive(
    scheme: str, user: str, password: str, rest: str
) -> None:
    assert SECRET not in without_password(f"{scheme}{user}:{password}@{rest}")


@given(HOSTS, st.sampled_from(["", "ada@", "ada%40x@"]), st.sampled_from(["", ":7687"]))
def test_an_address_without_a_password_is_shown_as_it_is(host: str, user: str, port: str) -> None:
    for url in (f"neo4j://{user}{host}{port}/notes?store=A", f"{user}{host.strip('[]:')}", "notes.db"):
        assert without_password(url) == url


@given(
    st.sampled_from([*SCHEMES, "mysql", "sqlite", "", "neo4j+x"]),
    st.sampled_from(["://", ":", ":/", ":///", ""]),
    ODD.map(secret),
    st.sampled_from(["h:x", "a..b", "h/x?y", "[::1", "h?store=x", "h#x", "://x", ""]),
)
@example("bolt", "://", secret("]"), "[::1")
def test_an_address_that_opens_no_store_is_refused_without_its_password(
    scheme: str, separator: str, password: str, host: str
) -> None:
    if (scheme, separator) == ("sqlite", ":///"):
        return  # a file of any name
    with pytest.raises(StoreURLError) as error:
        open_store(f"{scheme}{separator}ada:{password}@{host}", SCHEMA, create=False)
    assert SECRET not in str(error.value)


# --- nor anywhere else ------------------------------------------------------------------------

Call = Callable[..., str]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Run a command: all that it says."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("graphmem.verbs.opened.SentenceEncoder", HashEmbedder)
    for name in ("GRAPHMEM_STORE", "GRAPHMEM_NAMESPACE", "NEO4J_PASSWORD"):
        monkeypatch.delenv(name, raising=False)

    def called(*arguments: str, code: int = 0) -> str:
        monkeypatch.setattr(sys, "argv", ["graphmem", *arguments])
        monkeypatch.setattr(cli.talk, "_file", None)
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        assert int(ended.value.code or 0) == code, said.err
        assert code == 0 or (said.err.startswith("error: ") and said.err.count("\n") == 1), said.err
        return said.out + said.err

    return called


COMMANDS = [["stats"], ["stats", "--json"], ["doctor", "--json"], ["query", "x"], ["history"], ["export"]]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize(
    "url",
    [
        "bolt://ada:{}@127.0.0.1:1",
        "neo4j://ada:{}@127.0.0.1:1/notes",
        "neo4j://ada:{}@h:port",
        "neo4j://ada:12/{}@h",
        "mysql://ada:{}@h",
        "sqlite://ada:{}@h",
        "ada:{}@h",
        "ada:{}@h://x",
    ],
)
def test_a_command_that_fails_does_not_say_the_password(call: Call, url: str, command: list[str]) -> None:
    assert SECRET not in call(*command, "--store", url.format(SECRET), code=1)


def test_copy_does_not_say_the_password_of_either_store(call: Call) -> None:
    put_down = f"bolt://ada:{SECRET}@127.0.0.1:1"
    assert SECRET not in call("copy", put_down, "sqlite:///x.db", code=1)
    assert SECRET not in call("copy", "sqlite:///x.db", put_down, code=1)


def test_a_server_that_answers_makes_nothing_say_the_password(
    call: Call, neo4j_stores: Neo4jStores, caplog: pytest.LogCaptureFixture
) -> None:
    url = neo4j_stores.url("store")
    password = unquote(urlsplit(url).password or "")
    caplog.set_level(logging.DEBUG)
    with Memory.open(url, embedder=HashEmbedder()) as memory:
        put(memory, {"ash.md": "# Ash\n\nAda Byron planted the ash in Bergen.\n"})
        said = [repr(memory.store), memory.store.info().url, *map(str, memory.history())]
        with pytest.raises(GraphMemError) as error:
            memory.undo("nothing")
        said.append(str(error.value))
    commands = [*COMMANDS, ["doctor"], ["show", "ash.md", "--json"]]
    said += [call(*command, "--store", url) for command in commands]
    said.append(call("copy", url, url, code=1))
    said += [record.getMessage() for record in caplog.records]
    assert any("LOGON" in line for line in said), "the driver did log"
    assert not any(password in line for line in said)


def test_a_wrong_password_is_not_said(
    call: Call, neo4j_stores: Neo4jStores, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    url = urlsplit(neo4j_stores.url("store"))
    wrong = f"bolt://{url.username}:{SECRET}@{url.hostname}:{url.port}"
    said = call("stats", "--store", wrong, code=1)
    assert "the server refuses the user or the password: look at NEO4J_PASSWORD" in said
    assert SECRET not in said + caplog.text
