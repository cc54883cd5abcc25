"""What is asked of an experiment beside the model's parameters: declared with type, default and range."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import Any

from sim.state.parameters import nearest

from .catalogue import Mistake, options

FILED = (
    "seeds",
    "seed",
    "draws",
    "policy",
)  # settings that a scenario file may hold beside sections of parameters
PANELS = ("practised", "envelope")
SIZES = ("quick", "default", "full")
# settings that change no result: no part of a study's id
HOW = ("save", "workers", "out", "progress", "engine", "fresh", "partial", "trusted", "confirm")
ENGINES = ("serial", "local", "dask")
SETTING_GROUPS = ("engine", "experiment")  # groups that hold settings, not values of the model
TAKEN = ("as_is", "main", "luck", "fresh")  # names that arms of a study have already
CALIBRATED, PRIOR, NONE = DRAWS = ("calibrated", "prior", "none")  # where each seed takes what is uncertain
ANY_SAMPLE = ("pawn", "delta")  # methods that take points of any making
JUDGED = ("station", "table", "added")  # outcomes by which a plan holds or fails
OBJECTIVES = ("added", "station", "table", "worst", "money", "own")  # by which plans are set side by side
WITH_STUDY = (
    "experiment",
    "seed",
    "study",
    "arm",
    "outcome",
    "below",
)  # read where a study's runs are looked at
WITH_DATA = ("experiment", "method", "seed", "inputs", "data", "outcomes")  # read where a table is analysed
FEWEST = 4  # seeds that every arm of a race has
METHODS = ("morris", "sobol", "pawn", "delta")
RANGES: dict[str, tuple[float, float]] = {  # of settings that are numbers
    "seeds": (1, 100_000),
    "seed": (0, 2**63 - 1),
    "workers": (0, 1_024),
    "max_seeds": (2, 100_000),
    "precision": (0.001, 0.5),
    "samples": (2, 2**16),
    "replicates": (1, 1_000),
    "sample": (2, 10_000),
    "target": (0.01, 1.0),
    "sure": (0.5, 0.99),
    "budget": (1.0, 1e12),
    "below": (0, 1e9),
    "worth": (1.0, 1e9),
}


@dataclass
class EngineSettings:
    """Where runs are worked out."""

    kind: str = "local"
    scheduler: str = ""  # of Dask, such as tcp://host:8786; empty: a cluster on this machine


@dataclass
class ForkSettings:
    """What `experiment=fork` changes, and when: name of an arm -> path -> value."""

    month: str = "2030-01"
    arms: dict[str, Any] = field(default_factory=dict)


@dataclass
class Settings:
    """What is asked of an experiment, beside the model's parameters."""

    name: str = "first_answer"
    scenario: str = ""
    own: str = ""  # a folder of own parts, policies, configurations (docs/own_folder.md)
    seeds: int | None = None
    seed: int = 2025
    size: str = "default"
    draws: str = CALIBRATED  # prior, none, or a table of draws of one's own
    panels: list[str] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    policy: list[str] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)  # policies that a course may change to (pathways)
    patterns: str = ""  # a file of patterns; empty: configs/patterns.yaml
    precision: float | None = None  # half-width asked of every headline share and test
    max_seeds: int | None = None
    race: bool = False  # arms that are told from the best get no further seeds
    looks: list[int] = field(default_factory=list)  # seeds after which arms are told apart, beside the last
    method: str = "morris"
    by: str = "section"
    inputs: list[str] = field(default_factory=list)
    distribution: str = "declared"
    data: str = ""  # a table of runs from elsewhere (CSV), analysed in place of runs of this model
    outcomes: list[str] = field(default_factory=list)  # columns of it that are outcomes
    samples: int | None = None  # trajectories (morris) or base points (of sobol a power of two)
    replicates: int | None = None
    sample: int | None = None  # counties of the country (nation)
    study: str = ""  # a study whose runs are looked at, in place of new ones (discover)
    arm: str = ""  # which of its scenarios
    outcome: str = "station"  # what a plan is judged by (discover, what_it_takes, pathways)
    below: float | None = None  # of that outcome: less is failed
    sweep: list[str] = field(default_factory=list)  # keys with several values each (compare)
    models: list[str] = field(default_factory=list)  # published models (reproduce); empty: all
    target: float = 0.7  # share that is to be reached (what_it_takes, pathways)
    sure: float = 0.8  # share of counties that are to reach it
    budget: float | None = None  # public yuan a county and year that are to suffice
    levers: list[str] = field(default_factory=list)  # what is searched: money, groups, parameters (search)
    objectives: list[str] = field(default_factory=list)  # by which no plan is to be beaten
    worth: float = (
        3000.0  # assumption: public yuan that an added elder-year may cost (voi); a sweep stands beside
    )
    save: str = ""  # a scenario file in which the values of the line are kept; nothing is run
    keep: str = "county"  # what is stored of a county (nation): one row, or one a village
    workers: int = 0
    out: str = "results"
    progress: bool = True
    fresh: bool = False
    partial: bool = False
    trusted: bool = False  # code that a policy file names may run
    confirm: bool = False  # many arms, or more than an hour, may be run
    engine: EngineSettings = field(default_factory=EngineSettings)
    fork: ForkSettings = field(default_factory=ForkSettings)

    @property
    def drawn(self) -> bool:
        """Whether each seed draws the uncertain parameters."""
        return self.draws != NONE

    @property
    def table(self) -> str:
        """The table that draws come from; empty where they are as declared, or nothing is drawn."""
        return "" if self.draws in (PRIOR, NONE) else self.draws

    def check(self) -> None:
        """Raise Mistake where a setting is out of range."""
        for key, (low, high) in RANGES.items():
            value = getattr(self, key)
            if value is not None and not low <= value <= high:
                raise Mistake(f"{key} = {str(value)[:30]}: allowed is {low} to {high}")
        self._check_words()
        single = {
            "size": SIZES,
            "method": METHODS,
            "by": ("section", "parameter"),
            "distribution": ("declared", "uniform"),
            "keep": ("county", "village"),
            "outcome": JUDGED,
        }
        words = {
            **single,
            "engine.kind": ENGINES,
            "panels": PANELS,
            "rows": options()["funding"],
            "columns": options()["business"],
            "policy": options()["policy"],
            "objectives": OBJECTIVES,
            "actions": options()["policy"],
        }
        for key, allowed in words.items():
            for word in (
                [self.engine.kind]
                if key == "engine.kind"
                else [getattr(self, key)]
                if key in single
                else getattr(self, key)
            ):
                if word not in allowed:
                    raise Mistake(
                        f"{key}: unknown {word!r}; allowed are {', '.join(allowed)}{nearest(word, allowed)}"
                    )

    def _check_words(self) -> None:
        """Words that are no choice of a few."""
        if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", str(self.fork.month)):
            raise Mistake(f"fork.month = {self.fork.month!r}: a month written YYYY-MM is wanted")
        if self.draws not in DRAWS and not self.draws.endswith(".csv"):
            raise Mistake(
                f"draws = {self.draws[:80]!r}: allowed are {', '.join(DRAWS)}, or a table of draws such as "
                f"draws=mine.csv{nearest(self.draws, DRAWS)}"
            )
        if not self.out.strip() or "\0" in self.out:
            raise Mistake(f"out = {self.out!r}: a folder is wanted, such as out=results")
        if self.engine.scheduler and self.engine.kind != "dask":
            raise Mistake(
                f"engine.scheduler = {self.engine.scheduler!r}: it is read with engine=dask only, and the "
                f"engine is {self.engine.kind}"
            )
        if self.study and not os.path.lexists(self.study):
            raise Mistake(
                f"study = {self.study[:200]!r}: it is not there; a folder results/<experiment>/<id> is wanted"
            )
        if self.arm and not self.study:
            raise Mistake(
                f"arm = {self.arm[:80]!r}: it names a scenario of a study, and none is given: study=<folder>"
            )
        self._check_data()
        if [*self.looks] != sorted({look for look in self.looks if look >= FEWEST}):
            raise Mistake(
                f"looks = {list(self.looks)}: numbers of seeds from {FEWEST} on are wanted, each larger than "
                f"the one before, such as looks=[4,8,16]"
            )
        for key in (
            *("panels", "rows", "columns", "inputs", "outcomes"),
            *("models", "levers", "objectives", "actions"),
        ):
            words = [str(word) for word in getattr(self, key)]
            twice = [word for at, word in enumerate(words) if word in words[:at]]
            if twice:
                raise Mistake(f"{key}: {twice[0]} is there twice; each is run once")

    def _check_data(self) -> None:
        """What goes with a table from elsewhere."""
        if self.outcomes and not self.data:
            raise Mistake("outcomes: columns of a table are named with data=<file.csv> only")
        if not self.data:
            return
        if self.method not in ANY_SAMPLE:
            raise Mistake(
                f"method = {self.method}: it needs the steps of its own design, which a table from elsewhere "
                f"does not have; with data= take method={' or method='.join(ANY_SAMPLE)}"
            )
        if not self.outcomes:
            raise Mistake(
                f"data = {self.data[:80]!r}: which columns are outcomes is not said: outcomes=[name, ...] is "
                f"wanted"
            )


NESTED: dict[str, type] = {"engine": EngineSettings, "fork": ForkSettings}
