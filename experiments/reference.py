"""The run that every arm is measured against: the same county and luck without stations and their money.

Rooms that stand are not opened, none is made ready, and the menu ends at neighbours: people begin as warm
as in the arms, and what neighbours and duty do alone is taken off.

Elder-years that an arm adds are those served less those that neighbours serve in the reference of the same
replicate. It is run once a replicate and shared by all arms, so that a difference between two arms is theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

REFERENCE = "reference"  # name of its scenario
CHANGES: Mapping[str, Any] = {
    "funding.rule": "none",
    "funding.residual": "none",
    "facilities.on": False,
    "plan.menu_end": "neighbours",
}
COMPARED = ("served_years", "public_fen", "own_fen")  # columns of the village table that are compared
ADDED = tuple(f"added_{column}" for column in COMPARED)
PLACE = ["replicate", "village"]


def with_added(rows: pd.DataFrame, reference: pd.DataFrame) -> pd.DataFrame:
    """Village rows with `ADDED`: what each village has beyond itself in the reference of its replicate.

    Missing where the reference has no such replicate.
    """
    base = reference.set_index(PLACE)[list(COMPARED)]
    there = base.reindex(pd.MultiIndex.from_frame(rows[PLACE]))
    added = {f"added_{column}": rows[column].to_numpy() - there[column].to_numpy() for column in COMPARED}
    kept = rows.drop(columns=[name for name in added if name in rows])
    return pd.concat([kept, pd.DataFrame(added, index=rows.index)], axis=1)  # column by column is slow


def split(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of all other scenarios, with `ADDED` where the reference was run by the same arm of the study.

    As they are where there is no reference, as in studies of former versions.
    """
    if not {"scenario", "served_years"} <= set(rows):
        return rows
    mine = rows["scenario"].astype(str) == REFERENCE
    if not mine.any():
        return rows
    parts = []
    for arm, others in rows[~mine].groupby("arm", sort=False, observed=True):
        base = rows[mine & (rows["arm"].astype(str) == str(arm))]
        parts.append(with_added(others, base) if len(base) else others)
    return pd.concat(parts).sort_index() if parts else rows[~mine]
