"""A word that cannot be answered is refused before anything that computes is imported."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import run
from experiments.command import declared
from experiments.command.catalogue import ROOT

NUMERICAL = ("numpy", "numba", "pandas", "scipy", "mesa", "matplotlib", "pyarrow", "SALib", "networkx")
REFUSED = (
    "frobnicate",
    "seed=x",
    "seeds=0",
    "county.vilages=3",
    "county.villages=-3",
    "county.villages=2.5",
    "county=3",
    "timebank.on=maybe",
    "funding.residual=[nobody]",
    "experiment=baselin",
    "experiment=baseline rows=[jiangxi]",
    "experiment=benchmark funding=jiangxi",
    "rows=[jiangxi,jiangxi]",
    "size=big",
    "policy=[x]",
    "seed=1 seed=2",
    "scenario=nowhere.yaml",
    "draws=calibratde",
    "method=soboll",
    "fork.month=2030",
    "patterns experiment=baseline",
    "validate",
    "status",
    "status study=nowhere",
    "verify study=nowhere frob=3",
    "expand study=nowhere seeds=3",
    "report studdy=x",
    "report study=nowhere",
    "report study=nowhere report.language=fr",
    "to_ema",
    "to_ema study=nowhere",
    "to_ema study=results out=",
    "to_ema study=results pdf=true",
    "xlrm study=nowhere",
    "experiment=discover study=nowhere",
    "experiment=discover outcome=stations",
    "experiment=discover arm=plan",
    "experiment=discover below=-1",
    "experiment=discover study=results samples=40",
    "experiment=baseline below=0.2",
    "explain run=nowhere",
    "explain run=nowhere village=7",
)


def test_no_numerical_module_is_imported_to_refuse_a_word():
    code = f"""
import contextlib, io, json, sys
import run
found = []
for words in {REFUSED!r}:
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        code = run.main(words.split())
    found.append((words, code, said.getvalue(), [m for m in {NUMERICAL!r} if m in sys.modules]))
print(json.dumps(found))
"""
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    for words, left, said, imported in json.loads(ran.stdout):
        assert left == 1 and said.startswith("error: ") and said.count("\n") == 1, (words, said)
        assert imported == [], (words, imported)


def test_what_is_kept_of_the_declarations_is_what_the_model_declares():
    assert declared.kept() == declared.now()


def test_a_section_that_was_edited_is_read_from_the_model(monkeypatch, tmp_path):
    """The file of another state of the sources is no answer, and one cut short neither."""
    text = declared.KEPT.read_text(encoding="utf-8")
    for other in (text.replace(declared.sections(), "0" * 16), text[: len(text) // 2], "[]", ""):
        path = tmp_path / "declared.json"
        path.write_text(other, encoding="utf-8")
        monkeypatch.setattr(declared, "KEPT", path)
        declared.kept.cache_clear()
        assert declared.kept() == {}
    declared.kept.cache_clear()


@pytest.mark.parametrize("line", ["    a: int = par(1)\n", '    """Of another kind."""\n'])
def test_the_mark_of_the_sources_moves_with_a_section_and_with_nothing_else(monkeypatch, tmp_path, line):
    folder = tmp_path / "sim"
    folder.mkdir()
    head, tail = '"""A part."""\n\n\n@section("a")\nclass A:\n', "\n\ndef rule():\n    return 1\n"
    path = folder / "a.py"
    monkeypatch.setattr(declared, "ROOT", tmp_path)
    path.write_text(head + "    b: int = par(2)\n" + tail)
    first = declared.sections()
    path.write_text(head + "    b: int = par(2)\n" + tail.replace("1", "2"))
    assert declared.sections() == first
    path.write_text(head + "    b: int = par(2)\n" + line + tail)
    assert declared.sections() != first


def test_what_hangs_on_several_parameters_is_the_model_s_to_refuse(capsys):
    assert run.main(["funding.share_families=0.9"]) == 1
    assert "the four shares sum to 1.4" in capsys.readouterr().err
