"""The simplified month that both models run: which parts are off, and the totals that are compared."""

from __future__ import annotations

from typing import Any

import sim
from sim.state.codes import STAGES

OFF = (
    "demography",
    "canteen",
    "visits",
    "facilities",
    "organisation",
    "government",
    "society",
    "collective",
    "shocks",
    "solvency",
    "plan",
    "credit",
    "neighbours",
    "choice",
)
SIMPLIFIED: dict[str, Any] = {f"{part}.on": False for part in OFF} | {
    "county.facility_share": 1.0,
    "county.size_spread": 0.0,
    "matching.central": 0.0,
    "participation.response": 0.0,
}
TOTALS = (
    "need",
    "family",
    "eligible",
    "asked",
    "mutual",
    "unmet",
    "credits_earned",
    "credits_spent",
    "volunteers",
    "enrolled",
)
COPIED = (
    "age",
    "sex",
    "living",
    "zone",
    "near",
    "role",
    "income",
    "remit",
    "dibao",
    "land",
    "health",
    "dementia",
    "enrolled",
    "volunteer",
    "trained",
    "motivation",
    "fatigue",
    "acceptance",
    "trust",
    "satisfaction",
    "loneliness",
    "credit",
    "last_active",
)


def engine_totals(model: sim.MutualAidModel) -> dict[str, int]:
    """The same totals over the months that the engine recorded."""
    series = model.series
    return {
        name: int((series.hours[:, :, STAGES.index(name)] if name in STAGES else series.flow[name]).sum())
        for name in TOTALS
    }
