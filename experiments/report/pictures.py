"""All figures that a study's stored tables allow, in one call.

At the end of an experiment and, in Chinese, by the report.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import pandas as pd

from sim.state.codes import PAYERS, VILLAGE_KINDS
from sim.state.parameters import SECTIONS, Parameters

from .. import reference, statistics
from ..command.scenario import known
from ..outcomes import RANKED, STEPS
from ..study.findings import Findings, Picture
from ..study.store import Results
from . import figures, figures_funnel, figures_money, figures_time, style, ternary
from .given import shut_before
from .style import tell, words
from .village_names import are_named, village_names

Job = Callable[[], Picture]
SPELL = [
    "scenario",
    "arm",
    "replicate",
    "village",
    "kind",
    "weight",
    "opened",
    "first_closed",
    "first_entry",
    "first_exit",
    "first_ended",
]  # columns that survival asks for; former studies lack the last three
OLDEST = 120  # months from the opening up to which stations are followed


def newest(folder: Path) -> Path:
    """The folder itself or, where it holds studies, the one begun last."""
    if (folder / "manifest.json").exists():
        return folder
    begun = {
        Results(manifest.parent).manifest["started"] + manifest.parent.name: manifest.parent
        for manifest in folder.glob("*/manifest.json")
    }
    return begun[max(begun)] if begun else folder


class Kept:
    """A study as it lies in its folder; what is missing is empty. Mistake where the folder holds no study."""

    def __init__(self, folder: Path, results: Results | None = None) -> None:
        self.folder = folder
        self.results = results or Results(folder)
        self.manifest, self.configuration = self.results.manifest, self.results.configuration

    @cached_property
    def parameters(self) -> Parameters:
        """The parameters as resolved; those that are not declared any more are left out."""
        known()
        plain = {section: v for section, v in self.configuration.items() if section in SECTIONS}
        return Parameters.from_dict(plain)

    def table(self, name: str, **chosen: Any) -> pd.DataFrame:
        """`runs`, `villages` or `series`, what is finished of them; empty where there is none."""
        return (
            getattr(self.results, name)(allow_partial=True, **chosen)
            if self.results.wanted
            else pd.DataFrame()
        )

    @cached_property
    def summary(self) -> pd.DataFrame:
        """summary.csv."""
        return self.results.summary

    @cached_property
    def villages(self) -> pd.DataFrame:
        """The village table with weights, finished runs only, without the reference that arms add to."""
        rows = reference.split(self.table("villages"))
        return statistics.with_weights(rows, self.parameters) if len(rows) else rows

    def series(self, scenario: str) -> pd.DataFrame:
        """The monthly table of one scenario, main arm, with weights."""
        rows = self.table("series", scenario=scenario)
        if rows.empty:
            return rows
        rows = rows.astype({"scenario": str, "arm": str})
        weight = self.villages[["scenario", "arm", "replicate", "village", "weight"]].drop_duplicates(
            ["scenario", "arm", "replicate", "village"]
        )
        return rows.merge(weight, on=["scenario", "arm", "replicate", "village"], how="inner")

    @property
    def findings(self) -> Findings | None:
        """findings.json, where there is one."""
        return Findings.load(self.folder) if (self.folder / "findings.json").exists() else None


def one_by_one(jobs: Sequence[Job]) -> list[Picture]:
    """Draw in this process."""
    return [job() for job in jobs]


def draw(
    kept: Kept, into: Path, few: bool = False, each: Callable[[Sequence[Job]], list[Picture]] = one_by_one
) -> list[Picture]:
    """Draw what the tables allow, most telling first; nothing where no village was stored. `few`: the three
    of one year's end.

    `each` works the pictures out, here or in other processes, to the same bytes.
    """
    return each(jobs(kept, into, few))


def jobs(kept: Kept, into: Path, few: bool) -> list[Job]:
    """What `draw` draws: calls with everything they need."""
    rows, summary = kept.villages, kept.summary
    if rows.empty:
        return []
    year, mixes, named = kept.parameters.horizon.end[:4], _mixes(summary), scenarios(kept)
    found: list[Job] = [partial(figures.heat, summary, year, into)] if mixes else []
    if mixes and set(STEPS) <= set(summary):
        found.append(_funnel(summary, year, named, into))
    if any(column.startswith("class_") for column in rows.columns):  # a year at least was run
        labels = _telling(summary) if mixes else dict(list(named.items())[:4])
        found.append(
            partial(
                figures.classes, rows[rows["scenario"].isin(labels)], labels, into, _sentence(shared(labels))
            )
        )
    first = next(iter(named))
    found += [] if few else _survival(kept, rows, named, first, into)
    mine, one = rows[rows["scenario"].isin(named)], rows[rows["scenario"] == first]
    start, label = kept.parameters.horizon.start, words(first)
    found.append(partial(figures.payers, mine, named, _sentence(shared(named)) + figures.sample(mine), into))
    if mixes and len(named) > 1:
        found.append(_triangle(mine, summary, named, into))
    found.append(partial(figures.needs, one, label, into))
    if {"gain", "added_gain"} & set(summary) and summary.filter(regex="^(added_)?gain$").notna().any(
        axis=None
    ):
        found.append(_gains(summary, into))
    series = pd.DataFrame() if few else kept.series(first)
    if len(series):
        found += [
            partial(figures_time.fans, series, start, label, into),
            partial(figures_money.payers_by_year, series, start, label, into),
        ]
        if kept.parameters.timebank.on:
            found.append(partial(figures_money.timebank, series, one, start, label, into))
        names = village_names(kept.parameters) if are_named(kept.parameters) else {}
        found.append(
            partial(
                figures_time.county_map,
                series,
                one,
                start,
                label,
                into,
                _middling(series),
                names,
                shut_before(kept.parameters),
            )
        )
    return found


def _mixes(summary: pd.DataFrame) -> bool:
    """The summary has a row a funding mix and business."""
    return {"panel", "funding", "business", "viable"} <= set(summary)


def _funnel(summary: pd.DataFrame, year: str, named: dict[str, str], into: Path) -> Job:
    """The funnel of the mixes of one column."""
    names = summary["panel"] + "/" + summary["funding"] + "/" + summary["business"]
    mine = summary.set_index(names).reindex(list(named))
    rows = [
        figures_funnel.FunnelLine(
            named[name], figures_funnel.of_summary(row, STEPS, int(row["seeds"])), figures.is_null(str(name))
        )
        for name, row in mine.iterrows()
    ]
    return partial(figures_funnel.draw, rows, year, into, style.capital(_sentence(shared(named))))


def scenarios(kept: Kept) -> dict[str, str]:
    """Scenario -> label: all that were run or, of mixes, those of the first panel in one column, the best
    first.
    """
    ran = list(kept.villages.loc[kept.villages["arm"] == "main", "scenario"].unique())
    if not _mixes(kept.summary):
        return {scenario: words(scenario) for scenario in ran}
    panel = kept.summary["panel"].iloc[0]
    mine = kept.summary[kept.summary["panel"] == panel]
    column = "none" if "none" in set(mine["business"]) else mine["business"].iloc[0]
    mine = mine[mine["business"] == column].sort_values(figures.ranked(mine), ascending=False, kind="stable")
    order = pd.concat([mine[~mine["funding"].isin(figures.NULLS)], mine[mine["funding"].isin(figures.NULLS)]])
    return {
        f"{panel}/{funding}/{column}": words(funding)
        for funding in order["funding"]
        if f"{panel}/{funding}/{column}" in ran
    }


def shared(named: Iterable[str]) -> str:
    """What scenarios of the table of mixes (panel/funding/business) have in common besides their funding,
    in words; else nothing.
    """
    parts = [name.split("/") for name in named]
    if any(len(part) != 3 for part in parts):
        return ""
    panels, _, businesses = (set(part) for part in zip(*parts, strict=True))
    return tell(", ", "，").join(
        words(part) for same in (panels, businesses) if len(same) == 1 for part in same
    )


def _sentence(text: str) -> str:
    return text + tell(". ", "。") if text else ""


def _telling(summary: pd.DataFrame) -> dict[str, str]:
    """The best, the worst and the mix without money: scenario -> label."""
    mine = summary[summary["panel"] == summary["panel"].iloc[0]]
    low = figures.real(mine)
    chosen = [
        figures.leading(low, figures.ranked(low)),
        low.loc[low[figures.ranked(low)].idxmin()],
        *(row for _, row in mine[mine["funding"] == "no_money"].iterrows()),
    ]
    return {
        f"{row['panel']}/{row['funding']}/{row['business']}": words(f"{row['funding']}/{row['business']}")
        for row in chosen
    }


def _survival(kept: Kept, rows: pd.DataFrame, named: dict[str, str], first: str, into: Path) -> list[Job]:
    """By funding, where there are several mixes, and by kind of village in the first."""
    horizon = kept.parameters.horizon
    if "first_closed" not in rows:
        return []
    main, found = rows.loc[rows["arm"] == "main", rows.columns.isin(SPELL)], list[Job]()
    last = min(horizon.months - 1, OLDEST)
    main = main[main["scenario"].isin(named)]
    if figures_time.spells(main, last).empty:
        return []
    if len(named) > 1:
        groups = {label: main[main["scenario"] == scenario] for scenario, label in list(named.items())[:8]}
        found.append(
            partial(
                figures_time.survival,
                groups,
                last,
                into,
                "survival_funding",
                tell("; ", "；").join(
                    text for text in (tell("By funding", "按筹资方式"), shared(named)) if text
                ),
            )
        )
    mine = main[main["scenario"] == first]
    kinds = {
        words(kind): mine[mine["kind"] == kind] for kind in VILLAGE_KINDS if (mine["kind"] == kind).any()
    }
    if not figures_time.spells(mine, last).empty:
        note = tell("By kind of village; ", "按村类型；") + words(first)
        found.append(partial(figures_time.survival, kinds, last, into, "survival_kinds", note))
    return found


def _triangle(rows: pd.DataFrame, summary: pd.DataFrame, named: dict[str, str], into: Path) -> Job:
    """Where each mix lies by who really paid, and how many villages it keeps."""
    main = rows[rows["arm"] == "main"]
    paid = pd.DataFrame(
        {
            payer: (main["weight"] * main[f"paid_{payer}_fen"]).groupby(main["scenario"]).sum()
            for payer in PAYERS
        }
    )
    paid = paid[paid.sum(axis=1) > 0]
    paid = paid.div(paid.sum(axis=1), axis=0)
    names = summary["panel"] + "/" + summary["funding"] + "/" + summary["business"]
    column = figures.ranked(summary)
    frame = paid.assign(**{column: summary.set_index(names)[column]}, label=pd.Series(named))
    null = frame.index.map(figures.is_null).to_numpy(bool)
    frame = frame if null.all() else frame[~null]
    label = tell("added elder-years, a village", "每村新增受服务老人年")
    label = label if column == RANKED else tell("villages viable, %", "可持续村，%")
    note = tell(
        f"Shares of running money as paid, society left out of the triangle; number: {label}. ",
        f"实付运营资金份额，三角形不含社会；数字：{label}。",
    )
    return partial(
        ternary.ternary,
        frame,
        label,
        into,
        _sentence(shared(named)) + note + figures.sample(main),
        value=column,
        share=column != RANKED,
        label="label",
    )


def _gains(summary: pd.DataFrame, into: Path) -> Job:
    """What a business adds on the villages that can have it, mix by mix, the first panel."""
    gain = "added_gain" if "added_gain" in summary and summary["added_gain"].notna().any() else "gain"
    mine = summary[(summary["panel"] == summary["panel"].iloc[0]) & summary[gain].notna()]
    labels = [
        f"{words(business)}: {words(funding)}"
        for business, funding in zip(mine["business"], mine["funding"], strict=True)
    ]
    frame = pd.DataFrame(
        {"label": labels, "gain": mine[gain], "low": mine[f"{gain}_low"], "high": mine[f"{gain}_high"]}
    )
    what = tell("Share of villages viable", "可持续村占比")
    label = tell("change in the share of villages viable, points", "可持续村占比变化，百分点")
    if gain == "added_gain":
        what = tell("Added elder-years a village", "每村新增受服务老人年")
        label = tell("change in added elder-years, a village", "每村新增受服务老人年的变化")
    caption = tell(
        (
            f"{what} with the business less without it, same villages and same luck; "
            f"{words(mine['panel'].iloc[0])}; {int(mine['seeds'].max())} seeds"
        ),
        (
            f"{what}：有该产业与无产业之差（同村同随机数）；{words(mine['panel'].iloc[0])}；"
            f"{int(mine['seeds'].max())} 个随机种子"
        ),
    )
    by_years = gain == "added_gain"
    unit, scale = ("a village", 1.0) if by_years else ("points", 100.0)
    return partial(figures.paired, frame, label, into, caption, unit=unit, scale=scale)


def _middling(series: pd.DataFrame) -> int:
    """The seed whose count of villages in service at the end is the middle one.

    Neither the luckiest nor the worst.
    """
    last = series[series["month"] == series["month"].max()]
    order = (last["level"] > 0).groupby(last["replicate"]).sum().sort_values(kind="stable")
    return int(order.index[len(order) // 2])


def redraw(kept: Kept, code: str, into: Path) -> tuple[list[Picture], bool]:
    """`draw` in a language; False where no font has it and the labels stayed English."""
    with style.language(code) as done:
        return draw(kept, into), done
