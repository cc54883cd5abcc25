"""Runs of an experiment that compares: named changes x replicates, each with its luck and draw, and the
villages they gave.

The one place where contrasts and sensitivity meet the study.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pandas as pd

from experiments.command.scenario import Composed, Scenario, patched
from experiments.study import study
from experiments.study.plan import Task
from experiments.study.store import Results
from sim.state.parameters import Parameters

SIZES = {
    "quick": (12, 100),
    "default": (12, 200),
    "full": (24, 300),
}  # villages, elders: as the first answer, for time


def base_of(line: Composed) -> Parameters:
    """The county that the changes start from: the command line's, in the size asked for."""
    villages, elders = SIZES[line.settings.size]
    return line.sized({"county.villages": villages, "county.elders": elders})


class Campaign:
    """Runs of one study; `base` is the command line's county in the size asked for."""

    def __init__(self, line: Composed, work: study.Study) -> None:
        self.line, self.settings, self.work, self.folder = line, line.settings, work, work.folder
        self.base = base_of(line)
        self.held = line.touched()
        self._names: dict[
            tuple[str, int], int
        ] = {}  # runs of the same content are run once, under all their names

    def run(
        self,
        wanted: Iterable[tuple[str, Mapping[str, Any], int]],
        label: str = "runs",
        drawn: bool | None = None,
    ) -> None:
        """Run what is not done of (name, path -> value, replicate).

        What the command line pins holds over all changes.
        """
        s, made = self.settings, dict[str, Scenario]()
        drawn = s.draws if drawn is None else drawn
        tasks = []
        for name, changes, at in wanted:
            if name not in made:
                changes = {**changes, **self.line.pinned}
                held = frozenset(self.held | set(changes)) if drawn else frozenset()
                made[name] = self.line.scenario(name, patched(self.base, changes), held)
            tasks.append(Task(made[name], at, s.seed, at if drawn else -1, "main", False))
            self._names[name, at] = tasks[-1].run
        self.work.run(tasks, label)

    def villages(self) -> pd.DataFrame:
        """Village rows of every name asked for.

        Mistake that names what is missing, whatever `partial` says.
        """
        self.work.flush()
        rows = Results(self.folder).villages().drop(columns=["scenario", "replicate"])
        names = pd.DataFrame(
            [(*key, run) for key, run in self._names.items()], columns=["scenario", "replicate", "run"]
        )
        return names.merge(rows, on="run", how="inner")

    def text(self, name: str, content: str) -> None:
        """A text file in the folder."""
        self.work.text(name, content)


@contextmanager
def campaign(line: Composed, words: list[str]) -> Iterator[Campaign]:
    """The study of a command line, begun or gone on with; it notes how it ended."""
    with study.begin(line.starting(base_of(line)), words) as work:
        yield Campaign(line, work)
