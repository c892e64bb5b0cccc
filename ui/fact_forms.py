"""The forms that put a fact or an event right: another object or time, taken back, admitted, vouched for."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from graphmem.memory import Memory
from graphmem.statements import Fact
from graphmem.types import Commit
from graphmem.ui.drawn import Drawn, Upon, of_fact
from graphmem.ui.edits import edit
from graphmem.ui.entity_forms import days, moment, typed
from graphmem.ui.settings import read_only
from graphmem.ui.told import Telling


def draw(opened: Memory, found: Telling) -> None:
    """The choice of forms, and the chosen one."""
    fact = found.fact
    if read_only():
        return
    if fact.namespace != opened.namespace:
        st.caption(f"It can be changed in {fact.namespace} alone, to which it belongs.")
        return
    forms: dict[str, Callable[[Telling], None]] = {"Correct": _correct}
    forms |= {"Admit again": _admit} if fact.retraction else {"Take back": _retract}
    forms["Vouch for it"] = _pin
    chosen = st.pills("Change it", list(forms), key=_chosen_key(fact))
    if chosen:
        with st.container(border=True):
            forms[chosen](found)


def _chosen_key(fact: Fact) -> str:
    return f"change {fact.id}"


def _made(fact: Fact, drawn: Drawn, change: Callable[[Memory], Commit]) -> None:
    if edit(Upon(drawn, change)) is not None:
        st.session_state[_chosen_key(fact)] = None


def _correct(found: Telling) -> None:
    fact = found.fact
    key = f"correct {fact.id}"
    with st.form(key + " form", border=False):
        if len(fact.participants) > 1:
            said = fact.participants[1].entity or fact.participants[1].text
            st.text_input(f"Whom or what, instead of “{said}”", max_chars=200, key=key + " object")
        days(key)
        st.caption("What is left empty stays. The fact is taken back, and what you say holds instead.")
        drawn = of_fact(fact, found.head)
        st.form_submit_button("Correct it", type="primary", on_click=_corrected, args=(fact, drawn, key))


def _corrected(fact: Fact, drawn: Drawn, key: str) -> None:
    object, since, until = typed(key + " object"), moment(key + " since"), moment(key + " until")
    _made(fact, drawn, lambda memory: memory.correct(fact.id, object=object, since=since, until=until))


def _retract(found: Telling) -> None:
    fact = found.fact
    key = f"retract {fact.id}"
    with st.form(key + " form", border=False):
        st.text_input("Why is it not so? (stands at the fact)", max_chars=400, key=key)
        drawn = of_fact(fact, found.head)
        st.form_submit_button("Take it back", type="primary", on_click=_retracted, args=(fact, drawn, key))


def _retracted(fact: Fact, drawn: Drawn, key: str) -> None:
    why = typed(key)
    _made(fact, drawn, lambda memory: memory.retract(fact.id, why))


def _admit(found: Telling) -> None:
    fact = found.fact
    st.text("Say that it is so after all.")
    drawn = of_fact(fact, found.head)
    st.button("Admit it", type="primary", key=f"admit {fact.id}", on_click=_admitted, args=(fact, drawn))


def _admitted(fact: Fact, drawn: Drawn) -> None:
    _made(fact, drawn, lambda memory: memory.admit(fact.id))


def _pin(found: Telling) -> None:
    fact = found.fact
    st.text("Say so yourself: it then stays when its sources are forgotten.")
    drawn = of_fact(fact, found.head)
    st.button("Vouch for it", type="primary", key=f"pin {fact.id}", on_click=_pinned, args=(fact, drawn))


def _pinned(fact: Fact, drawn: Drawn) -> None:
    _made(fact, drawn, lambda memory: memory.pin(fact.id))
