"""`experiment=sensitivity method=morris|sobol|pawn|delta`: what the outcomes depend on, and how sure that is.

Inputs come from the parameter declarations: numbers of grade C or D with a range, switches and choices that
are not the question's own, the four shares on the simplex, and a dummy that nothing reads. Morris screens;
Sobol follows on what the screen leaves; PAWN and delta look at whole distributions. Several replicates a
point are averaged; chance that is left is reported as noise share.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from experiments import outcomes
from experiments.campaign import Campaign, campaign
from experiments.command.scenario import Composed, Mistake, known
from experiments.comparison import as_text
from experiments.outcomes import HEADLINE, OUTCOMES
from experiments.report import figures_sensitivity_study
from experiments.report.findings import Findings, Table
from experiments.report.style import both, figures_in, phrase, tell
from experiments.sensitivity.designs import FEWEST, MAIN, Design, Indices, noise, ranking
from experiments.study import draws
from sim.state.codes import PAYERS
from sim.state.parameters import SECTIONS, Declaration, nearest

DUMMY, SIMPLEX = "dummy", "funding shares"
CHOICES = (
    "business.kind",
    "collective.income_year",
)  # words that the question asks about; other words are structure
EDGE = 1e-3  # shares of a mix stay this far from the corner's logarithm
PRECISE = 0.05  # width of an index' interval that counts as converged (Sarrazin et al. 2016)
POINTS = {
    "morris": {"quick": 4, "default": 8, "full": 40},
    "sobol": {"quick": 8, "default": 32, "full": 1024},
    "pawn": {"quick": 64, "default": 192, "full": 4096},
    "delta": {"quick": 128, "default": 192, "full": 4096},
}
REPLICATES = {"quick": 2, "default": 2, "full": 10}
SCREEN = {"quick": 3, "default": 4, "full": 20}  # trajectories of the screen before Sobol
FEASIBLE = 2**16  # advice for more points than this says something else
KEPT = {"quick": 2, "default": 3, "full": 8}  # factors that Sobol follows on at most


@dataclass(frozen=True)
class Input:
    """One coordinate of the unit cube.

    A parameter's declaration, a share of the simplex, or nothing (the dummy).
    """

    name: str
    group: str
    declared: Declaration | None = None


def inputs(line: Composed) -> list[Input]:
    """All uncertain inputs of a command line, the dummy last.

    What the line sets or switches off is left out.
    """
    held, base = line.touched(), line.parameters
    off = {name for name in SECTIONS if getattr(getattr(base, name), "on", True) is False}
    drawn = {d.path for d in draws.drawn(held)}
    found = []
    for path, d in known().items():
        section = path.partition(".")[0]
        word = path in CHOICES and path not in held
        flag = (
            d.kind is bool
            and path not in held
            and not path.startswith(draws.CHOSEN)
            and not d.source.startswith(draws.NO_UNKNOWN)
        )
        if section not in off and (path in drawn or word or flag):
            found.append(Input(path, section, d))
    if not any(path.startswith("funding.") for path in held):
        found += [Input(f"funding.share_{p}", SIMPLEX) for p in PAYERS]
    return [*chosen(found, line.settings.inputs), Input(DUMMY, DUMMY)]


def chosen(found: Sequence[Input], names: Sequence[str]) -> list[Input]:
    """Inputs whose section or path is named; all where nothing is."""
    allowed = {i.group for i in found} | {i.name for i in found}
    for name in names:
        if name not in allowed:
            raise Mistake(
                f"inputs: unknown {name!r}; a section or an uncertain parameter is "
                f"wanted{nearest(name, allowed)}"
            )
    return [i for i in found if not names or i.name in names or i.group in names]


def value(d: Declaration, u: float, distribution: str) -> Any:
    """Quantile `u` of a declared parameter.

    Triangle or uniform on its range, whole numbers, words and switches in equal parts.
    """
    if d.kind is bool:
        return u >= 0.5
    if d.choices:
        return d.choices[min(int(u * len(d.choices)), len(d.choices) - 1)]
    assert d.low is not None and d.high is not None
    step = 0.5 if d.kind is int else 0.0
    low, high = d.low - step, d.high + step
    x = (
        draws.triangle(u, low, float(d.default), high)
        if distribution == "triangular"
        else low + u * (high - low)
    )
    return d.kind(min(max(math.floor(x + 0.5) if step else x, d.low), d.high))


def changes(row: np.ndarray, found: Sequence[Input], distribution: str) -> dict[str, Any]:
    """A point of the unit cube as path -> value.

    Logarithms of uniform numbers, over their sum, are even on the simplex.
    """
    made = {
        i.name: value(i.declared, float(u), distribution)
        for i, u in zip(found, row, strict=True)
        if i.declared
    }
    at = {
        i.name: -math.log(min(max(float(u), EDGE), 1 - EDGE))
        for i, u in zip(found, row, strict=True)
        if i.group == SIMPLEX
    }
    if at:
        for p in PAYERS:  # a share that is not varied keeps its place in the middle
            at.setdefault(f"funding.share_{p}", 1.0)
        total = math.fsum(at.values())
        made |= {name: x / total for name, x in at.items()}
    return made


@dataclass
class Analysed:
    """One method on one set of inputs.

    (points, replicates) by outcome, indices, and indices along the way.
    """

    design: Design
    raw: dict[str, np.ndarray]
    indices: dict[str, Indices]
    path: dict[str, list[Indices]]

    @property
    def main(self) -> str:
        """Name of the index that ranks."""
        return MAIN[self.design.method]

    @cached_property
    def lines(self) -> dict[str, float]:
        """Outcome -> what the largest of as many factors without effect passes in 5 % of cases."""
        return {outcome: self.design.line(y) for outcome, y in self.raw.items()}

    def passed(self, outcome: str) -> list[str]:
        """Factors told from chance: their whole interval lies above the line. The largest first.

        Table, sentences, figures and what Sobol follows on all ask here. Where nothing has an effect, at most
        5 % of outcomes name a factor: the line alone sees to that, whatever the intervals are worth.
        """
        i, line = self.indices[outcome], self.lines[outcome]
        return [
            i.factors[k]
            for k in np.argsort(-i.main, kind="stable")
            if min(i.interval[k, 0], i.main[k]) > line and i.factors[k] != DUMMY
        ]


def analyse(design: Design, raw: dict[str, np.ndarray]) -> Analysed:
    """Indices of each outcome from replicates (points, r), and along halves of the base points down to a
    quarter.
    """
    sizes = [n for n in (design.n // 4, design.n // 2) if n >= FEWEST[design.method]]
    sizes = sizes[-1:] if design.method == "delta" else sizes
    means = {name: y.mean(axis=1) for name, y in raw.items()}
    whole = {name: design.analyse(y) for name, y in means.items()}
    return Analysed(
        design,
        raw,
        whole,
        {name: [*(design.analyse(y, n) for n in sizes), whole[name]] for name, y in means.items()},
    )


def verdict(method: str, indices: Indices) -> str:
    """Converged or not, in words; how many points would do where it is not."""
    label = tell("trajectories", "轨迹数") if method == "morris" else "N"
    if not np.any(indices.main):
        return tell("the outcome did not vary", "该结果没有变化")
    wide, ranks = float(indices.width.max()), ranking(indices.draws) < 1
    if wide < PRECISE and ranks:
        return tell(f"converged at {label}={indices.n}", f"已在 {label}={indices.n} 处收敛")
    more = indices.n * max((wide / PRECISE) ** 2, 2.0)
    more = math.ceil(more) if method == "morris" else 2 ** math.ceil(math.log2(more))
    far = tell(
        f"far from it at {label}={indices.n}, average more replicates first",
        f"在 {label}={indices.n} 处相差甚远，宜先多取重复求平均",
    )
    advice = tell(f"run {label}={more}", f"可取 {label}={more}") if more <= FEASIBLE else far
    if ranks:
        return tell("ranking converged, values not: ", "排序已收敛，数值未收敛：") + advice
    return (
        tell("values converged, ranking not: ", "数值已收敛，排序未收敛：")
        if wide < PRECISE
        else tell("neither ranking nor values converged: ", "排序与数值均未收敛：")
    ) + advice


# -- the study
# ---------------------------------------------------------------------------------------------------------
class Analysis:
    """The runs of one sensitivity analysis, once it has its `campaign`."""

    def __init__(self, line: Composed) -> None:
        s = line.settings
        self.line, self.s, self.found = line, s, inputs(line)
        self.replicates = s.replicates or REPLICATES[s.size]
        if len(self.found) < 2:
            raise Mistake("sensitivity: no uncertain input is left; set fewer parameters on the command line")
        self.by_section = (
            s.by == "section" and s.method in ("morris", "sobol") and len({i.group for i in self.found}) > 2
        )
        points = s.samples or POINTS[s.method][s.size]
        self.design(
            self.found, s.method, points, 0
        )  # a wrong number of points is said before anything is run
        self.campaign: Campaign

    def design(self, found: Sequence[Input], method: str, n: int, at: int) -> Design:
        """Points for these inputs; `at` numbers the analyses of a study, each with its own random numbers."""
        seed = int(np.random.SeedSequence(self.s.seed, spawn_key=(7, at)).generate_state(1)[0]) | 1
        groups = tuple(i.group if self.by_section else i.name for i in found)
        return Design(method, tuple(i.name for i in found), groups, n, seed)

    def measure(self, design: Design, found: Sequence[Input], label: str) -> dict[str, np.ndarray]:
        """Outcome -> (points, replicates).

        Every run has luck of its own, as S_obs = V_i / (V + s^2 / r) supposes; so the dummy shows what chance
        does. Under shared luck the dummy would stand at zero and everything would pass it.
        """
        r = self.replicates
        wanted = [
            (f"{label} {row}", changes(design.points[row], found, self.s.distribution), row * r + k)
            for row in range(len(design.points))
            for k in range(r)
        ]
        self.campaign.run(wanted, label, drawn=False)
        return gather(self.campaign, [(name, at) for name, _, at in wanted], r)

    def run(self) -> list[Analysed]:
        """The screen where Sobol is asked for, then the method itself."""
        s, found, stages = self.s, self.found, []
        if s.method == "sobol" and len(self.design(found, "morris", 2, 0).factors) > KEPT[s.size] + 1:
            design = self.design(found, "morris", SCREEN[s.size], 1)
            stages.append(analyse(design, self.measure(design, found, "screen")))
            kept = survivors(stages[0], KEPT[s.size])
            found = [i for i in found if (i.group if self.by_section else i.name) in kept or i.name == DUMMY]
        design = self.design(found, s.method, s.samples or POINTS[s.method][s.size], 2)
        return [*stages, analyse(design, self.measure(design, found, s.method))]


def gather(campaign: Campaign, wanted: Sequence[tuple[str, int]], replicates: int) -> dict[str, np.ndarray]:
    """Outcome -> (points, replicates) in the order of the points.

    Mistake where a run is missing or no number.
    """
    rows = campaign.villages()
    found = outcomes.table(
        rows[rows["scenario"].isin({name for name, _ in wanted})], campaign.base
    ).droplevel("cell")
    missing = [key for key in wanted if key not in found.index]
    if missing:
        raise Mistake(
            f"sensitivity: {len(missing)} of {len(wanted)} runs are missing ({missing[0][0]} "
            f"replicate {missing[0][1]}); nothing was analysed"
        )
    values = found.loc[pd.MultiIndex.from_tuples(list(wanted))]
    return {name: values[name].to_numpy(float).reshape(-1, replicates) for name in HEADLINE}


def survivors(screened: Analysed, most: int) -> set[str]:
    """What Sobol follows on: over all outcomes the factors that pass, those with the largest share of the
    largest mu* first.

    An outcome in which none passes sends its largest, so that something is followed: a screen that misses an
    input costs more than one that keeps an idle one.
    """
    best: dict[str, float] = {}
    for outcome, i in screened.indices.items():
        top = max(float(i.main.max()), 1e-300)
        largest = max((f for f in i.factors if f != DUMMY), key=lambda f: i.main[i.factors.index(f)])
        for factor in screened.passed(outcome) or [largest]:
            best[factor] = max(best.get(factor, 0.0), float(i.main[i.factors.index(factor)]) / top)
    return set(sorted(best, key=lambda f: -best[f])[:most])


# -- findings
# ----------------------------------------------------------------------------------------------------------
def index_table(a: Analysed) -> Table:
    """Main index with interval, by factor and outcome; * where it is told from chance."""
    names = list(a.indices)
    top = {
        f: max(float(i.main[k]) / max(float(i.main.max()), 1e-300) for i in a.indices.values())
        for k, f in enumerate(a.design.factors)
    }
    rows = []
    for f in sorted(a.design.factors, key=lambda f: -top[f]):
        row: list[Any] = [phrase(f)]
        for name in names:
            i = a.indices[name]
            k = i.factors.index(f)
            row.append(
                f"{i.main[k]:.3g} ({i.interval[k, 0]:.3g} {tell('to', '至')} {i.interval[k, 1]:.3g})"
                + ("*" if f in a.passed(name) else "")
            )
        rows.append(row)
    title = {
        "morris": "Morris: mean size of elementary effects, mu*",
        "sobol": "Sobol: total index ST",
        "pawn": "PAWN: median distance",
        "delta": "Delta (Borgonovo)",
    }[a.design.method]
    line = tell("; ", "；").join(f"{phrase(OUTCOMES[n].label)} {a.lines[n]:.3g}" for n in names)
    note = tell(
        (
            f"95 % bootstrap interval; * the whole interval lies above the line that the largest of "
            f"{len(a.design.factors)} inputs without effect passes in 5 % of cases ({line})"
        ),
        (
            f"95% 自助区间；* 整个区间高于 {len(a.design.factors)} 个无作用输入中最大者在 5% "
            f"情况下才超过的界线（{line}）"
        ),
    )
    return Table(title, ["input", *(OUTCOMES[n].label for n in names)], rows, note)


def trust_table(a: Analysed) -> Table:
    """Noise share, convergence and verdict by outcome."""
    rows = []
    for name, i in a.indices.items():
        single, left = noise(a.raw[name])
        said = "-" if math.isnan(single) else f"{100 * single:.0f} %"
        rows.append(
            [
                phrase(OUTCOMES[name].label),
                said,
                "-" if math.isnan(left) else f"{100 * left:.0f} %",
                f"{i.width.max():.2f}",
                f"{ranking(i.draws):.2f}",
                verdict(a.design.method, i),
            ]
        )
    note = tell(
        (
            f"noise: chance within a point over all variance, for one run and for the mean of the "
            f"replicates (an index is V_i / (V + s2/r)); converged: width under {PRECISE}, ranking "
            f"under 1 (Sarrazin et al. 2016)"
        ),
        (
            f"噪声：同一点内的偶然占全部方差之比，分别就单次运行与重复的均值而言（指数为 V_i / (V + s2/"
            f"r)）；收敛：宽度小于 {PRECISE}，排序小于 1（Sarrazin 等 2016）"
        ),
    )
    return Table(
        "How sure is it?",
        ["outcome", "noise, one run", "noise, averaged", "widest interval", "ranking", "verdict"],
        rows,
        note,
    )


def first_table(a: Analysed) -> Table | None:
    """First-order and total Sobol indices, and the total index over what inputs explain."""
    if a.design.method != "sobol":
        return None
    rows = []
    for name, i in a.indices.items():
        left = noise(a.raw[name])[1]
        for k, f in enumerate(i.factors):
            rows.append(
                [
                    phrase(OUTCOMES[name].label),
                    phrase(f),
                    f"{i.values['S1'][k]:.3f}",
                    f"{i.main[k]:.3f}",
                    "-" if math.isnan(left) or left >= 1 else f"{i.values['S1'][k] / (1 - left):.3f}",
                ]
            )
    note = tell(
        (
            "the last column divides by the share of variance that is not chance; the rest of ST over S1 "
            "is interaction and chance"
        ),
        "末列除以非偶然的方差份额；ST 超出 S1 的部分为交互作用与偶然",
    )
    return Table(
        "Sobol: first order and total",
        ["outcome", "input", "S1", "ST", "S1 of what inputs explain"],
        rows,
        note,
    )


def findings(study: Analysis, stages: list[Analysed]) -> Findings:
    """Tables, figures, and three sentences."""
    last, s = stages[-1], study.s
    leaders = {name: last.passed(name) for name in last.indices}
    label = {n: phrase(OUTCOMES[n].label) for n in last.indices}
    nothing = tell("nothing told from chance", "无可与偶然区分者")
    lead = tell("; ", "；").join(
        f"{label[n]}{tell(': ', '：')}{', '.join(map(phrase, f[:3])) or nothing}" for n, f in leaders.items()
    )
    worst = max(last.indices, key=lambda n: float(last.indices[n].width.max()))
    noisy = {n: noise(last.raw[n])[0] for n in last.indices}
    most = max(noisy, key=lambda n: 0.0 if math.isnan(noisy[n]) else noisy[n])
    if math.isnan(noisy[most]):
        chance = tell(
            "one replicate a point: chance and inputs cannot be told apart.",
            "每点只有一次重复：偶然与输入无法区分。",
        )
    else:
        chance = tell(
            (
                f"Chance makes up to {100 * noisy[most]:.0f} % of a single run's variance ({label[most]});"
                f" {study.replicates} replicates a point are averaged."
            ),
            (
                f"单次运行的方差中至多 {100 * noisy[most]:.0f} % 来自偶然（{label[most]}）；每点取 "
                f"{study.replicates} 次重复的平均。"
            ),
        )
    c, h = study.campaign.base.county, study.campaign.base.horizon
    sure = verdict(s.method, last.indices[worst])
    said = [
        tell(
            f"What moves most ({s.method}, {last.main}) {lead}.",
            f"作用最大者（{s.method}，{last.main}）：{lead}。",
        ),
        tell(
            f"{sure[0].upper()}{sure[1:]} ({label[worst]}, the least sure).",
            f"{sure}（{label[worst]}，最不确定者）。",
        ),
        chance,
    ]
    tables = [t for a in stages for t in (index_table(a), first_table(a), trust_table(a)) if t is not None]
    runs = sum(len(a.design.points) for a in stages) * study.replicates
    limits = [
        tell(
            (
                f"{len(study.found) - 1} uncertain inputs "
                f"({'by section' if study.by_section else 'one by one'}), {s.distribution} on their "
                f"ranges; {c.villages} villages of about {c.elders} elders, {h.start} to {h.end}; "
                f"{runs} runs."
            ),
            (
                f"{len(study.found) - 1} "
                f"个不确定输入（{'按部分' if study.by_section else '逐个'}），"
                f"在各自范围内取{phrase(s.distribution)}；{c.villages} "
                f"个村，每村约 {c.elders} 位老人，{h.start} 至 {h.end}；{runs} 次运行。"
            ),
        ),
        phrase("Inputs are taken as independent; a section with more parameters has more ways to matter."),
        tell(
            (
                f"Public cost counts at least {outcomes.LEAST_YEARS:g} elder-year helped; redemption is 1 "
                f"where nothing was asked for."
            ),
            f"公共支出至少按 {outcomes.LEAST_YEARS:g} 个受助老人年计；无人以积分求助时兑换率记为 1。",
        ),
    ]
    if len(stages) > 1:
        followed = ", ".join(phrase(f) for f in last.design.factors if f != DUMMY)
        limits.append(
            tell(
                f"Sobol follows {followed}; what the screen left out may have effects too small for it.",
                f"Sobol 只跟进 {followed}；筛选所略去者的作用可能小得筛选看不见。",
            )
        )
    if last.design.grouped:
        limits.append(
            phrase(
                "No tornado: the inputs of a section move together, so that the ends of one are the "
                "ends of all; by=parameter draws it."
            )
        )
    if s.method == "delta":
        limits.append(
            phrase(
                "Delta is estimated for the inputs with the largest PAWN index and the dummy; the "
                "others stand at zero."
            )
        )
    pictures = figures_sensitivity_study.draw(stages, figures_in(study.campaign.folder))
    return Findings(
        phrase("What do the outcomes depend on, and how sure is that?"), said, tables, pictures, limits
    )


def run(line: Composed, overrides: list[str]) -> int:
    """Exit code."""
    study = Analysis(line)
    with campaign(line, overrides) as study.campaign:
        stages = study.run()
        folder = study.campaign.folder
        found = both(lambda: findings(study, stages), folder)
        frames = {
            n: pd.DataFrame(
                {"low": i.interval[:, 0], "high": i.interval[:, 1], **i.values},
                index=pd.Index(i.factors, name="input"),
            )
            for n, i in stages[-1].indices.items()
        }
        study.campaign.text("summary.csv", pd.concat(frames, names=["outcome"]).to_csv())
        text = as_text(found, folder)
        study.campaign.text("answer.txt", text + "\n")
        print(text)
    return 0
