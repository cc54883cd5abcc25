"""Why a village closed or missed the mark, with its last year of money."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from sim.parts.station import ENDS
from sim.state.codes import PAYERS

from .. import statistics
from .state import DraftResult


@dataclass(frozen=True)
class Story:
    """One village in one run: its verdict row, its months (yuan), the last month of the twelve that are
    shown, causes.
    """

    row: Any
    months: pd.DataFrame
    stop: int
    causes: list[str]
    missed: list[str]

    @property
    def closed(self) -> str:
        """Month of the last closure, YYYY-MM, or empty."""
        return str(self.months["month"].iloc[self.stop].strftime("%Y-%m")) if self.row.closures > 0 else ""

    @property
    def judged(self) -> str:
        """Its class at the end."""
        return str(self.row.judged)

    @property
    def reopened(self) -> bool:
        """Whether its door was open at the end, after a closure."""
        return bool(self.row.closures > 0 and self.row.open_end)

    def sums(self, stop: int = -1) -> dict[str, float]:
        """Yuan in the twelve months up to the closure or the end, or up to month `stop`.

        By source, paid in, pledged and running cost.
        """
        last = self.stop if stop < 0 else stop
        window = self.months.iloc[max(last - 11, 0) : last + 1]
        paid = {key: float(window[key].sum()) for key in (*PAYERS, "business")}
        return {
            **paid,
            "paid_in": sum(paid.values()),
            "pledged": float(window["pledged"].sum()),
            "cost": float(window["cost"].sum()),
        }


def worst(result: DraftResult) -> tuple[int, int]:
    """Replicate and village to begin with: the first that closed, else the first there is."""
    shut = result.rows[result.rows["closures"] > 0]
    row = (shut if len(shut) else result.rows).iloc[0]
    return int(row["replicate"]), int(row["village"])


def worst_seed(result: DraftResult, village: int) -> int:
    """The first replicate in which a village closed, else in which it is not viable, else the first."""
    mine = result.rows[result.rows["village"] == village]
    for wrong in (mine["closures"] > 0, ~statistics.viable(mine)):
        if wrong.any():
            return int(mine[wrong]["replicate"].iloc[0])
    return int(mine["replicate"].iloc[0])


def story(result: DraftResult, replicate: int, village: int) -> Story:
    """What happened to a village.

    Conditions breached before its closure, tests missed at the end, money by source.
    """
    rows, series = result.rows, result.months
    rows = statistics.judged(rows)
    row = next(rows[(rows["replicate"] == replicate) & (rows["village"] == village)].itertuples())
    mine = series[(series["replicate"] == replicate) & (series["village"] == village)].sort_values("month")
    yuan = {
        **{payer: mine[f"paid_{payer}_fen"] / 100 for payer in PAYERS},
        **{payer: mine[f"{payer}_fen"] / 100 for payer in ("cost", "pledged", "cash", "payables")},
    }
    months = pd.DataFrame(
        {**yuan, "business": mine["business_income_fen"] / 100, "level": mine["level"]}
    ).reset_index(drop=True)
    months.insert(
        0,
        "month",
        pd.period_range(result.parameters.horizon.start, periods=len(months), freq="M").to_timestamp(),
    )
    stop = int(row.closed) if row.closures > 0 else len(months) - 1
    causes = (
        [name for place, name in enumerate(ENDS) if int(row.cause) >> place & 1] if row.closures > 0 else []
    )
    missed = [] if row.judged in ("viable", "closed") else statistics.reasons(row)
    return Story(row, months, stop, causes, missed)
