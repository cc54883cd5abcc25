"""A fork goes on exactly as the whole run does, and may change only what the start did not depend on."""

from __future__ import annotations

import json

import numpy as np
import pytest
from runs import county_bytes, differences, parameters

import sim

CHANGES = {
    "county.villages": 3,
    "business.kind": "portfolio",
    "county.stratified": True,
    "timebank.levy": 0.01,
}


def test_a_fork_equals_the_whole_run_to_the_byte() -> None:
    whole, part = (sim.MutualAidModel(parameters(CHANGES), seed=4) for _ in range(2))
    whole.run(24)
    part.run(13)
    fork = sim.MutualAidModel.restore(part.snapshot())
    fork.run(11)
    fork.audit()
    assert differences(county_bytes(whole), county_bytes(fork)) == []
    assert np.array_equal(whole.series.posted, fork.series.posted)


def test_a_snapshot_is_plain_values_and_arrays() -> None:
    model = sim.MutualAidModel(parameters(CHANGES), seed=4)
    model.run(2)
    taken = model.snapshot()
    json.dumps(taken["meta"])
    assert all(isinstance(x, np.ndarray) and x.dtype != object for x in taken["arrays"].values())
    model.run(1)
    assert taken["meta"]["month"] == 2 and len(taken["arrays"]["series_flow"]) == 2


def test_a_fork_may_change_what_is_live_and_nothing_else() -> None:
    model = sim.MutualAidModel(parameters(CHANGES), seed=4)
    model.run(6)
    taken = model.snapshot()
    dearer = model.parameters.replace({"canteen.food": 4.0})
    fork = sim.MutualAidModel.restore(taken, dearer)
    fork.run(3)
    model.run(3)
    assert fork.series.amount("cost_food")[6:].sum() > model.series.amount("cost_food")[6:].sum()
    with pytest.raises(sim.ParameterError, match=r"county\.elders"):
        sim.MutualAidModel.restore(taken, model.parameters.replace({"county.elders": 250}))
