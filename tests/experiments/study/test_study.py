"""Studies: what is finished is never run again, nothing is run twice, kills and damage cost a batch,
engines give the same.
"""

import contextlib
import errno
import json
import os
import pickle
import re
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from functools import partial

import pandas as pd
import pytest

import run
import sim
from experiments.command.experiment_settings import EngineSettings
from experiments.command.scenario import Fork, Mistake, Scenario, Settings, compose_line
from experiments.report import figures
from experiments.studies import fork
from experiments.study import runner, study
from experiments.study.engines import Engine, Serial, Standing
from experiments.study.plan import Plan, Task
from experiments.study.run_tables import heading
from experiments.study.simulate import simulate_many
from experiments.study.store import Results, RunRecord, parts, read_part, write_part
from experiments.study.study import Interrupted, Lock, Study
from sim.state.parameters import Parameters

SMALL = {"county.elders": 8, "county.villages": 2, "horizon.end": "2025-02", "horizon.spin_up": 0}
TINY = [
    "experiment=smoke",
    "county.elders=12",
    "county.villages=2",
    "horizon.end=2025-12",
    "horizon.spin_up=1",
    "progress=false",
]


@pytest.fixture(scope="module", autouse=True)
def no_figures():
    """Drawing is not what is tested here and takes most of the time."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("classes", "payers", "needs"):
            patch.setattr(f"experiments.report.figures.{name}", lambda *_, **__: None)
        yield


def tasks(count, **changes):
    """Runs of a tiny county that differ in their luck."""
    p = Parameters().replace({**SMALL, **changes})
    return [Task(Scenario("tiny", p), i, 7) for i in range(count)]


def opened(folder, batch=120, **engine):
    """A study without a command line."""
    s = Study(folder / "s", "test", "a: 1\n", ["x=1"], batch=batch)
    if engine:
        s.line = compose_line([])
        s.line = study.dataclasses.replace(
            s.line, settings=Settings(progress=False, workers=2, engine=EngineSettings(**engine))
        )
    return s


def light(mine):
    """Runs that cost nothing."""
    return [
        RunRecord(
            {
                **heading(task),
                "content": "0",
                "pid": os.getpid(),
                "threads": os.environ.get("NUMBA_NUM_THREADS"),
            }
        )
        for task in mine
    ]


def said(capsys, words):
    """Exit code and the one sentence on stderr."""
    code = run.main(words)
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    lines = err.strip().splitlines()
    assert len(lines) == 1 and lines[0].startswith("error: "), err
    return code, lines[0]


# -- plan ----------------------------------------------------------------------------------------------------
# ----------
def test_a_plan_comes_back_from_its_json_with_the_same_runs():
    p = Parameters().replace(SMALL)
    scenarios = [
        Scenario("a", p),
        Scenario(
            "b",
            p.replace({"canteen.food": 3.0}),
            frozenset({"canteen.food"}),
            Fork(1, (("canteen.fuel", 0.5),)),
        ),
    ]
    wanted = [
        Task(s, at, 7, draw, keep_series=at == 1)
        for at in (0, 1, 4)
        for s in scenarios
        for draw in (-1, at, 9)
    ]
    plan = Plan()
    plan.put("runs", wanted)
    back = Plan.from_dict(json.loads(json.dumps(plan.to_dict())))
    assert {t.run: t for t in back.tasks()} == {t.run: t for t in wanted} and len(
        {t.run for t in wanted}
    ) == 18


def test_luck_is_a_child_of_the_root_and_the_same_in_every_scenario_and_draw():
    import numpy as np

    by_hand = np.random.SeedSequence(7, spawn_key=(0, 3)).generate_state(1, np.uint64)[0] >> np.uint64(1)
    p = Parameters()
    assert {Task(Scenario(n, p), 3, 7, d).seed for n in "ab" for d in (-1, 3, 8)} == {int(by_hand)}


def test_a_draw_leaves_alone_what_its_scenario_holds():
    p = Parameters()
    drawn = Task(Scenario("a", p), 0, 7, draw=4).parameters.flat()
    held = Task(Scenario("a", p, frozenset({"canteen.food"})), 0, 7, draw=4).parameters.flat()
    assert drawn["canteen.food"] != p.canteen.food == held["canteen.food"]
    assert {k for k in drawn if drawn[k] != held[k]} == {"canteen.food"}


def test_a_task_comes_through_a_process_border_unchanged():
    (task,) = tasks(1)
    assert pickle.loads(pickle.dumps(task)) == task


# -- failures
# ----------------------------------------------------------------------------------------------------------
def test_a_failing_run_is_a_row_and_analyses_name_what_is_missing(tmp_path, monkeypatch):
    whole, wanted = sim.MutualAidModel.run, tasks(3)

    def fails(model, months=None):
        if wanted[1].seed in model.counties.seeds:
            raise RuntimeError("the well is dry")
        return whole(model, months)

    with monkeypatch.context() as patch:
        patch.setattr(sim.MutualAidModel, "run", fails)
        with opened(tmp_path) as s:
            s.run(wanted)
            with pytest.raises(
                Mistake,
                match=(
                    r"1 of 3 runs are missing \(tiny main replicate 1; 1 failed, first: RuntimeError: "
                    r"the well is dry at test_study\.py:\d+\)"
                ),
            ):
                s.results().villages()
    found = Results(s.folder)
    runs = found.runs(allow_partial=True)
    assert runs["error"].tolist() == ["", "RuntimeError: the well is dry", ""]
    assert (runs["seed"][1], runs["scenario"][1]) == (wanted[1].seed, "tiny") and re.fullmatch(
        r"test_study\.py:\d+", runs["origin"][1]
    )
    assert len(found.villages(allow_partial=True)) == 2 * 2 and found.manifest["status"] == "incomplete"
    with opened(tmp_path) as s:  # failed runs are tried again, the others are not
        s.run(wanted)
    assert len(Results(s.folder).runs()) == 3 and Results(s.folder).manifest["status"] == "finished"
    assert [len(pd.read_parquet(p)) for p in sorted((s.folder / "runs").iterdir())] == [3, 1]


def kills_its_worker(mine):
    """Runs of which one kills the worker, each time."""
    if any(task.replicate == 1 for task in mine):
        os._exit(9)
    return light(mine)


class Breaking(Engine):
    """An engine whose first two executors break at the first bundle that holds replicate 1."""

    opened = 0

    @contextlib.contextmanager
    def open(self, needed):
        Breaking.opened += 1
        pool, broken = Serial(), Breaking.opened <= 2
        whole = pool.submit

        def submit(work, mine):
            if (broken and any(task.replicate == 1 for task in mine)) or Breaking.opened > 9:
                raise BrokenProcessPool("a worker died")
            return whole(work, mine)

        pool.submit = submit
        yield pool, 1


@pytest.mark.parametrize("stays_open", [False, True])
def test_after_a_workers_death_the_executor_is_opened_again(monkeypatch, stays_open):
    monkeypatch.setattr(Breaking, "opened", 0)
    engine = Standing(Breaking()) if stays_open else Breaking()
    found = [
        task.replicate
        for task, outcome in runner.outcomes(tasks(4), engine, light)
        if not outcome.row["error"]
    ]
    assert sorted(found) == [0, 1, 2, 3] and Breaking.opened == 3


@pytest.mark.slow
def test_a_run_that_kills_its_worker_costs_itself_only(tmp_path):
    """Starts seven pools: 20 s."""
    with opened(tmp_path, kind="local") as s:
        s.run(tasks(12), work=kills_its_worker)
    runs = Results(s.folder).runs(allow_partial=True).set_index("replicate")
    assert runs.loc[1, "error"] == "worker died 3 times" and (runs["error"] == "").sum() == 11


def test_ctrl_c_keeps_what_is_finished_and_says_how_to_go_on(tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "SHORT", 0)

    def interrupted(mine):
        if any(task.replicate == 3 for task in mine):
            raise KeyboardInterrupt
        return light(mine)

    with (
        pytest.raises(
            Interrupted, match=r"3 of 5 planned runs are kept; go on with: python run\.py resume study=.*/s"
        ),
        opened(tmp_path) as s,
    ):
        s.run(tasks(5), work=interrupted)
    assert Results(s.folder).manifest["status"] == "interrupted"
    counted = []
    with opened(tmp_path) as s:
        s.run(tasks(5), work=lambda mine: counted.extend(mine) or light(mine))
    assert sorted(t.replicate for t in counted) == [3, 4]
    assert Results(s.folder).runs()["replicate"].tolist() == [0, 1, 2, 3, 4]


def test_the_command_line_ends_with_130_when_interrupted(tmp_path, monkeypatch, capsys):
    def interrupted(mine):
        raise KeyboardInterrupt

    plain = Study.run
    monkeypatch.setattr(
        Study, "run", lambda self, mine, label="runs", **_: plain(self, mine, label, interrupted)
    )
    assert run.main([*TINY, f"out={tmp_path}"]) == 130
    assert "0 of 4 planned runs are kept; go on with: python run.py resume study=" in capsys.readouterr().err


# -- one writer, whole parts
# -------------------------------------------------------------------------------------------
def test_a_second_process_on_the_same_study_is_refused(tmp_path):
    with opened(tmp_path):
        code = (
            f"from experiments.study.study import Lock; from pathlib import Path; "
            f"Lock(Path({str(tmp_path / 's')!r}))"
        )
        other = subprocess.run(
            [sys.executable, "-c", code], cwd=study.ROOT, capture_output=True, text=True, check=False
        )
        assert f"another process is at work on {tmp_path}/s (pid {os.getpid()})" in other.stderr
        assert Lock.holder(tmp_path / "s") == str(os.getpid())
    assert Lock.holder(tmp_path / "s") == ""


def test_the_lock_of_a_dead_process_is_taken_over(tmp_path):
    code = (
        f"import os; from experiments.study.study import Lock; from pathlib import Path; k = "
        f"Lock(Path({str(tmp_path)!r})); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=study.ROOT, check=False)
    left = (tmp_path / "lock").read_text().strip()
    assert left.isdigit() and left != str(os.getpid())
    Lock(tmp_path).release()


def test_a_full_disk_is_named_and_costs_the_batch_only(tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "SHORT", 0)
    full = []

    def fsync(handle, plain=os.fsync):
        if full:
            raise OSError(errno.ENOSPC, "No space left on device")
        return plain(handle)

    monkeypatch.setattr(os, "fsync", fsync)

    def fills_up(mine):
        full.extend(mine if mine[0].replicate >= 3 else [])
        return light(mine)

    with (
        pytest.raises(Mistake, match=r"cannot be written to '.*/s': no space left on device"),
        opened(tmp_path, batch=1) as s,
    ):
        s.run(tasks(6), work=fills_up)
    full.clear()
    assert len(Results(s.folder).runs(allow_partial=True)) >= 2 and not list(s.folder.rglob("*.tmp"))
    with opened(tmp_path) as s:
        s.run(tasks(6), work=light)
    assert Results(s.folder).runs()["replicate"].tolist() == list(range(6))


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Mistake, match=r"results cannot be written to '.*/file/s': not a directory"):
        opened(tmp_path / "file")


@pytest.mark.parametrize("table", ["runs", "villages", "series"])
@pytest.mark.parametrize("how", ["byte", "cut"])
def test_a_damaged_part_is_named_set_aside_and_its_runs_redone(table, how, tmp_path, capsys):
    with opened(tmp_path, batch=2) as s:
        s.run(tasks(4))
    before, hashed = Results(s.folder).series(), Results(s.folder).manifest["sha256"]["results"]
    path = parts(s.folder, table)[1]
    content = bytearray(path.read_bytes())
    content[len(content) // 4] ^= 1
    path.write_bytes(content if how == "byte" else content[:-20])
    with pytest.raises(Mistake, match=f"{table}/part-00001-.*parquet is damaged.*resume study="):
        Results(s.folder).runs(), Results(s.folder).villages(), Results(s.folder).series()
    counted = []
    with opened(tmp_path) as s:
        s.run(tasks(4), work=lambda mine: counted.extend(mine) or simulate_many(mine))
    assert len(counted) == 2 and f"{path} is damaged: set aside" in capsys.readouterr().err
    assert len(list(s.folder.glob("*/part-00001-*.parquet.corrupt"))) == 3
    pd.testing.assert_frame_equal(before, Results(s.folder).series())
    assert Results(s.folder).manifest["sha256"]["results"] == hashed


def test_parts_whose_runs_were_never_written_do_not_count(tmp_path):
    with opened(tmp_path, batch=2) as s:
        s.run(tasks(4))
    parts(s.folder, "runs")[1].unlink()  # as after a kill between villages and runs
    assert len(Results(s.folder).villages(allow_partial=True)) == 2 * 2
    with opened(tmp_path) as s:
        s.run(tasks(4))
    assert len(Results(s.folder).villages()) == 4 * 2 and len(Results(s.folder).series()) == 4 * 2 * 2


def test_a_folder_that_is_no_study_is_named(tmp_path, capsys):
    code, line = said(capsys, ["status", f"study={tmp_path}"])
    assert code == 1 and "is no study" in line


# -- the same bytes whatever the way
# -----------------------------------------------------------------------------------
def everything(folder):
    """All rows but for the time they took."""
    found = Results(folder)
    return found.runs().drop(columns="cpu_seconds"), found.villages(), found.series()


@pytest.mark.parametrize("kind", ["local", pytest.param("dask", marks=pytest.mark.slow)])
def test_engines_and_batches_give_the_same_bytes(kind, tmp_path):
    """Two spawned workers: 8 s. Dask starts its own two: 15 s."""
    if kind == "dask":
        pytest.importorskip("distributed")
    arms = [Scenario(f"food {x}", Parameters().replace({**SMALL, "canteen.food": x})) for x in (2.0, 3.0)]
    wanted = [Task(arm, i, 7, draw=i) for arm in arms for i in range(3)]
    with opened(tmp_path / "one", batch=1) as one:
        one.run(list(reversed(wanted)))
    with opened(tmp_path / "two", kind=kind) as two:
        two.run(wanted)
    for a, b in zip(everything(one.folder), everything(two.folder), strict=True):
        pd.testing.assert_frame_equal(a, b)
    assert one.manifest["sha256"]["results"] == two.manifest["sha256"]["results"]


def test_a_dask_scheduler_that_does_not_answer_is_named(monkeypatch):
    distributed = pytest.importorskip("distributed")

    def refuses(*_, **__):
        raise OSError("Timed out")

    monkeypatch.setattr(distributed, "Client", refuses)
    with (
        pytest.raises(Mistake, match="engine.scheduler=tcp://nowhere:1: no scheduler answers there"),
        Engine("dask", 1, "tcp://nowhere:1").open(1),
    ):
        pass


@pytest.mark.usefixtures("drawn")
def test_workers_are_other_processes_with_one_thread_each(tmp_path):
    before = os.environ.get("NUMBA_NUM_THREADS")
    table = pd.DataFrame(
        {
            "panel": ["practised"],
            "funding": ["jiangxi"],
            "business": ["none"],
            "viable": [0.5],
            "low": [0.4],
            "high": [0.6],
            "villages": [12],
            "seeds": [20],
        }
    )
    draw = partial(figures.heat, table, "2035")
    with opened(tmp_path, kind="local") as s:
        assert s.engine.each([os.getpid] * 2) == [os.getpid()] * 2  # no worker is started for it
        s.run(tasks(4), work=light)
        there, *pids = s.engine.each([partial(draw, tmp_path / "there"), os.getpid, os.getpid])
    runs = Results(s.folder).runs()
    assert set(runs["threads"]) == {"1"} and os.getpid() not in set(runs["pid"])
    assert os.environ.get("NUMBA_NUM_THREADS") == before
    assert set(pids) <= set(runs["pid"]), "the workers that ran stand by and draw"
    assert draw(tmp_path / "here") == there
    for kind in ("png", "svg"):
        assert (tmp_path / f"here/viability.{kind}").read_bytes() == (
            tmp_path / f"there/viability.{kind}"
        ).read_bytes()


def test_bundles_cross_seeds_and_arms_that_may_stand_side_by_side_and_hold_every_run_once():
    """Arms whose numbers differ go together under any seed; one whose switch differs goes by itself."""
    arms = [
        Scenario(str(k), Parameters().replace({**SMALL, "canteen.food": 2.0 + k / 50, "sharing.on": k == 0}))
        for k in range(5)
    ]
    wanted = [Task(arm, i, 7) for arm in arms for i in range(2 * runner.BUNDLE)]
    queue, seen = runner.Queue(wanted), []
    while queue:
        bundle = queue.take([], 1)
        assert len({t.scenario.parameters.sharing.on for t in bundle}) == 1 and len(bundle) <= runner.BUNDLE
        seen.append(bundle)
    assert sorted(t.run for b in seen for t in b) == sorted(t.run for t in wanted)
    assert max(len({t.seed for t in bundle}) for bundle in seen) > 1
    first = [t for bundle in seen for t in bundle if t.scenario.name == "1"]
    assert [t.replicate for t in first] == sorted(t.replicate for t in first), "the first seeds come first"


def test_forks_of_one_seed_go_together():
    """What went before is run once for all of them."""
    base = Scenario("a", Parameters().replace(SMALL), fork=Fork(1, (("canteen.food", 3.0),)))
    other = replace(base, name="b", fork=Fork(1, (("canteen.food", 4.0),)))
    queue = runner.Queue([Task(one, at, 7) for one in (base, other) for at in range(3)])
    bundles = [queue.take([], 8) for _ in range(3)]
    assert [{t.replicate for t in bundle} for bundle in bundles] == [{0}, {1}, {2}] and not queue


def test_the_end_of_a_study_is_not_cut_into_single_runs_and_leaves_work_for_all():
    """200 runs of 0.02 s on two workers: no bundle but the last is shorter than 0.25 s."""
    queue = runner.Queue(tasks(200))
    queue.took(RunRecord({"cpu_seconds": 0.02}))
    sizes = []
    while queue:
        sizes.append(len(queue.take([], 4)))
    assert sizes[0] == 25 and sum(sizes) == 200 and all(size >= 12 for size in sizes[:-1])
    few = runner.Queue(tasks(8))
    few.took(RunRecord({"cpu_seconds": 0.02}))
    assert len(few.take([], 4)) == 2  # though all would take no longer than SHORT


# -- verbs ---------------------------------------------------------------------------------------------------
# ----------
@pytest.fixture(scope="module")
def smoke(tmp_path_factory):
    """A finished study of the smoke experiment with two seeds."""
    out = tmp_path_factory.mktemp("out")
    assert run.main([*TINY, f"out={out}"]) == 0
    (folder,) = (out / "smoke").iterdir()
    return folder


def written(folder):
    """Files of runs and when they were written."""
    return {p.name: p.stat().st_mtime_ns for p in (folder / "runs").iterdir()}


def test_the_same_command_again_runs_nothing_and_answers_the_same(smoke, capsys):
    before, text = written(smoke), (smoke / "answer.txt").read_text()
    assert run.main([*TINY, "workers=2", f"out={smoke.parent.parent}"]) == 0
    assert written(smoke) == before and capsys.readouterr().out == text
    assert [p.name for p in smoke.parent.iterdir()] == [smoke.name]


def test_other_values_are_another_study(smoke):
    one, other = (
        study.resolve(compose_line([*TINY, word]), [])[0].folder
        for word in ("canteen.food=2.5", "canteen.food=2.6")
    )
    assert one.name == smoke.name and other.name != smoke.name


def test_status_says_what_is_done(smoke, capsys):
    assert run.main(["status", f"study={smoke}"]) == 0
    out = capsys.readouterr().out
    done = len(Results(smoke).runs())
    assert "smoke, finished" in out and f"{done} of {done} runs done" in out


def test_expand_adds_seeds_and_the_first_command_goes_on_as_expanded(tmp_path, capsys):
    assert run.main([*TINY, f"out={tmp_path}"]) == 0
    (folder,) = (tmp_path / "smoke").iterdir()
    first = Results(folder).villages()
    assert run.main(["expand", f"study={folder}", "seeds=3"]) == 0
    found = Results(folder)
    main = found.runs().query("arm == 'main' and scenario != 'reference'")
    assert main["replicate"].tolist() == [0, 1, 2] and found.manifest["expanded"] == ["seeds=3"]
    kept = found.villages().query("arm == 'main' and replicate < 2").reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, first.query("arm == 'main'").reset_index(drop=True))
    before = written(folder)
    capsys.readouterr()
    assert run.main([*TINY, f"out={tmp_path}"]) == 0
    assert "3 seeds" in capsys.readouterr().out and written(folder) == before
    for words, why in ((["seeds=2"], "only adds"), (["county.elders=13"], "only adds"), ([], "what to add")):
        code, line = said(capsys, ["expand", f"study={folder}", *words])
        assert code == 1 and why in line
    assert Results(folder).manifest["expanded"] == ["seeds=3"] and len(Results(folder).runs()) == len(
        found.runs()
    )


def test_fresh_begins_anew_and_keeps_the_old(tmp_path):
    assert (
        run.main([*TINY, f"out={tmp_path}"]) == 0 and run.main([*TINY, "fresh=true", f"out={tmp_path}"]) == 0
    )
    names = sorted(p.name for p in (tmp_path / "smoke").iterdir())
    assert len(names) == 2 and names[1] == f"{names[0]}.1"


def test_a_study_of_another_model_is_not_gone_on_with(tmp_path, capsys):
    assert run.main([*TINY, f"out={tmp_path}"]) == 0
    (folder,) = (tmp_path / "smoke").iterdir()
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["sha256"]["model"] = "0"
    del manifest["own"]  # as one who writes it by hand
    (folder / "manifest.json").write_text(json.dumps(manifest))
    capsys.readouterr()
    code, line = said(capsys, ["resume", f"study={folder}"])
    assert code == 1 and "the model has changed" in line
    assert run.main(["verify", f"study={folder}", "sample=1", "progress=false"]) == 0
    assert "model has changed since" in capsys.readouterr().out


def test_verify_finds_the_same_bytes_and_names_a_changed_one(smoke, capsys):
    count = len(Results(smoke).runs())
    assert run.main(["verify", f"study={smoke}", "all=true", "workers=1", "progress=false"]) == 0
    assert f"{count} of {count} runs done again: every byte the same" in capsys.readouterr().out
    for table, column in (("series", "cash_fen"), ("villages", "cost_fen"), ("runs", "viable_villages")):
        path = parts(smoke, table)[0]
        kept = path.read_bytes()
        content = read_part(path)
        values = content[column].to_pylist()
        values[1] += 1
        at = content.column_names.index(column)
        path.unlink()
        write_part(smoke, table, 0, content.set_column(at, column, [values]))
        code = run.main(["verify", f"study={smoke}", "all=true", "workers=1", "progress=false"])
        out = capsys.readouterr().out
        parts(smoke, table)[0].unlink()
        path.write_bytes(kept)
        assert code == 1 and f"{table}.{column}" in out and "1 differ" in out


def test_export_writes_csv_and_a_workbook(smoke, capsys):
    assert run.main(["export", f"study={smoke}"]) == 0
    found = Results(smoke)
    for table in ("runs", "villages", "series"):
        rows = pd.read_csv(smoke / "export" / f"{table}.csv")
        assert len(rows) == len(getattr(found, table)())
        assert rows["run"].isin(found.wanted).all()
    book = pd.read_excel(smoke / "export" / "study.xlsx", sheet_name=None)
    assert list(book) == ["summary", "runs", "villages", "about"]
    assert book["villages"]["cost_fen"].sum() == found.villages()["cost_fen"].sum()


@pytest.mark.parametrize(
    "words, why",
    [
        (["verify", "study=x", "sampel=3"], "did you mean sample?"),
        (["status"], "wants one study=<folder>"),
        (["resume", "study=nowhere"], "is no study"),
    ],
)
def test_wrong_words_of_a_verb_get_one_sentence(words, why, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if words[1:2] == ["study=x"]:
        (tmp_path / "x").mkdir()
    code, line = said(capsys, words)
    assert code == 1 and why in line


# -- a kill
# ------------------------------------------------------------------------------------------------------------
@pytest.mark.slow
def test_kill_nine_in_the_middle_then_resume_gives_every_run_once(tmp_path):
    """Kills the parent of two workers three times while parts are being written: 40 s."""
    words = [*TINY, "seeds=60", "workers=2", f"out={tmp_path}"]
    code = (
        "import sys, run; from experiments.study import study; study.SECONDS = 0.2; "
        "sys.exit(run.main(sys.argv[1:]))"
    )
    for _ in range(3):
        child = subprocess.Popen(
            [sys.executable, "-c", code, *words],
            cwd=study.ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        folder, before = None, 0
        for _ in range(600):
            folder = next(iter((tmp_path / "smoke").glob("*")), None)
            now = len(list(folder.glob("runs/*.parquet"))) if folder else 0
            before = before or now if _ == 0 else before
            if now > before + 1 or child.poll() is not None:
                break
            time.sleep(0.05)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    assert folder is not None
    assert run.main(["resume", f"study={folder}", "progress=false", "workers=1"]) == 0
    main = Results(folder).runs().query("arm == 'main' and scenario != 'reference'")
    assert main["replicate"].tolist() == list(range(60))
    stored = pd.concat([pd.read_parquet(p) for p in sorted((folder / "runs").glob("*.parquet"))])
    assert stored["run"].is_unique and len(Results(folder).villages()) == 2 * len(stored)
    whole = tmp_path / "whole"
    assert run.main([*TINY, "seeds=60", "workers=1", f"out={whole}"]) == 0
    assert (
        Results(next(iter((whole / "smoke").iterdir()))).manifest["sha256"]["results"]
        == Results(folder).manifest["sha256"]["results"]
    )


def test_forks_equal_whole_runs_to_the_byte_and_only_live_parameters_may_differ(tmp_path, capsys):
    p = Parameters().replace({**SMALL, "horizon.end": "2026-06"})
    whole, forked, dearer = (
        Task(Scenario("a", p, fork=f), 0, 7) for f in (None, Fork(7), Fork(7, (("canteen.food", 4.5),)))
    )
    found = [outcome.row["content"] for outcome in simulate_many([whole, forked, dearer])]
    one, other = simulate_many([whole, forked])
    assert one.villages.drop_columns(["run"]).equals(other.villages.drop_columns(["run"]))
    assert one.series.drop_columns(["run"]).equals(other.series.drop_columns(["run"]))
    assert found[0] != found[2]
    line = compose_line(["experiment=fork", "horizon.end=2026-06", "fork.month=2026-01"])
    line.settings.fork.arms = {"wrong": {"county.elders": 50, "canteen.on": False, "canteen.food": 3.0}}
    with pytest.raises(
        Mistake,
        match=r"^fork\.arms\.wrong: a fork cannot change county\.elders, canteen\.on: it shaped the start$",
    ):
        fork.scenarios(line)
    code, line = said(capsys, ["experiment=fork", f"out={tmp_path}", "fork.month=2036-02"])
    assert code == 1 and "fork.month = 2036-02" in line
    assert not list(tmp_path.iterdir())


def test_a_study_of_a_scenario_file_goes_on_only_with_that_file(tmp_path, capsys):
    file = tmp_path / "mine.yaml"
    file.write_text("canteen:\n  food: 4.5\n")
    assert run.main([*TINY, f"scenario={file}", f"out={tmp_path}"]) == 0
    folder = next(iter((tmp_path / "smoke").iterdir()))
    assert run.main(["resume", f"study={folder}", "progress=false"]) == 0
    file.write_text("canteen:\n  food: 5.5\n")
    code, line = said(capsys, ["expand", f"study={folder}", "seeds=3", "progress=false"])
    assert code == 1 and f"{file} is not what it was" in line and "the first command again" in line
    file.unlink()
    code, line = said(capsys, ["resume", f"study={folder}", "progress=false"])
    assert code == 1 and "mine.yaml is not there any more" in line


# -- a folder that was damaged
# -----------------------------------------------------------------------------------------
def cut(path):
    """The first half of a file."""
    path.write_text(path.read_text(encoding="utf-8")[: path.stat().st_size // 2], encoding="utf-8")


def without(path, key):
    """A JSON mapping less one key."""
    path.write_text(
        json.dumps({k: v for k, v in json.loads(path.read_text(encoding="utf-8")).items() if k != key})
    )


# what is done to the folder; the verbs that must refuse; the file that they name and what they advise
DAMAGED = {
    "scenarios cut short": (
        lambda f: cut(f / "scenarios.json"),
        "status verify export explain",
        "scenarios.json is damaged",
        "resume study=",
    ),
    "scenarios gone": (
        lambda f: (f / "scenarios.json").unlink(),
        "status verify export explain",
        "scenarios.json is not there",
        "resume study=",
    ),
    "manifest cut short": (
        lambda f: cut(f / "manifest.json"),
        "status resume verify export explain",
        "manifest.json is damaged",
        "fresh=true",
    ),
    "manifest without a key": (
        lambda f: without(f / "manifest.json", "overrides"),
        "status resume verify export explain",
        "manifest.json is damaged",
        "fresh=true",
    ),
    "manifest a list": (
        lambda f: (f / "manifest.json").write_text("[]"),
        "status resume verify export explain",
        "manifest.json is damaged",
        "fresh=true",
    ),
    "configuration gone": (
        lambda f: (f / "resolved.yaml").unlink(),
        "verify report",
        "resolved.yaml is not there",
        "resume study=",
    ),
    "configuration a list": (
        lambda f: (f / "resolved.yaml").write_text("- 1\n"),
        "report",
        "resolved.yaml is damaged",
        "resume study=",
    ),
    "villages gone": (
        lambda f: shutil.rmtree(f / "villages"),
        "status verify export explain",
        "villages has lost part 00000",
        "resume study=",
    ),
    "series gone": (
        lambda f: parts(f, "series")[0].unlink(),
        "status verify export explain",
        "series has lost part 00000",
        "resume study=",
    ),
    "summary empty": (
        lambda f: (f / "summary.csv").write_text(""),
        "export",
        "summary.csv is damaged",
        "resume study=",
    ),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_a_damaged_study_gets_one_sentence_that_names_the_file_and_the_way_out(case, smoke, capsys, tmp_path):
    damage, verbs, what, way = DAMAGED[case]
    folder = shutil.copytree(smoke, tmp_path / "study")
    (folder / "summary.csv").write_text("a,b\n1,2\n")
    damage(folder)
    for verb in verbs.split():
        words = [f"run={folder}", "village=1", "month=2025-12"] if verb == "explain" else [f"study={folder}"]
        code, line = said(capsys, [verb, *words])
        assert code == 1 and what in line and way in line, (verb, line)


@pytest.mark.parametrize(
    "case",
    [
        "scenarios cut short",
        "scenarios gone",
        "villages gone",
        "series gone",
        "configuration gone",
        "configuration a list",
    ],
)
def test_resume_brings_back_what_was_lost(case, smoke, capsys, tmp_path):
    folder = shutil.copytree(smoke, tmp_path / "study")
    DAMAGED[case][0](folder)
    assert run.main(["resume", f"study={folder}", "progress=false", "workers=1"]) == 0
    before, after = Results(smoke), Results(folder)
    assert after.manifest["sha256"]["results"] == before.manifest["sha256"]["results"]
    for table in ("villages", "series"):
        pd.testing.assert_frame_equal(getattr(after, table)(), getattr(before, table)())
    assert run.main(["status", f"study={folder}"]) == 0


def test_files_that_are_not_the_stores_are_left_alone(smoke, capsys, tmp_path):
    folder = shutil.copytree(smoke, tmp_path / "study")
    for name in (
        "part-copy.parquet",
        "part-00000.parquet",
        "part-00000-copy.parquet",
        "part-1-00000000.parquet",
    ):
        (folder / "runs" / name).write_bytes(b"x")
    assert len(Results(folder).runs()) == len(Results(smoke).runs())
    assert run.main(["expand", f"study={folder}", "seeds=3", "progress=false", "workers=1"]) == 0
    assert (
        sorted(parts(folder, "runs")) == list(range(len(parts(folder, "runs"))))
        and (folder / "runs" / "part-copy.parquet").exists()
    )


def test_export_lists_the_files_that_it_wrote(tmp_path, capsys):
    s = opened(tmp_path)
    with s:
        s.run(tasks(2), work=light)
    assert run.main(["export", f"study={s.folder}"]) == 0
    listed = re.findall(r"[\w.]+\.(?:csv|xlsx)", capsys.readouterr().out)
    made = {p.name for p in (s.folder / "export").rglob("*.*")}
    assert set(listed) == made == {"runs.csv", "study.xlsx"}
