"""Villages by name, without a screen: how often each stays open, why not, what is short, what it takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.funnel import FUNNEL
from sim.state.codes import PAYERS

from .. import statistics
from ..report.style import speaking
from ..report.village_names import village_names
from ..study.plan import Task
from . import stories
from .sentences import number
from .state import Draft, DraftResult
from .words import escaped, said, word

YEAR, FEN = 12, 100
HALF = 0.5  # of the seeds
OPEN = FUNNEL[FUNNEL.index("does_not_pay") :]  # classes of those whose station stays open
MOST_SEEDS = 20  # of each step of the ladder
NONE = "none"


@dataclass(frozen=True)
class Rows:
    """`table`: a row a village; `takes`: village -> first step of the ladder that keeps it, or NONE; nothing
    where that was not worked out.
    """

    table: pd.DataFrame
    takes: Mapping[int, str]


def stays_open(rows: pd.DataFrame) -> pd.Series:
    """Village -> share of seeds in which its station stays open to the end."""
    return rows["station_class"].isin(OPEN).groupby(rows["village"]).mean()


def short(months: pd.DataFrame) -> pd.Series:
    """Village -> yuan by which a year with a service falls short; missing where there never was one."""
    served = months[months["cost_fen"] > 0]
    paid = sum(served[f"paid_{payer}_fen"] for payer in PAYERS) + served["business_income_fen"]
    gap = (served["cost_fen"] - paid).groupby(served["village"]).sum() / FEN
    years = served.groupby("village").size() / YEAR
    return (gap / years).clip(lower=0)


def commonest(rows: pd.DataFrame) -> pd.Series:
    """Village -> the commonest reason over seeds why it is not viable; empty where it always is."""
    judged = statistics.judged(rows)
    missed = judged[judged["judged"] != "viable"]
    found = {
        int(str(village)): Counter(
            reason for row in mine.itertuples() for reason in statistics.reasons(row)
        ).most_common(1)
        for village, mine in missed.groupby("village")
    }
    return pd.Series({village: one[0][0] if one else "" for village, one in found.items()}, dtype=object)


def table(result: DraftResult) -> pd.DataFrame:
    """A row a village: kind and strength are the commonest of its seeds, open and viable percent of them."""
    rows, names = result.rows, village_names(result.parameters)
    numbers = sorted(int(one) for one in rows["village"].unique())
    by = rows["village"]
    often = {name: rows[name].groupby(by).agg(_first) for name in ("kind", "strength")}
    viable = statistics.viable(rows).groupby(by).mean()
    return pd.DataFrame(
        {
            "number": numbers,
            "name": [names[one].name for one in numbers],
            "code": [names[one].code for one in numbers],
            "kind": [often["kind"][one] for one in numbers],
            "strength": [often["strength"][one] for one in numbers],
            "open": 100 * stays_open(rows).reindex(numbers).to_numpy(float),
            "viable": 100 * viable.reindex(numbers).to_numpy(float),
            "reason": commonest(rows).reindex(numbers).fillna("").to_numpy(),
            "short": short(result.months).reindex(numbers).to_numpy(float),
        }
    )


def _first(values: pd.Series) -> str:
    return str(values.mode().iloc[0])


def short_names(result: DraftResult, language: str) -> dict[int, str]:
    """How each village is called in a sentence."""
    with speaking(language):
        return {one.number: escaped(one.short) for one in village_names(result.parameters).values()}


# -- what it would take
# ----------------------------------------------------------------------------------------------------------
def steps(draft: Draft) -> dict[str, list[Task]]:
    """Step of the ladder -> its runs, the settings as they are first."""
    return {key: tasks(one, MOST_SEEDS) for key, one in stories.ladder(draft).items()}


def tasks(draft: Draft, most: int) -> list[Task]:
    """The first runs of a scenario, without those that they are measured against."""
    few = draft.copy(draft.uid, draft.name)
    few.seeds = min(draft.seeds, most)
    return few.tasks()[: few.seeds]


def takes(by_step: Mapping[str, pd.DataFrame]) -> dict[int, str]:
    """Village -> the first step with which it stays open in half of the seeds, or NONE."""
    shares = {key: stays_open(rows) for key, rows in by_step.items()}
    numbers = sorted({int(village) for one in shares.values() for village in one.index})
    return {
        village: next((key for key, one in shares.items() if one.get(village, 0.0) >= HALF), NONE)
        for village in numbers
    }


# -- in words
# ----------------------------------------------------------------------------------------------------------
def named(found: Rows, language: str) -> pd.DataFrame:
    """The table for readers; the index is the village's number."""
    rows = found.table
    heads = {name: said(f"v_{name}", language) for name in ("kind", "strength", "reason")}
    made = pd.DataFrame(
        {said("v_name", language): [f"{row.number} {row.name_}".strip() for row in _renamed(rows)]},
        index=rows["number"],
    )
    if rows["code"].any():
        made[said("v_code", language)] = rows["code"].to_numpy()
    for name in ("open", "viable"):
        made[said(f"v_{name}", language)] = rows[name].round().to_numpy()
    made[heads["reason"]] = [word(key, language) if key else "–" for key in rows["reason"]]
    made[said("v_short", language)] = rows["short"].round().to_numpy()
    if found.takes:
        steps = [step_word(found.takes.get(int(one), NONE), language) for one in rows["number"]]
        made[said("v_takes", language)] = steps
    for name in ("kind", "strength"):
        made[heads[name]] = [word(key, language) for key in rows[name]]
    return made


def _renamed(rows: pd.DataFrame) -> list[Any]:
    return list(rows.rename(columns={"name": "name_"}).itertuples(index=False))


def step_word(key: str, language: str) -> str:
    """A step of the ladder in words."""
    return said("takes_none" if key == NONE else f"rung_{key}", language).lstrip("+＋ ")


def matching(shown: pd.DataFrame, asked: str) -> pd.DataFrame:
    """Rows of which a cell holds all words that are asked for."""
    words = asked.lower().split()
    text = shown.astype(str).agg(" ".join, axis=1).str.lower()
    keep = np.ones(len(shown), bool)
    for one in words:
        keep &= text.str.contains(one, regex=False).to_numpy()
    return shown[keep]


def sentence(rows: pd.DataFrame, names: Mapping[int, str], language: str) -> str:
    """How many stay open more often than not, and which does most and least often."""
    order = rows.sort_values(["open", "number"], ascending=[False, True])
    first, last = order.iloc[0], order.iloc[-1]
    return said(
        "villages_told",
        language,
        all=len(rows),
        likely=int((rows["open"] > 100 * HALF).sum()),
        best=names[int(first["number"])],
        most=number(first["open"]),
        worst=names[int(last["number"])],
        least=number(last["open"]),
    )
