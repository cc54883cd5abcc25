"""Words that hold paths: what was typed comes through Hydra's grammar, OmegaConf and a shell unchanged."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

import run
from experiments.command.paths import as_typed, bare, command
from experiments.command.settings import read_overrides

TYPED = ["/x/村表.csv", "结果", "a b", "a,b.csv", "x[1].CSV", "it's.csv", "c:\\dir\\", "{x}", "$(y)", "a=b",
         "'q'.csv", "12", "~/x", " x ", "a\\'b", "false"]  # fmt: skip


@pytest.mark.parametrize("value", TYPED)
def test_a_path_is_read_as_typed(value):
    (found,) = read_overrides([as_typed(f"given.villages={value}")])
    assert found.value() == value


@given(st.text(st.characters(blacklist_categories=["Cc", "Cs"]), min_size=1, max_size=12))
def test_every_path_without_signs_that_steer_is_read_as_typed(value):
    quoted_already = value[0] in "'\"" and value[0] == value[-1]
    if not quoted_already:
        (found,) = read_overrides([as_typed(f"out={value}")])
        assert found.value() == value


@pytest.mark.parametrize(
    "word", ["out='a b'", 'out="a b"', "out=results", "draws=false", "funding=a,b", "out="]
)
def test_what_needs_no_quotes_is_left(word):
    assert as_typed(word) == word


@pytest.mark.parametrize("value", TYPED)
def test_a_printed_command_gives_a_shell_the_same_words(value):
    printed = command("report", f"study={value}")
    assert shlex.split(printed) == ["python", "run.py", "report", f"study={value}"]


@pytest.mark.usefixtures("drawn")
@pytest.mark.parametrize("folder", ["结果", "a b", "x[1]", "it's, {mine}"])
def test_a_study_lies_where_it_was_typed(folder, tmp_path, capsys):
    words = ["experiment=smoke", f"out={tmp_path / folder}", "county.elders=20", "horizon.end=2025-02"]
    words += ["horizon.spin_up=1", "workers=1", "progress=false"]
    assert run.main(words) == 0
    (study,) = (tmp_path / folder / "smoke").iterdir()
    pasted = shlex.split(capsys.readouterr().out.strip().splitlines()[-1])
    assert pasted == ["python", "run.py", "report", f"study={study}"]
    assert run.main(pasted[2:]) == 0 and (study / "report.html").exists()
    assert run.main(["status", f"study={study}"]) == 0


def test_a_table_that_is_not_there_is_named_as_typed(capsys):
    assert run.main(["experiment=smoke", "given.villages=/nowhere/村 表.CSV"]) == 1
    assert "given.villages = '/nowhere/村 表.CSV': it cannot be read: no such file" in capsys.readouterr().err


@given(st.text(alphabet=r"a '\/[](),=村$", min_size=1, max_size=12))
def test_a_path_is_printed_as_it_was_typed(value):
    word = f"given.villages={value}"
    quoted_already = value[0] in "'\"" and value[0] == value[-1]
    assert quoted_already or bare(as_typed(word)) == word
