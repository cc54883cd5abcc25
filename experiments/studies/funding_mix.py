"""The simplex lattice of four shares in the equal pledged envelope."""

from __future__ import annotations

from itertools import product
from typing import Any

import pandas as pd

from sim.state.codes import PAYERS, STRENGTHS

from ..arms import ENVELOPE, SHARES
from ..comparison import BestArm, Compared, Expectation, Question, best
from ..outcomes import HEADLINE, RANKED
from ..report import ternary
from ..report.labels import fresh_text, number, spread
from ..report.style import figures_in, phrase, tell, words
from ..study.findings import Picture, ShownTable

Extra = tuple[list[str], list[ShownTable], list[Picture]]


def lattice(steps: int) -> list[tuple[float, ...]]:
    """All points of the simplex of four shares in steps of 1/steps, the most even first."""
    points = [point for point in product(range(steps + 1), repeat=4) if sum(point) == steps]
    return [
        tuple(share / steps for share in point)
        for point in sorted(points, key=lambda point: (sum(share * share for share in point), point))
    ]


EVEN = (0.25,) * 4
SINGLES = [tuple(float(i == number) for i in range(4)) for number in range(4)]


def mix_name(shares: tuple[float, ...]) -> str:
    """'g25 c25 f50 s0': percent of government, collective, families, society."""
    return " ".join(f"{payer[0]}{100 * share:.3g}" for payer, share in zip(PAYERS, shares, strict=True))


def question(size: str) -> Question:
    """The simplex lattice of four shares in the equal pledged envelope."""
    points = list(dict.fromkeys([EVEN, *lattice({"quick": 2, "default": 4, "full": 8}[size])]))
    even, (alone_g, alone_c, *_) = mix_name(EVEN), (singles := [mix_name(point) for point in SINGLES])
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
            "nothing out); for comparison: four payers that pay alike, so that the mix cannot matter"
        ),
        arms={mix_name(point): dict(zip(SHARES, point, strict=True)) for point in points},
        expected=(
            Expectation(
                "more villages viable with a quarter each than with one payer (mean of four)",
                ((1.0, even, "viable", "all"), *((-0.25, one, "viable", "all") for one in singles)),
            ),
            Expectation(
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
        shown=(*HEADLINE, "paid", "full_cost"),
        cells=("all", *STRENGTHS),
        best_of=("all", *STRENGTHS),
        extra=_mixes,
        limits=(
            (
                "The best of many mixes looks better than it is on the seeds that chose it: its level is "
                "that of fresh seeds; the number of mixes that cannot be told from it stands beside it."
            ),
            (
                "Every mix plans the same sum: what fees do not bring is given by the others. Prices, and "
                "with them diners, dates, lateness and luck of the payers still differ ('paid' shows what "
                "came in)."
            ),
        ),
    )


def plainly(shares: tuple[float, ...]) -> str:
    """The four shares in words, zeros left out."""
    return tell(", ", "、").join(
        f"{tell(payer, words(payer))} {100 * share:.0f} %"
        for payer, share in zip(PAYERS, shares, strict=True)
        if share > 0
    )


def _mixes(done: Compared) -> Extra:
    """Best mixes by strength, and the ternary plots."""
    names = list(done.question.available)
    points = {name: tuple(done.question.arms[name][share] for share in SHARES) for name in names}
    rows, said = [], []
    for cell in ("all", *STRENGTHS):
        top = best(done, cell)
        worst = min(names, key=lambda mix: done.mean(mix, RANKED, cell).mean)
        rest = tell(f"{top.tied} of {len(names) - 1}", f"{len(names) - 1} 种中 {top.tied} 种")
        rows.append(
            [
                phrase(cell),
                top.arm,
                spread(top.level, share=False),
                rest,
                number(done.level(top.arm, "table_years", cell).interval.mean, share=False),
                spread(done.level(top.arm, "viable", cell).interval),
                worst,
                spread(done.mean(worst, RANKED, cell), share=False),
            ]
        )
        said.append(_in_cell(cell, points[top.arm], top, rest))
    note = tell(
        "g, c, f, s: percent pledged by government, collective, families, society; levels of the highest are "
        "those of fresh seeds, of the lowest those of the seeds that chose it",
        "g、c、f、s：政府、村集体、家庭、社会承诺的百分比；最高者的水平取自新种子，最低者取自挑选它的种子",
    )
    columns = ["collective", "highest mean", "added elder-years, a village", "others not told from the best"]
    columns += ["table-years", "viable, %", "lowest mean", "added elder-years, a village"]
    table = ShownTable("Highest and lowest mix by strength of the collective", columns, rows, note)
    top = best(done)
    none = top.level.low <= 0
    by, level, again = tell("; ", "；").join(said[1:]), rows[0][2], fresh_text(top.fresh)
    if none:
        first = tell(
            f"No mix is told from adding nothing: at most {level} elder-years a village{again}",
            f"没有组合能与毫无新增相区分：最多为每村 {level} 老人年{again}",
        )
    elif top.tied:
        first = tell(
            f"No mix is best: the highest mean of added elder-years a village is {level}{again}, with "
            f"{plainly(points[top.arm])}, but {rows[0][3]} other mixes cannot be told from it",
            f"没有最优组合：每村新增老人年均值最高为 {level}{again}（{plainly(points[top.arm])}），但其余 "
            f"{rows[0][3]}无法与之区分",
        )
    else:
        first = tell(
            f"Most elder-years a village are added with {plainly(points[top.arm])}: {level}{again}",
            f"新增老人年最多的组合为{plainly(points[top.arm])}：每村 {level}{again}",
        )
    first += tell(f"; by strength: {by}.", f"；按集体强弱：{by}。")
    return [first], [table], [_triangles(done, points, none)]


def _in_cell(cell: str, shares: tuple[float, ...], top: BestArm, rest: str) -> str:
    """The highest mean among villages of one strength, and whether it is told from zero and the others."""
    if top.level.low <= 0:
        return tell(f"{cell} none told from zero", f"{phrase(cell)}无一能与零相区分")
    if top.winner:
        return tell(f"{cell} {plainly(shares)}", f"{phrase(cell)}为{plainly(shares)}")
    return tell(
        f"{cell} {plainly(shares)} ({rest} others not told from it)",
        f"{phrase(cell)}为{plainly(shares)}（其余 {rest}无法与之区分）",
    )


def _triangles(done: Compared, points: dict[str, tuple[float, ...]], none: bool) -> Picture:
    """Three payers in a triangle, by strength of the collective and the share of society."""
    lines, shown = [], set()
    societies = sorted({mix_shares[3] for mix_shares in points.values() if mix_shares[3] < 0.75})[:3]
    for cell, society in product(STRENGTHS, societies):
        here = [point for point in points if points[point][3] == society]
        top = best(done, cell, here)
        for name in here:
            alone = top.winner and len(here) > 1 and name == top.arm
            place: dict[str, Any] = {
                "row": phrase(cell),
                "column": f"{tell('society', words('society'))} {100 * society:.0f} %",
            }
            lines.append(
                {
                    **place,
                    **dict(zip(PAYERS, points[name], strict=True)),
                    RANKED: done.mean(name, RANKED, cell).mean,
                    "ring": alone,
                }
            )
        shown |= set(here)
    frame = pd.DataFrame(lines)
    each = []
    for cell in (STRENGTHS[0], STRENGTHS[-1]):
        top = best(done, cell, [point for point in points if point in shown])
        tied, others = top.tied, len(shown) - 1
        level = tell(f"{spread(top.level, share=False)}; ", f"{spread(top.level, share=False)}；")
        level = level if top.fresh else ""  # a mix that is not run again has no level of its own to show
        one = tell(
            f"{plainly(points[top.arm])} ({level}{tied} of {others} others not told from it)",
            f"{plainly(points[top.arm])}（{level}其余 {others} 种中 {tied} 种无法与之区分）",
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
            f"strength of the collective. {rings} Equal pledged present value; {done.counted} seeds."
        ),
        (
            f"每点为三方的一种组合；第四方（社会）在同一列内固定。行：集体强弱。{rings}承诺现值相同；"
            f"{done.counted} 个种子。"
        ),
    )
    most = tell(
        f"Added elder-years, highest mean of the mixes shown: {'; '.join(each)}",
        f"所示组合中新增老人年均值最高者：{'；'.join(each)}",
    )
    title = tell("No mix is told from adding nothing", "没有组合能与毫无新增相区分") if none else most
    label = tell("added elder-years, a village", "每村新增受服务老人年")
    return ternary.ternary(
        frame,
        label,
        figures_in(done.runs.work.folder),
        caption,
        rows="row",
        columns="column",
        value=RANKED,
        share=False,
        ring="ring",
        title=title,
    )
