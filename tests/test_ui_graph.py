"""The page Graph: what stands around a name, ways between names, what clicks do; names are text."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import networkx as nx
import pytest
from conftest import opened, put
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from graphmem import Memory
from graphmem.identity import entity_id, fold
from graphmem.ingest.language import ENGLISH
from graphmem.types import Record, View
from graphmem.ui.canvas import LOOKS, Edge, Node, _drawn, kind_of
from graphmem.ui.exploring import resolved
from graphmem.ui.graph_panel import about
from graphmem.ui.joining import join, preview
from graphmem.ui.neighbourhood import around, graph, merged, path
from graphmem.ui.search import matches, names, recent

FERRY = {
    "ferry.txt": "The captain of the Aurelia is Ines Duarte. Ines Duarte was born in Horta in 1980.",
    "yard.txt": "In March 2019 the yard of Brons in Delfzijl repaired the Aurelia.",
}
PAGE = "from graphmem.ui import graph\ngraph.page()"


def id_of(name: str) -> str:
    return entity_id("default", fold(name))


@pytest.fixture
def ferry(tmp_path: Path) -> Memory:
    """A memory with facts."""
    pytest.importorskip("spacy")
    memory = opened(tmp_path)
    put(memory, FERRY, ENGLISH)
    return memory


def named(memory: Memory, ids: tuple[str, ...]) -> list[str]:
    return [memory.find(id).name for id in ids]  # type: ignore[union-attr]


# --- what is drawn ---------------------------------------------------------------------------


def test_a_fact_leads_from_its_subject_and_says_when(ferry: Memory) -> None:
    drawn = graph(ferry, [id_of("Ines Duarte"), id_of("Horta"), id_of("Aurelia")])
    (birth,) = [edge for edge in drawn.edges if edge.target == id_of("Horta")]
    assert birth.source == id_of("Ines Duarte") and not birth.loose and birth.record
    assert "born" in birth.name and "1980" in birth.name
    assert {node.name for node in drawn.nodes} == {"Ines Duarte", "Horta", "Aurelia"}


def test_names_of_one_sentence_are_joined_loosely_where_no_fact_tells_more(memory: Memory) -> None:
    put(memory, {"a.txt": "Then Arnulf met Borina.", "b.txt": "Again Arnulf met Borina. Now Borina left."})
    drawn = graph(memory, [id_of("Arnulf"), id_of("Borina")])
    (edge,) = drawn.edges
    assert edge.loose and edge.name == "named together in 2 sentences"


def test_a_node_tells_how_many_neighbours_are_not_drawn(memory: Memory) -> None:
    put(memory, {"a.txt": "Then Arnulf met Borina. Then Arnulf met Cilian. Then Arnulf met Dorete."})
    one = graph(memory, [id_of("Arnulf")]).nodes[0]
    two = graph(memory, [id_of("Arnulf"), id_of("Dorete")]).nodes[0]
    assert (one.more, two.more) == (3, 2)
    found = around(memory, [id_of("Arnulf")], limit=2)
    assert len(found.ids) == 2 and found.more == 1
    rest = around(memory, [id_of("Arnulf")], found.ids)
    assert len(rest.ids) == 1 and not set(rest.ids) & set(found.ids)


def test_more_nodes_than_fit_are_counted_and_not_drawn(memory: Memory) -> None:
    text = " ".join(f"Then Arnulf met {name}." for name in ("Borina", "Cilian", "Dorete", "Egbert"))
    put(memory, {"a.txt": text})
    ids = [id_of(name) for name in ("Arnulf", "Borina", "Cilian", "Dorete", "Egbert")]
    drawn = graph(memory, ids, cap=3)
    assert [node.name for node in drawn.nodes] == ["Arnulf", "Borina", "Cilian"] and drawn.left_out == 2


def test_what_was_taken_back_is_not_drawn(ferry: Memory) -> None:
    ids = [id_of("Ines Duarte"), id_of("Horta")]
    (edge,) = graph(ferry, ids).edges
    ferry.retract(edge.record)
    assert edge.record not in {one.record for one in graph(ferry, ids).edges}


def test_another_namespace_is_not_drawn(tmp_path: Path) -> None:
    with opened(tmp_path, namespace="theirs") as theirs:
        put(theirs, {"a.txt": "Then Arnulf met Borina."})
        secret = entity_id("theirs", "arnulf")
    with opened(tmp_path) as mine:
        put(mine, {"b.txt": "Then Arnulf met Cilian."})
        assert graph(mine, [secret]).nodes == () and not around(mine, [secret]).ids
        assert [one.id for one in matches(mine, "Borina", names(mine))] == []


# --- who is one ------------------------------------------------------------------------------


def test_what_is_merged_is_one_node_until_it_is_undone(memory: Memory) -> None:
    put(memory, {"a.txt": "Then Arnulf Kern met Borina.", "b.txt": "Then Ulfi met Cilian."})
    ids = [id_of("Arnulf Kern"), id_of("Ulfi"), id_of("Borina")]
    ones = [memory.find(id) for id in ids[:2]]
    looked = preview(memory, ones)  # type: ignore[arg-type]
    assert [side.sentences for side in looked.sides] == [1, 1] and not looked.together
    commit = join(memory, ones)  # type: ignore[arg-type]
    assert merged(memory, ids) == {ids[0]: tuple(ids[:2]), ids[2]: (ids[2],)}
    drawn = graph(memory, ids)
    assert len(drawn.nodes) == 2 and drawn.node_of(ids[1]) == ids[0]
    assert {name for name in named(memory, around(memory, ids[:2]).ids)} == {"Borina", "Cilian"}
    assert preview(memory, ones).together  # type: ignore[arg-type]
    memory.undo(commit.id)
    assert len(graph(memory, ids).nodes) == 3


def test_several_become_one_by_one_commit_that_one_undo_takes_back(memory: Memory) -> None:
    put(memory, {f"{n}.txt": f"Then {name} slept." for n, name in enumerate(("Arnulf", "Ulfi", "Nulf"))})
    ids = [id_of(name) for name in ("Arnulf", "Ulfi", "Nulf")]
    head = memory.store.head()
    commit = join(memory, [memory.find(id) for id in ids])  # type: ignore[misc]
    assert memory.store.head() == head + 1 and merged(memory, ids) == {ids[0]: tuple(ids)}
    memory.undo(commit.id)
    assert len(merged(memory, ids)) == 3


def test_the_panel_tells_what_a_node_is_and_where_it_comes_from(ferry: Memory) -> None:
    told = about(ferry, [id_of("Aurelia")])
    assert told is not None and told.entity.name == "Aurelia"
    assert {document.uri for document in told.documents} == set(FERRY)
    assert any("repaired" in fact.text for fact in told.facts)
    assert about(ferry, ["e0"]) is None


# --- ways ------------------------------------------------------------------------------------

PEOPLE = ("Arnulf", "Borina", "Cilian", "Dorete", "Egbert", "Fennke", "Gudrun")


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sets(
        st.tuples(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE)).filter(lambda p: p[0] < p[1]), min_size=1
    )
)
def test_a_way_is_a_shortest_one(
    tmp_path_factory: pytest.TempPathFactory, pairs: set[tuple[str, str]]
) -> None:
    with opened(tmp_path_factory.mktemp("way")) as memory:
        put(memory, {"a.txt": "\n\n".join(f"Then {a} met {b}." for a, b in sorted(pairs))})
        known = nx.Graph([(id_of(a), id_of(b)) for a, b in pairs])
        start = id_of(min(pairs)[0])
        lengths = nx.single_source_shortest_path_length(known, start)
        for end in known:
            way = path(memory, start, end)
            assert len(way) == (lengths[end] + 1 if end in lengths else 0)
            assert all(known.has_edge(a, b) for a, b in zip(way, way[1:], strict=False))


def test_reads_are_bounded_however_often_a_name_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(sentences: int) -> int:
        with opened(tmp_path, f"{sentences}") as memory:
            text = "\n\n".join(f"Then Arnulf met Borina{n}x." for n in range(sentences))
            put(memory, {"a.txt": text})
            got: list[str] = []
            get = memory.store.get

            def counted(view: View, ids: Iterable[str]) -> Mapping[str, Record]:
                asked = list(ids)
                got.extend(asked)
                return get(view, asked)

            monkeypatch.setattr(memory.store, "get", counted)
            graph(memory, [id_of("Arnulf")])
            around(memory, [id_of("Arnulf")])
            return len(got)

    assert asked(600) <= asked(300) + 5


# --- search ----------------------------------------------------------------------------------


def test_the_beginning_of_a_name_finds_it(ferry: Memory) -> None:
    known = names(ferry)
    assert matches(ferry, "in du", known)[0].id == id_of("Ines Duarte")
    assert matches(ferry, "aure", known)[0].id == id_of("Aurelia")
    assert matches(ferry, "", known) == () == matches(ferry, "zzz", known)
    # Without the list of all names, whole words find it.
    assert matches(ferry, "duarte")[0].id == id_of("Ines Duarte")


def test_facts_are_found_by_their_words(ferry: Memory) -> None:
    (fact, *_) = [one for one in matches(ferry, "born in Horta", names(ferry)) if one.kind == "fact"]
    assert set(named(ferry, resolved(ferry, fact.id))) >= {"Ines Duarte", "Horta"}


def test_an_empty_canvas_offers_what_was_read_lately(ferry: Memory, tmp_path: Path) -> None:
    assert id_of("Aurelia") in {one.id for one in recent(ferry)}
    with opened(tmp_path, "empty") as empty:
        assert recent(empty) == () and names(empty) == ()


# --- what the browser gets -------------------------------------------------------------------


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2) of "#rrggbb"."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    lighter, darker = sorted((luminance(a), luminance(b)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_kinds_differ_in_shape_and_can_be_seen_on_light_and_dark() -> None:
    assert len({look.shape for look in LOOKS.values()}) == len(LOOKS)
    for look in LOOKS.values():
        for ground in ("#ffffff", "#0e1117"):
            assert contrast(look.colour, ground) >= 3, look
    assert kind_of("GPE") == "place" and kind_of("spaceship") == "other"


def test_edges_to_what_is_not_drawn_are_left_out() -> None:
    data = _drawn([Node("a", "A", "person")], [Edge("x", "a", "b", "knows")], frozenset({"a"}))
    assert data["edges"] == [] and data["nodes"][0]["pinned"] and len(data["looks"]) == 1


# --- the page --------------------------------------------------------------------------------


@pytest.fixture
def store(ferry: Memory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Memory:
    """The memory, which the explorer is told of."""
    monkeypatch.setenv("GRAPHMEM_STORE", f"sqlite:///{tmp_path}/memory.db")
    for name in [one for one in os.environ if one.startswith("GRAPHMEM_UI")]:
        monkeypatch.delenv(name)
    return ferry


@pytest.fixture(autouse=True)
def _no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    from graphmem.testing import HashEmbedder
    from graphmem.ui import opening

    monkeypatch.setattr(opening, "_encoder", HashEmbedder)
    opening._opened.clear()


def run(**query: str) -> AppTest:
    page = AppTest.from_string(PAGE, default_timeout=60)
    for name, value in query.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def test_a_link_shows_a_name_with_its_neighbours_and_holds_them(store: Memory) -> None:
    page = run(id=id_of("Ines Duarte"))
    assert page.multiselect[0].value == [id_of("Ines Duarte")]
    assert page.query_params["id"] == id_of("Ines Duarte")
    assert id_of("Horta") in page.query_params["with"].split(",")
    again = run(id=id_of("Ines Duarte"), **{"with": id_of("Horta")})
    assert again.multiselect[0].options == ["Ines Duarte", "Horta"]


def test_a_search_brings_what_is_chosen_onto_the_canvas(store: Memory) -> None:
    page = run()
    page.text_input[0].set_value("aurel").run()
    next(one for one in page.button if one.label.startswith("Aurelia")).click().run()
    assert not page.exception and page.multiselect[0].value == [id_of("Aurelia")]
    assert "Ines Duarte" in page.multiselect[0].options and page.text_input[0].value == ""


def test_nodes_are_hidden_pinned_and_joined_by_a_way(store: Memory) -> None:
    page = run(id=id_of("Horta"), **{"with": id_of("Delfzijl")})
    page.multiselect[0].set_value([id_of("Horta"), id_of("Delfzijl")]).run()
    next(one for one in page.button if one.label == "Path between them").click().run()
    assert not page.exception and "steps" in page.caption[0].value
    assert {"Ines Duarte", "Aurelia"} <= set(page.multiselect[0].options)
    next(one for one in page.button if one.label == "Pin").click().run()
    assert "Let go" in [one.label for one in page.button]
    next(one for one in page.button if one.label == "Hide").click().run()
    assert not page.exception and "Horta" not in page.multiselect[0].options
    assert store.find(id_of("Horta")), "hiding changes nothing of the memory"


def test_selected_nodes_are_merged_by_a_button(store: Memory) -> None:
    page = run(id=id_of("Horta"), **{"with": id_of("Delfzijl")})
    page.multiselect[0].set_value([id_of("Horta"), id_of("Delfzijl")]).run()
    next(one for one in page.button if one.label == "Merge").click().run()
    assert not page.exception
    assert merged(store, [id_of("Horta"), id_of("Delfzijl")]) == {
        id_of("Horta"): (id_of("Horta"), id_of("Delfzijl"))
    }


def test_a_merger_of_what_others_have_changed_is_refused_with_a_choice(store: Memory) -> None:
    page = run(id=id_of("Horta"), **{"with": id_of("Delfzijl")})
    page.multiselect[0].set_value([id_of("Horta"), id_of("Delfzijl")]).run()
    store.rename(id_of("Horta"), "Port of Horta")
    next(one for one in page.button if one.label == "Merge").click().run()
    reason, again = page.session_state["edit failed"]
    assert "changed this meanwhile" in reason and "Port of Horta" in reason and again is not None
    assert len(merged(store, [id_of("Horta"), id_of("Delfzijl")])) == 2, "they are still two"


def test_a_read_only_explorer_offers_no_merging(store: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPHMEM_UI_READ_ONLY", "1")
    page = run(id=id_of("Horta"), **{"with": id_of("Delfzijl")})
    page.multiselect[0].set_value([id_of("Horta"), id_of("Delfzijl")]).run()
    assert "Merge" not in [one.label for one in page.button]


def test_what_is_not_there_is_said_in_a_sentence(store: Memory) -> None:
    page = run(id="e0")
    assert "nothing is called" in page.caption[0].value


def test_names_are_shown_as_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPHMEM_STORE", f"sqlite:///{tmp_path}/hostile.db")
    with opened(tmp_path, "hostile") as memory:
        put(memory, {"a.txt": "Then Arnulf met Borina."})
        memory.rename("Arnulf", "<img src=x onerror=alert(1)> ![x](http://127.0.0.1/x.png)")
    page = run(id=id_of("Arnulf"))
    html = "".join(element.proto.body for element in page.get("html"))
    assert "<img" not in html and "&lt;img" in html
    assert not [one for one in page.markdown if "http://" in one.value]


def test_without_its_javascript_the_page_says_how_to_make_it(
    store: Memory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from graphmem.ui import canvas

    monkeypatch.setattr(canvas, "ASSETS", tmp_path)
    page = run(id=id_of("Horta"))
    assert "make assets" in page.info[0].value
