"""`experiment=sensitivity data=x.csv outcomes=[a,b]`: what the outcomes of a table from elsewhere depend on.

PAWN and delta take any sample of inputs. Inputs are replaced by their ranks, which changes neither; an idle
one is put beside them. Morris and Sobol want steps from point to point that only their own designs have.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from scipy import stats

from ..command.scenario import Composed
from ..report.style import both, figures_in, phrase, tell
from ..report.text import as_text
from ..study.findings import Findings
from ..study.study import begin
from . import figures, text
from .analysis import Analysed, analyse, summary
from .designs import Design
from .inputs import DUMMY
from .table_file import RunTable, read_table


@dataclass(frozen=True)
class Sample(Design):
    """Points that were there before: (n, inputs) in the unit cube."""

    given: np.ndarray = field(default_factory=lambda: np.empty((0, 0)), compare=False)

    @cached_property
    def points(self) -> np.ndarray:
        """As given."""
        return self.given


def sample_of(table: RunTable, method: str, seed: int) -> tuple[Sample, dict[str, np.ndarray]]:
    """Points and (rows, 1) outcomes of a table, in an order that says nothing; the idle input comes last."""
    rng = np.random.default_rng([seed, 7])
    order = rng.permutation(table.rows)
    ranks = [(stats.rankdata(values[order]) - 0.5) / table.rows for values in table.inputs.values()]
    names = (*table.inputs, DUMMY)
    idle = (rng.permutation(table.rows) + 0.5) / table.rows
    made = Sample(method, names, names, table.rows, seed + 1, np.stack([*ranks, idle], axis=1))
    return made, {name: values[order, None] for name, values in table.outcomes.items()}


def findings(path: str, table: RunTable, found: Analysed) -> Findings:
    """Tables and three sentences; what the table leaves open stands in the limits."""
    lead, sure = text.leading(found), text.surest(found, 1)
    last = tell(
        f"{table.rows} rows of {path} were analysed as they are: chance of the model that made them is "
        f"within the outcomes.",
        f"分析了 {path} 的 {table.rows} 行，未作改动：产生它们的模型的偶然含在结果之中。",
    )
    limits = [
        phrase(
            "Inputs are taken as independent: of two that go together in the table one may be named for the "
            "other."
        ),
        *(
            tell(f"Column {name} is left out: {why}.", f"未含列 {name}：{phrase(why)}。")
            for name, why in table.left_out.items()
        ),
    ]
    if found.design.method == "delta":
        limits.append(phrase(text.FEW_DELTA))
    asked = phrase("What do the outcomes depend on, and how sure is that?")
    tables = [text.index_table(found), text.trust_table(found)]
    return Findings(asked, [lead, sure, last], tables, limits=limits)


def run(line: Composed, words: list[str]) -> int:
    """Exit code."""
    settings = line.settings
    table = read_table(settings.data, settings.outcomes, settings.inputs, settings.method)
    design, raw = sample_of(table, settings.method, settings.seed)
    with begin(line, words) as work:
        labels = {name: name for name in table.outcomes}
        done = replace(analyse(design, raw), labels=labels)
        drawn = figures.draw([done], figures_in(work.folder))
        found = both(lambda: replace(findings(settings.data, table, done), pictures=drawn), work.folder)
        work.text("summary.csv", summary(done).to_csv())
        said = as_text(found, work.folder)
        work.text("answer.txt", said + "\n")
        print(said)
    return 0
