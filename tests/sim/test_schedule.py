"""The month is found, never remembered: each mistake is made once and its sentence read."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import sim
from sim.parts import MODULES, NAMES
from sim.schedule import HEADINGS, MONTH, START, Process, process, unplaced

PACKAGE = Path(sim.__file__).parent
IDLE_PART = '''"""A part that forgot its process."""
from sim.state.parameters import section, switch


@section("idle")
class Idle:
    """Nothing."""

    on: bool = switch(False, doc="nothing")
'''


def part(name: str, **functions: object) -> ModuleType:
    """A made-up part."""
    module = ModuleType(f"sim.parts.{name}")
    for key, function in functions.items():
        function.__module__, function.__name__ = module.__name__, key  # type: ignore[attr-defined]
        setattr(module, key, function)
    return module


def test_every_file_of_the_folder_is_a_part_with_a_place() -> None:
    files = {path.stem for path in (PACKAGE / "parts").glob("*.py")} - {"__init__"}
    assert set(NAMES) == set(MODULES) == files
    assert unplaced(MODULES, (*START, *MONTH)) == []


def test_headings_come_in_order_and_each_has_a_process() -> None:
    headings = [row.heading for row in MONTH]
    assert headings == sorted(headings) and set(headings) == set(range(1, len(HEADINGS) + 1))
    assert len({row.name for row in MONTH}) == len(MONTH)


def test_a_part_without_a_process_is_told_the_line_to_write() -> None:
    (said,) = unplaced({"idle": part("idle")}, ())
    assert "sim/parts/idle.py has no process" in said
    assert '`process(heading, "name", "idle.run"),` in MONTH of sim/schedule.py' in said


def test_a_process_without_a_place_is_told_the_line_to_write() -> None:
    module = part("half", run=lambda model: None, run_later=lambda model: None)
    placed = Process(9, "half", module.run)
    (said,) = unplaced({"half": module}, [placed])
    assert said.startswith("half.run_later has no place in the month: write")
    assert '`process(heading, "name", "half.run_later"),`' in said


@pytest.mark.parametrize(
    "where, said",
    [
        ("matchin.run", r"no sim/parts/matchin\.py; did you mean matching\?"),
        ("timebank.run_bok", r"timebank\.py has no function run_bok; did you mean run_book\?"),
    ],
)
def test_a_misspelt_process_is_answered_with_the_nearest(where: str, said: str) -> None:
    with pytest.raises(ImportError, match=said):
        process(10, "time bank", where)


def test_a_forgotten_process_stops_the_import_with_one_sentence(tmp_path: Path) -> None:
    """A file put into the folder is found; nobody has to import it."""
    copy = tmp_path / "sim"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "parts/idle.py").write_text(IDLE_PART, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", "import sim.model"], cwd=tmp_path, capture_output=True, text=True
    )
    last = done.stderr.strip().splitlines()[-1]
    assert done.returncode == 1 and last.startswith("ImportError: sim/parts/idle.py has no process")
