"""Which published patterns a county shows: `python run.py patterns`, or `validate patterns=<file>`.

Patterns are data (`configs/patterns.yaml`); each set-up they name is run once a seed, from the parameters
asked for, and each pattern's function reads its value off. Nothing is tuned to the bands here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

import sim
from sim.policies import compose
from sim.state.horizon import month_number

from ..command import own_folder
from ..command.scenario import Composed, policy
from ..report.style import both, figures_in, phrase, tell
from ..report.text import layout, numbered
from ..study import draws, study
from ..study.findings import Findings, ShownTable
from . import pattern_file
from .comparing import compared
from .judging import HOLDS, IMPLAUSIBLE, MISSES, Judgement, judge, short
from .pattern_figure import draw
from .pattern_file import Pattern, Setup
from .persons import watched
from .summaries import Summary, Value
from .summaries.registry import PERSONS, RUN, START

SIZES = {"quick": 3, "default": 6, "full": 20}  # seeds
VILLAGES = 20
COLUMNS = (
    "id",
    "pattern",
    "found",
    "95 % interval",
    "band",
    "observed",
    "implausibility",
    "verdict",
    "seen in",
)
LIMITS = (
    (
        "Bands are proposals made with the collected values; a pattern in its band does not prove the rules "
        "behind it."
    ),
    "Seeds differ in luck alone unless draws=true; set-ups of a pattern stand in the file of patterns.",
)


def months_of(base: sim.Parameters, months: int) -> str:
    """The last month, YYYY-MM, of so many from the start."""
    year, month = divmod(month_number(base.horizon.start) + months - 1, 12)
    return f"{year:04d}-{month + 1:02d}"


def parameters_of(line: Composed, base: sim.Parameters, setup: Setup, at: int) -> sim.Parameters:
    """What seed `at` of a set-up is run with: the parameters asked for, a draw, then the set-up's own."""
    changes = dict(setup.changes)
    if setup.months:
        changes["horizon.end"] = months_of(base, setup.months)
    if line.settings.drawn:
        fixed = line.touched() | set(changes)
        base = draws.with_draw(base, draws.draw(line.settings.seed, at, fixed, line.settings.table))
    return base.replace(changes)


def seen_of(model: sim.MutualAidModel, needs: set[str]) -> dict[str, Any]:
    """What summaries are given, by what they need; persons are watched where somebody needs them."""
    if needs == {START}:
        return {START: model}
    if PERSONS in needs:
        return dict(zip((RUN, PERSONS), watched(model), strict=True))
    return {RUN: model.run()}


def values(
    line: Composed, base: sim.Parameters, setup: Setup, summaries: Sequence[Summary]
) -> dict[str, list[Value]]:
    """Summary (as called) -> a value a seed, under one set-up; a run is let go once it has been read."""
    seeds = line.settings.seeds or SIZES[line.settings.size]
    found: dict[str, list[Value]] = {summary.called: [] for summary in summaries}
    for at in range(min(seeds, setup.seeds or seeds)):
        parameters = parameters_of(line, base, setup, at)
        own = tuple(policy(name, parameters) for name in setup.policy)
        model = sim.MutualAidModel(
            parameters,
            seed=draws.replicate_seed(line.settings.seed, at),
            modifiers=compose((*line.policies, *own), parameters),
            spin_up=setup.gives == RUN,
        )
        seen = seen_of(model, {summary.needs for summary in summaries})
        for summary in summaries:
            found[summary.called].append(summary.of(seen[summary.needs]))
    return found


def judged(line: Composed, base: sim.Parameters, patterns: Iterable[Pattern]) -> list[Judgement]:
    """Every pattern, in its order; a set-up is run once for all that ask for it."""
    patterns = list(patterns)
    wanted: dict[str, dict[str, Summary]] = {}
    setups: dict[str, Setup] = {}
    for pattern in patterns:
        for setup in filter(None, (pattern.setup, pattern.against)):
            setups[setup.name] = setup
            wanted.setdefault(setup.name, {})[pattern.summary.called] = pattern.summary
    found = {name: values(line, base, setups[name], list(mine.values())) for name, mine in wanted.items()}
    return [judge(pattern, of_pattern(pattern, found)) for pattern in patterns]


def of_pattern(pattern: Pattern, found: Mapping[str, Mapping[str, list[Value]]]) -> list[Value]:
    """A value a seed: of its set-up, or of that compared with another."""
    name = pattern.summary.called
    mine = found[pattern.setup.name][name]
    if pattern.against is None:
        return mine
    return compared(pattern.compare, mine, found[pattern.against.name][name])


def setup_of(pattern: Pattern) -> str:
    """The set-up, and what it is compared with."""
    if pattern.against is None:
        return pattern.setup.name
    return f"{pattern.setup.name} / {pattern.against.name} ({phrase(pattern.compare)})"


def name_of(pattern: Pattern) -> str:
    """What a pattern is, in the language that is spoken, where the file says so."""
    return tell(pattern.what, pattern.chinese or pattern.what)


def cells(one: Judgement) -> list[str]:
    """A row of the table."""
    pattern = one.pattern
    return [
        pattern.id,
        name_of(pattern),
        short(one.value),
        f"{short(one.low)} {tell('to', '至')} {short(one.high)}",
        f"{pattern.low:g} {tell('to', '至')} {pattern.high:g}",
        f"{pattern.observed:g}",
        f"{one.implausibility:.1f}",
        phrase(one.verdict),
        tell(f"{one.seeds} seeds, {one.units}", f"{one.seeds} 个种子，{one.units}"),
    ]


def sentences(rows: list[Judgement]) -> list[str]:
    """How many hold, what misses most, what is implausible and what cannot be told."""
    comma, full, none = tell(", ", "、"), tell(".", "。"), tell("none", "无")
    holding, missing = ([one for one in rows if one.verdict == word] for word in (HOLDS, MISSES))
    unknown = [one.pattern.id for one in rows if one.verdict not in (HOLDS, MISSES)]
    far = [one.pattern.id for one in rows if one.implausibility > IMPLAUSIBLE]
    said = [
        tell(
            f"{len(holding)} of {len(rows)} patterns hold, {len(missing)} miss, {len(unknown)} cannot be "
            "told.",
            f"{len(rows)} 条规律中 {len(holding)} 条成立，{len(missing)} 条不成立，"
            f"{len(unknown)} 条无法判断。",
        )
    ]
    worst = max(missing, key=lambda one: one.miss, default=None)
    if worst is not None:
        pattern = worst.pattern
        said.append(
            tell(
                f"Farthest off its band: {name_of(pattern)} ({pattern.id}), {short(worst.value)} against "
                f"{pattern.low:g} to {pattern.high:g}.",
                f"离区间最远：{name_of(pattern)}（{pattern.id}），{short(worst.value)}，"
                f"区间为 {pattern.low:g} 至 {pattern.high:g}。",
            )
        )
    far_text, unknown_text = comma.join(far) or none, comma.join(unknown) or none
    said.append(
        tell(
            f"Implausible (over {IMPLAUSIBLE:g}): {far_text}; cannot be told: {unknown_text}",
            f"难以置信（大于 {IMPLAUSIBLE:g}）：{far_text}；无法判断：{unknown_text}",
        )
        + full
    )
    return said


def findings(rows: list[Judgement], folder: Path) -> Findings:
    """What was found, in the language that is spoken."""
    said = sentences(rows)
    note = phrase(
        "95 % interval of the mean over seeds (Student's t); implausibility: distance from the observed "
        "value over the deviations of observation, discrepancy and luck; seen in: seeds, and units"
    )
    sources = [
        [one.pattern.id, one.pattern.source, one.pattern.year, one.pattern.grade, phrase(one.pattern.use),
         one.pattern.summary.called, setup_of(one.pattern)]
        for one in rows
    ]  # fmt: skip
    return Findings(
        question=phrase(
            "Which published patterns does the county asked for show, and by how much does it miss the "
            "others?"
        ),
        sentences=said,
        tables=[
            ShownTable(
                phrase("Patterns"), [phrase(head) for head in COLUMNS], [cells(one) for one in rows], note
            ),
            ShownTable(
                phrase("Where the patterns come from"),
                [phrase(head) for head in ("id", "source", "year", "grade", "use", "summary", "set-up")],
                sources,
            ),
        ],
        pictures=[draw(rows, said[0].rstrip(".。"), figures_in(folder), name_of)],
        limits=list(map(phrase, LIMITS)),
    )


def table(rows: list[Judgement]) -> pd.DataFrame:
    """One row a pattern with every number, for summary.csv."""
    return pd.DataFrame(
        {
            "id": one.pattern.id, "what": one.pattern.what, "value": one.value, "low": one.low,
            "high": one.high, "band_low": one.pattern.low, "band_high": one.pattern.high,
            "observed": one.pattern.observed, "implausibility": one.implausibility, "verdict": one.verdict,
            "seeds": one.seeds, "units": one.units, "use": one.pattern.use,
        }
        for one in rows
    )  # fmt: skip


def run(line: Composed, words: list[str]) -> int:
    """Run, print the table, keep findings, picture and summary.csv.

    The exit code is 0 whether or not patterns hold: a miss is a finding.
    """
    path = line.settings.patterns
    patterns = pattern_file.read(own_folder.file_of("patterns", path)) if path else list(pattern_file.ready())
    base = line.sized({"county.villages": VILLAGES})
    with study.begin(line.starting(base), words, fresh=True) as work:
        rows = judged(line, base, patterns)
        work.text("summary.csv", table(rows).to_csv(index=False))
        found = both(lambda: findings(rows, work.folder), work.folder)
        shown = layout([found.tables[0].columns, *found.tables[0].rows])
        where = f"{work.folder}/: findings.json, summary.csv, figures/patterns.png, resolved.yaml"
        text = "\n\n".join([shown, found.tables[0].note, numbered(found.sentences), where])
        work.text("answer.txt", text + "\n")
        print(text)
    return 0
