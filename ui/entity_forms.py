"""The forms that put an entity right: its name, its kind, who it is one with, what is known of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timezone
from typing import Final

import streamlit as st

from graphmem.errors import InputError
from graphmem.memory import Memory
from graphmem.types import Commit, Entity
from graphmem.ui import merge_form, split_form
from graphmem.ui.drawn import Drawn, Upon, of_entity, of_identities
from graphmem.ui.edits import edit
from graphmem.ui.known import Known
from graphmem.ui.links import asked
from graphmem.ui.naming import call, surface
from graphmem.ui.rows import known_relations
from graphmem.ui.settings import read_only

KINDS: Final = ("person", "place", "organization", "group", "work", "event", "thing")
_LONGEST: Final = 200
_FIRST_DAY, _LAST_DAY = date(1, 1, 1), date(9999, 12, 31)


def draw(opened: Memory, told: Known) -> None:
    """The choice of forms, and the chosen one."""
    entity = told.entity
    if read_only():
        return
    if entity.namespace != opened.namespace:
        st.caption(f"It can be changed in {entity.namespace} alone, to which it belongs.")
        return
    key = chosen_key(entity)
    forms: dict[str, Callable[[Memory, Known], None]] = {
        "Rename": _rename,
        "Kind": _retype,
        "Another name": _alias,
        "Merge": merge_form.draw,
        "Split": split_form.draw,
        "Add a fact": _relate,
    }
    default = "Merge" if asked("merge") and key not in st.session_state else None
    chosen = st.pills("Change it", list(forms), default=default, key=key)
    if chosen:
        with st.container(border=True):
            forms[chosen](opened, told)


def chosen_key(entity: Entity) -> str:
    """Under which the session keeps which form is open."""
    return f"change {entity.id}"


def made(entity: Entity, drawn: Drawn, change: Callable[[Memory], Commit]) -> Commit | None:
    """Make the edit of a form, and close the form if it was made."""
    commit = edit(Upon(drawn, change))
    if commit is not None:
        st.session_state[chosen_key(entity)] = None
    return commit


def typed(key: str) -> str:
    """What a field holds."""
    return str(st.session_state.get(key) or "").strip()


# --- name and kind --------------------------------------------------------------------------


def _rename(opened: Memory, told: Known) -> None:
    entity = told.entity
    key = f"rename {entity.id} {entity.name}"
    with st.form(key + " form", border=False):
        st.text_input("The name to show", value=entity.name, max_chars=_LONGEST, key=key)
        st.caption("Sources still call it as they do. Empty takes a given name back.")
        drawn = of_entity(entity, told.head)
        st.form_submit_button("Rename", type="primary", on_click=_renamed, args=(entity, drawn, key))


def _renamed(entity: Entity, drawn: Drawn, key: str) -> None:
    to = typed(key)
    made(entity, drawn, lambda memory: memory.rename(entity.id, to))


def _retype(opened: Memory, told: Known) -> None:
    entity = told.entity
    key = f"retype {entity.id} {entity.label}"
    kinds = list(dict.fromkeys((*filter(None, (entity.label,)), *KINDS)))
    with st.form(key + " form", border=False):
        st.selectbox("What it is (choose, or type another word)", kinds, key=key, accept_new_options=True)
        drawn = of_entity(entity, told.head)
        with st.container(horizontal=True):
            st.form_submit_button("Save", type="primary", on_click=_retyped, args=(entity, drawn, key))
            if entity.typed:
                st.form_submit_button("Take the kind back", on_click=_retyped, args=(entity, drawn, ""))


def _retyped(entity: Entity, drawn: Drawn, key: str) -> None:
    label = typed(key)[:_LONGEST] if key else ""
    made(entity, drawn, lambda memory: memory.retype(entity.id, label))


def _alias(opened: Memory, told: Known) -> None:
    entity = told.entity
    key = f"alias {entity.id}"
    with st.form(key + " form", border=False):
        st.text_input("Another name for it", max_chars=_LONGEST, key=key, placeholder="Lady Lovelace")
        st.caption("Whatever goes by this name is one with it. To show it by this name, use Rename.")
        drawn = of_identities([(entity, told.identity)], told.head)
        st.form_submit_button("Add the name", type="primary", on_click=_called, args=(entity, drawn, key))


def _called(entity: Entity, drawn: Drawn, key: str) -> None:
    name = typed(key)
    made(entity, drawn, lambda memory: call(memory, entity, name))


# --- what is known of it --------------------------------------------------------------------


def moment(key: str) -> datetime | None:
    """The day that a field holds, from its beginning on, in UTC."""
    day = st.session_state.get(key)
    return datetime(day.year, day.month, day.day, tzinfo=timezone.utc) if isinstance(day, date) else None


def days(key: str) -> None:
    """The fields from when and until when."""
    columns = st.columns(2)
    for column, name, label in ((columns[0], "since", "Since (if known)"), (columns[1], "until", "Until")):
        column.date_input(label, value=None, min_value=_FIRST_DAY, max_value=_LAST_DAY, key=f"{key} {name}")


def _relate(opened: Memory, told: Known) -> None:
    entity = told.entity
    key = f"relate {entity.id}"
    with st.form(key + " form", border=False):
        columns = st.columns(2)
        columns[0].selectbox(
            "What holds (choose, or type a verb)",
            known_relations(),
            index=None,
            key=key + " relation",
            accept_new_options=True,
            placeholder="lives in",
        )
        columns[1].text_input("Whom or what", max_chars=_LONGEST, key=key + " object")
        days(key)
        with st.container(horizontal=True):
            st.checkbox("It is not so", key=key + " denied")
            st.checkbox("“Whom or what” is no name, but an amount or a date", key=key + " literal")
        drawn = Drawn({}, lambda _: {}, told.head)  # one more fact overwrites nothing
        st.form_submit_button("Add the fact", type="primary", on_click=_related, args=(entity, drawn, key))


def _related(entity: Entity, drawn: Drawn, key: str) -> None:
    relation, object = typed(key + " relation"), typed(key + " object")
    since, until = moment(key + " since"), moment(key + " until")
    denied, literal = (bool(st.session_state.get(f"{key} {name}")) for name in ("denied", "literal"))

    def change(memory: Memory) -> Commit:
        if not relation or not object:
            raise InputError("say what holds, and of whom or what: “lives in” and “Oslo”")
        return memory.relate(
            surface(entity), relation, object, since=since, until=until, negated=denied, literal=literal
        )

    made(entity, drawn, change)
