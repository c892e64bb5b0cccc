"""Every error that graphmem raises on purpose. The message says what to do.

GraphMemError
├── InputError              what was given cannot be used
│   ├── SourceError         a file or stream: unreadable, empty, encrypted, too large, not its format
│   ├── QueryError          a question that cannot be asked
│   ├── ImportFormatError   an export file that is not one, or is cut
│   ├── StoreURLError       a store address that names no store
│   └── NotOwned            a record of a namespace that is only read along
├── NotFound                no such record, commit or document in this view
├── NotShared               a namespace that does not let this one read it
├── Conflict                the record was changed meanwhile, or later: nothing was written
├── MissingExtra            a package that is installed with an extra
└── StoreError              the store cannot serve
    ├── StoreUnavailable    the server is not reached, or went away
    ├── StoreDenied         the server refuses the user or the password
    ├── StoreBusy           another process writes for too long
    ├── StoreFormatError    not a graphmem store, or made by a newer graphmem
    ├── StoreReadOnly       the file or its disk does not take writes
    ├── StoreFull           the disk is full
    ├── StoreCorrupt        the file is damaged
    └── EncoderMismatch     the store's vectors come from another encoder
"""

from __future__ import annotations


class GraphMemError(Exception):
    """Root of all errors that graphmem raises on purpose."""


class InputError(GraphMemError):
    """What was given cannot be used."""


class SourceError(InputError):
    """A source that cannot be read; ``uri`` names it, ``reason`` says why and what to do."""

    def __init__(self, uri: str, reason: str) -> None:
        """Message: ``uri: reason``."""
        super().__init__(uri, reason)
        self.uri = uri
        self.reason = reason

    def __str__(self) -> str:
        """One line, the source first."""
        return f"{self.uri}: {self.reason}"


class QueryError(InputError):
    """A question that cannot be asked."""


class ImportFormatError(InputError):
    """An export file that is not one, or is cut."""


class StoreURLError(InputError):
    """A store address that names no store."""


class NotOwned(InputError):
    """What was to be changed belongs to a namespace that is only read along; nothing was written."""


class NotShared(GraphMemError):
    """A namespace that does not let this one read it, or no longer does."""


class NotFound(GraphMemError):
    """No such record, commit or document in this view."""


class Conflict(GraphMemError):
    """The record was changed meanwhile, or later; nothing was written. ``records`` names them."""

    def __init__(self, message: str, records: tuple[str, ...] = ()) -> None:
        """``records`` are the ids whose current state is not the expected one."""
        super().__init__(message, records)
        self.records = records

    def __str__(self) -> str:
        """The message alone."""
        return str(self.args[0])


class MissingExtra(GraphMemError):
    """A package that is installed with an extra."""

    def __init__(self, purpose: str, extra: str) -> None:
        """Message: what for, and the exact command."""
        super().__init__(purpose, extra)
        self.extra = extra

    def __str__(self) -> str:
        """What for, and the exact command."""
        purpose, extra = self.args
        return f"{purpose} needs an extra: pip install 'graphmem[{extra}]'"


class StoreError(GraphMemError):
    """The store cannot serve."""


class StoreUnavailable(StoreError):
    """The server is not reached, or went away; what was being written may be there or not: write it again."""


class StoreDenied(StoreError):
    """The server refuses the user or the password, or what the user asks for."""


class StoreBusy(StoreError):
    """Another process writes for too long; try again."""


class StoreGone(StoreError):
    """The file was moved, replaced or deleted while it was open; nothing was written. Open it again."""


class StoreFormatError(StoreError):
    """Not a graphmem store, or made by a newer graphmem; the file is untouched."""


class StoreReadOnly(StoreError):
    """The file or its disk does not take writes."""


class StoreFull(StoreError):
    """The disk is full; the commit was not made."""


class StoreCorrupt(StoreError):
    """The file is damaged."""


class EncoderMismatch(StoreError):
    """The store's vectors come from another encoder."""
