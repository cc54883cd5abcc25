"""Elders served, by person: hand calculations, and the estimate by village lies above."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from runs import SMALL

import sim
from sim import service
from sim.parts.served import served

REPORTED = SimpleNamespace(full_meals=8.0, full_hours=np.int64(120))


@pytest.mark.parametrize(
    "dines, received, meals, found",
    [
        (0, 0, 52, 0.0),
        (1, 0, 52, 1.0),  # no elder counts for more than one
        (2, 0, 4, 0.5),  # delivered at home, half of eight
        (0, 30, 52, 0.25),  # half an hour of two
        (1, 30, 4, 0.75),
        (1, 600, 4, 1.0),
    ],
)
def test_an_elder_is_served_by_meals_and_hours(dines, received, meals, found):
    people = SimpleNamespace(dines=[dines], received=[received])
    assert getattr(served, "py_func", served)(people, 0, meals, REPORTED) == found


def test_the_count_lies_between_what_diners_make_and_the_estimate_by_village():
    p = sim.Parameters().replace(SMALL | {"county.villages": 4, "horizon.end": "2026-12"})
    series = sim.MutualAidModel(p, seed=3).run().series
    counted = service.served_months(series, p)
    fed = np.minimum(series.flow["meals"] / 8, series.flow["diners"])
    assert (counted >= fed - 1e-9).all() and (counted <= series.state["elders"]).all() and counted.sum() > 0
    names = [name for name in series.flow.dtype.names if name != "served_persons"]
    series.flow = series.flow[names]
    assert (service.served_months(series, p).sum() >= counted.sum()).all()
