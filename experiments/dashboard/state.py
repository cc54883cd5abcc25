"""What the dashboard knows, without a screen: scenarios under way, their shares, tasks, tables and reasons.

A draft is a mapping path -> value over the model's defaults, so that what is saved is what `run.py
scenario=<file>` reads.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from experiments import statistics
from experiments.command.scenario import parse_scenario, read_policies, write_scenario
from experiments.command.settings import FILED, Mistake, Settings, arm, options
from experiments.studies import baseline
from experiments.study.plan import Task
from experiments.study.store import Outcome
from sim.parts.solvency import CAUSES
from sim.start import county
from sim.state.codes import PAYERS
from sim.state.parameters import ParameterError, Parameters
from sim.viability import CLASSES

SHARES = tuple(f"funding.share_{payer}" for payer in PAYERS)
ELDERS = 150  # half the time of the default
SEEDS, MOST_SEEDS = 20, 100
MOST_VILLAGES, MOST_ELDERS = 100, 20_000
MOST_SCENARIOS = 4
START: dict[str, Any] = {**arm("county", "stratified"), "county.elders": ELDERS}


@dataclass
class Draft:
    """One scenario on the table: a name, what differs from the defaults, and how often it runs."""

    uid: int
    name: str
    values: dict[str, Any] = field(default_factory=lambda: dict(START))
    seeds: int = SEEDS
    seed: int = Settings.seed
    draws: bool = False
    policies: list[str] = field(default_factory=list)  # names in configs/policy, in the order they act

    def parameters(self) -> Parameters:
        """The model's parameters; ParameterError where they do not fit together."""
        return _parameters(tuple(sorted(self.values.items())))

    def value(self, path: str) -> Any:
        """What a control shows."""
        return self.values.get(path, defaults()[path])

    def change(self, changes: Mapping[str, Any]) -> None:
        """Write values; those at their default are left out, so that the file stays short."""
        self.values = {k: v for k, v in {**self.values, **changes}.items() if v != defaults()[k]}

    def copy(self, uid: int, name: str) -> Draft:
        """The same under another name."""
        return Draft(uid, name, dict(self.values), self.seeds, self.seed, self.draws, list(self.policies))

    def settings(self) -> dict[str, Any]:
        """What stands beside the parameters in a scenario file."""
        return {
            "seeds": self.seeds,
            "seed": self.seed,
            "draws": self.draws,
            **({"policy": self.policies} if self.policies else {}),
        }

    def tasks(self) -> list[Task]:
        """One run a seed, exactly those of `run.py experiment=baseline scenario=<file>`."""
        p = self.parameters()
        if p.county.villages > MOST_VILLAGES or p.county.villages * p.county.elders > MOST_ELDERS:
            raise Mistake(
                f"the dashboard runs at most {MOST_VILLAGES} villages and {MOST_ELDERS:,} elders: "
                f"save the scenario and run it with run.py"
            )
        s = Settings("baseline", seeds=self.seeds, seed=self.seed, draws=self.draws)
        acting, _ = read_policies(self.policies, p)
        return [baseline.one(s, p, set(self.values), at, policies=acting) for at in range(self.seeds)]

    def yaml(self) -> str:
        """The scenario as `run.py scenario=<file>` reads it."""
        return write_scenario(self.parameters(), self.settings(), self.name)


def file_name(name: str) -> str:
    """A scenario's name as a file name."""
    return "".join(c if c.isalnum() or c in "-_" else "_" for c in name) or "scenario"


@lru_cache(maxsize=1)
def defaults() -> dict[str, Any]:
    """Path -> default."""
    return Parameters().flat()


@lru_cache(maxsize=64)
def _parameters(values: tuple[tuple[str, Any], ...]) -> Parameters:
    return Parameters().replace(dict(values))


def loaded(text: str, uid: int, name: str) -> Draft:
    """A draft from the text of a scenario file; Mistake or ParameterError with one sentence."""
    values = parse_scenario(text)
    settings: dict[str, Any] = {k: values.pop(k) for k in FILED if k in values}
    for key, kind, low, high in (
        ("seeds", int, 1, MOST_SEEDS),
        ("seed", int, 0, 2**63 - 1),
        ("draws", bool, 0, 1),
    ):
        value = settings.get(key)
        if key in settings and (type(value) is not kind or not low <= value <= high):
            raise Mistake(
                f"{key} = {value}: allowed is {'true or false' if kind is bool else f'{low} to {high}'}"
            )
    draft = Draft(uid, name, {}, policies=settings.pop("policy", []), **settings)
    draft.change(values)
    read_policies(draft.policies, draft.parameters())
    return draft


# -- shares and groups
# -------------------------------------------------------------------------------------------------
def whole(parts: np.ndarray, total: int) -> np.ndarray:
    """Whole numbers that sum to `total` in the proportion of `parts`, by largest remainder.

    Evenly where all are zero.
    """
    parts = np.asarray(parts, float)
    exact = total * (parts / parts.sum() if parts.sum() > 0 else np.full(len(parts), 1 / len(parts)))
    found = np.floor(exact + 1e-9).astype(int)
    for k in np.argsort(-(exact - found), kind="stable")[: total - found.sum()]:
        found[k] += 1
    return found


def rescaled(shares: Mapping[str, float], moved: str, percent: int) -> dict[str, float]:
    """Shares after one is moved to `percent`.

    The others keep their proportion, all sum to one to the fourth digit.
    """
    others = [k for k in shares if k != moved]
    rest = whole(np.array([shares[k] for k in others]), 10_000 - 100 * percent)
    return {**shares, moved: percent / 100, **{k: int(n) / 10_000 for k, n in zip(others, rest, strict=True)}}


def reach(group: str) -> set[str]:
    """Every path that some option of a group sets."""
    return {path for option in options()[group] for path in arm(group, option)}


def chosen(values: Mapping[str, Any], group: str) -> str:
    """The option of a group that the values are, or an empty word."""
    mine = {path: values.get(path, defaults()[path]) for path in reach(group)}
    plain = {path: defaults()[path] for path in mine}
    return next(
        (
            o
            for o in ("default", *options()[group])
            if o in options()[group] and {**plain, **arm(group, o)} == mine
        ),
        "",
    )


def choose(draft: Draft, group: str, option: str) -> None:
    """Put a group on one of its options; the rest of the group goes back to the defaults."""
    draft.change({path: defaults()[path] for path in reach(group)} | arm(group, option))


# -- villages from a file
# ----------------------------------------------------------------------------------------------
def template() -> str:
    """A table of three villages to be filled in: one in full, one in part, one drawn but for its number."""
    rows = [
        list(county.COLUMNS),
        ["1", "Upper Village", "plain", "weak", "yes", "yes", "no", "yes", "180", "2.5", "7.0"],
    ]
    rows += [
        ["2", "Bridge Village", "near_town", "", "no", "", "", "", "240", "", ""],
        ["3", *[""] * (len(county.COLUMNS) - 1)],
    ]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def decoded(content: bytes) -> str:
    """The text of an uploaded table.

    UTF-8, or GB 18030 as Chinese spreadsheets write it; Mistake otherwise.
    """
    if len(content) > county.MOST:
        raise Mistake(f"the file is too large: at most {county.MOST:,} bytes")
    for coding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(coding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text.replace("\r\n", "\n").replace("\r", "\n")
    raise Mistake("the file is no text: save the table as CSV in UTF-8")


def take_villages(draft: Draft, text: str) -> tuple[county.Fault, ...]:
    """Put the villages of a table into a draft.

    The faults where it cannot be used (the draft is then left alone).
    """
    table = county.read_villages(text)
    if not table.faults:
        changed = draft.copy(draft.uid, draft.name)
        changed.change({"given.villages": text, "county.villages": table.rows, "county.stratified": False})
        changed.parameters()
        draft.values = changed.values
    return table.faults


def names(p: Parameters) -> dict[int, str]:
    """Village number -> name, where the table gives one."""
    known = county.read_villages(p.given.villages).names if p.given.villages else ()
    return {
        n: known[n - 1] if n <= len(known) and known[n - 1] else "" for n in range(1, p.county.villages + 1)
    }


# -- results
# -----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Result:
    """All finished runs of a draft: the runs' rows, village rows with weights, monthly rows."""

    name: str
    parameters: Parameters
    runs: pd.DataFrame
    rows: pd.DataFrame
    months: pd.DataFrame

    @property
    def errors(self) -> list[str]:
        """What failed runs said."""
        return [f"seed {r.replicate}: {r.error} ({r.origin})" for r in self.runs.itertuples() if r.error]

    @property
    def seeds(self) -> int:
        """Finished runs."""
        return int(self.rows["replicate"].nunique()) if len(self.rows) else 0

    @property
    def year(self) -> str:
        """Last year."""
        return str(self.parameters.horizon.end[:4])


def _frame(tables: list[pa.Table | None]) -> pd.DataFrame:
    """Tables of several runs as one frame, words as plain text."""
    found = [t for t in tables if t is not None]
    frame = pa.concat_tables(found).unify_dictionaries().to_pandas() if found else pd.DataFrame()
    return frame.astype(dict.fromkeys(frame.columns[frame.dtypes == "category"], str))


def result(draft: Draft, outcomes: list[Outcome]) -> Result:
    """Join the outcomes of a draft in the order of their seeds."""
    made = [o for o in outcomes if o.villages is not None]
    rows = _frame([o.villages for o in made])
    p, months = draft.parameters(), _frame([o.series for o in made])
    if len(rows):
        rows = statistics.with_weights(rows, p)
        months = months.merge(rows[["replicate", "village", "weight"]], on=["replicate", "village"])
    return Result(draft.name, p, pd.DataFrame([o.row for o in outcomes]), rows, months)


def _ratio(rows: pd.DataFrame, part: str, base: str, scale: float) -> pd.Series:
    sums = {c: (rows["weight"] * rows[c]).groupby(rows["replicate"]).sum() for c in (part, base)}
    return scale * sums[part] / sums[base].where(sums[base] > 0)


MEASURES: dict[
    str, tuple[bool, Callable[[pd.DataFrame], pd.Series]]
] = {  # name -> (a share in %, one figure a seed)
    "viable": (True, lambda r: 100 * statistics.by_replicate(r, r["verdict"] == "viable")),
    "closed": (True, lambda r: 100 * statistics.by_replicate(r, r["closures"] > 0)),
    "hours": (True, lambda r: _ratio(r, "mutual_minutes", "eligible_minutes", 100)),
    "public": (False, lambda r: _ratio(r, "public_fen", "elder_years_helped", 0.01)),
}


def figures(result: Result) -> dict[str, statistics.Interval]:
    """Measure -> mean over seeds with its 95 % interval, in the measure's unit."""
    found = {}
    for name, (share, by) in MEASURES.items():
        x = by(result.rows).to_numpy()
        one = statistics.interval(x / 100 if share else x, bounded=share)
        found[name] = (
            statistics.Interval(100 * one.mean, 100 * one.low, 100 * one.high, one.n) if share else one
        )
    return found


def differences(base: Result, other: Result) -> dict[str, statistics.Interval]:
    """Measure -> other minus base, seed by seed under the same luck; seeds that both have finished."""
    found = {}
    for name, (_, by) in MEASURES.items():
        pair = pd.concat([by(base.rows), by(other.rows)], axis=1, join="inner")
        found[name] = statistics.interval((pair.iloc[:, 1] - pair.iloc[:, 0]).to_numpy(), bounded=False)
    return found


def classes(rows: pd.DataFrame) -> pd.DataFrame:
    """year, class, share (0 to 1) at each year's end."""
    years = [c for c in rows.columns if c.startswith("class_")]
    found = [
        (int(c[6:]), name, float(statistics.by_replicate(rows, rows[c] == code).mean()))
        for c in years
        for code, name in enumerate(CLASSES)
    ]
    return pd.DataFrame(found, columns=["year", "class", "share"])


def money(rows: pd.DataFrame) -> pd.DataFrame:
    """source, share of the running money that came in, as paid."""
    sums = {
        **{p: (rows["weight"] * rows[f"paid_{p}_fen"]).sum() for p in PAYERS},
        "business": (rows["weight"] * rows["business_income_fen"]).sum(),
    }
    total = max(sum(sums.values()), 1)
    return pd.DataFrame([(name, x / total) for name, x in sums.items()], columns=["source", "share"])


PATHS = {
    "in_service": "level",
    "volunteers": "volunteers",
    "diners": "diners",
    "mutual_hours": "mutual_minutes",
    "cost": "cost_fen",
    "cash": "cash_fen",
}
FACTORS = {"in_service": 100.0, "mutual_hours": 1 / 60, "cost": 0.01, "cash": 0.01}


def fan(result: Result, path: str) -> pd.DataFrame:
    """month and, over seeds, low90, low50, median, high50, high90 of a weighted mean over villages."""
    m = result.months
    values = (m["level"] > 0).astype(float) if path == "in_service" else m[PATHS[path]]
    weight = m["weight"]
    by = [m["replicate"], m["month"]]
    mean = (weight * values).groupby(by).sum() / weight.groupby(by).sum() * FACTORS.get(path, 1.0)
    bands = mean.groupby("month").quantile([0.05, 0.25, 0.5, 0.75, 0.95]).unstack()
    bands.columns = pd.Index(["low90", "low50", "median", "high50", "high90"])
    bands["month"] = pd.period_range(
        result.parameters.horizon.start, periods=len(bands), freq="M"
    ).to_timestamp()
    return bands.reset_index(drop=True)


def places(result: Result, replicate: int, year: int) -> pd.DataFrame:
    """Villages of one run at one year's end.

    East, north (km), class, kind, strength, elders, share of seeds viable.
    """
    mine = result.rows[result.rows["replicate"] == replicate]
    numbers = mine["village"].to_numpy(np.int64)
    states = county.village_states(
        result.parameters,
        int(result.runs.loc[result.runs["replicate"] == replicate, "seed"].iloc[0]),
        numbers,
    )
    last = result.months[(result.months["replicate"] == replicate)].groupby("village")["elders"].last()
    often = (result.rows["verdict"] == "viable").groupby(result.rows["village"]).mean()
    return pd.DataFrame(
        {
            "village": numbers,
            "name": [names(result.parameters).get(int(n), "") for n in numbers],
            "east": states.east,
            "north": states.north,
            "class": [CLASSES[k] for k in mine[f"class_{year}"]],
            "kind": mine["kind"].to_numpy(),
            "strength": mine["strength"].to_numpy(),
            "elders": last.reindex(numbers).to_numpy(),
            "viable": often.reindex(numbers).to_numpy(),
        }
    )


# -- one village
# -------------------------------------------------------------------------------------------------------
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

    def sums(self) -> dict[str, float]:
        """Yuan in the twelve months up to the closure or the end.

        By source, paid in, pledged and running cost.
        """
        window = self.months.iloc[max(self.stop - 11, 0) : self.stop + 1]
        paid = {k: float(window[k].sum()) for k in (*PAYERS, "business")}
        return {
            **paid,
            "paid_in": sum(paid.values()),
            "pledged": float(window["pledged"].sum()),
            "cost": float(window["cost"].sum()),
        }


def worst(result: Result) -> tuple[int, int]:
    """Replicate and village to begin with: the first that closed, else the first there is."""
    shut = result.rows[result.rows["closures"] > 0]
    row = (shut if len(shut) else result.rows).iloc[0]
    return int(row["replicate"]), int(row["village"])


def story(result: Result, replicate: int, village: int) -> Story:
    """What happened to a village.

    Conditions breached before its closure, tests missed at the end, money by source.
    """
    rows, m = result.rows, result.months
    row = next(rows[(rows["replicate"] == replicate) & (rows["village"] == village)].itertuples())
    mine = m[(m["replicate"] == replicate) & (m["village"] == village)].sort_values("month")
    yuan = {
        **{k: mine[f"paid_{k}_fen"] / 100 for k in PAYERS},
        **{k: mine[f"{k}_fen"] / 100 for k in ("cost", "pledged", "cash", "payables")},
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
    causes = [name for k, name in enumerate(CAUSES) if int(row.cause) >> k & 1] if row.closures > 0 else []
    missed = [] if row.verdict in ("viable", "closed") else statistics.reasons(row)
    return Story(row, months, stop, causes, missed)


def excel(result: Result, draft: Draft) -> bytes:
    """A workbook: the figures, classes by year, money, villages of every run, what was set."""
    from experiments.dashboard.words import said

    sheets = {
        "figures": pd.DataFrame(
            [
                {
                    "figure": said(f"m_{k}", "en"),
                    "mean": i.mean,
                    "low_95": i.low,
                    "high_95": i.high,
                    "seeds": i.n,
                }
                for k, i in figures(result).items()
            ]
        ),
        "classes": classes(result.rows),
        "money": money(result.rows),
        "villages": result.rows,
        "set": pd.DataFrame(
            [(k, str(v)) for k, v in {**draft.settings(), **draft.values}.items()], columns=["path", "value"]
        ),
    }
    buffer = io.BytesIO()
    with pd.ExcelWriter(buffer, engine="openpyxl") as writer:
        for name, sheet in sheets.items():
            sheet.to_excel(writer, sheet_name=name, index=False)
    return buffer.getvalue()


def table_csv(result: Result) -> str:
    """Villages of every run as run.py keeps them (arm main), without the weights."""
    return result.rows.drop(columns="weight").to_csv(index=False)


__all__ = ["Draft", "Mistake", "ParameterError", "Result", "loaded", "rescaled", "result"]
