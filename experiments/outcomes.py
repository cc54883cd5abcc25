"""What an experiment reads off its runs: ratios of sums over villages, weighted to prevalence, one number a
run and cell.

The rows are the village table of the runner. A cell is all villages, those of one strength of the collective
(weak, middle, rich) or of one kind (plain, scenic, craft, near_town).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from experiments import statistics
from experiments.command.scenario import Mistake
from sim.state.codes import PAYERS, STRENGTHS, VILLAGE_KINDS
from sim.state.parameters import Parameters, nearest

ALL = "all"
CELLS = (ALL, *STRENGTHS, *VILLAGE_KINDS)


@dataclass(frozen=True)
class Outcome:
    """A ratio of two columns of `columns`, times `scale`; `empty` where there is nothing to divide by."""

    label: str
    above: str
    below: str = "one"
    scale: float = 1.0
    empty: float = 0.0
    share: bool = True  # lies in [0, 1]


OUTCOMES = {
    "viable": Outcome("villages viable at the end", "viable"),
    "closed": Outcome("villages that closed at least once", "closed_once"),
    "unmet": Outcome("eligible hours that stay unmet", "eligible_unmet", "eligible_minutes"),
    "public": Outcome(
        "public yuan per elder-year helped", "public_fen", "elder_years_helped", 0.01, 0.0, False
    ),
    "redeemed": Outcome(
        "hours asked for with credit that were served", "redeem_asked_got", "redeem_asked_minutes", 1.0, 1.0
    ),
    "in_service": Outcome("villages in service at the end", "serving"),
    "idle": Outcome("standing facilities without service at the end", "idle_now", "standing"),
    "facility": Outcome("villages with a facility at the end", "standing"),
    "volunteers": Outcome(
        "active volunteers per 100 elders", "volunteer_months", "elder_months", 100.0, 0.0, False
    ),
    "coverage": Outcome("elders enrolled", "enrolled_months", "elder_months"),
    "hours": Outcome(
        "hours a volunteer gives a month", "mutual_minutes", "volunteer_months", 1 / 60, 0.0, False
    ),
    "paid": Outcome("yuan paid in per resident elder and year", "paid_fen", "elder_months", 0.12, 0.0, False),
    "full_cost": Outcome(
        "cost with unpaid hours at the shadow wage, yuan per elder-year helped",
        "full_cost_fen",
        "elder_years_helped",
        0.01,
        0.0,
        False,
    ),
    "at_work": Outcome("villages whose business is at work at the end", "at_work"),
    "income": Outcome(
        "business yuan for care per resident elder and year",
        "business_income_fen",
        "elder_months",
        0.12,
        0.0,
        False,
    ),
    "facility_2030": Outcome("villages with a facility in December 2030", "standing_2030"),
    "function_2030": Outcome(
        "facilities with the function in December 2030", "serving_2030", "standing_2030"
    ),
    "hoard": Outcome(
        "credits outstanding over a year's giving", "credits_minutes", "last_year_minutes", 1.0, 0.0, False
    ),
    "supply_first": Outcome(
        "hours on offer over hours eligible, first two years",
        "offered_first",
        "eligible_first",
        1.0,
        0.0,
        False,
    ),
    "supply_last": Outcome(
        "hours on offer over hours eligible, last two years", "offered_last", "eligible_last", 1.0, 0.0, False
    ),
}
HEADLINE = ("viable", "closed", "unmet", "public", "redeemed")
LEAST_YEARS = (
    1.0  # elder-years below which public cost stands over one: nobody was helped, the cost is not infinite
)


def columns(rows: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """The village table with `weight` and the columns that outcomes are made of; times the weight."""
    rows = statistics.with_weights(rows, parameters)
    made = rows.assign(
        one=1.0,
        viable=rows["verdict"] == "viable",
        closed_once=rows["closures"] > 0,
        eligible_unmet=rows["eligible_unmet_minutes"],
        serving=rows["level_end"] > 0,
        standing=rows["facility_end"] == 2,
        idle_now=(rows["facility_end"] == 2) & (rows["level_end"] == 0),
        at_work=rows["plus"] > 0,
        standing_2030=rows["facility_2030"] == 2,
        serving_2030=(rows["facility_2030"] == 2) & (rows["level_2030"] > 0),
        redeem_asked_got=rows["redeem_got_minutes"],
        paid_fen=rows[[f"paid_{x}_fen" for x in PAYERS]].sum(axis=1),
        full_cost_fen=rows["cost_fen"] + rows["mutual_minutes"] / 60 * 100 * parameters.economy.shadow_wage,
    )
    used = sorted({c for o in OUTCOMES.values() for c in (o.above, o.below)})
    return pd.concat(
        [
            rows[["scenario", "replicate", "kind", "strength"]],
            made[used].astype(float).mul(rows["weight"], axis=0),
        ],
        axis=1,
    )


def table(rows: pd.DataFrame, parameters: Parameters, cells: tuple[str, ...] = (ALL,)) -> pd.DataFrame:
    """One row a (scenario, replicate, cell) with every outcome; finite everywhere.

    A cell without villages has no row.
    """
    made, found = columns(rows, parameters), []
    for cell in cells:
        mine = made if cell == ALL else made[(made["kind"] == cell) | (made["strength"] == cell)]
        sums = mine.drop(columns=["kind", "strength"]).groupby(["scenario", "replicate"], sort=False).sum()
        sums["elder_years_helped"] = np.maximum(sums["elder_years_helped"], LEAST_YEARS)
        out = pd.DataFrame(index=sums.index)
        for name, o in OUTCOMES.items():
            below = sums[o.below]
            out[name] = np.where(below > 0, o.scale * sums[o.above] / below.where(below > 0, 1.0), o.empty)
        found.append(out.assign(cell=cell).set_index("cell", append=True))
    return pd.concat(found)


def checked(names: list[str]) -> list[str]:
    """Names of outcomes that exist; Mistake with the nearest spelling otherwise."""
    for name in names:
        if name not in OUTCOMES:
            raise Mistake(
                f"outcomes: unknown {name!r}; allowed are {', '.join(OUTCOMES)}{nearest(name, OUTCOMES)}"
            )
    return names
