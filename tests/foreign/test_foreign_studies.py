"""What others leave of a study's folder is made whole or refused in one sentence: studies.yaml."""

import json
import shlex
import shutil
import zlib
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
import yaml

import run
from experiments.study import parts, study
from experiments.study.store import Results

CASES = yaml.safe_load(Path(__file__).with_name("studies.yaml").read_text(encoding="utf-8"))
WORDS = [
    "experiment=smoke",
    "county.elders=12",
    "county.villages=2",
    "horizon.end=2025-12",
    "horizon.spin_up=1",
    "seeds=4",
    "workers=1",
    "progress=false",
]


@pytest.fixture(scope="module", autouse=True)
def small_parts():
    """Four runs are parts of two."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("experiments.report.page.figures_of", lambda *_: ([], True))
        patch.setattr(study, "BATCH", 2)
        yield


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A finished study in three parts or more."""
    out = tmp_path_factory.mktemp("whole")
    assert run.main([*WORDS, f"out={out}"]) == 0
    (folder,) = (out / "smoke").iterdir()
    assert len(parts.parts(folder, "runs")) >= 2
    return folder


def flip(path):
    """One bit of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 1
    path.write_bytes(content)


def digit(path, old, new):
    """Other figures in a text that stays whole."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def renumbered(folder, old, new, tables=parts.TABLES):
    """Files of a part and the names they would have under another number."""
    for table in tables:
        for number, path in parts.numbered(folder, table):
            if number == int(old):
                yield path, path.with_name(f"part-{int(new):05d}{path.name[10:]}")


def other(folder, old, new):
    """A copy of a part of runs whose contents say otherwise."""
    rows = parts.read_part(parts.parts(folder, "runs")[int(old)])
    at = rows.column_names.index("content")
    rows = rows.set_column(at, "content", pa.array(["0" * 16] * rows.num_rows))
    parts.write_part(folder, "runs", int(new), rows)


def change(folder, line):
    """Do what a line of studies.yaml says."""
    what, *words = shlex.split(line) if not line.startswith("set ") else line.split(" ", 2)
    if what == "set":
        path = folder / "manifest.json"
        content = json.loads(path.read_text(encoding="utf-8")) | {words[0]: json.loads(words[1])}
        content.pop("own", None)  # as one who writes it by hand
        path.write_text(json.dumps(content), encoding="utf-8")
    elif what in ("copy", "move"):
        for path, to in list(renumbered(folder, *words[:2], *([words[2:]] if words[2:] else []))):
            shutil.copy(path, to) if what == "copy" else path.rename(to)
    elif what == "other":
        other(folder, *words)
    elif what == "endless":
        plan = json.loads((folder / "scenarios.json").read_text())
        for group in plan["phases"]["runs"]:
            group["replicates"] = [[0, 10**15]]
        (folder / "scenarios.json").write_text(json.dumps(plan))
    else:
        for path in sorted(folder.glob(words[0])) or [folder / words[0]]:
            DONE[what](path, *words[1:])


def remove(path):
    """A file or folder."""
    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def text_part(path):
    """A text with a right checksum."""
    path.with_name(f"part-00009-{zlib.crc32(b'no parquet'):08x}.parquet").write_bytes(b"no parquet")


DONE = {
    "delete": remove,
    "cut": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "write": lambda path, text: path.write_text(text.replace("\\xff", "\xff"), encoding="latin-1"),
    "folder": lambda path: (remove(path), path.mkdir(), (path / "mine").write_text("x")),
    "file": lambda path: (remove(path), path.write_text("x")),
    "nested": lambda path: path.write_text("[" * 100_000),
    "flip": flip,
    "digit": digit,
    "text": text_part,
}  # fmt: skip


def everything(folder):
    """All rows but for the time they took, and the hash of all runs."""
    found = Results(folder)
    runs = found.runs().drop(columns="cpu_seconds")
    return runs, found.villages(), found.series(), found.manifest["sha256"]["results"]


def judged(capsys, whole, folder, verb, words, verdict):
    """Hold what a command did against its verdict."""
    capsys.readouterr()
    code = run.main(words)
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    if verdict == "same-less":
        assert code == 0 and "go on with" in out, (verb, out, err)
        return
    if verdict != "same":
        lines = err.strip().splitlines()
        assert code == 1 and len(lines) == 1 and verdict in lines[0], (verb, lines)
        return
    assert code == 0, (verb, err)
    if verb in ("again", "resume"):
        assert run.main(["status", f"study={folder}"]) == 0
    if verb != "report":
        for before, after in zip(everything(whole), everything(folder), strict=True):
            if isinstance(before, pd.DataFrame):
                pd.testing.assert_frame_equal(before, after)
            else:
                assert before == after


def asked():
    """A case and a verb each; where `resume` makes a folder whole, the line typed again goes the same way."""
    for case, told in CASES.items():
        for verb in (verb for verb in ("status", "report", "resume", "again") if verb in told):
            twice = verb == "again" and told[verb] == told.get("resume")
            yield pytest.param(case, verb, marks=[pytest.mark.slow] if twice else [], id=f"{case}, {verb}")


@pytest.mark.parametrize("case, verb", list(asked()))
def test_a_folder_that_others_left_is_made_whole_or_refused(case, verb, whole, capsys, tmp_path):
    told = dict(CASES[case])
    folder = tmp_path / "smoke" / whole.name
    shutil.copytree(whole, folder)
    for line in told["do"]:
        change(folder, line)
    words = [*WORDS, f"out={tmp_path}"] if verb == "again" else [verb, f"study={folder}"]
    words += ["workers=1", "progress=false"] if verb == "resume" else []
    judged(capsys, whole, folder, verb, words, told[verb])
