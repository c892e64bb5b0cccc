"""A page of HTML for people: whole in itself, and safe to open whatever texts it holds.

It loads nothing, its styles and its script are inside, and a policy (Content Security Policy, level 2) lets
nothing else run. All that a text holds is escaped, so that it stays text.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Final

from graphmem.errors import InputError

MADE_BY: Final = '<meta name="generator" content="graphmem'
"""By what a page of graphmem is known."""
_HEAD: Final = 1000  # bytes in which it stands
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def shown(text: str) -> str:
    """A text for HTML, also inside quotation marks; what no page may hold becomes a picture of it."""

    def picture(found: re.Match[str]) -> str:
        code = ord(found.group())
        return chr(0x2400 + code) if code < 0x20 else "\u2421" if code == 0x7F else "\ufffd"

    return escape(_CONTROL.sub(picture, text), quote=True)


def worded(text: str) -> str:
    """A text in one line, that cannot turn the direction of what stands beside it."""
    return f"<bdi>{shown(' '.join(text.split()))}</bdi>"


def check(file: Path) -> None:
    """That a page may be written here: into a folder, over nothing, or over a page of graphmem.

    Raises:
        InputError: there is no such folder, or something else is there.
    """
    try:
        if not file.parent.is_dir():
            raise InputError(f"{file}: there is no such folder: make it, or name another place with --page")
        if file.exists() or file.is_symlink():
            with file.open("rb") as stream:
                ours = file.is_file() and MADE_BY.encode() in stream.read(_HEAD)
            if not ours:
                raise InputError(
                    f"{file}: not made by graphmem, so it is left as it is: name another place with --page"
                )
    except OSError as error:
        raise InputError(f"{file}: cannot be written: {error.strerror}") from error


def write(file: Path, html: str) -> None:
    """Put a page in its place when it is whole.

    Raises:
        InputError: see ``check``; or the folder cannot be written, or its disk is full.
    """
    check(file)
    part = file.with_name(file.name + ".part")
    try:
        try:
            part.write_text(html, "utf-8", newline="\n")
            os.replace(part, file)
        except BaseException:
            with suppress(FileNotFoundError):
                part.unlink()
            raise
    except OSError as error:
        raise InputError(f"{file}: cannot be written: {error.strerror}") from error


@lru_cache(maxsize=8)
def _part(package: str, name: str) -> tuple[str, str]:
    """A part of the page that comes with a package, and the digest that the policy lets it in by."""
    text = files(package).joinpath(name).read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
    return text, f"'sha256-{digest}'"


def html(title: str, body: Sequence[str], *, by: str, package: str, name: str) -> str:
    """The page that ``graphmem BY`` makes: UTF-8, at most as long as needed.

    Args:
        title: in the browser's frame.
        body: pieces of HTML, escaped.
        by: the command.
        package: where its style ``NAME.css`` and its script ``NAME.js`` come from.
        name: of these.
    """
    styles = [_part("graphmem", "page.css"), _part(package, f"{name}.css")]
    script, digest = _part(package, f"{name}.js")
    policy = (
        f"default-src 'none'; style-src {' '.join(one for _, one in styles)}; script-src {digest};"
        " base-uri 'none'; form-action 'none'"
    )
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n{MADE_BY} {by}">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{shown(' '.join(title.split()))}</title>\n"
        f"{''.join(f'<style>{style}</style>' for style, _ in styles)}\n</head>\n"
        f"<body>\n{''.join(body)}\n<script>{script}</script>\n</body>\n</html>\n"
    )
