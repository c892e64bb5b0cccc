"""The page Review: one card after the other, each a question that only a person can answer."""

from __future__ import annotations

from datetime import datetime, time, timezone
from functools import partial
from html import escape
from typing import Final

import streamlit as st

from graphmem.disputes import Case
from graphmem.memory import Memory
from graphmem.statements import Fact
from graphmem.types import Commit
from graphmem.ui import queue
from graphmem.ui.cards import Card, Evidence, Side, card
from graphmem.ui.edits import Edit, edit
from graphmem.ui.keys import keys
from graphmem.ui.links import asked, link, tell
from graphmem.ui.opening import address, memory
from graphmem.ui.queue import KINDS, Desk, Done, Item, Kind, Waiting
from graphmem.ui.settings import read_only

_DESK: Final = "review desk"
_KIND: Final = "review kind"
_LABELS: Final[dict[Kind, str]] = {
    "names": "Names that may be one",
    "contradictions": "Contradictions",
    "facts": "Facts that are not sure",
}
_NOTHING: Final[dict[Kind, str]] = {
    "names": "No two names are so alike that somebody must say whether they are one.",
    "contradictions": "No source contradicts another.",
    "facts": "No fact is unsure.",
}
_SIDES_WITH_KEYS: Final = 9


def page() -> None:
    """Draw it."""
    st.title("Review")
    st.caption("What the memory cannot know by itself. Each answer is kept in the history and can be undone.")
    with memory() as opened:
        kind: Kind = next((one for one in KINDS if one == asked("kind")), KINDS[0])
        item, desk = _next(opened, _desk(opened, kind), kind)
        _remember(desk)
        _choice(desk, kind)
        shown = None if item is None else card(opened, item)
        empty = item is None and next(opened.documents(), None) is None
    buttons: dict[str, str] = {}
    if empty:
        st.info("The memory is empty: add files on the page Documents, or run graphmem ingest FOLDER.")
    elif item is None or shown is None:
        st.success(f"Nothing is waiting here. {_NOTHING[kind]}")
    else:
        buttons |= _draw(kind, item, shown)
    buttons |= _footer(desk)
    keys(buttons)


# --- where one is in the queues -------------------------------------------------------------


def _remember(desk: Desk) -> None:
    st.session_state[_DESK] = (address(), desk)


def _remembered() -> Desk | None:
    where, desk = st.session_state.get(_DESK, (None, None))
    return desk if where == address() else None


def _desk(opened: Memory, kind: Kind) -> Desk:
    """The queues as this session left them; read anew if others wrote since."""
    before = _remembered()
    same = before is not None and before.head == opened.store.head()
    if before is not None and same and kind in before.kinds:
        return before
    with st.spinner("Looking for what waits …"):
        found = queue.desk(opened, kind, before)
    return before.read(found) if before is not None and same else found


def _choice(desk: Desk, kind: Kind) -> None:
    """The kinds of queues, with how much waits in those that were read."""
    st.session_state[_KIND] = kind
    st.radio(
        "What to decide",
        KINDS,
        horizontal=True,
        format_func=lambda one: _LABELS[one] + (_count(desk.waiting(one)) if one in desk.kinds else ""),
        key=_KIND,
        on_change=lambda: tell(kind=st.session_state[_KIND]),
    )


def _count(waiting: Waiting) -> str:
    return f" ({len(waiting.items):,}{' or more' if waiting.more else ''})"


def _next(opened: Memory, desk: Desk, kind: Kind) -> tuple[Item | None, Desk]:
    """The first item that still waits; those that another answer settled are dropped on the way."""
    for again in (False, True):
        gone: list[Item] = []
        for item in desk.waiting(kind).items:
            if queue.still(opened, item):
                return item, desk.without(kind, gone)
            gone.append(item)
        desk = desk.without(kind, gone)
        if again or not (gone or desk.waiting(kind).more):
            break
        desk = queue.desk(opened, kind, desk)
    return None, desk


# --- answers --------------------------------------------------------------------------------


def _answer(kind: Kind, item: Item, what: str, change: Edit) -> None:
    """Make the commit of an answer and go on to the next card; a key pressed twice answers once."""
    desk = _remembered()
    if desk is None or item not in desk.waiting(kind).items:
        return
    commit = edit(change)
    if commit is None:
        return
    desk = desk.did(Done(item, kind, what, commit.id), commit.seq)
    _remember(desk if len(getattr(item, "facts", ())) <= 2 else Desk(-1, desk.queues, desk.done))


def _skip(kind: Kind, item: Item) -> None:
    if desk := _remembered():
        _remember(desk.did(Done(item, kind, "skipped")))


def _undo() -> None:
    """Take the last answer back; a skipped card comes to the front again."""
    desk = _remembered()
    if desk is None or not desk.done:
        return
    last = desk.done[-1]
    if not last.commit:
        _remember(desk.back())
    elif commit := edit(lambda opened: opened.undo(last.commit)):
        _remember(desk.back(commit.seq))


def _correct(kind: Kind, item: Item, fact: str, name: str) -> None:
    """Put what the form says in the place of a fact."""
    moments = {
        bound: datetime.combine(day, time(), timezone.utc)
        for bound in ("since", "until")
        if (day := st.session_state.get(f"{name} {bound}"))
    }
    text = str(st.session_state.get(f"{name} object", "")).strip()

    def change(opened: Memory) -> Commit:
        return opened.correct(fact, object=text, **moments)

    _answer(kind, item, "corrected", change)


# --- drawing --------------------------------------------------------------------------------


def _draw(kind: Kind, item: Item, shown: Card) -> dict[str, str]:
    """A card with its buttons; which keys press them."""
    mark = queue.key(item)
    buttons: dict[str, str] = {}
    with st.container(border=True):
        st.html(
            "<h2 style='padding:0;margin:0;font-size:1.4rem;overflow-wrap:anywhere'>"
            f"{escape(shown.title)}</h2>"
            f"<p style='margin:0'>{escape(shown.why)}</p>"
        )
        several = isinstance(item, Case)
        columns = st.columns(min(len(shown.sides), 2))
        for place, side in enumerate(shown.sides, start=1):
            with columns[(place - 1) % len(columns)], st.container(border=True):
                _side(side, place if several else 0)
                if isinstance(item, Case | Fact) and not read_only():
                    buttons |= _side_answers(kind, item, side, place if several else 0)
        if read_only():
            st.caption("Read-only: nothing can be decided here.")
            return {}
        buttons |= _answers(kind, item, shown, mark)
    return buttons


def _answers(kind: Kind, item: Item, shown: Card, mark: str) -> dict[str, str]:
    with st.container(horizontal=True):
        st.button(
            f"{shown.accept} (a)",
            type="primary",
            key=f"accept-{mark}",
            on_click=_answer,
            args=(kind, item, "accepted", partial(queue.accept, item=item)),
        )
        last = shown.sides[-1].id
        st.button(
            f"{shown.reject} (r)",
            key=f"reject-{mark}",
            on_click=_answer,
            args=(kind, item, "rejected", partial(queue.reject, item=item, side=last)),
        )
        st.button("Skip (s)", key=f"skip-{mark}", on_click=_skip, args=(kind, item))
    st.html(
        f"<p style='margin:0'><b>{escape(shown.accept)}:</b> {escape(shown.accepting)}<br>"
        f"<b>{escape(shown.reject)}:</b> {escape(shown.rejecting)}</p>"
    )
    return {"a": f"accept-{mark}", "r": f"reject-{mark}", "s": f"skip-{mark}"}


def _side(side: Side, place: int) -> None:
    number = f"{place}. " if place else ""
    st.html(
        f"<b style='overflow-wrap:anywhere'>{number}{escape(side.name)}</b>"
        f"<br><small>{escape(side.about)}</small>"
    )
    if not side.evidence:
        st.caption("No sentence says it by itself.")
    for one in side.evidence:
        _evidence(one)
    link("All that is known of it", "record", id=side.record)


def _evidence(one: Evidence) -> None:
    st.html(
        "<blockquote style='margin:0;padding-left:.8rem;border-left:3px solid #8888;overflow-wrap:anywhere'>"
        f"{escape(one.text)}</blockquote>"
    )
    link(one.source, "documents", id=one.document, sentence=one.sentence)


def _side_answers(kind: Kind, item: Item, side: Side, place: int) -> dict[str, str]:
    """What can be said of one side of a contradiction, or of a fact."""
    mark = f"{queue.key(item)}-{side.id}"
    buttons = {}
    with st.container(horizontal=True):
        if 0 < place <= _SIDES_WITH_KEYS:
            st.button(
                f"{place} is wrong ({place})",
                key=f"wrong-{mark}",
                on_click=_answer,
                args=(kind, item, "rejected", partial(queue.reject, item=item, side=side.id)),
            )
            buttons[str(place)] = f"wrong-{mark}"
        with st.popover("Correct it …"), st.form(f"correct-{mark}", border=False):
            st.text_input("What it should say at its end, instead of what is there", key=f"{mark} object")
            st.date_input("From (if it is known)", value=None, key=f"{mark} since")
            st.date_input("Until (if it is known)", value=None, key=f"{mark} until")
            st.form_submit_button("Correct", on_click=_correct, args=(kind, item, side.id, mark))
    return buttons


def _footer(desk: Desk) -> dict[str, str]:
    """What was done in this session, and the way back."""
    told = ", ".join(
        f"{count:,} {what}"
        for what in ("accepted", "rejected", "corrected", "skipped")
        if (count := desk.count(what))
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        if not read_only():
            st.button("Undo (u)", key="review-undo", on_click=_undo, disabled=not desk.done)
        st.caption(f"In this session: {told or 'nothing decided yet'}.")
    return {} if read_only() else {"u": "review-undo"}
