"""Kinship: public care from a level of need on, family by distance, paid care from income; four policies."""

from __future__ import annotations

from typing import Any

import numpy as np

import sim
from sim.state.codes import ELDER, FAMILY, MILD, NEED, PROFESSIONAL, UNMET
from sim.state.parameters import Parameters

from ..claims import Claim, Line, Published, Reproduction
from ..months import month
from ..paired import mean_error, sign

CARE = (
    "deaths and departures",
    "arrivals",
    "health",
    "counts by state",
    "time budgets",
    "needs",
    "public care at home",
    "family care",
    "choice of care",
    "what is left",
)
NEEDED, INFORMAL, FORMAL, LEFT = range(4)
STAGES = (NEED, FAMILY, PROFESSIONAL, UNMET)
LAST = 3  # years at either end
FIFTHS = 5
NO_HOURS = (
    " (built in: hours with grandchildren do not limit care here)",
    "（设定：带孙时间在此不限制照护）",
)
POLICIES: dict[str, tuple[str, str]] = {
    "money": ("cheaper child care", "托育补贴"),
    "time": ("free child care", "免费托育"),
    "level": ("public care from a lower level of need", "公共照护放宽"),
    "price": ("the subsidy to buyers", "购买补贴"),
}


def changes(policy: str, parameters: Parameters) -> dict[str, Any]:
    """Parameters that a policy sets."""
    more = parameters.county.remittances * 1.2
    return {
        "money": {"county.remittances": more},
        "time": {"timeuse.grandchildren": 0.0},
        "level": {"public_care.level": "moderate"},
        "price": {"choice.subsidy": 0.5},
    }[policy]


def reproduce(published: Published, parameters: Parameters, seed: int) -> Reproduction:
    """Shares over the years, the cut of unmet need by each policy, fifths of income, crowding out."""
    setting = published.setting
    seeds = range(seed, seed + int(setting["runs"]))
    long = [county(parameters, one, int(setting["years"])) for one in seeds]
    years = np.array([run[0] for run in long])
    fifths = np.array([run[1] for run in long])
    claims = [*over_the_years(years), *by_policy(parameters, seeds, int(setting["policy_years"]))]
    claims += by_income(fifths)
    return Reproduction(claims, shares(years), ("year", "年份"), ("share of need", "占需要的比例"))


def county(parameters: Parameters, seed: int, years: int) -> tuple[np.ndarray, np.ndarray]:
    """Minutes needed, given by family, formal, unmet by year (years, 4); unmet and bought by fifth (2, 5)."""
    model = sim.MutualAidModel(parameters, seed=seed)
    found, fifths = np.zeros((years, len(STAGES))), np.zeros((2, FIFTHS))
    for year in range(years):
        for _ in range(12):
            month(model, CARE)
            found[year] += model.world.hours.sum(axis=(0, 2))[list(STAGES)]
            fifths += of_fifths(model)
    return found, fifths / (12 * years)


def of_fifths(model: sim.MutualAidModel) -> np.ndarray:
    """(2, 5) minutes unmet and bought this month for an elder short of health, by fifth of income."""
    people: Any = model.people
    elders = np.flatnonzero(people.kind == ELDER)
    income = people.income[elders] + people.remit[elders]
    rank = np.argsort(np.argsort(income, kind="stable"), kind="stable")
    fifth, short = rank * FIFTHS // len(elders), people.health[elders] >= MILD
    unmet, bought = people.need[elders].sum(axis=1), people.bought[elders]
    return np.array(
        [[column[short & (fifth == each)].mean() for each in range(FIFTHS)] for column in (unmet, bought)]
    )


def share_of(years: np.ndarray, stage: int) -> np.ndarray:
    """Minutes of a stage over those needed, summed over years (runs)."""
    return np.asarray(years[..., stage].sum(axis=-1) / years[..., NEEDED].sum(axis=-1))


def over_the_years(years: np.ndarray) -> list[Claim]:
    """Unmet need gains in share, informal care loses."""
    first, last = years[:, :LAST], years[:, -LAST:]
    return [
        sign(
            "rise of the share of need unmet over the years",
            "未满足需要所占比例随年份的上升",
            share_of(last, LEFT) - share_of(first, LEFT),
        ),
        sign(
            "fall of the share met by the family over the years",
            "家庭照护所占比例随年份的下降",
            share_of(first, INFORMAL) - share_of(last, INFORMAL),
        ),
    ]


def by_policy(parameters: Parameters, seeds: range, years: int) -> list[Claim]:
    """Paired cuts of the unmet share; what public care takes from the family."""
    base = np.array([county(parameters, one, years)[0] for one in seeds])
    under = {
        policy: np.array(
            [county(parameters.replace(changes(policy, parameters)), one, years)[0] for one in seeds]
        )
        for policy in POLICIES
    }
    cut = {policy: share_of(base, LEFT) - share_of(found, LEFT) for policy, found in under.items()}
    claims = [
        sign("cut of the unmet share by the subsidy to buyers", "购买补贴对未满足比例的削减", cut["price"])
    ]
    for policy, (english, chinese) in POLICIES.items():
        if policy != "price":
            built_in, by_rule = NO_HOURS if policy == "time" else ("", "")
            claims.append(
                sign(
                    f"cut by the subsidy to buyers, less the cut by {english}{built_in}",
                    f"购买补贴的削减减去{chinese}的削减{by_rule}",
                    cut["price"] - cut[policy],
                )
            )
    informal = share_of(base, INFORMAL) - share_of(under["level"], INFORMAL)
    formal = share_of(under["level"], FORMAL) - share_of(base, FORMAL)
    return [
        *claims,
        sign(
            "family care that public care from a lower level takes the place of, over need "
            "(built in in part: public care comes before the family's)",
            "公共照护放宽后被替代的家庭照护占需要之比（部分为设定：公共照护先于家庭照护）",
            informal,
        ),
        sign(
            "it takes the place of a part only: formal care gained less family care lost, over need",
            "只替代一部分：新增正式照护减去减少的家庭照护，占需要之比",
            formal - informal,
        ),
    ]


def by_income(fifths: np.ndarray) -> list[Claim]:
    """Poorest against the next, richest against the next: hours unmet and bought, of elders in need."""
    unmet, bought = fifths[:, 0] / 60, fifths[:, 1] / 60
    return [
        sign(
            "hours unmet of the poorest fifth, less those of the worst off of the others",
            "最贫五分之一老人未满足时数减去其余各组中最高者",
            unmet[:, 0] - worst(unmet[:, 1:]),
        ),
        sign(
            "hours bought by the richest fifth, less those of the one that buys most of the others "
            "(built in: a share of income buys them)",
            "最富五分之一老人购买时数减去其余各组中最高者（设定：按收入比例购买）",
            bought[:, -1] - worst(bought[:, :-1]),
        ),
    ]


def worst(groups: np.ndarray) -> np.ndarray:
    """Of each run, what the group shows that has most in the mean of all runs."""
    return np.asarray(groups[:, groups.mean(axis=0).argmax()])


def shares(years: np.ndarray) -> list[Line]:
    """Shares of need by year, mean of the runs."""
    names = {
        INFORMAL: ("family", "家庭"),
        FORMAL: ("public and bought", "公共与购买"),
        LEFT: ("unmet", "未满足"),
    }
    at = [2025 + year for year in range(years.shape[1])]
    lines = []
    for stage, (english, chinese) in names.items():
        each = [mean_error(years[:, year, stage] / years[:, year, NEEDED]) for year in range(years.shape[1])]
        found, errors = zip(*each, strict=True)
        lines.append(Line(english, chinese, at, [], list(found), list(errors)))
    return lines
