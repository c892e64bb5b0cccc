"""How a notebook shows a value: HTML without scripts or files, that goes with light and dark pages.

Classes give it as ``_repr_html_``, IPython's protocol. Whatever texts hold stays text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, TypeAlias

from graphmem.page import shown


class Html(str):
    """Markup; any other string is text, and escaped."""

    __slots__ = ()


Cell: TypeAlias = "str | float | datetime | None"

_TABLE: Final = "border-collapse:collapse;margin:.3em 0"
_CELL: Final = "text-align:left;vertical-align:top;padding:.15em .8em .15em 0;border:0;white-space:normal"
_FAINT: Final = "opacity:.65"
_MARK: Final = "background:rgba(255,200,0,.35);color:inherit"


def card(kind: str, name: str, rows: Mapping[str, Cell], *more: Html) -> str:
    """A value as its name, its kind, and those of its rows that say something."""
    told = [(faint(key), value) for key, value in rows.items() if value not in (None, "", 0)]
    head = f"<div><b>{shown(name)}</b> {faint(kind)}</div>"
    return f"<div>{head}{table((), told) if told else ''}{''.join(more)}</div>"


def table(heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Html:
    """Rows of cells, below heads if there are any."""
    head = "".join(f'<th style="{_CELL}">{shown(one)}</th>' for one in heads)
    body = (f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    return Html(f'<table style="{_TABLE}">{f"<tr>{head}</tr>" if head else ""}{"".join(body)}</table>')


def faint(text: str) -> Html:
    """A text that stands back."""
    return Html(f'<span style="{_FAINT}">{shown(text)}</span>')


def marked(text: str, start: int, end: int) -> Html:
    """A text with ``text[start:end]`` marked."""
    middle = f'<mark style="{_MARK}">{shown(text[start:end])}</mark>' if start < end else ""
    return Html(f"{shown(text[:start])}{middle}{shown(text[max(start, end) :])}")


def chain(steps: Iterable[str]) -> Html:
    """Steps one after the other, each from the one before."""
    return Html(f" {faint('→')} ".join(map(shown, steps)))


def folded(title: str, inside: Html) -> Html:
    """What is shown when its title is clicked."""
    return Html(f'<details><summary style="{_FAINT}">{shown(title)}</summary>{inside}</details>')


def _cell(value: Cell) -> str:
    if isinstance(value, datetime):
        text = shown(value.isoformat(" ", "minutes"))
    elif isinstance(value, float):
        text = f"{value:.2f}"
    elif isinstance(value, Html):
        text = value
    else:
        text = shown("" if value is None else str(value))
    return f'<td style="{_CELL}">{text}</td>'
