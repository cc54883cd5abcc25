"""What the dashboard measures: each a figure a seed, its unit, which way is better; and an answer, which is
small enough to be stored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from sim.funnel import FUNNEL

from .. import statistics
from .state import DraftResult

Unit = Literal["villages", "years", "elder_years", "yuan_year", "yuan", "percent"]
SHARES_OF: tuple[Unit, ...] = ("villages", "percent")  # measured in hundredths
Figures = Mapping[str, statistics.Interval]


@dataclass(frozen=True)
class ShownMeasure:
    """One figure a seed from village rows; `better` is +1 where more is better, -1 where less is."""

    unit: Unit
    better: int
    by: Callable[[pd.DataFrame], pd.Series]

    @property
    def share(self) -> bool:
        """Whether it lies in 0 to 100."""
        return self.unit in SHARES_OF


def _of(rows: pd.DataFrame, column: str) -> pd.Series:
    """A column; missing where the reference of these runs has not finished."""
    return rows[column] if column in rows else pd.Series(np.nan, rows.index)


def _mean(rows: pd.DataFrame, column: str, scale: float = 1.0) -> pd.Series:
    return statistics.by_replicate(rows, scale * _of(rows, column))


def _ratio(rows: pd.DataFrame, part: str, base: str, scale: float) -> pd.Series:
    sums = {
        column: (rows["weight"] * _of(rows, column)).groupby(rows["replicate"]).sum()
        for column in (part, base)
    }
    return scale * sums[part] / sums[base].where(sums[base] > 0)


def _from_class(rows: pd.DataFrame, name: str) -> pd.Series:
    """Villages of 100 that came as far in the funnel as class `name`, one number a seed."""
    return 100 * statistics.by_replicate(rows, rows["station_class"].isin(FUNNEL[FUNNEL.index(name) :]))


def _a_year(rows: pd.DataFrame, column: str) -> pd.Series:
    """Yuan a village and year of a column in fen over the whole time."""
    return _mean(rows, column, 0.01 / len(statistics.classes(rows)[0]))


MEASURES: dict[str, ShownMeasure] = {
    "opened": ShownMeasure("villages", 1, lambda rows: _from_class(rows, "too_young")),
    "lasting": ShownMeasure("villages", 1, lambda rows: _from_class(rows, "does_not_pay")),
    "viable": ShownMeasure(
        "villages", 1, lambda rows: 100 * statistics.by_replicate(rows, statistics.viable(rows))
    ),
    "closed": ShownMeasure(
        "villages", -1, lambda rows: 100 * statistics.by_replicate(rows, rows["closures"] > 0)
    ),
    "service": ShownMeasure("years", 1, lambda rows: _mean(rows, "open_months", 1 / 12)),
    "tables": ShownMeasure("years", 1, lambda rows: _mean(rows, "table_months", 1 / 12)),
    "added": ShownMeasure("elder_years", 1, lambda rows: _mean(rows, "added_served_years")),
    "public_year": ShownMeasure("yuan_year", -1, lambda rows: _a_year(rows, "public_fen")),
    "public_added": ShownMeasure(
        "yuan", -1, lambda rows: _ratio(rows, "added_public_fen", "added_served_years", 0.01)
    ),
    "own_added": ShownMeasure(
        "yuan", -1, lambda rows: _ratio(rows, "added_own_fen", "added_served_years", 0.01)
    ),
    "public": ShownMeasure("yuan", -1, lambda rows: _ratio(rows, "public_fen", "elder_years_helped", 0.01)),
    "hours": ShownMeasure("percent", 1, lambda rows: _ratio(rows, "mutual_minutes", "eligible_minutes", 100)),
}
LEAD = ("opened", "lasting", "viable", "service", "tables", "added")


@dataclass(frozen=True)
class ScreenAnswer:
    """What a scenario comes to: a row for each seed with a column for each measure and, in villages of 100,
    for each class of the funnel. The index is the seed of the model, by which answers are paired.
    """

    year: str  # the last
    years: int  # how many
    seeds: pd.DataFrame

    @property
    def classes(self) -> dict[str, float]:
        """Class of the funnel -> villages of 100 at the end, mean over seeds."""
        return {name: float(self.seeds[f"class_{name}"].mean()) for name in FUNNEL}

    def figures(self) -> dict[str, statistics.Interval]:
        """Measure -> mean over seeds with its 95 % interval, in the measure's unit."""
        return {name: _figure(one, self.seeds[name].to_numpy(float)) for name, one in MEASURES.items()}

    def to_dict(self) -> dict[str, Any]:
        """Plain values, as they are stored."""
        digits = {
            name: [float(f"{v:.6g}") if v == v else None for v in self.seeds[name]] for name in self.seeds
        }
        return {
            "year": self.year,
            "years": self.years,
            "seed": [int(one) for one in self.seeds.index],
            **digits,
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> ScreenAnswer:
        """What `to_dict` gave."""
        columns = {key: v for key, v in content.items() if key not in ("year", "years", "seed")}
        return cls(
            content["year"], content["years"], pd.DataFrame(columns, pd.Index(content["seed"]), dtype=float)
        )


def _figure(one: ShownMeasure, values: np.ndarray) -> statistics.Interval:
    if not one.share:
        return statistics.interval(values, bounded=False)
    found = statistics.interval(values / 100)
    return statistics.Interval(100 * found.mean, 100 * found.low, 100 * found.high, found.n)


def answer_of(result: DraftResult) -> ScreenAnswer:
    """The answer that finished runs come to."""
    rows = result.rows
    table = pd.DataFrame({name: one.by(rows) for name, one in MEASURES.items()})
    for name in FUNNEL:
        table[f"class_{name}"] = 100 * statistics.by_replicate(rows, rows["station_class"] == name)
    seeds = result.runs.set_index("replicate")["seed"].reindex(table.index)
    years = len(statistics.classes(rows)[0])
    return ScreenAnswer(result.year, years, table.set_index(pd.Index(seeds.to_numpy())))


def differences(base: ScreenAnswer, other: ScreenAnswer) -> dict[str, statistics.Interval]:
    """Measure -> other minus base, seed by seed under the same luck; seeds that both have finished."""
    both = base.seeds.index.intersection(other.seeds.index)
    gaps = other.seeds.loc[both] - base.seeds.loc[both]
    return {name: statistics.interval(gaps[name].to_numpy(float), bounded=False) for name in MEASURES}


def paired(base: ScreenAnswer, other: ScreenAnswer) -> bool:
    """Whether two answers share their luck."""
    return len(base.seeds.index.intersection(other.seeds.index)) > 0
