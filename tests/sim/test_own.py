"""A researcher's own folder: its parts run, its columns follow the person, and the product's bytes stay.

Each case runs in a process of its own, as a folder is taken up once a process.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "telephone_round"
START = """
import sys, numpy as np, sim
sys.path.insert(0, "tests")
from runs import parameters, county_bytes, differences
"""
COUNTER = """
from sim.own import process
from sim.state.fields import column, state, flow

column("months_seen", "i4", unit="months", label="months in the village", initial=7)
state("rounds", "i8", unit="months", label="months of the part")
flow("persons_seen", unit="persons", label="persons counted")


@process("counting", before="elders served")
def run(model):
    here = model.people.kind != 0
    model.own.people["months_seen"][here] += 1
    model.own.state["rounds"] += 1
    model.own.flow["persons_seen"] += 1
"""


def python(text: str, *folders: Path, compiled: bool = False) -> subprocess.CompletedProcess[str]:
    """Run lines in a process of its own, after `sim.use` of the folders."""
    used = "".join(f"sim.use({str(folder)!r})\n" for folder in folders)
    environment = {key: v for key, v in os.environ.items() if key != "MUTUAL_AID_OWN"}
    environment |= {"PYTHONPATH": str(ROOT)} | ({} if compiled else {"NUMBA_DISABLE_JIT": "1"})
    return subprocess.run(
        [sys.executable, "-c", START + used + text],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=500,
    )


def ran(text: str, *folders: Path, compiled: bool = False) -> str:
    """What the lines print; they end well."""
    done = python(text, *folders, compiled=compiled)
    assert done.returncode == 0, done.stderr
    return done.stdout


def folder_of(place: Path, name: str, content: str) -> Path:
    """A folder with one part."""
    (place / "parts").mkdir(parents=True)
    (place / "parts" / f"{name}.py").write_text(content, encoding="utf-8")
    return place


@pytest.fixture
def counter(tmp_path: Path) -> Path:
    """A folder whose part counts the months of each person."""
    return folder_of(tmp_path / "counter", "counting", COUNTER)


@pytest.mark.slow
def test_no_record_of_the_product_changes_and_no_kernel_compiles_again(tmp_path: Path) -> None:
    shape = """
from sim.engine.kernels import Kernel
import hashlib, sim.parts
model = sim.MutualAidModel(parameters({"county.villages": 2}), seed=3)
model.run(2)
world = model.world
print([str(one.dtype) for one in (world.flow, world.villages, world.posted, world.balance)])
print(type(model.people)._fields, model.values.table._fields)
print(sorted((name, one.__name__, sorted(map(str, one.dispatcher.overloads)))
    for name, part in sim.parts.MODULES.items() for one in vars(part).values() if isinstance(one, Kernel)))
kept = b"".join(records.tobytes() for records in model._recorder.whole())
print(hashlib.sha256(kept).hexdigest())
"""
    assert ran(shape, compiled=True) == ran(shape, EXAMPLE, compiled=True)


@pytest.mark.slow
def test_calls_cost_what_they_cost_and_reach_whom_they_reach() -> None:
    """With every call answered, cost is 56 fen times the elders reached."""
    said = ran(
        """
changes = {"telephone.on": True, "telephone.cost": 0.56, "telephone.reached": 1.0}
on = parameters({"county.villages": 6}).replace(changes)
model = sim.MutualAidModel(on, seed=4)
result = model.run(20)
model.audit()
calls = result.own["calls"].sum()
assert calls > 0
assert result.own["cost_calls"].sum() == 56 * calls
assert result.villages["cost_calls_fen"].sum() == 56 * calls
assert result.county["calls_visits"].sum() == calls
print(calls)
""",
        EXAMPLE,
        compiled=True,
    )
    assert int(said) > 0


def test_a_column_begins_anew_with_whoever_takes_the_slot(counter: Path) -> None:
    """Who came in month m of n has been counted n - m times; 7 is where each begins."""
    ran(
        """
model = sim.MutualAidModel(parameters({"county.villages": 2, "horizon.spin_up": 0}), seed=3)
model.run(24)
people, seen = model.people, model.own.people["months_seen"]
model.own.follow()
here = people.kind != 0
entered = (people.serial[here].astype(int) >> 12) - 1  # the month before the first has serial month 0
assert (entered > 0).sum() > 3
assert np.array_equal(seen[here] - 7, np.minimum(24, 24 - entered))
assert (seen[~here] == 7).all()
assert (model.own.state["rounds"] == 24).all()
assert (model.own.flow["persons_seen"] == 1).all()
""",
        counter,
    )


def test_columns_go_along_to_a_larger_block_and_stay_at_promotion(counter: Path) -> None:
    ran(
        """
model = sim.MutualAidModel(parameters({"county.villages": 3, "horizon.spin_up": 0}), seed=3)
model.run(6)
def by_person():
    people = model.people
    found = {}
    for v in range(3):
        for i in range(model.world.start[v], model.world.start[v] + model.world.used[v]):
            if people.kind[i]:
                found[v, int(people.serial[i])] = int(model.own.people["months_seen"][i])
    return found
model.own.people["months_seen"][:] = np.arange(len(model.people.kind)) + 100
before = by_person()
model.ensure_slots(np.array([500, 0, 40]))
assert by_person() == before
model.own.follow()
assert by_person() == before
i = int(np.flatnonzero(model.people.kind == 2)[0])
model.people.age[i] = 60 * 12 - 1
serial, had = int(model.people.serial[i]), int(model.own.people["months_seen"][i])
model.run(1)
assert model.people.kind[i] == 1 and model.people.serial[i] == serial
assert model.own.people["months_seen"][i] == had + 1
""",
        counter,
    )


def test_a_fork_goes_on_as_the_whole_run_and_wants_the_folder(counter: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept.npz"
    ran(
        f"""
import pickle
whole, part = (sim.MutualAidModel(parameters({{"county.villages": 2}}), seed=4) for _ in range(2))
whole.run(9)
part.run(5)
taken = part.snapshot()
fork = sim.MutualAidModel.restore(taken)
fork.run(4)
fork.audit()
assert differences(county_bytes(whole), county_bytes(fork)) == []
for name, values in whole.own.people.items():
    for v in range(2):
        a, b = ((one.own.people[name][one.world.start[v]:][:one.world.used[v]]) for one in (whole, fork))
        assert np.array_equal(a, b)
assert (fork.own.state["rounds"] == whole.own.state["rounds"]).all()
assert len(fork._own_recorder) == 9
pickle.dump(taken, open({str(kept)!r}, "wb"))
""",
        counter,
    )
    again = f"import pickle; sim.MutualAidModel.restore(pickle.load(open({str(kept)!r}, 'rb')))"
    assert "taken with an own folder, which is missing here" in python(again).stderr
    part = counter / "parts" / "counting.py"
    part.write_text(part.read_text(encoding="utf-8").replace("initial=7", "initial=8"), encoding="utf-8")
    assert "taken with an own folder that said something else" in python(again, counter).stderr


def test_two_folders_that_declare_one_name_are_told_apart(counter: Path, tmp_path: Path) -> None:
    other = folder_of(tmp_path / "other", "again", COUNTER)
    done = python("", counter, other)
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert "'months_seen' is declared twice" in last
    assert str(counter / "parts" / "counting.py") in last and str(other / "parts" / "again.py") in last


WRONG = [
    ('column("age", "i2", unit="months", label="age")', "declared by the model itself"),
    ('column("mine", "i2", unit="months", labl="age")', "line 5"),
    ("def run(model:", "line 5"),
    ("def run(model): pass", 'run has no place in the month: write @process("wrong", after="matching")'),
    ('@process("mine", after="matchin")\ndef run(model): pass', "did you mean matching?"),
    ('@process("visits", after="matching")\ndef run(model): pass', "declared by the model itself"),
    ('posting("mine", debit="expens", credit="payables", label="x")', "did you mean expense?"),
    ('posting("mine", debit="cash", credit="credits_held", label="x")', "is kept in minutes"),
    ('state("mine", "i2", unit="months", label="x")', "i8 or f8"),
]


@pytest.mark.parametrize(("line", "said"), WRONG)
def test_what_does_not_fit_is_one_sentence_and_leaves_nothing_behind(
    line: str, said: str, tmp_path: Path
) -> None:
    head = (
        "from sim.own import process\n"
        "from sim.state.fields import column, state\n"
        "from sim.state.ledger import posting\n"
        "from sim.engine.randomness import Purpose; Purpose('mine.alone')\n"
    )
    folder = folder_of(tmp_path / "wrong", "wrong", head + line + "\n")
    out = ran(
        f"""
from sim.engine.own_folders import DECLARED, FOLDERS
from sim.engine.randomness import PURPOSES
try:
    sim.use({str(folder)!r})
except sim.ParameterError as error:
    print(error)
assert not FOLDERS and not any(DECLARED.by.values()) and "mine.alone" not in PURPOSES.values()
"""
    )
    assert said in out and str(folder / "parts" / "wrong.py") in out and len(out.splitlines()) == 1


def test_a_folder_is_taken_up_before_the_first_model(counter: Path) -> None:
    done = python(f"sim.MutualAidModel(parameters(), seed=1)\nsim.use({str(counter)!r})")
    assert "a model was made before" in done.stderr.splitlines()[-1]
    assert "no such folder" in python("sim.use('nowhere')").stderr.splitlines()[-1]


def test_an_edit_gives_the_helpers_of_the_folder_another_place(tmp_path: Path) -> None:
    """Also where the edited file is another than the helper's own: a helper may call what stands there."""
    folder = tmp_path / "copy"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    where = """
import sys
from sim.engine.compile_cache import folder_name, OwnLocator
part = next(module for name, module in sys.modules.items() if name.endswith("parts.telephone"))
print(OwnLocator(part.run, part.__file__).below)
print(folder_name())
"""
    first = ran(where, folder).splitlines()
    assert ran(where, folder).splitlines() == first
    (folder / "parts" / "_other.py").write_text("A = 1\n", encoding="utf-8")
    second = ran(where, folder).splitlines()
    assert second[0] != first[0] and second[1] == first[1]
