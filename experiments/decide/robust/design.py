"""The plans: every mix with every business, alone and with each policy, and the county without stations."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd

from ...command.scenario import Composed, arm, policy
from ...study.drawn import drawn
from ..candidates import NOTHING, Candidate, CandidateRuns, drawn_of
from ..objectives import FRESH, MAIN, OBJECTIVES, futures, replicates
from .judged import PlanJudgement
from .where import Telling, telling

MIXES = ("jiangxi", "four_payers", "government_led", "feixiang", "society_led")
BUSINESSES = ("none", "tourism")


class RobustSize(NamedTuple):
    """Mixes and businesses where none are named, villages, elders a village, futures, and fresh futures that
    chose nothing.
    """

    mixes: int
    businesses: int
    villages: int
    elders: int
    seeds: int
    fresh: int


SIZES = {
    "quick": RobustSize(3, 1, 12, 60, 24, 16),
    "default": RobustSize(4, 2, 12, 100, 100, 80),
    "full": RobustSize(5, 2, 24, 200, 240, 200),
}


def plans(line: Composed) -> list[Candidate]:
    """Mixes x businesses x (no policy, each policy); what the command line pins holds over all."""
    settings, found, size = line.settings, list[Candidate](), SIZES[line.settings.size]
    policies = {name: policy(name, line.parameters, settings.trusted) for name in settings.policy}
    for name in ("", *policies):
        for column in settings.columns or BUSINESSES[: size.businesses]:
            for row in settings.rows or MIXES[: size.mixes]:
                changes = {**arm("funding", row), **arm("business", column), **line.pinned}
                acting = (policies[name],) if name else ()
                label = "/".join([row, column, *([name] if name else [])])
                found.append(Candidate(label, changes, acting))
    return found


@dataclass(frozen=True)
class Robust:
    """What was run: plans with the county without stations first, and objective by run."""

    runs: CandidateRuns
    names: list[str]
    table: pd.DataFrame

    @property
    def headline(self) -> str:
        """The objective that the question is about."""
        return str(self.runs.settings.outcome)

    def good(self, objective: str) -> float:
        """What counts as good enough, in its unit."""
        asked = self.runs.settings.below
        return asked if asked is not None and objective == self.headline else OBJECTIVES[objective].good

    def values(self, objective: str, kind: str = MAIN) -> np.ndarray:
        """(plans, futures)."""
        return futures(self.table, self.names, objective, kind)

    @cached_property
    def judgements(self) -> dict[str, PlanJudgement]:
        """Objective -> plans judged by it."""
        seed, found = self.runs.settings.seed, {}
        for name, one in OBJECTIVES.items():
            gains, fresh = (one.better * self.values(name, kind) for kind in (MAIN, FRESH))
            found[name] = PlanJudgement(gains, fresh, one.better * self.good(name), one.least, seed)
        return found

    @property
    def judged(self) -> PlanJudgement:
        """By the headline."""
        return self.judgements[self.headline]

    def lead_of(self, one: int, other: int) -> np.ndarray:
        """By how much one plan is ahead of another in every future, fresh ones too."""
        both = [self.judged.gains, self.judged.fresh]
        return np.concatenate([gains[one] - gains[other] for gains in both])

    @cached_property
    def apart(self) -> Apart | None:
        """The two plans that metrics disagree on most, and what tells their futures apart."""
        pair = self.judged.apart()
        if pair is None:
            return None
        lead = self.lead_of(*pair)
        shown = next(self.names[at] for at in pair if self.names[at] != NOTHING)
        wanted = [(kind, at) for kind in (MAIN, FRESH) for at in replicates(self.table, self.names, kind)]
        tasks = {
            (kind, task.replicate): task
            for kind in (MAIN, FRESH)
            for task in drawn_of(self.runs.work, shown, kind)
        }
        table = drawn([tasks[key] for key in wanted if key in tasks])
        drew = len(table.values) == len(lead)
        return Apart(*pair, lead, telling(table, lead, self.runs.settings.seed) if drew else [])


class Apart(NamedTuple):
    """Two plans (places), the lead of the one in every future, and the parameters that go with it."""

    one: int
    other: int
    lead: np.ndarray
    telling: list[Telling]


def robust(runs: CandidateRuns, found: list[Candidate]) -> Robust:
    """Run all plans on the futures and on fresh ones."""
    size = SIZES[runs.settings.size]
    runs.run(found, runs.settings.seeds or size.seeds, "futures")
    runs.run(found, runs.settings.seeds or size.fresh, "fresh futures", FRESH)
    return Robust(runs, [NOTHING, *(one.name for one in found)], runs.measured())
