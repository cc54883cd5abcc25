"""A kill costs what was finished in the last seconds at most, and leaves no worker behind."""

import os
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest

from experiments.command.scenario import Mistake, Scenario
from experiments.study import parts, runner, study
from experiments.study.plan import Task
from experiments.study.run_tables import heading
from experiments.study.store import Results, RunRecord
from experiments.study.study import Study
from sim.state.parameters import Parameters

SMALL = {"county.elders": 8, "county.villages": 2, "horizon.end": "2025-02", "horizon.spin_up": 0}
PARENT = """
import os, sys, time
from pathlib import Path
from experiments.study.engines import Engine

if __name__ == "__main__":
    with Engine("local", 2).open(2) as (pool, _):
        pids = {future.result() for future in [pool.submit(os.getpid) for _ in range(2)]}
        pool.submit(time.sleep, 60)
        Path(sys.argv[1]).write_text(" ".join(map(str, pids)))
        time.sleep(60)
"""


def tasks(count, **changes):
    """Runs of a tiny county that differ in their luck."""
    p = Parameters().replace({**SMALL, **changes})
    return [Task(Scenario("tiny", p), i, 7) for i in range(count)]


def light(mine):
    """Runs that cost nothing."""
    return [RunRecord({**heading(task), "content": "0"}) for task in mine]


def alive(pid):
    """Whether a process is there and no zombie."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="processes are read from /proc")
def test_workers_end_with_a_parent_that_is_killed(tmp_path):
    """One of them is at work; both are gone within seconds."""
    script, told = tmp_path / "parent.py", tmp_path / "pids"
    script.write_text(PARENT)
    environment = {**os.environ, "PYTHONPATH": str(study.ROOT)}
    parent = subprocess.Popen([sys.executable, script, told], env=environment)
    for _ in range(300):
        if told.exists() and told.read_text():
            break
        time.sleep(0.1)
    pids = [int(word) for word in told.read_text().split()]
    assert pids and all(map(alive, pids))
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    for _ in range(50):
        if not any(map(alive, pids)):
            break
        time.sleep(0.1)
    assert not any(map(alive, pids))


def test_a_finished_run_is_written_while_the_next_one_takes_its_time(tmp_path, monkeypatch):
    """The clock writes it, not the run that comes after."""
    monkeypatch.setattr(runner, "SHORT", 0)  # light runs come one by one
    monkeypatch.setattr(study, "SECONDS", 0.1)
    seen = []

    def slow(mine):
        if mine[0].replicate == 1:
            time.sleep(1.0)
            seen.append(len(parts.parts(tmp_path / "s", "runs")))
        return light(mine)

    with Study(tmp_path / "s", "test", "a: 1\n", ["x=1"]) as work:
        work.run(tasks(2), work=slow)
    assert seen == [1] and len(Results(tmp_path / "s").runs()) == 2


def test_what_the_clock_could_not_write_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "SHORT", 0)  # light runs come one by one
    monkeypatch.setattr(study, "SECONDS", 0.05)
    work = Study(tmp_path / "s", "test", "a: 1\n", ["x=1"])

    def moved(mine):
        if mine[0].replicate == 2:
            os.replace(tmp_path / "s", tmp_path / "t")
            time.sleep(0.5)
        return light(mine)

    with pytest.raises(Mistake, match="was moved, or another process took it over"), work:
        work.run(tasks(4), work=moved)


def test_many_small_parts_become_few_and_hold_the_same(tmp_path):
    with Study(tmp_path / "one", "test", "a: 1\n", ["x=1"]) as one:
        one.run(tasks(60))
    work = Study(tmp_path / "many", "test", "a: 1\n", ["x=1"])
    with work:
        plain = work.add
        work.add = lambda outcome: (plain(outcome), work.flush())
        work.run(tasks(60))
    assert len(parts.parts(work.folder, "runs")) <= study.MOST_SMALL + 1
    assert max(parts.taken(work.folder)) > study.MOST_SMALL
    assert one.manifest["sha256"]["results"] == work.manifest["sha256"]["results"]
    for table in ("villages", "series"):
        a, b = (getattr(Results(folder), table)() for folder in (one.folder, work.folder))
        pd.testing.assert_frame_equal(a, b)


def test_a_kill_between_merging_and_clearing_leaves_each_run_once(tmp_path, monkeypatch):
    work = Study(tmp_path / "s", "test", "a: 1\n", ["x=1"], batch=2)
    with work:
        work.run(tasks(6))
    before = Results(work.folder).series()
    with monkeypatch.context() as patch:
        patch.setattr(type(work.folder), "unlink", lambda *_, **__: None)
        parts.merge(work.folder, [0, 1, 2])
    assert sorted(parts.parts(work.folder, "runs")) == [0, 1, 2, 3]
    pd.testing.assert_frame_equal(Results(work.folder).series(), before)
    assert sum(part.num_rows for part in Results(work.folder).parts("villages")) == 6 * 2
    with Study(tmp_path / "s", "test", "a: 1\n", ["x=1"]) as work:
        work.run(tasks(6), work=lambda mine: pytest.fail("nothing is left to do"))
    assert sorted(parts.parts(work.folder, "runs")) == [3]
    pd.testing.assert_frame_equal(Results(work.folder).series(), before)


def test_a_bundle_is_no_longer_than_a_few_seconds():
    """By the size of the county first (40 counties of 12 x 300 elders take 50 s), then as runs have taken."""
    base = Parameters().replace({"county.elders": 300})
    arms = [Scenario(str(at), base.replace({"canteen.food": 2 + at / 99})) for at in range(80)]
    mine = [Task(arm, 0, 7) for arm in arms]
    queue = runner.Queue(mine)
    assert 1 <= len(queue.take([], 1)) <= 9
    queue.took(RunRecord({"cpu_seconds": 0.01}))
    assert len(queue.take([], 1)) > 30
    queue.took(RunRecord({"cpu_seconds": 60.0}))
    assert len(queue.take([], 1)) == 1


@pytest.mark.parametrize(
    "table, columns, sentence",
    [
        ("series", ["cash"], "series of .* has no column 'cash'; did you mean cash_fen?"),
        ("series", "cash", "has no column 'cash'; did you mean cash_fen?"),
        ("villages", ["run", "verdikt"], "villages of .* has no column 'verdikt'; did you mean verdict?"),
        ("villages", ["x" * 40], "has no column 'x+'; it has run, scenario"),
    ],
)
def test_a_column_that_is_not_there_is_named_and_no_damage(table, columns, sentence, tmp_path):
    with Study(tmp_path / "s", "test", "a: 1\n", ["x=1"]) as work:
        work.run(tasks(1))
    with pytest.raises(Mistake, match=sentence):
        getattr(Results(work.folder), table)(columns)


def test_a_scenario_that_is_not_there_is_named(tmp_path):
    with Study(tmp_path / "s", "test", "a: 1\n", ["x=1"]) as work:
        work.run(tasks(1))
    with pytest.raises(Mistake, match="has no scenario 'tinny'; did you mean tiny?"):
        Results(work.folder).series(scenario="tinny")
