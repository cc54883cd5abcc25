"""What plans are judged by when they are set against each other: one number a run, by the villages' weights.

No objective is traded against another: there are no weights between them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .. import reference
from ..report.style import tell
from ..study.plan import FRESH, MAIN

YEAR, FEN = 12, 100
WORST = 0.1  # of the villages that count as the worst decile
COLUMNS = (
    *("scenario", "arm", "replicate", "village", "kind", "strength"),
    *("served_years", "public_fen", "own_fen", "open_end", "table_months"),
)  # of the village table


@dataclass(frozen=True)
class Objective:
    """`better`: +1 where more is better, -1 where less; `good`: what counts as enough; `least`: a difference
    that matters, below which plans are taken for equal. Both are design choices.
    """

    english: str
    chinese: str
    short_english: str
    short_chinese: str
    better: int
    good: float
    least: float
    digits: int = 1
    percent: bool = False

    @property
    def label(self) -> str:
        """Its name in the language that is spoken."""
        return tell(self.english, self.chinese)

    @property
    def short(self) -> str:
        """Its name within a sentence that names several."""
        return tell(self.short_english, self.short_chinese)

    def text(self, value: float) -> str:
        """A value as it is shown."""
        scaled = 100.0 * value if self.percent else value
        return f"{scaled + 0.0:,.{self.digits}f}".replace("-0.0", "0.0") if self.digits else f"{scaled:,.0f}"

    def natural(self, gain: float) -> float:
        """What a gain (more is better) is in the unit of the objective."""
        return self.better * gain


# fmt: off
OBJECTIVES: Mapping[str, Objective] = {
    "added": Objective(
        "added elder-years a village", "每村新增老人年", "added elder-years", "新增老人年", 1, 5.0, 1.0
    ),
    "station": Objective(
        "villages with an open station at the end, %", "期末有开放站点的村，%", "% open at the end",
        "期末开放%", 1, 0.25, 0.01, 0, percent=True,
    ),
    "table": Objective(
        "years with meals a village", "每村供餐年数", "years with meals", "供餐年数", 1, 1.0, 0.1
    ),
    "worst": Objective(
        "added elder-years in the worst tenth of villages", "最差一成村的新增老人年", "in the worst tenth",
        "最差一成村", 1, 0.0, 1.0,
    ),
    "money": Objective(
        "public yuan a village and year", "每村每年公共支出，元", "public yuan a year", "公共支出（元/年）",
        -1, 10_000.0, 100.0, 0,
    ),
    "own": Objective(
        "elders' own yuan a village and year", "每村每年老人自付，元", "elders' own yuan a year",
        "老人自付（元/年）", -1, 10_000.0, 100.0, 0,
    ),
}
# fmt: on


def with_nothing(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with what they add to the county without stations; that county itself adds nothing."""
    bare = rows[rows["scenario"].astype(str) == reference.REFERENCE]
    return pd.concat(
        [reference.split(rows), bare.assign(**dict.fromkeys(reference.ADDED, 0.0))], ignore_index=True
    )


def worst_tenth(values: np.ndarray, weights: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Mean of the lowest values that hold WORST of the weight of each group; `groups` (n,) from 0 on.

    A village on the edge counts with the part of its weight that lies inside.
    """
    order = np.lexsort((values, groups))
    values, groups = values[order], groups[order]
    total = np.bincount(groups, weights)
    share = weights[order] / total[groups]
    ends = np.cumsum(share) - groups  # each group holds one
    taken = np.clip(WORST - (ends - share), 0.0, share)
    return np.asarray(np.bincount(groups, taken * values) / WORST)


def by_run(rows: pd.DataFrame, years: float) -> pd.DataFrame:
    """Index (scenario, arm, replicate) x objective; `rows` have `weight` and what they add."""
    keys = [rows["scenario"].astype(str), rows["arm"].astype(str), rows["replicate"]]
    weight = rows["weight"]
    made = pd.DataFrame(
        {
            "added": rows["added_served_years"],
            "station": rows["open_end"].astype(float),
            "table": rows["table_months"] / YEAR,
            "money": rows["public_fen"] / FEN / years,
            "own": rows["own_fen"] / FEN / years,
        }
    ).mul(weight, axis=0)
    grouped = made.assign(weight=weight).groupby(keys, sort=True)
    sums = grouped.sum()
    found = sums.drop(columns="weight").div(sums["weight"], axis=0)
    place = grouped.ngroup().to_numpy()
    found["worst"] = worst_tenth(rows["added_served_years"].to_numpy(float), weight.to_numpy(float), place)
    found.index.names = ["scenario", "arm", "replicate"]
    return found[list(OBJECTIVES)]


def futures(table: pd.DataFrame, names: list[str], objective: str, kind: str = MAIN) -> np.ndarray:
    """(plans, futures) values of an objective; futures that a plan lacks are left out."""
    own = table.loc[pd.IndexSlice[names, kind, :], objective]
    wide = own.droplevel("arm").unstack("replicate").reindex(names).dropna(axis=1)
    return np.asarray(wide.to_numpy(float))


def replicates(table: pd.DataFrame, names: list[str], kind: str = MAIN) -> list[int]:
    """The futures of `futures`, in its order."""
    own = table.loc[pd.IndexSlice[names, kind, :], "added"]
    return [int(one) for one in own.droplevel("arm").unstack("replicate").dropna(axis=1).columns]


__all__ = ["FRESH", "MAIN", "OBJECTIVES", "Objective", "by_run", "futures", "replicates", "with_nothing"]
