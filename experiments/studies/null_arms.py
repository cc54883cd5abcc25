"""Does the first answer's headline follow by construction? Payers that are alike, payers that share their
luck, businesses without margin.

Two claims are put to null arms, both as practised and at an equal pledged envelope: *several payers* - four
payers a quarter each keep more villages viable than the best single payer; where payers do not differ
(`funding.identical_payers`: what four would give by the first plan) nothing of it may be left, and the more
their luck is one (`funding.payer_correlation`) the less; *a business helps* - businesses keep more villages
viable; where they make no profit, or give none of it to the service, nothing of it may be left.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from sim.state.codes import PAYERS
from sim.state.parameters import Parameters, declarations

from .. import outcomes, statistics
from ..arms import Arm, BaselineRuns, Size
from ..command.experiment_settings import PANELS
from ..command.scenario import Composed
from ..command.settings import arm
from ..outcomes import AGAINST_BASELINE, RANKED
from ..report import style
from ..report.arm_effects import size_text
from ..report.given import of_county
from ..report.labels import unit_label
from ..report.style import plt, words
from ..report.text import layout, numbered
from ..statistics import Interval
from ..study.findings import Findings, Picture, ShownTable
from ..study.study import Study

SIZES = {"quick": Size(12, 200, 4), "default": Size(12, 200, 8), "full": Size(24, 300, 60)}
CORRELATIONS = {"quick": (0.0, 1.0), "default": (0.0, 0.5, 1.0), "full": (0.0, 0.25, 0.5, 0.75, 1.0)}
MIX = "four_payers"  # the funding of the arms with a business
BUSINESSES = {
    "portfolio": "as they are",
    "zero_margin": "without margin",
    "no_share": "no share for care",
    "deposit": "money at interest",
}
LIMITS = (
    (
        "As practised every payer has a ceiling, so that four payers have four ceilings: that "
        "part of their lead is built in, and the equal envelope takes it away."
    ),
    "The best single payer is chosen after the runs, in each arm anew, which favours it a little.",
    (
        "Shared luck covers the news of the county's budget, of collective income and the size of "
        "gifts; fees have no yearly luck."
    ),
    ("Without margin holds for a fully endowed business with all its labour and land; others make a loss."),
    "What-if on a synthetic county, not a forecast.",
)
HYPOTHESIS = (
    "Four payers keep more villages viable than the best single payer, and businesses keep "
    "more viable than none; neither is left where payers are alike or businesses make nothing "
    "for care."
)
BUILT_IN = (
    "funding.identical_payers, funding.payer_correlation, ceilings of the payers, "
    "business.care_share and the margins of the businesses"
)
SHOWN = (RANKED, "viable")  # the headline's measure, and the end of the funnel


def shares(mix: str) -> dict[str, Any]:
    """A quarter from each of the four payers, or all from one."""
    return {f"funding.share_{payer}": 0.25 if mix == "four" else float(payer == mix) for payer in PAYERS}


def alike(mix: str) -> dict[str, Any]:
    """What four payers would have given in each village's first plan, paid by all alike or by one alone."""
    return {
        "funding.rule": "fixed_shares",
        **shares("four"),
        "funding.identical_payers": True,
        "funding.alike_payer": "all" if mix == "four" else mix,
    }


def zero_margin(parameters: Parameters) -> dict[str, Any]:
    """Prices at which a fully endowed business breaks even in a normal year; no growth, no garden plots,
    least volatility.

    Sales less variable cost = wages + rent + fixed cost, with all the labour and land that the business asks
    for. Where that price is not allowed, the nearest that is.
    """
    tourism, agriculture, handicraft, known = (
        parameters.tourism,
        parameters.agriculture,
        parameters.handicraft,
        declarations(),
    )
    prices = {
        "tourism.spend": (tourism.minutes_per_visit / 60 * tourism.wage + tourism.fixed / tourism.visitors)
        / (1 - tourism.variable),
        "agriculture.sales": agriculture.inputs
        + agriculture.hours * agriculture.wage
        + agriculture.rent
        + agriculture.fixed / agriculture.land,
        "handicraft.sales": (60 * handicraft.wage + handicraft.fixed / 12 / handicraft.places)
        / (1 - handicraft.materials)
        / (1 + handicraft.network + handicraft.visits * handicraft.guests / 1_000),
    }
    least = ("tourism.volatility", "agriculture.price_cv", "agriculture.yield_cv", "handicraft.volatility")
    held = {
        path: min(max(price, known[path].low or 0.0), known[path].high or price)
        for path, price in prices.items()
    }
    return {
        **{path: known[path].low for path in least},
        **held,
        "tourism.growth": 0.0,
        "agriculture.plots": 0.0,
    }


def arms(size: str) -> list[Arm]:
    """panel/alike/<mix>, panel/<correlation>/<mix>, panel/business/<kind>."""
    found = []
    for panel in PANELS:
        basis = {"funding.basis": "cost" if panel == "practised" else "envelope"}
        for mix in ("four", *PAYERS):
            common = {**basis, "funding.rule": "fixed_shares", **shares(mix)}
            found.append(Arm(f"{panel}/alike/{mix}", mix, {**basis, **alike(mix)}))
            found += [
                Arm(
                    f"{panel}/{correlation:g}/{mix}",
                    mix,
                    {**common, "funding.payer_correlation": correlation},
                )
                for correlation in CORRELATIONS[size]
            ]
        for kind in ("none", *BUSINESSES):
            changes = {
                **arm("funding", MIX),
                **basis,
                **arm("business", kind if kind in ("none", "deposit") else "portfolio"),
            }
            changes |= {"business.care_share": 0.0} if kind == "no_share" else {}
            found.append(
                Arm(
                    f"{panel}/business/{kind}",
                    kind,
                    changes,
                    fit=zero_margin if kind == "zero_margin" else None,
                )
            )
    return found


def run(line: Composed, words: list[str]) -> int:
    """Run, store, print."""
    runs = BaselineRuns(line, SIZES, arms(line.settings.size))
    with runs.begin(words) as work:
        report(runs, work, runs.run_all())
    return 0


def difference(found: pd.DataFrame, one: str, other: str, measure: str) -> Interval:
    """One arm less another, paired by replicate."""
    if one not in found.index or other not in found.index:
        return Interval(float("nan"), float("nan"), float("nan"), 0)
    return statistics.difference(found.loc[one][measure], found.loc[other][measure])


def against_one(found: pd.DataFrame, size: str) -> pd.DataFrame:
    """Four payers less the best single payer, by panel, step (alike, or a correlation) and measure."""
    rows = []
    for panel in PANELS:
        for step in ("alike", *(f"{correlation:g}" for correlation in CORRELATIONS[size])):
            for measure in SHOWN:
                level = {
                    payer: found.loc[f"{panel}/{step}/{payer}"][measure].mean()
                    for payer in PAYERS
                    if f"{panel}/{step}/{payer}" in found.index
                }
                if not level:
                    continue
                best = max(level, key=lambda payer: level[payer])
                gap = difference(found, f"{panel}/{step}/four", f"{panel}/{step}/{best}", measure)
                rows.append(
                    {
                        "panel": panel,
                        "step": step,
                        "measure": measure,
                        "best": best if len(set(level.values())) > 1 else "any",
                        "single": level[best],
                        **gap._asdict(),
                    }
                )
    return pd.DataFrame(rows)


def gains(found: pd.DataFrame) -> pd.DataFrame:
    """Businesses less none, by panel, kind and measure."""
    rows = [
        {
            "panel": panel,
            "kind": kind,
            "measure": measure,
            **difference(found, f"{panel}/business/{kind}", f"{panel}/business/none", measure)._asdict(),
        }
        for panel in PANELS
        for kind in BUSINESSES
        for measure in SHOWN
    ]
    return pd.DataFrame(rows)


def flip(steps: list[float], gaps: list[float]) -> float | None:
    """The correlation at which the mean difference changes sign, on straight lines between the steps.

    None where it never does.
    """
    for (low, first), (high, second) in zip(
        zip(steps, gaps, strict=True), zip(steps[1:], gaps[1:], strict=True), strict=False
    ):
        if first * second < 0:
            return low + (high - low) * first / (first - second)
    return None


def sign(row: Any) -> int:
    """+1 or -1 where the interval leaves zero out, else 0."""
    return int(row.low > 0) - int(row.high < 0)


def judge(claim: int, null: list[int]) -> str:
    """Verdict on a claim (sign of its effect) from the signs left in its null arms.

    As in every experiment, only a claim that stands can be built in.
    """
    if claim > 0 and any(sign_left > 0 for sign_left in null):
        return "built in"
    return {1: "supported", 0: "undecided", -1: "not supported"}[claim]


def payers_sentence(mine: pd.DataFrame, panel: str, measure: str) -> tuple[str, str]:
    """What is left of 'several payers' in one panel, and the verdict."""
    by = mine[(mine["panel"] == panel) & (mine["measure"] == measure)].set_index("step")
    steps = [step for step in by.index if step != "alike"]
    zero, alike = by.loc["0"], by.loc["alike"]
    at = flip([float(step) for step in steps], [by.loc[step, "mean"] for step in steps])
    turned = (
        f"its sign flips at a correlation of about {at:.2f}"
        if at is not None
        else "its sign does not flip between correlation 0 and 1"
    )
    verdict = judge(sign(zero), [sign(alike)])
    return (
        f"{words(panel)}: four payers less the best single one ({zero['best']}) {band(zero)}; "
        f"payers alike {band(alike)}; "
        f"luck wholly shared {band(by.loc[steps[-1]])}; {turned}: {verdict}",
        verdict,
    )


def business_sentence(mine: pd.DataFrame, panel: str, measure: str) -> tuple[str, str]:
    """What is left of 'a business helps' in one panel, and the verdict."""
    by = mine[(mine["panel"] == panel) & (mine["measure"] == measure)].set_index("kind")
    verdict = judge(sign(by.loc["portfolio"]), [sign(by.loc[kind]) for kind in ("zero_margin", "no_share")])
    return (
        f"{words(panel)}: businesses less none {band(by.loc['portfolio'])}; without margin "
        f"{band(by.loc['zero_margin'])}; "
        f"no share for care {band(by.loc['no_share'])}; money at interest {band(by.loc['deposit'])}: "
        f"{verdict}",
        verdict,
    )


def band(row: Any) -> str:
    """Mean and interval."""
    return f"{row['mean']:+.1f} ({row['low']:+.1f} to {row['high']:+.1f})"


def overall(verdicts: list[str]) -> str:
    """One word: built in where any claim is, supported where all are, not supported where none is left,
    else undecided.
    """
    for word in ("built in", "not supported", "undecided"):
        if word in verdicts:
            return word
    return "supported"


def report(runs: BaselineRuns, work: Study, rows: pd.DataFrame) -> None:
    """Tables, figure, verdicts; printed and kept."""
    found = outcomes.against_baseline(rows)
    payers, business = against_one(found, runs.settings.size), gains(found)
    verdict, said = claims(payers, business)
    title = f"Four payers against one, and businesses against none: {verdict}"
    size = size_text(runs)
    picture = draw(payers, business, title, size, work.folder / "figures")
    tables = [table_of_payers(payers), table_of_business(business)]
    Findings(
        question="Does the first answer's headline follow by construction?",
        sentences=said,
        tables=tables,
        pictures=[picture],
        limits=[of_county(one, runs.base) for one in LIMITS],
        hypothesis=HYPOTHESIS,
        built_in=BUILT_IN,
        verdict=verdict,
    ).save(work.folder)
    shown = (f"{table.title}\n{layout([table.columns, *table.rows])}" for table in tables)
    where = f"{work.folder}/: findings.json, figures/null_arms.png, runs and villages"
    text = "\n\n".join([size, *shown, numbered(said), where])
    work.text("answer.txt", text + "\n")
    print(text)


def claims(payers: pd.DataFrame, business: pd.DataFrame) -> tuple[str, list[str]]:
    """The verdict on added elder-years, and three sentences."""
    both, service = (
        [
            *(payers_sentence(payers, panel, outcome) for panel in PANELS),
            *(business_sentence(business, panel, outcome) for panel in PANELS),
        ]
        for outcome in SHOWN
    )
    verdict, served = overall([word for _, word in both]), [word for _, word in service]
    return verdict, [
        f"Several payers, added elder-years a village, {both[0][0]}; {both[1][0]}.",
        f"A business helps, added elder-years a village, {both[2][0]}; {both[3][0]}.",
        f"Taken together: {verdict}; by villages viable, several payers: {served[0]} "
        f"as practised and {served[1]} at an equal "
        f"envelope, a business: {served[2]} and {served[3]}. 'Built in' means that a plan for comparison, "
        f"in which the effect ought to vanish, still shows it.",
    ]


def _measured(outcome: str) -> str:
    """A measure with the unit of its differences."""
    return f"{AGAINST_BASELINE[outcome].brief}, {unit_label(AGAINST_BASELINE[outcome])}"


def table_of_payers(mine: pd.DataFrame) -> ShownTable:
    """Panel and step down, measures across."""
    by = mine.set_index(["panel", "step", "measure"])
    heads = [
        "four payers less the best single payer",
        *(text for outcome in SHOWN for text in (_measured(outcome), "best single")),
    ]
    rows = []
    for panel, step in dict.fromkeys(zip(mine["panel"], mine["step"], strict=True)):
        cells = [by.loc[(panel, step, outcome)] for outcome in SHOWN]
        word = "payers alike" if step == "alike" else f"correlation {step}"
        rows.append(
            [
                f"{words(panel)}, {word}",
                *(text for cell in cells for text in (band(cell), f"{cell['best']} {cell['single']:.0f}")),
            ]
        )
    return ShownTable("Several payers", heads, rows, "mean over seeds with 95 % interval, paired by seed")


def table_of_business(mine: pd.DataFrame) -> ShownTable:
    """Panel and kind down, measures across."""
    by = mine.set_index(["panel", "kind", "measure"])
    heads = ["businesses less none", *map(_measured, SHOWN)]
    rows = [
        [f"{words(panel)}, {word}", *(band(by.loc[(panel, kind, outcome)]) for outcome in SHOWN)]
        for panel in PANELS
        for kind, word in BUSINESSES.items()
    ]
    return ShownTable(
        "A business helps", heads, rows, f"funding: {MIX}; mean over seeds with 95 % interval, paired by seed"
    )


def draw(payers: pd.DataFrame, business: pd.DataFrame, title: str, note: str, folder: Path) -> Picture:
    """One row a panel: the lead of four payers over the best single one as luck is shared; the gain from
    businesses and their null arms; each by both measures.
    """
    sides = [
        (mine, key, measure) for mine, key in ((payers, "step"), (business, "kind")) for measure in SHOWN
    ]
    figure, axes = plt.subplots(
        len(PANELS), len(sides), figsize=(14, 7), layout="constrained", sharex="col", squeeze=False
    )
    colours = dict(zip(SHOWN, (style.BLUE, style.ORANGE), strict=True))
    for line, panel in zip(axes, PANELS, strict=True):
        for axis, (mine, key, measure) in zip(line, sides, strict=True):
            by = mine[(mine["panel"] == panel) & (mine["measure"] == measure)].set_index(key)
            _side(axis, by, key, colours[measure])
            what = "four payers less the best one" if key == "step" else "businesses less none"
            axis.set_title(f"{words(panel)}:\n{what}", fontsize=9)
            axis.set_ylabel(_measured(measure), fontsize=8)
    for axis, (_, key, _) in zip(axes[-1], sides, strict=True):
        last = "for comparison, then correlation\nof the payers' yearly luck"
        axis.set_xlabel(last if key == "step" else "what the businesses are", fontsize=8)
    return style.finish(
        figure,
        title,
        f"Dot: mean over seeds; bar: 95 % interval, paired by seed. {note}",
        folder,
        "null_arms",
    )


def _side(axis: Any, by: pd.DataFrame, key: str, colour: str) -> None:
    """One measure: a dot with its interval a step, or a kind of business."""
    places = list(by.index)
    axis.axhline(0, color="black", lw=0.8)
    axis.vlines(range(len(places)), by["low"], by["high"], color=colour, lw=2)
    axis.plot(range(len(places)), by["mean"], "o", color=colour, ms=5)
    if key == "step":
        axis.plot(range(1, len(places)), by["mean"].iloc[1:], color=colour, lw=1, alpha=0.5)
        names = ["payers\nalike" if place == "alike" else place for place in places]
    else:
        names = [BUSINESSES[place].replace(" ", "\n") for place in places]
    axis.set_xticks(range(len(places)), names, fontsize=7.5)
    axis.margins(x=0.15)
