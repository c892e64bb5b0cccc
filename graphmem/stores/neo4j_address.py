"""Addresses of Neo4j stores: URL and environment in, and no password out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final
from urllib.parse import parse_qs, quote, unquote, urlsplit

from graphmem.errors import StoreURLError

SCHEMES: Final = ("bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc")
DEFAULT_LABEL: Final = "Graphmem"

# It stands in Cypher, where labels take no parameter: nothing else may pass.
_LABEL: Final = re.compile(r"[A-Z][A-Za-z0-9]{0,39}")
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_FORM: Final = "neo4j://USER@HOST:7687/DATABASE, with the password in NEO4J_PASSWORD"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a store is. ``label`` stands on all of its nodes, so that a database may hold other things too.

    ``uri`` has neither user nor password; ``database`` None is the user's home database.
    """

    uri: str
    user: str
    password: str = field(repr=False)
    database: str | None
    label: str

    def __str__(self) -> str:
        scheme, _, host = self.uri.partition("://")
        user = f"{quote(self.user, safe='')}@" if self.user else ""
        label = "" if self.label == DEFAULT_LABEL else f"?store={self.label}"
        return f"{scheme}://{user}{host}/{quote(self.database or '', safe='')}".rstrip("/") + label


def without_password(url: str) -> str:
    """A URL as it can be shown, whatever its form: what may be a password is left out.

    That is all between the first colon after the scheme and the last @.
    """
    scheme = _SCHEME.match(url)
    start = scheme.end() if scheme else 0
    user, at, host = url[start:].rpartition("@")
    return url[:start] + user.partition(":")[0] + at + host


def parse_address(url: str, environment: Mapping[str, str]) -> Address:
    """The address in a URL; NEO4J_USERNAME, NEO4J_PASSWORD and NEO4J_DATABASE give what it leaves out.

    Raises:
        StoreURLError: it names no server, or no password for one that is not on this machine.
    """
    shown = without_password(url)
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        host.encode("idna")
    except ValueError:  # not told: its message may hold what stands before the @
        raise StoreURLError(f"'{shown}' names no server: write {_FORM}") from None
    server = parts.netloc.rpartition("@")[2]
    # A ] of the password passes for the one that the host lacks.
    if parts.scheme not in SCHEMES or not host or port == 0 or server.count("[") != server.count("]"):
        raise StoreURLError(f"'{shown}' names no server: write {_FORM}")
    if "@" in parts.path + parts.query + parts.fragment:  # what is before it may be half of a password
        raise StoreURLError(f"'{shown}': write / ? # in a password as %2F %3F %23, or set NEO4J_PASSWORD")
    options = parse_qs(parts.query, keep_blank_values=True)
    label = options.pop("store", [DEFAULT_LABEL])[-1]
    if options or parts.fragment:
        raise StoreURLError(f"'{shown}': the only option of the address is ?store=Label")
    if not _LABEL.fullmatch(label):
        raise StoreURLError(
            f"'{shown}': a store's label is a capital letter, then letters and digits, at most 40"
        )
    password = unquote(parts.password or "") or environment.get("NEO4J_PASSWORD", "")
    user = unquote(parts.username or "") or environment.get("NEO4J_USERNAME", "") or "neo4j"
    if not password and not _is_here(host):
        raise StoreURLError(f"'{shown}' is on another machine and has no password: set NEO4J_PASSWORD")
    database = unquote(parts.path.strip("/")) or environment.get("NEO4J_DATABASE") or None
    try:
        "".join((user, password, database or "")).encode()
    except UnicodeEncodeError:
        raise StoreURLError(f"'{shown}': user, password or database hold half a character") from None
    place = f"[{host}]" if ":" in host else host
    return Address(
        uri=f"{parts.scheme}://{place}:{port or 7687}",
        user=user if password else "",
        password=password,
        database=database,
        label=label,
    )


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
