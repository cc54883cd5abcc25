"""Four wider comparisons: funding_mix (simplex lattice), business, targets, stress. Each command is one
declaration.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from experiments import comparison, statistics
from experiments.command.scenario import Composed, arm, known
from experiments.comparison import Done, Question, Test, called, spread
from experiments.report import style, ternary
from experiments.report.findings import Picture, Table
from experiments.report.style import figures_in, phrase, plt, tell, words
from experiments.studies.questions import ENVELOPE, SHARES
from sim.state.codes import PAYERS, STRENGTHS, VILLAGE_KINDS

Extra = tuple[list[str], list[Table], list[Picture]]


# -- funding_mix
# -------------------------------------------------------------------------------------------------------
def lattice(steps: int) -> list[tuple[float, ...]]:
    """All points of the simplex of four shares in steps of 1/steps, the most even first."""
    points = [p for p in product(range(steps + 1), repeat=4) if sum(p) == steps]
    return [tuple(x / steps for x in p) for p in sorted(points, key=lambda p: (sum(x * x for x in p), p))]


EVEN = (0.25,) * 4
SINGLES = [tuple(float(i == k) for i in range(4)) for k in range(4)]


def mix_name(shares: tuple[float, ...]) -> str:
    """'g25 c25 f50 s0': percent of government, collective, families, society."""
    return " ".join(f"{p[0]}{100 * x:.3g}" for p, x in zip(PAYERS, shares, strict=True))


def funding_mix(size: str = "default") -> Question:
    """The simplex lattice of four shares in the equal pledged envelope."""
    points = list(dict.fromkeys([EVEN, *lattice({"quick": 2, "default": 4, "full": 8}[size])]))
    even, (alone_g, alone_c, *_) = mix_name(EVEN), (singles := [mix_name(p) for p in SINGLES])
    return Question(
        question=(
            "Which mix of the four payers, at equal pledged present value, keeps villages viable, by "
            "strength of the collective?"
        ),
        hypothesis=(
            "A quarter from each payer keeps more villages viable than one payer alone, and "
            "collective money alone is worth more, against government money alone, where collectives "
            "are rich."
        ),
        because=(
            "funding.payer_correlation (whether payers share their luck, so that mixing them evens "
            "nothing out); null arm: four payers that pay alike, so that the mix cannot matter"
        ),
        arms={mix_name(p): dict(zip(SHARES, p, strict=True)) for p in points},
        tests=(
            Test(
                "more villages viable with a quarter each than with one payer (mean of four)",
                ((1.0, even, "viable", "all"), *((-0.25, one, "viable", "all") for one in singles)),
            ),
            Test(
                (
                    "what collective money alone keeps viable over government money alone is more among "
                    "rich than among weak collectives"
                ),
                tuple(
                    (sign * way, one, "viable", cell)
                    for cell, sign in (("rich", 1.0), ("weak", -1.0))
                    for one, way in ((alone_c, 1.0), (alone_g, -1.0))
                ),
                room=True,
            ),
        ),
        built_in=("funding.payer_correlation",),
        null={"funding.identical_payers": True},
        base=ENVELOPE,
        shown=(*comparison.HEADLINE, "paid", "full_cost"),
        cells=("all", *STRENGTHS),
        extra=_mixes,
        limits=(
            (
                "The best of many mixes looks better than it is; the number of mixes that cannot be told "
                "from it stands beside it."
            ),
            (
                "A payer's own ceiling still holds: what is pledged may stay under the envelope ('paid' "
                "shows what came in)."
            ),
        ),
    )


def plainly(shares: tuple[float, ...]) -> str:
    """The four shares in words, zeros left out."""
    return tell(", ", "、").join(
        f"{tell(payer, words(payer))} {100 * x:.0f} %"
        for payer, x in zip(PAYERS, shares, strict=True)
        if x > 0
    )


def _best(done: Done, cell: str, names: list[str]) -> tuple[str, int]:
    """The mix with most villages viable, and how many others cannot be told from it by paired differences."""
    best = max(names, key=lambda a: done.mean(a, "viable", cell).mean)
    return best, sum(done.paired(a, "viable", cell, best).high >= 0 for a in names if a != best)


def _mixes(done: Done) -> Extra:
    """Best mixes by strength, and the ternary plots."""
    names = list(done.question.available)
    points = {name: tuple(done.question.arms[name][s] for s in SHARES) for name in names}
    rows, said = [], []
    for cell in ("all", *STRENGTHS):
        best, tied = _best(done, cell, names)
        worst = min(names, key=lambda a: done.mean(a, "viable", cell).mean)
        rest = tell(f"{tied} of {len(names) - 1}", f"{len(names) - 1} 种中 {tied} 种")
        rows.append(
            [
                phrase(cell),
                best,
                spread(done.mean(best, "viable", cell)),
                rest,
                worst,
                spread(done.mean(worst, "viable", cell)),
            ]
        )
        said.append(
            tell(
                f"{cell} {plainly(points[best])} ({rest} others not told from it)",
                f"{phrase(cell)}为{plainly(points[best])}（其余 {rest}无法与之区分）",
            )
        )
    none = not any(done.of(a, "viable").any() for a in names)
    note = tell(
        "g, c, f, s: percent pledged by government, collective, families, society",
        "g、c、f、s：政府、村集体、家庭、社会承诺的百分比",
    )
    table = Table(
        "Best and worst mix by strength of the collective",
        ["collective", "best mix", "viable, %", "others not told from the best", "worst mix", "viable, %"],
        rows,
        note,
    )
    mix, level, tied_text, by = (
        plainly(points[rows[0][1]]),
        rows[0][2],
        rows[0][3],
        tell("; ", "；").join(said[1:]),
    )
    first = tell(
        (
            f"Most villages stay viable with {mix} ({level} %), but {tied_text} other mixes cannot be "
            f"told from it; by strength: {by}."
        ),
        f"可持续的村最多的组合为{mix}（{level} %），但其余 {tied_text}无法与之区分；按集体强弱：{by}。",
    )
    nothing = tell(
        "No mix keeps any village viable in any run.", "在任何一次运行中，没有一种组合使任何村可持续。"
    )
    return [nothing if none else first], [table], [_triangles(done, points, none)]


def _triangles(done: Done, points: dict[str, tuple[float, ...]], none: bool) -> Picture:
    """Three payers in a triangle, by strength of the collective and the share of society."""
    lines, shown = [], set()
    societies = sorted({p[3] for p in points.values() if p[3] < 0.75})[:3]
    for cell, society in product(STRENGTHS, societies):
        here = [a for a in points if points[a][3] == society]
        best, tied = _best(done, cell, here)
        for a in here:
            alone = tied == 0 and len(here) > 1 and a == best
            place: dict[str, Any] = {
                "row": phrase(cell),
                "column": f"{tell('society', words('society'))} {100 * society:.0f} %",
            }
            lines.append(
                {
                    **place,
                    **dict(zip(PAYERS, points[a], strict=True)),
                    "viable": done.mean(a, "viable", cell).mean,
                    "ring": alone,
                }
            )
        shown |= set(here)
    frame = pd.DataFrame(lines)
    each = []
    for cell in (STRENGTHS[0], STRENGTHS[-1]):
        a, tied = _best(done, cell, [a for a in points if a in shown])
        level, others = spread(done.mean(a, "viable", cell)), len(shown) - 1
        one = tell(
            f"{plainly(points[a])} ({level} %; {tied} of {others} others not told from it)",
            f"{plainly(points[a])}（{level} %；其余 {others} 种中 {tied} 种无法与之区分）",
        )
        alike = tell("no mix is told from the others", "各组合无法区分")
        each.append(
            tell(f"among {cell} collectives ", f"{phrase(cell)}：") + (alike if tied == others else one)
        )
    if frame["ring"].any():
        rings = tell(
            "Red ring: the mix that is told apart from every other of its triangle (95 %, paired).",
            "红圈：与同一三角形中其他各组合均可区分者（95%，配对）。",
        )
    else:
        rings = tell(
            "No mix is told apart from every other of its triangle (95 %, paired), so that none is ringed.",
            "没有组合与同一三角形中其他各组合均可区分（95%，配对），故无红圈。",
        )
    caption = tell(
        (
            f"Each point is a mix of three payers; the fourth, society, is held within a column. Rows: "
            f"strength of the collective. {rings} Equal pledged present value; {done.seeds} seeds."
        ),
        (
            f"每点为三方的一种组合；第四方（社会）在同一列内固定。行：集体强弱。{rings}承诺现值相同；"
            f"{done.seeds} 个种子。"
        ),
    )
    most = tell(
        f"Most viable of the mixes shown: {'; '.join(each)}", f"所示组合中可持续的村最多者：{'；'.join(each)}"
    )
    title = tell("No mix keeps any village viable", "没有组合使任何村可持续") if none else most
    label = tell("villages viable at the end, %", "期末可持续的村，%")
    return ternary.ternary(
        frame,
        label,
        figures_in(done.campaign.folder),
        caption,
        rows="row",
        columns="column",
        ring="ring",
        title=title,
    )


# -- business
# ----------------------------------------------------------------------------------------------------------
BUSINESSES = ("none", "tourism", "agriculture", "handicraft", "portfolio", "deposit")
RESERVES = (0.0, 3.0, 12.0)


def business(size: str = "default") -> Question:
    """Five businesses and none, in all kinds of village, under three reserve rules."""
    return Question(
        question=(
            "What does each 'mutual aid +' business add, in which kind of village, under which reserve rule?"
        ),
        hypothesis=(
            "A portfolio of businesses keeps more villages viable than none, and tourism adds more "
            "in scenic villages with a reserve of 12 months than without."
        ),
        because="business.care_share (how much profit reaches care at all); null arm: none of it does",
        arms={
            f"{b}, reserve {r:g}": {**arm("business", b), "funding.reserve": r}
            for r in (3.0, 0.0, 12.0)
            for b in BUSINESSES
        },
        tests=(
            comparison.differ(
                "more villages viable with the portfolio than with no business, under a reserve of 3 months",
                "viable",
                "portfolio, reserve 3",
                "none, reserve 3",
            ),
            Test(
                (
                    "what tourism adds to scenic villages viable is more with a reserve of 12 months than "
                    "with none"
                ),
                tuple(
                    (sign * way, f"{b}, reserve {r}", "viable", "scenic")
                    for r, sign in ((12, 1.0), (0, -1.0))
                    for b, way in (("tourism", 1.0), ("none", -1.0))
                ),
                room=True,
            ),
        ),
        built_in=("business.care_share",),
        null={"business.care_share": 0.0},
        shown=(*comparison.HEADLINE, "at_work", "income"),
        cells=("all", *VILLAGE_KINDS),
        extra=_gains,
        limits=(
            (
                "Reserve: the cash, in months of cost, above which payers pledge nothing more (3 as "
                "written). Deposit is the null business: the same set-up money at interest."
            ),
        ),
    )


def _gains(done: Done) -> Extra:
    """Gain over no business under the same reserve, by kind of village."""
    names = [b for b in BUSINESSES if b != "none"]
    rows, grid = [], np.zeros((len(RESERVES) * len(names), len(VILLAGE_KINDS)))
    for i, (r, b) in enumerate(product(RESERVES, names)):
        gains = [
            done.paired(f"{b}, reserve {r:g}", "viable", kind, f"none, reserve {r:g}")
            for kind in VILLAGE_KINDS
        ]
        grid[i] = [g.mean for g in gains]
        rows.append(
            [
                phrase(f"{r:g} months"),
                words(b),
                *(spread(g) + ("*" if g.low > 0 or g.high < 0 else "") for g in gains),
            ]
        )
    top, k = divmod(int(grid.argmax()), len(VILLAGE_KINDS))
    what, where, rule, gain = (
        rows[top][1],
        words(VILLAGE_KINDS[k]),
        rows[top][0],
        rows[top][2 + k].rstrip("*"),
    )
    best = tell(
        f"{what} in {where} villages with a reserve rule of {rule}: {gain} points",
        f"{where}的{what}（储备规则 {rule}）：{gain} 个百分点",
    )
    figure, axis = plt.subplots(figsize=(8.5, 1.8 + 0.34 * len(rows)), layout="constrained")
    most = max(float(np.abs(grid).max()), 0.01)
    image = axis.imshow(100 * grid, cmap="PuOr", vmin=-100 * most, vmax=100 * most, aspect="auto")
    for y, x in product(range(len(rows)), range(len(VILLAGE_KINDS))):
        axis.text(
            x,
            y,
            f"{100 * grid[y, x]:+.0f}{'*' if rows[y][2 + x].endswith('*') else ''}",
            ha="center",
            va="center",
            fontsize=8,
            color="white" if abs(grid[y, x]) > 0.7 * most else "black",
        )
    axis.set_xticks(range(len(VILLAGE_KINDS)), [words(kind) for kind in VILLAGE_KINDS])
    axis.set_yticks(range(len(rows)), [f"{r[1]}{tell(', reserve ', '，储备 ')}{r[0]}" for r in rows])
    for y in range(len(names), len(rows), len(names)):
        axis.axhline(y - 0.5, color="white", lw=4)
    axis.spines[:].set_visible(False)
    figure.colorbar(
        image,
        ax=axis,
        label=tell("points of villages viable over no business", "与无产业相比可持续的村，百分点"),
    )
    caption = tell(
        (
            f"Points of villages viable over the same villages without business, under the same reserve "
            f"rule and luck; * the 95 % interval leaves out zero. {done.seeds} seeds."
        ),
        f"与同村无产业相比可持续的村（百分点），储备规则与运气相同；* 95% 区间不含零。{done.seeds} 个种子。",
    )
    picture = style.finish(
        figure,
        tell("Largest gain: ", "最大增益：") + best,
        caption,
        figures_in(done.campaign.folder),
        "gains",
    )
    table = Table(
        "Gain in villages viable over no business, points",
        ["reserve rule", "business", *map(words, VILLAGE_KINDS)],
        rows,
        tell("paired difference (95 %); * leaves out zero", "配对差别（95%）；* 不含零"),
    )
    sure = sum(text.endswith("*") for row in rows for text in row[2:])
    said = tell(
        (
            f"The largest gain in villages viable over no business is {best}; the interval leaves out "
            f"zero in {sure} of {grid.size} such comparisons."
        ),
        f"与无产业相比，可持续的村增加最多的是{best}；{grid.size} 项此类比较中 {sure} 项的区间不含零。",
    )
    return [said], [table], [picture]


# -- targets
# -----------------------------------------------------------------------------------------------------------
GOAL = 0.70


def targets(size: str = "default") -> Question:
    """Roll-out against 70 % by 2030 and service to 2035."""
    c = known()
    pace, build, run_ = (
        float(c[p].default)
        for p in ("facilities.openings", "government.construction_envelope", "government.operating_envelope")
    )

    def case(openings: float, build_scale: float, run_scale: float) -> dict[str, float]:
        return {
            "facilities.openings": openings,
            "government.construction_envelope": build_scale * build,
            "government.operating_envelope": run_scale * run_,
        }

    return Question(
        question=(
            "Do villages reach 70 % with a mutual-aid facility by 2030, and are they still in service "
            "in 2035?"
        ),
        hypothesis=(
            "A faster roll-out reaches 70 % of villages by 2030, but without more operating money "
            "fewer of its facilities are in service at the end."
        ),
        because=(
            "solvency.stress (how soon unpaid bills count against a service); null arm: four payers "
            "that pay alike, whatever the county's money"
        ),
        arms={
            "as now": case(pace, 1, 1),
            "0.3 a year": case(0.3, 1, 1),
            "0.6 a year": case(0.6, 1, 1),
            "0.6, double building money": case(0.6, 2, 1),
            "0.6, double both": case(0.6, 2, 2),
            "0.6, triple both": case(0.6, 3, 3),
            "staged by the county": {**case(pace, 1, 1), "rollout.on": True},
            "staged, double both": {**case(pace, 2, 2), "rollout.on": True},
        },
        tests=(
            comparison.differ(
                "more villages have a facility in 2030 with 0.6 a year and double building money than as now",
                "facility_2030",
                "0.6, double building money",
                "as now",
            ),
            comparison.differ(
                "more standing facilities are idle at the end with it than with operating money doubled too",
                "idle",
                "0.6, double building money",
                "0.6, double both",
            ),
        ),
        built_in=("solvency.stress",),
        null={"funding.identical_payers": True},
        shown=("facility_2030", "function_2030", "in_service", "idle", *comparison.HEADLINE),
        extra=_targets,
        limits=(
            (
                "Openings: yearly chance that a village without a facility comes up, before leader and "
                "learning. Staged: the county selects applicants towards 70 % by 2030. The target is "
                "read both ways: villages with a facility, and facilities with the function."
            ),
        ),
    )


def _targets(done: Done) -> Extra:
    """How often each reading of the target is met."""
    rows = []
    for name in done.question.available:
        row: list[Any] = [called(name)]
        for outcome in ("facility_2030", "function_2030", "in_service"):
            hits = int((done.of(name, outcome) >= GOAL - 1e-9).sum())
            w = binomtest(hits, done.seeds).proportion_ci(method="wilson")
            row += [
                spread(done.mean(name, outcome)),
                tell(
                    f"{hits} of {done.seeds} ({100 * w.low:.0f} to {100 * w.high:.0f} %)",
                    f"{done.seeds} 个中 {hits} 个（{100 * w.low:.0f} 至 {100 * w.high:.0f} %）",
                ),
            ]
        rows.append(row)
    met = [called(a) for a in done.question.available if done.mean(a, "facility_2030").mean >= GOAL]
    reached = (
        tell(f"Reached by {', '.join(met)}", f"有{'、'.join(met)}")
        if met
        else tell("No arm reaches", "一支也没有")
    )
    said = tell(
        (
            f"{reached} 70 % of villages with a facility by 2030 on average; as now it is {rows[0][1]} %, "
            f"and {rows[0][5]} % of villages are in service at the end."
        ),
        (
            f"到 2030 年有设施的村平均达到 70% 的{reached}；按现状为 {rows[0][1]} %，期末在服务的村为 "
            f"{rows[0][5]} %。"
        ),
    )
    columns = [
        "roll-out",
        "villages with a facility 2030, %",
        "seeds at 70 %",
        "facilities with the function 2030, %",
        "seeds at 70 %",
        "villages in service at the end, %",
        "seeds at 70 %",
    ]
    return (
        [said],
        [
            Table(
                "The target, read both ways",
                columns,
                rows,
                tell(
                    "mean (95 %); seeds that reach 70 % with the Wilson interval",
                    "均值（95%）；达到 70% 的种子附 Wilson 区间",
                ),
            )
        ],
        [],
    )


# -- stress
# ------------------------------------------------------------------------------------------------------------
def chances() -> dict[str, str]:
    """Shock -> path of its yearly chance: every such parameter of the section shocks."""
    return {
        p.partition(".")[2]: p
        for p, d in known().items()
        if p.startswith("shocks.") and d.unit == "share/year"
    }


def stress(size: str = "default") -> Question:
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
        tests=(
            Test(
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


def _tails(done: Done) -> Extra:
    """Cost against calm, and how uneven counties are: shared shocks move the spread, not the mean."""
    cost = {
        (a, o): statistics.interval(sign * (done.of(a, o) - done.of("calm", o)), bounded=False)
        for a in done.question.available
        if a != "calm"
        for o, sign in COSTS.items()
    }
    names = list(dict.fromkeys(a for a, _ in cost))
    spreads = {
        a: 100 * x.std(ddof=1) for a in names if len(x := done.of(a, "unmet")) > 1 and not comparison.ended(x)
    }
    end = tell("at the end of the scale", "处于量程端点")
    uneven = {
        a: f"{spreads[a]:.1f}" if a in spreads else end if comparison.ended(done.of(a, "unmet")) else "-"
        for a in names
    }
    rows = [
        [
            called(a),
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
            f"单独而言“{called(worst)}”代价最大：未满足的应助时数 {spread(cost[worst, 'unmet'])} "
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
    if any(comparison.ended(done.of(a, "viable")) for a in ("calm", *names)):
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


DESIGNS = {f.__name__: f for f in (funding_mix, business, targets, stress)}


def run(line: Composed, overrides: list[str]) -> int:
    """Run one of them; exit code."""
    return comparison.run(DESIGNS[line.settings.name](line.settings.size), line, overrides)


__all__ = ["DESIGNS", "business", "funding_mix", "lattice", "run", "stress", "targets"]
