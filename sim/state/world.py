"""The world of the villages: states, flows, pools and the scratch that kernels share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.engine.kernels import inner
from sim.engine.tables import Table
from sim.state.codes import KINDS, POOL_MONTHS, STAGES
from sim.state.fields import FLOWS, flow, record, state

state("number", "i8", unit="number", label="village number, from 1", written_by=("county",))
state(
    "kind",
    "i8",
    unit="code",
    label="0 plain, 1 scenic, 2 craft heritage, 3 near town",
    written_by=("county",),
)
state("strength", "i8", unit="code", label="0 weak, 1 middle, 2 rich collective", written_by=("county",))
state("township", "i8", unit="number", label="township, from 0", written_by=("county",))
state("east", "f8", unit="km", label="position on the map", written_by=("county",))
state("north", "f8", unit="km", label="position on the map", written_by=("county",))
state(
    "income_rank",
    "f8",
    unit="share",
    label="rank of the collective's income among all villages",
    written_by=("county",),
)
state(
    "leader",
    "i8",
    unit="flag",
    label="a leader stands behind mutual aid",
    written_by=("county", "organisation_leaders"),
)
state(
    "association",
    "i8",
    unit="flag",
    label="an elderly association is active",
    written_by=("committee", "county", "organisation_leaders"),
)
state(
    "idle_building",
    "i8",
    unit="flag",
    label="an idle school or house can be renovated",
    written_by=("county",),
)
state("elders", "i8", unit="persons", label="living elders", written_by=("demography", "people"))
state("helpers", "i8", unit="persons", label="living helpers", written_by=("demography", "people"))
state("hint", "i8", unit="slot", label="no free slot lies below", written_by=("people",))
state(
    "entered",
    "i8",
    unit="persons",
    label="entrants of this month, for serials",
    written_by=("by_hand", "demography", "initial_population", "people"),
)
flow(
    "credit_dropped",
    unit="minutes",
    label="credits lost at death, departure or end of person",
    written_by=("people",),
)


class _World(NamedTuple):
    start: np.ndarray  # (villages + 1) first slot of each village's block
    used: np.ndarray  # (villages) slots ever used, from the block's start
    villages: np.recarray  # states
    flow: np.recarray  # this month's flows
    hours: np.ndarray  # (villages, stages, kinds) minutes this month
    pool: np.ndarray  # (villages, 2, 240) people aged 40-59 outside the table, by sex and month of birth
    posted: np.recarray  # postings waiting for settlement
    balance: np.recarray  # balances that decisions read
    work: np.ndarray  # (6, longest block + 2) int64 scratch of one kernel at a time
    sums: np.ndarray  # (longest block + 2) float64 scratch
    county: np.ndarray  # (villages) place of the village's county among those side by side
    pools: (
        np.ndarray
    )  # (3, villages) index of the pool that a village belongs to, by scope: itself, its township, its county
    tally: (
        np.ndarray
    )  # (9, villages) int64 scratch of one row of the month at a time, by village, pool or county
    means: np.ndarray  # (3, villages) float64 scratch
    # (6, villages) beds, day-care places and minutes of township centres this month: by pool, then by village
    centre: np.ndarray


class World(Table, _World):
    """What every kernel may need beside the persons."""


@dataclass
class CountyMoney:
    """County money of the year: one figure a village, pooled where villages meet."""

    operating: np.ndarray  # (villages) fen left for operating payments
    construction: np.ndarray  # (villages) fen left for buildings
    factor: np.ndarray  # (villages) what became of a budget over its trend

    @classmethod
    def none(cls, villages: int) -> CountyMoney:
        """Before the first budget."""
        return cls(np.zeros(villages, np.int64), np.zeros(villages, np.int64), np.ones(villages))


def pools_of(county: np.ndarray, township: np.ndarray, coupled: bool) -> np.ndarray:
    """`World.pools`; each village is alone where villages do not meet."""
    alone = np.arange(len(county))
    shared = [np.unique(numbers, return_inverse=True)[1] for numbers in (county * 100_000 + township, county)]
    return np.array([alone, *(shared if coupled else [alone, alone])], np.int64)


def scratch(start: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Scratch arrays for the longest block."""
    longest = max(int(np.diff(start).max()) + 2, 64)  # some kernels keep their own figures there
    return np.zeros((6, longest), np.int64), np.zeros(longest, np.float64)


def fresh_world(
    start: np.ndarray,
    states: np.recarray,
    posted: np.recarray,
    balance: np.recarray,
    county: np.ndarray,
    coupled: bool,
) -> World:
    """A world in which nothing has happened yet.

    `start` (villages + 1) first slots of the blocks, `states` (villages), `posted` and `balance` of the
    ledger, `county` (villages) place of each village's county.
    """
    villages = len(states)
    return World(
        start=start,
        used=np.zeros(villages, np.int64),
        villages=states,
        flow=record(FLOWS, villages),
        hours=np.zeros((villages, len(STAGES), len(KINDS)), np.int64),
        pool=np.zeros((villages, 2, POOL_MONTHS), np.int16),
        posted=posted,
        balance=balance,
        **dict(zip(("work", "sums"), scratch(start), strict=True)),
        county=county,
        pools=pools_of(county, states.township, coupled),
        tally=np.zeros((9, villages), np.int64),
        means=np.zeros((3, villages)),
        centre=np.zeros((6, villages), np.int64),
    )


@inner
def pays_alike(values, v, village):
    """Null arm: whether all payers of a village pay alike; under a plan, once the first told their sum."""
    return values.funding[v].identical_payers == 1 and (values.plan[v].on == 0 or village.alike_sum >= 0)


@inner
def takes_fees(values, v, village):
    """Whether families of village v pay for what they use."""
    return values.families[v].on == 1 and not pays_alike(values, v, village)


@inner
def overdue_bills(village):
    """Bills unpaid for three months and more, fen."""
    return village.bills[3] + village.bills[4] + village.bills[5]


@inner
def waits(village, balance, credit):
    """Months that suppliers wait: one more while the county owes as much."""
    owed = 0
    for age in range(len(village.bills)):
        owed += village.bills[age] - village.wages[age]
    return credit.months + (1 if owed > 0 and balance.receivable_government >= owed else 0)


@inner
def old_bills(village, months):
    """What suppliers have waited for so many months or more, fen."""
    old = 0
    for age in range(min(months, len(village.bills) - 1), len(village.bills)):
        old += village.bills[age] - village.wages[age]
    return old
