"""The first answer in words: tables a panel, three sentences, where things are."""

from __future__ import annotations

import pandas as pd

from experiments.first_answer import BUSINESSES, Plan
from experiments.store import Store

TITLES = {"practised": "As practised: pledges follow cost, each payer under its ceiling", "envelope": "Equal pledged envelope: same present value of all pledges an elder, set-up capital inside it"}


def cell_text(row: pd.Series) -> str:
    """Share viable, interval."""
    return f"{100 * row['viable']:.0f} ({100 * row['low']:.0f}-{100 * row['high']:.0f})"


def grid(summary: pd.DataFrame, panel: str, write) -> str:
    """A table of one panel."""
    mine = summary[summary["panel"] == panel]
    columns = [b for b in BUSINESSES if b in set(mine["business"])]
    lines = [["", *columns]]
    for funding in mine["funding"].unique():
        by = mine[mine["funding"] == funding].set_index("business")
        lines.append([funding, *(write(by.loc[b]) if b in by.index else "-" for b in columns)])
    widths = [max(len(line[k]) for line in lines) for k in range(len(lines[0]))]
    return "\n".join("  ".join(text.ljust(w) if k == 0 else text.rjust(w) for k, (text, w) in enumerate(zip(line, widths, strict=True))) for line in lines)


def write(plan: Plan, summary: pd.DataFrame, store: Store) -> str:
    """All of it."""
    return "\n\n".join(TITLES[p] + "\n" + grid(summary, p, cell_text) for p in plan.panels) + f"\n{store.folder}"
