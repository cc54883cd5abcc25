"""The first answer in words: a table a panel, three sentences, where things are. What-if, never a forecast."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from experiments import pictures
from experiments.figures import real
from experiments.findings import Findings, Table
from experiments.first_answer import BUSINESSES, NULLS, Plan
from experiments.study import Study
from experiments.style import words

TITLES = {
    "practised": "AS PRACTISED: pledges follow cost, each payer under its ceiling",
    "envelope": "EQUAL PLEDGED ENVELOPE: the same present value of all pledges an elder, set-up capital inside it",
}
SHORT = {"bills or long cuts": "bills", "too few hours": "hours", "too few visits": "visits", "never opened": "unopened", "opened too late": "late"}


def share_text(row: pd.Series) -> str:
    """Mean and interval in percent."""
    return f"{100 * row['viable']:.0f} ({100 * row['low']:.0f}-{100 * row['high']:.0f})"


def cause_text(row: pd.Series) -> str:
    """Commonest cause with its share of failures; * where a paired rerun without it averted closures."""
    if not row["cause"]:
        return "none"
    name = str(row["cause"])
    relief = row.get(f"relief_{name.removeprefix('closed: ')}")
    star = "*" if name.startswith("closed: ") and isinstance(relief, str) and not relief.startswith("0 ") else ""
    return f"{SHORT.get(name, name.removeprefix('closed: '))}{star} {100 * row['cause_share']:.0f}%"


def cost_text(row: pd.Series) -> str:
    """Yuan an elder-year."""
    cost = row["public_yuan_per_elder_year"]
    return "-" if np.isnan(cost) else f"{cost:.0f}"


def layout(lines: list[list[str]]) -> str:
    """Columns in line, the first to the left."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    pad = lambda k, text: text.ljust(widths[k]) if k == 0 else text.rjust(widths[k])  # noqa: E731
    return "\n".join("  ".join(pad(k, text) for k, text in enumerate(line)).rstrip() for line in lines)


def grid(summary: pd.DataFrame, title: str, write: Callable[[pd.Series], str]) -> Table:
    """One table: rows funding, columns business; '.' where nothing was run."""
    columns = [b for b in BUSINESSES if b in set(summary["business"])]
    lines = []
    for funding in summary["funding"].unique():
        by = summary[summary["funding"] == funding].set_index("business")
        lines.append([words(funding), *(write(by.loc[b]) if b in by.index else "." for b in columns)])
    counts = summary.groupby("business")["villages"].max()
    lines.append(["villages that count", *(str(counts[b]) for b in columns)])
    return Table(title, ["", *(words(b) for b in columns)], lines)


def tables(plan: Plan, summary: pd.DataFrame) -> dict[str, list[Table]]:
    """Each panel's three tables, under its title."""
    year, found = plan.base.horizon.end[:4], {}
    for panel in plan.panels:
        mine = summary[summary["panel"] == panel]
        found[TITLES[panel]] = [
            grid(mine, f"villages viable to {year}, % (95 %)", share_text),
            grid(mine, "commonest cause of failure", cause_text),
            grid(mine, "public yuan per elder-year helped", cost_text),
        ]
    return found


NOTES = "hours, visits, bills: still open, but below the threshold; money, users, helpers, leader: closed for want of it\n* a rerun under the same luck with that condition relieved averted closures; '.': not run or no village has the endowment"


def best(summary: pd.DataFrame, panel: str) -> pd.Series:
    """The real cell (no null arm, all villages counted) with the highest share; a null arm where nothing else was run."""
    whole = real(summary[summary["panel"] == panel])
    return whole.loc[whole["viable"].idxmax()]


def sentences(plan: Plan, summary: pd.DataFrame) -> list[str]:
    """Three plain sentences: the best mix, what a business adds, luck against what is not known."""
    year, panel = plan.base.horizon.end[:4], plan.panels[0]
    top = best(summary, panel)
    mine = summary[summary["panel"] == panel]
    plain = mine[(mine["business"] == "none") & ~mine["funding"].isin(NULLS)]
    rest = f"; without any business the mixes lie between {100 * plain['viable'].min():.0f} and {100 * plain['viable'].max():.0f} %" if len(plain) else ""
    nothing = mine[mine["funding"] == "no_money"]
    zero = f", and with no money {100 * nothing['viable'].iloc[0]:.0f} %" if len(nothing) else ""
    first = (
        f"If the rules and figures written here hold, {words(top['funding'])} with {words(top['business'])} keeps the most villages viable to {year} "
        f"{words(panel)}, {share_text(top)} %{rest}{zero}."
    )
    return [first, _gain(mine), _doubt(plan, summary, top)]


def _gain(mine: pd.DataFrame) -> str:
    """What the businesses add on the villages that can have them, against a deposit of the same money."""
    if "gain" not in mine or mine["gain"].isna().all():
        return "No business was compared with having none."
    mean = mine[mine["business"] != "none"].groupby("business")["gain"].mean()
    deposit = mean.pop("deposit") if "deposit" in mean else None
    if mean.empty:
        return f"The same set-up money lying at interest changes the share by {100 * float(deposit or 0):+.0f} points."
    name, gain = str(mean.idxmax()), float(mean.max())
    over = mine[(mine["business"] == name) & (mine["gain_low"] > 0)]
    sure = f"the 95 % interval lies above zero in {len(over)} of {int((mine['business'] == name).sum())} mixes"
    same = f"; the same money lying at interest changes it by {100 * deposit:+.0f} points" if deposit is not None else ""
    return f"In villages that have what it needs, {words(name)} changes the share viable most, by {100 * gain:+.0f} points over the same villages without business (mean over mixes; {sure}){same}."


def _doubt(plan: Plan, summary: pd.DataFrame, top: pd.Series) -> str:
    """What fails, and how much of the spread is luck."""
    why = summary[(summary["panel"] == top["panel"]) & (summary["cause"] != "")]["cause"].mode()
    both = summary.dropna(subset=["sd_all", "sd_luck"])
    luck = float((both["sd_luck"] ** 2).sum() / max((both["sd_all"] ** 2).sum(), 1e-12)) if len(both) else np.nan
    part = f"; of the spread between seeds about {100 * min(luck, 1.0):.0f} % is luck alone, the rest comes from parameters that are not known" if np.isfinite(luck) else ""
    reason = f"The commonest reason why villages miss the mark is '{why.iloc[0]}'" if len(why) else "No village misses the mark"
    return f"{reason}{part}; this is a what-if on a synthetic county with {plan.drawn} uncertain parameters drawn, to compare options, not to read off a level."


def write(plan: Plan, summary: pd.DataFrame, work: Study) -> str:
    """Tables, sentences, figures, places; kept as answer.txt and findings.json."""
    folder = work.folder / "figures"
    drawn = pictures.draw(pictures.Kept(work.folder, work.results()), folder, each=work.engine.each)
    runs, c = work.results().runs(), plan.base.county
    failed = runs[runs["error"] != ""]
    lost = f"\n{len(failed)} of {len(runs)} runs failed, first: {failed['error'].iloc[0]} ({failed['origin'].iloc[0]})" if len(failed) else ""
    size = f"{plan.seeds} seeds, {c.villages} villages of about {c.elders} elders; intervals take the seed as unit; each seed draws {plan.drawn} uncertain parameters"
    said, panels = sentences(plan, summary), tables(plan, summary)
    kept = [Table(f"{words(panel).capitalize()}: {t.title}", t.columns, t.rows, NOTES if "cause" in t.title else "") for panel, ts in zip(plan.panels, panels.values(), strict=True) for t in ts]
    Findings(
        f"Which mix of payers, with which business, keeps village services viable to {plan.base.horizon.end}?", said, kept, drawn,
        [f"{size[0].upper()}{size[1:]}.", "A cell counts villages weighted to the prevalence of their kinds; a business is judged in the villages that have what it needs.", "As practised, mixes differ in how much money they bring; only at equal pledged envelope they differ in who pays alone."],
    ).save(work.folder)  # fmt: skip
    shown = "\n\n".join("\n\n".join([title, *(layout([[t.title, *t.columns[1:]], *t.rows]) for t in ts)]) for title, ts in panels.items())
    numbered = "\n".join(f"{k}. {text}" for k, text in enumerate(said, 1))
    where = f"{work.folder}/: summary.csv, findings.json, runs/, villages/, series/, resolved.yaml, manifest.json\n{folder}/: {', '.join(p.file for p in drawn)} (png, svg)\npython run.py report study={work.folder}"
    text = f"{size}{lost}\n\n{shown}\n\n{NOTES}\n\n{numbered}\n\n{where}\n"
    work.text("answer.txt", text)
    return text
