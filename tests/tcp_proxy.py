"""A TCP proxy on this machine that breaks connections as networks and dying servers do.

One thread does all the work, and faults are orders to it: when the method returns, the fault is in place.
"""

from __future__ import annotations

import math
import queue
import selectors
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial

CHUNK = 1024  # bytes read at once: small, so that faults fall into the middle of long answers
PATIENCE = 10.0  # seconds
READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE


def bound(port: int = 0) -> socket.socket:
    """A socket that holds a port; connections are refused until it listens."""
    found = socket.socket()
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    found.bind(("127.0.0.1", port))
    found.setblocking(False)
    return found


def reset(side: socket.socket) -> None:
    """Close with no time to linger: that sends RST, and drops what is under way."""
    side.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    side.close()


class Link:
    """One client, its connection to the server, and what was read from one for the other."""

    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        self.client, self.server = client, server
        self.other = {client: server, server: client}
        self.owed = {client: b"", server: b""}
        self.last: socket.socket | None = None  # when this side has what it is owed, the link ends
        self.end: Callable[[socket.socket], None] = socket.socket.close
        self.quiet = 0.0
        self.cut_at: float | None = None  # set while answers are swallowed

    def interests(self) -> Iterator[tuple[socket.socket, int]]:
        """Read from a side only when the other has taken all: so nothing piles up here."""
        for side, other in self.other.items():
            events = WRITE if self.owed[side] else 0
            if not self.owed[other] and self.last is None:
                events |= READ
            if events:
                yield side, events


class Proxy:
    """Passes bytes between clients and a port of this machine, until told to break something."""

    def __init__(self, target_port: int) -> None:
        self.target_port = target_port
        self.port = 0
        self._links: set[Link] = set()
        self._orders: queue.SimpleQueue[tuple[Callable[[], None], threading.Event]] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="tcp proxy", daemon=True)
        self._refusing = self._stalled = self._closed = False
        self._half: int | None = None
        self._lose: float | None = None

    def __enter__(self) -> Proxy:
        self._door = bound()
        self._door.listen()
        self.port = self._door.getsockname()[1]
        self._woken, self._bell = socket.socketpair()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._order(self._close)
        self._thread.join(PATIENCE)
        self._woken.close()
        self._bell.close()

    # Faults: what tests call, from any thread.

    def cut(self) -> None:
        """Reset all connections; new ones are welcome."""
        self._order(self._cut)

    def refuse(self) -> None:
        """Reset all connections and refuse new ones until healed."""
        self._order(self._refuse)

    def stall(self) -> None:
        """Hold back all bytes, both ways, on connections that stay open, until healed."""
        self._order(partial(setattr, self, "_stalled", True))

    def half(self, count: int) -> None:
        """Once: pass on so many more bytes of answers, then reset the connection that they came over."""
        self._order(partial(setattr, self, "_half", count))

    def lose_answer(self, quiet: float = 0.2) -> None:
        """Once: pass the next request on, swallow its answer, then reset the connection.

        The answer counts as given when the server has begun it and said no more for ``quiet`` seconds.
        """
        self._order(partial(setattr, self, "_lose", quiet))

    def heal(self) -> None:
        """Take back all faults that are on or still to come."""
        self._order(self._heal)

    def _order(self, act: Callable[[], None]) -> None:
        done = threading.Event()
        self._orders.put((act, done))
        self._bell.send(b"!")
        if not done.wait(PATIENCE):
            raise TimeoutError("the proxy does not answer")

    # All below runs in the proxy's own thread, so that nothing needs a lock.

    def _run(self) -> None:
        while not self._closed:
            with selectors.DefaultSelector() as selector:
                for side, events, act in self._watched():
                    selector.register(side, events, act)
                for key, events in selector.select(self._cut_lost()):
                    key.data(events)

    def _watched(self) -> Iterator[tuple[socket.socket, int, Callable[[int], None]]]:
        yield self._woken, READ, self._obey
        if not self._refusing:
            yield self._door, READ, self._accept
        if not self._stalled:
            for link in self._links:
                for side, events in link.interests():
                    yield side, events, partial(self._serve, link, side)

    def _obey(self, _: int) -> None:
        self._woken.recv(1)
        act, done = self._orders.get()
        act()
        done.set()

    def _accept(self, _: int) -> None:
        try:
            client, _address = self._door.accept()
        except OSError:
            return  # nobody there: a fault of this very turn was faster
        try:
            server = socket.create_connection(("127.0.0.1", self.target_port), timeout=1)
        except OSError:  # no server: the client learns by a reset
            reset(client)
            return
        for side in (client, server):
            side.setblocking(False)
            side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._links.add(Link(client, server))

    def _serve(self, link: Link, side: socket.socket, events: int) -> None:
        if link not in self._links or self._stalled:
            return  # a fault of this very turn
        try:
            if events & WRITE:
                link.owed[side] = link.owed[side][side.send(link.owed[side]) :]
            if events & READ:
                self._read(link, side)
        except BlockingIOError:
            return
        except OSError:  # one side was reset: so is the other
            self._drop(link, reset)
            return
        if link.last is not None and not link.owed[link.last]:
            self._drop(link, link.end)

    def _read(self, link: Link, side: socket.socket) -> None:
        data = side.recv(CHUNK)
        if not data:
            link.last = link.other[side]
        elif side is link.client:
            if self._lose is not None:
                link.quiet, link.cut_at, self._lose = self._lose, math.inf, None
            link.owed[link.server] = data
        elif link.cut_at is not None:
            link.cut_at = time.monotonic() + link.quiet
        else:
            link.owed[link.client] = self._halved(link, data)

    def _halved(self, link: Link, data: bytes) -> bytes:
        if self._half is None:
            return data
        data = data[: self._half]
        self._half -= len(data)
        if self._half == 0:
            self._half, link.last, link.end = None, link.client, reset
        return data

    def _cut_lost(self) -> float | None:
        """Cut links whose answers were swallowed; the seconds until the next is due."""
        now = time.monotonic()
        for link in [link for link in self._links if link.cut_at is not None and link.cut_at <= now]:
            self._drop(link, reset)
        due = min((link.cut_at for link in self._links if link.cut_at is not None), default=math.inf)
        return due - now if due < math.inf else None

    def _drop(self, link: Link, end: Callable[[socket.socket], None]) -> None:
        self._links.discard(link)
        for side in link.other:
            end(side)

    def _cut(self) -> None:
        with selectors.DefaultSelector() as selector:  # who waits at the door counts as connected
            selector.register(self._door, READ)
            while not self._refusing and selector.select(0):
                self._accept(READ)
        for link in list(self._links):
            self._drop(link, reset)

    def _refuse(self) -> None:
        self._cut()
        if not self._refusing:
            self._door.close()
            self._door = bound(self.port)  # so that nobody else takes the port meanwhile
            self._refusing = True

    def _heal(self) -> None:
        if self._refusing:
            self._door.listen()
        self._refusing = self._stalled = False
        self._half = self._lose = None

    def _close(self) -> None:
        self._cut()
        self._door.close()
        self._closed = True
