"""The four figures of an answer. Each title says the finding; a planner should need ten seconds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from experiments import estimate, style
from experiments.style import plt, words
from sim.population import PAYERS
from sim.viability import CLASSES

PANEL_NAMES = {"practised": "as practised", "envelope": "equal pledged envelope"}
MET = {"family": style.ORANGE, "mutual": style.GREEN, "professional": style.BLUE, "unmet": style.GREY}


def heat(summary: pd.DataFrame, year: str, folder: Path) -> None:
    """Share viable by funding and business, with its interval, one map a panel."""
    panels = list(summary["panel"].unique())
    rows, columns = list(summary["funding"].unique()), list(summary["business"].unique())
    figure, axes = plt.subplots(1, len(panels), figsize=(2.6 + 1.15 * len(columns) * len(panels), 1.9 + 0.5 * len(rows)), layout="constrained", squeeze=False)
    for axis, panel in zip(axes[0], panels, strict=True):
        mine = summary[summary["panel"] == panel].set_index(["funding", "business"])
        grid = mine["viable"].unstack().reindex(index=rows, columns=columns)
        image = axis.imshow(100 * grid, vmin=0, vmax=100, cmap="cividis", aspect="auto")
        for i, f in enumerate(rows):
            for k, b in enumerate(columns):
                if (f, b) not in mine.index:
                    axis.text(k, i, "–", ha="center", va="center", color=style.GREY)
                    continue
                one = mine.loc[(f, b)]
                axis.text(k, i, f"{100 * one['viable']:.0f}\n({100 * one['low']:.0f}–{100 * one['high']:.0f})", ha="center", va="center", fontsize=7.5, color="black" if one["viable"] > 0.5 else "white")
        villages = summary[summary["panel"] == panel].groupby("business")["villages"].max()
        axis.set_xticks(range(len(columns)), [f"{words(b)}\n{villages.get(b, 0)} villages" for b in columns], fontsize=8)
        axis.set_yticks(range(len(rows)), [words(f) for f in rows])
        axis.set_title(PANEL_NAMES[panel])
        axis.spines[:].set_visible(False)
    figure.colorbar(image, ax=axes, label="share of villages, %")
    null = summary["funding"].isin(["identical_payers", "no_money"]) | (summary["business"] == "deposit")
    mine = summary[~null] if (~null).any() else summary
    top = mine.loc[mine["viable"].idxmax()]
    figure.suptitle(
        f"At most {100 * top['viable']:.0f} % of villages stay viable to {year}: {words(top['funding'])}, {words(top['business'])}, {PANEL_NAMES[top['panel']]}\n"
        f"share viable, % (95 % interval), {int(summary['seeds'].max())} seeds a cell; null arms aside\neach column counts the villages that have what its business needs",
        x=0.01, ha="left", fontsize=10.5,
    )  # fmt: skip
    style.save(figure, folder, "viability")


def class_paths(rows: pd.DataFrame) -> tuple[list[int], dict[str, np.ndarray]]:
    """Years and, by class, (years, 3) mean, low and high share over replicates."""
    columns = [c for c in rows.columns if c.startswith("class_")]
    found: dict[str, np.ndarray] = {}
    for code, name in enumerate(CLASSES):
        found[name] = np.array([estimate.interval(estimate.by_replicate(rows, rows[c] == code).to_numpy(), never=False)[:3] for c in columns])
    return [int(c[-4:]) for c in columns], found


def classes(rows: pd.DataFrame, scenarios: list[str], labels: list[str], folder: Path) -> None:
    """Share of villages by class at each year's end, with 95 % bands, one plot a scenario."""
    figure, axes = plt.subplots(1, len(scenarios), figsize=(2.6 + 3.1 * len(scenarios), 3.9), layout="constrained", squeeze=False, sharey=True)
    finding, years = "", [0]
    for axis, scenario, label in zip(axes[0], scenarios, labels, strict=True):
        mine = rows[(rows["scenario"] == scenario) & (rows["arm"] == "main")]
        years, paths = class_paths(mine)
        for name, path in paths.items():
            if path[:, 0].max() < 0.01:
                continue
            axis.fill_between(years, 100 * path[:, 1], 100 * path[:, 2], color=style.CLASS_COLOURS[name], alpha=0.18, lw=0)
            axis.plot(years, 100 * path[:, 0], color=style.CLASS_COLOURS[name], lw=2, marker="o", ms=3, label=words(name))
        axis.set_title(f"{label}\n{mine['replicate'].nunique()} seeds × {mine['village'].nunique()} villages", fontsize=9)
        axis.set_ylim(0, 100)
        axis.set_xlabel("end of year")
        axis.set_xticks([y for y in years if y % 2 == 1] if len(years) > 3 else years)
        finding = finding or f"{label.replace(chr(10), ', ')}: {100 * paths['viable'][-1, 0]:.0f} % of villages viable at the end of {years[-1]}, {100 * paths['closed'][-1, 0]:.0f} % closed"
    axes[0][0].set_ylabel("share of villages, %")
    entries = {text: line for axis in axes[0] for line, text in zip(*axis.get_legend_handles_labels(), strict=True)}
    figure.legend(entries.values(), entries.keys(), loc="outside right center", title="class")
    figure.suptitle(finding + "\nline: mean over seeds; band: 95 % interval of the mean", x=0.01, ha="left", fontsize=10.5)
    style.save(figure, folder, "classes")


def bars(rows: pd.DataFrame, parts: dict[str, str], colours: dict[str, str], labels: dict[str, str], axis_label: str, title: str, folder: Path, name: str) -> None:
    """Stacked shares of weighted totals, one bar a scenario. `parts`: legend -> column of the village table."""
    scenarios = [s for s in labels if s in set(rows["scenario"])]
    figure, axis = plt.subplots(figsize=(9, 1.7 + 0.38 * len(scenarios)), layout="constrained")
    main = rows[rows["arm"] == "main"]
    totals = pd.DataFrame({p: (main["weight"] * main[c]).groupby(main["scenario"]).sum() for p, c in parts.items()}).reindex(scenarios)
    shares = 100 * totals.div(totals.sum(axis=1).replace(0, np.nan), axis=0).fillna(0)
    left = np.zeros(len(scenarios))
    for part in parts:
        axis.barh(range(len(scenarios)), shares[part], left=left, color=colours[part], edgecolor="white", lw=0.5, label=words(part))
        for i, value in enumerate(shares[part]):
            if value >= 5:
                axis.text(left[i] + value / 2, i, f"{value:.0f}", ha="center", va="center", fontsize=8)
        left += shares[part].to_numpy()
    for i, total in enumerate(totals.sum(axis=1)):
        if total == 0:
            axis.text(1, i, "nothing", va="center", color=style.GREY)
    axis.set_yticks(range(len(scenarios)), [labels[s] for s in scenarios])
    axis.invert_yaxis()
    axis.set_xlim(0, 100)
    axis.set_xlabel(axis_label)
    axis.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    figure.suptitle(title, x=0.01, ha="left", fontsize=10.5)
    style.save(figure, folder, name)


def payers(rows: pd.DataFrame, labels: dict[str, str], note: str, folder: Path) -> None:
    """Who paid for running the service, as paid."""
    main = rows[(rows["arm"] == "main") & rows["scenario"].isin(labels)]
    parts = {**{p: f"paid_{p}_fen" for p in PAYERS}, "business": "business_income_fen"}
    sums = {p: float((main["weight"] * main[c]).sum()) for p, c in parts.items()}
    most = max(sums, key=lambda p: sums[p])
    share = 100 * sums[most] / max(sum(sums.values()), 1)
    title = f"{words(most).capitalize()} paid most: {share:.0f} % of the running money that came in, all rows together\n{note}"
    bars(rows, parts, style.PAYER_COLOURS, labels, "share of running money as paid, start to end, %", title, folder, "payers")


def needs(rows: pd.DataFrame, labels: dict[str, str], note: str, folder: Path) -> None:
    """Hours of need by who met them."""
    main = rows[(rows["arm"] == "main") & rows["scenario"].isin(labels)]
    weigh = lambda c: float((main["weight"] * main[c]).sum())  # noqa: E731
    total = max(weigh("need_minutes"), 1)
    title = f"Families meet {100 * weigh('family_minutes') / total:.0f} %, mutual aid {100 * weigh('mutual_minutes') / total:.1f} % of all hours of need; {100 * weigh('unmet_minutes') / total:.0f} % stay unmet\n{note}"
    bars(rows, {k: f"{k}_minutes" for k in MET}, MET, labels, "share of hours needed by all resident elders, start to end, %", title, folder, "needs")
