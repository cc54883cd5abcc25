"""What `to_ema` writes, read by the EMA workbench itself: its PRIM finds the box that ours finds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from experiments.command import to_ema
from experiments.decide import prim

LOW, HIGH = 0.6, 0.45  # the planted box: input 3 above the one, input 7 below the other
NEAR = 0.03


def planted() -> tuple[np.ndarray, np.ndarray]:
    """1,000 runs of 20 inputs: inside the box 95 % fail, outside 3 %."""
    rng = np.random.default_rng(5)
    points = rng.random((1_000, 20))
    inside = (points[:, 3] > LOW) & (points[:, 7] < HIGH)
    return points, rng.random(1_000) < np.where(inside, 0.95, 0.03)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_workbench_finds_the_same_box_in_what_we_wrote(tmp_path):
    workbench = pytest.importorskip("ema_workbench")
    theirs = pytest.importorskip("ema_workbench.analysis.prim")
    points, failed = planted()
    rows = pd.DataFrame(points, columns=[f"input_{at}" for at in range(20)])
    rows = rows.assign(scenario=range(len(rows)), policy="plan", model=to_ema.MODEL)
    path = tmp_path / to_ema.ARCHIVE
    path.write_bytes(to_ema.archive(rows, pd.DataFrame({"added": np.where(failed, 1.0, 9.0)})))
    read, values = workbench.load_results(path)
    inputs = read[[name for name in read if name.startswith("input_")]]
    np.testing.assert_array_equal(inputs.to_numpy(), points)
    found = theirs.Prim(inputs, values["added"] < 5, threshold=0.8, peel_alpha=prim.SLICE).find_box()
    steps, ours = found.peeling_trajectory, prim.find(points, failed)
    assert set(ours.ends) == {3, 7}
    best = (steps["coverage"] * steps["density"]).idxmax()
    assert steps.loc[best, "coverage"] > 0.8 and steps.loc[best, "density"] > 0.85
    told = {name for name, ends in found.qp[best].items() if max(ends) < prim.LEVEL}  # -1: open there
    assert told == {"input_3", "input_7"}
    box = found.box_lims[best]
    assert box["input_3"][0] == pytest.approx(ours.ends[3][0], abs=NEAR) == pytest.approx(LOW, abs=NEAR)
    assert box["input_7"][1] == pytest.approx(ours.ends[7][1], abs=NEAR) == pytest.approx(HIGH, abs=NEAR)
