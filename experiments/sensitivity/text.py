"""What is said of a sensitivity analysis: tables, sentences, limits, in the language that is spoken."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import outcomes
from ..command.experiment_settings import RANGES
from ..report.style import input_name, phrase, tell
from ..study.findings import Findings, ShownTable
from .analysis import Analysed, Measurement
from .designs import Indices, noise, ranking
from .inputs import DUMMY

PRECISE = 0.05  # width of an index' interval that counts as converged (Sarrazin et al. 2016)
UNKNOWN = "not known: too few points"
TOGETHER = (
    "No tornado: the inputs of a section move together, so that the ends of one are the ends of all; "
    "by=parameter draws it."
)
FEW_DELTA = (
    "Delta is estimated for the inputs with the largest PAWN index and the dummy; the others stand at zero."
)


def verdict(method: str, indices: Indices, replicates: int = 1, elsewhere: bool = False) -> str:
    """Converged or not, in words; how many points would do where it is not, as it is typed.

    `elsewhere`: the points are rows of a table that this program does not make longer.
    """
    average = min(4 * replicates, int(RANGES["replicates"][1]))
    if indices.drowned:
        return tell(
            f"inputs explain too little beside chance to be told: replicates={average}",
            f"与偶然相比，输入所解释者过少，无法识别：可取 replicates={average}",
        )
    if not np.any(indices.main):
        return tell("the outcome did not vary", "该结果没有变化")
    wide, ranks = indices.widest, ranking(indices.draws) < 1
    at = tell(f"{indices.n} rows", f"{indices.n} 行") if elsewhere else f"samples={indices.n}"
    if wide < PRECISE and ranks:
        return tell(f"converged at {at}", f"已在 {at} 处收敛")
    times = min(max((wide / PRECISE) ** 2, 2.0), RANGES["samples"][1])  # of no width known: more than allowed
    more = math.ceil(indices.n * times)
    more = more if method == "morris" else 2 ** math.ceil(math.log2(more))
    far = tell(
        f"far from it at samples={indices.n}, average more first: replicates={average}",
        f"在 samples={indices.n} 处相差甚远，宜先多取重复求平均：replicates={average}",
    )
    advice = tell(f"run samples={more}", f"可取 samples={more}") if more <= RANGES["samples"][1] else far
    if elsewhere:
        advice = tell(f"about {more} rows would do", f"约需 {more} 行")
    if ranks:
        return tell("ranking converged, values not: ", "排序已收敛，数值未收敛：") + advice
    return (
        tell("values converged, ranking not: ", "数值已收敛，排序未收敛：")
        if wide < PRECISE
        else tell("neither ranking nor values converged: ", "排序与数值均未收敛：")
    ) + advice


def index_table(found: Analysed) -> ShownTable:
    """Main index with interval, by factor and outcome; * where it is told from chance."""
    names = list(found.indices)
    top = {
        name: max(
            float(indices.main[number]) / max(float(indices.main.max()), 1e-300)
            for indices in found.indices.values()
        )
        for number, name in enumerate(found.design.factors)
    }
    rows = []
    for factor in sorted(found.design.factors, key=lambda name: -top[name]):
        row: list[Any] = [input_name(factor)]
        for name in names:
            mine = found.indices[name]
            if mine.drowned:
                row.append("-")
                continue
            nth = mine.factors.index(factor)
            row.append(
                f"{mine.main[nth]:.3g} ({_ends(mine.interval[nth])})"
                + ("*" if factor in found.passed(name) else "")
            )
        rows.append(row)
    title = {
        "morris": "Morris: mean size of elementary effects, mu*",
        "sobol": "Sobol: total index ST, net of chance",
        "pawn": "PAWN: median distance",
        "delta": "Delta (Borgonovo)",
    }[found.design.method]
    line = tell("; ", "；").join(f"{found.label(outcome)} {found.lines[outcome]:.3g}" for outcome in names)
    note = tell(
        (
            f"95 % bootstrap interval; * the whole interval lies above the line that the largest of "
            f"{len(found.design.factors)} inputs without effect passes in 5 % of cases ({line})"
        ),
        (
            f"95% 自助区间；* 整个区间高于 {len(found.design.factors)} 个无作用输入中最大者在 5% "
            f"情况下才超过的界线（{line}）"
        ),
    )
    return ShownTable(title, ["input", *(found.label(outcome) for outcome in names)], rows, note)


def _ends(interval: np.ndarray) -> str:
    """Both ends of an interval, or that they are not known."""
    if not np.all(np.isfinite(interval)):
        return phrase(UNKNOWN)
    return f"{interval[0]:.3g} {tell('to', '至')} {interval[1]:.3g}"


def _known(value: float) -> str:
    """Two decimals, or that it is not known."""
    return f"{value:.2f}" if math.isfinite(value) else phrase(UNKNOWN)


def percent(share: float) -> str:
    """A share in percent; '-' where it is not known."""
    return "-" if math.isnan(share) else f"{100 * share:.0f} %"


def least_text(share: float) -> str:
    """The least effect that is told, in percent of a single run's variance."""
    return tell("none is told", "均无法识别") if math.isinf(share) else percent(share)


def trust_table(found: Analysed) -> ShownTable:
    """Noise share, what could be told, convergence and verdict by outcome."""
    rows = []
    for name, indices in found.indices.items():
        single, left = noise(found.raw[name])
        rows.append(
            [
                found.label(name),
                percent(single),
                percent(left),
                least_text(found.least[name]),
                _known(indices.widest),
                _known(ranking(indices.draws)),
                verdict(found.design.method, indices, found.raw[name].shape[1], found.elsewhere),
            ]
        )
    note = tell(
        (
            f"noise: chance within a point over all variance, for one run and for the mean of the "
            f"replicates; least effect told: share of a single run's variance that an input, acting in a "
            f"straight line, needs so that half of such studies tell it from chance; converged: width under "
            f"{PRECISE}, ranking under 1 (Sarrazin et al. 2016)"
        ),
        (
            f"噪声：同一点内的偶然占全部方差之比，分别就单次运行与重复的均值而言；可识别的最小作用：输入（直线作用）"
            f"在半数此类研究中可与偶然区分所需占单次运行方差的份额；收敛：宽度小于 {PRECISE}，排序小于 1"
            f"（Sarrazin 等 2016）"
        ),
    )
    heads = ["outcome", "noise, one run", "noise, averaged", "least effect told", "widest interval"]
    return ShownTable("How sure is it?", [*heads, "ranking", "verdict"], rows, note)


def first_table(found: Analysed) -> ShownTable | None:
    """First-order and total Sobol indices net of chance, and the total index as it comes."""
    if found.design.method != "sobol":
        return None
    rows = [
        [
            found.label(name),
            input_name(factor),
            *("-" if indices.drowned else f"{indices.values[index][place]:.3f}" for index in ("S1", "ST")),
            f"{indices.values['ST_gross'][place]:.3f}",
        ]
        for name, indices in found.indices.items()
        for place, factor in enumerate(indices.factors)
    ]
    note = tell(
        (
            "S1 and ST are shares of what inputs explain, chance between replicates taken off; an estimate "
            "may lie below nought; the rest of ST over S1 is interaction. The last column is ST as it comes, "
            "(V_T + s2/r) / (V + s2/r): an input that does nothing has the noise share there; "
            "'-' where chance is over nine tenths"
        ),
        (
            "S1 与 ST 为输入所解释方差的份额，已扣除重复之间的偶然；估计值可小于零；"
            "ST 超出 S1 的部分为交互作用。"
            "末列为未扣除偶然的 ST，即 (V_T + s2/r) / (V + s2/r)：无作用的输入在此等于噪声份额；"
            "偶然超过九成时记为“-”"
        ),
    )
    heads = ["outcome", "input", "S1", "ST", "ST with chance"]
    return ShownTable("Sobol: first order and total", heads, rows, note)


def findings(plan: Measurement, stages: list[Analysed]) -> Findings:
    """Tables, limits, and three sentences; pictures apart."""
    makers = (index_table, first_table, trust_table)
    tables = [table for one in stages for make in makers if (table := make(one)) is not None]
    asked = phrase("What do the outcomes depend on, and how sure is that?")
    return Findings(asked, sentences(plan, stages[-1]), tables, limits=limits(plan, stages))


def sentences(plan: Measurement, last: Analysed) -> list[str]:
    """What moves most, how sure it is, how much is chance."""
    label = {outcome: last.label(outcome) for outcome in last.indices}
    return [leading(last), surest(last, plan.replicates), _chance(plan, last, label) + _least(last, label)]


def leading(last: Analysed) -> str:
    """What moves each outcome most."""
    nothing, colon = tell("nothing told from chance", "无可与偶然区分者"), tell(": ", "：")
    lead = tell("; ", "；").join(
        f"{last.label(outcome)}{colon}{', '.join(map(input_name, last.passed(outcome)[:3])) or nothing}"
        for outcome in last.indices
    )
    method = last.design.method
    return tell(
        f"What moves most ({method}, {last.main}) {lead}.",
        f"作用最大者（{method}，{last.main}）：{lead}。",
    )


def surest(last: Analysed, replicates: int) -> str:
    """How sure the indices are, of the outcome in which they are least so."""
    drowned = [outcome for outcome, found in last.indices.items() if found.drowned]
    widest = max(last.indices, key=lambda outcome: last.indices[outcome].widest)
    worst = next(iter(drowned), widest)
    sure = verdict(last.design.method, last.indices[worst], replicates, last.elsewhere)
    return tell(
        f"{sure[0].upper()}{sure[1:]} ({last.label(worst)}, the least sure).",
        f"{sure}（{last.label(worst)}，最不确定者）。",
    )


def _chance(plan: Measurement, last: Analysed, label: dict[str, str]) -> str:
    noisy = {outcome: noise(last.raw[outcome])[0] for outcome in last.indices}
    most = max(noisy, key=lambda outcome: 0.0 if math.isnan(noisy[outcome]) else noisy[outcome])
    if math.isnan(noisy[most]):
        return tell(
            "One replicate a point: chance and inputs cannot be told apart; replicates=2 is the least.",
            "每点只有一次重复：偶然与输入无法区分，至少须 replicates=2。",
        )
    return tell(
        f"Chance makes up to {100 * noisy[most]:.0f} % of a single run's variance ({label[most]});"
        f" {plan.replicates} replicates a point are averaged.",
        f"单次运行的方差中至多 {100 * noisy[most]:.0f} % 来自偶然（{label[most]}）；每点取 "
        f"{plan.replicates} 次重复的平均。",
    )


def _least(last: Analysed, label: dict[str, str]) -> str:
    """What such a study misses, for the outcome in which least is needed and that in which most is."""
    known = {outcome: share for outcome, share in last.least.items() if not math.isnan(share)}
    if not known:
        return ""
    low, high = min(known, key=lambda name: known[name]), max(known, key=lambda name: known[name])
    if math.isinf(known[low]):
        more = 4 * last.design.n
        return tell(
            f" With so few points no input would be told from chance, whatever its effect: samples={more}.",
            f"点数如此之少，任何输入无论作用多大都无法与偶然区分：可取 samples={more}。",
        )
    one, other = least_text(known[low]), least_text(known[high])
    return tell(
        f" An input with less than {one} of the variance of one run ({label[low]}; most is needed for "
        f"{label[high]}: {other}) would be missed in half of such studies.",
        f"占单次运行方差不足 {one}（{label[low]}；要求最高者为{label[high]}：{other}）的输入，"
        f"在半数此类研究中会被漏掉。",
    )


def limits(plan: Measurement, stages: list[Analysed]) -> list[str]:
    """What was varied and run, and what that leaves out."""
    last, settings = stages[-1], plan.settings
    county, horizon = plan.base.county, plan.base.horizon
    runs = sum(len(one.design.points) for one in stages) * plan.replicates
    count, years = len(plan.inputs) - 1, outcomes.LEAST_YEARS
    said = [
        tell(
            f"{count} uncertain inputs ({'by section' if plan.by_section else 'one by one'}), "
            f"{settings.distribution} on their ranges; {county.villages} villages of about "
            f"{county.elders} elders, {horizon.start} to {horizon.end}; {runs} runs.",
            f"{count} 个不确定输入（{'按部分' if plan.by_section else '逐个'}），"
            f"在各自范围内取{phrase(settings.distribution)}；{county.villages} "
            f"个村，每村约 {county.elders} 位老人，{horizon.start} 至 {horizon.end}；{runs} 次运行。",
        ),
        phrase("Inputs are taken as independent; a section with more parameters has more ways to matter."),
        tell(
            f"Public cost counts at least {years:g} elder-year helped; redemption is 1 "
            f"where nothing was asked for.",
            f"公共支出至少按 {years:g} 个受助老人年计；无人以积分求助时兑换率记为 1。",
        ),
    ]
    if len(stages) > 1:
        followed = ", ".join(input_name(factor) for factor in last.design.factors if factor != DUMMY)
        said.append(
            tell(
                f"Sobol follows {followed}; what the screen left out may have effects too small for it.",
                f"Sobol 只跟进 {followed}；筛选所略去者的作用可能小得筛选看不见。",
            )
        )
    if last.design.grouped:
        said.append(phrase(TOGETHER))
    if settings.method == "delta":
        said.append(phrase(FEW_DELTA))
    return said
