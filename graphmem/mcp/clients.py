"""Who may use the server: each client has a namespace that is fixed here, and over HTTP a token."""

from __future__ import annotations

import hmac
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from graphmem.errors import InputError
from graphmem.identity import checked_namespace

_TOML: Final = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
SHORTEST: Final = 16  # characters of a token that nobody guesses
_NO_NAME: Final = re.compile(r"[^\w.@+-]+")
_LONGEST_NAME: Final = 64


@dataclass(frozen=True, slots=True)
class Client:
    """One that calls the server: whose memory it works on, and what it may do there.

    Attributes:
        namespace: the only one that it writes to.
        name: who makes its commits; what the client calls itself, if this is empty.
        also: the namespaces that it reads along, of those that share themselves.
        read_only: whether it is only offered what reads.
        digest: SHA-256 of its token, in hexadecimal; empty where there is none.
    """

    namespace: str
    name: str = ""
    also: tuple[str, ...] = ()
    read_only: bool = False
    digest: str = ""

    def author(self, told: str) -> str:
        """Who makes its commits; ``told`` is what the client says that it is called."""
        name = _NO_NAME.sub("-", self.name or told).strip("-")[:_LONGEST_NAME]
        return f"mcp:{name or 'client'}"


class _Entry(BaseModel):
    """A client as its table in the file says."""

    model_config = ConfigDict(extra="forbid")

    namespace: str
    token_sha256: Annotated[str, Field(pattern=r"^[0-9a-fA-F]{64}$")] | None = None
    token_env: Annotated[str, Field(min_length=1)] | None = None
    also: tuple[str, ...] = ()
    read_only: bool = False


class _File(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid")

    clients: dict[Annotated[str, Field(pattern=r"^[\w.@+-]{1,64}$")], _Entry] = Field(min_length=1)


def digest_of(token: str, what: str) -> str:
    """The digest of a token, for ``Client``; ``what`` names it in the message.

    Raises:
        InputError: it is so short that it can be guessed, or no request can carry it.
    """
    if len(token) < SHORTEST or not token.isascii() or not token.isprintable() or " " in token:
        raise InputError(
            f"{what} is no token: give at least {SHORTEST} letters and digits without spaces, such as"
            " python -c 'import secrets; print(secrets.token_urlsafe(32))' prints"
        )
    return sha256(token.encode("ascii")).hexdigest()


def load_clients(file: Path, environment: Mapping[str, str]) -> tuple[Client, ...]:
    """The clients of a TOML file: a table ``[clients.NAME]`` for each.

    Its keys are ``namespace``, ``token_sha256`` or ``token_env`` (the environment variable that holds the
    token), and if wanted ``read_only`` and ``also``.

    Raises:
        InputError: the file cannot be read, says something else, or gives two clients one token.
    """
    try:
        entries = _File.model_validate(_TOML.loads(file.read_text("utf-8"))).clients
    except OSError as error:
        raise InputError(f"{file} cannot be read ({error.strerror}): give the file of clients") from error
    except (UnicodeDecodeError, _TOML.TOMLDecodeError) as error:
        raise InputError(f"{file} is not TOML: {error}") from error
    except ValidationError as error:
        wrong = error.errors()[0]
        place = ".".join(map(str, wrong["loc"]))
        raise InputError(
            f"{file}: {place or 'the file'}: {wrong['msg']} (write [clients.NAME] with namespace,"
            " token_sha256 or token_env, and if wanted read_only and also)"
        ) from error
    clients = tuple(_client(file, name, entry, environment) for name, entry in entries.items())
    if len({one.digest for one in clients}) < len(clients):
        raise InputError(f"{file} gives two clients the same token: which of them calls could not be told")
    return clients


def _client(file: Path, name: str, entry: _Entry, environment: Mapping[str, str]) -> Client:
    if (entry.token_sha256 is None) == (entry.token_env is None):
        raise InputError(f"{file}: clients.{name} needs token_sha256 or token_env, one of them")
    for namespace in (entry.namespace, *entry.also):
        checked_namespace(namespace)
    digest = (entry.token_sha256 or "").lower()
    if entry.token_env is not None:
        token = environment.get(entry.token_env, "")
        digest = digest_of(token, f"{file}: the environment variable {entry.token_env} of clients.{name}")
    return Client(entry.namespace, name, entry.also, entry.read_only, digest)


def who_calls(clients: Iterable[Client], authorization: str) -> Client | None:
    """The client whose token an ``Authorization`` header bears; None if it is nobody's.

    All digests are compared, each in constant time: how long it takes tells nothing of any token.
    """
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        return None
    given = sha256(token.strip().encode("utf-8", "replace")).hexdigest()
    found = None
    for client in clients:
        if client.digest and hmac.compare_digest(client.digest, given):
            found = client
    return found
