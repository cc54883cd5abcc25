"""The tutorial: each command it shows is read as the command line reads it, and the first of each kind is
run, smaller.
"""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
import yaml

import run
from experiments.command import catalogue, scenario, settings
from experiments.command.flags import read as read_flags
from experiments.command.scenario import compose_line, options
from experiments.command.sweep import gathered
from experiments.report.documents import ROOT
from sim.state.parameters import Parameters

BLOCK = re.compile(r"<!-- tutorial(?:: ([\w./]+))? -->\n```(\w+)\n(.*?)```", re.DOTALL)
TINY = [
    "county.elders=12",
    "county.villages=4",
    "horizon.end=2025-12",
    "horizon.spin_up=1",
    "seeds=1",
    "workers=1",
    "progress=false",
]
PAGES = ("README.md", "experiments/README.md")
BLOCKS = [
    (page, *found) for page in PAGES for found in BLOCK.findall((ROOT / page).read_text(encoding="utf-8"))
]


def lines(page):
    """The commands of a page, in words."""
    return [
        shlex.split(line, comments=True)
        for where, _, kind, body in BLOCKS
        if (where, kind) == (page, "sh")
        for line in body.strip().splitlines()
    ]


COMMANDS = [words for page in PAGES for words in lines(page)]


def test_both_pages_hold_commands():
    assert len(COMMANDS) >= 10 and {page for page, *_ in BLOCKS} == set(PAGES)
    assert all(words[:2] == [".venv/bin/python", "run.py"] for words in COMMANDS)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_command_is_read_as_written(words):
    if words[2:] == ["--help"]:
        return
    flags, plain = read_flags(words[2:])
    verb, rest = run.split_verb(plain)
    rest = gathered(rest) if flags.multirun else rest
    if "funding=mine" in rest:
        rest = [w for w in rest if w != "funding=mine"]  # no option before its file is written
    if verb == "run":
        assert compose_line(rest).settings.name in catalogue.experiments()
    else:
        assert all(re.match(r"(study|studies|report\.language|pdf|out)=", word) for word in rest)


def test_a_mix_of_ones_own_fits_the_model():
    (body,) = [body for _, name, _, body in BLOCKS if name == "configs/funding/mine.yaml"]
    mine = {
        f"{s}.{key}": value for s, values in yaml.safe_load(body).items() for key, value in values.items()
    }
    assert body.startswith("# @package _global_") and "mine" not in options()["funding"]
    assert Parameters().replace(mine).funding.share_collective == 0.33


SMALLER = {
    "county.villages": "2",
    "county.elders": "12",
    "horizon.end": "2026-12",
    "horizon.spin_up": "1",
    "seeds": "2",
    "size": "quick",
    "workers": "1",
    "progress": "false",
    "engine": "serial",
}
OWN = {  # what a command needs beside or instead
    "experiment=sensitivity": {"samples": "4", "replicates": "1", "inputs": "[needs,participation]"},
    "experiment=funding_mix": {
        "county.villages": "12"
    },  # it compares strengths of the collective: each must be there
}
QUICK = ("funding=mine",)  # run by default, with the chain below; the others take 10 to 50 s each
MINUTES = ("experiment=benchmark", "experiment=calibrate")  # tests of their own run them in small
SHOWN = [w[2:] for w in lines("README.md") if w[2] not in ("--help", "report", *MINUTES)]


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """configs/ with the mix of the tutorial as configs/funding/mine.yaml, in a copy."""
    copy = shutil.copytree(catalogue.CONFIGS, tmp_path / "configs")
    (body,) = [body for _, name, _, body in BLOCKS if name == "configs/funding/mine.yaml"]
    (copy / "funding" / "mine.yaml").write_text(body, encoding="utf-8")
    for module in (catalogue, scenario):
        monkeypatch.setattr(module, "CONFIGS", copy)
    caches = (catalogue.options, settings.selectable)
    for cache in caches:
        cache.cache_clear()
    yield
    monkeypatch.undo()
    for cache in caches:
        cache.cache_clear()


@pytest.mark.parametrize("word", MINUTES)
def test_a_command_that_takes_minutes_is_shown_and_read(word):
    assert [w[2:] for w in lines("README.md") if w[2] == word] == [[word]]
    assert compose_line([word]).settings.name == word.partition("=")[2]


@pytest.mark.parametrize(
    "words",
    [pytest.param(w, id=" ".join(w), marks=() if set(w) & set(QUICK) else pytest.mark.slow) for w in SHOWN],
)
def test_a_command_of_the_tutorial_runs_to_its_end(words, mine, tmp_path, capsys):
    """At the smallest size; together some four minutes, most of it figures, hence slow but for one."""
    out = tmp_path / "results"
    small = (
        SMALLER
        | {"out": str(out)}
        | {k: v for word, own in OWN.items() if word in words for k, v in own.items()}
    )
    if "experiment=baseline" in words:
        del small["size"]  # it does not read one
    if "experiment=sensitivity" in words:
        del small["seeds"]
    if words[0] == "gallery":
        small |= {"rows": "[jiangxi]", "columns": "[none]"}
    assert (
        run.main(
            [*(w for w in words if w.partition("=")[0] not in small), *(f"{k}={v}" for k, v in small.items())]
        )
        == 0
    )
    assert str(out) in capsys.readouterr().out
    assert (
        len(list(out.glob("*.png"))) >= 8
        if words[0] == "gallery"
        else len(list(out.glob("*/*/findings.json"))) == 1
    )


def test_run_report_and_gallery_one_after_the_other(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    chain = [line[2:] for line in lines(PAGES[1])]
    assert [words[0] for words in chain[1:]] == ["report", "gallery"]
    keys = {w.partition("=")[0] for w in TINY}
    assert run.main([*(w for w in chain[0] if w.partition("=")[0] not in keys), *TINY]) == 0
    assert all(run.main(words) == 0 for words in chain[1:])
    (page,) = Path("results/first_answer").glob("*/report.html")
    assert page.stat().st_size > 100_000 and len(list(Path("results/pictures").glob("*.png"))) >= 10
    assert "pictures, " in capsys.readouterr().out


def test_the_gallery_is_small_and_linked():
    folder = ROOT / "results" / "reference"
    listed = re.findall(r"!\[[^\]]{20,}\]\(([\w.]+)\)", (folder / "README.md").read_text(encoding="utf-8"))
    assert set(listed) == {p.name for p in folder.glob("*.png")} and len(listed) >= 10
    assert sum(p.stat().st_size for p in folder.iterdir()) < 1_500_000
    assert "results/reference/README.md" in (ROOT / "README.md").read_text(encoding="utf-8")
