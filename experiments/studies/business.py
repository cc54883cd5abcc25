"""Five businesses and none, in all kinds of village, under three reserve rules."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd

from sim.state.codes import VILLAGE_KINDS

from .. import statistics
from ..command.settings import arm
from ..comparison import WRITTEN, Compared, Expectation, Question, differ
from ..outcomes import HEADLINE, RANKED
from ..report import style
from ..report.labels import signed, spread
from ..report.style import figures_in, phrase, plt, tell, words
from ..statistics import Interval
from ..study.findings import Picture, ShownTable

Extra = tuple[list[str], list[ShownTable], list[Picture]]


BUSINESSES = ("none", "tourism", "agriculture", "handicraft", "portfolio", "deposit")
RESERVES = (0.0, 3.0, 12.0)


def question(size: str) -> Question:
    """Five businesses and none, in all kinds of village, under three reserve rules."""
    return Question(
        question=(
            "What does each 'mutual aid +' business add, in which kind of village, under which reserve rule?"
        ),
        hypothesis=(
            "A portfolio of businesses keeps more villages viable than none, and tourism adds more "
            "in scenic villages with a reserve of 12 months than without."
        ),
        because="business.care_share (how much profit reaches care at all); for comparison: none of it does",
        arms={
            f"{business}, reserve {reserve:g}": {**arm("business", business), "plan.reserve": reserve}
            for reserve in (3.0, 0.0, 12.0)
            for business in BUSINESSES
        },
        expected=(
            differ(
                "more villages viable with the portfolio than with no business, under a reserve of 3 months",
                "viable",
                "portfolio, reserve 3",
                "none, reserve 3",
            ),
            Expectation(
                (
                    "what tourism adds to scenic villages viable is more with a reserve of 12 months than "
                    "with none"
                ),
                tuple(
                    (sign * way, f"{business}, reserve {reserve}", "viable", "scenic")
                    for reserve, sign in ((12, 1.0), (0, -1.0))
                    for business, way in (("tourism", 1.0), ("none", -1.0))
                ),
                room=True,
            ),
        ),
        built_in=("business.care_share",),
        null={"business.care_share": 0.0},
        shown=(*HEADLINE, "offered", "taken", "earning", "at_work", "income"),
        cells=("all", *VILLAGE_KINDS),
        extra=_extra,
        limits=(
            (
                "Reserve: the cash, in months of cost, that a plan does not spend (3 as written). "
                "Deposit stands for comparison: the same set-up money at interest."
            ),
            (
                "A business is judged over all villages to which it is offered, whether they take it or not; "
                "beside it those that take it, against the same villages and luck without the offer."
            ),
        ),
    )


def _heat(done: Compared, rows: list[list[str]], grid: np.ndarray, best: str) -> Picture:
    """Gains as colours: reserve and business down, kinds of village across; `rows`: the same as text."""
    plus = len(BUSINESSES) - 1
    figure, axis = plt.subplots(figsize=(8.5, 1.8 + 0.34 * len(rows)), layout="constrained")
    most = max(float(np.abs(grid).max()), 1.0)
    image = axis.imshow(grid, cmap="PuOr", vmin=-most, vmax=most, aspect="auto")
    for row_at, column_at in product(range(len(rows)), range(len(VILLAGE_KINDS))):
        axis.text(
            column_at,
            row_at,
            f"{signed(grid[row_at, column_at])}{'*' if rows[row_at][2 + column_at].endswith('*') else ''}",
            ha="center",
            va="center",
            fontsize=8,
            color="white" if abs(grid[row_at, column_at]) > 0.7 * most else "black",
        )
    axis.set_xticks(range(len(VILLAGE_KINDS)), [words(kind) for kind in VILLAGE_KINDS])
    axis.set_yticks(range(len(rows)), [f"{row[1]}{tell(', reserve ', '，储备 ')}{row[0]}" for row in rows])
    for row_at in range(plus, len(rows), plus):
        axis.axhline(row_at - 0.5, color="white", lw=4)
    axis.spines[:].set_visible(False)
    figure.colorbar(
        image,
        ax=axis,
        label=tell("added elder-years, a village, over no business", "与无产业相比每村新增老人年"),
    )
    caption = tell(
        (
            f"Added elder-years a village over the same villages without business, under the same reserve "
            f"rule and luck; * the 95 % interval leaves out zero. {done.seeds} seeds."
        ),
        f"与同村无产业相比每村新增老人年，储备规则与运气相同；* 95% 区间不含零。{done.seeds} 个种子。",
    )
    return style.finish(
        figure,
        best,
        caption,
        figures_in(done.runs.work.folder),
        "gains",
    )


def _gains(done: Compared) -> Extra:
    """Gain over no business under the same reserve, by kind of village."""
    names = [business for business in BUSINESSES if business != "none"]
    rows, grid = [], np.zeros((len(RESERVES) * len(names), len(VILLAGE_KINDS)))
    for i, (months, plus) in enumerate(product(RESERVES, names)):
        gains = [
            done.paired(f"{plus}, reserve {months:g}", RANKED, kind, f"none, reserve {months:g}")
            for kind in VILLAGE_KINDS
        ]
        grid[i] = [gain.mean for gain in gains]
        rows.append(
            [
                phrase(f"{months:g} months"),
                words(plus),
                *(
                    spread(gain, share=False) + ("*" if gain.low > 0 or gain.high < 0 else "")
                    for gain in gains
                ),
            ]
        )
    top, nth = divmod(int(grid.argmax()), len(VILLAGE_KINDS))
    (rule, what, *shown), where = rows[top], words(VILLAGE_KINDS[nth])
    gain = shown[nth].rstrip("*")
    sure = sum(text.endswith("*") for row in rows for text in row[2:])
    told = tell(
        f"{what} in {where} villages with a reserve rule of {rule}: {gain} added elder-years",
        f"{where}的{what}（储备规则 {rule}）：新增 {gain} 老人年",
    )
    clear = shown[nth].endswith("*") and grid.max() > 0
    best = (
        tell(f"Largest gain: {told}", f"最大增益：{told}")
        if clear
        else tell(
            f"No gain is told from zero; the highest mean is {told}",
            f"没有增益能与零相区分；均值最高者为{told}",
        )
    )
    picture = _heat(done, rows, grid, best)
    table = ShownTable(
        "Gain in added elder-years over no business, a village",
        ["reserve rule", "business", *map(words, VILLAGE_KINDS)],
        rows,
        tell("paired difference (95 %); * leaves out zero", "配对差别（95%）；* 不含零"),
    )
    said = tell(
        f"{best}; the interval leaves out zero in {sure} of {grid.size} comparisons with no business.",
        f"{best}；与无产业的 {grid.size} 项比较中 {sure} 项的区间不含零。",
    )
    return [said], [table], [picture]


def gain_of(rows: pd.DataFrame, arm: str, base: str, who: str) -> Interval:
    """Elder-years that villages `who` of an arm are served beyond the same villages and luck in `base`.

    `rows`: villages with `weight`; `who`: a column of them, such as business_taken. A mean a village, by
    replicate; those without such a village are left out.
    """
    scenario, place = rows["scenario"].astype(str), ["replicate", "village"]
    mine = rows[(scenario == f"{WRITTEN}/{arm}") & rows[who].astype(bool)].set_index(place)
    other = rows[scenario == f"{WRITTEN}/{base}"].set_index(place)
    gain = (mine["served_years"] - other["served_years"].reindex(mine.index)) * mine["weight"]
    sums = pd.DataFrame({"gain": gain, "weight": mine["weight"]}).groupby("replicate").sum()
    return statistics.interval((sums["gain"] / sums["weight"]).to_numpy(), bounded=False)


def _offered_and_taken(done: Compared) -> ShownTable:
    """Who is offered a business and who takes it, and what it adds to both."""
    rows = statistics.with_weights(done.runs.villages(), done.runs.base)
    names, table = [business for business in BUSINESSES if business != "none"], []
    for months, plus in product(RESERVES, names):
        arm, base = f"{plus}, reserve {months:g}", f"none, reserve {months:g}"
        shares = [spread(done.mean(arm, outcome)) for outcome in ("offered", "taken", "earning")]
        gains = [gain_of(rows, arm, base, f"business_{who}") for who in ("offered", "taken")]
        added = [spread(gain, share=False) if np.isfinite(gain.mean) else "-" for gain in gains]
        table.append([phrase(f"{months:g} months"), words(plus), *shares, *added])
    return ShownTable(
        "Villages offered a business and villages that took it",
        [
            "reserve rule",
            "business",
            "offered, %",
            "taken, %",
            "earning after three years, %",
            "added, a village offered",
            "added, a village that took it",
        ],
        table,
        tell(
            "added elder-years over the same villages and luck without the offer (95 %)",
            "与同村、同运气而无产业机会相比的新增老人年（95%）",
        ),
    )


def _extra(done: Compared) -> Extra:
    """Gains by kind of village; offered and taken."""
    said, tables, pictures = _gains(done)
    return said, [*tables, _offered_and_taken(done)], pictures
