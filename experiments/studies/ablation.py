"""Every part off, one at a time, paired with the baseline; parts that are off by default are switched on
instead.

Parts are found from the declarations: every switch, and every choice of words one of which means off. What is
a number stands in `SIZED` with the size that is looked at. What only acts where another part is on (`NEEDS`)
is compared with that part alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from sim.parts.shocks import KINDS as SHOCK_KINDS
from sim.state.parameters import Declaration, Parameters

from .. import against_baseline, outcomes
from ..arms import PLAIN, Arm, BaselineRuns, Size, fitting
from ..command.scenario import Composed
from ..command.settings import arm, known
from ..outcomes import AGAINST_BASELINE, RANKED
from ..report import arm_effects
from ..report.labels import signed
from ..report.text import layout, numbered
from ..study.findings import Findings, Picture, ShownTable
from ..study.study import Study

SIZES = {"quick": Size(12, 100, 3), "default": Size(12, 130, 6), "full": Size(12, 300, 60)}
NOT_PARTS = {
    "county.stratified": "how villages are dealt",
    "funding.identical_payers": "for comparison (experiment=null_arms)",
    "shocks.scheduled": "a dated event",
    "solvency.relief": "a diagnosis",
    "viability.on_time": "a part of the definition",
}
NEEDS = {  # a switch -> what it acts on, which may be off
    "homes.together": ("homes.on", True),
    "referral.pooled": ("referral.on", True),
    "trust.rumours": ("trust.moves", True),
    "clearing.settle_price": ("clearing.on", True),
    "participation.crowding_out": ("participation.stipend", 2.0),
    "shocks.tourism_crash": ("business.kind", "tourism"),
    "shocks.harvest_failure": ("business.kind", "agriculture"),
    "shocks.price_crash": ("business.kind", "agriculture"),
}
CARE = (
    "meals",
    "cleaning",
    "mobility",
    "escort",
    "emergency",
    "rehabilitation",
    "prevention",
    "companionship",
    "personal_care",
)
SIZED: dict[
    str, dict[str, Any]
] = {  # what has no switch -> the size that is looked at (design choices, within the declared ranges)
    "pilots in a tenth of villages": {"government.pilots": 0.1},
    "fiscal squeeze from 2028": arm("shock", "squeeze"),
    "allowance of 300 yuan a diner": {"government.per_elder": 300.0},
    "payers share their luck": {"funding.payer_correlation": 1.0},
    "gifts crowd out by half": {"funding.crowding": 0.5},
    "levy of 5 % a month": {"timebank.levy": 0.05},
    "claims paid at 8 yuan an hour": {"clearing.settle_price": 8.0},
    "two paid posts": {"organisation.posts": 2},
    "four drives a year": {"organisation.drives": 4},
    "prizes of 50 yuan": {"organisation.honour_cost": 50.0},
    "stipend of the wage": {"participation.stipend": 12.0},
    "stipend of the wage, crowding out": {"participation.stipend": 12.0, "participation.crowding_out": True},
    "half the need of help": {f"needs.{kind}_scale": 0.5 for kind in CARE},
    "half of the visits off their day, visits on time count": {"visits.rota": 0.5, "viability.on_time": True},
    "nobody buys care": {"needs.professional_income_share": 0.0},
    **{
        f"{kind.replace('_', ' ')} at its highest chance": {f"shocks.{kind}": known()[f"shocks.{kind}"].high}
        for kind in SHOCK_KINDS
    },
}


LIMITS = (
    "One part at a time: what two parts do together is not seen.",
    "A part that is a number (a stipend, a levy, the chance of a shock) is looked at in one size, a design "
    "choice.",
    "A county of one village a stratum, reweighted to prevalence; what-if, not a forecast.",
)


def name_of(declared: Declaration) -> str:
    """A part's name for readers: the section for its switch, else section and name."""
    section, _, name = declared.path.partition(".")
    return section if name == "on" else f"{section}: {name}".replace("_", " ")


def off_word(declared: Declaration) -> str:
    """The word of a choice that means off.

    "none", or the one of which the declaration says that nothing is added.
    """
    return next(
        (
            choice
            for choice in declared.choices
            if choice == "none" or f"{choice}: nothing is added" in declared.doc
        ),
        "",
    )


def arm_name(changes: Mapping[str, Any]) -> str:
    """An arm's name."""
    return " ".join(f"{path}={value}" for path, value in changes.items()).lower()


def arms(parameters: Parameters) -> list[Arm]:
    """One arm a switch, a choice with an off word and a line of `SIZED`.

    Off where it is on, on where it is off (each word of a choice).
    """
    now, found = parameters.flat(), dict[str, Arm]()

    def put(changes: dict[str, Any], label: str) -> None:
        need = {
            path: value
            for path, value in (NEEDS[path] for path in changes if path in NEEDS)
            if path not in changes and now[path] != value
        }
        if all(now[path] == value for path, value in changes.items()):
            return
        if need:
            (path, value), under = next(iter(need.items())), arm_name(need)
            words = name_of(known()[path])
            added = f"added: {words}" + (
                "" if value is True else f" {value:g}" if isinstance(value, float) else f" {value}"
            )
            found.setdefault(under, Arm(under, added, need))
            found[arm_name(changes)] = Arm(
                arm_name(changes), f"{label} (to {words})", {**need, **changes}, against=under
            )
        else:
            found[arm_name(changes)] = Arm(arm_name(changes), label, changes)

    for declared in known().values():
        if declared.path in NOT_PARTS:
            continue
        if declared.kind is bool:
            put(
                {declared.path: not now[declared.path]},
                f"{'without' if now[declared.path] else 'added:'} {name_of(declared)}",
            )
        elif off := off_word(declared):
            if now[declared.path] != off:
                put({declared.path: off}, f"without {name_of(declared)}")
            else:
                for choice in declared.choices:
                    if choice != off:
                        put({declared.path: choice}, f"added: {name_of(declared)} {choice}")
    for label, changes in SIZED.items():
        put(changes, label)
    return list(found.values())


def run(line: Composed, words: list[str]) -> int:
    """Run, store, print."""
    good, refused = fitting(line.parameters, arms(line.parameters))
    runs = BaselineRuns(line, SIZES, [PLAIN, *good])
    with runs.begin(words) as work:
        report(runs, work, runs.run_all(), refused)
    return 0


def report(runs: BaselineRuns, work: Study, rows: pd.DataFrame, refused: list[str]) -> None:
    """Table, figure, findings; printed and kept."""
    table = against_baseline.effects(outcomes.against_baseline(rows), runs.arms)
    idle = against_baseline.idle(rows, runs.arms)
    nothing = {arm.label: argued(arm) for arm in runs.arms if arm.name in idle}
    work.text("summary.csv", table.to_csv(index=False))
    size = arm_effects.size_text(runs)
    picture = arm_effects.draw(table, headline(table), size, work.folder / "figures", "ablation")
    found = findings(table, nothing, refused, picture)
    found.save(work.folder)
    (shown,) = found.tables
    said = [size, layout([shown.columns, *shown.rows]), shown.note, numbered(found.sentences), *refused]
    where = f"{work.folder}/: findings.json, summary.csv, figures/ablation.png, runs and villages"
    text = "\n\n".join([*said, where])
    work.text("answer.txt", text + "\n")
    print(text)


def findings(table: pd.DataFrame, nothing: dict[str, str], refused: list[str], picture: Picture) -> Findings:
    """What was found; `nothing`: label -> reason of arms that change nothing."""
    heads, body = arm_effects.lines(table)
    notes = (
        f"* clear: paired t-tests over all {int(table['p'].notna().sum())} cells at a false discovery "
        f"rate of 5 %; '-': nothing to divide by"
    )
    title = (
        "Effect of each part: arm less baseline ('to x': less the baseline with x), mean over "
        "seeds with 95 % interval"
    )
    return Findings(
        question="What does each part of the model do, taken away (or added) by itself under the same luck?",
        sentences=sentences(table, nothing),
        tables=[ShownTable(title, heads, body, notes)],
        pictures=[picture],
        limits=[*LIMITS, *refused],
        hypothesis="Every part changes at least one of the measures.",
        built_in=(
            "A measure that a part defines is moved by it: no visits are due without the book, no "
            "public money is paid without government."
        ),
        verdict="supported" if not silent(table, nothing) else "not supported",
    )


def silent(table: pd.DataFrame, nothing: dict[str, str]) -> list[str]:
    """Labels of arms without any clear effect, in the order of the table, those that change nothing at all
    first.
    """
    clear = table.groupby("label", sort=False)["clear"].any()
    return [*nothing, *(label for label in clear.index[~clear] if label not in nothing)]


def headline(table: pd.DataFrame) -> str:
    """The largest clear effect on added elder-years, in one line."""
    mine = table[(table["measure"] == RANKED) & table["clear"]]
    if mine.empty:
        return "No part by itself moves added elder-years clearly"
    top = mine.loc[mine["effect"].abs().idxmax()]
    return (
        f"Added elder-years depend most on: {top['label']} ({signed(top['effect'])} a village; "
        f"{len(mine)} parts have a clear effect on it)"
    )


def argued(arm: Arm) -> str:
    """A label with what its declaration says, the reason where an arm does nothing.

    A part may act on another that is off.
    """
    return f"{arm.label} ({known()[list(arm.changes)[-1]].doc})"


def seen_from(table: pd.DataFrame) -> float:
    """Effect on villages in service that an arm without a clear one could have had.

    Median half-width of their intervals, points.
    """
    mine = table[(table["measure"] == "open") & ~table["clear"] & (table["high"] > table["low"])]
    return float(((mine["high"] - mine["low"]) / 2).median())


def sentences(table: pd.DataFrame, nothing: dict[str, str]) -> list[str]:
    """Three plain sentences: what matters most for added elder-years, for the other measures, and what does
    nothing.
    """
    mine = table[(table["measure"] == RANKED) & table["clear"]]
    mine = mine.iloc[np.argsort(-mine["effect"].abs().to_numpy(), kind="stable")][:4]
    most = "; ".join(f"{row.label} {signed(row.effect)}" for row in mine.itertuples()) or "none clearly"
    base, stay = (
        float(table.loc[table["measure"] == measure, "baseline"].iloc[0]) for measure in (RANKED, "viable")
    )
    floor = f"The baseline adds {base:.0f} elder-years a village and has {stay:.0f} % of villages viable."
    rest = []
    for key, outcome in AGAINST_BASELINE.items():
        other = table[(table["measure"] == key) & table["clear"]]
        if key != RANKED and len(other):
            top = other.loc[other["effect"].abs().idxmax()]
            rest.append(f"{outcome.brief}: {top['label']} ({top['effect']:+.{outcome.digits}f})")
    unclear = [label for label in silent(table, nothing) if label not in nothing]
    none = (
        f"to the last digit nothing changes: {', '.join(nothing.values())}"
        if nothing
        else "no part leaves everything unchanged"
    )
    unseen = (
        f"effects on villages in service under about {seen_from(table):.0f} points go unseen at this "
        f"number of seeds"
    )
    weak = (
        f"no clear effect on any measure: {', '.join(unclear)} ({unseen})"
        if unclear
        else "every other part has a clear effect on at least one measure"
    )
    return [
        f"Largest effects on added elder-years, a village: {most}. {floor}",
        f"Largest effects on the rest: {'; '.join(rest) or 'none clearly'}.",
        f"{none[0].upper()}{none[1:]}; {weak}.",
    ]
