"""The villages of the synthetic county: kinds, strengths, places, sizes, and the tables their people start from.

Each village depends on its own number and the seed only, so that a county can be split or listed in any order.
"""

from __future__ import annotations

import numpy as np

from sim import tables
from sim.parameters import Parameters
from sim.population import STATES, VILLAGE, record
from sim.randomness import key_of, uniform


def even(seed: int, number: np.ndarray, step: float, index: int) -> np.ndarray:
    """A number in [0, 1) per village that is evenly spread over village numbers, from a random start per seed."""
    start = float(uniform(key_of(seed, VILLAGE, 0), 0, index))
    return np.asarray((start + number * step) % 1.0)


def village_states(parameters: Parameters, seed: int, numbers: np.ndarray) -> np.recarray:
    """Kinds, strengths, positions and endowments of the villages; each depends on its own number and the seed only."""
    c = parameters.county
    r = record(STATES, len(numbers))
    key = key_of(seed, VILLAGE, 0)
    own = lambda index: np.array([float(uniform(key, int(n), index)) for n in numbers])  # noqa: E731
    r.number = numbers
    if c.stratified:
        r.kind, r.strength = (numbers - 1) % 4, (numbers - 1) // 4 % 3
    else:
        edges = np.cumsum([1 - c.share_scenic - c.share_craft - c.share_near_town, c.share_scenic, c.share_craft])
        r.kind = np.searchsorted(edges, even(seed, numbers, 0.8191725134, 101), side="right").clip(0, 3)
        r.strength = np.searchsorted(STRENGTH_EDGES, even(seed, numbers, 0.6710436067, 102), side="right").clip(0, 2)
    lower = np.concatenate([[0.0], STRENGTH_EDGES])
    width = np.diff(np.concatenate([lower, [1.0]]))
    r.income_rank = lower[r.strength] + width[r.strength] * own(103)
    r.township = (numbers - 1) % c.townships
    r.east, r.north = 30 * own(104), 30 * own(105)
    r.leader = own(106) < c.leader_share
    r.association = own(107) < c.association_share
    r.idle_building = own(108) < c.idle_share
    return r


STRENGTH_EDGES = np.array([0.40, 0.82])  # weak below 50,000 yuan, rich above 200,000 (bands: Hunan 2020-22; shares 2023 assumed)


def village_sizes(parameters: Parameters, seed: int, numbers: np.ndarray) -> np.ndarray:
    """Elders of each village at the start."""
    c = parameters.county
    u = even(seed, numbers, 0.5497004779, 100)
    return np.maximum(1, np.round(c.elders * (1 + c.size_spread * (2 * u - 1)))).astype(np.int64)


def start_tables(parameters: Parameters) -> tuple[np.ndarray, ...]:
    """Age groups, shares, health prevalence, dementia prevalence and the shape of ages 40-59."""
    h, d = parameters.health, parameters.demography
    ages, shares = tables.age_shares()
    health = tables.health_tables(h.worsen_scale, h.recover_scale, h.risk_scale, d.rural_mortality_ratio)
    return ages, shares, health.prevalence, tables.dementia_tables()[0], tables.cohort_shape()[0]
