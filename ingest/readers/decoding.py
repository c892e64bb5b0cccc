"""From bytes to text, without a guess: what is not UTF-8 and does not say what it is, is an error."""

from __future__ import annotations

import codecs
import re
from typing import Final

from graphmem.ingest.sources import Content

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_MOST_CONTROL: Final = 0.05


def decode(content: Content, declared: str = "") -> str:
    r"""The text of a source, with ``\n`` as its line ends.

    A byte order mark decides the encoding, then ``declared`` (what the source itself says), and
    UTF-8 otherwise.

    Raises:
        SourceError: not text, not in that encoding (at which byte), or only white space.
    """
    data = content.data
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), declared or "utf-8")
    if encoding == "utf-8" and b"\0" in data:
        raise content.error("binary data, not text: there are NUL bytes; check the suffix")
    try:
        text = data.decode(encoding)
    except LookupError:
        raise content.error(f"declares an unknown encoding, {encoding}; convert it to UTF-8") from None
    except UnicodeDecodeError as error:
        raise content.error(
            f"not valid {encoding.upper()} at byte {error.start}; convert it to UTF-8,"
            " e.g. iconv -f WINDOWS-1252 -t UTF-8"
        ) from None
    except UnicodeError:  # a mark and nothing that can follow it
        raise content.error(f"not valid {encoding.upper()}; convert it to UTF-8") from None
    if len(_CONTROL.findall(text)) > _MOST_CONTROL * len(text):
        raise content.error("binary data, not text: it is full of control characters; check the suffix")
    if not text.strip("\ufeff \t\r\n\f\v"):
        raise content.error("only white space: there is nothing to read")
    return text.replace("\r\n", "\n").replace("\r", "\n")
