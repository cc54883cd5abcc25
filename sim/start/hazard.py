"""Care need by hazards of age without way back: tables in the form of those of the chain (`tables.py`).

Silverman, Hilton, Noble and Bijak 2013 (10.7148/2013-0689): whoever is not yet worst falls a level or more in
a year with chance base + scale x exp(age / span), span by sex; nobody recovers.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from sim.start.tables import (
    AGES,
    NO_TABLES,
    HealthTables,
    Own,
    death_rates,
    deaths_by_state,
    grain,
    risks_of_death,
)
from sim.state.codes import HEALTH_STATES

WORST = len(HEALTH_STATES) - 1


def yearly(base: float, scale: float, spans: tuple[float, float]) -> np.ndarray:
    """Chance of falling in a year (2 sexes, 112 ages); `spans` in years, of men and women."""
    return np.minimum(base + scale * np.exp(np.arange(AGES) / np.array(spans)[:, None]), 1.0)


def jumps(two: float, three: float) -> np.ndarray:
    """(4 x 4) where a fall leads from each level, those of several levels ending at the worst."""
    lands = np.zeros((WORST + 1, WORST + 1))
    for state in range(WORST):
        for levels, share in ((1, 1.0 - two - three), (2, two), (3, three)):
            lands[state, min(state + levels, WORST)] += share
    lands[WORST, WORST] = 1.0
    return lands


@lru_cache(maxsize=64)
def hazard_tables(
    base: float,
    scale: float,
    spans: tuple[float, float],
    falls: tuple[float, float],
    risk_scale: float,
    rural_ratio: float,
    own: Own = NO_TABLES,
) -> HealthTables:
    """The chain that knows no way back; levels by age are those of people who met the hazards from birth.

    `falls` are the shares of falls by two and by three levels. Death takes no account of who is left in which
    level, as long as `risk_scale` is nought.
    """
    chance = yearly(base, scale, spans)
    monthly = grain(1.0 - (1.0 - chance) ** (1 / 12))
    worsen = np.repeat(monthly[..., None], WORST, axis=-1)
    lands, prevalence = jumps(*falls), np.zeros((2, AGES, WORST + 1))
    for sex in range(2):
        now = np.eye(WORST + 1)[0]
        for age in range(AGES):
            prevalence[sex, age] = now
            for _ in range(12):
                now = (1.0 - monthly[sex, age]) * now + monthly[sex, age] * (now @ lands)
    risk = risks_of_death(risk_scale, own.health)
    death = deaths_by_state(prevalence, risk, death_rates(own.mortality) * rural_ratio)
    not_worse = np.cumsum(prevalence, axis=-1)  # of those who are in no worse level
    dealt = prevalence / np.maximum(not_worse, 1e-12)
    return HealthTables(worsen, np.zeros_like(worsen), grain(prevalence), death, grain(dealt))
