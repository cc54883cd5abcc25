"""Stored digests of whole runs: every byte of every record, by world, column and month.

    python tests/invariants/digests.py          write digests.yaml anew

A run's digest has two views. `months` holds, for each recorded month, four hexadecimal digits over all
columns; `columns` holds eight digits for each column over all months (persons: as they stand at the end). So
a change is named by the first month and by the first column that moved, without storing the records
themselves.
"""

from __future__ import annotations

import hashlib
import sys
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from runs import CARE, EVERYTHING, SHORT_LEADS

import sim
from sim.state.codes import FREE
from sim.state.fields import FLOWS, STATES
from sim.state.parameters import declarations

STORED = Path(__file__).with_name("digests.yaml")
MONTH_DIGITS, COLUMN_DIGITS = 4, 8
SEEDS = (1, 2, 3)
BASE = {
    "county.villages": 4,
    "county.elders": 40,
    "county.size_spread": 0.3,
    "county.facility_share": 0.6,
    "county.townships": 2,
    "horizon.spin_up": 6,
}
ALL_PARTS_ON = {**CARE, **EVERYTHING, **SHORT_LEADS, "points.month": 2, "clearing.scope": "county"}
WORLDS: dict[str, dict[str, Any]] = {
    "plain": {},
    "apart": {"county.couplings": False, "business.kind": "tourism", "funding.rule": "matching"},
    "portfolio": {"business.kind": "portfolio", "funding.rule": "gap_filler", "participation.stipend": 1.0},
    "envelope": {"funding.basis": "envelope", "business.kind": "agriculture", "funding.rule": "tapering"},
    "scarce": {
        "government.operating_envelope": 900.0,
        "business.kind": "handicraft",
        "county.facility_share": 0.2,
    },
    "by_service": {"funding.rule": "per_service", "business.kind": "deposit", "matching.form": "teams"},
}
STEADY = ("horizon.", "county.villages", "county.elders", "county.helpers", "county.size", "county.share_")


def anywhere() -> dict[str, Any]:
    """Every number somewhere in its range, by its name: rules are asked for more than their defaults."""
    found: dict[str, Any] = {}
    for declared in declarations().values():
        if declared.has_range and not declared.path.startswith((*STEADY, "funding.share_")):
            place = zlib.crc32(declared.path.encode()) / 2**32
            found[declared.path] = declared.kind(declared.low + (declared.high - declared.low) * place)
    return {**found, "county.townships": 2}


WORLDS["drawn"] = anywhere()
VARIANTS: dict[str, dict[str, Any]] = {"default": {}, "all_parts_on": ALL_PARTS_ON}
SHORT_MONTHS = (
    6  # of the first world of each variant, run also without the compiler and on a generic processor
)


def name_of(world: str, variant: str, seed: int) -> str:
    """The key of a run in the file."""
    return f"{world}, {variant}, seed {seed}"


def cases() -> Iterator[tuple[str, str, int]]:
    """Every world, variant and seed that is stored."""
    return ((world, variant, seed) for world in WORLDS for variant in VARIANTS for seed in SEEDS)


def run_of(world: str, variant: str, seed: int, months: int | None = None) -> sim.MutualAidModel:
    """A finished run of one case; what a world sets tops the variant."""
    parameters = sim.Parameters().replace({**BASE, **VARIANTS[variant], **WORLDS[world]})
    model = sim.MutualAidModel(parameters, seed=seed)
    model.run(months)
    return model


def records(model: sim.MutualAidModel) -> dict[str, np.ndarray]:
    """Name -> values, months first; the living by column as they stand at the end, without a month."""
    series, world = model.series, model.world
    found = {f"state {name}": np.asarray(series.state[name]) for name in STATES}
    found |= {f"flow {name}": np.asarray(series.flow[name]) for name in FLOWS}
    found |= {f"posting {name}": np.asarray(series.amount(name)) for name in series.names}
    found |= {f"balance {name}": np.asarray(series.balance[name]) for name in series.balance.dtype.names}
    found["hours"] = np.asarray(series.hours)
    slots = np.concatenate([np.arange(a, a + n) for a, n in zip(world.start, world.used, strict=False)])
    slots = slots[model.people.kind[slots] != FREE]
    found |= {f"person {name}": getattr(model.people, name)[slots][None] for name in model.people._fields}
    return found | {"pool": world.pool[None]}


def digits(data: bytes, wanted: int) -> str:
    """The first digits of a checksum."""
    return hashlib.sha256(data).hexdigest()[:wanted]


def digest(model: sim.MutualAidModel, names: list[str] | None = None) -> dict[str, Any]:
    """Months and columns of a run as they are stored; `names` leaves other columns out of both."""
    found = records(model)
    found = {name: found[name] for name in (found if names is None else names) if name in found}
    monthly = [x for x in found.values() if len(x) == len(model.series.flow)]
    months = [
        digits(b"".join(np.ascontiguousarray(x[month]).tobytes() for x in monthly), MONTH_DIGITS)
        for month in range(len(model.series.flow))
    ]
    columns = [digits(np.ascontiguousarray(x).tobytes(), COLUMN_DIGITS) for x in found.values()]
    return {"months": "".join(months), "columns": "".join(columns)}


def moved(stored: Mapping[str, str], found: Mapping[str, str], names: list[str]) -> str:
    """What moved: the first month and the first columns, or an empty string."""

    def places(key: str, width: int) -> list[int]:
        cut = range(0, len(stored[key]), width)
        return [k // width for k in cut if stored[key][k : k + width] != found[key][k : k + width]]

    months, columns = places("months", MONTH_DIGITS), places("columns", COLUMN_DIGITS)
    if not months and not columns and len(stored["columns"]) == len(found["columns"]):
        return ""
    when = f"from month {months[0]} on" if months else "in persons at the end"
    first = ", ".join(names[k] for k in columns[:3])
    return f"{len(columns)} of {len(names)} columns moved {when}, first: {first}"


def load() -> dict[str, Any]:
    """The stored file."""
    return dict(yaml.safe_load(STORED.read_text(encoding="utf-8")))


def main() -> None:
    """Write the file anew."""
    from importlib.metadata import version

    runs: dict[str, Any] = {}
    names: list[str] = []
    for world, variant, seed in cases():
        model = run_of(world, variant, seed)
        names = list(records(model))
        runs[name_of(world, variant, seed)] = digest(model)
        print(name_of(world, variant, seed), flush=True)
    short = {variant: digest(run_of("plain", variant, SEEDS[0], SHORT_MONTHS)) for variant in VARIANTS}
    head = {"model": version("mutual-aid-sim"), "months": len(model.series.flow), "names": names}
    text = yaml.safe_dump({**head, "short": short, "runs": runs}, sort_keys=False, width=110)
    STORED.write_text("# Made by python tests/invariants/digests.py\n" + text, encoding="utf-8")


if __name__ == "__main__":
    main()
