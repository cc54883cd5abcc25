"""What a payer is asked for: the four shares, ceilings, and what a rule makes of government's part."""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.state.codes import (
    CANTEEN,
    COLLECTIVE,
    FAMILIES,
    GAP,
    GOVERNMENT,
    HOME_TABLES,
    MATCHING,
    PAYERS,
    SELF_COOKED,
    SERVICE,
    SOCIETY,
    STATION_DAYS,
    TAPER,
)

NO_CEILING = 1e15  # fen
LEVEL_PROFILE = 0  # of an envelope in time
TINY = 1e-9


@kernel
def shares_of(funding):
    """The four shares in the fixed order of payers."""
    return (
        funding.share_government,
        funding.share_collective,
        funding.share_families,
        funding.share_society,
    )


@inner
def left_of_taper(funding, month):
    """What is left of seed money that tapers, of one at its first month."""
    return max(1.0 - max(month, 0) / funding.taper, 0.0)


@inner
def front_load(funding, horizon, discount):
    """First month of an envelope that tapers over the month of a level one of the same present value."""
    value_level, value_front, factor = 0.0, 0.0, 1.0
    for later in range(horizon):
        value_level += factor
        value_front += factor * left_of_taper(funding, later)
        factor /= 1.0 + discount / 12.0
    return value_level / max(value_front, TINY)


@inner
def envelope_month(village, funding, month, horizon, discount):
    """This month's envelope: level, or front-loaded with the same present value; set-up capital inside it."""
    # spread over the horizon, not over the spin-up
    setup = village.setup_annuity if month >= 0 else 0.0
    level = funding.envelope * village.elders_start / 12.0 - setup
    if funding.profile == LEVEL_PROFILE or level <= 0.0:
        return max(level, 0.0)
    return level * front_load(funding, horizon, discount) * left_of_taper(funding, month)


@inner
def envelope_year(village, funding, month):
    """The envelope of the year ahead less the set-up of a business, fen."""
    level = max(funding.envelope * village.elders_start - 12.0 * village.setup_annuity, 0.0)
    if funding.profile == LEVEL_PROFILE:
        return level
    left = 0.0
    for ahead in range(12):
        left += left_of_taper(funding, month + ahead)
    return level * village.front_load * left / 12.0


@kernel
def months_in(month, opened):
    """Months since the village came into service or since the run began, whichever is later."""
    return max(month - max(opened, 0), 0)


@inner
def step_share(government, step):
    """Share of the county's ceiling that a step of the menu is worth; all of it where steps do not count."""
    if government.ceiling_by_step == 0 or step >= CANTEEN:
        return 1.0
    if step == SELF_COOKED:
        return government.ceiling_self_cooked
    return government.ceiling_days if step == STATION_DAYS or step == HOME_TABLES else 0.0


@inner
def set_ceilings(values, v, village, diners, ceiling):
    """Most that each payer pledges in a month, fen, before the step of the menu is looked at."""
    government, society = values.government[v], values.society[v]
    budget = government.ceiling + government.per_elder * diners
    ceiling[GOVERNMENT] = budget / 12.0 * village.deflator
    ceiling[COLLECTIVE] = village.income * values.collective[v].welfare_cap / 12.0
    ceiling[FAMILIES] = NO_CEILING
    ceiling[SOCIETY] = society.ceiling / 12.0 * (0.5 + 0.5 * village.visibility)


@inner
def want_shares(funding, basis, charges, want):
    """Each payer's share of the basis, fen a month.

    Where users are charged for nothing their share is asked of the others, in proportion.
    """
    shares = shares_of(funding)
    no_fees = not charges and shares[FAMILIES] < 1.0
    scale = 1.0 / (1.0 - shares[FAMILIES]) if no_fees else 1.0
    for payer in range(len(PAYERS)):
        want[payer] = 0.0 if payer == FAMILIES and scale > 1.0 else scale * basis * shares[payer]


@inner
def apply_rule(funding, village, want, ceiling, basis, missing, month, served):
    """What the rule makes of government's pledge, in fen before its ceiling.

    `missing`: of the basis when the others have given; `served`: meals, minutes of help, visits of a month.
    """
    others = want[COLLECTIVE] + want[FAMILIES] + want[SOCIETY]
    pledged = want[GOVERNMENT]
    if funding.rule == MATCHING:
        pledged = funding.match * others
    elif funding.rule == GAP:
        pledged = max(missing, 0.0)
    elif funding.rule == SERVICE:
        meals, minutes, visits = served
        paid = meals * funding.per_meal + minutes * funding.per_hour / 60.0 + visits * funding.per_visit
        pledged = paid * village.deflator
    elif funding.rule == TAPER:
        left = max(1.0 - months_in(month, village.opened) / funding.taper, 0.0)
        pledged = min(basis * left, ceiling[GOVERNMENT] * 2.0 * left)
    want[GOVERNMENT] = min(pledged, ceiling[GOVERNMENT] * (2.0 if funding.rule == TAPER else 1.0))
    return np.int64(pledged)


@inner
def crowd_out(village, funding, basis, want):
    """Gifts of last month lower what the others pledge."""
    gifts = min(village.last_paid_gifts / max(basis, 1.0), 1.0)
    for payer in range(SOCIETY):
        want[payer] *= 1.0 - funding.crowding * gifts
