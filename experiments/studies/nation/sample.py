"""Counties that stand for the country's: strata, how many counties of each, the villages of a county, and one
row a county in place of one a village.

A county is known by the strength of collective and the kind of village that lead in it (near a town is the
kind that is not remote). A share `ALIKE` of its villages are of its own strength, and of its own kind; the
others are as in the country. Weighted over strata, villages are then as the tables say.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.funnel import FUNNEL
from sim.start.given_tables import STRENGTH_EDGES
from sim.state.codes import STRENGTHS, VILLAGE_KINDS
from sim.state.parameters import Parameters

from ...study.plan import Task
from ...study.simulate import simulate_many
from ...study.store import RunRecord

ALIKE = 0.5  # assumption, 0 to 1: no source says how alike the villages of a county are
LEAST = 2  # counties of a stratum, without which its spread is not known
MEASURED = 30  # counties whose bytes are measured in both forms
SUMS = ("_fen", "_minutes", "_months", "_years", "_due", "_made")  # ends of columns that may be added up
COUNTED = ("open_end", "open_2030", "station_closures", "business_offered", "business_taken")
LASTING = FUNNEL.index("does_not_pay")  # this class and those above last


class Stratum(NamedTuple):
    """Counties of one leading strength and kind; `weight`: their share of all."""

    strength: str
    kind: str
    weight: float

    @property
    def name(self) -> str:
        """As a scenario is called."""
        return f"{self.strength}, {self.kind}"


def shares(parameters: Parameters) -> tuple[np.ndarray, np.ndarray]:
    """Shares of villages by strength (bracket table) and by kind (prevalence), each summing to one."""
    county = parameters.county
    others = np.array([county.share_scenic, county.share_craft, county.share_near_town])
    return np.diff([0.0, *STRENGTH_EDGES, 1.0]), np.array([1 - others.sum(), *others])


def strata(parameters: Parameters) -> list[Stratum]:
    """Every pair of strength and kind that occurs, with its weight."""
    by_strength, by_kind = shares(parameters)
    found = [
        Stratum(strength, kind, float(one * other))
        for strength, one in zip(STRENGTHS, by_strength, strict=True)
        for kind, other in zip(VILLAGE_KINDS, by_kind, strict=True)
    ]
    return [one for one in found if one.weight > 0]


def allotted(weights: Sequence[float], sample: int) -> list[int]:
    """Counties of each stratum: `LEAST` each, the rest by weight and largest remainder; in all `sample`."""
    left = sample - LEAST * len(weights)
    exact = np.array(weights) / sum(weights) * left
    counts = np.floor(exact).astype(int)
    order = np.argsort(-(exact - counts), kind="stable")
    counts[order[: left - counts.sum()]] += 1
    return [LEAST + int(count) for count in counts]


def villages_of(one: Stratum, parameters: Parameters, seed: int) -> str:
    """The table of a county's villages as `given.villages` takes it: number, kind, strength."""
    luck = np.random.default_rng(seed)
    by_strength, by_kind = shares(parameters)
    lines = ["number,kind,strength"]
    for number in range(1, parameters.county.villages + 1):
        kind = one.kind if luck.random() < ALIKE else VILLAGE_KINDS[luck.choice(len(by_kind), p=by_kind)]
        own = luck.random() < ALIKE
        strength = one.strength if own else STRENGTHS[luck.choice(len(by_strength), p=by_strength)]
        lines.append(f"{number},{kind},{strength}")
    return "\n".join(lines)


def county_row(villages: pa.Table) -> pa.Table:
    """What may be added up over the villages of a run, in one row under the village number nought."""
    kept = [name for name in villages.column_names if name.endswith(SUMS) or name in COUNTED]
    table = {name: villages[name][:1] for name in ("run", "scenario", "arm", "replicate")}
    table["village"] = pa.array([0])
    for name in kept:
        values = villages[name].to_numpy()
        table[name] = pa.array([values.sum(dtype=float if values.dtype.kind == "f" else np.int64)])
    classes = np.array([FUNNEL.index(name) for name in villages["station_class"].to_pylist()])
    table["lasting_count"] = pa.array([int((classes >= LASTING).sum())])
    return pa.table(table)


def summed(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows a village as rows a county."""
    tables = [county_row(pa.Table.from_pandas(mine)) for _, mine in rows.groupby("run", sort=False)]
    sizes = [stored_bytes(pa.Table.from_pandas(mine)) for _, mine in rows.groupby("run", sort=False)]
    return pa.concat_tables(tables).to_pandas().assign(village_bytes=sizes)


def stored_bytes(table: pa.Table) -> int:
    """Bytes of a table as it is stored."""
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    return sink.getbuffer().nbytes


def by_county(tasks: Sequence[Task]) -> list[RunRecord]:
    """As `simulate_many`, with one row a county."""
    found = []
    for task, record in zip(tasks, simulate_many(tasks), strict=True):
        if record.villages is not None:
            row = county_row(record.villages)
            measured = stored_bytes(record.villages) if task.replicate < MEASURED else -1
            record.villages = row.append_column("village_bytes", pa.array([measured]))
            record.row["villages"] = 1
        found.append(record)
    return found
