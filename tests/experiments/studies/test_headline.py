"""The headline under three kinds of draws, on small counties."""

import json

import numpy as np
import pandas as pd
import pytest

from experiments.command.experiment_settings import CALIBRATED, NONE, PRIOR
from experiments.command.line import main
from experiments.command.scenario import compose_line
from experiments.reference import REFERENCE
from experiments.studies import headline

TINY = ["county.villages=4", "county.elders=24", "horizon.end=2026-06", "horizon.spin_up=3", "seeds=2"]


def test_every_mix_meets_the_same_seeds_and_each_kind_its_own_draws():
    line = compose_line(["experiment=headline", "rows=[jiangxi]", *TINY])
    found = headline.tasks(line, ["jiangxi"], 2)
    assert len(found) == 3 * 2 * 2 and {task.arm for task in found} == {NONE, PRIOR, CALIBRATED}
    for kind in (NONE, PRIOR, CALIBRATED):
        mine = [task for task in found if task.arm == kind]
        assert {(task.scenario.name, task.replicate) for task in mine} == {
            (name, at) for name in ("jiangxi", REFERENCE) for at in (0, 1)
        }
        assert all(bool(task.structure) == (kind == CALIBRATED) for task in mine)
        quits = {
            at: {task.parameters.participation.quit for task in mine if task.replicate == at} for at in (0, 1)
        }
        assert all(len(values) == 1 for values in quits.values())  # arm and reference share the draw
        assert (quits[0] == quits[1]) == (kind == NONE)


def test_levels_ranks_and_agreement_by_hand():
    """Two mixes of two seeds: means 2 and 4 under one kind, 5 and 3 under the other: ranks the other way."""
    index = pd.MultiIndex.from_product(
        [[PRIOR, CALIBRATED], ["a", "b"], [0, 1]], names=["kind", "scenario", "replicate"]
    )
    table = pd.DataFrame({"added": [1.0, 3.0, 3.0, 5.0, 4.0, 6.0, 2.0, 4.0], "lasting": 0.5}, index)
    table["structure"] = [""] * 4 + ["money", "people", "money", "people"]
    assert headline.level(table, PRIOR, "b", "added").mean == 4.0
    assert headline.level(table, CALIBRATED, "a", "added", "people").mean == 6.0
    assert headline.agreement(table, PRIOR, CALIBRATED) == pytest.approx(-1.0)
    assert headline.structures(table) == ["money", "people"]
    assert headline.ranked(table, CALIBRATED).best == "a"


def test_it_runs_and_says_ranking_levels_and_range(tmp_path, capsys):
    words = [
        "experiment=headline",
        "rows=[jiangxi,no_money]",
        f"out={tmp_path}",
        "progress=false",
        "workers=1",
    ]
    assert main([*words, *TINY]) == 0
    said = capsys.readouterr().out
    assert "adds most" in said and "The order of mixes agrees by" in said and "as written" in said
    folder = next((tmp_path / "headline").iterdir())
    kept = json.loads((folder / "findings.json").read_text(encoding="utf-8"))
    assert len(kept["tables"]) == 2 and len(kept["tables"][1]["rows"]) >= 4
    rows = pd.read_csv(folder / "summary.csv")
    assert set(rows["kind"]) == {NONE, PRIOR, CALIBRATED} and np.isfinite(rows["table_years"]).all()
    assert (rows.loc[rows["scenario"] == "no_money", "lasting"] == 0).all()  # nobody pays: no station
    assert (folder / "figures" / "headline.png").exists()
