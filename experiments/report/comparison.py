"""What is said of a finished comparison: verdict, sentences, tables and figures, in the language that is
spoken.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping

from .. import comparison, racing, statistics
from ..arms import ArmRuns, check_cells
from ..command.experiment_settings import RANGES
from ..command.settings import known
from ..comparison import NULL, WRITTEN, Compared, Expectation, Question, Width
from ..outcomes import HEADLINE, LASTING, OUTCOMES, RANKED, STEPS
from ..statistics import STABLE
from ..study.findings import Findings, ShownTable
from ..study.study import Study
from . import figures_comparison, race
from .given import of_county, shut_told
from .labels import (
    arm_label,
    condition_label,
    drawn_from,
    fresh_text,
    number,
    outcome_title,
    place_label,
    quoted,
    spread,
    state_label,
)
from .style import both, phrase, tell, undrawn, words
from .text import as_text, layout

CLAIM = 0.05  # half-width that is called precise where none was asked for
ENOUGH = (
    f"half-width: the wider side of the interval; c_v: standard deviation over mean; settled: the "
    f"number of seeds after which it moves by less than {STABLE} (Lee et al. 2015)",
    f"半宽：区间较宽的一侧；c_v：标准差除以均值；稳定：此后变动小于 {STABLE} 的种子数（Lee 等 2015）",
)
FEW = (
    "too few seeds to tell how far seeds differ (three at least); ",
    "种子过少，无法得知种子间的差异（至少三个）；",
)
DECIDES = ("against", "none", "open", "holds")  # the expectation in the first of these states speaks


def answer(
    question: Question, runs: ArmRuns, words: list[str], begun: Callable[[Study], None] | None = None
) -> int:
    """Run a comparison, save and print its findings; exit code. `begun` is told of the study."""
    check_cells(question.needed(), runs)
    with runs.begin(words) as work:
        if begun is not None:
            begun(work)
        if races := question.races(runs.settings, comparison.seeds_asked(question, runs.settings)):
            at = next(iter(races.values())).looks
            work.declare(race.rule(at), {"looks": list(at), "rule": racing.RULE, "cells": list(races)})
        done, limit = comparison.compare(question, runs, preliminary)
        work.text("summary.csv", done.values.to_csv())
        with undrawn():
            text = as_text(findings(done, limit), work.folder)
        print(text, flush=True)
        work.stage("drawing figures")
        both(lambda: findings(done, limit), work.folder)
        work.text("answer.txt", text + "\n")
    return 0


def preliminary(done: Compared) -> None:
    """Keep and say the first table that has every arm."""
    work, table = done.runs.work, _arms(done)
    head = f"PRELIMINARY: {done.seeds} seeds, every arm; figures will move, the answer follows"
    text = f"{head}\n\n{table.title}\n{layout([table.columns, *table.rows])}"
    work.text("preliminary.txt", text + "\n")
    if done.runs.settings.progress:
        print(f"\n{text}\n", file=sys.stderr, flush=True)


def raced(done: Compared) -> list[str]:
    """How the races went; nothing where there were none."""
    if not done.races:
        return []
    arms, seeds = done.question.available, next(iter(done.races.values())).looks[-1]
    said = [
        race.course(one, tell(f", {cell} villages", f"，{phrase(cell)}")) for cell, one in done.races.items()
    ]
    return [*said, race.needed(sum(done.left(arm) or done.seeds for arm in arms), seeds * len(arms))]


def _marked(done: Compared, arm: str) -> str:
    """An arm, with the seeds that it has in brackets where a race left it early."""
    return arm_label(arm) + (f" [{done.left(arm)}]" if done.left(arm) else "")


def findings(done: Compared, limit: int) -> Findings:
    """Verdict, tables, figures."""
    question, states = done.question, done.states()
    verdict = comparison.judge(states)
    own = question.extra(done) if question.extra else ([], [], [])
    left = racing.lefts(done.races.values()).values()
    stopped = stopped_text(done.runs.settings.precision, done.seeds, limit, comparison.widest(done))
    return Findings(
        question=tell(question.question, question.chinese or phrase(question.question)),
        sentences=[
            *(own[0] or [added_text(done)]),
            *verdict_text(done, verdict, states),
            stopped[0].upper() + stopped[1:] + tell(".", "。"),
        ],
        tables=[
            *([_effects(done, states)] if question.tested else []),
            *own[1],
            *([table] if (table := race.left_early(left, arm_label)) else []),
            _arms(done),
            _funnel(done),
            _pairs(done),
            replications(done),
        ],
        pictures=[*own[2], *figures_comparison.draw(done, states, verdict)],
        limits=[
            *raced(done),
            _setting(done),
            *_left_out(question),
            *map(phrase, question.limits),
            *shut_told(done.runs.base),
            of_county(
                "What-if on a synthetic county, to compare arms; levels are not forecasts.", done.runs.base
            ),
        ],
        hypothesis=phrase(question.hypothesis),
        built_in=phrase(question.because),
        verdict=verdict,
    )


# -- sentences -----------------------------------------------------------------------------------------------
def width_label(width: Width) -> str:
    """What an interval is of."""
    if width.expected:
        return phrase(width.expected)
    if not width.outcome:
        return tell("nothing", "无")
    return phrase(OUTCOMES[width.outcome].label) + tell(", ", "，") + place_label(width.arm, width.cell)


def stopped_text(asked: float | None, seeds: int, limit: int, widest: Width) -> str:
    """Why there are so many seeds, and how many more would be needed."""
    goal, wide, text = asked or CLAIM, widest.half, width_label(widest)
    need = math.ceil(seeds * (wide / goal) ** 2)
    word = f"seeds={need}" if asked is None else f"precision={asked:g} max_seeds={need}"
    more = tell(
        f"; ± {goal:g} everywhere would take {word} at most, about",
        f"；要处处达到 ± {goal:g}，至多约需 {word}",
    )
    if need > RANGES["seeds"][1]:
        more = tell(
            f"; ± {goal:g} everywhere would take more seeds than can be asked for",
            f"；要处处达到 ± {goal:g}，所需种子数超出可设的上限",
        )
    more = more if wide > goal else ""
    if asked is None:
        return tell(
            f"{seeds} seeds as asked for; the widest 95 % interval is ± {wide:.3f} ({text}){more}",
            f"按要求运行 {seeds} 个种子；最宽的 95% 区间为 ± {wide:.3f}（{text}）{more}",
        )
    if wide <= asked:
        return tell(
            f"stopped at {seeds} seeds: the asked precision ± {asked:g} is reached everywhere (widest "
            f"± {wide:.3f}, {text})",
            f"在 {seeds} 个种子处停止：所要求的精度 ± {asked:g} 处处达到（最宽 ± {wide:.3f}，{text}）",
        )
    return tell(
        f"stopped at the limit of {limit} seeds before the asked precision ± {asked:g}: widest ± "
        f"{wide:.3f} ({text}){more}",
        f"达到 {limit} 个种子的上限而停止，尚未达到所要求的精度 ± {asked:g}：最宽 ± {wide:.3f}（"
        f"{text}）{more}",
    )


def _left_out(question: Question) -> list[str]:
    """Arms that this version of the model cannot run."""
    found = []
    for arm, changes in question.arms.items():
        if arm not in question.available:
            paths = ", ".join(sorted(set(changes) - set(known())))
            found.append(
                tell(
                    f"arm '{arm}' is left out: {paths} is not in this version of the model",
                    f"未含“{arm_label(arm)}”一支：本版模型没有 {paths}",
                )
            )
    return found


def _setting(done: Compared) -> str:
    county, horizon = done.runs.base.county, done.runs.base.horizon
    drawn = drawn_from(done.runs.settings)
    return tell(
        f"{county.villages} villages of about {county.elders} elders, {horizon.start} to {horizon.end}; "
        f"{drawn}; all arms of a seed share luck and draw; intervals are 95 %, the seed is the unit.",
        f"{county.villages} 个村，每村约 {county.elders} 位老人，{horizon.start} 至 {horizon.end}；{drawn}；"
        f"同一种子的各支运气与抽取相同；区间为 95%，以种子为单位。",
    )


def verdict_text(done: Compared, verdict: str, states: Mapping[str, list[str]]) -> list[str]:
    """The expectation that decided the verdict, its difference, and under which conditions it holds."""
    if not verdict:
        return []
    written = states[WRITTEN]
    decisive = done.question.tested[min(range(len(written)), key=lambda i: DECIDES.index(written[i]))]
    effect = statistics.interval(done.effect(decisive), bounded=False)
    gap = spread(effect, decisive.share) + (tell(" points", " 个百分点") if decisive.share else "")
    asked = least_text(decisive)
    least = tell(f"; at least {asked} was asked for", f"；要求至少 {asked}") if decisive.least else ""
    first = tell(
        f"{verdict.capitalize()}. Expected: {decisive.text}. The difference is {gap}{least}.",
        f"{words(verdict)}。预期：{phrase(decisive.text)}。差别为 {gap}{least}。",
    )
    return [first + _at_end(done, decisive) + _where_it_holds(verdict, states)]


def least_text(expected: Expectation) -> str:
    """The least effect that was written, in points where outcomes are shares."""
    return f"{(100 if expected.share else 1) * expected.least:g}"


def _at_end(done: Compared, expected: Expectation) -> str:
    """That arms stand at the end of the scale, where that leaves the question open."""
    short = done.at_end(expected) if done.state(expected) == comparison.OPEN else []
    if len(short) == len(expected.arms):
        return tell(
            " In most seeds every arm stands at the end of the scale, so that this outcome cannot "
            "tell them apart here.",
            "在多数种子中各支均处于量程端点，此结果在此无法区分它们。",
        )
    if short and expected.room:
        return tell(
            f" In most seeds {quoted(short)} stood at the end of the scale, where differences cannot "
            f"be compared.",
            f"在多数种子中{quoted(short)}处于量程端点，差别无从比较。",
        )
    return ""


def _where_it_holds(verdict: str, states: Mapping[str, list[str]]) -> str:
    if verdict == comparison.BUILT_IN:
        lost = [
            f"{condition_label(condition)} ({', '.join(map(state_label, sorted(set(mine) - {'holds'})))})"
            for condition, mine in states.items()
            if condition != WRITTEN and set(mine) != {"holds"}
        ]
        return tell(
            f" The sign does not hold with {'; '.join(lost)}.", f"在下列条件下符号不成立：{'；'.join(lost)}。"
        )
    if verdict != comparison.SUPPORTED:
        return ""
    null = (
        tell(" and in the arm for comparison", "，对照中亦然")
        if NULL in states
        else tell("; no arm for comparison was possible", "；无法设对照")
    )
    return tell(
        f" The sign holds at both ends of what could have built it in{null}.",
        f"在可能使其先天成立的参数两端，符号均成立{null}。",
    )


def added_text(done: Compared) -> str:
    """What arms add in plain words: no winner at zero, nor where others cannot be told from the best."""
    first, *others = done.question.available
    top = comparison.best(done)
    if not done.of(top.arm, RANKED).any():
        return tell(
            "No arm adds elder-years of service in any seed: by this measure none can be told from another.",
            "在任何种子中没有一支新增受服务老人年：按此指标无法区分各支。",
        )
    level = spread(done.mean(first, RANKED), share=False)
    said = tell(
        f"Added elder-years a village: {level} with '{first}'",
        f"每村新增受服务老人年：取“{arm_label(first)}”时为 {level}",
    )
    return said + (_best_text(done, top) if others else "") + tell(".", "。")


def _best_text(done: Compared, top: comparison.BestArm) -> str:
    """The best arm, or why none is."""
    first, *others = done.question.available
    most, again = spread(top.level, share=False), fresh_text(top.fresh)
    served = number(done.level(top.arm, "table_years").interval.mean, share=False)
    if top.level.low <= 0:
        return tell(
            f"; no arm is told from adding nothing, the highest mean being {most} with '{top.arm}'{again}",
            f"；没有一支能与毫无新增相区分，均值最高者为“{arm_label(top.arm)}”，{most}{again}",
        )
    if top.tied:
        return tell(
            f"; the highest mean has '{top.arm}', with {most} and {served} table-years{again}, and "
            f"{top.tied} of {len(others)} other arms cannot be told from it, so that none is best",
            f"；均值最高者为“{arm_label(top.arm)}”，{most}，供餐 {served} 年{again}；其余 {len(others)} "
            f"支中有 {top.tied} 支无法与之区分，故无最优",
        )
    change = spread(done.lead(top.arm, RANKED).interval, share=False)
    more = tell(f", {change} more than '{first}'", f"，比“{arm_label(first)}”多 {change}")
    return tell(
        f"; most with '{top.arm}': {most} and {served} table-years",
        f"；“{arm_label(top.arm)}”最多：{most}，供餐 {served} 年",
    ) + ((more if top.arm != first else "") + again)


# -- tables --------------------------------------------------------------------------------------------------
def _effects(done: Compared, states: Mapping[str, list[str]]) -> ShownTable:
    rows = []
    for i, expected in enumerate(done.question.tested):
        for condition, mine in states.items():
            effect = statistics.interval(done.effect(expected, condition), bounded=False)
            shown = spread(effect, expected.share)
            least = least_text(expected) if condition == WRITTEN else "0"
            rows.append(
                [phrase(expected.text), condition_label(condition), least, shown, state_label(mine[i])]
            )
    note = tell(
        "points where outcomes are shares; 'holds': as written the whole interval reaches the least effect, "
        "under other conditions it lies above zero; 'none': the interval lies below the least effect, "
        "or every difference is zero",
        "结果为占比时单位为百分点；“成立”：按所写条件，整个区间达到最小效应，其他条件下区间大于零；"
        "“无影响”：区间低于最小效应，或每个差别都为零",
    )
    heads = ["expected above zero", "condition", "least effect", "effect (95 %)", "sign"]
    return ShownTable("What was expected, and what came", heads, rows, note)


def _arms(done: Compared) -> ShownTable:
    shown = done.question.shown
    rows = []
    for arm, cell in done.places:
        means = (spread(done.mean(arm, outcome, cell), OUTCOMES[outcome].share) for outcome in shown)
        rows.append([_marked(done, arm), phrase(cell), *means])
    note = tell("mean over seeds (95 % interval)", "各种子均值（95% 区间）")
    if any(done.left(arm) for arm in done.question.available):
        note += tell("; [n]: left by the race after n seeds", "；[n]：在 n 个种子后退出竞赛")
    return ShownTable("Arms", ["arm", "villages", *map(outcome_title, shown)], rows, note)


def _funnel(done: Compared) -> ShownTable:
    """From opened to viable, nested shares of all villages; closures, unpaid cost and visits beside."""
    shown, rows = (*STEPS, *LASTING), []
    for arm, cell in done.places:
        means = (spread(done.mean(arm, name, cell), OUTCOMES[name].share) for name in shown)
        rows.append([_marked(done, arm), phrase(cell), *means])
    note = tell(
        "nested shares of all villages, mean over seeds (95 % interval); elder-years are added to the same "
        "county and luck without station, rooms and their money",
        "嵌套的占比（占全部村），各种子均值（95% 区间）；老人年为相对于同县、同运气下"
        "无站点、无房屋、无相应资金者的新增",
    )
    return ShownTable("From opened to viable", ["arm", "villages", *map(outcome_title, shown)], rows, note)


def _pairs(done: Compared) -> ShownTable:
    first, *others = done.question.available
    rows = []
    for arm in others:
        for outcome in done.question.shown:
            difference = spread(done.paired(arm, outcome), OUTCOMES[outcome].share)
            one, two = done.both(arm, first, outcome)
            ratio = statistics.variance_ratio([(1.0, one), (-1.0, two)])
            saved = tell("no spread", "无离散") if math.isnan(ratio) else f"{ratio:.1f}"
            rows.append([arm_label(arm), phrase(OUTCOMES[outcome].label), difference, saved])
    note = tell(
        "variance ratio: variance of the difference had the arms had separate luck and draws, over "
        "its variance as paired; 4 means that pairing saved three of four runs",
        "方差比：各支运气与抽取各自独立时差别的方差，除以配对时的方差；4 表示配对省下四分之三的运行",
    )
    title = tell(f"Paired differences to '{first}'", f"与“{arm_label(first)}”的配对差别")
    return ShownTable(title, ["arm", "outcome", "difference (95 %)", "variance ratio"], rows, note)


def replications(done: Compared) -> ShownTable:
    """Whether there are enough seeds, by arm, kind of village and headline outcome."""
    rows = []
    for arm, cell in done.places:
        for name in HEADLINE:
            outcome = OUTCOMES[name]
            found = statistics.replications(done.of(arm, name, cell), outcome.share)
            rows.append(
                [
                    arm_label(arm),
                    phrase(cell),
                    phrase(outcome.label),
                    found.seeds,
                    number(found.half, outcome.share),
                    "-" if math.isnan(found.cv) else f"{found.cv:.2f}",
                    found.settled or tell("not yet", "尚未稳定"),
                ]
            )
    heads = ["arm", "villages", "outcome", "seeds", "half-width (95 %)", "c_v", "c_v settled from"]
    few = tell(*FEW) if done.seeds < figures_comparison.TELLING else ""
    return ShownTable("Are there enough replications?", heads, rows, few + tell(*ENOUGH))
