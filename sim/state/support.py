"""Levels of support that a village gives its helpers: its own, a neighbour's, or none."""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner

TRAINING, INSURANCE, PUBLICITY = 0, 1, 2  # places of the levels that a neighbour may copy


@inner
def level(organisation, village, place):
    """Level of training, insurance (flags) or publicity (fen a month).

    A neighbour's where copied, else the village's own; none where no supplier waits, or nobody pays for it.
    """
    if village.cash_only == 1:
        return np.int64(0)
    if village.copied == 1:
        return village.levels[place]
    if village.bare == 1 or village.unfunded == 1:
        return np.int64(0)
    if place == TRAINING:
        return np.int64(organisation.training)
    return np.int64(organisation.insured if place == INSURANCE else organisation.publicity)


@inner
def is_insured(organisation, village):
    """Volunteers are insured, by the village or by its partner organisation."""
    return level(organisation, village, INSURANCE) == 1 or village.partner_insures > 0.0
