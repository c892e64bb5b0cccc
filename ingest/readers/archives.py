"""Office files are zip archives of XML: what must hold before a library may parse one."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Final

from graphmem.ingest.sources import Content

_BOMB_RATIO: Final = 200
_HARMLESS: Final = 20_000_000
"""Unpacked bytes that no ratio makes dangerous."""
_DECLARATIONS: Final = tuple(
    mark.encode(encoding)
    for mark in ("<!DOCTYPE", "<!ENTITY")
    for encoding in ("ascii", "utf-16-le", "utf-16-be")
)
_XML: Final = (".xml", ".rels", ".vml")
_PIECE: Final = 1 << 20


def _declares(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    """Whether an XML part has a document type, which no Office file needs and entity bombs do."""
    tail = b""
    with archive.open(member) as part:
        while piece := part.read(_PIECE):
            window = tail + piece
            if any(mark in window for mark in _DECLARATIONS):
                return True
            tail = window[-32:]
    return False


def check(content: Content) -> None:
    """Refuse what must not reach a parser: broken archives, zip bombs, XML that declares entities.

    Raises:
        SourceError: why it is refused.
    """
    most = content.limits.max_unpacked
    try:
        with zipfile.ZipFile(io.BytesIO(content.data)) as archive:
            members = archive.infolist()
            unpacked = sum(member.file_size for member in members)
            if unpacked > most:
                raise content.error(
                    f"unpacks to {unpacked / 1e6:,.0f} MB, more than {most / 1e6:,.0f} MB; split it"
                )
            if unpacked > _HARMLESS and unpacked > _BOMB_RATIO * len(content.data):
                raise content.error("unpacks to more than 200 times its size, as zip bombs do; save it anew")
            if any(member.flag_bits & 1 for member in members):
                raise content.error("the archive is encrypted; save it without a password")
            for member in members:
                if member.filename.lower().endswith(_XML) and _declares(archive, member):
                    raise content.error(
                        "its XML declares a document type, which is not allowed; save it anew"
                    )
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
        raise content.error(f"a broken or cut archive ({error}); save it or download it again") from error
