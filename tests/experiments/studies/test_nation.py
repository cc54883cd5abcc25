"""The country from a sample of counties: strata, estimator, rows a county, and workers of other machines."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy import stats

import run
import sim
from experiments.command.scenario import compose_line
from experiments.studies import nation
from experiments.studies.nation import sample
from experiments.studies.nation.sample import Stratum, allotted, county_row, shares, strata, villages_of
from experiments.study.provenance import ROOT
from experiments.study.simulate import simulate_many
from sim.start.village_table import read_villages
from sim.state.codes import STRENGTHS, VILLAGE_KINDS

TINY = ["sample=24", "county.villages=2", "county.elders=20", "horizon.end=2026-12", "horizon.spin_up=1"]
PLAIN = sim.Parameters()


def answer(folder: Path, *words: str) -> Path:
    """The folder of a tiny study."""
    assert run.main(["experiment=nation", *TINY, f"out={folder}", "progress=false", *words]) == 0
    return next(iter((folder / "nation").iterdir()))


# -- the sample
# -------------------------------------------------------------------------------------------------------
def test_strata_weigh_what_the_tables_say():
    """Bracket table: 40, 42, 18 % of villages; kinds: 55, 15, 10, 20 %."""
    found = {(one.strength, one.kind): one.weight for one in strata(PLAIN)}
    assert len(found) == 12 and sum(found.values()) == pytest.approx(1)
    assert found["weak", "plain"] == pytest.approx(0.40 * 0.55)
    assert found["rich", "near_town"] == pytest.approx(0.18 * 0.20)
    none = PLAIN.replace({"county.share_craft": 0.0})
    assert {one.kind for one in strata(none)} == {"plain", "scenic", "near_town"}


def test_counties_are_allotted_by_weight_and_largest_remainder():
    """Two each, then 14 by weight: 7, 4.2, 2.8 -> 7, 4, 3."""
    assert allotted([0.5, 0.3, 0.2], 20) == [9, 6, 5]
    assert allotted([0.22] * 4 + [0.12], 10) == [2] * 5
    for wanted in (24, 60, 301):
        assert sum(allotted([one.weight for one in strata(PLAIN)], wanted)) == wanted


def test_villages_of_all_counties_together_are_as_in_the_country():
    """Half are of the county's own: the weighted mean over strata is the country's share of each.

    3,000 villages a stratum: an error of four standard deviations is .018 of a share at most.
    """
    large = PLAIN.replace({"county.villages": 3_000, "county.elders": 20})
    by_strength, by_kind = np.zeros(3), np.zeros(4)
    for at, one in enumerate(strata(large)):
        columns = read_villages(villages_of(one, large, at)).columns
        own = columns["strength"] == STRENGTHS.index(one.strength)
        whole = shares(large)[0][STRENGTHS.index(one.strength)]
        assert own.mean() == pytest.approx(0.5 + 0.5 * whole, abs=0.037)
        by_strength += one.weight * np.bincount(columns["strength"].astype(int), minlength=3) / 3_000
        by_kind += one.weight * np.bincount(columns["kind"].astype(int), minlength=4) / 3_000
    assert by_strength == pytest.approx(shares(large)[0], abs=0.018)
    assert by_kind == pytest.approx(shares(large)[1], abs=0.018)
    assert villages_of(one, large, 1) != villages_of(one, large, 2)


# -- the estimator
# -------------------------------------------------------------------------------------------------------
def test_the_mean_of_a_sample_by_strata_by_hand():
    """Weights .75 and .25; values 1, 3 and 10, 10, 16: mean .75 x 2 + .25 x 12 = 4.5.

    Variance .5625 x 2 / 2 + .0625 x 12 / 3 = .5625 + .25 = .8125; freedom .8125^2 / (.5625^2 + .25^2 / 2).
    """
    kinds = [Stratum("weak", "plain", 0.75), Stratum("rich", "scenic", 0.25)]
    names = pd.Series([kinds[0].name] * 2 + [kinds[1].name] * 3)
    found = nation.stratified(pd.Series([1.0, 3.0, 10.0, 10.0, 16.0]), names, kinds)
    assert found.mean == pytest.approx(4.5)
    freedom = 0.8125**2 / (0.5625**2 + 0.25**2 / 2)
    assert found.high - found.mean == pytest.approx(stats.t.ppf(0.975, freedom) * 0.8125**0.5)
    even = nation.stratified(pd.Series([1.0, 1.0, 2.0, 2.0, 2.0]), names, kinds)
    assert (even.low, even.high) == (1.25, 1.25)


def test_an_interval_of_a_sample_covers_the_country_as_often_as_it_says():
    """400 samples of 24 from twelve strata with known means: 95 % +- 4.4 (four standard errors)."""
    kinds, luck, hits = strata(PLAIN), np.random.default_rng(7), 0
    counts = allotted([one.weight for one in kinds], 24)
    names = pd.Series([one.name for one, count in zip(kinds, counts, strict=True) for _ in range(count)])
    truth = sum(one.weight * place for place, one in enumerate(kinds))
    means = np.repeat(np.arange(12.0), counts)
    for _ in range(400):
        one = nation.stratified(pd.Series(means + luck.normal(0, 3, 24)), names, kinds)
        hits += one.low <= truth <= one.high
    assert hits / 400 == pytest.approx(0.95, abs=0.044)


# -- what is kept
# -------------------------------------------------------------------------------------------------------
def test_a_row_a_county_is_the_sum_of_its_villages():
    table = pa.table(
        {
            "run": [7, 7, 7],
            "scenario": ["a"] * 3,
            "arm": ["main"] * 3,
            "replicate": [2] * 3,
            "village": [1, 2, 3],
            "public_fen": [1, 20, 300],
            "served_years": [0.5, 0.25, 1.0],
            "open_end": [True, False, True],
            "station_class": ["viable", "not_open", "does_not_pay"],
            "verdict": ["x", "y", "z"],
        }
    )
    found = county_row(table).to_pylist()
    assert found == [
        {
            "run": 7,
            "scenario": "a",
            "arm": "main",
            "replicate": 2,
            "village": 0,
            "public_fen": 321,
            "served_years": 1.75,
            "open_end": 2,
            "lasting_count": 2,
        }
    ]


def test_rows_a_county_are_made_by_workers_as_they_are_made_later():
    line = compose_line(["experiment=nation", *TINY])
    some = nation.tasks(line, 24, 1)[:3]
    villages = pd.concat(record.villages.to_pandas() for record in simulate_many(some))
    mine = pa.concat_tables(record.villages for record in sample.by_county(some)).to_pandas()
    pd.testing.assert_frame_equal(
        mine.drop(columns="village_bytes").astype({"scenario": str, "arm": str}),
        sample.summed(villages).drop(columns="village_bytes").astype({"scenario": str, "arm": str}),
    )
    assert mine["served_years"].sum() == pytest.approx(villages["served_years"].sum())


@pytest.mark.slow
def test_the_same_is_found_whether_villages_are_kept_or_not(tmp_path):
    one, other = answer(tmp_path / "a"), answer(tmp_path / "b", "keep=village", "engine=serial")
    tables = [pd.read_csv(folder / "summary.csv") for folder in (one, other)]
    pd.testing.assert_frame_equal(*tables)
    assert len(tables[0]) == 24 and set(tables[0]["elders"]) != {0.0}
    rows = [sum(len(pd.read_parquet(path)) for path in (f / "villages").iterdir()) for f in (one, other)]
    assert rows == [48, 96]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["sample=23"], "24 or more are wanted"),
        (["draws=prior", "seeds=1"], "seeds=5 is wanted"),
        (["keep=house"], "allowed are county, village"),
    ],
)
def test_too_little_is_refused(capsys, tmp_path, words, said):
    assert run.main(["experiment=nation", f"out={tmp_path}", *words]) == 1
    assert said in capsys.readouterr().err


def test_worlds_have_a_draw_each_that_their_counties_share():
    line = compose_line(["experiment=nation", *TINY, "draws=prior"])
    made = nation.tasks(line, *nation.asked(line))
    assert len(made) == 2 * 24 * 5
    assert {(task.replicate // 24, task.draw) for task in made} == {(world, world) for world in range(5)}
    assert replace(made[0]).parameters.participation == made[2].parameters.participation


# -- beyond one machine
# -------------------------------------------------------------------------------------------------------
@pytest.mark.slow
@pytest.mark.skipif(not importlib.util.find_spec("distributed"), reason="not installed: the extra cluster")
def test_a_killed_worker_of_a_scheduler_changes_no_byte(tmp_path):
    """Two workers of Dask, one killed by its number while it works; then the same in this process."""
    from distributed import Client

    from experiments.study.engines import _cluster

    words = [*TINY[:3], "horizon.end=2030-12", "horizon.spin_up=1", "progress=false"]
    with _cluster(2) as address, Client(address, set_as_default=False) as client:
        pids = list(client.run(os.getpid).values())
        command = [sys.executable, str(ROOT / "run.py"), "experiment=nation", *words, f"out={tmp_path}/dask"]
        started = subprocess.Popen(
            [*command, "engine=dask", f"engine.scheduler={address}"], stdout=subprocess.PIPE, text=True
        )
        deadline = time.monotonic() + 200
        while not list((tmp_path / "dask").glob("nation/*/runs/part-*")) and started.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.2)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pids[0], signal.SIGKILL)
        started.communicate(timeout=300)
        assert started.returncode == 0
    folders = [next(iter((tmp_path / "dask" / "nation").iterdir()))]
    assert run.main(["experiment=nation", *words, f"out={tmp_path}/here", "engine=serial"]) == 0
    folders.append(next(iter((tmp_path / "here" / "nation").iterdir())))
    assert (folders[0] / "summary.csv").read_bytes() == (folders[1] / "summary.csv").read_bytes()
    rows = [pd.read_parquet(folder / "runs").sort_values("run") for folder in folders]
    assert rows[0]["content"].tolist() == rows[1]["content"].tolist() and not (rows[0]["error"] != "").any()


def test_kinds_of_villages_are_those_of_the_model():
    assert {one.kind for one in strata(PLAIN)} == set(VILLAGE_KINDS) and sample.LEAST >= 2
