"""Arrays in one file, mapped into memory when it is read: nothing is loaded before it is used.

Layout, little-endian: MAGIC; length and CRC-32 of the header (two uint32); the header, which is JSON:
``told``, what the writer says of the arrays, ``size`` of the file, and name -> dtype, shape and offset of
each array; the arrays, each at a multiple of 64 bytes; MAGIC again. An array may have room for more rows
behind those that it has: zeros, which take no place on the disk.
"""

from __future__ import annotations

import json
import mmap
import os
import struct
import zlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

MAGIC: Final = b"graphmem arrays1"
_HEAD: Final = struct.Struct("<II")
_ALIGNED: Final = 64

Arrays = Mapping[str, NDArray[np.generic]]


def write(
    path: Path,
    told: Mapping[str, Any],
    arrays: Arrays,
    room: Mapping[str, int] | None = None,
    mode: int = 0o600,
) -> None:
    """Write a file in place of what is there: whole or not at all, and on the disk when this returns.

    Args:
        path: the file.
        told: what ``read`` gives back beside the arrays; JSON.
        arrays: by name.
        room: rows that an array is to have, zeros behind its own.
        mode: who may read and write it, as for ``os.chmod``.

    Raises:
        OSError: the file system does not let us.
    """
    places: dict[str, Any] = {}
    end = 1 << 14  # the header is shorter
    for name, array in arrays.items():
        shape = (max((room or {}).get(name, 0), len(array)), *array.shape[1:])
        places[name] = {"dtype": array.dtype.str, "shape": shape, "offset": end}
        end += -(-array.itemsize * int(np.prod(shape)) // _ALIGNED) * _ALIGNED
    header = json.dumps({"told": told, "size": end + len(MAGIC), "arrays": places}).encode()
    temporary = path.with_name(f"{path.name}-{os.getpid()}")
    try:
        temporary.touch(0o600)
        temporary.chmod(mode)
        with temporary.open("wb") as file:
            file.write(MAGIC + _HEAD.pack(len(header), zlib.crc32(header)) + header)
            for name, array in arrays.items():
                file.seek(places[name]["offset"])
                file.write(np.ascontiguousarray(array).data)
            file.seek(end)
            file.write(MAGIC)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def read(path: Path) -> tuple[Mapping[str, Any], Arrays] | None:
    """What was told, and the arrays; None if there is no such file, or it is not whole.

    The arrays may be written to: that stays in this process (copy on write).

    Raises:
        OSError: the file system does not let us.
    """
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return None
    with file:
        size = os.fstat(file.fileno()).st_size
        start = file.read(len(MAGIC) + _HEAD.size)
        if len(start) < len(MAGIC) + _HEAD.size or not start.startswith(MAGIC):
            return None
        length, sum = _HEAD.unpack_from(start, len(MAGIC))
        raw = file.read(min(length, size))
        file.seek(max(size - len(MAGIC), 0))
        if zlib.crc32(raw) != sum or file.read() != MAGIC:
            return None
        header = json.loads(raw)
        if header["size"] != size:
            return None
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    return header["told"], {
        name: np.frombuffer(
            mapped, dtype=place["dtype"], count=int(np.prod(place["shape"])), offset=place["offset"]
        ).reshape(place["shape"])
        for name, place in header["arrays"].items()
    }
