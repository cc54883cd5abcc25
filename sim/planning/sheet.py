"""One plan as it is weighed, and the sheet on which its sums are worked out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.engine.kernels import inner

WEEKS = 52.0 / 12.0  # of a month
NO_LIMIT = 1e15  # fen

(
    USERS,  # regular diners
    ATTENDING,  # visitors of an open day
    MEALS,  # of elders, a month
    GUEST_MEALS,  # a month
    KITCHEN,  # minutes of unpaid kitchen work a month
    HANDS,  # minutes of it that helpers would give
    COST,  # fen a year, all lines
    DEBT,  # fen a year, instalments
    ASKED,  # fen a year of all payers, before records
    FEES,  # fen a year, families
    GUESTS,  # fen a year
    CARE,  # fen a year, share of businesses
    CASH,  # fen, above the reserve
    RECEIPTS,  # fen a year, expected in all
    LOWEST,  # fen, lowest purse of the year ahead
    APPEAL,  # fen, expected of an appeal
) = range(16)
SHEET = 16  # places of the sheet in `world.sums`; behind it, each for the four payers, stands what is asked
WANTS = 20  # of each, fen a month, and up to here
CEILINGS = 24  # the most that each gives, fen a month
NOT_TRIED, CARRIED, NO_ROOM, FEW_HELPERS, FEW_USERS, TOO_DEAR, NOT_ON_MENU, OUT_OF_CREDIT = range(8)
REASONS = (
    "not tried",
    "carried",
    "no room",
    "too few helpers",
    "too few users",
    "not paid for",
    "not on the menu",
    "the purse would run dry",
)


class DraftPlan(NamedTuple):
    """A plan that is weighed: step of the menu, open days a week, meals a day, flags, and the price level."""

    step: np.int64
    days: np.int64
    meals: np.int64
    rota: np.int64  # helpers in place of a paid cook or keeper
    level: np.float64  # prices over the list
    appeal: np.int64
    advance: np.int64


@inner
def draft_of(step, days, meals, rota, level, appeal, advance):
    """A draft with figures of one type each: of what takes it one version is compiled."""
    whole = np.int64(step), np.int64(days), np.int64(meals), np.int64(rota)
    return DraftPlan(
        whole[0], whole[1], whole[2], whole[3], np.float64(level), np.int64(appeal), np.int64(advance)
    )
