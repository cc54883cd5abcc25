"""What the dashboard knows, without a screen: scenarios under way, their shares, tasks, tables and reasons.

A draft is a mapping path -> value over the model's defaults, so that what is saved is what `run.py
scenario=<file>` reads.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from sim.state.codes import PAYERS
from sim.state.parameters import ParameterError, Parameters

from .. import reference, statistics
from ..command import given_county, village_file
from ..command.border_file import BESIDE, SUFFIXES
from ..command.experiment_settings import DRAWS, FILED, Settings
from ..command.paths import BORDERS, VILLAGES
from ..command.said import Said
from ..command.scenario import parse_scenario, read_policies, write_scenario
from ..command.settings import Mistake, arm, options
from ..command.village_places import Plane
from ..studies import baseline
from ..study.plan import Task
from ..study.store import RunRecord

PRIVATE = VILLAGES  # a table of villages: long, and a village's own
FROM_FILES = (VILLAGES, BORDERS)  # what a planner uploads: in no address, and no text to be typed
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
    draws: str = Settings.draws  # one of DRAWS
    policies: list[str] = field(default_factory=list)  # names in configs/policy, in the order they act
    plane: Plane | None = None  # of the uploaded villages' degrees, on which borders are laid

    def parameters(self) -> Parameters:
        """The model's parameters; ParameterError where they do not fit together."""
        return _parameters(tuple(sorted(self.values.items())))

    def check(self) -> None:
        """Raise ParameterError where its values do not fit together."""
        self.parameters()

    def value(self, path: str) -> Any:
        """What a control shows."""
        return self.values.get(path, defaults()[path])

    def change(self, changes: Mapping[str, Any]) -> None:
        """Write values; those at their default are left out, so that the file stays short."""
        self.values = {key: v for key, v in {**self.values, **changes}.items() if v != defaults()[key]}

    def copy(self, uid: int, name: str) -> Draft:
        """The same under another name."""
        values, policies = dict(self.values), list(self.policies)
        return Draft(uid, name, values, self.seeds, self.seed, self.draws, policies, self.plane)

    @property
    def identity(self) -> tuple[Any, ...]:
        """What a result depends on."""
        return tuple(sorted(self.values.items())), self.seeds, self.seed, self.draws, tuple(self.policies)

    def settings(self) -> dict[str, Any]:
        """What stands beside the parameters in a scenario file."""
        return {
            "seeds": self.seeds,
            "seed": self.seed,
            "draws": self.draws,
            **({"policy": self.policies} if self.policies else {}),
        }

    def tasks(self) -> list[Task]:
        """One run a seed and its reference, exactly those of `run.py experiment=baseline scenario=<file>`."""
        parameters = self.parameters()
        if (
            parameters.county.villages > MOST_VILLAGES
            or parameters.county.villages * parameters.county.elders > MOST_ELDERS
        ):
            raise Mistake(
                f"the dashboard runs at most {MOST_VILLAGES} villages and {MOST_ELDERS:,} elders: "
                f"save the scenario and run it with run.py"
            )
        settings = Settings("baseline", seeds=self.seeds, seed=self.seed, draws=self.draws)
        acting, _ = read_policies(self.policies, parameters)
        touched, seeds = set(self.values), range(self.seeds)
        own = [baseline.one(settings, parameters, touched, at, policies=acting) for at in seeds]
        return [*own, *(baseline.reference_task(settings, parameters, touched, at, acting) for at in seeds)]

    def yaml(self) -> str:
        """The scenario as `run.py scenario=<file>` reads it."""
        return write_scenario(self.parameters(), self.settings(), self.name)


def file_name(name: str) -> str:
    """A scenario's name as a file name."""
    return "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in name) or "scenario"


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
    settings: dict[str, Any] = {key: values.pop(key) for key in FILED if key in values}
    for key, kind, low, high in (
        ("seeds", int, 1, MOST_SEEDS),
        ("seed", int, 0, 2**63 - 1),
    ):
        value = settings.get(key)
        if key in settings and (type(value) is not kind or not low <= value <= high):
            raise Mistake(f"{key} = {value}: allowed is {low} to {high}")
    if settings.get("draws", Settings.draws) not in DRAWS:
        raise Mistake(f"draws = {settings['draws']}: allowed here are {', '.join(DRAWS)}")
    draft = Draft(uid, name, {}, policies=settings.pop("policy", []), **settings)
    draft.change(values)
    read_policies(draft.policies, draft.parameters())
    return draft


# -- groups
# ----------------------------------------------------------------------------------------------------------
def reach(group: str) -> set[str]:
    """Every path that some option of a group sets."""
    return {path for option in options()[group] for path in arm(group, option)}


def chosen(values: Mapping[str, Any], group: str) -> str:
    """The option of a group that the values are, or an empty word."""
    mine = {path: values.get(path, defaults()[path]) for path in reach(group)}
    plain = {path: defaults()[path] for path in mine}
    return next(
        (
            option
            for option in ("default", *options()[group])
            if option in options()[group] and {**plain, **arm(group, option)} == mine
        ),
        "",
    )


def choose(draft: Draft, group: str, option: str) -> None:
    """Put a group on one of its options; the rest of the group goes back to the defaults."""
    draft.change({path: defaults()[path] for path in reach(group)} | arm(group, option))


# -- villages from a file
# ----------------------------------------------------------------------------------------------
def take_villages(draft: Draft, content: bytes, name: str) -> village_file.GivenVillages:
    """Put the villages of a file into a draft, which is left alone where a cell cannot be used.

    Mistake where it holds no table of villages.
    """
    table = village_file.read_content(content, name)
    if not table.faults:
        changed = draft.copy(draft.uid, draft.name)
        changed.change({BORDERS: "", **given_county.of_villages(table.text, table.villages)})
        changed.parameters()
        draft.values, draft.plane = changed.values, table.plane
    return table


def take_borders(draft: Draft, files: Mapping[str, bytes]) -> tuple[Said, ...]:
    """Put borders into a draft; `files`: name -> content, several where a shapefile is not zipped.

    Mistake with a sentence, and the draft as it was, where they are none of these villages.
    """
    firsts = [name for name in files if Path(name).suffix.lower() not in BESIDE]
    if len(firsts) != 1:
        raise Mistake(f"one file {', '.join('*' + suffix for suffix in SUFFIXES)} is wanted")
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            (Path(folder) / f"borders{Path(name).suffix.lower()}").write_bytes(content)
        first = Path(folder) / f"borders{Path(firsts[0]).suffix.lower()}"
        found = given_county.bordered(first, str(draft.value(VILLAGES)), draft.plane)
    changed = draft.copy(draft.uid, draft.name)
    changed.change(found.values)
    changed.parameters()
    draft.values, draft.plane = changed.values, found.plane
    return found.notes


def without_villages(draft: Draft) -> None:
    """Back to the synthetic county."""
    draft.change({**dict.fromkeys(FROM_FILES, ""), **START})
    draft.plane = None


# -- results
# -----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class DraftResult:
    """All finished runs of a draft: the runs' rows, village rows with weights, monthly rows."""

    name: str
    parameters: Parameters
    runs: pd.DataFrame
    rows: pd.DataFrame
    months: pd.DataFrame

    @property
    def errors(self) -> list[str]:
        """What failed runs said."""
        return [
            f"seed {row.replicate}: {row.error} ({row.origin})" for row in self.runs.itertuples() if row.error
        ]

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
    found = [table for table in tables if table is not None]
    frame = pa.concat_tables(found).unify_dictionaries().to_pandas() if found else pd.DataFrame()
    return frame.astype(dict.fromkeys(frame.columns[frame.dtypes == "category"], str))


def result(draft: Draft, outcomes: list[RunRecord]) -> DraftResult:
    """Join the outcomes of a draft in the order of their seeds."""
    made = [record for record in outcomes if record.villages is not None]
    rows = _frame([record.villages for record in made])
    parameters, months = draft.parameters(), _frame([record.series for record in made])
    if len(rows):
        rows = statistics.with_weights(reference.split(rows), parameters)
        months = months.merge(rows[["replicate", "village", "weight"]], on=["replicate", "village"])
    runs = pd.DataFrame([record.row for record in outcomes if not is_reference(record)])
    return DraftResult(draft.name, parameters, runs, rows, months)


def is_reference(record: RunRecord) -> bool:
    """Whether a run is the one that the others are measured against."""
    return record.row.get("scenario") == reference.REFERENCE


def classes(rows: pd.DataFrame) -> pd.DataFrame:
    """year, class, share (0 to 1) at each year's end."""
    years, names = statistics.classes(rows)
    found = [
        (year, name, float(statistics.by_replicate(rows, rows[column] == code).mean()))
        for year, column in years.items()
        for code, name in enumerate(names)
    ]
    return pd.DataFrame(found, columns=["year", "class", "share"])


def money(rows: pd.DataFrame) -> pd.DataFrame:
    """source, share of the running money that came in, as paid."""
    sums = {
        **{payer: (rows["weight"] * rows[f"paid_{payer}_fen"]).sum() for payer in PAYERS},
        "business": (rows["weight"] * rows["business_income_fen"]).sum(),
    }
    total = max(sum(sums.values()), 1)
    return pd.DataFrame(
        [(name, amount / total) for name, amount in sums.items()], columns=["source", "share"]
    )


PATHS = {
    "in_service": "level",
    "volunteers": "volunteers",
    "diners": "diners",
    "mutual_hours": "mutual_minutes",
    "cost": "cost_fen",
    "cash": "cash_fen",
}
FACTORS = {"in_service": 100.0, "mutual_hours": 1 / 60, "cost": 0.01, "cash": 0.01}


def fan(result: DraftResult, path: str) -> pd.DataFrame:
    """month and, over seeds, low90, low50, median, high50, high90 of a weighted mean over villages."""
    months = result.months
    values = (months["level"] > 0).astype(float) if path == "in_service" else months[PATHS[path]]
    weight = months["weight"]
    by = [months["replicate"], months["month"]]
    mean = (weight * values).groupby(by).sum() / weight.groupby(by).sum() * FACTORS.get(path, 1.0)
    bands = mean.groupby("month").quantile([0.05, 0.25, 0.5, 0.75, 0.95]).unstack()
    bands.columns = pd.Index(["low90", "low50", "median", "high50", "high90"])
    bands["month"] = pd.period_range(
        result.parameters.horizon.start, periods=len(bands), freq="M"
    ).to_timestamp()
    return bands.reset_index(drop=True)


__all__ = ["Draft", "DraftResult", "Mistake", "ParameterError", "loaded", "result"]
