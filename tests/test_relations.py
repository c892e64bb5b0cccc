"""Named relations: patterns, what holds for one object at a time, and the user's own schema."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("spacy")

from parses import parsed  # noqa: E402
from typer.testing import CliRunner  # noqa: E402

from graphmem import Memory  # noqa: E402
from graphmem.cli import build  # noqa: E402
from graphmem.errors import InputError  # noqa: E402
from graphmem.ingest.facts import find_facts, relation_of  # noqa: E402
from graphmem.relations import load  # noqa: E402
from graphmem.schema import FACT, from_record  # noqa: E402
from graphmem.statements import Fact  # noqa: E402


def test_relations_by_pattern_and_role() -> None:
    schema = load()
    rows = ("Ann NNP nsubj:pass 3", "was VBD aux:pass 3", "born VBN root 0", "in IN case 5")
    (fact,) = find_facts(parsed(*rows, "1950 CD obl 3"))
    assert (found := relation_of(fact, schema)) is not None and found[0].name == "born_on"
    (fact,) = find_facts(parsed(*rows, "Rome NNP obl 3", entities={"Rome": "place"}))
    assert (found := relation_of(fact, schema)) is not None and found[0].name == "born_in"
    (fact,) = find_facts(parsed("Ann NNP nsubj 2", "sang VBD root 0", "songs NNS obj 2"))
    assert relation_of(fact, schema) is None


def test_a_relation_of_the_second_place() -> None:
    (fact,) = find_facts(
        parsed(
            "Ann NNP nsubj 2",
            "move VBD root 0",
            "from IN case 4",
            "Rome NNP obl 2",
            "to TO case 6",
            "Oslo NNP obl 2",
        )  # fmt: skip
    )
    found = relation_of(fact, load())
    assert found is not None and (found[0].name, found[1].text) == ("lives_in", "Oslo")


def test_a_schema_of_ones_own(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text('[fan_of]\npatterns = ["sing [for|to]", "sing"]\n[price]\npatterns = ["sing about"]\n')
    schema = load(mine)
    (fact,) = find_facts(parsed("Ann NNP nsubj 2", "sang VBD root 0", "songs NNS obj 2"))
    found = relation_of(fact, schema)
    assert found is not None and found[0].name == "fan_of" and not found[0].functional
    assert schema.relations["price"].patterns == ("sing about",)
    assert schema.relations["lives_in"].functional


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[a", "no TOML"),
        ("a = 1", "write it as a table"),
        ("[Big]\npatterns = ['x']", "small letters"),
        ("[a]\nfunctional = true", "patterns"),
        ("[a]\npatterns = []", "at least one"),
        ("[a]\npatterns = ['x [y']", "brackets must close"),
        ("[a]\npatterns = ['x']\nfunctional = 'yes'", "true or false"),
        ("[a]\npatterns = ['x']\nroles = ['king']", "unknown role 'king'"),
        ("[a]\npatterns = ['x']\nobject = 1", "unknown key 'object'"),
    ],
)
def test_a_bad_schema_says_what_is_wrong(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(text)
    with pytest.raises(InputError, match=says) as error:
        load(file)
    assert "bad.toml" in str(error.value)


def test_a_missing_schema_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="none.toml"):
        load(tmp_path / "none.toml")


def test_relations_of_ones_own_name_the_facts_of_a_memory(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text('[supplies]\nfunctional = false\npatterns = ["supply"]\n', "utf-8")
    (tmp_path / "a.txt").write_text("Acme has supplied steel. Barack Obama lived in Chicago.", "utf-8")
    store = f"sqlite:///{tmp_path}/memory.db"
    call = ["ingest", str(tmp_path / "a.txt"), "--store", store, "--relations"]
    assert CliRunner().invoke(build(), [*call, str(tmp_path / "own.toml")]).exit_code == 0
    with Memory.open(store) as memory:
        facts = [fact for record in memory.store.scan(memory.view, FACT) if (fact := from_record(record))]
    assert {fact.relation for fact in facts if isinstance(fact, Fact)} == {"supplies", "lives_in"}
    wrong = CliRunner().invoke(build(), [*call, str(tmp_path / "nowhere.toml")])
    assert isinstance(wrong.exception, InputError) and "nowhere.toml" in str(wrong.exception)
