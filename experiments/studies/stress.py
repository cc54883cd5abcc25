"""Each shock alone and together, own to each village and shared by all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .. import statistics
from ..arms import NO_ENDS
from ..command.settings import arm, known
from ..comparison import Compared, Expectation, Question
from ..outcomes import OUTCOMES, RANKED
from ..report.labels import arm_label, spread
from ..report.style import tell, words
from ..statistics import Interval
from ..study.findings import Picture, ShownTable

Extra = tuple[list[str], list[ShownTable], list[Picture]]


def chances() -> dict[str, str]:
    """Shock -> path of its yearly chance: every such parameter of the section shocks."""
    return {
        path.partition(".")[2]: path
        for path, declared in known().items()
        if path.startswith("shocks.") and declared.unit == "share/year"
    }


def question(size: str) -> Question:
    """Each shock alone and together, own to each village and shared by all."""
    paths = chances()
    calm: dict[str, Any] = dict.fromkeys(paths.values(), 0.0)
    high = {path: known()[path].high for path in paths.values()}
    arms: dict[str, dict[str, Any]] = {"calm": calm}
    for how, correlation in (("own", 0.0), ("shared", 1.0)):
        for name, path in paths.items():
            arms[f"{words(name)}, {how}"] = {**calm, path: high[path], "shocks.correlation": correlation}
        arms[f"all, {how}"] = {**high, "shocks.correlation": correlation}
    alone = tuple((-1.0, f"{words(name)}, own", "unmet", "all") for name in paths)
    return Question(
        question=(
            "Which shock costs most, alone and together, when each village has its own and when all share it?"
        ),
        hypothesis="Together, shocks leave more eligible hours unmet than the sum of what each adds alone.",
        because=(
            "credit.months (how long suppliers wait); for comparison: no end of a station acts, so that no "
            "threshold turns small costs into a large one"
        ),
        arms=arms,
        expected=(
            Expectation(
                (
                    "what all shocks cost together is more than the sum of each alone (eligible hours "
                    "unmet, own shocks)"
                ),
                ((1.0, "all, own", "unmet", "all"), *alone, (len(paths) - 1.0, "calm", "unmet", "all")),
                room=True,
            ),
        ),
        built_in=("credit.months",),
        null=NO_ENDS,
        base=arm("business", "portfolio"),
        extra=_tails,
        limits=(
            (
                "Each shock at the highest yearly chance that is accepted; villages run the portfolio of "
                "businesses, so that every shock has something to hit."
            ),
        ),
    )


COSTS = {"added": -1.0, "unmet": 1.0, "closed": 1.0, "viable": -1.0}  # outcome -> sign of a cost


def _said(
    done: Compared, cost: Mapping[tuple[str, str], Interval], uneven: Mapping[str, str], told_apart: bool
) -> str:
    """Which shock costs most, what all cost together, and whether there was anything left to take."""
    names = list(uneven)
    worst = max(
        (name for name in names if not name.startswith("all")),
        key=lambda name: cost[name, RANKED].mean,
    )
    own, shared = (spread(cost[f"all, {how}", "unmet"]) for how in ("own", "shared"))
    lost = cost[worst, RANKED]
    certain = lost.low > 0
    most = spread(lost, share=False)
    alone = (
        tell(f"Alone, '{worst}' costs most: {most}", f"单独而言“{arm_label(worst)}”代价最大：{most}")
        if certain
        else tell(
            f"Alone, no shock's cost is told from zero; the highest mean has '{worst}', {most}",
            f"单独而言没有一种冲击的代价能与零相区分；均值最高者为“{arm_label(worst)}”，{most}",
        )
    )
    said = tell(
        (
            f"{alone} added elder-years a village; of eligible hours that stay unmet all together cost {own} "
            f"points when each village has its own and {shared} when they are shared"
        ),
        (
            f"{alone} 每村新增老人年；未满足的应助时数，全部合计，各村各自受冲击时为 {own} "
            f"个百分点，全县共同时为 {shared}"
        ),
    )
    if told_apart:
        said += tell(
            (
                f" (standard deviation between seeds {uneven['all, own']} against {uneven['all, shared']} "
                f"points)"
            ),
            f"（种子间标准差 {uneven['all, own']} 与 {uneven['all, shared']} 个百分点）",
        )
    said += tell(".", "。")
    if any(statistics.ended(done.of(name, "viable")) for name in ("calm", *names)):
        said += tell(
            (
                " Villages viable stand at the end of their scale in some arms, where a shock has nothing "
                "left to take."
            ),
            "在某些支中可持续的村已处于量程端点，冲击无可再减。",
        )
    return said


def _tails(done: Compared) -> Extra:
    """Cost against calm, and how uneven counties are: shared shocks move the spread, not the mean."""
    cost = {
        (name, outcome): statistics.interval(
            sign * (done.of(name, outcome) - done.of("calm", outcome)), bounded=False
        )
        for name in done.question.available
        if name != "calm"
        for outcome, sign in COSTS.items()
    }
    names = list(dict.fromkeys(name for name, _ in cost))
    spreads = {
        name: 100 * unmet.std(ddof=1)
        for name in names
        if len(unmet := done.of(name, "unmet")) > 1 and not statistics.ended(unmet)
    }
    end = tell("at the end of the scale", "处于量程端点")
    uneven = {
        name: f"{spreads[name]:.1f}"
        if name in spreads
        else end
        if statistics.ended(done.of(name, "unmet"))
        else "-"
        for name in names
    }
    rows = [
        [
            arm_label(name),
            *(spread(cost[name, outcome], OUTCOMES[outcome].share) for outcome in COSTS),
            uneven[name],
            f"{100 * np.quantile(done.of(name, 'unmet'), 0.9):.1f}",
        ]
        for name in names
    ]
    told_apart = {"all, own", "all, shared"} <= set(spreads)
    said = _said(done, cost, uneven, told_apart)
    columns = [
        "shock",
        "fewer added elder-years, a village",
        "more hours unmet, points",
        "more villages closed, points",
        "fewer villages viable, points",
        "sd of hours unmet between seeds",
        "worst tenth of seeds, % unmet",
    ]
    note = tell(
        "paired differences (95 %), above zero where the shock costs", "配对差别（95%），大于零表示冲击有代价"
    )
    return [said], [ShownTable("What each shock costs against calm", columns, rows, note)], []
