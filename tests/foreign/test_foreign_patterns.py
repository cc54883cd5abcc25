"""What people write into a file of patterns gets one sentence with its line: patterns.yaml."""

import os
import re
import time
from pathlib import Path

import pytest
import yaml
from good_pattern import GOOD
from long_words import spelled

import run
from experiments.evidence import pattern_file

CASES = yaml.safe_load(Path(__file__).with_name("patterns.yaml").read_text(encoding="utf-8"))
FILES = {
    "a folder": (lambda at: at.mkdir(), "cannot be read: it is a folder"),
    "a pipe": (os.mkfifo, "it is a pipe, a regular file is wanted"),
    "another encoding": (lambda at: at.write_bytes(GOOD.replace("my", "é").encode("latin-1")), "UTF-8"),
    "a zero byte": (lambda at: at.write_text(GOOD + "\0"), "line 14 holds a zero byte"),
    "no file": (lambda at: None, "cannot be read: no such file or directory"),
    "three megabytes": (lambda at: at.write_text("x: y\n" * 600_000), "at most 2,000,000 bytes"),
}


def refused(file, capsys):
    """The one sentence on a file, told within seconds and before anything is begun."""
    began = time.process_time()
    assert run.main(["validate", f"patterns={file}", f"out={file.parent}/out", "progress=false"]) == 1
    assert time.process_time() - began < 3
    said = capsys.readouterr().err.strip()
    assert said.startswith(f"error: {file}") and "\n" not in said and len(said) < 900, said
    assert not (file.parent / "out").exists()
    return said


def test_the_good_file_is_good(tmp_path):
    """So that each line of the list is refused for what it changes; marks of Windows change nothing."""
    file = tmp_path / "mine.yaml"
    for content in (GOOD.encode(), GOOD.encode("utf-8-sig"), GOOD.replace("\n", "\r\n").encode()):
        file.write_bytes(content)
        (found,) = pattern_file.read(file)
        assert (found.id, found.observed, found.low, found.high) == ("mine", 0.3, 0.2, 0.4)


@pytest.mark.parametrize("case", CASES)
def test_a_bad_file_gets_one_sentence_with_its_line(case, tmp_path, capsys):
    told = CASES[case]
    new = spelled(told["new"], AGAIN=GOOD.partition("\n")[2])
    text = GOOD + new if told.get("add") else new
    if "old" in told:
        assert GOOD.count(told["old"]) >= 1
        text = GOOD.replace(told["old"], new, 1)
    file = tmp_path / "mine.yaml"
    file.write_text(text, encoding="utf-8")
    said = refused(file, capsys)
    assert re.match(rf"error: {re.escape(str(file))}, line {told['line']}: ", said), said
    for part in told["says"].split(" ... "):
        assert part in said


@pytest.mark.parametrize("case", FILES)
def test_what_is_no_text_is_refused(case, tmp_path, capsys):
    make, says = FILES[case]
    make(tmp_path / "mine.yaml")
    assert says in refused(tmp_path / "mine.yaml", capsys)
