"""What people write as YAML is read by the rules of its version 1.2, wherever it is read."""

from __future__ import annotations

import pytest
import yaml

from experiments.command import catalogue
from experiments.command.scenario import CONFIGS, Mistake, parse_scenario
from experiments.command.scenario_file import _Dumper
from experiments.command.user_yaml import plain
from sim.state.parameters import ParameterError
from sim.state.yaml12 import load


@pytest.mark.parametrize(
    "text, path, value",
    [
        ("county:\n  elders: 010\n", "county.elders", 10),
        ("canteen:\n  food: 3e0\n", "canteen.food", 3.0),
        ("timebank:\n  on: no\n", "timebank.on", False),
        ("timebank:\n  on: OFF\n", "timebank.on", False),
        ("draws: yes\n", "draws", "prior"),
    ],
)
def test_words_of_a_scenario(text, path, value):
    assert parse_scenario(text) == {path: value}


@pytest.mark.parametrize("text", ["county:\n  elders: 1:30\n", "county:\n  elders: 1_000\n"])
def test_what_only_older_yaml_takes_for_a_number_is_none(text):
    with pytest.raises(ParameterError, match="a number is wanted"):
        parse_scenario(text)


def test_words_of_a_policy():
    assert plain("start: 2027-01\nset: 010\nname: no\n", "a policy file") == {
        "start": "2027-01",
        "set": 10,
        "name": "no",
    }


@pytest.mark.parametrize("word", ["010", "1e3", "0o7", "yes", "1:30", "null", "a"])
def test_a_text_is_written_so_that_it_is_read_as_text(word):
    written = yaml.dump({"a": word}, Dumper=_Dumper)
    assert load(written) == {"a": word} == yaml.safe_load(written)


def test_an_option_that_two_versions_read_differently_is_refused(tmp_path):
    """Hydra composes it by the older one: 010 would be eight in the run and ten in what is said of it."""
    path = tmp_path / "configs" / "county" / "mine.yaml"
    path.parent.mkdir(parents=True)
    path.write_text("county:\n  elders: 010\n")
    with pytest.raises(Mistake, match=r"configs/county/mine.yaml: county.elders is 10 .* and 8 to Hydra"):
        catalogue._arm(path)
    path = path.with_name("other.yaml")
    path.write_text("timebank:\n  'on': no\ncanteen:\n  food: 3e0\n")
    assert catalogue._arm(path) == {"timebank.on": False, "canteen.food": 3.0}


def test_what_experiments_say_of_themselves_is_read_as_words():
    """Without the loader of values, since `--help` reads it."""
    for path in sorted((CONFIGS / "experiment").glob("*.yaml")):
        content, read = load(path.read_text(encoding="utf-8"), path.name), catalogue.read(path)
        if content.get("name", path.stem) == path.stem:
            assert read.own_model is content.get("own_model", False)
            assert list(read.reads) == content["reads"] and read.title == content["title"]
