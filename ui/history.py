"""The page History: what was committed, what each commit changed, and how it is taken back."""

from __future__ import annotations

from datetime import date, datetime, time, timezone
from html import escape
from typing import Final

import streamlit as st

from graphmem import schema
from graphmem.errors import Conflict, InputError, NotFound
from graphmem.history import Filter
from graphmem.memory import Memory
from graphmem.shown import excerpt
from graphmem.types import Commit
from graphmem.ui import commits, words
from graphmem.ui.commits import Page, Row
from graphmem.ui.edits import edit
from graphmem.ui.links import asked, link, plain, tell
from graphmem.ui.opening import address, memory
from graphmem.ui.settings import read_only
from graphmem.ui.words import Group, Line
from graphmem.undoing import Undoing

_CHOSEN: Final = "history chosen"
_RECENT: Final = 200
"""Commits back to which what follows from one is told at once: the log is read from there on."""
_RESTORED: Final = 50
"""Documents of a commit that are offered to be restored."""
_TAGS: Final = {"+": ("ins", "came"), "-": ("del", "went")}
_MARKS: Final = {"+": "+", "~": "~", "-": "−"}


def page() -> None:
    """Draw it."""
    st.title("History")
    if id := asked("commit"):
        _one(id)
        return
    how = "" if read_only() else " Tick those that you want to undo."
    st.caption(f"Each change of the memory, newest first: who made it, when, and what it was for.{how}")
    with memory() as opened:
        shown = _page(opened)
    _chosen()
    _list(shown)


# --- the list -------------------------------------------------------------------------------


@st.cache_data(max_entries=50, show_spinner="Reading the log …")
def _read(where: tuple[str, str], head: int, asked: Filter, of: str, before: int, _opened: Memory) -> Page:
    return commits.page(_opened, asked, of, before)


def _page(opened: Memory) -> Page:
    """The commits that the address asks for."""
    _filters()
    since, until = _day("since"), _day("until")
    wanted = Filter(
        asked("author") or None,
        since,
        commits.last_moment(until) if until else None,
        asked("message"),
    )
    before = asked("before")
    number = int(before) if before.isdecimal() else 0
    return _read(address(), opened.store.head(), wanted, asked("of"), number, opened)


def _day(name: str) -> datetime | None:
    """The day that the address gives, at its beginning; None if it gives none."""
    try:
        return datetime.combine(date.fromisoformat(asked(name)), time(), timezone.utc)
    except ValueError:
        return None


def _filters() -> None:
    """Fields that narrow the list down; what they say stands in the address."""
    names = ("author", "message", "of", "since", "until")
    with st.expander("Narrow it down", expanded=any(map(asked, names))):
        columns = st.columns(3)
        columns[0].text_input("By whom", asked("author"), key="log author", help="The whole name.")
        columns[1].text_input("With this in the message", asked("message"), key="log message")
        columns[2].text_input(
            "About", asked("of"), key="log of", help="A name, a document, or the id of a record."
        )
        days = st.columns(3)
        for column, name, label in zip(days, ("since", "until"), ("From", "Until"), strict=False):
            day = _day(name)
            column.date_input(label, value=day.date() if day else None, key=f"log {name}")
        with st.container(horizontal=True):
            st.button("Show", type="primary", on_click=_narrow, args=(names,))
            st.button("Show all", on_click=_widen, args=(names,))


def _narrow(names: tuple[str, ...]) -> None:
    given = {name: st.session_state.get(f"log {name}") for name in names}
    tell(before="", **{name: str(value).strip() if value else "" for name, value in given.items()})


def _widen(names: tuple[str, ...]) -> None:
    tell(before="", **dict.fromkeys(names, ""))
    for name in names:
        st.session_state[f"log {name}"] = None if name in ("since", "until") else ""


def _list(shown: Page) -> None:
    if not shown.rows and not shown.older:
        st.info(
            "There is no such change."
            if any(map(asked, ("author", "message", "of", "since", "until", "before")))
            else "Nothing was written yet: add files on the page Documents, or run graphmem ingest FOLDER."
        )
    for row in shown.rows:
        _row(row)
    with st.container(horizontal=True, vertical_alignment="center"):
        if asked("before"):
            st.button("Newest", on_click=tell, kwargs={"before": ""})
        if shown.older:
            st.button("Older", on_click=tell, kwargs={"before": str(shown.older)})
            if shown.until and len(shown.rows) < commits.PAGE:
                st.caption(f"Looked back to {shown.until:%Y-%m-%d}; there are older ones.")


def _row(row: Row) -> None:
    with st.container(border=True, gap="small"):
        st.checkbox(
            plain(excerpt(row.message, 200)) or "(no message)",
            value=row.id in _picked(),
            key=f"pick-{row.id}",
            on_change=_pick,
            args=(row.id,),
            disabled=read_only(),
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(plain(row.told))
            link("What it changed", "history", commit=row.id, seq=str(row.seq))


# --- taking back ----------------------------------------------------------------------------


def _picked() -> tuple[str, ...]:
    """The commits that are chosen, by id; those of another memory are not."""
    where, ids = st.session_state.get(_CHOSEN, (None, ()))
    return tuple(ids) if where == address() else ()


def _pick(id: str) -> None:
    kept = tuple(one for one in _picked() if one != id)
    kept = (*kept, id) if st.session_state.get(f"pick-{id}") else kept
    st.session_state[_CHOSEN] = (address(), kept)
    tell(undo=",".join(kept) if asked("undo") else "")


def _clear() -> None:
    for id in _picked():
        st.session_state[f"pick-{id}"] = False
    st.session_state.pop(_CHOSEN, None)
    tell(undo="")


def _chosen() -> None:
    """How many are chosen, and what undoing them would do, once that is asked for."""
    if linked := tuple(filter(None, asked("undo").split(","))):
        st.session_state[_CHOSEN] = (address(), linked)
    ids = _picked()
    if not ids or read_only():
        return
    with st.container(border=True):
        several = f"{len(ids):,} changes are chosen." if len(ids) > 1 else "1 change is chosen."
        st.text(several)
        if asked("undo"):
            _preview(ids)
        with st.container(horizontal=True):
            if not asked("undo"):
                st.button("What would undoing do?", on_click=tell, kwargs={"undo": ",".join(ids)})
            st.button("Choose none", on_click=_clear)


def _preview(ids: tuple[str, ...]) -> None:
    """The dry run of an undo with a button to do it, or what stands in its way, as the memory says it."""
    with memory() as opened, st.spinner("Working out what undoing would do …"):
        try:
            found = opened.undoing(*ids)
        except Conflict as conflict:
            st.error("It cannot be undone as it is: others built on it since.")
            st.text(f"{conflict}", width="stretch")
            return
        except (InputError, NotFound) as error:
            st.warning(plain(f"{error}"))
            return
        called = words.names(opened, (stamp.message for stamp in found.commits))
    _plan(found, called)
    st.button("Undo it now", type="primary", on_click=_undo, args=(ids,), key="undo-now")


def _plan(found: Undoing, called: dict[str, str]) -> None:
    chosen = [
        f"{stamp.at:%Y-%m-%d %H:%M} · {stamp.author} · {words.readable(stamp.message, called)}"
        for stamp in found.commits[: commits.PAGE]
    ]
    if len(found.commits) > commits.PAGE:
        chosen.append(f"… and {len(found.commits) - commits.PAGE:,} more")
    effects = {"created": "Comes back", "replaced": "Changes", "removed": "Goes"}
    told = "".join(
        f"<li>{effects[what]}: {escape(words.counts(kinds))}</li>"
        for what, kinds in found.counts.items()
        if kinds
    )
    listed = (f"<li>{escape(one)}</li>" for one in chosen)
    st.html(
        f"<ul style='margin:0;overflow-wrap:anywhere'>{''.join(listed)}</ul>"
        "<p style='margin:.5rem 0 0'>Undoing would do this; nothing was written yet:</p>"
        f"<ul style='margin:0'>{told}</ul>"
    )


def _undo(ids: tuple[str, ...]) -> None:
    if edit(lambda opened: opened.undo(*ids)) is not None:
        _clear()


# --- one commit -----------------------------------------------------------------------------


def _one(id: str) -> None:
    """One commit: what it says of itself, its changes in words, and how to go back."""
    link("All changes", "history")
    with memory() as opened:
        number = asked("seq")
        commit = commits.commit(opened, id, int(number) if number.isdecimal() else 0)
        row = commits.titled(opened, commit)
        groups = words.told(opened, commit.changes)
        head = opened.store.head()
    st.html(
        f"<h2 style='padding:0;margin:0;font-size:1.3rem;overflow-wrap:anywhere'>{escape(row.message)}</h2>"
        f"<p style='margin:0'><small>{escape(row.told)} · {escape(row.id)}</small></p>"
    )
    if asked("undo") and not read_only():
        with st.container(border=True):
            _preview((commit.id,))
            st.button("Leave it", on_click=tell, kwargs={"undo": ""})
    elif not read_only():
        st.button("Undo this …", on_click=tell, kwargs={"undo": commit.id}, key="undo-this")
    for group in groups:
        _group(group)
    _numbers(commit)
    _follows(commit, head)
    _restore(commit)


def _group(group: Group) -> None:
    more = f"<li>… and {group.more:,} more</li>" if group.more else ""
    st.html(
        f"<h3 style='font-size:1.05rem;padding:0;margin:.3rem 0'>{escape(group.title)}</h3>"
        "<ul style='list-style:none;padding-left:.2rem;margin:0;overflow-wrap:anywhere'>"
        f"{''.join(map(_line, group.lines))}{more}</ul>"
    )


def _line(line: Line) -> str:
    """A line as HTML: its sign, and words that came underlined, those that went struck out."""
    parts = []
    for mark, text in line.pieces:
        tag, told = _TAGS.get(mark, ("span", ""))
        title = f" title='{told}'" if told else ""
        parts.append(f"<{tag}{title}>{escape(text)}</{tag}>")
    return f"<li><b>{_MARKS[line.sign]}</b> {' '.join(parts)}</li>"


def _numbers(commit: Commit) -> None:
    effects = {"+": "came", "~": "changed", "-": "went"}
    told = "; ".join(
        f"{effects[mark]}: {words.counts(kinds)}"
        for mark, kinds in words.tally(commit.changes).items()
        if kinds
    )
    st.caption(plain(f"In all, {told}." if told else "It changed no record."))


def _follows(commit: Commit, head: int) -> None:
    """What followed for the whole memory; of an old commit only if asked, for that takes long."""
    behind = head - commit.seq
    if behind > _RECENT:
        for group in words.read_in(commit.changes):
            _group(group)
        if not st.button(
            "Compare the whole memory before and after it",
            help=f"The {behind:,} changes since are read, which takes a while.",
        ):
            return
    groups = _followed(address(), head, commit.id, commit.seq)
    for group in groups:
        _group(group)
    if not groups:
        st.caption("No name, fact or event came, changed or went by it.")


@st.cache_data(max_entries=50, show_spinner="Working out what followed …")
def _followed(where: tuple[str, str], head: int, id: str, seq: int) -> list[Group]:
    with memory() as opened:
        return words.derived(commits.followed(opened, seq))


def _restore(commit: Commit) -> None:
    """Offer to bring one of its documents back to how it was after this commit."""
    found = {
        change.id: change.record.body["uri"]
        for change in commit.changes
        if change.record.kind == schema.DOCUMENT
    }
    if not found or read_only():
        return
    with st.expander("Bring a document back to how it was after this"):
        ids = list(found)[:_RESTORED]
        chosen = st.selectbox("Document", ids, format_func=lambda id: str(found[id]))
        st.caption("All later changes of this document are taken back, by one new change.")
        st.button("Bring it back", on_click=_bring, args=(chosen, commit.id), key="restore")


def _bring(document: str, commit: str) -> None:
    edit(lambda opened: opened.restore(document, to=commit))
