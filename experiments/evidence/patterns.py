"""Which published patterns the default configuration shows, and by how much the others miss. Nothing is tuned
to them here.

Each pattern is one function: it takes finished runs and returns what was found, the band, and how many units
stand behind it. Bands are those proposed with the collected values. All runs start from the parameters asked
for; C9 sets the incomes of 2019 in 200 villages, C10 six years of a scenic county with a crash in the fifth.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import sim
from experiments.command.scenario import Composed
from experiments.study import draws, study
from experiments.study.findings import Findings, ShownTable
from sim.start import tables
from sim.start.county import village_states
from sim.state.horizon import month_number

SIZES = {"quick": 3, "default": 6, "full": 20}  # seeds
VILLAGES = 20
CRASH = 48  # months into the horizon


@dataclass(frozen=True)
class Finding:
    """One pattern: found value(s), band, sample, and whether it holds."""

    pattern: str
    what: str
    found: float
    low: float
    high: float
    sample: str

    @property
    def holds(self) -> bool:
        """Inside the band."""
        return self.low <= self.found <= self.high

    @property
    def miss(self) -> float:
        """Distance to the band, 0 inside and where there was nothing to see."""
        return max(0.0, self.low - self.found, self.found - self.high)

    @property
    def word(self) -> str:
        """`holds`, or by how much not."""
        return "holds" if self.holds else "not seen" if math.isnan(self.found) else f"off {self.miss:.3g}"


def pooled(runs: list[Any], part: Callable[[Any], np.ndarray], whole: Callable[[Any], np.ndarray]) -> float:
    """Sum of parts over sum of wholes, over all runs."""
    return float(sum(part(run).sum() for run in runs) / max(sum(whole(run).sum() for run in runs), 1))


def age_structure(starts: list[Any]) -> list[Finding]:
    """C1: largest distance of a 5-year age and sex share from the table at the start."""
    first, shares = tables.age_shares()
    found = np.zeros_like(shares)
    for model in starts:
        people = model.people
        elder = people.kind == 1
        group = np.clip(people.age[elder] // 12 - 60, 0, 40) // 5
        np.add.at(found, (group, people.sex[elder]), 1)
    count = int(found.sum())
    gap = float(np.abs(found / count - shares).max())
    return [
        Finding(
            "C1",
            "largest gap of an age-sex share at the start",
            gap,
            0.0,
            0.005,
            f"{count} elders, {len(first)} groups",
        )
    ]


def homes(starts: list[Any]) -> list[Finding]:
    """C2: empty nest, and couples in it."""
    living = np.concatenate([model.people.living[model.people.kind == 1] for model in starts])
    nest = float((living > 0).mean())
    couples = float((living == 1).sum() / (living > 0).sum())
    sample = f"{len(living)} elders"
    return [
        Finding("C2", "elders living alone or with spouse only", nest, 0.60, 0.64, sample),
        Finding("C2", "of these, couples", couples, 0.73, 0.77, sample),
    ]


def disability(starts: list[Any], runs: list[Any]) -> list[Finding]:
    """C3 at the start; and what has become of it at the end."""
    health = np.concatenate([model.people.health[model.people.kind == 1] for model in starts])
    end = sum(run.series.flow["state_persons"][-1].sum(axis=0) for run in runs)
    sample = f"{len(health)} elders"
    return [
        Finding("C3", "any disability at the start", float((health > 0).mean()), 0.15, 0.22, sample),
        Finding("C3", "severe disability at the start", float((health == 3).mean()), 0.01, 0.03, sample),
        Finding(
            "C3",
            "any disability at the end",
            float(end[1:].sum() / end.sum()),
            0.15,
            0.25,
            f"{int(end.sum())} elders",
        ),
    ]


def coverage(runs: list[Any]) -> list[Finding]:
    """C4: villages with a facility at the start."""
    share = float(np.mean([(run.series.state["facility"][0] == 2).mean() for run in runs]))
    return [
        Finding("C4", "villages with a facility at the start", share, 0.25, 0.35, f"{len(runs)} counties")
    ]


def participation(runs: list[Any]) -> list[Finding]:
    """C6: who takes part in villages in service for 24 months, and who says yes."""

    def old(run: Any) -> np.ndarray:
        state = run.series.state
        month = np.arange(len(state))[:, None]
        return (
            (state["level"] > 0)
            & ((state["opened"] == -1) | (month - state["opened"] >= 24))
            & (month % 12 == 11)
        )

    part = pooled(
        runs,
        lambda run: run.series.flow["took_part"] * old(run),
        lambda run: run.series.state["elders"] * old(run),
    )
    yes = pooled(
        runs, lambda run: run.series.flow["willing_elders"][:12], lambda run: run.series.state["elders"][:12]
    )
    sample = f"{sum(int(old(run).sum()) for run in runs)} village-years"
    return [
        Finding("C6", "elders who gave or received within 12 months", part, 0.20, 0.35, sample),
        Finding("C6", "elders who say yes when asked", yes, 0.50, 1.0, f"{len(runs)} counties, first year"),
    ]


def _cooking(run: Any) -> np.ndarray:
    return (run.series.state["level"] == 3) & (run.series.flow["diners"] > 0)


def prices(runs: list[Any]) -> list[Finding]:
    """C8: the elder's share of a meal's full cost falls with age."""
    out = []
    price = np.concatenate(
        [
            (run.series.state["price"] / (0.5 + 0.5 * run.series.state["wage_index"][..., None]))[
                _cooking(run)
            ]
            for run in runs
        ]
    )
    price = price.mean(axis=0) / 100 if len(price) else np.full(3, np.nan)
    full = runs[
        0
    ].model.parameters.families.full_meal_cost  # the list follows wages by half, and so is deflated here
    for band, name in enumerate(("60-69", "70-79", "80 and over")):
        top = 0.5 if band == 0 else price[band - 1] / full
        out.append(
            Finding(
                "C8",
                f"price over full cost of a meal, {name}",
                float(price[band] / full),
                0.0,
                float(top),
                "villages cooking",
            )
        )
    return out


def incomes(base: sim.Parameters, seeds: list[int]) -> list[Finding]:
    """C9: the configuration of 2019, first year, no news."""
    parameters = base.replace({"collective.income_year": "2019", "collective.volatility": 0.0})
    rank = np.concatenate([village_states(parameters, seed, np.arange(1, 201)).income_rank for seed in seeds])
    quantiles = tables.income_quantiles(2019)
    low = np.minimum((rank * 256).astype(int), 255)
    income = quantiles[low] + (rank * 256 - low) * (quantiles[low + 1] - quantiles[low])
    return [
        Finding(
            "C9",
            "collectives below 50,000 yuan, 2019",
            float((income < 5_000_000).mean()),
            0.55,
            0.60,
            f"{len(rank)} villages",
        )
    ]


def growth(runs: list[Any]) -> list[Finding]:
    """C11: elders over 2025-35, the band of 2020-35 pro rata."""
    rise = float(
        np.mean(
            [run.series.state["elders"][-1].sum() / run.series.state["elders"][0].sum() - 1 for run in runs]
        )
    )
    years = len(runs[0].series.state) / 12
    band = [(1 + fall) ** (years / 15) - 1 for fall in (0.17, 0.45)]
    return [Finding("C11", "growth of elders over the run", rise, band[0], band[1], f"{len(runs)} counties")]


def canteens(runs: list[Any]) -> list[Finding]:
    """C12 and C13 in villages at full service with a canteen."""
    diners = np.concatenate([run.series.flow["diners"][_cooking(run)] for run in runs])
    fees = pooled(
        runs,
        lambda run: run.series.flow["meal_fees"] * _cooking(run),
        lambda run: run.series.flow["cost"] * _cooking(run),
    )
    meal = (
        pooled(
            runs,
            lambda run: run.series.flow["meal_fees"] * _cooking(run),
            lambda run: run.series.flow["meals"] * _cooking(run),
        )
        / 100
    )
    month = (
        pooled(
            runs,
            lambda run: run.series.flow["meal_fees"] * _cooking(run),
            lambda run: run.series.flow["diners"] * _cooking(run),
        )
        / 100
    )
    helpers = pooled(
        runs,
        lambda run: run.series.flow["volunteer_elders"] * _cooking(run),
        lambda run: run.series.state["elders"] * _cooking(run),
    )
    sample = f"{len(diners)} village-months"
    cook = runs[0].model.parameters.canteen.cook
    return [
        Finding(
            "C12",
            "median number of regular diners",
            float(np.median(diners)) if len(diners) else math.nan,
            12,
            35,
            sample,
        ),
        Finding("C12", "price of a meal, yuan", meal, 2.0, 5.0, sample),
        Finding("C12", "fees of a diner a month, yuan", month, 100, 300, sample),
        Finding("C12", "fees over cash cost", fees, 0.50, 0.70, sample),
        Finding("C12", "wage of a cook a month, yuan, 2025", cook, 1000, 2000, "a parameter"),
        Finding("C13", "unpaid helpers among elders", helpers, 0.03, 0.14, sample),
    ]


def tourism(crash: list[Any]) -> list[Finding]:
    """C10: visitors in the year of a crash over the same months of the year before."""
    now, before = 0.0, 0.0
    for run in crash:
        v, at = run.series.state["visitors"], run.model.parameters.shocks.scheduled_month
        now, before = now + v[at : at + 12].sum(), before + v[at - 12 : at].sum()
    return [
        Finding(
            "C10",
            "visitors in a crash over the year before",
            float(now / before),
            0.23,
            0.48,
            f"{len(crash)} counties",
        )
    ]


def findings(line: Composed, base: sim.Parameters) -> list[Finding]:
    """Run the configuration `base` of the command line, as often as it asks, and return every pattern."""
    settings = line.settings
    seeds = [draws.replicate_seed(settings.seed, at) for at in range(settings.seeds or SIZES[settings.size])]

    def model(parameters: sim.Parameters, seed: int, **how: Any) -> sim.MutualAidModel:
        return sim.MutualAidModel(
            parameters, seed=seed, modifiers=line.scenario("patterns", parameters).modifiers, **how
        )

    end = month_number(base.horizon.start) + CRASH + 23
    starts = [model(base, seed, spin_up=False) for seed in seeds]
    runs = [model(base, seed).run() for seed in seeds]
    scenic = base.replace(
        {
            "business.kind": "tourism",
            "shocks.scheduled": "tourism_crash",
            "shocks.scheduled_month": CRASH,
            "shocks.tourism_crash": 0.0,
            "county.share_scenic": 0.8,
            "county.share_craft": 0.0,
            "county.share_near_town": 0.0,
            "horizon.end": f"{end // 12:04d}-{end % 12 + 1:02d}",
        }
    )
    crash = [model(scenic, seed).run() for seed in seeds[:3]]
    return [
        *age_structure(starts),
        *homes(starts),
        *disability(starts, runs),
        *coverage(runs),
        *participation(runs),
        *prices(runs),
        *incomes(base, seeds),
        *tourism(crash),
        *growth(runs),
        *canteens(runs),
    ]


def run(line: Composed, words: list[str]) -> int:
    """Run, print the table and leave findings.json.

    The exit code is 0 whether or not patterns hold: a miss is a finding.
    """
    base = line.sized({"county.villages": VILLAGES})
    with study.begin(line.starting(base), words, fresh=True) as work:
        rows = findings(line, base)
        found = kept(rows)
        found.save(work.folder)
        print(f"{'':4} {'pattern':52} {'found':>9}  {'band':>15}  {'':7} sample")
        for finding in rows:
            print(
                f"{finding.pattern:4} {finding.what:52} {finding.found:9.3f}  {finding.low:7.3g} - "
                f"{finding.high:<7.3g} {finding.word:9} "
                f"{finding.sample}"
            )
        print(
            f"{found.sentences[0]} Bands are proposals; outputs are what-if "
            f"statements.\n{work.folder}/: findings.json, resolved.yaml"
        )
    return 0


def kept(rows: list[Finding]) -> Findings:
    """The table as findings.json."""
    columns = ["pattern", "what", "found", "band from", "to", "verdict", "sample"]
    lines = [
        [
            finding.pattern,
            finding.what,
            round(finding.found, 4),
            finding.low,
            finding.high,
            finding.word,
            finding.sample,
        ]
        for finding in rows
    ]
    worst = max(rows, key=lambda finding: finding.miss / max(abs(finding.high), abs(finding.low)))
    said = [
        f"{sum(finding.holds for finding in rows)} of {len(rows)} findings lie in their bands.",
        (
            f"Farthest off in proportion: {worst.what}, {worst.found:.3g} against {worst.low:.3g} to "
            f"{worst.high:.3g}."
        )
        if worst.miss
        else "None is off.",
        (
            "Nothing was tuned to these bands here; the found values are means or medians over the sample "
            "named in each row."
        ),
    ]
    asked = (
        "Which published patterns does the county asked for show, and by how much does it miss the others?"
    )
    limits = [
        (
            "Bands are proposals made with the collected values; a pattern in its band does not prove the "
            "rules behind it."
        )
    ]
    return Findings(asked, said, [ShownTable("Patterns", columns, lines)], limits=limits)
