"""The page Retention: what the memory holds on to, and what it would let sleep, with the reasons."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from html import escape
from typing import Final

import streamlit as st

from graphmem import schema
from graphmem.errors import InputError
from graphmem.fading.faded import Faded, Verdict
from graphmem.fading.layers import HALF_LIFE, LAYERS, RISES
from graphmem.fading.retention import Retention
from graphmem.identity import words as folded
from graphmem.memory import Memory
from graphmem.shown import excerpt
from graphmem.types import Commit, Document
from graphmem.ui.curve import curve
from graphmem.ui.edits import edit
from graphmem.ui.links import asked, link, tell
from graphmem.ui.opening import address, memory
from graphmem.ui.settings import read_only

_PAGE: Final = 20
_ALL: Final = "all"
_STATES: Final = {_ALL: "All", "active": "Awake", "dormant": "Asleep", "pinned": "Never forgotten"}
_ORDERS: Final = {"least": "Worth least first", "most": "Worth most first", "faint": "Least left first"}
_FEWEST: Final = 5
_LONGEST: Final = 600
"""Characters of a passage that are shown; the link leads to all of it."""
_DAY: Final = "retention older than"
_SHARE: Final = "retention keep"
_CELL: Final = "style='text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0'"
_WRAP: Final = "overflow-wrap: anywhere"


def page() -> None:
    """Draw it."""
    st.title("Retention")
    st.caption(
        "How long the memory holds on to each passage, by what it says and how often it was of use. What is"
        " worth least can be put to sleep: recall passes it over, nothing of it is lost, and it wakes again."
    )
    with memory() as opened:
        found = _read(address(), opened.store.head(), opened.clock().date(), opened)
        if not found:
            st.info("There is nothing to hold on to yet: add files on the page Documents.")
            link("Upload documents", "documents", icon=":material/upload:")
            return
        _counts(found)
        _meaning()
        if not read_only():
            _fade(opened)
        _list(opened, _chosen(found))


@st.cache_data(max_entries=4, show_spinner="Weighing all passages …")
def _read(where: tuple[str, str], head: int, today: date, _opened: Memory) -> list[Retention]:
    return _opened.retentions()


def _counts(found: Sequence[Retention]) -> None:
    states = Counter(one.state for one in found)
    layers = Counter(one.layer for one in found)
    counts = {
        "Awake": states["active"],
        "Asleep": states["dormant"],
        **{f"{layer.capitalize()} layer": layers[layer] for layer in LAYERS},
        "Never forgotten": sum(bool(one.pinned) for one in found),
    }
    cells = "".join(
        f"<div><small>{name}</small><div style='font-size: 1.75rem; line-height: 1.3'>{count:,}</div></div>"
        for name, count in counts.items()
    )
    st.html(f"<div style='display: flex; flex-wrap: wrap; gap: .5rem 2.5rem'>{cells}</div>")


def _meaning() -> None:
    """What layers, strength and worth are, for who meets them first."""
    with st.expander("What these mean"):
        lives = ", ".join(f"{layer} {HALF_LIFE[layer]:.0f} days" for layer in LAYERS)
        st.markdown(
            f"- **Layer**: how fast a passage fades. Half of it is left after, in the {lives}. What says"
            f" little begins short; each {RISES} uses lift it one layer.\n"
            "- **The curve** falls from the day when the passage was last met; the framed column is today."
            " *Strength* is the days until a third of it is left, and grows with each use.\n"
            "- **Worth** is the sum of the parts that stand below each passage. What is worth least sleeps"
            " first.\n"
            "- **Never forgotten**: what a person said, pinned or corrected."
        )


# --- putting to sleep, and waking -----------------------------------------------------------


def _fade(opened: Memory) -> None:
    """What a budget would put to sleep, told before it is done."""
    with st.expander("Put to sleep what is worth least"):
        share = st.slider("Keep awake, in percent of the passages", _FEWEST, 100, 100, 5, key=_SHARE)
        days = st.number_input(
            "Only what was neither told nor used for so many days", 0, 36_500, 0, 30, key=_DAY, width=360
        )
        if share == 100 and not days:
            st.caption(
                "Move the slider, or give days, to see what would sleep. Nothing is done before you say so."
            )
            return
        told = _dry(address(), opened.store.head(), opened.clock().date(), share, int(days), opened)
        _would(told)
        label = f"Put {len(told.gone):,} to sleep" if told.gone else "Put them to sleep"
        st.button(label, on_click=_sleep, args=(share, int(days)), disabled=not told.gone, type="primary")


@st.cache_data(max_entries=20, show_spinner="Weighing all passages …")
def _dry(where: tuple[str, str], head: int, today: date, share: int, days: int, _opened: Memory) -> Faded:
    return _faded(_opened, share, days, dry_run=True)


def _faded(opened: Memory, share: int, days: int, *, dry_run: bool = False) -> Faded:
    keep = share / 100 if share < 100 else None
    older = timedelta(days=days) if days else None
    return opened.fade(keep=keep, older_than=older, dry_run=dry_run)


def _would(told: Faded) -> None:
    """What would go, and what stays whatever the budget."""
    before, after = told.passages
    st.text(
        f"{before:,} passages are awake; {after:,} would be. What sleeps wakes again, and it can be undone."
    )
    for why, count in told.pinned.items():
        st.caption(f"Never forgotten, {count:,}: {escape(why)}")
    if not told.gone:
        st.caption("Nothing would go to sleep: keep less awake, or ask for fewer days.")
        return
    shown = int(st.session_state.get("retention going", _PAGE))
    head = "".join(f"<th scope='col' {_CELL}>{name}</th>" for name in ("Worth", "Left", "Layer", "What"))
    rows = "".join(map(_going, told.gone[:shown]))
    st.html(f"<table><tr>{head}</tr>{rows}</table>")
    if len(told.gone) > shown:
        args = ("retention going", shown + _PAGE)
        st.button(f"Show {_PAGE} more of {len(told.gone):,}", key="more going", on_click=_more, args=args)


def _going(one: Verdict) -> str:
    cells = (f"{one.value:.2f}", f"{one.retention:.0%}", one.layer)
    numbers = "".join(f"<td {_CELL}>{text}</td>" for text in cells)
    what = f"{escape(excerpt(one.text, _LONGEST))}<br><small>{escape(one.uri)}</small>"
    return f"<tr>{numbers}<td {_CELL[:-1]}; {_WRAP}'>{what}</td></tr>"


def _sleep(share: int, days: int) -> None:
    def fade(opened: Memory) -> Commit:
        commit = _faded(opened, share, days).commit
        if commit is None:
            raise InputError("Nothing is to be put to sleep: so little is awake already.")
        return commit

    if edit(fade) is not None:  # what was asked for is done: the next page begins anew
        st.session_state[_SHARE], st.session_state[_DAY] = 100, 0


def _wake(ids: Sequence[str]) -> None:
    def wake(opened: Memory) -> Commit:
        commit = opened.wake(ids, reason="asked for in the explorer").commit
        if commit is None:
            raise InputError("It is awake already.")
        return commit

    edit(wake)


# --- the list -------------------------------------------------------------------------------


def _chosen(found: Sequence[Retention]) -> list[Retention]:
    """Those of the state, the layer and the words that the address asks for, in its order."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        state = _choice("State", "state", _STATES)
        layer = _choice("Layer", "layer", {_ALL: "All", **{one: one.capitalize() for one in LAYERS}})
        order = _choice("Order", "order", _ORDERS)
        text = st.text_input("With these words", asked("find"), width=240)
    tell(find=text.strip())
    wanted = set(folded(text))
    rows = [
        one
        for one in found
        if (state == _ALL or (one.pinned if state == "pinned" else one.state == state))
        and layer in (_ALL, one.layer)
        and wanted <= set(folded(f"{one.passage.text} {one.passage.heading} {one.passage.speaker}"))
    ]
    if order == "faint":
        return sorted(rows, key=lambda one: (one.retention, one.value))
    return rows[::-1] if order == "most" else rows


def _choice(label: str, name: str, options: Mapping[str, str]) -> str:
    """One of several, which stands in the address unless it is the first."""
    keys = list(options)
    now = keys.index(asked(name)) if asked(name) in keys else 0
    chosen = str(st.selectbox(label, keys, index=now, format_func=options.__getitem__, width=170))
    tell(**{name: "" if chosen == keys[0] else chosen})
    return chosen


def _list(opened: Memory, rows: Sequence[Retention]) -> None:
    if not rows:
        asleep = asked("state") == "dormant" and not (asked("find") or asked("layer"))
        st.info("Nothing sleeps." if asleep else "No passage is so: choose another state, layer or words.")
        return
    shown = int(st.session_state.get("retention shown", _PAGE))
    st.caption(f"{len(rows):,} passage{'' if len(rows) == 1 else 's'}")
    called = _documents(opened, {one.passage.document for one in rows[:shown]})
    for one in rows[:shown]:
        _row(one, called.get(one.passage.document, ""))
    if len(rows) > shown:
        st.button(f"Show {_PAGE} more", on_click=_more, args=("retention shown", shown + _PAGE))


def _more(key: str, shown: int) -> None:
    st.session_state[key] = shown


def _documents(opened: Memory, ids: Iterable[str]) -> dict[str, str]:
    """What documents are called, by id."""
    values = map(schema.from_record, opened.store.get(opened.view, sorted(ids)).values())
    return {one.id: one.uri for one in values if isinstance(one, Document)}


def _row(one: Retention, uri: str) -> None:
    with st.container(border=True):
        st.html(card(one, uri))
        with st.container(horizontal=True, vertical_alignment="center"):
            link("Read it there", "documents", id=one.passage.document, passage=str(one.passage.position + 1))
            if one.state == "dormant" and not read_only():
                st.button("Wake it", key=f"wake {one.passage.id}", on_click=_wake, args=([one.passage.id],))


def card(one: Retention, uri: str) -> str:
    """A passage as it is held: where it stands, what it says, its curve, and what it is worth and why."""
    used = f"used {one.uses} time{'' if one.uses == 1 else 's'}" if one.uses else "never used"
    met = f"{one.met:%Y-%m-%d}" if one.met else "no date"
    source = " · ".join(dict.fromkeys(filter(None, (uri, one.passage.heading, one.passage.speaker, met))))
    stands = (
        "asleep" if one.state == "dormant" else "awake",
        f"{one.layer} layer",
        f"strength {math.ceil(one.strength):,} days",
        used,
        f"never forgotten: {one.pinned}" if one.pinned else "",
    )
    parts = sorted(one.parts.items(), key=lambda part: -abs(part[1]))
    worth = ", ".join(f"{name} {value:+.2f}" for name, value in parts if abs(value) >= 0.005)
    below = f"Worth {one.value:.2f}, more than {one.below:.0%} of all"
    return (
        f"<small style='{_WRAP}'>{escape(source)}</small>"
        "<div style='display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; align-items: flex-start'>"
        f"<div style='flex: 1 1 16rem; min-width: 0; white-space: pre-wrap; {_WRAP}'>"
        f"{escape(excerpt(one.passage.text, _LONGEST))}</div>"
        f"<div>{curve(one)}<small>{one.retention:.0%} left</small></div></div>"
        f"<p style='margin: .4rem 0 0; {_WRAP}'><small><b>{escape(' · '.join(filter(None, stands)))}</b><br>"
        f"{escape(f'{below}: {worth}' if worth else below)}</small></p>"
    )
