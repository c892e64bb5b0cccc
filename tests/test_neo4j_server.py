"""The servers and the faults that tests of the Neo4j store stand on."""

from __future__ import annotations

import os
import signal
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import neo4j
import neo4j_server
import pytest
from neo4j_server import VERSIONS, ExternalServer, Neo4jServer, Unavailable, serving
from tcp_proxy import CHUNK, Proxy

NEW, LTS = VERSIONS
SECONDS = 10  # for what takes none


def program(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with no Java, no Maven and nothing fetched; its folders are jvm, bin and cache."""
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.delenv("GRAPHMEM_REQUIRE_NEO4J", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(neo4j_server, "JAVA_FOLDERS", (f"{tmp_path}/jvm/*",))
    return tmp_path


def java(home: Path, version: str, script: str = "exit 1") -> Path:
    found = program(home / "bin" / "java", script)
    (home / "release").write_text(f'IMPLEMENTOR="Somebody"\nJAVA_VERSION="{version}"\n', "utf-8")
    return found


def test_the_oldest_java_that_fits_is_taken(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    homes = {version: machine / "jvm" / version for version in ("1.8.0_402", "11.0.2", "17.0.15", "25.0.3")}
    found = {version: java(home, version) for version, home in homes.items()}
    assert neo4j_server.java_for(LTS) == found["17.0.15"]
    assert neo4j_server.java_for(NEW) == found["25.0.3"]
    named = java(machine / "elsewhere", "21.0.1")
    monkeypatch.setenv("JAVA_HOME", str(named.parent.parent))
    assert neo4j_server.java_for(LTS) == found["17.0.15"]
    assert neo4j_server.java_for(NEW) == named


def test_a_java_on_the_path_without_a_release_file_is_asked(machine: Path) -> None:
    said = program(machine / "bin" / "java", "echo 'openjdk version \"21.0.2\" 2024-01-16' >&2")
    assert neo4j_server.java_for(NEW) == said
    program(said, "echo 'no Java runtime is installed' >&2; exit 1")
    assert neo4j_server.java_for(NEW) is None


def test_what_is_missing_says_what_to_install(machine: Path) -> None:
    assert neo4j_server.unavailable(NEW) == (
        f"Neo4j {NEW} needs Java 21 or later: install one (apt: openjdk-21-jre-headless) or set JAVA_HOME"
    )
    java(machine / "jvm" / "new", "25.0.3")
    assert "install maven" in (neo4j_server.unavailable(NEW) or "")
    assert "needs Java 17 to 21" in (neo4j_server.unavailable(LTS) or "")
    neo4j_server.library(NEW).mkdir(parents=True)
    assert neo4j_server.unavailable(NEW) is None, "what is fetched needs no Maven"


@pytest.mark.parametrize(("required", "outcome"), [("1", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_what_is_missing_skips_or_fails(
    machine: Path, monkeypatch: pytest.MonkeyPatch, required: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setenv("GRAPHMEM_REQUIRE_NEO4J", required)
    with pytest.raises(outcome, match="needs Java 17 to 21"), serving(LTS, machine / "home"):
        pass


def test_jars_are_fetched_once_and_whole_or_not_at_all(machine: Path) -> None:
    maven = machine / "bin" / "mvn"
    fill = "for word; do case $word in -DoutputDirectory=*) lib=${word#*=}; esac; done; /bin/mkdir $lib; "
    program(maven, fill + "echo half > $lib/neo4j.jar; echo the network is gone; exit 1")
    with pytest.raises(Unavailable, match="the network is gone"):
        neo4j_server.fetch(LTS)
    assert list(neo4j_server.library(LTS).parent.iterdir()) == []
    program(maven, fill + "echo whole > $lib/neo4j.jar")
    assert (neo4j_server.fetch(LTS) / "neo4j.jar").read_text() == "whole\n"
    program(maven, "exit 1")
    assert (neo4j_server.fetch(LTS) / "neo4j.jar").read_text() == "whole\n"


def test_of_two_fetches_at_once_the_first_is_kept(machine: Path) -> None:
    lib = neo4j_server.library(LTS)
    other = f"/bin/mkdir {lib}; echo first > {lib}/neo4j.jar"
    fill = "for word; do case $word in -DoutputDirectory=*) lib=${word#*=}; esac; done; /bin/mkdir $lib; "
    program(machine / "bin" / "mvn", fill + f"echo second > $lib/neo4j.jar; {other}")
    assert (neo4j_server.fetch(LTS) / "neo4j.jar").read_text() == "first\n"
    assert list(lib.parent.iterdir()) == [lib]


def test_a_server_that_ends_by_itself_shows_its_log(machine: Path) -> None:
    java(machine / "jvm" / "21", "21.0.2", "echo no room for a heap; exit 1")
    neo4j_server.library(NEW).mkdir(parents=True)
    server = Neo4jServer(NEW, machine / "home")
    with pytest.raises(RuntimeError, match="ended by itself(.|\n)*no room for a heap"):
        server.start()
    assert server.pid is None


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_a_process_dies_with_the_test_run_that_started_it(tmp_path: Path) -> None:
    run = (
        "import sys, time; from pathlib import Path; from neo4j_server import guarded\n"
        f"with Path({str(tmp_path / 'log')!r}).open('ab') as log:\n"
        "    guard = guarded(['sleep', '600'], log)\n"
        "print(guard.stdout.readline().decode(), flush=True)\n"
        "time.sleep(600)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", run], cwd=Path(__file__).parent, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        assert not gone(pid)
        process.send_signal(signal.SIGKILL)
    eventually(lambda: gone(pid))


def test_an_external_server_is_named_by_a_url_and_never_ended() -> None:
    server = ExternalServer("bolt://neo4j:p%40ss@example.org:7000")
    assert (server.url, server.user, server.password) == ("bolt://example.org:7000", "neo4j", "p@ss")
    server.start()
    for end in (server.stop, server.kill):
        with pytest.raises(pytest.skip.Exception):
            end()


def test_a_server_keeps_what_it_acknowledged_when_it_is_killed(tmp_path: Path) -> None:
    with serving(NEW, tmp_path / "home") as server:

        def said(query: str) -> list[object]:
            with (
                neo4j.GraphDatabase.driver(server.url, auth=(server.user, server.password)) as driver,
                driver.session() as session,
            ):
                return session.run(query).value()

        said("CREATE (:Buoy {name: 'Tern'})")
        first = server.pid
        server.start()
        assert server.pid == first, "a server that runs is left alone"
        server.kill()
        assert first is not None and gone(first)
        with pytest.raises(neo4j.exceptions.ServiceUnavailable):
            said("RETURN 1")
        server.start()
        assert said("MATCH (b:Buoy) RETURN b.name") == ["Tern"]
        again = server.pid
        server.stop()
        assert again is not None and gone(again)
    assert not (tmp_path / "home").exists()


# The proxy


class Echo(socketserver.ThreadingTCPServer):
    """Says what it hears, and remembers it."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Hearer)
        self.heard: list[bytes] = []
        self.port: int = self.server_address[1]


class Hearer(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        assert isinstance(self.server, Echo)
        try:
            while data := self.request.recv(65536):
                self.server.heard.append(data)
                if data == b"die":
                    return
                self.request.sendall(data)
        except ConnectionError:
            pass


@contextmanager
def echoing() -> Iterator[Echo]:
    with Echo() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def echo() -> Iterator[Echo]:
    with echoing() as server:
        yield server


@pytest.fixture
def proxy(echo: Echo) -> Iterator[Proxy]:
    with Proxy(echo.port) as proxy:
        yield proxy
    assert "tcp proxy" not in [thread.name for thread in threading.enumerate()]


def client(proxy: Proxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=SECONDS)


def ask(asking: socket.socket, question: bytes) -> bytes:
    """All of the echo, or what came before the connection ended."""
    asking.sendall(question)
    answer = b""
    while len(answer) < len(question) and (data := asking.recv(65536)):
        answer += data
    return answer


def is_reset(asking: socket.socket) -> bool:
    with pytest.raises(ConnectionResetError):
        asking.recv(1)
    return True


def eventually(true: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_the_proxy_passes_all_on(proxy: Proxy) -> None:
    long = bytes(range(256)) * 4000
    with client(proxy) as one, client(proxy) as other:
        sent = threading.Thread(target=one.sendall, args=(long,))
        sent.start()
        assert ask(other, b"meanwhile") == b"meanwhile"
        answer = b""
        while len(answer) < len(long):
            answer += one.recv(65536)
        sent.join()
    assert answer == long


def test_cut_resets_what_is_connected_and_nothing_else(proxy: Proxy) -> None:
    with client(proxy) as one, client(proxy) as waiting:
        assert ask(one, b"before") == b"before"
        proxy.cut()
        assert is_reset(one) and is_reset(waiting)
    with client(proxy) as other:
        assert ask(other, b"after") == b"after"


def test_refuse_lets_nobody_in_until_healed(proxy: Proxy) -> None:
    with client(proxy) as one:
        assert ask(one, b"before") == b"before"
        proxy.refuse()
        proxy.refuse()
        assert is_reset(one)
    for _ in range(3):
        with pytest.raises(ConnectionRefusedError):
            client(proxy)
    proxy.cut()
    proxy.heal()
    with client(proxy) as other:
        assert ask(other, b"after") == b"after"


def test_stall_holds_bytes_back_until_healed(proxy: Proxy, echo: Echo) -> None:
    with client(proxy) as one:
        assert ask(one, b"before") == b"before"
        proxy.stall()
        one.settimeout(0.2)
        with pytest.raises(TimeoutError):
            ask(one, b"held")
        assert echo.heard == [b"before"]
        one.settimeout(SECONDS)
        proxy.heal()
        assert one.recv(65536) == b"held"


@pytest.mark.parametrize("count", [0, 1, CHUNK, 3 * CHUNK + 7])
def test_half_an_answer_is_as_long_as_asked(proxy: Proxy, count: int) -> None:
    with client(proxy) as one:
        proxy.half(count)
        one.sendall(bytes(5 * CHUNK))
        answer = b""
        with pytest.raises(ConnectionResetError):
            while data := one.recv(65536):
                answer += data
    assert len(answer) == count
    with client(proxy) as other:
        assert ask(other, bytes(5 * CHUNK)) == bytes(5 * CHUNK), "it happens once"


def test_a_lost_answer_was_given(proxy: Proxy, echo: Echo) -> None:
    with client(proxy) as one:
        assert ask(one, b"before") == b"before"
        proxy.lose_answer(quiet=0.05)
        one.sendall(bytes(3 * CHUNK))
        assert is_reset(one)
    assert b"".join(echo.heard) == b"before" + bytes(3 * CHUNK)
    with client(proxy) as other:
        assert ask(other, b"after") == b"after", "it happens once"


def test_heal_takes_back_what_has_not_happened_yet(proxy: Proxy) -> None:
    with client(proxy) as one:
        proxy.half(1)
        proxy.lose_answer()
        proxy.heal()
        assert ask(one, b"well") == b"well"


def test_a_dead_server_is_passed_on_to_clients() -> None:
    with echoing() as echo, Proxy(echo.port) as proxy:
        with client(proxy) as one, client(proxy) as other:
            assert ask(one, b"before") == b"before"
            assert ask(other, b"die") == b""
            one.shutdown(socket.SHUT_WR)
            assert one.recv(1) == b""
        echo.shutdown()
        echo.server_close()
        with pytest.raises(ConnectionResetError), client(proxy) as late:  # as it connects or when it reads
            late.recv(1)
    with pytest.raises(ConnectionRefusedError):
        client(proxy)
