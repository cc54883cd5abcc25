"""Arms x replicates of one study: how arms differ, and the runs that this asks for.

All arms of a replicate share its random seed and its draw of parameters, so that their difference is the
arms'. Every experiment that compares runs its arms here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from sim.policies import Intervention
from sim.start.county import village_states
from sim.state.codes import PAYERS, STRENGTHS, VILLAGE_KINDS
from sim.state.parameters import ParameterError, Parameters

from . import reference, statistics
from .command.scenario import Composed, Scenario, compose_policies, patched
from .command.settings import Mistake
from .study import draws
from .study.plan import FRESH, FRESH_FROM, LUCK, MAIN, Task
from .study.store import Results
from .study.study import Study, begin

BASELINE = "baseline"
RELIEF = "relief:"  # a rerun without the condition that is named behind it
SHARES = tuple(f"funding.share_{payer}" for payer in PAYERS)
ENDS_OFF: Mapping[str, Mapping[str, Any]] = {  # cause of a closure -> the end of a station switched off
    "money": {"station.money_ends": False},
    "users": {"station.diners_end": False},
    "helpers": {"station.hands_end": False},
    "leader": {"station.leader_ends": False},
    "keeper": {"station.keeper_ends": False},
    "accident": {"station.accidents": 0.0},
    "room": {"station.room_ends": False},
}
NO_ENDS = {path: value for ends in ENDS_OFF.values() for path, value in ends.items()}  # a door never shuts
ENVELOPE = {"funding.rule": "fixed_shares", "funding.basis": "envelope"}  # equal pledged present value


@dataclass(frozen=True)
class Arm:
    """One way to differ from another arm.

    `changes`: path -> value; `fit`: changes that follow from the drawn parameters; `against`: the arm that it
    is compared with; `wins`: its changes hold over the command line.
    """

    name: str
    label: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)
    policies: tuple[Intervention, ...] = ()
    fit: Callable[[Parameters], dict[str, Any]] | None = None
    against: str = BASELINE
    wins: bool = False


PLAIN = Arm(BASELINE, "baseline")


def reference_arm(base: Mapping[str, Any] = MappingProxyType({})) -> Arm:
    """The arm without station, rooms and its money, in the county that the changes `base` make."""
    return Arm(reference.REFERENCE, changes={**base, **reference.CHANGES}, wins=True)


@dataclass(frozen=True)
class Size:
    """How much is run: villages, elders a village, and seeds (None: as many as there is time for)."""

    villages: int
    elders: int
    seeds: int | None = None

    def base_of(self, line: Composed) -> Parameters:
        """The county that arms start from: the command line's, in this size."""
        return line.sized({"county.villages": self.villages, "county.elders": self.elders})


SIZES = {  # for time
    "quick": Size(12, 100),
    "default": Size(12, 200),
    "full": Size(24, 300),
}


def shares(*four: float) -> dict[str, float]:
    """Shares of government, collective, families, society as path -> value."""
    return dict(zip(SHARES, four, strict=True))


def fitting(base: Parameters, arms: Iterable[Arm]) -> tuple[list[Arm], list[str]]:
    """Arms whose changes fit together with the baseline, and a sentence on each that does not."""
    good, refused = [], []
    for arm in arms:
        try:
            base.replace(dict(arm.changes))
            good.append(arm)
        except ParameterError as error:
            refused.append(f"{arm.label} was left out ({error})")
    return good, refused


def relief_of(cause: str, parameters: Parameters) -> dict[str, Any]:
    """What relieves a cause of closure: that end of a station switched off, or a condition of the ladder."""
    return dict(ENDS_OFF[cause]) if parameters.plan.on else {"solvency.relief": cause}


class ArmRuns:
    """Runs of the arms of a command line, from the county `base`.

    What the command line pins holds over the changes of arms, unless `arms_win`. `policies` (those of the
    line where None) act in every arm.
    """

    work: Study

    def __init__(
        self,
        line: Composed,
        base: Parameters,
        *,
        arms_win: bool = False,
        policies: tuple[Intervention, ...] | None = None,
    ) -> None:
        self.line, self.settings, self.base = line, line.settings, base
        self.arms_win = arms_win
        self.policies = line.policies if policies is None else policies
        self.touched = frozenset(line.touched())
        self.reference: Arm | None = None  # run once a replicate, where it is wanted
        self.reference_of: Callable[[Arm], Arm] | None = None  # in its place: one of each arm's own
        self._own: dict[str, str] = {}  # arm -> the name of its reference
        self._scenarios: dict[tuple[str, str, bool], Scenario] = {}
        self._runs: dict[str, dict[tuple[str, int], int]] = {}  # kind -> (arm, replicate) -> its run

    @contextmanager
    def begin(self, words: Sequence[str]) -> Iterator[Study]:
        """The study of the command line, begun or gone on with; it notes how it ended."""
        with begin(self.line.starting(self.base), words) as self.work:
            yield self.work

    def task(
        self,
        arm: Arm,
        replicate: int,
        kind: str = MAIN,
        *,
        drawn: bool | None = None,
        keep_series: bool = False,
    ) -> Task:
        """One run of an arm; `kind` main, fresh or `relief:<condition>`; `drawn` as the settings say."""
        settings = self.settings
        policies = (*self.policies, *arm.policies)
        if arm.fit or arm.policies or (self.arms_win and policies):
            scenario = self._fitted(arm, replicate, policies)
            return Task(scenario, replicate, settings.seed, arm=kind, keep_series=keep_series)
        drawn = settings.drawn if drawn is None else drawn
        scenario, draw = self._scenario(arm, kind, drawn), replicate if drawn else -1
        return Task(scenario, replicate, settings.seed, draw, kind, keep_series)

    def _scenario(self, arm: Arm, kind: str, drawn: bool) -> Scenario:
        """What an arm sets, the same for all replicates; what it sets is not drawn."""
        if (arm.name, kind, drawn) not in self._scenarios:
            changes = {**arm.changes, **({} if self.arms_win or arm.wins else self.line.pinned)}
            if kind.startswith(RELIEF):
                changes |= relief_of(kind.removeprefix(RELIEF), patched(self.base, changes))
            held = self.touched | set(changes) if drawn else frozenset[str]()
            parameters = patched(self.base, changes)
            modifiers = compose_policies(self.policies, parameters)
            table = self.settings.table if drawn else ""
            self._scenarios[arm.name, kind, drawn] = Scenario(
                arm.name, parameters, held, modifiers=modifiers, table=table
            )
        return self._scenarios[arm.name, kind, drawn]

    def _fitted(self, arm: Arm, replicate: int, policies: tuple[Intervention, ...]) -> Scenario:
        """The scenario of one replicate, for what reads the drawn parameters."""
        settings, values = self.settings, dict[str, Any]()
        if settings.drawn:
            values = draws.draw(settings.seed, replicate, self.touched, settings.table)
        moving = {*arm.changes, *(modifier.path for modifier in compose_policies(policies, self.base))}
        drawn = draws.with_draw(self.base, draws.acting(self.base, values, (), moving))
        parameters = patched(drawn, {**arm.changes, **(arm.fit(drawn) if arm.fit else {})})
        return Scenario(arm.name, parameters, modifiers=compose_policies(policies, parameters))

    def run(
        self,
        wanted: Iterable[tuple[Arm, int]],
        label: str = "runs",
        drawn: bool | None = None,
        kind: str = MAIN,
        more: bool = False,
    ) -> None:
        """Run what is not done of (arm, replicate), and the reference of each replicate; `more` follow."""
        asked, tasks = list(wanted), []
        if self.reference:
            asked += [(self.reference, at) for at in sorted({replicate for _, replicate in asked})]
        asked += self._references(asked)
        for arm, replicate in asked:
            tasks.append(self.task(arm, replicate, kind, drawn=drawn))
            self._runs.setdefault(kind, {})[arm.name, replicate] = tasks[-1].run
        self.work.run(tasks, label, more=more)

    def _references(self, asked: Sequence[tuple[Arm, int]]) -> list[tuple[Arm, int]]:
        """The own references of arms, each once a replicate."""
        found: dict[tuple[str, int], tuple[Arm, int]] = {}
        for arm, replicate in asked if self.reference_of else ():
            own = self.reference_of(arm)  # type: ignore[misc]
            self._own[arm.name] = own.name
            found.setdefault((own.name, replicate), (own, replicate))
        return list(found.values())

    def villages(self, kind: str = MAIN) -> pd.DataFrame:
        """Village rows of every run of a kind that was asked for but the reference, with what they add to it.

        Mistake names what is missing, whatever `partial` says.
        """
        self.work.flush()
        rows = Results(self.work.folder).villages().drop(columns=["scenario", "replicate"])
        names = pd.DataFrame(
            [(*key, run) for key, run in self._runs.get(kind, {}).items()],
            columns=["scenario", "replicate", "run"],
        )
        table = names.merge(rows, on="run", how="inner")
        return self._against_own(table) if self._own else reference.split(table)

    def _against_own(self, table: pd.DataFrame) -> pd.DataFrame:
        """Rows of arms with what they add to their own reference."""
        named = table["scenario"].astype(str)
        parts = [
            reference.with_added(table[named == arm], table[named == own]) for arm, own in self._own.items()
        ]
        return pd.concat(parts).sort_index()


class BaselineRuns(ArmRuns):
    """Arms (the baseline among them, where there is one) x seeds, in one of an experiment's sizes.

    Changes of arms hold over the command line; Mistake where every arm sets what the line sets too.
    """

    def __init__(
        self,
        line: Composed,
        sizes: Mapping[str, Size],
        arms: Sequence[Arm],
        policies: tuple[Intervention, ...] | None = None,
    ) -> None:
        size = sizes[line.settings.size]
        super().__init__(line, size.base_of(line), arms_win=True, policies=policies)
        self.arms, self.seeds = list(arms), line.settings.seeds or size.seeds or 1
        overruled = sorted(set(line.pinned).intersection(*(arm.changes for arm in arms)))
        if overruled:
            raise Mistake(
                f"{overruled[0]}: every arm of experiment={line.settings.name} sets it itself; "
                f"experiment=baseline takes it as written"
            )

    def run_all(self) -> pd.DataFrame:
        """Run all arms and the reference; rows of the arms with `weight` and what they add to it."""
        arms = [*self.arms, reference_arm()]
        self.work.run([self.task(arm, at) for at in range(self.seeds) for arm in arms])
        return statistics.with_weights(reference.split(self.work.results().villages()), self.base)


__all__ = [
    "BASELINE",
    "ENVELOPE",
    "FRESH",
    "FRESH_FROM",
    "LUCK",
    "MAIN",
    "PLAIN",
    "RELIEF",
    "SHARES",
    "SIZES",
    "Arm",
    "ArmRuns",
    "BaselineRuns",
    "Size",
    "fitting",
    "reference_arm",
    "shares",
]


def check_cells(needed: set[str], runs: ArmRuns) -> None:
    """Raise Mistake where the county has no village of a kind or strength that is `needed`."""
    base, settings = runs.base, runs.settings
    for at in range(1 if base.county.stratified else settings.seeds or 20):
        seed = draws.replicate_seed(settings.seed, at)
        states: Any = village_states(base, seed, np.arange(1, base.county.villages + 1))
        there = {VILLAGE_KINDS[kind] for kind in states.kind} | {STRENGTHS[one] for one in states.strength}
        lacking = sorted(needed & {*VILLAGE_KINDS, *STRENGTHS} - there)
        if lacking:
            raise Mistake(
                f"{settings.name} compares {', '.join(lacking)} villages, and "
                f"county.villages={base.county.villages} has none of them: 12 with "
                f"county.stratified=true have every kind and strength"
            )
