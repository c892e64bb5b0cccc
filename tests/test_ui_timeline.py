"""The timeline: what was when, as far as sources say, bounded; where it was; and how a date is put right."""

from __future__ import annotations

import json
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
from conftest import opened, put
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from graphmem import Memory, schema
from graphmem.errors import InputError, StoreBusy
from graphmem.ingest.language import ENGLISH
from graphmem.statements import Fact, Interval
from graphmem.ui import almanac, dated, item, places, spans
from graphmem.ui import map as chart
from graphmem.ui.almanac import Almanac
from graphmem.ui.dated import Asked, Item
from graphmem.ui.places import Spot

pytest.importorskip("spacy")

UTC = timezone.utc
RECORDS = json.dumps(
    [
        {"title": "Seal seen", "date": "2021-05-03", "person": "Ingrid Solvang", "place": "Bergen"},
        {"title": "Net found", "date": "2021-06-11", "lat": "57.90", "lon": "10.20", "place": "Skagen"},
        {"title": "<script>alert(1)</script>", "date": "2019-01-02", "person": "Ingrid Solvang"},
    ]
)
MORE = '[{"title": "Whale seen", "date": "2022-01-02", "place": "Bergen"}]'
CHAT = "\n".join(
    f"[2023-0{month}-08 13:5{minute}] {who}: {text}"
    for month, texts in ((5, ("Hello!", "Hi.", "I saw it.")), (9, ("Again?", "Yes.", "Fine.")))
    for minute, (who, text) in enumerate(zip(("Ann", "Ben", "Ann"), texts, strict=True))
)
STATIONS = "name,latitude,longitude\nHalden,59.13,11.39\nSkagen,57.72,10.58\nNowhere,99.5,10.0\n"


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture
def filled(memory: Memory) -> Memory:
    """Dated records, a chat, and facts that people say."""
    put(memory, {"seen.json": RECORDS, "chat.txt": CHAT, "stations.csv": STATIONS}, ENGLISH)
    memory.relate("Ann", "lives_in", "Oslo", since=day("2001-01-01"), until=day("2009-01-01"))
    memory.relate("Ann", "lives_in", "Bergen", since=day("2009-01-01"))
    memory.relate("Ben", "knows", "Ann")
    return memory


def items(memory: Memory, **asked: object) -> tuple[Item, ...]:
    return dated.window(memory, almanac.made(memory), Asked(**asked)).items  # type: ignore[arg-type]


def texts(found: tuple[Item, ...]) -> list[str]:
    return [one.text for one in found]


# --- dates as people write them ---------------------------------------------------------------


@given(
    st.sampled_from(spans.GRAINS), st.datetimes(datetime(1, 1, 1), datetime(9000, 1, 1)), st.integers(1, 99)
)
def test_what_is_written_of_a_stretch_reads_as_the_same_stretch(
    unit: spans.Grain, moment: datetime, units: int
) -> None:
    begin = spans.start(moment.replace(tzinfo=UTC), unit)
    end = spans.after(begin, unit, units)
    assert spans.read(*spans.written(begin, end, unit)) == (begin, end)


@given(st.datetimes(datetime(100, 1, 1), datetime(9000, 1, 1)), st.integers(-20_000, 20_000))
def test_a_year_that_is_moved_is_a_year(moment: datetime, days: int) -> None:
    begin = spans.start(moment.replace(tzinfo=UTC), "year")
    year = Interval(begin=begin, end=spans.after(begin, "year"), precision="year")
    first, last = spans.shifted(year, timedelta(days=days))
    assert first and last and last == spans.after(spans.start(first, "year"), "year") and first.month == 1
    assert abs((first - begin).days - days) <= 184


def test_a_stretch_is_told_as_exactly_as_it_is_known() -> None:
    def told(begin: str | None, end: str | None, precision: str = "") -> str:
        return spans.told(
            Interval(begin=begin and day(begin), end=end and day(end), precision=precision)  # type: ignore[arg-type]
        )

    assert told("2013-01-01", "2014-01-01") == "2013"
    assert told("2021-03-01", "2021-04-01") == "2021-03"
    assert told("2001-01-01", "2009-01-01") == "2001 to 2008"
    assert told("2022-05-09", "2022-05-16") == "2022-05-09 to 2022-05-15"
    assert told("2022-05-18T09:12", "2022-05-18T09:21") == "2022-05-18 09:12 to 09:20"
    assert told(None, "2016-01-01", "year") == "before 2016"
    assert told("2004-01-01", None, "year") == "since 2004"
    assert told("2004-01-01", None, "day") == "since 2004-01-01"
    assert spans.told(Interval(timex="XXXX-WXX-1")) == "XXXX-WXX-1"


def test_what_is_no_date_is_refused_with_what_to_write() -> None:
    for text in ("soon", "2013-13", "2013-02-30", "13", "2013-05-03 25:00"):
        with pytest.raises(InputError, match="write 2013"):
            spans.read(text, "")
    with pytest.raises(InputError, match="before"):
        spans.read("2014", "2013")


# --- the almanac --------------------------------------------------------------------------------


def same(a: Almanac, b: Almanac) -> bool:
    columns = ("ids", "kinds", "begins", "ends", "weights")
    return a.head == b.head and all(np.array_equal(getattr(a, one), getattr(b, one)) for one in columns)


def test_a_large_almanac_is_made_while_pages_go_on(filled: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    keeper = almanac.Keeper()
    whole = keeper.now(filled)
    assert whole is not None, "a small one is there at once"
    monkeypatch.setattr(almanac, "_AT_ONCE", 0)
    keeper = almanac.Keeper()
    assert keeper.now(filled) is None and keeper.of > 0
    until = time.monotonic() + 60
    while (found := keeper.now(filled)) is None and time.monotonic() < until:
        time.sleep(0.01)
    assert found is not None and found.ids.tolist() == whole.ids.tolist()


def test_an_almanac_that_cannot_be_made_says_why_and_is_tried_again(
    filled: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise StoreBusy("try again")

    monkeypatch.setattr(almanac, "_AT_ONCE", 0)
    keeper = almanac.Keeper()
    with monkeypatch.context() as broken:
        broken.setattr(almanac, "made", fails)
        with pytest.raises(StoreBusy):
            while keeper.now(filled) is None:
                time.sleep(0.01)
    while (found := keeper.now(filled)) is None:
        time.sleep(0.01)
    assert len(found)


def test_an_almanac_that_is_kept_up_is_one_that_is_made_anew(
    filled: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = almanac.made(filled)
    seal = next(one for one in items(filled) if one.text.startswith("Seal"))
    steps = (
        lambda: put(
            filled, {"more.json": '[{"title": "Whale seen", "date": "2022-01-02", "place": "Bergen"}]'}
        ),
        lambda: filled.correct(seal.id, since=day("2021-05-04"), until=day("2021-05-05")),
        lambda: filled.forget("chat.txt"),
        lambda: filled.retract(next(one.id for one in items(filled) if one.kind == schema.FACT)),
        lambda: filled.rename("Ann", "Anna"),
    )
    for step in steps:
        step()
        anew = almanac.made(filled)
        with monkeypatch.context() as alone:
            alone.setattr(type(filled.store), "scan", None)  # nothing is read but what changed
            book = almanac.kept_up(book, filled)
        assert same(book, anew)
    assert almanac.kept_up(book, filled) is book


# --- what is shown ------------------------------------------------------------------------------


def test_events_facts_and_episodes_stand_at_their_time(filled: Memory) -> None:
    found = items(filled)
    assert {one.kind for one in found} == set(almanac.KINDS)
    told = {one.text: one.told for one in found}
    assert told["Ann lives in Oslo"] == "2001 to 2008" and told["Ann lives in Bergen"] == "since 2009-01-01"
    assert [one.told for one in found if one.kind == schema.EPISODE][0].startswith("2023-05-08 13:50")
    assert "Ben knows Ann" not in told
    assert list(found) == sorted(found, key=lambda one: one.begin or one.end or day("9999-01-01"))


def test_a_stretch_a_person_a_place_and_kinds_narrow_it(filled: Memory) -> None:
    book = almanac.made(filled)

    def shown(most: int = 1, **asked: object) -> set[str]:
        return set(texts(dated.window(filled, book, Asked(**asked), most).items))  # type: ignore[arg-type]

    ingrid, bergen = dated.known(filled, "Ingrid Solvang"), dated.known(filled, "Bergen")
    assert len(shown(99, people=ingrid)) == 2
    assert all("Seal" in text for text in shown(99, people=ingrid, places=bergen))
    assert shown(99, kinds=frozenset({schema.FACT})) == {"Ann lives in Oslo", "Ann lives in Bergen"}
    assert all(
        "Net" in text
        for text in shown(begin=day("2021-06-01"), end=day("2021-07-01"), kinds=frozenset({"event"}))
    )
    assert dated.known(filled, "Nobody") == frozenset()
    assert any(
        "Ann" in text for text in shown(99, people=dated.known(filled, "Ann"), kinds=frozenset({"episode"}))
    )


def test_no_more_is_read_than_is_shown_and_the_rest_is_counted(memory: Memory) -> None:
    rows = [{"title": f"Dive {n}", "date": f"2020-01-{n % 28 + 1:02d}", "place": "Bergen"} for n in range(50)]
    put(memory, {"dives.json": json.dumps(rows), "again.json": json.dumps(rows[7:8])}, ENGLISH)
    book = almanac.made(memory)
    window = dated.window(memory, book, Asked(), 10)
    assert len(window.items) == 10 and window.more == 40 and not window.whole
    assert max(window.items, key=lambda one: one.stated).text.startswith("Dive 7")
    assert (window.first, window.last) == (day("2020-01-01"), day("2020-01-29"))
    few = dated.window(memory, book, Asked(begin=day("2020-01-05"), end=day("2020-01-06")), 10)
    assert few.more == 0 and {one.begin for one in few.items} == {day("2020-01-05")}


def test_groups_are_the_largest_and_none_is_lost(filled: Memory) -> None:
    found = items(filled)
    for by in dated.GROUPS[1:]:
        groups = dated.grouped(found, by)
        assert {key for _, keys in groups for key in keys} == {one.key for one in found}
    assert dict(dated.grouped(found, "kind")).keys() == {"Events", "Facts", "Episodes"}
    assert "Ingrid Solvang" in dict(dated.grouped(found, "person"))
    assert dated.grouped(found, "nothing") == []


# --- corrected dates ------------------------------------------------------------------------------


def one_item(begin: str, end: str | None, *, when_end: str | None = "same", **more: object) -> Item:
    own = end if when_end == "same" else when_end
    return Item(
        key="v1",
        id="v1",
        text="It",
        kind=str(more.pop("kind", "event")),
        begin=day(begin),
        end=end and day(end),  # type: ignore[arg-type]
        when=Interval(begin=day(begin), end=own and day(own), precision="day"),  # type: ignore[arg-type]
        **more,  # type: ignore[arg-type]
    )


def test_a_bar_that_is_moved_keeps_its_exactness_and_one_whose_end_is_drawn_gets_that_end() -> None:
    year = one_item("2013-01-01", "2014-01-01")
    assert dated.redated(year, day("2015-02-20"), day("2016-02-20")) == (day("2015-01-01"), day("2016-01-01"))
    assert dated.redated(year, day("2013-01-01"), day("2013-08-01T07:00")) == (
        day("2013-01-01"),
        day("2013-08-01"),
    )
    still = one_item("2009-01-01", None, kind="fact")
    assert dated.redated(still, day("2009-02-03T04:00"), None) == (day("2009-02-03"), None)
    ended = one_item("2009-01-01", "2012-05-06", when_end=None, kind="fact")
    assert dated.redated(ended, day("2010-01-01"), day("2012-05-06")) == (day("2010-01-01"), None)
    happened = one_item("2009-03-01", None, when_end="2009-04-01", kind="fact", happens=True)
    assert dated.redated(happened, day("2009-06-02"), None) == (day("2009-06-01"), day("2009-07-01"))
    clock = one_item("2022-05-18T09:12", "2022-05-18T09:13")
    assert dated.redated(clock, day("2022-05-18T10:00:20"), day("2022-05-18T10:01:20"))[0] == day(
        "2022-05-18T10:00"
    )


def test_a_corrected_event_takes_the_place_of_the_old_one_and_comes_back(filled: Memory) -> None:
    seal = next(one for one in items(filled) if one.text.startswith("Seal"))
    commit = filled.correct(seal.id, since=day("2021-05-04"), until=day("2021-05-05"))
    new = dated.current(filled, seal.id)
    assert new != seal.id and [one.told for one in dated.items(filled, [new])] == ["2021-05-04"]
    assert seal.id not in {one.id for one in items(filled)}
    filled.undo(commit.id)
    assert dated.current(filled, seal.id) == seal.id and seal in items(filled)


# --- places ---------------------------------------------------------------------------------------


def test_coordinates_are_read_from_fields_with_and_without_a_date(filled: Memory) -> None:
    window = dated.window(filled, almanac.made(filled), Asked())
    assert {(one.name, one.lat, one.lon) for one in window.spots} == {
        ("Halden", 59.13, 11.39),
        ("Skagen", 57.72, 10.58),
        ("Skagen", 57.9, 10.2),
    }
    assert places.point([("coordinates", "59.13° N, 11.39° W")]) == (59.13, -11.39)
    assert places.point([("coordinates", "159.13, 11.39")]) is None
    assert places.point([("lat", "59"), ("flat", "11")]) is None


@given(
    st.lists(
        st.builds(Spot, st.text(max_size=40), st.floats(-89, 89), st.floats(-180, 180), st.just("x")),
        min_size=1,
        max_size=12,
    )
)
def test_every_point_is_on_the_map_and_no_label_meets_another(points: list[Spot]) -> None:
    drawn = chart.chart(points)
    assert all(0 <= dot.x <= 100 and 0 <= dot.y <= 100 for dot in drawn.dots)
    assert len(drawn.dots) == len({(one.lat, one.lon) for one in points})
    assert 0 < drawn.scale[1] - drawn.scale[0] <= 34 and drawn.length.endswith("m")


def test_the_map_goes_round_the_date_line() -> None:
    of = chart.sheet([Spot("Suva", -18.1, 178.4, "a"), Spot("Apia", -13.8, -171.8, "b")])
    assert of.east - of.west < 30 and of.x(178.4) < of.x(-171.8)


# --- the page ---------------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A memory that the page is told of."""
    url = f"sqlite:///{tmp_path}/memory.db"
    monkeypatch.setenv("GRAPHMEM_STORE", url)
    monkeypatch.delenv("GRAPHMEM_UI_READ_ONLY", raising=False)
    with Memory.open(url) as memory:
        put(memory, {"seen.json": RECORDS}, ENGLISH)
        memory.relate("Ann", "lives_in", "Oslo", since=day("2001-01-01"), until=day("2009-01-01"))
    return url


def shown(**query: str) -> AppTest:
    page = AppTest.from_string("from graphmem.ui import timeline\ntimeline.page()", default_timeout=120)
    for name, value in query.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def html(page: AppTest) -> str:
    return "".join(element.proto.body for element in page.get("html"))


def test_the_same_stands_as_text_and_what_a_document_holds_is_never_run(store: str) -> None:
    page = shown(text="1")
    assert "Ann lives in Oslo" in html(page) and ">2008<" in html(page)
    assert "&lt;script&gt;" in html(page) and "<script>" not in html(page)
    narrowed = html(shown(text="1", **{"from": "2021", "to": "2021"}))
    assert "Seal seen" in narrowed and "Oslo" not in narrowed


def test_an_address_that_asks_for_nobody_or_no_date_says_so(store: str) -> None:
    assert "Nobody Here" in shown(person="Nobody Here").error[0].value
    assert "write 2013" in shown(**{"from": "soon"}).error[0].value
    page = shown(person="Ingrid Solvang", to="2001")
    assert "Nothing with a date fits" in page.info[0].value
    page.button[0].click().run()
    assert not page.exception and not page.info[:1] or "Nothing" not in page.info[0].value


def test_a_date_is_corrected_only_after_old_and_new_were_shown(store: str, tmp_path: Path) -> None:
    with opened(tmp_path) as memory:
        seal = next(one for one in items(memory) if one.text.startswith("Seal"))
    page = shown(id=seal.id)
    page.text_input(key=f"begin {seal.id}").set_value("2021-05-09")
    next(one for one in page.button if one.label == "See what changes").click().run()
    assert not page.exception and "2021-05-03</b>" in html(page) and "2021-05-09</b>" in html(page)
    with opened(tmp_path) as memory:
        assert dated.current(memory, seal.id) == seal.id
    next(one for one in page.button if one.label == "Correct the date").click().run()
    assert not page.exception and "Event · 2021-05-09" in html(page)
    with opened(tmp_path) as memory:
        value = memory.find(dated.current(memory, seal.id))
        assert isinstance(value, Fact) and value.when and value.when.begin == day("2021-05-09")


def test_nothing_can_be_moved_where_nothing_can_be_changed(
    store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRAPHMEM_UI_READ_ONLY", "1")
    with Memory.open(store) as memory:
        seal = next(one for one in items(memory) if one.text.startswith("Seal"))
    page = shown(id=seal.id)
    assert "Seal seen" in html(page) and not page.text_input(key="timeline from").disabled
    assert not [one for one in page.button if "date" in one.label or "changes" in one.label]
    assert item.move(seal) is None


def test_an_empty_memory_says_how_to_begin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path}/memory.db"
    Memory.open(url).close()
    monkeypatch.setenv("GRAPHMEM_STORE", url)
    assert "Nothing in this memory has a date yet" in shown().info[0].value
