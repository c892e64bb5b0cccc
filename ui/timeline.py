"""The page Timeline: what happened, held and was talked of when; and where, where places are known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timezone
from html import escape
from itertools import chain
from typing import Final

import streamlit as st

from graphmem.errors import InputError
from graphmem.memory import Memory
from graphmem.ui import almanac, dated, item, recurring, spans
from graphmem.ui import map as chart
from graphmem.ui.almanac import Almanac, Keeper
from graphmem.ui.axis import axis, touched
from graphmem.ui.dated import Asked, Item, Window
from graphmem.ui.links import asked, go, link, tell
from graphmem.ui.occurrences import Rhythm
from graphmem.ui.opening import address, memory
from graphmem.ui.settings import read_only

_AXIS: Final = "timeline axis"
_JUMPS: Final = "timeline jumps"
_ROW: Final = "timeline row"
_PAGE: Final = 20  # rows of text at a time
_OFFERED: Final = 50  # names that are offered
_LINKS: Final = 30  # places below the map
_ROUTINE: Final = "routine"
_SHOWN: Final = (*almanac.KINDS, _ROUTINE)
_FILTERS: Final = ("person", "place", "from", "to", "kinds")


def page() -> None:
    """Draw it."""
    st.title("Timeline")
    with memory() as opened:
        book = _almanac(opened)
        if book is None:
            return
        if not len(book) and not dated.spots(opened) and not recurring.routines(opened):
            st.info("Nothing in this memory has a date yet: read documents that say when things happened.")
            link("Upload documents", "documents", icon=":material/upload:")
            return
        try:
            shown = _shown(opened, book, _asked(opened))
        except InputError as error:
            shown = Window()
            _filters(shown)
            st.error(f"{error}")
            return
        _filters(shown)
        _draw(opened, shown)
        _map(shown)
        recurring.draw(opened)


# --- what is shown --------------------------------------------------------------------------


@st.cache_resource(max_entries=4, show_spinner=False)
def _keeper(store: str, namespaces: tuple[str, ...]) -> Keeper:
    return Keeper()


def _almanac(opened: Memory) -> Almanac | None:
    """The almanac; None while it is made, and how far that is stands on the page, which then goes on."""
    keeper = _keeper(address()[0], tuple(sorted(opened.view.namespaces)))
    found = keeper.now(opened)
    if found is None:
        _waiting(opened, keeper)
    return found


@st.fragment(run_every=1.0)
def _waiting(opened: Memory, keeper: Keeper) -> None:
    """How far the almanac is; when it is made, the page is drawn with it."""
    if keeper.now(opened) is not None:
        st.rerun()
    st.progress(
        min(keeper.looked_at / max(keeper.of, 1), 1.0),
        f"Looking for all dates, once: {keeper.looked_at:,} of {keeper.of:,} records."
        " You can go to other pages meanwhile.",
    )


def _asked(opened: Memory) -> Asked:
    """What the address asks for.

    Raises:
        InputError: a date is none, or nobody is called as it says.
    """
    begin, end = spans.read(asked("from"), asked("to"))
    kinds = frozenset(asked("kinds").split(",")) & frozenset(_SHOWN) or frozenset(_SHOWN)
    ids = {}
    for role in ("person", "place"):
        name = asked(role)
        ids[role] = dated.known(opened, name) if name else frozenset()
        if name and not ids[role]:
            raise InputError(f"nothing is called {name!r} here: choose a name, or write it as a source does")
    return Asked(ids["person"], ids["place"], begin, end, kinds - {_ROUTINE})


def _shown(opened: Memory, book: Almanac, what: Asked) -> Window:
    if dated.fitting(opened, book, what).sum() <= dated.MOST:  # the same, whatever is looked at
        what = replace(what, begin=None, end=None)
    return _window(opened, book, (address(), tuple(sorted(opened.view.namespaces)), book.head), what)


@st.cache_data(max_entries=32, ttl=3600, show_spinner=False)
def _window(_opened: Memory, _book: Almanac, of: tuple[object, ...], what: Asked) -> Window:
    return dated.window(_opened, _book, what)


# --- filters --------------------------------------------------------------------------------


def _filters(shown: Window) -> None:
    """Choices that stand in the address."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _choice("Person", "person", "Anybody", chain.from_iterable(one.people for one in shown.items))
        _choice("Place", "place", "Anywhere", chain.from_iterable(one.places for one in shown.items))
        for label, name, example in (("From", "from", "1998"), ("To", "to", "2021-05")):
            st.session_state[f"timeline {name}"] = asked(name)
            st.text_input(
                label,
                key=f"timeline {name}",
                placeholder=f"such as {example}",
                help="A year, a month, a day, or a minute: 2013, 2013-05, 2013-05-03, 2013-05-03 14:00.",
                max_chars=20,
                width=150,
                on_change=_chosen,
                args=(name,),
            )
        st.session_state["timeline by"] = asked("by") if asked("by") in dated.GROUPS else dated.GROUPS[0]
        st.selectbox(
            "Grouped by", dated.GROUPS, key="timeline by", width=150, on_change=_chosen, args=("by",)
        )
        st.session_state["timeline kinds"] = [
            kind for kind in _SHOWN if kind in (asked("kinds") or kind).split(",")
        ]
        st.pills(
            "Show",
            _SHOWN,
            selection_mode="multi",
            format_func=lambda kind: f"{kind.title()}s",
            key="timeline kinds",
            on_change=_chosen,
            args=("kinds",),
        )


def _choice(label: str, name: str, nobody: str, there: Iterable[str]) -> None:
    """A name of those that are there, or another one that is written."""
    now = asked(name)
    often = [one for one, _ in Counter(there).most_common(_OFFERED)]
    st.session_state[f"timeline {name}"] = now or None
    st.selectbox(
        label,
        sorted({*often, now} - {""}),
        index=None,
        key=f"timeline {name}",
        placeholder=nobody,
        accept_new_options=True,
        width=150,
        on_change=_chosen,
        args=(name,),
    )


def _chosen(name: str) -> None:
    value = st.session_state[f"timeline {name}"]
    if name == "kinds":
        value = "" if set(value) in (set(), set(_SHOWN)) else ",".join(value)
    tell(**{name: (value or "").strip()})
    if name in ("from", "to"):
        _jump()


def _jump() -> None:
    """Let the axis go to the stretch of the address."""
    st.session_state[_JUMPS] = st.session_state.get(_JUMPS, 0) + 1
    st.session_state[_ROW] = 0


def _clear() -> None:
    tell(**dict.fromkeys(_FILTERS, ""))
    _jump()


# --- the axis -------------------------------------------------------------------------------


def _draw(opened: Memory, shown: Window) -> None:
    """The axis or its text, what is to be corrected, and what is known of the chosen item."""
    st.session_state["timeline text"] = bool(asked("text"))
    inside, routines = _inside(shown), _recurring(opened)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            _counted(shown, inside) if shown.items or not routines else f"{len(routines):,} that recur"
        )
        st.toggle("As text", key="timeline text", on_change=_as_text)
    if not inside and not routines:
        st.info("Nothing with a date fits this stretch and these choices.")
        st.button("Show everything", on_click=_clear)
    id = dated.current(opened, asked("id")) if asked("id") else ""
    chosen = next((one for one in shown.items if one.id == id), None)
    chosen = chosen or next(iter(dated.items(opened, [id]) if id else ()), None)
    move = item.move(chosen)
    if asked("text"):
        _rows(inside)
    elif shown.items or routines:
        axis(
            shown.items,
            dated.grouped(shown.items, asked("by")),
            key=_AXIS,
            jump="|".join([str(st.session_state.get(_JUMPS, 0)), *map(asked, ("person", "place", "kinds"))]),
            window=spans.read(asked("from"), asked("to")),
            extent=_extent(shown, routines),
            selected=id,
            drafts={chosen.key: item.drafted(chosen, move)} if move and chosen else {},
            routines=routines,
            movable=not read_only(),
            heard=_heard,
        )
    if chosen and move:
        item.confirm(chosen, move)
    if chosen:
        item.panel(opened, chosen)


def _recurring(opened: Memory) -> list[Rhythm]:
    """What recurs, unless a person or a place narrows what is shown, or it is not to be shown."""
    if asked("person") or asked("place") or _ROUTINE not in (asked("kinds") or _ROUTINE).split(","):
        return []
    return recurring.rows(opened)


def _extent(shown: Window, routines: list[Rhythm]) -> tuple[datetime | None, datetime | None]:
    """The first and the last moment of the items; of the routines, where these stand alone."""
    if shown.first or not routines:
        return shown.first, shown.last
    days = [day.on for one in routines for day in (one.days[0], one.days[-1])]
    first, last = (datetime(*one.timetuple()[:3], tzinfo=timezone.utc) for one in (min(days), max(days)))
    return first, last


def _inside(shown: Window) -> list[Item]:
    """The items of the stretch in the address, where the window has those of all times."""
    begin, end = spans.read(asked("from"), asked("to"))
    return [
        one
        for one in shown.items
        if (begin is None or one.end is None or one.end > begin or (one.begin or one.end) >= begin)
        and (end is None or one.begin is None or one.begin < end)
    ]


def _counted(shown: Window, inside: list[Item]) -> str:
    if not shown.more:
        return f"{len(inside):,} with a date"
    return (
        f"{len(inside):,} of {len(shown.items) + shown.more:,} with a date, those with most evidence first."
        " Zoom in, or choose a person or a place, to see others."
    )


def _heard() -> None:
    """The browser said something: it goes into the address, or waits to be confirmed."""
    said = touched(_AXIS)
    if said.moved:
        item.choose(said.moved.partition("/")[0])
        item.propose(item.Move(said.moved, said.begin, said.end, drawn=True))
    elif said.selected is not None:
        item.choose(said.selected.partition("/")[0])
    elif said.begin and said.end:
        unit = spans.window_grain(said.begin, said.end)
        first, last = spans.written(said.begin, said.end, unit)
        tell(**{"from": first, "to": last})
        st.session_state[_ROW] = 0


def _as_text() -> None:
    tell(text="1" if st.session_state["timeline text"] else "")


def _rows(items: list[Item]) -> None:
    """The items as a table of text, a page at a time, and a choice of one of them."""
    first = min(int(st.session_state.get(_ROW, 0)), max(len(items) - 1, 0) // _PAGE * _PAGE)
    here = {one.id: one for one in items[first : first + _PAGE]}
    if not here:
        return
    st.session_state["timeline row of"] = asked("id") if asked("id") in here else None
    st.selectbox(
        "Look at one of these",
        list(here),
        index=None,
        key="timeline row of",
        placeholder="where it comes from, and its date",
        format_func=lambda id: f"{here[id].told} · {here[id].text}",
        on_change=_look,
    )
    st.html(_table(here.values()))
    if len(items) > _PAGE:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button("Earlier rows", disabled=not first, on_click=_turn, args=(first - _PAGE,))
            more = first + _PAGE < len(items)
            st.button("Later rows", disabled=not more, on_click=_turn, args=(first + _PAGE,))
            st.caption(f"{first + 1:,} to {min(first + _PAGE, len(items)):,} of {len(items):,}")


def _table(items: Iterable[Item]) -> str:
    """Items as a table of HTML, every character of them escaped."""
    cell = "style='text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0'"
    wide = cell.replace("0'", "0; overflow-wrap: anywhere'")
    whole = "<span style='white-space: nowrap'>{}</span>".format  # no date is broken at a hyphen
    rows = [
        f"<tr><td {cell}>{' '.join(whole(escape(word)) for word in one.told.split())}</td>"
        f"<td {cell}>{whole(escape(one.kind))}</td>"
        f"<td {wide}>{escape(' · '.join(filter(None, (one.text, one.state))))}</td></tr>"
        for one in items
    ]
    head = "".join(f"<th scope='col' {cell}>{name}</th>" for name in ("When", "Kind", "What"))
    return f"<table><tr>{head}</tr>{''.join(rows)}</table>"


def _look() -> None:
    item.choose(st.session_state["timeline row of"] or "")


def _turn(first: int) -> None:
    st.session_state[_ROW] = first


# --- the map --------------------------------------------------------------------------------


def _map(shown: Window) -> None:
    """What has a place, on a map and as links; nothing where no place is known."""
    spots = shown.spots[: dated.MOST]
    if not spots:
        return
    st.header("Map")
    if id := chart.draw(spots, "timeline map"):
        go("record", id=id)
    st.caption("North is up. Each dot leads to what is known of it, and so does the list.")
    named = {one.name: one.id for one in reversed(spots)}
    with st.container(horizontal=True):
        for name in sorted(named)[:_LINKS]:
            link(name, "record", id=named[name])
    if len(named) > _LINKS:
        st.caption(f"{len(named) - _LINKS:,} more are on the map only: choose a place or a stretch of time.")
