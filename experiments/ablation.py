"""Every part off, one at a time, paired with the baseline; parts that are off by default are switched on instead.

Parts are found from the declarations: every switch, and every choice of words one of which means off. A switch that only acts
where another part is on (`NEEDS`) is compared with that part alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from experiments import paired
from experiments import study as studies
from experiments.answer import layout
from experiments.findings import Findings, Table
from experiments.paired import MEASURES, Arm, Size, Study
from experiments.scenario import Composed, known
from sim.parameters import Declaration, Parameters

SIZES = {"quick": Size(6, 12, 120), "default": Size(6, 12, 200), "full": Size(60, 12, 300)}
NOT_PARTS = {
    "county.stratified": "how villages are dealt",
    "funding.identical_payers": "a null arm (experiment=null_arms)",
    "shocks.scheduled": "a dated event",
    "solvency.relief": "a diagnosis",
}
NEEDS = {  # a switch -> what it acts on, which may be off
    "homes.together": ("homes.on", True),
    "referral.pooled": ("referral.on", True),
    "trust.rumours": ("trust.moves", True),
    "participation.crowding_out": ("participation.stipend", 2.0),
}


def name_of(d: Declaration) -> str:
    """A part's name for readers: the section for its switch, else section and name."""
    section, _, name = d.path.partition(".")
    return section if name == "on" else f"{section}: {name}".replace("_", " ")


def off_word(d: Declaration) -> str:
    """The word of a choice that means off: "none", or the one of which the declaration says that nothing is added."""
    return next((x for x in d.choices if x == "none" or f"{x}: nothing is added" in d.doc), "")


def arms(parameters: Parameters) -> list[Arm]:
    """One arm a switch and a choice with an off word: off where it is on, on where it is off (each word of a choice)."""
    now, found = parameters.flat(), dict[str, Arm]()

    def add(path: str, value: Any, label: str) -> None:
        need = NEEDS.get(path, (path, value))
        if need == (path, value) or now[need[0]] == need[1]:
            arm = Arm(f"{path}={value}".lower(), label, {path: value})
        else:
            first = known()[need[0]]
            under = f"{need[0]}={need[1]}".lower()
            if first.kind is not bool:  # a number is no arm of its own accord
                found[under] = Arm(under, f"added: {name_of(first)} {need[1]:g}", {need[0]: need[1]})
            arm = Arm(f"{path}={value}".lower(), f"{label} (to {name_of(first)})", {need[0]: need[1], path: value}, against=under)
        found[arm.name] = arm

    for d in known().values():
        if d.path in NOT_PARTS:
            continue
        if d.kind is bool:
            add(d.path, not now[d.path], f"{'without' if now[d.path] else 'added:'} {name_of(d)}")
        elif off := off_word(d):
            if now[d.path] != off:
                add(d.path, off, f"without {name_of(d)}")
            else:
                for x in d.choices:
                    if x != off:
                        add(d.path, x, f"added: {name_of(d)} {x}")
    return list(found.values())


def run(line: Composed, words: list[str]) -> int:
    """Run, store, print."""
    good, refused = paired.fitting(line.parameters, arms(line.parameters))
    study = Study(line, SIZES, [paired.PLAIN, *good])
    return study.run(words, lambda work, rows: report(study, work, rows, refused))


def report(study: Study, store: studies.Study, rows: pd.DataFrame, refused: list[str]) -> None:
    """Table, figure, findings; printed and kept."""
    table = paired.effects(paired.measures(rows), study.arms)
    idle = paired.idle(rows, study.arms)
    nothing = {arm.label: argued(arm) for arm in study.arms if arm.name in idle}
    store.text("summary.csv", table.to_csv(index=False))
    heads, body = paired.lines(table)
    picture = paired.draw(table, headline(table), study.size_text(), store.folder / "figures", "ablation")
    said = sentences(table, nothing)
    notes = f"* clear: paired t-tests over all {int(table['p'].notna().sum())} cells at a false discovery rate of 5 %; '-': nothing to divide by"
    Findings(
        question="What does each part of the model do, taken away (or added) by itself under the same luck?",
        sentences=said,
        tables=[Table("Effect of each part: arm less baseline ('to x': less the baseline with x), mean over seeds with 95 % interval", heads, body, notes)],
        pictures=[picture],
        limits=[
            "One part at a time: what two parts do together is not seen.",
            "A part that is a number (a stipend of zero, a levy of zero) is no switch and is not listed.",
            "A county of one village a stratum, reweighted to prevalence; what-if, not a forecast.",
            *refused,
        ],
        hypothesis="Every part changes at least one of the measures.",
        built_in="A measure that a part defines is moved by it: no visits are due without the book, no public money is paid without government.",
        verdict="supported" if not silent(table, nothing) else "not supported",
    ).save(store.folder)
    text = "\n\n".join([study.size_text(), layout([heads, *body]), notes, "\n".join(f"{i}. {x}" for i, x in enumerate(said, 1)), *refused])
    text += f"\n\n{store.folder}/: findings.json, summary.csv, figures/ablation.png, runs and villages"
    store.text("answer.txt", text + "\n")
    print(text)


def silent(table: pd.DataFrame, nothing: dict[str, str]) -> list[str]:
    """Labels of arms without any clear effect, in the order of the table, those that change nothing at all first."""
    clear = table.groupby("label", sort=False)["clear"].any()
    return [*nothing, *(x for x in clear.index[~clear] if x not in nothing)]


def headline(table: pd.DataFrame) -> str:
    """The largest clear effect on the share viable, in one line."""
    mine = table[(table["measure"] == "viable") & table["clear"]]
    if mine.empty:
        return "No part by itself moves the share of viable villages clearly"
    top = mine.loc[mine["effect"].abs().idxmax()]
    return f"The share of viable villages depends most on: {top['label']} ({top['effect']:+.0f} points; {len(mine)} parts have a clear effect on it)"


def argued(arm: Arm) -> str:
    """A label with what its declaration says, the reason where an arm does nothing: a part may act on another that is off."""
    return f"{arm.label} ({known()[list(arm.changes)[-1]].doc})"


def seen_from(table: pd.DataFrame) -> float:
    """Effect on villages in service that an arm without a clear one could have had: median half-width of their intervals, points."""
    mine = table[(table["measure"] == "open") & ~table["clear"] & (table["high"] > table["low"])]
    return float(((mine["high"] - mine["low"]) / 2).median())


def sentences(table: pd.DataFrame, nothing: dict[str, str]) -> list[str]:
    """Three plain sentences: what matters most for viability, for the other measures, and what does nothing."""
    mine = table[(table["measure"] == "viable") & table["clear"]]
    mine = mine.iloc[np.argsort(-mine["effect"].abs().to_numpy(), kind="stable")][:4]
    most = "; ".join(f"{r.label} {r.effect:+.0f}" for r in mine.itertuples()) or "none clearly"
    base = float(table.loc[table["measure"] == "viable", "baseline"].iloc[0])
    floor = f"The baseline has {base:.0f} % viable, and no part can take away more: what a part is worth shows in villages in service, hours and visits."
    rest = []
    for key, m in MEASURES.items():
        other = table[(table["measure"] == key) & table["clear"]]
        if key != "viable" and len(other):
            top = other.loc[other["effect"].abs().idxmax()]
            rest.append(f"{m.name}: {top['label']} ({top['effect']:+.{m.digits}f})")
    unclear = [x for x in silent(table, nothing) if x not in nothing]
    none = f"to the last digit nothing changes: {', '.join(nothing.values())}" if nothing else "no part leaves everything unchanged"
    unseen = f"effects on villages in service under about {seen_from(table):.0f} points go unseen at this number of seeds"
    weak = f"no clear effect on any measure: {', '.join(unclear)} ({unseen})" if unclear else "every other part has a clear effect on at least one measure"
    return [
        f"Largest effects on the share of viable villages, in points: {most}. {floor}",
        f"Largest effects on the rest: {'; '.join(rest) or 'none clearly'}.",
        f"{none[0].upper()}{none[1:]}; {weak}.",
    ]
