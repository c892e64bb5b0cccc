"""The page Documents: files are read into the memory, listed, read, and forgotten again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Final

import streamlit as st

from graphmem.errors import NotFound, StoreURLError
from graphmem.memory import Memory
from graphmem.saying import is_said
from graphmem.statements import Fact
from graphmem.types import Document, Entity
from graphmem.ui import shelf as shelves
from graphmem.ui.browser import browser, href, listed, small
from graphmem.ui.contribution import Contribution, Given, contribution, numbered, values
from graphmem.ui.forgetting import last, offer, preview
from graphmem.ui.links import asked, link, plain, tell
from graphmem.ui.opening import address, memory
from graphmem.ui.reading import PART, part, place, text
from graphmem.ui.settings import read_only
from graphmem.ui.shelf import PAGE, SAID, Shelf, Wanted, chosen, shelf, twins
from graphmem.ui.uploading import report, upload

_KINDS: Final = {
    "": "All",
    "text": "Texts",
    "chat": "Chats",
    "records": "Tables and calendars",
    SAID: "Said by people",
}
_ORDERS: Final = {
    shelves.BY_NAME: "Name",
    shelves.BY_DATE: "Newest first",
    shelves.BY_LENGTH: "Longest first",
}
_TEXT, _GAVE, _AGAIN, _FORGET = "text", "gave", "again", "forget"
_VIEWS: Final = {
    _TEXT: "Text",
    _GAVE: "What it gave",
    _AGAIN: "Read it again",
    _FORGET: "Forget it",
}
_FIND: Final = "Find a document"
_LISTED: Final = 30
_DIGITS: Final = 9
_QUERY: Final = "documents query"
"""Where the filters are kept while a document is read."""


def page() -> None:
    """Draw it: one document if the address names it or a sentence of it, else the list."""
    if asked("id") or asked("sentence"):
        _document()
        return
    st.title("Documents")
    if not read_only():
        with st.expander("Add documents", icon=":material/upload:", expanded=True):
            upload()
    report()
    try:
        with memory(stop=False) as opened:
            of = _shelf(opened)
    except StoreURLError:  # there is no store yet
        of = Shelf.of(0, {})
    _list(of)


# --- the list ---------------------------------------------------------------------------------


@st.cache_resource
def _shelves() -> dict[tuple[str, ...], Shelf]:
    """The list of each view, by store and namespaces."""
    return {}


def _shelf(opened: Memory) -> Shelf:
    view = opened.view
    key = (address()[0], *sorted(view.namespaces))
    found = shelf(opened.store, view, _shelves().get(key))
    _shelves()[key] = found
    return found


def _list(of: Shelf) -> None:
    """The documents that are wanted, a page of them."""
    if not of.order:
        how = "" if read_only() else "drop files above, or "
        st.info(f"Nothing was read yet: {how}run `graphmem ingest FOLDER`.")
        return
    found = chosen(of, _wanted(of))
    pages = max(1, -(-len(found) // PAGE))
    number = min(max(_number("page"), 1), pages)
    many = numbered(len(of.order), "document")
    small(many if len(found) == len(of.order) else f"{len(found):,} of {many}")
    shown = found[(number - 1) * PAGE : number * PAGE]
    rows = [(href("documents", id=one.id), one.title or one.uri, _about(one, of.several)) for one in shown]
    if rows:
        st.html(listed(rows))
    if not found:
        st.info("No document is like that: leave some of the filters empty.")
    if pages > 1:
        _pages(number, pages, "page", "Page")
    browser(typed=[_FIND])


def _about(one: Document, several: bool) -> str:
    """Where a document comes from, what it is, when it was written and how long it is."""
    what = _KINDS[SAID].lower() if is_said(one.uri) else one.kind
    when = f"written {one.written_at:%Y-%m-%d}" if one.written_at else ""
    whose = f"of {one.namespace}" if several else ""
    return " · ".join(filter(None, (one.uri, whose, what, when, f"{one.characters:,} characters")))


def _wanted(of: Shelf) -> Wanted:
    """The filters; they stand in the address."""
    columns = st.columns([3, 2, 2])
    _begin("documents find", asked("find"))
    _begin("documents kind", asked("kind"), _KINDS)
    _begin("documents order", asked("order", shelves.BY_NAME), _ORDERS)
    words = columns[0].text_input(
        _FIND, key="documents find", placeholder="A part of its name", on_change=_first_page
    )
    kind = columns[1].selectbox(
        "Kind", list(_KINDS), format_func=_KINDS.__getitem__, key="documents kind", on_change=_first_page
    )
    order = columns[2].selectbox(
        "Order", list(_ORDERS), format_func=_ORDERS.__getitem__, key="documents order", on_change=_first_page
    )
    since, until = _days() if of.dated else (None, None)
    wanted = Wanted(words or "", kind or "", since, until, order or shelves.BY_NAME)
    query = {
        "find": wanted.text,
        "kind": wanted.kind,
        "order": wanted.order if wanted.order != shelves.BY_NAME else "",
        "since": since.isoformat() if since else "",
        "until": until.isoformat() if until else "",
    }
    tell(**query)
    st.session_state[_QUERY] = {name: value for name, value in query.items() if value}
    return wanted


def _days() -> tuple[date | None, date | None]:
    """First and last day on which a document was written."""
    columns = st.columns([3, 2, 2])
    found: list[date | None] = []
    for name, label, column in (("since", "Written from", 1), ("until", "Written until", 2)):
        _begin(f"documents {name}", _day(asked(name)))
        with columns[column]:
            found.append(st.date_input(label, key=f"documents {name}", on_change=_first_page))
    return found[0], found[1]


def _begin(key: str, value: object, known: Collection[str] | None = None) -> None:
    """What a widget shows first: what the address says, where that can be."""
    if key not in st.session_state:
        st.session_state[key] = value if known is None or value in known else next(iter(known))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _first_page() -> None:
    tell(page="")


def _number(name: str) -> int:
    """A number of the address, from 1 on."""
    text = asked(name)
    return int(text) if text.isascii() and text.isdigit() and len(text) < _DIGITS else 1


def _pages(number: int, pages: int, name: str, what: str) -> None:
    """Where one is, and the way to the pages before and after."""
    with st.container(horizontal=True, vertical_alignment="center"):
        before, after = {name: str(number - 1)}, {name: str(number + 1)}
        st.button("Before", disabled=number <= 1, on_click=tell, kwargs=before, key=f"{name} before")
        st.text(f"{what} {number:,} of {pages:,}")
        st.button("After", disabled=number >= pages, on_click=tell, kwargs=after, key=f"{name} after")


# --- one document -----------------------------------------------------------------------------


def _document() -> None:
    """The document that the address names, in one of its views."""
    link("All documents", "documents", icon=":material/arrow_back:", **st.session_state.get(_QUERY, {}))
    with memory() as opened:
        try:
            document, at = place(opened, asked("sentence")) if asked("sentence") else (None, 0)
            document = document or opened.document(asked("id"))
        except NotFound:
            _gone()
            return
        own = document.namespace == opened.namespace
        same = twins(_shelf(opened), document)
    tell(id=document.id)
    st.title(plain(document.title or document.uri))
    small(_about(document, not own))
    if same:
        small("The same content is here a second time:")
        link(same[0].uri, "documents", id=same[0].id)
    views = {key: label for key, label in _VIEWS.items() if own and not read_only() or key in (_TEXT, _GAVE)}
    _begin("documents view", asked("view", _TEXT), views)
    view = st.segmented_control(
        "View", list(views), format_func=views.__getitem__, key="documents view", label_visibility="collapsed"
    )
    view = view or _TEXT
    tell(view=view if view != _TEXT else "")
    if view != _GAVE:
        tell(group="", page="")
    if view == _TEXT:
        _read(document, at)
    elif view == _GAVE:
        _gave(document)
    elif view == _AGAIN:
        _again(document)
    else:
        uri = document.uri
        offer(lambda opened, dry: opened.forget(uri, dry_run=dry), "Forget this document", document.id)


def _gone() -> None:
    """What is to be said of a document that is not there: what forgetting it did, if that was here."""
    receipt = last(asked("id"))
    st.title("Documents")
    if receipt is None:
        st.info("This document is not in the memory: it was forgotten, or the address is of another memory.")
        return
    st.info("This document was forgotten.")
    preview(receipt)


def _read(document: Document, at: int) -> None:
    """A part of the text: that of the address, else that with the sentence which is asked for."""
    first = (_number("passage") - 1) if asked("passage") else at
    with memory() as opened:
        shown = part(opened, document, first // PART * PART)
    last_shown = shown.first + len(shown.passages)
    number, pages = shown.first // PART, -(-shown.total // PART)
    st.html(text(shown, asked("sentence")))
    if pages > 1:
        with st.container(horizontal=True, vertical_alignment="center"):
            before, after = (str(place * PART + 1) for place in (number - 1, number + 1))
            st.button("Before", disabled=number <= 0, on_click=tell, kwargs={"passage": before}, key="before")
            st.text(f"Passages {shown.first + 1:,} to {last_shown:,} of {shown.total:,}")
            st.button(
                "After", disabled=number + 1 >= pages, on_click=tell, kwargs={"passage": after}, key="after"
            )
    browser(show=asked("sentence") if not asked("passage") else "")


@st.cache_data(max_entries=16, show_spinner=False)
def _contribution(_opened: Memory, document: Document, store: tuple[str, str], head: int) -> Contribution:
    return contribution(_opened, document)


def _gave(document: Document) -> None:
    """What the document supports, and what of that nothing else does."""
    with memory() as opened:
        found = _contribution(opened, document, address(), opened.store.head())
    counts = ((found.passages, "passage"), (found.sentences, "sentence"), (len(found.dates), "date"))
    st.text(", ".join(numbered(n, word) for n, word in counts))
    groups = {"names": found.names, "facts": found.facts, "events": found.events}
    _begin("documents group", asked("group", "names"), groups)
    group = st.segmented_control(
        "What to list",
        list(groups),
        format_func=lambda name: f"{name.capitalize()} ({len(groups[name]):,})",
        key="documents group",
        label_visibility="collapsed",
        on_change=_first_page,
    )
    alone = st.toggle(
        "Only what would go with it: nothing else supports it", key="documents alone", on_change=_first_page
    )
    tell(group=group or "")
    _given([one for one in groups[group or "names"] if one.alone or not alone])


def _given(rows: list[Given]) -> None:
    pages = max(1, -(-len(rows) // _LISTED))
    number = min(_number("page"), pages)
    with memory() as opened:
        shown = values(opened, rows[(number - 1) * _LISTED : number * _LISTED])
    if shown:
        st.html(listed((href("record", id=one.id), _name(value), told(one, value)) for one, value in shown))
    else:
        st.text("None.")
    if pages > 1:
        _pages(number, pages, "page", "Page")
    browser()


def _name(value: Entity | Fact) -> str:
    return value.name if isinstance(value, Entity) else value.text


def told(given: Given, value: Entity | Fact) -> str:
    """What a name, fact or event is, how often the document supports it, and whether nothing else does."""
    what = value.label if isinstance(value, Entity) else value.when.text if value.when else ""
    times = "once here" if given.times == 1 else f"{given.times:,} times here"
    return " · ".join(filter(None, (what, times, "nothing else supports it" if given.alone else "")))


def _again(document: Document) -> None:
    """How a document is read anew."""
    st.text(
        "The memory does not keep files. Give the file again: if it is the same, nothing changes; if it is"
        " another version, that is read in the place of this one."
    )
    upload(document.uri)
    report()
    browser()
