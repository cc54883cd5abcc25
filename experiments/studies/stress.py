"""Each shock alone and together, own to each village and shared by all."""

from __future__ import annotations

from typing import Any

import numpy as np

from experiments import statistics
from experiments.command.settings import arm, known
from experiments.comparison import Compared, Expectation, Question
from experiments.report.labels import arm_label, spread
from experiments.report.style import tell, words
from experiments.study.findings import Picture, Table

Extra = tuple[list[str], list[Table], list[Picture]]


def chances() -> dict[str, str]:
    """Shock -> path of its yearly chance: every such parameter of the section shocks."""
    return {
        p.partition(".")[2]: p
        for p, d in known().items()
        if p.startswith("shocks.") and d.unit == "share/year"
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
            "solvency.stress (how soon unpaid bills count against a service); null arm: no service "
            "steps down or closes, so that no threshold turns small costs into a large one"
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
        built_in=("solvency.stress",),
        null={"solvency.on": False},
        base=arm("business", "portfolio"),
        extra=_tails,
        limits=(
            (
                "Each shock at the highest yearly chance that is accepted; villages run the portfolio of "
                "businesses, so that every shock has something to hit."
            ),
        ),
    )


COSTS = {"unmet": 1.0, "closed": 1.0, "viable": -1.0}  # outcome -> sign of a cost


def _tails(done: Compared) -> Extra:
    """Cost against calm, and how uneven counties are: shared shocks move the spread, not the mean."""
    cost = {
        (a, o): statistics.interval(sign * (done.of(a, o) - done.of("calm", o)), bounded=False)
        for a in done.question.available
        if a != "calm"
        for o, sign in COSTS.items()
    }
    names = list(dict.fromkeys(a for a, _ in cost))
    spreads = {
        a: 100 * x.std(ddof=1) for a in names if len(x := done.of(a, "unmet")) > 1 and not statistics.ended(x)
    }
    end = tell("at the end of the scale", "处于量程端点")
    uneven = {
        a: f"{spreads[a]:.1f}" if a in spreads else end if statistics.ended(done.of(a, "unmet")) else "-"
        for a in names
    }
    rows = [
        [
            arm_label(a),
            *(spread(cost[a, o]) for o in COSTS),
            uneven[a],
            f"{100 * np.quantile(done.of(a, 'unmet'), 0.9):.1f}",
        ]
        for a in names
    ]
    worst = max((a for a in names if not a.startswith("all")), key=lambda a: cost[a, "unmet"].mean)
    own, shared = (spread(cost[f"all, {how}", "unmet"]) for how in ("own", "shared"))
    said = tell(
        (
            f"Alone, '{worst}' costs most: {spread(cost[worst, 'unmet'])} points of eligible hours that "
            f"stay unmet; all together cost {own} points when each village has its own and {shared} "
            f"when they are shared"
        ),
        (
            f"单独而言“{arm_label(worst)}”代价最大：未满足的应助时数 {spread(cost[worst, 'unmet'])} "
            f"个百分点；全部合计，各村各自受冲击时为 {own} "
            f"个百分点，全县共同时为 {shared}"
        ),
    )
    if {"all, own", "all, shared"} <= set(spreads):
        said += tell(
            (
                f" (standard deviation between seeds {uneven['all, own']} against {uneven['all, shared']} "
                f"points)"
            ),
            f"（种子间标准差 {uneven['all, own']} 与 {uneven['all, shared']} 个百分点）",
        )
    said += tell(".", "。")
    if any(statistics.ended(done.of(a, "viable")) for a in ("calm", *names)):
        said += tell(
            (
                " Villages viable stand at the end of their scale in some arms, where a shock has nothing "
                "left to take."
            ),
            "在某些支中可持续的村已处于量程端点，冲击无可再减。",
        )
    columns = [
        "shock",
        "more hours unmet, points",
        "more villages closed, points",
        "fewer villages viable, points",
        "sd of hours unmet between seeds",
        "worst tenth of seeds, % unmet",
    ]
    note = tell(
        "paired differences (95 %), above zero where the shock costs", "配对差别（95%），大于零表示冲击有代价"
    )
    return [said], [Table("What each shock costs against calm", columns, rows, note)], []
