"""The engine of every comparison: arms x conditions x seeds -> outcomes -> paired differences -> a verdict.

A question says beforehand what it expects (`Test`: a weighted sum of outcomes of arms that should lie above
zero) and which parameters could have built that in. All arms of a replicate share luck and parameter draw.
The tests are repeated with each such parameter at both ends of its range and in a null arm; the replicate is
the unit of every interval.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from experiments import outcomes, statistics
from experiments.campaign import Campaign, base_of, campaign
from experiments.command.scenario import Composed, Mistake, known
from experiments.outcomes import ALL, HEADLINE, OUTCOMES
from experiments.report.findings import Findings, Picture, Table
from experiments.report.style import both, phrase, tell, words
from experiments.statistics import STABLE, Interval, half
from experiments.study import draws
from sim.start.county import village_states
from sim.state.codes import STRENGTHS, VILLAGE_KINDS

WRITTEN, NULL = "as written", "null arm"
FULL = 100  # seeds of size=full
RUNS = {
    "quick": 80,
    "default": 400,
}  # what the others may take, for time: about three minutes on two cores by default
LEAST = {"quick": 3, "default": 8}
GROWTH = 1.5  # from round to round while a precision is asked for
ENOUGH = (
    (
        f"half-width: the wider side of the interval; c_v: standard deviation over mean; settled: the "
        f"number of seeds after which it moves by less than {STABLE} (Lee et al. 2015)"
    ),
    f"半宽：区间较宽的一侧；c_v：标准差除以均值；稳定：此后变动小于 {STABLE} 的种子数（Lee 等 2015）",
)
SIGNS = {"holds": "成立", "none": "无影响", "open": "不能判断", "against": "相反"}  # states in Chinese
CLAIM = 0.05  # half-width that is called precise where none was asked for


@dataclass(frozen=True)
class Test:
    """A sum of weight x outcome(arm, cell) that is expected above zero; below `least` it counts as nothing.

    `room`: it compares differences, so that an arm at the end of its scale hides what is asked.
    """

    text: str
    terms: tuple[tuple[float, str, str, str], ...]
    least: float = 0.01
    room: bool = False

    @property
    def arms(self) -> set[str]:
        """Their names."""
        return {arm for _, arm, _, _ in self.terms}


def differ(text: str, outcome: str, more: str, less: str, cell: str = ALL, least: float = 0.01) -> Test:
    """The outcome is higher in arm `more` than in arm `less`."""
    return Test(text, ((1.0, more, outcome, cell), (-1.0, less, outcome, cell)), least)


@dataclass(frozen=True)
class Question:
    """What is asked, what is expected and what could have built it in, written before; `arms[0]` is the
    reference.

    `built_in`: paths swept to both ends of their range. `null`: changes under which the expected mechanism
    cannot act. `extra` adds tables, figures and sentences of its own.
    """

    question: str
    hypothesis: str
    because: str
    arms: Mapping[str, Mapping[str, Any]]
    tests: tuple[Test, ...] = ()
    built_in: tuple[str, ...] = ()
    null: Mapping[str, Any] | None = None
    base: Mapping[str, Any] = field(default_factory=dict)
    shown: tuple[str, ...] = HEADLINE
    cells: tuple[str, ...] = (ALL,)
    limits: tuple[str, ...] = ()
    extra: Callable[[Done], tuple[list[str], list[Table], list[Picture]]] | None = None

    @property
    def available(self) -> dict[str, Mapping[str, Any]]:
        """Arms whose every parameter this version of the model declares."""
        return {name: changes for name, changes in self.arms.items() if set(changes) <= set(known())}

    @property
    def tested(self) -> tuple[Test, ...]:
        """Tests whose arms are all available."""
        return tuple(t for t in self.tests if t.arms <= set(self.available))

    def conditions(self) -> dict[str, dict[str, Any]]:
        """Name -> changes: as written, each parameter of `built_in` at both ends, the null arm."""
        found: dict[str, dict[str, Any]] = {WRITTEN: {}}
        if self.tested:
            for path in self.built_in:
                d = known().get(path)
                if d is not None:
                    found |= {f"{path} = {x:g}": {path: d.kind(x)} for x in (d.low, d.high) if x is not None}
            if self.null is not None and set(self.null) <= set(known()):
                found[NULL] = dict(self.null)
        return found

    def needed(self) -> set[str]:
        """Cells that tests and tables read."""
        return {*self.cells, ALL, *(cell for t in self.tests for _, _, _, cell in t.terms)}


@dataclass
class Done:
    """Everything a finished comparison knows; `values` is indexed by condition, arm, cell, replicate."""

    question: Question
    campaign: Campaign
    values: pd.DataFrame
    seeds: int

    def of(self, arm: str, outcome: str, cell: str = ALL, condition: str = WRITTEN) -> np.ndarray:
        """One number a replicate, in their order."""
        return np.asarray(self.values.loc[(condition, arm, cell)][outcome].sort_index(), float)

    def mean(self, arm: str, outcome: str, cell: str = ALL) -> Interval:
        """Mean over replicates with its interval."""
        return statistics.interval(self.of(arm, outcome, cell), OUTCOMES[outcome].share)

    def paired(self, arm: str, outcome: str, cell: str = ALL, reference: str | None = None) -> Interval:
        """Difference to the reference arm under the same luck and draw."""
        x = self.of(arm, outcome, cell) - self.of(
            reference or next(iter(self.question.available)), outcome, cell
        )
        return statistics.interval(x, bounded=False)

    def effect(self, test: Test, condition: str = WRITTEN) -> np.ndarray:
        """The test's sum, one number a replicate."""
        return np.asarray(sum(w * self.of(arm, o, cell, condition) for w, arm, o, cell in test.terms), float)

    def at_end(self, test: Test, condition: str = WRITTEN) -> list[str]:
        """Arms of the test that stand at the end of their scale in most seeds."""
        return list(
            dict.fromkeys(
                arm
                for _, arm, o, cell in test.terms
                if OUTCOMES[o].share and ended(self.of(arm, o, cell, condition))
            )
        )

    def state(self, test: Test, condition: str = WRITTEN) -> str:
        """`state` of the test's effect.

        Open where no effect is no news, every arm being at the end of its scale, or where the test lacks the
        room it needs.
        """
        found, short = (
            state(self.effect(test, condition), test.least if condition == WRITTEN else 0.0),
            self.at_end(test, condition),
        )
        hidden = short and (test.room or (found == "none" and len(short) == len(test.arms)))
        return "open" if hidden else found

    @property
    def places(self) -> list[tuple[str, str]]:
        """(arm, cell) of everything that is reported."""
        q = self.question
        return [
            (arm, cell)
            for cell in q.cells
            for arm in q.available
            if (WRITTEN, arm, cell) in self.values.index
        ]


# -- statistics
# --------------------------------------------------------------------------------------------------------
def state(x: np.ndarray, least: float = 0.0) -> str:
    """holds (interval above zero), none (it lies below `least`, or all are zero), against (below zero),
    open.
    """
    e = statistics.interval(x, bounded=False)
    if not np.any(x):
        return "none"
    if e.high < 0:
        return "against"
    if e.high < least:
        return "none"
    return "holds" if e.low > 0 else "open"


def ended(x: np.ndarray) -> bool:
    """Whether a share stands at nought, or at one, in most seeds."""
    return max(float(np.mean(x <= 0.0)), float(np.mean(x >= 1.0))) > 0.5


def judge(states: Mapping[str, list[str]]) -> str:
    """Verdict from the states of all tests by condition; empty where nothing was tested."""
    written = states.get(WRITTEN, [])
    if not written:
        return ""
    if "against" in written or "none" in written:
        return "not supported"
    if "open" in written:
        return "undecided"
    return "supported" if all(s == "holds" for c in states.values() for s in c) else "built in"


def variance_ratio(parts: list[tuple[float, np.ndarray]]) -> float:
    """Variance of a weighted sum had the arms been independent, over its variance as paired.

    Nan where that is zero.
    """
    apart = sum(w**2 * float(np.var(x, ddof=1)) for w, x in parts)
    joined = float(np.var(sum(w * x for w, x in parts), ddof=1))
    return apart / joined if joined > 1e-15 else math.nan


def widths(done: Done) -> dict[str, float]:
    """Half-width of every headline share by arm and cell and of every test, as written.

    What a precision is asked of.
    """
    found = {
        phrase(OUTCOMES[o].label) + tell(", ", "，") + place(arm, cell): half(done.mean(arm, o, cell))
        for arm, cell in done.places
        for o in HEADLINE
        if OUTCOMES[o].share
    }
    return found | {
        phrase(t.text): half(statistics.interval(done.effect(t), bounded=False))
        for t in done.question.tested
        if _share(t)
    }


def widest(done: Done) -> tuple[float, str]:
    """The largest of `widths` and what it belongs to."""
    return max(((v, k) for k, v in widths(done).items()), default=(0.0, tell("nothing", "无")))


def called(arm: str) -> str:
    """An arm for readers: as it is written; in Chinese by its parts, where the whole has no pair."""
    return tell(arm, words(arm))


def place(arm: str, cell: str) -> str:
    """An arm, with the villages meant where these are not all."""
    return called(arm) if cell == ALL else tell(f"{arm}, {cell} villages", f"{called(arm)}，{phrase(cell)}")


def _share(test: Test) -> bool:
    return all(OUTCOMES[o].share for _, _, o, _ in test.terms)


# -- runs ----------------------------------------------------------------------------------------------------
# ----------
def compare(question: Question, campaign: Campaign) -> tuple[Done, int]:
    """Run until the asked precision or the most seeds that are allowed; these are handed back too."""
    s = campaign.settings
    seeds = s.seeds or seeds_of(question, s.size)
    limit = max(s.max_seeds or 8 * seeds, seeds) if s.precision else seeds
    while True:
        campaign.run(_wanted(question, range(seeds)))
        done = _done(question, campaign, seeds)
        if s.precision is None or widest(done)[0] <= s.precision or seeds >= limit:
            return done, limit
        seeds = min(limit, math.ceil(GROWTH * seeds))


def seeds_of(question: Question, size: str) -> int:
    """Seeds where none were asked for: as many as the size has time for."""
    return (
        FULL
        if size == "full"
        else min(max(RUNS[size] // len(_wanted(question, range(1))), LEAST[size]), FULL)
    )


def _stopped(asked: float | None, seeds: int, limit: int, wide: float, text: str) -> str:
    goal = asked or CLAIM
    need = math.ceil(seeds * (wide / goal) ** 2)
    more = (
        tell(
            f"; ± {goal:g} everywhere would take at most about {need} seeds",
            f"；要处处达到 ± {goal:g}，至多约需 {need} 个种子",
        )
        if wide > goal
        else ""
    )
    if asked is None:
        return tell(
            f"{seeds} seeds as asked for; the widest 95 % interval is ± {wide:.3f} ({text}){more}",
            f"按要求运行 {seeds} 个种子；最宽的 95% 区间为 ± {wide:.3f}（{text}）{more}",
        )
    if wide <= asked:
        return tell(
            (
                f"stopped at {seeds} seeds: the asked precision ± {asked:g} is reached everywhere (widest "
                f"± {wide:.3f}, {text})"
            ),
            f"在 {seeds} 个种子处停止：所要求的精度 ± {asked:g} 处处达到（最宽 ± {wide:.3f}，{text}）",
        )
    return tell(
        (
            f"stopped at the limit of {limit} seeds before the asked precision ± {asked:g}: widest ± "
            f"{wide:.3f} ({text}){more}"
        ),
        (
            f"达到 {limit} 个种子的上限而停止，尚未达到所要求的精度 ± {asked:g}：最宽 ± {wide:.3f}（"
            f"{text}）{more}"
        ),
    )


def _wanted(question: Question, replicates: range) -> list[tuple[str, dict[str, Any], int]]:
    tested = {arm for t in question.tested for arm in t.arms}
    return [
        (f"{condition}/{arm}", {**question.base, **changes, **held}, at)
        for at in replicates
        for condition, held in question.conditions().items()
        for arm, changes in question.available.items()
        if condition == WRITTEN or arm in tested
    ]


def _done(question: Question, campaign: Campaign, seeds: int) -> Done:
    county = campaign.base.replace({k: v for k, v in question.base.items() if k.startswith("county.")})
    found = outcomes.table(campaign.villages(), county, tuple(sorted(question.needed()))).reset_index()
    found[["condition", "arm"]] = found["scenario"].str.split("/", n=1, expand=True).to_numpy()
    return Done(
        question,
        campaign,
        found.drop(columns="scenario").set_index(["condition", "arm", "cell", "replicate"]).sort_index(),
        seeds,
    )


# -- findings
# ----------------------------------------------------------------------------------------------------------
def number(x: float, share: bool = True) -> str:
    """A share in percent points, anything else to four digits."""
    return f"{100 * x:.1f}" if share else f"{x:.4g}"


def spread(e: Interval, share: bool = True) -> str:
    """Mean (low to high)."""
    mean, low, high = (number(x, share) for x in (e.mean, e.low, e.high))
    return tell(f"{mean} ({low} to {high})", f"{mean}（{low} 至 {high}）")


def titled(outcome: str) -> str:
    """An outcome as a heading, with % where it is a share."""
    return phrase(OUTCOMES[outcome].label) + (tell(", %", "，%") if OUTCOMES[outcome].share else "")


def report(done: Done, limit: int) -> Findings:
    """Verdict, tables, figures, in the language that is spoken."""
    from experiments.report import figures_comparison

    q = done.question
    states = {c: [done.state(t, c) for t in q.tested] for c in q.conditions()}
    verdict = judge(states)
    own = q.extra(done) if q.extra else ([], [], [])
    gone = {a: ", ".join(sorted(set(c) - set(known()))) for a, c in q.arms.items() if a not in q.available}
    lost = [
        tell(
            f"arm '{a}' is left out: {paths} is not in this version of the model",
            f"未含“{called(a)}”一支：本版模型没有 {paths}",
        )
        for a, paths in gone.items()
    ]
    stopped = _stopped(done.campaign.settings.precision, done.seeds, limit, *widest(done))
    return Findings(
        question=phrase(q.question),
        sentences=[
            *(own[0] or [_villages(done)]),
            *_sentences(done, verdict, states),
            stopped[0].upper() + stopped[1:] + tell(".", "。"),
        ],
        tables=[
            *([_effects(done, states)] if q.tested else []),
            *own[1],
            _arms(done),
            _pairs(done),
            _replications(done),
        ],
        pictures=[*own[2], *figures_comparison.draw(done, states, verdict)],
        limits=[
            _setting(done),
            *lost,
            *map(phrase, q.limits),
            phrase("What-if on a synthetic county, to compare arms; levels are not forecasts."),
        ],
        hypothesis=phrase(q.hypothesis),
        built_in=phrase(q.because),
        verdict=verdict,
    )


def _setting(done: Done) -> str:
    c, h = done.campaign.base.county, done.campaign.base.horizon
    drawn = (
        tell("each seed draws the uncertain parameters anew", "每个种子重新抽取不确定参数")
        if done.campaign.settings.draws
        else tell("parameters as written", "参数取所写之值")
    )
    return tell(
        (
            f"{c.villages} villages of about {c.elders} elders, {h.start} to {h.end}; {drawn}; all arms "
            f"of a seed share luck and draw; intervals are 95 %, the seed is the unit."
        ),
        (
            f"{c.villages} 个村，每村约 {c.elders} 位老人，{h.start} 至 {h.end}；{drawn}；"
            f"同一种子的各支运气与抽取相同；区间为 95%，以种子为单位。"
        ),
    )


def _sentences(done: Done, verdict: str, states: Mapping[str, list[str]]) -> list[str]:
    if not verdict:
        return []
    order = ("against", "none", "open", "holds")  # the test that decided the verdict speaks
    t = done.question.tested[min(range(len(states[WRITTEN])), key=lambda i: order.index(states[WRITTEN][i]))]
    gap = spread(statistics.interval(done.effect(t), bounded=False), _share(t)) + (
        tell(" points", " 个百分点") if _share(t) else ""
    )
    first = tell(
        f"{verdict.capitalize()}. Expected: {t.text}. The difference is {gap}.",
        f"{words(verdict)}。预期：{phrase(t.text)}。差别为 {gap}。",
    )
    short = done.at_end(t) if done.state(t) == "open" else []
    if len(short) == len(t.arms):
        first += tell(
            (
                " In most seeds every arm stands at the end of the scale, so that this outcome cannot "
                "tell them apart here."
            ),
            "在多数种子中各支均处于量程端点，此结果在此无法区分它们。",
        )
    elif short and t.room:
        first += tell(
            (
                f" In most seeds {quoted(short)} stood at the end of the scale, where differences cannot "
                f"be compared."
            ),
            f"在多数种子中{quoted(short)}处于量程端点，差别无从比较。",
        )
    lost = [
        f"{phrase(c)} ({', '.join(sign(x) for x in sorted(set(s) - {'holds'}))})"
        for c, s in states.items()
        if c != WRITTEN and set(s) != {"holds"}
    ]
    if verdict == "built in":
        first += tell(
            f" The sign does not hold with {'; '.join(lost)}.", f"在下列条件下符号不成立：{'；'.join(lost)}。"
        )
    elif verdict == "supported":
        null = (
            tell(" and in the null arm", "，对照支中亦然")
            if NULL in states
            else tell("; no null arm was possible", "；无法设对照支")
        )
        first += tell(
            f" The sign holds at both ends of what could have built it in{null}.",
            f"在可能使其先天成立的参数两端，符号均成立{null}。",
        )
    return [first]


def sign(state: str) -> str:
    """A state in words."""
    return tell(state, SIGNS[state])


def quoted(names: list[str]) -> str:
    """Names of arms within a sentence."""
    return tell(" and ".join(f"'{a}'" for a in names), "、".join(f"“{called(a)}”" for a in names))


def _villages(done: Done) -> str:
    """The effect on villages viable in plain words."""
    first, *others = done.question.available
    seen = {float(x) for a in done.question.available for x in done.of(a, "viable")}
    if seen in ({0.0}, {1.0}):
        whom = tell("No village stays", "没有村") if seen == {0.0} else tell("All villages stay", "所有村都")
        return tell(
            f"{whom} viable in any arm and any seed: by this measure no arm can be told from another.",
            f"在任何一支、任何种子中，{whom}可持续：按此指标无法区分各支。",
        )
    gain = {a: done.paired(a, "viable") for a in others}
    best, worst = max(gain, key=lambda a: gain[a].mean), min(gain, key=lambda a: gain[a].mean)
    tied = sum(e.low <= 0 <= e.high for e in gain.values())
    more = tell(
        f"'{best}' changes that by {spread(gain[best])} points",
        f"“{called(best)}”使其变化 {spread(gain[best])} 个百分点",
    )
    if worst != best:
        more += tell(
            f" and '{worst}' by {spread(gain[worst])}", f"，“{called(worst)}”变化 {spread(gain[worst])}"
        )
    level = spread(done.mean(first, "viable"))
    return tell(
        (
            f"Of 100 villages {level} are viable at the end with '{first}'; {more}; {tied} of "
            f"{len(others)} other arms cannot be told from it."
        ),
        (
            f"取“{called(first)}”时，期末每 100 个村中有 {level} 个可持续；{more}；其余 {len(others)} "
            f"支中有 {tied} 支无法与之区分。"
        ),
    )


def _effects(done: Done, states: Mapping[str, list[str]]) -> Table:
    rows = [
        [
            phrase(t.text),
            phrase(c),
            spread(statistics.interval(done.effect(t, c), bounded=False), _share(t)),
            sign(states[c][i]),
        ]
        for i, t in enumerate(done.question.tested)
        for c in states
    ]
    note = tell(
        (
            "points where outcomes are shares; 'none': the interval lies below what counts as an effect, "
            "or every difference is zero"
        ),
        "结果为占比时单位为百分点；“无影响”：区间低于算作效应的最小值，或每个差别都为零",
    )
    return Table(
        "What was expected, and what came",
        ["expected above zero", "condition", "effect (95 %)", "sign"],
        rows,
        note,
    )


def _arms(done: Done) -> Table:
    q = done.question
    rows = [
        [called(arm), phrase(cell), *(spread(done.mean(arm, o, cell), OUTCOMES[o].share) for o in q.shown)]
        for arm, cell in done.places
    ]
    return Table(
        "Arms",
        ["arm", "villages", *map(titled, q.shown)],
        rows,
        tell("mean over seeds (95 % interval)", "各种子均值（95% 区间）"),
    )


def _pairs(done: Done) -> Table:
    first, *others = done.question.available
    rows = [
        [
            called(arm),
            phrase(OUTCOMES[o].label),
            spread(done.paired(arm, o), OUTCOMES[o].share),
            _ratio(variance_ratio([(1.0, done.of(arm, o)), (-1.0, done.of(first, o))])),
        ]
        for arm in others
        for o in done.question.shown
    ]
    note = tell(
        (
            "variance ratio: variance of the difference had the arms had separate luck and draws, over "
            "its variance as paired; 4 means that pairing saved three of four runs"
        ),
        "方差比：各支运气与抽取各自独立时差别的方差，除以配对时的方差；4 表示配对省下四分之三的运行",
    )
    return Table(
        tell(f"Paired differences to '{first}'", f"与“{called(first)}”的配对差别"),
        ["arm", "outcome", "difference (95 %)", "variance ratio"],
        rows,
        note,
    )


def _ratio(x: float) -> str:
    return tell("no spread", "无离散") if math.isnan(x) else f"{x:.1f}"


def _replications(done: Done) -> Table:
    rows = []
    for arm, cell in done.places:
        for o in HEADLINE:
            r = statistics.replications(done.of(arm, o, cell), OUTCOMES[o].share)
            rows.append(
                [
                    called(arm),
                    phrase(cell),
                    phrase(OUTCOMES[o].label),
                    r.seeds,
                    number(r.half, OUTCOMES[o].share),
                    "-" if math.isnan(r.cv) else f"{r.cv:.2f}",
                    r.settled or tell("not yet", "尚未稳定"),
                ]
            )
    return Table(
        "Are there enough replications?",
        ["arm", "villages", "outcome", "seeds", "half-width (95 %)", "c_v", "c_v settled from"],
        rows,
        tell(*ENOUGH),
    )


def check_cells(question: Question, line: Composed) -> None:
    """Raise Mistake where the county has no village of a kind or strength that the comparison reads."""
    base, s = base_of(line), line.settings
    for at in range(1 if base.county.stratified else s.seeds or 20):
        states: Any = village_states(
            base, draws.luck_seed(s.seed, at), np.arange(1, base.county.villages + 1)
        )
        there = {VILLAGE_KINDS[k] for k in states.kind} | {STRENGTHS[k] for k in states.strength}
        lacking = sorted(question.needed() & {*VILLAGE_KINDS, *STRENGTHS} - there)
        if lacking:
            raise Mistake(
                f"{s.name} compares {', '.join(lacking)} villages, and "
                f"county.villages={base.county.villages} has none of them: 12 with "
                f"county.stratified=true have every kind and strength"
            )


def run(question: Question, line: Composed, overrides: list[str]) -> int:
    """Run a comparison, save and print its findings; exit code."""
    if not question.available:
        raise Mistake(f"{line.settings.name}: none of its arms exists in this version of the model")
    check_cells(question, line)
    with campaign(line, overrides) as c:
        done, limit = compare(question, c)
        findings = both(lambda: report(done, limit), c.folder)
        c.text("summary.csv", done.values.to_csv())
        text = as_text(findings, c.folder)
        c.text("answer.txt", text + "\n")
        print(text)
    return 0


def as_text(f: Findings, folder: Any, most: int = 40) -> str:
    """Findings for the terminal; long tables are cut, findings.json holds them whole."""
    from experiments.report.answer_text import layout

    parts = [f.question]
    if f.verdict:
        parts.append(f"expected: {f.hypothesis}\nwhat could build it in: {f.built_in}\nverdict: {f.verdict}")
    for t in f.tables:
        cut = f"\n... {len(t.rows) - most} more in findings.json" if len(t.rows) > most else ""
        parts.append(
            t.title
            + "\n"
            + layout([t.columns, *([str(x) for x in row] for row in t.rows[:most])])
            + cut
            + (f"\n{t.note}" if t.note else "")
        )
    parts.append("\n".join(f"{k}. {s}" for k, s in enumerate(f.sentences, 1)))
    parts.append("\n".join(f.limits))
    parts.append(f"{folder}/: findings.json, summary.csv; figures/: " + ", ".join(p.file for p in f.pictures))
    return "\n\n".join(parts)


__all__ = [
    "Done",
    "Question",
    "Test",
    "as_text",
    "compare",
    "differ",
    "judge",
    "report",
    "run",
    "state",
    "variance_ratio",
]
