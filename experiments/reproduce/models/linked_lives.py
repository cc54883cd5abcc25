"""Linked lives: published hazards in place of the health chain, household and children as the only care."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

import sim
from sim.state.codes import ELDER, FAMILY, FEMALE, MALE, NEED
from sim.state.parameters import Parameters, declarations

from ..claims import Claim, Line, Published, Reproduction
from ..months import month
from ..paired import mean_error, sign

BASE, SCALE, SPANS = 0.0002, 0.0008, (18.0, 19.0)  # as published: men, women
FALLS = (0.7, 0.2, 0.1)  # as published: by one level, by two, by more
AGES = (60, 70, 80, 90)
SEXES = (("men", "男性"), ("women", "女性"))
LAST = 3  # years at either end over which a ratio is taken
HOUSEHOLD = (
    "deaths and departures",
    "arrivals",
    "health",
    "counts by state",
    "time budgets",
    "needs",
    "family care",
)
NEED_HOURS = tuple(path for path in declarations() if path.startswith("needs.") and path.endswith("_scale"))
SUPPLY = (
    "needs.cover_child",
    "needs.cover_spouse",
    "needs.cover_near",
    "needs.child_hours",
    "needs.spouse_hours",
    "needs.near_hours",
    "demography.child_leaves",
    "demography.empty_nest_trend",
    "demography.widowed_to_child",
)


def hazard(age: np.ndarray, sex: int) -> np.ndarray:
    """Published chance of a fall in a year."""
    return np.asarray(BASE + SCALE * np.exp(age / SPANS[sex]))


def ever_needed(age: int, sex: int, start: int = AGES[0]) -> float:
    """Share of those without need at `start` who have met one before `age`: one less the product of years."""
    return float(1.0 - np.prod(1.0 - hazard(np.arange(start, age), sex)))


def reproduce(published: Published, parameters: Parameters, seed: int) -> Reproduction:
    """Closed forms of the hazards, then the county's ratio of family care and what moves it most."""
    setting = published.setting
    size = {"county.villages": setting["villages"], "county.elders": setting["elders"]}
    large = parameters.replace(size)
    small = parameters.replace(
        {"county.villages": setting["small"], "county.elders": setting["small_elders"]}
    )
    seeds = range(seed, seed + int(setting["runs"]))
    lines, claims = cohort(large, seed, int(setting["years"]))
    claims = [*entries(large, seed), *claims, *ratios(small, seeds, int(setting["county_years"]))]
    claims.append(what_matters(small, seeds))
    return Reproduction(claims, lines, ("age, years", "年龄（岁）"), ("share ever in need", "曾有需要的比例"))


def without_need(parameters: Parameters, seed: int) -> sim.MutualAidModel:
    """A county of elders who need nothing yet."""
    model = sim.MutualAidModel(parameters, seed=seed)
    people: Any = model.people
    people.health[:] = 0
    return model


def share(english: str, chinese: str, found: float, count: int, target: float) -> Claim:
    """A share of independent persons; its error is the binomial's at the target."""
    return Claim(english, chinese, found, float(np.sqrt(target * (1 - target) / count)), target, 0.0)


def entries(parameters: Parameters, seed: int) -> list[Claim]:
    """A year at a fixed age: who entered, and by how many levels the first fall went."""
    model = without_need(parameters, seed)
    people: Any = model.people
    elders = people.kind == ELDER
    people.age[:] = np.array(AGES)[np.arange(len(people.age)) % len(AGES)] * 12
    sizes = np.zeros(3)
    for _ in range(12):
        before = people.health.copy()
        month(model, ["health"])
        first = people.health[elders & (before == 0) & (people.health > 0)]
        sizes += np.bincount(first, minlength=4)[1:]
    claims = []
    for sex in (MALE, FEMALE):
        for age in AGES:
            group = elders & (people.sex == sex) & (people.age == age * 12)
            english, chinese = SEXES[sex]
            claims.append(
                share(
                    f"share of {english} of {age} who come to need care in a year",
                    f"{age} 岁{chinese}一年内开始需要照护的比例",
                    float((people.health[group] > 0).mean()),
                    int(group.sum()),
                    float(hazard(np.array(age), sex)),
                )
            )
    count = int(sizes.sum())
    for levels, (found, target) in enumerate(zip(sizes / count, FALLS, strict=True), start=1):
        english = f"share of first falls that go {levels} level{'s' if levels > 1 else ''} down"
        claims.append(share(english, f"首次加重即达 {levels} 级的比例", float(found), count, target))
    return claims


def cohort(parameters: Parameters, seed: int, years: int) -> tuple[list[Line], list[Claim]]:
    """People of sixty without need grow older and die: of those alive, who has come to need care."""
    model = without_need(parameters, seed)
    people: Any = model.people
    people.age[people.kind == ELDER] = AGES[0] * 12 - 1  # turned sixty before the first hazard
    found = np.zeros((years, 2, 2))  # share in need, persons
    for year in range(years):
        for _ in range(12):
            month(model, ["deaths and departures", "health"])
        for sex in (MALE, FEMALE):
            group = (people.kind == ELDER) & (people.sex == sex)
            found[year, sex] = (people.health[group] > 0).mean(), group.sum()
    lines, claims = [], []
    for sex in (MALE, FEMALE):
        english, chinese = SEXES[sex]
        ages = [AGES[0] + year for year in range(1, years + 1)]
        exact = np.array([ever_needed(age, sex) for age in ages])
        errors = np.sqrt(exact * (1 - exact) / found[:, sex, 1])
        lines.append(Line(english, chinese, ages, exact.tolist(), found[:, sex, 0].tolist(), errors.tolist()))
        for age in range(AGES[0] + 10, AGES[0] + years + 1, 10):
            at = age - AGES[0] - 1
            claims.append(
                share(
                    f"share of {english} alive at {age} who have come to need care since 60",
                    f"{age} 岁在世{chinese}中 60 岁后曾需要照护的比例",
                    float(found[at, sex, 0]),
                    int(found[at, sex, 1]),
                    float(exact[at]),
                )
            )
    return lines, claims


def household(parameters: Parameters, seed: int, years: int) -> np.ndarray:
    """Minutes of need and of family care, and elders, by year (years, 3)."""
    model = sim.MutualAidModel(parameters, seed=seed)
    found = np.zeros((years, 3))
    for year in range(years):
        for _ in range(12):
            month(model, HOUSEHOLD)
            people: Any = model.people  # another table once the village has outgrown the first
            hours = model.world.hours.sum(axis=(0, 2))
            found[year] += hours[NEED], hours[FAMILY], (people.kind == ELDER).sum()
    return found


def ratio_fall(found: np.ndarray) -> float:
    """By how much family care over need was higher in the first years than in the last."""
    ends = found[:LAST].sum(axis=0), found[-LAST:].sum(axis=0)
    return float(ends[0][1] / ends[0][0] - ends[1][1] / ends[1][0])


def ratios(parameters: Parameters, seeds: range, years: int) -> list[Claim]:
    """The ratio of family care falls while the old grow in number; also where children stay."""
    runs = [household(parameters, seed, years) for seed in seeds]
    low = {"demography.child_leaves": 0.0}
    low["demography.empty_nest_trend"] = float(declarations()["demography.empty_nest_trend"].low or 0.0)
    stay = [household(parameters.replace(low), seed, years) for seed in seeds]
    grown = [run[-LAST:, 2].sum() / run[:LAST, 2].sum() - 1 for run in runs]
    return [
        sign(
            f"growth of the number of elders over {years} years", f"{years} 年间老人数的增长", np.array(grown)
        ),
        sign(
            "fall of family care over need in that time (built in in part: homes without children rise)",
            "同期家庭照护占需要之比的下降（部分为设定：无子女同住的家庭增加）",
            np.array([ratio_fall(run) for run in runs]),
        ),
        sign(
            "the same where near children stay and homes without children rise at the lowest declared rate",
            "近处子女不离开、空巢上升取最低声明值时的同一下降",
            np.array([ratio_fall(run) for run in stay]),
        ),
    ]


def left_over(parameters: Parameters, seed: int) -> float:
    """Hours a month and elder that the family leaves, in the last of ten years."""
    found = household(parameters, seed, 10)[-LAST:].sum(axis=0)
    return float((found[0] - found[1]) / found[2] / 60)


def ends_of(paths: tuple[str, ...]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Declared lows and highs."""
    known = declarations()
    return {path: known[path].low for path in paths}, {path: known[path].high for path in paths}


def effects(parameters: Parameters, seeds: range, paths: tuple[str, ...]) -> np.ndarray:
    """Change of what the family leaves between both ends of what is declared, a run each."""
    low, high = (parameters.replace(values) for values in ends_of(paths))
    return np.array([left_over(high, seed) - left_over(low, seed) for seed in seeds])


def what_matters(parameters: Parameters, seeds: range) -> Claim:
    """Hours needed at each level against the strongest of the other levers."""
    need = effects(parameters, seeds, NEED_HOURS)
    others = {path: np.abs(effects(parameters, seeds, (path,))) for path in SUPPLY}
    strongest = max(others, key=lambda path: mean_error(others[path])[0])
    return sign(
        f"effect of the level of need on hours left to others, less that of the strongest other lever "
        f"({strongest}), over declared ranges",
        f"在声明范围内，需要水平对家庭之外所余时数的影响减去其他因素中最强者（{strongest}）的影响",
        np.abs(need) - others[strongest],
    )
