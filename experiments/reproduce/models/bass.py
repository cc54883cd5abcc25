"""Bass: enrolment with acceptance one half and no need, so that every other factor is one."""

from __future__ import annotations

from typing import Any

import numpy as np

import sim
from sim.state.codes import CANTEEN, ELDER
from sim.state.parameters import Parameters

from ..claims import Claim, Line, Published, Reproduction
from ..months import month

LOOKED_AT = (2, 4, 6, 8, 10)  # years
SMOOTHED = 13  # months over which the steepest year is looked for
FULL, WORKING = 3, 2


def curve_of(own: float, network: float, years: np.ndarray) -> np.ndarray:
    """Bass's share after so many years."""
    decay = np.exp(-(own + network) * years)
    return (1 - decay) / (1 + network / own * decay)


def in_service(model: sim.MutualAidModel) -> None:
    """Every village at full service, without leader, association or honours; nobody enrolled or in need."""
    villages: Any = model.world.villages
    people: Any = model.people
    villages.level, villages.facility, villages.opened, villages.launching = FULL, WORKING, -1, 0.0
    villages.step, villages.open_week, villages.door, villages.meals_a_day = CANTEEN, 6, 26, 2
    villages.seats = 10_000
    villages.leader = villages.association = villages.honours = villages.insured = villages.training = 0
    villages.publicity = 0.0
    people.acceptance[:], people.need[:], people.enrolled[:] = 0.5, 0, 0


def reproduce(published: Published, parameters: Parameters, seed: int) -> Reproduction:
    """Share enrolled by year against the closed form, villages as the unit of the error."""
    own, network, years = (float(published.setting[key]) for key in ("own", "network", "years"))
    chances = {"acceptance.enrol_own": own / 12, "acceptance.enrol_network": network / 12}
    model = sim.MutualAidModel(parameters.replace(chances), seed=seed)
    in_service(model)
    people: Any = model.people
    start, elders = model.world.start[:-1], people.kind == ELDER
    each = np.add.reduceat(elders.astype(int), start)
    shares = []
    for _ in range(round(12 * years)):
        month(model, ["enrolment"])
        shares.append(np.add.reduceat((elders & (people.enrolled > 0)).astype(int), start) / each)
    found = np.array(shares)  # (months, villages)
    errors = found.std(axis=1, ddof=1) / np.sqrt(found.shape[1])
    claims = [
        Claim(
            f"share that has adopted after {year} years",
            f"{year} 年后已采纳的比例",
            float(found[12 * year - 1].mean()),
            float(errors[12 * year - 1]),
            float(curve_of(own, network, np.array(float(year)))),
        )
        for year in LOOKED_AT
    ]
    peaks = np.array([peak(village) for village in found.T])
    claims.append(
        Claim(
            "year in which most adopt, ln(q/p) / (p+q)",
            "采纳最多的年份，ln(q/p) / (p+q)",
            float(peaks.mean()),
            float(peaks.std(ddof=1) / np.sqrt(len(peaks))),
            float(np.log(network / own) / (own + network)),
        )
    )
    at = np.arange(6, len(found) + 1, 6)
    exact = curve_of(own, network, at / 12)
    line = Line(
        "share that has adopted",
        "已采纳的比例",
        (at / 12).tolist(),
        exact.tolist(),
        found[at - 1].mean(axis=1).tolist(),
        errors[at - 1].tolist(),
    )
    return Reproduction(claims, [line], ("years", "年"), ("share of elders", "老人比例"))


def peak(shares: np.ndarray) -> float:
    """Years until the steepest month of one village, smoothed."""
    smooth = np.convolve(shares, np.ones(SMOOTHED) / SMOOTHED, "valid")
    return float(np.diff(smooth).argmax() + SMOOTHED // 2 + 1) / 12
