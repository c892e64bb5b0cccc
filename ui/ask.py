"""The page Ask: a question, and the passages that answer it. The address holds all that is asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from html import escape

import streamlit as st

from graphmem.errors import GraphMemError
from graphmem.memory import Memory
from graphmem.ranking import Ranking
from graphmem.ui import learned
from graphmem.ui.links import asked as said
from graphmem.ui.links import link, tell
from graphmem.ui.narrowing import Asked, at_noon, narrowed, stops, unsaid
from graphmem.ui.opening import memory
from graphmem.ui.passages import show_hit
from graphmem.ui.settings import read_only
from graphmem.ui.why import show_path

_TODAY = "today"


def page() -> None:
    """Draw it."""
    st.title("Ask")
    with memory() as opened:
        asked = _form(opened)
        if not asked.text.strip():
            st.caption("Each answer is a passage of your documents, the sentence that counts marked.")
            learned.draw(opened)
            return
        with st.spinner("Looking …"):
            ranking = narrowed(opened, asked)
        moment = _moment(stops(opened, ranking))
        if moment is not None and asked.as_of is None:
            ranking = narrowed(opened, replace(asked, as_of=at_noon(moment)))
        _answers(opened, asked, ranking)
        learned.draw(opened, asked.text)


def _form(opened: Memory) -> Asked:
    """The question and what narrows it, as the address and then the form say."""
    with st.form("question", border=False):
        text = st.text_input("Question", value=said("q"), max_chars=2000)
        with st.expander("Narrow it down"):
            names = st.text_input(
                "Only passages that name", value=said("names"), help="People, places or things, with commas."
            )
            left, right = st.columns(2)
            since = left.date_input(
                "Written from", value=_day("from"), min_value=date.min, max_value=date.max
            )
            until = right.date_input(
                "Written until", value=_day("to"), min_value=date.min, max_value=date.max
            )
            as_of = left.date_input(
                "As the world was on", value=_day("asof"), min_value=date.min, max_value=date.max
            )
            k = right.slider("Passages at most", 1, 30, _number("k", 5))
            trusted = st.checkbox("Only sources that are trusted", value=bool(said("trusted")))
            among = sorted(opened.view.namespaces) if opened.also else []
            chosen = st.multiselect("Namespaces", among, default=among) if among else []
        st.form_submit_button("Ask", type="primary")
    tell(
        q=text,
        names=names,
        **{"from": f"{since or ''}", "to": f"{until or ''}", "asof": f"{as_of or ''}"},
        k="" if k == 5 else str(k),
        trusted="1" if trusted else "",
    )
    return Asked(
        text=text,
        k=k,
        names=tuple(part.strip() for part in names.split(",") if part.strip()),
        since=since,
        until=until,
        as_of=at_noon(as_of) if as_of else None,
        trusted_only=trusted,
        namespaces=tuple(chosen) if set(chosen) != set(among) else (),
    )


def _day(name: str) -> date | None:
    """A day of the address; None if it says none that there is."""
    try:
        return date.fromisoformat(said(name))
    except ValueError:
        return None


def _number(name: str, default: int) -> int:
    value = said(name)
    return min(30, max(1, int(value))) if value.isascii() and value.isdigit() else default


def _moment(days: tuple[date, ...]) -> date | None:
    """The day that is chosen among those on which something changed; None is today."""
    if not days:
        return None
    options = [*(f"{day}" for day in days), _TODAY]
    then = said("at")
    chosen = st.select_slider(
        "As it was on",
        options,
        value=then if then in options else _TODAY,
        help="The days on which something began or ceased to hold of what the question names.",
    )
    tell(at="" if chosen == _TODAY else chosen)
    return None if chosen == _TODAY else date.fromisoformat(chosen)


def _answers(opened: Memory, asked: Asked, ranking: Ranking) -> None:
    """The passages, and beside them the way from the question to the one that is chosen."""
    if ranking.seeds:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption("Linked to", width="content")
            for seed in ranking.seeds[:8]:
                link(seed.text, "record", id=seed.id)
    if not ranking.hits:
        st.info("Nothing in this memory covers the question." + _hint(asked))
        return
    if ranking.doubtful:
        sure = f"{ranking.confidence:.0%} sure"
        st.warning(f"This memory may not tell that ({sure}). Below is what comes nearest.")
    if missing := unsaid(ranking):
        st.html(f"<p>No passage below says: <b>{escape(', '.join(missing))}</b>.</p>")
    left, right = st.columns([3, 2])
    with left:
        for rank, hit in enumerate(ranking, start=1):
            own = hit.document.namespace == opened.namespace and not read_only()
            several = len(ranking.query.view.namespaces) > 1
            show_hit(rank, hit, asked.text, several, ranking if own else None)
    with right:
        numbers = list(range(1, len(ranking) + 1))
        chosen = st.selectbox("Why was it found?", numbers, format_func=lambda n: f"Passage {n}") or 1
        try:
            show_path(opened, ranking[chosen - 1])
        except GraphMemError as error:
            st.caption(f"{error}")
    if ranking.withheld:
        st.caption(f"{ranking.withheld} passages are left out: their sources are not trusted.")


def _hint(asked: Asked) -> str:
    return " Take away what narrows it, and ask again." if asked.narrow or asked.trusted_only else ""
