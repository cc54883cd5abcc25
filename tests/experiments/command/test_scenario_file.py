"""A scenario as a YAML file: read back as written, below the command line, and nothing but values."""

from __future__ import annotations

import pytest
import yaml

import run
from experiments.command.scenario import Mistake, compose_line, parse_scenario, write_scenario
from experiments.command.user_files import TOO_FAR
from sim.state.parameters import ParameterError, Parameters

CHANGES = {
    "funding.rule": "matching",
    "funding.share_government": 0.184,
    "funding.share_collective": 0.216,
    "funding.share_families": 0.6,
    "funding.share_society": 0.0,
    "timebank.on": False,
    "county.villages": 2,
    "county.size_spread": 0.1 + 0.2,
    "horizon.end": "2026-03",
    "given.villages": "number,name,elders\n1,東村,31\n2,,\n",
}
BAD = {
    "an object to build": ("funding:\n  _target_: os.system\n", "_target_ is not allowed"),
    "an object at the top": ("_target_: os.system\n", "_target_ is not allowed"),
    "an interpolation": ("funding:\n  rule: ${oc.env:HOME}\n", "${...} is not allowed"),
    "a tag": ("funding:\n  rule: !!python/object/apply:os.system [ls]\n", "line 2: tags"),
    "an anchor": ("a: &a [1]\nb: *a\n", "line 1: tags, anchors"),
    "an unknown value": ("funding:\n  rul: matching\n", "did you mean funding.rule?"),
    "an unknown word": ("funding:\n  rule: matchin\n", "did you mean matching?"),
    "out of range": ("timebank:\n  credit_per_hour: 9\n", "allowed is 0 to 2"),
    "a list": ("funding:\n  rule: [a]\n", "one value is wanted"),
    "nothing": ("funding:\n  rule:\n", "one value is wanted"),
    "an empty file": ("", "sections of values"),
    "a word alone": ("hello", "sections of values"),
    "a key twice": ("funding:\n  taper: 5\n  taper: 6\n", "taper is written twice"),
    "an option that there is not": ("funding: nowhere\n", "unknown funding"),
    "an unknown policy": ("policy: [a]\n", "policy: unknown 'a'"),
    "an object as a policy": ("policy: [{_target_: os.system}]\n", "policy: unknown"),
    "a setting of the machine": ("out: /etc\n", "sections of parameters"),
    "no YAML": ("funding: [\n", "not readable as YAML"),
    "a trap for the parser": ("[" * 5_000, "too deeply"),
    "too much": ("# " + "x" * 2_000_001, "at most 2,000,000 bytes"),
}


def test_what_is_written_is_read_back_to_the_last_digit():
    p = Parameters().replace(CHANGES)
    text = write_scenario(p, {"seeds": 3, "seed": 11}, "My county\nsecond line")
    values = parse_scenario(text)
    assert text.startswith("# My county second line\n") and "villages: |\n" in text
    assert (values.pop("seeds"), values.pop("seed")) == (3, 11)
    assert values == CHANGES and Parameters().replace(values) == p


def test_a_scenario_file_sets_parameters_and_stands_in_the_resolved_configuration(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(write_scenario(Parameters().replace(CHANGES), {"seeds": 3}), encoding="utf-8")
    line = compose_line(["experiment=baseline", f"scenario={file}"])
    assert (
        line.parameters == Parameters().replace(CHANGES) and line.settings.seeds == 3 and line.policies == ()
    )
    assert set(CHANGES) <= set(line.pinned)  # what a planner has written is never drawn
    text = yaml.safe_load(line.text)
    assert (
        text["scenario"] == ""  # the values stand there, wherever they came from
        and text["funding"]["rule"] == "matching"
        and text["given"]["villages"] == CHANGES["given.villages"]
    )


def test_the_command_line_tops_the_file_and_the_file_tops_the_experiment(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(
        "seeds: 3\nfunding:\n  rule: matching\n  taper: 7\ncounty:\n  villages: 4\n  elders: 33\n"
    )
    line = compose_line(
        [f"scenario={file}", "experiment=smoke", "county.villages=5", "funding=seed_taper", "seeds=9"]
    )
    p = line.parameters
    assert (p.county.villages, p.county.elders, line.settings.seeds) == (5, 33, 9)
    assert (p.funding.rule, p.funding.taper) == ("tapering", 60)  # what the named group sets


def test_policies_of_a_file_act_in_its_order_and_those_of_the_command_line_instead(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(write_scenario(Parameters(), {"policy": ["oldest_free", "lighter_fees"]}))
    line = compose_line([f"scenario={file}"])
    assert [p.name for p in line.policies] == line.settings.policy == ["oldest_free", "lighter_fees"]
    assert compose_line([f"scenario={file}", "policy=theme_days"]).settings.policy == ["theme_days"]
    assert compose_line([f"scenario={file}", "policy.theme_days=true"]).settings.policy == [
        "oldest_free",
        "lighter_fees",
        "theme_days",
    ]
    assert parse_scenario("policy: theme_days\n") == {"policy": ["theme_days"]}


def test_on_is_a_name_here_and_not_true():
    assert parse_scenario("timebank:\n  on: false\n") == {"timebank.on": False}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_gets_one_sentence(case):
    text, sentence = BAD[case]
    with pytest.raises((Mistake, ParameterError)) as e:
        parse_scenario(text)
    assert sentence in str(e.value) and "\n" not in str(e.value)


@pytest.mark.parametrize(
    "text, line",
    [("[" * 5_000, 1), ("a:\n  b: " + "[\n" * 3_000, 20), ("".join(" " * k + "a:\n" for k in range(50)), 21)],
)
def test_depth_is_refused_in_the_same_words_by_a_parser_that_looks_far_ahead(monkeypatch, text, line):
    with pytest.raises(Mistake) as ours:
        parse_scenario(text)
    parse = yaml.parse

    def ahead(read, loader):
        if loader is not yaml.SafeLoader:
            raise yaml.scanner.ScannerError("while increasing flow level", None, f"exceeded {TOO_FAR}", None)
        return parse(read, loader)

    monkeypatch.setattr(yaml, "parse", ahead)
    with pytest.raises(Mistake) as theirs:
        parse_scenario(text)
    assert str(theirs.value) == str(ours.value)
    assert str(ours.value).startswith(f"line {line}: ") and "nested too deeply" in str(ours.value)


def test_the_command_line_says_which_file_and_what(tmp_path, capsys):
    file = tmp_path / "bad.yaml"
    file.write_text("funding:\n  _target_: x\n")
    for words, sentence in (
        ([f"scenario={file}"], f"{file}: _target_ is not allowed"),
        ([f"scenario={tmp_path}/none.yaml"], "none.yaml cannot be read: no such file"),
        ([f"scenario={tmp_path}"], "cannot be read"),
        (["given.villages=none.csv"], "no such file"),
    ):
        assert run.main(["experiment=baseline", *words]) == 1
        err = capsys.readouterr().err
        assert sentence in err and len(err.strip().splitlines()) == 1


def test_villages_can_be_given_as_a_file_on_the_command_line(tmp_path):
    file = tmp_path / "villages.csv"
    file.write_text("\ufeffnumber,elders\r\n1,31\r\n", encoding="utf-8")
    line = compose_line(["experiment=baseline", f"given.villages={file}", "county.villages=1"])
    assert line.parameters.given.villages.split() == ["number,elders", "1,31"] and "1,31" in line.text
