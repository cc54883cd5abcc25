"""Arms each compared with one baseline: which did nothing, effects judged all together, their order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from . import statistics
from .arms import BASELINE, Arm
from .outcomes import AGAINST_BASELINE


def idle(rows: pd.DataFrame, arms: Sequence[Arm]) -> list[str]:
    """Names of arms in which every village of every replicate is, and did, what it is in the arm compared
    with, to the last digit.
    """
    of = {
        str(name): mine.drop(columns=["scenario", "run"], errors="ignore").reset_index(drop=True)
        for name, mine in rows.sort_values("replicate", kind="stable").groupby("scenario")
    }
    compared = (arm for arm in arms if arm.name != BASELINE and arm.name in of and arm.against in of)
    return [arm.name for arm in compared if of[arm.name].equals(of[arm.against])]


def effects(found: pd.DataFrame, arms: Sequence[Arm]) -> pd.DataFrame:
    """One row an arm and outcome of `found` (`outcomes.against_baseline`).

    Mean, effect (arm less the arm compared with, paired by replicate), interval, and whether it is clear:
    paired t-tests over all arms and outcomes together at a false discovery rate of 5 %.
    """
    rows, plain = [], found.loc[BASELINE]
    for arm in arms:
        if arm.name == BASELINE or arm.name not in found.index or arm.against not in found.index:
            continue
        mine, base = found.loc[arm.name], found.loc[arm.against]
        for key in AGAINST_BASELINE:
            gap = (mine[key] - base[key]).dropna().to_numpy()
            effect = statistics.interval(gap, bounded=False)
            rows.append(
                {
                    "arm": arm.name,
                    "label": arm.label,
                    "measure": key,
                    "baseline": plain[key].mean(),
                    "mean": mine[key].mean(),
                    "effect": effect.mean,
                    "low": effect.low,
                    "high": effect.high,
                    "seeds": effect.n,
                    "p": statistics.p_value(gap),
                }
            )
    table = pd.DataFrame(rows)
    table["clear"] = statistics.discovered(table["p"])
    return table


def ordered(table: pd.DataFrame) -> list[str]:
    """Arms by the size of their effects.

    Clear ones first, each effect in standard deviations over the arms.
    """
    scale = table.groupby("measure")["effect"].transform(
        lambda effects: max(float(np.nanstd(effects)), 1e-12)
    )
    size = (table["effect"].abs() / scale).fillna(0.0)
    weight = size * np.where(table["clear"], 1.0, 1e-3)
    return list(
        weight.groupby(table["arm"], sort=False).sum().sort_values(ascending=False, kind="stable").index
    )
