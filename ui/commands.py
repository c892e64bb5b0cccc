"""``graphmem ui``: the memory in a browser."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Final

import typer

from graphmem.cli.options import DEFAULT_STORE, AlsoOption, NamespaceOption, StoreOption, talk
from graphmem.errors import InputError, MissingExtra
from graphmem.identity import checked_namespace
from graphmem.memory import DEFAULT_NAMESPACE

LOOPBACK: Final = "127.0.0.1"
PASSWORD: Final = "GRAPHMEM_UI_PASSWORD"  # the environment variable that holds it


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine alone."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def command(host: str, port: int, *, browser: bool) -> list[str]:
    """What starts the server: no telemetry, no watcher of files, no menu for developers."""
    options = {
        "server.address": host,
        "server.port": str(port),
        "server.headless": str(not browser).lower(),
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
        "client.toolbarMode": "viewer",
        "client.showErrorDetails": "none",
    }
    app = Path(__file__).with_name("app.py")
    flags = [f"--{name}={value}" for name, value in options.items()]
    return [sys.executable, "-m", "streamlit", "run", str(app), *flags]


def serve(call: list[str], environment: dict[str, str]) -> None:
    """Become the server, so that whoever ends this process ends it; where that cannot be, wait for it."""
    if os.name == "posix":
        sys.stderr.flush()
        os.execve(call[0], call, environment)
    try:
        done = subprocess.run(call, env=environment, check=False)
    except KeyboardInterrupt:  # Ctrl-C went to the server too, which has ended by itself
        return
    raise typer.Exit(done.returncode)


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def ui(
        host: Annotated[str, typer.Option(help="Where to listen.")] = LOOPBACK,
        port: Annotated[int, typer.Option(min=1, max=65535, help="The port.")] = 8501,
        browser: Annotated[bool, typer.Option(help="Open a browser.")] = True,
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        also: AlsoOption = None,
    ) -> None:
        """Open the explorer: ask the memory and see what it holds, in a browser.

        It listens to this machine alone. Another --host needs the environment variable
        GRAPHMEM_UI_PASSWORD, which whoever opens the page is then asked for.
        """
        if not is_loopback(host) and not os.environ.get(PASSWORD):
            raise InputError(f"others could read the memory at {host}: set {PASSWORD}, or leave out --host")
        for name in (namespace, *(also or ())):
            checked_namespace(name)
        if importlib.util.find_spec("streamlit") is None:
            raise MissingExtra("the explorer", "ui")
        environment = {**os.environ, "GRAPHMEM_STORE": store, "GRAPHMEM_NAMESPACE": namespace}
        environment["GRAPHMEM_ALSO"] = " ".join(also or ())
        talk.print(f"The explorer is at http://{host}:{port} (Ctrl-C ends it)", markup=False)
        serve(command(host, port, browser=browser), environment)
