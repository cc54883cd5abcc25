"""The tables the model starts from, read from `sim/data`, and what is computed from them before the first
month.

Only here may logarithms and powers be used: results are rounded to 2^-24, so that the bytes do not depend on
the processor. A table with a missing age group or column raises `TableError` and names it.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sim.start import given_tables
from sim.state.codes import HEALTH_STATES
from sim.state.parameters import TableError

DATA = Path(__file__).parents[1] / "data"
AGES = 112  # single years 0 .. 111
C3_TARGET = (
    0.168,
    0.015,
    0.011,
)  # mild, moderate, severe share of 60+: Qiao 2022, BMC Geriatrics 22 (grade A)
GRAIN = 2.0**-24


def read(name: str, folder: Path = DATA) -> list[dict[str, str]]:
    """Rows of a CSV whose first line is a `# Source:` comment."""
    path = folder / name
    if not path.exists():
        raise TableError(f"table {path.name} is missing from {path.parent.name}/")
    with path.open(encoding="utf-8") as file:
        lines = [line for line in file if not line.startswith("#")]
    rows = list(csv.DictReader(lines))
    if not rows:
        raise TableError(f"table {name} has no rows")
    return rows


def _need(name: str, found: set[str], wanted: list[str]) -> None:
    missing = [name_wanted for name_wanted in wanted if name_wanted not in found]
    if missing:
        raise TableError(
            f"table {name} has no row for age group {missing[0]}; wanted are {', '.join(wanted)}"
        )


def grain(values: np.ndarray) -> np.ndarray:
    """Round to 2^-24."""
    return np.round(np.asarray(values, float) / GRAIN) * GRAIN


@lru_cache(maxsize=8)
def age_shares(own: str = "", folder: Path = DATA) -> tuple[np.ndarray, np.ndarray]:
    """First ages of the groups (9) and shares of rural 60+ by group and sex (9 x 2, male first).

    Shares sum to one; by a county's own table of population where there is one.
    """
    if own:
        return np.arange(60, 105, 5), given_tables.age_shares(own)
    name = "rural_population_60plus_by_age_sex_2020_derived.csv"
    rows = read(name, folder)
    wanted = ["60-64", "65-69", "70-74", "75-79", "80-84", "85-89", "90-94", "95-99", "100+"]
    _need(name, {row["age_group"] for row in rows}, wanted)
    by = {row["age_group"]: row for row in rows}
    counts = np.array(
        [[float(by[group]["male_million"]), float(by[group]["female_million"])] for group in wanted]
    )
    return np.arange(60, 105, 5), counts / counts.sum()


@lru_cache(maxsize=8)
def cohort_shape(own: str = "", folder: Path = DATA) -> tuple[np.ndarray, np.ndarray]:
    """Shares of ages 40-59 (20 x 2, sum 1) in 2025 and yearly entry at 40 for 2025 .. 2049.

    Entry is relative to a twentieth of it. What of these ages a county's own table of population has is taken
    from there; entries of younger ones it has no rows for keep their proportion to those of 40-59.
    """
    name = "population_by_age_sex_china_wpp2019.csv"
    rows = [row for row in read(name, folder) if row["year"] == "2025"]
    groups = [f"{age}-{age + 4}" for age in range(15, 60, 5)]
    _need(name, {row["age_group"] for row in rows}, groups)
    by = {
        row["age_group"]: np.array([float(row["male_thousand"]), float(row["female_thousand"])]) / 5
        for row in rows
    }
    base = np.vstack([np.tile(by[f"{age}-{age + 4}"], (5, 1)) for age in range(40, 60, 5)])
    entry = np.vstack([np.tile(by[f"{age}-{age + 4}"], (5, 1)) for age in range(35, 14, -5)])
    entering = entry / base.sum()
    middle, young = given_tables.ages(own, given_tables.MIDDLE), given_tables.ages(own, given_tables.YOUNG)
    if middle is not None:
        base = middle
        entering = entering if young is None else young[::-1] / base.sum()
    return base / base.sum(), entering


def death_rates(own: str = "", folder: Path = DATA) -> np.ndarray:
    """Central death rates m(x) per year: (3 periods from 2025, 2 sexes, 112 ages).

    Of a county's own table the same in all periods.
    """
    if own:
        rates, known = given_tables.death_rates(own), np.zeros((2, AGES))
        for age in range(40, AGES):
            known[:, age] = rates[min(age // 5 * 5, 100)]
        return np.repeat(known[None], 3, axis=0)
    name = "mortality_mx_by_age_sex_china_wpp2024.csv"
    rows = read(name, folder)
    out = np.zeros((3, 2, AGES))
    for place, period in enumerate(("2025-2030", "2030-2035", "2035-2040")):
        mine = {row["age_start"]: row for row in rows if row["period"] == period}
        _need(name, set(mine), [str(age) for age in range(40, 105, 5)])
        for age in range(40, AGES):
            row = mine[str(min(age // 5 * 5, 100))]
            out[place, :, age] = float(row["mx_male"]), float(row["mx_female"])
    return out


def _log_line(known: np.ndarray, values: np.ndarray, at: np.ndarray) -> np.ndarray:
    """exp of the least-squares line of log y on x: smooths the noisy cells of the transition table."""
    ly, mx = np.log(np.maximum(values, 1e-4)), known.mean()
    slope = ((known - mx) * (ly - ly.mean())).sum() / ((known - mx) ** 2).sum()
    return np.exp(ly.mean() + slope * (at - mx))


class Own(NamedTuple):
    """Texts of a county's own tables; blank where the shipped one holds."""

    mortality: str = ""
    health: str = ""


NO_TABLES = Own()


class HealthTables(NamedTuple):
    """Monthly probabilities by sex and age, and the cross-section they keep."""

    worsen: np.ndarray  # (2, 112, 3) state s -> s + 1
    recover: np.ndarray  # (2, 112, 3) state s + 1 -> s
    prevalence: np.ndarray  # (2, 112, 4)
    death: np.ndarray  # (3 periods, 2, 112, 4 states)
    dealt: np.ndarray  # (2, 112, 4) by which the first inhabitants are dealt out, from the worst state down


def _transitions(own: str, folder: Path) -> tuple[np.ndarray, ...]:
    """Smoothed yearly CLHLS chances by sex and age.

    Worsen 1, worsen 2, recover 2, recover 3; and death ratios to state 1.
    """
    name = "health_transition_1y_china_clhls.csv"
    rows = given_tables.transitions(own) if own else read(name, folder)
    groups = ["65-70", "70-75", "75-80", "80-85", "85-90", "90-95", "95+"]
    _need(name, {row["age_group"] for row in rows}, groups)
    middle, ages = np.array([67.5, 72.5, 77.5, 82.5, 87.5, 92.5, 97.5]), np.arange(AGES, dtype=float)
    found = np.zeros((4, 2, AGES))
    deaths = np.zeros(3)
    for place, sex in enumerate(("male", "female")):
        cell = {(row["age_group"], row["from_state"]): row for row in rows if row["sex"] == sex}

        def column(state: str, names: tuple[str, ...], cell: dict = cell) -> np.ndarray:
            return np.array(
                [
                    sum(float(cell[group, state][name_of_column]) for name_of_column in names)
                    for group in groups
                ]
            )

        for row, (state, names) in enumerate(
            (("1", ("to_2", "to_3")), ("2", ("to_3",)), ("2", ("to_1",)), ("3", ("to_2", "to_1")))
        ):
            found[row, place] = np.minimum(_log_line(middle, column(state, names), ages), 0.95)
        deaths += [column(state, ("to_4_death",)).sum() for state in "123"]
    return (*found, deaths / deaths[0])


def risks_of_death(risk_scale: float, own: str = "", folder: Path = DATA) -> np.ndarray:
    """Death rate of the four states over that of the robust, from CLHLS or a county's own table of health;
    none where the scale is nought.
    """
    ratio = _transitions(own, folder)[-1]
    risk = 1 + risk_scale * (np.array([1.0, ratio[1], (ratio[1] + ratio[2]) / 2, ratio[2]]) / ratio[0] - 1)
    return np.maximum.accumulate(np.maximum(risk, 1.0))


def deaths_by_state(prevalence: np.ndarray, risk: np.ndarray, rates: np.ndarray) -> np.ndarray:
    """Monthly chances (3 periods, 2, 112, 4 states) whose mean over a cross-section keeps yearly `rates`."""
    mean = (prevalence * risk).sum(axis=-1)
    return grain(1 - np.exp(-rates[..., None] * (risk / mean[..., None])[None] / 12))


@lru_cache(maxsize=64)
def health_tables(
    worsen_scale: float,
    recover_scale: float,
    risk_scale: float,
    rural_ratio: float,
    own: Own = NO_TABLES,
    folder: Path = DATA,
) -> HealthTables:
    """Solve the three worsening levels so that the chain's own cross-section over rural 60+ is pattern C3.

    Four Barthel states are put on the broader three of the CLHLS table: shapes by age and sex and relative
    risks of death are taken from it, levels from C3, deaths from the WPP schedule times `rural_ratio`. A
    county's own deaths and shapes leave the levels what the country's people make them.
    """
    w1, w2, r2, r3, _ = _transitions(own.health, folder)
    risk = risks_of_death(risk_scale, own.health, folder)
    recover = np.stack([r2, r3, r3 / 2], axis=-1) * recover_scale
    starts, shares = age_shares(folder=folder)
    weight = np.zeros((2, AGES))
    for group, start in enumerate(starts):
        weight[:, start : start + 5] += shares[group][:, None] / 5
    dying = 1 - np.exp(-death_rates(folder=folder)[0] * rural_ratio)
    level = np.array([0.3, 0.1, 0.3])
    target = np.array(C3_TARGET)
    prevalence = np.zeros((2, AGES, 4))
    for _ in range(60):
        worsen = np.minimum(np.stack([w1, w2, w2], axis=-1) * level, 0.9)
        prevalence = _cross_section(worsen, np.minimum(recover, 0.9), dying, risk)
        got = (prevalence * weight[..., None]).sum(axis=(0, 1))[1:]
        if np.abs(got - target).max() < 1e-10:
            break
        level *= np.concatenate([[target[0] / got[0]], (target[1:] / target[:-1]) / (got[1:] / got[:-1])])
    if own.mortality:
        dying = 1 - np.exp(-death_rates(own.mortality)[0] * rural_ratio)
        prevalence = _cross_section(worsen, np.minimum(recover, 0.9), dying, risk)
    worsen = np.minimum(worsen * worsen_scale, 0.9)

    def monthly(yearly):
        return grain(1 - (1 - np.minimum(yearly, 0.9)) ** (1 / 12))

    death = deaths_by_state(prevalence, risk, death_rates(own.mortality, folder) * rural_ratio)
    shares = grain(prevalence)  # all but robust are rare: each is dealt as if the worse were not before it
    return HealthTables(monthly(worsen), monthly(recover), shares, death, shares)


def _cross_section(
    worsen: np.ndarray, recover: np.ndarray, dying: np.ndarray, risk: np.ndarray
) -> np.ndarray:
    """Shares of the four states among the living by sex and age, started at 60 from the chain's balance
    there.
    """
    out = np.zeros((2, AGES, 4))
    out[:, :61, 0] = 1.0
    for sex in range(2):
        odds = np.cumprod(np.concatenate([[1.0], worsen[sex, 60] / recover[sex, 60]]))
        now = odds / odds.sum()
        for age in range(60, AGES):
            out[sex, age] = now
            alive = now * (1 - np.minimum(dying[sex, age] * risk / (now * risk).sum(), 0.95))
            up = np.append(alive[:3] * worsen[sex, age], 0.0)
            down = np.append(0.0, alive[1:] * recover[sex, age])
            alive = alive - up - down
            alive[1:] += up[:3]
            alive[:3] += down[1:]
            now = alive / alive.sum()
    return out


@lru_cache(maxsize=4)
def dementia_tables() -> tuple[np.ndarray, np.ndarray]:
    """Prevalence and yearly incidence by age (112). Prevalence: rural Linxian cohort (grade A); incidence:
    14.7 per
    1,000 at 65+ (Chen 2011, grade A), spread over age groups in the ratio of the prevalences (grade C)."""
    ages = np.arange(AGES)
    prevalence = np.select([ages < 60, ages < 65, ages < 75], [0.0, 0.0089, 0.0343], 0.0819)
    incidence = np.select([ages < 60, ages < 65, ages < 75], [0.0, 0.004, 0.0098], 0.0235)
    return grain(prevalence), grain(1 - (1 - incidence) ** (1 / 12))


@lru_cache(maxsize=4)
def need_hours(folder: Path = DATA) -> np.ndarray:
    """Whole minutes a month by health state and kind of need (4 x 9), float64: they are scaled by person."""
    rows = read("need_hours_by_state.csv", folder)
    return np.array([[round(60 * float(row[state])) for row in rows] for state in HEALTH_STATES], np.float64)


@lru_cache(maxsize=4)
def seasons(folder: Path = DATA) -> np.ndarray:
    """Monthly factors (2 x 12): tourism, farm work; mean 1."""
    rows = read("month_seasons.csv", folder)
    return grain(np.array([[float(row[season]) for row in rows] for season in ("tourism", "farm")]))


@lru_cache(maxsize=4)
def ways_of_operating(folder: Path = DATA) -> np.ndarray:
    """Ways of operating (6 x 7).

    Fee, user fee (fen a month), food, rent, volunteers (ratios), staff (minutes), quality.
    """
    columns = {
        "fee": 100.0,
        "user_fee": 100.0,
        "food": 1.0,
        "rent": 1.0,
        "volunteers": 1.0,
        "staff": 60.0,
        "quality": 1.0,
    }
    return np.array(
        [
            [float(row[column]) * unit for column, unit in columns.items()]
            for row in read("ways_of_operating.csv", folder)
        ]
    )


def income_quantiles(year: int, own: str = "", folder: Path = DATA) -> np.ndarray:
    """Collective income in fen at 0, 1/256 .. 1 of all villages, log-linear inside brackets.

    Of `year`, or of a county's own table of incomes.
    """
    if own:
        return quantiles_of(given_tables.knots(own))
    rows = [row for row in read("village_collective_income_brackets.csv", folder) if row["year"] == str(year)]
    if not rows:
        raise TableError(f"table village_collective_income_brackets.csv has no rows for {year}")
    if year == 2019:
        knots = [(0.0, 2_000.0), (0.577, 50_000.0), (0.896, 500_000.0), (1.0, 3_000_000.0)]
    else:
        shares = np.cumsum([float(row["share_percent"]) for row in rows]) / 100
        tops = (1_000.0, 50_000.0, 100_000.0, 500_000.0, 3_000_000.0)
        knots = [(0.0, 0.0), *zip(shares, tops, strict=True)]
    return quantiles_of(knots)


def quantiles_of(knots: Sequence[tuple[float, float]]) -> np.ndarray:
    """Fen at 0, 1/256 .. 1, log-linear between (share of villages, yuan they have up to)."""
    at = np.linspace(0, 1, 257)
    ranks, tops = np.array(knots).T
    logs = np.log(tops + 500.0)
    return np.round((np.exp(np.interp(at, ranks, logs)) - 500.0) * 100).astype(np.int64)


def normal_edges(points: int = 256) -> np.ndarray:
    """The points - 1 quantiles that cut a standard normal into parts of equal chance."""
    from scipy.special import ndtri

    return grain(ndtri(np.arange(1, points) / points))


def lognormal_quantiles(sigma: float, points: int = 256) -> np.ndarray:
    """Quantiles at (i + 1/2)/points of a lognormal of mean one, rescaled so that their mean is exactly
    one.
    """
    from scipy.special import ndtri

    sizes = np.exp(sigma * ndtri((np.arange(points) + 0.5) / points))
    return grain(sizes / sizes.mean())
