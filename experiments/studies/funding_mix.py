"""The simplex lattice of four shares in the equal pledged envelope."""

from __future__ import annotations

from itertools import product
from typing import Any

import pandas as pd

from experiments.arms import ENVELOPE, SHARES
from experiments.comparison import Compared, Expectation, Question
from experiments.outcomes import HEADLINE
from experiments.report import ternary
from experiments.report.labels import spread
from experiments.report.style import figures_in, phrase, tell, words
from experiments.study.findings import Picture, ShownTable
from sim.state.codes import PAYERS, STRENGTHS

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
            "nothing out); null arm: four payers that pay alike, so that the mix cannot matter"
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
        f"{tell(payer, words(payer))} {100 * share:.0f} %"
        for payer, share in zip(PAYERS, shares, strict=True)
        if share > 0
    )


def _best(done: Compared, cell: str, names: list[str]) -> tuple[str, int]:
    """The mix with most villages viable, and how many others cannot be told from it by paired differences."""
    best = max(names, key=lambda mix: done.mean(mix, "viable", cell).mean)
    return best, sum(done.paired(mix, "viable", cell, best).high >= 0 for mix in names if mix != best)


def _mixes(done: Compared) -> Extra:
    """Best mixes by strength, and the ternary plots."""
    names = list(done.question.available)
    points = {name: tuple(done.question.arms[name][share] for share in SHARES) for name in names}
    rows, said = [], []
    for cell in ("all", *STRENGTHS):
        best, tied = _best(done, cell, names)
        worst = min(names, key=lambda mix: done.mean(mix, "viable", cell).mean)
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
    none = not any(done.of(mix, "viable").any() for mix in names)
    note = tell(
        "g, c, f, s: percent pledged by government, collective, families, society",
        "g、c、f、s：政府、村集体、家庭、社会承诺的百分比",
    )
    table = ShownTable(
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


def _triangles(done: Compared, points: dict[str, tuple[float, ...]], none: bool) -> Picture:
    """Three payers in a triangle, by strength of the collective and the share of society."""
    lines, shown = [], set()
    societies = sorted({mix_shares[3] for mix_shares in points.values() if mix_shares[3] < 0.75})[:3]
    for cell, society in product(STRENGTHS, societies):
        here = [point for point in points if points[point][3] == society]
        best, tied = _best(done, cell, here)
        for name in here:
            alone = tied == 0 and len(here) > 1 and name == best
            place: dict[str, Any] = {
                "row": phrase(cell),
                "column": f"{tell('society', words('society'))} {100 * society:.0f} %",
            }
            lines.append(
                {
                    **place,
                    **dict(zip(PAYERS, points[name], strict=True)),
                    "viable": done.mean(name, "viable", cell).mean,
                    "ring": alone,
                }
            )
        shown |= set(here)
    frame = pd.DataFrame(lines)
    each = []
    for cell in (STRENGTHS[0], STRENGTHS[-1]):
        name, tied = _best(done, cell, [point for point in points if point in shown])
        level, others = spread(done.mean(name, "viable", cell)), len(shown) - 1
        one = tell(
            f"{plainly(points[name])} ({level} %; {tied} of {others} others not told from it)",
            f"{plainly(points[name])}（{level} %；其余 {others} 种中 {tied} 种无法与之区分）",
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
        figures_in(done.runs.work.folder),
        caption,
        rows="row",
        columns="column",
        ring="ring",
        title=title,
    )
